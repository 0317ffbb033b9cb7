//! Words, numbers and signs of an expression, with their columns.

use neuropil_core::literal::decimal;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Number(f64),
    Text(String),
    Sign(&'static str),
    End,
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => write!(f, "\"{word}\""),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "the text \"{text}\""),
            Self::Sign(sign) => write!(f, "\"{sign}\""),
            Self::End => f.write_str("the end"),
        }
    }
}

const SIGNS: [&str; 8] = ["<=", ">=", "<", ">", "=", "(", ")", ","];

/// Tokens with the column (from 1, in characters) where each begins; or the column of what is not
/// one, and the text there.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, (usize, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    let column = |rest: &str| text[..text.len() - rest.len()].chars().count() + 1;
    loop {
        rest = rest.trim_start();
        let at = column(rest);
        let Some(first) = rest.chars().next() else {
            found.push((at, Token::End));
            return Ok(found);
        };
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            found.push((at, Token::Sign(sign)));
            rest = &rest[sign.len()..];
        } else if first == '"' || first == '\'' {
            let body = &rest[1..];
            let Some(end) = body.find(first) else {
                return Err((at, rest.into()));
            };
            found.push((at, Token::Text(body[..end].into())));
            rest = &body[end + 1..];
        } else if let Some(after) = rest.strip_prefix("-inf") {
            found.push((at, Token::Number(f64::NEG_INFINITY)));
            rest = after;
        } else if first.is_ascii_digit() || first == '.' || first == '-' || first == '+' {
            let sign = usize::from(matches!(first, '-' | '+'));
            let (length, Some(number)) = decimal(&rest[sign..]) else {
                return Err((at, first.into()));
            };
            found.push((at, Token::Number(if first == '-' { -number } else { number })));
            rest = &rest[sign + length..];
        } else if first.is_alphabetic() || first == '_' {
            let inside = |c: char| c.is_alphanumeric() || c == '_';
            let length = rest.find(|c| !inside(c)).unwrap_or(rest.len());
            let word = &rest[..length];
            found.push((
                at,
                if word == "inf" { Token::Number(f64::INFINITY) } else { Token::Word(word.into()) },
            ));
            rest = &rest[length..];
        } else {
            return Err((at, first.into()));
        }
    }
}
