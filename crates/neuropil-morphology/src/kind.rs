//! What a piece of a neuron is: the structure tag of an SWC sample.

/// The type of a section, as SWC tags it.
///
/// Tags 0–4 and 7 and above are those of the SWC+ specification (<https://neuroinformatics.nl/swcPlus>);
/// 5 (fork) and 6 (end) say where a sample lies, not what it is, and are replaced by the parent's
/// type on reading.
///
/// ```
/// use neuropil_morphology::Kind;
/// assert_eq!(Kind::from_tag(4), Kind::Apical);
/// assert_eq!(Kind::Custom(7).tag(), 7);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Tag 0.
    Undefined,
    /// Tag 1.
    Soma,
    /// Tag 2.
    Axon,
    /// Tag 3: a dendrite; in a pyramidal cell, a basal one.
    Dendrite,
    /// Tag 4.
    Apical,
    /// Any other tag, kept as it stands.
    Custom(i64),
}

impl Kind {
    /// The kind of an SWC tag.
    pub const fn from_tag(tag: i64) -> Self {
        match tag {
            0 => Self::Undefined,
            1 => Self::Soma,
            2 => Self::Axon,
            3 => Self::Dendrite,
            4 => Self::Apical,
            other => Self::Custom(other),
        }
    }

    /// The SWC tag.
    pub const fn tag(self) -> i64 {
        match self {
            Self::Undefined => 0,
            Self::Soma => 1,
            Self::Axon => 2,
            Self::Dendrite => 3,
            Self::Apical => 4,
            Self::Custom(tag) => tag,
        }
    }

    /// The name used for sections and in region expressions: `soma`, `axon`, `dend`, `apic`,
    /// `undefined`, `type_7`.
    pub fn name(self) -> String {
        match self {
            Self::Undefined => "undefined".into(),
            Self::Soma => "soma".into(),
            Self::Axon => "axon".into(),
            Self::Dendrite => "dend".into(),
            Self::Apical => "apic".into(),
            Self::Custom(tag) => format!("type_{tag}"),
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}
