//! Numbers of visual space, and values that differ from unit to unit.

use neuropil_core::random::{Stream, key};
use neuropil_network::description::Column;

use crate::experiment::{Problem, Written};
use crate::resolve::context::Context;
use crate::resolve::fields::{Fields, Item};
use crate::resolve::populations::Draw;

/// Refuses radians where plain numbers are degrees: a radian is the pure number 1, so that it could
/// not be told from a degree.
pub(super) fn in_degrees(item: &Item<'_>) -> Result<(), Problem> {
    let radian = |text: &str| {
        text.split(|c: char| !c.is_alphanumeric()).any(|word| matches!(word, "rad" | "radian"))
    };
    match &item.node.value {
        Written::Text(text) if radian(text) => {
            Err(item.unsupported("angles of visual space are in degrees, such as \"30 deg\""))
        }
        _ => Ok(()),
    }
}

/// A finite number, if the key is there, with its place.
pub(super) fn finite<'a>(
    fields: &Fields<'a>,
    key: &'static str,
    unit: &str,
    context: &Context,
) -> Result<Option<(f64, Option<Item<'a>>)>, Problem> {
    let Some(item) = fields.get(key) else { return Ok(None) };
    in_degrees(&item)?;
    let value = item.number_where(&context.scope, unit, "a finite number", |_| true)?;
    Ok(Some((value, Some(item))))
}

/// A number above 0, if the key is there.
pub(super) fn positive(
    fields: &Fields<'_>,
    key: &'static str,
    unit: &str,
    context: &Context,
) -> Result<Option<f64>, Problem> {
    let Some(item) = fields.get(key) else { return Ok(None) };
    in_degrees(&item)?;
    item.number_where(&context.scope, unit, "a number above 0", |value| value > 0.0).map(Some)
}

/// Two numbers: a place, or a width and a height.
pub(super) fn pair(item: &Item<'_>, unit: &str, context: &Context) -> Result<[f64; 2], Problem> {
    item.items().iter().try_for_each(in_degrees)?;
    match item.numbers(&context.scope, unit)?[..] {
        [x, y] if x.is_finite() && y.is_finite() => Ok([x, y]),
        _ => Err(item.wrong("a list of two numbers such as [\"3 deg\", \"-1 deg\"]")),
    }
}

/// A value for every unit: a number, a list, a distribution, a file, or
///
/// * `{ spaced = [a, b] }`: unit `k` of `n` has `a + k (b − a)/n`;
/// * `{ choice = [a, b, c] }`: one of the values, drawn with equal chance.
pub(super) fn column(
    item: &Item<'_>,
    name: &str,
    unit: &str,
    draw: &Draw<'_>,
) -> Result<Vec<f64>, Problem> {
    let (scope, size) = (&draw.context.scope, draw.size);
    item.items().iter().try_for_each(in_degrees)?;
    let values = match table(item)? {
        Some((Kind::Spaced, list)) => {
            let [from, to] = list.numbers(scope, unit)?[..] else {
                return Err(list.wrong("a list of two numbers"));
            };
            let step = (to - from) / f64::from(size);
            (0..size).map(|k| from + f64::from(k) * step).collect()
        }
        Some((Kind::Choice, list)) => {
            let values = list.numbers(scope, unit)?;
            let key =
                key(draw.context.seed, &format!("choice of {name} of {}", draw.population), 0);
            let one = |k| values[Stream::new(key, k).below(values.len() as u32) as usize];
            match values.is_empty() {
                true => return Err(list.wrong("at least one value")),
                false => (0..u64::from(size)).map(one).collect(),
            }
        }
        None => match draw.column(item, "field", name, unit)? {
            Column::Same(value) => vec![value; size as usize],
            Column::Each(values) => values,
        },
    };
    match values.iter().find(|value| !value.is_finite()) {
        Some(value) => Err(item.out_of_range(value, "finite numbers")),
        None => Ok(values),
    }
}

/// Tables that only units know.
enum Kind {
    Spaced,
    Choice,
}

fn table<'a>(item: &Item<'a>) -> Result<Option<(Kind, Item<'a>)>, Problem> {
    if !item.is_table() {
        return Ok(None);
    }
    let fields = item.fields()?;
    let found = match (fields.get("spaced"), fields.get("choice")) {
        (Some(list), _) => (Kind::Spaced, list),
        (None, Some(list)) => (Kind::Choice, list),
        (None, None) => return Ok(None),
    };
    let key = if matches!(found.0, Kind::Spaced) { "spaced" } else { "choice" };
    fields.only(&[key])?;
    Ok(Some(found))
}
