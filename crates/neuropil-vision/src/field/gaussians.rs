//! Differences of Gaussians.

use std::f64::consts::{PI, TAU};

/// What the centre answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Light.
    On,
    /// Darkness.
    Off,
}

/// A difference of Gaussians (Rodieck 1965, doi:10.1016/0042-6989(65)90033-7; Enroth-Cugell & Robson 1966,
/// doi:10.1113/jphysiol.1966.sp008107):
///
/// ```text
/// G(r) = ±[exp(−r²/2σ_c²)/2πσ_c² − w · exp(−r²/2σ_s²)/2πσ_s²]
/// ```
///
/// The radii of Enroth-Cugell & Robson are `√2 σ`. Without surround a uniform field of contrast 1
/// gives 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussians {
    /// Standard deviation of the centre `[degree]`.
    pub sigma_deg: f64,
    /// Standard deviation of the surround `[degree]`.
    pub surround_deg: f64,
    /// Integral of the surround over that of the centre, `w`.
    pub surround_weight: f64,
    /// Sign of the centre.
    pub sign: Sign,
}

impl Gaussians {
    fn factor(&self) -> f64 {
        if self.sign == Sign::On { 1.0 } else { -1.0 }
    }

    /// Value at a place relative to its middle `[1/degree²]`.
    pub fn at(&self, dx_deg: f64, dy_deg: f64) -> f64 {
        let square = dx_deg * dx_deg + dy_deg * dy_deg;
        let bump = |sigma: f64| (-0.5 * square / (sigma * sigma)).exp() / (TAU * sigma * sigma);
        self.factor() * (bump(self.sigma_deg) - self.surround_weight * bump(self.surround_deg))
    }

    /// Answer to the wave `exp(2πi k·x)`, which is real:
    /// `±[exp(−2π²σ_c²k²) − w exp(−2π²σ_s²k²)]`.
    pub fn transfer(&self, [kx, ky]: [f64; 2]) -> f64 {
        let square = kx * kx + ky * ky;
        let wave = |sigma: f64| (-2.0 * PI * PI * sigma * sigma * square).exp();
        self.factor() * (wave(self.sigma_deg) - self.surround_weight * wave(self.surround_deg))
    }

    /// The larger standard deviation that counts `[degree]`.
    pub fn widest_deg(&self) -> f64 {
        if self.surround_weight == 0.0 {
            self.sigma_deg
        } else {
            self.sigma_deg.max(self.surround_deg)
        }
    }
}
