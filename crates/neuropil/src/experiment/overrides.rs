//! Values changed from the command line.

use std::path::Path;

use super::fault::{Fault, Problem};
use super::sources::{Sources, Span};
use super::toml;
use super::tree::{Entry, Node, Table, Written};

/// Puts `value` at a dotted `path`. A list entry is named by its number.
pub(super) fn set(
    root: &mut Table,
    sources: &mut Sources,
    path: &str,
    value: &str,
) -> Result<(), Problem> {
    let text = format!("{path} = {value}");
    let offset = path.len() + 3;
    let source = sources.add(Path::new("--set"), text);
    let span = Span { source, start: 0, end: path.len() };
    let mut node = toml::read_value(value, source)
        .unwrap_or_else(|| Node { value: Written::Text(value.into()), span });
    node.span = Span { source, start: offset, end: offset + value.len() };
    place(root, path, path, node, span)
}

fn place(table: &mut Table, rest: &str, path: &str, node: Node, span: Span) -> Result<(), Problem> {
    let Some((key, below)) = rest.split_once('.') else {
        table.insert(Entry { key: rest.into(), key_span: span, node });
        return Ok(());
    };
    if table.get(key).is_none() {
        let value = Written::Table(Table::default());
        table.insert(Entry { key: key.into(), key_span: span, node: Node { value, span } });
    }
    let entry = table.entries.iter_mut().find(|entry| entry.key == key);
    match entry.map(|entry| &mut entry.node.value) {
        Some(Written::Table(inner)) => place(inner, below, path, node, span),
        Some(Written::List(items)) => {
            let (index, below) = below.split_once('.').unwrap_or((below, ""));
            let item = index.parse::<usize>().ok().and_then(|k| items.get_mut(k));
            match item {
                Some(item) if below.is_empty() => {
                    *item = node;
                    Ok(())
                }
                Some(Node { value: Written::Table(inner), .. }) => {
                    place(inner, below, path, node, span)
                }
                _ => Err(no_way(path, span)),
            }
        }
        _ => Err(no_way(path, span)),
    }
}

fn no_way(path: &str, span: Span) -> Problem {
    let (place, found) = (path.to_owned(), "a value on the way".to_owned());
    Problem::at(span, Fault::WrongType { place, found, expected: "a path of tables".into() })
}
