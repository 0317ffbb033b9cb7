//! Which cells are stepped together.

use std::sync::Arc;

use crate::engine::Signature;
use crate::error::ModelError;
use crate::model::{CableModel, CellModel};
use crate::simulation::Execution;

pub(crate) type Assigned = Vec<(usize, Vec<usize>)>;

/// Distributes the cells over groups: signature and cells of each.
pub(crate) fn assign(
    model: &CableModel,
    execution: Execution,
) -> Result<(Assigned, Vec<Signature>), ModelError> {
    let total: usize = model.cells.iter().map(|c| c.compartments().len()).sum();
    let threads = execution.threads.max(1);
    // Four groups for every thread, so that none waits long for the last.
    let share = if threads == 1 { total } else { total / (4 * threads) };
    let limit = execution.nodes_per_group.min(share).max(1);
    let mut signatures: Vec<Signature> = Vec::new();
    let mut known: Vec<(*const CellModel, usize)> = Vec::new();
    let mut open: Vec<Option<(usize, usize)>> = Vec::new();
    let mut assigned: Assigned = Vec::new();
    for (id, cell) in model.cells.iter().enumerate() {
        let address = Arc::as_ptr(cell);
        let signature = match known.iter().rev().take(64).find(|(a, _)| *a == address) {
            Some(&(_, signature)) => signature,
            None => {
                let found = Signature::of(cell)?;
                let number = signatures.iter().position(|s| *s == found).unwrap_or_else(|| {
                    signatures.push(found);
                    open.push(None);
                    signatures.len() - 1
                });
                known.push((address, number));
                number
            }
        };
        let nodes = cell.compartments().len();
        match open[signature] {
            Some((group, used)) if used + nodes <= limit => {
                assigned[group].1.push(id);
                open[signature] = Some((group, used + nodes));
            }
            _ => {
                assigned.push((signature, vec![id]));
                open[signature] = Some((assigned.len() - 1, nodes));
            }
        }
    }
    Ok((assigned, signatures))
}
