//! `[cells.NAME]`: one kind of branching cell.

use std::collections::BTreeMap;
use std::sync::Arc;

use neuropil_cable::{CellModel, View};
use neuropil_mechanism::Library;
use neuropil_morphology::region::{Label, Labels};
use neuropil_morphology::swc::Options;
use neuropil_morphology::{Location, Places, Region};

use super::super::context::Context;
use super::super::fields::{Fields, Item};
use super::targets::count;
use super::{cable_problem, compartments, paint, shapes};
use crate::experiment::{Fault, Problem};

/// A synapse: its number among the point processes of the cell, and where it sits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Synapse {
    pub point: usize,
    pub place: Location,
}

/// Synapses by the name of their group.
pub(crate) type Groups = BTreeMap<String, Vec<Synapse>>;

/// A cell and the names of what was put on it.
#[derive(Debug, Clone)]
pub(crate) struct Cell<'a> {
    pub name: String,
    /// The first copy.
    pub model: Arc<CellModel>,
    pub synapses: Groups,
    item: Item<'a>,
    /// The membrane alone.
    bare: CellModel,
    /// Whether copies differ: some value is an expression of `index`.
    varied: bool,
}

/// Reads one cell.
pub(super) fn read<'a>(
    name: &str,
    item: &Item<'a>,
    library: &mut Library,
    context: &Context,
) -> Result<Cell<'a>, Problem> {
    let fields = item.fields()?;
    let bare = bare(item, &fields, context)?;
    let varied = fields.mentions(&["index"]);
    let own = context.with_names(varied.then(|| ("index", count(0))));
    let (model, synapses) = dressed(&bare, item, &fields, library, &own)?;
    context.gather(own);
    fields.finish()?;
    let item = item.clone();
    Ok(Cell { name: name.into(), model: Arc::new(model), synapses, item, bare, varied })
}

impl Cell<'_> {
    /// The description of copy number `index`.
    pub fn copy(
        &self,
        index: usize,
        library: &mut Library,
        context: &Context,
    ) -> Result<Arc<CellModel>, Problem> {
        if !self.varied || index == 0 {
            return Ok(Arc::clone(&self.model));
        }
        let own = context.with_names([("index", count(index))]);
        let (model, _) = dressed(&self.bare, &self.item, &self.item.fields()?, library, &own)?;
        Ok(Arc::new(model))
    }
}

/// The morphology, cut into compartments.
fn bare(item: &Item<'_>, fields: &Fields<'_>, context: &Context) -> Result<CellModel, Problem> {
    let file = fields.need("morphology", "the name of an SWC file")?;
    let morphology = shapes::read(&file, &options(fields)?, context)?;
    let (ra, cm) = passive(fields, context)?;
    let view = match fields.get("view") {
        None => View::Segments,
        Some(item) => match item.text("\"segments\" or \"volumes\"")? {
            "segments" => View::Segments,
            "volumes" => View::Volumes,
            other => return Err(item.unknown_name("view", other, ["segments", "volumes"])),
        },
    };
    let policy = compartments::policy(fields, &morphology, ra, cm, context)?;
    let model = CellModel::new(morphology, view, &policy);
    let mut model = model.map_err(|source| cable_problem(item, source))?;
    if let Some(item) = fields.get("labels") {
        model = model.with_labels(labels(&item)?);
    }
    Ok(model)
}

/// Axial resistivity `[Ω·cm]` and capacitance `[µF/cm²]` of the cell.
fn passive(fields: &Fields<'_>, context: &Context) -> Result<(f64, f64), Problem> {
    let number = |key, unit, default: f64| {
        let positive =
            |item: Item<'_>| item.number_where(&context.scope, unit, "above 0", |x| x > 0.0);
        fields.get(key).map_or(Ok(default), positive)
    };
    Ok((number("Ra", "Ohm cm", 35.4)?, number("cm", "uF/cm2", 1.0)?))
}

/// Everything on the membrane.
fn dressed(
    bare: &CellModel,
    item: &Item<'_>,
    fields: &Fields<'_>,
    library: &mut Library,
    context: &Context,
) -> Result<(CellModel, Groups), Problem> {
    let mut model = bare.clone();
    let complain = |source| cable_problem(item, source);
    let (ra, cm) = passive(fields, context)?;
    model.set_axial_resistivity(&Region::All, ra).map_err(complain)?;
    model.set_capacitance(&Region::All, cm).map_err(complain)?;
    if let Some(item) = fields.get("v_init") {
        let v_mv = item.number(&context.scope, "mV")?;
        model
            .set_initial_voltage(&Region::All, v_mv)
            .map_err(|source| cable_problem(&item, source))?;
    }
    paint::ions(fields, &mut model, context)?;
    let mut pointers = Vec::new();
    for item in fields.get("paint").iter().flat_map(Item::items) {
        pointers.extend(paint::density(&item, &mut model, library, context)?);
    }
    let mut synapses = Groups::new();
    if let Some(item) = fields.get("synapses") {
        let (groups, read) = paint::synapses(&item.fields()?, &mut model, library, context)?;
        synapses = groups;
        pointers.extend(read);
    }
    let numbers = synapses.iter().filter_map(|(name, group)| {
        let first = group.first()?.point;
        Some((name.as_str(), first..first + group.len()))
    });
    let numbers: Vec<_> = numbers.collect();
    for pointer in &pointers {
        pointer.check(&model, &numbers)?;
    }
    detector(fields, &mut model, context)?;
    Ok((model, synapses))
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

/// Middle of the soma, or of a cell that is a single compartment; else where the root begins.
pub(crate) fn origin(model: &CellModel) -> Location {
    if model.compartments().with_membrane() == 1 {
        return Location::new(0, 0.5);
    }
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
