//! Tokens to syntax tree, by recursive descent.

mod blocks;
mod expression;
mod reaction;
mod statement;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::ast::{Module, Name, Span};
use super::lexer::{Token, TokenKind, tokens};
use super::report::{Refused, Report};
use crate::source::{Source, decode};

type Parsed<T> = Result<T, Refused>;

/// Reads a file and what it includes. Stops at the first syntax error.
pub(crate) fn parse(source: &Source, report: &mut Report) -> Parsed<Module> {
    let mut parser = Parser {
        report,
        tokens: Vec::new(),
        at: 0,
        module: Module::default(),
        defined: BTreeMap::new(),
        include_dirs: source.include_dirs.clone(),
    };
    parser.load(&source.name, source.text.clone())?;
    parser.module()?;
    Ok(parser.module)
}

struct Parser<'a> {
    report: &'a mut Report,
    tokens: Vec<Token>,
    at: usize,
    module: Module,
    /// `DEFINE`d numbers.
    defined: BTreeMap<String, f64>,
    include_dirs: Vec<PathBuf>,
}

const INCLUDE_DEPTH: usize = 20;

impl Parser<'_> {
    /// Appends the tokens of a text in place of the present end, or inserts them here.
    fn load(&mut self, name: &str, text: String) -> Parsed<()> {
        let file = self.report.files.len();
        self.report.files.push((name.to_owned(), text.clone()));
        if file > INCLUDE_DEPTH {
            let span = Span { file, start: 0, end: 0 };
            return Err(self.report.error(span, "files include one another", "remove the cycle"));
        }
        let cut = tokens(&text, file).map_err(|e| self.report.error(e.span, e.message, e.help))?;
        self.module.unchecked.extend(cut.unchecked);
        let mut new = cut.tokens;
        if self.tokens.is_empty() {
            self.tokens = new;
        } else {
            new.pop();
            self.tokens.splice(self.at..self.at, new);
        }
        Ok(())
    }

    fn include(&mut self, name: &str, span: Span) -> Parsed<()> {
        let found = self.include_dirs.iter().map(|d| d.join(name)).find(|p| p.is_file());
        let Some(path) = found else {
            return Err(self.report.error(
                span,
                format!("INCLUDEd file \"{name}\" not found"),
                "put it beside this file",
            ));
        };
        match std::fs::read(&path) {
            Ok(bytes) => self.load(&path.display().to_string(), decode(bytes)),
            Err(e) => {
                let message = format!("cannot read \"{}\": {e}", path.display());
                Err(self.report.error(span, message, ""))
            }
        }
    }

    fn peek(&self) -> &TokenKind {
        &self.tokens[self.at.min(self.tokens.len() - 1)].kind
    }

    fn peek_at(&self, ahead: usize) -> &TokenKind {
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)].kind
    }

    fn span(&self) -> Span {
        self.tokens[self.at.min(self.tokens.len() - 1)].span
    }

    fn last_span(&self) -> Span {
        self.tokens[self.at.saturating_sub(1)].span
    }

    fn advance(&mut self) -> Token {
        let token = self.tokens[self.at.min(self.tokens.len() - 1)].clone();
        self.at += 1;
        token
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), TokenKind::Symbol(s) if *s == symbol)
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), TokenKind::Name(n) if n == word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn found(&self) -> String {
        match self.peek() {
            TokenKind::Name(n) => format!("\"{n}\""),
            TokenKind::Number(x, _) => format!("{x}"),
            TokenKind::Text(t) => format!("\"{t}\""),
            TokenKind::Symbol(s) => format!("'{s}'"),
            TokenKind::Title(_) => "TITLE".into(),
            TokenKind::Verbatim(_) => "VERBATIM".into(),
            TokenKind::End => "the end of the file".into(),
        }
    }

    fn unexpected(&mut self, expected: &str) -> Refused {
        let message = format!("expected {expected}, found {}", self.found());
        let span = self.span();
        self.report.error(span, message, "")
    }

    fn symbol(&mut self, symbol: &str) -> Parsed<Span> {
        let span = self.span();
        if self.take_symbol(symbol) {
            Ok(span)
        } else {
            Err(self.unexpected(&format!("'{symbol}'")))
        }
    }

    fn name(&mut self) -> Parsed<Name> {
        let span = self.span();
        match self.peek().clone() {
            TokenKind::Name(text) => {
                self.at += 1;
                Ok(Name { text, span })
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    fn names(&mut self) -> Parsed<Vec<Name>> {
        let mut all = vec![self.name()?];
        while self.take_symbol(",") {
            all.push(self.name()?);
        }
        Ok(all)
    }

    /// A number, possibly signed, or a `DEFINE`d name.
    fn number(&mut self) -> Parsed<f64> {
        let sign = if self.take_symbol("-") {
            -1.0
        } else {
            self.take_symbol("+");
            1.0
        };
        match self.peek().clone() {
            TokenKind::Number(x, _) => {
                self.at += 1;
                Ok(sign * x)
            }
            TokenKind::Name(n) if self.defined.contains_key(&n) => {
                self.at += 1;
                Ok(sign * self.defined[&n])
            }
            _ => Err(self.unexpected("a number")),
        }
    }

    /// `(unit)` if one follows: the text between the parentheses.
    fn unit(&mut self) -> Parsed<Option<String>> {
        if !self.is_symbol("(") {
            return Ok(None);
        }
        let open = self.symbol("(")?;
        let mut depth = 1;
        while depth > 0 {
            if self.is_symbol("(") {
                depth += 1;
            } else if self.is_symbol(")") {
                depth -= 1;
            } else if *self.peek() == TokenKind::End {
                return Err(self.report.error(open, "unit without ')'", "close the parenthesis"));
            }
            self.at += 1;
        }
        let end = self.last_span();
        let text = &self.report.files[open.file].1[open.end..end.start];
        Ok(Some(text.split_whitespace().collect::<Vec<_>>().join(" ")))
    }

    /// `[n]` if it follows.
    fn length(&mut self) -> Parsed<Option<usize>> {
        if !self.take_symbol("[") {
            return Ok(None);
        }
        let span = self.span();
        let n = self.number()?;
        self.symbol("]")?;
        if n < 1.0 || n.fract() != 0.0 || n > 100_000.0 {
            return Err(self.report.error(span, format!("{n} is not an array length"), ""));
        }
        Ok(Some(n as usize))
    }
}
