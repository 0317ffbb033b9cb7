//! Pictures of what cells answer to an input, with the numbers behind them.

use std::fmt::Write as _;

use neuropil_analysis::response::{Response, Signal, mean};
use neuropil_plot::kinds::{Curve, Look, Trace, curves, shifted_traces, traces};
use neuropil_plot::{Axis, Color, ColorBar, ColorMap, Mark, Panel, Sign};
use neuropil_record::ResultFile;
use neuropil_record::reader::{SpikeQuery, TraceQuery};

use super::PictureError;
use crate::resolve::{Form, Measure, PlotRequest, Quantity, ResponsePlot, Series};

/// A picture, the table behind it, and what there is to say of it.
pub(super) struct Drawn {
    pub panels: Vec<Panel>,
    /// Comma-separated values; empty for a family, whose numbers are the traces.
    pub table: String,
    /// For people.
    pub remark: String,
}

/// Traces of one series, each of the whole recording.
struct Recorded {
    start_ms: f64,
    step_ms: f64,
    unit: String,
    /// Position in the series, and values.
    traces: Vec<(usize, Vec<f64>)>,
}

impl Recorded {
    fn signal<'a>(&self, values: &'a [f64]) -> Signal<'a> {
        Signal { start_ms: self.start_ms, step_ms: self.step_ms, values }
    }
}

/// One row of the table.
struct Row {
    position: usize,
    x: f64,
    values: Vec<f64>,
}

/// Draws one picture of responses.
pub(super) fn draw(
    result: &ResultFile,
    request: &PlotRequest,
    plot: &ResponsePlot,
) -> Result<Drawn, PictureError> {
    let (panels, table, remark) = match plot.form {
        Form::Family => {
            let (panels, remark) = family(result, request, plot)?;
            (panels, String::new(), remark)
        }
        _ => measured(result, request, plot)?,
    };
    Ok(Drawn { panels, table, remark })
}

fn recorded(
    result: &ResultFile,
    request: &PlotRequest,
    plot: &ResponsePlot,
    series: &Series,
    population: &str,
) -> Result<Recorded, PictureError> {
    let report = result.report(population, &plot.variable)?;
    let found: Vec<(usize, usize)> = series
        .columns
        .iter()
        .enumerate()
        .filter_map(|(k, wanted)| {
            let column = report.columns.iter().position(|column| column == wanted)?;
            Some((k, column))
        })
        .collect();
    let complete = plot.form == Form::Profile || found.len() == series.columns.len();
    if found.is_empty() || !complete {
        let (name, what) = (request.name.clone(), "the variable at these places");
        return Err(PictureError::NotRecorded { name, what });
    }
    let query = TraceQuery::default().columns(found.iter().map(|(_, column)| *column));
    let read = result.traces(population, &plot.variable, &query)?;
    Ok(Recorded {
        start_ms: read.start_ms,
        step_ms: read.step_ms,
        unit: read.unit.clone(),
        traces: found.iter().map(|(k, _)| *k).zip(read.values).collect(),
    })
}

fn baseline(plot: &ResponsePlot, recorded: &Recorded, values: &[f64]) -> f64 {
    let before = |(from, to)| mean(recorded.signal(values).within(from, to).values);
    plot.baseline_ms.map_or(0.0, before)
}

fn response(plot: &ResponsePlot, recorded: &Recorded, values: &[f64]) -> Option<Response> {
    let (from, to) = plot.window_ms;
    let signal = recorded.signal(values).within(from, to);
    Response::of(signal, baseline(plot, recorded, values))
}

fn of_response(quantity: Quantity, found: &Response) -> f64 {
    match quantity {
        Quantity::TimeToPeak => found.time_to_peak_ms,
        Quantity::Rise => found.rise_ms,
        Quantity::HalfWidth => found.half_width_ms,
        Quantity::Area => found.area,
        Quantity::Mean => found.mean,
        Quantity::Deviation => found.std,
        Quantity::Last => found.last,
        _ => found.amplitude,
    }
}

fn of_spikes(quantity: Quantity, times_ms: &[f64], (from, to): (f64, f64)) -> f64 {
    let times: Vec<f64> = times_ms.iter().copied().filter(|t| (from..to).contains(t)).collect();
    let interval = |pair: Option<&[f64]>| pair.map_or(f64::NAN, |p| 1e3 / (p[1] - p[0]));
    match quantity {
        Quantity::Spikes => times.len() as f64,
        Quantity::Latency => times.first().map_or(f64::NAN, |t| t - from),
        Quantity::LastSpike => times.last().copied().unwrap_or(f64::NAN),
        Quantity::FirstRate => interval(times.windows(2).next()),
        Quantity::LastRate => interval(times.windows(2).next_back()),
        _ => times.len() as f64 * 1e3 / (to - from),
    }
}

/// Measures of one series, and the unit of its variable.
fn rows(
    result: &ResultFile,
    request: &PlotRequest,
    plot: &ResponsePlot,
    series: &Series,
) -> Result<(Vec<Row>, String), PictureError> {
    let spiking = plot.measures.iter().any(|measure| measure.quantity.of_spikes());
    let trains = match spiking {
        true => result
            .spikes(&series.population, &SpikeQuery::default())?
            .trains(series.columns.iter().map(|c| c.neuron as usize + 1).max().unwrap_or(0)),
        false => Vec::new(),
    };
    if plot.measures.iter().all(|measure| measure.quantity.of_spikes()) {
        let row = |(position, x): (usize, &f64)| {
            let train = trains.get(series.columns[position].neuron as usize);
            let times = train.map_or(&[][..], Vec::as_slice);
            let value = |m: &Measure| of_spikes(m.quantity, times, plot.window_ms);
            Row { position, x: *x, values: plot.measures.iter().map(value).collect() }
        };
        return Ok((series.x.iter().enumerate().map(row).collect(), String::new()));
    }
    let traces = recorded(result, request, plot, series, &series.population)?;
    let sums = match &series.singles {
        Some(singles) => Some(sums(plot, &recorded(result, request, plot, series, singles)?)),
        None => None,
    };
    let mut rows = Vec::new();
    for (position, values) in &traces.traces {
        let Some(found) = response(plot, &traces, values) else {
            let (name, what) = (request.name.clone(), "values within the window");
            return Err(PictureError::NotRecorded { name, what });
        };
        let train = trains.get(series.columns[*position].neuron as usize);
        let times = train.map_or(&[][..], Vec::as_slice);
        let value = |m: &Measure| match m.quantity.of_spikes() {
            true => of_spikes(m.quantity, times, plot.window_ms),
            false => of_response(m.quantity, &found),
        };
        let x = match &sums {
            Some(sums) => sums.get(*position).copied().unwrap_or(f64::NAN),
            None => series.x[*position],
        };
        let values = plot.measures.iter().map(value).collect();
        rows.push(Row { position: *position, x, values });
    }
    if plot.form == Form::Profile {
        rows.sort_by(|a, b| a.x.total_cmp(&b.x));
    }
    Ok((rows, traces.unit))
}

/// Amplitude of the sum of the first k + 1 single responses, for every k.
fn sums(plot: &ResponsePlot, singles: &Recorded) -> Vec<f64> {
    let mut sum: Vec<f64> = Vec::new();
    let mut amplitudes = Vec::new();
    for (_, values) in &singles.traces {
        let rest = baseline(plot, singles, values);
        sum.resize(values.len(), 0.0);
        sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value - rest);
        let (from, to) = plot.window_ms;
        let signal = singles.signal(&sum).within(from, to);
        amplitudes.push(Response::of(signal, 0.0).map_or(f64::NAN, |found| found.amplitude));
    }
    amplitudes
}

fn measured(
    result: &ResultFile,
    request: &PlotRequest,
    plot: &ResponsePlot,
) -> Result<(Vec<Panel>, String, String), PictureError> {
    let mut all = Vec::new();
    for series in &plot.series {
        all.push(rows(result, request, plot, series)?);
    }
    let unit = all.iter().map(|(_, unit)| unit.clone()).find(|unit| !unit.is_empty());
    let unit = unit.unwrap_or_default();
    let summed = plot.series.iter().any(|series| series.singles.is_some());
    let x_label = match summed {
        true => labelled("sum of the single responses", &unit),
        false => plot.x_label.clone(),
    };
    let headings: Vec<String> =
        plot.measures.iter().map(|m| labelled(&m.label, &m.unit.replace('*', &unit))).collect();
    let axes = Axes { plot, x_label: &x_label, summed };
    // Rates of one series share a panel: its curves are the measures.
    let rates = |m: &Measure| {
        matches!(m.quantity, Quantity::Rate | Quantity::FirstRate | Quantity::LastRate)
    };
    let panels = match plot.series.len() == 1 && plot.measures.iter().all(rates) {
        true => vec![axes.of_rates(&all[0].0)?],
        false => (0..plot.measures.len())
            .map(|m| axes.of_measure(m, &headings[m], &all))
            .collect::<Result<_, _>>()?,
    };
    let (table, mut remark) = tables(request, plot, &all, &x_label, &headings);
    if plot.form == Form::Profile {
        remark = ends(request, plot, &all, &x_label, &headings);
    }
    Ok((panels, table, remark))
}

/// What the panels of a picture share.
struct Axes<'a> {
    plot: &'a ResponsePlot,
    x_label: &'a str,
    summed: bool,
}

impl Axes<'_> {
    fn x(&self) -> Axis {
        let x = Axis::new(self.x_label);
        match (self.plot.log.0, self.summed) {
            (true, _) => x.log(),
            (false, true) => x.including(0.0),
            (false, false) => x,
        }
    }

    /// Sizes are shown from 0 on; what is no size, such as a mean potential, as it is.
    fn y(&self, label: &str, quantity: Quantity) -> Axis {
        let y = Axis::new(label);
        if matches!(quantity, Quantity::Mean | Quantity::Last) && self.plot.baseline_ms.is_none() {
            return y;
        }
        match (self.plot.log.1, self.plot.form) {
            (true, _) => y.log(),
            (false, Form::Curves) => y.including(0.0),
            (false, _) => y,
        }
    }

    fn of_rates(&self, rows: &[Row]) -> Result<Panel, PictureError> {
        let lists: Vec<_> = (0..self.plot.measures.len()).map(|m| finite(rows, m)).collect();
        let several = lists.len() > 1;
        let drawn: Vec<Curve<'_>> = lists
            .iter()
            .zip(&self.plot.measures)
            .enumerate()
            .map(|(m, ((x, y), measure))| {
                let label = if several { measure.label.as_str() } else { "" };
                Curve::new(label, x, y, Color::nth(m)).look(Look::JoinedDiscs)
            })
            .collect();
        let label = if several { "rate" } else { self.plot.measures[0].label.as_str() };
        Ok(curves(&drawn, self.x(), self.y(&labelled(label, "spikes/s"), Quantity::Rate))?)
    }

    fn of_measure(
        &self,
        m: usize,
        heading: &str,
        all: &[(Vec<Row>, String)],
    ) -> Result<Panel, PictureError> {
        let series = &self.plot.series;
        let lists: Vec<_> = all.iter().map(|(rows, _)| finite(rows, m)).collect();
        let look = |k: usize| match (self.plot.form, series[k].joined) {
            (Form::Profile, true) => Look::Line,
            (Form::Profile, false) => Look::Discs,
            _ => Look::JoinedDiscs,
        };
        // Lines of a profile lie over its dots.
        let mut order: Vec<usize> = (0..series.len()).collect();
        order.sort_by_key(|k| look(*k) == Look::Line);
        let explained = m == 0 && series.len() > 1;
        let over_dots = (0..series.len()).any(|k| look(k) != Look::Line);
        let curve = |k: usize| {
            let color = match look(k) {
                Look::Line if over_dots => Color::BLACK,
                _ => Color::nth(k),
            };
            let label = if explained { series[k].label.as_str() } else { "" };
            Curve::new(label, &lists[k].0, &lists[k].1, color).look(look(k))
        };
        let drawn: Vec<Curve<'_>> = order.into_iter().map(curve).collect();
        let mut panel = curves(&drawn, self.x(), self.y(heading, self.plot.measures[m].quantity))?;
        if self.plot.measures.len() > 1 {
            panel = panel.height(130.0);
        }
        if self.summed && self.plot.measures[m].quantity == Quantity::Amplitude {
            let ends = lists.iter().flat_map(|(x, _)| x.iter().copied());
            let end = ends.fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a });
            panel = panel.with(Mark::dashed(&[0.0, end], &[0.0, end], Color::GREY)).explained(
                "linear sum",
                Color::GREY,
                Sign::Dashes,
            );
        }
        Ok(panel)
    }
}

/// Where a measure was found: x and y.
fn finite(rows: &[Row], m: usize) -> (Vec<f64>, Vec<f64>) {
    let shown = |row: &&Row| row.values[m].is_finite() && row.x.is_finite();
    rows.iter().filter(shown).map(|row| (row.x, row.values[m])).unzip()
}

fn labelled(label: &str, unit: &str) -> String {
    let unit = unit.replace("cm2", "cm²").replace("um", "µm");
    if unit.is_empty() { label.to_owned() } else { format!("{label} ({unit})") }
}

/// A profile in words: its nearest and its farthest compartment.
fn ends(
    request: &PlotRequest,
    plot: &ResponsePlot,
    all: &[(Vec<Row>, String)],
    x_label: &str,
    headings: &[String],
) -> String {
    let mut text = request.name.clone();
    for (series, (rows, _)) in plot.series.iter().zip(all) {
        for (m, heading) in headings.iter().enumerate() {
            if let (Some(near), Some(far)) = (rows.first(), rows.last()) {
                let _ = write!(
                    text,
                    "\n  {}, {} compartments, {heading}: {:.4} at {:.4}, {:.4} at {:.4} {x_label}",
                    series.label,
                    rows.len(),
                    near.values[m],
                    near.x,
                    far.values[m],
                    far.x
                );
            }
        }
    }
    text
}

/// Most rows that are shown to people.
const SHOWN: usize = 60;

/// As comma-separated values, and as columns for people.
fn tables(
    request: &PlotRequest,
    plot: &ResponsePlot,
    all: &[(Vec<Row>, String)],
    x_label: &str,
    headings: &[String],
) -> (String, String) {
    let quoted = |text: &str| match text.contains([',', '"']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let mut csv = format!("series,cell,compartment,{}", quoted(x_label));
    headings.iter().for_each(|heading| {
        let _ = write!(csv, ",{}", quoted(heading));
    });
    csv.push('\n');
    let widest = plot.series.iter().map(|s| s.label.chars().count()).max().unwrap_or(0).max(6);
    let width = |text: &str| text.chars().count().max(9);
    let mut text = request.name.clone();
    let mut head = format!("\n  {:<widest$}  {x_label:>w$}", "series", w = width(x_label));
    for heading in headings {
        let _ = write!(head, "  {heading:>w$}", w = width(heading));
    }
    text.push_str(&head);
    let mut shown = 0;
    for (series, (rows, _)) in plot.series.iter().zip(all) {
        for row in rows {
            let column = series.columns[row.position];
            let _ = write!(csv, "{},{},{}", quoted(&series.label), column.neuron, column.element);
            for value in std::iter::once(&row.x).chain(&row.values) {
                let _ = write!(csv, ",{value}");
            }
            csv.push('\n');
            shown += 1;
            if shown > SHOWN {
                continue;
            }
            let _ =
                write!(text, "\n  {:<widest$}  {:>w$.4}", series.label, row.x, w = width(x_label));
            for (value, heading) in row.values.iter().zip(headings) {
                let _ = match value.is_nan() {
                    true => write!(text, "  {:>w$}", "–", w = width(heading)),
                    false => write!(text, "  {value:>w$.4}", w = width(heading)),
                };
            }
        }
    }
    if shown > SHOWN {
        let _ = write!(text, "\n  … {} rows in all", shown);
    }
    (csv, text)
}

/// Traces of each series over (or above) each other, coloured by what they stand for.
fn family(
    result: &ResultFile,
    request: &PlotRequest,
    plot: &ResponsePlot,
) -> Result<(Vec<Panel>, String), PictureError> {
    let (mut panels, mut remarks) = (Vec::new(), Vec::new());
    let (from, to) = plot.window_ms;
    for series in &plot.series {
        let read = recorded(result, request, plot, series, &series.population)?;
        let low = series.x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = series.x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let color = |x: f64| match high > low {
            // The palest end is lost on white.
            true => ColorMap::Viridis.at(0.88 * (x - low) / (high - low)),
            false => Color::BLUE,
        };
        let signals: Vec<Signal<'_>> =
            read.traces.iter().map(|(_, values)| read.signal(values).within(from, to)).collect();
        let lines: Vec<Trace<'_>> = signals
            .iter()
            .zip(&read.traces)
            .map(|(signal, (k, _))| Trace {
                label: "",
                start_ms: signal.start_ms,
                step_ms: signal.step_ms,
                values: signal.values,
                color: color(series.x[*k]),
            })
            .collect();
        let quantity = match plot.variable.as_str() {
            "v" => "V",
            variable => variable,
        };
        let mut panel = match plot.shift {
            Some(shift) => shifted(&lines, series, shift, &read.unit, plot),
            None => traces(&lines, &labelled(quantity, &read.unit)).height(150.0),
        };
        if high > low && plot.shift.is_none() {
            let (label, map) = (plot.x_label.clone(), ColorMap::Viridis);
            panel.color_bar =
                Some(ColorBar { label, map, range: (low, low + (high - low) / 0.88) });
        }
        if plot.series.len() > 1 {
            panel = panel.titled(&series.label);
        }
        if let (Some((times, values)), Some(signal)) = (&series.reference, signals.first()) {
            panel = panel.with(Mark::dashed(times, values, Color::BLACK)).explained(
                "reference",
                Color::BLACK,
                Sign::Dashes,
            );
            remarks.push(compared(request, series, signal, times, values, &read.unit));
        }
        panels.push(panel);
    }
    Ok((panels, remarks.join("\n")))
}

fn shifted(
    lines: &[Trace<'_>],
    series: &Series,
    shift: f64,
    unit: &str,
    plot: &ResponsePlot,
) -> Panel {
    let mut panel = shifted_traces(lines, shift, 50.0, unit);
    panel.note.clone_from(&plot.x_label);
    for (k, (line, x)) in lines.iter().zip(&series.x).enumerate() {
        let first = line.values.first().copied().unwrap_or(0.0);
        panel = panel.with(Mark::Text {
            x: line.start_ms,
            y: first + k as f64 * shift + 0.3 * shift,
            text: format!("{x:.3}").trim_end_matches('0').trim_end_matches('.').to_owned(),
            color: line.color,
            centred: false,
        });
    }
    panel
}

/// How far a trace is from its reference, in words.
fn compared(
    request: &PlotRequest,
    series: &Series,
    signal: &Signal<'_>,
    times: &[f64],
    values: &[f64],
    unit: &str,
) -> String {
    let at = |ms: f64| {
        let position = (ms - signal.start_ms) / signal.step_ms;
        let below = position.floor().max(0.0) as usize;
        let share = position - below as f64;
        let next = signal.values.get(below + usize::from(share > 1e-9))?;
        Some((1.0 - share) * signal.values.get(below)? + share * next)
    };
    let found: Vec<(f64, f64, f64)> = times
        .iter()
        .zip(values)
        .filter(|(ms, _)| **ms >= signal.start_ms - 1e-9)
        .filter_map(|(ms, value)| Some((*ms, *value, at(*ms)? - value)))
        .collect();
    let worst = found.iter().copied().max_by(|a, b| a.2.abs().total_cmp(&b.2.abs()));
    let Some((ms, _, deviation)) = worst else {
        return format!("{}: no value of the reference lies within the window", request.name);
    };
    let range = |list: &mut dyn Iterator<Item = f64>| {
        list.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)))
    };
    let (low, high) = range(&mut found.iter().map(|f| f.1));
    let rms = (found.iter().map(|f| f.2 * f.2).sum::<f64>() / found.len() as f64).sqrt();
    format!(
        "{}, {}: {} values of the reference, rms deviation {:.4} % of its range, largest {deviation:.6} \
         {unit} at {ms} ms",
        request.name,
        series.label,
        found.len(),
        100.0 * rms / (high - low),
    )
}
