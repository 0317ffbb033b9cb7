//! TOML to the tree.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Problem};
use super::sources::Span;
use super::tree::{Entry, Node, Table, Written};

/// Reads the text of source number `source`.
pub(super) fn read(text: &str, source: usize) -> Result<Table, Problem> {
    let root = DeTable::parse(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        let span = Span { source, start: at.start, end: at.end };
        Problem::at(span, Fault::Syntax { message: error.message().trim().replace('\n', "; ") })
    })?;
    table(root.get_ref(), source)
}

/// Reads one value, as on the right of an equals sign.
pub(super) fn read_value(text: &str, source: usize) -> Option<Node> {
    let value = DeValue::parse(text).ok()?;
    node(&value, source).ok()
}

fn table(from: &DeTable<'_>, source: usize) -> Result<Table, Problem> {
    let mut table = Table::default();
    for (key, value) in from {
        table.entries.push(Entry {
            key: key.get_ref().clone().into_owned(),
            key_span: span(key, source),
            node: node(value, source)?,
        });
    }
    // The parser may sort; the order of writing is what users expect to see.
    table.entries.sort_by_key(|entry| entry.key_span.start);
    Ok(table)
}

fn span<T>(spanned: &Spanned<T>, source: usize) -> Span {
    let at = spanned.span();
    Span { source, start: at.start, end: at.end }
}

fn node(from: &Spanned<DeValue<'_>>, source: usize) -> Result<Node, Problem> {
    let span = span(from, source);
    let refuse = |found: String, expected: &str| {
        let place = "value".into();
        Problem::at(span, Fault::WrongType { place, found, expected: expected.into() })
    };
    let value = match from.get_ref() {
        DeValue::String(text) => Written::Text(text.clone().into_owned()),
        DeValue::Boolean(value) => Written::Boolean(*value),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map(Written::Integer)
            .map_err(|_| refuse(integer.to_string(), "a whole number of at most 64 bits"))?,
        DeValue::Float(float) => float
            .as_str()
            .parse()
            .map(Written::Number)
            .map_err(|_| refuse(float.to_string(), "a number"))?,
        DeValue::Datetime(date) => {
            return Err(refuse(format!("the date {date}"), "a number, a text, a list or a table"));
        }
        DeValue::Array(items) => {
            Written::List(items.iter().map(|item| node(item, source)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(inner) => Written::Table(table(inner, source)?),
    };
    Ok(Node { value, span })
}
