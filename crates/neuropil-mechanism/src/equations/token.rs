//! Words of equations.

use std::ops::Range;

use neuropil_core::literal::decimal;

use super::error::EquationFault;

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Name(String),
    Symbol(&'static str),
    NewLine,
    End,
}

impl Token {
    /// As messages show it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Number(value) => format!("the number {value}"),
            Self::Name(name) => format!("\"{name}\""),
            Self::Symbol(symbol) => format!("\"{symbol}\""),
            Self::NewLine => "the end of the line".into(),
            Self::End => "the end".into(),
        }
    }
}

/// A word and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) at: Range<usize>,
}

/// A fault and where it is.
pub(super) type Found = (EquationFault, Range<usize>);

/// Longer symbols before their beginnings.
const SYMBOLS: &[&str] = &[
    "**", "//", "<=", ">=", "==", "!=", "+=", "-=", "*=", "/=", "+", "-", "*", "/", "^", "%", "(",
    ")", ",", "<", ">", "=", ":", ";", "·", "&", "|",
];

/// Splits a text into words; the last one is [`Token::End`]. Comments (`#`) are left out.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, Found> {
    let mut placed = Vec::new();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let rest = &text[start..];
        let (token, length) = if first == '\n' {
            (Some(Token::NewLine), 1)
        } else if first.is_whitespace() {
            (None, first.len_utf8())
        } else if first == '#' {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if first.is_ascii_digit() || (first == '.' && digit_at(rest, 1)) {
            let (length, value) = decimal(rest);
            let value = value.ok_or_else(|| {
                let found = format!("\"{}\"", &rest[..length]);
                (EquationFault::Syntax { found, expected: "a number" }, start..start + length)
            })?;
            (Some(Token::Number(value)), length)
        } else if is_name_start(first) {
            let length = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
            (Some(Token::Name(rest[..length].into())), length)
        } else if let Some(symbol) = SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
            (Some(Token::Symbol(symbol)), symbol.len())
        } else {
            let (found, expected) = (format!("\"{first}\""), "a number, a name or an operator");
            let at = start..start + first.len_utf8();
            return Err((EquationFault::Syntax { found, expected }, at));
        };
        if let Some(token) = token {
            placed.push(Placed { token, at: start..start + length });
        }
        start += length;
    }
    placed.push(Placed { token: Token::End, at: text.len()..text.len() });
    Ok(placed)
}

/// Every name that a text mentions.
pub(super) fn names(text: &str) -> Vec<String> {
    let all = tokens(text).unwrap_or_default().into_iter();
    all.filter_map(|placed| match placed.token {
        Token::Name(name) => Some(name),
        _ => None,
    })
    .collect()
}

fn digit_at(text: &str, k: usize) -> bool {
    text.as_bytes().get(k).is_some_and(u8::is_ascii_digit)
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_name_part(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit()
}
