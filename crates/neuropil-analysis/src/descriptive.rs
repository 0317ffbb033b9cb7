//! Mean, standard deviation, skewness and excess kurtosis of numbers.

/// The first four moments of a set of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// How many numbers.
    pub count: usize,
    /// Mean, in the unit of the numbers.
    pub mean: f64,
    /// Standard deviation `√(Σ(x−μ)²/n)`, in the unit of the numbers.
    pub sd: f64,
    /// Skewness `Σ(x−μ)³/(n σ³)`; 0 if σ = 0.
    pub skewness: f64,
    /// Excess kurtosis `Σ(x−μ)⁴/(n σ⁴) − 3`; 0 if σ = 0.
    pub kurtosis: f64,
}

/// Moments of `values` in two passes; `None` if there is none.
pub fn moments(values: &[f64]) -> Option<Moments> {
    if values.is_empty() {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let [mut m2, mut m3, mut m4] = [0.0; 3];
    for x in values {
        let d = x - mean;
        let d2 = d * d;
        m2 += d2;
        m3 += d2 * d;
        m4 += d2 * d2;
    }
    let variance = m2 / n;
    let sd = variance.sqrt();
    let (skewness, kurtosis) = if variance > 0.0 {
        (m3 / n / (variance * sd), m4 / n / (variance * variance) - 3.0)
    } else {
        (0.0, 0.0)
    };
    Some(Moments { count: values.len(), mean, sd, skewness, kurtosis })
}

/// Mean of `values`; `None` if there is none.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The `q` quantile (0 ≤ q ≤ 1) of `values` with linear interpolation between order statistics
/// (definition 7 of Hyndman & Fan 1996, doi:10.1080/00031305.1996.10473566); `None` if empty.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    if values.is_empty() || !(0.0..=1.0).contains(&q) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = q * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    Some(sorted[below] + (place - below as f64) * (sorted[above] - sorted[below]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_point_distribution_has_its_known_moments() {
        // P(1) = p = 1/4: mean p, variance p(1−p), skewness (1−2p)/σ, kurtosis (1−6p(1−p))/σ².
        let m = moments(&[1.0, 0.0, 0.0, 0.0]).unwrap();
        let sd = (3.0_f64 / 16.0).sqrt();
        assert!((m.mean - 0.25).abs() < 1e-15 && (m.sd - sd).abs() < 1e-15);
        assert!((m.skewness - 0.5 / sd).abs() < 1e-14);
        assert!((m.kurtosis - (1.0 - 18.0 / 16.0) * 16.0 / 3.0).abs() < 1e-14);
        assert_eq!(moments(&[]), None);
    }

    #[test]
    fn skewness_and_kurtosis_agree_with_scipy() {
        // scipy.stats.skew(x), scipy.stats.kurtosis(x); SciPy 1.17.1
        let m = moments(&crate::test_signals::two_tones()).unwrap();
        assert!((m.skewness - SKEW).abs() < 1e-12, "{}", m.skewness);
        assert!((m.kurtosis - KURTOSIS).abs() < 1e-12, "{}", m.kurtosis);
    }

    const SKEW: f64 = 0.003_756_043_700_830_117;
    const KURTOSIS: f64 = -0.813_978_520_044_799_3;

    #[test]
    fn quartiles_interpolate() {
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.25), Some(1.75));
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 1.0), Some(4.0));
    }
}
