//! Words of an expression.

use std::ops::Range;

use neuropil_core::literal::decimal;

use super::error::{ExpressionError, ExpressionFault};

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Name(String),
    Symbol(char),
    End,
}

impl Token {
    /// As messages show it.
    pub fn shown(&self) -> String {
        match self {
            Self::Number(value) => format!("the number {value}"),
            Self::Name(name) => format!("\"{name}\""),
            Self::Symbol(symbol) => format!("\"{symbol}\""),
            Self::End => "the end".into(),
        }
    }
}

/// A word and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub token: Token,
    pub at: Range<usize>,
}

/// Splits a text into words; the last one is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, ExpressionError> {
    let mut placed = Vec::new();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        if first.is_whitespace() {
            start += first.len_utf8();
            continue;
        }
        let rest = &text[start..];
        let (token, length) = if first.is_ascii_digit() || first == '.' {
            let (length, value) = decimal(rest);
            let value = value.ok_or_else(|| ExpressionError {
                fault: ExpressionFault::Syntax {
                    found: format!("\"{}\"", &rest[..length]),
                    expected: "a number",
                },
                at: start..start + length,
            })?;
            (Token::Number(value), length)
        } else if is_name_start(first) {
            let length = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
            (Token::Name(rest[..length].into()), length)
        } else if "+-*·/^(),%".contains(first) {
            (Token::Symbol(first), first.len_utf8())
        } else {
            return Err(ExpressionError {
                fault: ExpressionFault::Syntax {
                    found: format!("\"{first}\""),
                    expected: "a number, a name or an operator",
                },
                at: start..start + first.len_utf8(),
            });
        };
        placed.push(Placed { token, at: start..start + length });
        start += length;
    }
    placed.push(Placed { token: Token::End, at: text.len()..text.len() });
    Ok(placed)
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '°'
}

fn is_name_part(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit()
}
