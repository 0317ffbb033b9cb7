//! Tabulated transfer functions: mean-field runs over many connectivity matrices, quickly.
//!
//! A [`TransferTable`] holds rate, mean and standard deviation of the potential on a grid of total
//! excitatory event rate × total inhibitory event rate × current. In between, the logarithm of the
//! rate, the mean and the standard deviation are cubic in the logarithms of the event rates and linear
//! in the current. A [`FastMeanField`] gives each population a table and a row of effective
//! connections, and integrates `τ dν/dt = F − ν` by Euler's method.

use rayon::prelude::*;

use crate::error::{TheoryError, length, not_negative, positive};
use crate::membrane::fluctuations;
use crate::neuron::Synapse;
use crate::transfer::TransferFunction;

/// The grid of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TableGrid {
    /// Lowest and highest total event rate, excitatory and inhibitory `[Hz]`; > 0. Lower rates,
    /// 0 included, are read as the lowest.
    pub events_hz: [f64; 2],
    /// Nodes of each event rate, ≥ 4.
    pub nodes: usize,
    /// Lowest and highest current `[pA]`.
    pub current_pa: [f64; 2],
    /// Nodes of the current, ≥ 1; 1 means the lowest current only.
    pub current_nodes: usize,
}

impl Default for TableGrid {
    /// 0.01 Hz to 50 kHz in 300 nodes, no current.
    fn default() -> Self {
        Self { events_hz: [0.01, 5e4], nodes: 300, current_pa: [0.0; 2], current_nodes: 1 }
    }
}

/// What a table gives at a point.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Entry {
    /// Output rate `[Hz]`.
    pub rate_hz: f64,
    /// Mean of the potential `[mV]`.
    pub mean_mv: f64,
    /// Standard deviation of the potential `[mV]`.
    pub sd_mv: f64,
}

/// A tabulated transfer function.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferTable {
    grid: TableGrid,
    transfer: TransferFunction,
    synapses: [Synapse; 2],
    /// Current slowest, then excitation, inhibition fastest; the logarithm in place of the rate.
    nodes: Vec<Entry>,
}

impl TransferTable {
    /// Tabulates a transfer function for one kind of excitatory and one of inhibitory synapse;
    /// their numbers of synapses do not count, because the table goes by total event rates.
    ///
    /// # Errors
    /// Parameters or grid out of range.
    pub fn new(
        transfer: TransferFunction,
        excitatory: Synapse,
        inhibitory: Synapse,
        grid: TableGrid,
    ) -> Result<Self, TheoryError> {
        let [low, high] = grid.events_hz;
        positive("lowest event rate [Hz]", low)?;
        positive("range of event rates [Hz]", high - low)?;
        positive("number of nodes less three", grid.nodes as f64 - 3.0)?;
        positive("number of current nodes", grid.current_nodes as f64)?;
        not_negative("range of currents [pA]", grid.current_pa[1] - grid.current_pa[0])?;
        excitatory.check()?;
        inhibitory.check()?;
        let synapses = [excitatory, inhibitory].map(|s| Synapse { synapses: 1.0, ..s });
        let mut table = Self { grid, transfer, synapses, nodes: Vec::new() };
        let rates: Vec<f64> = (0..grid.nodes).map(|k| table.events_at(k as f64)).collect();
        table.nodes = (0..grid.current_nodes * grid.nodes)
            .into_par_iter()
            .flat_map_iter(|row| {
                let current = table.current_at((row / grid.nodes) as f64);
                let excitatory = rates[row % grid.nodes];
                let table = &table;
                rates.iter().map(move |&inhibitory| table.node(excitatory, inhibitory, current))
            })
            .collect();
        Ok(table)
    }

    /// Value without interpolation.
    pub fn exact(&self, excitatory_hz: f64, inhibitory_hz: f64, current_pa: f64) -> Entry {
        let rates = [excitatory_hz, inhibitory_hz];
        let v = fluctuations(&self.transfer.neuron, &self.synapses, &rates, current_pa);
        Entry { rate_hz: self.transfer.rate_at(&v), mean_mv: v.mean_mv, sd_mv: v.sd_mv }
    }

    /// Interpolated value for total event rates `[Hz]` and a current `[pA]`; the nearest edge
    /// outside the grid.
    pub fn lookup(&self, excitatory_hz: f64, inhibitory_hz: f64, current_pa: f64) -> Entry {
        let nodes = self.grid.nodes;
        let (e, x) = cubic(self.place(excitatory_hz), nodes);
        let (i, y) = cubic(self.place(inhibitory_hz), nodes);
        let [low, high] = self.grid.current_pa;
        let range = high - low;
        let last = (self.grid.current_nodes - 1) as f64;
        let at = if range > 0.0 { (current_pa - low) / range * last } else { 0.0 };
        let (c, z) = split(at, self.grid.current_nodes);
        let mut sum = Entry::default();
        for (dc, wc) in [(0, 1.0 - z), (1, z)] {
            if wc == 0.0 {
                continue;
            }
            for (de, we) in x.iter().enumerate() {
                let row = ((c + dc) * nodes + e + de) * nodes + i;
                for (node, wi) in self.nodes[row..row + 4].iter().zip(&y) {
                    let weight = wc * we * wi;
                    sum.rate_hz += weight * node.rate_hz;
                    sum.mean_mv += weight * node.mean_mv;
                    sum.sd_mv += weight * node.sd_mv;
                }
            }
        }
        Entry { rate_hz: sum.rate_hz.exp(), ..sum }
    }

    /// Largest error of the rate in the middle of a cell of the grid, over cells where the rate is
    /// at most `up_to_hz` `[Hz]`: what to look at when choosing the number of nodes.
    pub fn worst_error_hz(&self, up_to_hz: f64) -> f64 {
        let middles: Vec<f64> =
            (0..self.grid.nodes - 1).map(|k| self.events_at(k as f64 + 0.5)).collect();
        let mut worst = 0.0_f64;
        for c in 0..self.grid.current_nodes.max(2) - 1 {
            let current = self.current_at(c as f64 + 0.5);
            for e in &middles {
                for i in &middles {
                    let exact = self.exact(*e, *i, current).rate_hz;
                    if exact <= up_to_hz {
                        worst = worst.max((self.lookup(*e, *i, current).rate_hz - exact).abs());
                    }
                }
            }
        }
        worst
    }

    fn node(&self, excitatory_hz: f64, inhibitory_hz: f64, current_pa: f64) -> Entry {
        let entry = self.exact(excitatory_hz, inhibitory_hz, current_pa);
        Entry { rate_hz: entry.rate_hz.max(1e-300).ln(), ..entry }
    }

    fn events_at(&self, place: f64) -> f64 {
        let [low, high] = self.grid.events_hz;
        low * ((high / low).ln() * place / (self.grid.nodes - 1) as f64).exp()
    }

    fn current_at(&self, place: f64) -> f64 {
        let [low, high] = self.grid.current_pa;
        low + (high - low) * place / (self.grid.current_nodes.max(2) - 1) as f64
    }

    fn place(&self, events_hz: f64) -> f64 {
        let [low, high] = self.grid.events_hz;
        (events_hz.max(low) / low).ln() / (high / low).ln() * (self.grid.nodes - 1) as f64
    }
}

/// First of the four nodes about a place, and the weights of the cubic through them.
fn cubic(place: f64, nodes: usize) -> (usize, [f64; 4]) {
    let place = place.clamp(0.0, (nodes - 1) as f64);
    let first = (place.floor() as usize).saturating_sub(1).min(nodes - 4);
    let t = place - first as f64;
    let [a, b, c, d] = [t, t - 1.0, t - 2.0, t - 3.0];
    (first, [-b * c * d / 6.0, a * c * d / 2.0, -a * b * d / 2.0, a * b * c / 6.0])
}

/// Node below a place and the fraction of the way to the next; both within the axis.
fn split(place: f64, nodes: usize) -> (usize, f64) {
    let place = place.clamp(0.0, (nodes - 1) as f64);
    let node = (place.floor() as usize).min(nodes.saturating_sub(2));
    (node, place - node as f64)
}

/// Effective connections p·N of one population.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Connections {
    /// Excitatory synapses from each source: populations first, then afferents; 0 for none.
    pub excitatory: Vec<f64>,
    /// Inhibitory synapses from each source.
    pub inhibitory: Vec<f64>,
}

/// A mean field on tables.
#[derive(Debug, Clone)]
pub struct FastMeanField<'a> {
    /// The table of each population.
    pub tables: Vec<&'a TransferTable>,
    /// The connections of each population.
    pub connections: Vec<Connections>,
    /// Time constant τ `[ms]`.
    pub tau_ms: f64,
    /// Step `[ms]`.
    pub dt_ms: f64,
}

impl FastMeanField<'_> {
    /// Integrates for `steps` steps; `input` fills in afferent rates `[Hz]` and currents `[pA]` at
    /// the beginning of a step `[ms]`. Returns what the table says of each population at every
    /// step, with the integrated rate in place of F: one row per step.
    ///
    /// # Errors
    /// [`TheoryError::Length`] for connections that do not fit, [`TheoryError::NotPositive`] for a
    /// step or time constant.
    pub fn run(
        &self,
        start_hz: &[f64],
        afferents: usize,
        steps: usize,
        mut input: impl FnMut(f64, &mut [f64], &mut [f64]),
    ) -> Result<Vec<Vec<Entry>>, TheoryError> {
        let n = self.tables.len();
        let gain =
            positive("step [ms]", self.dt_ms)? / positive("time constant [ms]", self.tau_ms)?;
        length("the list of starting rates", start_hz.len(), n)?;
        length("the list of connections", self.connections.len(), n)?;
        for Connections { excitatory, inhibitory } in &self.connections {
            length("a row of excitatory connections", excitatory.len(), n + afferents)?;
            length("a row of inhibitory connections", inhibitory.len(), n + afferents)?;
        }
        let mut rates = start_hz.to_vec();
        rates.resize(n + afferents, 0.0);
        let mut currents = vec![0.0; n];
        let mut out = Vec::with_capacity(steps);
        for step in 0..steps {
            input(step as f64 * self.dt_ms, &mut rates[n..], &mut currents);
            let total = |row: &[f64]| row.iter().zip(&rates).map(|(k, rate)| k * rate).sum::<f64>();
            let entries = self.tables.iter().zip(&self.connections).zip(&currents);
            let mut row: Vec<Entry> = entries
                .map(|((table, to), &current)| {
                    table.lookup(total(&to.excitatory), total(&to.inhibitory), current)
                })
                .collect();
            for (entry, rate) in row.iter_mut().zip(&mut rates) {
                *rate += gain * (entry.rate_hz - *rate);
                entry.rate_hz = *rate;
            }
            out.push(row);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored;

    fn table(name: &str, grid: TableGrid) -> TransferTable {
        let excitatory = Synapse::conductance(1.0, 2.0, 5.0, 0.0);
        let inhibitory = Synapse::conductance(1.0, 10.0, 5.0, -80.0);
        let transfer = stored::transfer_function(name).unwrap();
        TransferTable::new(transfer, excitatory, inhibitory, grid).unwrap()
    }

    fn with_currents(nodes: usize) -> TableGrid {
        TableGrid { nodes, current_pa: [0.0, 100.0], current_nodes: 3, ..TableGrid::default() }
    }

    #[test]
    fn nodes_are_exact_and_errors_fall_with_the_fourth_power_of_the_spacing() {
        let grid = |nodes| TableGrid { events_hz: [50.0, 5000.0], nodes, ..TableGrid::default() };
        let coarse = table("spectrum_2018/RecExc", grid(41));
        let fine = table("spectrum_2018/RecExc", grid(81));
        let (e, i) = (fine.events_at(52.0), fine.events_at(33.0));
        let (found, exact) = (fine.lookup(e, i, 0.0), fine.exact(e, i, 0.0));
        assert!((found.rate_hz / exact.rate_hz - 1.0).abs() < 1e-9, "{found:?} {exact:?}");
        assert!((found.sd_mv - exact.sd_mv).abs() < 1e-9 && exact.rate_hz > 1.0);
        let (wide, narrow) = (coarse.worst_error_hz(50.0), fine.worst_error_hz(50.0));
        assert!(((wide / narrow).log2() - 4.0).abs() < 0.8 && narrow < 0.05, "{wide} {narrow}");
    }

    #[test]
    fn beyond_the_grid_the_edge_counts() {
        let table = table("spectrum_2018/RecExc", with_currents(40));
        assert_eq!(table.lookup(0.0, 0.0, 0.0), table.lookup(0.01, 0.01, -50.0));
        assert_eq!(table.lookup(1e9, 10.0, 500.0), table.lookup(5e4, 10.0, 100.0));
    }

    #[test]
    fn stationary_rates_are_those_of_the_exact_mean_field() {
        // afferents of 4 nS are two excitatory events of 2 nS in the mean, not in the variance:
        // here all are of 2 nS, and the exact model likewise
        use crate::mean_field::{MeanField, Population, Projection, Source};
        let names = ["spectrum_2018/RecExc", "spectrum_2018/RecInh"];
        let grid = TableGrid { events_hz: [1.0, 2e4], ..with_currents(300) };
        let tables = names.map(|name| table(name, grid));
        let row =
            Connections { excitatory: vec![200.0, 0.0, 20.0], inhibitory: vec![0.0, 50.0, 0.0] };
        let fast = FastMeanField {
            tables: tables.iter().collect(),
            connections: vec![row.clone(), row],
            tau_ms: 5.0,
            dt_ms: 0.5,
        };
        let path = fast.run(&[1.0, 1.0], 1, 2000, |_, aff, _| aff[0] = 10.0).unwrap();
        let last = &path[1999];

        let populations = names
            .map(|name| Population {
                name: name.to_owned(),
                size: 1000.0,
                transfer: stored::transfer_function(name).unwrap(),
            })
            .to_vec();
        let synapses = [
            (Source::Population(0), Synapse::conductance(200.0, 2.0, 5.0, 0.0)),
            (Source::Population(1), Synapse::conductance(50.0, 10.0, 5.0, -80.0)),
            (Source::Afferent(0), Synapse::conductance(20.0, 2.0, 5.0, 0.0)),
        ];
        let projections: Vec<Projection> = (0..2)
            .flat_map(|target| {
                synapses.map(|(source, synapse)| Projection { source, target, synapse })
            })
            .collect();
        let model = MeanField::new(populations, 1, &projections).unwrap();
        let mut input = model.no_input();
        input.afferent_hz[0] = 10.0;
        let exact = model.relax(&model.state(&[1.0, 1.0]).unwrap(), &input).unwrap();
        for (entry, rate) in last.iter().zip(&exact.rate_hz) {
            assert!((entry.rate_hz / rate - 1.0).abs() < 1e-4, "{last:?} {exact:?}");
        }
        assert!((-70.0..-50.0).contains(&last[0].mean_mv) && last[0].sd_mv > 1.0);
    }

    #[test]
    fn connections_that_do_not_fit_are_refused() {
        let table = table("spectrum_2018/RecExc", with_currents(5));
        let fast = FastMeanField {
            tables: vec![&table],
            connections: vec![Connections { excitatory: vec![1.0], inhibitory: vec![1.0, 1.0] }],
            tau_ms: 5.0,
            dt_ms: 0.5,
        };
        let error = fast.run(&[1.0], 1, 10, |_, _, _| {}).unwrap_err();
        assert_eq!(error.to_string(), "a row of excitatory connections holds 1 values, expected 2");
    }
}
