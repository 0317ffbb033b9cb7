//! The values that one key takes: listed, evenly spaced, or drawn at random.

use neuropil_core::random::{Stream, key};
use neuropil_network::description::{Bounds, Distribution, Shape};

use crate::experiment::{Node, Problem, Written};
use crate::expression::Scope;
use crate::resolve::reading::{Fields, Item};

/// Values of one key, as texts of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    /// One after the other.
    Listed(Vec<String>),
    /// A new one for every draw.
    Drawn(Law),
}

/// A law to draw values from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Law {
    of: Distribution,
    /// Whether the logarithm of the value is drawn.
    logarithm: bool,
    /// Whether values are rounded to whole numbers.
    whole: bool,
    unit: Option<String>,
}

impl Law {
    /// The value of a draw: it depends on the seed, the key and the number of the draw alone, so that
    /// another key or more draws leave it as it is.
    pub fn draw(&self, seed: u64, path: &str, draw: u64) -> String {
        let mut stream = Stream::new(key(seed, &format!("scan {path}"), 0), draw);
        let drawn = self.of.draw(&mut stream);
        let value = if self.logarithm { drawn.exp() } else { drawn };
        written(if self.whole { value.round() } else { value }, self.unit.as_deref())
    }
}

/// Reads a list (also `{ values, unit }`), a range `{ from, to, steps, log }` or a law: `{ uniform = [low, high] }`,
/// `{ loguniform = [low, high] }`, `{ normal = [mean, sd] }`, `{ lognormal = [mu, sigma] }` with
/// `min`, `max` (drawn again outside) and `whole`. Ends may carry a unit, or share one in `unit`.
pub(super) fn read(item: &Item<'_>) -> Result<Values, Problem> {
    if item.is_list() {
        let texts =
            item.items().iter().map(|item| text_of(item.node, item)).collect::<Result<_, _>>();
        return texts.map(Values::Listed);
    }
    let scope = Scope::default();
    let fields = item.fields()?;
    let unit = match fields.get("unit") {
        Some(item) => Some(item.text("a unit")?.to_owned()),
        None => None,
    };
    let mut units = Units { shared: unit };
    let laws = ["uniform", "loguniform", "normal", "lognormal"];
    if let Some(list) = fields.get("values") {
        let numbers =
            list.items().iter().map(|item| units.number(item)).collect::<Result<Vec<_>, _>>()?;
        fields.finish()?;
        let text = |value: f64| written(value, units.shared.as_deref());
        return Ok(Values::Listed(numbers.into_iter().map(text).collect()));
    }
    let Some(name) = laws.into_iter().find(|name| fields.get(name).is_some()) else {
        return range(&fields, item, &mut units, &scope);
    };
    let ends = fields.need(name, "two numbers")?;
    let [first, second] = &ends.items()[..] else {
        return Err(ends.wrong("a list of two numbers"));
    };
    let (a, b) = (units.number(first)?, units.number(second)?);
    let spread = |sd: f64| match sd >= 0.0 {
        true => Ok(sd),
        false => Err(second.out_of_range(sd, "a spread of at least 0")),
    };
    let ascending = |above: f64| match above < a && a <= b {
        true => Ok(()),
        false => Err(ends.out_of_range(
            format!("{a} to {b}"),
            if above == 0.0 { "ends above 0, the lower first" } else { "the lower end first" },
        )),
    };
    let shape = match name {
        "uniform" => {
            ascending(f64::NEG_INFINITY)?;
            Shape::Uniform { low: a, high: b }
        }
        "loguniform" => {
            ascending(0.0)?;
            Shape::Uniform { low: a.ln(), high: b.ln() }
        }
        "normal" => Shape::Normal { mean: a, sd: spread(b)? },
        _ => Shape::Lognormal { mu: a, sigma: spread(b)? },
    };
    let bound = |key, units: &mut Units| fields.get(key).map(|i| units.number(&i)).transpose();
    let bounds = match (bound("min", &mut units)?, bound("max", &mut units)?) {
        (None, None) => Bounds::None,
        (min, max) => {
            let (min, max) = (min.unwrap_or(f64::NEG_INFINITY), max.unwrap_or(f64::INFINITY));
            if !(min <= max) {
                return Err(item.out_of_range(format!("min {min} above max {max}"), "min ≤ max"));
            }
            Bounds::Redraw { min, max }
        }
    };
    let logarithm = name == "loguniform";
    let bounds = match bounds {
        Bounds::Redraw { min, max } if logarithm => {
            Bounds::Redraw { min: min.max(0.0).ln(), max: max.ln() }
        }
        other => other,
    };
    let whole = fields.get("whole").map_or(Ok(false), |item| item.boolean())?;
    fields.finish()?;
    let of = Distribution { bounds, ..Distribution::from(shape) };
    Ok(Values::Drawn(Law { of, logarithm, whole, unit: units.shared }))
}

fn range(
    fields: &Fields<'_>,
    item: &Item<'_>,
    units: &mut Units,
    scope: &Scope,
) -> Result<Values, Problem> {
    let from = units.number(
        &fields.need("from", "values, the first value of a range, or a law such as uniform")?,
    )?;
    let to = units.number(&fields.need("to", "the last value")?)?;
    let steps = fields.need("steps", "the number of values")?.whole(scope, 1, 1_000_000)?;
    let log = fields.get("log").map_or(Ok(false), |item| item.boolean())?;
    let whole = fields.get("whole").map_or(Ok(false), |item| item.boolean())?;
    fields.finish()?;
    if log && !(from > 0.0 && to > 0.0) {
        return Err(item.out_of_range(format!("{from} to {to}"), "ends above 0 on a log scale"));
    }
    let at = |k: u64| {
        let share = if steps == 1 { 0.0 } else { k as f64 / (steps - 1) as f64 };
        let value = if log { from * (to / from).powf(share) } else { from + (to - from) * share };
        written(if whole { value.round() } else { value }, units.shared.as_deref())
    };
    Ok(Values::Listed((0..steps).map(at).collect()))
}

/// The one unit that the numbers of a table have.
struct Units {
    shared: Option<String>,
}

impl Units {
    /// A number, perhaps with the unit of the others.
    fn number(&mut self, item: &Item<'_>) -> Result<f64, Problem> {
        let (value, unit) = match &item.node.value {
            Written::Integer(value) => (*value as f64, ""),
            Written::Number(value) => (*value, ""),
            Written::Text(text) => number_and_unit(text)
                .ok_or_else(|| item.wrong("a number with or without a unit"))?,
            _ => return Err(item.wrong("a number with or without a unit")),
        };
        match &self.shared {
            _ if unit.is_empty() => {}
            None => self.shared = Some(unit.into()),
            Some(shared) if shared == unit => {}
            Some(shared) => {
                return Err(item.out_of_range(unit, format!("the unit of the others, {shared}")));
            }
        }
        if value.is_finite() { Ok(value) } else { Err(item.out_of_range(value, "a finite number")) }
    }
}

/// `"1.5 kHz"` is 1.5 and `kHz`.
pub(crate) fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let cut = (1..=text.len())
        .rev()
        .filter(|cut| text.is_char_boundary(*cut))
        .find(|cut| text[..*cut].trim_end().parse::<f64>().is_ok())?;
    let value = text[..cut].trim_end().parse().ok()?;
    let unit = text[cut..].trim();
    // What is left of an expression is no unit.
    let plain = unit.chars().all(|c| c.is_alphanumeric() || "/^*%·²³⁻ °".contains(c));
    (plain && !unit.starts_with(['*', '/', '^'])).then_some((value, unit))
}

/// A number as an experiment has it.
fn written(value: f64, unit: Option<&str>) -> String {
    match unit {
        Some(unit) => format!("\"{value} {unit}\""),
        None => value.to_string(),
    }
}

fn text_of(node: &Node, item: &Item<'_>) -> Result<String, Problem> {
    match &node.value {
        Written::Boolean(value) => Ok(value.to_string()),
        Written::Integer(value) => Ok(value.to_string()),
        Written::Number(value) => Ok(value.to_string()),
        Written::Text(text) => Ok(format!("{text:?}")),
        _ => Err(item.wrong("a number, a text or true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_parted_from_their_units() {
        assert_eq!(number_and_unit("1.5 kHz"), Some((1.5, "kHz")));
        assert_eq!(number_and_unit("-2e-3mV"), Some((-2e-3, "mV")));
        assert_eq!(number_and_unit("7"), Some((7.0, "")));
        for other in ["g", "2 * J", "", "p * N", "mV"] {
            assert_eq!(number_and_unit(other), None, "{other}");
        }
    }
}
