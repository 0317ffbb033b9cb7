//! From text to a tree.

use std::collections::BTreeSet;
use std::ops::Range;

use neuropil_core::names::suggestion;
use neuropil_core::units::Unit;

use super::Quantity;
use super::error::{ExpressionError, ExpressionFault};
use super::token::{Placed, Token, tokens};

/// Deepest nesting of brackets and signs.
const MAX_DEPTH: usize = 64;

/// Units that a slip of the pen may have meant.
const COMMON_UNITS: &[&str] = &[
    "ms", "s", "mV", "V", "pF", "nF", "nS", "uS", "pA", "nA", "Hz", "kHz", "um", "mS", "cm2", "mM",
];

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub(super) kind: Kind,
    /// Bytes of the text it was read from.
    pub(super) at: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Constant(Quantity),
    Name(String),
    Negative(Box<Expression>),
    Binary(char, Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
}

impl Expression {
    /// Parses `text`.
    ///
    /// # Errors
    /// [`ExpressionError`] with the place of the first word that does not fit.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0 };
        let expression = parser.sum()?;
        match parser.peek() {
            Token::End => Ok(expression),
            _ => Err(parser.unexpected("an operator or the end")),
        }
    }

    /// Every name it mentions, functions excepted.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.collect(&mut names);
        names
    }

    fn collect<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        match &self.kind {
            Kind::Constant(_) => {}
            Kind::Name(name) => {
                names.insert(name);
            }
            Kind::Negative(inner) => inner.collect(names),
            Kind::Binary(_, left, right) => {
                left.collect(names);
                right.collect(names);
            }
            Kind::Call(_, arguments) => arguments.iter().for_each(|a| a.collect(names)),
        }
    }
}

struct Parser {
    tokens: Vec<Placed>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].token
    }

    fn at(&self) -> Range<usize> {
        self.tokens[self.next].at.clone()
    }

    fn advance(&mut self) -> Placed {
        let placed = self.tokens[self.next].clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        placed
    }

    fn symbol(&mut self, among: &str) -> Option<char> {
        match self.peek() {
            Token::Symbol(c) if among.contains(*c) => {
                let c = *c;
                self.advance();
                Some(c)
            }
            _ => None,
        }
    }

    fn unexpected(&self, expected: &'static str) -> ExpressionError {
        let fault = ExpressionFault::Syntax { found: self.peek().shown(), expected };
        ExpressionError { fault, at: self.at() }
    }

    fn sum(&mut self) -> Result<Expression, ExpressionError> {
        self.chain("+-", Self::product)
    }

    fn product(&mut self) -> Result<Expression, ExpressionError> {
        self.chain("*·/", Self::signed)
    }

    fn chain(
        &mut self,
        operators: &str,
        operand: fn(&mut Self) -> Result<Expression, ExpressionError>,
    ) -> Result<Expression, ExpressionError> {
        let mut left = operand(self)?;
        while let Some(operator) = self.symbol(operators) {
            let right = operand(self)?;
            let operator = if operator == '·' { '*' } else { operator };
            left = binary(operator, left, right);
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Expression, ExpressionError> {
        let start = self.at().start;
        match self.symbol("+-") {
            Some('-') => {
                let inner = self.deeper(Self::signed)?;
                let at = start..inner.at.end;
                Ok(Expression { kind: Kind::Negative(Box::new(inner)), at })
            }
            Some(_) => self.deeper(Self::signed),
            None => self.power(),
        }
    }

    fn power(&mut self) -> Result<Expression, ExpressionError> {
        let base = self.operand()?;
        if self.symbol("^").is_none() {
            return Ok(base);
        }
        let exponent = self.deeper(Self::signed)?;
        Ok(binary('^', base, exponent))
    }

    fn operand(&mut self) -> Result<Expression, ExpressionError> {
        let placed = self.advance();
        match placed.token {
            Token::Number(value) => self.quantity(value, placed.at),
            Token::Name(name) if self.symbol("(").is_some() => self.call(name, placed.at.start),
            Token::Name(name) => Ok(Expression { kind: Kind::Name(name), at: placed.at }),
            Token::Symbol('(') => {
                let inner = self.deeper(Self::sum)?;
                self.close()?;
                Ok(inner)
            }
            _ => {
                self.next = self.next.saturating_sub(usize::from(placed.token != Token::End));
                Err(self.unexpected("a number, a name or \"(\""))
            }
        }
    }

    fn close(&mut self) -> Result<(), ExpressionError> {
        self.symbol(")").map(drop).ok_or_else(|| self.unexpected("\")\""))
    }

    fn call(&mut self, name: String, start: usize) -> Result<Expression, ExpressionError> {
        let mut arguments = Vec::new();
        if *self.peek() != Token::Symbol(')') {
            arguments.push(self.deeper(Self::sum)?);
            while self.symbol(",").is_some() {
                arguments.push(self.deeper(Self::sum)?);
            }
        }
        let end = self.at().end;
        self.close()?;
        Ok(Expression { kind: Kind::Call(name, arguments), at: start..end })
    }

    /// A number and the unit behind it.
    fn quantity(&mut self, value: f64, at: Range<usize>) -> Result<Expression, ExpressionError> {
        let (mut unit, mut end, mut inverse) = (Unit::ONE, at.end, false);
        loop {
            let adjacent = self.at().start == end;
            match self.peek().clone() {
                Token::Name(name) if !self.is_call() && !inverse => {
                    let symbol = self.unit(&name)?;
                    unit = unit.times(symbol);
                    end = self.tokens[self.next - 1].at.end;
                }
                Token::Name(name) if !self.is_call() => {
                    unit = unit.over(self.unit(&name)?);
                    (end, inverse) = (self.tokens[self.next - 1].at.end, false);
                }
                Token::Symbol('/') if adjacent && end > at.end && self.slash_joins_unit() => {
                    self.advance();
                    inverse = true;
                }
                Token::Symbol('%') => {
                    end = self.advance().at.end;
                    unit = unit.times(Unit { scale: 0.01, ..Unit::ONE });
                }
                _ => break,
            }
        }
        Ok(Expression { kind: Kind::Constant(Quantity { value, unit }), at: at.start..end })
    }

    fn is_call(&self) -> bool {
        matches!(self.tokens.get(self.next + 1), Some(p) if p.token == Token::Symbol('('))
    }

    /// Whether the slash ahead touches a unit symbol: `S/cm2`, but not `mV / tau`.
    fn slash_joins_unit(&self) -> bool {
        let Some(following) = self.tokens.get(self.next + 1) else { return false };
        match &following.token {
            Token::Name(name) => following.at.start == self.at().end && Unit::parse(name).is_ok(),
            _ => false,
        }
    }

    /// A unit symbol with the exponent that may follow it.
    fn unit(&mut self, name: &str) -> Result<Unit, ExpressionError> {
        let placed = self.advance();
        let unit = Unit::parse(name).map_err(|_| {
            let suggestion = suggestion(name, COMMON_UNITS.iter().copied());
            let fault = ExpressionFault::UnknownUnit { name: name.into(), suggestion };
            ExpressionError { fault, at: placed.at }
        })?;
        if self.symbol("^").is_none() {
            return Ok(unit);
        }
        let sign = if self.symbol("-").is_some() { -1 } else { 1 };
        match self.peek() {
            Token::Number(n) if n.fract() == 0.0 && *n <= 9.0 => {
                let exponent = *n as i32;
                self.advance();
                Ok(unit.power(sign * exponent))
            }
            _ => Err(self.unexpected("a small whole exponent of the unit")),
        }
    }

    fn deeper(
        &mut self,
        part: fn(&mut Self) -> Result<Expression, ExpressionError>,
    ) -> Result<Expression, ExpressionError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ExpressionError { fault: ExpressionFault::Depth, at: self.at() });
        }
        let inner = part(self);
        self.depth -= 1;
        inner
    }
}

fn binary(operator: char, left: Expression, right: Expression) -> Expression {
    let at = left.at.start..right.at.end;
    Expression { kind: Kind::Binary(operator, Box::new(left), Box::new(right)), at }
}
