//! Which points a scan has.

use neuropil_core::names::suggestion;

use crate::experiment::{Experiment, ExperimentError, Fault, Node, Problem, Span, Table, Written};
use crate::expression::Scope;
use crate::resolve::reading::{Fields, Item};

/// Most points of a scan.
const MAX_POINTS: usize = 1_000_000;

/// One point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Number, from 0.
    pub number: usize,
    /// One value per path, as text of an experiment.
    pub values: Vec<String>,
    /// Seed.
    pub seed: u64,
}

/// All points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Keys that change, as `--set` takes them.
    pub paths: Vec<String>,
    /// The points, in order.
    pub points: Vec<Point>,
    /// Names of the populations, for the columns of the table.
    pub populations: Vec<String>,
}

impl Plan {
    /// Reads the `[scan]` section.
    ///
    /// # Errors
    /// [`Fault::MissingKey`] without one; [`Fault::UnknownName`] for a key that the experiment does
    /// not have.
    pub fn of(experiment: &Experiment) -> Result<Self, ExperimentError> {
        let read = || read(experiment);
        let mut plan = read().map_err(|problem| experiment.error(problem))?;
        plan.populations = if experiment.has_cells() {
            experiment.cables()?.populations.into_iter().map(|p| p.name).collect()
        } else {
            let model = experiment.network()?;
            let named = model.network.populations.iter();
            named
                .filter(|p| {
                    matches!(p.dynamics, neuropil_network::description::Dynamics::Model { .. })
                })
                .map(|p| p.name.clone())
                .collect()
        };
        Ok(plan)
    }
}

fn read(experiment: &Experiment) -> Result<Plan, Problem> {
    let top = Fields::new(experiment.root(), Span::default(), "");
    let scan = top.need("scan", "a section with values to scan over")?.fields()?;
    let scope = Scope::default();
    let repeat = scan.get("repeat").map_or(Ok(1), |item| item.whole(&scope, 1, 1_000_000))?;
    let together = match scan.get("mode") {
        None => false,
        Some(item) => match item.text("\"grid\" or \"together\"")? {
            "grid" => false,
            "together" => true,
            other => return Err(item.unknown_name("mode", other, ["grid", "together"])),
        },
    };
    let first_seed = match experiment.root().get("simulation").map(|node| &node.value) {
        Some(Written::Table(table)) => match table.get("seed").map(|node| &node.value) {
            Some(Written::Integer(seed)) => (*seed).max(0) as u64,
            _ => 1,
        },
        _ => 1,
    };
    let (mut paths, mut lists) = (Vec::new(), Vec::new());
    if let Some(values) = scan.get("values") {
        for (path, span, item) in values.fields()?.entries() {
            if !exists(experiment.root(), path) && !path.starts_with("simulation.") {
                return Err(no_such_key(experiment.root(), path, span));
            }
            paths.push(path.to_owned());
            lists.push(list(&item, &scope)?);
        }
    }
    scan.finish()?;
    let combinations = if together { side_by_side(&lists, scan.span)? } else { grid(&lists) };
    if combinations.len().saturating_mul(repeat as usize) > MAX_POINTS {
        let (place, found) = ("scan".into(), format!("{} points", combinations.len()));
        let expected = format!("at most {MAX_POINTS}");
        return Err(Problem::at(scan.span, Fault::Range { place, found, expected }));
    }
    let points = combinations
        .into_iter()
        .flat_map(|values| (0..repeat).map(move |k| (values.clone(), first_seed + k)))
        .enumerate()
        .map(|(number, (values, seed))| Point { number, values, seed })
        .collect();
    Ok(Plan { paths, points, populations: Vec::new() })
}

/// Whether a dotted path leads to a value.
fn exists(table: &Table, path: &str) -> bool {
    if table.get(path).is_some() {
        return true;
    }
    let Some((key, rest)) = path.split_once('.') else { return false };
    match table.get(key).map(|node| &node.value) {
        Some(Written::Table(inner)) => exists(inner, rest),
        Some(Written::List(items)) => {
            let (index, rest) = rest.split_once('.').unwrap_or((rest, ""));
            match index.parse::<usize>().ok().and_then(|k| items.get(k)).map(|node| &node.value) {
                Some(Written::Table(inner)) => exists(inner, rest),
                Some(_) => rest.is_empty(),
                None => false,
            }
        }
        _ => false,
    }
}

fn no_such_key(root: &Table, path: &str, span: Span) -> Problem {
    let mut known = Vec::new();
    paths_of(root, "", &mut known);
    let suggestion = suggestion(path, known.iter().map(String::as_str));
    let (place, name) = ("scan.values".to_owned(), path.to_owned());
    Problem::at(span, Fault::UnknownName { place, kind: "key", name, suggestion })
}

fn paths_of(table: &Table, prefix: &str, known: &mut Vec<String>) {
    for entry in &table.entries {
        let path =
            if prefix.is_empty() { entry.key.clone() } else { format!("{prefix}.{}", entry.key) };
        match &entry.node.value {
            Written::Table(inner) => paths_of(inner, &path, known),
            _ => known.push(path),
        }
    }
}

/// A list of values, or `{ from, to, steps, log, unit }`.
fn list(item: &Item<'_>, scope: &Scope) -> Result<Vec<String>, Problem> {
    if item.is_list() {
        return item.items().iter().map(|item| text_of(item.node, item)).collect();
    }
    let fields = item.fields()?;
    let number = |key, expected| fields.need(key, expected)?.number(scope, "");
    let (from, to) = (number("from", "the first value")?, number("to", "the last value")?);
    let steps = fields.need("steps", "the number of values")?.whole(scope, 1, 1_000_000)?;
    let log = fields.get("log").map_or(Ok(false), |item| item.boolean())?;
    let unit = match fields.get("unit") {
        Some(item) => Some(item.text("a unit")?.to_owned()),
        None => None,
    };
    fields.finish()?;
    if log && !(from > 0.0 && to > 0.0) {
        return Err(item.out_of_range(format!("{from} to {to}"), "ends above 0 on a log scale"));
    }
    let at = |k: u64| {
        let share = if steps == 1 { 0.0 } else { k as f64 / (steps - 1) as f64 };
        let value = if log { from * (to / from).powf(share) } else { from + (to - from) * share };
        match &unit {
            Some(unit) => format!("\"{value} {unit}\""),
            None => value.to_string(),
        }
    };
    Ok((0..steps).map(at).collect())
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

fn grid(lists: &[Vec<String>]) -> Vec<Vec<String>> {
    lists.iter().fold(vec![Vec::new()], |points, list| {
        points
            .iter()
            .flat_map(|point| {
                list.iter().map(|value| [point.as_slice(), std::slice::from_ref(value)].concat())
            })
            .collect()
    })
}

fn side_by_side(lists: &[Vec<String>], span: Span) -> Result<Vec<Vec<String>>, Problem> {
    let n = lists.first().map_or(1, Vec::len);
    if let Some(other) = lists.iter().find(|list| list.len() != n) {
        let (place, found) =
            ("scan.values".into(), format!("lists of {n} and {} values", other.len()));
        let expected = "lists of equal length for mode \"together\"".into();
        return Err(Problem::at(span, Fault::Range { place, found, expected }));
    }
    Ok((0..n).map(|k| lists.iter().map(|list| list[k].clone()).collect()).collect())
}
