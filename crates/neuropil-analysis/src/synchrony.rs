//! How much neurons of a population act together.

use std::collections::BTreeSet;

use neuropil_core::random::{Stream, key};

use crate::SpikeTrains;
use crate::correlation::pearson;
use crate::descriptive::{mean, moments};
use crate::error::{AnalysisError, length, positive};
use crate::rate::counts;

/// Pearson's correlation of the spike counts of two trains in bins of `bin_ms`; `None` if a train
/// has no variance (no spike).
///
/// # Errors
/// [`AnalysisError::NotPositive`], [`AnalysisError::TooLarge`] for the bin width.
pub fn count_correlation(
    trains: &SpikeTrains,
    pair: (usize, usize),
    bin_ms: f64,
) -> Result<Option<f64>, AnalysisError> {
    let [a, b] = [pair.0, pair.1].map(|n| counts(trains.train(n), trains.window(), bin_ms));
    pearson(&a?, &b?)
}

/// Mean of [`count_correlation`] over **all** pairs of neurons that spiked, exactly and without
/// visiting pairs: with standardised counts `z_i`, `Σ_{i≠j} z_i·z_j = |Σ z_i|² − N·B` for `B` bins.
/// O(spikes + bins). `None` for fewer than two such neurons.
///
/// # Errors
/// [`AnalysisError::NotPositive`], [`AnalysisError::TooLarge`] for the bin width.
pub fn mean_count_correlation(
    trains: &SpikeTrains,
    bin_ms: f64,
) -> Result<Option<f64>, AnalysisError> {
    let scatter = CountScatter::new(trains, bin_ms, true)?;
    if scatter.neurons < 2.0 {
        return Ok(None);
    }
    let square = scatter.sum.iter().map(|z| z * z).sum::<f64>() / scatter.sum.len() as f64;
    Ok(Some((square - scatter.neurons) / (scatter.neurons * (scatter.neurons - 1.0))))
}

/// Population synchrony of spike counts in bins of `bin_ms`: [`voltage_synchrony`] of the counts,
/// 1 for identical trains and `1/√N` for independent ones. `None` without spikes.
///
/// # Errors
/// [`AnalysisError::NotPositive`], [`AnalysisError::TooLarge`] for the bin width.
pub fn count_synchrony(trains: &SpikeTrains, bin_ms: f64) -> Result<Option<f64>, AnalysisError> {
    let scatter = CountScatter::new(trains, bin_ms, false)?;
    let n = trains.len() as f64;
    let square = scatter.sum.iter().map(|z| z * z).sum::<f64>() / scatter.sum.len() as f64;
    let single = scatter.variance / n;
    Ok((single > 0.0).then(|| (square / (n * n) / single).sqrt()))
}

/// Sum over neurons of the centred (and standardised) counts, without a count matrix.
struct CountScatter {
    sum: Vec<f64>,
    /// Neurons whose counts vary.
    neurons: f64,
    /// Summed variance of the counts.
    variance: f64,
}

impl CountScatter {
    fn new(trains: &SpikeTrains, bin_ms: f64, standardise: bool) -> Result<Self, AnalysisError> {
        let window = trains.window();
        let bins = window.bins(bin_ms)?;
        let mut out = Self { sum: vec![0.0; bins], neurons: 0.0, variance: 0.0 };
        let mut offset = 0.0;
        for train in trains.iter() {
            let mut square = 0.0;
            let (mut total, mut current, mut run) = (0.0, None, 0.0);
            for bin in train.iter().filter_map(|&t| window.bin(t, bin_ms, bins)) {
                if current != Some(bin) {
                    square += run * run;
                    (current, run) = (Some(bin), 0.0);
                }
                run += 1.0;
                total += 1.0;
            }
            square += run * run;
            let mu = total / bins as f64;
            let variance = square / bins as f64 - mu * mu;
            if variance <= 1e-12 * mu {
                continue;
            }
            let scale = if standardise { 1.0 / variance.sqrt() } else { 1.0 };
            for bin in train.iter().filter_map(|&t| window.bin(t, bin_ms, bins)) {
                out.sum[bin] += scale;
            }
            offset += mu * scale;
            out.neurons += 1.0;
            out.variance += variance;
        }
        out.sum.iter_mut().for_each(|z| *z -= offset);
        Ok(out)
    }
}

/// Synchrony `χ` of sampled signals (membrane potentials), one slice per neuron:
///
/// ```text
/// χ² = Var_t(⟨V_i⟩_i) / ⟨Var_t(V_i)⟩_i
/// ```
///
/// 1 if all are the same, near `1/√N` if independent. `None` if nothing varies.
///
/// # Errors
/// [`AnalysisError::TooShort`] for no signal, [`AnalysisError::Length`] for unequal ones.
///
/// # Source
/// Golomb & Rinzel (1994), Physica D 72:259, doi:10.1016/0167-2789(94)90214-3; Golomb (2007),
/// Scholarpedia 2:1347, doi:10.4249/scholarpedia.1347.
pub fn voltage_synchrony<S: AsRef<[f64]>>(signals: &[S]) -> Result<Option<f64>, AnalysisError> {
    let average = crate::rate::average(signals)?;
    for signal in signals {
        length("a signal", signal.as_ref().len(), average.len())?;
    }
    let variance = |x: &[f64]| moments(x).map(|m| m.sd * m.sd);
    let singles: Vec<f64> = signals.iter().filter_map(|s| variance(s.as_ref())).collect();
    let (Some(whole), Some(single)) = (variance(&average), mean(&singles)) else {
        return Ok(None);
    };
    Ok((single > 0.0).then(|| (whole / single).sqrt()))
}

/// Spike-time tiling coefficient of two sorted trains:
///
/// ```text
/// STTC = ½ [ (P_A − T_B)/(1 − P_A T_B) + (P_B − T_A)/(1 − P_B T_A) ]
/// ```
///
/// `T_A` is the fraction of the window that lies within ±`dt_ms` of a spike of A, `P_A` the
/// fraction of A's spikes that lie within ±`dt_ms` of one of B's. Insensitive to rate. `None` if a
/// train is empty.
///
/// # Errors
/// [`AnalysisError::NotPositive`] for `dt_ms`.
///
/// # Source
/// Cutts & Eglen (2014), J. Neurosci. 34:14288, doi:10.1523/JNEUROSCI.2767-14.2014.
pub fn tiling_coefficient(
    trains: &SpikeTrains,
    pair: (usize, usize),
    dt_ms: f64,
) -> Result<Option<f64>, AnalysisError> {
    positive("tiling window [ms]", dt_ms)?;
    let (a, b) = (trains.train(pair.0), trains.train(pair.1));
    if a.is_empty() || b.is_empty() {
        return Ok(None);
    }
    let [ta, tb] = [a, b].map(|train| tiled_fraction(train, trains.window(), dt_ms));
    let term = |p: f64, t: f64| if p * t < 1.0 { (p - t) / (1.0 - p * t) } else { 1.0 };
    let (pa, pb) = (near_fraction(a, b, dt_ms), near_fraction(b, a, dt_ms));
    Ok(Some(0.5 * (term(pa, tb) + term(pb, ta))))
}

fn tiled_fraction(train: &[f64], window: crate::Window, dt_ms: f64) -> f64 {
    let mut reached = window.start_ms();
    let mut tiled = 0.0;
    for t in train {
        let end = (t + dt_ms).min(window.stop_ms());
        tiled += end - (t - dt_ms).max(reached);
        reached = end;
    }
    tiled / window.duration_ms()
}

/// Fraction of spikes of `a` with a spike of `b` at most `dt_ms` away (to rounding, since times on
/// a grid are often exactly `dt_ms` apart).
fn near_fraction(a: &[f64], b: &[f64], dt_ms: f64) -> f64 {
    let dt_ms = dt_ms * (1.0 + 1e-6);
    let mut next = 0;
    let mut near = 0;
    for t in a {
        while next < b.len() && b[next] < t - dt_ms {
            next += 1;
        }
        near += usize::from(next < b.len() && b[next] <= t + dt_ms);
    }
    near as f64 / a.len() as f64
}

/// Mean spike-time tiling coefficient over at most `max_pairs` distinct pairs of neurons that
/// spiked (see [`sample_pairs`]). `None` for fewer than two such neurons.
///
/// # Errors
/// [`AnalysisError::NotPositive`] for `dt_ms`.
pub fn mean_tiling_coefficient(
    trains: &SpikeTrains,
    dt_ms: f64,
    max_pairs: usize,
    seed: u64,
) -> Result<Option<f64>, AnalysisError> {
    let active: Vec<usize> = (0..trains.len()).filter(|&n| !trains.train(n).is_empty()).collect();
    let mut values = Vec::new();
    for (i, j) in sample_pairs(active.len(), max_pairs, seed) {
        values.extend(tiling_coefficient(trains, (active[i], active[j]), dt_ms)?);
    }
    Ok(mean(&values))
}

/// Distinct unordered pairs `(i, j)`, `i < j < n`, in ascending order: all of them if there are at
/// most `max_pairs`, else `max_pairs` drawn without replacement (Floyd's method, Bentley & Floyd
/// 1987, doi:10.1145/30401.315746). Nothing of the size of the set of pairs is allocated.
pub fn sample_pairs(n: usize, max_pairs: usize, seed: u64) -> Vec<(usize, usize)> {
    let total = n * n.saturating_sub(1) / 2;
    if total <= max_pairs {
        return (1..n).flat_map(|j| (0..j).map(move |i| (i, j))).collect();
    }
    let mut stream = Stream::new(key(seed, "analysis pairs", 0), 0);
    let mut chosen = BTreeSet::new();
    for last in total - max_pairs..total {
        let drawn = (stream.uniform() * (last + 1) as f64) as usize;
        if !chosen.insert(drawn.min(last)) {
            chosen.insert(last);
        }
    }
    chosen.into_iter().map(pair_of).collect()
}

/// The pair at a place in the order (0,1), (0,2), (1,2), (0,3), …
fn pair_of(place: usize) -> (usize, usize) {
    let mut j = ((1.0 + (1.0 + 8.0 * place as f64).sqrt()) / 2.0) as usize;
    while j * (j - 1) / 2 > place {
        j -= 1;
    }
    while (j + 1) * j / 2 <= place {
        j += 1;
    }
    (place - j * (j - 1) / 2, j)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Window, test_signals};

    #[test]
    fn count_correlations_agree_with_elephant() {
        // BinnedSpikeTrain(T, bin_size=2 ms); correlation_coefficient(...); Elephant 1.1.1
        let trains = test_signals::trains();
        let c01 = count_correlation(&trains, (0, 1), 2.0).unwrap().unwrap();
        assert!((c01 - 0.021_016_227_720_138_603).abs() < 1e-12, "{c01}");
        let c35 = count_correlation(&trains, (3, 5), 2.0).unwrap().unwrap();
        assert!((c35 + 0.019_488_324_175_824_235).abs() < 1e-12, "{c35}");
        let all = mean_count_correlation(&trains, 2.0).unwrap().unwrap();
        assert!((all + 0.001_436_887_889_816_291_2).abs() < 1e-12, "{all}");
    }

    #[test]
    fn tiling_coefficients_agree_with_elephant() {
        // spike_time_tiling_coefficient(T[i], T[j], dt=...), and its mean over the 190 pairs at 2 ms
        // with numpy.isclose(..., rtol=0): Elephant's default rtol widens the window by 1e-5 of the
        // time since the start, which counts 0.02 ms more than asked at 2 s.
        let trains = test_signals::trains();
        for (dt, pair, expected) in [
            (2.0, (0, 1), 0.009_483_877_408_405_717),
            (2.0, (3, 5), -0.016_346_153_846_153_826),
            (5.0, (0, 1), 0.034_265_036_058_986_696),
            (5.0, (3, 5), -0.010_642_462_677_266_745),
            (0.5, (0, 1), -0.004_893_185_344_313_164),
        ] {
            let sttc = tiling_coefficient(&trains, pair, dt).unwrap().unwrap();
            assert!((sttc - expected).abs() < 1e-10, "{dt} {pair:?}: {sttc}");
        }
        let all = mean_tiling_coefficient(&trains, 2.0, 4000, 1).unwrap().unwrap();
        assert!((all + 0.001_613_415_223_573_96).abs() < 1e-10, "{all}");
    }

    #[test]
    fn spikes_on_a_grid_exactly_one_window_apart_are_near() {
        let a: Vec<f64> = (1..2000).map(|k| f64::from(7 * k) * 0.1).collect();
        let b: Vec<f64> = (1..2000).map(|k| f64::from(7 * k + 2) * 0.1).collect();
        assert_eq!(near_fraction(&a, &b, 0.2), 1.0);
        assert_eq!(near_fraction(&b, &a, 0.2), 1.0);
    }

    #[test]
    fn identical_trains_are_fully_synchronous() {
        let window = Window::new(0.0, 500.0).unwrap();
        let lists = vec![vec![10.0, 50.0, 51.0, 300.0]; 6];
        let trains = SpikeTrains::from_lists(&lists, window).unwrap();
        let close = |x: Option<f64>| (x.unwrap() - 1.0).abs() < 1e-9;
        assert!(close(mean_count_correlation(&trains, 2.0).unwrap()));
        assert!(close(count_synchrony(&trains, 2.0).unwrap()));
        assert!(close(mean_tiling_coefficient(&trains, 2.0, 100, 0).unwrap()));
        let signal = test_signals::two_tones();
        assert!(close(voltage_synchrony(&[signal.clone(), signal]).unwrap()));
    }

    #[test]
    fn synchrony_of_a_shared_and_a_private_part_has_its_closed_form() {
        // V_i = s + n_i on orthogonal signals of equal variance: χ² = (1 + 1/N)/2.
        let tone = |cycles: f64| {
            let step = std::f64::consts::TAU * cycles / 1000.0;
            (0..1000).map(|k| (step * f64::from(k)).sin()).collect::<Vec<_>>()
        };
        let signals: Vec<Vec<f64>> = (0..4)
            .map(|i| tone(5.0).iter().zip(tone(7.0 + f64::from(i))).map(|(s, n)| s + n).collect())
            .collect();
        let chi = voltage_synchrony(&signals).unwrap().unwrap();
        assert!((chi * chi - 0.625).abs() < 1e-12, "{chi}");
    }

    #[test]
    fn sampled_pairs_are_distinct_valid_and_repeatable() {
        assert_eq!(sample_pairs(3, 10, 0), [(0, 1), (0, 2), (1, 2)]);
        let pairs = sample_pairs(4000, 3000, 7);
        assert_eq!(pairs.len(), 3000);
        assert!(pairs.iter().all(|&(i, j)| i < j && j < 4000));
        assert_eq!(pairs.iter().collect::<BTreeSet<_>>().len(), 3000);
        assert_eq!(pairs, sample_pairs(4000, 3000, 7));
        assert!(sample_pairs(1, 10, 0).is_empty());
        assert_eq!(pair_of(4000 * 3999 / 2 - 1), (3998, 3999));
    }
}
