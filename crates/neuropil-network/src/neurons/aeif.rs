//! Adaptive exponential integrate-and-fire neurons: what all their variants share.
//!
//! ```text
//! C_m dV/dt = −g_L (V − E_L) + g_L Δ_T exp((V − V_th)/Δ_T) + I_syn − w + I_e + I_stim
//! τ_w dw/dt = a (V − E_L) − w
//! V ≥ V_peak  ⇒  spike;  V = V_reset, w ← w + b, V held for t_ref
//! ```
//!
//! Integrated by [`super::adaptive`] with a local error of at most about `gsl_error_tol (1 + |h y'|)` per
//! variable and sub-step. The right-hand side sees `min(V, V_peak)`; while refractory it sees V_reset
//! and `dV/dt = 0`, w and the synapses go on. Spikes are detected after every sub-step: with
//! `t_ref = 0` there may be several in a step, all with the stamp of its end. `Delta_T = 0` leaves the
//! exponential out and puts the spike at V_th (with `a = b = 0` a leaky integrate-and-fire neuron;
//! `Delta_T` > 0 with `a = b = 0` is the exponential one). A state with V < −1000 mV or |w| > 10⁶ pA is a
//! fault.
//!
//! # Source
//! Brette & Gerstner (2005), J. Neurophysiol. 94:3637, doi:10.1152/jn.00686.2005; parameters and order
//! of operations as in NEST 3.10.

use std::marker::PhantomData;

use super::adaptive::{Outside, System};
use super::columns::numbers;
use super::contract::{Build, ModelInfo, Neurons, Parameter, p};
use super::lanes::count_down;
use super::nonlinear::{Model, Nonlinear};
use super::synapses::{Coefficients, Form, Synapses};
use super::table::Given;
use crate::description::ModelError;
use neuropil_core::vmath::exp;

pub(super) const C_M: Parameter = p("C_m", "pF", 281.0, "membrane capacitance, > 0");
pub(super) const G_L: Parameter = p("g_L", "nS", 30.0, "leak conductance, > 0");
pub(super) const E_L: Parameter = p("E_L", "mV", -70.6, "leak reversal potential");
pub(super) const V_TH: Parameter = p("V_th", "mV", -50.4, "threshold of the exponential");
pub(super) const V_RESET: Parameter =
    p("V_reset", "mV", -60.0, "potential after a spike, < V_peak");
pub(super) const V_PEAK: Parameter = p("V_peak", "mV", 0.0, "spike detection level, ≥ V_th");
pub(super) const DELTA_T: Parameter =
    p("Delta_T", "mV", 2.0, "slope factor, ≥ 0; 0: no exponential");
pub(super) const A: Parameter = p("a", "nS", 4.0, "subthreshold adaptation");
pub(super) const B: Parameter = p("b", "pA", 80.5, "spike-triggered adaptation");
pub(super) const TAU_W: Parameter = p("tau_w", "ms", 144.0, "adaptation time constant, > 0");
pub(super) const T_REF: Parameter = p("t_ref", "ms", 0.0, "refractory time, ≥ 0");
pub(super) const I_E: Parameter = p("I_e", "pA", 0.0, "constant input current");
pub(super) const E_EX: Parameter = p("E_ex", "mV", 0.0, "excitatory reversal potential");
pub(super) const E_IN: Parameter = p("E_in", "mV", -85.0, "inhibitory reversal potential");
pub(super) const TAU_EX: Parameter =
    p("tau_syn_ex", "ms", 0.2, "excitatory synaptic time constant, > 0");
pub(super) const TAU_IN: Parameter =
    p("tau_syn_in", "ms", 2.0, "inhibitory synaptic time constant, > 0");
pub(super) const TOLERANCE: Parameter =
    p("gsl_error_tol", "", 1e-6, "tolerance of the integrator, > 0");

/// Bounds of a sensible state, as in NEST.
const V_LOWEST: f64 = -1e3;
const W_LARGEST: f64 = 1e6;

numbers! {
    /// Coefficients of a neuron.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Row {
        per_pf: f64,
        g_l: f64,
        e_l: f64,
        g_delta: f64,
        per_delta: f64,
        v_th: f64,
        v_peak: f64,
        reset: f64,
        a: f64,
        b: f64,
        rate_w: f64,
        hold: f64,
        tolerance: f64,
        keep: f64,
        synapses: Coefficients,
    }
}

/// A variant: state V, w, then the variables of its synapses.
pub(super) struct Aeif<S>(PhantomData<S>);

impl<S: Synapses, const N: usize> System<N> for Aeif<S> {
    type Row = Row;

    const SCALED_BY_SLOPE: bool = true;

    #[inline(always)]
    fn tolerance(row: &Row) -> f64 {
        row.tolerance
    }

    #[inline(always)]
    fn slope(row: &Row, held: bool, outside: impl Outside, y: &[f64; N]) -> [f64; N] {
        let v = if y[0] < row.v_peak { y[0] } else { row.v_peak };
        let v = if held { row.reset } else { v };
        let spike = row.g_delta * exp((v - row.v_th) * row.per_delta);
        let leak = row.g_l * (v - row.e_l);
        let synaptic = S::current(&row.synapses, v, &y[2..]);
        let dv = (spike - leak + synaptic - y[1] + outside.at(v)) * row.per_pf;
        let mut slopes = [0.0; N];
        slopes[0] = if held { 0.0 } else { dv };
        slopes[1] = (row.a * (v - row.e_l) - y[1]) * row.rate_w;
        S::slopes(&row.synapses, &y[2..], &mut slopes[2..]);
        slopes
    }

    #[inline(always)]
    fn settle(row: &Row, held: bool, jump: f64, mut y: [f64; N]) -> [f64; N] {
        let free = if S::INPUTS.is_none() { y[0] + jump } else { y[0] };
        y[0] = if held { row.reset } else { free };
        y
    }

    #[inline(always)]
    fn remarkable(row: &Row, _held: bool, y: &[f64; N]) -> bool {
        // Written so that a NaN is remarkable.
        !((y[0] < row.v_peak) & (y[0] >= V_LOWEST) & (y[1].abs() <= W_LARGEST))
    }

    fn event(row: &Row, y: &mut [f64; N], hold: &mut f64) -> Result<bool, (&'static str, f64)> {
        if !(y[0] >= V_LOWEST && y[0].is_finite()) {
            return Err(("V_m", y[0]));
        }
        if !(y[1].abs() <= W_LARGEST) {
            return Err(("w", y[1]));
        }
        if *hold > 0.0 || y[0] < row.v_peak {
            return Ok(false);
        }
        y[0] = row.reset;
        y[1] += row.b;
        *hold = row.hold;
        Ok(true)
    }
}

/// Where the variables are: V_m and w first, then what the synapses show.
pub(super) trait Shown {
    /// State variable of each recordable one.
    const VARIABLES: &'static [usize];
}

impl<S: Synapses + Shown, const N: usize> Model<N> for Aeif<S> {
    const VARIABLES: &'static [usize] = S::VARIABLES;
    const INPUTS: Option<[usize; 2]> = match S::INPUTS {
        Some([ex, inh]) => Some([ex + 2, inh + 2]),
        None => None,
    };

    #[inline(always)]
    fn kicks(row: &Row) -> [f64; 2] {
        row.synapses.kicks
    }

    #[inline(always)]
    fn finish(_row: &Row, _before: f64, y: [f64; N], hold: f64) -> ([f64; N], f64, bool) {
        (y, count_down(hold), false)
    }

    fn keep(row: &Row) -> f64 {
        row.keep
    }
}

/// Makes the neurons of a variant. `form` says what its synapses are, `None` for jumps of V.
///
/// # Errors
/// [`ModelError`] for an unknown name or a value out of range.
pub(super) fn build<S: Synapses + Shown, const N: usize>(
    info: &'static ModelInfo,
    build: &Build<'_>,
    form: Option<Form>,
) -> Result<Box<dyn Neurons>, ModelError> {
    let given = Given::new(info, build)?;
    let rows = given.table(|n| row(&given, n, form, build.clock.dt_ms()))?;
    let mut state: [Vec<f64>; N] = std::array::from_fn(|_| vec![0.0; build.size]);
    for (variable, i) in info.variables.iter().zip(S::VARIABLES) {
        let rest = |n: usize| if *i == 0 { rows.at(n).e_l } else { 0.0 };
        state[*i] = given.initials(variable.name, rest)?;
    }
    Ok(Box::new(Nonlinear::<Aeif<S>, N>::new(&given, build, rows, state)?))
}

fn row(given: &Given<'_>, n: usize, form: Option<Form>, dt: f64) -> Result<Row, ModelError> {
    let (c_m, g_l) = (given.positive("C_m", n)?, given.positive("g_L", n)?);
    let v_th = given.finite("V_th", n)?;
    let delta = given.not_negative("Delta_T", n)?;
    let v_peak = given.checked("V_peak", n, "must be finite and not below V_th", |v| {
        v >= v_th && v.is_finite()
    })?;
    // NEST's condition: exp((V_peak − V_th)/Δ_T) must leave room for sums.
    given.checked("Delta_T", n, "is too small: exp((V_peak - V_th)/Delta_T) overflows", |d| {
        d == 0.0 || (v_peak - v_th) / d < (f64::MAX / 1e20).ln()
    })?;
    let v_peak = if delta > 0.0 { v_peak } else { v_th };
    let reset = given.checked("V_reset", n, "must be finite and below the spike level", |v| {
        v < v_peak && v.is_finite()
    })?;
    let steps = f64::from(given.refractory_steps(n)?);
    Ok(Row {
        per_pf: 1.0 / c_m,
        g_l,
        e_l: given.finite("E_L", n)?,
        g_delta: g_l * delta,
        per_delta: if delta > 0.0 { 1.0 / delta } else { 0.0 },
        v_th,
        v_peak,
        reset,
        a: given.finite("a", n)?,
        b: given.finite("b", n)?,
        rate_w: 1.0 / given.positive("tau_w", n)?,
        // The step of the spike itself counts, too.
        hold: if steps > 0.0 { steps + 1.0 } else { 0.0 },
        tolerance: given.positive("gsl_error_tol", n)?,
        keep: if form.is_none() && given.switch("refractory_input", n)? {
            (-dt * g_l / c_m).exp()
        } else {
            0.0
        },
        synapses: match form {
            Some(form) => Coefficients::new(given, n, form)?,
            None => Coefficients::NONE,
        },
    })
}
