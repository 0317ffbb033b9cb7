//! Kinds of picture, and the keys that each understands.

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlotKind {
    /// Spikes against time, with a histogram of the rate below.
    Raster,
    /// Population rates against time, in bins or smoothed.
    Rates,
    /// Sampled variables against time.
    Traces,
    /// Excitatory and inhibitory currents or conductances of single neurons against time.
    Inputs,
    /// Rates, spikes and potentials of the same time above each other.
    Activity,
    /// Distributions over neurons, intervals or time.
    Histogram,
    /// Correlations of spike counts of pairs.
    Correlations,
    /// Power spectra.
    Spectrum,
    /// Power against time and frequency.
    Spectrogram,
    /// Autocorrelations.
    Autocorrelation,
    /// Correlations of every two signals over their lag.
    CrossCorrelation,
    /// Mean excitatory and inhibitory inputs of populations.
    Balance,
    /// One variable against another.
    Phase,
    /// Synapses between populations.
    Connectivity,
    /// Several pictures in one.
    Panels,
    /// A variable over the morphology of a cell, as colours.
    Morphology,
    /// Measures of what cells answer to an input, against a quantity that differs from cell to cell.
    Response,
    /// The answers themselves, over each other.
    Family,
    /// A measure against the place on the cell.
    Profile,
    /// Frames of the screen.
    Stimulus,
    /// Receptive fields of afferents.
    ReceptiveFields,
    /// Rates against a value of the stimulus, with what theory says.
    Tuning,
    /// What the screen showed before spikes.
    SpikeTriggeredAverage,
    /// Figures of a scan against one of its values.
    ScanCurve,
    /// Figures of a scan over two of its values, as colours.
    ScanMap,
}

/// Kinds by name, with the keys that they understand beside `kind` and `title`.
const KINDS: &[(&str, PlotKind, &[&str])] = &[
    ("raster", PlotKind::Raster, &["populations", "window", "bin", "smooth", "neurons", "log"]),
    ("rates", PlotKind::Rates, &["populations", "window", "bin", "smooth", "log"]),
    (
        "traces",
        PlotKind::Traces,
        &["populations", "variables", "window", "neurons", "shift", "mean"],
    ),
    ("inputs", PlotKind::Inputs, &["populations", "variables", "window", "neurons"]),
    (
        "activity",
        PlotKind::Activity,
        &["populations", "variables", "window", "bin", "smooth", "neurons"],
    ),
    ("histogram", PlotKind::Histogram, &["populations", "variables", "window", "of", "bins"]),
    ("correlations", PlotKind::Correlations, &["populations", "window", "bin", "bins"]),
    (
        "spectrum",
        PlotKind::Spectrum,
        &["populations", "variables", "window", "bin", "segment", "band"],
    ),
    (
        "spectrogram",
        PlotKind::Spectrogram,
        &["populations", "variables", "window", "bin", "segment", "band"],
    ),
    (
        "autocorrelation",
        PlotKind::Autocorrelation,
        &["populations", "variables", "window", "bin", "lag"],
    ),
    (
        "cross_correlation",
        PlotKind::CrossCorrelation,
        &["populations", "variables", "window", "bin", "lag"],
    ),
    ("balance", PlotKind::Balance, &["populations", "window"]),
    ("phase", PlotKind::Phase, &["populations", "variables", "window", "neurons"]),
    ("connectivity", PlotKind::Connectivity, &["populations", "of"]),
    ("panels", PlotKind::Panels, &["panels", "letters", "width"]),
    (
        "morphology",
        PlotKind::Morphology,
        &["populations", "variables", "window", "time", "animate"],
    ),
    ("response", PlotKind::Response, &[]),
    ("family", PlotKind::Family, &[]),
    ("profile", PlotKind::Profile, &[]),
    ("stimulus", PlotKind::Stimulus, &["window", "frames"]),
    ("receptive_fields", PlotKind::ReceptiveFields, &["populations", "neurons"]),
    ("tuning", PlotKind::Tuning, &["populations", "neurons", "x", "log"]),
    (
        "spike_triggered_average",
        PlotKind::SpikeTriggeredAverage,
        &["populations", "neurons", "window", "lag"],
    ),
    ("scan_curve", PlotKind::ScanCurve, &["x", "figures", "by", "log"]),
    ("scan_map", PlotKind::ScanMap, &["x", "y", "figures", "log"]),
];

impl PlotKind {
    /// Whether it compares responses of cells.
    pub const fn of_responses(self) -> bool {
        matches!(self, Self::Response | Self::Family | Self::Profile)
    }

    /// Whether it needs what the screen showed.
    pub const fn of_vision(self) -> bool {
        matches!(
            self,
            Self::Stimulus | Self::ReceptiveFields | Self::Tuning | Self::SpikeTriggeredAverage
        )
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(known, ..)| *known == name).map(|(_, kind, _)| *kind)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind, _)| *kind == self).map_or("raster", |(name, ..)| name)
    }

    /// Every name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|(name, ..)| *name)
    }

    /// The keys that it understands beside `kind` and `title`.
    pub fn keys(self) -> &'static [&'static str] {
        KINDS.iter().find(|(_, kind, _)| *kind == self).map_or(&[], |(_, _, keys)| keys)
    }

    /// Whether it is drawn of a scan and not of a run.
    pub fn of_scan(self) -> bool {
        matches!(self, Self::ScanCurve | Self::ScanMap)
    }
}
