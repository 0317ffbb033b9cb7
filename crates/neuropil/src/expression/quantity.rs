//! Numbers with a dimension.

use neuropil_core::units::{Dimension, Unit, describe};

pub use neuropil_core::units::rescale;

/// A number times a scale to SI, with a dimension.
///
/// The scale is kept apart from the number so that arithmetic on quantities in lab units gives the
/// very bits that the same arithmetic on bare numbers gives: `"0.1 mV" * 5` is `0.1 * 5` in mV.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// The number as written.
    pub value: f64,
    /// Scale and dimension of the unit it was written in.
    pub unit: Unit,
}

impl Quantity {
    /// A pure number.
    pub const fn pure(value: f64) -> Self {
        Self { value, unit: Unit::ONE }
    }

    /// Whether it has no dimension.
    pub fn is_pure(&self) -> bool {
        self.unit.dimension == [0; 7]
    }

    /// The number that expresses it in `unit`, exact if the scales differ by a power of ten.
    ///
    /// The dimensions are the caller's business.
    pub fn number_in(&self, unit: Unit) -> f64 {
        rescale(self.value, self.unit.scale, unit.scale)
    }

    /// As a pure number.
    pub fn pure_value(&self) -> f64 {
        self.number_in(Unit::ONE)
    }

    /// In words: `voltage`, `time`, `pure number`.
    pub fn kind(&self) -> String {
        kind(self.unit.dimension)
    }

    /// Product.
    pub fn times(self, other: Self) -> Self {
        Self { value: self.value * other.value, unit: self.unit.times(other.unit) }
    }

    /// Quotient.
    pub fn over(self, other: Self) -> Self {
        Self { value: self.value / other.value, unit: self.unit.over(other.unit) }
    }
}

/// A dimension in words.
pub fn kind(dimension: Dimension) -> String {
    describe(dimension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_scales_lose_nothing() {
        for (value, from, to, expected) in [
            (1.5, 1e-3, 1e-3, 1.5),
            (0.1, 1.0, 1e-3, 100.0),
            (17_789.007_7, 1.0, 1e3, 17.789_007_7),
            (3.0, 1e-12, 1e-9, 0.003),
        ] {
            assert_eq!(rescale(value, from, to), expected);
        }
    }
}
