//! `[plots.NAME]`: pictures of the result.

use std::sync::Arc;

use neuropil_core::Clock;

use super::fields::{Fields, Item};
use super::vision::VisionModel;
use super::{parameters, simulation, window};
use crate::experiment::{Experiment, ExperimentError, Problem, Span, Written};
use crate::expression::Scope;

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
    pub responses: Option<Arc<super::ResponsePlot>>,
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

impl Experiment {
    /// The pictures that the experiment asks for, for a result with these populations.
    ///
    /// # Errors
    /// The first fault of the sections that matter to pictures.
    pub fn plot_requests(&self, populations: &[&str]) -> Result<Vec<PlotRequest>, ExperimentError> {
        let read = || {
            // Pictures of responses need the cells, which need their files.
            if let Some(Ok(setup)) = self.has_cells().then(|| super::cable::resolve(self)) {
                return Ok(setup.plots);
            }
            let (top, scope, clock) = surroundings(self)?;
            match top.get("plots") {
                Some(item) => {
                    let fields = item.fields()?;
                    let unread = |name: &str, item: &Item<'_>| {
                        let kind =
                            item.fields()?.get("kind").and_then(|kind| match kind.node.value {
                                Written::Text(ref kind) => PlotKind::named(kind),
                                _ => None,
                            });
                        let kind = kind.filter(|kind| kind.of_responses() && self.has_cells());
                        Ok(kind.map(|kind| PlotRequest::new(name, kind)))
                    };
                    let mut all = read_beside(&fields, populations, &scope, clock, &unread)?;
                    all.retain(|request| !request.kind.of_responses());
                    if all.iter().any(|request| request.kind.of_vision()) {
                        // What was shown follows from the experiment, whose files may be gone.
                        let vision = super::resolve(self).ok().and_then(|model| model.vision);
                        for request in all.iter_mut().filter(|r| r.kind.of_vision()) {
                            request.vision.clone_from(&vision);
                        }
                        all.retain(|r| !r.kind.of_vision() || r.vision.is_some());
                    }
                    Ok(all)
                }
                None => Ok(Vec::new()),
            }
        };
        read().map_err(|problem| self.error(problem))
    }
}

/// The sections, the named quantities and the time grid of an experiment of any kind.
pub(super) fn surroundings(experiment: &Experiment) -> Result<(Fields<'_>, Scope, Clock), Problem> {
    let top = Fields::new(experiment.root(), Span::default(), "");
    let scope = match top.get("parameters") {
        Some(item) => parameters::read(&item.fields()?)?,
        None => Scope::default(),
    };
    let simulation = top.need("simulation", "a table with at least a duration")?;
    let simulation = simulation::read(&simulation.fields()?, &scope)?;
    Ok((top, scope, simulation.clock))
}

/// Gives pictures that need it what the screen showed.
pub(super) fn attach(
    plots: &mut [PlotRequest],
    vision: Option<&Arc<VisionModel>>,
    top: &Fields<'_>,
) -> Result<(), Problem> {
    for plot in plots.iter_mut().filter(|plot| plot.kind.of_vision()) {
        plot.vision = vision.cloned();
        if plot.vision.is_none() {
            top.need("stimuli", "what the screen shows, which a picture is asked for of")?;
        }
    }
    Ok(())
}

pub(super) fn read(
    fields: &Fields<'_>,
    populations: &[&str],
    scope: &Scope,
    clock: Clock,
) -> Result<Vec<PlotRequest>, Problem> {
    read_beside(fields, populations, scope, clock, &|_, _| Ok(None))
}

/// Reads some pictures, by name; `None` for those it does not.
pub(super) type Special<'a> = dyn Fn(&str, &Item<'_>) -> Result<Option<PlotRequest>, Problem> + 'a;

/// As [`read`]; pictures that `special` reads are its own.
pub(super) fn read_beside(
    fields: &Fields<'_>,
    populations: &[&str],
    scope: &Scope,
    clock: Clock,
    special: &Special<'_>,
) -> Result<Vec<PlotRequest>, Problem> {
    let names: Vec<&str> = fields.entries().map(|(name, ..)| name).collect();
    let reading = Reading { populations, scope, clock, pictures: &names };
    let one = |(name, _, item): (&str, _, Item<'_>)| match special(name, &item)? {
        Some(request) => Ok(request),
        None => reading.one(name, &item),
    };
    fields.entries().map(one).collect()
}

/// What pictures refer to.
struct Reading<'a> {
    populations: &'a [&'a str],
    scope: &'a Scope,
    clock: Clock,
    /// Names of all pictures.
    pictures: &'a [&'a str],
}

impl Reading<'_> {
    fn one(&self, name: &str, item: &Item<'_>) -> Result<PlotRequest, Problem> {
        let (scope, fields) = (self.scope, item.fields()?);
        let expected = "a kind of picture such as \"raster\"";
        let kind_item = fields.need("kind", expected)?;
        let kind_name = kind_item.text(expected)?;
        let kind = PlotKind::named(kind_name)
            .ok_or_else(|| kind_item.unknown_name("kind of plot", kind_name, PlotKind::names()))?;
        if kind.of_responses() {
            let what = "pictures of responses are drawn of branching cells";
            return Err(kind_item.unsupported(what));
        }
        // Keys of other kinds are as unknown as those of none.
        let get = |key: &'static str| {
            if kind.keys().contains(&key) { fields.get(key) } else { None }
        };
        let time = |key, least: f64| {
            let above = |item: Item<'_>| {
                item.number_where(scope, "ms", "a time above 0", |time| time > least)
            };
            get(key).map(above).transpose()
        };
        let text = |key, expected: &'static str| {
            get(key).map(|item| item.text(expected).map(str::to_owned)).transpose()
        };
        let texts = |key, expected: &'static str| -> Result<Vec<String>, Problem> {
            let items = get(key).map_or(Vec::new(), |item| item.items());
            items.iter().map(|item| item.text(expected).map(str::to_owned)).collect()
        };
        let whole = |key, most: u64| -> Result<Option<usize>, Problem> {
            Ok(get(key).map(|item| item.whole(scope, 1, most)).transpose()?.map(|n| n as usize))
        };
        let yes = |key| get(key).map_or(Ok(false), |item| item.boolean());
        let default = PlotRequest::new(name, kind);
        let mut request = PlotRequest {
            variables: texts("variables", "the name of a variable")?,
            bin_ms: time("bin", 0.0)?,
            smooth_ms: time("smooth", 0.0)?,
            neurons: whole("neurons", u64::from(u32::MAX))?,
            shift: get("shift").map(|item| item.number(scope, "")).transpose()?,
            mean: yes("mean")?,
            of: text("of", "what to show")?.unwrap_or_default(),
            bins: whole("bins", 10_000)?,
            frames: whole("frames", 100)?,
            segment_ms: time("segment", 0.0)?.unwrap_or(default.segment_ms),
            lag_ms: time("lag", 0.0)?.unwrap_or(default.lag_ms),
            letters: yes("letters")?,
            width_mm: get("width")
                .map(|item| {
                    item.number_where(scope, "", "40 to 400 mm", |w| (40.0..=400.0).contains(&w))
                })
                .transpose()?,
            time_ms: get("time").map(|item| item.number(scope, "ms")).transpose()?,
            animate: yes("animate")?,
            x: text("x", "a scanned key")?,
            y: text("y", "a scanned key")?,
            by: text("by", "a scanned key")?,
            figures: texts("figures", "the name of a figure such as E.rate_hz")?,
            ..default
        };
        if let Some(item) = fields.get("title") {
            request.title = item.text("a text")?.into();
        }
        for item in get("populations").iter().flat_map(Item::items) {
            let population = item.text("the name of a population")?;
            if !self.populations.contains(&population) {
                let known = self.populations.iter().copied();
                return Err(item.unknown_name("population", population, known));
            }
            request.populations.push(population.into());
        }
        if let Some(item) = get("window") {
            let window = window::of_pair(&item, scope, self.clock)?;
            request.window_ms = Some((self.clock.ms(window.start), self.clock.ms(window.stop)));
        }
        for item in get("log").iter().flat_map(Item::items) {
            let axis = item.text("\"x\" or \"y\"")?;
            if !["x", "y"].contains(&axis) {
                return Err(item.unknown_name("axis", axis, ["x", "y"]));
            }
            request.log.push(axis.into());
        }
        if let Some(item) = get("band") {
            let low_high = item.numbers(scope, "Hz")?;
            let &[low, high] = &low_high[..] else {
                return Err(item.wrong("a list of two frequencies"));
            };
            if !(0.0 <= low && low < high) {
                let found = format!("{low} to {high} Hz");
                return Err(item.out_of_range(found, "the lower frequency first"));
            }
            request.band_hz = (low, high);
        }
        for row in get("panels").iter().flat_map(Item::items) {
            let names = row.items();
            let row = names.iter().map(|item| self.panel(name, item));
            request.panels.push(row.collect::<Result<_, _>>()?);
        }
        if kind == PlotKind::Panels && request.panels.is_empty() {
            fields.need("panels", "rows of pictures, by name or kind")?;
        }
        fields.finish()?;
        Ok(request)
    }

    /// The name of a picture within a picture.
    fn panel(&self, within: &str, item: &Item<'_>) -> Result<String, Problem> {
        let name = item.text("the name of a picture or a kind")?;
        let picture = self.pictures.contains(&name) && name != within;
        let kind = PlotKind::named(name).is_some_and(|kind| kind != PlotKind::Panels);
        if picture || kind {
            return Ok(name.to_owned());
        }
        let pictures = self.pictures.iter().map(|name| (*name).to_owned());
        let known: Vec<String> = pictures.chain(PlotKind::names().map(String::from)).collect();
        Err(item.unknown_name("picture", name, known.iter().map(String::as_str)))
    }
}
