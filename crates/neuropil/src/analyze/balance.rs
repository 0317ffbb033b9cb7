//! Balance of excitation and inhibition, from sampled currents and conductances.

use neuropil_analysis::balance::currents;
use neuropil_analysis::descriptive::mean;
use neuropil_analysis::membrane::{SpikeRemoval, Trace};
use neuropil_record::reader::{Report, SpikeQuery, TraceQuery, Traces};
use neuropil_record::{ReadError, ResultFile};

/// Balance of the inputs of a population, each figure the mean over the neurons that were sampled.
///
/// From `I_ex` and `I_in`, 5 ms on either side of every spike left out if the spikes were recorded,
/// and from `g_ex` and `g_in`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Balance {
    /// Mean excitatory current, inwards `[pA]`.
    pub i_ex_pa: Option<f64>,
    /// Mean inhibitory current, negative outwards `[pA]`.
    pub i_in_pa: Option<f64>,
    /// `−Ī_in/Ī_ex`: 1 for balance.
    pub current_ratio: Option<f64>,
    /// Correlation in time of excitation and inhibition: near 1 for tight balance.
    pub tightness: Option<f64>,
    /// Mean excitatory conductance `[nS]`.
    pub g_ex_ns: Option<f64>,
    /// Mean inhibitory conductance `[nS]`.
    pub g_in_ns: Option<f64>,
    /// `ḡ_in/ḡ_ex`.
    pub conductance_ratio: Option<f64>,
}

/// The balance of a population; `None` unless both currents or both conductances were sampled.
pub(super) fn of_population(
    result: &ResultFile,
    population: &str,
    window_ms: (f64, f64),
) -> Result<Option<Balance>, ReadError> {
    let both = |names: [&str; 2]| -> Result<Option<[Traces; 2]>, ReadError> {
        let report = |name: &str| {
            result.reports().iter().find(|r| r.population == population && r.variable == name)
        };
        let [Some(ex), Some(inh)] = names.map(report) else { return Ok(None) };
        let query = TraceQuery::default().from_ms(window_ms.0).until_ms(window_ms.1);
        let read = |r: &Report| result.traces(&r.population, &r.variable, &query);
        let pair = [read(ex)?, read(inh)?];
        let [a, b] = &pair;
        let alike = a.columns == b.columns && a.frames() == b.frames() && a.frames() > 0;
        Ok(alike.then_some(pair))
    };
    let mut balance = Balance::default();
    let mut any = false;
    if let Some([ex, inh]) = both(["I_ex", "I_in"])? {
        let spikes = result.spike_recordings().iter().any(|r| r.population == population);
        let mut found = Vec::new();
        for ((e, i), column) in ex.values.iter().zip(&inh.values).zip(&ex.columns) {
            let spikes_ms = match spikes {
                true => {
                    let query = SpikeQuery::default().neurons([column.neuron]);
                    result.spikes(population, &query)?.times_ms
                }
                false => Vec::new(),
            };
            let trace = Trace { values: e, start_ms: ex.start_ms, dt_ms: ex.step_ms };
            // A neuron whose spikes leave nothing has no balance.
            found.extend(currents(trace, i, &spikes_ms, SpikeRemoval::default()));
        }
        let over = |figure: &dyn Fn(usize) -> Option<f64>| {
            mean(&(0..found.len()).filter_map(figure).collect::<Vec<_>>())
        };
        balance.i_ex_pa = over(&|k| Some(found[k].excitatory_pa));
        balance.i_in_pa = over(&|k| Some(found[k].inhibitory_pa));
        balance.current_ratio = over(&|k| found[k].ratio);
        balance.tightness = over(&|k| found[k].tightness);
        any = true;
    }
    if let Some([ex, inh]) = both(["g_ex", "g_in"])? {
        let over = |traces: &Traces| {
            mean(&traces.values.iter().filter_map(|values| mean(values)).collect::<Vec<_>>())
        };
        (balance.g_ex_ns, balance.g_in_ns) = (over(&ex), over(&inh));
        balance.conductance_ratio = match (balance.g_ex_ns, balance.g_in_ns) {
            (Some(e), Some(i)) if e > 0.0 => Some(i / e),
            _ => None,
        };
        any = true;
    }
    Ok(any.then_some(balance))
}

impl Balance {
    /// Its figures by key.
    pub(super) fn values(&self) -> [(&'static str, Option<f64>); 7] {
        [
            ("i_ex_pa", self.i_ex_pa),
            ("i_in_pa", self.i_in_pa),
            ("current_ratio", self.current_ratio),
            ("tightness", self.tightness),
            ("g_ex_ns", self.g_ex_ns),
            ("g_in_ns", self.g_in_ns),
            ("conductance_ratio", self.conductance_ratio),
        ]
    }
}
