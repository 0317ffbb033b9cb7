//! States in which the network can rest, and the points around them.
//!
//! Recurrent networks multiply small errors: where inhibition balances excitation, one per cent of a
//! transfer function may be ten per cent of the rates of the network. So the states of the network
//! itself, found with simulated neurons, are measured more precisely than the rest of the grid, and
//! count more in the fit.

use neuropil_core::random::{Stream, key};
use neuropil_theory::TheoryError;
use neuropil_theory::mean_field::{Input, SelfConsistency, Source};
use neuropil_theory::simulator::Timing;

use super::axes;
use crate::meanfield::conductance::{Assembled, Class};

/// Rate from which states are looked for `[Hz]`.
const START_HZ: f64 = 2.0;

/// Below this a population says nothing `[Hz]`.
const SILENT_HZ: f64 = 0.02;

/// A state of the network.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::meanfield) struct Rest {
    pub input: Input,
    pub rate_hz: Vec<f64>,
}

/// States at levels of the inputs between the extremes of the run, all rising together.
pub(super) fn along_inputs(
    assembled: &Assembled,
    extent: &[(f64, f64)],
    seed: u64,
) -> Result<Vec<Rest>, TheoryError> {
    const LEVELS: usize = 6;
    let theory = &assembled.theory;
    let adapting = theory.populations().iter().map(|p| p.transfer.neuron).filter(|n| n.adapts());
    let discard_ms = adapting.map(|n| 3.0 * n.tau_w_ms).fold(100.0, f64::max);
    let timing = Timing { duration_ms: discard_ms + 600.0, discard_ms, ..Timing::default() };
    let options = SelfConsistency { iterations: 90, damping: 0.15, trials: 32, timing, seed };
    let mut found = Vec::new();
    for level in 0..LEVELS {
        let rates = extent.iter().map(|range| {
            let axis = axes::of_input(*range, LEVELS);
            axis.get(level).copied().unwrap_or(axis[0])
        });
        let input =
            Input { afferent_hz: rates.collect(), current_pa: assembled.input.current_pa.clone() };
        let start = vec![START_HZ; theory.populations().len()];
        let point = theory.self_consistent_point(&start, &input, options)?;
        found.push(Rest { input, rate_hz: point.rate_hz });
        if extent.iter().all(|(_, high)| *high <= 0.0) {
            break;
        }
    }
    Ok(found)
}

/// Presynaptic rates of a population at and around the states of its network.
pub(super) fn points(classes: &[Class], states: &[Rest], seed: u64) -> Vec<Vec<f64>> {
    const OFF: f64 = 0.15;
    const RANDOM: usize = 4;
    let mut stream = Stream::new(key(seed, "theory points around states", 0), 0);
    let mut points = Vec::new();
    for state in states {
        if state.rate_hz.iter().all(|rate| *rate < SILENT_HZ) {
            continue;
        }
        let centre: Vec<f64> = classes
            .iter()
            .map(|class| match class.source {
                Source::Population(place) => state.rate_hz[place].max(SILENT_HZ),
                Source::Afferent(place) => state.input.afferent_hz[place],
            })
            .collect();
        points.push(centre.clone());
        for class in 0..classes.len() {
            for factor in [1.0 - OFF, 1.0 + OFF] {
                let mut point = centre.clone();
                point[class] *= factor;
                points.push(point);
            }
        }
        for _ in 0..RANDOM {
            let mut moved = |rate: &f64| rate * (1.0 + OFF * (2.0 * stream.uniform() - 1.0));
            points.push(centre.iter().map(&mut moved).collect());
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_theory::Synapse;

    #[test]
    fn points_lie_around_states_that_are_not_silent() {
        let class = |source| {
            let synapse = Synapse::conductance(100.0, 2.0, 5.0, 0.0);
            Class { name: String::new(), source, synapse }
        };
        let classes = [class(Source::Population(1)), class(Source::Afferent(0))];
        let state = |rates: [f64; 2]| Rest {
            input: Input { afferent_hz: vec![400.0], current_pa: vec![0.0; 2] },
            rate_hz: rates.to_vec(),
        };
        let found = points(&classes, &[state([1.0, 5.0]), state([0.0, 0.0])], 1);
        assert_eq!(found.len(), 1 + 4 + 4);
        assert_eq!(found[0], [5.0, 400.0]);
        assert_eq!(found[2], [5.75, 400.0]);
        let near = |found: f64, centre: f64| (found / centre - 1.0).abs() <= 0.15 + 1e-12;
        assert!(found.iter().all(|point| near(point[0], 5.0) && near(point[1], 400.0)));
    }
}
