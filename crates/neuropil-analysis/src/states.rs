//! Up and down states, and which clusters of a network are active.

use std::ops::Range;

use crate::descriptive::{mean, moments};
use crate::error::{AnalysisError, finite, positive};
use crate::{SpikeTrains, rate};

/// How a signal is cut into up and down states.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StateRule {
    /// A down state ends when the signal rises above this.
    pub up_above: f64,
    /// An up state ends when the signal falls below this; at most `up_above` (hysteresis).
    pub down_below: f64,
    /// States shorter than this are merged into what surrounds them `[ms]`; 0 keeps all.
    pub min_ms: f64,
}

/// A stretch in one state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Up or down.
    pub up: bool,
    /// First sample.
    pub start: usize,
    /// One past the last sample.
    pub stop: usize,
}

/// What the epochs of a record amount to. Epochs cut off by the ends of the record count for the
/// fraction, not for the dwell times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dwell {
    /// Fraction of time in the up state.
    pub up_fraction: f64,
    /// Number of changes of state.
    pub transitions: usize,
    /// Mean duration of complete up states `[ms]`; `None` if there is none.
    pub up_ms: Option<f64>,
    /// Mean duration of complete down states `[ms]`; `None` if there is none.
    pub down_ms: Option<f64>,
    /// Coefficient of variation of the complete up states; `None` for fewer than two.
    pub up_cv: Option<f64>,
}

/// Cuts a signal (a smoothed rate, a membrane potential), sampled every `dt_ms`, into states. The
/// record begins in the up state if its first sample is above `up_above`. The epochs cover it.
///
/// # Errors
/// [`AnalysisError::NotPositive`] for the step, [`AnalysisError::TooLarge`] if the lower threshold
/// is above the upper one, [`AnalysisError::NotFinite`] for a sample.
pub fn epochs(signal: &[f64], dt_ms: f64, rule: StateRule) -> Result<Vec<Epoch>, AnalysisError> {
    positive("step [ms]", dt_ms)?;
    finite("the signal", signal)?;
    if rule.down_below > rule.up_above {
        let (found, limit) = (rule.down_below, rule.up_above);
        return Err(AnalysisError::TooLarge { what: "lower threshold", found, limit });
    }
    let mut epochs: Vec<Epoch> = Vec::new();
    let mut up = signal.first().is_some_and(|x| *x > rule.up_above);
    for (k, x) in signal.iter().enumerate() {
        up = if up { *x >= rule.down_below } else { *x > rule.up_above };
        extend(&mut epochs, Epoch { up, start: k, stop: k + 1 });
    }
    // the shortest goes first, so that the outcome does not depend on the direction of time
    let short = (rule.min_ms / dt_ms - 1e-6).ceil().max(0.0) as usize;
    while epochs.len() > 1 {
        let shortest = (0..epochs.len()).min_by_key(|&k| epochs[k].stop - epochs[k].start);
        let Some(k) = shortest.filter(|&k| epochs[k].stop - epochs[k].start < short) else { break };
        epochs[k].up = !epochs[k].up;
        let mut merged = Vec::with_capacity(epochs.len());
        epochs.iter().for_each(|epoch| extend(&mut merged, *epoch));
        epochs = merged;
    }
    Ok(epochs)
}

fn extend(epochs: &mut Vec<Epoch>, next: Epoch) {
    match epochs.last_mut() {
        Some(last) if last.up == next.up => last.stop = next.stop,
        _ => epochs.push(next),
    }
}

/// Fractions and durations of [`epochs`].
pub fn dwell(epochs: &[Epoch], dt_ms: f64) -> Dwell {
    let length = |epoch: &Epoch| (epoch.stop - epoch.start) as f64 * dt_ms;
    let total: f64 = epochs.iter().map(length).sum();
    let up: f64 = epochs.iter().filter(|epoch| epoch.up).map(length).sum();
    let complete = epochs.get(1..epochs.len().saturating_sub(1)).unwrap_or_default();
    let durations =
        |up: bool| complete.iter().filter(|e| e.up == up).map(length).collect::<Vec<_>>();
    let ups = durations(true);
    Dwell {
        up_fraction: if total > 0.0 { up / total } else { 0.0 },
        transitions: epochs.len().saturating_sub(1),
        up_ms: mean(&ups),
        down_ms: mean(&durations(false)),
        up_cv: moments(&ups).filter(|m| m.count > 1).map(|m| m.sd / m.mean),
    }
}

/// Rate of each cluster over time `[Hz]`: one row per cluster, binned and, if `sigma_ms` > 0,
/// smoothed with a Gaussian.
///
/// # Errors
/// [`AnalysisError::NotPositive`], [`AnalysisError::TooLarge`] for the bin width,
/// [`AnalysisError::TooShort`] for a cluster without neurons, [`AnalysisError::Length`] if a
/// cluster reaches beyond the population.
pub fn cluster_rates(
    trains: &SpikeTrains,
    clusters: &[Range<usize>],
    bin_ms: f64,
    sigma_ms: f64,
) -> Result<Vec<Vec<f64>>, AnalysisError> {
    let row = |cluster: &Range<usize>| {
        if cluster.end > trains.len() || cluster.is_empty() {
            let (what, found) = ("a cluster within the population", cluster.len());
            let expected = trains.len().saturating_sub(cluster.start).max(1);
            return Err(AnalysisError::Length { what, found, expected });
        }
        let rates = rate::binned(&trains.group(cluster.clone()), bin_ms)?;
        if sigma_ms > 0.0 { rate::smoothed(&rates, bin_ms, sigma_ms) } else { Ok(rates) }
    };
    clusters.iter().map(row).collect()
}

/// `count` clusters of equal size (± 1) that cover `neurons` neurons in order.
pub fn equal_clusters(neurons: usize, count: usize) -> Vec<Range<usize>> {
    (0..count).map(|k| k * neurons / count..(k + 1) * neurons / count).collect()
}

/// Statistics of the activity of clusters.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterActivity {
    /// Mean rate of each cluster `[Hz]`.
    pub rate_hz: Vec<f64>,
    /// States of each cluster.
    pub dwell: Vec<Dwell>,
    /// Number of active clusters in each bin.
    pub active: Vec<usize>,
    /// Mean over time of the fraction of clusters that are active.
    pub active_fraction: f64,
    /// Mean duration of complete active epochs over all clusters `[ms]`; `None` if there is none.
    pub dwell_ms: Option<f64>,
    /// Changes of state per cluster and second `[Hz]`.
    pub switching_hz: f64,
}

/// Which clusters are active when, by [`epochs`] of each row of [`cluster_rates`].
///
/// # Errors
/// Those of [`epochs`], [`AnalysisError::TooShort`] for no cluster or no sample,
/// [`AnalysisError::Length`] for rows of unequal length.
pub fn cluster_activity(
    rates_hz: &[Vec<f64>],
    dt_ms: f64,
    rule: StateRule,
) -> Result<ClusterActivity, AnalysisError> {
    let samples = rates_hz.first().map_or(0, Vec::len);
    if samples == 0 {
        let what = "the activity of clusters";
        return Err(AnalysisError::TooShort { what, needed: 1, found: 0 });
    }
    let mut active = vec![0; samples];
    let (mut rate_hz, mut dwells, mut durations) = (Vec::new(), Vec::new(), Vec::new());
    for row in rates_hz {
        crate::error::length("a row of cluster rates", row.len(), samples)?;
        let epochs = epochs(row, dt_ms, rule)?;
        for epoch in epochs.iter().filter(|epoch| epoch.up) {
            active[epoch.start..epoch.stop].iter_mut().for_each(|count| *count += 1);
            if epoch.start > 0 && epoch.stop < samples {
                durations.push((epoch.stop - epoch.start) as f64 * dt_ms);
            }
        }
        rate_hz.extend(mean(row));
        dwells.push(dwell(&epochs, dt_ms));
    }
    let clusters = rates_hz.len() as f64;
    let transitions: usize = dwells.iter().map(|dwell| dwell.transitions).sum();
    Ok(ClusterActivity {
        rate_hz,
        active_fraction: active.iter().sum::<usize>() as f64 / (samples as f64 * clusters),
        dwell: dwells,
        active,
        dwell_ms: mean(&durations),
        switching_hz: transitions as f64 / clusters / (samples as f64 * dt_ms * 1e-3),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Window;

    const RULE: StateRule = StateRule { up_above: 5.0, down_below: 2.0, min_ms: 0.0 };

    #[test]
    fn hysteresis_ignores_what_stays_between_the_thresholds() {
        let signal = [0.0, 4.0, 6.0, 3.0, 4.0, 1.0, 3.0, 7.0];
        let epochs = epochs(&signal, 1.0, RULE).unwrap();
        let bounds: Vec<_> = epochs.iter().map(|e| (e.up, e.start, e.stop)).collect();
        assert_eq!(bounds, [(false, 0, 2), (true, 2, 5), (false, 5, 7), (true, 7, 8)]);
    }

    #[test]
    fn short_states_are_absorbed() {
        let mut signal = vec![0.0; 100];
        signal[20..60].fill(9.0);
        signal[40] = 0.0; // a gap of one sample
        signal[80] = 9.0; // a blip
        let epochs = epochs(&signal, 1.0, StateRule { min_ms: 5.0, ..RULE }).unwrap();
        let d = dwell(&epochs, 1.0);
        assert_eq!((d.transitions, d.up_ms, d.down_ms), (2, Some(40.0), None));
        assert!((d.up_fraction - 0.4).abs() < 1e-12);
    }

    #[test]
    fn clusters_that_take_turns_have_known_dwell_times() {
        // cluster k of 4 fires at 100 Hz during its quarter of every 400 ms, 10 neurons each
        let window = Window::new(0.0, 4000.0).unwrap();
        let lists: Vec<Vec<f64>> = (0..40)
            .map(|n| {
                let spikes = (0..400).map(|k| 10.0 * f64::from(k) + 5.0);
                spikes.filter(|t| (t / 100.0) as usize % 4 == n / 10).collect()
            })
            .collect();
        let trains = SpikeTrains::from_lists(&lists, window).unwrap();
        let rates = cluster_rates(&trains, &equal_clusters(40, 4), 20.0, 0.0).unwrap();
        let activity = cluster_activity(&rates, 20.0, RULE).unwrap();
        assert!(activity.active.iter().all(|&n| n == 1));
        assert_eq!((activity.active_fraction, activity.dwell_ms), (0.25, Some(100.0)));
        assert!(activity.rate_hz.iter().all(|r| (r - 25.0).abs() < 1e-9));
        assert_eq!(activity.dwell[1].down_ms, Some(300.0));
        // inner clusters change 20 times, the first and the last 19 times in 4 s
        assert!((activity.switching_hz - 78.0 / 16.0).abs() < 1e-12);
    }

    #[test]
    fn a_cluster_beyond_the_population_is_refused() {
        let trains = SpikeTrains::from_lists(&[[1.0]], Window::new(0.0, 9.0).unwrap()).unwrap();
        let error = cluster_rates(&trains, &[0..1, 1..3], 1.0, 0.0).unwrap_err();
        assert_eq!(error.to_string(), "a cluster within the population holds 2 values, expected 1");
        let swapped = StateRule { up_above: 1.0, down_below: 2.0, min_ms: 0.0 };
        let error = epochs(&[0.0], 1.0, swapped).unwrap_err();
        assert_eq!(error.to_string(), "lower threshold must be below 1, found 2");
    }
}
