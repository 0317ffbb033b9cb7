//! The series of a picture of responses: what is drawn, against what, and what it is compared with.

use neuropil_cable::CellModel;
use neuropil_record::Column;

use super::super::super::context::Context;
use super::super::super::fields::{Amount, Fields, Item, known_unit, mentions};
use super::super::targets::count;
use super::super::{CellPopulation, Tissue, cells};
use super::{Form, Series};
use crate::experiment::{Fault, Problem};
use crate::expression::{Quantity as Number, Scope, Value};

/// Reads them: one for each population, and for each of the places `at`.
pub(super) fn read(
    form: Form,
    fields: &Fields<'_>,
    x_unit: &str,
    tissue: &Tissue<'_>,
) -> Result<Vec<Series>, Problem> {
    let mut series = Vec::new();
    for population in populations(fields, tissue)? {
        match form {
            Form::Profile => series.push(profile(fields, population, tissue.context)?),
            _ => series.extend(places(form, fields, population, x_unit, tissue)?),
        }
    }
    relabel(fields, &mut series)?;
    singles(fields, &mut series, tissue)?;
    references(fields, &mut series, tissue.context)?;
    Ok(series)
}

fn populations<'t>(
    fields: &Fields<'_>,
    tissue: &'t Tissue<'_>,
) -> Result<Vec<&'t CellPopulation>, Problem> {
    let Some(item) = fields.get("populations") else {
        return Ok(tissue.populations.iter().collect());
    };
    let known = || tissue.populations.iter().map(|p| p.name.as_str());
    let find = |item: &Item<'_>| {
        let name = item.text("the name of a population")?;
        let found = tissue.populations.iter().find(|p| p.name == name);
        found.ok_or_else(|| item.unknown_name("population", name, known()))
    };
    item.items().iter().map(find).collect()
}

/// A series for each of the places `at`.
fn places(
    form: Form,
    fields: &Fields<'_>,
    population: &CellPopulation,
    x_unit: &str,
    tissue: &Tissue<'_>,
) -> Result<Vec<Series>, Problem> {
    let group = match fields.get("synapses") {
        None => None,
        Some(item) => {
            let name = item.text("a group of synapses")?;
            let cell = tissue.cells.iter().find(|cell| cell.name == population.cell);
            let groups = cell.map(|cell| &cell.synapses);
            let known = || groups.into_iter().flatten().map(|(name, _)| name.as_str());
            let found = groups.and_then(|groups| groups.get(name));
            Some(found.ok_or_else(|| item.unknown_name("group of synapses", name, known()))?)
        }
    };
    let (model, size) = (&population.model, population.size as usize);
    let synapse = |item: &Item<'_>, index: usize| {
        let expected = "\"synapses\", a group with a synapse for every cell";
        let found = group.and_then(|group| group.get(index));
        found.ok_or_else(|| item.out_of_range(format!("no synapse {index}"), expected))
    };
    let mut x = Vec::with_capacity(size);
    for index in 0..size {
        let Some(item) = fields.get("x") else {
            x.push(index as f64);
            continue;
        };
        let mut scope = tissue.context.scope.clone();
        scope.define("index", count(index));
        if mentions(item.node, &["distance"]) {
            let distance = model.morphology().distance_um(synapse(&item, index)?.place);
            scope.define("distance", length(distance));
        }
        x.push(in_unit(&item, x_unit, &scope)?);
    }
    let at = fields.get("at");
    let items = at.as_ref().map(Item::items).unwrap_or_default();
    let mut series = Vec::new();
    let mut add = |label: &str, nodes: Vec<usize>| {
        let column =
            |(neuron, node): (usize, usize)| Column { neuron: neuron as u32, element: node as u32 };
        let label = match items.len() {
            0 | 1 => population.name.clone(),
            _ if tissue.populations.len() == 1 => label.to_owned(),
            _ => format!("{}, {label}", population.name),
        };
        series.push(Series {
            label,
            population: population.name.clone(),
            columns: nodes.into_iter().enumerate().map(column).collect(),
            x: x.clone(),
            singles: None,
            joined: form != Form::Profile,
            reference: None,
        });
    };
    // As recorded: the potential at an end is that of a node of its own.
    let potential = match fields.get("variable") {
        Some(item) => item.text("the name of a recorded variable")? == "v",
        None => true,
    };
    let node = |index: usize, place| -> Result<usize, Problem> {
        let cell = tissue.model.cell(population.first + index);
        let node = cell.and_then(|cell| match potential {
            true => cell.node_at(place),
            false => cell.compartment_at(place),
        });
        node.map_err(|source| {
            let place = fields.place.clone();
            Problem::at(fields.span, Fault::Cable { place, source })
        })
    };
    let everywhere =
        |place| (0..size).map(|index| node(index, place)).collect::<Result<Vec<_>, _>>();
    if items.is_empty() {
        add("soma", everywhere(cells::origin(model))?);
    }
    for item in &items {
        let text = item.text("\"synapse\" or a place such as \"soma\"")?;
        let nodes = match text {
            "synapse" => (0..size)
                .map(|index| node(index, synapse(item, index)?.place))
                .collect::<Result<Vec<_>, _>>()?,
            _ => everywhere(cells::single(item, model)?)?,
        };
        add(text, nodes);
    }
    Ok(series)
}

fn length(value_um: f64) -> Value {
    Value::Number(Number { value: value_um, unit: known_unit("um") })
}

fn in_unit(item: &Item<'_>, unit: &str, scope: &Scope) -> Result<f64, Problem> {
    let value = item.free(scope)?;
    match item.in_unit(value, known_unit(unit))? {
        Amount::Fixed(value) if value.is_finite() => Ok(value),
        _ => Err(item.wrong("a finite number for every cell")),
    }
}

/// The compartments of one cell against their distance.
fn profile(
    fields: &Fields<'_>,
    population: &CellPopulation,
    context: &Context,
) -> Result<Series, Problem> {
    let model = &population.model;
    let cell = match fields.get("cell") {
        Some(item) => item.whole(&context.scope, 0, u64::from(population.size) - 1)? as u32,
        None => 0,
    };
    let x = match fields.get("x") {
        None => model.compartments().distance_um().to_vec(),
        Some(item) => match item.text("\"distance\" or \"electrotonic\"")? {
            "distance" => model.compartments().distance_um().to_vec(),
            "electrotonic" => {
                let number = |key, unit, expected| {
                    let above = |x: f64| x > 0.0;
                    let item = fields.need(key, expected)?;
                    item.number_where(&context.scope, unit, "above 0", above)
                };
                let rm = number("Rm", "Ohm cm2", "the resistance of the membrane")?;
                let ra = number("Ra", "Ohm cm", "the axial resistivity")?;
                electrotonic(model, rm, ra)
            }
            name => return Err(item.unknown_name("place", name, ["distance", "electrotonic"])),
        },
    };
    let (parent, area) = (model.compartments().parent(), model.compartments().area_um2());
    let mut children = vec![0; parent.len()];
    parent.iter().skip(1).for_each(|node| children[*node] += 1);
    let (columns, x) = (0..parent.len())
        .filter(|node| area[*node] > 0.0)
        .map(|node| (Column { neuron: cell, element: node as u32 }, x[node]))
        .unzip();
    Ok(Series {
        label: population.name.clone(),
        population: population.name.clone(),
        columns,
        x,
        singles: None,
        joined: children.iter().all(|count| *count < 2),
        reference: None,
    })
}

/// Distance from the soma of every compartment in length constants, `∫ ds/λ` with
/// `λ = √(d Rm / 4 Ra)`.
fn electrotonic(model: &CellModel, rm_ohm_cm2: f64, ra_ohm_cm: f64) -> Vec<f64> {
    let c = model.compartments();
    let (parent, area, diameter) = (c.parent(), c.area_um2(), c.diameter_um());
    let (distance, place) = (c.distance_um(), c.location());
    // λ² = (d/4) Rm/Ra, all lengths in cm: 1 µm is 1e-4 cm.
    let lambda_um =
        |node: usize| (diameter[node] * 1e-4 / 4.0 * rm_ohm_cm2 / ra_ohm_cm).sqrt() * 1e4;
    let mut x = vec![0.0; parent.len()];
    for node in 1..parent.len() {
        let above = parent[node];
        let step = (distance[node] - distance[above]).abs();
        x[node] = x[above]
            + match (area[node] > 0.0, area[above] > 0.0) {
                (false, _) => step / lambda_um(above),
                (true, true) if place[node].section == place[above].section => {
                    0.5 * step / lambda_um(node) + 0.5 * step / lambda_um(above)
                }
                _ => step / lambda_um(node),
            };
    }
    let origin = x[c.node_at(model.morphology().origin())];
    x.iter().map(|x| (x - origin).abs()).collect()
}

fn relabel(fields: &Fields<'_>, series: &mut [Series]) -> Result<(), Problem> {
    let Some(item) = fields.get("labels") else { return Ok(()) };
    let labels = item.items();
    if labels.len() != series.len() {
        let expected = format!("one for each of the {} series", series.len());
        return Err(item.out_of_range(format!("{} labels", labels.len()), expected));
    }
    for (series, label) in series.iter_mut().zip(labels) {
        series.label = label.text("a text")?.into();
    }
    Ok(())
}

/// `singles = ["one_by_one"]`: for each series the population of single inputs.
fn singles(fields: &Fields<'_>, series: &mut [Series], tissue: &Tissue<'_>) -> Result<(), Problem> {
    let Some(list) = fields.get("singles") else { return Ok(()) };
    let items = list.items();
    if items.len() != series.len() {
        let expected = format!("one population for each of the {} series", series.len());
        return Err(list.out_of_range(format!("{} populations", items.len()), expected));
    }
    for (series, item) in series.iter_mut().zip(items) {
        let name = item.text("a population")?;
        let known = || tissue.populations.iter().map(|p| p.name.as_str());
        let found = tissue.populations.iter().find(|p| p.name == name);
        let found = found.ok_or_else(|| item.unknown_name("population", name, known()))?;
        if (found.size as usize) < series.columns.len() {
            let expected =
                format!("as many as in \"{}\", {}", series.population, series.columns.len());
            return Err(item.out_of_range(format!("{} cells in \"{name}\"", found.size), expected));
        }
        series.singles = Some(name.into());
    }
    Ok(())
}

/// `reference = { times = "exact.csv:t", values = ["exact.csv:near", "exact.csv:far"] }`.
fn references(
    fields: &Fields<'_>,
    series: &mut [Series],
    context: &Context,
) -> Result<(), Problem> {
    let Some(item) = fields.get("reference") else { return Ok(()) };
    let inner = item.fields()?;
    let times = context.numbers(&inner.need("times", "a file of times")?)?.values;
    let list = inner.need("values", "a file of values for each series")?;
    inner.finish()?;
    let items = list.items();
    if items.len() != series.len() {
        let expected = format!("one for each of the {} series", series.len());
        return Err(list.out_of_range(format!("{} lists", items.len()), expected));
    }
    for (series, item) in series.iter_mut().zip(items) {
        let values = context.numbers(&item)?.values;
        if values.len() != times.len() {
            let expected = format!("one for each of the {} times", times.len());
            return Err(item.out_of_range(format!("{} values", values.len()), expected));
        }
        series.reference = Some((times.clone(), values));
    }
    Ok(())
}
