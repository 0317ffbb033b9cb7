//! A course as a table and as an HDF5 file.

use std::path::Path;

use hdf5::types::VarLenUnicode;

use super::TimeCourse;
use crate::meanfield::MeanFieldError;

impl TimeCourse {
    /// Columns with names and units.
    fn columns(&self) -> Vec<(String, &'static str, &[f64])> {
        let mut columns: Vec<(String, &str, &[f64])> = vec![("t_ms".into(), "ms", &self.t_ms)];
        for (name, rate) in &self.inputs {
            columns.push((format!("{name}.input_hz"), "Hz", rate));
        }
        for p in &self.populations {
            columns.push((format!("{}.rate_hz", p.name), "Hz", &p.rate_hz));
            columns.push((format!("{}.sd_hz", p.name), "Hz", &p.sd_hz));
            columns.push((format!("{}.adaptation_pa", p.name), "pA", &p.adaptation_pa));
            if let Some(simulated) = &p.simulated_hz {
                columns.push((format!("{}.simulated_hz", p.name), "Hz", simulated));
            }
        }
        columns
    }

    /// The course as a table, one row per time; empty cells where nothing was recorded.
    pub fn csv(&self) -> String {
        let columns = self.columns();
        let names: Vec<&str> = columns.iter().map(|(name, ..)| name.as_str()).collect();
        let mut out = names.join(",") + "\n";
        for row in 0..self.t_ms.len() {
            let cell = |values: &[f64]| match values[row] {
                x if x.is_nan() => String::new(),
                x => format!("{}", (x * 1e6).round() / 1e6),
            };
            let cells: Vec<String> = columns.iter().map(|(_, _, values)| cell(values)).collect();
            out += &cells.join(",");
            out.push('\n');
        }
        out
    }

    /// Writes the same columns as an HDF5 file: `/meanfield/<column>` with the attribute `unit`, on the
    /// group the attributes `order`, `time_constant_ms` and `version`.
    ///
    /// # Errors
    /// [`MeanFieldError::Hdf5`].
    pub fn write_hdf5(&self, path: &Path) -> Result<(), MeanFieldError> {
        self.hdf5(path).map_err(|error| MeanFieldError::Hdf5 {
            path: path.display().to_string(),
            what: error.to_string(),
        })
    }

    fn hdf5(&self, path: &Path) -> Result<(), hdf5::Error> {
        let text = |text: &str| {
            text.parse::<VarLenUnicode>().map_err(|error| hdf5::Error::from(error.to_string()))
        };
        let file = hdf5::File::create(path)?;
        let group = file.create_group("meanfield")?;
        group.new_attr::<u8>().create("order")?.write_scalar(&self.order)?;
        group.new_attr::<f64>().create("time_constant_ms")?.write_scalar(&self.time_constant_ms)?;
        let version = group.new_attr::<VarLenUnicode>().create("version")?;
        version.write_scalar(&text(env!("CARGO_PKG_VERSION"))?)?;
        for (name, unit, values) in self.columns() {
            let link = name.replace('/', "|"); // a slash would make a group
            let dataset = group.new_dataset_builder().with_data(values).create(link.as_str())?;
            dataset.new_attr::<VarLenUnicode>().create("unit")?.write_scalar(&text(unit)?)?;
        }
        file.flush()
    }
}
