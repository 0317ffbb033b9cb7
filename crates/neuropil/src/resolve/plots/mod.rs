//! `[plots.NAME]`: pictures of the result.

mod kind;
mod request;

use std::sync::Arc;

use neuropil_core::Clock;

use super::fields::{Fields, Item};
use super::vision::VisionModel;
use super::{parameters, simulation, window};
use crate::experiment::{Experiment, ExperimentError, Problem, Span, Written};
use crate::expression::Scope;

pub use kind::PlotKind;
pub use request::PlotRequest;

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
