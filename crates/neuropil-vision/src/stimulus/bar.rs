//! Bars.

use super::Spot;

/// A bright or dark bar, `width` long along its orientation and `length` across it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Direction into which it moves `[degree]`.
    pub orientation_deg: f64,
    /// Extent along the orientation `[degree]`.
    pub width_deg: f64,
    /// Extent across the orientation `[degree]`; may be infinite.
    pub length_deg: f64,
    /// Speed `[degree/s]`.
    pub speed_deg_s: f64,
    /// Where its middle is at the beginning, along the orientation `[degree]`.
    pub offset_deg: f64,
    /// Luminance.
    pub luminance: f64,
    /// Place that offsets count from `[degree]`.
    pub center_deg: [f64; 2],
}

impl Bar {
    pub(super) fn paint(&self, t_ms: f64, x: &[f64], y: &[f64], put: &mut impl FnMut(usize, Spot)) {
        let middle = self.offset_deg + self.speed_deg_s * t_ms * 1e-3;
        let (sin, cos) = self.orientation_deg.to_radians().sin_cos();
        for (row, y) in y.iter().enumerate() {
            let dy = y - self.center_deg[1];
            for (column, at) in x.iter().enumerate() {
                let dx = at - self.center_deg[0];
                let (u, v) = (dx * cos + dy * sin - middle, dy * cos - dx * sin);
                let inside = 2.0 * u.abs() <= self.width_deg && 2.0 * v.abs() <= self.length_deg;
                let spot = if inside { Spot::opaque(self.luminance) } else { Spot::NONE };
                put(row * x.len() + column, spot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_sweeps_along_its_orientation() {
        let bar = Bar {
            orientation_deg: 90.0,
            width_deg: 2.0,
            length_deg: 10.0,
            speed_deg_s: 20.0,
            offset_deg: -8.0,
            luminance: 1.0,
            center_deg: [0.0; 2],
        };
        let covered = |t_ms: f64, x: f64, y: f64| {
            let mut found = false;
            bar.paint(t_ms, &[x], &[y], &mut |_, spot| found = spot.cover == 1.0);
            found
        };
        assert!(covered(0.0, 4.9, -7.5) && !covered(0.0, 5.1, -7.5) && !covered(0.0, 0.0, -6.9));
        assert!(covered(500.0, 0.0, 2.5) && !covered(500.0, 0.0, -7.5)); // 10° further up
    }
}
