//! The variables of all instances of one mechanism, and the kernels that work on them.

use std::sync::Arc;

use neuropil_core::names::suggestion;

use super::{
    Description, Diffusion, Emission, Event, KernelFault, Mechanism, Placement, Role, Scope,
    SetError, Surroundings,
};
use crate::run::Scratch;

/// The values of one variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Column<'a> {
    /// The same value for every instance.
    Uniform(f64),
    /// One value per instance.
    Each(&'a [f64]),
}

impl Column<'_> {
    /// The value of one instance.
    pub fn get(&self, instance: usize) -> f64 {
        match self {
            Self::Uniform(value) => *value,
            Self::Each(values) => values[instance],
        }
    }
}

/// How a variable is stored: columns are padded to whole vectors.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Store {
    Uniform(f64),
    Each(Vec<f64>),
}

/// Number of instances that columns are padded to a multiple of.
pub(crate) const PAD: usize = 16;

/// All instances of one mechanism in one engine (or one part of an engine).
///
/// A value like any other: `Clone` copies the complete state, so that an engine can save, branch
/// and restore. Every method that runs a kernel takes the [`Surroundings`] of that moment.
#[derive(Debug, Clone)]
pub struct Instances {
    pub(crate) mechanism: Arc<Mechanism>,
    pub(crate) placement: Placement,
    pub(crate) store: Vec<Store>,
    pub(crate) connected: Vec<bool>,
    pub(crate) scratch: Scratch,
    pub(crate) second_order: bool,
}

impl Instances {
    pub(crate) fn new(mechanism: Arc<Mechanism>, placement: Placement) -> Result<Self, SetError> {
        let d = &mechanism.description;
        if placement.ions.len() != d.ions.len() {
            return Err(SetError::Ions {
                mechanism: d.name.clone(),
                expected: d.ions.len(),
                found: placement.ions.len(),
            });
        }
        if placement.scale.len() != placement.nodes.len() {
            return Err(SetError::Shares {
                mechanism: d.name.clone(),
                expected: placement.nodes.len(),
                found: placement.scale.len(),
            });
        }
        Ok(Self::unchecked(mechanism, placement))
    }

    /// Instances whose placement is known to fit.
    pub(crate) fn unchecked(mechanism: Arc<Mechanism>, placement: Placement) -> Self {
        let d = &mechanism.description;
        let padded = placement.nodes.len().next_multiple_of(PAD);
        let store = d
            .variables
            .iter()
            .map(|v| match (v.role, v.scope) {
                (_, Scope::Global) | (Role::Parameter, _) => Store::Uniform(v.default),
                _ => Store::Each(vec![v.default; padded]),
            })
            .chain(mechanism.program.hidden.iter().map(|v| Store::Each(vec![*v; padded])))
            .collect();
        let connected = vec![false; d.pointers.len()];
        let scratch = Scratch::default();
        let second_order = false;
        let mut made = Self { mechanism, placement, store, connected, scratch, second_order };
        made.keep_written_parameters_apart();
        made
    }

    /// A parameter that a kernel writes is a value per instance.
    fn keep_written_parameters_apart(&mut self) {
        let padded = self.padded();
        for &k in &self.mechanism.program.written {
            if let Store::Uniform(value) = self.store[k] {
                self.store[k] = Store::Each(vec![value; padded]);
            }
        }
    }

    /// Number of instances.
    pub fn len(&self) -> usize {
        self.placement.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.placement.nodes.is_empty()
    }

    pub(crate) fn padded(&self) -> usize {
        self.len().next_multiple_of(PAD)
    }

    /// The mechanism that these are instances of.
    pub fn mechanism(&self) -> &Arc<Mechanism> {
        &self.mechanism
    }

    /// Its description.
    pub fn description(&self) -> &Description {
        &self.mechanism.description
    }

    /// The compartment of each instance.
    pub fn nodes(&self) -> &[u32] {
        &self.placement.nodes
    }

    /// The engine's number of an ion, by its index into [`Description::ions`].
    ///
    /// # Panics
    /// If there is no such ion.
    pub fn ion(&self, ion: usize) -> usize {
        self.placement.ions[ion]
    }

    /// Renumbers the compartments, for an engine that reorders its columns.
    pub fn renumber(&mut self, new_of_old: impl Fn(u32) -> u32) {
        for node in &mut self.placement.nodes {
            *node = new_of_old(*node);
        }
        self.scratch.forget_placement();
    }

    /// Sets a parameter of every instance, checked against its limits.
    ///
    /// # Errors
    /// [`SetError::Unknown`], [`SetError::NotAParameter`], [`SetError::Limits`].
    pub fn set(&mut self, parameter: &str, value: f64) -> Result<(), SetError> {
        let k = self.parameter(parameter)?;
        self.within_limits(k, value)?;
        match &mut self.store[k] {
            Store::Uniform(v) => *v = value,
            Store::Each(values) => values.fill(value),
        }
        Ok(())
    }

    /// Sets a parameter per instance.
    ///
    /// # Errors
    /// Those of [`Self::set`], [`SetError::Global`], and [`SetError::Length`].
    pub fn set_each(&mut self, parameter: &str, values: &[f64]) -> Result<(), SetError> {
        let k = self.parameter(parameter)?;
        let d = &self.mechanism.description;
        if d.variables[k].scope == Scope::Global {
            return Err(SetError::Global {
                mechanism: d.name.clone(),
                variable: parameter.to_owned(),
            });
        }
        if values.len() != self.len() {
            return Err(SetError::Length {
                mechanism: d.name.clone(),
                variable: parameter.to_owned(),
                found: values.len(),
                expected: self.len(),
            });
        }
        for &value in values {
            self.within_limits(k, value)?;
        }
        let all_equal = values.windows(2).all(|w| w[0].to_bits() == w[1].to_bits());
        let written = self.mechanism.program.written.contains(&k);
        self.store[k] = match values.first() {
            Some(&first) if all_equal && !written => Store::Uniform(first),
            first => {
                let mut column = values.to_vec();
                column.resize(self.padded(), first.copied().unwrap_or(0.0));
                Store::Each(column)
            }
        };
        Ok(())
    }

    /// The values of a variable, by index into [`Description::variables`].
    ///
    /// # Panics
    /// If there is no such variable.
    pub fn column(&self, variable: usize) -> Column<'_> {
        match &self.store[variable] {
            Store::Uniform(value) => Column::Uniform(*value),
            Store::Each(values) => Column::Each(&values[..self.len()]),
        }
    }

    /// The values of a state or assigned variable, to be overwritten (initial values that a user
    /// prescribes, a checkpoint); turned into one value per instance when it was shared.
    ///
    /// # Panics
    /// If there is no such variable.
    pub fn column_mut(&mut self, variable: usize) -> &mut [f64] {
        let (len, padded) = (self.len(), self.padded());
        if let Store::Uniform(value) = self.store[variable] {
            self.store[variable] = Store::Each(vec![value; padded]);
        }
        match &mut self.store[variable] {
            Store::Each(values) => &mut values[..len],
            Store::Uniform(_) => &mut [],
        }
    }

    /// The compartments, and the values of several variables to be overwritten
    /// ([`column_mut`](Self::column_mut)); nothing if a variable is named twice or unknown.
    pub fn columns_mut<const N: usize>(
        &mut self,
        variables: [usize; N],
    ) -> Option<(&[u32], [&mut [f64]; N])> {
        let len = self.len();
        let known = self.store.len();
        for &variable in variables.iter().filter(|k| **k < known) {
            self.column_mut(variable);
        }
        let stores = self.store.get_disjoint_mut(variables).ok()?;
        let columns = stores.map(|store| match store {
            Store::Each(values) => &mut values[..len],
            Store::Uniform(_) => &mut [],
        });
        Some((&self.placement.nodes, columns))
    }

    /// The column of pointer number `pointer` (index into [`Description::pointers`]), which the
    /// engine fills before each kernel call with the values pointed at. Marks it as connected.
    ///
    /// # Panics
    /// If there is no such pointer.
    pub fn pointer_mut(&mut self, pointer: usize) -> &mut [f64] {
        self.connected[pointer] = true;
        let variable = self.mechanism.description.pointers[pointer];
        self.column_mut(variable)
    }

    /// Keeps only the given computed variables up to date, beside what the mechanism itself needs.
    ///
    /// By default every visible variable of [`Role::Assigned`] is stored at every step, so that
    /// it can be recorded. An engine that knows what is recorded saves that work; columns that are
    /// no longer kept read as not-a-number from then on. States, parameters and what the kernels
    /// themselves read are always kept.
    pub fn keep_only(&mut self, variables: &[usize]) {
        let program = &self.mechanism.program;
        let d = &self.mechanism.description;
        let keep: Vec<bool> = (0..self.store.len())
            .map(|k| match d.variables.get(k) {
                Some(v) if v.role == Role::Assigned => variables.contains(&k) || program.read[k],
                _ => true,
            })
            .collect();
        for (k, _) in keep.iter().enumerate().filter(|(_, keep)| !**keep) {
            self.store[k] = Store::Uniform(f64::NAN);
        }
        self.scratch.keep_only(keep);
    }

    /// Whether pointer number `pointer` was ever connected.
    pub fn is_connected(&self, pointer: usize) -> bool {
        self.connected[pointer]
    }

    /// Lets the implicit methods (`sparse`, `derivimplicit`) take steps of second order: the L-stable
    /// singly diagonal Runge–Kutta scheme of two stages (Alexander 1977, doi:10.1137/0714068) in
    /// place of backward Euler. Off by default, as NEURON knows backward Euler only.
    pub fn set_second_order(&mut self, second_order: bool) {
        self.second_order = second_order;
        self.scratch.forget_kernels();
    }

    /// Whether implicit steps are of second order.
    pub fn is_second_order(&self) -> bool {
        self.second_order
    }

    /// Coefficient and volume per length of one spreading species ([`Description::diffusion`]), for
    /// each instance; to be asked after [`initialize`](Self::initialize).
    ///
    /// # Errors
    /// As [`Self::initialize`].
    pub fn diffusion(
        &mut self,
        species: Diffusion,
        around: &mut Surroundings<'_>,
    ) -> Result<(Vec<f64>, Vec<f64>), KernelFault> {
        crate::run::diffusion(self, around)?;
        let column = |k| (0..self.len()).map(|i| self.column(k).get(i)).collect();
        Ok((column(species.coefficient), column(species.volume)))
    }

    /// Runs `INITIAL`: states at the values that the file prescribes for the present voltage.
    /// Concentrations and reversal potentials that the mechanism writes go to the ion columns.
    /// Self-events that the file asks for at the start (`net_send` in `INITIAL`) are appended to
    /// `emissions`.
    ///
    /// # Errors
    /// [`KernelFault::PointerUnset`], [`KernelFault::Surroundings`],
    /// [`KernelFault::NoConvergence`].
    pub fn initialize(
        &mut self,
        around: &mut Surroundings<'_>,
        emissions: &mut Vec<Emission>,
    ) -> Result<(), KernelFault> {
        crate::run::initialize(self, around, emissions)
    }

    /// Runs `BREAKPOINT` without its `SOLVE`s: adds every current and its `di/dv` into
    /// [`Surroundings::i_ma_cm2`], [`Surroundings::g_s_cm2`] and the ion columns.
    ///
    /// # Errors
    /// As [`Self::initialize`].
    pub fn currents(&mut self, around: &mut Surroundings<'_>) -> Result<(), KernelFault> {
        crate::run::currents(self, around)
    }

    /// As [`currents`](Self::currents), but takes the place of what the compartments of the
    /// instances hold in [`Surroundings::i_ma_cm2`] and [`Surroundings::g_s_cm2`], which need not be
    /// cleared there. For instances of which no two share a compartment.
    ///
    /// # Errors
    /// As [`Self::initialize`].
    pub fn first_currents(&mut self, around: &mut Surroundings<'_>) -> Result<(), KernelFault> {
        crate::run::first_currents(self, around)
    }

    /// Runs the `SOLVE`s of `BREAKPOINT`: advances the states by [`Surroundings::dt_ms`] at the
    /// given voltage; concentrations that the mechanism writes go to the ion columns.
    ///
    /// # Errors
    /// As [`Self::initialize`].
    pub fn advance(&mut self, around: &mut Surroundings<'_>) -> Result<(), KernelFault> {
        crate::run::advance(self, around)
    }

    /// Gives a new connection its stored numbers: `arguments[0]` is the weight, the others are
    /// zero unless the file's `INITIAL` inside `NET_RECEIVE` says otherwise.
    ///
    /// # Errors
    /// As [`Self::receive`].
    pub fn open_connection(
        &mut self,
        instance: usize,
        arguments: &mut [f64],
        around: &mut Surroundings<'_>,
    ) -> Result<(), KernelFault> {
        crate::run::open_connection(self, instance, arguments, around)
    }

    /// Hands one event to one instance (`NET_RECEIVE`). What it asks for in return is appended to
    /// `emissions`.
    ///
    /// # Errors
    /// [`KernelFault::NoEvents`], [`KernelFault::Arguments`], [`KernelFault::Surroundings`].
    pub fn receive(
        &mut self,
        event: Event<'_>,
        around: &mut Surroundings<'_>,
        emissions: &mut Vec<Emission>,
    ) -> Result<(), KernelFault> {
        crate::run::receive(self, event, around, emissions)
    }

    fn parameter(&self, name: &str) -> Result<usize, SetError> {
        let d = &self.mechanism.description;
        let k = d.variable(name).ok_or_else(|| SetError::Unknown {
            mechanism: d.name.clone(),
            variable: name.to_owned(),
            hint: suggestion(name, d.parameters().map(|p| p.name.as_str())),
        })?;
        let role = match d.variables[k].role {
            Role::Parameter => return Ok(k),
            Role::State => "state",
            Role::Assigned => "computed variable",
            Role::Pointer => "POINTER",
        };
        Err(SetError::NotAParameter { mechanism: d.name.clone(), variable: name.to_owned(), role })
    }

    fn within_limits(&self, k: usize, value: f64) -> Result<(), SetError> {
        let d = &self.mechanism.description;
        match d.variables[k].limits {
            Some((low, high)) if !(low..=high).contains(&value) => Err(SetError::Limits {
                mechanism: d.name.clone(),
                variable: d.variables[k].name.clone(),
                value,
                low,
                high,
            }),
            _ => Ok(()),
        }
    }
}
