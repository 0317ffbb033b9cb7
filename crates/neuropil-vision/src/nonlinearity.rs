//! From the filtered drive to a rate.

/// A static nonlinearity.
///
/// ```text
/// Power       rate = baseline + gain · [r − θ]₊ⁿ
/// Saturating  rate = baseline + gain · [r − θ]₊ⁿ / (σⁿ + [r − θ]₊ⁿ)
/// Normalized  rate = baseline + gain · [r − θ]₊ⁿ / (σⁿ + mean_j |r_j|ⁿ)
/// ```
///
/// The second is the contrast response of Naka & Rushton (Albrecht & Hamilton 1982,
/// doi:10.1152/jn.1982.48.1.217), the third divisive normalization by all cells of the population
/// (Heeger 1992, doi:10.1017/S0952523800009640).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nonlinearity {
    /// Rate without drive `[Hz]`.
    pub baseline_hz: f64,
    /// Rate that a drive of 1 adds or, with saturation, the largest that any adds `[Hz]`.
    pub gain_hz: f64,
    /// Drive below which nothing is added, `θ`.
    pub threshold: f64,
    /// Exponent `n`, above 0.
    pub exponent: f64,
    /// What holds large answers down.
    pub pool: Pool,
}

/// What an answer is divided by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pool {
    /// Nothing.
    None,
    /// Itself; the drive of half the largest answer.
    Own(f64),
    /// The mean over the population; the semi-saturation `σ`.
    Population(f64),
}

impl Nonlinearity {
    /// `[r − θ]₊ⁿ`.
    fn raised(&self, drive: f64) -> f64 {
        power((drive - self.threshold).max(0.0), self.exponent)
    }

    /// Rate of a cell `[Hz]`; `pool` is that of [`pool`](Self::pool). Never below 0.
    pub fn rate_hz(&self, drive: f64, pool: f64) -> f64 {
        let raised = self.raised(drive);
        let share = match self.pool {
            Pool::None => raised,
            Pool::Own(_) | Pool::Population(_) if raised == 0.0 => 0.0,
            Pool::Own(half) => raised / (power(half, self.exponent) + raised),
            Pool::Population(half) => raised / (power(half, self.exponent) + pool),
        };
        (self.baseline_hz + self.gain_hz * share).max(0.0)
    }

    /// `mean_j |r_j|ⁿ` over a population; 0 if it does not matter.
    pub fn pool(&self, drives: &[f64]) -> f64 {
        if !matches!(self.pool, Pool::Population(_)) {
            return 0.0;
        }
        let sum: f64 = drives.iter().map(|drive| power(drive.abs(), self.exponent)).sum();
        sum / drives.len() as f64
    }
}

/// `base^exponent`, exact for 1 and 2.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent == 1.0 {
        base
    } else if exponent == 2.0 {
        base * base
    } else {
        base.powf(exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_formulas() {
        let power = Nonlinearity {
            baseline_hz: 2.0,
            gain_hz: 50.0,
            threshold: 0.1,
            exponent: 2.0,
            pool: Pool::None,
        };
        assert!((power.rate_hz(0.5, 0.0) - 10.0).abs() < 1e-12);
        assert_eq!((power.rate_hz(0.05, 0.0), power.rate_hz(-3.0, 0.0)), (2.0, 2.0));
        let own = Nonlinearity { threshold: 0.0, pool: Pool::Own(0.3), ..power };
        assert!((own.rate_hz(0.3, 0.0) - 27.0).abs() < 1e-12);
        let all = Nonlinearity { threshold: 0.0, pool: Pool::Population(0.3), ..power };
        let pool = all.pool(&[0.3, -0.1]);
        assert!((pool - 0.05).abs() < 1e-15);
        assert!((all.rate_hz(0.3, pool) - (2.0 + 50.0 * 0.09 / 0.14)).abs() < 1e-12);
        assert_eq!(Nonlinearity { gain_hz: -50.0, ..power }.rate_hz(1.0, 0.0), 0.0);
    }
}
