//! A binary tree of cylinders whose diameters shrink by a constant ratio.

use std::f64::consts::{FRAC_PI_4, FRAC_PI_8, PI};

use neuropil_core::random::{Stream, key};

use super::sketch::Sketch;
use crate::builder::MorphologyError;
use crate::kind::Kind;
use crate::morphology::Morphology;
use crate::section::Location;
use crate::swc::SampleTree;

/// A spherical soma and a full binary tree of cylinders in a plane.
///
/// ```text
/// d_k = d_1 f^(k−1),   k = 1 … levels
/// ```
/// With f = 2^(−2/3) every fork keeps Σ d^(3/2) (Rall 1959, doi:10.1016/0014-4886(59)90046-9), and if
/// lengths shrink by √f the tree is equivalent to a single cylinder.
///
/// ```
/// use neuropil_morphology::generate::RallTree;
/// let tree = RallTree { levels: 3, ..RallTree::default() };
/// let cell = tree.morphology()?;
/// assert_eq!(cell.sections().len(), 1 + 7);
/// assert_eq!(tree.samples().samples().len(), 1 + 2 * 7);
/// # Ok::<(), neuropil_morphology::MorphologyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RallTree {
    /// Radius of the soma `[µm]`; 0 for none.
    pub soma_radius_um: f64,
    /// Number of levels; the tree has 2^levels − 1 branches. At most 20.
    pub levels: u32,
    /// Length of the first branch `[µm]`.
    pub length_um: f64,
    /// Diameter of the first branch `[µm]`.
    pub diameter_um: f64,
    /// Diameter of a branch over that of its parent.
    pub diameter_ratio: f64,
    /// Length of a branch over that of its parent.
    pub length_ratio: f64,
    /// Mean angle between a branch and its parent `[rad]`.
    pub angle: f64,
    /// Standard deviation of that angle `[rad]`.
    pub angle_jitter: f64,
    /// Seed of the jitter.
    pub seed: u64,
}

impl Default for RallTree {
    /// Ten levels of 100 µm, 2 µm thick at first, by the 3/2 rule; soma of radius 5 µm.
    fn default() -> Self {
        Self {
            soma_radius_um: 5.0,
            levels: 10,
            length_um: 100.0,
            diameter_um: 2.0,
            diameter_ratio: (-2.0_f64 / 3.0).exp2(),
            length_ratio: 1.0,
            angle: FRAC_PI_8,
            angle_jitter: PI / 15.0,
            seed: 0,
        }
    }
}

/// More levels than this is two million branches.
const MOST_LEVELS: u32 = 20;

impl RallTree {
    /// Length and diameter of a branch of a level, counted from 1 `[µm]`.
    pub fn branch_um(&self, level: u32) -> [f64; 2] {
        let power = level.saturating_sub(1) as i32;
        [
            self.length_um * self.length_ratio.powi(power),
            self.diameter_um * self.diameter_ratio.powi(power),
        ]
    }

    /// The tree as sections of exact lengths and constant diameters, laid along the axes.
    ///
    /// Section 0 is the soma if there is one; then the branches level by level, the two daughters of
    /// each next to one another.
    ///
    /// # Errors
    /// [`MorphologyError`] for lengths or diameters that are not positive, or no levels.
    pub fn morphology(&self) -> Result<Morphology, MorphologyError> {
        let mut builder = Morphology::builder();
        let mut ends = vec![None];
        if self.soma_radius_um > 0.0 {
            let d = 2.0 * self.soma_radius_um;
            ends = vec![Some(Location::new(builder.cable(Kind::Soma, None, d, d), 0.5))];
        }
        for level in 1..=self.levels.min(MOST_LEVELS) {
            let [length, diameter] = self.branch_um(level);
            let daughters = if level == 1 { 1 } else { 2 };
            let mut next = Vec::with_capacity(daughters * ends.len());
            for &end in &ends {
                for _ in 0..daughters {
                    let section = builder.cable(Kind::Dendrite, end, length, diameter);
                    next.push(Some(Location::new(section, 1.0)));
                }
            }
            ends = next;
        }
        builder.build()
    }

    /// The tree drawn in the plane z = 0: the first branch at 45°, daughters turned to either side by
    /// the angle and its jitter; each branch two samples of one radius.
    ///
    /// Branch b (1 for the first, 2b and 2b + 1 for the daughters of b) draws its jitter from its own
    /// stream, so that a deeper tree begins with the same branches.
    pub fn samples(&self) -> SampleTree {
        let mut sketch = Sketch::default();
        let soma = match self.soma_radius_um {
            radius if radius > 0.0 => sketch.add(1, [0.0; 3], radius, 0),
            _ => 0,
        };
        let direction = FRAC_PI_4;
        let surface = self.soma_radius_um.max(0.0);
        let start = [surface * direction.cos(), surface * direction.sin()];
        let mut open = vec![(1_u64, soma, start, direction)];
        for level in 1..=self.levels.min(MOST_LEVELS) {
            let [length, diameter] = self.branch_um(level);
            let mut next = Vec::with_capacity(2 * open.len());
            for (branch, parent, [x, y], direction) in open {
                let end = [x + length * direction.cos(), y + length * direction.sin()];
                let first = sketch.add(3, [x, y, 0.0], 0.5 * diameter, parent);
                let last = sketch.add(3, [end[0], end[1], 0.0], 0.5 * diameter, first);
                for (daughter, side) in [(2 * branch, 1.0), (2 * branch + 1, -1.0)] {
                    let mut stream = Stream::new(key(self.seed, "rall tree", 0), daughter);
                    let turn = side * self.angle + self.angle_jitter * stream.normal();
                    next.push((daughter, last, end, direction + turn));
                }
            }
            open = next;
        }
        sketch.finish(format!(" {self:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::swc::Options;

    #[test]
    fn the_three_halves_power_is_kept_at_every_fork() {
        let tree = RallTree::default();
        for level in 1..10 {
            let [parent, child] = [level, level + 1].map(|l| tree.branch_um(l)[1].powf(1.5));
            assert!((2.0 * child / parent - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn samples_and_sections_have_the_same_membrane() {
        let tree = RallTree { levels: 6, ..RallTree::default() };
        let exact = tree.morphology().unwrap();
        let drawn = tree.samples().build(&Options::default()).unwrap().value;
        assert_eq!(drawn.sections().len(), exact.sections().len());
        // Coordinates are rounded to 1e-6 µm of 100 µm.
        assert!((drawn.area_um2() / exact.area_um2() - 1.0).abs() < 1e-7);
    }

    #[test]
    fn a_deeper_tree_begins_with_the_same_branches() {
        let shallow = RallTree { levels: 3, ..RallTree::default() }.samples();
        let deep = RallTree { levels: 5, ..RallTree::default() }.samples();
        for sample in shallow.samples() {
            let same = |other: &&crate::swc::Sample| other.xyz_um == sample.xyz_um;
            assert!(deep.samples().iter().any(|other| same(&other)));
        }
    }
}
