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

    /// Integrals over the stretch between two fractions of the length; 0 where `to` ≤ `from`.
    ///
    /// A step in radius at zero height counts where it lies inside the stretch or at its end.
    pub fn between(&self, from: f64, to: f64) -> Integrals {
        let length = self.length_um();
        let [low, high] = [from, to].map(|fraction| fraction.clamp(0.0, 1.0) * length);
        let mut sum = Integrals::default();
        let first = self.arc_um.partition_point(|&arc| arc < low).saturating_sub(1);
        for k in first..self.points.len() - 1 {
            let (start, end) = (self.arc_um[k], self.arc_um[k + 1]);
            if start > high {
                break;
            }
            let height = end - start;
            let (a, b) = (self.points[k].radius_um, self.points[k + 1].radius_um);
            let radius = |arc: f64| a + (b - a) * ((arc - start) / height);
            if height == 0.0 {
                let inside = start > low || (low == 0.0 && start == 0.0);
                if inside && high > low {
                    sum.add(0.0, a, b);
                }
            } else {
                let (x1, x2) = (start.max(low), end.min(high));
                if x2 > x1 {
                    let r1 = if x1 == start { a } else { radius(x1) };
                    let r2 = if x2 == end { b } else { radius(x2) };
                    sum.add(x2 - x1, r1, r2);
                }
            }
        }
        sum
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

/// What a stretch of a section amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Integrals {
    /// Length `[µm]`.
    pub length_um: f64,
    /// Lateral membrane area `[µm²]`.
    pub area_um2: f64,
    /// Volume `[µm³]`.
    pub volume_um3: f64,
    /// ∫ r dx `[µm²]`.
    pub radius_um2: f64,
    /// ∫ dx / (π r²) `[1/µm]`.
    pub axial_per_um: f64,
}

impl Integrals {
    /// Adds a frustum.
    pub(crate) fn add(&mut self, height_um: f64, r0: f64, r1: f64) {
        self.length_um += height_um;
        self.area_um2 += area_um2(height_um, r0, r1);
        self.volume_um3 += volume_um3(height_um, r0, r1);
        self.radius_um2 += 0.5 * (r0 + r1) * height_um;
        self.axial_per_um += axial_per_um(height_um, r0, r1);
    }

    /// Adds another stretch.
    pub(crate) fn join(&mut self, other: &Self) {
        self.length_um += other.length_um;
        self.area_um2 += other.area_um2;
        self.volume_um3 += other.volume_um3;
        self.radius_um2 += other.radius_um2;
        self.axial_per_um += other.axial_per_um;
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
