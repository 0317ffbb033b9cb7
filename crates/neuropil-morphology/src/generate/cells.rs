//! Synthetic cells grown towards random targets.

use neuropil_core::random::{Stream, key};

use super::growth::{Growth, GrowthError, Tree};
use crate::swc::SampleTree;

/// A pyramidal cell: basal dendrites below, an apical trunk with obliques and a tuft above, and the
/// beginning of an axon. The pia is towards +y.
///
/// Grown as [`Growth`] describes, basal dendrites and apical tree in turn. Targets are uniform in a
/// half ball below the soma, a cylinder around the trunk, and a cone above its end.
///
/// ```
/// use neuropil_morphology::{generate::Pyramidal, swc::Options};
/// let cell = Pyramidal::default().samples()?.build(&Options::default())?.value;
/// assert!(cell.length_um() > 3000.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pyramidal {
    /// Radius of the soma `[µm]`.
    pub soma_radius_um: f64,
    /// Number of basal targets.
    pub basal_targets: usize,
    /// Reach of the basal dendrites `[µm]`.
    pub basal_reach_um: f64,
    /// Length of the apical trunk `[µm]`.
    pub trunk_um: f64,
    /// Number of targets of the obliques.
    pub oblique_targets: usize,
    /// Reach of the obliques from the trunk `[µm]`.
    pub oblique_reach_um: f64,
    /// Number of targets of the tuft.
    pub tuft_targets: usize,
    /// Height of the tuft above the trunk, and its radius at the top `[µm]`.
    pub tuft_um: [f64; 2],
    /// Length and diameter of the axon `[µm]`; length 0 for none.
    pub axon_um: [f64; 2],
    /// How branches grow.
    pub growth: Growth,
    /// Seed of the targets.
    pub seed: u64,
}

impl Default for Pyramidal {
    /// Of the size of a layer 5 cell of the rat.
    fn default() -> Self {
        Self {
            soma_radius_um: 8.0,
            basal_targets: 60,
            basal_reach_um: 150.0,
            trunk_um: 500.0,
            oblique_targets: 40,
            oblique_reach_um: 100.0,
            tuft_targets: 40,
            tuft_um: [200.0, 150.0],
            axon_um: [60.0, 1.2],
            growth: Growth::default(),
            seed: 0,
        }
    }
}

/// Distance between samples of trunk and axon `[µm]`.
const SPACING_UM: f64 = 20.0;

impl Pyramidal {
    /// The samples.
    ///
    /// # Errors
    /// [`GrowthError`] for radii that are not positive or a negative balance.
    pub fn samples(&self) -> Result<SampleTree, GrowthError> {
        let mut tree = Tree::new(self.growth, self.soma_radius_um)?;
        let mut draw = Targets::new(self.seed);
        let (r, reach) = (self.soma_radius_um, self.basal_reach_um);
        let basal = draw.some(self.basal_targets, |[x, y, z]| {
            let p = [x * reach, (0.5 * y - 0.5) * reach, z * reach];
            let away = norm(p);
            (away < reach && away > 2.0 * r).then_some(p)
        });
        tree.grow(&basal, 3, true);

        let steps = (self.trunk_um / SPACING_UM).ceil().max(1.0) as usize;
        let mut top = 0;
        for step in 0..=steps {
            let y = r + self.trunk_um * step as f64 / steps as f64;
            top = tree.extend(top, [0.0, y, 0.0], 4);
        }
        let (around, trunk) = (self.oblique_reach_um, self.trunk_um);
        let mut apical = draw.some(self.oblique_targets, |[x, y, z]| {
            let p = [x * around, r + (0.55 + 0.35 * y) * trunk, z * around];
            let aside = (p[0] * p[0] + p[2] * p[2]).sqrt();
            (aside < around && aside > 5.0).then_some(p)
        });
        let [height, wide] = self.tuft_um;
        apical.extend(draw.some(self.tuft_targets, |[x, y, z]| {
            let up = 0.5 + 0.5 * y;
            let p = [x * wide, r + trunk + up * height, z * wide];
            ((p[0] * p[0] + p[2] * p[2]).sqrt() < up * wide).then_some(p)
        }));
        tree.grow(&apical, 4, false);

        let [axon, diameter] = self.axon_um;
        if axon > 0.0 {
            let steps = (axon / SPACING_UM).ceil() as usize;
            let mut end = 0;
            for step in 0..=steps {
                let y = -r - axon * step as f64 / steps as f64;
                end = tree.extend_with(end, [0.0, y, 0.0], 2, 0.5 * diameter);
            }
        }
        Ok(tree.sketch().finish(format!(" {self:?}")))
    }
}

/// A spiny stellate cell: dendrites to all sides of a ball.
///
/// Grown as [`Growth`] describes towards targets uniform in the ball.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stellate {
    /// Radius of the soma `[µm]`.
    pub soma_radius_um: f64,
    /// Number of targets.
    pub targets: usize,
    /// Reach of the dendrites `[µm]`.
    pub reach_um: f64,
    /// How branches grow.
    pub growth: Growth,
    /// Seed of the targets.
    pub seed: u64,
}

impl Default for Stellate {
    /// Of the size of a layer 4 cell.
    fn default() -> Self {
        let growth = Growth { balance: 0.6, max_radius_um: 1.2, ..Growth::default() };
        Self { soma_radius_um: 6.0, targets: 80, reach_um: 120.0, growth, seed: 0 }
    }
}

impl Stellate {
    /// The samples.
    ///
    /// # Errors
    /// [`GrowthError`] for radii that are not positive or a negative balance.
    pub fn samples(&self) -> Result<SampleTree, GrowthError> {
        let mut tree = Tree::new(self.growth, self.soma_radius_um)?;
        let (r, reach) = (self.soma_radius_um, self.reach_um);
        let targets = Targets::new(self.seed).some(self.targets, |p| {
            let p = p.map(|x| x * reach);
            let away = norm(p);
            (away < reach && away > 2.0 * r).then_some(p)
        });
        tree.grow(&targets, 3, true);
        Ok(tree.sketch().finish(format!(" {self:?}")))
    }
}

/// Targets by rejection from the cube: sums and products only, so the same everywhere.
struct Targets {
    stream: Stream,
}

impl Targets {
    fn new(seed: u64) -> Self {
        Self { stream: Stream::new(key(seed, "growth targets", 0), 0) }
    }

    /// Draws points of [−1, 1)³ until `accept` has taken `count`, or none of a million fits.
    fn some(
        &mut self,
        count: usize,
        accept: impl Fn([f64; 3]) -> Option<[f64; 3]>,
    ) -> Vec<[f64; 3]> {
        let mut found = Vec::with_capacity(count);
        let mut in_vain = 0;
        while found.len() < count && in_vain < 1_000_000 {
            let point = std::array::from_fn(|_| 2.0 * self.stream.uniform() - 1.0);
            match accept(point) {
                Some(point) => {
                    found.push(point);
                    in_vain = 0;
                }
                None => in_vain += 1,
            }
        }
        found
    }
}

fn norm(p: [f64; 3]) -> f64 {
    (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt()
}
