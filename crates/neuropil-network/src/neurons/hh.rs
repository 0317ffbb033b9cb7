//! Neurons of the Hodgkin–Huxley type.
//!
//! ```text
//! C_m dV/dt = −g_Na m³h (V − E_Na) − g_K n⁴ (V − E_K) − g_L (V − E_L) + I_syn + I_e + I_stim
//! dx/dt = α_x(V) (1 − x) − β_x(V) x,   x = m, h, n
//! ```
//!
//! `hh_psc_alpha`: rates of Hodgkin & Huxley (1952), rest near −65 mV, alpha-shaped synaptic currents.
//! `hh_cond_exp_traub`: rates of Traub & Miles (1991), shifted by `V_T`, exponential conductances; as in NEST its
//! gates start at what the rates would be without the shift, so the first milliseconds are transient.
//!
//! Integrated by [`super::adaptive`] with a local error of at most about `gsl_error_tol` per variable and
//! sub-step (NEST's fixed value is the default). A spike is a potential above the level (0 mV; V_T + 30 mV)
//! that falls, at most one per refractory time; V is never reset. In a step: (1) integration; (2) spike
//! detection; (3) arriving weights are added; (4) the stimulus current is read for the next step.
//! A potential beyond ±10⁴ mV is a fault.
//!
//! # Source
//! Hodgkin & Huxley (1952), J. Physiol. 117:500, doi:10.1113/jphysiol.1952.sp004764; Traub & Miles (1991),
//! *Neuronal networks of the hippocampus*; Brette et al. (2007), J. Comput. Neurosci. 23:349,
//! doi:10.1007/s10827-007-0038-6; parameters and order of operations as in NEST 3.10.

use neuropil_core::vmath::exp;

use super::adaptive::{Outside, System};
use super::columns::numbers;
use super::contract::{Build, ModelInfo, Neurons, Parameter, Signs, Variable, p};
use super::lanes::count_down;
use super::nonlinear::{Model, Nonlinear};
use super::synapses::{
    ALPHA_EX, ALPHA_IN, Coefficients, ConductanceExp, CurrentAlpha, Form, Synapses, V_REF,
};
use super::table::{Given, Table};
use crate::description::ModelError;

const V_M: Variable =
    Variable { name: "V_m", unit: "mV", initial: true, doc: "membrane potential" };
const ACT_M: Variable =
    Variable { name: "Act_m", unit: "", initial: true, doc: "activation of sodium" };
const INACT_H: Variable =
    Variable { name: "Inact_h", unit: "", initial: true, doc: "inactivation of sodium" };
const ACT_N: Variable =
    Variable { name: "Act_n", unit: "", initial: true, doc: "activation of potassium" };

const I_E: Parameter = p("I_e", "pA", 0.0, "constant input current");
const TOLERANCE: Parameter = p("gsl_error_tol", "", 1e-3, "tolerance of the integrator, > 0");

pub(super) static PSC_ALPHA: ModelInfo = ModelInfo {
    name: "hh_psc_alpha",
    summary: "Hodgkin–Huxley, alpha-shaped synaptic currents",
    parameters: &[
        p("C_m", "pF", 100.0, "membrane capacitance, > 0"),
        p("g_Na", "nS", 12_000.0, "sodium conductance, ≥ 0"),
        p("g_K", "nS", 3_600.0, "potassium conductance, ≥ 0"),
        p("g_L", "nS", 30.0, "leak conductance, ≥ 0"),
        p("E_Na", "mV", 50.0, "sodium reversal potential"),
        p("E_K", "mV", -77.0, "potassium reversal potential"),
        p("E_L", "mV", -54.402, "leak reversal potential"),
        p("t_ref", "ms", 2.0, "shortest interval of spikes, ≥ 0"),
        p("tau_syn_ex", "ms", 0.2, "excitatory synaptic time constant, > 0"),
        p("tau_syn_in", "ms", 2.0, "inhibitory synaptic time constant, > 0"),
        I_E,
        TOLERANCE,
    ],
    variables: &[
        V_M,
        ACT_M,
        INACT_H,
        ACT_N,
        Variable { name: "I_syn_ex", unit: "pA", initial: false, doc: "excitatory current" },
        Variable { name: "I_syn_in", unit: "pA", initial: false, doc: "inhibitory current" },
    ],
    weight_unit: "pA",
    channels: &["ex", "in"],
    signs: Signs::Apart,
    build: build_psc_alpha,
};

pub(super) static COND_EXP_TRAUB: ModelInfo = ModelInfo {
    name: "hh_cond_exp_traub",
    summary: "Hodgkin–Huxley with the rates of Traub & Miles, exponential conductances",
    parameters: &[
        p("C_m", "pF", 200.0, "membrane capacitance, > 0"),
        p("g_Na", "nS", 20_000.0, "sodium conductance, ≥ 0"),
        p("g_K", "nS", 6_000.0, "potassium conductance, ≥ 0"),
        p("g_L", "nS", 10.0, "leak conductance, ≥ 0"),
        p("E_Na", "mV", 50.0, "sodium reversal potential"),
        p("E_K", "mV", -90.0, "potassium reversal potential"),
        p("E_L", "mV", -60.0, "leak reversal potential"),
        p("V_T", "mV", -63.0, "shift of the rates"),
        p("t_ref", "ms", 2.0, "shortest interval of spikes, ≥ 0"),
        p("E_ex", "mV", 0.0, "excitatory reversal potential"),
        p("E_in", "mV", -80.0, "inhibitory reversal potential"),
        p("tau_syn_ex", "ms", 5.0, "excitatory synaptic time constant, > 0"),
        p("tau_syn_in", "ms", 10.0, "inhibitory synaptic time constant, > 0"),
        ALPHA_EX,
        ALPHA_IN,
        V_REF,
        I_E,
        TOLERANCE,
    ],
    variables: &[
        V_M,
        ACT_M,
        INACT_H,
        ACT_N,
        Variable { name: "g_ex", unit: "nS", initial: true, doc: "excitatory conductance" },
        Variable { name: "g_in", unit: "nS", initial: true, doc: "inhibitory conductance" },
    ],
    weight_unit: "nS",
    channels: &["ex", "in"],
    signs: Signs::Apart,
    build: build_cond_exp_traub,
};

numbers! {
    /// Coefficients of a neuron.
    #[derive(Debug, Clone, Copy)]
    struct Row {
        per_pf: f64,
        g_na: f64,
        g_k: f64,
        g_l: f64,
        e_na: f64,
        e_k: f64,
        e_l: f64,
        shift: f64,
        level: f64,
        hold: f64,
        tolerance: f64,
        synapses: Coefficients,
    }
}

/// `x/(eˣ − 1)`, with its limit 1 at 0.
#[inline(always)]
fn linoid(x: f64) -> f64 {
    // The series is exact to 1e-17 where the quotient begins to lose digits.
    let near = 1.0 - x * (0.5 - x * (1.0 / 12.0));
    let far = x / (exp(x) - 1.0);
    if x.abs() < 1e-4 { near } else { far }
}

/// Opening and closing rates of m, h, n `[1/ms]`.
type Rates = [[f64; 2]; 3];

/// A set of rates.
trait Kinetics: 'static {
    fn rates(v: f64) -> Rates;
}

/// Hodgkin & Huxley (1952), in today's sign, V absolute.
struct Squid;

impl Kinetics for Squid {
    #[inline(always)]
    fn rates(v: f64) -> Rates {
        [
            [linoid((v + 40.0) * -0.1), 4.0 * exp((v + 65.0) * (-1.0 / 18.0))],
            [0.07 * exp((v + 65.0) * (-1.0 / 20.0)), 1.0 / (1.0 + exp((v + 35.0) * -0.1))],
            [0.1 * linoid((v + 55.0) * -0.1), 0.125 * exp((v + 65.0) * (-1.0 / 80.0))],
        ]
    }
}

/// Traub & Miles (1991), V relative to V_T.
struct Hippocampus;

impl Kinetics for Hippocampus {
    #[inline(always)]
    fn rates(v: f64) -> Rates {
        [
            [0.32 * 4.0 * linoid((13.0 - v) * 0.25), 0.28 * 5.0 * linoid((v - 40.0) * 0.2)],
            [0.128 * exp((17.0 - v) * (1.0 / 18.0)), 4.0 / (1.0 + exp((40.0 - v) * 0.2))],
            [0.032 * 5.0 * linoid((15.0 - v) * 0.2), 0.5 * exp((10.0 - v) * (1.0 / 40.0))],
        ]
    }
}

/// A variant: state V, m, h, n, then the variables of its synapses.
struct HodgkinHuxley<K, S>(std::marker::PhantomData<(K, S)>);

impl<K: Kinetics, S: Synapses, const N: usize> System<N> for HodgkinHuxley<K, S> {
    type Row = Row;

    const SCALED_BY_SLOPE: bool = false;

    #[inline(always)]
    fn tolerance(row: &Row) -> f64 {
        row.tolerance
    }

    #[inline(always)]
    fn slope(row: &Row, _held: bool, outside: impl Outside, y: &[f64; N]) -> [f64; N] {
        let (v, m, h, n) = (y[0], y[1], y[2], y[3]);
        let sodium = row.g_na * (m * m * m * h) * (v - row.e_na);
        let potassium = row.g_k * (n * n) * (n * n) * (v - row.e_k);
        let leak = row.g_l * (v - row.e_l);
        let synaptic = S::current(&row.synapses, v, &y[4..]);
        let rates = K::rates(v - row.shift);
        let mut slopes = [0.0; N];
        slopes[0] = (outside.at(v) + synaptic - (sodium + potassium + leak)) * row.per_pf;
        for (i, [open, close]) in rates.into_iter().enumerate() {
            slopes[i + 1] = open * (1.0 - y[i + 1]) - close * y[i + 1];
        }
        S::slopes(&row.synapses, &y[4..], &mut slopes[4..]);
        slopes
    }
}

impl<K: Kinetics, S: Synapses, const N: usize> Model<N> for HodgkinHuxley<K, S> {
    const VARIABLES: &'static [usize] =
        if N == 6 { &[0, 1, 2, 3, 4, 5] } else { &[0, 1, 2, 3, 5, 7] };
    const INPUTS: Option<[usize; 2]> = match S::INPUTS {
        Some([ex, inh]) => Some([ex + 4, inh + 4]),
        None => None,
    };

    #[inline(always)]
    fn kicks(row: &Row) -> [f64; 2] {
        row.synapses.kicks
    }

    #[inline(always)]
    fn finish(row: &Row, before: f64, y: [f64; N], hold: f64) -> ([f64; N], f64, bool) {
        let peak = (hold == 0.0) & (y[0] >= row.level) & (before > y[0]);
        (y, count_down(hold), peak | !(y[0].abs() < 1e4))
    }

    fn fire(row: &Row, y: &mut [f64; N], hold: &mut f64) -> Result<bool, (&'static str, f64)> {
        if !(y[0].abs() < 1e4) {
            return Err(("V_m", y[0]));
        }
        *hold = row.hold;
        Ok(true)
    }
}

fn rows(
    given: &Given<'_>,
    form: Form,
    shift_and_level: impl Fn(usize) -> Result<(f64, f64), ModelError>,
) -> Result<Table<Row>, ModelError> {
    given.table(|n| {
        let (shift, level) = shift_and_level(n)?;
        Ok(Row {
            per_pf: 1.0 / given.positive("C_m", n)?,
            g_na: given.not_negative("g_Na", n)?,
            g_k: given.not_negative("g_K", n)?,
            g_l: given.not_negative("g_L", n)?,
            e_na: given.finite("E_Na", n)?,
            e_k: given.finite("E_K", n)?,
            e_l: given.finite("E_L", n)?,
            shift,
            level,
            hold: f64::from(given.refractory_steps(n)?),
            tolerance: given.positive("gsl_error_tol", n)?,
            synapses: Coefficients::new(given, n, form)?,
        })
    })
}

/// Neurons at potential `v`, gates at the steady state that the rates have at `v`.
fn make<K: Kinetics, S: Synapses, const N: usize>(
    given: &Given<'_>,
    build: &Build<'_>,
    rows: Table<Row>,
    v: f64,
) -> Result<Box<dyn Neurons>, ModelError>
where
    HodgkinHuxley<K, S>: Model<N, Row = Row>,
{
    let gates = K::rates(v).map(|[open, close]| open / (open + close));
    let mut state: [Vec<f64>; N] = std::array::from_fn(|_| vec![0.0; build.size]);
    let shown = <HodgkinHuxley<K, S> as Model<N>>::VARIABLES;
    for (variable, i) in given.info.variables.iter().zip(shown) {
        let start = match i {
            0 => v,
            1..4 => gates[i - 1],
            _ => 0.0,
        };
        state[*i] = given.initials(variable.name, |_| start)?;
    }
    Ok(Box::new(Nonlinear::<HodgkinHuxley<K, S>, N>::new(given, build, rows, state)?))
}

fn build_psc_alpha(build: &Build<'_>) -> Result<Box<dyn Neurons>, ModelError> {
    let given = Given::new(&PSC_ALPHA, build)?;
    let form = Form { conductance: false, alpha: true, inhibition_positive: false };
    let rows = rows(&given, form, |_| Ok((0.0, 0.0)))?;
    make::<Squid, CurrentAlpha, 8>(&given, build, rows, -65.0)
}

fn build_cond_exp_traub(build: &Build<'_>) -> Result<Box<dyn Neurons>, ModelError> {
    let given = Given::new(&COND_EXP_TRAUB, build)?;
    let form = Form { conductance: true, alpha: false, inhibition_positive: true };
    let rows = rows(&given, form, |n| {
        let shift = given.finite("V_T", n)?;
        Ok((shift, shift + 30.0))
    })?;
    make::<Hippocampus, ConductanceExp, 6>(&given, build, rows, -60.0)
}
