//! Numbers that describe a cell: lengths, areas, tips, distances, per type and in all.

use crate::frustum::{Point, distance_um};
use crate::kind::Kind;
use crate::morphology::Morphology;
use crate::section::{Location, Section};

/// What sections of one kind, or all, amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Totals {
    /// Number of sections.
    pub sections: usize,
    /// Number of frusta.
    pub frusta: usize,
    /// Ends to which nothing is attached; none are counted on a soma.
    pub tips: usize,
    /// Places where neurites fork; none are counted on a soma.
    pub branch_points: usize,
    /// Length `[µm]`.
    pub length_um: f64,
    /// Membrane area `[µm²]`.
    pub area_um2: f64,
    /// Volume `[µm³]`.
    pub volume_um3: f64,
    /// Thinnest and thickest diameter `[µm]`.
    pub diameter_um: [f64; 2],
}

/// A cell in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Everything together.
    pub total: Totals,
    /// Each kind that occurs, in order of its tag.
    pub kinds: Vec<(Kind, Totals)>,
    /// Neurites attached to the soma, or to the root where there is no soma.
    pub stems: usize,
    /// Highest branch order.
    pub max_order: usize,
    /// Longest path from the origin `[µm]`.
    pub max_path_um: f64,
    /// Largest straight distance from the origin `[µm]`.
    pub max_euclidean_um: f64,
    /// Size of the box around all points, by axis `[µm]`.
    pub extent_um: [f64; 3],
}

impl Morphology {
    /// Counts, sizes and distances.
    pub fn summary(&self) -> Summary {
        let mut kinds: Vec<Kind> = self.sections().iter().map(Section::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let has_soma = self.sections()[0].kind() == Kind::Soma;
        let stem = |section: &&Section| {
            section.kind() != Kind::Soma
                && section.parent().is_some_and(|at| {
                    if has_soma {
                        self.sections()[at.section].kind() == Kind::Soma
                    } else {
                        at.section == 0
                    }
                })
        };
        let centre = self.origin_point();
        let points = || self.sections().iter().flat_map(Section::points);
        let span = |k: usize| {
            let along = || points().map(|p| p.xyz_um[k]);
            along().fold(f64::NEG_INFINITY, f64::max) - along().fold(f64::INFINITY, f64::min)
        };
        let ends = (0..self.sections().len()).map(|s| self.distance_um(Location::new(s, 1.0)));
        Summary {
            total: self.totals(|_| true),
            kinds: kinds.into_iter().map(|kind| (kind, self.totals(|k| k == kind))).collect(),
            stems: self.sections().iter().filter(stem).count(),
            max_order: self.orders().into_iter().max().unwrap_or(0),
            max_path_um: ends.fold(0.0, f64::max),
            max_euclidean_um: points().map(|p| p.distance_um(&centre)).fold(0.0, f64::max),
            extent_um: [span(0), span(1), span(2)],
        }
    }

    fn totals(&self, belongs: impl Fn(Kind) -> bool) -> Totals {
        let kind_at = |at: &Location| self.sections()[at.section].kind();
        let own = || self.sections().iter().filter(|section| belongs(section.kind()));
        let radii = || own().flat_map(Section::points).map(|point| point.radius_um);
        Totals {
            sections: own().count(),
            frusta: own().map(|section| section.points().len() - 1).sum(),
            tips: self.terminals().iter().filter(|at| belongs(kind_at(at))).count(),
            branch_points: self.branch_points().iter().filter(|at| belongs(kind_at(at))).count(),
            length_um: own().map(Section::length_um).sum(),
            area_um2: own().map(Section::area_um2).sum(),
            volume_um3: own().map(Section::volume_um3).sum(),
            diameter_um: [
                2.0 * radii().fold(f64::INFINITY, f64::min),
                2.0 * radii().fold(0.0, f64::max),
            ],
        }
    }

    fn origin_point(&self) -> Point {
        self.sections()[self.origin().section].point_at(self.origin().fraction)
    }

    /// Straight distance from the [`origin`](Self::origin) to a place `[µm]`.
    ///
    /// # Panics
    /// If the section does not exist.
    pub fn euclidean_um(&self, place: Location) -> f64 {
        let point = self.sections()[place.section].point_at(place.fraction);
        point.distance_um(&self.origin_point())
    }

    /// How many neurites cross each of the spheres of radius step, 2 step, … around the origin, out
    /// to the farthest point: pairs of radius `[µm]` and crossings. Soma sections do not count.
    ///
    /// Crossings are exact: a straight piece may cross a sphere twice.
    ///
    /// # Source
    /// Sholl (1953), J. Anat. 87:387.
    ///
    /// # Panics
    /// If `step_um` is not positive.
    pub fn sholl(&self, step_um: f64) -> Vec<(f64, usize)> {
        assert!(step_um > 0.0, "the step between spheres must be positive");
        let centre = self.origin_point().xyz_um;
        let neurites = || self.sections().iter().filter(|section| section.kind() != Kind::Soma);
        let far = neurites().flat_map(Section::points).map(|p| distance_um(p.xyz_um, centre));
        let spheres = (far.fold(0.0, f64::max) / step_um).floor() as usize;
        let mut crossings = vec![0; spheres];
        for section in neurites() {
            for pair in section.points().windows(2) {
                count(&mut crossings, [pair[0].xyz_um, pair[1].xyz_um], centre, step_um);
            }
        }
        (1..).map(|k| f64::from(k) * step_um).zip(crossings).collect()
    }
}

/// Adds the crossings of one straight piece: from its near end inwards to its nearest point, and from
/// there outwards.
fn count(crossings: &mut [usize], ends: [[f64; 3]; 2], centre: [f64; 3], step_um: f64) {
    let along: [f64; 3] = std::array::from_fn(|k| ends[1][k] - ends[0][k]);
    let offset: [f64; 3] = std::array::from_fn(|k| ends[0][k] - centre[k]);
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let length = dot(along, along);
    if length == 0.0 {
        return;
    }
    let nearest = (-dot(along, offset) / length).clamp(0.0, 1.0);
    let foot: [f64; 3] = std::array::from_fn(|k| ends[0][k] + nearest * along[k]);
    let inner = distance_um(foot, centre);
    for end in ends {
        let outer = distance_um(end, centre);
        // Spheres with inner < radius ≤ outer.
        let first = (inner / step_um).floor() as usize;
        let last = ((outer / step_um).floor() as usize).min(crossings.len());
        for crossing in crossings.iter_mut().take(last).skip(first) {
            *crossing += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A soma of radius 5 and a trunk of 95 µm along x, forking at x = 100 into 30 and 60 µm.
    fn cell() -> Morphology {
        let text =
            "1 1 0 0 0 5 -1\n2 3 5 0 0 1 1\n3 3 100 0 0 1 2\n4 3 130 0 0 1 3\n5 2 100 60 0 0.5 3\n";
        crate::swc::load(text, &crate::swc::Options::default()).unwrap().value
    }

    #[test]
    fn summary_counts_by_hand() {
        let summary = cell().summary();
        assert_eq!(
            (summary.total.sections, summary.total.tips, summary.total.branch_points),
            (4, 2, 1)
        );
        assert_eq!((summary.stems, summary.max_order), (1, 2));
        assert_eq!(summary.total.length_um, 10.0 + 95.0 + 30.0 + 60.0);
        assert_eq!((summary.max_path_um, summary.max_euclidean_um), (155.0, 130.0));
        assert_eq!(summary.extent_um, [135.0, 60.0, 0.0]);
        let kinds: Vec<_> = summary.kinds.iter().map(|(kind, t)| (*kind, t.length_um)).collect();
        assert_eq!(kinds, [(Kind::Soma, 10.0), (Kind::Axon, 60.0), (Kind::Dendrite, 125.0)]);
    }

    #[test]
    fn sholl_counts_by_hand() {
        let profile = cell().sholl(25.0);
        // The axon ends at √(100² + 60²) = 116.6 µm.
        let expected = [(25.0, 1), (50.0, 1), (75.0, 1), (100.0, 1), (125.0, 1)];
        assert_eq!(profile, expected);
        assert_eq!(cell().sholl(110.0), [(110.0, 2)]);
    }
}
