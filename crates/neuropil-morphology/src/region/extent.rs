//! A region applied to a morphology: stretches of its sections.

use crate::discretise::Compartments;
use crate::morphology::Morphology;
use crate::section::Location;

/// A part of one section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Section index.
    pub section: usize,
    /// Where it begins, as a fraction of the section's length.
    pub from: f64,
    /// Where it ends; ≥ `from`.
    pub to: f64,
}

/// Disjoint stretches of sections, in order of section and fraction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extent {
    stretches: Vec<Stretch>,
}

impl Extent {
    /// Sorts, drops what is empty, and joins what touches.
    pub(super) fn new(mut stretches: Vec<Stretch>) -> Self {
        stretches.retain(|s| s.to > s.from);
        stretches.sort_by(|a, b| {
            (a.section, a.from)
                .partial_cmp(&(b.section, b.from))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let mut joined: Vec<Stretch> = Vec::with_capacity(stretches.len());
        for stretch in stretches {
            match joined.last_mut() {
                Some(last) if last.section == stretch.section && stretch.from <= last.to => {
                    last.to = last.to.max(stretch.to);
                }
                _ => joined.push(stretch),
            }
        }
        Self { stretches: joined }
    }

    /// Every section of a morphology.
    pub fn whole(morphology: &Morphology) -> Self {
        let sections = 0..morphology.sections().len();
        Self {
            stretches: sections.map(|section| Stretch { section, from: 0.0, to: 1.0 }).collect(),
        }
    }

    /// The stretches, in order.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Total length `[µm]`.
    pub fn length_um(&self, morphology: &Morphology) -> f64 {
        let of = |s: &Stretch| (s.to - s.from) * morphology.sections()[s.section].length_um();
        self.stretches.iter().map(of).sum()
    }

    /// Whether a place lies in it; ends belong to it.
    pub fn contains(&self, place: Location) -> bool {
        let hit =
            |s: &Stretch| s.section == place.section && (s.from..=s.to).contains(&place.fraction);
        self.stretches.iter().any(hit)
    }

    /// The compartments it covers and which part of each one's length, in node order.
    ///
    /// Junctions without membrane are left out. Parts smaller than 1e-9 are rounding and left out.
    pub fn coverage(&self, morphology: &Morphology, nodes: &Compartments) -> Vec<(usize, f64)> {
        let mut by_section = vec![Vec::new(); morphology.sections().len()];
        for stretch in &self.stretches {
            by_section[stretch.section].push(*stretch);
        }
        let length = |section: usize| morphology.sections()[section].length_um();
        (0..nodes.len())
            .filter_map(|node| {
                let (mut covered, mut whole) = (0.0, 0.0);
                for piece in nodes.pieces(node) {
                    whole += (piece.to - piece.from) * length(piece.section);
                    for s in &by_section[piece.section] {
                        let overlap = s.to.min(piece.to) - s.from.max(piece.from);
                        covered += overlap.max(0.0) * length(piece.section);
                    }
                }
                (covered > 1e-9 * whole).then(|| (node, (covered / whole).min(1.0)))
            })
            .collect()
    }

    /// The compartments whose centre lies in it, in node order (how NEURON's users select).
    pub fn nodes(&self, nodes: &Compartments) -> Vec<usize> {
        let membrane = |node: &usize| nodes.area_um2()[*node] > 0.0;
        let inside = |node: &usize| self.contains(nodes.location()[*node]);
        (0..nodes.len()).filter(membrane).filter(inside).collect()
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        let mut common = Vec::new();
        let (mut i, mut j) = (0, 0);
        while let (Some(a), Some(b)) = (self.stretches.get(i), other.stretches.get(j)) {
            if a.section == b.section {
                let (from, to) = (a.from.max(b.from), a.to.min(b.to));
                common.push(Stretch { section: a.section, from, to });
            }
            if (a.section, a.to) < (b.section, b.to) { i += 1 } else { j += 1 }
        }
        Self::new(common)
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        Self::new(self.stretches.iter().chain(&other.stretches).copied().collect())
    }

    pub(super) fn complement(&self, morphology: &Morphology) -> Self {
        let mut rest = Vec::new();
        let mut own = self.stretches.iter().peekable();
        for section in 0..morphology.sections().len() {
            let mut from = 0.0;
            while let Some(s) = own.next_if(|s| s.section == section) {
                rest.push(Stretch { section, from, to: s.from });
                from = s.to;
            }
            rest.push(Stretch { section, from, to: 1.0 });
        }
        Self::new(rest)
    }

    /// The place a given length along the stretches laid end to end.
    pub(super) fn place_at(&self, morphology: &Morphology, mut along_um: f64) -> Option<Location> {
        for s in &self.stretches {
            let whole = morphology.sections()[s.section].length_um();
            let length = (s.to - s.from) * whole;
            if along_um <= length {
                return Some(Location::new(s.section, (s.from + along_um / whole).min(s.to)));
            }
            along_um -= length;
        }
        self.stretches.last().map(|s| Location::new(s.section, s.to))
    }
}
