//! Walks through the words of a text, with the errors that say where it cannot go on.

use neuropil_core::names::suggestion;

use super::lexer::{Token, tokens};

/// Why a text is not a region or not a list of places.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("column {column}: expected {expected}, found {found}{hint}")]
pub struct SyntaxError {
    /// Where, counting characters from 1.
    pub column: usize,
    /// What could stand there.
    pub expected: &'static str,
    /// What does.
    pub found: String,
    /// A nearby valid name, as the tail of a sentence, or nothing.
    pub hint: String,
}

/// Words between expressions.
pub(super) const JOINTS: [&str; 4] = ["and", "or", "not", "on"];

/// Nested deeper than this is refused: far beyond use, well within the stack.
const DEEPEST: usize = 100;

/// Where reading stands.
pub(super) struct Cursor {
    tokens: Vec<(usize, Token)>,
    pub(super) next: usize,
    depth: usize,
}

pub(super) type Parsed<T> = Result<T, SyntaxError>;

impl Cursor {
    /// Applies a rule to a whole text; `end` says what may follow what it read.
    pub(super) fn read<T>(
        text: &str,
        end: &'static str,
        rule: impl Fn(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        let tokens = tokens(text).map_err(|(column, found)| SyntaxError {
            column,
            expected: "a word, a number or a sign",
            found: format!("{found:?}"),
            hint: String::new(),
        })?;
        let mut cursor = Self { tokens, next: 0, depth: 0 };
        let value = rule(&mut cursor)?;
        match cursor.peek() {
            Token::End => Ok(value),
            _ => Err(cursor.unexpected(end, &JOINTS)),
        }
    }

    pub(super) fn integer(&mut self) -> Parsed<u64> {
        match *self.peek() {
            // Every whole number below 2⁵³ is exact.
            Token::Number(x) if x >= 0.0 && x.fract() == 0.0 && x < 9_007_199_254_740_992.0 => {
                self.next += 1;
                Ok(x as u64)
            }
            _ => Err(self.unexpected("a whole number ≥ 0", &[])),
        }
    }

    pub(super) fn fraction(&mut self) -> Parsed<f64> {
        match *self.peek() {
            Token::Number(x) if (0.0..=1.0).contains(&x) => {
                self.next += 1;
                Ok(x)
            }
            _ => Err(self.unexpected("a fraction from 0 to 1", &[])),
        }
    }

    pub(super) fn positive(&mut self) -> Parsed<f64> {
        match *self.peek() {
            Token::Number(x) if x > 0.0 && x.is_finite() => self.length(),
            _ => Err(self.unexpected("a number > 0", &[])),
        }
    }

    pub(super) fn length(&mut self) -> Parsed<f64> {
        let Token::Number(x) = *self.peek() else {
            return Err(self.unexpected("a number", &[]));
        };
        self.next += 1;
        if self.word("um") || self.word("µm") || self.word("μm") {
            Ok(x)
        } else if self.word("mm") {
            Ok(1000.0 * x)
        } else {
            Ok(x)
        }
    }

    pub(super) fn call<T>(&mut self, inside: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if !self.sign("(") {
            return Err(self.unexpected("\"(\"", &[]));
        }
        let value = inside(self)?;
        self.close()?;
        Ok(value)
    }

    pub(super) fn close(&mut self) -> Parsed<()> {
        if self.sign(")") { Ok(()) } else { Err(self.unexpected("\")\"", &JOINTS)) }
    }

    pub(super) fn comma(&mut self) -> Parsed<()> {
        if self.sign(",") { Ok(()) } else { Err(self.unexpected("\",\"", &[])) }
    }

    pub(super) fn nested<T>(&mut self, rule: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEEPEST {
            return Err(self.unexpected("fewer nested parentheses", &[]));
        }
        self.depth += 1;
        let value = rule(self);
        self.depth -= 1;
        value
    }

    /// A word followed by `(` that is no known function.
    pub(super) fn is_call_of_none(&self, word: &str, known: &[&str]) -> bool {
        let after = self.tokens.get(self.next + 1).map(|(_, token)| token);
        after == Some(&Token::Sign("(")) && !known.contains(&word)
    }

    pub(super) fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |(_, token)| token)
    }

    pub(super) fn word(&mut self, word: &str) -> bool {
        let here = matches!(self.peek(), Token::Word(found) if found == word);
        self.next += usize::from(here);
        here
    }

    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let here = matches!(self.peek(), Token::Sign(found) if *found == sign);
        self.next += usize::from(here);
        here
    }

    pub(super) fn unexpected(&self, expected: &'static str, names: &[&str]) -> SyntaxError {
        let last = self.tokens.last().map_or(1, |(column, _)| *column);
        let column = self.tokens.get(self.next).map_or(last, |(column, _)| *column);
        let found = self.peek();
        let hint = match found {
            Token::Word(word) if !names.contains(&word.as_str()) => {
                suggestion(word, names.iter().copied())
            }
            _ => String::new(),
        };
        SyntaxError { column, expected, found: found.to_string(), hint }
    }
}
