//! Gratings.

use std::f64::consts::TAU;

use super::Spot;

/// How a grating changes in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Motion {
    /// It drifts into the direction of its orientation.
    #[default]
    Drift,
    /// It stands, and its contrast reverses sinusoidally.
    Reverse,
}

/// A grating: `L = L_m [1 + c · w(2π(f u − f_t t) + φ)]`, where `u` is the distance from `center` along the
/// orientation and `w` the cosine or, for square waves, its sign. One that reverses has
/// `L = L_m [1 + c · w(2π f u + φ) · cos(2π f_t t)]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grating {
    /// Direction along which luminance varies `[degree]`.
    pub orientation_deg: f64,
    /// Spatial frequency `f` `[cycle/degree]`.
    pub spatial_cpd: f64,
    /// Temporal frequency `f_t` `[Hz]`; negative ones drift backwards.
    pub temporal_hz: f64,
    /// Phase `φ` `[degree]`.
    pub phase_deg: f64,
    /// Michelson contrast `c`.
    pub contrast: f64,
    /// Mean luminance `L_m`.
    pub mean: f64,
    /// Square wave instead of a cosine.
    pub square: bool,
    /// What changes in time.
    pub motion: Motion,
    /// Place that phases count from `[degree]`.
    pub center_deg: [f64; 2],
}

impl Grating {
    /// Wave vector `[cycle/degree]`.
    pub fn wave_vector(&self) -> [f64; 2] {
        let angle = self.orientation_deg.to_radians();
        [self.spatial_cpd * angle.cos(), self.spatial_cpd * angle.sin()]
    }

    /// Phase of the carrier at a moment `[radian]`, and the factor of its contrast.
    fn state(&self, t_ms: f64) -> (f64, f64) {
        let turns = self.temporal_hz * t_ms * 1e-3;
        let phase = self.phase_deg.to_radians();
        match self.motion {
            Motion::Drift => (phase - TAU * turns, 1.0),
            Motion::Reverse => (phase, (TAU * turns).cos()),
        }
    }

    pub(super) fn paint(&self, t_ms: f64, x: &[f64], y: &[f64], put: &mut impl FnMut(usize, Spot)) {
        let (phase, factor) = self.state(t_ms);
        let amplitude = self.mean * self.contrast * factor;
        let [kx, ky] = self.wave_vector();
        // cos(a + b) = cos a cos b − sin a sin b: the cosines of a row and a column suffice.
        let across: Vec<(f64, f64)> =
            x.iter().map(|x| (TAU * kx * (x - self.center_deg[0])).sin_cos()).collect();
        for (row, y) in y.iter().enumerate() {
            let (sin, cos) = (TAU * ky * (y - self.center_deg[1]) + phase).sin_cos();
            for (column, (sin_x, cos_x)) in across.iter().enumerate() {
                let wave = cos_x * cos - sin_x * sin;
                let wave = if self.square { wave.signum() } else { wave };
                put(row * x.len() + column, Spot::opaque(self.mean + amplitude * wave));
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn grating(orientation_deg: f64) -> Grating {
        Grating {
            orientation_deg,
            spatial_cpd: 0.1,
            temporal_hz: 2.0,
            phase_deg: 0.0,
            contrast: 0.8,
            mean: 0.5,
            square: false,
            motion: Motion::Drift,
            center_deg: [0.0; 2],
        }
    }

    fn at(grating: &Grating, t_ms: f64, x: f64, y: f64) -> f64 {
        let mut found = f64::NAN;
        grating.paint(t_ms, &[x], &[y], &mut |_, spot| found = spot.luminance);
        found
    }

    #[test]
    fn a_grating_varies_along_its_orientation_and_drifts_there() {
        let upright = grating(0.0);
        // A quarter of a period of 500 ms moves a wave of 10° by 2.5° to the right.
        for (t, x, y, expected) in [
            (0.0, 0.0, 0.0, 0.9),
            (0.0, 5.0, 3.0, 0.1),
            (125.0, 2.5, -7.0, 0.9),
            (125.0, 0.0, 0.0, 0.5),
        ] {
            assert!((at(&upright, t, x, y) - expected).abs() < 1e-12, "{t} {x} {y}");
        }
        assert!((at(&grating(90.0), 125.0, 4.0, 2.5) - 0.9).abs() < 1e-12);
    }

    #[test]
    fn a_square_wave_has_two_luminances_and_a_reversal_two_nodes() {
        let square = Grating { square: true, ..grating(0.0) };
        assert_eq!([at(&square, 0.0, 1.0, 0.0), at(&square, 0.0, 4.0, 0.0)], [0.9, 0.5 - 0.4]);
        let reversing = Grating { motion: Motion::Reverse, ..grating(0.0) };
        assert!((at(&reversing, 125.0, 0.0, 0.0) - 0.5).abs() < 1e-12);
        assert!((at(&reversing, 250.0, 0.0, 0.0) - 0.1).abs() < 1e-12);
        assert!((at(&reversing, 60.0, 2.5, 0.0) - 0.5).abs() < 1e-12);
    }
}
