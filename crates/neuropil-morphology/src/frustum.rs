//! Points with a radius, and the truncated cone between two of them.
//!
//! For radii a, b and height h: lateral area π (a + b) √(h² + (a − b)²), volume
//! π h (a² + a b + b²) / 3, and axial resistance per resistivity ∫ dx / π r² = h / (π a b).

use std::f64::consts::PI;

/// A point of a neurite: where it is and how thick it is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Position `[µm]`.
    pub xyz_um: [f64; 3],
    /// Radius `[µm]`, ≥ 0.
    pub radius_um: f64,
}

impl Point {
    /// A point at (x, y, z) with a radius, all in µm.
    pub const fn new(x: f64, y: f64, z: f64, radius_um: f64) -> Self {
        Self { xyz_um: [x, y, z], radius_um }
    }

    /// Euclidean distance to another point `[µm]`.
    pub fn distance_um(&self, other: &Self) -> f64 {
        distance_um(self.xyz_um, other.xyz_um)
    }

    /// The point a fraction of the way to `other`, its radius interpolated linearly.
    pub fn towards(&self, other: &Self, fraction: f64) -> Self {
        let mix = |a: f64, b: f64| a + fraction * (b - a);
        let [a, b] = [self.xyz_um, other.xyz_um];
        Self {
            xyz_um: std::array::from_fn(|k| mix(a[k], b[k])),
            radius_um: mix(self.radius_um, other.radius_um),
        }
    }
}

/// Euclidean distance between two positions `[µm]`.
pub fn distance_um(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [dx, dy, dz]: [f64; 3] = std::array::from_fn(|k| b[k] - a[k]);
    (dx * dx + dy * dy + dz * dz).sqrt()
}

/// Lateral area `[µm²]` of a frustum of the given height and end radii `[µm]`.
///
/// A step in radius at zero height has the area of the ring between the circles.
pub fn area_um2(height_um: f64, r0_um: f64, r1_um: f64) -> f64 {
    let slope = r1_um - r0_um;
    PI * (r0_um + r1_um) * (height_um * height_um + slope * slope).sqrt()
}

/// Volume `[µm³]` of a frustum.
pub fn volume_um3(height_um: f64, r0_um: f64, r1_um: f64) -> f64 {
    PI / 3.0 * height_um * (r0_um * r0_um + r0_um * r1_um + r1_um * r1_um)
}

/// ∫ dx / (π r²) over a frustum `[1/µm]`: times the resistivity, the axial resistance.
pub fn axial_per_um(height_um: f64, r0_um: f64, r1_um: f64) -> f64 {
    if height_um == 0.0 { 0.0 } else { height_um / (PI * r0_um * r1_um) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulae_agree_with_a_fine_stack_of_cylinders() {
        let (h, a, b) = (3.0, 2.0, 0.5);
        let n = 20_000;
        let (mut volume, mut axial) = (0.0, 0.0);
        for k in 0..n {
            let r = a + (b - a) * (f64::from(k) + 0.5) / f64::from(n);
            volume += PI * r * r * h / f64::from(n);
            axial += h / f64::from(n) / (PI * r * r);
        }
        // The midpoint rule errs by O(1/n²).
        assert!((volume / volume_um3(h, a, b) - 1.0).abs() < 1e-8);
        assert!((axial / axial_per_um(h, a, b) - 1.0).abs() < 1e-8);
    }

    #[test]
    fn a_cone_of_zero_height_is_a_ring() {
        assert_eq!(area_um2(0.0, 1.0, 2.0), PI * 3.0);
        assert_eq!(axial_per_um(0.0, 1.0, 0.0), 0.0);
    }
}
