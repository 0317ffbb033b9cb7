//! A conductance that clamps the potential while a current drives the neuron: "opto" silencing.
//!
//! ```text
//! I = G_clamp(t) (V_clamp − V)      G_clamp on in the middle third of the current step
//! ```
//!
//! The cell is the adaptive exponential neuron of the library, written as equations with this current
//! added, by forward Euler like the library's model.

use std::sync::Arc;

use neuropil_core::units::Unit;
use neuropil_mechanism::equations::{Definition, compile};
use neuropil_network::description::Column;

use super::protocol::{Response, run};
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

const EQUATIONS: &str = "
dV_m/dt = (g_L*(E_L - V_m) + spike - w + I_in + G*(V_clamp - V_m))/C_m : mV (unless refractory)
dw/dt = (a*(V_m - E_L) - w)/tau_w : pA
G = G_clamp*int(t >= t_on and t < t_off) : nS
";

/// Runs the protocol on a cell of the library.
///
/// # Errors
/// [`CellError::NotNamed`] for another neuron, [`CellError::Range`] for values out of range.
pub fn clamp(subject: &Subject, protocol: &Clamp) -> Result<Response, CellError> {
    let not_named = || CellError::NotNamed { name: subject.name.clone() };
    let model = subject.model.built_in().filter(|m| m.name == "aeif_cond_exp_euler");
    let model = model.ok_or_else(not_named)?;
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
    let mut parameters = subject.parameters.clone();
    let used = ["g_L", "C_m", "t_ref", "E_L", "V_th", "V_reset", "Delta_T", "a", "b", "tau_w"];
    for p in model.parameters.iter().filter(|p| used.contains(&p.name)) {
        parameters.entry(p.name.into()).or_insert(Column::Same(p.default));
    }
    parameters.retain(|name, _| used.contains(&name.as_str()));
    let sharp = matches!(parameters.get("Delta_T"), Some(Column::Same(delta)) if *delta == 0.0);
    // A slope factor of 0 stands for a sharp threshold without the exponential.
    let spike = if sharp {
        "spike = 0 pA : pA"
    } else {
        "spike = g_L*Delta_T*exp((V_m - V_th)/Delta_T) : pA"
    };
    let clamp_units = [("G_clamp", "nS"), ("V_clamp", "mV"), ("t_on", "ms"), ("t_off", "ms")];
    let units = model.parameters.iter().filter(|p| used.contains(&p.name));
    let units = units.map(|p| (p.name, p.unit)).chain(clamp_units);
    let definition = Definition {
        name: subject.name.clone(),
        equations: format!("{EQUATIONS}{spike}"),
        threshold: Some("V_m > V_th + 5*Delta_T".into()),
        reset: Some("V_m = V_reset; w += b".into()),
        refractory: Some("t_ref".into()),
        method: Some("euler".into()),
        initial: vec![("V_m".into(), "E_L".into())],
        parameters: units
            .map(|(name, unit)| (name.to_owned(), Unit::parse(unit).unwrap_or(Unit::ONE)))
            .collect(),
        ..Definition::default()
    };
    // The texts are ours; what they lack would be a fault of this file.
    let model = compile(&definition).map_err(|_| not_named())?;
    let third = on / 3;
    let ms = |steps: usize| clock.ms(steps as u64);
    for (name, value) in [
        ("G_clamp", conductance),
        ("V_clamp", protocol.potential_mv),
        ("t_on", ms(rest + third) - 0.5 * clock.dt_ms()),
        ("t_off", ms(rest + 2 * third) - 0.5 * clock.dt_ms()),
    ] {
        parameters.insert(name.into(), Column::Same(value));
    }
    let subject = Subject {
        name: subject.name.clone(),
        model: Arc::new(model).into(),
        parameters,
        initial: subject.initial.clone(),
    };
    let zeros = || std::iter::repeat_n(0.0, rest);
    let step = std::iter::repeat_n(protocol.amplitude_pa, on);
    let current = zeros().chain(step).chain(zeros()).collect();
    run(&subject, clock, vec![current], vec![String::new()])
}
