//! Excitatory and inhibitory inputs: over time, and in balance.

use neuropil_analysis::balance::currents;
use neuropil_analysis::descriptive::{mean, moments};
use neuropil_analysis::membrane::{SpikeRemoval, Trace as Signal};
use neuropil_plot::kinds::{BarGroup, Trace, bars, traces as lines_of};
use neuropil_plot::{Color, Panel};
use neuropil_record::ResultFile;
use neuropil_record::reader::{Report, Traces};

use super::PictureError;
use super::data::{chosen, spikes_of, traces};
use crate::resolve::PlotRequest;

/// The sampled variables that are an excitatory and an inhibitory input.
const PAIRS: [(&str, &str, &str); 2] =
    [("I_ex", "I_in", "synaptic current"), ("g_ex", "g_in", "synaptic conductance")];

/// Both inputs of one population.
struct Both<'a> {
    population: &'a str,
    unit: &'a str,
    what: &'static str,
    ex: Traces,
    inh: Traces,
}

/// Both inputs of every population asked for, currents and conductances.
fn both<'a>(
    result: &'a ResultFile,
    request: &PlotRequest,
    columns: usize,
) -> Result<Vec<Both<'a>>, PictureError> {
    let reports = chosen(result.reports(), |r| &r.population, request, "inputs")?;
    let asked = |name: &str| {
        request.variables.is_empty() || request.variables.iter().any(|other| other == name)
    };
    let mut found = Vec::new();
    for (ex_name, in_name, what) in PAIRS.iter().filter(|(ex, ..)| asked(ex)) {
        for ex in reports.iter().filter(|report| report.variable == *ex_name) {
            let with = |r: &&&Report| r.population == ex.population && r.variable == *in_name;
            let Some(inh) = reports.iter().find(with) else { continue };
            found.push(Both {
                population: &ex.population,
                unit: &ex.unit,
                what,
                ex: traces(result, ex, request, columns)?,
                inh: traces(result, inh, request, columns)?,
            });
        }
    }
    match found.is_empty() {
        true => {
            let (name, what) = (request.name.clone(), "I_ex and I_in, or g_ex and g_in,");
            Err(PictureError::NotRecorded { name, what })
        }
        false => Ok(found),
    }
}

/// One panel for each neuron shown (one of every population, unless more are asked for): excitation
/// blue, inhibition red; of currents, also the sum of both in grey.
pub(super) fn over_time(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Vec<Panel>, PictureError> {
    let mut panels = Vec::new();
    for both in both(result, request, request.neurons.unwrap_or(1))? {
        for ((e, i), column) in both.ex.values.iter().zip(&both.inh.values).zip(&both.ex.columns) {
            let sum: Vec<f64> = e.iter().zip(i).map(|(e, i)| e + i).collect();
            let line = |label, values, color| Trace {
                label,
                start_ms: both.ex.start_ms,
                step_ms: both.ex.step_ms,
                values,
                color,
            };
            let mut lines = vec![
                line("excitatory", e.as_slice(), Color::BLUE),
                line("inhibitory", i.as_slice(), Color::RED),
            ];
            if both.what.ends_with("current") {
                lines.push(line("sum", sum.as_slice(), Color::GREY));
            }
            let mut panel = lines_of(&lines, &format!("{} ({})", both.what, both.unit));
            if !panels.is_empty() {
                panel.legend.clear();
            }
            panels.push(panel.titled(format!("{} {}", both.population, column.neuron)));
        }
    }
    Ok(panels)
}

/// Mean of both inputs over time, mean and SD over neurons, for every population: a panel for
/// currents and one for conductances. Inhibition counts by its size.
pub(super) fn balance(
    result: &ResultFile,
    request: &PlotRequest,
) -> Result<Vec<Panel>, PictureError> {
    let all = both(result, request, usize::MAX)?;
    let mut panels = Vec::new();
    for (_, _, what) in PAIRS {
        let of: Vec<&Both<'_>> = all.iter().filter(|both| both.what == what).collect();
        let Some(first) = of.first() else { continue };
        let mut heights = [Vec::new(), Vec::new()];
        let mut spreads = [Vec::new(), Vec::new()];
        for both in &of {
            let means = means(result, both)?;
            for (k, (height, spread)) in heights.iter_mut().zip(&mut spreads).enumerate() {
                let values: Vec<f64> = means.iter().map(|pair| pair[k].abs()).collect();
                let moments = moments(&values);
                height.push(moments.map_or(f64::NAN, |m| m.mean));
                spread.push(moments.map_or(f64::NAN, |m| m.sd));
            }
        }
        let names: Vec<&str> = of.iter().map(|both| both.population).collect();
        let group = |label, k: usize, color| BarGroup {
            label,
            values: &heights[k],
            errors: Some(&spreads[k]),
            color,
        };
        let groups = [group("excitatory", 0, Color::BLUE), group("inhibitory", 1, Color::RED)];
        let mut panel = bars(&names, &groups, &format!("{what} ({})", first.unit))?;
        panel.note = "mean ± SD over neurons".into();
        panels.push(panel);
    }
    Ok(panels)
}

/// Means over time of both inputs of every neuron; of currents without the time around spikes.
fn means(result: &ResultFile, both: &Both<'_>) -> Result<Vec<[f64; 2]>, PictureError> {
    let mut found = Vec::new();
    for ((e, i), column) in both.ex.values.iter().zip(&both.inh.values).zip(&both.ex.columns) {
        if !both.what.ends_with("current") {
            found.extend(mean(e).zip(mean(i)).map(|(e, i)| [e, i]));
            continue;
        }
        let spikes_ms = spikes_of(result, both.population, column.neuron)?;
        let signal = Signal { values: e, start_ms: both.ex.start_ms, dt_ms: both.ex.step_ms };
        // A neuron whose spikes leave nothing is left out.
        let balance = currents(signal, i, &spikes_ms, SpikeRemoval::default());
        found.extend(balance.map(|balance| [balance.excitatory_pa, balance.inhibitory_pa]));
    }
    Ok(found)
}
