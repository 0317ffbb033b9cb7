//! `position` of populations, and what is written as a function of `distance`.
//!
//! | written | is |
//! |---|---|
//! | `{ ring = "8 mm" }` | equal distances on a ring of that circumference |
//! | `{ line = "1 mm" }` | equal distances on a line, half a distance from either end |
//! | `{ grid = ["1 mm", "2 mm"], shape = [40, 80] }` | a rectangular grid, the first coordinate running fastest |
//! | `{ uniform = ["1 mm", "1 mm"] }` | drawn uniformly from a line, a rectangle or a box |
//! | `{ coordinates = [[0, 0], [10, 0]] }`, `{ file = "xy.npy" }` | one by one |
//!
//! `periodic = true` closes a line, grid or rectangle at its ends. Plain numbers are in µm. A
//! function of distance is an expression that mentions `distance`, such as
//! `"0.4 * exp(-(distance/(200 um))^2)"`.

use std::sync::Arc;

use neuropil_core::random::{Stream, key};
use neuropil_network::description::{
    Delay, Geometry, Population, Positions, Profile, Rule, Slice, Weight,
};

use super::context::Context;
use super::fields::{Amount, Fields, Item, known_unit};
use crate::experiment::{Problem, Written};
use crate::expression::{Quantity, Value};

/// What expressions call the distance between two neurons.
const DISTANCE: &str = "distance";

/// Reads the positions of the last population, if it has any.
pub(super) fn note(
    item: &Item<'_>,
    populations: &[Population],
    context: &Context,
) -> Result<(), Problem> {
    let Some(population) = populations.last() else { return Ok(()) };
    let Some(item) = item.fields()?.get("position") else { return Ok(()) };
    let fields = item.fields()?;
    let positions = read(&item, &fields, population, context)?;
    fields.finish()?;
    context.positions.borrow_mut().insert(populations.len() - 1, Arc::new(positions));
    Ok(())
}

fn read(
    item: &Item<'_>,
    fields: &Fields<'_>,
    population: &Population,
    context: &Context,
) -> Result<Positions, Problem> {
    let n = population.size;
    let periodic = fields.get("periodic").map_or(Ok(false), |item| item.boolean())?;
    let made = if let Some(ring) = fields.get("ring") {
        Positions::ring(n, length(&ring, context)?)
    } else if let Some(line) = fields.get("line") {
        grid(&[length(&line, context)?], &[n], periodic)
    } else if let Some(extent) = fields.get("grid") {
        let extents = lengths(&extent, context)?;
        let shape = fields.need("shape", "the number of neurons in each direction")?;
        let counts = shape
            .items()
            .iter()
            .map(|item| item.whole(&context.scope, 1, u64::from(u32::MAX)).map(|k| k as u32))
            .collect::<Result<Vec<_>, _>>()?;
        let product: u64 = counts.iter().map(|k| u64::from(*k)).product();
        if counts.len() != extents.len() || product != u64::from(n) {
            let found = format!("{} numbers with the product {product}", counts.len());
            let expected = format!("{} numbers with the product {n}", extents.len());
            return Err(shape.out_of_range(found, expected));
        }
        grid(&extents, &counts, periodic)
    } else if let Some(extent) = fields.get("uniform") {
        let extents = lengths(&extent, context)?;
        let key = key(context.seed, &format!("position of {}", population.name), 0);
        let coordinate = |axis: u64, extent: f64| {
            let draw = |k| extent * Stream::new(key, axis << 32 | k).uniform();
            (0..u64::from(n)).map(draw).collect()
        };
        let coordinates = (0..).zip(&extents).map(|(axis, e)| coordinate(axis, *e)).collect();
        Positions::new(coordinates, periods(&extents, periodic))
    } else if let Some(list) = fields.get("coordinates") {
        let rows = list
            .items()
            .iter()
            .map(|row| row.numbers(&context.scope, "um"))
            .collect::<Result<Vec<_>, _>>()?;
        listed(&list, &rows, n)?
    } else if let Some(file) = fields.get("file") {
        let array = context.numbers(&file)?;
        let columns = if array.shape.len() == 2 { array.shape[1] } else { 1 };
        let rows: Vec<Vec<f64>> =
            array.values.chunks(columns.max(1)).map(<[f64]>::to_vec).collect();
        listed(&file, &rows, n)?
    } else {
        return Err(item.wrong("one of ring, line, grid, uniform, coordinates, file"));
    };
    made.ok_or_else(|| item.out_of_range("such positions", "finite lengths above 0"))
}

/// A length above 0 `[µm]`.
fn length(item: &Item<'_>, context: &Context) -> Result<f64, Problem> {
    item.number_where(&context.scope, "um", "a length above 0", |length| length > 0.0)
}

fn lengths(item: &Item<'_>, context: &Context) -> Result<Vec<f64>, Problem> {
    let items = item.items();
    if !(1..=3).contains(&items.len()) {
        return Err(item.out_of_range(format!("{} lengths", items.len()), "one to three lengths"));
    }
    items.iter().map(|item| length(item, context)).collect()
}

fn periods(extents: &[f64], periodic: bool) -> Vec<Option<f64>> {
    extents.iter().map(|extent| periodic.then_some(*extent)).collect()
}

fn grid(extents: &[f64], counts: &[u32], periodic: bool) -> Option<Positions> {
    let n: u32 = counts.iter().product();
    let mut before = 1;
    let mut coordinates = Vec::new();
    for (extent, count) in extents.iter().zip(counts) {
        let at = |k: u32| (f64::from(k / before % count) + 0.5) * extent / f64::from(*count);
        coordinates.push((0..n).map(at).collect());
        before *= count;
    }
    Positions::new(coordinates, periods(extents, periodic))
}

fn listed(item: &Item<'_>, rows: &[Vec<f64>], n: u32) -> Result<Option<Positions>, Problem> {
    if rows.len() != n as usize {
        let found = format!("{} positions", rows.len());
        return Err(item.out_of_range(found, format!("one for each of the {n} neurons")));
    }
    let axes = rows.first().map_or(0, Vec::len);
    if let Some(row) = rows.iter().position(|row| row.len() != axes) {
        let found = format!("{} coordinates in row {row}", rows[row].len());
        return Err(item.out_of_range(found, format!("{axes} as in row 0")));
    }
    let column = |axis: usize| rows.iter().map(|row| row[axis]).collect();
    Ok(Positions::new((0..axes).map(column).collect(), vec![None; axes]))
}

/// A function of distance with values in `unit`; `None` if the value does not mention it.
pub(super) fn profile(
    item: &Item<'_>,
    unit: &str,
    source: Slice,
    target: Slice,
    context: &Context,
) -> Result<Option<Profile>, Problem> {
    let Written::Text(text) = &item.node.value else { return Ok(None) };
    let expression = item.expression(text)?;
    if !expression.names().contains(DISTANCE) {
        return Ok(None);
    }
    sides(item, source, target, context)?;
    let (um, unit) = (known_unit("um"), known_unit(unit));
    let mut scope = context.scope.clone();
    scope.define(DISTANCE, Value::Number(Quantity { value: 1.0, unit: um }));
    let problem = |error| item.expression_problem(error);
    let value = expression.value(&scope).map_err(problem)?;
    if let Amount::Drawn(_) = item.in_unit(value, unit)? {
        return Err(item.unsupported("a distribution cannot depend on distance"));
    }
    let compiled = expression.compile(&context.scope, DISTANCE, um, unit).map_err(problem)?;
    Ok(Some(Profile::new(move |distances, out| compiled.fill(distances, out))))
}

/// Both sides of a connection have positions in one space.
fn sides(
    item: &Item<'_>,
    source: Slice,
    target: Slice,
    context: &Context,
) -> Result<Geometry, Problem> {
    let all = context.positions.borrow();
    let side = |slice: Slice, what: &str| {
        let found = all.get(&slice.population).cloned();
        let lacking = format!("it depends on distance, but its {what} has no \"position\"");
        found.ok_or_else(|| item.unsupported(lacking))
    };
    let (sources, targets) = (side(source, "source")?, side(target, "target")?);
    if !sources.shares_space_with(&targets) {
        let what = "the positions of its source and its target lie in different spaces: they must \
                    have as many coordinates and close at the same lengths";
        return Err(item.unsupported(what));
    }
    Ok(Geometry { sources, targets })
}

/// Places at which a function of distance is tried before it is used.
const TRIALS: u32 = 1000;

/// Refuses a function that leaves what is admitted somewhere between the nearest and the farthest
/// pair.
fn checked(
    item: &Item<'_>,
    profile: &Profile,
    geometry: &Geometry,
    expected: &str,
    admits: impl Fn(f64) -> bool,
) -> Result<(), Problem> {
    let farthest = geometry.sources.farthest(&geometry.targets);
    for k in 0..=TRIALS {
        let distance = farthest * f64::from(k) / f64::from(TRIALS);
        let value = profile.at(distance);
        if !(value.is_finite() && admits(value)) {
            return Err(item.out_of_range(format!("{value} at {distance} um"), expected));
        }
    }
    Ok(())
}

/// A probability that depends on distance; `None` if it does not.
pub(super) fn probability(
    item: &Item<'_>,
    source: Slice,
    target: Slice,
    context: &Context,
) -> Result<Option<Profile>, Problem> {
    let Some(profile) = profile(item, "", source, target, context)? else { return Ok(None) };
    let geometry = sides(item, source, target, context)?;
    let expected = "a probability between 0 and 1 at all distances";
    checked(item, &profile, &geometry, expected, |p| (0.0..=1.0).contains(&p))?;
    Ok(Some(profile))
}

/// A relative probability that depends on distance.
pub(super) fn relative(
    item: &Item<'_>,
    source: Slice,
    target: Slice,
    context: &Context,
) -> Result<Profile, Problem> {
    let found = profile(item, "", source, target, context)?;
    let profile = found.ok_or_else(|| item.wrong("an expression of \"distance\""))?;
    let geometry = sides(item, source, target, context)?;
    checked(item, &profile, &geometry, "at least 0 at all distances", |p| p >= 0.0)?;
    Ok(profile)
}

/// A delay that depends on distance; `None` if it does not. It is rounded to steps and not below
/// one of them.
pub(super) fn delay(
    item: &Item<'_>,
    source: Slice,
    target: Slice,
    context: &Context,
) -> Result<Option<Profile>, Problem> {
    let Some(profile) = profile(item, "ms", source, target, context)? else { return Ok(None) };
    let geometry = sides(item, source, target, context)?;
    let most = context.clock.ms(u64::from(u16::MAX));
    let expected = format!("a delay of 0 to {most} ms at all distances");
    checked(item, &profile, &geometry, &expected, |ms| (0.0..=most).contains(&ms))?;
    Ok(Some(profile))
}

/// Positions on both sides, if anything depends on them.
pub(super) fn geometry(
    rule: &Rule,
    weight: &Weight,
    delay: &Delay,
    (source, target): (Slice, Slice),
    context: &Context,
) -> Option<Geometry> {
    let spatial = matches!(rule, Rule::SpatialBernoulli { .. } | Rule::SpatialIndegree { .. })
        || matches!(weight, Weight::OfDistance(_))
        || matches!(delay, Delay::OfDistance(_));
    let all = context.positions.borrow();
    let of = |slice: Slice| all.get(&slice.population).cloned();
    if spatial { Some(Geometry { sources: of(source)?, targets: of(target)? }) } else { None }
}
