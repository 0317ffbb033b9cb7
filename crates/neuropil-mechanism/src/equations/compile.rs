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
use super::functions::Typed;
use super::lower::{Allowed, Columns, Hold, Lowering, Moment, placed};
use super::method::{self, Method};
use super::model::{Definition, Fixed, Model, Quantity, Rest, Single};
use super::names::{Names, Symbol};
use super::statements::{self, Change, Statement};
use super::token;
use crate::ir::{Binary, Graph, Input, Kernel, Target, Unary, Value, derivative};

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
    let kernel = Kernel { segments: vec![step], ..Kernel::default() };

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
        receptors: receptors.into_iter().map(|r| r.quantity).collect(),
        holds: columns.holds,
        step: kernel,
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

/// A receptor: its statements and the dimension of its weight.
struct Receptor {
    part: Part,
    channel: usize,
    statements: Vec<Statement>,
    quantity: Quantity,
}

fn receptors(
    definition: &Definition,
    names: &Names,
    columns: &mut Columns,
) -> Result<Vec<Receptor>, EquationError> {
    let mut all = Vec::new();
    for (channel, (name, text)) in definition.receptors.iter().enumerate() {
        let part = Part::Receptor(name.clone());
        let statements = statements::statements(text).map_err(placed(&part))?;
        let mut l = Lowering { names, columns, graph: Graph::default() };
        let states = input_states(&mut l, names.states.len());
        let free = l.graph.constant(1.0);
        let mut unit: Option<Dim> = None;
        for statement in &statements {
            let place = |fault| EquationError {
                fault,
                part: part.clone(),
                at: statement.at.start..statement.value.at.end,
            };
            let k = assigned(names, statement, &part)?;
            let mut moment = Moment::new(names, states.clone(), free);
            let weight = l.column(Hold::Channel(channel));
            let weight = Some(Typed::number(weight, Dim::WEIGHT));
            let allowed = Allowed { noise: false, states: true, weight };
            let typed = l.value(&statement.value, &mut moment, (&part, allowed))?;
            if typed.truth {
                return Err(place(EquationFault::Condition));
            }
            if typed.dim.weight() != 1 || !matches!(statement.change, Change::Add | Change::Sub) {
                return Err(place(EquationFault::NotProportional));
            }
            let input = Input::Variable(l.columns.of(Hold::Channel(channel)));
            let gain = derivative(&mut l.graph, typed.value, input);
            let weight = l.graph.input(input);
            if gain.is_none_or(|gain| l.graph.depends(weight)[gain.index()]) {
                return Err(place(EquationFault::NotProportional));
            }
            let dim = Dim::of(names.states[k].unit).over(typed.dim.without_weight());
            match unit {
                Some(known) if known != dim => {
                    let (found, expected) = (dim.kind(), known.kind());
                    let what = "the weight of this statement".into();
                    return Err(place(EquationFault::Dimension { what, found, expected }));
                }
                _ => unit = Some(dim),
            }
        }
        let dim = unit.ok_or_else(|| EquationError {
            fault: EquationFault::NotProportional,
            part: part.clone(),
            at: 0..text.len(),
        })?;
        let (Some(unit), Some(unit_text)) = (dim.unit(), dim.symbol()) else {
            let fault = EquationFault::ParameterUnit { name: "weight".into(), found: dim.kind() };
            return Err(EquationError { fault, part, at: 0..text.len() });
        };
        let quantity = Quantity { name: name.clone(), unit_text, unit };
        all.push(Receptor { part, channel, statements, quantity });
    }
    Ok(all)
}

fn input_states(l: &mut Lowering<'_>, n: usize) -> Vec<Value> {
    (0..n).map(|k| l.column(Hold::State(k))).collect()
}

/// The state that a statement changes.
fn assigned(names: &Names, statement: &Statement, part: &Part) -> Result<usize, EquationError> {
    let fault = match names.find(&statement.name) {
        Some(Symbol::State(k)) => return Ok(k),
        Some(Symbol::Parameter(k)) => EquationFault::AssignsParameter {
            name: statement.name.clone(),
            unit: names.parameters[k].unit_text.clone(),
        },
        Some(Symbol::Computed(_)) => {
            EquationFault::AssignsComputed { name: statement.name.clone() }
        }
        None => EquationFault::UnknownName {
            name: statement.name.clone(),
            suggestion: neuropil_core::names::suggestion(
                &statement.name,
                names.states.iter().map(|s| s.name.as_str()),
            ),
        },
    };
    Err(EquationError { fault, part: part.clone(), at: statement.at.clone() })
}

/// Runs statements one after the other on `states`.
fn run(
    l: &mut Lowering<'_>,
    list: &[Statement],
    (part, allowed): (&Part, Allowed),
    states: &mut [Value],
    free: Value,
) -> Result<(), EquationError> {
    let names = l.names;
    for statement in list {
        let k = assigned(names, statement, part)?;
        let mut moment = Moment::new(names, states.to_vec(), free);
        let typed = l.value(&statement.value, &mut moment, (part, allowed))?;
        let place =
            |fault| EquationError { fault, part: part.clone(), at: statement.value.at.clone() };
        if typed.truth {
            return Err(place(EquationFault::Condition));
        }
        let own = Dim::of(names.states[k].unit);
        let (expected, what) = match statement.change {
            Change::Mul | Change::Div => {
                (Dim::PURE, format!("the factor on \"{}\"", statement.name))
            }
            _ => (own, format!("the value for \"{}\"", statement.name)),
        };
        // The weight of a receptor has whatever unit makes the statement right.
        if typed.dim != expected && typed.dim.weight() == 0 {
            let (found, expected) = (typed.dim.kind(), expected.kind());
            return Err(place(EquationFault::Dimension { what, found, expected }));
        }
        let g = &mut l.graph;
        states[k] = match statement.change {
            Change::Set => typed.value,
            Change::Add => g.add(states[k], typed.value),
            Change::Sub => g.sub(states[k], typed.value),
            Change::Mul => g.mul(states[k], typed.value),
            Change::Div => g.div(states[k], typed.value),
        };
    }
    Ok(())
}

/// Adds what arrives at the receptors.
fn arrivals(
    l: &mut Lowering<'_>,
    receptors: &[Receptor],
    states: &mut [Value],
) -> Result<(), EquationError> {
    let free = l.graph.constant(1.0);
    for receptor in receptors {
        let value = l.column(Hold::Channel(receptor.channel));
        let weight = Some(Typed::number(value, Dim::WEIGHT));
        let allowed = Allowed { noise: false, states: true, weight };
        run(l, &receptor.statements, (&receptor.part, allowed), states, free)?;
    }
    Ok(())
}

/// Whether the neuron is free in this step; counts refractory steps down.
fn free(
    l: &mut Lowering<'_>,
    refractory: &Option<Refractory>,
    states: &[Value],
    outputs: &mut Vec<(Target, Value)>,
) -> Result<Value, EquationError> {
    let one = l.graph.constant(1.0);
    let Some(refractory) = refractory else { return Ok(one) };
    let rest = l.column(Hold::Rest);
    let target = Target::Variable(l.columns.of(Hold::Rest));
    if refractory.condition {
        let mut moment = Moment::new(l.names, states.to_vec(), one);
        let allowed = Allowed { noise: false, states: true, weight: None };
        let holds = l.value(&refractory.tree, &mut moment, (&Part::Refractory, allowed))?;
        let g = &mut l.graph;
        let zero = g.constant(0.0);
        let was = g.binary(Binary::Less, zero, rest);
        let still = g.binary(Binary::And, was, holds.value);
        outputs.push((target, still));
        return Ok(g.unary(Unary::Not, still));
    }
    let g = &mut l.graph;
    let (zero, minus) = (g.constant(0.0), g.constant(-1.0));
    let left = g.add(rest, minus);
    let left = g.binary(Binary::Max, left, zero);
    outputs.push((target, left));
    Ok(g.binary(Binary::LessEqual, rest, zero))
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
        Some(_) => {
            let (rest, zero) = (l.column(Hold::Rest), l.graph.constant(0.0));
            l.graph.binary(Binary::LessEqual, rest, zero)
        }
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
