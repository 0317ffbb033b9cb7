//! `[models.NAME]`: neuron models written as equations.
//!
//! ```toml
//! [models.leaky]
//! equations = """
//! dv/dt = (E_L - v + R*I_in)/tau : mV (unless refractory)
//! """
//! threshold = "v > V_th"
//! reset = "v = E_L"
//! refractory = "2 ms"
//! parameters = { E_L = "-70 mV", V_th = "-50 mV", R = "100 MOhm", tau = "20 ms" }
//! initial = { v = "E_L" }
//! ```
//!
//! A name that the model does not define is looked up in `[parameters]`. A population may override
//! every parameter.

use std::collections::BTreeMap;
use std::sync::Arc;

use neuropil_core::units::Unit;
use neuropil_mechanism::equations::{Definition, EquationError, Model, Part, compile};
use neuropil_network::neurons;

use super::fields::{Fields, Item};
use crate::experiment::{Fault, Node, Problem, Sources, Span, Written};
use crate::expression::{Scope, Value};

/// A user's own model, and the values that its neurons have unless their population says otherwise.
#[derive(Debug, Clone)]
pub(super) struct OwnModel {
    pub model: Arc<Model>,
    parameters: Vec<Kept>,
    initial: Vec<Kept>,
}

/// A value and what messages call it.
#[derive(Debug, Clone)]
struct Kept {
    name: String,
    node: Node,
    place: String,
}

/// All models of an experiment.
pub(super) type OwnModels = BTreeMap<String, OwnModel>;

impl OwnModel {
    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<Item<'_>> {
        find(&self.parameters, name)
    }

    /// The initial value of a variable, if it is no expression of the parameters.
    pub fn initial(&self, name: &str) -> Option<Item<'_>> {
        find(&self.initial, name)
    }
}

fn find<'a>(all: &'a [Kept], name: &str) -> Option<Item<'a>> {
    let kept = all.iter().find(|kept| kept.name == name)?;
    Some(Item { node: &kept.node, place: kept.place.clone() })
}

/// Reads the section.
pub(super) fn read(
    section: &Fields<'_>,
    scope: &Scope,
    sources: &Sources,
) -> Result<OwnModels, Problem> {
    let mut models = OwnModels::new();
    for (name, span, item) in section.entries() {
        if neurons::find(name).is_some() {
            let place = section.place.clone();
            return Err(Problem::at(span, Fault::NameTaken { place, name: name.into() }));
        }
        models.insert(name.into(), one(name, &item.fields()?, scope, sources)?);
    }
    Ok(models)
}

fn one(
    name: &str,
    fields: &Fields<'_>,
    scope: &Scope,
    sources: &Sources,
) -> Result<OwnModel, Problem> {
    let text = |key: &'static str, expected: &str| -> Result<Option<String>, Problem> {
        fields.get(key).map(|item| item.text(expected).map(str::to_owned)).transpose()
    };
    let equations = fields.need("equations", "equations such as \"dv/dt = -v/tau : mV\"")?;
    let refractory = match fields.get("refractory") {
        Some(Item { node: Node { value: Written::Text(text), .. }, .. }) => Some(text.clone()),
        Some(item) => Some(format!("{} ms", item.number(scope, "ms")?)),
        None => None,
    };
    let mut definition = Definition {
        name: name.into(),
        equations: equations.text("equations such as \"dv/dt = -v/tau : mV\"")?.into(),
        threshold: text("threshold", "a condition such as \"v > V_th\"")?,
        reset: text("reset", "statements such as \"v = V_reset; w += b\"")?,
        refractory,
        method: text("method", "the name of a method, such as \"euler\"")?,
        ..Definition::default()
    };
    if let Some(item) = fields.get("receptors") {
        for (key, _, item) in item.fields()?.entries() {
            let text = item.text("a statement such as \"g += weight\"")?;
            definition.receptors.push((key.into(), text.into()));
        }
    }
    let keep = |key: &str, item: &Item<'_>| Kept {
        name: key.into(),
        node: item.node.clone(),
        place: item.place.clone(),
    };
    let (mut parameters, mut initial) = (Vec::new(), Vec::new());
    if let Some(item) = fields.get("parameters") {
        for (key, _, item) in item.fields()?.entries() {
            definition.parameters.push((key.into(), unit_of(&item, scope)?));
            parameters.push(keep(key, &item));
        }
    }
    if let Some(item) = fields.get("initial") {
        for (key, _, item) in item.fields()?.entries() {
            match &item.node.value {
                Written::Text(text) => definition.initial.push((key.into(), text.clone())),
                _ => initial.push(keep(key, &item)),
            }
        }
    }
    definition.surroundings = scope.iter().map(|(n, v)| (n.to_owned(), v.unit())).collect();
    fields.finish()?;
    let model = compile(&definition).map_err(|error| locate(fields, error, sources))?;
    let states: Vec<&str> =
        model.variables()[..model.states()].iter().map(|v| v.name.as_str()).collect();
    if let Some(kept) = initial.iter().find(|kept| !states.contains(&kept.name.as_str())) {
        let item = Item { node: &kept.node, place: kept.place.clone() };
        return Err(item.unknown_name("state variable", &kept.name, states));
    }
    Ok(OwnModel { model: Arc::new(model), parameters, initial })
}

/// The unit that a parameter's value is written in; that of the first number of a distribution.
fn unit_of(item: &Item<'_>, scope: &Scope) -> Result<Unit, Problem> {
    match &item.node.value {
        Written::Table(_) => {
            let mut unit = Unit::ONE;
            for (_, _, item) in item.fields()?.entries() {
                for item in item.items() {
                    if let Ok(found) = unit_of(&item, scope)
                        && found.dimension != [0; 7]
                        && unit == Unit::ONE
                    {
                        unit = found;
                    }
                }
            }
            Ok(unit)
        }
        _ => Ok(match item.free(scope)? {
            Value::Number(quantity) => quantity.unit,
            Value::Random(random) => random.unit,
        }),
    }
}

/// A fault of the equations at its place in the experiment.
fn locate(fields: &Fields<'_>, source: EquationError, sources: &Sources) -> Problem {
    let inner = |table: &'static str, name: &str| {
        let inner = fields.get(table)?.fields().ok()?;
        inner.entries().find(|(key, ..)| *key == name).map(|(_, _, item)| item)
    };
    let item = match &source.part {
        Part::Equations => fields.get("equations"),
        Part::Threshold => fields.get("threshold"),
        Part::Reset => fields.get("reset"),
        Part::Refractory => fields.get("refractory"),
        Part::Method => fields.get("method"),
        Part::Parameter(name) => inner("parameters", name),
        Part::Receptor(name) => inner("receptors", name),
        Part::Initial(name) => inner("initial", name),
    };
    let Some(item) = item else {
        let place = fields.place.clone();
        return Problem::at(fields.span, Fault::Equation { place, source });
    };
    let span = within(&item, &source, sources);
    Problem::at(span, Fault::Equation { place: item.place, source })
}

/// The part of a text in the file that a fault is about; the whole text if it is written with
/// escapes.
fn within(item: &Item<'_>, error: &EquationError, sources: &Sources) -> Span {
    let span = item.span();
    let Written::Text(text) = &item.node.value else { return span };
    let written = sources.get(span.source).and_then(|s| s.text.get(span.start..span.end));
    match written.and_then(|written| written.find(text.as_str())) {
        Some(offset) if !error.at.is_empty() => {
            let start = span.start + offset;
            Span { start: start + error.at.start, end: start + error.at.end, ..span }
        }
        _ => span,
    }
}
