//! Receptive fields of an input of kind `visual`.
//!
//! ```toml
//! cell = "simple"                   # or "complex", "on", "off"
//! centers = { grid = ["20 deg", "10 deg"], shape = [8, 4] }
//! orientation = { spaced = ["0 deg", "180 deg"] }
//! spatial_frequency = "0.1 cycle/deg"
//! phase = { uniform = ["0 deg", "360 deg"] }
//! sigma = "3 deg"                   # along the orientation
//! aspect = 1.5                      # length across it over sigma
//! balanced = true                   # uniform light has no effect
//! surround = "3 deg"                # of cells with a centre: sigma of the surround,
//! surround_weight = 0.9             # and its integral over that of the centre
//! ```

use neuropil_core::random::{Stream, key};
use neuropil_vision::field::{Gabor, Gaussians, Sign};
use neuropil_vision::{Cell, Unit};

use super::columns::{column, pair};
use crate::experiment::Problem;
use crate::resolve::context::Context;
use crate::resolve::fields::{Fields, Item};
use crate::resolve::populations::Draw;

const CELLS: &[&str] = &["simple", "complex", "on", "off"];

/// Farthest place of a receptive field `[degree]`.
const FARTHEST: f64 = 1e4;

/// Keys of all cells and of those with Gabor functions or centres.
pub(super) const KEYS: &[&str] = &[
    "cell",
    "centers",
    "sigma",
    "orientation",
    "spatial_frequency",
    "phase",
    "aspect",
    "balanced",
    "surround",
    "surround_weight",
];

/// Reads the units of a population.
pub(super) fn read(
    name: &str,
    size: u32,
    fields: &Fields<'_>,
    context: &Context,
) -> Result<Vec<Unit>, Problem> {
    let item = fields.need("cell", "a kind of cell such as \"simple\"")?;
    let cell = item.text("a kind of cell such as \"simple\"")?;
    if !CELLS.contains(&cell) {
        return Err(item.unknown_name("cell", cell, CELLS.iter().copied()));
    }
    let draw = Draw { population: name, size, context };
    let with = |key: &'static str,
                item: &Item<'_>,
                unit: &str,
                expected: &str,
                admits: fn(f64) -> bool| {
        let values = column(item, key, unit, &draw)?;
        match values.iter().find(|value| !admits(**value)) {
            Some(value) => Err(item.out_of_range(format!("{value} {unit}").trim(), expected)),
            None => Ok(values),
        }
    };
    let need = |key, unit: &str, what, expected: &str, admits| {
        with(key, &fields.need(key, what)?, unit, expected, admits)
    };
    let or = |key, unit: &str, default: f64, expected: &str, admits| match fields.get(key) {
        Some(item) => with(key, &item, unit, expected, admits),
        None => Ok(vec![default; size as usize]),
    };
    let positive: fn(f64) -> bool = |v| v > 0.0;
    let least_0: fn(f64) -> bool = |v| v >= 0.0;
    let all: fn(f64) -> bool = |_| true;
    let centers = centers(name, size, fields, context)?;
    if let Some([x, y]) = centers.iter().find(|c| c.iter().any(|at| at.abs() > FARTHEST)) {
        let item = fields.need("centers", "places")?;
        let expected = format!("places within {FARTHEST} deg of the middle of the screen");
        return Err(item.out_of_range(format!("({x}, {y}) deg"), expected));
    }
    let sigma =
        need("sigma", "deg", "the width of the receptive field", "widths above 0 deg", positive)?;
    let cells: Vec<Cell> = if matches!(cell, "simple" | "complex") {
        let what = "the preferred orientation";
        let orientation = need("orientation", "deg", what, "angles", all)?;
        let what = "the preferred spatial frequency";
        let frequency = need("spatial_frequency", "cycle/deg", what, "at least 0", least_0)?;
        let phase = or("phase", "deg", 0.0, "angles", all)?;
        let aspect = or("aspect", "", 1.0, "ratios above 0", positive)?;
        let balanced = fields.get("balanced").map_or(Ok(false), |item| item.boolean())?;
        let gabor = |k: usize| Gabor {
            orientation_deg: orientation[k],
            spatial_cpd: frequency[k],
            phase_deg: phase[k],
            sigma_deg: sigma[k],
            aspect: aspect[k],
            balanced,
        };
        let made = (0..size as usize).map(gabor);
        match cell {
            "simple" => made.map(Cell::Simple).collect(),
            _ => made.map(Cell::Complex).collect(),
        }
    } else {
        let weight = or("surround_weight", "", 0.0, "at least 0", least_0)?;
        let surround = match (fields.get("surround"), weight.iter().any(|w| *w > 0.0)) {
            (None, true) => need("surround", "deg", "the width of the surround", "", positive)?,
            (None, false) => sigma.clone(),
            (Some(item), _) => with("surround", &item, "deg", "widths above 0 deg", positive)?,
        };
        let sign = if cell == "on" { Sign::On } else { Sign::Off };
        let made = (0..size as usize).map(|k| Gaussians {
            sigma_deg: sigma[k],
            surround_deg: surround[k],
            surround_weight: weight[k],
            sign,
        });
        made.map(Cell::CentreSurround).collect()
    };
    let units = centers.into_iter().zip(cells).map(|(center_deg, cell)| Unit { center_deg, cell });
    Ok(units.collect())
}

/// `centers`: where the receptive fields lie.
///
/// | written | is |
/// |---|---|
/// | `["3 deg", "-2 deg"]` | one place for all |
/// | `{ grid = ["20 deg", "10 deg"], shape = [8, 4] }` | a grid over a rectangle, columns first; units beyond it begin again |
/// | `{ uniform = ["20 deg", "10 deg"] }` | drawn uniformly from a rectangle |
/// | `{ coordinates = [[0, 0], [2, 1]] }`, `{ file = "xy.npy" }` | one by one |
///
/// `around = ["5 deg", "0 deg"]` moves grids and rectangles.
fn centers(
    name: &str,
    size: u32,
    fields: &Fields<'_>,
    context: &Context,
) -> Result<Vec<[f64; 2]>, Problem> {
    let Some(item) = fields.get("centers") else { return Ok(vec![[0.0; 2]; size as usize]) };
    if !item.is_table() {
        return Ok(vec![pair(&item, "deg", context)?; size as usize]);
    }
    let table = item.fields()?;
    let around = table.get("around").map_or(Ok([0.0; 2]), |item| pair(&item, "deg", context))?;
    let extent = |item: &Item<'_>| match pair(item, "deg", context)? {
        extent if extent.iter().all(|e| *e >= 0.0) => Ok(extent),
        _ => Err(item.out_of_range("a negative length", "lengths of at least 0 deg")),
    };
    let found = if let Some(item) = table.get("grid") {
        let [width, height] = extent(&item)?;
        let shape = table.need("shape", "the number of columns and rows")?;
        let counts = shape
            .items()
            .iter()
            .map(|item| item.whole(&context.scope, 1, u64::from(u32::MAX)))
            .collect::<Result<Vec<_>, _>>()?;
        let [columns, rows] = counts[..] else { return Err(shape.wrong("two numbers")) };
        let cell =
            |k: u64, n: u64, length: f64| ((k % n) as f64 + 0.5) / n as f64 * length - length / 2.0;
        let at = |k: u64| {
            [around[0] + cell(k, columns, width), around[1] + cell(k / columns, rows, height)]
        };
        (0..u64::from(size)).map(at).collect()
    } else if let Some(item) = table.get("uniform") {
        let extent = extent(&item)?;
        let key = key(context.seed, &format!("centers of {name}"), 0);
        let at = |k| {
            let mut stream = Stream::new(key, k);
            [0, 1].map(|axis| around[axis] + (stream.uniform() - 0.5) * extent[axis])
        };
        (0..u64::from(size)).map(at).collect()
    } else if let Some(list) = table.get("coordinates") {
        let rows = list.items();
        one_by_one(&list, rows.iter().map(|row| pair(row, "deg", context)), size)?
    } else if let Some(file) = table.get("file") {
        let array = context.numbers(&file)?;
        let rows = array.values.chunks(2).map(|row| match row {
            [x, y] if array.shape.last() == Some(&2) && x.is_finite() && y.is_finite() => {
                Ok([*x, *y])
            }
            _ => Err(file.out_of_range("other numbers", "two finite coordinates for each unit")),
        });
        one_by_one(&file, rows, size)?
    } else {
        return Err(item.wrong("one of grid, uniform, coordinates, file"));
    };
    table.finish()?;
    Ok(found)
}

fn one_by_one(
    item: &Item<'_>,
    rows: impl Iterator<Item = Result<[f64; 2], Problem>>,
    size: u32,
) -> Result<Vec<[f64; 2]>, Problem> {
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    if rows.len() != size as usize {
        let found = format!("{} places", rows.len());
        return Err(item.out_of_range(found, format!("one for each of the {size} units")));
    }
    Ok(rows)
}
