//! What can still go wrong when sections are joined.

use crate::builder::MorphologyError;
use crate::swc::error::SwcError;

/// What the section builder objects to; samples were checked before, so little is left.
pub(super) fn nothing_left(error: MorphologyError) -> SwcError {
    let reason = match error {
        MorphologyError::ZeroLength { .. } => {
            "the root section has no length; merge repeated points"
        }
        _ => "no section has two points",
    };
    SwcError::NothingLeft { reason }
}
