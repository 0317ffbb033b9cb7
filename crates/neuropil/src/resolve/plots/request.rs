//! A picture to draw.

use std::sync::Arc;

use super::PlotKind;
use crate::resolve::{ResponsePlot, VisionModel};

/// A picture to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct PlotRequest {
    /// Name, used in the file name.
    pub name: String,
    /// What it shows.
    pub kind: PlotKind,
    /// Heading; none if empty.
    pub title: String,
    /// Populations; all if empty.
    pub populations: Vec<String>,
    /// Sampled variables; all that fit if empty.
    pub variables: Vec<String>,
    /// From and to `[ms]`; everything if absent.
    pub window_ms: Option<(f64, f64)>,
    /// Width of the bins of a rate or a count `[ms]`; what suits the kind if absent.
    pub bin_ms: Option<f64>,
    /// Standard deviation of the Gaussian that smooths a rate `[ms]`; bins are shown if absent.
    pub smooth_ms: Option<f64>,
    /// Most neurons that are shown of one population.
    pub neurons: Option<usize>,
    /// Distance of traces above each other, in their unit; on one axis if absent.
    pub shift: Option<f64>,
    /// Whether traces are averaged over neurons.
    pub mean: bool,
    /// What a histogram is of (`rate`, `cv`, `isi`, `count`, or a variable by default), what a
    /// connectivity matrix shows (`indegree`, `synapses`, `probability`).
    pub of: String,
    /// Number of bins of a histogram; what suits the data if absent.
    pub bins: Option<usize>,
    /// Length of the segments of a spectrum `[ms]`.
    pub segment_ms: f64,
    /// Frequencies that are shown `[Hz]`.
    pub band_hz: (f64, f64),
    /// Longest lag of a correlation `[ms]`.
    pub lag_ms: f64,
    /// Axes that are logarithmic: `x`, `y`.
    pub log: Vec<String>,
    /// Rows of pictures within a picture, by name or kind.
    pub panels: Vec<Vec<String>>,
    /// Whether panels are lettered.
    pub letters: bool,
    /// Width of the picture `[mm]`.
    pub width_mm: Option<f64>,
    /// Moment of a picture over the morphology `[ms]`; the most telling one if absent.
    pub time_ms: Option<f64>,
    /// Whether a picture over the morphology moves.
    pub animate: bool,
    /// Scanned key along the horizontal axis; the first if absent.
    pub x: Option<String>,
    /// Scanned key along the vertical axis of a map; the next if absent.
    pub y: Option<String>,
    /// Scanned key with a curve for each of its values.
    pub by: Option<String>,
    /// Figures of a scan, such as `E.rate_hz`; the rates if empty.
    pub figures: Vec<String>,
    /// What a picture of responses shows.
    pub responses: Option<Arc<ResponsePlot>>,
    /// Most frames of the screen that are shown.
    pub frames: Option<usize>,
    /// What the screen showed, for pictures that need it.
    pub vision: Option<Arc<VisionModel>>,
}

impl PlotRequest {
    /// A picture of all there is of a kind.
    pub fn new(name: impl Into<String>, kind: PlotKind) -> Self {
        Self {
            name: name.into(),
            kind,
            title: String::new(),
            populations: Vec::new(),
            variables: Vec::new(),
            window_ms: None,
            bin_ms: None,
            smooth_ms: None,
            neurons: None,
            shift: None,
            mean: false,
            of: String::new(),
            bins: None,
            segment_ms: 512.0,
            band_hz: (2.0, 300.0),
            lag_ms: 100.0,
            log: Vec::new(),
            panels: Vec::new(),
            letters: false,
            width_mm: None,
            time_ms: None,
            animate: false,
            x: None,
            y: None,
            by: None,
            figures: Vec::new(),
            responses: None,
            frames: None,
            vision: None,
        }
    }
}
