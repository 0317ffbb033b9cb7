//! One branching cell: its compartments and what sits on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use neuropil_core::names::suggestion;
use neuropil_mechanism::Mechanism;
use neuropil_mechanism::contract::Kind as MechanismKind;
use neuropil_morphology::discretise::{self, Compartments, Forks, Policy};
use neuropil_morphology::region::Labels;
use neuropil_morphology::{Kind, Location, Morphology, Places, Region};

use super::ion::Ion;
use super::mechanism::{Density, Point, Reference, Values};
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

/// One mechanism on some compartments of a cell, in order of node, with all its parameters.
#[derive(Debug, Clone)]
pub(crate) struct DensityEntry {
    pub(crate) mechanism: Arc<Mechanism>,
    /// Node, share of its area, value of each parameter in `parameters` (NaN: default).
    pub(crate) nodes: BTreeMap<usize, (f64, Vec<f64>)>,
    pub(crate) parameters: Vec<String>,
    pub(crate) globals: BTreeMap<String, f64>,
    pub(crate) pointers: BTreeMap<String, Reference>,
}

/// One point process.
#[derive(Debug, Clone)]
pub(crate) struct PointEntry {
    pub(crate) point: Point,
    pub(crate) node: usize,
}

/// What a painting covered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Painted {
    /// Compartments covered, wholly or in part.
    pub compartments: usize,
    /// Membrane area covered `[µm²]`.
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
    /// # Errors
    /// [`ModelError::OffTree`].
    pub fn node_at(&self, place: Location) -> Result<usize, ModelError> {
        let sections = self.morphology.sections().len();
        if place.section < sections && (0.0..=1.0).contains(&place.fraction) {
            Ok(self.compartments.node_at(place))
        } else {
            Err(ModelError::OffTree { place, sections })
        }
    }

    /// Sets the axial resistivity `[Ω·cm]` of every section that the region touches; the default is
    /// 35.4.
    ///
    /// # Errors
    /// Those of [`coverage`](Self::coverage), [`ModelError::OutOfRange`] unless positive.
    pub fn set_axial_resistivity(
        &mut self,
        region: &Region,
        ra_ohm_cm: f64,
    ) -> Result<(), ModelError> {
        positive("axial resistivity [Ohm cm]", ra_ohm_cm)?;
        for (node, _) in self.coverage(region)? {
            for piece in self.compartments.pieces(node) {
                self.ra_ohm_cm[piece.section] = ra_ohm_cm;
            }
        }
        Ok(())
    }

    /// Sets the membrane capacitance `[µF/cm²]`; the default is 1.
    ///
    /// # Errors
    /// Those of [`coverage`](Self::coverage), [`ModelError::OutOfRange`] unless positive.
    pub fn set_capacitance(
        &mut self,
        region: &Region,
        cm_uf_cm2: impl Into<Values>,
    ) -> Result<(), ModelError> {
        let values = self.evaluate("membrane capacitance [uF/cm2]", region, &cm_uf_cm2.into())?;
        for (node, share, value) in values {
            positive("membrane capacitance [uF/cm2]", value)?;
            self.cm_uf_cm2[node] += share * (value - self.cm_uf_cm2[node]);
        }
        Ok(())
    }

    /// Sets the potential at the start `[mV]`; the default is −65.
    ///
    /// # Errors
    /// Those of [`coverage`](Self::coverage), [`ModelError::OutOfRange`] unless finite.
    pub fn set_initial_voltage(
        &mut self,
        region: &Region,
        v_mv: impl Into<Values>,
    ) -> Result<(), ModelError> {
        for (node, _, value) in self.evaluate("initial voltage [mV]", region, &v_mv.into())? {
            finite("initial voltage [mV]", value)?;
            self.initial_mv[node] = value;
        }
        self.settle_junctions();
        Ok(())
    }

    /// A junction starts at the potential of its nearest ancestor with membrane.
    fn settle_junctions(&mut self) {
        let c = &self.compartments;
        for node in (1..c.len()).filter(|&n| c.area_um2()[n] == 0.0) {
            self.initial_mv[node] = self.initial_mv[c.parent()[node]];
        }
        if c.area_um2()[0] == 0.0 && c.len() > 1 {
            self.initial_mv[0] = self.initial_mv[1];
        }
    }

    /// Declares an ion, or changes what is known of `na`, `k` and `ca`.
    ///
    /// # Errors
    /// [`ModelError::OutOfRange`] for a charge of 0 or a negative concentration.
    pub fn set_ion(&mut self, name: &str, ion: Ion) -> Result<(), ModelError> {
        if ion.valence == 0.0 || !ion.valence.is_finite() {
            return Err(ModelError::OutOfRange {
                what: format!("charge of ion \"{name}\""),
                expected: "finite and not 0",
                value: ion.valence,
            });
        }
        for (what, value) in [("inside", ion.inside_mm), ("outside", ion.outside_mm)] {
            if value <= 0.0 {
                return Err(ModelError::OutOfRange {
                    what: format!("concentration of ion \"{name}\" {what} [mM]"),
                    expected: "positive",
                    value,
                });
            }
        }
        self.ions.insert(name.into(), ion);
        Ok(())
    }

    /// Sets start concentrations `[mM]` of an ion on a region, inside or outside.
    ///
    /// # Errors
    /// Those of [`coverage`](Self::coverage), [`ModelError::OutOfRange`] unless positive.
    pub fn set_concentration(
        &mut self,
        region: &Region,
        ion: &str,
        inside: bool,
        value_mm: impl Into<Values>,
    ) -> Result<(), ModelError> {
        let what = format!("concentration of ion \"{ion}\" [mM]");
        let values = self.evaluate(&what, region, &value_mm.into())?;
        let mut starts = BTreeMap::new();
        for (node, _, value) in values {
            positive(&what, value)?;
            starts.insert(node, value);
        }
        self.ion_starts.push((ion.into(), inside, starts));
        Ok(())
    }

    /// Puts a density mechanism on a region.
    ///
    /// Painting the same mechanism again on the same compartments replaces the parameters named
    /// there; a compartment covered in part (finite volumes) takes the mean of what covers it,
    /// weighted by share. Mechanisms run in the order in which they were first painted.
    ///
    /// # Errors
    /// Those of [`coverage`](Self::coverage); [`ModelError::Kind`] for a point process,
    /// [`ModelError::UnknownVariable`], [`ModelError::NegativeConductance`],
    /// [`ModelError::TwoOfOneName`], [`ModelError::OutOfRange`].
    pub fn paint(&mut self, region: &Region, density: Density) -> Result<Painted, ModelError> {
        let mechanism = Arc::clone(&density.mechanism);
        expect_kind(&mechanism, MechanismKind::Density)?;
        self.one_name(&mechanism)?;
        let covered = self.coverage(region)?;
        let mut values = Vec::with_capacity(density.parameters.len());
        for (name, v) in &density.parameters {
            values.push((name.clone(), self.parameter_values(&mechanism, name, v, &covered)?));
        }
        for (pointer, _) in &density.pointers {
            pointer_index(&mechanism, pointer)?;
        }
        let entry = self.entry(&mechanism);
        entry.pointers.extend(density.pointers);
        entry.apply(&covered, values);
        let area = |&(node, share): &(usize, f64)| share * self.compartments.area_um2()[node];
        Ok(Painted { compartments: covered.len(), area_um2: covered.iter().map(area).sum() })
    }

    /// Puts a point process (or artificial cell) at a place and returns its number in the cell.
    ///
    /// # Errors
    /// [`ModelError::OffTree`], [`ModelError::Kind`] for a density mechanism,
    /// [`ModelError::UnknownVariable`], [`ModelError::NegativeConductance`],
    /// [`ModelError::TwoOfOneName`].
    pub fn place(&mut self, place: Location, point: Point) -> Result<usize, ModelError> {
        let node = self.node_at(place)?;
        if point.mechanism.description().kind == MechanismKind::Density {
            expect_kind(&point.mechanism, MechanismKind::Point)?;
        }
        self.one_name(&point.mechanism)?;
        for (name, value) in &point.parameters {
            check_parameter(&point.mechanism, name, *value)?;
        }
        for (pointer, _) in &point.pointers {
            pointer_index(&point.mechanism, pointer)?;
        }
        self.points.push(PointEntry { point, node });
        Ok(self.points.len() - 1)
    }

    /// Watches a place for spikes: upward crossings of a threshold. Returns the detector's number.
    ///
    /// # Errors
    /// [`ModelError::OffTree`], [`ModelError::OutOfRange`] unless the threshold is finite.
    pub fn detect(&mut self, place: Location, threshold_mv: f64) -> Result<usize, ModelError> {
        finite("spike threshold [mV]", threshold_mv)?;
        let node = self.node_at(place)?;
        self.detectors.push((node, threshold_mv));
        Ok(self.detectors.len() - 1)
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

    fn entry(&mut self, mechanism: &Arc<Mechanism>) -> &mut DensityEntry {
        let at = self.densities.iter().position(|d| Arc::ptr_eq(&d.mechanism, mechanism));
        let at = at.unwrap_or_else(|| {
            self.densities.push(DensityEntry {
                mechanism: Arc::clone(mechanism),
                nodes: BTreeMap::new(),
                parameters: Vec::new(),
                globals: BTreeMap::new(),
                pointers: BTreeMap::new(),
            });
            self.densities.len() - 1
        });
        &mut self.densities[at]
    }

    fn one_name(&self, mechanism: &Arc<Mechanism>) -> Result<(), ModelError> {
        let clash =
            |m: &&&Arc<Mechanism>| m.name() == mechanism.name() && !Arc::ptr_eq(m, mechanism);
        match self.mechanisms().iter().find(clash) {
            None => Ok(()),
            Some(first) => Err(ModelError::TwoOfOneName {
                name: mechanism.name().into(),
                first: first.description().origin.clone(),
                second: mechanism.description().origin.clone(),
            }),
        }
    }

    fn parameter_values(
        &self,
        mechanism: &Arc<Mechanism>,
        name: &str,
        values: &Values,
        covered: &[(usize, f64)],
    ) -> Result<Vec<f64>, ModelError> {
        let what = format!("\"{name}\" of mechanism \"{}\"", mechanism.name());
        let values = self.values_at(&what, values, covered)?;
        for &value in &values {
            check_parameter(mechanism, name, value)?;
        }
        Ok(values)
    }

    pub(super) fn evaluate(
        &self,
        what: &str,
        region: &Region,
        values: &Values,
    ) -> Result<Vec<(usize, f64, f64)>, ModelError> {
        let covered = self.coverage(region)?;
        let values = self.values_at(what, values, &covered)?;
        Ok(covered.iter().zip(values).map(|(&(node, share), v)| (node, share, v)).collect())
    }

    fn values_at(
        &self,
        what: &str,
        values: &Values,
        covered: &[(usize, f64)],
    ) -> Result<Vec<f64>, ModelError> {
        let at = |(position, &(node, _)): (usize, &(usize, f64))| {
            values.at(position, &self.site(node)).ok_or_else(|| ModelError::OutOfRange {
                what: format!("number of values of {what}"),
                expected: "the number of compartments of the region",
                value: position as f64,
            })
        };
        covered.iter().enumerate().map(at).collect()
    }
}

impl DensityEntry {
    /// Takes new values, one list over the covered nodes per parameter.
    fn apply(&mut self, covered: &[(usize, f64)], values: Vec<(String, Vec<f64>)>) {
        for (name, list) in values {
            let d = self.mechanism.description();
            let global = d.variable(&name).is_some_and(|k| {
                d.variables[k].scope == neuropil_mechanism::contract::Scope::Global
            });
            if global {
                self.globals.insert(name, list[0]);
                continue;
            }
            let column = self.parameters.iter().position(|p| *p == name).unwrap_or_else(|| {
                let default = d.variable(&name).map_or(f64::NAN, |k| d.variables[k].default);
                self.parameters.push(name);
                for (_, row) in self.nodes.values_mut() {
                    row.push(default);
                }
                self.parameters.len() - 1
            });
            self.write(column, covered, &list);
        }
        self.cover(covered);
    }

    fn write(&mut self, column: usize, covered: &[(usize, f64)], list: &[f64]) {
        for (&(node, share), &value) in covered.iter().zip(list) {
            match self.nodes.get_mut(&node) {
                Some((known, row)) if share < 1.0 => {
                    row[column] += share / (*known + share).min(1.0) * (value - row[column]);
                }
                Some((_, row)) => row[column] = value,
                None => {
                    let mut row = self.defaults();
                    row[column] = value;
                    self.nodes.insert(node, (0.0, row));
                }
            }
        }
    }

    /// Adds the shares, after all columns have used the old ones.
    fn cover(&mut self, covered: &[(usize, f64)]) {
        let fresh = self.defaults();
        for &(node, share) in covered {
            let (known, _) = self.nodes.entry(node).or_insert_with(|| (0.0, fresh.clone()));
            *known = (*known + share).min(1.0);
        }
    }

    fn defaults(&self) -> Vec<f64> {
        let d = self.mechanism.description();
        let default = |p: &String| d.variable(p).map_or(f64::NAN, |k| d.variables[k].default);
        self.parameters.iter().map(default).collect()
    }
}

fn expect_kind(mechanism: &Mechanism, expected: MechanismKind) -> Result<(), ModelError> {
    let word = |kind| match kind {
        MechanismKind::Density => "density mechanism",
        MechanismKind::Point => "point process",
        MechanismKind::Artificial => "artificial cell",
    };
    let found = mechanism.description().kind;
    if found == expected {
        return Ok(());
    }
    Err(ModelError::Kind {
        mechanism: mechanism.name().into(),
        found: word(found),
        expected: word(expected),
    })
}

fn check_parameter(mechanism: &Mechanism, name: &str, value: f64) -> Result<(), ModelError> {
    let d = mechanism.description();
    let Some(k) = d.variable(name) else {
        return Err(ModelError::UnknownVariable {
            mechanism: d.name.clone(),
            variable: name.into(),
            hint: suggestion(name, d.parameters().map(|p| p.name.as_str())),
        });
    };
    finite(&format!("\"{name}\" of mechanism \"{}\"", d.name), value)?;
    let conductance = ["S", "S/cm2"].iter().any(|unit| {
        neuropil_core::units::Unit::parse(unit)
            .ok()
            .zip(d.variables[k].unit)
            .is_some_and(|(a, b)| a.same_dimension(&b))
    });
    if conductance && value < 0.0 {
        return Err(ModelError::NegativeConductance {
            mechanism: d.name.clone(),
            parameter: name.into(),
            value,
            unit: d.variables[k].unit_text.clone(),
        });
    }
    Ok(())
}

/// Index of a pointer in the mechanism's list.
pub(crate) fn pointer_index(mechanism: &Mechanism, pointer: &str) -> Result<usize, ModelError> {
    let d = mechanism.description();
    let names = || d.pointers.iter().map(|&k| d.variables[k].name.as_str());
    names().position(|n| n == pointer).ok_or_else(|| ModelError::PointerUnknown {
        mechanism: d.name.clone(),
        pointer: pointer.into(),
        hint: suggestion(pointer, names()),
    })
}

pub(crate) fn positive(what: &str, value: f64) -> Result<(), ModelError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(ModelError::OutOfRange { what: what.into(), expected: "positive and finite", value })
}

pub(crate) fn finite(what: &str, value: f64) -> Result<(), ModelError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(ModelError::OutOfRange { what: what.into(), expected: "finite", value })
}
