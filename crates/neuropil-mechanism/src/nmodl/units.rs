//! NMODL's units: the `UNITS` block's aliases on top of the common table.

use std::collections::BTreeMap;

use neuropil_core::units::Unit;

/// Units by name, as one file knows them.
#[derive(Debug, Default)]
pub(crate) struct UnitTable {
    aliases: BTreeMap<String, Unit>,
}

impl UnitTable {
    /// Adds `(alias) = (meaning)`; false if the meaning is unknown.
    pub(crate) fn define(&mut self, alias: &str, meaning: &str) -> bool {
        let found = self.parse(meaning);
        if let Some(unit) = found {
            self.aliases.insert(alias.trim().to_owned(), unit);
        }
        found.is_some()
    }

    /// Reads a unit as NMODL writes it: factors joined by a space, `-` or `*`, `/` before each
    /// that divides, exponents as trailing digits, numbers as factors. Every name after the first
    /// `/` divides, up to the next.
    pub(crate) fn parse(&self, text: &str) -> Option<Unit> {
        let text = text.trim();
        if let Some(unit) = self.whole(text) {
            return Some(unit);
        }
        let mut unit = Unit::ONE;
        for (k, part) in text.split('/').enumerate() {
            let sign = if k == 0 { 1 } else { -1 };
            if k > 0 && part.trim().is_empty() {
                return None;
            }
            for factor in part.split(|c: char| c.is_whitespace() || c == '*') {
                if !factor.is_empty() {
                    unit = unit.times(self.joined(factor)?.power(sign));
                }
            }
        }
        Some(unit)
    }

    /// Factors joined by `-`, or a number, which may hold a `-` itself.
    fn joined(&self, text: &str) -> Option<Unit> {
        if let Some(unit) = self.factor(text) {
            return Some(unit);
        }
        let mut unit = Unit::ONE;
        for factor in text.split('-') {
            unit = unit.times(self.factor(factor)?);
        }
        Some(unit)
    }

    fn factor(&self, text: &str) -> Option<Unit> {
        if let Ok(scale) = text.parse::<f64>() {
            return Some(Unit { scale, dimension: [0; 7] });
        }
        if let Some(unit) = self.whole(text) {
            return Some(unit);
        }
        let name = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let name = name.strip_suffix('^').unwrap_or(name);
        let digits = text[name.len()..].trim_start_matches('^');
        let exponent: i32 = digits.parse().ok().filter(|e| *e < 10)?;
        Some(self.whole(name)?.power(exponent))
    }

    fn whole(&self, name: &str) -> Option<Unit> {
        if let Some(unit) = self.aliases.get(name) {
            return Some(*unit);
        }
        let special = match name {
            "k" => Some((1.380_649e-23, [2, 1, -2, 0, -1, 0, 0])),
            // NMODL counts moles as numbers, so that these are the gas constant
            "mole k" | "k mole" => Some((8.314_462_618_153_24, [2, 1, -2, 0, -1, 0, 0])),
            "avogadro" => Some((6.022_140_76e23, [0; 7])),
            "gravity" => Some((9.806_65, [1, 0, -2, 0, 0, 0, 0])),
            "micrometer" | "micron" => Some((1e-6, [1, 0, 0, 0, 0, 0, 0])),
            "angstrom" => Some((1e-10, [1, 0, 0, 0, 0, 0, 0])),
            "mollar" | "mole/liter" => Some((1e3, [-3, 0, 0, 0, 0, 1, 0])),
            // NMODL writes millimolar as milli/liter: the mole counts as a number there
            "milli/liter" => Some((1.0, [-3, 0, 0, 0, 0, 1, 0])),
            "micro/liter" => Some((1e-3, [-3, 0, 0, 0, 0, 1, 0])),
            "nano/liter" => Some((1e-6, [-3, 0, 0, 0, 0, 1, 0])),
            "1/liter" | "/liter" => Some((1e3, [-3, 0, 0, 0, 0, 1, 0])),
            _ => None,
        };
        if let Some((scale, dimension)) = special {
            return Some(Unit { scale, dimension });
        }
        let known = |n: &str| {
            let single = !n.is_empty() && n.chars().all(|c| c.is_alphabetic() || c == '%')
                || matches!(n, "k-mole" | "1");
            single.then(|| Unit::parse(n).ok()).flatten()
        };
        known(name).or_else(|| known(name.strip_suffix('s')?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_the_field_are_understood() {
        let mut table = UnitTable::default();
        for (alias, meaning) in [
            ("mV", "millivolt"),
            ("mA", "milliamp"),
            ("S", "siemens"),
            ("mM", "milli/liter"),
            ("molar", "1/liter"),
            ("um", "micron"),
            ("uS", "microsiemens"),
            ("FARADAY", "faraday"),
        ] {
            assert!(table.define(alias, meaning), "{alias}");
        }
        for (text, same) in [
            ("mA/cm2", "A/m2"),
            ("S/cm2", "S/m2"),
            ("/ms", "Hz"),
            ("1/ms", "Hz"),
            ("/ms/mV", "1/s/V"),
            ("coul-m/s", "C m/s"),
            ("10000 coulomb", "C"),
            ("kilocoulombs", "C"),
            ("joule/degC", "J/K"),
            ("cm2/s", "m2/s"),
            ("nanovolts", "V"),
            ("mho/cm2", "S/m2"),
        ] {
            let unit = table.parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(unit.dimension, Unit::parse(same).unwrap().dimension, "{text}");
        }
        let faraday = table.parse("faraday").unwrap().scale / table.parse("coulomb").unwrap().scale;
        assert!((faraday - 96_485.332_12).abs() < 1e-4);
        let r = table.parse("k-mole").unwrap().scale / table.parse("joule/degC").unwrap().scale;
        assert!((r - 8.314_462_618).abs() < 1e-8);
        assert!(table.parse("furlongs/fortnight").is_none());
    }
}
