//! Refuses before a run what could only be refused after it: windows that begin when it is over, and
//! pictures of what is not recorded.

use neuropil_core::Clock;
use neuropil_core::names::suggestion;
use neuropil_record::Recordings;

use super::fields::{Fields, Item};
use super::{AnalysisRequest, PlotKind, PlotRequest};
use crate::experiment::Problem;
use crate::expression::Scope;

/// What a run will have recorded, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead<'a> {
    pub recordings: &'a Recordings,
    pub scope: &'a Scope,
    pub clock: Clock,
    /// End of the simulation.
    pub end_step: u64,
}

impl Ahead<'_> {
    /// Checks `[record]`, `[analysis]` and `[plots]` of an experiment.
    pub(super) fn check(
        &self,
        top: &Fields<'_>,
        plots: &[PlotRequest],
        analysis: Option<&AnalysisRequest>,
    ) -> Result<(), Problem> {
        if let Some(item) = top.get("record") {
            self.windows(&item)?;
            let late = |r: &&neuropil_record::SampledRecording| r.start_step > self.end_step;
            if let Some(late) = self.recordings.samples.iter().find(late) {
                let (path, ms) = (late.path(), self.clock.ms(late.start_step));
                let end_ms = self.clock.ms(self.end_step);
                let what =
                    format!("the first sample of {path} is due at {ms} ms, the end at {end_ms} ms");
                return Err(item.unsupported(what));
            }
        }
        if let Some(item) = top.get("analysis").filter(|_| analysis.is_some()) {
            self.windows(&item)?;
            if let Some(named) = item.fields()?.get("windows") {
                named.fields()?.entries().try_for_each(|(.., item)| self.window(&item))?;
            }
        }
        let Some(pictures) = top.get("plots") else { return Ok(()) };
        for (name, _, item) in pictures.fields()?.entries() {
            let Some(request) = plots.iter().find(|request| request.name == name) else { continue };
            self.windows(&item)?;
            self.data(request, plots, &item)?;
        }
        Ok(())
    }

    /// Looks for windows in a section and the tables within it.
    fn windows(&self, item: &Item<'_>) -> Result<(), Problem> {
        for part in item.items().iter().filter(|part| part.is_table()) {
            for (key, _, inner) in part.fields()?.entries() {
                match key {
                    "window" => self.window(&inner)?,
                    "windows" => {}
                    _ => self.windows(&inner)?,
                }
            }
        }
        Ok(())
    }

    /// A window that has been read without fault; times that differ from copy to copy are passed by.
    fn window(&self, item: &Item<'_>) -> Result<(), Problem> {
        let items = item.items();
        let Some(start) = items.first() else { return Ok(()) };
        let end_ms = self.clock.ms(self.end_step);
        match start.number(self.scope, "ms") {
            Ok(ms) if ms >= end_ms * (1.0 - 1e-12) => Err(start.out_of_range(
                format!("{ms} ms"),
                format!("a time before the end of the simulation at {end_ms} ms"),
            )),
            _ => Ok(()),
        }
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
