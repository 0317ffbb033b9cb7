//! Words, numbers and signs of an expression, with their columns.

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
            let length = number_length(rest);
            let Ok(number) = rest[..length].parse() else {
                return Err((at, rest[..length.max(1)].into()));
            };
            found.push((at, Token::Number(number)));
            rest = &rest[length..];
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

/// Bytes of the longest prefix that looks like a decimal number.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut k: usize| {
        while bytes.get(k).is_some_and(|b| b.is_ascii_digit() || *b == b'.') {
            k += 1;
        }
        k
    };
    let mantissa = digits(usize::from(matches!(bytes[0], b'+' | b'-')));
    let signed = |k: usize| k + usize::from(matches!(bytes.get(k), Some(b'+' | b'-')));
    if matches!(bytes.get(mantissa), Some(b'e' | b'E')) {
        let exponent = signed(mantissa + 1);
        if bytes.get(exponent).is_some_and(u8::is_ascii_digit) {
            return digits(exponent);
        }
    }
    mantissa
}
