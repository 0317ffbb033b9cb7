//! `[parameters]`: named quantities, in any order, one defined by others.

use std::collections::BTreeMap;

use neuropil_core::units::Unit;

use super::fields::{Fields, Item};
use crate::experiment::{Fault, Problem, Span, Written};
use crate::expression::{Expression, FUNCTIONS, Scope};

/// Evaluates every parameter.
pub(super) fn read(fields: &Fields<'_>) -> Result<Scope, Problem> {
    let mut pending = BTreeMap::new();
    for (name, key_span, item) in fields.entries() {
        refuse_confusing(name, key_span)?;
        let expression = match &item.node.value {
            Written::Text(text) => Some(item.expression(text)?),
            _ => None,
        };
        pending.insert(name, (item, expression));
    }
    let mut reader = Reader { pending, scope: Scope::default(), under_way: Vec::new() };
    while let Some(name) = reader.pending.keys().next().copied() {
        reader.define(name)?;
    }
    Ok(reader.scope)
}

struct Reader<'a> {
    pending: BTreeMap<&'a str, (Item<'a>, Option<Expression>)>,
    scope: Scope,
    under_way: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn define(&mut self, name: &'a str) -> Result<(), Problem> {
        let Some((item, expression)) = self.pending.get(name).cloned() else { return Ok(()) };
        if self.under_way.contains(&name) {
            let circle = [self.under_way.as_slice(), &[name]].concat().join(" → ");
            return Err(Problem::at(item.span(), Fault::Circle { place: item.place, circle }));
        }
        self.under_way.push(name);
        if let Some(expression) = &expression {
            for needed in expression.names() {
                let known = self.pending.keys().find(|known| **known == needed).copied();
                if let Some(needed) = known {
                    self.define(needed)?;
                }
            }
        }
        self.under_way.pop();
        let value = match &expression {
            Some(expression) => {
                expression.value(&self.scope).map_err(|error| item.expression_problem(error))?
            }
            None => item.free(&self.scope)?,
        };
        self.scope.define(name, value);
        self.pending.remove(name);
        Ok(())
    }
}

/// A parameter may be called `g` or `J`, but not `ms`: `2 * ms` could then mean either.
fn refuse_confusing(name: &str, span: Span) -> Result<(), Problem> {
    let place = "parameters".to_owned();
    let mut letters = name.chars();
    let plain = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_');
    if !plain {
        let (found, expected) = (format!("\"{name}\""), "a name of letters, digits and _".into());
        return Err(Problem::at(span, Fault::Range { place, found, expected }));
    }
    let unit = name.chars().count() > 1 && Unit::parse(name).is_ok() && name != "pi";
    if unit
        || FUNCTIONS.iter().any(|f| f.0 == name)
        || ["pi", "inf", "t", "distance"].contains(&name)
    {
        let found = format!("\"{name}\", which is a unit, function or constant");
        let expected = "another name".into();
        return Err(Problem::at(span, Fault::Range { place, found, expected }));
    }
    Ok(())
}
