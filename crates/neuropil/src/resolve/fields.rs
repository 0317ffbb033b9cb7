//! Reading a table key by key, so that what nobody asked for is found.

use std::cell::RefCell;

use neuropil_core::names::suggestion;
use neuropil_core::units::{Unit, describe};
use neuropil_network::description::Distribution;

use crate::experiment::{Fault, Node, Problem, Span, Table, Written};
use crate::expression::{Expression, Quantity, Scope, Value};

/// The table of a section that is not there.
static EMPTY: Table = Table { entries: Vec::new() };

/// A table being read.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    table: &'a Table,
    /// Where the table stands.
    pub span: Span,
    /// As messages call it: `populations.E`.
    pub place: String,
    asked: RefCell<Vec<&'static str>>,
}

/// A value being read.
#[derive(Debug, Clone)]
pub(crate) struct Item<'a> {
    /// The value as written.
    pub node: &'a Node,
    /// As messages call it: `populations.E.size`.
    pub place: String,
}

/// A number, or a distribution of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Amount {
    Fixed(f64),
    Drawn(Distribution),
}

impl<'a> Fields<'a> {
    pub fn new(table: &'a Table, span: Span, place: impl Into<String>) -> Self {
        Self { table, span, place: place.into(), asked: RefCell::default() }
    }

    /// The value of a key, if it is there.
    pub fn get(&self, key: &'static str) -> Option<Item<'a>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key).map(|node| Item { node, place: self.name_of(key) })
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &'static str, expected: &'static str) -> Result<Item<'a>, Problem> {
        self.get(key).ok_or_else(|| {
            let place = self.title();
            Problem::at(self.span, Fault::MissingKey { place, key, expected })
        })
    }

    /// The table at a key; an empty one if there is none.
    pub fn section(&self, key: &'static str) -> Result<Self, Problem> {
        match self.get(key) {
            Some(item) => item.fields(),
            None => Ok(Self::new(&EMPTY, Span::default(), key)),
        }
    }

    /// Refuses keys other than these.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        let stray = self.table.entries.iter().find(|e| !known.contains(&e.key.as_str()));
        stray.map_or(Ok(()), |entry| Err(self.unknown(&entry.key, entry.key_span, known)))
    }

    /// Whether any value of the table is an expression that uses one of the names.
    pub fn mentions(&self, names: &[&str]) -> bool {
        self.table.entries.iter().any(|entry| mentions(&entry.node, names))
    }

    /// Every entry, whatever its key.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, Span, Item<'a>)> {
        self.table.entries.iter().map(|entry| {
            let item = Item { node: &entry.node, place: self.name_of(&entry.key) };
            (entry.key.as_str(), entry.key_span, item)
        })
    }

    /// Refuses keys that were not asked for.
    pub fn finish(&self) -> Result<(), Problem> {
        self.only(&self.asked.borrow())
    }

    /// The fault of a key that does not exist.
    pub fn unknown(&self, key: &str, span: Span, known: &[&str]) -> Problem {
        let suggestion = suggestion(key, known.iter().copied());
        Problem::at(span, Fault::UnknownKey { place: self.title(), key: key.into(), suggestion })
    }

    fn title(&self) -> String {
        if self.place.is_empty() { "the experiment".into() } else { self.place.clone() }
    }

    fn name_of(&self, key: &str) -> String {
        if self.place.is_empty() { key.into() } else { format!("{}.{key}", self.place) }
    }
}

impl<'a> Item<'a> {
    pub fn span(&self) -> Span {
        self.node.span
    }

    pub fn wrong(&self, expected: impl Into<String>) -> Problem {
        let (place, found) = (self.place.clone(), self.node.shown());
        Problem::at(self.span(), Fault::WrongType { place, found, expected: expected.into() })
    }

    pub fn out_of_range(&self, found: impl ToString, expected: impl Into<String>) -> Problem {
        let (place, found) = (self.place.clone(), found.to_string());
        Problem::at(self.span(), Fault::Range { place, found, expected: expected.into() })
    }

    pub fn unknown_name<'n>(
        &self,
        kind: &'static str,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) -> Problem {
        let (place, suggestion) = (self.place.clone(), suggestion(name, known));
        let name = name.into();
        Problem::at(self.span(), Fault::UnknownName { place, kind, name, suggestion })
    }

    pub fn unsupported(&self, what: impl Into<String>) -> Problem {
        let place = self.place.clone();
        Problem::at(self.span(), Fault::Unsupported { place, what: what.into() })
    }

    pub fn text(&self, expected: &str) -> Result<&'a str, Problem> {
        match &self.node.value {
            Written::Text(text) => Ok(text),
            _ => Err(self.wrong(expected)),
        }
    }

    pub fn boolean(&self) -> Result<bool, Problem> {
        match self.node.value {
            Written::Boolean(value) => Ok(value),
            _ => Err(self.wrong("true or false")),
        }
    }

    /// The items of a list; a value that is no list is a list of one.
    pub fn items(&self) -> Vec<Item<'a>> {
        match &self.node.value {
            Written::List(nodes) => nodes
                .iter()
                .enumerate()
                .map(|(k, node)| Item { node, place: format!("{}[{k}]", self.place) })
                .collect(),
            _ => vec![self.clone()],
        }
    }

    pub fn is_list(&self) -> bool {
        matches!(self.node.value, Written::List(_))
    }

    pub fn is_table(&self) -> bool {
        matches!(self.node.value, Written::Table(_))
    }

    pub fn fields(&self) -> Result<Fields<'a>, Problem> {
        match &self.node.value {
            Written::Table(table) => Ok(Fields::new(table, self.span(), self.place.clone())),
            _ => Err(self.wrong("a table")),
        }
    }

    /// The value of a number or an expression; pure numbers are taken to be in `unit`.
    pub fn amount(&self, scope: &Scope, unit: &str) -> Result<Amount, Problem> {
        let unit = known_unit(unit);
        match &self.node.value {
            Written::Integer(value) => Ok(Amount::Fixed(*value as f64)),
            Written::Number(value) => Ok(Amount::Fixed(*value)),
            Written::Text(text) => self.in_unit(self.evaluate(text, scope)?, unit),
            Written::Table(_) => super::distribution::table(self, scope, unit),
            _ => Err(self.wrong(self.expectation(unit))),
        }
    }

    /// As [`amount`](Self::amount), distributions refused.
    pub fn number(&self, scope: &Scope, unit: &str) -> Result<f64, Problem> {
        if self.is_table() {
            return Err(self.wrong(self.expectation(known_unit(unit))));
        }
        match self.amount(scope, unit)? {
            Amount::Fixed(value) if !value.is_nan() => Ok(value),
            Amount::Fixed(value) => Err(self.out_of_range(value, "a number")),
            Amount::Drawn(_) => Err(self.wrong("one number, not a distribution")),
        }
    }

    /// A finite number that satisfies `admits`.
    pub fn number_where(
        &self,
        scope: &Scope,
        unit: &str,
        expected: &str,
        admits: impl Fn(f64) -> bool,
    ) -> Result<f64, Problem> {
        let value = self.number(scope, unit)?;
        if value.is_finite() && admits(value) {
            return Ok(value);
        }
        let found = format!("{value} {unit}");
        Err(self.out_of_range(found.trim(), expected))
    }

    /// A whole number in a range.
    pub fn whole(&self, scope: &Scope, min: u64, max: u64) -> Result<u64, Problem> {
        let value = self.number(scope, "")?;
        let whole = value.round();
        let admitted = (value - whole).abs() <= 1e-9 * value.abs().max(1.0)
            && whole >= min as f64
            && whole <= max as f64;
        if admitted {
            return Ok(whole as u64);
        }
        let top = if max == u64::MAX { String::new() } else { format!(" and at most {max}") };
        Err(self.out_of_range(value, format!("a whole number of at least {min}{top}")))
    }

    /// A list of numbers.
    pub fn numbers(&self, scope: &Scope, unit: &str) -> Result<Vec<f64>, Problem> {
        self.items().iter().map(|item| item.number(scope, unit)).collect()
    }

    /// A value whose dimension is whatever it is.
    pub fn free(&self, scope: &Scope) -> Result<Value, Problem> {
        match &self.node.value {
            Written::Integer(value) => Ok(Value::Number(Quantity::pure(*value as f64))),
            Written::Number(value) => Ok(Value::Number(Quantity::pure(*value))),
            Written::Text(text) => self.evaluate(text, scope),
            _ => Err(self.wrong("a number or an expression")),
        }
    }

    /// Parses an expression.
    pub fn expression(&self, text: &str) -> Result<Expression, Problem> {
        Expression::parse(text).map_err(|error| self.expression_problem(error))
    }

    pub fn expression_problem(&self, error: crate::expression::ExpressionError) -> Problem {
        // The text begins behind one quotation mark; escapes may shift it by a little.
        let span = self.span();
        let start = (span.start + 1 + error.at.start).min(span.end);
        let end = (span.start + 1 + error.at.end).clamp(start, span.end);
        let place = self.place.clone();
        Problem::at(Span { start, end, ..span }, Fault::Expression { place, fault: error.fault })
    }

    fn evaluate(&self, text: &str, scope: &Scope) -> Result<Value, Problem> {
        self.expression(text)?.value(scope).map_err(|error| self.expression_problem(error))
    }

    /// Numbers of a value in `unit`.
    pub fn in_unit(&self, value: Value, unit: Unit) -> Result<Amount, Problem> {
        let found = value.unit();
        let pure = found.dimension == [0; 7];
        if !pure && !found.same_dimension(&unit) {
            return Err(self.wrong_dimension(found, unit));
        }
        // A pure number stands for one in the default unit; one in degrees has a unit of its own.
        let own = unit.dimension == [0; 7] && found != Unit::ONE;
        let unit = if pure && !own { Unit::ONE } else { unit };
        Ok(match value {
            Value::Number(quantity) => Amount::Fixed(quantity.number_in(unit)),
            Value::Random(random) => Amount::Drawn(random.numbers_in(unit)),
        })
    }

    fn wrong_dimension(&self, found: Unit, unit: Unit) -> Problem {
        let place = self.place.clone();
        let found = format!("{} ({})", describe(found.dimension), self.node.shown());
        let (place, expected, example) = match visual(unit) {
            Some((kind, example)) => (place, kind.to_owned(), example.to_owned()),
            None => (place, describe(unit.dimension), format!("1 {}", symbol(unit))),
        };
        let example = if expected == "pure number" { "1".into() } else { example };
        Problem::at(self.span(), Fault::WrongDimension { place, found, expected, example })
    }

    fn expectation(&self, unit: Unit) -> String {
        if let Some((kind, example)) = visual(unit) {
            return format!("a {kind} such as \"{example}\"");
        }
        match describe(unit.dimension).as_str() {
            "pure number" => "a number".into(),
            kind => format!("a {kind} such as \"1 {}\"", symbol(unit)),
        }
    }
}

/// Whether a value, or one within it, is an expression that uses one of the names.
pub(crate) fn mentions(node: &Node, names: &[&str]) -> bool {
    match &node.value {
        Written::Text(text) => Expression::parse(text)
            .is_ok_and(|expression| expression.names().iter().any(|name| names.contains(name))),
        Written::List(nodes) => nodes.iter().any(|node| mentions(node, names)),
        Written::Table(table) => table.entries.iter().any(|entry| mentions(&entry.node, names)),
        _ => false,
    }
}

/// Every unit name in this crate and in the models is known; an unknown one reads as a pure number.
pub(crate) fn known_unit(unit: &str) -> Unit {
    Unit::parse(unit).unwrap_or(Unit::ONE)
}

/// Units of visual space are pure numbers of a scale of their own: what they measure, and an example.
fn visual(unit: Unit) -> Option<(&'static str, &'static str)> {
    [("deg", "visual angle", "30 deg"), ("1/deg", "number per degree", "0.1 cycle/deg")]
        .into_iter()
        .find(|(known, ..)| known_unit(known) == unit)
        .map(|(_, kind, example)| (kind, example))
}

/// The customary symbol of a default unit.
fn symbol(unit: Unit) -> &'static str {
    [
        "ms", "mV", "pF", "nS", "pA", "Hz", "um", "mM", "nA", "uS", "S/cm2", "mS/cm2", "uF/cm2",
        "mA/cm2", "Ohm cm", "MOhm", "degC", "mV/ms", "pA/ms", "1/mV", "1/ms", "um2",
    ]
    .into_iter()
    .find(|symbol| {
        Unit::parse(symbol).is_ok_and(|known| {
            known.dimension == unit.dimension && (known.scale / unit.scale - 1.0).abs() < 1e-9
        })
    })
    .unwrap_or("")
}
