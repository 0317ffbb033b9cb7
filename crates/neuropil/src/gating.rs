//! Gating curves of a mechanism: where each state settles at a held voltage, and how fast.
//!
//! The mechanism itself is asked, by voltage clamp: a state is let settle with a very long step,
//! moved by a little, and advanced by a short step `h`; from the share `q` of the displacement that
//! is left the time constant is `τ = −h / ln q`. For gates that obey `x' = (x∞ − x)/τ` this is exact
//! however the file writes them.

use std::sync::Arc;

use neuropil_mechanism::Mechanism;
use neuropil_mechanism::contract::{
    IonColumns, KernelFault, Kind, Placement, Role, SetError, Surroundings,
};
use neuropil_plot::kinds::{Curve, curves};
use neuropil_plot::{Axis, Color, Figure, PlotError};
use thiserror::Error;

/// Why there are no gating curves.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum GatingError {
    #[error("mechanism \"{name}\" has no state that depends on voltage alone")]
    NoGate { name: String },
    #[error(transparent)]
    Set(#[from] SetError),
    #[error(transparent)]
    Kernel(#[from] KernelFault),
    #[error(transparent)]
    Plot(#[from] PlotError),
}

/// One state over voltage.
#[derive(Debug, Clone, PartialEq)]
pub struct GatingCurve {
    /// Name of the state.
    pub state: String,
    /// Where it settles.
    pub steady: Vec<f64>,
    /// Time constant `[ms]`; NaN where the state does not relax exponentially.
    pub tau_ms: Vec<f64>,
}

/// Displacement and step of the probe `[ms]`.
const SHIFT: f64 = 1e-3;
const STEP_MS: f64 = 1e-3;
/// A step after which every gate has settled `[ms]`.
const SETTLE_MS: f64 = 1e6;

/// The curves of all states, at each of `v_mv` and at `celsius`.
///
/// Ions have the customary concentrations and reversal potentials.
///
/// # Errors
/// [`GatingError::NoGate`] without states; faults of the kernels.
pub fn gating_curves(
    mechanism: &Arc<Mechanism>,
    v_mv: &[f64],
    celsius: f64,
) -> Result<Vec<GatingCurve>, GatingError> {
    let n = v_mv.len();
    let described = mechanism.description();
    let nodes: Vec<u32> = (0..n as u32).collect();
    let area = vec![100.0; n];
    let placement = match described.kind {
        Kind::Density => Placement::density(nodes),
        Kind::Point => Placement::points(nodes, &area),
        Kind::Artificial => Placement::artificial(n),
    };
    let placement = placement.with_ions((0..described.ions.len()).collect());
    let mut ions: Vec<IonColumns> = described
        .ions
        .iter()
        .map(|ion| match neuropil_cable::Ion::known(&ion.name) {
            Some(k) => {
                IonColumns::uniform(n, k.valence, k.nernst_mv(celsius), k.inside_mm, k.outside_mm)
            }
            None => IonColumns::uniform(n, ion.valence.unwrap_or(1.0), 0.0, 1.0, 1.0),
        })
        .collect();
    let states: Vec<usize> = (0..described.variables.len())
        .filter(|k| described.variables[*k].role == Role::State)
        .collect();
    if states.is_empty() {
        return Err(GatingError::NoGate { name: described.name.clone() });
    }
    let (mut i, mut g, diam) = (vec![0.0; n], vec![0.0; n], vec![1.0; n]);
    let mut settled = mechanism.instantiate(placement)?;
    let mut around = Surroundings {
        t_ms: 0.0,
        dt_ms: SETTLE_MS,
        celsius,
        v_mv,
        area_um2: &area,
        diam_um: &diam,
        ions: &mut ions,
        i_ma_cm2: &mut i,
        g_s_cm2: &mut g,
    };
    settled.initialize(&mut around, &mut Vec::new())?;
    settled.advance(&mut around)?;
    around.dt_ms = STEP_MS;
    let mut found = Vec::new();
    for state in states {
        let steady: Vec<f64> = (0..n).map(|k| settled.column(state).get(k)).collect();
        let mut moved = settled.clone();
        moved.column_mut(state).iter_mut().for_each(|x| *x += SHIFT);
        moved.advance(&mut around)?;
        let tau = |k: usize| {
            let left = (moved.column(state).get(k) - steady[k]) / SHIFT;
            -STEP_MS / left.ln()
        };
        let tau_ms = (0..n).map(tau).collect();
        let state = described.variables[state].name.clone();
        found.push(GatingCurve { state, steady, tau_ms });
    }
    Ok(found)
}

/// The curves of a mechanism as a figure: steady states above time constants.
///
/// # Errors
/// As [`gating_curves`].
pub fn gating_figure(mechanism: &Arc<Mechanism>, celsius: f64) -> Result<Figure, GatingError> {
    let v_mv: Vec<f64> = (0..=280).map(|k| -100.0 + 0.5 * f64::from(k) + 1e-6).collect();
    let found = gating_curves(mechanism, &v_mv, celsius)?;
    let colors = Color::of_populations(found.iter().map(|curve| curve.state.as_str()));
    let steady: Vec<Curve<'_>> = found
        .iter()
        .zip(&colors)
        .map(|(curve, color)| Curve::new(&curve.state, &v_mv, &curve.steady, *color))
        .collect();
    let voltage = || Axis::new("V (mV)");
    let above = curves(&steady, voltage(), Axis::new("steady state").including(0.0))?;
    let finite: Vec<(Vec<f64>, Vec<f64>)> = found
        .iter()
        .map(|curve| {
            let pairs = v_mv.iter().zip(&curve.tau_ms);
            pairs.filter(|(_, tau)| tau.is_finite() && **tau > 0.0).map(|(v, t)| (*v, *t)).unzip()
        })
        .collect();
    let taus: Vec<Curve<'_>> = finite
        .iter()
        .zip(&found)
        .zip(&colors)
        .map(|(((v, tau), curve), color)| Curve::new(&curve.state, v, tau, *color))
        .collect();
    let below = curves(&taus, voltage(), Axis::new("time constant (ms)").including(0.0))?;
    let title = format!("{} at {celsius} °C", mechanism.name());
    Ok(Figure::stack(vec![above, below]).titled(title))
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_mechanism::Library;

    #[test]
    fn hodgkin_huxley_gates_have_their_published_curves() {
        let hh = Library::new().find("hh").unwrap();
        let v_mv: [f64; 3] = [-80.0, -65.0, -20.0];
        let found = gating_curves(&hh, &v_mv, 6.3).unwrap();
        let h = found.iter().find(|curve| curve.state == "h").unwrap();
        for (k, v) in v_mv.iter().enumerate() {
            let alpha = 0.07 * (-(v + 65.0) / 20.0).exp();
            let beta = 1.0 / ((-(v + 35.0) / 10.0).exp() + 1.0);
            assert!((h.steady[k] - alpha / (alpha + beta)).abs() < 1e-9);
            // The displacement is a thousandth, the step a ten-thousandth of τ: 7 digits are left.
            assert!((h.tau_ms[k] * (alpha + beta) - 1.0).abs() < 1e-6, "{}", h.tau_ms[k]);
        }
    }
}
