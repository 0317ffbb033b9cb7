//! What arriving events and spikes do: the statements of receptors and resets.

use super::dimension::Dim;
use super::error::{EquationError, EquationFault, Part};
use super::functions::Typed;
use super::holds::{Columns, Hold};
use super::lower::{Allowed, Lowering, Moment, placed};
use super::model::{Definition, Quantity, Sink};
use super::names::{Names, Symbol};
use super::statements::{self, Change, Statement};
use super::syntax::Kind;
use crate::ir::{Graph, Input, Value, derivative};

/// A receptor: its statements and the dimension of its weight.
pub(super) struct Receptor {
    part: Part,
    channel: usize,
    statements: Vec<Statement>,
    pub(super) quantity: Quantity,
    /// Where its weights may be added before the step.
    pub(super) sink: Option<Sink>,
}

/// The receptors of a model.
///
/// # Errors
/// [`EquationError`] for statements that are not proportional to the weight.
pub(super) fn receptors(
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
        all.push(Receptor { part, channel, statements, quantity, sink: None });
    }
    find_sinks(&mut all, names);
    Ok(all)
}

/// Where all that receptors do is to add their weights, to a state each, they need no part in the step.
fn find_sinks(all: &mut [Receptor], names: &Names) {
    let found: Option<Vec<Sink>> = all.iter().map(|r| sink(&r.statements, names)).collect();
    let Some(found) = found else { return };
    for (receptor, sink) in all.iter_mut().zip(&found) {
        if found.iter().filter(|other| other.state == sink.state).count() == 1 {
            receptor.sink = Some(*sink);
        }
    }
}

/// `x += weight` or `x -= weight`
fn sink(statements: &[Statement], names: &Names) -> Option<Sink> {
    let [Statement { name, change, value, .. }] = statements else { return None };
    let sign = match change {
        Change::Add => 1.0,
        Change::Sub => -1.0,
        _ => return None,
    };
    match (&value.kind, names.find(name)) {
        (Kind::Name(weight), Some(Symbol::State(state))) if weight == "weight" => {
            // a quantity of the model may have that name
            names.find("weight").is_none().then_some(Sink { state, sign })
        }
        _ => None,
    }
}

/// The states as they are before the step.
pub(super) fn input_states(l: &mut Lowering<'_>, n: usize) -> Vec<Value> {
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
pub(super) fn run(
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

/// Adds what arrives at the receptors, but for those that have a sink.
pub(super) fn arrivals(
    l: &mut Lowering<'_>,
    receptors: &[Receptor],
    states: &mut [Value],
) -> Result<(), EquationError> {
    let free = l.graph.constant(1.0);
    for receptor in receptors.iter().filter(|r| r.sink.is_none()) {
        let value = l.column(Hold::Channel(receptor.channel));
        let weight = Some(Typed::number(value, Dim::WEIGHT));
        let allowed = Allowed { noise: false, states: true, weight };
        run(l, &receptor.statements, (&receptor.part, allowed), states, free)?;
    }
    Ok(())
}
