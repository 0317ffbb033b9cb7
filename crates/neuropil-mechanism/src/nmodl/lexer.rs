//! Text to tokens. Comments, line ends and `UNITSOFF`/`UNITSON` vanish here.

use neuropil_core::literal::decimal;

use super::ast::Span;

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    Name(String),
    Number(f64, bool),
    Text(String),
    Symbol(&'static str),
    /// The rest of a `TITLE` line.
    Title(String),
    /// What is between `VERBATIM` and `ENDVERBATIM`.
    Verbatim(String),
    End,
}

/// A token and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// Why the text cannot be cut into tokens.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LexError {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: &'static str,
}

/// The tokens of a file, ending with one [`TokenKind::End`], and its `UNITSOFF` ranges.
pub(crate) struct Tokens {
    pub(crate) tokens: Vec<Token>,
    pub(crate) unchecked: Vec<Span>,
}

/// Longest first.
const SYMBOLS: [&str; 30] = [
    "<->", "<<", "<=", ">=", "==", "!=", "&&", "||", "->", "+", "-", "*", "/", "%", "^", "<", ">",
    "=", "!", "(", ")", "{", "}", "[", "]", ",", "'", "~", "&", ";",
];

/// Cuts a text into tokens.
pub(crate) fn tokens(text: &str, file: usize) -> Result<Tokens, LexError> {
    let mut lexer =
        Lexer { text, file, at: 0, found: Vec::new(), unchecked: Vec::new(), off: None };
    while lexer.at < text.len() {
        lexer.next()?;
    }
    if let Some(start) = lexer.off {
        lexer.unchecked.push(lexer.span(start));
    }
    lexer.push(TokenKind::End, text.len());
    Ok(Tokens { tokens: lexer.found, unchecked: lexer.unchecked })
}

struct Lexer<'a> {
    text: &'a str,
    file: usize,
    at: usize,
    found: Vec<Token>,
    unchecked: Vec<Span>,
    off: Option<usize>,
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn span(&self, start: usize) -> Span {
        Span { file: self.file, start, end: self.at }
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = self.span(start);
        self.found.push(Token { kind, span });
    }

    fn end_of_line(&self) -> usize {
        self.rest().find(['\n', '\r']).map_or(self.text.len(), |n| self.at + n)
    }

    fn next(&mut self) -> Result<(), LexError> {
        let start = self.at;
        let Some(c) = self.rest().chars().next() else { return Ok(()) };
        if c.is_whitespace() || c == '\u{feff}' || c == '\0' || c == '\u{1a}' {
            self.at += c.len_utf8();
            return Ok(());
        }
        if c == ':' || c == '?' {
            self.at = self.end_of_line();
            return Ok(());
        }
        if c.is_ascii_alphabetic() || c == '_' {
            return self.word(start);
        }
        let digit_follows = self.rest()[1..].starts_with(|d: char| d.is_ascii_digit());
        if c.is_ascii_digit() || (c == '.' && digit_follows) {
            return self.number(start);
        }
        if c == '"' {
            let close = self.rest()[1..].find('"').ok_or_else(|| LexError {
                span: self.span(start),
                message: "text without a closing quote".into(),
                help: "close it with \"",
            })?;
            let text = self.rest()[1..=close].to_owned();
            self.at += close + 2;
            self.push(TokenKind::Text(text), start);
            return Ok(());
        }
        if let Some(symbol) = SYMBOLS.iter().find(|s| self.rest().starts_with(**s)) {
            self.at += symbol.len();
            if *symbol != ";" {
                self.push(TokenKind::Symbol(symbol), start);
            }
            return Ok(());
        }
        self.at += c.len_utf8();
        if !c.is_ascii() {
            return Err(self.stray(start, c, "remove it, or put it in a comment"));
        }
        let help = if c == '%' || c == '$' || c == '@' {
            "this looks like a template; fill in its holes first"
        } else {
            "remove it"
        };
        Err(self.stray(start, c, help))
    }

    fn stray(&self, start: usize, c: char, help: &'static str) -> LexError {
        LexError { span: self.span(start), message: format!("stray character '{c}'"), help }
    }

    fn number(&mut self, start: usize) -> Result<(), LexError> {
        let (length, value) = decimal(self.rest());
        self.at = start + length;
        let text = &self.text[start..self.at];
        let value = value.ok_or_else(|| LexError {
            span: self.span(start),
            message: format!("\"{text}\" is not a number"),
            help: "write it as 1.5 or 1.5e-3",
        })?;
        let whole = text.bytes().all(|b| b.is_ascii_digit());
        self.push(TokenKind::Number(value, whole), start);
        Ok(())
    }

    fn word(&mut self, start: usize) -> Result<(), LexError> {
        let length = self.rest().find(|c| !is_word(c)).unwrap_or(self.rest().len());
        let word = self.rest()[..length].to_owned();
        self.at += length;
        match word.as_str() {
            "TITLE" => {
                let end = self.end_of_line();
                let title = self.text[self.at..end].trim().to_owned();
                self.at = end;
                self.push(TokenKind::Title(title), start);
            }
            "COMMENT" => self.skip_to(start, "ENDCOMMENT").map(|_| ())?,
            "VERBATIM" => {
                let raw = self.skip_to(start, "ENDVERBATIM")?;
                self.push(TokenKind::Verbatim(raw), start);
            }
            "UNITSOFF" => self.off = self.off.or(Some(start)),
            "UNITSON" => {
                if let Some(off) = self.off.take() {
                    self.unchecked.push(self.span(off));
                }
            }
            _ => self.push(TokenKind::Name(word), start),
        }
        Ok(())
    }

    fn skip_to(&mut self, start: usize, end: &'static str) -> Result<String, LexError> {
        let Some(length) = self.rest().find(end) else {
            return Err(LexError {
                span: self.span(start),
                message: format!("no {end} follows"),
                help: "close the block",
            });
        };
        let raw = self.rest()[..length].to_owned();
        self.at += length + end.len();
        Ok(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        tokens(text, 0).unwrap().tokens.into_iter().map(|t| t.kind).collect()
    }

    #[test]
    fn comments_and_line_ends_of_every_kind_vanish() {
        let text = "a : é comment\r\n? another\nCOMMENT x = 1\n ENDCOMMENT b";
        let name = |s: &str| TokenKind::Name(s.into());
        assert_eq!(kinds(text), [name("a"), name("b"), TokenKind::End]);
    }

    #[test]
    fn numbers_keep_to_their_digits() {
        let number = |x, whole| TokenKind::Number(x, whole);
        assert_eq!(
            kinds("1.5e-3 .5 2. 7 3e"),
            [
                number(1.5e-3, false),
                number(0.5, false),
                number(2.0, false),
                number(7.0, true),
                number(3.0, true),
                TokenKind::Name("e".into()),
                TokenKind::End
            ]
        );
    }
}
