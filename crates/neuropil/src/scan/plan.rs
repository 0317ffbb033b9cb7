//! Which points a scan has.

use neuropil_core::names::suggestion;

use super::values::{self, Values};
use crate::analyze::figures::Named;
use crate::experiment::{Experiment, ExperimentError, Fault, Problem, Span, Table, Written};
use crate::expression::Scope;
use crate::resolve::reading::Fields;

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
    /// Of each key, whether its values are drawn at random.
    pub drawn: Vec<bool>,
    /// The points, in order.
    pub points: Vec<Point>,
    /// If the points are a grid: how many values each key has, then the number of seeds. Points count
    /// through the seeds first, then through the last key.
    pub shape: Option<Vec<usize>>,
    /// Figures that every point gives: columns of the table.
    pub figures: Vec<Named>,
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
        plan.figures = super::figures::names(experiment)?;
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
    let seed = scan.get("seed").map_or(Ok(first_seed), |item| item.whole(&scope, 0, u64::MAX))?;
    let draws = scan.get("draws").map(|item| Ok((item.whole(&scope, 1, 1_000_000)?, item)));
    let draws = draws.transpose()?;
    let (mut paths, mut all) = (Vec::new(), Vec::new());
    if let Some(given) = scan.get("values") {
        for (path, span, item) in given.fields()?.entries() {
            let values = values::read(&item)?;
            let samples = match &values {
                Values::Listed(list) => list.clone(),
                Values::Drawn(law) => vec![law.draw(seed, path, 0)],
            };
            if path == "simulation.seed" {
                let what = "scans over the seed: give repeat, the number of seeds of each point";
                return Err(item.unsupported(what));
            }
            if !exists(experiment.root(), path) && !admitted(experiment, path, &samples) {
                return Err(no_such_key(experiment.root(), path, span));
            }
            paths.push(path.to_owned());
            all.push(values);
        }
    }
    scan.finish()?;
    let drawn: Vec<bool> = all.iter().map(|values| matches!(values, Values::Drawn(_))).collect();
    let draws = match (draws, drawn.contains(&true)) {
        (Some((draws, _)), true) => draws,
        (None, false) => 1,
        (Some((_, item)), false) => {
            return Err(item.wrong("a value to draw, such as { uniform = [1, 2] }"));
        }
        (None, true) => {
            let (place, key, expected) = ("scan".into(), "draws", "the number of random draws");
            return Err(Problem::at(scan.span, Fault::MissingKey { place, key, expected }));
        }
    };
    let lists: Vec<Vec<String>> = all
        .iter()
        .filter_map(|values| match values {
            Values::Listed(list) => Some(list.clone()),
            Values::Drawn(_) => None,
        })
        .collect();
    let number = if together {
        lists.first().map_or(1, Vec::len)
    } else {
        lists.iter().fold(1, |n: usize, list| n.saturating_mul(list.len()))
    };
    let number = number.saturating_mul(draws as usize).saturating_mul(repeat as usize);
    if number > MAX_POINTS {
        let (place, found) = ("scan".into(), format!("{number} points"));
        let expected = format!("at most {MAX_POINTS}");
        return Err(Problem::at(scan.span, Fault::Range { place, found, expected }));
    }
    let combinations = if together { side_by_side(&lists, scan.span)? } else { grid(&lists) };
    let mut points = Vec::with_capacity(number);
    for combination in &combinations {
        for draw in 0..draws {
            let mut listed = combination.iter().cloned();
            let value = |(values, path): (&Values, &String)| match values {
                Values::Listed(_) => listed.next().unwrap_or_default(),
                Values::Drawn(law) => law.draw(seed, path, draw),
            };
            let values: Vec<String> = all.iter().zip(&paths).map(value).collect();
            for k in 0..repeat {
                let (number, seed) = (points.len(), first_seed + k);
                points.push(Point { number, values: values.clone(), seed });
            }
        }
    }
    let shape = (!together && draws == 1 && !drawn.contains(&true))
        .then(|| lists.iter().map(Vec::len).chain([repeat as usize]).collect());
    Ok(Plan { paths, drawn, points, shape, figures: Vec::new() })
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

/// Whether a key that the experiment leaves out would be understood: a parameter of a model, say.
fn admitted(experiment: &Experiment, path: &str, values: &[String]) -> bool {
    // A named parameter that nobody has written is one that nobody uses.
    if path.starts_with("parameters.") || !path.contains('.') {
        return false;
    }
    let resolves = |experiment: &Experiment| match experiment.has_cells() {
        true => experiment.cables().is_ok(),
        false => experiment.network().is_ok(),
    };
    values.iter().any(|value| {
        let mut changed = experiment.clone();
        changed.set(path, value).is_ok() && resolves(&changed)
    })
}

fn no_such_key(root: &Table, path: &str, span: Span) -> Problem {
    let mut known = Vec::new();
    paths_of(root, "", &mut known);
    let suggestion = suggestion(path, known.iter().map(String::as_str));
    let (place, name) = ("scan.values".to_owned(), path.to_owned());
    Problem::at(span, Fault::UnknownName { place, kind: "key", name, suggestion })
}

fn paths_of(table: &Table, prefix: &str, known: &mut Vec<String>) {
    for entry in table.entries.iter().filter(|entry| !(prefix.is_empty() && entry.key == "scan")) {
        let path =
            if prefix.is_empty() { entry.key.clone() } else { format!("{prefix}.{}", entry.key) };
        match &entry.node.value {
            Written::Table(inner) => paths_of(inner, &path, known),
            _ => known.push(path),
        }
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
