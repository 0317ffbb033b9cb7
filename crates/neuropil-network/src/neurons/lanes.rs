//! What the kernels share: block size, empty inputs, spike collection.

use super::contract::Fault;

/// Most neurons that the engine advances in one call: their state stays in the first-level cache.
pub const BLOCK: usize = 512;

static ZEROS: [f64; BLOCK] = [0.0; BLOCK];

/// The slice itself, or zeros if it is empty.
pub(super) fn or_zeros(values: &[f64], len: usize) -> &[f64] {
    if values.is_empty() { &ZEROS[..len] } else { values }
}

/// Keeps the stimulus current that was read at the end of a step for the next one.
pub(super) fn store_current(kept: &mut [f64], arrived: &[f64]) {
    if arrived.is_empty() {
        kept.fill(0.0);
    } else {
        kept.copy_from_slice(arrived);
    }
}

/// Pushes the neurons whose flag is set, after `check` has looked at each of them.
///
/// # Errors
/// Whatever `check` finds.
pub(super) fn collect_spikes(
    fired: &[bool],
    first: usize,
    spikes: &mut Vec<u32>,
    mut check: impl FnMut(usize) -> Result<(), Fault>,
) -> Result<(), Fault> {
    for (base, flags) in (first..).step_by(8).zip(fired.chunks(8)) {
        // Spikes are rare: eight flags are dismissed at once.
        if flags.iter().fold(false, |any, flag| any | flag) {
            for (n, _) in (base..).zip(flags).filter(|(_, flag)| **flag) {
                check(n)?;
                spikes.push(n as u32);
            }
        }
    }
    Ok(())
}
