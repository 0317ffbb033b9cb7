//! The part of the visual field that a pattern covers.

/// A disc, a ring, a Gaussian window, or everything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mask {
    /// Middle `[degree]`.
    pub center_deg: [f64; 2],
    /// Radius beyond which nothing is seen `[degree]`.
    pub radius_deg: f64,
    /// Radius within which nothing is seen `[degree]`.
    pub inner_deg: f64,
    /// Standard deviation of a Gaussian window `[degree]`; infinite for none.
    pub sigma_deg: f64,
}

impl Default for Mask {
    /// Everything.
    fn default() -> Self {
        Self {
            center_deg: [0.0; 2],
            radius_deg: f64::INFINITY,
            inner_deg: 0.0,
            sigma_deg: f64::INFINITY,
        }
    }
}

impl Mask {
    /// Share of the pattern that is seen at a place, from 0 to 1: 1 for `inner ≤ r < radius`, times
    /// `exp(−r²/2σ²)`.
    pub fn at(&self, x_deg: f64, y_deg: f64) -> f64 {
        let (dx, dy) = (x_deg - self.center_deg[0], y_deg - self.center_deg[1]);
        let square = dx * dx + dy * dy;
        if square >= self.radius_deg * self.radius_deg || square < self.inner_deg * self.inner_deg {
            return 0.0;
        }
        if self.sigma_deg == f64::INFINITY {
            return 1.0;
        }
        (-0.5 * square / (self.sigma_deg * self.sigma_deg)).exp()
    }

    /// Whether everything is seen everywhere.
    pub fn is_whole(&self) -> bool {
        self.radius_deg == f64::INFINITY && self.inner_deg == 0.0 && self.sigma_deg == f64::INFINITY
    }
}
