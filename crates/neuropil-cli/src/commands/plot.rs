//! `neuropil plot`

use crate::args::Plot;

/// Draws pictures of a result.
pub fn plot(_arguments: &Plot) -> anyhow::Result<()> {
    anyhow::bail!("to be wired")
}
