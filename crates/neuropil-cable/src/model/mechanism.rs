//! Mechanisms as they are put on a cell: which one, and with which parameters.

use std::fmt;
use std::sync::Arc;

use neuropil_mechanism::Mechanism;
use neuropil_morphology::Location;

use super::cell::Site;

/// Values of a parameter over the compartments of a region.
#[derive(Clone)]
pub enum Values {
    /// The same everywhere.
    Uniform(f64),
    /// A function of the place: distance from the soma, diameter, section, kind.
    Function(Arc<dyn Fn(&Site) -> f64 + Send + Sync>),
    /// One value per compartment of the region, in order of node number.
    Each(Arc<[f64]>),
}

impl Values {
    /// A function of the place.
    pub fn function(f: impl Fn(&Site) -> f64 + Send + Sync + 'static) -> Self {
        Self::Function(Arc::new(f))
    }

    pub(crate) fn at(&self, position: usize, site: &Site) -> Option<f64> {
        match self {
            Self::Uniform(value) => Some(*value),
            Self::Function(f) => Some(f(site)),
            Self::Each(values) => values.get(position).copied(),
        }
    }
}

impl From<f64> for Values {
    fn from(value: f64) -> Self {
        Self::Uniform(value)
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uniform(value) => write!(f, "{value}"),
            Self::Function(_) => f.write_str("function of place"),
            Self::Each(values) => write!(f, "{} values", values.len()),
        }
    }
}

/// A density mechanism and its parameters, ready to be painted on a region.
#[derive(Debug, Clone)]
pub struct Density {
    pub(crate) mechanism: Arc<Mechanism>,
    pub(crate) parameters: Vec<(String, Values)>,
    pub(crate) pointers: Vec<(String, Reference)>,
}

impl Density {
    /// A mechanism with its defaults.
    pub fn new(mechanism: &Arc<Mechanism>) -> Self {
        let mechanism = Arc::clone(mechanism);
        Self { mechanism, parameters: Vec::new(), pointers: Vec::new() }
    }

    /// Sets a parameter, in the unit of the mechanism's own declaration.
    #[must_use]
    pub fn with(mut self, parameter: &str, values: impl Into<Values>) -> Self {
        self.parameters.push((parameter.into(), values.into()));
        self
    }

    /// Connects a POINTER of every instance with what it reads.
    #[must_use]
    pub fn with_pointer(mut self, pointer: &str, reference: Reference) -> Self {
        self.pointers.push((pointer.into(), reference));
        self
    }
}

/// A point process and its parameters, ready to be placed.
#[derive(Debug, Clone)]
pub struct Point {
    pub(crate) mechanism: Arc<Mechanism>,
    pub(crate) parameters: Vec<(String, f64)>,
    pub(crate) pointers: Vec<(String, Reference)>,
}

impl Point {
    /// A mechanism with its defaults.
    pub fn new(mechanism: &Arc<Mechanism>) -> Self {
        let mechanism = Arc::clone(mechanism);
        Self { mechanism, parameters: Vec::new(), pointers: Vec::new() }
    }

    /// Sets a parameter, in the unit of the mechanism's own declaration.
    #[must_use]
    pub fn with(mut self, parameter: &str, value: f64) -> Self {
        self.parameters.push((parameter.into(), value));
        self
    }

    /// Connects a POINTER with what it reads.
    #[must_use]
    pub fn with_pointer(mut self, pointer: &str, reference: Reference) -> Self {
        self.pointers.push((pointer.into(), reference));
        self
    }
}

/// What a POINTER reads, within the same cell. It sees the value at the beginning of a kernel call.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Reference {
    /// The potential at a place; [`Reference::VoltageHere`] for the instance's own compartment.
    Voltage(Location),
    /// The potential of the instance's own compartment.
    VoltageHere,
    /// A variable of a density mechanism at a place.
    Density {
        /// Name of the mechanism.
        mechanism: String,
        /// Its variable.
        variable: String,
        /// Where.
        place: Location,
    },
    /// A variable of a density mechanism in the instance's own compartment.
    DensityHere {
        /// Name of the mechanism.
        mechanism: String,
        /// Its variable.
        variable: String,
    },
    /// A variable of a point process, by the number [`place`](super::CellModel::place) gave it.
    Point {
        /// Number of the point process.
        point: usize,
        /// Its variable.
        variable: String,
    },
}
