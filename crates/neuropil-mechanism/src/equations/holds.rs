//! What the columns of a model's neurons hold.

use super::error::Part;

/// The propagators of a linear system `x' = J x + b` over a step h.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Propagator {
    /// `exp(hJ) − 1`, of the state.
    State,
    /// `h φ₁(hJ)`, of what drives it.
    Drive,
}

/// What a column of the neurons holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    Parameter(usize),
    State(usize),
    /// Whether the neuron is refractory.
    Rest,
    /// The number of the first step in which the neuron is free.
    Until,
    /// The number of the step, the same for all.
    Now,
    /// Whether the threshold was crossed in this step.
    Crossed,
    /// Current of inputs.
    Current,
    /// Conductance of clamps.
    ClampConductance,
    /// The potential that clamps draw to.
    ClampPotential,
    /// Summed weights that arrive at a receptor.
    Channel(usize),
    /// Standard normal numbers, drawn for each step.
    Normal(usize),
    /// Uniform numbers in [0, 1), drawn for each step.
    Uniform(usize),
    /// An entry of a propagator of a linear system, and whether it is that of refractory neurons.
    Propagator {
        kind: Propagator,
        row: usize,
        column: usize,
        resting: bool,
    },
    /// A value that is computed of parameters only.
    Fixed(usize),
}

impl Hold {
    /// Whether a column holds what is needed during a step only, so that one is enough for all blocks.
    pub(crate) fn is_local(self) -> bool {
        matches!(self, Self::Crossed | Self::Channel(_))
    }
}

/// Where a random number of the texts was written, or its name: each has a column of its own.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Origin {
    Noise(String),
    Written(Part, usize),
}

/// The columns of a model.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    pub(super) holds: Vec<Hold>,
    random: Vec<(Origin, usize)>,
    draws: usize,
}

impl Columns {
    /// The column of something, made when first asked for.
    pub(super) fn of(&mut self, hold: Hold) -> usize {
        self.holds.iter().position(|h| *h == hold).unwrap_or_else(|| {
            self.holds.push(hold);
            self.holds.len() - 1
        })
    }

    /// The column of a random number.
    pub(super) fn random(&mut self, origin: Origin, normal: bool) -> usize {
        if let Some((_, column)) = self.random.iter().find(|(o, _)| *o == origin) {
            return *column;
        }
        let hold = if normal { Hold::Normal(self.draws) } else { Hold::Uniform(self.draws) };
        self.draws += 1;
        let column = self.of(hold);
        self.random.push((origin, column));
        column
    }

    /// Columns of the named noise sources (`xi`).
    pub(super) fn noise(&self) -> impl Iterator<Item = usize> {
        let named = |(origin, _): &&(Origin, usize)| matches!(origin, Origin::Noise(_));
        self.random.iter().filter(named).map(|(_, column)| *column)
    }
}
