//! Text to expressions.

use super::ast::{Amount, Measure, Places, Region, SectionRef};
use super::cursor::{Cursor, JOINTS, Parsed, SyntaxError};
use super::lexer::Token;
use crate::kind::Kind;

const REGION_WORDS: [&str; 14] = [
    "all",
    "soma",
    "axon",
    "dend",
    "apic",
    "undefined",
    "type",
    "section",
    "distance",
    "euclidean",
    "radius",
    "order",
    "beyond",
    "towards",
];
const PLACE_WORDS: [&str; 9] = [
    "at",
    "origin",
    "soma",
    "terminals",
    "branch_points",
    "midpoints",
    "uniform",
    "along",
    "random",
];
impl Region {
    /// Reads a region; syntax on the [module page](crate::region).
    ///
    /// # Errors
    /// [`SyntaxError`] with the column.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Cursor::read(text, "\"and\", \"or\" or the end", Cursor::region)
    }
}

impl Places {
    /// Reads a list of places; syntax on the [module page](crate::region).
    ///
    /// # Errors
    /// [`SyntaxError`] with the column.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Cursor::read(text, "\"on\", \",\" or the end", Cursor::places)
    }
}

impl Cursor {
    fn region(&mut self) -> Parsed<Region> {
        let mut left = self.conjunction()?;
        while self.word("or") {
            left = left.or(self.conjunction()?);
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Parsed<Region> {
        let mut left = self.factor()?;
        while self.word("and") {
            left = left.and(self.factor()?);
        }
        Ok(left)
    }

    fn factor(&mut self) -> Parsed<Region> {
        self.nested(|p| {
            if p.word("not") {
                return Ok(p.factor()?.complement());
            }
            if p.sign("(") {
                let inner = p.region()?;
                p.close()?;
                return Ok(inner);
            }
            p.region_atom()
        })
    }

    fn region_atom(&mut self) -> Parsed<Region> {
        let Token::Word(word) = self.peek().clone() else {
            return Err(self.unexpected("a region", &[]));
        };
        if JOINTS.contains(&word.as_str()) || self.is_call_of_none(&word, &REGION_WORDS) {
            return Err(self.unexpected("a region", &REGION_WORDS));
        }
        self.next += 1;
        if let Some(measure) = Measure::ALL.into_iter().find(|m| m.name() == word) {
            return self.range(measure);
        }
        Ok(match word.as_str() {
            "all" => Region::All,
            "soma" => Region::Kind(Kind::Soma),
            "axon" => Region::Kind(Kind::Axon),
            "dend" => Region::Kind(Kind::Dendrite),
            "apic" => Region::Kind(Kind::Apical),
            "undefined" => Region::Kind(Kind::Undefined),
            "type" => self.call(|p| Ok(Region::Kind(Kind::from_tag(p.integer()? as i64))))?,
            "section" => self.call(Self::stretch)?,
            "beyond" => Region::Beyond(Box::new(self.call(Self::places)?)),
            "towards" => Region::Towards(Box::new(self.call(Self::places)?)),
            _ => Region::Label(word),
        })
    }

    fn stretch(&mut self) -> Parsed<Region> {
        let section = self.section_ref()?;
        if !self.sign(",") {
            return Ok(Region::Section(section, 0.0, 1.0));
        }
        let from = self.fraction()?;
        self.comma()?;
        Ok(Region::Section(section, from, self.fraction()?))
    }

    fn range(&mut self, measure: Measure) -> Parsed<Region> {
        for (sign, below) in [("<=", true), ("<", true), (">=", false), (">", false)] {
            if self.sign(sign) {
                let mut bound = self.length()?;
                if measure == Measure::Order {
                    // Orders are whole: `< 3` ends at 2.
                    bound += match sign {
                        "<" => -1.0,
                        ">" => 1.0,
                        _ => 0.0,
                    };
                }
                let [from, to] =
                    if below { [f64::NEG_INFINITY, bound] } else { [bound, f64::INFINITY] };
                return Ok(Region::Range(measure, from, to));
            }
        }
        if *self.peek() != Token::Sign("(") {
            return Err(self.unexpected("\"(\" or a comparison", &[]));
        }
        self.call(|p| {
            let from = p.length()?;
            p.comma()?;
            Ok(Region::Range(measure, from, p.length()?))
        })
    }

    fn places(&mut self) -> Parsed<Places> {
        let mut left = self.restricted()?;
        while self.sign(",") {
            left = left.and(self.restricted()?);
        }
        Ok(left)
    }

    fn restricted(&mut self) -> Parsed<Places> {
        let mut places = self.place_atom()?;
        while self.word("on") {
            places = places.within(self.region()?);
        }
        Ok(places)
    }

    fn place_atom(&mut self) -> Parsed<Places> {
        self.nested(|p| {
            if p.sign("(") {
                let inner = p.places()?;
                p.close()?;
                return Ok(inner);
            }
            let Token::Word(word) = p.peek().clone() else {
                return Err(p.unexpected("places", &[]));
            };
            if JOINTS.contains(&word.as_str()) || p.is_call_of_none(&word, &PLACE_WORDS) {
                return Err(p.unexpected("places", &PLACE_WORDS));
            }
            p.next += 1;
            Ok(match word.as_str() {
                "origin" => Places::Origin,
                "soma" => Places::Midpoints(Region::Kind(Kind::Soma)),
                "terminals" => Places::Terminals,
                "branch_points" => Places::BranchPoints,
                "at" => p.call(|p| {
                    let section = p.section_ref()?;
                    p.comma()?;
                    Ok(Places::At(section, p.fraction()?))
                })?,
                "midpoints" => Places::Midpoints(p.call(Self::region)?),
                "uniform" => p.call(|p| {
                    let (region, amount, _) = p.placement(false)?;
                    Ok(Places::Uniform(region, amount))
                })?,
                "along" => p.call(|p| {
                    let (region, amount, _) = p.placement(false)?;
                    Ok(Places::Along(region, amount))
                })?,
                "random" => p.call(|p| {
                    let (region, amount, seed) = p.placement(true)?;
                    Ok(Places::Random(region, amount, seed))
                })?,
                _ => Places::Label(word),
            })
        })
    }

    /// `region, n = 3` or `density = 0.1` or `spacing = 10`, and for random ones `seed = 1`.
    fn placement(&mut self, random: bool) -> Parsed<(Region, Amount, u64)> {
        let names: &[&str] =
            if random { &["n", "density", "seed"] } else { &["n", "density", "spacing"] };
        let expected = if random { "n, density or seed" } else { "n, density or spacing" };
        let region = self.region()?;
        let (mut amount, mut seed) = (None, None);
        while self.sign(",") {
            let Token::Word(name) = self.peek().clone() else {
                return Err(self.unexpected(expected, &[]));
            };
            if !names.contains(&name.as_str()) {
                return Err(self.unexpected(expected, names));
            }
            self.next += 1;
            if !self.sign("=") {
                return Err(self.unexpected("\"=\"", &[]));
            }
            match name.as_str() {
                "n" => amount = Some(Amount::Count(self.integer()? as usize)),
                "density" => amount = Some(Amount::PerUm(self.positive()?)),
                "spacing" => amount = Some(Amount::PerUm(1.0 / self.positive()?)),
                _ => seed = Some(self.integer()?),
            }
        }
        match (amount, seed) {
            (None, _) => Err(self.unexpected("\", n = …\" or \", density = …\"", &[])),
            (_, None) if random => Err(self.unexpected("\", seed = …\"", &[])),
            (Some(amount), seed) => Ok((region, amount, seed.unwrap_or(0))),
        }
    }

    fn section_ref(&mut self) -> Parsed<SectionRef> {
        if let Token::Text(name) = self.peek().clone() {
            self.next += 1;
            return Ok(SectionRef::Name(name));
        }
        Ok(SectionRef::Index(self.integer()? as usize))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_and_expression_round_trip() {
        for text in [
            "(apic and not distance(100.0, 300.0))",
            "((soma or axon) or section(3, 0.25, 0.5))",
            "beyond((at(\"dend[2]\", 0.5), terminals))",
            "towards((random(all, n = 5, seed = 7)) on order(1.0, 2.0))",
            "type(7)",
            "beyond(uniform(dend, density = 0.05))",
            "(tuft and radius(-inf, 0.5))",
        ] {
            assert_eq!(Region::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn and_binds_tighter_than_or_and_units_are_understood() {
        let region = Region::parse("soma or apic and distance > 0.1 mm").unwrap();
        assert_eq!(region.to_string(), "(soma or (apic and distance(100.0, inf)))");
        assert_eq!(Region::parse("order < 3").unwrap(), Region::parse("order(-inf, 2)").unwrap());
    }

    #[test]
    fn errors_name_the_column_and_the_nearest_name() {
        let message = |text: &str| Region::parse(text).unwrap_err().to_string();
        assert_eq!(
            message("apic and distnce(1, 2)"),
            "column 10: expected a region, found \"distnce\"; did you mean \"distance\"?"
        );
        assert_eq!(
            message("apic adn soma"),
            "column 6: expected \"and\", \"or\" or the end, found \"adn\"; did you mean \"and\"?"
        );
        assert_eq!(
            message("section(1, 0.2, 1.5)"),
            "column 17: expected a fraction from 0 to 1, found 1.5"
        );
        assert_eq!(message(""), "column 1: expected a region, found the end");
        assert_eq!(
            Places::parse("random(apic, n = 3)").unwrap_err().to_string(),
            "column 19: expected \", seed = …\", found \")\""
        );
        assert_eq!(
            Places::parse("apic and distance > 300").unwrap_err().to_string(),
            "column 6: expected \"on\", \",\" or the end, found \"and\""
        );
        assert!(message(&"(".repeat(5000)).contains("fewer nested"));
        assert!(message(&"not ".repeat(5000)).contains("fewer nested"));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "[a-z(),.<>=0-9 \"µ-]{0,60}") {
            let _ = Region::parse(&text);
            let _ = Places::parse(&text);
        }
    }
}
