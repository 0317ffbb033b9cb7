//! Axes: from values to positions.

use crate::ticks::{self, Tick};

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// Equal distances for equal differences.
    #[default]
    Linear,
    /// Equal distances for equal ratios; values up to 0 are not shown.
    Log,
}

/// One axis of a panel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    /// What is shown, with its unit: `"rate (spikes/s)"`.
    pub label: String,
    /// Linear or logarithmic.
    pub scale: Scale,
    /// First and last value; `None` to take them from the data.
    pub limits: Option<(f64, f64)>,
    /// A value that belongs to the axis even if no data reach it (0 for rates).
    pub include: Option<f64>,
    /// Ticks; `None` for round numbers.
    pub ticks: Option<Vec<Tick>>,
    /// Whether line, ticks and label are left out.
    pub hidden: bool,
}

impl Axis {
    /// A linear axis with this label, as long as the data.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// From `low` to `high`.
    #[must_use]
    pub const fn limits(mut self, low: f64, high: f64) -> Self {
        self.limits = Some((low, high));
        self
    }

    /// At least from or to `value`.
    #[must_use]
    pub const fn including(mut self, value: f64) -> Self {
        self.include = Some(value);
        self
    }

    /// Logarithmic.
    #[must_use]
    pub const fn log(mut self) -> Self {
        self.scale = Scale::Log;
        self
    }

    /// With these ticks.
    #[must_use]
    pub fn ticks(mut self, ticks: impl IntoIterator<Item = (f64, String)>) -> Self {
        self.ticks = Some(ticks.into_iter().map(|(at, label)| Tick { at, label }).collect());
        self
    }

    /// Without line, ticks and label.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// The interval that is shown, given the extent of the data and the room left at each end as a
    /// share of the extent.
    pub(crate) fn span(&self, data: Option<(f64, f64)>, margin: f64) -> (f64, f64) {
        if let Some((low, high)) = self.limits {
            return widened(low, high, self.scale);
        }
        let (mut low, mut high) = data.unwrap_or((1.0, 1.0));
        if let Some(value) = self.include {
            (low, high) = (low.min(value), high.max(value));
        }
        let (low, high) = widened(low, high, self.scale);
        match self.scale {
            Scale::Linear => {
                let room = margin * (high - low);
                // An end that was asked for stays where it is.
                let keep = |end: f64| self.include == Some(end);
                (
                    if keep(low) { low } else { low - room },
                    if keep(high) { high } else { high + room },
                )
            }
            Scale::Log => {
                let room = (high / low).powf(margin);
                (low / room, high * room)
            }
        }
    }

    pub(crate) fn ticks_within(&self, (low, high): (f64, f64), count: usize) -> Vec<Tick> {
        let inside = |tick: &&Tick| tick.at >= low.min(high) && tick.at <= low.max(high);
        match (&self.ticks, self.scale) {
            (Some(ticks), _) => ticks.iter().filter(inside).cloned().collect(),
            (None, Scale::Linear) => ticks::linear(low, high, count),
            (None, Scale::Log) => ticks::logarithmic(low, high, count),
        }
    }
}

/// An interval with some extent.
fn widened(low: f64, high: f64, scale: Scale) -> (f64, f64) {
    match scale {
        _ if low < high => (low, high),
        Scale::Linear => {
            let half = if low == 0.0 { 0.5 } else { 0.05 * low.abs() };
            (low - half, low + half)
        }
        Scale::Log => (low / 2.0, low * 2.0),
    }
}

/// Where values stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ruler {
    scale: Scale,
    from: f64,
    to: f64,
    start: f64,
    length: f64,
}

impl Ruler {
    /// `span` laid out from px `start` to px `end`.
    pub(crate) fn new(scale: Scale, span: (f64, f64), start: f64, end: f64) -> Self {
        let value = |v: f64| if scale == Scale::Log { v.log10() } else { v };
        Self { scale, from: value(span.0), to: value(span.1), start, length: end - start }
    }

    /// Position of `value`; not a number if it cannot be shown.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let value = match self.scale {
            Scale::Linear => value,
            Scale::Log if value > 0.0 => value.log10(),
            Scale::Log => f64::NAN,
        };
        self.start + (value - self.from) / (self.to - self.from) * self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_included_end_has_no_room_beyond_it() {
        let axis = Axis::new("rate").including(0.0);
        assert_eq!(axis.span(Some((2.0, 10.0)), 0.1), (0.0, 11.0));
        assert_eq!(Axis::new("v").span(Some((2.0, 12.0)), 0.1), (1.0, 13.0));
    }

    #[test]
    fn equal_values_and_no_values_still_make_an_axis() {
        let (low, high) = Axis::new("x").span(Some((5.0, 5.0)), 0.0);
        assert!(low < 5.0 && high > 5.0);
        let (low, high) = Axis::new("x").log().span(None, 0.0);
        assert!(0.0 < low && low < high);
    }

    #[test]
    fn decades_are_equally_far_apart() {
        let ruler = Ruler::new(Scale::Log, (1.0, 100.0), 0.0, 50.0);
        assert_eq!(ruler.at(10.0), 25.0);
        assert!(ruler.at(0.0).is_nan());
    }
}
