//! `[plots.NAME]`: pictures of the result.

use neuropil_network::description::Population;

use super::context::Context;
use super::fields::Fields;
use super::{members, window};
use crate::experiment::Problem;

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlotKind {
    /// Spikes against time, with a histogram of the rate below.
    Raster,
    /// Population rates against time.
    Rates,
    /// Sampled variables against time.
    Traces,
}

/// Kinds by name.
const KINDS: &[(&str, PlotKind)] =
    &[("raster", PlotKind::Raster), ("rates", PlotKind::Rates), ("traces", PlotKind::Traces)];

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
        }
    }
}

pub(super) fn read(
    fields: &Fields<'_>,
    populations: &[Population],
    context: &Context,
) -> Result<Vec<PlotRequest>, Problem> {
    fields
        .entries()
        .map(|(name, _, item)| {
            let fields = item.fields()?;
            let kind_item = fields.need("kind", "\"raster\", \"rates\" or \"traces\"")?;
            let kind_name = kind_item.text("\"raster\", \"rates\" or \"traces\"")?;
            let kind = PlotKind::named(kind_name).ok_or_else(|| {
                kind_item.unknown_name("kind of plot", kind_name, PlotKind::names())
            })?;
            let mut request = PlotRequest::new(name, kind);
            if let Some(item) = fields.get("title") {
                request.title = item.text("a text")?.into();
            }
            if let Some(item) = fields.get("populations") {
                let parts = members::parts(&item, populations)?;
                request.populations =
                    parts.iter().map(|part| populations[part.population].name.clone()).collect();
            }
            if let Some(item) = fields.get("variables") {
                request.variables = item
                    .items()
                    .iter()
                    .map(|item| item.text("the name of a variable").map(str::to_owned))
                    .collect::<Result<_, _>>()?;
            }
            if let Some(item) = fields.get("window") {
                let window = window::of_pair(&item, context)?;
                let ms = |step| context.clock.ms(step);
                request.window_ms = Some((ms(window.start), ms(window.stop)));
            }
            if let Some(item) = fields.get("bin") {
                let expected = "a time above 0";
                request.bin_ms =
                    item.number_where(&context.scope, "ms", expected, |bin| bin > 0.0)?;
            }
            if let Some(item) = fields.get("neurons") {
                request.neurons = item.whole(&context.scope, 1, u64::from(u32::MAX))? as usize;
            }
            fields.finish()?;
            Ok(request)
        })
        .collect()
}
