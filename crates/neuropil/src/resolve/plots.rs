//! `[plots.NAME]`: pictures of the result.

use neuropil_core::Clock;

use super::fields::{Fields, Item};
use super::{parameters, simulation, window};
use crate::experiment::{Experiment, ExperimentError, Problem, Span};
use crate::expression::Scope;

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlotKind {
    /// Spikes against time, with a histogram of the rate below.
    Raster,
    /// Population rates against time.
    Rates,
    /// Sampled variables against time.
    Traces,
    /// A variable over the morphology of a cell, as colours.
    Morphology,
}

/// Kinds by name.
const KINDS: &[(&str, PlotKind)] = &[
    ("raster", PlotKind::Raster),
    ("rates", PlotKind::Rates),
    ("traces", PlotKind::Traces),
    ("morphology", PlotKind::Morphology),
];

impl PlotKind {
    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("raster", |(name, _)| name)
    }

    /// Every name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|(name, _)| *name)
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
    /// Variables of traces; all if empty.
    pub variables: Vec<String>,
    /// From and to `[ms]`; everything if absent.
    pub window_ms: Option<(f64, f64)>,
    /// Width of the bins of the rate `[ms]`.
    pub bin_ms: f64,
    /// Most neurons that a raster shows of one population.
    pub neurons: usize,
    /// Moment of a picture over the morphology `[ms]`; the most telling one if absent.
    pub time_ms: Option<f64>,
    /// Whether a picture over the morphology moves.
    pub animate: bool,
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
            bin_ms: 5.0,
            neurons: usize::MAX,
            time_ms: None,
            animate: false,
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
            let top = Fields::new(self.root(), Span::default(), "");
            let scope = match top.get("parameters") {
                Some(item) => parameters::read(&item.fields()?)?,
                None => Scope::default(),
            };
            let simulation = top.need("simulation", "a table with at least a duration")?;
            let simulation = simulation::read(&simulation.fields()?, &scope)?;
            match top.get("plots") {
                Some(item) => self::read(&item.fields()?, populations, &scope, simulation.clock),
                None => Ok(Vec::new()),
            }
        };
        read().map_err(|problem| self.error(problem))
    }
}

pub(super) fn read(
    fields: &Fields<'_>,
    populations: &[&str],
    scope: &Scope,
    clock: Clock,
) -> Result<Vec<PlotRequest>, Problem> {
    fields.entries().map(|(name, _, item)| one(name, &item, populations, scope, clock)).collect()
}

fn one(
    name: &str,
    item: &Item<'_>,
    populations: &[&str],
    scope: &Scope,
    clock: Clock,
) -> Result<PlotRequest, Problem> {
    let fields = item.fields()?;
    let expected = "\"raster\", \"rates\", \"traces\" or \"morphology\"";
    let kind_item = fields.need("kind", expected)?;
    let kind_name = kind_item.text(expected)?;
    let kind = PlotKind::named(kind_name)
        .ok_or_else(|| kind_item.unknown_name("kind of plot", kind_name, PlotKind::names()))?;
    let mut request = PlotRequest::new(name, kind);
    if let Some(item) = fields.get("title") {
        request.title = item.text("a text")?.into();
    }
    for item in fields.get("populations").iter().flat_map(Item::items) {
        let population = item.text("the name of a population")?;
        if !populations.contains(&population) {
            return Err(item.unknown_name("population", population, populations.iter().copied()));
        }
        request.populations.push(population.into());
    }
    for item in fields.get("variables").iter().flat_map(Item::items) {
        request.variables.push(item.text("the name of a variable")?.into());
    }
    if let Some(item) = fields.get("window") {
        let window = window::of_pair(&item, scope, clock)?;
        request.window_ms = Some((clock.ms(window.start), clock.ms(window.stop)));
    }
    if let Some(item) = fields.get("bin") {
        request.bin_ms = item.number_where(scope, "ms", "a time above 0", |bin| bin > 0.0)?;
    }
    if let Some(item) = fields.get("neurons") {
        request.neurons = item.whole(scope, 1, u64::from(u32::MAX))? as usize;
    }
    if let Some(item) = fields.get("time") {
        request.time_ms = Some(item.number(scope, "ms")?);
    }
    if let Some(item) = fields.get("animate") {
        request.animate = item.boolean()?;
    }
    fields.finish()?;
    Ok(request)
}
