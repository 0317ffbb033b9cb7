//! Dimensions of terms, and the coherent units in which kernels compute.
//!
//! Kernels compute in ms, mV, pA, µm, K and mM, and in what follows from them without a factor:
//! nS, pF, 1/ms, GΩ. Exponents are kept twofold, since noise has half-whole ones (`1/sqrt(ms)`);
//! the eighth stands for the yet unknown unit of a receptor's weight.

use neuropil_core::units::{Unit, describe, rescale};

/// Twice the exponents of metre, kilogram, second, ampere, kelvin, mole, candela and weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dim([i16; 8]);

/// Powers of ten of the base units in which kernels compute, in SI.
const DECADES: [i16; 8] = [-6, -12, -3, -12, 0, -18, 0, 0];

impl Dim {
    /// Of a pure number.
    pub(crate) const PURE: Self = Self([0; 8]);
    /// Of a time.
    pub(crate) const TIME: Self = Self([0, 0, 2, 0, 0, 0, 0, 0]);
    /// Of an electric current.
    pub(crate) const CURRENT: Self = Self([0, 0, 0, 2, 0, 0, 0, 0]);
    /// Of an electric potential.
    pub(crate) const VOLTAGE: Self = Self([4, 2, -6, -2, 0, 0, 0, 0]);
    /// Of an electric conductance.
    pub(crate) const CONDUCTANCE: Self = Self([-4, -2, 6, 4, 0, 0, 0, 0]);
    /// Of white noise.
    pub(crate) const NOISE: Self = Self([0, 0, -1, 0, 0, 0, 0, 0]);
    /// Of a receptor's weight before it is known.
    pub(crate) const WEIGHT: Self = Self([0, 0, 0, 0, 0, 0, 0, 2]);

    pub(crate) fn of(unit: Unit) -> Self {
        let mut twofold = [0; 8];
        for (to, from) in twofold.iter_mut().zip(unit.dimension) {
            *to = 2 * i16::from(from);
        }
        Self(twofold)
    }

    pub(crate) fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] + other.0[k]))
    }

    pub(crate) fn over(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] - other.0[k]))
    }

    /// The power with exponent `twice/2`; `None` if an exponent would be no multiple of one half.
    pub(crate) fn half_power(self, twice: i32) -> Option<Self> {
        let product = self.0.map(|e| i32::from(e) * twice);
        let fits = |e: &i32| e % 2 == 0 && (e / 2).abs() < 64;
        product.iter().all(fits).then(|| Self(product.map(|e| (e / 2) as i16)))
    }

    /// Exponent of the unknown weight.
    pub(crate) fn weight(self) -> i16 {
        self.0[7] / 2
    }

    /// The same without the unknown weight.
    pub(crate) fn without_weight(mut self) -> Self {
        self.0[7] = 0;
        self
    }

    /// One of the coherent unit, as SI.
    pub(crate) fn scale(self) -> f64 {
        let twice: i16 = self.0.iter().zip(DECADES).map(|(e, decade)| e * decade).sum();
        10f64.powf(f64::from(twice) * 0.5)
    }

    /// The unit of this dimension in which kernels compute, unless its exponents are not whole.
    pub(crate) fn unit(self) -> Option<Unit> {
        let whole = self.0[..7].iter().all(|e| e % 2 == 0) && self.0[7] == 0;
        let dimension = std::array::from_fn(|k| (self.0[k] / 2) as i8);
        whole.then(|| Unit { scale: self.scale(), dimension })
    }

    /// In words, for messages.
    pub(crate) fn kind(self) -> String {
        match self.unit() {
            Some(unit) => describe(unit.dimension),
            None if self == Self::NOISE => "white noise".into(),
            None if self.0[7] != 0 => "quantity with the weight in it".into(),
            None => "quantity with a root in its unit".into(),
        }
    }

    /// The customary symbol of the coherent unit: `mV`, `nS`, `1/ms`; built from base units if it
    /// has none of its own.
    pub(crate) fn symbol(self) -> Option<String> {
        const CUSTOMARY: &[&str] = &[
            "", "ms", "mV", "pA", "nS", "pF", "1/ms", "um", "um2", "um3", "mM", "mV/ms", "pA/ms",
            "nS/ms", "1/mV", "1/pA", "mV2", "pA2", "1/ms2", "K", "pA ms", "mV/pA", "mV ms",
            "pA/um2", "nS/um2", "pF/um2", "mM/ms", "pA/mV2",
        ];
        let unit = self.unit()?;
        let known = CUSTOMARY.iter().find(|text| {
            Unit::parse(text).is_ok_and(|known| {
                known.dimension == unit.dimension && (known.scale / unit.scale - 1.0).abs() < 1e-9
            })
        });
        Some(known.map_or_else(
            || {
                let base = ["um", "ng", "ms", "pA", "K", "amol"].iter().zip(unit.dimension);
                let factors = base.filter(|(_, e)| *e != 0).map(|(name, e)| format!("{name}{e}"));
                factors.collect::<Vec<_>>().join(" ")
            },
            |text| (*text).into(),
        ))
    }
}

/// A value given in `unit`, in the coherent unit.
pub(crate) fn coherent(value: f64, unit: Unit) -> f64 {
    rescale(value, unit.scale, Dim::of(unit).scale())
}

/// A value in the coherent unit, given in `unit`.
pub(crate) fn given(value: f64, unit: Unit) -> f64 {
    rescale(value, Dim::of(unit).scale(), unit.scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_the_laboratory_need_no_factor() {
        for text in ["mV", "ms", "pA", "nS", "pF", "1/ms", "mM", "um", "K", "pA/um2"] {
            let unit = Unit::parse(text).unwrap();
            assert_eq!(coherent(0.3, unit), 0.3, "{text}");
            assert_eq!(Dim::of(unit).symbol().as_deref(), Some(text));
        }
        assert_eq!(coherent(20.0, Unit::parse("Hz").unwrap()), 0.02);
        assert_eq!(coherent(1.0, Unit::parse("uA").unwrap()), 1e6);
        assert_eq!(given(0.02, Unit::parse("Hz").unwrap()), 20.0);
    }

    #[test]
    fn composed_units_without_a_name_can_be_read_back() {
        let odd = Dim::of(Unit::parse("mV3/pA").unwrap());
        let text = odd.symbol().unwrap();
        let unit = Unit::parse(&text).unwrap();
        assert_eq!(Dim::of(unit), odd);
        assert_eq!(coherent(1.0, unit), 1.0, "{text}");
    }

    #[test]
    fn a_root_of_a_root_is_refused() {
        let root = Dim::TIME.half_power(1).unwrap();
        assert_eq!(root.times(root), Dim::TIME);
        assert_eq!(Dim::PURE.over(root), Dim::NOISE);
        assert!(root.half_power(1).is_none());
    }
}
