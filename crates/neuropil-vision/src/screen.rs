//! The screen, and grids of points at which it is looked at.

/// A screen in the visual field; its middle is the origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Screen {
    /// Width `[degree]`, above 0.
    pub width_deg: f64,
    /// Height `[degree]`, above 0.
    pub height_deg: f64,
    /// Pixels per degree, above 0.
    pub pixels_per_deg: f64,
    /// Frames per second `[Hz]`, above 0.
    pub refresh_hz: f64,
    /// Luminance where nothing is shown, and around the screen: 0 is black, 1 is white.
    pub background: f64,
    /// Luminance against which contrast is measured, above 0.
    pub reference: f64,
}

impl Default for Screen {
    /// 50° high, 16:9, 3 pixels per degree, 60 frames per second, grey.
    fn default() -> Self {
        Self {
            width_deg: 800.0 / 9.0,
            height_deg: 50.0,
            pixels_per_deg: 3.0,
            refresh_hz: 60.0,
            background: 0.5,
            reference: 0.5,
        }
    }
}

/// Times that differ by less than this fraction of a frame are the same.
const SAME: f64 = 1e-9;

impl Screen {
    /// Width of a pixel `[degree]`.
    pub fn pitch_deg(&self) -> f64 {
        self.pixels_per_deg.recip()
    }

    /// Pixels in a row and in a column; at least one.
    pub fn pixels(&self) -> [usize; 2] {
        [self.width_deg, self.height_deg]
            .map(|length| ((length * self.pixels_per_deg).round() as usize).max(1))
    }

    /// All pixels of the screen.
    pub fn grid(&self) -> Grid {
        Grid {
            pitch_deg: self.pitch_deg(),
            pixels: self.pixels(),
            first: [0; 2],
            shape: self.pixels(),
        }
    }

    /// The grid of pixels, continued beyond the screen as far as needed to cover a rectangle.
    pub fn covering(&self, low_deg: [f64; 2], high_deg: [f64; 2]) -> Grid {
        let whole = self.grid();
        let index = |axis: usize, at: f64| {
            (at / whole.pitch_deg + whole.pixels[axis] as f64 / 2.0).floor() as i64
        };
        let first = [index(0, low_deg[0]), index(1, low_deg[1])];
        let last = [index(0, high_deg[0]), index(1, high_deg[1])];
        let shape = [0, 1].map(|axis| (last[axis] - first[axis]).max(0) as usize + 1);
        Grid { first, shape, ..whole }
    }

    /// Beginning of a frame `[ms]`.
    pub fn frame_ms(&self, frame: usize) -> f64 {
        frame as f64 * 1e3 / self.refresh_hz
    }

    /// Number of frames that begin before `until_ms`.
    pub fn frames_before(&self, until_ms: f64) -> usize {
        (until_ms * self.refresh_hz * 1e-3 - SAME).ceil().max(0.0) as usize
    }

    /// The frame on the screen at a moment.
    pub fn frame_at(&self, t_ms: f64) -> usize {
        (t_ms * self.refresh_hz * 1e-3 + SAME).floor().max(0.0) as usize
    }

    /// Whether a place is on the screen.
    pub fn holds(&self, x_deg: f64, y_deg: f64) -> bool {
        2.0 * x_deg.abs() <= self.width_deg && 2.0 * y_deg.abs() <= self.height_deg
    }

    /// Contrast of a luminance against the reference (Weber's).
    pub fn contrast(&self, luminance: f64) -> f64 {
        (luminance - self.reference) / self.reference
    }
}

/// A rectangle of pixels, row after row from below, each row from the left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Distance of neighbours `[degree]`.
    pub pitch_deg: f64,
    /// Pixels of the whole screen, across and up.
    pub pixels: [usize; 2],
    /// First column and row, counted from the lower left corner of the screen.
    pub first: [i64; 2],
    /// Columns and rows.
    pub shape: [usize; 2],
}

impl Grid {
    /// Number of pixels.
    pub fn size(&self) -> usize {
        self.shape[0] * self.shape[1]
    }

    /// Centres of the columns `[degree]`.
    pub fn x_deg(&self) -> Vec<f64> {
        self.centres(0)
    }

    /// Centres of the rows `[degree]`.
    pub fn y_deg(&self) -> Vec<f64> {
        self.centres(1)
    }

    fn centres(&self, axis: usize) -> Vec<f64> {
        let middle = self.pixels[axis] as f64 / 2.0;
        let at = |k: usize| ((self.first[axis] + k as i64) as f64 + 0.5 - middle) * self.pitch_deg;
        (0..self.shape[axis]).map(at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_lie_symmetrically_about_the_middle() {
        let screen =
            Screen { width_deg: 4.0, height_deg: 3.0, pixels_per_deg: 1.0, ..Screen::default() };
        assert_eq!(screen.grid().x_deg(), [-1.5, -0.5, 0.5, 1.5]);
        assert_eq!(screen.grid().y_deg(), [-1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_covering_grid_continues_the_pixels_of_the_screen() {
        let screen =
            Screen { width_deg: 4.0, height_deg: 3.0, pixels_per_deg: 1.0, ..Screen::default() };
        let grid = screen.covering([-3.2, 0.4], [-0.9, 2.6]);
        assert_eq!(grid.x_deg(), [-3.5, -2.5, -1.5, -0.5]);
        assert_eq!(grid.y_deg(), [0.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn frames_begin_and_end_where_the_refresh_says() {
        let screen = Screen::default();
        assert_eq!(screen.frame_ms(12), 200.0);
        assert_eq!((screen.frame_at(200.0), screen.frame_at(199.9)), (12, 11));
        assert_eq!((screen.frames_before(200.0), screen.frames_before(200.1)), (12, 13));
    }
}
