//! Distributions that an expression may yield.

use neuropil_core::units::Unit;
use neuropil_network::description::{Bounds, Distribution, Shape};

use super::quantity::{Quantity, rescale};

/// A distribution in a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Random {
    /// Numbers in `unit`.
    pub distribution: Distribution,
    /// Unit of the numbers.
    pub unit: Unit,
}

impl Random {
    /// A shape whose numbers are in `unit`.
    pub fn new(shape: Shape, unit: Unit) -> Self {
        Self { distribution: Distribution::from(shape), unit }
    }

    /// The distribution of the values times `factor`.
    pub fn times(self, factor: Quantity) -> Self {
        Self {
            distribution: scaled(self.distribution, |x| x * factor.value, factor.value < 0.0),
            unit: self.unit.times(factor.unit),
        }
    }

    /// The distribution of the values over `divisor`.
    pub fn over(self, divisor: Quantity) -> Self {
        Self {
            distribution: scaled(self.distribution, |x| x / divisor.value, divisor.value < 0.0),
            unit: self.unit.over(divisor.unit),
        }
    }

    /// The distribution of the values plus `shift`, which has the same dimension.
    pub fn plus(self, shift: Quantity) -> Self {
        let shift = shift.number_in(self.unit);
        let distribution = Distribution {
            offset: self.distribution.offset + shift,
            bounds: bounded(self.distribution.bounds, |x| x + shift, false),
            ..self.distribution
        };
        Self { distribution, ..self }
    }

    /// The distribution with its numbers in `unit`, which has the same dimension.
    pub fn numbers_in(&self, unit: Unit) -> Distribution {
        let (from, to) = (self.unit.scale, unit.scale);
        scaled(self.distribution, |x| rescale(x, from, to), false)
    }

    /// With values outside `[min, max]` moved to the border, or drawn again.
    pub fn within(self, min: Quantity, max: Quantity, redraw: bool) -> Self {
        let (min, max) = (min.number_in(self.unit), max.number_in(self.unit));
        let bounds = if redraw { Bounds::Redraw { min, max } } else { Bounds::Clip { min, max } };
        Self { distribution: Distribution { bounds, ..self.distribution }, ..self }
    }
}

fn scaled(d: Distribution, by: impl Fn(f64) -> f64, flips: bool) -> Distribution {
    let (scale, offset) = (by(d.scale), by(d.offset));
    Distribution { scale, offset, bounds: bounded(d.bounds, by, flips), ..d }
}

fn bounded(bounds: Bounds, by: impl Fn(f64) -> f64, flips: bool) -> Bounds {
    let ends = |min: f64, max: f64| if flips { (by(max), by(min)) } else { (by(min), by(max)) };
    match bounds {
        Bounds::None => Bounds::None,
        Bounds::Clip { min, max } => {
            let (min, max) = ends(min, max);
            Bounds::Clip { min, max }
        }
        Bounds::Redraw { min, max } => {
            let (min, max) = ends(min, max);
            Bounds::Redraw { min, max }
        }
    }
}
