//! How samples are to be understood.

use neuropil_core::names::suggestion;

/// Whose reading of the samples to follow.
///
/// The profiles named after other programs give the membrane area that program gives, also where it
/// departs from what the file most likely means; each such departure comes with a warning. What those
/// programs misread or crash on as text is refused under every profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// Ours: NEURON's geometry wherever the file is sound, independent of the order of samples, and
    /// an error wherever it is not.
    #[default]
    Neuropil,
    /// What NEURON 9 builds (`Import3d_SWC_read`), with its 32-bit points.
    Neuron,
    /// What Arbor 0.12 builds by `load_swc_arbor`: a frustum for every sample and its parent.
    Arbor,
    /// What Arbor 0.12 builds by `load_swc_neuron`.
    ArborNeuron,
    /// The membrane that MorphIO 3.5 reports: neurites from their own first sample, and the soma as
    /// sphere or cylinders.
    Morphio,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 5] =
        [Self::Neuropil, Self::Neuron, Self::Arbor, Self::ArborNeuron, Self::Morphio];

    /// Its name in options and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Neuropil => "neuropil",
            Self::Neuron => "neuron",
            Self::Arbor => "arbor",
            Self::ArborNeuron => "arbor_neuron",
            Self::Morphio => "morphio",
        }
    }
}

/// What the samples of type 1 are.
///
/// Profiles other than [`Profile::Neuropil`] decide this themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SomaPolicy {
    /// One sample, three in NeuroMorpho's form, or a stack, told apart by their geometry; an outline
    /// or a forked soma is an error.
    #[default]
    Auto,
    /// A sphere with the root sample's place and radius; other soma samples only carry neurites.
    Sphere,
    /// NeuroMorpho's three samples, or an error that says what is off.
    ThreePoint,
    /// Truncated cones from sample to sample; may fork.
    Stack,
    /// An outline in a plane; a sphere with the centre and the area π r² of the polygon.
    Contour,
    /// No soma: the samples are as any others, joined to their neighbours.
    None,
}

impl SomaPolicy {
    /// All policies.
    pub const ALL: [Self; 6] =
        [Self::Auto, Self::Sphere, Self::ThreePoint, Self::Stack, Self::Contour, Self::None];

    /// Its name in options and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Sphere => "sphere",
            Self::ThreePoint => "three-point",
            Self::Stack => "stack",
            Self::Contour => "contour",
            Self::None => "none",
        }
    }
}

/// A name that is none of those offered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("no {what} {name:?}: expected one of {known}{hint}")]
pub struct UnknownName {
    what: &'static str,
    name: String,
    known: String,
    hint: String,
}

fn named<T: Copy>(
    what: &'static str,
    name: &str,
    all: &[T],
    name_of: impl Fn(T) -> &'static str,
) -> Result<T, UnknownName> {
    all.iter().copied().find(|&one| name_of(one) == name).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|&one| name_of(one)).collect();
        let hint = suggestion(name, names.iter().copied());
        UnknownName { what, name: name.into(), known: names.join(", "), hint }
    })
}

impl std::str::FromStr for Profile {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        named("profile", name, &Self::ALL, Self::name)
    }
}

impl std::str::FromStr for SomaPolicy {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        named("soma policy", name, &Self::ALL, Self::name)
    }
}

/// How to build a cell from samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whose reading to follow.
    pub profile: Profile,
    /// What the soma samples are.
    pub soma: SomaPolicy,
    /// Whether coordinates beyond 1e5 µm are meant.
    pub trust_coordinates: bool,
}

impl Options {
    /// A profile, everything else by default.
    pub fn profile(profile: Profile) -> Self {
        Self { profile, ..Self::default() }
    }
}
