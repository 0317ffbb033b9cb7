//! Leaky integrate-and-fire neurons with conductance synapses.
//!
//! ```text
//! C_m dV/dt = −g_L (V − E_L) − g_ex (V − E_ex) − g_in (V − E_in) + I_e + I_stim
//! V ≥ V_th  ⇒  spike;  V = V_reset for t_ref
//! ```
//!
//! Synapses may be in part currents ([`super::synapses`]). `iaf_cond_exp`: g decays exponentially; `iaf_cond_alpha`: g is an alpha function whose peak is the
//! weight. Inhibitory weights are given negative. Integrated by [`super::adaptive`] with a local error of
//! at most about `gsl_error_tol` per variable and sub-step (NEST's fixed value is the default; a smaller one is
//! more exact). In a step: (1) integration; the right-hand side sees `min(V, V_th)`, while refractory
//! V_reset and `dV/dt = 0`; (2) refractory: V = V_reset; else threshold, reset; (3) arriving weights are
//! added, also while refractory; (4) the stimulus current is read for the next step.
//!
//! # Source
//! Meffin, Burkitt & Grayden (2004), J. Comput. Neurosci. 16:159, doi:10.1023/B:JCNS.0000014108.03012.81;
//! parameters and order of operations as in NEST 3.10.

use std::marker::PhantomData;

use super::adaptive::{Outside, System};
use super::columns::numbers;
use super::contract::{Build, ModelInfo, Neurons, Parameter, Signs, Variable, p};
use super::lanes::count_down;
use super::nonlinear::{Model, Nonlinear};
use super::synapses::{
    ALPHA_EX, ALPHA_IN, Coefficients, ConductanceAlpha, ConductanceExp, Form, Synapses, V_REF,
};
use super::table::Given;
use crate::description::ModelError;

static PARAMETERS: &[Parameter] = &[
    p("C_m", "pF", 250.0, "membrane capacitance, > 0"),
    p("g_L", "nS", 16.6667, "leak conductance, > 0"),
    p("E_L", "mV", -70.0, "leak reversal potential"),
    p("V_th", "mV", -55.0, "threshold, above V_reset"),
    p("V_reset", "mV", -60.0, "potential after a spike"),
    p("t_ref", "ms", 2.0, "refractory time, ≥ 0"),
    p("E_ex", "mV", 0.0, "excitatory reversal potential"),
    p("E_in", "mV", -85.0, "inhibitory reversal potential"),
    p("tau_syn_ex", "ms", 0.2, "excitatory synaptic time constant, > 0"),
    p("tau_syn_in", "ms", 2.0, "inhibitory synaptic time constant, > 0"),
    ALPHA_EX,
    ALPHA_IN,
    V_REF,
    p("I_e", "pA", 0.0, "constant input current"),
    p("gsl_error_tol", "", 1e-3, "tolerance of the integrator, > 0"),
];

static VARIABLES: &[Variable] = &[
    Variable { name: "V_m", unit: "mV", initial: true, doc: "membrane potential" },
    Variable { name: "g_ex", unit: "nS", initial: true, doc: "excitatory conductance" },
    Variable { name: "g_in", unit: "nS", initial: true, doc: "inhibitory conductance" },
];

pub(super) static EXP: ModelInfo = ModelInfo {
    name: "iaf_cond_exp",
    summary: "leaky integrate-and-fire, exponential conductances",
    parameters: PARAMETERS,
    variables: VARIABLES,
    weight_unit: "nS",
    channels: &["ex", "in"],
    signs: Signs::Apart,
    build: |b| build::<ConductanceExp, 3>(&EXP, b, false, [0, 1, 2]),
};

pub(super) static ALPHA: ModelInfo = ModelInfo {
    name: "iaf_cond_alpha",
    summary: "leaky integrate-and-fire, alpha-shaped conductances",
    parameters: PARAMETERS,
    variables: VARIABLES,
    weight_unit: "nS",
    channels: &["ex", "in"],
    signs: Signs::Apart,
    build: |b| build::<ConductanceAlpha, 5>(&ALPHA, b, true, [0, 2, 4]),
};

numbers! {
    /// Coefficients of a neuron.
    #[derive(Debug, Clone, Copy)]
    struct Row {
        per_pf: f64,
        g_l: f64,
        e_l: f64,
        v_th: f64,
        reset: f64,
        hold: f64,
        tolerance: f64,
        synapses: Coefficients,
    }
}

/// A variant: state V, then the variables of its synapses.
struct IafCond<S>(PhantomData<S>);

impl<S: Synapses, const N: usize> System<N> for IafCond<S> {
    type Row = Row;

    const SCALED_BY_SLOPE: bool = false;

    #[inline(always)]
    fn tolerance(row: &Row) -> f64 {
        row.tolerance
    }

    #[inline(always)]
    fn slope(row: &Row, held: bool, outside: impl Outside, y: &[f64; N]) -> [f64; N] {
        let v = if y[0] < row.v_th { y[0] } else { row.v_th };
        let v = if held { row.reset } else { v };
        let synaptic = S::current(&row.synapses, v, &y[1..]);
        let dv = (synaptic - row.g_l * (v - row.e_l) + outside.at(v)) * row.per_pf;
        let mut slopes = [0.0; N];
        slopes[0] = if held { 0.0 } else { dv };
        S::slopes(&row.synapses, &y[1..], &mut slopes[1..]);
        slopes
    }
}

impl<S: Synapses, const N: usize> Model<N> for IafCond<S> {
    const VARIABLES: &'static [usize] = if N == 3 { &[0, 1, 2] } else { &[0, 2, 4] };
    const INPUTS: Option<[usize; 2]> = match S::INPUTS {
        Some([ex, inh]) => Some([ex + 1, inh + 1]),
        None => None,
    };

    #[inline(always)]
    fn kicks(row: &Row) -> [f64; 2] {
        row.synapses.kicks
    }

    #[inline(always)]
    fn finish(row: &Row, _before: f64, mut y: [f64; N], hold: f64) -> ([f64; N], f64, bool) {
        let held = hold > 0.0;
        y[0] = if held { row.reset } else { y[0] };
        // Written so that a NaN is looked at.
        (y, count_down(hold), !(y[0] < row.v_th))
    }

    fn fire(row: &Row, y: &mut [f64; N], hold: &mut f64) -> Result<bool, (&'static str, f64)> {
        if !y[0].is_finite() {
            return Err(("V_m", y[0]));
        }
        (y[0], *hold) = (row.reset, row.hold);
        Ok(true)
    }
}

fn build<S: Synapses, const N: usize>(
    info: &'static ModelInfo,
    build: &Build<'_>,
    alpha: bool,
    shown: [usize; 3],
) -> Result<Box<dyn Neurons>, ModelError> {
    let given = Given::new(info, build)?;
    let form = Form { conductance: true, alpha, inhibition_positive: true };
    let rows = given.table(|n| {
        let reset = given.finite("V_reset", n)?;
        Ok(Row {
            per_pf: 1.0 / given.positive("C_m", n)?,
            g_l: given.positive("g_L", n)?,
            e_l: given.finite("E_L", n)?,
            v_th: given.checked("V_th", n, "must be above V_reset", |th| th > reset)?,
            reset,
            hold: f64::from(given.refractory_steps(n)?),
            tolerance: given.positive("gsl_error_tol", n)?,
            synapses: Coefficients::new(&given, n, form)?,
        })
    })?;
    let mut state: [Vec<f64>; N] = std::array::from_fn(|_| vec![0.0; build.size]);
    for (variable, i) in info.variables.iter().zip(shown) {
        let rest = |n: usize| if i == 0 { rows.at(n).e_l } else { 0.0 };
        state[i] = given.initials(variable.name, rest)?;
    }
    Ok(Box::new(Nonlinear::<IafCond<S>, N>::new(&given, build, rows, state)?))
}
