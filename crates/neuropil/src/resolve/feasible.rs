//! Refuses before a run what could only be refused after it: recordings that begin when it is over, and
//! pictures of what is not recorded. Pictures and statistics of a time that the run does not reach, as
//! when only its beginning is tried, are warned of.

use neuropil_core::names::suggestion;
use neuropil_record::{Recordings, SampledRecording};

use super::context::Context;
use super::fields::{Fields, Item};
use super::{PlotKind, PlotRequest};
use crate::experiment::Problem;

/// What a run will have recorded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead<'a> {
    pub recordings: &'a Recordings,
    pub context: &'a Context,
}

impl Ahead<'_> {
    /// Checks `[record]`, `[analysis]` and `[plots]` of an experiment.
    pub(super) fn check(&self, top: &Fields<'_>, plots: &[PlotRequest]) -> Result<(), Problem> {
        if let Some(item) = top.get("record") {
            self.recorded(&item)?;
        }
        if let Some(item) = top.get("analysis") {
            let fields = item.fields()?;
            self.reached(fields.get("window").as_ref());
            if let Some(named) = fields.get("windows") {
                named.fields()?.entries().for_each(|(.., item)| self.reached(Some(&item)));
            }
        }
        let Some(pictures) = top.get("plots") else { return Ok(()) };
        for (name, _, item) in pictures.fields()?.entries() {
            let Some(request) = plots.iter().find(|request| request.name == name) else { continue };
            self.reached(item.fields()?.get("window").as_ref());
            self.data(request, plots, &item)?;
        }
        Ok(())
    }

    /// Refuses windows of recordings, and samples, that are due after the end.
    fn recorded(&self, section: &Item<'_>) -> Result<(), Problem> {
        self.windows(section)?;
        let (clock, end) = (self.context.clock, self.context.end_step);
        let late = |r: &&SampledRecording| r.start_step > end;
        let Some(late) = self.recordings.samples.iter().find(late) else { return Ok(()) };
        let (path, ms, end_ms) = (late.path(), clock.ms(late.start_step), clock.ms(end));
        let what = format!("the first sample of {path} is due at {ms} ms, the end at {end_ms} ms");
        Err(section.unsupported(what))
    }

    /// Looks for windows in a section and the tables within it.
    fn windows(&self, item: &Item<'_>) -> Result<(), Problem> {
        for part in item.items().iter().filter(|part| part.is_table()) {
            for (key, _, inner) in part.fields()?.entries() {
                if key != "window" {
                    self.windows(&inner)?;
                } else if let Some((start, ms, end_ms)) = self.late(&inner) {
                    let expected =
                        format!("a time before the end of the simulation at {end_ms} ms");
                    return Err(start.out_of_range(format!("{ms} ms"), expected));
                }
            }
        }
        Ok(())
    }

    /// Warns of a window that the run does not reach.
    fn reached(&self, window: Option<&Item<'_>>) {
        if let Some((window, (_, ms, end_ms))) = window.and_then(|w| Some((w, self.late(w)?))) {
            let place = &window.place;
            self.context.warn(format!("{place} begins at {ms} ms, the run ends at {end_ms} ms"));
        }
    }

    /// The start of a window, if it is at the end or later; times that differ from copy to copy are
    /// passed by.
    fn late<'i>(&self, window: &Item<'i>) -> Option<(Item<'i>, f64, f64)> {
        let start = window.items().into_iter().next()?;
        let ms = start.number(&self.context.scope, "ms").ok()?;
        let end_ms = self.context.clock.ms(self.context.end_step);
        (ms >= end_ms * (1.0 - 1e-12)).then_some((start, ms, end_ms))
    }

    /// Whether a picture has what it shows.
    fn data(
        &self,
        request: &PlotRequest,
        all: &[PlotRequest],
        item: &Item<'_>,
    ) -> Result<(), Problem> {
        let lacks = |what: String| Err(item.unsupported(format!("{what} not recorded")));
        let spikes = || {
            let names = self.recordings.spikes.iter().map(|r| r.population.as_str());
            let names: Vec<&str> = names.collect();
            match request.populations.iter().find(|name| !names.contains(&name.as_str())) {
                _ if names.is_empty() => lacks("spikes are".into()),
                Some(name) => lacks(format!("spikes of \"{name}\" are")),
                None => Ok(()),
            }
        };
        let named = |variables: &[&str]| {
            let samples: Vec<_> = self
                .recordings
                .samples
                .iter()
                .filter(|r| {
                    request.populations.is_empty() || request.populations.contains(&r.population)
                })
                .collect();
            if samples.is_empty() {
                return lacks("traces are".into());
            }
            for name in variables {
                if !samples.iter().any(|r| r.variable == *name) {
                    let known = samples.iter().map(|r| r.variable.as_str());
                    let near = suggestion(name, known);
                    return Err(item.unsupported(format!("\"{name}\" is not recorded{near}")));
                }
            }
            Ok(())
        };
        let variables: Vec<&str> = request.variables.iter().map(String::as_str).collect();
        match request.kind {
            PlotKind::Raster | PlotKind::Rates | PlotKind::Activity | PlotKind::Correlations => {
                spikes()
            }
            PlotKind::Histogram => match request.of.as_str() {
                "" if !variables.is_empty() => named(&variables),
                "" | "rate" | "cv" | "isi" | "count" => spikes(),
                variable => named(&[variable]),
            },
            PlotKind::Spectrum
            | PlotKind::Spectrogram
            | PlotKind::Autocorrelation
            | PlotKind::CrossCorrelation
                if variables.is_empty() =>
            {
                spikes()
            }
            PlotKind::Spectrum
            | PlotKind::Spectrogram
            | PlotKind::Autocorrelation
            | PlotKind::CrossCorrelation
            | PlotKind::Traces
            | PlotKind::Morphology => named(&variables),
            PlotKind::Phase if variables.is_empty() => named(&["V_m", "w"]),
            PlotKind::Phase if variables.len() == 2 => named(&variables),
            PlotKind::Inputs | PlotKind::Balance => {
                let both = |ex: &str, inh: &str| named(&[ex, inh]);
                both("I_ex", "I_in")
                    .or_else(|_| both("g_ex", "g_in"))
                    .or_else(|_| lacks("I_ex and I_in, or g_ex and g_in, are".into()))
            }
            PlotKind::Panels => {
                for name in request.panels.iter().flatten() {
                    let of_kind = || PlotKind::named(name).map(|kind| PlotRequest::new(name, kind));
                    let named = all.iter().find(|other| other.name == *name).cloned();
                    if let Some(part) = named.or_else(of_kind)
                        && part.kind != PlotKind::Panels
                    {
                        self.data(&part, all, item)?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
