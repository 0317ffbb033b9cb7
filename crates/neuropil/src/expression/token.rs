//! Words of an expression.

use std::ops::Range;

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
            number(rest, start)?
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

/// A decimal number with an optional exponent; `1e` is the number 1 and the name `e`.
fn number(rest: &str, start: usize) -> Result<(Token, usize), ExpressionError> {
    let bytes = rest.as_bytes();
    let digits = |mut k: usize| {
        while bytes.get(k).is_some_and(|c| c.is_ascii_digit() || *c == b'_') {
            k += 1;
        }
        k
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    rest[..end].replace('_', "").parse().map(|value| (Token::Number(value), end)).map_err(|_| {
        ExpressionError {
            fault: ExpressionFault::Syntax {
                found: format!("\"{}\"", &rest[..end]),
                expected: "a number",
            },
            at: start..start + end,
        }
    })
}
