//! A conductance that clamps the potential while a current drives the neuron: "opto" silencing.
//!
//! ```text
//! I = G_clamp(t) (V_clamp − V)      G_clamp on in the middle third of the current step
//! ```
//!
//! It works for every neuron with a capacitance, and for equations that mention `g_clamp`.

use neuropil_network::description::{Drive, Waveform};

use super::protocol::{Response, held, run};
use super::pulses::{clock, steps};
use super::{CellError, Subject};

/// A current step with a clamp in its middle third.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clamp {
    /// Current step `[pA]`.
    pub amplitude_pa: f64,
    /// Its length `[ms]`.
    pub duration_ms: f64,
    /// Rest before and after `[ms]`.
    pub delay_ms: f64,
    /// Potential that the neuron is drawn to `[mV]`.
    pub potential_mv: f64,
    /// Conductance of the clamp `[nS]`.
    pub conductance_ns: f64,
    /// Time step `[ms]`.
    pub dt_ms: f64,
}

impl Default for Clamp {
    /// 200 pA for 400 ms after 100 ms; 1000 nS to −80 mV; in steps of 0.1 ms.
    fn default() -> Self {
        Self {
            amplitude_pa: 200.0,
            duration_ms: 400.0,
            delay_ms: 100.0,
            potential_mv: -80.0,
            conductance_ns: 1000.0,
            dt_ms: 0.1,
        }
    }
}

/// Runs the protocol.
///
/// # Errors
/// [`CellError::NoClamp`] for a neuron that none can act on, [`CellError::Range`] for values out of range.
pub fn clamp(subject: &Subject, protocol: &Clamp) -> Result<Response, CellError> {
    if !subject.model.takes_clamp() {
        let (name, model) = (subject.name.clone(), subject.model.name().into());
        return Err(CellError::NoClamp { name, model });
    }
    let clock = clock(protocol.dt_ms)?;
    let rest = steps("delay", protocol.delay_ms, 2, clock)?;
    let on = steps("duration", protocol.duration_ms, 3, clock)?;
    for (what, found) in
        [("amplitude", protocol.amplitude_pa), ("potential", protocol.potential_mv)]
    {
        if !found.is_finite() {
            return Err(CellError::Range { what, found, expected: "a finite number" });
        }
    }
    let conductance = protocol.conductance_ns;
    if !(conductance >= 0.0 && conductance.is_finite()) {
        let (what, expected) = ("conductance", "a conductance of at least 0 nS");
        return Err(CellError::Range { what, found: conductance, expected });
    }
    let third = on / 3;
    // A value for every step: 0 but for those of a stretch.
    let stretch = |from: usize, length: usize, value: f64| -> Vec<f64> {
        let within = from..from + length;
        let at = |step| if within.contains(&step) { value } else { 0.0 };
        (0..on + 2 * rest).map(at).collect()
    };
    let current = stretch(rest, on, protocol.amplitude_pa);
    let clamp = Drive::Clamp {
        conductance_ns: held(&stretch(rest + third, third, conductance)),
        each: Vec::new(),
        potential_mv: Waveform::Constant(protocol.potential_mv),
    };
    run(subject, clock, vec![current], vec![String::new()], Some(clamp))
}
