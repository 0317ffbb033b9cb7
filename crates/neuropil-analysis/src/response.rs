//! The response of a sampled signal to a stimulus: how large, how fast, how long.

/// A signal sampled at equal intervals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signal<'a> {
    /// Time of the first value `[ms]`.
    pub start_ms: f64,
    /// From value to value `[ms]`, > 0.
    pub step_ms: f64,
    /// The values.
    pub values: &'a [f64],
}

impl<'a> Signal<'a> {
    /// The values from one time to another, both included as far as sampling allows.
    #[must_use]
    pub fn within(self, from_ms: f64, to_ms: f64) -> Self {
        let index = |ms: f64| ((ms - self.start_ms) / self.step_ms).max(0.0);
        let first = ((index(from_ms) - 1e-6).ceil().max(0.0) as usize).min(self.values.len());
        let end = ((index(to_ms) + 1e-6).floor() as usize + 1).clamp(first, self.values.len());
        let end = if to_ms < self.start_ms - 1e-6 * self.step_ms { first } else { end };
        let start_ms = self.start_ms + first as f64 * self.step_ms;
        Self { start_ms, values: &self.values[first..end], ..self }
    }

    fn time(&self, position: f64) -> f64 {
        self.start_ms + position * self.step_ms
    }
}

/// Measures of a response, all relative to the baseline. The largest deviation decides the sign: a
/// response may be a hyperpolarisation or an inward current.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Response {
    /// Mean of the signal before the stimulus.
    pub baseline: f64,
    /// Largest deviation from the baseline, with its sign.
    pub amplitude: f64,
    /// From the beginning of the window to the peak `[ms]`.
    pub time_to_peak_ms: f64,
    /// From a tenth to nine tenths of the amplitude, on the way to the peak `[ms]`.
    pub rise_ms: f64,
    /// Time spent beyond half the amplitude around the peak `[ms]`; NaN if the signal does not come
    /// back to half within the window.
    pub half_width_ms: f64,
    /// Integral of the deviation over the window (trapezoids), in units of the signal times ms.
    pub area: f64,
    /// Mean deviation over the window.
    pub mean: f64,
    /// Standard deviation over the window.
    pub std: f64,
    /// Deviation at the end of the window.
    pub last: f64,
}

impl Response {
    /// Measures `signal` from its beginning, against a baseline. `None` without values.
    ///
    /// Crossings are interpolated linearly between samples; the peak is that of the samples.
    ///
    /// ```
    /// use neuropil_analysis::response::{Response, Signal};
    /// // A triangle that rises from -70 to -60 within 2 ms and falls within 4 ms.
    /// let values = [-70.0, -65.0, -60.0, -62.5, -65.0, -67.5, -70.0];
    /// let found = Response::of(Signal { start_ms: 10.0, step_ms: 1.0, values: &values }, -70.0).unwrap();
    /// assert_eq!((found.amplitude, found.time_to_peak_ms, found.half_width_ms), (10.0, 2.0, 3.0));
    /// assert!((found.rise_ms - 1.6).abs() < 1e-12 && found.area == 30.0);
    /// ```
    pub fn of(signal: Signal<'_>, baseline: f64) -> Option<Self> {
        let deviation: Vec<f64> = signal.values.iter().map(|value| value - baseline).collect();
        let peak = (0..deviation.len())
            .filter(|&k| deviation[k].is_finite())
            .max_by(|&a, &b| deviation[a].abs().total_cmp(&deviation[b].abs()).then(b.cmp(&a)))?;
        let amplitude = deviation[peak];
        let share = |k: usize| deviation[k] / amplitude;
        // Position at which the way up to the peak last passes a share of the amplitude.
        let upward = |level: f64| {
            let below = (0..peak).rev().find(|&k| share(k) < level)?;
            Some(below as f64 + (level - share(below)) / (share(below + 1) - share(below)))
        };
        let downward = |level: f64| {
            let below = (peak..deviation.len()).find(|&k| share(k) < level)?;
            Some(below as f64 - (level - share(below)) / (share(below - 1) - share(below)))
        };
        let ms = |span: Option<f64>| span.map_or(f64::NAN, |span| span * signal.step_ms);
        let begin = |level: f64| upward(level).unwrap_or(0.0);
        let n = deviation.len() as f64;
        let mean = deviation.iter().sum::<f64>() / n;
        let sum: f64 = deviation.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).sum();
        Some(Self {
            baseline,
            amplitude,
            time_to_peak_ms: signal.time(peak as f64) - signal.start_ms,
            rise_ms: ms(Some(begin(0.9) - begin(0.1))),
            half_width_ms: ms(downward(0.5).map(|end| end - begin(0.5))),
            area: sum * signal.step_ms,
            mean,
            std: (deviation.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / n).sqrt(),
            last: deviation.last().copied().unwrap_or(f64::NAN),
        })
    }
}

/// Mean of the values of a signal; 0 without any.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alpha_function_has_its_analytic_measures() {
        // t/τ · exp(1 − t/τ): peak 1 at τ, area e·τ, half-width 2.4464 τ, 10–90 % rise 0.5728 τ.
        let (tau, step_ms) = (3.0, 0.001);
        let values: Vec<f64> = (0..100_000)
            .map(|k| f64::from(k) * step_ms / tau)
            .map(|x| -5.0 - 2.0 * x * (1.0 - x).exp())
            .collect();
        let found = Response::of(Signal { start_ms: 7.0, step_ms, values: &values }, -5.0).unwrap();
        assert!((found.amplitude + 2.0).abs() < 1e-6);
        assert!((found.time_to_peak_ms - tau).abs() < 2e-3);
        assert!(
            (found.half_width_ms / tau - 2.446_4).abs() < 1e-3,
            "{}",
            found.half_width_ms / tau
        );
        assert!((found.area + 2.0 * std::f64::consts::E * tau).abs() < 1e-3, "{}", found.area);
    }

    #[test]
    fn a_window_takes_the_samples_within_it() {
        let values: Vec<f64> = (0..10).map(f64::from).collect();
        let signal = Signal { start_ms: 5.0, step_ms: 0.1, values: &values };
        assert_eq!(signal.within(5.2, 5.4).values, [2.0, 3.0, 4.0]);
        assert_eq!(signal.within(0.0, 5.0).values, [0.0]);
        assert!(signal.within(0.0, 4.0).values.is_empty());
        assert!(signal.within(7.0, 8.0).values.is_empty());
        assert!((signal.within(5.25, 9.0).start_ms - 5.3).abs() < 1e-12);
    }

    #[test]
    fn a_response_that_stays_up_has_no_half_width() {
        let values = [0.0, 1.0, 2.0, 2.0];
        let found = Response::of(Signal { start_ms: 0.0, step_ms: 1.0, values: &values }, 0.0);
        assert!(found.unwrap().half_width_ms.is_nan());
        assert!(Response::of(Signal { start_ms: 0.0, step_ms: 1.0, values: &[] }, 0.0).is_none());
    }
}
