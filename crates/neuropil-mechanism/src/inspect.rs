//! Looking at a mechanism without an engine: gating curves for tables and pictures.

use std::sync::Arc;

use crate::contract::{IonColumns, KernelFault, Placement, Role, Surroundings};
use crate::{Instances, Mechanism};

/// Steady state and time constant of one state against voltage.
#[derive(Debug, Clone, PartialEq)]
pub struct GatingCurve {
    /// Name of the state.
    pub state: String,
    /// Voltages `[mV]`, as asked for.
    pub v_mv: Vec<f64>,
    /// Steady state at each voltage.
    pub steady: Vec<f64>,
    /// Time constant at each voltage `[ms]`; infinite where the state does not move.
    pub tau_ms: Vec<f64>,
}

/// The conditions under which curves are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conditions {
    /// Temperature `[°C]`.
    pub celsius: f64,
    /// Free calcium inside `[mM]`, for gates that depend on it.
    pub calcium_mm: f64,
}

impl Default for Conditions {
    /// 6.3 °C and 50 nM.
    fn default() -> Self {
        Self { celsius: 6.3, calcium_mm: 5e-5 }
    }
}

/// The step with which the equations are probed `[ms]`.
const PROBE_MS: f64 = 0.01;

/// Columns of an ion at usual mammalian values.
pub fn usual_ion(name: &str, valence: Option<f64>, len: usize) -> IonColumns {
    let (z, e, inside, outside) = match name {
        "na" => (1.0, 50.0, 10.0, 140.0),
        "k" => (1.0, -77.0, 54.4, 2.5),
        "ca" => (2.0, 132.457_934_166_469, 5e-5, 2.0),
        "cl" => (-1.0, -80.0, 6.0, 120.0),
        _ => (valence.unwrap_or(1.0), 0.0, 1.0, 1.0),
    };
    IonColumns::uniform(len, z, e, inside, outside)
}

/// Steady state and time constant of every state that relaxes towards a value at fixed voltage.
///
/// The kernels themselves are probed: with everything else at its initial value, a step maps a
/// state `x` to `a + b·x`, so that the steady state is `a/(1 − b)` and the time constant
/// `−dt/ln b`. States whose step is not of that form (coupled kinetic schemes, non-linear
/// equations) are left out.
///
/// # Errors
/// Those of the kernels.
pub fn gating_curves(
    mechanism: &Arc<Mechanism>,
    v_mv: &[f64],
    conditions: Conditions,
) -> Result<Vec<GatingCurve>, KernelFault> {
    let mut probe = Probe::new(mechanism, v_mv, conditions)?;
    let variables = &mechanism.description().variables;
    let mut curves = Vec::new();
    for (k, variable) in variables.iter().enumerate().filter(|(_, v)| v.role == Role::State) {
        let (zero, one, two) = (probe.step(k, 0.0)?, probe.step(k, 1.0)?, probe.step(k, 2.0)?);
        let mut steady = Vec::with_capacity(v_mv.len());
        let mut tau_ms = Vec::with_capacity(v_mv.len());
        let mut relaxes = true;
        for n in 0..v_mv.len() {
            let (a, b) = (zero[n], one[n] - zero[n]);
            let bend = (two[n] - one[n] - b).abs();
            relaxes &= bend <= 1e-9 * (1.0 + b.abs()) && (0.0..=1.0).contains(&b);
            steady.push(if b == 1.0 { one[n] } else { a / (1.0 - b) });
            tau_ms.push(-PROBE_MS / b.ln());
        }
        let moves = tau_ms.iter().any(|t| t.is_finite());
        if relaxes && moves {
            let state = variable.name.clone();
            curves.push(GatingCurve { state, v_mv: v_mv.to_vec(), steady, tau_ms });
        }
    }
    Ok(curves)
}

/// Instances at every voltage, in their initial state.
struct Probe<'a> {
    start: Instances,
    v_mv: &'a [f64],
    ions: Vec<IonColumns>,
    conditions: Conditions,
}

impl<'a> Probe<'a> {
    fn new(
        mechanism: &Arc<Mechanism>,
        v_mv: &'a [f64],
        conditions: Conditions,
    ) -> Result<Self, KernelFault> {
        let d = mechanism.description();
        let n = v_mv.len();
        let mut ions: Vec<IonColumns> =
            d.ions.iter().map(|ion| usual_ion(&ion.name, ion.valence, n)).collect();
        for (ion, column) in d.ions.iter().zip(&mut ions) {
            if ion.name == "ca" {
                column.inside_mm.fill(conditions.calcium_mm);
            }
        }
        let nodes = (0..n as u32).collect();
        let placement = Placement::density(nodes).with_ions((0..ions.len()).collect());
        let mut start = Instances::unchecked(Arc::clone(mechanism), placement);
        for pointer in 0..d.pointers.len() {
            start.pointer_mut(pointer);
        }
        let mut probe = Self { start, v_mv, ions, conditions };
        let mut instances = probe.start.clone();
        probe.with(|around| instances.initialize(around, &mut Vec::new()))?;
        probe.start = instances;
        Ok(probe)
    }

    fn with<T>(&self, f: impl FnOnce(&mut Surroundings<'_>) -> T) -> T {
        let n = self.v_mv.len();
        let (mut ions, area, diam) = (self.ions.clone(), vec![100.0; n], vec![1.0; n]);
        let (mut i, mut g) = (vec![0.0; n], vec![0.0; n]);
        f(&mut Surroundings {
            t_ms: 0.0,
            dt_ms: PROBE_MS,
            celsius: self.conditions.celsius,
            v_mv: self.v_mv,
            area_um2: &area,
            diam_um: &diam,
            ions: &mut ions,
            i_ma_cm2: &mut i,
            g_s_cm2: &mut g,
        })
    }

    /// The state after one step that starts from `x` at every voltage.
    fn step(&mut self, state: usize, x: f64) -> Result<Vec<f64>, KernelFault> {
        let mut instances = self.start.clone();
        instances.column_mut(state).fill(x);
        self.with(|around| instances.advance(around))?;
        Ok(instances.column_mut(state).to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Library;

    #[test]
    fn curves_of_the_squid_axon_are_the_published_formulas() {
        let hh = Library::new().find("hh").unwrap();
        let v = [-90.0, -65.0, -40.0, 0.0, 40.0];
        let curves = gating_curves(&hh, &v, Conditions::default()).unwrap();
        let names: Vec<&str> = curves.iter().map(|c| c.state.as_str()).collect();
        assert_eq!(names, ["m", "h", "n"]);
        for (k, v) in v.iter().enumerate() {
            let (a, b) =
                (0.07 * (-(v + 65.0) / 20.0f64).exp(), 1.0 / (1.0 + (-(v + 35.0) / 10.0).exp()));
            assert!((curves[1].steady[k] - a / (a + b)).abs() < 1e-10);
            assert!((curves[1].tau_ms[k] * (a + b) - 1.0).abs() < 1e-10);
        }
    }

    #[test]
    fn a_coupled_scheme_has_no_gating_curve() {
        let text = "NEURON { SUFFIX s } STATE { y } BREAKPOINT { SOLVE d METHOD derivimplicit }
            DERIVATIVE d { y' = -y*y*y }";
        let mechanism = crate::compile(&crate::Source::from_text("s", text)).unwrap();
        let curves = gating_curves(&Arc::new(mechanism), &[0.0], Conditions::default()).unwrap();
        assert!(curves.is_empty());
    }
}
