//! Gap junctions: conductances between compartments of any cells.

use neuropil_morphology::Location;

use super::check::positive;
use super::network::CableModel;
use crate::error::ModelError;

/// A constant conductance between two places: the current `g (v_a − v_b)` leaves `a` and enters `b`.
///
/// The coupling is solved together with the cable equation of both cells, so that it has the order
/// of the [`Scheme`](crate::Scheme) in time and is stable at any strength.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GapJunction {
    /// Cell and place of one side.
    pub a: (usize, Location),
    /// Cell and place of the other side; it may be the same cell.
    pub b: (usize, Location),
    /// Conductance `[µS]`, > 0.
    pub conductance_us: f64,
}

/// A gap junction between nodes: (cell, node) of each side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Joined {
    pub(crate) ends: [(usize, usize); 2],
    pub(crate) conductance_us: f64,
}

impl CableModel {
    /// Joins two places by a gap junction and returns its number. Cells that spikes reach after a
    /// delay may be stepped apart for that long; cells joined so are stepped side by side.
    ///
    /// # Errors
    /// [`ModelError::NoSuch`], [`ModelError::OffTree`], [`ModelError::OutOfRange`] unless the
    /// conductance is positive and finite, [`ModelError::SamePlace`] if both ends are one
    /// compartment.
    pub fn couple(&mut self, junction: GapJunction) -> Result<usize, ModelError> {
        positive("conductance of a gap junction [uS]", junction.conductance_us)?;
        let mut ends = [(0, 0); 2];
        for (end, (cell, place)) in ends.iter_mut().zip([junction.a, junction.b]) {
            *end = (cell, self.end_at(cell, place)?);
        }
        if ends[0] == ends[1] {
            let (cell, node) = ends[0];
            return Err(ModelError::SamePlace { cell, node });
        }
        self.gaps.push(Joined { ends, conductance_us: junction.conductance_us });
        Ok(self.gaps.len() - 1)
    }

    /// Number of gap junctions.
    pub fn gap_junctions(&self) -> usize {
        self.gaps.len()
    }
}
