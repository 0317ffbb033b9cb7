//! The discretised cell, as a solver wants it.

use crate::morphology::Morphology;
use crate::section::Location;

/// A stretch of one section that belongs to one compartment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Section index.
    pub section: usize,
    /// Where it begins, as a fraction of the section's length.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Lateral membrane area of the stretch `[µm²]`.
    pub area_um2: f64,
}

/// How places of one section map to nodes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SectionNodes {
    /// Node of each stretch, from the 0-end.
    pub(super) nodes: Vec<usize>,
    /// Boundaries between stretches as inner fractions; `None`: equal stretches.
    pub(super) cuts: Option<Vec<f64>>,
    /// Node at fraction 0 and at fraction 1.
    pub(super) ends: [usize; 2],
}

/// Nodes of a discretised cell in Hines order: every parent has a lower index than its children.
///
/// All slices have one entry per node. A node with [`area_um2`](Self::area_um2) 0 is a junction: no
/// membrane, no capacitance, only axial current. Axial coupling is kept as geometry, so that the
/// resistivity may differ from section to section and change without a new discretisation:
///
/// ```text
/// R(node, parent) = 1e-2 · Σ Ra[section] · ∫ dx / (π r²)        [MΩ; Ω·cm, 1/µm]
/// ```
///
/// ```
/// use neuropil_morphology::{Kind, Morphology, discretise};
/// let mut builder = Morphology::builder();
/// builder.cable(Kind::Dendrite, None, 1000.0, 1.0);
/// let cable = builder.build()?;
/// let nodes = discretise::segments(&cable, &[10]);
/// assert_eq!(nodes.len(), 10);
/// let r_mohm = nodes.axial_resistance_mohm(|_section| 100.0);
/// assert!((r_mohm[5] - 400.0 / std::f64::consts::PI).abs() < 1e-9); // 100 µm of 1 µm cable
/// # Ok::<(), neuropil_morphology::MorphologyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compartments {
    pub(super) parent: Vec<usize>,
    pub(super) area_um2: Vec<f64>,
    pub(super) volume_um3: Vec<f64>,
    pub(super) diameter_um: Vec<f64>,
    pub(super) distance_um: Vec<f64>,
    pub(super) location: Vec<Location>,
    pub(super) piece_start: Vec<usize>,
    pub(super) pieces: Vec<Piece>,
    pub(super) axial_start: Vec<usize>,
    pub(super) axial: Vec<(usize, f64)>,
    pub(super) sections: Vec<SectionNodes>,
}

impl Compartments {
    /// Number of nodes, junctions included.
    pub fn len(&self) -> usize {
        self.parent.len()
    }

    /// Whether there are no nodes; never true of a built value.
    pub fn is_empty(&self) -> bool {
        self.parent.is_empty()
    }

    /// Number of nodes with membrane.
    pub fn with_membrane(&self) -> usize {
        self.area_um2.iter().filter(|&&area| area > 0.0).count()
    }

    /// Parent of each node, a lower index; entry 0 is 0 and means nothing.
    pub fn parent(&self) -> &[usize] {
        &self.parent
    }

    /// Membrane area of each node `[µm²]`; 0 for a junction.
    pub fn area_um2(&self) -> &[f64] {
        &self.area_um2
    }

    /// Volume of each node `[µm³]`; 0 for a junction.
    pub fn volume_um3(&self) -> &[f64] {
        &self.volume_um3
    }

    /// Mean diameter along each compartment `[µm]`, what NEURON calls `diam`; 0 for a junction.
    pub fn diameter_um(&self) -> &[f64] {
        &self.diameter_um
    }

    /// Path distance of each node from the [origin](crate::Morphology::origin) `[µm]`.
    pub fn distance_um(&self) -> &[f64] {
        &self.distance_um
    }

    /// Where each node lies.
    pub fn location(&self) -> &[Location] {
        &self.location
    }

    /// The stretches of section that make up a node; none for a junction.
    ///
    /// # Panics
    /// If `node` is out of range.
    pub fn pieces(&self, node: usize) -> &[Piece] {
        &self.pieces[self.piece_start[node]..self.piece_start[node + 1]]
    }

    /// The way from a node to its parent: (section, ∫ dx / π r² `[1/µm]`) for each section on it.
    ///
    /// # Panics
    /// If `node` is out of range.
    pub fn axial(&self, node: usize) -> &[(usize, f64)] {
        &self.axial[self.axial_start[node]..self.axial_start[node + 1]]
    }

    /// Axial resistance to the parent `[MΩ]` under a resistivity per section `[Ω·cm]`; entry 0 is 0.
    pub fn axial_resistance_mohm(&self, ra_ohm_cm: impl Fn(usize) -> f64) -> Vec<f64> {
        (0..self.len())
            .map(|node| {
                let way = self.axial(node).iter();
                1e-2 * way.map(|&(section, per_um)| ra_ohm_cm(section) * per_um).sum::<f64>()
            })
            .collect()
    }

    /// Axial conductance to the parent `[µS]` under a resistivity per section; entry 0 is 0.
    pub fn axial_conductance_us(&self, ra_ohm_cm: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut conductance = self.axial_resistance_mohm(ra_ohm_cm);
        for g in conductance.iter_mut().skip(1) {
            *g = 1.0 / *g;
        }
        conductance
    }

    /// The node that stands for a place.
    ///
    /// Fraction 0 gives the node the section is attached to, fraction 1 the junction or
    /// [end](Self::end_at) there if there is one, else its last compartment.
    ///
    /// # Panics
    /// If the section does not exist.
    pub fn node_at(&self, place: Location) -> usize {
        let section = &self.sections[place.section];
        let fraction = place.fraction;
        if fraction <= 0.0 {
            return section.ends[0];
        }
        if fraction >= 1.0 {
            return section.ends[1];
        }
        let stretch = match &section.cuts {
            None => (fraction * section.nodes.len() as f64) as usize,
            Some(cuts) => cuts.partition_point(|&cut| cut <= fraction),
        };
        section.nodes[stretch.min(section.nodes.len() - 1)]
    }

    /// The node with membrane that stands for a place: where [`node_at`](Self::node_at) is a junction
    /// or an end, the first or last compartment of the section.
    ///
    /// # Panics
    /// If the section does not exist.
    pub fn compartment_at(&self, place: Location) -> usize {
        let node = self.node_at(place);
        let own = &self.sections[place.section].nodes;
        match own[..] {
            [first, ..] if self.area_um2[node] == 0.0 && place.fraction <= 0.0 => first,
            [.., last] if self.area_um2[node] == 0.0 && place.fraction >= 1.0 => last,
            _ => node,
        }
    }

    /// The node at a sealed end of the cell, made if there is none: without membrane, joined to the
    /// last compartment by the way from there to the end. A current into the end then passes that
    /// way, and the potential of the end is the node's (both to second order in the length of
    /// compartments). Elsewhere, and where the cell ends in a point, it is what
    /// [`node_at`](Self::node_at) gives.
    ///
    /// A new node comes after all others; their numbers stay.
    ///
    /// # Panics
    /// If the section does not exist in both the cell and the compartments.
    pub fn end_at(&mut self, morphology: &Morphology, place: Location) -> usize {
        let near = self.node_at(place);
        let Some(place) = self.open_end(morphology, place) else { return near };
        let (here, end) = (self.location[near].fraction, place.fraction);
        let way = morphology.sections()[place.section].between(here.min(end), here.max(end));
        self.axial.push((place.section, way.axial_per_um));
        self.parent.push(near);
        for column in [&mut self.area_um2, &mut self.volume_um3, &mut self.diameter_um] {
            column.push(0.0);
        }
        self.distance_um.push(morphology.distance_um(place));
        self.location.push(place);
        self.piece_start.push(self.pieces.len());
        self.axial_start.push(self.axial.len());
        let node = self.parent.len() - 1;
        self.sections[place.section].ends[usize::from(end == 1.0)] = node;
        node
    }

    /// The sealed end that a place means, if it has no node of its own yet.
    ///
    /// # Panics
    /// If the section does not exist in both the cell and the compartments.
    pub fn open_end(&self, morphology: &Morphology, place: Location) -> Option<Location> {
        let sections = morphology.sections();
        let section = &sections[place.section];
        let points = section.points();
        let (fraction, tip) = match place.fraction {
            f if f >= 1.0 => (1.0, points[points.len() - 1]),
            f if f <= 0.0 && section.parent().is_none() => (0.0, points[0]),
            _ => return None,
        };
        let mut children = morphology.children(place.section).iter();
        let joined =
            |&child: &usize| sections[child].parent().is_some_and(|hook| hook.fraction == fraction);
        let place = Location::new(place.section, fraction);
        let here = self.location[self.node_at(place)];
        let open = here != place && here.section == place.section && tip.radius_um > 0.0;
        (open && !children.any(joined)).then_some(place)
    }

    /// The nodes with membrane on a section, from its 0-end.
    ///
    /// # Panics
    /// If the section does not exist.
    pub fn nodes_of(&self, section: usize) -> &[usize] {
        &self.sections[section].nodes
    }

    /// Node at the 0-end and at the 1-end of a section (possibly junctions).
    ///
    /// # Panics
    /// If the section does not exist.
    pub fn ends_of(&self, section: usize) -> [usize; 2] {
        self.sections[section].ends
    }
}
