//! Correlation of sampled signals and of spike trains; correlation times.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::descriptive::mean;
use crate::error::{AnalysisError, length, positive};

/// Pearson's correlation coefficient; `None` if a signal is constant or there are fewer than two
/// samples.
///
/// # Errors
/// [`AnalysisError::Length`] if the signals differ in length.
pub fn pearson(x: &[f64], y: &[f64]) -> Result<Option<f64>, AnalysisError> {
    length("the second signal", y.len(), x.len())?;
    let (Some(mx), Some(my)) = (mean(x), mean(y)) else { return Ok(None) };
    let [mut xx, mut yy, mut xy] = [0.0; 3];
    for (a, b) in x.iter().zip(y) {
        let (a, b) = (a - mx, b - my);
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    Ok((xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt()))
}

/// Normalised autocorrelation at lags 0, 1, …, `max_lag` samples:
///
/// ```text
/// ρ(k) = c(k)/c(0) ,  c(k) = Σ_i (x_i − μ)(x_{i+k} − μ) / (n − k)
/// ```
///
/// `None` for a constant signal. By FFT, O(n log n).
///
/// # Errors
/// [`AnalysisError::TooShort`] unless there are more samples than `max_lag`.
pub fn autocorrelation(x: &[f64], max_lag: usize) -> Result<Option<Vec<f64>>, AnalysisError> {
    autocorrelation_of_pieces(&[x], max_lag)
}

/// [`autocorrelation`] of a signal of which only pieces are valid: products of samples of one
/// piece only, divided by their number, about the mean of all. Nothing is glued together, so gaps
/// do not bias the result. Stops before the first lag for which there is no pair.
///
/// # Errors
/// [`AnalysisError::TooShort`] if no piece is longer than one sample, or, for a single piece, if it
/// is not longer than `max_lag`.
pub fn autocorrelation_of_pieces(
    pieces: &[&[f64]],
    max_lag: usize,
) -> Result<Option<Vec<f64>>, AnalysisError> {
    let longest = pieces.iter().map(|piece| piece.len()).max().unwrap_or(0);
    let needed = if pieces.len() == 1 { max_lag + 1 } else { 2 };
    if longest < needed {
        let what = "the autocorrelation";
        return Err(AnalysisError::TooShort { what, needed, found: longest });
    }
    let count: usize = pieces.iter().map(|piece| piece.len()).sum();
    let mu = pieces.iter().flat_map(|piece| piece.iter()).sum::<f64>() / count as f64;
    let lags = max_lag.min(longest - 1) + 1;
    let (mut sums, mut pairs) = (vec![0.0; lags], vec![0.0; lags]);
    let mut planner = FftPlanner::new();
    for piece in pieces {
        let centred: Vec<f64> = piece.iter().map(|x| x - mu).collect();
        let lagged = lagged_products(&mut planner, &centred, &centred, lags);
        for (lag, product) in lagged.into_iter().enumerate().take(piece.len()) {
            sums[lag] += product;
            pairs[lag] += (piece.len() - lag) as f64;
        }
    }
    let variance = sums[0] / pairs[0];
    let scale = mu.abs().max(1e-300) * 1e-15;
    if variance <= scale * scale {
        return Ok(None);
    }
    Ok(Some(sums.iter().zip(&pairs).map(|(sum, n)| sum / n / variance).collect()))
}

/// Normalised cross-correlation `ρ(k) = ⟨(x_i − μ_x)(y_{i+k} − μ_y)⟩/(σ_x σ_y)` at lags
/// `−max_lag … max_lag` samples (the middle entry is lag 0): a peak at positive lag means that
/// `y` follows `x`. Means over the pairs available at each lag. `None` if a signal is constant.
///
/// # Errors
/// [`AnalysisError::Length`] for unequal lengths, [`AnalysisError::TooShort`] unless there are more
/// samples than `max_lag`.
pub fn cross_correlation(
    x: &[f64],
    y: &[f64],
    max_lag: usize,
) -> Result<Option<Vec<f64>>, AnalysisError> {
    length("the second signal", y.len(), x.len())?;
    if x.len() <= max_lag {
        let (what, found) = ("the cross-correlation", x.len());
        return Err(AnalysisError::TooShort { what, needed: max_lag + 1, found });
    }
    let centred = |x: &[f64]| {
        let mu = x.iter().sum::<f64>() / x.len() as f64;
        x.iter().map(|v| v - mu).collect::<Vec<_>>()
    };
    let (a, b) = (centred(x), centred(y));
    let norm = [&a, &b].map(|z| z.iter().map(|v| v * v).sum::<f64>() / z.len() as f64);
    if norm[0] <= 0.0 || norm[1] <= 0.0 {
        return Ok(None);
    }
    let scale = (norm[0] * norm[1]).sqrt();
    let mut planner = FftPlanner::new();
    let later = lagged_products(&mut planner, &a, &b, max_lag + 1);
    let earlier = lagged_products(&mut planner, &b, &a, max_lag + 1);
    let value = |(lag, sum): (usize, &f64)| sum / (x.len() - lag) as f64 / scale;
    let negative = earlier.iter().enumerate().skip(1).rev().map(value);
    Ok(Some(negative.chain(later.iter().enumerate().map(value)).collect()))
}

/// `Σ_i x_i y_{i+k}` for k = 0 … lags−1, by zero-padded FFT.
fn lagged_products(planner: &mut FftPlanner<f64>, x: &[f64], y: &[f64], lags: usize) -> Vec<f64> {
    let n = (x.len() + lags.min(x.len())).next_power_of_two();
    let padded = |z: &[f64]| {
        let mut out = vec![Complex::default(); n];
        out.iter_mut().zip(z).for_each(|(o, &v)| o.re = v);
        out
    };
    let (mut a, mut b) = (padded(x), padded(y));
    let forward = planner.plan_fft_forward(n);
    forward.process(&mut a);
    forward.process(&mut b);
    a.iter_mut().zip(&b).for_each(|(a, b)| *a = a.conj() * b);
    planner.plan_fft_inverse(n).process(&mut a);
    let mut products: Vec<f64> =
        a.iter().take(lags.min(x.len())).map(|c| c.re / n as f64).collect();
    products.resize(lags, 0.0);
    products
}

/// Histogram of the differences `t_b − t_a` of two sorted spike trains, in bins of `bin_ms`
/// centred on multiples of `bin_ms` from `−max_lag` to `max_lag` bins. With the same train twice,
/// the zero-lag bin holds every spike with itself. Cost: number of spikes plus pairs counted.
///
/// # Errors
/// [`AnalysisError::NotPositive`] for the bin width.
///
/// # Source
/// Perkel, Gerstein & Moore (1967), Biophys. J. 7:419, doi:10.1016/S0006-3495(67)86597-4.
pub fn correlogram(
    a_ms: &[f64],
    b_ms: &[f64],
    bin_ms: f64,
    max_lag: usize,
) -> Result<Vec<u64>, AnalysisError> {
    positive("bin width [ms]", bin_ms)?;
    let mut counts = vec![0; 2 * max_lag + 1];
    let reach = (max_lag as f64 + 0.5) * bin_ms;
    let mut first = 0;
    for a in a_ms {
        while first < b_ms.len() && b_ms[first] < a - reach {
            first += 1;
        }
        for b in b_ms[first..].iter().take_while(|b| **b < a + reach) {
            let lag = ((b - a) / bin_ms + 0.5).floor() as i64 + max_lag as i64;
            if let Some(count) = usize::try_from(lag).ok().and_then(|lag| counts.get_mut(lag)) {
                *count += 1;
            }
        }
    }
    Ok(counts)
}

/// Correlation time `∫ρ(s) ds` by the trapezoidal rule, from lag 0 to the first zero of `ρ` or the
/// end `[ms]`. τ for `ρ = e^{−s/τ}`.
pub fn integral_time_ms(rho: &[f64], dt_ms: f64) -> f64 {
    let mut sum = 0.0;
    for pair in rho.windows(2) {
        if pair[1] <= 0.0 {
            // the triangle down to where the chord crosses zero
            let part = pair[0] / (pair[0] - pair[1]);
            return (sum + 0.5 * pair[0] * part) * dt_ms;
        }
        sum += 0.5 * (pair[0] + pair[1]);
    }
    sum * dt_ms
}

/// The τ `[ms]` for which `Σ_k |ρ(k) − e^{−k dt/τ}|` is least, within `range_ms` (1 to 1000 ms is
/// usual): a scan of 200 values, evenly spaced in log τ, refined by golden sections to 1e-6.
///
/// # Errors
/// [`AnalysisError::NotPositive`] for the step or a bound, [`AnalysisError::TooShort`] for fewer
/// than two lags.
pub fn exponential_time_ms(
    rho: &[f64],
    dt_ms: f64,
    range_ms: [f64; 2],
) -> Result<f64, AnalysisError> {
    positive("step [ms]", dt_ms)?;
    let [low, high] = [positive("lower bound [ms]", range_ms[0])?.ln(), range_ms[1].ln()];
    positive("range of correlation times [log ms]", high - low)?;
    if rho.len() < 2 {
        let (what, found) = ("the exponential fit", rho.len());
        return Err(AnalysisError::TooShort { what, needed: 2, found });
    }
    let cost = |log_tau: f64| {
        let decay = (-dt_ms / log_tau.exp()).exp();
        let mut model = 1.0;
        rho.iter().fold(0.0, |sum, r| {
            let next = sum + (r - model).abs();
            model *= decay;
            next
        })
    };
    let step = (high - low) / 199.0;
    let costs: Vec<f64> = (0..200).map(|k| cost(low + f64::from(k) * step)).collect();
    let best = (0..200).min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(0);
    let (mut a, mut b) =
        ((low + (best as f64 - 1.0) * step).max(low), (low + (best as f64 + 1.0) * step).min(high));
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    while b - a > 1e-6 {
        let (c, d) = (b - ratio * (b - a), a + ratio * (b - a));
        if cost(c) < cost(d) { b = d } else { a = c }
    }
    Ok((0.5 * (a + b)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals;
    use neuropil_core::random::{Stream, key};

    #[test]
    fn autocorrelation_agrees_with_numpy() {
        // y = x[:200] - x[:200].mean(); a = numpy.correlate(y, y, 'full')[199:]; (a/a[0])[[1,5,20]]
        let x = &test_signals::two_tones()[..200];
        let rho = autocorrelation(x, 20).unwrap().unwrap();
        for (lag, biased) in [
            (1, 0.751_488_430_758_112),
            (5, -0.067_407_447_229_338_31),
            (20, 0.466_644_022_507_293),
        ] {
            let expected = biased * 200.0 / (200 - lag) as f64;
            assert!((rho[lag] - expected).abs() < 1e-12, "lag {lag}: {}", rho[lag]);
        }
        assert!((rho[0] - 1.0).abs() < 1e-15);
        assert_eq!(autocorrelation(&[2.0; 50], 5).unwrap(), None);
    }

    #[test]
    fn gaps_do_not_bias_the_autocorrelation() {
        // An AR(1) signal of which every 40th stretch of 20 samples is missing keeps ρ(k) = a^k.
        let a = 0.9_f64;
        let mut stream = Stream::new(key(1, "ar", 0), 0);
        let mut x = 0.0;
        let signal: Vec<f64> = (0..400_000)
            .map(|_| {
                x = a * x + stream.normal();
                x
            })
            .collect();
        let pieces: Vec<&[f64]> = signal.chunks(40).map(|chunk| &chunk[..20]).collect();
        let rho = autocorrelation_of_pieces(&pieces, 15).unwrap().unwrap();
        for lag in [1, 5, 15] {
            assert!((rho[lag] - a.powi(lag as i32)).abs() < 0.02, "lag {lag}: {}", rho[lag]);
        }
    }

    #[test]
    fn a_delayed_copy_peaks_at_its_delay() {
        let x = test_signals::two_tones();
        let y: Vec<f64> = (0..1000).map(|k| x[(k + 993) % 1000]).collect(); // y[k] = x[k − 7]
        let rho = cross_correlation(&x, &y, 30).unwrap().unwrap();
        let peak = (0..61).max_by(|&a, &b| rho[a].total_cmp(&rho[b])).unwrap();
        assert_eq!(peak as i64 - 30, 7);
        let zero_lag = pearson(&x, &y).unwrap().unwrap();
        assert!((rho[30] - zero_lag).abs() < 1e-12);
    }

    #[test]
    fn cross_correlations_agree_with_numpy() {
        // a = x[:400]; b = numpy.cumsum(x[400:800] - x[400:800].mean()); A, B centred;
        // numpy.correlate(B, A, 'full')[399 + lag] / (400 - |lag|) / (A.std() * B.std()); NumPy 1.26
        let x = test_signals::two_tones();
        let mean = x[400..800].iter().sum::<f64>() / 400.0;
        let mut sum = 0.0;
        let walk = |x: &f64| {
            sum += x - mean;
            sum
        };
        let b: Vec<f64> = x[400..800].iter().map(walk).collect();
        let rho = cross_correlation(&x[..400], &b, 20).unwrap().unwrap();
        for (lag, expected) in [
            (-20, 0.065_022_800_350_480_14),
            (-3, -0.674_558_252_726_803_5),
            (0, 0.158_622_935_790_761_03),
            (5, 0.718_958_045_061_600_4),
            (20, 0.141_178_318_343_457_15),
        ] {
            let found = rho[(lag + 20) as usize];
            assert!((found - expected).abs() < 1e-10, "lag {lag}: {found}");
        }
        // numpy.histogram(numpy.subtract.outer(T[1], T[0]), (numpy.arange(-5, 7) - 0.5) * 2.0)
        let [a, b] = [0, 1].map(test_signals::train);
        let counts = correlogram(&a, &b, 2.0, 5).unwrap();
        assert_eq!(counts, [13, 7, 10, 13, 9, 12, 12, 13, 13, 14, 11]);
    }

    #[test]
    fn correlation_times_recover_an_exponential() {
        let rho: Vec<f64> = (0..4000).map(|k| (-0.1 * f64::from(k) / 17.0).exp()).collect();
        assert!((integral_time_ms(&rho, 0.1) - 17.0).abs() < 1e-3);
        assert!((exponential_time_ms(&rho, 0.1, [1.0, 1000.0]).unwrap() - 17.0).abs() < 1e-4);
    }

    #[test]
    fn correlogram_counts_differences_by_lag() {
        let counts = correlogram(&[10.0, 20.0], &[12.1, 18.0, 20.0, 35.0], 2.0, 4).unwrap();
        // differences from 10: 2.1, 8, (10, 25 out); from 20: −7.9, −2, 0, (15 out)
        assert_eq!(counts, [1, 0, 0, 1, 1, 1, 0, 0, 1]);
        let same = correlogram(&[1.0, 4.0, 9.0], &[1.0, 4.0, 9.0], 1.0, 9).unwrap();
        assert_eq!(same[9], 3);
        assert!(same.iter().eq(same.iter().rev()));
    }
}
