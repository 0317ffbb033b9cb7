//! Adaptive exponential integrate-and-fire neurons with conductance synapses.
//!
//! `I_syn = g_ex (E_ex − V) + g_in (E_in − V)`, or in part currents ([`super::synapses`]); a weight is the peak conductance, that of an inhibitory
//! synapse is given negative. `aeif_cond_exp`: g decays exponentially; `aeif_cond_alpha`: g is an alpha
//! function. Everything else is in [`super::aeif`].

use super::aeif::{
    A, B, C_M, DELTA_T, E_EX, E_IN, E_L, G_L, I_E, Shown, T_REF, TAU_EX, TAU_IN, TAU_W, TOLERANCE,
    V_PEAK, V_RESET, V_TH, build,
};
use super::contract::{ModelInfo, Parameter, Signs, Variable};
use super::synapses::{ALPHA_EX, ALPHA_IN, ConductanceAlpha, ConductanceExp, Form, V_REF};

static PARAMETERS: &[Parameter] = &[
    C_M, G_L, E_L, V_TH, V_RESET, V_PEAK, DELTA_T, A, B, TAU_W, T_REF, E_EX, E_IN, TAU_EX, TAU_IN,
    ALPHA_EX, ALPHA_IN, V_REF, I_E, TOLERANCE,
];

static VARIABLES: &[Variable] = &[
    Variable { name: "V_m", unit: "mV", initial: true, doc: "membrane potential" },
    Variable { name: "w", unit: "pA", initial: true, doc: "adaptation current" },
    Variable { name: "g_ex", unit: "nS", initial: true, doc: "excitatory conductance" },
    Variable { name: "g_in", unit: "nS", initial: true, doc: "inhibitory conductance" },
];

pub(super) static EXP: ModelInfo = ModelInfo {
    name: "aeif_cond_exp",
    summary: "adaptive exponential integrate-and-fire, exponential conductances",
    parameters: PARAMETERS,
    variables: VARIABLES,
    weight_unit: "nS",
    channels: &["ex", "in"],
    signs: Signs::Apart,
    build: |b| {
        let form = Form { conductance: true, alpha: false, inhibition_positive: true };
        build::<ConductanceExp, 4>(&EXP, b, Some(form))
    },
};

pub(super) static ALPHA: ModelInfo = ModelInfo {
    name: "aeif_cond_alpha",
    summary: "adaptive exponential integrate-and-fire, alpha-shaped conductances",
    parameters: PARAMETERS,
    variables: VARIABLES,
    weight_unit: "nS",
    channels: &["ex", "in"],
    signs: Signs::Apart,
    build: |b| {
        let form = Form { conductance: true, alpha: true, inhibition_positive: true };
        build::<ConductanceAlpha, 6>(&ALPHA, b, Some(form))
    },
};

impl Shown for ConductanceExp {
    const VARIABLES: &'static [usize] = &[0, 1, 2, 3];
}

impl Shown for ConductanceAlpha {
    const VARIABLES: &'static [usize] = &[0, 1, 3, 5];
}
