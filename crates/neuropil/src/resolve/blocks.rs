//! Values by block of targets and sources: `{ blocks = 20, within = 2.4, between = 0.9 }` or
//! `{ matrix = [[1, 2], [3, 4]] }`, rows for targets.

use neuropil_network::description::BlockMatrix;

use super::fields::Item;
use crate::experiment::Problem;
use crate::expression::Scope;

/// Most blocks a side.
const MAX_BLOCKS: u64 = 4096;

/// Reads such a table; `None` if it is another kind of value.
pub(super) fn read(
    item: &Item<'_>,
    scope: &Scope,
    unit: &str,
) -> Result<Option<BlockMatrix>, Problem> {
    if !item.is_table() {
        return Ok(None);
    }
    let fields = item.fields()?;
    if let Some(matrix) = fields.get("matrix") {
        fields.finish()?;
        return full(&matrix, scope, unit).map(Some);
    }
    let Some(blocks) = fields.get("blocks") else { return Ok(None) };
    let n = blocks.whole(scope, 1, MAX_BLOCKS)? as usize;
    let within = fields.need("within", "the value inside a block")?.number(scope, unit)?;
    let between = fields.need("between", "the value between blocks")?.number(scope, unit)?;
    fields.finish()?;
    Ok(Some(BlockMatrix::clustered(n, within, between)))
}

fn full(item: &Item<'_>, scope: &Scope, unit: &str) -> Result<BlockMatrix, Problem> {
    let expected = "a list of rows of equal length";
    let rows = item
        .items()
        .iter()
        .map(|row| if row.is_list() { row.numbers(scope, unit) } else { Err(row.wrong(expected)) })
        .collect::<Result<Vec<_>, _>>()?;
    let columns = rows.first().map_or(0, Vec::len);
    if rows.iter().any(|row| row.len() != columns) {
        return Err(item.wrong(expected));
    }
    BlockMatrix::new(rows.len(), columns, rows.concat()).ok_or_else(|| item.wrong(expected))
}

/// Refuses blocks that do not divide the two sides evenly.
pub(super) fn fits(
    item: &Item<'_>,
    matrix: &BlockMatrix,
    targets: u32,
    sources: u32,
) -> Result<(), Problem> {
    for (what, count, blocks) in
        [("targets", targets, matrix.rows()), ("sources", sources, matrix.columns())]
    {
        if !(count as usize).is_multiple_of(blocks) {
            let found = format!("{blocks} blocks");
            return Err(item.out_of_range(found, format!("a divisor of the {count} {what}")));
        }
    }
    Ok(())
}
