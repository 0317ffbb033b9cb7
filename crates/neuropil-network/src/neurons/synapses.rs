//! Synaptic variables of models without closed solution, in the order in which a state holds them.
//!
//! A conductance synapse may be in part a current, as if the driving force did not follow the potential:
//!
//! ```text
//! I_x = g_x [α_x (E_x − V) + (1 − α_x)(E_x − V_ref)]
//! ```
//!
//! α = 1, the default, is a conductance; α = 0 is a current `g (E − V_ref)`, which leaves the membrane's
//! conductance as it is.

use super::columns::numbers;
use super::contract::{Parameter, p};
use super::table::Given;
use crate::description::ModelError;

numbers! {
    /// Coefficients of an excitatory and an inhibitory input.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Coefficients {
        rate_ex: f64,
        rate_in: f64,
        ex: Force,
        inh: Force,
        /// What a weight of 1 adds.
        pub kicks: [f64; 2],
        /// −1 where inhibition is kept positive.
        sign_in: f64,
    }
}

/// Share of conductance of excitatory synapses.
pub(super) const ALPHA_EX: Parameter =
    p("alpha_ex", "", 1.0, "share of conductance, 0 to 1; the rest is a current at V_ref");
/// Share of conductance of inhibitory synapses.
pub(super) const ALPHA_IN: Parameter = p("alpha_in", "", 1.0, "the same of inhibitory synapses");
/// Potential at which the other share has its driving force.
pub(super) const V_REF: Parameter =
    p("V_ref", "mV", -70.0, "potential that a current share takes for V");

numbers! {
    /// What drives a current through a conductance, `α (E − V) + (1 − α)(E − V_ref)`.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Force {
        /// `E − (1 − α) V_ref`
        zero: f64,
        alpha: f64,
    }
}

impl Force {
    /// From `E`, `alpha` and `V_ref`.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] for values out of range.
    pub fn new(
        given: &Given<'_>,
        n: usize,
        e: &'static str,
        alpha: &'static str,
    ) -> Result<Self, ModelError> {
        let share =
            given.checked(alpha, n, "must be between 0 and 1", |a| (0.0..=1.0).contains(&a))?;
        let reference = given.finite("V_ref", n)?;
        Ok(Self { zero: given.finite(e, n)? - (1.0 - share) * reference, alpha: share })
    }

    /// The driving force at a potential.
    #[inline(always)]
    pub fn at(self, v: f64) -> f64 {
        self.zero - self.alpha * v
    }

    /// Conductance of the membrane that a synapse of conductance `g` is.
    #[inline(always)]
    pub fn conductance(self, g: f64) -> f64 {
        self.alpha * g
    }

    /// Its current at V = 0.
    #[inline(always)]
    pub fn pull(self, g: f64) -> f64 {
        self.zero * g
    }

    /// Whether it belongs to a conductance through and through.
    pub fn is_conductance(&self) -> bool {
        self.alpha == 1.0
    }

    /// The same as [`Force::at`] for one that is.
    #[inline(always)]
    pub fn of_conductance(self, v: f64) -> f64 {
        self.zero - v
    }

    /// None at all.
    const NONE: Self = Self { zero: 0.0, alpha: 0.0 };
}

/// A kind of synapse: `COUNT` state variables.
pub(super) trait Synapses: Send + 'static {
    /// Positions (within the synaptic variables) that weights are added to.
    const INPUTS: Option<[usize; 2]>;

    /// Current into the cell.
    fn current(c: &Coefficients, v: f64, s: &[f64]) -> f64;

    /// Slopes of the synaptic variables.
    fn slopes(c: &Coefficients, s: &[f64], slopes: &mut [f64]);
}

/// `g' = −g/τ`, `I = g · force`; order g_ex, g_in.
#[derive(Debug)]
pub(super) struct ConductanceExp;
/// `g'' = −2g'/τ − g/τ²`, `I = g · force`; order dg_ex, g_ex, dg_in, g_in.
#[derive(Debug)]
pub(super) struct ConductanceAlpha;
/// `I' = −I/τ`; order I_ex, I_in.
#[derive(Debug)]
pub(super) struct CurrentExp;
/// `I'' = −2I'/τ − I/τ²`; order dI_ex, I_ex, dI_in, I_in.
#[derive(Debug)]
pub(super) struct CurrentAlpha;
/// Input moves the potential itself.
#[derive(Debug)]
pub(super) struct Jumps;

#[inline(always)]
fn exponential(c: &Coefficients, s: &[f64], slopes: &mut [f64]) {
    slopes[0] = -s[0] * c.rate_ex;
    slopes[1] = -s[1] * c.rate_in;
}

#[inline(always)]
fn alpha(c: &Coefficients, s: &[f64], slopes: &mut [f64]) {
    slopes[0] = -s[0] * c.rate_ex;
    slopes[1] = s[0] - s[1] * c.rate_ex;
    slopes[2] = -s[2] * c.rate_in;
    slopes[3] = s[2] - s[3] * c.rate_in;
}

impl Synapses for ConductanceExp {
    const INPUTS: Option<[usize; 2]> = Some([0, 1]);

    #[inline(always)]
    fn current(c: &Coefficients, v: f64, s: &[f64]) -> f64 {
        s[0] * c.ex.at(v) + s[1] * c.inh.at(v)
    }

    #[inline(always)]
    fn slopes(c: &Coefficients, s: &[f64], slopes: &mut [f64]) {
        exponential(c, s, slopes);
    }
}

impl Synapses for ConductanceAlpha {
    const INPUTS: Option<[usize; 2]> = Some([0, 2]);

    #[inline(always)]
    fn current(c: &Coefficients, v: f64, s: &[f64]) -> f64 {
        s[1] * c.ex.at(v) + s[3] * c.inh.at(v)
    }

    #[inline(always)]
    fn slopes(c: &Coefficients, s: &[f64], slopes: &mut [f64]) {
        alpha(c, s, slopes);
    }
}

impl Synapses for CurrentExp {
    const INPUTS: Option<[usize; 2]> = Some([0, 1]);

    #[inline(always)]
    fn current(c: &Coefficients, _v: f64, s: &[f64]) -> f64 {
        s[0] + c.sign_in * s[1]
    }

    #[inline(always)]
    fn slopes(c: &Coefficients, s: &[f64], slopes: &mut [f64]) {
        exponential(c, s, slopes);
    }
}

impl Synapses for CurrentAlpha {
    const INPUTS: Option<[usize; 2]> = Some([0, 2]);

    #[inline(always)]
    fn current(c: &Coefficients, _v: f64, s: &[f64]) -> f64 {
        s[1] + c.sign_in * s[3]
    }

    #[inline(always)]
    fn slopes(c: &Coefficients, s: &[f64], slopes: &mut [f64]) {
        alpha(c, s, slopes);
    }
}

impl Synapses for Jumps {
    const INPUTS: Option<[usize; 2]> = None;

    #[inline(always)]
    fn current(_c: &Coefficients, _v: f64, _s: &[f64]) -> f64 {
        0.0
    }

    #[inline(always)]
    fn slopes(_c: &Coefficients, _s: &[f64], _slopes: &mut [f64]) {}
}

/// How the amplitude of a synapse is to be understood, and how inhibition is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// Reversal potentials E_ex and E_in, `alpha_ex`, `alpha_in` and V_ref are wanted.
    pub conductance: bool,
    /// The weight is the peak of an alpha function: it is added to the slope, times e/τ.
    pub alpha: bool,
    /// The inhibitory variable is positive.
    pub inhibition_positive: bool,
}

impl Coefficients {
    /// From the parameters `tau_syn_ex`, `tau_syn_in` and, for conductances, those of [`Force`].
    ///
    /// # Errors
    /// [`ModelError::Parameter`] for values out of range.
    pub fn new(given: &Given<'_>, n: usize, form: Form) -> Result<Self, ModelError> {
        let (tau_ex, tau_in) = (given.positive("tau_syn_ex", n)?, given.positive("tau_syn_in", n)?);
        let sign_in = if form.inhibition_positive { -1.0 } else { 1.0 };
        let kick = |tau: f64| if form.alpha { std::f64::consts::E / tau } else { 1.0 };
        let force = |e, alpha| match form.conductance {
            true => Force::new(given, n, e, alpha),
            false => Ok(Force::NONE),
        };
        Ok(Self {
            rate_ex: 1.0 / tau_ex,
            rate_in: 1.0 / tau_in,
            ex: force("E_ex", "alpha_ex")?,
            inh: force("E_in", "alpha_in")?,
            kicks: [kick(tau_ex), sign_in * kick(tau_in)],
            sign_in,
        })
    }

    /// Of a model without synaptic variables.
    pub const NONE: Self = Self {
        rate_ex: 0.0,
        rate_in: 0.0,
        ex: Force::NONE,
        inh: Force::NONE,
        kicks: [1.0; 2],
        sign_in: 1.0,
    };
}
