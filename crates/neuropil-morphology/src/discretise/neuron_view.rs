//! Equal segments with centre nodes: the discretisation NEURON makes, to the last digits.
//!
//! Area, mean diameter and axial resistance of each half segment are integrals over the frusta
//! between the 3-D points, a frustum being cut where a segment ends or has its centre.

use super::compartments::{Compartments, Piece, SectionNodes};
use crate::frustum::{area_um2, axial_per_um, volume_um3};
use crate::morphology::Morphology;
use crate::section::{Location, Section};

/// What NEURON takes for a resistance through a point of no width, over resistivity.
const BLOCKED_PER_UM: f64 = 4.0 / std::f64::consts::PI * 1e15;

/// Cuts each section into `counts[section]` equal segments.
///
/// Segment k of n covers fractions k/n to (k+1)/n, with its node at (k + ½)/n. A node is coupled to
/// the one before it by the resistance from centre to centre; the first is coupled over its first
/// half to the node the section is attached to. Junctions of no area are made at the 1-end of
/// sections that have children there, and at the 0-end of the root if something is attached there.
/// A count of 0 is taken as 1.
///
/// # Panics
/// If `counts` has not one entry per section.
pub fn segments(morphology: &Morphology, counts: &[usize]) -> Compartments {
    let sections = morphology.sections();
    assert_eq!(counts.len(), sections.len(), "one count per section");
    let mut nodes = Assembly::default();
    let attached = |section: usize, fraction: f64| {
        let mut children = morphology.children(section).iter();
        children.any(|&child| sections[child].parent().is_some_and(|at| at.fraction == fraction))
    };
    let root_end = attached(0, 0.0).then(|| nodes.junction(0, morphology, Location::new(0, 0.0)));
    for (index, section) in sections.iter().enumerate() {
        let start = match section.parent() {
            Some(at) => Some(nodes.made.node_at(at)),
            None => root_end,
        };
        let with_end = attached(index, 1.0);
        nodes.section(morphology, index, counts[index].max(1), start, with_end);
    }
    nodes.finish()
}

/// Integrals over half a segment.
#[derive(Clone, Copy, Default)]
struct Half {
    area_um2: f64,
    volume_um3: f64,
    radius_integral_um2: f64,
    axial_per_um: f64,
}

#[derive(Default)]
struct Assembly {
    made: Compartments,
}

impl Assembly {
    /// Adds the nodes of one section; `start` is the node it hangs from.
    fn section(
        &mut self,
        morphology: &Morphology,
        index: usize,
        count: usize,
        start: Option<usize>,
        with_end: bool,
    ) {
        let section = &morphology.sections()[index];
        let halves = halves(section, count);
        let step_um = section.length_um() / count as f64;
        let (mut before, mut behind) = (start, 0.0);
        let mut own = Vec::with_capacity(count);
        for (k, pair) in halves.chunks_exact(2).enumerate() {
            let [left, right] = [pair[0], pair[1]];
            let node = self.node(
                before,
                morphology,
                Location::new(index, (k as f64 + 0.5) / count as f64),
            );
            if before.is_some() {
                self.made.axial.push((index, behind + left.axial_per_um));
            }
            let area_um2 = left.area_um2 + right.area_um2;
            self.made.area_um2.push(area_um2);
            self.made.volume_um3.push(left.volume_um3 + right.volume_um3);
            let radii = left.radius_integral_um2 + right.radius_integral_um2;
            self.made.diameter_um.push(2.0 * radii / step_um);
            let [from, to] = [k, k + 1].map(|k| k as f64 / count as f64);
            self.made.pieces.push(Piece { section: index, from, to, area_um2 });
            own.push(node);
            (before, behind) = (Some(node), right.axial_per_um);
        }
        let last = own[own.len() - 1];
        let end = if with_end {
            let end = self.junction(last, morphology, Location::new(index, 1.0));
            self.made.axial.push((index, behind));
            end
        } else {
            last
        };
        let ends = [start.unwrap_or(own[0]), end];
        self.made.sections.push(SectionNodes { nodes: own, cuts: None, ends });
    }

    fn junction(&mut self, parent: usize, morphology: &Morphology, place: Location) -> usize {
        let node = self.node(Some(parent), morphology, place);
        self.made.area_um2.push(0.0);
        self.made.volume_um3.push(0.0);
        self.made.diameter_um.push(0.0);
        node
    }

    /// Opens a node; its pieces and axial terms are pushed next.
    fn node(&mut self, parent: Option<usize>, morphology: &Morphology, place: Location) -> usize {
        let made = &mut self.made;
        made.piece_start.push(made.pieces.len());
        made.axial_start.push(made.axial.len());
        made.parent.push(parent.unwrap_or(0));
        made.distance_um.push(morphology.distance_um(place));
        made.location.push(place);
        made.parent.len() - 1
    }

    fn finish(mut self) -> Compartments {
        self.made.piece_start.push(self.made.pieces.len());
        self.made.axial_start.push(self.made.axial.len());
        self.made
    }
}

/// Integrates over the 2·count halves of a section's segments, in order.
fn halves(section: &Section, count: usize) -> Vec<Half> {
    let (arcs, points) = (section.arc_um(), section.points());
    let step_um = section.length_um() / count as f64;
    let last = points.len() - 1;
    let mut halves = vec![Half::default(); 2 * count];
    let (mut j, mut x1, mut r1) = (0, arcs[0], points[0].radius_um);
    let mut edge = 0.0;
    for (k, half) in halves.iter_mut().enumerate() {
        if k % 2 == 0 {
            edge = (k / 2) as f64 * step_um;
        }
        edge += step_um / 2.0;
        loop {
            let cut_here = arcs[j + 1] > edge || j + 1 == last;
            let (x2, r2) = if cut_here {
                let width = arcs[j + 1] - arcs[j];
                let along = if width.abs() < 1e-10 { 1.0 } else { (edge - arcs[j]) / width };
                (edge, (1.0 - along) * points[j].radius_um + along * points[j + 1].radius_um)
            } else {
                (arcs[j + 1], points[j + 1].radius_um)
            };
            half.add(x2 - x1, r1, r2);
            (x1, r1) = (x2, r2);
            if cut_here {
                break;
            }
            j += 1;
        }
    }
    halves
}

impl Half {
    fn add(&mut self, height_um: f64, r1: f64, r2: f64) {
        self.area_um2 += area_um2(height_um, r1, r2);
        self.volume_um3 += volume_um3(height_um, r1, r2);
        self.radius_integral_um2 += 0.5 * (r1 + r2) * height_um;
        self.axial_per_um +=
            if r1 * r2 == 0.0 { BLOCKED_PER_UM } else { axial_per_um(height_um, r1, r2) };
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::kind::Kind;

    #[test]
    fn children_hang_from_a_junction_at_the_end_and_from_the_segment_inside() {
        let mut builder = Morphology::builder();
        let soma = builder.cable(Kind::Soma, None, 20.0, 20.0);
        let trunk = builder.cable(Kind::Dendrite, Some(Location::new(soma, 0.5)), 90.0, 2.0);
        builder.cable(Kind::Dendrite, Some(Location::new(trunk, 1.0)), 10.0, 1.0);
        builder.cable(Kind::Dendrite, Some(Location::new(trunk, 0.5)), 10.0, 1.0);
        let nodes = segments(&builder.build().unwrap(), &[1, 3, 1, 1]);
        assert_eq!(nodes.parent(), [0, 0, 1, 2, 3, 4, 2]);
        assert_eq!(nodes.area_um2()[4], 0.0);
        assert_eq!(nodes.with_membrane(), 6);
        assert_eq!(nodes.distance_um(), [0.0, 15.0, 45.0, 75.0, 90.0, 95.0, 50.0]);
        let half = 15.0 / PI; // 15 µm of 2 µm cable
        let way: Vec<f64> = (1..5).map(|node| nodes.axial(node)[0].1).collect();
        for (got, expected) in way.iter().zip([half, 2.0 * half, 2.0 * half, half]) {
            assert!((got / expected - 1.0).abs() < 1e-14);
        }
        assert_eq!(nodes.node_at(Location::new(1, 1.0)), 4);
        assert_eq!(nodes.node_at(Location::new(1, 0.5)), 2);
        assert_eq!(nodes.node_at(Location::new(1, 0.0)), 0);
    }

    #[test]
    fn a_child_at_the_beginning_of_the_root_makes_a_junction_there() {
        let mut builder = Morphology::builder();
        let root = builder.cable(Kind::Dendrite, None, 20.0, 2.0);
        builder.cable(Kind::Dendrite, Some(Location::new(root, 0.0)), 20.0, 2.0);
        let nodes = segments(&builder.build().unwrap(), &[2, 2]);
        assert_eq!(nodes.parent(), [0, 0, 1, 0, 3]);
        assert_eq!(nodes.area_um2()[0], 0.0);
    }
}
