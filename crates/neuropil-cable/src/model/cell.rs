//! One branching cell: its compartments, and where on it something is.
//!
//! What its membrane is like is set in `membrane`, what spreads along it in `diffusion`; mechanisms are
//! put on it in `paint`.

use std::collections::BTreeMap;
use std::sync::Arc;

use neuropil_mechanism::Mechanism;
use neuropil_morphology::discretise::{self, Compartments, Forks, Policy};
use neuropil_morphology::region::Labels;
use neuropil_morphology::{Kind, Location, Morphology, Places, Region};

use super::ion::Ion;
use super::paint::{DensityEntry, PointEntry};
use crate::error::ModelError;

/// Which compartments stand for a morphology.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum View {
    /// Equal segments with a node at each centre, as NEURON makes them: the same count gives the
    /// same numbers. A compartment belongs to a region if its centre does.
    #[default]
    Segments,
    /// Finite volumes with arbitrary boundaries. A compartment belongs to a region with the share
    /// of its length that lies in it.
    Volumes,
}

/// A compartment, as a function of place sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// Node number within the cell.
    pub node: usize,
    /// Section and fraction of its centre.
    pub place: Location,
    /// Type of the section.
    pub kind: Kind,
    /// Path distance from the origin (middle of the soma) `[µm]`.
    pub distance_um: f64,
    /// Mean diameter `[µm]`.
    pub diameter_um: f64,
    /// Membrane area `[µm²]`.
    pub area_um2: f64,
}

/// One cell, described and checked step by step; cheap to share among many copies (`Arc`).
///
/// Defaults: Ra 35.4 Ω·cm, 1 µF/cm², −65 mV, as NEURON's.
#[derive(Debug, Clone)]
pub struct CellModel {
    morphology: Arc<Morphology>,
    compartments: Arc<Compartments>,
    view: View,
    labels: Labels,
    pub(crate) ra_ohm_cm: Vec<f64>,
    pub(crate) cm_uf_cm2: Vec<f64>,
    pub(crate) initial_mv: Vec<f64>,
    pub(crate) densities: Vec<DensityEntry>,
    pub(crate) points: Vec<PointEntry>,
    pub(crate) ions: BTreeMap<String, Ion>,
    pub(crate) ion_starts: Vec<(String, bool, BTreeMap<usize, f64>)>,
    /// Diffusion coefficient of each ion that spreads, by node `[µm²/ms]`.
    pub(crate) diffusion: BTreeMap<String, BTreeMap<usize, f64>>,
    pub(crate) detectors: Vec<(usize, f64)>,
}

impl CellModel {
    /// A cell of bare membrane, cut by a policy.
    ///
    /// # Errors
    /// [`ModelError::Policy`] for a policy that cannot be applied.
    pub fn new(
        morphology: Arc<Morphology>,
        view: View,
        policy: &Policy,
    ) -> Result<Self, ModelError> {
        let compartments = match view {
            View::Segments => discretise::segments(&morphology, &policy.counts(&morphology)?),
            View::Volumes => {
                discretise::volumes(&morphology, &policy.cuts(&morphology, Forks::Apart)?)?
            }
        };
        Ok(Self::from_compartments(morphology, view, compartments))
    }

    /// A cell of bare membrane on given compartments.
    pub fn from_compartments(
        morphology: Arc<Morphology>,
        view: View,
        compartments: Compartments,
    ) -> Self {
        let (sections, nodes) = (morphology.sections().len(), compartments.len());
        Self {
            morphology,
            compartments: Arc::new(compartments),
            view,
            labels: Labels::new(),
            ra_ohm_cm: vec![35.4; sections],
            cm_uf_cm2: vec![1.0; nodes],
            initial_mv: vec![-65.0; nodes],
            densities: Vec::new(),
            points: Vec::new(),
            ions: BTreeMap::new(),
            ion_starts: Vec::new(),
            diffusion: BTreeMap::new(),
            detectors: Vec::new(),
        }
    }

    /// Names regions and places, for use in expressions.
    #[must_use]
    pub fn with_labels(mut self, labels: Labels) -> Self {
        self.labels = labels;
        self
    }

    /// The morphology.
    pub fn morphology(&self) -> &Arc<Morphology> {
        &self.morphology
    }

    /// The compartments.
    pub fn compartments(&self) -> &Arc<Compartments> {
        &self.compartments
    }

    /// The compartment with a node number.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn site(&self, node: usize) -> Site {
        let c = &self.compartments;
        let place = c.location()[node];
        Site {
            node,
            place,
            kind: self.morphology.sections()[place.section].kind(),
            distance_um: c.distance_um()[node],
            diameter_um: c.diameter_um()[node],
            area_um2: c.area_um2()[node],
        }
    }

    /// The compartments of a region, each with the share of it that is meant, in node order.
    ///
    /// # Errors
    /// [`ModelError::Region`] for an expression that means nothing on this cell,
    /// [`ModelError::EmptyRegion`] if it covers no compartment.
    pub fn coverage(&self, region: &Region) -> Result<Vec<(usize, f64)>, ModelError> {
        let extent = region.on(&self.morphology, &self.labels)?;
        let c = &self.compartments;
        let covered: Vec<(usize, f64)> = match self.view {
            View::Volumes => extent.coverage(&self.morphology, c),
            View::Segments => (0..c.len())
                .filter(|&node| c.area_um2()[node] > 0.0 && extent.contains(c.location()[node]))
                .map(|node| (node, 1.0))
                .collect(),
        };
        if covered.is_empty() {
            return Err(ModelError::EmptyRegion { region: region.to_string() });
        }
        Ok(covered)
    }

    /// The places an expression means.
    ///
    /// # Errors
    /// [`ModelError::Region`].
    pub fn places(&self, places: &Places) -> Result<Vec<Location>, ModelError> {
        Ok(places.on(&self.morphology, &self.labels)?)
    }

    /// The node that stands for a place.
    ///
    /// Fraction 0 is the node that the section hangs from (the first compartment of the root); fraction
    /// 1 is the junction at its end if something hangs there, else the last compartment, or the node
    /// at the very end if [`end_at`](Self::end_at) has made one.
    ///
    /// # Errors
    /// [`ModelError::OffTree`].
    pub fn node_at(&self, place: Location) -> Result<usize, ModelError> {
        self.check_place(place)?;
        Ok(self.compartments.node_at(place))
    }

    /// The node with membrane that stands for a place: a junction or an end has none, its
    /// neighbour in the section is taken.
    ///
    /// # Errors
    /// [`ModelError::OffTree`].
    pub fn compartment_at(&self, place: Location) -> Result<usize, ModelError> {
        self.check_place(place)?;
        Ok(self.compartments.compartment_at(place))
    }

    /// As [`node_at`](Self::node_at), but a sealed end of the cell (fraction 1 of a section without
    /// children there, fraction 0 of the root) gets a node of its own, as NEURON has: without
    /// membrane, half a compartment beyond the last centre. Point processes, electrodes, gap
    /// junctions, detectors and probes of the potential that are put at an end make one.
    ///
    /// # Errors
    /// [`ModelError::OffTree`].
    pub fn end_at(&mut self, place: Location) -> Result<usize, ModelError> {
        self.check_place(place)?;
        if self.compartments.open_end(&self.morphology, place).is_none() {
            return Ok(self.compartments.node_at(place));
        }
        let node = Arc::make_mut(&mut self.compartments).end_at(&self.morphology, place);
        self.cm_uf_cm2.push(1.0);
        self.initial_mv.push(self.initial_mv[self.compartments.parent()[node]]);
        Ok(node)
    }

    fn check_place(&self, place: Location) -> Result<(), ModelError> {
        let sections = self.morphology.sections().len();
        if place.section < sections && (0.0..=1.0).contains(&place.fraction) {
            Ok(())
        } else {
            Err(ModelError::OffTree { place, sections })
        }
    }

    /// Number of point processes.
    pub fn points(&self) -> usize {
        self.points.len()
    }

    /// Number of spike detectors.
    pub fn detectors(&self) -> usize {
        self.detectors.len()
    }

    /// The mechanism of a point process.
    pub fn point_mechanism(&self, point: usize) -> Option<&Arc<Mechanism>> {
        self.points.get(point).map(|p| &p.point.mechanism)
    }

    /// All mechanisms, density first, each once, in order of first use.
    pub fn mechanisms(&self) -> Vec<&Arc<Mechanism>> {
        let mut found: Vec<&Arc<Mechanism>> = self.densities.iter().map(|d| &d.mechanism).collect();
        for p in &self.points {
            if !found.iter().any(|m| Arc::ptr_eq(m, &p.point.mechanism)) {
                found.push(&p.point.mechanism);
            }
        }
        found
    }
}
