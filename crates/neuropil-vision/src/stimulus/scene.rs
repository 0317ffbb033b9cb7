//! Everything that a screen shows.

use super::{Mask, Pattern};
use crate::gaze::Gaze;
use crate::screen::{Grid, Screen};

/// A pattern for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// What is shown; its time counts from `from_ms`.
    pub pattern: Pattern,
    /// Where.
    pub mask: Mask,
    /// Beginning `[ms]`.
    pub from_ms: f64,
    /// End `[ms]`.
    pub until_ms: f64,
    /// Share of the pattern that is seen in each frame of the screen, from 0 to 1; the last value holds on.
    /// All of it if empty.
    pub opacity: Vec<f64>,
}

/// Layers on a screen; later ones lie over earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// The screen.
    pub screen: Screen,
    /// What it shows.
    pub layers: Vec<Layer>,
    /// Where the eye looks.
    pub gaze: Gaze,
}

/// Times that differ by less than this are the same `[ms]`.
const SAME_MS: f64 = 1e-6;

impl Layer {
    /// A pattern everywhere, always.
    pub fn new(pattern: Pattern) -> Self {
        Self {
            pattern,
            mask: Mask::default(),
            from_ms: 0.0,
            until_ms: f64::INFINITY,
            opacity: Vec::new(),
        }
    }

    /// Whether it is on the screen.
    fn shows(&self, t_ms: f64) -> bool {
        t_ms >= self.from_ms - SAME_MS && t_ms < self.until_ms - SAME_MS
    }

    fn opacity(&self, frame: usize) -> f64 {
        let last = self.opacity.len().saturating_sub(1);
        self.opacity.get(frame.min(last)).copied().unwrap_or(1.0)
    }
}

impl Scene {
    /// Luminance at the points of a grid during a frame, as seen from the place that the eye looks at:
    /// with the gaze at (g, h), the point (x, y) of the grid sees the place (x + g, y + h) of the screen.
    ///
    /// # Panics
    /// Unless `out` has a value for every point.
    pub fn luminance(&self, frame: usize, grid: &Grid, out: &mut [f64]) {
        assert_eq!(out.len(), grid.size(), "one value for every point");
        let (screen, t_ms) = (&self.screen, self.screen.frame_ms(frame));
        let [gx, gy] = self.gaze.at(t_ms);
        let x: Vec<f64> = grid.x_deg().iter().map(|x| x + gx).collect();
        let y: Vec<f64> = grid.y_deg().iter().map(|y| y + gy).collect();
        out.fill(screen.background);
        let columns = x.len();
        for layer in self.layers.iter().filter(|layer| layer.shows(t_ms)) {
            let opacity = layer.opacity(frame);
            let (mask, whole) = (layer.mask, layer.mask.is_whole());
            let since_ms = (t_ms - layer.from_ms).max(0.0);
            layer.pattern.paint(since_ms, &x, &y, &mut |k, spot| {
                let mut share = opacity * spot.cover;
                if !whole {
                    share *= mask.at(x[k % columns], y[k / columns]);
                }
                out[k] += share * (spot.luminance - out[k]);
            });
        }
        let (half_width, half_height) = (screen.width_deg / 2.0, screen.height_deg / 2.0);
        for (row, y) in out.chunks_mut(columns.max(1)).zip(&y) {
            if y.abs() > half_height {
                row.fill(screen.background);
                continue;
            }
            for (value, x) in row.iter_mut().zip(&x) {
                if x.abs() > half_width {
                    *value = screen.background;
                }
            }
        }
    }

    /// What identifies the image of a frame: frames of the same signature show the same. `None` if it
    /// differs from all others.
    pub fn signature(&self, frame: usize) -> Option<Vec<u64>> {
        let t_ms = self.screen.frame_ms(frame);
        let mut signature: Vec<u64> = self.gaze.at(t_ms).map(f64::to_bits).into();
        for (k, layer) in (0..).zip(&self.layers).filter(|(_, layer)| layer.shows(t_ms)) {
            let version = layer.pattern.version((t_ms - layer.from_ms).max(0.0))?;
            signature.extend([k, version, layer.opacity(frame).to_bits()]);
        }
        Some(signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gaze::Saccade;

    fn scene(layers: Vec<Layer>) -> Scene {
        let screen =
            Screen { width_deg: 8.0, height_deg: 4.0, pixels_per_deg: 1.0, ..Screen::default() };
        Scene { screen, layers, gaze: Gaze::fixed([0.0; 2]) }
    }

    fn image(scene: &Scene, frame: usize) -> Vec<f64> {
        let grid = scene.screen.grid();
        let mut out = vec![f64::NAN; grid.size()];
        scene.luminance(frame, &grid, &mut out);
        out
    }

    #[test]
    fn later_layers_lie_over_earlier_ones_within_their_masks() {
        let white = Layer { from_ms: 100.0, until_ms: 200.0, ..Layer::new(Pattern::Uniform(1.0)) };
        let mask = Mask { radius_deg: 1.0, ..Mask::default() };
        let dot = Layer { mask, from_ms: 150.0, ..Layer::new(Pattern::Uniform(0.0)) };
        let scene = scene(vec![white, dot]);
        let grey = |image: &[f64], value: f64| image.iter().filter(|l| **l == value).count();
        assert_eq!(grey(&image(&scene, 5), 0.5), 32); // 83 ms
        assert_eq!(grey(&image(&scene, 6), 1.0), 32); // 100 ms
        let both = image(&scene, 9);
        assert_eq!((grey(&both, 1.0), grey(&both, 0.0)), (28, 4));
        let alone = image(&scene, 12); // 200 ms
        assert_eq!((grey(&alone, 0.5), grey(&alone, 0.0)), (28, 4));
    }

    #[test]
    fn the_gaze_moves_what_is_seen_and_shows_what_lies_around_the_screen() {
        let bar = Pattern::Bar(super::super::Bar {
            orientation_deg: 0.0,
            width_deg: 1.0,
            length_deg: f64::INFINITY,
            speed_deg_s: 0.0,
            offset_deg: 3.5,
            luminance: 1.0,
            center_deg: [0.0; 2],
        });
        let mut scene = scene(vec![Layer::new(bar)]);
        assert_eq!(image(&scene, 0)[..8], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0]);
        let saccade = Saccade { start_ms: 0.0, duration_ms: 10.0, target_deg: [2.0, 0.0] };
        scene.gaze.saccades.push(saccade);
        scene.screen.background = 0.25;
        assert_eq!(image(&scene, 1)[..8], [0.25, 0.25, 0.25, 0.25, 0.25, 1.0, 0.25, 0.25]);
        assert_ne!(scene.signature(0), scene.signature(1));
        assert_eq!(scene.signature(2), scene.signature(1));
    }

    #[test]
    fn opacity_mixes_with_what_lies_below() {
        let opacity = vec![0.0, 0.5, 1.0];
        let scene = scene(vec![Layer { opacity, ..Layer::new(Pattern::Uniform(1.0)) }]);
        let first = |frame| image(&scene, frame)[0];
        assert_eq!([first(0), first(1), first(2), first(9)], [0.5, 0.75, 1.0, 1.0]);
    }
}
