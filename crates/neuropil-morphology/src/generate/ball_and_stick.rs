//! A spherical soma and one dendrite.

use super::sketch::Sketch;
use crate::swc::SampleTree;

/// A soma and an unbranched, possibly tapering dendrite attached to its middle.
///
/// ```
/// use neuropil_morphology::{generate::BallAndStick, swc::Options};
/// let cell = BallAndStick::default().samples().build(&Options::default())?.value;
/// assert_eq!(cell.sections()[1].length_um(), 200.0);
/// # Ok::<(), neuropil_morphology::swc::SwcError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BallAndStick {
    /// Diameter of the soma `[µm]`.
    pub soma_diameter_um: f64,
    /// Length of the dendrite `[µm]`.
    pub length_um: f64,
    /// Diameters of the dendrite at the soma and at the tip `[µm]`.
    pub diameters_um: [f64; 2],
}

impl Default for BallAndStick {
    /// Soma 12.6157 µm (500 µm²), dendrite 200 µm long and 1 µm thick.
    fn default() -> Self {
        Self { soma_diameter_um: 12.6157, length_um: 200.0, diameters_um: [1.0, 1.0] }
    }
}

impl BallAndStick {
    /// The samples: soma at the origin, the dendrite along x from its surface.
    pub fn samples(&self) -> SampleTree {
        let mut sketch = Sketch::default();
        let r = 0.5 * self.soma_diameter_um;
        let soma = sketch.add(1, [0.0; 3], r, 0);
        let [near, far] = self.diameters_um.map(|d| 0.5 * d);
        let start = sketch.add(3, [r, 0.0, 0.0], near, soma);
        sketch.add(3, [r + self.length_um, 0.0, 0.0], far, start);
        sketch.finish(format!(" {self:?}"))
    }
}
