//! From the texts of a model to its kernels.
//!
//! A step: (1) the weights that arrive are added, then the resets of the last step's spikes are
//! done, neuron by neuron where both meet; (2) all variables advance; (3) the threshold is
//! evaluated. This is Brian2's order (state update, threshold, synapses, reset) beginning one
//! operation later, so that events of the same stamp reach a neuron before its reset.

use std::collections::BTreeSet;

use super::dimension::Dim;
use super::error::{EquationError, EquationFault, Part};
use super::fixed::{Split, split};
use super::holds::{Columns, Hold};
use super::lower::{Allowed, Lowering, Moment, placed};
use super::method::{self, Method};
use super::model::{Definition, Fixed, Model, Quantity, Rest, Single};
use super::names::Names;
use super::receptors::{Receptor, arrivals, input_states, receptors, run};
use super::statements;
use super::token;
use crate::ir::{Binary, Graph, Input, Target, Unary, Value};

/// Compiles a model.
///
/// # Errors
/// [`EquationError`] with the text and the place of the first fault.
pub fn compile(definition: &Definition) -> Result<Model, EquationError> {
    let in_equations = placed(&Part::Equations);
    let equations = statements::equations(&definition.equations).map_err(&in_equations)?;
    let mut names = Names::new(equations).map_err(&in_equations)?;
    for (name, unit) in &definition.parameters {
        let part = Part::Parameter(name.clone());
        names.elsewhere(name, *unit).map_err(placed(&part))?;
    }
    let mentioned: BTreeSet<String> = definition.texts().flat_map(token::names).collect();
    for (name, unit) in &definition.surroundings {
        if mentioned.contains(name) && names.find(name).is_none() {
            // What has a meaning of its own keeps it.
            let _ = names.elsewhere(name, *unit);
        }
    }
    let after = [(&definition.reset, Part::Reset), (&definition.refractory, Part::Refractory)];
    if let (None, Some((Some(text), part))) =
        (&definition.threshold, after.into_iter().find(|(text, _)| text.is_some()))
    {
        return Err(EquationError { fault: EquationFault::NoThreshold, part, at: 0..text.len() });
    }
    let mut columns = Columns::default();
    for k in 0..names.parameters.len() {
        columns.of(Hold::Parameter(k));
    }
    for k in 0..names.states.len() {
        columns.of(Hold::State(k));
    }
    let wanted = definition.method.as_deref().map(Method::find).transpose()?;
    let refractory = refractory(definition)?;
    let receptors = receptors(definition, &names, &mut columns)?;

    let mut step = Lowering { names: &names, columns: &mut columns, graph: Graph::default() };
    let mut outputs = Vec::new();
    let mut states = input_states(&mut step, names.states.len());
    arrivals(&mut step, &receptors, &mut states)?;
    let free = free(&mut step, &refractory, &states, &mut outputs)?;
    let start = Moment::new(&names, states, free);
    let advanced = method::advance(&mut step, wanted, &start)?;
    for (k, value) in advanced.states.iter().enumerate() {
        outputs.push((Target::Variable(step.columns.of(Hold::State(k))), *value));
    }
    if let Some(text) = &definition.threshold {
        let crossed = threshold(&mut step, text, advanced.states, free)?;
        outputs.push((Target::Variable(step.columns.of(Hold::Crossed)), crossed));
    }
    let Split { step, graph, fixed } = split(step.graph, &outputs, &mut columns);

    let mut single = Lowering { names: &names, columns: &mut columns, graph: Graph::default() };
    let events = events(&mut single, definition, &receptors, &refractory)?;
    let held = names.states.iter().map(|state| state.held).collect();
    let single = Single {
        graph: single.graph,
        reset: events.reset,
        rest: events.rest,
        computed: events.computed,
        initial: events.initial,
    };
    let quantity = |name: &str, unit, text: &str| Quantity {
        name: name.into(),
        unit,
        unit_text: if text == "1" { String::new() } else { text.into() },
    };
    let states = names.states.iter().map(|s| quantity(&s.name, s.unit, &s.unit_text));
    let computed = names.computed.iter().map(|c| quantity(&c.name, c.unit, &c.unit_text));
    let parameters = names.parameters.iter().map(|p| quantity(&p.name, p.unit, &p.unit_text));
    Ok(Model {
        name: definition.name.clone(),
        method: advanced.method,
        parameters: parameters.collect(),
        variables: states.chain(computed).collect(),
        states: names.states.len(),
        sinks: receptors.iter().map(|r| r.sink).collect(),
        receptors: receptors.into_iter().map(|r| r.quantity).collect(),
        holds: columns.holds,
        step,
        fixed: Fixed { graph, values: fixed },
        jacobian: advanced.jacobian,
        held,
        single,
    })
}

/// The refractory text, parsed, and whether it is a condition.
struct Refractory {
    tree: super::syntax::Expr,
    condition: bool,
}

fn refractory(definition: &Definition) -> Result<Option<Refractory>, EquationError> {
    let Some(text) = &definition.refractory else { return Ok(None) };
    let tree = statements::expression(text).map_err(placed(&Part::Refractory))?;
    let condition = is_condition(&tree);
    Ok(Some(Refractory { tree, condition }))
}

/// Whether a tree is a condition by its form.
fn is_condition(tree: &super::syntax::Expr) -> bool {
    use super::syntax::{Join, Kind};
    match &tree.kind {
        Kind::Not(_) => true,
        Kind::Join(how, ..) => !matches!(
            how,
            Join::Add | Join::Sub | Join::Mul | Join::Div | Join::Floor | Join::Rem | Join::Pow
        ),
        _ => false,
    }
}

/// Whether the neuron is free in this step.
fn free(
    l: &mut Lowering<'_>,
    refractory: &Option<Refractory>,
    states: &[Value],
    outputs: &mut Vec<(Target, Value)>,
) -> Result<Value, EquationError> {
    let one = l.graph.constant(1.0);
    let Some(refractory) = refractory else { return Ok(one) };
    if !refractory.condition {
        return Ok(is_over(l));
    }
    let rest = l.column(Hold::Rest);
    let mut moment = Moment::new(l.names, states.to_vec(), one);
    let allowed = Allowed { noise: false, states: true, weight: None };
    let holds = l.value(&refractory.tree, &mut moment, (&Part::Refractory, allowed))?;
    let zero = l.graph.constant(0.0);
    let was = l.graph.binary(Binary::Less, zero, rest);
    let still = l.graph.binary(Binary::And, was, holds.value);
    outputs.push((Target::Variable(l.columns.of(Hold::Rest)), still));
    Ok(l.graph.unary(Unary::Not, still))
}

/// Whether the refractory time is over.
fn is_over(l: &mut Lowering<'_>) -> Value {
    let (until, now) = (l.column(Hold::Until), l.column(Hold::Now));
    l.graph.binary(Binary::LessEqual, until, now)
}

fn threshold(
    l: &mut Lowering<'_>,
    text: &str,
    states: Vec<Value>,
    free: Value,
) -> Result<Value, EquationError> {
    let part = Part::Threshold;
    let tree = statements::expression(text).map_err(placed(&part))?;
    let mut moment = Moment::new(l.names, states, free);
    let allowed = Allowed { noise: false, states: true, weight: None };
    let typed = l.value(&tree, &mut moment, (&part, allowed))?;
    if !typed.truth {
        let fault = EquationFault::NotCondition { found: typed.dim.kind() };
        return Err(EquationError { fault, part, at: tree.at });
    }
    Ok(l.graph.binary(Binary::And, typed.value, free))
}

/// What happens to single neurons.
#[derive(Default)]
struct Events {
    reset: Vec<(usize, Value)>,
    rest: Option<Rest>,
    computed: Vec<Value>,
    initial: Vec<Value>,
}

fn events(
    l: &mut Lowering<'_>,
    definition: &Definition,
    receptors: &[Receptor],
    refractory: &Option<Refractory>,
) -> Result<Events, EquationError> {
    let names = l.names;
    let before = input_states(l, names.states.len());
    let one = l.graph.constant(1.0);
    let allowed = Allowed { noise: false, states: true, weight: None };
    let mut events = Events::default();

    let mut states = before.clone();
    arrivals(l, receptors, &mut states)?;
    if let Some(text) = &definition.reset {
        let list = statements::statements(text).map_err(placed(&Part::Reset))?;
        run(l, &list, (&Part::Reset, allowed), &mut states, one)?;
    }
    let changed = states.iter().zip(&before).enumerate().filter(|(_, (new, old))| new != old);
    events.reset = changed.map(|(k, (new, _))| (k, *new)).collect();

    if let Some(refractory) = refractory {
        events.rest = Some(if refractory.condition {
            Rest::While
        } else {
            let mut moment = Moment::new(names, before.clone(), one);
            let what = ("the refractory time", Dim::TIME);
            let time =
                l.number(&refractory.tree, &mut moment, (&Part::Refractory, allowed), what)?;
            let h = l.graph.input(Input::Step);
            Rest::Steps(l.graph.div(time, h))
        });
    }

    let free = match refractory {
        Some(refractory) if refractory.condition => {
            let (rest, zero) = (l.column(Hold::Rest), l.graph.constant(0.0));
            l.graph.binary(Binary::LessEqual, rest, zero)
        }
        Some(_) => is_over(l),
        None => one,
    };
    let mut moment = Moment::new(names, before.clone(), free);
    for variable in &names.computed {
        let name = super::syntax::Expr {
            kind: super::syntax::Kind::Name(variable.name.clone()),
            at: variable.value.at.clone(),
        };
        let noisy = Allowed { noise: true, ..allowed };
        events.computed.push(l.value(&name, &mut moment, (&Part::Equations, noisy))?.value);
    }

    let zero = l.graph.constant(0.0);
    events.initial = vec![zero; names.states.len()];
    for (name, text) in &definition.initial {
        let part = Part::Initial(name.clone());
        let known = names.states.iter().position(|s| s.name == *name);
        let k = known.ok_or_else(|| EquationError {
            fault: EquationFault::UnknownName {
                name: name.clone(),
                suggestion: neuropil_core::names::suggestion(
                    name,
                    names.states.iter().map(|s| s.name.as_str()),
                ),
            },
            part: part.clone(),
            at: 0..text.len(),
        })?;
        let tree = statements::expression(text).map_err(placed(&part))?;
        let mut moment = Moment::new(names, before.clone(), one);
        let what = format!("the initial value of \"{name}\"");
        let what = (what.as_str(), Dim::of(names.states[k].unit));
        let parameters = Allowed::default();
        events.initial[k] = l.number(&tree, &mut moment, (&part, parameters), what)?;
    }
    Ok(events)
}
