//! Values as written, each with its place.

use super::sources::Span;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value.
    pub value: Written,
    /// Where.
    pub span: Span,
}

/// A value as written.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the variants say it")]
pub enum Written {
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Table(Table),
}

impl Node {
    /// As messages show it: `the text "x"`, `the number 3`, `a table`.
    pub fn shown(&self) -> String {
        match &self.value {
            Written::Boolean(value) => format!("{value}"),
            Written::Integer(value) => format!("the number {value}"),
            Written::Number(value) => format!("the number {value}"),
            Written::Text(text) => format!("\"{text}\""),
            Written::List(items) => format!("a list of {}", items.len()),
            Written::Table(_) => "a table".into(),
        }
    }
}

/// An entry of a table.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// Its value.
    pub node: Node,
}

/// Entries in the order in which they were written.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The entries; keys are unique.
    pub entries: Vec<Entry>,
}

impl Table {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Adds an entry, in place of one with the same key.
    pub fn insert(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|e| e.key == entry.key) {
            Some(present) => *present = entry,
            None => self.entries.push(entry),
        }
    }

    /// Adds what `base` has and this table lacks: whole sections, and entries of sections that both
    /// have. An entry that both have is this table's alone.
    pub fn complete_from(&mut self, base: Table) {
        for section in base.entries {
            let present = self.entries.iter_mut().find(|e| e.key == section.key);
            match (present.map(|entry| &mut entry.node.value), section.node.value) {
                (Some(Written::Table(mine)), Written::Table(theirs)) => {
                    for entry in theirs.entries {
                        if mine.get(&entry.key).is_none() {
                            mine.entries.push(entry);
                        }
                    }
                }
                (Some(_), _) => {}
                (None, value) => {
                    let node = Node { value, ..section.node };
                    self.entries.push(Entry { node, ..section });
                }
            }
        }
    }
}
