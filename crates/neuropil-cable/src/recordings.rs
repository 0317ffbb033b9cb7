//! Recordings taken apart into what each group provides.

use crate::engine::{Group, Part};
use crate::error::ModelError;
use crate::model::CableModel;

/// Resolves all probes of a model.
pub(crate) fn add_recordings(
    model: &CableModel,
    home: &[(usize, usize)],
    groups: &mut [Group],
) -> Result<(), ModelError> {
    let clock = &model.clock;
    for (recording, wanted) in model.samples.iter().enumerate() {
        let mut columns = vec![Vec::new(); groups.len()];
        for (column, probe) in wanted.probes.iter().enumerate() {
            let (group, slot) = home[probe.cell];
            columns[group].push((column, groups[group].reading(slot, probe)?));
        }
        let sampling = wanted.sampling;
        let every = clock.nearest(sampling.every_ms).max(1);
        let from = clock.on_grid("begin of a recording", sampling.from_ms)?;
        let until =
            if sampling.until_ms.is_finite() { clock.nearest(sampling.until_ms) } else { u64::MAX };
        for (group, columns) in groups.iter_mut().zip(columns) {
            if !columns.is_empty() {
                let values = Vec::new();
                group.add_part(Part { recording, columns, every, from, until, values });
            }
        }
    }
    Ok(())
}
