//! Reverse correlation: what was shown before spikes.
//!
//! The spike-triggered average of a stimulus that is random and without correlations is
//! proportional to the linear receptive field of a cell, whatever the nonlinearity that follows it
//! (de Boer & Kuyper 1968, doi:10.1109/TBME.1968.4502561; Chichilnisky 2001,
//! doi:10.1080/713663221): exactly if the values of the stimulus are normally distributed, nearly if many
//! of them add up in the field.

/// Spikes by the image that was on the screen `lag_ms` before each. `onsets_ms` ascend; image `k` lasts from
/// `onsets_ms[k]` to `onsets_ms[k + 1]`, so that there is one image fewer than onsets. Spikes whose moment
/// lies outside count for none.
///
/// ```
/// use neuropil_analysis::reverse::spikes_by_image;
/// assert_eq!(spikes_by_image(&[12.0, 31.0, 35.0, 50.0], 10.0, &[0.0, 20.0, 30.0]), [1.0, 2.0]);
/// ```
pub fn spikes_by_image(spikes_ms: &[f64], lag_ms: f64, onsets_ms: &[f64]) -> Vec<f64> {
    let images = onsets_ms.len().saturating_sub(1);
    let mut counts = vec![0.0; images];
    for spike in spikes_ms {
        let begun = onsets_ms.partition_point(|onset| *onset <= spike - lag_ms);
        if (1..=images).contains(&begun) {
            counts[begun - 1] += 1.0;
        }
    }
    counts
}

/// An average of images over spikes, minus their average over time. Images are given one by one, so
/// that none need be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct TriggeredAverage {
    triggered: Vec<f64>,
    spikes: f64,
    plain: Vec<f64>,
    time: f64,
}

impl TriggeredAverage {
    /// No image of `points` values yet.
    pub fn new(points: usize) -> Self {
        Self { triggered: vec![0.0; points], spikes: 0.0, plain: vec![0.0; points], time: 0.0 }
    }

    /// Adds an image that lasted for `duration` (in any unit) and was followed by `spikes`.
    ///
    /// # Panics
    /// Unless the image has the number of points given at the beginning.
    pub fn add(&mut self, image: &[f64], duration: f64, spikes: f64) {
        assert_eq!(image.len(), self.plain.len(), "all images have as many points");
        for ((sum, plain), value) in self.triggered.iter_mut().zip(&mut self.plain).zip(image) {
            *sum += spikes * value;
            *plain += duration * value;
        }
        self.spikes += spikes;
        self.time += duration;
    }

    /// Spikes so far.
    pub fn spikes(&self) -> f64 {
        self.spikes
    }

    /// The average before spikes minus the average over time; `None` without spikes.
    pub fn average(&self) -> Option<Vec<f64>> {
        if self.spikes <= 0.0 || self.time <= 0.0 {
            return None;
        }
        let difference = |(sum, plain): (&f64, &f64)| sum / self.spikes - plain / self.time;
        Some(self.triggered.iter().zip(&self.plain).map(difference).collect())
    }
}

#[cfg(test)]
mod tests {
    use neuropil_core::random::{Stream, key};

    use super::*;

    #[test]
    fn a_linear_rectified_cell_gives_back_its_field() {
        // Normally distributed stimuli: the average is exactly proportional to the field.
        let field: Vec<f64> = (0..12).map(|k| (0.9 * f64::from(k)).sin()).collect();
        let mut stream = Stream::new(key(1, "reverse", 0), 0);
        let mut average = TriggeredAverage::new(field.len());
        for _ in 0..40_000 {
            let image: Vec<f64> = field.iter().map(|_| stream.normal()).collect();
            let drive: f64 = image.iter().zip(&field).map(|(x, w)| x * w).sum();
            average.add(&image, 1.0, stream.poisson(drive.max(0.0)) as f64);
        }
        let found = average.average().unwrap();
        let norm = field.iter().map(|w| w * w).sum::<f64>().sqrt();
        // E[x | spike] = w/‖w‖ · E[u²₊]/E[u₊] with u standard normal: (1/2)/(1/√2π) = √(π/2).
        let factor = (std::f64::consts::PI / 2.0).sqrt() / norm;
        // Each value has an error near 1/√(spikes).
        let error = 4.5 / average.spikes().sqrt();
        for (found, w) in found.iter().zip(&field) {
            assert!((found - factor * w).abs() < error, "{found} {}", factor * w);
        }
    }

    #[test]
    fn images_without_spikes_have_no_average() {
        let mut average = TriggeredAverage::new(2);
        assert_eq!(average.average(), None);
        average.add(&[1.0, 2.0], 10.0, 0.0);
        assert_eq!(average.average(), None);
        average.add(&[3.0, 2.0], 10.0, 4.0);
        assert_eq!(average.average(), Some(vec![1.0, 0.0]));
    }

    #[test]
    fn spikes_belong_to_the_image_a_lag_before() {
        let onsets = [0.0, 10.0, 20.0, 40.0];
        assert_eq!(
            spikes_by_image(&[0.0, 9.9, 10.0, 39.0, 40.0, 90.0], 0.0, &onsets),
            [2.0, 1.0, 1.0]
        );
        assert_eq!(spikes_by_image(&[5.0, 15.0, 25.0], 10.0, &onsets), [1.0, 1.0, 0.0]);
        assert!(spikes_by_image(&[5.0], 0.0, &[]).is_empty());
    }
}
