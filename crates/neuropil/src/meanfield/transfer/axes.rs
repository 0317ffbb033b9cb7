//! Which presynaptic rates to visit.
//!
//! Rates are chosen from the cell: those of populations in equal ratios, from a conductance that is a
//! fiftieth of the leak to one that is eight times as large (inhibition) or four times (excitation,
//! which then just balances it); those of inputs around all that they do in the run. Of the grid, what
//! counts is where the neuron fires and the rim around it: there the points are measured again, for
//! longer.

use neuropil_theory::Neuron;
use neuropil_theory::mean_field::Source;

use crate::meanfield::conductance::Class;

/// Points of a grid, at most.
const POINTS: usize = 1500;

/// Rates of one population that make sense at all `[Hz]`.
const RATES_HZ: [f64; 2] = [0.02, 150.0];

/// Conductances of a population over the leak: the least, the largest of excitation, of inhibition.
const CONDUCTANCES: [f64; 3] = [0.02, 4.0, 8.0];

/// Axes of the classes of a neuron; `given` are those of the user, `extent` the smallest and largest
/// rate of each afferent group.
pub(super) fn axes(
    neuron: &Neuron,
    classes: &[Class],
    given: &[Option<Vec<f64>>],
    extent: &[(f64, f64)],
) -> Vec<Vec<f64>> {
    let moves = |class: &Class| match class.source {
        Source::Population(_) => Some(true),
        Source::Afferent(place) => (extent[place].1 > 0.0).then_some(false),
    };
    // so many levels that the grid is not too large; inputs need fewer
    let mut levels = [12, 5];
    let count = |levels: [usize; 2]| -> usize {
        let each = classes.iter().zip(given).map(|(class, given)| match (given, moves(class)) {
            (Some(rates), _) => rates.len(),
            (None, Some(population)) => levels[usize::from(!population)],
            (None, None) => 1,
        });
        each.product()
    };
    while count(levels) > POINTS && levels[0] > 3 {
        levels = [levels[0] - 1, levels[1].min(levels[0] - 1).max(3)];
    }
    classes
        .iter()
        .zip(given)
        .map(|(class, given)| match (given, class.source) {
            (Some(rates), _) => rates.clone(),
            (None, Source::Population(_)) => of_population(neuron, class, levels[0]),
            (None, Source::Afferent(place)) => of_input(extent[place], levels[1]),
        })
        .collect()
}

fn of_population(neuron: &Neuron, class: &Class, levels: usize) -> Vec<f64> {
    let synapse = &class.synapse;
    let excitatory = synapse.reversal_mv > neuron.v_threshold_mv;
    let per_hz = 1e-3 * synapse.synapses * synapse.quantum_ns * synapse.tau_ms / neuron.leak_ns;
    let [least, excitation, inhibition] = CONDUCTANCES;
    let most = if excitatory { excitation } else { inhibition };
    let rate = |conductance: f64| (conductance / per_hz).clamp(RATES_HZ[0], RATES_HZ[1]);
    ratios(rate(least), rate(most).max(4.0 * rate(least)), levels)
}

/// From half the smallest rate (at least a quarter of the largest) to 1.3 times the largest.
pub(super) fn of_input((low, high): (f64, f64), levels: usize) -> Vec<f64> {
    if high <= 0.0 {
        return vec![0.0];
    }
    ratios(0.5 * low.max(0.5 * high).min(high), 1.3 * high, levels)
}

fn ratios(low: f64, high: f64, levels: usize) -> Vec<f64> {
    let last = levels.saturating_sub(1).max(1) as f64;
    (0..levels).map(|k| low * (high / low).powf(k as f64 / last)).collect()
}

/// The points of a grid, last axis fastest, at which the neuron fired between `least_hz` and
/// `most_hz`, and their silent neighbours.
pub(super) fn worth_measuring(
    axes: &[Vec<f64>],
    rate_hz: &[f64],
    least_hz: f64,
    most_hz: f64,
) -> Vec<bool> {
    let fires = |at: usize| (least_hz..most_hz).contains(&rate_hz[at]);
    let mut kept: Vec<bool> = (0..rate_hz.len()).map(fires).collect();
    let mut stride = 1;
    for axis in axes.iter().rev() {
        for at in 0..rate_hz.len() {
            let place = at / stride % axis.len();
            let neighbours =
                [(place > 0).then(|| at - stride), (place + 1 < axis.len()).then_some(at + stride)];
            let rim = rate_hz[at] < least_hz && neighbours.into_iter().flatten().any(fires);
            kept[at] |= rim;
        }
        stride *= axis.len();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use neuropil_theory::Synapse;

    fn class(source: Source, reversal_mv: f64) -> Class {
        let synapse = Synapse::conductance(100.0, 2.0, 5.0, reversal_mv);
        Class { name: String::new(), source, synapse }
    }

    #[test]
    fn rates_span_conductances_and_inputs_and_grids_stay_small() {
        let neuron = Neuron::default(); // 10 nS; 1 nS per Hz
        let classes = [
            class(Source::Population(0), 0.0),
            class(Source::Population(1), -80.0),
            class(Source::Afferent(0), 0.0),
            class(Source::Afferent(1), 0.0),
        ];
        let extent = [(300.0, 600.0), (0.0, 0.0)];
        let found = axes(&neuron, &classes, &[None, None, Some(vec![1.0, 2.0]), None], &extent);
        assert!((found[0][0] - 0.2).abs() < 1e-9 && (found[0][11] - 40.0).abs() < 1e-9);
        assert!((found[1][11] - 80.0).abs() < 1e-9);
        assert_eq!((&found[2], &found[3]), (&vec![1.0, 2.0], &vec![0.0]));
        let found = axes(&neuron, &classes[..3], &[None, None, None], &extent);
        assert!((found[2][0] - 150.0).abs() < 1e-9 && (found[2][4] - 780.0).abs() < 1e-9);
        let many: Vec<Class> = (0..6).map(|k| class(Source::Population(k), 0.0)).collect();
        let found = axes(&neuron, &many, &vec![None; 6], &[]);
        assert!(found.iter().map(Vec::len).product::<usize>() <= POINTS);
    }

    #[test]
    fn silent_points_count_beside_firing_ones() {
        let axes = [vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0, 4.0]];
        #[rustfmt::skip]
        let rates = [
            0.0, 0.0, 0.0, 0.0,
            9.0, 0.0, 0.0, 0.0,
            90., 9.0, 0.0, 0.0,
        ];
        #[rustfmt::skip]
        let expected = [
            true,  false, false, false,
            true,  true,  false, false,
            false, true,  true,  false,
        ];
        assert_eq!(worth_measuring(&axes, &rates, 0.2, 50.0), expected);
    }
}
