//! Integer time: a step counter and its resolution.

use thiserror::Error;

/// Why a duration cannot be put on the grid.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ClockError {
    #[error("dt must be a positive, finite time, found {dt_ms} ms")]
    Resolution { dt_ms: f64 },
    #[error("{what} of {ms} ms is not a whole number of steps of {dt_ms} ms")]
    OffGrid { what: &'static str, ms: f64, dt_ms: f64 },
    #[error("a delay must be at least one step of {dt_ms} ms, found {ms} ms")]
    DelayBelowStep { ms: f64, dt_ms: f64 },
    #[error("a delay must be at most {max} steps of {dt_ms} ms, found {ms} ms")]
    DelayTooLong { ms: f64, dt_ms: f64, max: u32 },
    #[error("{what} must be a finite time not below 0, found {ms} ms")]
    NotATime { what: &'static str, ms: f64 },
}

/// Longest delay `[steps]`, 105 s in steps of 0.1 ms: spikes of so many steps are kept.
pub const MAX_DELAY: u32 = 1 << 20;

/// The time grid of a simulation: model time is always `step × dt`, never a running sum.
///
/// ```
/// use neuropil_core::Clock;
/// let clock = Clock::new(0.1)?;
/// assert_eq!(clock.delay_steps(0.85)?, 9); // half a step rounds up, as in NEST
/// assert_eq!(clock.delay_steps(0.8499)?, 8);
/// assert!(clock.delay_steps(0.04).is_err());
/// assert_eq!(clock.ms(3), 0.1 * 3.0);
/// # Ok::<(), neuropil_core::ClockError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    dt_ms: f64,
}

impl Clock {
    /// A grid of `dt_ms`.
    ///
    /// # Errors
    /// [`ClockError::Resolution`] unless `dt_ms` is positive and finite.
    pub fn new(dt_ms: f64) -> Result<Self, ClockError> {
        if dt_ms > 0.0 && dt_ms.is_finite() {
            Ok(Self { dt_ms })
        } else {
            Err(ClockError::Resolution { dt_ms })
        }
    }

    /// The resolution `[ms]`.
    pub const fn dt_ms(&self) -> f64 {
        self.dt_ms
    }

    /// Model time at the end of `step` steps `[ms]`.
    pub fn ms(&self, step: u64) -> f64 {
        step as f64 * self.dt_ms
    }

    /// Steps of an on-grid duration or instant, 1e-6 of a step tolerated.
    ///
    /// # Errors
    /// [`ClockError::NotATime`] below 0 or not finite, [`ClockError::OffGrid`] between grid points.
    pub fn on_grid(&self, what: &'static str, ms: f64) -> Result<u64, ClockError> {
        if !(ms >= 0.0 && ms.is_finite()) {
            return Err(ClockError::NotATime { what, ms });
        }
        let steps = ms / self.dt_ms;
        let whole = steps.round();
        if (steps - whole).abs() > 1e-6 * steps.abs().max(1.0) {
            return Err(ClockError::OffGrid { what, ms, dt_ms: self.dt_ms });
        }
        Ok(whole as u64)
    }

    /// Steps of a delay, half a step rounding up: `floor(d/h + ½)`, at least 1.
    ///
    /// # Errors
    /// [`ClockError::NotATime`] if negative or not finite, [`ClockError::DelayBelowStep`] if it
    /// rounds to nothing, [`ClockError::DelayTooLong`] beyond [`MAX_DELAY`].
    pub fn delay_steps(&self, ms: f64) -> Result<u32, ClockError> {
        if !(ms >= 0.0 && ms.is_finite()) {
            return Err(ClockError::NotATime { what: "a delay", ms });
        }
        let steps = self.nearest(ms);
        if steps < 1 {
            return Err(ClockError::DelayBelowStep { ms, dt_ms: self.dt_ms });
        }
        if steps > u64::from(MAX_DELAY) {
            return Err(ClockError::DelayTooLong { ms, dt_ms: self.dt_ms, max: MAX_DELAY });
        }
        Ok(steps as u32)
    }

    /// Steps of a duration, half a step rounding up (refractory times).
    pub fn nearest(&self, ms: f64) -> u64 {
        // 1e-9 absorbs the representation error of decimal steps: 0.85 / 0.1 is 8.499999999999998.
        (ms / self.dt_ms + 0.5 + 1e-9).floor().max(0.0) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_round_as_in_nest() {
        let clock = Clock::new(0.1).unwrap();
        for (ms, steps) in [(0.81, 8), (0.8499, 8), (0.85, 9), (0.05, 1), (1.5, 15), (0.1, 1)] {
            assert_eq!(clock.delay_steps(ms), Ok(steps), "{ms} ms");
        }
        for ms in [0.0, 0.049, -1.0, f64::NAN, f64::INFINITY] {
            assert!(clock.delay_steps(ms).is_err(), "{ms} ms");
        }
        assert_eq!(clock.delay_steps(104_857.6), Ok(MAX_DELAY));
        for ms in [104_857.7, 1e15, 429_496_729.7] {
            assert!(matches!(clock.delay_steps(ms), Err(ClockError::DelayTooLong { .. })));
        }
    }

    #[test]
    fn off_grid_durations_are_refused() {
        let clock = Clock::new(0.1).unwrap();
        assert_eq!(clock.on_grid("duration", 1000.0), Ok(10_000));
        assert!(clock.on_grid("duration", 1000.05).is_err());
        assert!(Clock::new(0.0).is_err());
    }
}
