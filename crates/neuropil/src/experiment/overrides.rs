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

/// Puts `values` at the entry `path`, dots and all, of `scan.values`.
pub(super) fn scan_over(
    root: &mut Table,
    sources: &mut Sources,
    path: &str,
    values: &str,
) -> Result<(), Problem> {
    let text = format!("{path} = {values}");
    let (start, end) = (path.len() + 3, text.len());
    let source = sources.add(Path::new("--over"), text);
    let key_span = Span { source, start: 0, end: path.len() };
    let Some(mut node) = toml::read_value(values, source) else {
        let (place, found) = (path.to_owned(), format!("\"{values}\""));
        let expected = "values such as 1, 2, 3 or 0.5..4:8".into();
        return Err(Problem::at(key_span, Fault::WrongType { place, found, expected }));
    };
    node.span = Span { source, start, end };
    let mut table = &mut *root;
    for key in ["scan", "values"] {
        if table.get(key).is_none() {
            let node = Node { value: Written::Table(Table::default()), span: key_span };
            table.insert(Entry { key: key.into(), key_span, node });
        }
        let entry = table.entries.iter_mut().find(|entry| entry.key == key);
        table = match entry.map(|entry| &mut entry.node.value) {
            Some(Written::Table(inner)) => inner,
            _ => return Err(no_way(path, key_span)),
        };
    }
    table.insert(Entry { key: path.into(), key_span, node });
    Ok(())
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
