//! What a mechanism is, has, needs and gives: everything an engine or a tool may ask.

use neuropil_core::units::Unit;

/// Where a mechanism lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Spread over membrane; currents per area (NMODL `SUFFIX`).
    Density,
    /// At a point; currents in nA (NMODL `POINT_PROCESS`).
    Point,
    /// No membrane at all; events in, events out (NMODL `ARTIFICIAL_CELL`).
    Artificial,
}

/// What a variable is to its mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Set by the user, with a default.
    Parameter,
    /// Advanced by the mechanism's equations.
    State,
    /// Computed by the mechanism; may be recorded.
    Assigned,
    /// Value read from elsewhere, connected by the engine (NMODL `POINTER`).
    Pointer,
}

/// Whether each instance has its own value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One value per instance.
    Range,
    /// One value shared by all instances of an [`crate::contract::Instances`].
    Global,
}

/// A variable that can be set or recorded. Elements of arrays are variables named `x[0]`, `x[1]`…
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Name as in the file.
    pub name: String,
    /// Unit as written in the file; empty when none was given.
    pub unit_text: String,
    /// The unit, when one was given and understood.
    pub unit: Option<Unit>,
    /// Parameter, state, assigned or pointer.
    pub role: Role,
    /// Per instance or shared.
    pub scope: Scope,
    /// Value before `INITIAL` runs.
    pub default: f64,
    /// Admissible range `<low, high>` where the file gives one.
    pub limits: Option<(f64, f64)>,
    /// Line of the declaration, counted from 1; 0 for what the compiler added.
    pub line: usize,
}

/// Which of the four quantities of an ion are meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IonVariables {
    /// Reversal potential, `eX` `[mV]`.
    pub reversal: bool,
    /// Membrane current, `iX` `[mA/cm²]`.
    pub current: bool,
    /// Concentration inside, `Xi` `[mM]`.
    pub inside: bool,
    /// Concentration outside, `Xo` `[mM]`.
    pub outside: bool,
}

impl IonVariables {
    /// Whether none of the four is meant.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One `USEION`.
#[derive(Debug, Clone, PartialEq)]
pub struct IonUse {
    /// `na`, `k`, `ca`, or any other name.
    pub name: String,
    /// Charge number, where the file gives `VALENCE`.
    pub valence: Option<f64>,
    /// What the mechanism reads.
    pub reads: IonVariables,
    /// What the mechanism writes.
    pub writes: IonVariables,
    /// Line of the statement, counted from 1.
    pub line: usize,
}

/// A current that the mechanism adds to the membrane.
#[derive(Debug, Clone, PartialEq)]
pub struct Current {
    /// Variable name, such as `ina` or `i`; also a [`Variable`] that can be recorded.
    pub name: String,
    /// Index into [`Description::ions`] of the ion that carries it.
    pub ion: Option<usize>,
    /// Whether it flows through an electrode (inward positive in the file, no membrane current).
    pub electrode: bool,
}

/// How events arrive (NMODL `NET_RECEIVE`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventPort {
    /// Names of the numbers that every connection stores; the first is the weight.
    pub arguments: Vec<String>,
    /// Unit of each argument as written; empty when none was given.
    pub units: Vec<String>,
    /// Whether [`crate::contract::Instances::open_connection`] changes them (an `INITIAL` inside).
    pub has_initial: bool,
}

/// What spreads along the cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Diffusing {
    /// A state, as an index into [`Description::variables`].
    State(usize),
    /// The concentration inside of an ion, as an index into [`Description::ions`].
    Inside(usize),
}

/// One species of a `LONGITUDINAL_DIFFUSION`: `volume · ∂c/∂t = ∂/∂x (coefficient · ∂c/∂x)`, with
/// the volume and the coefficient taken per length of cable. Which they are,
/// [`crate::Instances::diffusion`] tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Diffusion {
    /// What spreads.
    pub what: Diffusing,
    pub(crate) coefficient: usize,
    pub(crate) volume: usize,
}

/// What kernels read from the surroundings besides voltage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// Time, `t`.
    pub time: bool,
    /// Temperature, `celsius`.
    pub celsius: bool,
    /// Membrane area of the compartment, `area`.
    pub area: bool,
    /// Diameter of the compartment, `diam`.
    pub diam: bool,
}

/// Everything an engine or tool may ask about a mechanism.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Name used in experiment files.
    pub name: String,
    /// File or catalogue path it came from.
    pub origin: String,
    /// The file's `TITLE`, or empty.
    pub title: String,
    /// Density, point process or artificial cell.
    pub kind: Kind,
    /// Everything that can be set or recorded, in order of declaration.
    pub variables: Vec<Variable>,
    /// Ions used, in order of declaration.
    pub ions: Vec<IonUse>,
    /// Currents made, in order of declaration.
    pub currents: Vec<Current>,
    /// Indices into [`Self::variables`] of what the engine has to connect.
    pub pointers: Vec<usize>,
    /// How events arrive, if they do.
    pub events: Option<EventPort>,
    /// What else the kernels read.
    pub needs: Needs,
    /// What spreads along the cell, which is the engine's to do.
    pub diffusion: Vec<Diffusion>,
    /// How each `SOLVE` is done, in words.
    pub methods: Vec<String>,
}

impl Description {
    /// Index of a variable by name.
    pub fn variable(&self, name: &str) -> Option<usize> {
        self.variables.iter().position(|v| v.name == name)
    }

    /// Index of an ion by name.
    pub fn ion(&self, name: &str) -> Option<usize> {
        self.ions.iter().position(|i| i.name == name)
    }

    /// Parameters only, in order of declaration.
    pub fn parameters(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().filter(|v| v.role == Role::Parameter)
    }

    /// States only, in order of declaration.
    pub fn states(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().filter(|v| v.role == Role::State)
    }
}
