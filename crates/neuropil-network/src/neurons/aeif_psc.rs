//! Adaptive exponential integrate-and-fire neurons driven by currents or jumps of the potential.
//!
//! `I_syn = I_ex − I_in`, both kept positive; a weight is the peak current, that of an inhibitory
//! synapse is given negative. `aeif_psc_exp`: currents decay exponentially; `aeif_psc_alpha`: they are
//! alpha functions; `aeif_psc_delta`: V jumps by the weight after the first sub-step of the step in
//! which the spike arrives, unless refractory; with `refractory_input` the jump is kept, discounted by
//! the membrane time constant, until the neuron is free. Everything else is in [`super::aeif`].

use super::aeif::{
    A, B, C_M, DELTA_T, E_L, G_L, I_E, Shown, T_REF, TAU_EX, TAU_IN, TAU_W, TOLERANCE, V_PEAK,
    V_RESET, V_TH, build,
};
use super::contract::{ModelInfo, Parameter, Signs, Variable, p};
use super::synapses::{CurrentAlpha, CurrentExp, Form, Jumps};

static PARAMETERS: &[Parameter] = &[
    C_M, G_L, E_L, V_TH, V_RESET, V_PEAK, DELTA_T, A, B, TAU_W, T_REF, TAU_EX, TAU_IN, I_E,
    TOLERANCE,
];

static DELTA_PARAMETERS: &[Parameter] = &[
    C_M,
    G_L,
    E_L,
    V_TH,
    V_RESET,
    V_PEAK,
    DELTA_T,
    A,
    B,
    TAU_W,
    T_REF,
    I_E,
    TOLERANCE,
    p("refractory_input", "", 0.0, "1 to keep input that arrives while refractory"),
];

const V_M: Variable =
    Variable { name: "V_m", unit: "mV", initial: true, doc: "membrane potential" };
const W: Variable = Variable { name: "w", unit: "pA", initial: true, doc: "adaptation current" };

static VARIABLES: &[Variable] = &[
    V_M,
    W,
    Variable { name: "I_syn_ex", unit: "pA", initial: true, doc: "excitatory current" },
    Variable { name: "I_syn_in", unit: "pA", initial: true, doc: "inhibitory current, positive" },
];

pub(super) static EXP: ModelInfo = ModelInfo {
    name: "aeif_psc_exp",
    summary: "adaptive exponential integrate-and-fire, exponential synaptic currents",
    parameters: PARAMETERS,
    variables: VARIABLES,
    weight_unit: "pA",
    channels: &["ex", "in"],
    signs: Signs::Apart,
    build: |b| {
        let form = Form { conductance: false, alpha: false, inhibition_positive: true };
        build::<CurrentExp, 4>(&EXP, b, Some(form))
    },
};

pub(super) static ALPHA: ModelInfo = ModelInfo {
    name: "aeif_psc_alpha",
    summary: "adaptive exponential integrate-and-fire, alpha-shaped synaptic currents",
    parameters: PARAMETERS,
    variables: VARIABLES,
    weight_unit: "pA",
    channels: &["ex", "in"],
    signs: Signs::Apart,
    build: |b| {
        let form = Form { conductance: false, alpha: true, inhibition_positive: true };
        build::<CurrentAlpha, 6>(&ALPHA, b, Some(form))
    },
};

pub(super) static DELTA: ModelInfo = ModelInfo {
    name: "aeif_psc_delta",
    summary: "adaptive exponential integrate-and-fire, potential jumps at each input",
    parameters: DELTA_PARAMETERS,
    variables: &[V_M, W],
    weight_unit: "mV",
    channels: &["delta"],
    signs: Signs::Together,
    build: |b| build::<Jumps, 2>(&DELTA, b, None),
};

impl Shown for CurrentExp {
    const VARIABLES: &'static [usize] = &[0, 1, 2, 3];
}

impl Shown for CurrentAlpha {
    const VARIABLES: &'static [usize] = &[0, 1, 3, 5];
}

impl Shown for Jumps {
    const VARIABLES: &'static [usize] = &[0, 1];
}
