//! What is wrong or odd about a forest of samples, apart from how its soma is shaped.

use super::error::{Among, SwcError};
use super::options::{Options, Profile, SomaPolicy};
use super::sample::{Sample, SampleTree};
use super::warning::SwcWarning;

/// Coordinates further out than this are taken for nanometres `[µm]`.
pub(super) const FARTHEST_UM: f64 = 1e5;
/// Nothing is further out or thicker than this, whoever vouches for it `[µm]`.
const UTMOST_UM: f64 = 1e9;
/// Radii larger than this are taken for a slip `[µm]`.
const LARGEST_RADIUS_UM: f64 = 100.0;

/// Defects and oddities, each in order of line.
#[derive(Debug, Default)]
pub(super) struct Examination {
    pub(super) errors: Vec<SwcError>,
    pub(super) warnings: Vec<SwcWarning>,
}

pub(super) fn examine(tree: &SampleTree, options: &Options) -> Examination {
    let mut found = Examination::default();
    found.roots(tree);
    found.values(tree, options);
    found.types(tree);
    found.lengths(tree);
    found.radii(tree);
    found.soma_surroundings(tree);
    // Stable, so that findings about one line keep their order.
    found.errors.sort_by_key(|error| error.line().unwrap_or(0));
    found.warnings.sort_by_key(|warning| warning.line().unwrap_or(0));
    found
}

impl Examination {
    fn roots(&mut self, tree: &SampleTree) {
        let samples = tree.samples();
        let roots = tree.roots();
        if roots.len() == samples.len() && samples.len() > 1 {
            self.errors.push(SwcError::Markers { samples: samples.len() });
            return;
        }
        for &root in &roots {
            let Sample { line, id, parent, .. } = samples[root];
            if parent < -1 {
                self.errors.push(SwcError::RootParent { line, id, parent });
            }
        }
        if roots.len() > 1 {
            let lines = roots.iter().map(|&root| samples[root].line).collect();
            self.errors.push(SwcError::SeveralRoots { lines });
        }
    }

    fn values(&mut self, tree: &SampleTree, options: &Options) {
        let mut far = false;
        let children = tree.children();
        let tags = tree.tags();
        let among = Among::radii_of_0(tree.samples());
        for (index, sample) in tree.samples().iter().enumerate() {
            let Sample { line, id, tag, xyz_um, radius_um, .. } = *sample;
            if radius_um < 0.0 {
                self.errors.push(SwcError::NegativeRadius { line, id, radius_um });
            }
            let round = tag == 1 && options.soma == SomaPolicy::Sphere;
            if radius_um == 0.0 && !round && pointed(tree, &children, &tags, index) {
                self.warnings.push(match tag {
                    1 => SwcWarning::PointedSoma { line, id },
                    _ => SwcWarning::PointedTip { line, id },
                });
            } else if radius_um == 0.0 && !(tag == 1 && options.soma == SomaPolicy::Contour) {
                let what = if tag == 1 { "soma" } else { "neurite" };
                self.errors.push(SwcError::ZeroRadius { line, id, what, among });
            }
            if tag < 0 {
                self.errors.push(SwcError::NegativeType { line, id, tag });
            }
            let [x, y, z] = xyz_um;
            for (what, value) in [("x", x), ("y", y), ("z", z), ("radius", radius_um)] {
                if value.abs() > UTMOST_UM {
                    let limit = UTMOST_UM;
                    self.errors.push(SwcError::OutOfRange { line, what, value, limit });
                }
            }
            let axis = (0..3).find(|&k| xyz_um[k].abs() > FARTHEST_UM);
            if let Some(k) = axis.filter(|_| !far && !options.trust_coordinates) {
                far = true;
                let axis = ['x', 'y', 'z'][k];
                self.errors.push(SwcError::FarAway { line, axis, value: xyz_um[k] });
            }
        }
    }

    fn types(&mut self, tree: &SampleTree) {
        let tags = tree.tags();
        let children = tree.children();
        let mut unknown = Vec::new();
        for (index, &Sample { line, id, tag, .. }) in tree.samples().iter().enumerate() {
            if tags[index] != tag {
                self.warnings.push(SwcWarning::StructuralType { line, id, tag });
            } else if tag > 4 && !unknown.contains(&tag) {
                unknown.push(tag);
                self.warnings.push(SwcWarning::UnknownType { line, tag });
            }
            if let Some(parent) = tree.parents()[index] {
                let (from, to) = (tags[parent], tags[index]);
                if from != to && from != 1 && to != 1 && children[parent].len() == 1 {
                    self.warnings.push(SwcWarning::TypeChange { line, from, to });
                }
            }
        }
        if !tags.contains(&1) {
            self.warnings.push(SwcWarning::NoSoma);
        }
    }

    fn lengths(&mut self, tree: &SampleTree) {
        let samples = tree.samples();
        let children = tree.children();
        let mut any_length = samples.len() == 1;
        for (index, parent) in tree.parents().iter().enumerate() {
            let Some(parent) = *parent else { continue };
            if samples[index].xyz_um == samples[parent].xyz_um {
                // A step in radius where a branch begins is meant.
                let step = samples[index].radius_um != samples[parent].radius_um;
                if step && children[parent].len() > 1 && !children[index].is_empty() {
                    continue;
                }
                let Sample { line, id, .. } = samples[index];
                self.warnings.push(SwcWarning::ZeroLengthPiece { line, id });
            } else {
                any_length = true;
            }
        }
        let lone_soma = tree.tags().contains(&1);
        if !any_length && !lone_soma {
            self.errors.push(SwcError::NoLength);
        }
        if samples.len() == 1 && !lone_soma {
            self.errors.push(SwcError::NoLength);
        }
    }

    fn radii(&mut self, tree: &SampleTree) {
        let samples = tree.samples();
        let children = tree.children();
        let tags = tree.tags();
        for (index, &Sample { line, id, radius_um, .. }) in samples.iter().enumerate() {
            if radius_um > LARGEST_RADIUS_UM {
                self.warnings.push(SwcWarning::LargeRadius { line, id, radius_um });
            }
            if tags[index] == 1 {
                continue;
            }
            let around = children[index].iter().copied().chain(tree.parents()[index]);
            let mut of_kind = around.filter(|&other| tags[other] != 1).peekable();
            let ten_times = |other: usize| {
                let theirs: f64 = samples[other].radius_um;
                theirs > 0.0 && radius_um >= 10.0 * theirs
            };
            if of_kind.peek().is_some() && of_kind.all(ten_times) {
                self.warnings.push(SwcWarning::RadiusJump { line, id, radius_um });
            }
        }
    }

    /// Neurite samples inside a one-sample soma, and neurites that begin far from it.
    fn soma_surroundings(&mut self, tree: &SampleTree) {
        let samples = tree.samples();
        let tags = tree.tags();
        let mut soma = (0..samples.len()).filter(|&index| tags[index] == 1);
        let (Some(centre), None) = (soma.next(), soma.next()) else { return };
        let soma_radius_um = samples[centre].radius_um;
        for (index, sample) in samples.iter().enumerate() {
            if index == centre {
                continue;
            }
            let &Sample { line, id, .. } = sample;
            let distance_um = sample.point().distance_um(&samples[centre].point());
            if distance_um < soma_radius_um * (1.0 - 1e-6) {
                let warning = SwcWarning::InsideSoma { line, id, distance_um, soma_radius_um };
                self.warnings.push(warning);
            }
            if tree.parents()[index] == Some(centre) && distance_um > 3.0 * soma_radius_um {
                let warning = SwcWarning::FarFromSoma { line, id, distance_um, soma_radius_um };
                self.warnings.push(warning);
            }
        }
    }
}

/// Whether a radius of 0 is the point in which a neurite or a stack ends: the sample has a single
/// neighbour, of its own kind and with a radius.
fn pointed(tree: &SampleTree, children: &[Vec<usize>], tags: &[i64], index: usize) -> bool {
    let mut around = tree.parents()[index].into_iter().chain(children[index].iter().copied());
    let (Some(only), None) = (around.next(), around.next()) else { return false };
    let of_kind = (tags[only] == 1) == (tags[index] == 1);
    of_kind && tree.samples()[only].radius_um > 0.0
}

/// Whether a profile goes on after a defect, because the program it is named after does.
pub(super) fn tolerates(profile: Profile, error: &SwcError) -> bool {
    use SwcError as E;
    match profile {
        Profile::Neuropil => false,
        Profile::Neuron => matches!(
            error,
            E::RootParent { .. }
                | E::NegativeType { .. }
                | E::SeveralRoots { .. }
                | E::SeveralSomata { .. }
                | E::SomaInNeurite { .. }
                | E::BranchedSoma { .. }
                | E::ThreePoint { .. }
                | E::Contour { .. }
                | E::NegativeRadius { .. }
                | E::ZeroRadius { .. }
        ),
        Profile::Arbor => matches!(
            error,
            E::SomaInNeurite { .. }
                | E::BranchedSoma { .. }
                | E::SeveralSomata { .. }
                | E::ThreePoint { .. }
                | E::Contour { .. }
                | E::ZeroRadius { .. }
        ),
        Profile::ArborNeuron => matches!(
            error,
            E::BranchedSoma { .. }
                | E::ThreePoint { .. }
                | E::Contour { .. }
                | E::ZeroRadius { .. }
        ),
        Profile::Morphio => matches!(
            error,
            E::SeveralRoots { .. }
                | E::ThreePoint { .. }
                | E::Contour { .. }
                | E::ZeroRadius { .. }
        ),
    }
}
