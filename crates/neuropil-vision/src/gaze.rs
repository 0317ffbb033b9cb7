//! Where the eye looks: receptive fields move over the screen with it.

use neuropil_core::random::Stream;

/// The direction of gaze over time, in degrees from the middle of the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaze {
    /// Where it rests before the first saccade.
    pub start_deg: [f64; 2],
    /// Saccades, in the order of time.
    pub saccades: Vec<Saccade>,
}

/// A rapid movement of the eye along a straight line, at constant speed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Saccade {
    /// Beginning `[ms]`.
    pub start_ms: f64,
    /// Duration `[ms]`.
    pub duration_ms: f64,
    /// Where it ends `[degree]`.
    pub target_deg: [f64; 2],
}

/// How saccades are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SaccadeRule {
    /// Where the eye looks at first `[degree]`.
    pub start_deg: [f64; 2],
    /// Targets are drawn uniformly from a rectangle of this width and height about the middle of the
    /// screen `[degree]`.
    pub extent_deg: [f64; 2],
    /// Shortest fixation `[ms]`.
    pub fixation_ms: f64,
    /// Mean of what is added to it, exponentially distributed `[ms]`.
    pub further_ms: f64,
    /// Duration of a saccade of no amplitude `[ms]`.
    pub duration_ms: f64,
    /// What a degree of amplitude adds to the duration `[ms/degree]`.
    pub per_degree_ms: f64,
}

impl Gaze {
    /// A gaze that rests.
    pub const fn fixed(at_deg: [f64; 2]) -> Self {
        Self { start_deg: at_deg, saccades: Vec::new() }
    }

    /// Saccades to random targets up to `until_ms`. Each lasts `duration + per_degree · amplitude`, the
    /// main sequence (Bahill, Clark & Stark 1975, doi:10.1016/0025-5564(75)90075-9).
    ///
    /// Numbers of the saccade `k` are those of entity `k` under `key`.
    pub fn saccadic(rule: &SaccadeRule, key: [u32; 2], until_ms: f64) -> Self {
        let mut gaze = Self::fixed(rule.start_deg);
        let (mut at_deg, mut t_ms) = (rule.start_deg, 0.0);
        for k in 0.. {
            let mut stream = Stream::new(key, k);
            t_ms += rule.fixation_ms + rule.further_ms * stream.exponential();
            if t_ms >= until_ms {
                break;
            }
            let target_deg = rule.extent_deg.map(|extent| (stream.uniform() - 0.5) * extent);
            let amplitude = (target_deg[0] - at_deg[0]).hypot(target_deg[1] - at_deg[1]);
            // A saccade that takes no time would let this loop run forever.
            let duration_ms = (rule.duration_ms + rule.per_degree_ms * amplitude).max(1.0);
            gaze.saccades.push(Saccade { start_ms: t_ms, duration_ms, target_deg });
            t_ms += duration_ms;
            at_deg = target_deg;
        }
        gaze
    }

    /// The direction at a moment `[degree]`.
    pub fn at(&self, t_ms: f64) -> [f64; 2] {
        let begun = self.saccades.partition_point(|saccade| saccade.start_ms <= t_ms);
        let Some(last) = begun.checked_sub(1) else { return self.start_deg };
        let saccade = self.saccades[last];
        let from = last.checked_sub(1).map_or(self.start_deg, |k| self.saccades[k].target_deg);
        let share = ((t_ms - saccade.start_ms) / saccade.duration_ms).min(1.0);
        [0, 1].map(|axis| from[axis] + share * (saccade.target_deg[axis] - from[axis]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eye_rests_between_saccades_and_moves_evenly_during_them() {
        let saccade = Saccade { start_ms: 100.0, duration_ms: 50.0, target_deg: [10.0, -4.0] };
        let gaze = Gaze { start_deg: [0.0, 2.0], saccades: vec![saccade] };
        assert_eq!(gaze.at(99.0), [0.0, 2.0]);
        assert_eq!(gaze.at(125.0), [5.0, -1.0]);
        assert_eq!(gaze.at(400.0), [10.0, -4.0]);
    }

    #[test]
    fn saccades_last_as_the_main_sequence_says() {
        let rule = SaccadeRule {
            start_deg: [0.0; 2],
            extent_deg: [40.0, 20.0],
            fixation_ms: 150.0,
            further_ms: 100.0,
            duration_ms: 63.0,
            per_degree_ms: 1.9,
        };
        let gaze = Gaze::saccadic(&rule, [3, 4], 100_000.0);
        let mut from = [0.0; 2];
        let mut fixations = Vec::new();
        let mut ended = 0.0;
        for saccade in &gaze.saccades {
            let [x, y] = saccade.target_deg;
            assert!(x.abs() <= 20.0 && y.abs() <= 10.0);
            let amplitude = (x - from[0]).hypot(y - from[1]);
            assert!((saccade.duration_ms - 63.0 - 1.9 * amplitude).abs() < 1e-9);
            fixations.push(saccade.start_ms - ended);
            ended = saccade.start_ms + saccade.duration_ms;
            from = saccade.target_deg;
        }
        let mean = fixations.iter().sum::<f64>() / fixations.len() as f64;
        // 100 ms is also the SD of a fixation.
        assert!((mean - 250.0).abs() < 4.0 * 100.0 / (fixations.len() as f64).sqrt(), "{mean}");
        assert!(fixations.iter().all(|f| *f >= 150.0));
    }
}
