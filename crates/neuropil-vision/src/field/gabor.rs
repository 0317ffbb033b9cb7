//! Gabor functions.

use std::f64::consts::{PI, TAU};

/// A Gabor function (Daugman 1985, doi:10.1364/JOSAA.2.001160):
///
/// ```text
/// G(u, v) = exp(−u²/2σ² − v²/2(ασ)²) · [cos(2πf u + ψ) − b] / (π α σ²)
/// ```
///
/// where `u` runs along the orientation and `v` across it. `b` is 0 or, for balanced fields,
/// `cos ψ · exp(−2π²σ²f²)`, which takes away the answer to uniform light. The factor makes the answer to the
/// best grating of contrast 1 equal to 1, up to `exp(−8π²σ²f²)`.
///
/// A length ratio β in the sense of `exp(−(u² + βv²)/2σ²)` is `α = 1/√β`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gabor {
    /// Direction along which it oscillates `[degree]`.
    pub orientation_deg: f64,
    /// Preferred spatial frequency `f` `[cycle/degree]`.
    pub spatial_cpd: f64,
    /// Phase `ψ` `[degree]`: 0 is even with a bright middle, 90 odd.
    pub phase_deg: f64,
    /// Standard deviation `σ` along the orientation `[degree]`.
    pub sigma_deg: f64,
    /// Length across the orientation over that along it, `α`.
    pub aspect: f64,
    /// Whether uniform light has no effect.
    pub balanced: bool,
}

impl Gabor {
    /// The other one of a quadrature pair: the phase is advanced by 90°.
    #[must_use]
    pub fn quadrature(&self) -> Self {
        Self { phase_deg: self.phase_deg + 90.0, ..*self }
    }

    /// What a balanced field lacks of its cosine.
    fn balance(&self) -> f64 {
        if !self.balanced {
            return 0.0;
        }
        let sf = self.sigma_deg * self.spatial_cpd;
        self.phase_deg.to_radians().cos() * (-2.0 * PI * PI * sf * sf).exp()
    }

    /// Value at a place relative to its middle `[1/degree²]`.
    pub fn at(&self, dx_deg: f64, dy_deg: f64) -> f64 {
        let (sin, cos) = self.orientation_deg.to_radians().sin_cos();
        let (u, v) = (dx_deg * cos + dy_deg * sin, dy_deg * cos - dx_deg * sin);
        let (su, sv) = (self.sigma_deg, self.aspect * self.sigma_deg);
        let envelope = (-0.5 * ((u / su) * (u / su) + (v / sv) * (v / sv))).exp();
        let wave = (TAU * self.spatial_cpd * u + self.phase_deg.to_radians()).cos();
        envelope * (wave - self.balance()) / (PI * su * sv)
    }

    /// Answer to the wave `exp(2πi k·x)`: with `Ê(q) = exp(−2π²(σ²q_u² + α²σ²q_v²))`,
    ///
    /// ```text
    /// Ĝ(k) = e^(−iψ) Ê(k − f) + e^(iψ) Ê(k + f) − 2b Ê(k)
    /// ```
    pub fn transfer(&self, [kx, ky]: [f64; 2]) -> [f64; 2] {
        let (sin, cos) = self.orientation_deg.to_radians().sin_cos();
        let (ku, kv) = (kx * cos + ky * sin, ky * cos - kx * sin);
        let (su, sv) = (self.sigma_deg, self.aspect * self.sigma_deg);
        let envelope = |q: f64| {
            let (u, v) = (su * q, sv * kv);
            (-2.0 * PI * PI * (u * u + v * v)).exp()
        };
        let (near, far) = (envelope(ku - self.spatial_cpd), envelope(ku + self.spatial_cpd));
        let (sin, cos) = self.phase_deg.to_radians().sin_cos();
        [cos * (near + far) - 2.0 * self.balance() * envelope(ku), sin * (far - near)]
    }

    /// Half the width and height of the upright rectangle around the ellipse of `support` standard
    /// deviations `[degree]`.
    pub fn extent_deg(&self, support: f64) -> [f64; 2] {
        let (sin, cos) = self.orientation_deg.to_radians().sin_cos();
        let (su, sv) = (self.sigma_deg, self.aspect * self.sigma_deg);
        [support * (su * cos).hypot(sv * sin), support * (su * sin).hypot(sv * cos)]
    }
}
