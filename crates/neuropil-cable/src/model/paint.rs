//! Mechanisms on a cell: painted on regions, placed at points; and what watches it for spikes.

use std::collections::BTreeMap;
use std::sync::Arc;

use neuropil_mechanism::Mechanism;
use neuropil_mechanism::contract::Kind as MechanismKind;
use neuropil_morphology::{Location, Region};

use super::cell::CellModel;
use super::check::{check_parameter, expect_kind, finite, pointer_index};
use super::mechanism::{Density, Point, Reference, Values};
use crate::error::ModelError;

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

impl CellModel {
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
        let area = |&(node, share): &(usize, f64)| share * self.compartments().area_um2()[node];
        Ok(Painted { compartments: covered.len(), area_um2: covered.iter().map(area).sum() })
    }

    /// Puts a point process (or artificial cell) at a place and returns its number in the cell.
    ///
    /// One that uses an ion needs membrane around it: at a junction or an end it goes to the
    /// neighbouring compartment of the section.
    ///
    /// # Errors
    /// [`ModelError::OffTree`], [`ModelError::Kind`] for a density mechanism,
    /// [`ModelError::UnknownVariable`], [`ModelError::NegativeConductance`],
    /// [`ModelError::TwoOfOneName`].
    pub fn place(&mut self, place: Location, point: Point) -> Result<usize, ModelError> {
        // An end has no membrane, and so none of an ion's pumps and pools.
        let node = match point.mechanism.description().ions.is_empty() {
            true => self.end_at(place)?,
            false => self.compartment_at(place)?,
        };
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
        let node = self.end_at(place)?;
        self.detectors.push((node, threshold_mv));
        Ok(self.detectors.len() - 1)
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
