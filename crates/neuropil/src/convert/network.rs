//! From a flat dictionary to a network: who there is, who projects to whom, what drives them.

use super::ConvertError;
use super::literal::{Dictionary, Literal};
use super::reading::{Reading, shown};
use super::space::Space;

/// A recurrent population.
#[derive(Debug, Clone)]
pub(super) struct Population {
    pub name: String,
    pub size: f64,
    /// Our names, values, units.
    pub parameters: Vec<(&'static str, f64, &'static str)>,
    /// Amplitude `[pA]`, frequency `[Hz]` and onset `[ms]` of an intrinsic oscillation.
    pub oscillation: Option<[f64; 3]>,
}

/// A projection.
#[derive(Debug, Clone)]
pub(super) struct Projection {
    pub source: String,
    pub target: String,
    pub probability: f64,
    pub source_size: f64,
    pub quantum: f64,
    pub release: f64,
    pub inhibitory: bool,
    pub space: Option<Space>,
}

/// Rate of an afferent population.
#[derive(Debug, Clone)]
pub(super) enum Drive {
    Constant(f64),
    /// Onset, baseline, length, size, smoothing.
    Staircase([f64; 5]),
    Samples(Vec<f64>),
}

/// An afferent population.
#[derive(Debug, Clone)]
pub(super) struct Afferent {
    pub name: String,
    pub drive: Drive,
}

/// Everything that the dictionary says.
#[derive(Debug, Clone)]
pub(super) struct Network {
    pub dt: f64,
    pub duration: f64,
    pub seed: f64,
    pub populations: Vec<Population>,
    pub afferents: Vec<Afferent>,
    /// Between recurrent populations, and from afferents.
    pub projections: Vec<Projection>,
    pub notes: Vec<String>,
}

/// Our parameter for the ending of a key of a cell, with its unit.
const CELL: &[(&str, &str, &str)] = &[
    ("Gl", "g_L", "nS"),
    ("Cm", "C_m", "pF"),
    ("El", "E_L", "mV"),
    ("Vthre", "V_th", "mV"),
    ("Vreset", "V_reset", "mV"),
    ("Trefrac", "t_ref", "ms"),
    ("deltaV", "Delta_T", "mV"),
    ("a", "a", "nS"),
    ("b", "b", "pA"),
    ("tauw", "tau_w", "ms"),
];

/// Reads a network.
pub(super) fn read(dictionary: &Dictionary) -> Result<Network, ConvertError> {
    let mut reading =
        Reading { dictionary, used: vec![false; dictionary.len()], notes: Vec::new() };
    let (recurrent, afferent) = reading.names()?;
    let mut populations = Vec::new();
    for name in &recurrent {
        populations.push(reading.population(name, &recurrent, &afferent)?);
    }
    let mut projections = Vec::new();
    for source in recurrent.iter().chain(&afferent) {
        for target in &recurrent {
            let from_outside = afferent.contains(source);
            projections.extend(reading.projection(source, target, from_outside)?);
        }
    }
    let afferents = afferent
        .iter()
        .map(|name| {
            let drive = reading.drive(name)?;
            Ok(Afferent { name: name.clone(), drive })
        })
        .collect::<Result<_, ConvertError>>()?;
    let dt = reading.number("dt")?.unwrap_or(0.1);
    let duration = match reading.number("tstop")? {
        Some(duration) => duration,
        None => {
            reading.notes.push("tstop is missing: the duration is 1 s".into());
            1000.0
        }
    };
    let seed = reading.number("SEED")?.unwrap_or(1.0);
    reading.leftover(&recurrent);
    Ok(Network { dt, duration, seed, populations, afferents, projections, notes: reading.notes })
}

impl Reading<'_> {
    /// Names of recurrent and of afferent populations: all that have a size, recurrent if they have
    /// a leak.
    fn names(&self) -> Result<(Vec<String>, Vec<String>), ConvertError> {
        let (mut recurrent, mut afferent) = (Vec::new(), Vec::new());
        for (key, _) in self.dictionary {
            let Some(name) = key.strip_prefix("N_").filter(|name| *name != "SEED") else {
                continue;
            };
            if name.contains(char::is_whitespace) {
                continue;
            }
            let list = if self.place(&format!("{name}_Gl")).is_some() {
                &mut recurrent
            } else {
                &mut afferent
            };
            list.push(name.to_owned());
        }
        if recurrent.is_empty() {
            return Err(ConvertError::NoPopulation);
        }
        Ok((recurrent, afferent))
    }

    fn population(
        &mut self,
        name: &str,
        recurrent: &[String],
        afferent: &[String],
    ) -> Result<Population, ConvertError> {
        let size = self.need(&format!("N_{name}"), "every population")?;
        if size < 1.0 || size.fract() != 0.0 {
            let (key, found) = (format!("N_{name}"), size.to_string());
            return Err(ConvertError::Value { key, found, expected: "a whole number of neurons" });
        }
        let mut parameters = Vec::new();
        for (ending, ours, unit) in CELL {
            let key = format!("{name}_{ending}");
            let value = match *ending {
                // absent in legacy files: no exponential, no adaptation
                "deltaV" => match self.number(&format!("{name}_delta_v"))? {
                    Some(legacy) => Some(self.number(&key)?.unwrap_or(legacy)),
                    None => Some(self.number(&key)?.unwrap_or(0.0)),
                },
                "a" | "b" => Some(self.number(&key)?.unwrap_or(0.0)),
                "tauw" => self.number(&key)?,
                _ => Some(self.need(&key, &format!("population {name}"))?),
            };
            if let Some(value) = value {
                parameters.push((*ours, value, *unit));
            }
        }
        let value =
            |wanted: &str| parameters.iter().find(|(name, ..)| *name == wanted).map(|p| p.1);
        if value("a") == Some(0.0) && value("b") == Some(0.0) {
            parameters.retain(|(name, ..)| *name != "tau_w"); // of no effect
        }
        for (inhibitory, e, tau) in [(false, "E_ex", "tau_syn_ex"), (true, "E_in", "tau_syn_in")] {
            let sources = recurrent.iter().chain(afferent);
            let mut found: Option<(String, [f64; 3])> = None;
            for source in sources.filter(|source| inhibits(source) == inhibitory) {
                let key = format!("p_{source}_{name}");
                if self.number(&key)?.is_none_or(|p| p <= 0.0) {
                    continue;
                }
                let [reversal, decay] = self.kind(source, inhibitory)?;
                let kind = [reversal, decay, self.share(source, name)?];
                match &found {
                    None => found = Some((source.clone(), kind)),
                    Some((other, values)) => {
                        let whats = [("Erev", ""), ("Tsyn", ""), ("alpha", name)];
                        for (k, (what, of)) in whats.into_iter().enumerate() {
                            if kind[k] != values[k] {
                                let key = |source: &str| match of {
                                    "" => format!("{what}_{source}"),
                                    of => format!("{what}_{source}_{of}"),
                                };
                                return Err(ConvertError::Kinds {
                                    key: key(source),
                                    value: kind[k],
                                    other: key(other),
                                    other_value: values[k],
                                });
                            }
                        }
                    }
                }
            }
            if let Some((_, [reversal, decay, share])) = found {
                parameters.push((e, reversal, "mV"));
                parameters.push((tau, decay, "ms"));
                if share < 1.0 {
                    parameters.push((if inhibitory { "alpha_in" } else { "alpha_ex" }, share, ""));
                }
            }
        }
        if parameters.iter().any(|(name, ..)| name.starts_with("alpha_"))
            && let Some(reference) = self.number("V0")?
        {
            parameters.push(("V_ref", reference, "mV"));
        }
        let amplitude = self.number(&format!("{name}_Ioscill_amp"))?;
        let frequency = self.number(&format!("{name}_Ioscill_freq"))?;
        let onset = self.number(&format!("{name}_Ioscill_onset"))?.unwrap_or(0.0);
        let oscillation = match (amplitude, frequency) {
            (Some(amplitude), Some(frequency)) => Some([amplitude, frequency, onset]),
            (Some(amplitude), None) => {
                return Err(ConvertError::Unpaired {
                    key: format!("{name}_Ioscill_amp"),
                    value: amplitude,
                    partner: format!("{name}_Ioscill_freq"),
                });
            }
            _ => None,
        };
        if !inhibits(name) && !name.contains("Exc") {
            let what = "has neither Exc nor Inh in its name: taken as excitatory";
            self.notes.push(format!("{name} {what}"));
        }
        Ok(Population { name: name.into(), size, parameters, oscillation })
    }

    /// Reversal potential and decay time of the synapses of a source.
    fn kind(&mut self, source: &str, inhibitory: bool) -> Result<[f64; 2], ConvertError> {
        let class = if inhibitory { "Inh" } else { "Exc" };
        let legacy = if inhibitory { ["Ei", "Tsi"] } else { ["Ee", "Tse"] };
        let mut values = [0.0; 2];
        for (k, what) in ["Erev", "Tsyn"].into_iter().enumerate() {
            let own = self.number(&format!("{what}_{source}"))?;
            let of_class = self.number(&format!("{what}_{class}"))?;
            let of_old = self.number(legacy[k])?;
            let key = format!("{what}_{class}");
            values[k] = own.or(of_class).or(of_old).ok_or_else(|| ConvertError::Missing {
                key: key.clone(),
                needed_by: format!("the synapses of {source}"),
            })?;
            if own.is_none() && of_class.is_none() {
                let note = format!("{} is a legacy key: taken as {key}", legacy[k]);
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
            }
        }
        Ok(values)
    }

    /// Share of conductance of the synapses of a projection; without `V0` the package takes none.
    fn share(&mut self, source: &str, target: &str) -> Result<f64, ConvertError> {
        let key = format!("alpha_{source}_{target}");
        let Some(share) = self.number(&key)? else { return Ok(1.0) };
        if !(0.0..=1.0).contains(&share) {
            let (found, expected) = (share.to_string(), "a share from 0 to 1");
            return Err(ConvertError::Value { key, found, expected });
        }
        if self.place("V0").is_none() {
            self.notes.push(format!("{key} has no effect without V0: taken as 1"));
            return Ok(1.0);
        }
        Ok(share)
    }

    fn projection(
        &mut self,
        source: &str,
        target: &str,
        afferent: bool,
    ) -> Result<Option<Projection>, ConvertError> {
        let key = |what: &str| format!("{what}_{source}_{target}");
        let probability = self.number(&key("p"))?;
        let quantum = self.number(&key("Q"))?;
        let release = self.number(&key("psyn"))?.unwrap_or(1.0);
        let source_size = self.need(&format!("N_{source}"), "every projection")?;
        let space = self.space(source, target, afferent)?;
        match (probability, quantum) {
            (None | Some(0.0), None | Some(_)) => Ok(None),
            (Some(value), None) => {
                Err(ConvertError::Unpaired { key: key("p"), value, partner: key("Q") })
            }
            (Some(probability), Some(_)) if !(0.0..=1.0).contains(&probability) => {
                let found = probability.to_string();
                let expected = "a probability from 0 to 1";
                Err(ConvertError::Value { key: key("p"), found, expected })
            }
            (Some(probability), Some(quantum)) => Ok(Some(Projection {
                source: source.into(),
                target: target.into(),
                probability,
                source_size,
                quantum,
                release,
                inhibitory: inhibits(source),
                space,
            })),
        }
    }

    fn drive(&mut self, name: &str) -> Result<Drive, ConvertError> {
        let constant = self.number(&format!("F_{name}"))?;
        let step = |what: &str| format!("{name}_IncreasingStep_{what}");
        if let Some(size) = self.number(&step("size"))? {
            let onset = self.need(&step("onset"), &step("size"))?;
            let baseline = self.number(&step("baseline"))?.unwrap_or(0.0);
            let length = self.need(&step("length"), &step("size"))?;
            let smoothing = self.number(&step("smoothing"))?.unwrap_or(0.0);
            if let Some(rate) = constant {
                let what = "has no effect beside the staircase";
                self.notes.push(format!("F_{name} = {rate} {what}"));
            }
            return Ok(Drive::Staircase([onset, baseline, length, size, smoothing]));
        }
        let key = format!("Farray_{name}");
        if let Some(place) = self.place(&key) {
            self.used[place] = true;
            let numbers = |items: &[Literal]| {
                items
                    .iter()
                    .map(|item| match item {
                        Literal::Number(value) => Some(*value),
                        _ => None,
                    })
                    .collect::<Option<Vec<f64>>>()
            };
            return match &self.dictionary[place].1 {
                Literal::List(items) => numbers(items).map(Drive::Samples),
                _ => None,
            }
            .ok_or_else(|| ConvertError::Value {
                key,
                found: shown(&self.dictionary[place].1),
                expected: "a list of rates",
            });
        }
        match constant {
            Some(rate) => Ok(Drive::Constant(rate)),
            None => {
                self.notes.push(format!("F_{name} is missing: its rate is 0"));
                Ok(Drive::Constant(0.0))
            }
        }
    }
}

/// Whether a population is inhibitory by its name.
fn inhibits(name: &str) -> bool {
    name.contains("Inh")
}
