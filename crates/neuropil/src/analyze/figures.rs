//! Every figure of an analysis by its name: what tables, scans and pictures of scans go by.
//!
//! A figure of population `E` is called `E.cv` in a table of many populations; one of a variable
//! `E.V_m.sd`, one of a named window `E.windows_hz.bump`.

use neuropil_record::Recordings;
use serde_json::{Value, json};

use super::{Analysis, AnalysisRequest, variables};

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Key within its population: `cv`, `windows_hz.bump`, `V_m.sd`.
    pub key: String,
    /// The variable that it is of, if it is of one.
    pub variable: Option<String>,
    /// Value; `None` where it is not defined.
    pub value: Option<f64>,
    /// Whether it is a number of things.
    pub count: bool,
}

impl Figure {
    /// As JSON: a count as an integer, what is not defined as null.
    pub fn json(&self) -> Value {
        match self.value {
            Some(value) if self.count => json!(value as u64),
            value => json!(value),
        }
    }
}

/// Figures that are numbers of things.
const COUNTS: [&str; 3] = ["neurons", "spikes", "states.transitions"];

/// Keys of figures, what people call them, and their units.
const WORDS: &[(&str, &str, &str)] = &[
    ("neurons", "neurons", ""),
    ("spikes", "spikes", ""),
    ("spiking", "fraction that spiked", ""),
    ("rate_hz", "rate", "spikes/s"),
    ("rate_sd_hz", "SD of rate over neurons", "spikes/s"),
    ("peak_rate_hz", "peak of smoothed rate", "spikes/s"),
    ("peak_time_ms", "time of that peak", "ms"),
    ("activity_sd_hz", "SD of rate over time", "spikes/s"),
    ("cv", "CV of intervals", ""),
    ("cv2", "CV2", ""),
    ("lv", "LV", ""),
    ("fano", "Fano factor", ""),
    ("population_fano", "Fano factor of population", ""),
    ("count_correlation", "count correlation", ""),
    ("spike_time_tiling", "spike-time tiling", ""),
    ("chi", "population synchrony", ""),
    ("peak_hz", "spectral peak", "Hz"),
    ("peak_prominence", "peak over mean power", ""),
    ("modulation.amplitude_hz", "modulation of rate", "spikes/s"),
    ("modulation.depth", "modulation depth", ""),
    ("modulation.gain", "gain", ""),
    ("modulation.phase_deg", "phase lead", "degree"),
    ("modulation.vector_strength", "vector strength", ""),
    ("states.up_fraction", "fraction of time up", ""),
    ("states.transitions", "transitions", ""),
    ("states.up_ms", "duration of up states", "ms"),
    ("states.down_ms", "duration of down states", "ms"),
    ("balance.i_ex_pa", "excitatory current", "pA"),
    ("balance.i_in_pa", "inhibitory current", "pA"),
    ("balance.current_ratio", "balance of currents", ""),
    ("balance.tightness", "tightness of balance", ""),
    ("balance.g_ex_ns", "excitatory conductance", "nS"),
    ("balance.g_in_ns", "inhibitory conductance", "nS"),
    ("balance.conductance_ratio", "g_in over g_ex", ""),
    ("cv_isi", "CV of intervals", ""),
    ("build_s", "time to build", "s"),
    ("simulate_s", "time to simulate", "s"),
    ("synapses", "synapses", ""),
];

/// The same of variables; the unit `=` is that of the variable.
const OF_VARIABLE: &[(&str, &str, &str)] = &[
    ("mean", "mean", "="),
    ("sd", "SD", "="),
    ("skewness", "skewness", ""),
    ("tau_ms", "correlation time", "ms"),
    ("tau_fit_ms", "correlation time, fitted", "ms"),
    ("kept", "fraction between spikes", ""),
    ("start", "first value", "="),
    ("min", "minimum", "="),
    ("max", "maximum", "="),
    ("max_at_ms", "time of maximum", "ms"),
];

impl Analysis {
    /// Every figure, in a fixed order.
    pub fn figures(&self) -> Vec<Figure> {
        let mut all = Vec::new();
        let mut add = |key: &str, value: Option<f64>| {
            let count = COUNTS.contains(&key);
            all.push(Figure { key: key.into(), variable: None, value, count });
        };
        if let Some(s) = &self.spikes {
            add("neurons", Some(s.neurons as f64));
            add("spikes", Some(s.spikes as f64));
            add("spiking", Some(s.spiking));
            add("rate_hz", Some(s.rate_hz));
            add("rate_sd_hz", Some(s.rate_sd_hz));
            let course = self.course.as_ref();
            add("peak_rate_hz", course.and_then(|c| c.peak_rate_hz));
            add("peak_time_ms", course.and_then(|c| c.peak_time_ms));
            add("activity_sd_hz", s.activity_sd_hz);
            add("cv", s.irregularity.map(|i| i.cv));
            add("cv2", s.irregularity.map(|i| i.cv2));
            add("lv", s.irregularity.map(|i| i.lv));
            add("fano", s.fano);
            add("population_fano", s.population_fano);
            add("count_correlation", s.count_correlation);
            add("spike_time_tiling", s.tiling);
            add("chi", s.chi);
            add("peak_hz", s.rhythm.as_ref().map(|peak| peak.frequency_hz));
            add("peak_prominence", s.rhythm.as_ref().map(|peak| peak.prominence));
        }
        if let Some(course) = &self.course {
            for (name, rate) in &course.windows_hz {
                add(&format!("windows_hz.{name}"), *rate);
            }
            if let Some(answer) = &course.modulation {
                add("modulation.amplitude_hz", Some(answer.fit.amplitude));
                add("modulation.depth", answer.depth);
                add("modulation.gain", answer.gain);
                add("modulation.phase_deg", Some(answer.phase_deg));
                add("modulation.vector_strength", answer.vector_strength);
            }
            if let Some(states) = &course.states {
                add("states.up_fraction", Some(states.up_fraction));
                add("states.transitions", Some(states.transitions as f64));
                add("states.up_ms", states.up_ms);
                add("states.down_ms", states.down_ms);
            }
        }
        if let Some(balance) = &self.balance {
            for (key, value) in balance.values() {
                add(&format!("balance.{key}"), value);
            }
        }
        for variable in &self.variables {
            let name = variable.name();
            all.extend(variable.values().map(|(key, value)| Figure {
                key: format!("{name}.{key}"),
                variable: Some(variable.unit.clone()),
                value,
                count: false,
            }));
        }
        all
    }
}

/// A figure of a population by name, before there is a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// `E.cv`.
    pub name: String,
    /// `E CV of intervals`.
    pub words: String,
    /// Unit; empty for a pure number.
    pub unit: String,
}

impl Named {
    /// A figure of a population; `unit` is that of the variable, if it is of one.
    pub fn new(population: &str, key: &str, unit: &str) -> Self {
        let (words, unit) = described(key, unit);
        Self { name: format!("{population}.{key}"), words: format!("{population} {words}"), unit }
    }
}

/// All figures that an analysis of these recordings can have.
pub fn names(recordings: &Recordings, request: &AnalysisRequest) -> Vec<Named> {
    let mut populations: Vec<&str> = Vec::new();
    let spikes = recordings.spikes.iter().map(|r| r.population.as_str());
    for name in spikes.chain(recordings.samples.iter().map(|r| r.population.as_str())) {
        if !populations.contains(&name) {
            populations.push(name);
        }
    }
    populations.into_iter().flat_map(|name| of_population(name, recordings, request)).collect()
}

fn of_population(name: &str, recordings: &Recordings, request: &AnalysisRequest) -> Vec<Named> {
    let mut all = Vec::new();
    let mut add = |key: &str, unit: &str| all.push(Named::new(name, key, unit));
    let part = |prefix: &'static str| {
        WORDS.iter().map(|(key, ..)| *key).filter(move |key| key.starts_with(prefix))
    };
    if recordings.spikes.iter().any(|r| r.population == name) {
        let first = WORDS.iter().map(|(key, ..)| *key).take_while(|key| !key.contains('.'));
        first.for_each(|key| add(key, ""));
        request.windows.iter().for_each(|(window, _)| add(&format!("windows_hz.{window}"), ""));
        if request.modulation.is_some() {
            part("modulation.").for_each(|key| add(key, ""));
        }
        if request.states.is_some() {
            part("states.").for_each(|key| add(key, ""));
        }
    }
    let sampled = |variable: &str| {
        recordings.samples.iter().any(|r| r.population == name && r.variable == variable)
    };
    if sampled("I_ex") && sampled("I_in") || sampled("g_ex") && sampled("g_in") {
        part("balance.").for_each(|key| add(key, ""));
    }
    for report in recordings.samples.iter().filter(|r| r.population == name) {
        for variable in variables::names(&report.variable, report.kind, &report.labels) {
            let keys = OF_VARIABLE.iter().map(|(key, ..)| format!("{variable}.{key}"));
            keys.for_each(|key| add(&key, &report.unit));
        }
    }
    all
}

/// What people call a figure, and its unit: `cv` is "CV of intervals", `V_m.sd` "V_m SD".
/// `unit` is that of the variable.
pub fn described(key: &str, unit: &str) -> (String, String) {
    if let Some((_, words, unit)) = WORDS.iter().find(|(known, ..)| *known == key) {
        return ((*words).into(), (*unit).into());
    }
    if let Some(window) = key.strip_prefix("windows_hz.") {
        return (format!("rate, {window}"), "spikes/s".into());
    }
    if let Some((variable, last)) = key.rsplit_once('.')
        && let Some((_, words, own)) = OF_VARIABLE.iter().find(|(known, ..)| *known == last)
    {
        let unit = if *own == "=" { unit } else { own };
        return (format!("{variable} {words}"), unit.into());
    }
    (key.into(), String::new())
}

/// As an axis has it: `CV of intervals`, `rate (spikes/s)`.
pub fn labelled(key: &str, unit: &str) -> String {
    match described(key, unit) {
        (words, unit) if unit.is_empty() => words,
        (words, unit) => format!("{words} ({unit})"),
    }
}
