//! What the names of a model stand for, and the columns that hold their values.

use std::collections::BTreeMap;
use std::ops::Range;

use neuropil_core::units::Unit;

use super::dimension::Dim;
use super::error::EquationFault;
use super::functions::FUNCTIONS;
use super::statements::{Defines, Equation};
use super::syntax::Expr;
use super::token::Found;

/// Names with a meaning of their own.
const RESERVED: &[(&str, &str)] = &[
    ("t", "the time"),
    ("dt", "the time step"),
    ("xi", "white noise"),
    ("I_in", "the current of inputs"),
    ("g_clamp", "the conductance of clamps"),
    ("E_clamp", "the potential of clamps"),
    ("weight", "the weight of an arriving event"),
    ("not_refractory", "whether the neuron is free to spike"),
    ("pi", "the number 3.14159..."),
    ("inf", "infinity"),
    ("and", "an operator"),
    ("or", "an operator"),
    ("not", "an operator"),
];

/// A state variable.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) name: String,
    pub(super) unit: Unit,
    pub(super) unit_text: String,
    pub(super) slope: Expr,
    /// Whether it rests while the neuron is refractory.
    pub(super) held: bool,
}

/// A variable computed from others.
#[derive(Debug, Clone)]
pub(super) struct Computed {
    pub(super) name: String,
    pub(super) unit: Unit,
    pub(super) unit_text: String,
    pub(super) value: Expr,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(super) struct Constant {
    pub(super) name: String,
    pub(super) unit: Unit,
    pub(super) unit_text: String,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    State(usize),
    Computed(usize),
    Parameter(usize),
}

/// All names of a model.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) states: Vec<State>,
    pub(super) computed: Vec<Computed>,
    pub(super) parameters: Vec<Constant>,
    symbols: BTreeMap<String, Symbol>,
}

impl Names {
    /// The names that equations define, and parameters declared elsewhere.
    pub(super) fn new(equations: Vec<Equation>) -> Result<Self, Found> {
        let mut names = Self::default();
        for equation in equations {
            let Equation { name, at, defines, unit, unit_text } = equation;
            names.free(&name, &at)?;
            let symbol = match defines {
                Defines::State { slope, held } => {
                    names.states.push(State { name: name.clone(), unit, unit_text, slope, held });
                    Symbol::State(names.states.len() - 1)
                }
                Defines::Computed(value) => {
                    names.computed.push(Computed { name: name.clone(), unit, unit_text, value });
                    Symbol::Computed(names.computed.len() - 1)
                }
                Defines::Parameter => {
                    names.parameters.push(Constant { name: name.clone(), unit, unit_text });
                    Symbol::Parameter(names.parameters.len() - 1)
                }
            };
            names.symbols.insert(name, symbol);
        }
        if names.states.is_empty() {
            return Err((EquationFault::NoState, 0..0));
        }
        Ok(names)
    }

    /// A parameter declared outside the equations, in the coherent unit of its dimension. If the
    /// equations declare it too, the dimensions must agree.
    pub(super) fn elsewhere(&mut self, name: &str, unit: Unit) -> Result<(), Found> {
        let dim = Dim::of(unit);
        match self.symbols.get(name) {
            Some(Symbol::Parameter(k)) => {
                let declared = Dim::of(self.parameters[*k].unit);
                if declared == dim {
                    return Ok(());
                }
                let what = format!("the value of \"{name}\"");
                let (found, expected) = (dim.kind(), declared.kind());
                Err((EquationFault::Dimension { what, found, expected }, 0..0))
            }
            Some(_) => Err((EquationFault::Twice { name: name.into() }, 0..0)),
            None => {
                self.free(name, &(0..0))?;
                let (Some(unit), Some(unit_text)) = (dim.unit(), dim.symbol()) else {
                    let (name, found) = (name.into(), dim.kind());
                    return Err((EquationFault::ParameterUnit { name, found }, 0..0));
                };
                self.parameters.push(Constant { name: name.into(), unit, unit_text });
                let symbol = Symbol::Parameter(self.parameters.len() - 1);
                self.symbols.insert(name.into(), symbol);
                Ok(())
            }
        }
    }

    fn free(&self, name: &str, at: &Range<usize>) -> Result<(), Found> {
        let reserved = RESERVED
            .iter()
            .find(|(reserved, _)| *reserved == name)
            .map(|(_, meaning)| *meaning)
            .or_else(|| name.starts_with("xi_").then_some("white noise"))
            .or_else(|| FUNCTIONS.contains(&name).then_some("a function"));
        if let Some(meaning) = reserved {
            return Err((EquationFault::Reserved { name: name.into(), meaning }, at.clone()));
        }
        if self.symbols.contains_key(name) {
            return Err((EquationFault::Twice { name: name.into() }, at.clone()));
        }
        Ok(())
    }

    pub(super) fn find(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }

    /// Every name that can be written in an expression.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.symbols.keys().map(String::as_str).chain(RESERVED[..8].iter().map(|(name, _)| *name))
    }
}
