//! Literals of JSON and Python: numbers and their products, texts, lists, dictionaries.

use super::ConvertError;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Number(f64),
    Text(String),
    List(Vec<Literal>),
    /// Anything that is understood but of no use: `null`, `true`, nested dictionaries.
    Other(&'static str),
}

/// Keys and values in the order of the text.
pub(super) type Dictionary = Vec<(String, Literal)>;

/// Deepest nesting of lists and dictionaries.
const DEEPEST: usize = 32;

/// A place in a text from which literals are read.
pub(super) struct Reader<'a> {
    pub text: &'a str,
    pub at: usize,
    /// Lists and dictionaries that are open.
    depth: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    pub fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Passes over blanks and comments.
    pub fn blank(&mut self) {
        while let Some(c) = self.peek() {
            if c == '#' {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.next();
                }
            } else if c.is_whitespace() {
                self.next();
            } else {
                break;
            }
        }
    }

    pub fn skip_word(&mut self) {
        if matches!(self.peek(), Some('"' | '\'')) && self.string().is_ok() {
            return;
        }
        self.next();
    }

    pub fn fault(&self, expected: &'static str) -> ConvertError {
        let before = &self.text[..self.at];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let found = self.peek().map_or_else(|| "the end".to_owned(), |c| format!("{c:?}"));
        ConvertError::Syntax { line, column, found, expected }
    }

    pub fn take(&mut self, wanted: char, expected: &'static str) -> Result<(), ConvertError> {
        self.blank();
        if self.peek() == Some(wanted) {
            self.next();
            return Ok(());
        }
        Err(self.fault(expected))
    }

    pub fn dictionary(&mut self) -> Result<Dictionary, ConvertError> {
        self.take('{', "a dictionary in braces")?;
        let mut entries = Vec::new();
        loop {
            self.blank();
            if self.peek() == Some('}') {
                self.next();
                return Ok(entries);
            }
            let key = self.string()?;
            self.take(':', "a colon after the key")?;
            entries.push((key, self.value()?));
            self.blank();
            match self.peek() {
                Some(',') => {
                    self.next();
                }
                Some('}') => {}
                _ => return Err(self.fault("a comma or a closing brace")),
            }
        }
    }

    pub fn string(&mut self) -> Result<String, ConvertError> {
        let Some(quote @ ('"' | '\'')) = self.peek() else {
            return Err(self.fault("a text in quotation marks"));
        };
        self.next();
        let mut out = String::new();
        loop {
            match self.next() {
                Some('\\') => out.extend(self.next()),
                Some(c) if c == quote => return Ok(out),
                Some('\n') | None => return Err(self.fault("a closing quotation mark")),
                Some(c) => out.push(c),
            }
        }
    }

    pub fn value(&mut self) -> Result<Literal, ConvertError> {
        self.blank();
        if self.depth == DEEPEST {
            return Err(self.fault("less nesting"));
        }
        self.depth += 1;
        let value = self.value_here();
        self.depth -= 1;
        value
    }

    fn value_here(&mut self) -> Result<Literal, ConvertError> {
        match self.peek() {
            Some('"' | '\'') => self.string().map(Literal::Text),
            Some('{') => self.dictionary().map(|_| Literal::Other("a nested dictionary")),
            Some('[' | '(') => self.list(),
            Some('N' | 'n' | 'T' | 't' | 'F' | 'f') => {
                let rest = &self.text[self.at..];
                let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                let known = ["None", "null", "True", "true", "False", "false"];
                match known.into_iter().find(|word| *word == &rest[..length]) {
                    Some(word) => {
                        self.at += length;
                        Ok(Literal::Other(word))
                    }
                    None => Err(self.fault("a number, a text or a list")),
                }
            }
            _ => self.product().map(Literal::Number),
        }
    }

    fn list(&mut self) -> Result<Literal, ConvertError> {
        let closing = if self.next() == Some('[') { ']' } else { ')' };
        let mut items = Vec::new();
        loop {
            self.blank();
            if self.peek() == Some(closing) {
                self.next();
                return Ok(Literal::List(items));
            }
            items.push(self.value()?);
            self.blank();
            match self.peek() {
                Some(',') => {
                    self.next();
                }
                Some(c) if c == closing => {}
                _ => return Err(self.fault("a comma or the end of the list")),
            }
        }
    }

    /// Numbers joined by `*` and `/`, as in `20.*10`.
    fn product(&mut self) -> Result<f64, ConvertError> {
        let mut value = self.number()?;
        loop {
            self.blank();
            match self.peek() {
                Some('*') => {
                    self.next();
                    value *= self.number()?;
                }
                Some('/') => {
                    self.next();
                    value /= self.number()?;
                }
                _ => return Ok(value),
            }
        }
    }

    fn number(&mut self) -> Result<f64, ConvertError> {
        self.blank();
        let rest = &self.text[self.at..];
        let mut length = 0;
        let mut before = ' ';
        for c in rest.chars() {
            let sign = matches!(c, '+' | '-') && matches!(before, ' ' | 'e' | 'E');
            if !(c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E') || sign) {
                break;
            }
            length += 1;
            before = c;
        }
        let value = rest[..length].parse().ok().filter(|value: &f64| value.is_finite());
        let value = value.ok_or_else(|| self.fault("a number, a text or a list"))?;
        self.at += length;
        Ok(value)
    }
}
