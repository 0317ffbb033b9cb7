//! Current pulses: a family of amplitudes side by side, or steps one after the other.

use neuropil_core::Clock;

use super::protocol::{Response, run};
use super::{CellError, Subject};

/// A pulse of each amplitude, each on a neuron of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Amplitudes `[pA]`.
    pub amplitudes_pa: Vec<f64>,
    /// Rest before and after the pulse `[ms]`.
    pub delay_ms: f64,
    /// Length of the pulse `[ms]`.
    pub duration_ms: f64,
    /// Time step `[ms]`.
    pub dt_ms: f64,
}

impl Default for Family {
    /// 200, 0 and −100 pA for 400 ms, after 150 ms of rest, in steps of 0.1 ms.
    fn default() -> Self {
        Self {
            amplitudes_pa: vec![200.0, 0.0, -100.0],
            delay_ms: 150.0,
            duration_ms: 400.0,
            dt_ms: 0.1,
        }
    }
}

/// Every amplitude on a neuron of its own.
///
/// # Errors
/// [`CellError`] for values out of range, or whatever the model finds.
pub fn pulses(subject: &Subject, family: &Family) -> Result<Response, CellError> {
    let clock = clock(family.dt_ms)?;
    let (rest, on) = lengths(family, clock)?;
    let current = |amplitude: &f64| shape(rest, on, std::slice::from_ref(amplitude));
    let currents = family.amplitudes_pa.iter().map(current).collect();
    let labels = family.amplitudes_pa.iter().map(|a| format!("{a} pA")).collect();
    run(subject, clock, currents, labels, None)
}

/// The amplitudes one after the other, each for the same time, on one neuron.
///
/// # Errors
/// As [`pulses`].
pub fn sequence(subject: &Subject, family: &Family) -> Result<Response, CellError> {
    let clock = clock(family.dt_ms)?;
    let (rest, on) = lengths(family, clock)?;
    let current = shape(rest, on, &family.amplitudes_pa);
    run(subject, clock, vec![current], vec![String::new()], None)
}

/// Current per step: rest, every amplitude, rest.
fn shape(rest: usize, on: usize, amplitudes: &[f64]) -> Vec<f64> {
    let steps = amplitudes.iter().flat_map(|a| std::iter::repeat_n(*a, on));
    let zeros = || std::iter::repeat_n(0.0, rest);
    zeros().chain(steps).chain(zeros()).collect()
}

fn lengths(family: &Family, clock: Clock) -> Result<(usize, usize), CellError> {
    if let Some(found) = family.amplitudes_pa.iter().copied().find(|a| !a.is_finite()) {
        return Err(CellError::Range {
            what: "amplitude",
            found,
            expected: "a finite current in pA",
        });
    }
    Ok((
        steps("delay", family.delay_ms, 2, clock)?,
        steps("duration", family.duration_ms, 1, clock)?,
    ))
}

pub(super) fn clock(dt_ms: f64) -> Result<Clock, CellError> {
    let expected = "a time step such as 0.1 ms";
    Clock::new(dt_ms).map_err(|_| CellError::Range { what: "dt", found: dt_ms, expected })
}

/// A time in steps.
pub(super) fn steps(
    what: &'static str,
    ms: f64,
    least: usize,
    clock: Clock,
) -> Result<usize, CellError> {
    let steps = (ms / clock.dt_ms()).round();
    if steps.is_finite() && steps >= least as f64 && steps <= 1e8 {
        return Ok(steps as usize);
    }
    let expected = "a time of at least two steps, and at most 10⁸";
    Err(CellError::Range { what, found: ms, expected })
}
