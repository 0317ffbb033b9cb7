//! `[inputs.NAME]` of branching cells.

use super::super::fields::Fields;
use super::Tissue;
use super::electrodes::electrode;
use super::events::events;
use crate::experiment::Problem;

const KINDS: &[&str] = &[
    "dc",
    "ac",
    "step",
    "ramp",
    "noise",
    "waveform",
    "current",
    "voltage_clamp",
    "poisson",
    "regular",
    "spikes",
];

/// Reads the section.
pub(super) fn read(fields: &Fields<'_>, tissue: &mut Tissue<'_>) -> Result<(), Problem> {
    for (_, _, item) in fields.entries() {
        let fields = item.fields()?;
        let kind_item = fields.need("kind", "the kind of input, such as \"dc\"")?;
        let kind = kind_item.text("the kind of input")?;
        if !KINDS.contains(&kind) {
            return Err(kind_item.unknown_name("kind of input", kind, KINDS.iter().copied()));
        }
        match kind {
            "poisson" | "regular" | "spikes" => events(kind, &fields, tissue)?,
            _ => electrode(kind, &fields, tissue)?,
        }
        fields.finish()?;
    }
    Ok(())
}
