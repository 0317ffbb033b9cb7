//! Expressions, by precedence climbing.

use super::{Parsed, Parser};
use crate::nmodl::ast::{Expr, ExprKind, Operator, Span};
use crate::nmodl::lexer::TokenKind;

/// Operators with their precedence; `^` is handled with the operands.
const OPERATORS: [(&str, Operator, u8); 13] = [
    ("||", Operator::Or, 1),
    ("&&", Operator::And, 2),
    ("<", Operator::Less, 3),
    ("<=", Operator::LessEqual, 3),
    (">", Operator::Greater, 3),
    (">=", Operator::GreaterEqual, 3),
    ("==", Operator::Equal, 3),
    ("!=", Operator::NotEqual, 3),
    ("+", Operator::Add, 4),
    ("-", Operator::Sub, 4),
    ("%", Operator::Rem, 4),
    ("*", Operator::Mul, 5),
    ("/", Operator::Div, 5),
];

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.binary(1)
    }

    fn binary(&mut self, lowest: u8) -> Parsed<Expr> {
        let mut left = self.signed()?;
        loop {
            let TokenKind::Symbol(symbol) = self.peek() else { return Ok(left) };
            let found = OPERATORS.iter().find(|(s, _, p)| s == symbol && *p >= lowest);
            let Some(&(_, operator, precedence)) = found else { return Ok(left) };
            self.at += 1;
            let right = self.binary(precedence + 1)?;
            let span = left.span.to(right.span);
            left = Expr { kind: ExprKind::Binary(operator, left.into(), right.into()), span };
        }
    }

    fn signed(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let wrap = |kind: fn(Box<Expr>) -> ExprKind, inner: Expr, start: Span| {
            let span = start.to(inner.span);
            Expr { kind: kind(inner.into()), span }
        };
        if self.take_symbol("-") {
            let inner = self.signed()?;
            return Ok(wrap(ExprKind::Negate, inner, start));
        }
        if self.take_symbol("+") {
            return self.signed();
        }
        if self.take_symbol("!") {
            let inner = self.signed()?;
            return Ok(wrap(ExprKind::Not, inner, start));
        }
        self.power()
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.primary()?;
        if !self.take_symbol("^") {
            return Ok(base);
        }
        let exponent = self.signed()?;
        let span = base.span.to(exponent.span);
        Ok(Expr { kind: ExprKind::Binary(Operator::Pow, base.into(), exponent.into()), span })
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        match self.peek().clone() {
            TokenKind::Number(x, _) => {
                self.at += 1;
                let unit = self.unit()?;
                Ok(Expr { kind: ExprKind::Number(x, unit), span: start.to(self.last_span()) })
            }
            TokenKind::Text(_) => {
                self.at += 1;
                Ok(Expr { kind: ExprKind::Text, span: start })
            }
            TokenKind::Symbol("&") => {
                self.at += 1;
                self.primary()
            }
            TokenKind::Symbol("(") => {
                self.at += 1;
                let inner = self.expression()?;
                self.symbol(")")?;
                let span = start.to(self.last_span());
                let kind = match inner.kind {
                    ExprKind::Number(_, None) => ExprKind::Factor(inner.into()),
                    kind => kind,
                };
                Ok(Expr { kind, span })
            }
            TokenKind::Name(name) => {
                self.at += 1;
                let kind = self.named(name)?;
                Ok(Expr { kind, span: start.to(self.last_span()) })
            }
            _ => Err(self.unexpected("an expression")),
        }
    }

    fn named(&mut self, name: String) -> Parsed<ExprKind> {
        if let Some(&value) = self.defined.get(&name) {
            return Ok(ExprKind::Number(value, None));
        }
        if self.take_symbol("[") {
            let index = self.expression()?;
            self.symbol("]")?;
            return Ok(ExprKind::Index(name, index.into()));
        }
        if !self.take_symbol("(") {
            return Ok(ExprKind::Name(name));
        }
        let mut arguments = Vec::new();
        while !self.take_symbol(")") {
            arguments.push(self.expression()?);
            if !self.is_symbol(")") {
                self.symbol(",")?;
            }
        }
        Ok(ExprKind::Call(name, arguments))
    }
}
