//! The contract between compiled mechanisms and the engines that run them.
//!
//! An engine never sees a language or a file. It sees four things:
//!
//! 1. a [`Mechanism`]: compiled once, immutable, shared (`Arc`); its [`Description`] says what it
//!    is (density, point process, artificial cell), which variables it has, which ions it reads
//!    and writes, which currents it makes, and what it needs from outside;
//! 2. a [`Placement`]: on which compartments its instances sit, with which weight their currents
//!    count there, and which of the engine's ions it is bound to;
//! 3. [`Instances`]: the structure of arrays that holds the variables of all those instances, and
//!    the kernels that work on it;
//! 4. [`Surroundings`]: what the engine lends for the length of one kernel call: time, step,
//!    temperature, the columns per compartment (voltage, area, diameter, ions) and the two
//!    columns that currents are added into.
//!
//! # The life of an instance
//!
//! ```text
//! let mut hh = mechanism.instantiate(Placement::density(nodes).with_ions(ions))?;
//! hh.set_each("gnabar", &values)?;              // parameters, before or during a run
//! hh.initialize(&mut around)?;                  // INITIAL: after ions have their start values
//! loop {
//!     around.i_ma_cm2 = 0, around.g_s_cm2 = 0, ion currents = 0   (the engine's own columns)
//!     hh.currents(&mut around)?;                // adds i and di/dv, ion currents
//!     ... the engine solves for v ...
//!     hh.advance(&mut around)?;                 // SOLVE: states, v held fixed, by dt
//! }
//! ```
//!
//! An engine that knows what is recorded should call [`Instances::keep_only`]: computed variables
//! that nobody wants are then not stored.
//!
//! Between steps, events: [`Instances::receive`] hands one event to one instance; what it asks for
//! in return (`net_send`, `net_event`) comes back as [`Emission`]s. Delivery times are the
//! engine's business.
//!
//! # Units, fixed for every engine
//!
//! mV, ms, °C, µm, µm², mM; membrane currents mA/cm² **outward positive**, conductances S/cm².
//! A point process computes nA; its instances carry the factor `100 / area[µm²]` that turns nA
//! into mA/cm², so that the engine adds everything into the same columns. An electrode current
//! (inward positive in its file) is subtracted.
//!
//! # Guarantees
//!
//! - The result for an instance depends on its own variables and its compartment only, never on
//!   its neighbours in the arrays, their number, or the instruction set: bit for bit.
//! - [`Instances::currents`] adds, in the order of the instances; several instances may share a
//!   compartment.
//! - `di/dv` is the derivative of the current as written, differentiated symbolically, with the
//!   states held fixed.
//! - A kernel call allocates nothing after the first, except in Newton iterations.
//!
//! # What the engine has to check, and can from the description
//!
//! - every [`IonUse`] that reads something finds an ion that provides it;
//! - every [`Description::pointers`] entry is connected ([`Instances::pointer_mut`]); a kernel that
//!   reads an unset pointer fails with [`KernelFault::PointerUnset`];
//! - two mechanisms of one name ([`crate::Library`] refuses them);
//! - concentrations have one writer per compartment ([`IonUse::writes`]).

mod description;
mod event;
mod fault;
mod instances;
mod ohmic;
mod placement;
mod surroundings;

pub use description::{
    Current, Description, Diffusing, Diffusion, EventPort, IonUse, IonVariables, Kind, Needs, Role,
    Scope, Variable,
};
pub use event::{Emission, Event};
pub use fault::{KernelFault, SetError};
pub(crate) use instances::Store;
pub use instances::{Column, Instances};
pub use placement::Placement;
pub use surroundings::{IonColumns, Surroundings};

use std::sync::Arc;

use crate::program::Program;

/// A compiled mechanism: what it is, and its kernels.
#[derive(Debug)]
pub struct Mechanism {
    pub(crate) description: Description,
    pub(crate) program: Program,
}

impl Mechanism {
    /// What the mechanism is, has, needs and gives.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The name used in experiment files: NMODL's SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL name.
    pub fn name(&self) -> &str {
        &self.description.name
    }

    /// Storage for instances at the given places, every variable at its default.
    ///
    /// # Errors
    /// [`SetError::Ions`] when the placement binds another number of ions than the mechanism uses.
    pub fn instantiate(self: &Arc<Self>, placement: Placement) -> Result<Instances, SetError> {
        Instances::new(Arc::clone(self), placement)
    }
}
