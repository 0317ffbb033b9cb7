//! Mechanisms and ions of a cell.

use std::sync::Arc;

use neuropil_cable::{CellModel, Density, Ion, ModelError, Point, Reversal, Values};
use neuropil_mechanism::contract::{Description, Role};
use neuropil_mechanism::{Library, Mechanism};

use super::super::context::Context;
use super::super::fields::{Amount, Fields, Item, known_unit};
use super::cable_problem;
use super::cells::{Groups, Synapse, places, region};
use super::pointers::{self, Pointer};
use crate::experiment::{Fault, Problem, Written};
use crate::expression::{Quantity, Value};

/// One entry of `paint`: a region, and a mechanism with its parameters or properties of the
/// membrane (`Ra`, `cm`, `v_init`). Values may be expressions of `distance` (path from the soma) and
/// `diameter`.
pub(super) fn density<'a>(
    item: &Item<'a>,
    model: &mut CellModel,
    library: &mut Library,
    context: &Context,
) -> Result<Vec<Pointer<'a>>, Problem> {
    let fields = item.fields()?;
    let region_item = fields.need("region", "a region such as \"all\" or \"dend\"")?;
    let region = region(&region_item)?;
    let complain = |source| cable_problem(&region_item, source);
    let Some(named) = fields.get("mechanism") else {
        if let Some(item) = fields.get("Ra") {
            let ra = item.number(&context.scope, "Ohm cm")?;
            model.set_axial_resistivity(&region, ra).map_err(complain)?;
        }
        if let Some(item) = fields.get("cm") {
            let values = values(&item, "uF/cm2", context)?;
            model.set_capacitance(&region, values).map_err(complain)?;
        }
        if let Some(item) = fields.get("v_init") {
            let values = values(&item, "mV", context)?;
            model.set_initial_voltage(&region, values).map_err(complain)?;
        }
        return fields.finish().map(|()| Vec::new());
    };
    let mechanism = mechanism(&named, library)?;
    let mut density = Density::new(&mechanism);
    let others = ["region", "mechanism", "pointers"];
    for (name, unit, item) in parameters(&fields, &others, &mechanism)? {
        density = density.with(name, values(&item, &unit, context)?);
    }
    let pointers = pointers::read(&fields, mechanism.description(), model)?;
    for pointer in &pointers {
        density = density.with_pointer(pointer.name, pointer.reference(0, 1, &[])?);
    }
    match model.paint(&region, density) {
        Ok(_) => Ok(pointers),
        Err(source @ (ModelError::Region(_) | ModelError::EmptyRegion { .. })) => {
            Err(complain(source))
        }
        Err(source) => Err(cable_problem(item, source)),
    }
}

/// `[cells.NAME.synapses.NAME]`: a point process at each of some places.
pub(super) fn synapses<'a>(
    fields: &Fields<'a>,
    model: &mut CellModel,
    library: &mut Library,
    context: &Context,
) -> Result<(Groups, Vec<Pointer<'a>>), Problem> {
    let mut wanted = Vec::new();
    let mut next = model.points();
    for (name, _, item) in fields.entries() {
        let fields = item.fields()?;
        let mechanism = mechanism(&fields.need("mechanism", "a point process")?, library)?;
        let at = fields.need("at", "places such as \"soma\" or \"random(dend, n = 10)\"")?;
        let mut point = Point::new(&mechanism);
        let others = ["mechanism", "at", "pointers"];
        for (name, unit, item) in parameters(&fields, &others, &mechanism)? {
            point = point.with(name, item.number(&context.scope, &unit)?);
        }
        let pointers = pointers::read(&fields, mechanism.description(), model)?;
        let places = places(&at, model)?;
        let numbers = next..next + places.len();
        next = numbers.end;
        wanted.push((name, item, point, pointers, places, numbers));
    }
    // A POINTER may read a group that comes later.
    let numbers: Vec<_> = wanted.iter().map(|w| (w.0, w.5.clone())).collect();
    let (mut groups, mut read) = (Groups::new(), Vec::new());
    for (name, item, point, pointers, places, _) in wanted {
        let size = places.len();
        let mut placed = Vec::with_capacity(size);
        for (index, place) in places.into_iter().enumerate() {
            let mut point = point.clone();
            for pointer in &pointers {
                let reference = pointer.reference(index, size, &numbers)?;
                point = point.with_pointer(pointer.name, reference);
            }
            let number = model.place(place, point);
            let point = number.map_err(|source| cable_problem(&item, source))?;
            placed.push(Synapse { point, place });
        }
        groups.insert(name.to_owned(), placed);
        read.extend(pointers);
    }
    Ok((groups, read))
}

/// `[cells.NAME.ions.NAME]`: `valence`, `inside`, `outside`, `reversal` (a potential or `"nernst"`),
/// `diffusion` (spread along the cell, as a number or an expression of `distance` and `diameter`).
pub(super) fn ions(
    fields: &Fields<'_>,
    model: &mut CellModel,
    context: &Context,
) -> Result<(), Problem> {
    let Some(item) = fields.get("ions") else { return Ok(()) };
    for (name, _, item) in item.fields()?.entries() {
        let fields = item.fields()?;
        let scope = &context.scope;
        let mut ion = Ion::known(name).unwrap_or_else(|| Ion::with_reversal(0.0, f64::NAN));
        if let Some(item) = fields.get("valence") {
            ion.valence = item.number(scope, "")?;
        }
        if let Some(item) = fields.get("inside") {
            ion.inside_mm = item.number(scope, "mM")?;
        }
        if let Some(item) = fields.get("outside") {
            ion.outside_mm = item.number(scope, "mM")?;
        }
        if let Some(item) = fields.get("reversal") {
            let nernst = matches!(&item.node.value, Written::Text(text) if text == "nernst");
            ion.reversal = match nernst {
                true => Reversal::Nernst,
                false => Reversal::Fixed(item.number(scope, "mV")?),
            };
        }
        let diffusion = fields.get("diffusion");
        fields.finish()?;
        model.set_ion(name, ion).map_err(|source| cable_problem(&item, source))?;
        if let Some(item) = diffusion {
            let values = values(&item, "um2/ms", context)?;
            let done = model.set_diffusion(&neuropil_morphology::Region::All, name, values);
            done.map_err(|source| cable_problem(&item, source))?;
        }
    }
    Ok(())
}

fn mechanism(item: &Item<'_>, library: &mut Library) -> Result<Arc<Mechanism>, Problem> {
    let name = item.text("the name of a mechanism")?;
    library.find(name).map_err(|source| {
        Problem::at(item.span(), Fault::Mechanism { place: item.place.clone(), source })
    })
}

/// Every entry that is a parameter of the mechanism, with the unit of its declaration.
fn parameters<'a>(
    fields: &Fields<'a>,
    others: &[&str],
    mechanism: &Mechanism,
) -> Result<Vec<(&'a str, String, Item<'a>)>, Problem> {
    let described: &Description = mechanism.description();
    let mut found = Vec::new();
    for (name, span, item) in fields.entries() {
        if others.contains(&name) {
            continue;
        }
        let variable =
            described.variables.iter().find(|v| v.name == name && v.role == Role::Parameter);
        let Some(variable) = variable else {
            let known: Vec<&str> = described.parameters().map(|v| v.name.as_str()).collect();
            return Err(fields.unknown(name, span, &known));
        };
        found.push((name, variable.unit_text.clone(), item));
    }
    Ok(found)
}

/// A number, or an expression of `distance` and `diameter`.
fn values(item: &Item<'_>, unit: &str, context: &Context) -> Result<Values, Problem> {
    let Written::Text(text) = &item.node.value else {
        return item.number(&context.scope, unit).map(Values::Uniform);
    };
    let expression = item.expression(text)?;
    let names = expression.names();
    if !names.contains("distance") && !names.contains("diameter") {
        return item.number(&context.scope, unit).map(Values::Uniform);
    }
    let (micron, unit) = (known_unit("um"), known_unit(unit));
    let mut scope = context.scope.clone();
    // Evaluated once here, so that a fault is found where it was written.
    let length = move |value| Value::Number(Quantity { value, unit: micron });
    scope.define("distance", length(1.0));
    scope.define("diameter", length(1.0));
    let value = expression.value(&scope).map_err(|error| item.expression_problem(error))?;
    if let Amount::Drawn(_) = item.in_unit(value, unit)? {
        return Err(item.wrong("a number or an expression of distance and diameter"));
    }
    Ok(Values::function(move |site| {
        let mut scope = scope.clone();
        scope.define("distance", length(site.distance_um));
        scope.define("diameter", length(site.diameter_um));
        match expression.value(&scope) {
            Ok(Value::Number(quantity)) if quantity.is_pure() => quantity.pure_value(),
            Ok(Value::Number(quantity)) => quantity.number_in(unit),
            _ => f64::NAN,
        }
    }))
}
