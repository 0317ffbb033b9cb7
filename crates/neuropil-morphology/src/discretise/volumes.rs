//! Finite volumes with arbitrary boundaries.
//!
//! A compartment is a connected piece of the cell between boundaries. Its voltage stands for a
//! reference point: the fork nearest to the root if it holds one, else the middle of its stretch.
//! Two neighbours are coupled by the resistance of the way between their reference points, which
//! leads through the boundary they share (the scheme of Arbor: Akar et al. 2019,
//! arXiv:1901.07454).

use super::compartments::{Compartments, Piece, SectionNodes};
use crate::morphology::Morphology;
use crate::section::{Integrals, Location};

/// Why boundaries cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum CutError {
    #[error("boundaries for {found} sections, expected {expected}")]
    CountMismatch { found: usize, expected: usize },
    #[error("section {section}: boundary at {fraction}, expected ascending fractions from 0 to 1")]
    BadFraction { section: usize, fraction: f64 },
}

/// Cuts the cell at the given fractions of each section.
///
/// A boundary at fraction 0 parts a section from what it is attached to, one at fraction 1 from
/// what is attached to its end; a fork left without any stretch is a junction of no area.
///
/// # Errors
/// [`CutError`] unless there is one list per section, each of ascending fractions within 0–1.
///
/// ```
/// use neuropil_morphology::{Kind, Location, Morphology, discretise};
/// let mut builder = Morphology::builder();
/// let trunk = builder.cable(Kind::Dendrite, None, 100.0, 2.0);
/// for _ in 0..2 {
///     builder.cable(Kind::Dendrite, Some(Location::new(trunk, 1.0)), 50.0, 1.0);
/// }
/// let cell = builder.build()?;
/// let nodes = discretise::volumes(&cell, &[vec![0.5], vec![0.5], vec![0.5]])?;
/// assert_eq!(nodes.parent(), [0, 0, 1, 1]); // the second compartment holds the fork
/// assert_eq!(nodes.location()[1], Location::new(trunk, 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn volumes(morphology: &Morphology, cuts: &[Vec<f64>]) -> Result<Compartments, CutError> {
    check(morphology, cuts)?;
    let parts = Parts::new(morphology, cuts);
    Ok(assemble(morphology, &parts))
}

fn check(morphology: &Morphology, cuts: &[Vec<f64>]) -> Result<(), CutError> {
    let expected = morphology.sections().len();
    if cuts.len() != expected {
        return Err(CutError::CountMismatch { found: cuts.len(), expected });
    }
    for (section, list) in cuts.iter().enumerate() {
        let mut least = -1.0;
        for &fraction in list {
            if !(fraction > least && (0.0..=1.0).contains(&fraction)) {
                return Err(CutError::BadFraction { section, fraction });
            }
            least = fraction;
        }
    }
    Ok(())
}

/// A piece of the cell too small to be cut: a stretch, or a place where sections are attached.
struct Element {
    section: usize,
    from: f64,
    to: f64,
    /// The element towards the root, a lower index; itself for the first.
    above: usize,
    /// Whether a boundary lies between it and that element.
    apart: bool,
}

impl Element {
    fn is_hub(&self) -> bool {
        self.from == self.to
    }
}

/// All elements, parents first, and for each section its elements in order.
struct Parts {
    elements: Vec<Element>,
    of_section: Vec<Vec<usize>>,
    /// The hub at the 0-end of each section, on whichever section it lies.
    start: Vec<Option<usize>>,
    cuts: Vec<Vec<f64>>,
}

impl Parts {
    fn new(morphology: &Morphology, cuts: &[Vec<f64>]) -> Self {
        let sections = morphology.sections();
        let mut hubs = vec![Vec::new(); sections.len()];
        for section in sections {
            if let Some(at) = section.parent().map(|at| owner(morphology, at)) {
                hubs[at.section].push(at.fraction);
            }
        }
        let mut parts = Self {
            elements: Vec::new(),
            of_section: vec![Vec::new(); sections.len()],
            start: vec![None; sections.len()],
            cuts: cuts.iter().map(|list| inner(list)).collect(),
        };
        for index in 0..sections.len() {
            hubs[index].sort_by(f64::total_cmp);
            hubs[index].dedup();
            parts.add_section(morphology, index, &hubs[index], &cuts[index]);
        }
        parts
    }

    fn add_section(&mut self, morphology: &Morphology, index: usize, hubs: &[f64], cuts: &[f64]) {
        let parent = morphology.sections()[index].parent();
        let mut above = parent.and_then(|at| self.hub_at(morphology, at));
        self.start[index] = above;
        let cut_at = |fraction: f64| cuts.contains(&fraction);
        if parent.is_none() && hubs.first() == Some(&0.0) {
            above = Some(self.add(index, [0.0, 0.0], None, false));
            self.start[index] = above;
        }
        let mut bounds: Vec<f64> = [0.0, 1.0].into_iter().chain(inner(cuts)).collect();
        bounds.extend(hubs.iter().filter(|hub| **hub > 0.0 && **hub < 1.0));
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        for pair in bounds.windows(2) {
            let stretch = self.add(index, [pair[0], pair[1]], above, cut_at(pair[0]));
            above = Some(stretch);
            if hubs.contains(&pair[1]) {
                above = Some(self.add(index, [pair[1], pair[1]], above, cut_at(pair[1])));
            }
        }
    }

    fn add(&mut self, section: usize, span: [f64; 2], above: Option<usize>, apart: bool) -> usize {
        let index = self.elements.len();
        let [from, to] = span;
        let above = above.unwrap_or(index);
        self.elements.push(Element { section, from, to, above, apart });
        self.of_section[section].push(index);
        index
    }

    fn hub_at(&self, morphology: &Morphology, at: Location) -> Option<usize> {
        let at = owner(morphology, at);
        let here = |e: &&usize| {
            let element = &self.elements[**e];
            element.is_hub() && element.from == at.fraction
        };
        self.of_section[at.section].iter().find(here).copied()
    }
}

/// A place as the root sees it: the 0-end of a section belongs to what it is attached to.
fn owner(morphology: &Morphology, mut at: Location) -> Location {
    while at.fraction == 0.0 {
        match morphology.sections()[at.section].parent() {
            Some(parent) => at = parent,
            None => break,
        }
    }
    at
}

fn inner(cuts: &[f64]) -> Vec<f64> {
    cuts.iter().copied().filter(|&cut| cut > 0.0 && cut < 1.0).collect()
}

fn assemble(morphology: &Morphology, parts: &Parts) -> Compartments {
    let elements = &parts.elements;
    let mut node_of = Vec::with_capacity(elements.len());
    let mut members: Vec<Vec<usize>> = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        if element.above != index && !element.apart {
            let node: usize = node_of[element.above];
            members[node].push(index);
            node_of.push(node);
        } else {
            node_of.push(members.len());
            members.push(vec![index]);
        }
    }
    let reference: Vec<Location> = members
        .iter()
        .map(|own| {
            let hub = own.iter().find(|&&e| elements[e].is_hub());
            let element = &elements[*hub.unwrap_or(&own[0])];
            Location::new(element.section, 0.5 * (element.from + element.to))
        })
        .collect();
    let mut made = Compartments::default();
    for (node, own) in members.iter().enumerate() {
        let top = &elements[own[0]];
        let parent = if node == 0 { 0 } else { node_of[top.above] };
        made.parent.push(parent);
        made.location.push(reference[node]);
        made.distance_um.push(morphology.distance_um(reference[node]));
        made.axial_start.push(made.axial.len());
        if node > 0 {
            made.axial.extend(way_up(morphology, reference[node], reference[parent]));
        }
        add_pieces(&mut made, morphology, own.iter().map(|&e| &elements[e]));
    }
    made.piece_start.push(made.pieces.len());
    made.axial_start.push(made.axial.len());
    made.sections = (0..morphology.sections().len())
        .map(|index| section_nodes(parts, &node_of, index))
        .collect();
    made
}

fn add_pieces<'a>(
    made: &mut Compartments,
    morphology: &Morphology,
    own: impl Iterator<Item = &'a Element>,
) {
    made.piece_start.push(made.pieces.len());
    let mut whole = Integrals::default();
    for element in own.filter(|element| !element.is_hub()) {
        let Element { section, from, to, .. } = *element;
        let part = morphology.sections()[section].between(from, to);
        whole.join(&part);
        made.pieces.push(Piece { section, from, to, area_um2: part.area_um2 });
    }
    made.area_um2.push(whole.area_um2);
    made.volume_um3.push(whole.volume_um3);
    let mean = if whole.length_um > 0.0 { 2.0 * whole.radius_um2 / whole.length_um } else { 0.0 };
    made.diameter_um.push(mean);
}

/// Resistances over resistivity from a place to one nearer the root, section by section.
fn way_up(morphology: &Morphology, from: Location, to: Location) -> Vec<(usize, f64)> {
    let sections = morphology.sections();
    let mut way = Vec::new();
    let mut here = from;
    while here.section != to.section {
        let span = sections[here.section].between(0.0, here.fraction);
        if span.length_um > 0.0 {
            way.push((here.section, span.axial_per_um));
        }
        match sections[here.section].parent() {
            Some(parent) => here = parent,
            None => return way,
        }
    }
    let span = sections[to.section].between(to.fraction, here.fraction);
    if span.length_um > 0.0 {
        way.push((to.section, span.axial_per_um));
    }
    way
}

fn section_nodes(parts: &Parts, node_of: &[usize], index: usize) -> SectionNodes {
    let own = &parts.of_section[index];
    let cuts = &parts.cuts[index];
    // One node per interval between the cuts; hubs inside an interval do not split it.
    let mut nodes = vec![0; cuts.len() + 1];
    for &e in own.iter().filter(|&&e| !parts.elements[e].is_hub()) {
        let element = &parts.elements[e];
        let middle = 0.5 * (element.from + element.to);
        nodes[cuts.partition_point(|&cut| cut <= middle)] = node_of[e];
    }
    let start = parts.start[index].map_or(nodes[0], |hub| node_of[hub]);
    let end = own.last().map_or(start, |&e| node_of[e]);
    SectionNodes { nodes, cuts: Some(cuts.clone()), ends: [start, end] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discretise::{Forks, Policy, segments};
    use crate::kind::Kind;

    fn tree() -> Morphology {
        let mut builder = Morphology::builder();
        let soma = builder.cable(Kind::Soma, None, 20.0, 20.0);
        let trunk = builder.taper(Kind::Dendrite, Some(Location::new(soma, 0.5)), 90.0, [3.0, 2.0]);
        for length in [40.0, 60.0] {
            builder.cable(Kind::Dendrite, Some(Location::new(trunk, 1.0)), length, 1.0);
        }
        builder.cable(Kind::Axon, Some(Location::new(soma, 0.0)), 30.0, 1.0);
        builder.build().unwrap()
    }

    #[test]
    fn equal_volumes_with_forks_apart_are_neurons_segments() {
        let cell = tree();
        let policy = Policy::Counts(vec![1, 3, 2, 5, 1]);
        let fine = segments(&cell, &policy.counts(&cell).unwrap());
        let mut cuts = policy.cuts(&cell, Forks::Apart).unwrap();
        cuts[0] = vec![0.0]; // children at the middle and the 0-end of the soma
        let nodes = volumes(&cell, &cuts).unwrap();
        assert_eq!(nodes.parent(), fine.parent());
        for node in 0..nodes.len() {
            assert!((nodes.area_um2()[node] - fine.area_um2()[node]).abs() < 1e-10);
            for (a, b) in nodes.axial(node).iter().zip(fine.axial(node)) {
                assert!(a.0 == b.0 && (a.1 / b.1 - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn uncut_the_cell_is_one_compartment() {
        let cell = tree();
        let nodes = volumes(&cell, &vec![Vec::new(); 5]).unwrap();
        assert_eq!(nodes.len(), 1);
        assert!((nodes.area_um2()[0] / cell.area_um2() - 1.0).abs() < 1e-14);
        assert!((nodes.volume_um3()[0] / cell.volume_um3() - 1.0).abs() < 1e-14);
    }

    #[test]
    fn bad_boundaries_are_named() {
        let cell = tree();
        let mut cuts = vec![Vec::new(); 5];
        cuts[2] = vec![0.5, 0.5];
        let message = volumes(&cell, &cuts).unwrap_err().to_string();
        assert_eq!(message, "section 2: boundary at 0.5, expected ascending fractions from 0 to 1");
    }
}
