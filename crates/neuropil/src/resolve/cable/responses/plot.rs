//! What a picture of responses is, once it is resolved.

use neuropil_record::Column;

/// How responses are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Measures against a quantity, a curve for every series.
    Curves,
    /// Traces over each other, a panel for every series.
    Family,
    /// Measures against the place, dots for every series.
    Profile,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "`NAMES` says what each is")]
pub enum Quantity {
    Amplitude,
    TimeToPeak,
    Rise,
    HalfWidth,
    Area,
    Mean,
    Deviation,
    Last,
    Rate,
    Spikes,
    Latency,
    LastSpike,
    FirstRate,
    LastRate,
}

/// Name in experiments, name on axes, unit (`*` for that of the variable).
const NAMES: &[(Quantity, &str, &str, &str)] = &[
    (Quantity::Amplitude, "amplitude", "amplitude", "*"),
    (Quantity::TimeToPeak, "time_to_peak", "time to peak", "ms"),
    (Quantity::Rise, "rise", "10–90 % rise time", "ms"),
    (Quantity::HalfWidth, "half_width", "half-width", "ms"),
    (Quantity::Area, "area", "area", "* ms"),
    (Quantity::Mean, "mean", "mean", "*"),
    (Quantity::Deviation, "std", "standard deviation", "*"),
    (Quantity::Last, "last", "final value", "*"),
    (Quantity::Rate, "rate", "rate", "spikes/s"),
    (Quantity::Spikes, "spikes", "spikes", ""),
    (Quantity::Latency, "latency", "latency of the first spike", "ms"),
    (Quantity::LastSpike, "last_spike", "time of the last spike", "ms"),
    (Quantity::FirstRate, "first_rate", "rate of the first interval", "spikes/s"),
    (Quantity::LastRate, "last_rate", "rate of the last interval", "spikes/s"),
];

impl Quantity {
    /// Whether it is measured of spikes, not of a variable.
    pub const fn of_spikes(self) -> bool {
        matches!(
            self,
            Self::Rate
                | Self::Spikes
                | Self::Latency
                | Self::LastSpike
                | Self::FirstRate
                | Self::LastRate
        )
    }
}

/// A quantity to measure, and what its axis says.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// What.
    pub quantity: Quantity,
    /// Label of the axis, without unit.
    pub label: String,
    /// Unit; `*` stands for that of the variable.
    pub unit: String,
}

impl Measure {
    /// That of a name in experiments.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (quantity, _, label, unit) = NAMES.iter().find(|entry| entry.1 == name)?;
        Some(Self { quantity: *quantity, label: (*label).into(), unit: (*unit).into() })
    }

    /// Every name in experiments.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|entry| entry.1)
    }
}

/// The responses of one population at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What the legend says.
    pub label: String,
    /// Population.
    pub population: String,
    /// Cell and compartment of each response.
    pub columns: Vec<Column>,
    /// What each is drawn against.
    pub x: Vec<f64>,
    /// Population whose cell k answers to input k alone: the sum of its cells 0 … k is what cell k of
    /// this series is compared with.
    pub singles: Option<String>,
    /// Whether a profile is a line.
    pub joined: bool,
    /// Times `[ms]` and values that a trace should have.
    pub reference: Option<(Vec<f64>, Vec<f64>)>,
}

/// A picture of responses.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponsePlot {
    /// How.
    pub form: Form,
    /// Variable that was recorded.
    pub variable: String,
    /// Measures, a panel for each.
    pub measures: Vec<Measure>,
    /// Series.
    pub series: Vec<Series>,
    /// Label of the horizontal axis, with its unit.
    pub x_label: String,
    /// Whether the axes are logarithmic.
    pub log: (bool, bool),
    /// Time whose mean is the baseline `[ms]`; without it the baseline is 0.
    pub baseline_ms: Option<(f64, f64)>,
    /// Time of the responses `[ms]`.
    pub window_ms: (f64, f64),
    /// Distance between the traces of a family; over each other if absent.
    pub shift: Option<f64>,
}
