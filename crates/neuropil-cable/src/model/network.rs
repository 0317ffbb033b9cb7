//! Cells, what joins them, what drives them and what is recorded.

use std::sync::Arc;

use neuropil_core::Clock;
use neuropil_morphology::{Location, Region};

use super::cell::CellModel;
use super::check::finite;
use super::electrode::Electrode;
use super::junction::Joined;
use super::record::{Column, Probe, Quantity, Sampling};
use super::stream::EventStream;
use crate::error::ModelError;

/// How time is stepped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Crank–Nicolson with the states half a step ahead of the potential: second order (Hines
    /// 1984, doi:10.1016/0020-7101(84)90008-4). The first step and each in which an electrode jumps
    /// are two half steps of backward Euler, which keeps the order and damps the ringing of fine
    /// grids (Rannacher 1984, doi:10.1007/BF01390130). Implicit equations of mechanisms (`sparse`,
    /// `derivimplicit`) take steps of second order, too.
    #[default]
    CrankNicolson,
    /// The same without damping, and with events acting on states half a step ahead of them. Except
    /// for implicit equations of mechanisms (`sparse`, `derivimplicit`), which NEURON steps with
    /// another scheme of second order, this is NEURON's `secondorder = 2`, number for number.
    UndampedCrankNicolson,
    /// Backward Euler with staggered states: first order, damped. NEURON's `secondorder = 0`.
    BackwardEuler,
}

/// Where spikes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpikeSource {
    /// A threshold detector.
    Detector {
        /// The cell.
        cell: usize,
        /// Its detector.
        detector: usize,
    },
    /// A point process or artificial cell that emits events (`net_event`).
    Point {
        /// The cell.
        cell: usize,
        /// Its point process.
        point: usize,
    },
}

/// A point process that receives events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SynapseTarget {
    /// The cell.
    pub cell: usize,
    /// Number of the point process in the cell.
    pub point: usize,
}

/// Spikes of a source arrive at a target after a delay.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Whose spikes.
    pub source: SpikeSource,
    /// Who receives them.
    pub target: SynapseTarget,
    /// Weight, then the mechanism's further arguments (0 if not given).
    pub arguments: Vec<f64>,
    /// Delay `[ms]`, rounded to whole steps, half a step up; at least one step.
    pub delay_ms: f64,
}

/// A sampled recording.
#[derive(Debug, Clone)]
pub(crate) struct SampleRecording {
    pub(crate) probes: Vec<Probe>,
    pub(crate) sampling: Sampling,
}

/// Any number of branching cells, checked and ready to be simulated.
///
/// A spike found while stepping from t to t + dt is stamped t + dt and acts at t + dt + delay.
/// Connections, streams, electrodes and recordings are numbered in order of declaration.
#[derive(Debug, Clone)]
pub struct CableModel {
    pub(crate) clock: Clock,
    pub(crate) scheme: Scheme,
    pub(crate) celsius: f64,
    pub(crate) seed: u64,
    pub(crate) bound_mv: f64,
    pub(crate) tables: bool,
    pub(crate) cells: Vec<Arc<CellModel>>,
    pub(crate) electrodes: Vec<(usize, usize, Electrode)>,
    pub(crate) gaps: Vec<Joined>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) streams: Vec<EventStream>,
    pub(crate) spikes: Vec<Vec<SpikeSource>>,
    pub(crate) samples: Vec<SampleRecording>,
}

impl CableModel {
    /// No cells yet; Crank–Nicolson, 6.3 °C, seed 1, runaway beyond ±1000 mV.
    ///
    /// # Errors
    /// [`ModelError::Clock`] unless the step is positive and finite.
    pub fn new(dt_ms: f64) -> Result<Self, ModelError> {
        Ok(Self::at(Clock::new(dt_ms)?))
    }

    fn at(clock: Clock) -> Self {
        Self {
            clock,
            scheme: Scheme::default(),
            celsius: 6.3,
            seed: 1,
            bound_mv: 1000.0,
            tables: true,
            cells: Vec::new(),
            electrodes: Vec::new(),
            gaps: Vec::new(),
            connections: Vec::new(),
            streams: Vec::new(),
            spikes: Vec::new(),
            samples: Vec::new(),
        }
    }

    /// Sets the scheme.
    #[must_use]
    pub fn with_scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// Sets the temperature `[°C]`.
    #[must_use]
    pub fn with_celsius(mut self, celsius: f64) -> Self {
        self.celsius = celsius;
        self
    }

    /// Sets the seed of everything random.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the bound beyond which a potential counts as run away `[mV]`.
    #[must_use]
    pub fn with_bound(mut self, bound_mv: f64) -> Self {
        self.bound_mv = bound_mv;
        self
    }

    /// Whether gates whose rates depend on the potential alone are advanced by tables: cubics whose
    /// error, measured against the mechanism itself, is below 1e-9. On by default (see
    /// `docs/adr/0006-tables-for-gates.md` for what that changes); a mechanism with parameters that
    /// vary from compartment to compartment, or that is not of this form, is computed exactly in any case.
    #[must_use]
    pub fn with_tables(mut self, tables: bool) -> Self {
        self.tables = tables;
        self
    }

    /// A model with the same clock, scheme, temperature and seed, without cells.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let Self { clock, scheme, celsius, seed, bound_mv, tables, .. } = *self;
        Self { scheme, celsius, seed, bound_mv, tables, ..Self::at(clock) }
    }

    /// The time grid.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Adds a cell and returns its number. Share one `Arc` among equal cells.
    pub fn add(&mut self, cell: impl Into<Arc<CellModel>>) -> usize {
        self.cells.push(cell.into());
        self.cells.len() - 1
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// A cell's description.
    ///
    /// # Errors
    /// [`ModelError::NoSuch`].
    pub fn cell(&self, cell: usize) -> Result<&Arc<CellModel>, ModelError> {
        let count = self.cells.len();
        self.cells.get(cell).ok_or(ModelError::NoSuch { what: "cell", index: cell, count })
    }

    /// Puts an electrode into a cell and returns its number.
    ///
    /// # Errors
    /// [`ModelError::NoSuch`], [`ModelError::OffTree`], [`ModelError::OutOfRange`].
    pub fn attach(
        &mut self,
        cell: usize,
        place: Location,
        electrode: Electrode,
    ) -> Result<usize, ModelError> {
        electrode.check()?;
        let node = self.end_at(cell, place)?;
        self.electrodes.push((cell, node, electrode));
        Ok(self.electrodes.len() - 1)
    }

    /// Joins a source to a target and returns the connection's number.
    ///
    /// # Errors
    /// [`ModelError::NoSuch`], [`ModelError::NoEvents`], [`ModelError::Arguments`],
    /// [`ModelError::Clock`] for a delay below half a step.
    pub fn connect(&mut self, mut connection: Connection) -> Result<usize, ModelError> {
        self.check_source(connection.source)?;
        self.clock.delay_steps(connection.delay_ms)?;
        self.complete(connection.target, &mut connection.arguments)?;
        self.connections.push(connection);
        Ok(self.connections.len() - 1)
    }

    /// Drives a target by a train of events and returns the stream's number.
    ///
    /// # Errors
    /// [`ModelError::NoSuch`], [`ModelError::NoEvents`], [`ModelError::Arguments`],
    /// [`ModelError::OutOfRange`].
    pub fn stimulate(&mut self, mut stream: EventStream) -> Result<usize, ModelError> {
        stream.timing.check()?;
        self.complete(stream.target, &mut stream.arguments)?;
        self.streams.push(stream);
        Ok(self.streams.len() - 1)
    }

    /// Records the spikes of some sources; a source's place in the list is its number in the
    /// recording. Returns the spike recording's number.
    ///
    /// # Errors
    /// [`ModelError::NoSuch`].
    pub fn record_spikes(&mut self, sources: Vec<SpikeSource>) -> Result<usize, ModelError> {
        for &source in &sources {
            self.check_source(source)?;
        }
        self.spikes.push(sources);
        Ok(self.spikes.len() - 1)
    }

    /// Samples some probes, one column each, and returns the sampled recording's number.
    ///
    /// # Errors
    /// [`ModelError::EmptyRecording`], [`ModelError::NoSuch`], [`ModelError::NotThere`],
    /// [`ModelError::UnknownMechanism`], [`ModelError::UnknownVariable`],
    /// [`ModelError::UnknownIon`], [`ModelError::Clock`] for a window off the grid.
    pub fn record(&mut self, probes: Vec<Probe>, sampling: Sampling) -> Result<usize, ModelError> {
        if probes.is_empty() {
            return Err(ModelError::EmptyRecording);
        }
        for probe in &probes {
            let cell = self.cell(probe.cell)?;
            let count = cell.compartments().len();
            if probe.node >= count {
                return Err(ModelError::NoSuch { what: "compartment", index: probe.node, count });
            }
            probe.quantity.check(cell, probe.node)?;
        }
        self.clock.on_grid("begin of a recording", sampling.from_ms)?;
        if !(sampling.every_ms > 0.0) {
            return Err(ModelError::OutOfRange {
                what: "sampling interval [ms]".into(),
                expected: "positive",
                value: sampling.every_ms,
            });
        }
        self.samples.push(SampleRecording { probes, sampling });
        Ok(self.samples.len() - 1)
    }

    /// A probe at a place. The potential at a sealed end is that of the end itself (see
    /// [`CellModel::end_at`]); what belongs to the membrane is that of the compartment there.
    ///
    /// # Errors
    /// [`ModelError::NoSuch`], [`ModelError::OffTree`].
    pub fn probe(
        &mut self,
        cell: usize,
        place: Location,
        quantity: Quantity,
    ) -> Result<Probe, ModelError> {
        let node = match quantity {
            Quantity::Voltage => self.end_at(cell, place)?,
            Quantity::Point { .. } => self.cell(cell)?.node_at(place)?,
            _ => self.cell(cell)?.compartment_at(place)?,
        };
        Ok(Probe { cell, quantity, node })
    }

    /// The node that stands for a place of a cell, where [`CellModel::end_at`] makes one of its own.
    pub(super) fn end_at(&mut self, cell: usize, place: Location) -> Result<usize, ModelError> {
        let model = self.cell(cell)?;
        let known = model.node_at(place)?;
        if model.compartments().open_end(model.morphology(), place).is_none() {
            return Ok(known);
        }
        Arc::make_mut(&mut self.cells[cell]).end_at(place)
    }

    /// A probe at each compartment of a region that has the quantity, in order of node.
    ///
    /// # Errors
    /// [`ModelError::NoSuch`], those of [`CellModel::coverage`].
    pub fn probes(
        &self,
        cell: usize,
        region: &Region,
        quantity: &Quantity,
    ) -> Result<Vec<Probe>, ModelError> {
        let model = self.cell(cell)?;
        let mut probes = Vec::new();
        let mut refused = None;
        for (node, _) in model.coverage(region)? {
            match quantity.check(model, node) {
                Ok(()) => probes.push(Probe { cell, quantity: quantity.clone(), node }),
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            Some(error) if probes.is_empty() => Err(error),
            _ => Ok(probes),
        }
    }

    /// What the columns of a sampled recording hold.
    ///
    /// # Errors
    /// [`ModelError::NoSuch`].
    pub fn columns(&self, recording: usize) -> Result<Vec<Column>, ModelError> {
        let count = self.samples.len();
        let found = self.samples.get(recording);
        let found =
            found.ok_or(ModelError::NoSuch { what: "recording", index: recording, count })?;
        let column = |probe: &Probe| {
            let cell = &self.cells[probe.cell];
            let place = cell.compartments().location()[probe.node];
            let (quantity, unit) = probe.quantity.label(cell);
            Column {
                cell: probe.cell,
                node: probe.node,
                section: cell.morphology().sections()[place.section].name().into(),
                fraction: place.fraction,
                quantity,
                unit,
            }
        };
        Ok(found.probes.iter().map(column).collect())
    }

    fn check_source(&self, source: SpikeSource) -> Result<(), ModelError> {
        let no_such = |what, index, count| Err(ModelError::NoSuch { what, index, count });
        match source {
            SpikeSource::Detector { cell, detector } => {
                let count = self.cell(cell)?.detectors();
                if detector < count { Ok(()) } else { no_such("detector", detector, count) }
            }
            SpikeSource::Point { cell, point } => {
                let count = self.cell(cell)?.points();
                if point < count { Ok(()) } else { no_such("point process", point, count) }
            }
        }
    }

    /// Checks a target and fills up its arguments with zeros.
    fn complete(&self, target: SynapseTarget, arguments: &mut Vec<f64>) -> Result<(), ModelError> {
        let cell = self.cell(target.cell)?;
        let (index, count) = (target.point, cell.points());
        let mechanism = cell.point_mechanism(index).ok_or(ModelError::NoSuch {
            what: "point process",
            index,
            count,
        })?;
        let d = mechanism.description();
        let port =
            d.events.as_ref().ok_or_else(|| ModelError::NoEvents { mechanism: d.name.clone() })?;
        let expected = port.arguments.len();
        if arguments.len() > expected {
            let (mechanism, found) = (d.name.clone(), arguments.len());
            return Err(ModelError::Arguments { mechanism, expected, found });
        }
        for &argument in arguments.iter() {
            finite(&format!("an event argument of \"{}\"", d.name), argument)?;
        }
        arguments.resize(expected, 0.0);
        Ok(())
    }
}
