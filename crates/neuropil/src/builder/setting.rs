//! Values and tables as the text of an experiment.

use std::fmt::Write;

/// A value as it would stand in a file: a number, a text with a unit or an expression, a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting(pub(super) String);

macro_rules! setting {
    ($($type:ty),*) => {$(
        impl From<$type> for Setting {
            fn from(value: $type) -> Self {
                Self(value.to_string())
            }
        }
    )*};
}

setting!(bool, i32, i64, u8, u16, u32);

impl From<f64> for Setting {
    fn from(value: f64) -> Self {
        // TOML tells 1 from 1.0 and writes infinity in its own way; so does Rust's debug form.
        Self(format!("{value:?}").replace("NaN", "nan"))
    }
}

impl From<usize> for Setting {
    fn from(value: usize) -> Self {
        Self(value.to_string())
    }
}

impl From<&str> for Setting {
    fn from(text: &str) -> Self {
        Self(quoted(text))
    }
}

impl From<String> for Setting {
    fn from(text: String) -> Self {
        Self(quoted(&text))
    }
}

impl<T: Into<Setting>, const N: usize> From<[T; N]> for Setting {
    fn from(list: [T; N]) -> Self {
        list.into_iter().collect::<Vec<T>>().into()
    }
}

impl<T: Into<Setting>> From<Vec<T>> for Setting {
    fn from(list: Vec<T>) -> Self {
        let items: Vec<String> = list.into_iter().map(|item| item.into().0).collect();
        Self(format!("[{}]", items.join(", ")))
    }
}

/// A basic string of TOML.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if c.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Keys and values of a table, in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Keys(pub(super) Vec<(String, Setting)>);

impl Keys {
    pub(super) fn with(mut self, key: &str, value: impl Into<Setting>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }

    pub(super) fn inline(&self) -> String {
        let pairs: Vec<String> =
            self.0.iter().map(|(key, value)| format!("{} = {}", quoted(key), value.0)).collect();
        format!("{{ {} }}", pairs.join(", "))
    }

    pub(super) fn write(&self, text: &mut String) {
        for (key, value) in &self.0 {
            let _ = writeln!(text, "{key} = {}", value.0);
        }
    }
}
