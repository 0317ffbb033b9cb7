//! Stimuli that are shown one after the other, each with values of its own.
//!
//! ```toml
//! orientation = [0, 45, 90, 135]    # four presentations; keys with one value are the same in all
//! start = "200 ms"                  # of the first
//! duration = "500 ms"               # of each
//! blank = "300 ms"                  # between the end of one and the beginning of the next
//! repeat = 5                        # how often the series is shown
//! shuffle = true                    # each time in another order
//! ```

use std::cell::RefCell;

use neuropil_core::random::{Stream, key};
use neuropil_vision::stimulus::Pattern;

use super::columns::in_degrees;
use crate::experiment::Problem;
use crate::resolve::context::Context;
use crate::resolve::fields::{Fields, Item};

/// One showing of a stimulus.
#[derive(Debug, Clone, PartialEq)]
pub struct Presentation {
    /// Name of the stimulus.
    pub stimulus: String,
    /// Beginning `[ms]`.
    pub from_ms: f64,
    /// End `[ms]`.
    pub until_ms: f64,
    /// Values by key, in the units of the experiment file's plain numbers.
    pub values: Vec<(&'static str, f64)>,
    /// Keys that differ from one presentation to the next.
    pub varied: Vec<&'static str>,
    /// What is shown.
    pub pattern: Pattern,
    /// Whether it fills the visual field and does not change but for its own course.
    pub whole: bool,
}

/// A key with one value, or with one for each presentation.
struct Column<'a> {
    key: &'static str,
    item: Option<Item<'a>>,
    values: Vec<f64>,
}

/// A stimulus being read.
pub(super) struct Series<'a, 'c> {
    pub fields: &'c Fields<'a>,
    pub context: &'c Context,
    columns: RefCell<Vec<Column<'a>>>,
}

/// When presentations take place, and which of the values each has.
pub(super) struct Showing {
    pub from_ms: f64,
    pub until_ms: f64,
    pub index: usize,
}

/// Most presentations of a stimulus.
const MOST: usize = 100_000;

impl<'a, 'c> Series<'a, 'c> {
    pub fn new(fields: &'c Fields<'a>, context: &'c Context) -> Self {
        Self { fields, context, columns: RefCell::default() }
    }

    /// Reads a key that may have a list of values.
    pub fn read(
        &self,
        key: &'static str,
        unit: &str,
        default: Option<f64>,
        expected: &'static str,
        admits: impl Fn(f64) -> bool,
    ) -> Result<(), Problem> {
        let item = match default {
            Some(_) => self.fields.get(key),
            None => Some(self.fields.need(key, expected)?),
        };
        let one = |item: &Item<'_>| {
            in_degrees(item)?;
            item.number_where(&self.context.scope, unit, expected, &admits)
        };
        let values = match &item {
            Some(item) => item.items().iter().map(one).collect::<Result<Vec<_>, _>>()?,
            None => vec![default.unwrap_or_default()],
        };
        if let (Some(item), true) = (&item, values.is_empty()) {
            return Err(item.wrong("at least one value"));
        }
        self.columns.borrow_mut().push(Column { key, item, values });
        Ok(())
    }

    /// Adds what has a value for each presentation in other ways, such as files.
    pub fn count(&self, key: &'static str, item: Item<'a>, number: usize) {
        let values = (0..number).map(|k| k as f64).collect();
        self.columns.borrow_mut().push(Column { key, item: Some(item), values });
    }

    /// The value of a key in a presentation.
    pub fn value(&self, key: &str, index: usize) -> f64 {
        let columns = self.columns.borrow();
        let column = columns.iter().find(|column| column.key == key);
        column.map_or(0.0, |column| column.values[index % column.values.len()])
    }

    /// All values of a presentation.
    pub fn values(&self, index: usize) -> Vec<(&'static str, f64)> {
        let columns = self.columns.borrow();
        columns.iter().map(|c| (c.key, c.values[index % c.values.len()])).collect()
    }

    /// Keys with more than one value.
    pub fn varied(&self) -> Vec<&'static str> {
        let columns = self.columns.borrow();
        columns.iter().filter(|c| c.values.len() > 1).map(|c| c.key).collect()
    }

    /// How many presentations a series has.
    fn length(&self) -> Result<usize, Problem> {
        let columns = self.columns.borrow();
        let length = columns.iter().map(|column| column.values.len()).max().unwrap_or(1);
        for Column { item, values, .. } in columns.iter() {
            if let Some(item) = item
                && ![1, length].contains(&values.len())
            {
                let found = format!("{} values", values.len());
                let expected = format!("one, or one for each of the {length} presentations");
                return Err(item.out_of_range(found, expected));
            }
        }
        Ok(length)
    }

    /// Reads when it is shown.
    pub fn showings(&self, name: &str) -> Result<Vec<Showing>, Problem> {
        let (fields, context) = (self.fields, self.context);
        let time = |key, least: f64, expected: &str| {
            let read = |item: Item<'_>| {
                item.number_where(&context.scope, "ms", expected, |ms| ms >= least)
            };
            fields.get(key).map(read).transpose()
        };
        let length = self.length()?;
        let repeat =
            fields.get("repeat").map_or(Ok(1), |i| i.whole(&context.scope, 1, MOST as u64))?;
        let shuffle = fields.get("shuffle").map_or(Ok(false), |item| item.boolean())?;
        let start = time("start", 0.0, "a time of at least 0 ms")?.unwrap_or(0.0);
        let blank = time("blank", 0.0, "a time of at least 0 ms")?.unwrap_or(0.0);
        let duration = time("duration", 1e-3, "a time above 0 ms")?;
        let end_ms = context.clock.ms(context.end_step);
        let total = length.saturating_mul(repeat as usize);
        let duration = match duration {
            Some(duration) => duration,
            None if total == 1 => (end_ms - start).max(context.clock.dt_ms()),
            None => {
                fields.need("duration", "the duration of one presentation")?;
                0.0
            }
        };
        let key = key(context.seed, &format!("order of {name}"), 0);
        let mut showings = Vec::new();
        for round in 0..repeat {
            let mut order: Vec<usize> = (0..length).collect();
            if shuffle {
                let mut stream = Stream::new(key, round);
                for k in (1..length).rev() {
                    order.swap(k, stream.below(k as u32 + 1) as usize);
                }
            }
            for index in order {
                let from_ms = start + showings.len() as f64 * (duration + blank);
                if from_ms >= end_ms || showings.len() == MOST {
                    let shown = showings.len();
                    context.warn(format!(
                        "{}: {shown} of {total} presentations begin before the end at {end_ms} ms",
                        fields.place
                    ));
                    return Ok(showings);
                }
                showings.push(Showing { from_ms, until_ms: from_ms + duration, index });
            }
        }
        Ok(showings)
    }
}
