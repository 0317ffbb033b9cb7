//! JSON to the tree (RFC 8259), with the place of every value.

use super::fault::{Fault, Problem};
use super::sources::Span;
use super::tree::{Entry, Node, Table, Written};

/// Deepest nesting.
const MAX_DEPTH: usize = 64;

/// Reads the text of source number `source`, which holds one object.
pub(super) fn read(text: &str, source: usize) -> Result<Table, Problem> {
    let mut reader = Reader { text, at: 0, source, depth: 0 };
    let root = reader.value()?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.unexpected("the end"));
    }
    match root.value {
        Written::Table(table) => Ok(table),
        _ => {
            let (found, expected) = (root.shown(), "an object".into());
            Err(Problem::at(
                root.span,
                Fault::WrongType { place: "experiment".into(), found, expected },
            ))
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    source: usize,
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn span(&self, start: usize) -> Span {
        Span { source: self.source, start, end: self.at }
    }

    fn unexpected(&self, expected: &str) -> Problem {
        let found = self.rest().chars().next();
        let found = found.map_or("the end".into(), |c| format!("{c:?}"));
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        let span = Span { source: self.source, start: self.at, end: self.at + length };
        Problem::at(span, Fault::Syntax { message: format!("found {found}, expected {expected}") })
    }

    fn eat(&mut self, symbol: char) -> bool {
        self.space();
        let eaten = self.rest().starts_with(symbol);
        self.at += if eaten { symbol.len_utf8() } else { 0 };
        eaten
    }

    fn need(&mut self, symbol: char, expected: &str) -> Result<(), Problem> {
        if self.eat(symbol) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn value(&mut self) -> Result<Node, Problem> {
        self.space();
        let start = self.at;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.unexpected("less nesting"));
        }
        let value = match self.rest().chars().next() {
            Some('{') => Written::Table(self.object()?),
            Some('[') => Written::List(self.list()?),
            Some('"') => Written::Text(self.string()?),
            Some(c) if c == '-' || c.is_ascii_digit() => self.number()?,
            _ if self.word("true") => Written::Boolean(true),
            _ if self.word("false") => Written::Boolean(false),
            _ => return Err(self.unexpected("a value")),
        };
        self.depth -= 1;
        Ok(Node { value, span: self.span(start) })
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn object(&mut self) -> Result<Table, Problem> {
        let mut table = Table::default();
        self.at += 1;
        if self.eat('}') {
            return Ok(table);
        }
        loop {
            self.space();
            let start = self.at;
            if !self.rest().starts_with('"') {
                return Err(self.unexpected("a key in quotes"));
            }
            let key = self.string()?;
            let key_span = self.span(start);
            if table.get(&key).is_some() {
                let message = format!("the key \"{key}\" appears twice");
                return Err(Problem::at(key_span, Fault::Syntax { message }));
            }
            self.need(':', "\":\"")?;
            let node = self.value()?;
            table.entries.push(Entry { key, key_span, node });
            if self.eat('}') {
                return Ok(table);
            }
            self.need(',', "\",\" or \"}\"")?;
        }
    }

    fn list(&mut self) -> Result<Vec<Node>, Problem> {
        let mut items = Vec::new();
        self.at += 1;
        if self.eat(']') {
            return Ok(items);
        }
        loop {
            items.push(self.value()?);
            if self.eat(']') {
                return Ok(items);
            }
            self.need(',', "\",\" or \"]\"")?;
        }
    }

    /// A string, unescaped by the JSON library.
    fn string(&mut self) -> Result<String, Problem> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        while bytes.get(end).is_some_and(|c| *c != b'"') {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        self.at = (end + 1).min(self.text.len());
        let quoted = self.text.get(start..self.at).unwrap_or("");
        serde_json::from_str(quoted).map_err(|error| {
            let message = format!("unreadable text: {error}");
            Problem::at(self.span(start), Fault::Syntax { message })
        })
    }

    fn number(&mut self) -> Result<Written, Problem> {
        let start = self.at;
        let length = self
            .rest()
            .find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c)))
            .unwrap_or(self.rest().len());
        let digits = self.text[start..start + length].to_owned();
        self.at += length;
        if let Ok(integer) = digits.parse::<i64>() {
            return Ok(Written::Integer(integer));
        }
        digits.parse::<f64>().map(Written::Number).map_err(|_| {
            let message = format!("found \"{digits}\", expected a number");
            Problem::at(self.span(start), Fault::Syntax { message })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_places() {
        let text = "{\"a\": [1, 2.5, \"x\\n\"],\n \"b\": {\"c\": true}}";
        let table = read(text, 0).unwrap();
        let Written::List(items) = &table.get("a").unwrap().value else { panic!("no list") };
        assert_eq!(&text[items[1].span.start..items[1].span.end], "2.5");
        assert_eq!(items[2].shown(), "\"x\n\"");
        assert_eq!(table.entry("b").unwrap().key_span.start, text.find("\"b\"").unwrap());
    }

    #[test]
    fn faults_name_what_was_found() {
        for (text, message) in [
            ("{\"a\" 1}", "found '1', expected \":\""),
            ("{\"a\": 1, \"a\": 2}", "the key \"a\" appears twice"),
            ("[1]", "experiment: found a list of 1, expected an object"),
            ("{\"a\": nope}", "found 'n', expected a value"),
            ("{\"a\": \"x", "unreadable text: EOF while parsing a string at line 1 column 2"),
        ] {
            assert_eq!(read(text, 0).unwrap_err().fault.to_string(), message, "{text}");
        }
        assert!(read(&"[".repeat(100_000), 0).is_err());
    }
}
