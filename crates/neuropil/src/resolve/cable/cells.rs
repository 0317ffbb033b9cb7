//! `[cells.NAME]`: one kind of branching cell.

use std::collections::BTreeMap;
use std::sync::Arc;

use neuropil_cable::{CellModel, View};
use neuropil_mechanism::Library;
use neuropil_morphology::discretise::Policy;
use neuropil_morphology::region::{Label, Labels};
use neuropil_morphology::swc::{Options, load_file};
use neuropil_morphology::{Location, Places, Region};

use super::super::context::Context;
use super::super::fields::{Fields, Item};
use super::{cable_problem, paint};
use crate::experiment::{Fault, Problem};

/// A cell and the names of what was put on it.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub name: String,
    pub model: Arc<CellModel>,
    /// Numbers of the point processes of each named group.
    pub synapses: BTreeMap<String, Vec<usize>>,
}

/// Reads one cell.
pub(super) fn read(
    name: &str,
    item: &Item<'_>,
    library: &mut Library,
    context: &Context,
) -> Result<Cell, Problem> {
    let fields = item.fields()?;
    let scope = &context.scope;
    let number = |key, unit, default: f64| {
        let positive = |item: Item<'_>| item.number_where(scope, unit, "above 0", |x| x > 0.0);
        fields.get(key).map_or(Ok(default), positive)
    };
    let file = fields.need("morphology", "the name of an SWC file")?;
    let options = options(&fields)?;
    let path = context.folder.join(file.text("the name of an SWC file")?);
    let loaded = load_file(&path, &options).map_err(|source| {
        Problem::at(file.span(), Fault::Morphology { place: file.place.clone(), source })
    })?;
    for warning in &loaded.warnings {
        context.warn(format!("{}: {warning}", path.display()));
    }
    context.note_file(path);
    let (ra, cm) = (number("Ra", "Ohm cm", 35.4)?, number("cm", "uF/cm2", 1.0)?);
    let policy = policy(&fields, ra, cm, context)?;
    let view = match fields.get("view") {
        None => View::Segments,
        Some(item) => match item.text("\"segments\" or \"volumes\"")? {
            "segments" => View::Segments,
            "volumes" => View::Volumes,
            other => return Err(item.unknown_name("view", other, ["segments", "volumes"])),
        },
    };
    let complain = |source| cable_problem(item, source);
    let mut model = CellModel::new(Arc::new(loaded.value), view, &policy).map_err(complain)?;
    if let Some(item) = fields.get("labels") {
        model = model.with_labels(labels(&item)?);
    }
    model.set_axial_resistivity(&Region::All, ra).map_err(complain)?;
    model.set_capacitance(&Region::All, cm).map_err(complain)?;
    if let Some(item) = fields.get("v_init") {
        let v_mv = item.number(scope, "mV")?;
        model
            .set_initial_voltage(&Region::All, v_mv)
            .map_err(|source| cable_problem(&item, source))?;
    }
    paint::ions(&fields, &mut model, context)?;
    for item in fields.get("paint").iter().flat_map(Item::items) {
        paint::density(&item, &mut model, library, context)?;
    }
    let synapses = match fields.get("synapses") {
        Some(item) => paint::synapses(&item.fields()?, &mut model, library, context)?,
        None => BTreeMap::new(),
    };
    detector(&fields, &mut model, context)?;
    fields.finish()?;
    Ok(Cell { name: name.into(), model: Arc::new(model), synapses })
}

fn options(fields: &Fields<'_>) -> Result<Options, Problem> {
    let mut options = Options::default();
    if let Some(item) = fields.get("profile") {
        let name = item.text("the name of a profile")?;
        options.profile = name.parse().map_err(|error| item.unsupported(format!("{error}")))?;
    }
    if let Some(item) = fields.get("soma") {
        let name = item.text("the name of a soma policy")?;
        options.soma = name.parse().map_err(|error| item.unsupported(format!("{error}")))?;
    }
    Ok(options)
}

/// `compartments = { max_length = "20 um" }`, `{ d_lambda = 0.1 }`, `{ per_section = 3 }`,
/// `"every_sample"`. Without it a tenth of the length constant at 100 Hz.
fn policy(
    fields: &Fields<'_>,
    ra_ohm_cm: f64,
    cm_uf_cm2: f64,
    context: &Context,
) -> Result<Policy, Problem> {
    let Some(item) = fields.get("compartments") else {
        return Ok(Policy::d_lambda(ra_ohm_cm, cm_uf_cm2));
    };
    if !item.is_table() {
        let name = item.text("\"every_sample\" or a table")?;
        return match name {
            "every_sample" => Ok(Policy::EverySample),
            _ => Err(item.unknown_name("policy", name, ["every_sample"])),
        };
    }
    let inner = item.fields()?;
    let scope = &context.scope;
    let above = |item: Item<'_>, unit| item.number_where(scope, unit, "above 0", |x| x > 0.0);
    let policy = if let Some(item) = inner.get("max_length") {
        Policy::MaxLength(above(item, "um")?)
    } else if let Some(item) = inner.get("per_section") {
        Policy::PerSection(item.whole(scope, 1, 1_000_000)? as usize)
    } else {
        let fraction = above(inner.need("d_lambda", "a fraction such as 0.1")?, "")?;
        let frequency_hz = inner.get("frequency").map_or(Ok(100.0), |item| above(item, "Hz"))?;
        Policy::DLambda { fraction, frequency_hz, ra_ohm_cm, cm_uf_cm2 }
    };
    inner.finish()?;
    Ok(policy)
}

/// `labels = { tuft = "apic and distance > 400", spot = "at(3, 0.5)" }`.
fn labels(item: &Item<'_>) -> Result<Labels, Problem> {
    let mut labels = Labels::new();
    for (name, _, item) in item.fields()?.entries() {
        let text = item.text("a region or places")?;
        let label = match Region::parse(text) {
            Ok(region) => Label::Region(region),
            Err(source) => match Places::parse(text) {
                Ok(places) => Label::Places(places),
                Err(_) => return Err(part_problem(&item, source)),
            },
        };
        labels.insert(name.into(), label);
    }
    Ok(labels)
}

/// `spikes = { at = "soma", threshold = "-20 mV" }`; that is also what holds without it.
fn detector(fields: &Fields<'_>, model: &mut CellModel, context: &Context) -> Result<(), Problem> {
    let mut place = origin(model);
    let mut threshold_mv = -20.0;
    let item = fields.get("spikes");
    if let Some(item) = &item {
        let inner = item.fields()?;
        if let Some(at) = inner.get("at") {
            place = single(&at, model)?;
        }
        if let Some(item) = inner.get("threshold") {
            threshold_mv = item.number(&context.scope, "mV")?;
        }
        inner.finish()?;
    }
    model.detect(place, threshold_mv).map(drop).map_err(|source| {
        let place = fields.place.clone();
        Problem::at(item.map_or(fields.span, |i| i.span()), Fault::Cable { place, source })
    })
}

/// Middle of the soma, or where the root begins.
pub(super) fn origin(model: &CellModel) -> Location {
    model
        .places(&Places::Origin)
        .ok()
        .and_then(|all| all.first().copied())
        .unwrap_or(Location { section: 0, fraction: 0.5 })
}

/// A region.
pub(super) fn region(item: &Item<'_>) -> Result<Region, Problem> {
    let text = item.text("a region such as \"dend\" or \"apic and distance > 100\"")?;
    Region::parse(text).map_err(|source| part_problem(item, source))
}

/// Places on a cell, at least one.
pub(super) fn places(item: &Item<'_>, model: &CellModel) -> Result<Vec<Location>, Problem> {
    let text = item.text("places such as \"soma\" or \"at(3, 0.5)\"")?;
    let places = Places::parse(text).map_err(|source| part_problem(item, source))?;
    let found = model.places(&places).map_err(|source| cable_problem(item, source))?;
    if found.is_empty() {
        return Err(item.out_of_range(format!("\"{text}\""), "places that exist on the cell"));
    }
    Ok(found)
}

/// Exactly one place.
pub(super) fn single(item: &Item<'_>, model: &CellModel) -> Result<Location, Problem> {
    match places(item, model)?[..] {
        [place] => Ok(place),
        ref several => {
            Err(item.out_of_range(format!("{} places", several.len()), "exactly one place"))
        }
    }
}

fn part_problem(item: &Item<'_>, source: neuropil_morphology::region::SyntaxError) -> Problem {
    Problem::at(item.span(), Fault::CellPart { place: item.place.clone(), source })
}
