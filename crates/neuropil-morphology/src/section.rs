//! A section: an unbranched run of one kind, with its points.

use crate::frustum::{Point, area_um2, axial_per_um, distance_um, volume_um3};
use crate::kind::Kind;

/// A place on a morphology: a section and how far along it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Location {
    /// Index of the section in [`Morphology::sections`](crate::Morphology::sections).
    pub section: usize,
    /// Fraction of the section's length, 0 at its start (towards the root), 1 at its end.
    pub fraction: f64,
}

impl Location {
    /// A place on a section.
    pub const fn new(section: usize, fraction: f64) -> Self {
        Self { section, fraction }
    }
}

/// How lengths along a section are computed from its points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// 64-bit throughout.
    #[default]
    Double,
    /// Coordinates, diameters and coordinate differences rounded to 32 bits, as NEURON keeps
    /// its 3-D points; lengths are 64-bit sums. For numbers equal to NEURON's beyond 1e-8.
    Single,
}

/// An unbranched run of one kind. Comes only from a [`Morphology`](crate::Morphology).
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    name: String,
    kind: Kind,
    parent: Option<Location>,
    points: Vec<Point>,
    arc_um: Vec<f64>,
}

impl Section {
    pub(crate) fn new(
        name: String,
        kind: Kind,
        parent: Option<Location>,
        mut points: Vec<Point>,
        precision: Precision,
    ) -> Self {
        if precision == Precision::Single {
            for point in &mut points {
                point.xyz_um = point.xyz_um.map(|x| f64::from(x as f32));
                point.radius_um = 0.5 * f64::from((2.0 * point.radius_um) as f32);
            }
        }
        let mut arc_um = Vec::with_capacity(points.len());
        let mut arc = 0.0;
        for (k, point) in points.iter().enumerate() {
            if k > 0 {
                arc += step_um(points[k - 1].xyz_um, point.xyz_um, precision);
            }
            arc_um.push(arc);
        }
        Self { name, kind, parent, points, arc_um }
    }

    /// Name: the kind, with a number when there are several: `soma`, `dend[12]`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its kind.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Where its 0-end is attached; `None` for the root.
    pub const fn parent(&self) -> Option<Location> {
        self.parent
    }

    /// Its points from 0-end to 1-end, at least two.
    ///
    /// The first repeats the parent's point, except where a neurite begins at its own first
    /// point on or beyond the surface of a soma.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Length along the section at each point `[µm]`, from 0.
    pub fn arc_um(&self) -> &[f64] {
        &self.arc_um
    }

    /// Length `[µm]`.
    pub fn length_um(&self) -> f64 {
        self.arc_um[self.arc_um.len() - 1]
    }

    /// Lateral membrane area `[µm²]`.
    pub fn area_um2(&self) -> f64 {
        self.frusta().map(|(h, a, b)| area_um2(h, a, b)).sum()
    }

    /// Enclosed volume `[µm³]`.
    pub fn volume_um3(&self) -> f64 {
        self.frusta().map(|(h, a, b)| volume_um3(h, a, b)).sum()
    }

    /// ∫ dx / (π r²) from end to end `[1/µm]`: Ra times it is the axial resistance.
    pub fn axial_per_um(&self) -> f64 {
        self.frusta().map(|(h, a, b)| axial_per_um(h, a, b)).sum()
    }

    /// Mean diameter along the length `[µm]`; for a section of no length, that of its first point.
    pub fn mean_diameter_um(&self) -> f64 {
        let length = self.length_um();
        if length == 0.0 {
            return 2.0 * self.points[0].radius_um;
        }
        self.frusta().map(|(h, a, b)| (a + b) * h).sum::<f64>() / length
    }

    /// Position and radius at a fraction of the length; fractions outside 0–1 are clamped.
    ///
    /// Where the radius jumps (two points at one place) the later point is taken.
    pub fn point_at(&self, fraction: f64) -> Point {
        let arc = fraction.clamp(0.0, 1.0) * self.length_um();
        let next = self.arc_um.partition_point(|&a| a <= arc);
        if next == 0 || next == self.points.len() {
            return self.points[next.saturating_sub(1).min(self.points.len() - 1)];
        }
        let (before, after) = (self.arc_um[next - 1], self.arc_um[next]);
        self.points[next - 1].towards(&self.points[next], (arc - before) / (after - before))
    }

    /// The pieces between consecutive points: (height, first radius, second radius) in µm.
    pub fn frusta(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        self.points
            .windows(2)
            .zip(self.arc_um.windows(2))
            .map(|(points, arcs)| (arcs[1] - arcs[0], points[0].radius_um, points[1].radius_um))
    }
}

fn step_um(a: [f64; 3], b: [f64; 3], precision: Precision) -> f64 {
    match precision {
        Precision::Double => distance_um(a, b),
        Precision::Single => {
            let [x, y, z]: [f64; 3] = std::array::from_fn(|k| f64::from(b[k] as f32 - a[k] as f32));
            (x * x + y * y + z * z).sqrt()
        }
    }
}
