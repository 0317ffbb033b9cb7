//! Ion species of a cell.

/// Where a reversal potential comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reversal {
    /// This value `[mV]`, unless a mechanism writes a concentration of the ion: then Nernst.
    FixedUnlessDynamic(f64),
    /// This value `[mV]`, whatever the concentrations do.
    Fixed(f64),
    /// `E = RT/(zF)·ln(out/in)` from the concentrations, at every step.
    Nernst,
}

/// One ion species.
///
/// ```
/// use neuropil_cable::{Ion, Reversal};
/// let sodium = Ion::known("na").unwrap();
/// assert_eq!(sodium.valence, 1.0);
/// assert!((Ion { reversal: Reversal::Nernst, ..sodium }.nernst_mv(6.3) - 63.55150322).abs() < 1e-8);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ion {
    /// Charge number.
    pub valence: f64,
    /// Reversal potential.
    pub reversal: Reversal,
    /// Concentration inside, at the start `[mM]`.
    pub inside_mm: f64,
    /// Concentration outside, at the start `[mM]`.
    pub outside_mm: f64,
}

/// Molar gas constant `[J/(K mol)]`, exact in the SI of 2019.
const GAS: f64 = 8.314_462_618_153_24;
/// Faraday constant `[C/mol]`, exact in the SI of 2019.
const FARADAY: f64 = 96_485.332_123_310_01;

/// Nernst potential `RT/(zF)·ln(out/in)` `[mV]` of concentrations `[mM]`.
#[inline(always)]
pub(crate) fn nernst_mv(valence: f64, inside_mm: f64, outside_mm: f64, celsius: f64) -> f64 {
    1e3 * GAS * (273.15 + celsius) / (valence * FARADAY) * (outside_mm / inside_mm).ln()
}

impl Ion {
    /// The customary values of sodium, potassium and calcium (those of NEURON): `na` 10 and 140 mM,
    /// 50 mV; `k` 54.4 and 2.5 mM, −77 mV; `ca` 5e-5 and 2 mM, 12.5·ln(out/in) = 132.458 mV.
    pub fn known(name: &str) -> Option<Self> {
        let (valence, e, inside_mm, outside_mm) = match name {
            "na" => (1.0, 50.0, 10.0, 140.0),
            "k" => (1.0, -77.0, 54.4, 2.5),
            "ca" => (2.0, 132.457_934_163_700_9, 5e-5, 2.0),
            _ => return None,
        };
        let reversal = Reversal::FixedUnlessDynamic(e);
        Some(Self { valence, reversal, inside_mm, outside_mm })
    }

    /// An ion with a reversal potential only `[mV]`; reading its concentrations is an error.
    pub const fn with_reversal(valence: f64, reversal_mv: f64) -> Self {
        let reversal = Reversal::FixedUnlessDynamic(reversal_mv);
        Self { valence, reversal, inside_mm: f64::NAN, outside_mm: f64::NAN }
    }

    /// An ion whose reversal potential follows its concentrations `[mM]`.
    pub const fn with_concentrations(valence: f64, inside_mm: f64, outside_mm: f64) -> Self {
        Self { valence, reversal: Reversal::Nernst, inside_mm, outside_mm }
    }

    /// Nernst potential of the start concentrations at a temperature `[mV]`.
    pub fn nernst_mv(&self, celsius: f64) -> f64 {
        nernst_mv(self.valence, self.inside_mm, self.outside_mm, celsius)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nernst_potentials_agree_with_the_formula_evaluated_elsewhere() {
        // Evaluated with SI constants at 30 digits; NEURON 9.0.2 gives the same to 1e-14.
        let cases = [
            ("na", 6.3, 63.551_503_22),
            ("k", 6.3, -74.171_672_51),
            ("ca", 6.3, 127.589_510_6),
            ("na", 37.0, 70.533_185_63),
            ("k", 37.0, -82.320_072_39),
            ("ca", 37.0, 141.606_322_126),
        ];
        for (name, celsius, mv) in cases {
            let found = Ion::known(name).unwrap().nernst_mv(celsius);
            assert!((found / mv - 1.0).abs() < 5e-10, "{name}: {found}"); // digits of the table
        }
    }
}
