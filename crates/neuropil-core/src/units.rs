//! Physical units that are learnt at run time: from experiment files, `.mod` files, equations.
//!
//! A [`Unit`] is a scale to SI and seven integer exponents. The spelling accepted is that of
//! NMODL and of experiment files alike: `mV`, `mA/cm2`, `mA cm^-2`, `1/ms`, `kOhm*cm`, `um`, `µm`.

use std::fmt;

use thiserror::Error;

/// Exponents of metre, kilogram, second, ampere, kelvin, mole, candela.
pub type Dimension = [i8; 7];

/// A unit of measurement.
///
/// ```
/// use neuropil_core::units::Unit;
/// let density = Unit::parse("mA/cm2")?;
/// assert_eq!(density.dimension, Unit::parse("A/m^2")?.dimension);
/// assert!((density.scale - 10.0).abs() < 1e-12);
/// # Ok::<(), neuropil_core::units::UnitError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// How many SI units one of these is.
    pub scale: f64,
    /// Exponents of the SI base units.
    pub dimension: Dimension,
}

/// Why a unit or quantity was not understood.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum UnitError {
    #[error("unknown unit \"{symbol}\" in \"{text}\"")]
    Unknown { symbol: String, text: String },
    #[error("\"{text}\" does not start with a number")]
    NoNumber { text: String },
    #[error("cannot read \"{text}\" as a unit at character {position}")]
    Syntax { text: String, position: usize },
    #[error("\"{text}\" is a {found}, expected a {expected} such as \"{example}\"")]
    WrongDimension { text: String, found: String, expected: String, example: String },
}

const fn dim(m: i8, kg: i8, s: i8, a: i8) -> Dimension {
    [m, kg, s, a, 0, 0, 0]
}

/// Base symbols that may carry an SI prefix.
const PREFIXED: &[(&str, f64, Dimension)] = &[
    ("m", 1.0, dim(1, 0, 0, 0)),
    ("g", 1e-3, dim(0, 1, 0, 0)),
    ("s", 1.0, dim(0, 0, 1, 0)),
    ("sec", 1.0, dim(0, 0, 1, 0)),
    ("second", 1.0, dim(0, 0, 1, 0)),
    ("A", 1.0, dim(0, 0, 0, 1)),
    ("amp", 1.0, dim(0, 0, 0, 1)),
    ("ampere", 1.0, dim(0, 0, 0, 1)),
    ("K", 1.0, [0, 0, 0, 0, 1, 0, 0]),
    ("mol", 1.0, [0, 0, 0, 0, 0, 1, 0]),
    ("mole", 1.0, [0, 0, 0, 0, 0, 1, 0]),
    ("M", 1e3, [-3, 0, 0, 0, 0, 1, 0]),
    ("V", 1.0, dim(2, 1, -3, -1)),
    ("volt", 1.0, dim(2, 1, -3, -1)),
    ("S", 1.0, dim(-2, -1, 3, 2)),
    ("siemens", 1.0, dim(-2, -1, 3, 2)),
    ("mho", 1.0, dim(-2, -1, 3, 2)),
    ("Ohm", 1.0, dim(2, 1, -3, -2)),
    ("ohm", 1.0, dim(2, 1, -3, -2)),
    ("Ω", 1.0, dim(2, 1, -3, -2)),
    ("F", 1.0, dim(-2, -1, 4, 2)),
    ("farad", 1.0, dim(-2, -1, 4, 2)),
    ("C", 1.0, dim(0, 0, 1, 1)),
    ("coul", 1.0, dim(0, 0, 1, 1)),
    ("coulomb", 1.0, dim(0, 0, 1, 1)),
    ("J", 1.0, dim(2, 1, -2, 0)),
    ("joule", 1.0, dim(2, 1, -2, 0)),
    ("N", 1.0, dim(1, 1, -2, 0)),
    ("W", 1.0, dim(2, 1, -3, 0)),
    ("Pa", 1.0, dim(-1, 1, -2, 0)),
    ("Hz", 1.0, dim(0, 0, -1, 0)),
    ("l", 1e-3, dim(3, 0, 0, 0)),
    ("L", 1e-3, dim(3, 0, 0, 0)),
    ("liter", 1e-3, dim(3, 0, 0, 0)),
    ("molar", 1e3, [-3, 0, 0, 0, 0, 1, 0]),
    ("meter", 1.0, dim(1, 0, 0, 0)),
];

/// Symbols that stand for themselves only.
const PLAIN: &[(&str, f64, Dimension)] = &[
    ("1", 1.0, dim(0, 0, 0, 0)),
    ("%", 0.01, dim(0, 0, 0, 0)),
    ("percent", 0.01, dim(0, 0, 0, 0)),
    ("rad", 1.0, dim(0, 0, 0, 0)),
    ("radian", 1.0, dim(0, 0, 0, 0)),
    ("deg", std::f64::consts::PI / 180.0, dim(0, 0, 0, 0)),
    ("cycle", 1.0, dim(0, 0, 0, 0)),
    ("cycles", 1.0, dim(0, 0, 0, 0)),
    ("cpd", 180.0 / std::f64::consts::PI, dim(0, 0, 0, 0)),
    ("pixel", 1.0, dim(0, 0, 0, 0)),
    ("pixels", 1.0, dim(0, 0, 0, 0)),
    ("degC", 1.0, [0, 0, 0, 0, 1, 0, 0]),
    ("celsius", 1.0, [0, 0, 0, 0, 1, 0, 0]),
    ("degK", 1.0, [0, 0, 0, 0, 1, 0, 0]),
    ("kelvin", 1.0, [0, 0, 0, 0, 1, 0, 0]),
    ("micron", 1e-6, dim(1, 0, 0, 0)),
    ("min", 60.0, dim(0, 0, 1, 0)),
    ("minute", 60.0, dim(0, 0, 1, 0)),
    ("hour", 3600.0, dim(0, 0, 1, 0)),
    ("day", 86400.0, dim(0, 0, 1, 0)),
    ("spikes", 1.0, dim(0, 0, 0, 0)),
    ("e", 1.602_176_634e-19, dim(0, 0, 1, 1)),
    ("faraday", 96_485.332_123_310_01, dim(0, 0, 1, 1)),
    ("k-mole", 8.314_462_618_153_24, [2, 1, -2, 0, -1, 0, 0]),
    ("pi", std::f64::consts::PI, dim(0, 0, 0, 0)),
    ("dimensionless", 1.0, dim(0, 0, 0, 0)),
];

const PREFIXES: &[(&str, f64)] = &[
    ("tera", 1e12),
    ("giga", 1e9),
    ("mega", 1e6),
    ("kilo", 1e3),
    ("centi", 1e-2),
    ("milli", 1e-3),
    ("micro", 1e-6),
    ("nano", 1e-9),
    ("pico", 1e-12),
    ("femto", 1e-15),
    ("T", 1e12),
    ("G", 1e9),
    ("M", 1e6),
    ("k", 1e3),
    ("c", 1e-2),
    ("d", 1e-1),
    ("m", 1e-3),
    ("u", 1e-6),
    ("µ", 1e-6),
    ("μ", 1e-6),
    ("n", 1e-9),
    ("p", 1e-12),
    ("f", 1e-15),
];

impl Unit {
    /// The unit of a pure number.
    pub const ONE: Self = Self { scale: 1.0, dimension: [0; 7] };

    /// Reads a unit expression: factors joined by a space, `*`, `.` or `-`, one or more `/`
    /// (everything after a slash, up to the next, divides), exponents written `cm2`, `cm^2`, `s-1`
    /// or `s^-1`, and a numeric factor.
    ///
    /// # Errors
    /// [`UnitError::Unknown`] for a symbol not in the table, [`UnitError::Syntax`] otherwise.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let mut unit = Self::ONE;
        for (k, part) in text.split('/').enumerate() {
            let sign: i32 = if k == 0 { 1 } else { -1 };
            if k > 0 && part.trim().is_empty() {
                return Err(UnitError::Syntax { text: text.into(), position: text.len() });
            }
            for factor in part.split(|c: char| c.is_whitespace() || c == '*' || c == '·') {
                if !factor.is_empty() {
                    unit = unit.times(Self::factor(factor, text)?.power(sign));
                }
            }
        }
        Ok(unit)
    }

    /// The product of two units.
    pub fn times(self, other: Self) -> Self {
        let mut dimension = self.dimension;
        for (a, b) in dimension.iter_mut().zip(other.dimension) {
            *a += b;
        }
        Self { scale: self.scale * other.scale, dimension }
    }

    /// The quotient of two units.
    pub fn over(self, other: Self) -> Self {
        self.times(other.power(-1))
    }

    /// An integer power.
    pub fn power(self, exponent: i32) -> Self {
        let dimension = self.dimension.map(|d| (i32::from(d) * exponent) as i8);
        Self { scale: self.scale.powi(exponent), dimension }
    }

    /// Whether a quantity in one unit can be expressed in the other.
    pub fn same_dimension(&self, other: &Self) -> bool {
        self.dimension == other.dimension
    }

    fn factor(factor: &str, text: &str) -> Result<Self, UnitError> {
        if let Ok(scale) = factor.parse::<f64>() {
            return Ok(Self { scale, dimension: [0; 7] });
        }
        if let Some(unit) = Self::symbol(factor) {
            return Ok(unit);
        }
        let unknown = || UnitError::Unknown { symbol: factor.into(), text: text.into() };
        let split = factor
            .char_indices()
            .find(|(k, c)| *k > 0 && (c.is_ascii_digit() || *c == '^' || *c == '-'))
            .map(|(k, _)| k)
            .ok_or_else(unknown)?;
        let (symbol, exponent) = factor.split_at(split);
        let unit = Self::symbol(symbol).ok_or_else(unknown)?;
        if let Some(rest) =
            exponent.strip_prefix('-').filter(|r| !r.starts_with(|c: char| c.is_ascii_digit()))
        {
            return Ok(unit.times(Self::factor(rest, text)?)); // NMODL's `coul-volt`
        }
        let exponent: i32 = exponent
            .trim_start_matches('^')
            .parse()
            .ok()
            .filter(|e: &i32| e.abs() <= 9)
            .ok_or_else(|| UnitError::Syntax { text: text.into(), position: split })?;
        Ok(unit.power(exponent))
    }

    fn symbol(symbol: &str) -> Option<Self> {
        let find = |table: &[(&str, f64, Dimension)], name: &str| {
            table.iter().find(|(n, _, _)| *n == name).map(|(_, s, d)| (*s, *d))
        };
        let (scale, dimension) =
            find(PLAIN, symbol).or_else(|| find(PREFIXED, symbol)).or_else(|| {
                PREFIXES.iter().find_map(|(prefix, factor)| {
                    let base = symbol.strip_prefix(prefix)?;
                    find(PREFIXED, base).map(|(scale, dimension)| (factor * scale, dimension))
                })
            })?;
        Some(Self { scale, dimension })
    }
}

/// Splits `"1.5 ms"` into its number and unit text; the unit is empty for a bare number.
///
/// # Errors
/// [`UnitError::NoNumber`] if the text does not begin with a number.
pub fn split_quantity(text: &str) -> Result<(f64, &str), UnitError> {
    let trimmed = text.trim();
    let no_number = || UnitError::NoNumber { text: text.into() };
    let ends = trimmed.char_indices().map(|(k, c)| k + c.len_utf8()).rev();
    ends.filter(|&end| trimmed.is_char_boundary(end))
        .find_map(|end| {
            let head = trimmed[..end].trim_end();
            let numeric = head.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
                || matches!(head, "inf" | "nan");
            numeric.then(|| head.parse::<f64>().ok()).flatten().map(|v| (v, trimmed[end..].trim()))
        })
        .ok_or_else(no_number)
}

/// `value` in units of scale `from`, expressed in units of scale `to`; exact if they differ by a power
/// of ten that a double holds.
pub fn rescale(value: f64, from: f64, to: f64) -> f64 {
    if from == to {
        return value;
    }
    let exponent = (from / to).log10();
    let whole = exponent.round();
    if (exponent - whole).abs() > 1e-9 || whole.abs() > 22.0 {
        return value * (from / to);
    }
    // 10ⁿ is exact up to n = 22, so one rounding is all that happens.
    if whole >= 0.0 { value * 10f64.powi(whole as i32) } else { value / 10f64.powi(-whole as i32) }
}

/// A dimension in words, for messages: `voltage`, `time`, `current density`, or its exponents.
pub fn describe(dimension: Dimension) -> String {
    const NAMES: &[(&str, &str)] = &[
        ("pure number", "1"),
        ("time", "s"),
        ("frequency", "Hz"),
        ("voltage", "V"),
        ("current", "A"),
        ("conductance", "S"),
        ("resistance", "Ohm"),
        ("capacitance", "F"),
        ("charge", "C"),
        ("length", "m"),
        ("area", "m2"),
        ("volume", "m3"),
        ("concentration", "mM"),
        ("temperature", "K"),
        ("current density", "A/m2"),
        ("conductance density", "S/m2"),
        ("capacitance density", "F/m2"),
        ("resistivity", "Ohm m"),
        ("slope of voltage", "V/s"),
        ("slope of current", "A/s"),
    ];
    NAMES
        .iter()
        .find(|(_, unit)| Unit::parse(unit).is_ok_and(|u| u.dimension == dimension))
        .map_or_else(
            || format!("quantity in {}", Unit { scale: 1.0, dimension }),
            |(name, _)| (*name).into(),
        )
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const BASE: [&str; 7] = ["m", "kg", "s", "A", "K", "mol", "cd"];
        let mut separator = "";
        if (self.scale - 1.0).abs() > 1e-12 || self.dimension == [0; 7] {
            write!(f, "{}", self.scale)?;
            separator = " ";
        }
        for (name, exponent) in BASE.iter().zip(self.dimension).filter(|(_, e)| *e != 0) {
            write!(f, "{separator}{name}")?;
            if exponent != 1 {
                write!(f, "{exponent}")?;
            }
            separator = " ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_agree_with_an_independent_list() {
        for (text, scale, same_as) in [
            ("mV", 1e-3, "V"),
            ("ms", 1e-3, "s"),
            ("pA", 1e-12, "A"),
            ("nS", 1e-9, "S"),
            ("pF", 1e-12, "F"),
            ("um", 1e-6, "m"),
            ("µm", 1e-6, "m"),
            ("mS/cm2", 10.0, "S/m2"),
            ("S cm^-2", 1e4, "S/m2"),
            ("uF/cm2", 1e-2, "F/m2"),
            ("Ohm cm", 1e-2, "Ohm m"),
            ("1/ms", 1e3, "Hz"),
            ("/ms", 1e3, "Hz"),
            ("mM", 1.0, "mol/m3"),
            ("mA/cm2", 10.0, "A m-2"),
            ("kHz", 1e3, "1/s"),
            ("millivolt", 1e-3, "V"),
            ("mho/cm2", 1e4, "S/m2"),
            ("coul-volt", 1.0, "J"),
            ("MOhm", 1e6, "Ohm"),
            ("cycle/deg", 180.0 / std::f64::consts::PI, "cpd"),
        ] {
            let unit = Unit::parse(text).unwrap();
            assert!((unit.scale / scale - 1.0).abs() < 1e-12, "{text}: {}", unit.scale);
            assert_eq!(unit.dimension, Unit::parse(same_as).unwrap().dimension, "{text}");
        }
        assert!(Unit::parse("mVolts").is_err());
    }

    #[test]
    fn quantities_split_into_number_and_unit() {
        assert_eq!(split_quantity("1.5 ms").unwrap(), (1.5, "ms"));
        assert_eq!(split_quantity("-58mV").unwrap(), (-58.0, "mV"));
        assert_eq!(split_quantity("1e-3 S/cm2").unwrap(), (1e-3, "S/cm2"));
        assert_eq!(split_quantity("7").unwrap(), (7.0, ""));
        assert!(split_quantity("ms").is_err());
        assert_eq!(describe(Unit::parse("nS").unwrap().dimension), "conductance");
    }
}
