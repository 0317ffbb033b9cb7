//! `[connections.NAME]` or `[[connections]]`: projections.

use neuropil_network::description::{
    Connection, Delay, Distribution, ModelError, Population, Rule, Slice, Weight,
};

use super::context::Context;
use super::fields::{Fields, Item};
use super::synapse::{self, Receptor};
use super::{blocks, members, pairs, rule, space};
use crate::experiment::{Fault, Problem, Span};

/// A projection and the place it was written at.
#[derive(Debug)]
pub(super) struct Placed {
    pub connection: Connection,
    pub span: Span,
    pub place: String,
}

/// Reads the section: a table of named projections or a list of unnamed ones.
pub(super) fn read(
    item: &Item<'_>,
    populations: &[Population],
    context: &Context,
) -> Result<Vec<Placed>, Problem> {
    let mut placed = Vec::new();
    if item.is_list() {
        for item in item.items() {
            one(None, &item, populations, context, &mut placed)?;
        }
    } else {
        for (name, _, item) in item.fields()?.entries() {
            one(Some(name), &item, populations, context, &mut placed)?;
        }
    }
    Ok(placed)
}

fn one(
    name: Option<&str>,
    item: &Item<'_>,
    populations: &[Population],
    context: &Context,
    placed: &mut Vec<Placed>,
) -> Result<(), Problem> {
    let fields = item.fields()?;
    let expected = "a population or a list of populations";
    let sources = members::slices(&fields.need("source", expected)?, populations)?;
    let targets = members::slices(&fields.need("target", expected)?, populations)?;
    project(name, &fields, &sources, &targets, populations, context, placed)?;
    fields.finish()
}

/// Projections from each of `sources` to each of `targets` with one set of keys.
pub(super) fn project(
    name: Option<&str>,
    fields: &Fields<'_>,
    sources: &[Slice],
    targets: &[Slice],
    populations: &[Population],
    context: &Context,
    placed: &mut Vec<Placed>,
) -> Result<(), Problem> {
    let rule_item = fields.get("rule");
    let rule_name = match &rule_item {
        Some(item) => {
            let name = item.text("the name of a connection rule")?;
            if !rule::RULES.contains(&name) {
                return Err(item.unknown_name(
                    "connection rule",
                    name,
                    rule::RULES.iter().copied(),
                ));
            }
            name
        }
        None => "all_to_all",
    };
    let weight_item = fields.need("weight", "the strength of a synapse, such as \"0.1 mV\"")?;
    let delay_item = fields.need("delay", "the delay of a synapse, such as \"1.5 ms\"")?;
    let release_probability = synapse::release_probability(fields, context)?;
    let (span, place) = (fields.span, fields.place.clone());
    let mut add = |connection: Connection| {
        placed.push(Placed { connection, span, place: place.clone() });
    };
    let title = |source: &Slice, target: &Slice| {
        let (from, to) = (&populations[source.population], &populations[target.population]);
        let arrow = format!("{}→{}", from.name, to.name);
        match name {
            Some(name) if sources.len() == 1 && targets.len() == 1 => name.to_owned(),
            Some(name) => format!("{name} ({arrow})"),
            None => arrow,
        }
    };
    if rule_name == "pairs" {
        for part in pairs::read(fields, sources, targets, context)? {
            let (source, target) = (sources[part.source], targets[part.target]);
            let population = &populations[target.population];
            let receptor = synapse::receptor(fields, population)?;
            let strength = Strength { weight: &weight_item, delay: &delay_item, source, target };
            let (weight, delay) = strength.read(population, receptor, Some(part.total), context)?;
            let rule = Rule::Pairs { sources: part.sources.clone(), targets: part.targets.clone() };
            add(Connection {
                name: title(&source, &target),
                source,
                target,
                geometry: space::geometry(&rule, &weight, &delay, (source, target), context),
                weight: part.weights(weight),
                delay: part.delays(delay),
                rule: Rule::Pairs { sources: part.sources, targets: part.targets },
                channel: receptor.channel(),
                release_probability,
            });
        }
        return Ok(());
    }
    for source in sources {
        for target in targets {
            let rule = rule::read(rule_name, fields, *source, *target, context)?;
            let number = match (&rule, rule_name) {
                (Rule::OneToOne, _) => Some(target.count as usize),
                (Rule::AllToAll { .. }, _) => Some(source.count as usize * target.count as usize),
                _ => None,
            };
            let population = &populations[target.population];
            let receptor = synapse::receptor(fields, population)?;
            let strength = Strength {
                weight: &weight_item,
                delay: &delay_item,
                source: *source,
                target: *target,
            };
            let (weight, delay) = strength.read(population, receptor, number, context)?;
            if let Weight::Blocks(matrix) = &weight {
                blocks::fits(&weight_item, matrix, target.count, source.count)?;
            }
            let connection = Connection {
                name: title(source, target),
                source: *source,
                target: *target,
                geometry: space::geometry(&rule, &weight, &delay, (*source, *target), context),
                rule,
                weight,
                delay,
                channel: receptor.channel(),
                release_probability,
            };
            check_delays(&delay_item, &connection.delay, context)?;
            add(connection);
        }
    }
    Ok(())
}

/// How strong and how late the synapses between two slices are.
struct Strength<'a> {
    weight: &'a Item<'a>,
    delay: &'a Item<'a>,
    source: Slice,
    target: Slice,
}

impl Strength<'_> {
    /// Reads both; `number` is the number of synapses if it is known.
    fn read(
        &self,
        population: &Population,
        receptor: Receptor,
        number: Option<usize>,
        context: &Context,
    ) -> Result<(Weight, Delay), Problem> {
        let (source, target) = (self.source, self.target);
        let unit = synapse::model_of(population, self.weight)?.weight_unit(receptor.channel());
        let weight = match space::profile(self.weight, unit, source, target, context)? {
            Some(profile) => receptor.signed(self.weight, Weight::OfDistance(profile))?,
            None => synapse::weight(self.weight, population, receptor, number, context)?,
        };
        let delay = match space::delay(self.delay, source, target, context)? {
            Some(profile) => Delay::OfDistance(profile),
            None => synapse::delay(self.delay, number, context)?,
        };
        Ok((weight, delay))
    }
}

/// A drawn delay whose mean lies below one step is a slip.
fn check_delays(item: &Item<'_>, delay: &Delay, context: &Context) -> Result<(), Problem> {
    let Delay::Drawn(distribution) = delay else { return Ok(()) };
    let most = greatest(distribution);
    if most >= 0.5 * context.clock.dt_ms() {
        return Ok(());
    }
    let step = context.clock.dt_ms();
    Err(item.out_of_range(format!("at most {most} ms"), format!("at least one step of {step} ms")))
}

fn greatest(distribution: &Distribution) -> f64 {
    use neuropil_network::description::{Bounds, Shape};
    match (distribution.bounds, distribution.shape) {
        (Bounds::Clip { max, .. } | Bounds::Redraw { max, .. }, _) => max,
        (Bounds::None, Shape::Uniform { high, .. }) if distribution.scale >= 0.0 => {
            distribution.offset + distribution.scale * high
        }
        _ => f64::INFINITY,
    }
}

/// A complaint of the engine about one of the projections, at the place of that projection.
pub(super) fn locate(placed: &[(String, Span, String)], source: ModelError) -> Problem {
    let name = match &source {
        ModelError::Connection { name, .. } => Some(name.as_str()),
        _ => None,
    };
    let found = placed.iter().find(|(title, ..)| Some(title.as_str()) == name);
    match found {
        Some((_, span, place)) => Problem::at(*span, Fault::Model { place: place.clone(), source }),
        None => Problem {
            fault: Box::new(Fault::Model { place: "network".into(), source }),
            span: None,
        },
    }
}
