//! The scene as every receptive field sees it.

use rayon::prelude::*;

use crate::field::{Unit, Weights, covering};
use crate::stimulus::Scene;

/// Drives of all linear filters of a population, image after image.
///
/// Frames that show the same share a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Drives {
    /// Filters: one of every unit, or two in quadrature.
    channels: usize,
    /// The row of each frame.
    row_of: Vec<u32>,
    /// Row after row, one drive per channel.
    values: Vec<f64>,
    /// Drives by an empty screen.
    rest: Vec<f64>,
}

impl Drives {
    /// Drives during the first `frames` frames. The frames are shared among threads; each is computed by
    /// itself, so that the result does not depend on their number.
    pub fn of(scene: &Scene, units: &[Unit], frames: usize) -> Self {
        let grid = covering(&scene.screen, units);
        let fields: Vec<Weights> = units
            .par_iter()
            .flat_map_iter(|unit| (0..unit.channels()).map(|channel| unit.weights(channel, &grid)))
            .collect();
        let (mut shown, mut row_of) = (Vec::new(), Vec::with_capacity(frames));
        let mut last: Option<Vec<u64>> = None;
        for frame in 0..frames {
            let signature = scene.signature(frame);
            if frame == 0 || signature.is_none() || signature != last {
                shown.push(frame);
                last = signature;
            }
            row_of.push(shown.len() as u32 - 1);
        }
        let columns = grid.shape[0];
        let see = |image: &[f64], row: &mut [f64]| {
            for (drive, field) in row.iter_mut().zip(&fields) {
                *drive = field.dot(image, columns);
            }
        };
        let channels = fields.len();
        let mut values = vec![0.0; shown.len() * channels];
        if channels > 0 {
            values.par_chunks_mut(channels).zip(&shown).for_each_init(
                || vec![0.0; grid.size()],
                |image, (row, frame)| {
                    scene.luminance(*frame, &grid, image);
                    image.iter_mut().for_each(|value| *value = scene.screen.contrast(*value));
                    see(image, row);
                },
            );
        }
        let mut rest = vec![0.0; channels];
        see(&vec![scene.screen.contrast(scene.screen.background); grid.size()], &mut rest);
        Self { channels, row_of, values, rest }
    }

    /// Numbers that [`of`](Self::of) keeps at most for so many frames.
    pub fn size(units: &[Unit], frames: usize) -> usize {
        units.iter().map(Unit::channels).sum::<usize>().saturating_mul(frames)
    }

    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.row_of.len()
    }

    /// Drives of a frame, one per channel; the last frame holds on.
    pub fn frame(&self, frame: usize) -> &[f64] {
        let last = self.row_of.len().saturating_sub(1);
        match self.row_of.get(frame.min(last)) {
            Some(row) => &self.values[*row as usize * self.channels..][..self.channels],
            None => &self.rest,
        }
    }

    /// Drives by an empty screen.
    pub fn rest(&self) -> &[f64] {
        &self.rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Cell, Gabor, Gaussians, Sign};
    use crate::gaze::Gaze;
    use crate::screen::Screen;
    use crate::stimulus::{Grating, Layer, Motion, Pattern};
    use std::f64::consts::TAU;

    fn gabor(orientation_deg: f64, phase_deg: f64) -> Gabor {
        Gabor {
            orientation_deg,
            spatial_cpd: 0.25,
            phase_deg,
            sigma_deg: 1.6,
            aspect: 1.4,
            balanced: false,
        }
    }

    /// Frame 0 of a static grating of contrast 0.7 on a screen of 4 pixels per degree.
    fn drives(units: &[Unit], orientation_deg: f64, spatial_cpd: f64, phase_deg: f64) -> Vec<f64> {
        let grating = Grating {
            orientation_deg,
            spatial_cpd,
            temporal_hz: 0.0,
            phase_deg,
            contrast: 0.7,
            mean: 0.5,
            square: false,
            motion: Motion::Drift,
            center_deg: [0.0; 2],
        };
        let screen =
            Screen { width_deg: 60.0, height_deg: 60.0, pixels_per_deg: 4.0, ..Screen::default() };
        let layers = vec![Layer::new(Pattern::Grating(grating))];
        let scene = Scene { screen, layers, gaze: Gaze::fixed([0.0; 2]) };
        Drives::of(&scene, units, 1).frame(0).to_vec()
    }

    /// `c · Re[e^(i(2πk·x₀ + φ)) Ĝ(k)]`.
    fn expected(
        unit: &Unit,
        channel: usize,
        orientation_deg: f64,
        spatial_cpd: f64,
        phase_deg: f64,
    ) -> f64 {
        let angle = orientation_deg.to_radians();
        let wave = [spatial_cpd * angle.cos(), spatial_cpd * angle.sin()];
        let [x, y] = unit.center_deg;
        let at = TAU * (wave[0] * x + wave[1] * y) + phase_deg.to_radians();
        let [re, im] = unit.transfer(channel, wave);
        0.7 * (re * at.cos() - im * at.sin())
    }

    #[test]
    fn gabor_fields_answer_gratings_as_their_fourier_transform_says() {
        for balanced in [false, true] {
            for phase in [0.0, 37.0, 90.0, 215.0] {
                let gabor = Gabor { balanced, ..gabor(30.0, phase) };
                let unit = Unit { center_deg: [1.3, -2.1], cell: Cell::Simple(gabor) };
                for orientation in [0.0, 20.0, 30.0, 75.0, 120.0] {
                    for cpd in [0.0, 0.1, 0.25, 0.4] {
                        let found = drives(&[unit], orientation, cpd, 63.0)[0];
                        let wanted = expected(&unit, 0, orientation, cpd, 63.0);
                        // The field ends at 4 σ; a pixel is σ/6.4.
                        assert!(
                            (found - wanted).abs() < 2e-4,
                            "{orientation} {cpd}: {found} {wanted}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_best_grating_gives_its_contrast_and_balance_removes_uniform_light() {
        let unit = |balanced| Unit {
            center_deg: [0.0; 2],
            cell: Cell::Simple(Gabor { balanced, ..gabor(0.0, 0.0) }),
        };
        assert!((drives(&[unit(false)], 0.0, 0.25, 0.0)[0] - 0.7).abs() < 2e-4);
        // Uniform light of contrast 0.7: 2 · 0.7 · exp(−2π²σ²f²) without balance.
        let uniform = 1.4 * (-2.0 * std::f64::consts::PI.powi(2) * 0.16).exp();
        assert!((drives(&[unit(false)], 0.0, 0.0, 0.0)[0] - uniform).abs() < 2e-4);
        assert!(drives(&[unit(true)], 0.0, 0.0, 0.0)[0].abs() < 2e-4);
    }

    #[test]
    fn centre_and_surround_answer_gratings_as_a_difference_of_gaussians() {
        for sign in [Sign::On, Sign::Off] {
            let field =
                Gaussians { sigma_deg: 0.8, surround_deg: 2.4, surround_weight: 0.85, sign };
            let unit = Unit { center_deg: [0.4, 3.0], cell: Cell::CentreSurround(field) };
            for cpd in [0.0, 0.03, 0.1, 0.2, 0.4] {
                let found = drives(&[unit], 50.0, cpd, 20.0)[0];
                let wanted = expected(&unit, 0, 50.0, cpd, 20.0);
                assert!((found - wanted).abs() < 2e-4, "{cpd}: {found} {wanted}");
            }
        }
    }

    #[test]
    fn the_energy_of_a_quadrature_pair_does_not_depend_on_phase() {
        let unit = Unit { center_deg: [0.7, 0.2], cell: Cell::Complex(gabor(30.0, 0.0)) };
        let energies: Vec<f64> = (0..12)
            .map(|k| {
                let pair = drives(&[unit], 30.0, 0.25, 30.0 * f64::from(k));
                pair[0].hypot(pair[1])
            })
            .collect();
        // The transform of the pair's far lobe is exp(−8π²σ²f²) = 3·10⁻⁶ of the near one.
        for energy in &energies {
            assert!((energy - 0.7).abs() < 3e-4, "{energies:?}");
        }
        let simple = Unit { cell: Cell::Simple(gabor(30.0, 0.0)), ..unit };
        let linear: Vec<f64> =
            (0..12).map(|k| drives(&[simple], 30.0, 0.25, 30.0 * f64::from(k))[0]).collect();
        assert!(linear.iter().any(|s| *s > 0.6) && linear.iter().any(|s| *s < -0.6));
    }

    #[test]
    fn frames_that_show_the_same_are_computed_once() {
        let layer = Layer { from_ms: 100.0, until_ms: 200.0, ..Layer::new(Pattern::Uniform(1.0)) };
        let scene =
            Scene { screen: Screen::default(), layers: vec![layer], gaze: Gaze::fixed([0.0; 2]) };
        let field =
            Gaussians { sigma_deg: 1.0, surround_deg: 1.0, surround_weight: 0.0, sign: Sign::On };
        let unit = Unit { center_deg: [0.0; 2], cell: Cell::CentreSurround(field) };
        let drives = Drives::of(&scene, &[unit], 30);
        assert_eq!(drives.values.len(), 3);
        assert_eq!(drives.row_of[5..13], [0, 1, 1, 1, 1, 1, 1, 2]);
        assert!((drives.frame(8)[0] - 1.0).abs() < 2e-4 && drives.rest()[0] == 0.0);
    }
}
