//! Trains of events as they are drawn, one event ahead.

use std::sync::Arc;

use neuropil_core::random::{Stream, key};

use crate::model::Timing;

/// A train and its position.
#[derive(Debug, Clone)]
pub(crate) struct Train {
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    Times { times: Arc<[f64]>, next: usize },
    Regular { start_ms: f64, interval_ms: f64, stop_ms: f64, next: u64 },
    Poisson { interval_ms: f64, stop_ms: f64, now_ms: f64, stream: Stream },
}

impl Train {
    /// Train number `number` of the model, at its beginning.
    pub(crate) fn new(timing: &Timing, seed: u64, number: usize) -> Self {
        let source = match *timing {
            Timing::Times(ref times) => {
                let mut sorted = times.to_vec();
                sorted.sort_by(f64::total_cmp);
                Source::Times { times: sorted.into(), next: 0 }
            }
            Timing::Regular { start_ms, interval_ms, stop_ms } => {
                Source::Regular { start_ms, interval_ms, stop_ms, next: 0 }
            }
            Timing::Poisson { rate_hz, start_ms, stop_ms } => Source::Poisson {
                interval_ms: 1e3 / rate_hz,
                stop_ms,
                now_ms: start_ms,
                stream: Stream::new(key(seed, "event stream", 0), number as u64),
            },
        };
        Self { source }
    }

    /// Time of the next event `[ms]`.
    pub(crate) fn next(&mut self) -> Option<f64> {
        match &mut self.source {
            Source::Times { times, next } => {
                let time = times.get(*next).copied();
                *next += 1;
                time
            }
            Source::Regular { start_ms, interval_ms, stop_ms, next } => {
                let time = *start_ms + *next as f64 * *interval_ms;
                *next += 1;
                (time < *stop_ms).then_some(time)
            }
            Source::Poisson { interval_ms, stop_ms, now_ms, stream } => {
                *now_ms += *interval_ms * stream.exponential();
                (*now_ms < *stop_ms).then_some(*now_ms)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poisson_train_has_its_rate_and_depends_on_its_number_only() {
        let timing = Timing::Poisson { rate_hz: 50.0, start_ms: 100.0, stop_ms: 100_100.0 };
        let draw = |number| {
            let mut train = Train::new(&timing, 3, number);
            std::iter::from_fn(move || train.next()).collect::<Vec<f64>>()
        };
        let events = draw(5);
        assert!((events.len() as f64 - 5000.0).abs() < 4.0 * 5000f64.sqrt());
        assert!(events[0] > 100.0);
        assert_eq!(events, draw(5));
        assert_ne!(events, draw(6));
    }

    #[test]
    fn a_silent_poisson_train_has_no_event() {
        let timing = Timing::Poisson { rate_hz: 0.0, start_ms: 0.0, stop_ms: f64::INFINITY };
        assert_eq!(Train::new(&timing, 1, 0).next(), None);
    }
}
