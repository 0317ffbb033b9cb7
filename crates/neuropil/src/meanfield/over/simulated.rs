//! Simulated rates beside the predictions, from the table of a scan.

use std::collections::BTreeMap;
use std::path::Path;

use super::Course;
use crate::meanfield::MeanFieldError;
use crate::scan::number_and_unit;

/// A simulated rate at a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    /// The value.
    pub value: f64,
    /// Mean over the points of that value `[spikes/s]`.
    pub mean: f64,
    /// Standard deviation over them, 0 for a single one `[spikes/s]`.
    pub sd: f64,
}

impl Measured {
    fn of(value: f64, rates: &[f64]) -> Self {
        let n = rates.len() as f64;
        let mean = rates.iter().sum::<f64>() / n;
        let squares = rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>();
        Self { value, mean, sd: if n > 1.0 { (squares / (n - 1.0)).sqrt() } else { 0.0 } }
    }
}

impl Course {
    /// Simulated rates of every population from the table of a scan over the same key.
    ///
    /// # Errors
    /// [`MeanFieldError::ScanTable`] for a table that does not fit.
    pub(super) fn measured(
        &self,
        table: &Path,
    ) -> Result<BTreeMap<String, Vec<Measured>>, MeanFieldError> {
        let name = table.display().to_string();
        let fault = |what: String| MeanFieldError::ScanTable { table: name.clone(), what };
        let mut reader = csv::Reader::from_path(table).map_err(|error| fault(error.to_string()))?;
        let header = reader.headers().map_err(|error| fault(error.to_string()))?.clone();
        let column = |wanted: &str| header.iter().position(|name| name == wanted);
        let over = column(&self.path)
            .ok_or_else(|| fault(format!("it has no column {}: another scan", self.path)))?;
        let mut rates: BTreeMap<String, Vec<(f64, Vec<f64>)>> = BTreeMap::new();
        let populations = self.predictions.first().map_or(&[][..], |p| p.populations.as_slice());
        for record in reader.records() {
            let record = record.map_err(|error| fault(error.to_string()))?;
            let value = record.get(over).and_then(|text| number_and_unit(text.trim_matches('"')));
            let Some((value, _)) = value else { continue };
            for population in populations {
                let rate = column(&format!("{}.rate_hz", population.name))
                    .and_then(|place| record.get(place))
                    .and_then(|text| text.parse::<f64>().ok());
                let Some(rate) = rate else { continue };
                let points = rates.entry(population.name.clone()).or_default();
                match points.iter_mut().find(|(known, _)| *known == value) {
                    Some((_, rates)) => rates.push(rate),
                    None => points.push((value, vec![rate])),
                }
            }
        }
        let sorted = |(name, points): (String, Vec<(f64, Vec<f64>)>)| {
            let mut points: Vec<Measured> =
                points.iter().map(|(value, rates)| Measured::of(*value, rates)).collect();
            points.sort_by(|a, b| a.value.total_cmp(&b.value));
            (name, points)
        };
        Ok(rates.into_iter().map(sorted).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Measured;

    #[test]
    fn points_of_one_value_have_a_mean_and_a_deviation() {
        let found = Measured::of(4.0, &[1.0, 3.0]);
        assert_eq!((found.value, found.mean), (4.0, 2.0));
        assert!((found.sd - 2.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(Measured::of(4.0, &[1.0]).sd, 0.0);
    }
}
