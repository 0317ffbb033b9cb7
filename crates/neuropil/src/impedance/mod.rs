//! Input and transfer impedance of a branching cell at rest.
//!
//! The cell of an experiment, without its inputs and connections, rests until it has settled; then
//! two copies receive a small current step, one up and one down. Half their difference is the answer
//! of the linearised cell, with every channel, pump and concentration taking part, and its
//! derivative's Fourier transform is the impedance at every frequency at once
//! ([`neuropil_analysis::impedance`]). Koch (1984), doi:10.1007/BF00317936, on what channels do to it.
//!
//! ```
//! use neuropil::impedance::{Protocol, impedance};
//! use neuropil::experiment::Experiment;
//!
//! let text = r#"
//! [simulation]
//! duration = "1 ms"
//! [cells.ball]
//! morphology = { shape = "cable", length = "20 um", diameter = "20 um" }
//! [[cells.ball.paint]]
//! region = "all"
//! mechanism = "pas"
//! g = "1e-4 S/cm2"
//! e = "-70 mV"
//! "#;
//! let found = impedance(&Experiment::parse(text, "ball.toml")?, &Protocol::default())?;
//! // 1 / (1e-4 S/cm² × 400 π µm²)
//! assert!((found.places[0].steady_mohm - 795.77).abs() < 0.1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod figure;

use std::f64::consts::SQRT_2;

use neuropil_analysis::impedance::{Gain, gain};
use neuropil_cable::{
    CableModel, CableSimulation, CellModel, Electrode, Execution, ModelError, Quantity, RunError,
    Sampling, Waveform,
};
use neuropil_core::names::suggestion;
use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};
use neuropil_morphology::Location;
use neuropil_morphology::region::{Places, SyntaxError};
use thiserror::Error;

use crate::experiment::{Experiment, ExperimentError};
use crate::resolve::origin;

pub use figure::figure;

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Protocol {
    /// Population whose first cell is meant; the first population if absent.
    pub population: Option<String>,
    /// Where the current goes in; the soma if absent.
    pub from: Option<String>,
    /// Where the potential is looked at besides.
    pub to: Vec<String>,
    /// Frequencies `[Hz]`, ≥ 0.
    pub frequencies_hz: Vec<f64>,
    /// Rest before the step `[ms]`.
    pub settle_ms: f64,
    /// Length of the step `[ms]`: at least a period of the lowest frequency.
    pub duration_ms: f64,
    /// Height of the step `[pA]`, up and down: small enough for the cell to be linear.
    pub amplitude_pa: f64,
}

impl Default for Protocol {
    /// 0.5 Hz to 1 kHz in 67 logarithmic steps, 1 pA, half a second of rest, two seconds of current.
    fn default() -> Self {
        Self {
            population: None,
            from: None,
            to: Vec::new(),
            frequencies_hz: (0..=66).map(|k| 0.5 * 10f64.powf(f64::from(k) / 20.0)).collect(),
            settle_ms: 500.0,
            duration_ms: 2000.0,
            amplitude_pa: 1.0,
        }
    }
}

/// What the potential of one place does.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The place as it was asked for, with a number if there are several.
    pub label: String,
    /// Section and fraction.
    pub location: Location,
    /// Potential at rest `[mV]`.
    pub rest_mv: f64,
    /// Impedance at frequency 0 `[MΩ]`: the input resistance where the current goes in.
    pub steady_mohm: f64,
    /// Impedance at each frequency: `[MΩ]` and `[°]`.
    pub gains: Vec<Gain>,
}

impl Place {
    /// Index of the frequency with the largest impedance, if that is not the lowest.
    pub fn resonance(&self) -> Option<usize> {
        let largest = |a: &usize, b: &usize| {
            self.gains[*a].magnitude.total_cmp(&self.gains[*b].magnitude).then(b.cmp(a))
        };
        let k = (0..self.gains.len()).max_by(largest)?;
        (k > 0 && self.gains[k].magnitude > 1.001 * self.steady_mohm).then_some(k)
    }

    /// Where the impedance has fallen to `1/√2` of that at frequency 0 for good `[Hz]`, interpolated.
    pub fn cutoff_hz(&self, frequencies_hz: &[f64]) -> Option<f64> {
        let bound = self.steady_mohm / SQRT_2;
        let above = self.gains.iter().rposition(|gain| gain.magnitude >= bound)?;
        let (high, low) = (self.gains[above].magnitude, self.gains.get(above + 1)?.magnitude);
        let share = (high / bound).ln() / (high / low).ln();
        let (from, to) = (frequencies_hz[above], frequencies_hz[above + 1]);
        Some(from * (to / from).powf(share))
    }
}

/// Impedances of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Impedance {
    /// Name of the population.
    pub name: String,
    /// Frequencies `[Hz]`.
    pub frequencies_hz: Vec<f64>,
    /// Where the current goes in, then the others.
    pub places: Vec<Place>,
    /// What keeps the numbers from being exact.
    pub warnings: Vec<String>,
}

/// Why there are no numbers.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ImpedanceError {
    #[error("{file} describes no branching cell")]
    NoCell { file: String },
    #[error("there is no population \"{name}\"{suggestion}")]
    Population { name: String, suggestion: String },
    #[error("\"{text}\": {source}")]
    Syntax { text: String, source: SyntaxError },
    #[error("\"{text}\": expected {expected}, found {found} places")]
    Count { text: String, expected: &'static str, found: usize },
    #[error("{what} = {found}: expected {expected}")]
    Range { what: &'static str, found: f64, expected: &'static str },
    #[error(
        "the potential of {place} moves by {moved_mv:.3} mV of itself after {settle_ms} ms of rest: \
         the cell is not at rest"
    )]
    Restless { place: String, moved_mv: f64, settle_ms: f64 },
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Measures the impedance of the first cell of a population.
///
/// # Errors
/// [`ImpedanceError`]: faults of the experiment, places that are not on the cell, numbers out of
/// range, a cell that does not come to rest.
pub fn impedance(
    experiment: &Experiment,
    protocol: &Protocol,
) -> Result<Impedance, ImpedanceError> {
    check(protocol)?;
    if !experiment.has_cells() {
        return Err(ImpedanceError::NoCell { file: experiment.path().display().to_string() });
    }
    let setup = experiment.cables()?;
    let population = match &protocol.population {
        None => setup.populations.first(),
        Some(name) => setup.populations.iter().find(|p| p.name == *name),
    };
    let population = population.ok_or_else(|| {
        let name = protocol.population.clone().unwrap_or_default();
        let suggestion = suggestion(&name, setup.populations.iter().map(|p| p.name.as_str()));
        ImpedanceError::Population { name, suggestion }
    })?;
    let cell = setup.model.cell(population.first)?;
    let (labels, locations) = places(cell, protocol)?;
    let mut model = setup.model.emptied();
    for sign in [1.0, -1.0] {
        let copy = model.add(std::sync::Arc::clone(cell));
        let height = sign * 1e-3 * protocol.amplitude_pa;
        let step = Waveform::pulse(height, protocol.settle_ms, f64::INFINITY);
        model.attach(copy, locations[0], Electrode::Current(step))?;
    }
    let answers = answers(&mut model, &locations, protocol)?;
    let mut warnings = Vec::new();
    let mut found = Vec::new();
    for ((label, location), answer) in labels.into_iter().zip(locations).zip(answers) {
        if let Some(remark) = answer.remark(&label, protocol)? {
            warnings.push(remark);
        }
        let at = |f: &f64| gain(&answer.step, model.clock().dt_ms(), *f);
        found.push(Place {
            label,
            location,
            rest_mv: answer.rest_mv,
            steady_mohm: answer.step.last().copied().unwrap_or(0.0),
            gains: protocol.frequencies_hz.iter().map(at).collect(),
        });
    }
    Ok(Impedance {
        name: population.name.clone(),
        frequencies_hz: protocol.frequencies_hz.clone(),
        places: found,
        warnings,
    })
}

fn check(protocol: &Protocol) -> Result<(), ImpedanceError> {
    let ranges = [
        ("settle [ms]", protocol.settle_ms, protocol.settle_ms >= 0.0, "a time of 0 or more"),
        ("duration [ms]", protocol.duration_ms, protocol.duration_ms > 0.0, "a time above 0"),
        ("amplitude [pA]", protocol.amplitude_pa, protocol.amplitude_pa > 0.0, "a current above 0"),
    ];
    let frequencies =
        protocol.frequencies_hz.iter().map(|f| ("frequency [Hz]", *f, *f >= 0.0, "0 or more"));
    for (what, found, fine, expected) in ranges.into_iter().chain(frequencies) {
        if !fine || !found.is_finite() {
            return Err(ImpedanceError::Range { what, found, expected });
        }
    }
    Ok(())
}

/// Labels and places: where the current goes in, then where the potential is looked at besides.
fn places(
    cell: &CellModel,
    protocol: &Protocol,
) -> Result<(Vec<String>, Vec<Location>), ImpedanceError> {
    let find = |text: &str| -> Result<Vec<Location>, ImpedanceError> {
        let wrong = |source| ImpedanceError::Syntax { text: text.into(), source };
        Ok(cell.places(&Places::parse(text).map_err(wrong)?)?)
    };
    let (label, from) = match &protocol.from {
        None => ("soma".to_owned(), origin(cell)),
        Some(text) => match find(text)?[..] {
            [place] => (text.clone(), place),
            ref several => {
                let (text, found) = (text.clone(), several.len());
                return Err(ImpedanceError::Count { text, expected: "exactly one place", found });
            }
        },
    };
    let (mut labels, mut all) = (vec![label], vec![from]);
    for text in &protocol.to {
        let found = find(text)?;
        if found.is_empty() {
            let text = text.clone();
            return Err(ImpedanceError::Count { text, expected: "at least one place", found: 0 });
        }
        let several = found.len() > 1;
        for (k, place) in found.into_iter().enumerate() {
            labels.push(if several { format!("{text} #{k}") } else { text.clone() });
            all.push(place);
        }
    }
    Ok((labels, all))
}

/// What one place does under the step.
struct Answer {
    rest_mv: f64,
    /// Change of potential per current `[MΩ]` from the beginning of the step.
    step: Vec<f64>,
    /// How far the mean of both copies moves: what the cell does of itself `[mV]`.
    moved_mv: f64,
}

impl Answer {
    fn remark(&self, label: &str, protocol: &Protocol) -> Result<Option<String>, ImpedanceError> {
        let (place, settle_ms) = (label.to_owned(), protocol.settle_ms);
        if self.moved_mv > 1.0 {
            return Err(ImpedanceError::Restless { place, moved_mv: self.moved_mv, settle_ms });
        }
        let last = self.step.last().copied().unwrap_or(0.0);
        let before = self.step.get(self.step.len() * 9 / 10).copied().unwrap_or(last);
        let creeping = (last - before).abs() > 1e-3 * last.abs();
        Ok(if creeping {
            let share = 100.0 * ((last - before) / last).abs();
            Some(format!(
                "{place}: the potential still changes by {share:.2} % in the last tenth of the step; \
                 low frequencies want a longer one"
            ))
        } else if self.moved_mv > 1e-2 {
            let moved = self.moved_mv;
            Some(format!("{place}: the potential moves by {moved:.3} mV of itself; rest longer"))
        } else {
            None
        })
    }
}

fn answers(
    model: &mut CableModel,
    locations: &[Location],
    protocol: &Protocol,
) -> Result<Vec<Answer>, ImpedanceError> {
    let mut probes = Vec::new();
    for copy in 0..2 {
        for place in locations {
            probes.push(model.probe(copy, *place, Quantity::Voltage)?);
        }
    }
    let settle = model.clock().nearest(protocol.settle_ms);
    let steps = model.clock().nearest(protocol.duration_ms).max(1);
    let (dt_ms, from_ms) = (model.clock().dt_ms(), model.clock().ms(settle));
    let sampling = Sampling { from_ms, ..Sampling::every(dt_ms) };
    model.record(probes, sampling)?;
    let mut kept = Kept(vec![Vec::with_capacity(steps as usize + 1); 2 * locations.len()]);
    CableSimulation::new(model, Execution::default())?.run_steps(settle + steps, &mut kept)?;
    let half = 0.5e3 / protocol.amplitude_pa;
    let (up, down) = kept.0.split_at(locations.len());
    let answer = |(up, down): (&Vec<f64>, &Vec<f64>)| {
        let rest_mv = up.first().copied().unwrap_or(f64::NAN);
        let middles = up.iter().zip(down).map(|(a, b)| (0.5 * (a + b) - rest_mv).abs());
        Answer {
            rest_mv,
            step: up.iter().zip(down).map(|(a, b)| half * (a - b)).collect(),
            moved_mv: middles.fold(0.0, f64::max),
        }
    };
    Ok(up.iter().zip(down).map(answer).collect())
}

/// Columns of the one recording.
struct Kept(Vec<Vec<f64>>);

impl Observer for Kept {
    fn spikes(&mut self, _: SpikeBlock<'_>) -> Result<(), RecordError> {
        Ok(())
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        for frame in block.values.chunks_exact(self.0.len()) {
            self.0.iter_mut().zip(frame).for_each(|(column, value)| column.push(*value));
        }
        Ok(())
    }
}
