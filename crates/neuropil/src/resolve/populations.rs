//! `[populations.NAME]`: neurons of one kind.

use std::collections::BTreeMap;

use neuropil_core::random::{Stream, key};
use neuropil_network::description::{Column, Distribution, Dynamics, ModelError, Population};
use neuropil_network::neurons::{Build, CELLS, MODELS, Model, NamedCell, find, find_cell};

use super::context::Context;
use super::fields::{Amount, Fields, Item, known_unit};
use super::models::OwnModel;
use crate::experiment::{Fault, Problem};
use crate::expression::Value;
use crate::run::memory_limit_bytes;

/// Reads one population.
pub(super) fn read(name: &str, item: &Item<'_>, context: &Context) -> Result<Population, Problem> {
    let fields = item.fields()?;
    let preset = fields.get("preset").map(|item| preset(&item)).transpose()?;
    let model_item = match preset {
        Some(_) => fields.get("model"),
        None => Some(fields.need("model", "the name of a neuron model")?),
    };
    let model_name = match (&model_item, preset) {
        (Some(item), _) => item.text("the name of a neuron model")?,
        (None, Some(cell)) => cell.model,
        (None, None) => "",
    };
    let own = context.models.get(model_name);
    let model = match (find(model_name), own) {
        (Some(info), _) => Model::from(info),
        (None, Some(own)) => Model::from(own.model.clone()),
        (None, None) => {
            let known = MODELS.iter().map(|m| m.name);
            let known = known.chain(context.models.keys().map(String::as_str));
            let item = model_item.unwrap_or_else(|| item.clone());
            return Err(item.unknown_name("neuron model", model_name, known));
        }
    };
    let known: Vec<Known> =
        model.parameters().iter().map(|p| (p.name.into(), p.unit.into())).collect();
    let states = model.variables().into_iter().filter(|v| v.initial);
    let states: Vec<Known> = states.map(|v| (v.name.into(), v.unit.into())).collect();
    let size = match fields.get("size") {
        Some(item) => {
            let size = item.whole(&context.scope, 1, u64::from(u32::MAX))? as u32;
            refuse_unholdable(&item, size)?;
            size
        }
        None => 1,
    };
    let draw = Draw { population: name, size, context };
    let mut parameters = match fields.get("params") {
        Some(item) => draw.table(&item, "parameter", &known)?,
        None => BTreeMap::new(),
    };
    let mut initial = match fields.get("initial") {
        Some(item) => draw.table(&item, "initial value", &states)?,
        None => BTreeMap::new(),
    };
    // Read by `space`, once the population has its number.
    fields.get("position");
    fields.finish()?;
    for (name, value) in preset.iter().flat_map(|cell| cell.parameters) {
        if !known.iter().any(|(own, _)| own == name) {
            let what = format!("the cell has a parameter {name}, {model_name} has none");
            return Err(item.unsupported(what));
        }
        parameters.entry((*name).into()).or_insert(Column::Same(*value));
    }
    if let Some(own) = own {
        draw.defaults(own, (&known, &mut parameters), (&states, &mut initial))?;
    }
    let population = Population {
        name: name.into(),
        size,
        dynamics: Dynamics::Model { model, parameters, initial },
    };
    validate(&population, context).map_err(|error| locate(&fields, error))?;
    Ok(population)
}

/// `preset`: a cell known by name.
fn preset(item: &Item<'_>) -> Result<&'static NamedCell, Problem> {
    let name = item.text("the name of a cell")?;
    find_cell(name).ok_or_else(|| item.unknown_name("cell", name, CELLS.iter().map(|c| c.name)))
}

/// State and bookkeeping of a neuron `[bytes]`, as the engine estimates it.
const NEURON_BYTES: u64 = 200;

/// Refuses a size that no neuron could be drawn of: distributions are drawn while the experiment is
/// read, before the network as a whole is weighed.
fn refuse_unholdable(item: &Item<'_>, size: u32) -> Result<(), Problem> {
    match memory_limit_bytes() {
        Some(limit) if u64::from(size) * NEURON_BYTES > limit => {
            let most = limit / NEURON_BYTES;
            let expected = format!("at most {most}, for which this machine has memory");
            Err(item.out_of_range(size, expected))
        }
        _ => Ok(()),
    }
}

/// A name and its unit.
type Known = (String, String);

/// Asks the model whether it admits the values, without keeping its neurons.
pub(super) fn validate(population: &Population, context: &Context) -> Result<(), ModelError> {
    let Dynamics::Model { model, parameters, initial } = &population.dynamics else {
        return Ok(());
    };
    let same = |columns: &BTreeMap<String, Column>| {
        columns.values().all(|column| matches!(column, Column::Same(_)))
    };
    let size = if same(parameters) && same(initial) { 1 } else { population.size as usize };
    let (clock, key) = (context.clock, [0; 2]);
    model.build(&Build { parameters, initial, size, first: 0, clock, key }).map(drop)
}

/// The place of a model's complaint: the value it is about, if that was written.
fn locate(fields: &Fields<'_>, source: ModelError) -> Problem {
    let written = |table: &'static str, name: &str| {
        let inner = fields.get(table)?.fields().ok()?;
        inner.entries().find(|(key, ..)| *key == name).map(|(_, _, item)| item)
    };
    let item = match &source {
        ModelError::Parameter { name, .. } => {
            written("params", name).or_else(|| written("initial", name))
        }
        _ => None,
    };
    let (span, place) =
        item.map_or((fields.span, fields.place.clone()), |item| (item.span(), item.place));
    Problem::at(span, Fault::Model { place, source })
}

/// Values for the neurons of a population.
pub(super) struct Draw<'a> {
    pub population: &'a str,
    pub size: u32,
    pub context: &'a Context,
}

impl Draw<'_> {
    fn table<'i>(
        &self,
        item: &Item<'i>,
        kind: &str,
        known: &[Known],
    ) -> Result<BTreeMap<String, Column>, Problem> {
        let fields = item.fields()?;
        let mut columns = BTreeMap::new();
        for (key, span, item) in fields.entries() {
            let (name, unit) = known.iter().find(|(name, _)| name == key).ok_or_else(|| {
                let known: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
                fields.unknown(key, span, &known)
            })?;
            columns.insert(name.clone(), self.column(&item, kind, name, unit)?);
        }
        Ok(columns)
    }

    /// Values that a user's own model gives where the population is silent, then those of named
    /// quantities of the experiment.
    fn defaults(
        &self,
        own: &OwnModel,
        (known, parameters): (&[Known], &mut BTreeMap<String, Column>),
        (states, initial): (&[Known], &mut BTreeMap<String, Column>),
    ) -> Result<(), Problem> {
        for (name, unit) in known {
            if parameters.contains_key(name) {
                continue;
            }
            let column = match (own.parameter(name), self.context.scope.get(name)) {
                (Some(item), _) => self.column(&item, "parameter", name, unit)?,
                (None, Some(Value::Number(quantity))) => {
                    Column::Same(quantity.number_in(known_unit(unit)))
                }
                (None, Some(Value::Random(random))) => {
                    self.drawn("parameter", name, &random.numbers_in(known_unit(unit)))
                }
                (None, None) => continue,
            };
            parameters.insert(name.clone(), column);
        }
        for (name, unit) in states {
            if let (false, Some(item)) = (initial.contains_key(name), own.initial(name)) {
                initial.insert(name.clone(), self.column(&item, "initial value", name, unit)?);
            }
        }
        Ok(())
    }

    pub fn column(
        &self,
        item: &Item<'_>,
        kind: &str,
        name: &str,
        unit: &str,
    ) -> Result<Column, Problem> {
        if item.is_list() {
            let values = item.numbers(&self.context.scope, unit)?;
            return self.each(item, values);
        }
        if let Some(file) = file_of(item)? {
            let array = self.context.numbers(&file)?;
            return self.each(&file, array.values);
        }
        Ok(match item.amount(&self.context.scope, unit)? {
            Amount::Fixed(value) => Column::Same(value),
            Amount::Drawn(distribution) => self.drawn(kind, name, &distribution),
        })
    }

    fn each(&self, item: &Item<'_>, values: Vec<f64>) -> Result<Column, Problem> {
        if values.len() == self.size as usize {
            return Ok(Column::Each(values));
        }
        let found = format!("{} values", values.len());
        Err(item.out_of_range(found, format!("one for each of the {} neurons", self.size)))
    }

    /// One value for every neuron; depends on seed, population, name and neuron alone.
    pub fn drawn(&self, kind: &str, name: &str, distribution: &Distribution) -> Column {
        let purpose = format!("{kind} {name} of {}", self.population);
        let key = key(self.context.seed, &purpose, 0);
        let draw = |neuron| distribution.draw(&mut Stream::new(key, neuron));
        Column::Each((0..u64::from(self.size)).map(draw).collect())
    }
}

/// `{ file = "values.npy" }`.
pub(super) fn file_of<'a>(item: &Item<'a>) -> Result<Option<Item<'a>>, Problem> {
    if !item.is_table() {
        return Ok(None);
    }
    let fields = item.fields()?;
    let file = fields.get("file");
    if file.is_some() {
        fields.finish()?;
    }
    Ok(file)
}
