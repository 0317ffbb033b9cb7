//! Expressions back to text that parses to the same expression.

use std::fmt::{self, Display, Formatter};

use super::ast::{Amount, Measure, Places, Region, SectionRef};
use crate::kind::Kind;

impl Measure {
    pub(super) const ALL: [Self; 4] = [Self::Distance, Self::Euclidean, Self::Radius, Self::Order];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Distance => "distance",
            Self::Euclidean => "euclidean",
            Self::Radius => "radius",
            Self::Order => "order",
        }
    }
}

impl Display for SectionRef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Name(name) => write!(f, "\"{name}\""),
        }
    }
}

impl Display for Amount {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(n) => write!(f, "n = {n}"),
            Self::PerUm(density) => write!(f, "density = {density:?}"),
        }
    }
}

impl Display for Region {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Kind(Kind::Custom(tag)) => write!(f, "type({tag})"),
            Self::Kind(kind) => write!(f, "{kind}"),
            Self::Section(section, from, to) if [*from, *to] == [0.0, 1.0] => {
                write!(f, "section({section})")
            }
            Self::Section(section, from, to) => write!(f, "section({section}, {from:?}, {to:?})"),
            Self::Range(measure, from, to) => write!(f, "{}({from:?}, {to:?})", measure.name()),
            Self::Beyond(places) => write!(f, "beyond({places})"),
            Self::Towards(places) => write!(f, "towards({places})"),
            Self::Label(name) => f.write_str(name),
            Self::And(a, b) => write!(f, "({a} and {b})"),
            Self::Or(a, b) => write!(f, "({a} or {b})"),
            Self::Not(a) => write!(f, "not {a}"),
        }
    }
}

impl Display for Places {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(section, fraction) => write!(f, "at({section}, {fraction:?})"),
            Self::Origin => f.write_str("origin"),
            Self::Terminals => f.write_str("terminals"),
            Self::BranchPoints => f.write_str("branch_points"),
            Self::Midpoints(region) => write!(f, "midpoints({region})"),
            Self::Uniform(region, amount) => write!(f, "uniform({region}, {amount})"),
            Self::Along(region, amount) => write!(f, "along({region}, {amount})"),
            Self::Random(region, amount, seed) => {
                write!(f, "random({region}, {amount}, seed = {seed})")
            }
            Self::On(places, region) => write!(f, "({places}) on {region}"),
            Self::Label(name) => f.write_str(name),
            Self::Both(a, b) => write!(f, "({a}, {b})"),
        }
    }
}
