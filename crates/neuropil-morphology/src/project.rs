//! A cell drawn flat, as data: polylines with a kind and diameters.

use crate::discretise::Compartments;
use crate::kind::Kind;
use crate::morphology::Morphology;
use crate::section::Section;

/// The two coordinates that are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plane {
    /// x to the right, y up.
    #[default]
    Xy,
    /// x to the right, z up.
    Xz,
    /// z to the right, y up.
    Zy,
}

impl Plane {
    const fn axes(self) -> [usize; 2] {
        match self {
            Self::Xy => [0, 1],
            Self::Xz => [0, 2],
            Self::Zy => [2, 1],
        }
    }
}

/// A run of points with one thing to show.
#[derive(Clone, Debug, PartialEq)]
pub struct Polyline<T> {
    /// What it shows.
    pub of: T,
    /// Its kind.
    pub kind: Kind,
    /// Positions in the plane `[µm]`.
    pub points_um: Vec<[f64; 2]>,
    /// Diameter at each point `[µm]`.
    pub diameters_um: Vec<f64>,
}

/// One polyline per section, `of` its index, parents before children.
pub fn sections(morphology: &Morphology, plane: Plane) -> Vec<Polyline<usize>> {
    let all = morphology.sections().iter().enumerate();
    all.map(|(index, section)| stretch(section, index, [0.0, 1.0], plane)).collect()
}

/// One polyline per stretch of compartment, `of` its node: for colouring by a value per node.
///
/// Junctions have none; a compartment over several sections has one on each.
pub fn compartments(
    morphology: &Morphology,
    nodes: &Compartments,
    plane: Plane,
) -> Vec<Polyline<usize>> {
    (0..nodes.len())
        .flat_map(|node| nodes.pieces(node).iter().map(move |piece| (node, piece)))
        .map(|(node, piece)| {
            let section = &morphology.sections()[piece.section];
            stretch(section, node, [piece.from, piece.to], plane)
        })
        .collect()
}

fn stretch<T>(section: &Section, of: T, ends: [f64; 2], plane: Plane) -> Polyline<T> {
    let [i, j] = plane.axes();
    let length = section.length_um();
    let [from, to] = ends.map(|fraction| fraction * length);
    let inside = section.points().iter().zip(section.arc_um());
    let inside = inside.filter(|(_, arc)| (from..=to).contains(*arc)).map(|(point, _)| *point);
    let mut points: Vec<_> = inside.collect();
    // The ends, unless a point lies there already.
    if !section.arc_um().contains(&from) {
        points.insert(0, section.point_at(ends[0]));
    }
    if !section.arc_um().contains(&to) {
        points.push(section.point_at(ends[1]));
    }
    Polyline {
        of,
        kind: section.kind(),
        points_um: points.iter().map(|p| [p.xyz_um[i], p.xyz_um[j]]).collect(),
        diameters_um: points.iter().map(|p| 2.0 * p.radius_um).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discretise::segments;

    #[test]
    fn compartments_tile_the_section() {
        let mut builder = Morphology::builder();
        builder.taper(Kind::Dendrite, None, 100.0, [3.0, 1.0]);
        let cell = builder.build().unwrap();
        let whole = &sections(&cell, Plane::Xy)[0];
        assert_eq!(whole.points_um, [[0.0, 0.0], [100.0, 0.0]]);
        let lines = compartments(&cell, &segments(&cell, &[4]), Plane::Xy);
        let ends: Vec<_> =
            lines.iter().map(|l| (l.of, l.points_um[0][0], l.points_um[1][0])).collect();
        assert_eq!(ends, [(0, 0.0, 25.0), (1, 25.0, 50.0), (2, 50.0, 75.0), (3, 75.0, 100.0)]);
        assert_eq!(lines[1].diameters_um, [2.5, 2.0]);
    }
}
