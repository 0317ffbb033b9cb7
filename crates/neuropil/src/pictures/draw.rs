//! From a result to a figure.

use neuropil_plot::{Figure, Panel};
use neuropil_record::ResultFile;

use super::{PictureError, connectivity, distributions, inputs, rhythms, spikes, states};
use crate::resolve::{PlotKind, PlotRequest};

/// px of 1/96 inch in a millimetre.
const PX_PER_MM: f64 = 96.0 / 25.4;

/// A width for one panel whose axes are not time.
const SINGLE: f64 = 430.0;

/// The panels of one picture.
pub(super) struct Parts {
    pub panels: Vec<Panel>,
    /// Whether they are above each other over the same axis.
    pub stacked: bool,
}

/// Draws one picture; panels may be of kinds, not of other pictures.
///
/// # Errors
/// As [`draw_among`].
pub fn draw(result: &ResultFile, request: &PlotRequest) -> Result<Figure, PictureError> {
    draw_among(result, request, &[])
}

/// Draws one picture, whose panels may be others of `all`.
///
/// # Errors
/// [`PictureError::NotRecorded`], [`PictureError::Population`] and [`PictureError::Variable`] if the
/// result has no such data; [`PictureError::NoShape`] and [`PictureError::OfScan`] for pictures that
/// need more than a result.
pub fn draw_among(
    result: &ResultFile,
    request: &PlotRequest,
    all: &[PlotRequest],
) -> Result<Figure, PictureError> {
    let figure = match request.kind {
        PlotKind::Panels => together(result, request, all)?,
        kind if kind.of_vision() => {
            let rows = super::vision::panels(result, request)?;
            let columns = rows.iter().map(Vec::len).max().unwrap_or(1);
            Figure::grid(rows).width(super::vision::width(columns))
        }
        _ => {
            let Parts { panels, stacked } = parts(result, request)?;
            let timed = stacked || matches!(request.kind, PlotKind::Spectrogram);
            let figure = match stacked {
                true => Figure::stack(panels),
                false => Figure::grid(panels.into_iter().map(|panel| vec![panel]).collect()),
            };
            if timed { figure } else { figure.width(SINGLE) }
        }
    };
    let figure = match request.width_mm {
        Some(mm) => figure.width(mm * PX_PER_MM),
        None => figure,
    };
    Ok(if request.title.is_empty() { figure } else { figure.titled(&request.title) })
}

fn parts(result: &ResultFile, request: &PlotRequest) -> Result<Parts, PictureError> {
    let stack = |panels| Parts { panels, stacked: true };
    let apart = |panels| Parts { panels, stacked: false };
    let name = || request.name.clone();
    Ok(match request.kind {
        PlotKind::Raster => stack(spikes::raster(result, request)?),
        PlotKind::Rates => stack(vec![spikes::rates(result, request)?]),
        PlotKind::Traces => stack(states::traces(result, request)?),
        PlotKind::Inputs => stack(inputs::over_time(result, request)?),
        PlotKind::Activity => stack(activity(result, request)?),
        PlotKind::Histogram => apart(distributions::histogram(result, request)?),
        PlotKind::Correlations => apart(vec![distributions::correlations(result, request)?]),
        PlotKind::Spectrum => apart(rhythms::spectrum(result, request)?),
        PlotKind::Spectrogram => stack(rhythms::spectrogram(result, request)?),
        PlotKind::Autocorrelation => apart(rhythms::autocorrelation(result, request)?),
        PlotKind::CrossCorrelation => apart(vec![rhythms::cross_correlation(result, request)?]),
        PlotKind::Balance => apart(inputs::balance(result, request)?),
        PlotKind::Phase => apart(states::phase(result, request)?),
        PlotKind::Connectivity => apart(vec![connectivity::matrix_of(result, request)?]),
        PlotKind::Response | PlotKind::Family | PlotKind::Profile => match &request.responses {
            Some(plot) => stack(super::responses::draw(result, request, plot)?.panels),
            None => {
                let (name, what) = (name(), "responses to draw");
                return Err(PictureError::NotRecorded { name, what });
            }
        },
        PlotKind::Stimulus
        | PlotKind::ReceptiveFields
        | PlotKind::Tuning
        | PlotKind::SpikeTriggeredAverage => {
            apart(super::vision::panels(result, request)?.concat())
        }
        PlotKind::Morphology => return Err(PictureError::NoShape { name: name() }),
        PlotKind::Panels => return Err(PictureError::Nested { name: name() }),
        kind @ (PlotKind::ScanCurve | PlotKind::ScanMap) => {
            return Err(PictureError::OfScan { name: name(), kind: kind.name() });
        }
    })
}

/// Spikes, potentials (of each population two neurons, unless more are asked for) and rates over
/// the same time, as far as they were recorded.
fn activity(result: &ResultFile, request: &PlotRequest) -> Result<Vec<Panel>, PictureError> {
    let mut panels = Vec::new();
    if let [raster, ..] = &spikes::raster(result, request)?[..] {
        panels.push(raster.clone().height(150.0));
    }
    let mut potentials = PlotRequest { neurons: Some(2), ..request.clone() };
    let recorded = |name: &str| result.reports().iter().any(|report| report.variable == name);
    if potentials.variables.is_empty() {
        let names = ["V_m", "v"].into_iter().filter(|name| recorded(name));
        potentials.variables = names.map(String::from).collect();
    }
    match states::traces(result, &potentials) {
        Ok(traces) => panels.extend(traces.into_iter().map(|panel| panel.height(70.0))),
        Err(PictureError::NotRecorded { .. }) => {}
        Err(other) => return Err(other),
    }
    let smooth_ms = request.smooth_ms.or(request.bin_ms.is_none().then_some(5.0));
    let rates = spikes::rates(result, &PlotRequest { smooth_ms, ..request.clone() })?;
    panels.push(rates.height(90.0));
    Ok(panels)
}

/// Several pictures in one: rows of pictures by name or kind. A picture that is alone in its row has
/// all its panels there; beside others it has its first.
fn together(
    result: &ResultFile,
    request: &PlotRequest,
    all: &[PlotRequest],
) -> Result<Figure, PictureError> {
    let mut rows: Vec<Vec<Panel>> = Vec::new();
    let mut stacked = true;
    for row in &request.panels {
        let mut cells = Vec::new();
        for name in row {
            let asked = match all.iter().find(|other| other.name == *name) {
                Some(asked) => asked.clone(),
                None => match PlotKind::named(name) {
                    Some(kind) => PlotRequest::new(name, kind),
                    None => return Err(PictureError::NoPicture { name: name.clone() }),
                },
            };
            let mut parts = parts(result, &asked)?;
            if let [first, ..] = &mut parts.panels[..]
                && first.title.is_empty()
            {
                first.title.clone_from(&asked.title);
            }
            stacked &= parts.stacked;
            let last = parts.panels.len().saturating_sub(1);
            if parts.stacked {
                // The axis that they share is named once.
                parts.panels.iter_mut().take(last).for_each(|panel| panel.x.label.clear());
            }
            cells.push(parts.panels);
        }
        match <[Vec<Panel>; 1]>::try_from(cells) {
            Ok([alone]) => rows.extend(alone.into_iter().map(|panel| vec![panel])),
            Err(cells) => {
                stacked = false;
                rows.push(
                    cells.into_iter().filter_map(|panels| panels.into_iter().next()).collect(),
                );
            }
        }
    }
    let figure = match stacked {
        true => Figure::stack(rows.into_iter().flatten().collect()),
        false => Figure::grid(rows),
    };
    Ok(if request.letters { figure.lettered() } else { figure })
}
