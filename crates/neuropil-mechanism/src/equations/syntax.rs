//! From words to trees: expressions.
//!
//! ```text
//! either     = both { "or" both }
//! both       = negated { "and" negated }
//! negated    = "not" negated | compared
//! compared   = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]
//! sum        = product { ("+" | "-") product }
//! product    = signed { ("*" | "/" | "//" | "%") signed }
//! signed     = [ "+" | "-" ] signed | power
//! power      = operand [ ("**" | "^") signed ]
//! operand    = number [ unit ] | name | name "(" either { "," either } ")" | "(" either ")"
//! ```
//!
//! A name right after a number is a unit.

use std::ops::Range;

use neuropil_core::names::suggestion;
use neuropil_core::units::Unit;

use super::error::EquationFault;
use super::token::{Found, Placed, Token};

/// Deepest nesting of brackets and signs.
const MAX_DEPTH: usize = 64;

/// Units that a slip of the pen may have meant.
pub(super) const COMMON_UNITS: &[&str] = &[
    "ms", "s", "second", "mV", "V", "volt", "pF", "nF", "uF", "nS", "uS", "mS", "siemens", "pA",
    "nA", "uA", "amp", "Hz", "kHz", "um", "cm2", "mM", "1",
];

/// What two values are joined by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    Add,
    Sub,
    Mul,
    Div,
    Floor,
    Rem,
    Pow,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

/// A tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    /// Bytes of the text it was read from.
    pub(super) at: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Number(f64, Unit),
    Name(String),
    Negative(Box<Expr>),
    Not(Box<Expr>),
    Join(Join, Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>),
}

/// Reads words one after the other.
pub(super) struct Parser {
    tokens: Vec<Placed>,
    next: usize,
    depth: usize,
}

impl Parser {
    pub(super) fn new(tokens: Vec<Placed>) -> Self {
        Self { tokens, next: 0, depth: 0 }
    }

    pub(super) fn peek(&self) -> &Token {
        &self.tokens[self.next].token
    }

    /// The word after the next one.
    pub(super) fn ahead(&self, k: usize) -> &Token {
        &self.tokens[(self.next + k).min(self.tokens.len() - 1)].token
    }

    pub(super) fn at(&self) -> Range<usize> {
        self.tokens[self.next].at.clone()
    }

    pub(super) fn advance(&mut self) -> Placed {
        let placed = self.tokens[self.next].clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        placed
    }

    /// Goes on behind byte `end` of the text.
    pub(super) fn skip_to(&mut self, end: usize) {
        while self.at().start < end && *self.peek() != Token::End {
            self.advance();
        }
    }

    pub(super) fn skip_lines(&mut self) {
        while matches!(self.peek(), Token::NewLine) {
            self.advance();
        }
    }

    pub(super) fn symbol(&mut self, among: &[&'static str]) -> Option<&'static str> {
        match self.peek() {
            Token::Symbol(s) if among.contains(s) => {
                let s = *s;
                self.advance();
                Some(s)
            }
            _ => None,
        }
    }

    fn word(&mut self, word: &str) -> bool {
        let here = matches!(self.peek(), Token::Name(name) if name == word);
        if here {
            self.advance();
        }
        here
    }

    pub(super) fn unexpected(&self, expected: &'static str) -> Found {
        (EquationFault::Syntax { found: self.peek().shown(), expected }, self.at())
    }

    /// One whole expression, up to the end of the text.
    pub(super) fn whole(&mut self) -> Result<Expr, Found> {
        self.drop_lines();
        let expression = self.either()?;
        match self.peek() {
            Token::End => Ok(expression),
            _ => Err(self.unexpected("an operator or the end")),
        }
    }

    /// Line ends mean nothing in a single expression.
    fn drop_lines(&mut self) {
        self.tokens.retain(|placed| placed.token != Token::NewLine);
    }

    /// Drops the line ends up to the next colon or the end; says whether there were any.
    pub(super) fn join_lines(&mut self) -> bool {
        let rest = &self.tokens[self.next..];
        let end = rest.iter().position(|p| p.token == Token::Symbol(":")).unwrap_or(rest.len());
        let (before, mut k) = (self.tokens.len(), 0);
        let within = self.next..self.next + end;
        self.tokens.retain(|placed| {
            k += 1;
            !(within.contains(&(k - 1)) && placed.token == Token::NewLine)
        });
        self.tokens.len() < before
    }

    pub(super) fn either(&mut self) -> Result<Expr, Found> {
        let mut left = self.both()?;
        while self.word("or") || self.symbol(&["|"]).is_some() {
            left = join(Join::Or, left, self.both()?);
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Expr, Found> {
        let mut left = self.negated()?;
        while self.word("and") || self.symbol(&["&"]).is_some() {
            left = join(Join::And, left, self.negated()?);
        }
        Ok(left)
    }

    fn negated(&mut self) -> Result<Expr, Found> {
        let start = self.at().start;
        if !self.word("not") {
            return self.compared();
        }
        let inner = self.deeper(Self::negated)?;
        let at = start..inner.at.end;
        Ok(Expr { kind: Kind::Not(Box::new(inner)), at })
    }

    fn compared(&mut self) -> Result<Expr, Found> {
        let left = self.sum()?;
        let Some(symbol) = self.symbol(&["<", "<=", ">", ">=", "==", "!="]) else {
            return Ok(left);
        };
        let how = match symbol {
            "<" => Join::Less,
            "<=" => Join::LessEqual,
            ">" => Join::Greater,
            ">=" => Join::GreaterEqual,
            "==" => Join::Equal,
            _ => Join::NotEqual,
        };
        let right = self.sum()?;
        Ok(join(how, left, right))
    }

    fn sum(&mut self) -> Result<Expr, Found> {
        let mut left = self.product()?;
        while let Some(symbol) = self.symbol(&["+", "-"]) {
            let how = if symbol == "+" { Join::Add } else { Join::Sub };
            left = join(how, left, self.product()?);
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr, Found> {
        let mut left = self.signed()?;
        while let Some(symbol) = self.symbol(&["*", "·", "/", "//", "%"]) {
            let how = match symbol {
                "/" => Join::Div,
                "//" => Join::Floor,
                "%" => Join::Rem,
                _ => Join::Mul,
            };
            left = join(how, left, self.signed()?);
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Expr, Found> {
        let start = self.at().start;
        match self.symbol(&["+", "-"]) {
            Some("-") => {
                let inner = self.deeper(Self::signed)?;
                let at = start..inner.at.end;
                Ok(Expr { kind: Kind::Negative(Box::new(inner)), at })
            }
            Some(_) => self.deeper(Self::signed),
            None => self.power(),
        }
    }

    fn power(&mut self) -> Result<Expr, Found> {
        let base = self.operand()?;
        if self.symbol(&["**", "^"]).is_none() {
            return Ok(base);
        }
        let exponent = self.deeper(Self::signed)?;
        Ok(join(Join::Pow, base, exponent))
    }

    fn operand(&mut self) -> Result<Expr, Found> {
        const EXPECTED: &str = "a number, a name or \"(\"";
        match self.peek().clone() {
            Token::Number(value) => {
                let at = self.advance().at;
                self.quantity(value, at)
            }
            Token::Name(name) if !["and", "or", "not"].contains(&name.as_str()) => {
                let at = self.advance().at;
                match self.symbol(&["("]) {
                    Some(_) => self.call(name, at.start),
                    None => Ok(Expr { kind: Kind::Name(name), at }),
                }
            }
            Token::Symbol("(") => {
                self.advance();
                let inner = self.deeper(Self::either)?;
                self.close()?;
                Ok(inner)
            }
            _ => Err(self.unexpected(EXPECTED)),
        }
    }

    fn close(&mut self) -> Result<(), Found> {
        self.symbol(&[")"]).map(drop).ok_or_else(|| self.unexpected("\")\""))
    }

    fn call(&mut self, name: String, start: usize) -> Result<Expr, Found> {
        let mut arguments = Vec::new();
        if *self.peek() != Token::Symbol(")") {
            arguments.push(self.deeper(Self::either)?);
            while self.symbol(&[","]).is_some() {
                arguments.push(self.deeper(Self::either)?);
            }
        }
        let end = self.at().end;
        self.close()?;
        Ok(Expr { kind: Kind::Call(name, arguments), at: start..end })
    }

    /// A number and the unit behind it.
    fn quantity(&mut self, value: f64, at: Range<usize>) -> Result<Expr, Found> {
        let (mut unit, mut end) = (Unit::ONE, at.end);
        while let Token::Name(name) = self.peek().clone() {
            let is_call = *self.ahead(1) == Token::Symbol("(");
            if is_call || ["and", "or", "not"].contains(&name.as_str()) {
                break;
            }
            let placed = self.advance();
            let one = parse_unit(&name).ok_or_else(|| (unknown_unit(&name), placed.at.clone()))?;
            end = placed.at.end;
            unit = unit.times(one.power(self.unit_exponent()?));
        }
        Ok(Expr { kind: Kind::Number(value, unit), at: at.start..end })
    }

    fn unit_exponent(&mut self) -> Result<i32, Found> {
        if self.symbol(&["**", "^"]).is_none() {
            return Ok(1);
        }
        let sign = if self.symbol(&["-"]).is_some() { -1 } else { 1 };
        match *self.peek() {
            Token::Number(n) if n.fract() == 0.0 && n <= 9.0 => {
                self.advance();
                Ok(sign * n as i32)
            }
            _ => Err(self.unexpected("a small whole exponent of the unit")),
        }
    }

    fn deeper(&mut self, part: fn(&mut Self) -> Result<Expr, Found>) -> Result<Expr, Found> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err((EquationFault::Depth, self.at()));
        }
        let inner = part(self)?;
        self.depth -= 1;
        Ok(inner)
    }
}

fn join(how: Join, left: Expr, right: Expr) -> Expr {
    let at = left.at.start..right.at.end;
    Expr { kind: Kind::Join(how, Box::new(left), Box::new(right)), at }
}

/// A unit, in Brian's spelling too (`siemens/cm**2`).
pub(super) fn parse_unit(text: &str) -> Option<Unit> {
    Unit::parse(&text.replace("**", "^").replace("metre", "meter")).ok()
}

pub(super) fn unknown_unit(name: &str) -> EquationFault {
    let suggestion = suggestion(name, COMMON_UNITS.iter().copied());
    EquationFault::UnknownUnit { name: name.into(), suggestion }
}
