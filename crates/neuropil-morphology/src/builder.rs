//! Building a morphology section by section.

use std::collections::BTreeMap;

use crate::frustum::Point;
use crate::kind::Kind;
use crate::morphology::Morphology;
use crate::section::{Location, Precision, Section};

/// Why sections do not make a morphology.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum MorphologyError {
    #[error("a morphology needs at least one section")]
    Empty,
    #[error("section {section}: {found} point(s), expected at least 2")]
    TooFewPoints { section: usize, found: usize },
    #[error("section {section}: its length is zero")]
    ZeroLength { section: usize },
    #[error("section {section}, point {point}: {what} is {value}, expected {expected}")]
    BadPoint {
        section: usize,
        point: usize,
        what: &'static str,
        value: f64,
        expected: &'static str,
    },
    #[error("section {section}: attached to section {parent}, expected one added before it")]
    UnknownParent { section: usize, parent: usize },
    #[error("section {section}: attached at fraction {fraction} of its parent, expected 0 to 1")]
    FractionOutside { section: usize, fraction: f64 },
    #[error("section {section}: a second root; every section after the first needs a parent")]
    SecondRoot { section: usize },
}

struct Draft {
    kind: Kind,
    parent: Option<Location>,
    points: Vec<Point>,
}

/// Describes a morphology section by section. Methods only store; [`build`](Self::build) checks.
#[derive(Default)]
pub struct MorphologyBuilder {
    drafts: Vec<Draft>,
    precision: Precision,
}

impl std::fmt::Debug for MorphologyBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MorphologyBuilder").field("sections", &self.drafts.len()).finish()
    }
}

impl MorphologyBuilder {
    /// No sections yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How lengths are computed; [`Precision::Double`] unless set.
    pub fn precision(&mut self, precision: Precision) -> &mut Self {
        self.precision = precision;
        self
    }

    /// Adds a section with its points and returns its index.
    pub fn section(
        &mut self,
        kind: Kind,
        parent: Option<Location>,
        points: impl IntoIterator<Item = Point>,
    ) -> usize {
        self.drafts.push(Draft { kind, parent, points: points.into_iter().collect() });
        self.drafts.len() - 1
    }

    /// Adds a cylinder, laid out in the plane z = 0, and returns its index.
    pub fn cable(
        &mut self,
        kind: Kind,
        parent: Option<Location>,
        length_um: f64,
        diameter_um: f64,
    ) -> usize {
        self.taper(kind, parent, length_um, [diameter_um, diameter_um])
    }

    /// Adds a truncated cone with diameters at its two ends, and returns its index.
    ///
    /// It lies along an axis of the plane z = 0: the first child of a place goes on in its parent's
    /// direction, further ones turn to either side. Directions have no effect on the electrical
    /// model, and along an axis lengths stay exact.
    pub fn taper(
        &mut self,
        kind: Kind,
        parent: Option<Location>,
        length_um: f64,
        diameters_um: [f64; 2],
    ) -> usize {
        let (start, [x, y]) = self.start_of(parent);
        let end = [start[0] + length_um * x, start[1] + length_um * y, start[2]];
        let points = [(start, diameters_um[0]), (end, diameters_um[1])]
            .map(|(xyz_um, diameter)| Point { xyz_um, radius_um: 0.5 * diameter });
        self.section(kind, parent, points)
    }

    /// Where a child of `parent` begins, and its direction along an axis of the plane.
    fn start_of(&self, parent: Option<Location>) -> ([f64; 3], [f64; 2]) {
        let Some((at, draft)) = parent.and_then(|at| Some((at, self.drafts.get(at.section)?)))
        else {
            return ([0.0; 3], [1.0, 0.0]);
        };
        let (Some(first), Some(last)) = (draft.points.first(), draft.points.last()) else {
            return ([0.0; 3], [1.0, 0.0]);
        };
        let [dx, dy] = [0, 1].map(|k| last.xyz_um[k] - first.xyz_um[k]);
        let [x, y] = if dx.abs() >= dy.abs() { [dx.signum(), 0.0] } else { [0.0, dy.signum()] };
        let siblings = self.drafts.iter().filter(|draft| draft.parent == Some(at)).count();
        let direction = match siblings {
            0 => [x, y],
            odd if odd % 2 == 1 => [-y, x],
            _ => [y, -x],
        };
        (first.towards(last, at.fraction).xyz_um, direction)
    }

    /// Checks the description and makes the tree.
    ///
    /// # Errors
    /// The first defect found, in the order of the sections: see [`MorphologyError`].
    pub fn build(self) -> Result<Morphology, MorphologyError> {
        if self.drafts.is_empty() {
            return Err(MorphologyError::Empty);
        }
        let mut totals = BTreeMap::new();
        for draft in &self.drafts {
            *totals.entry(draft.kind).or_insert(0_usize) += 1;
        }
        let mut counts = BTreeMap::new();
        let mut sections = Vec::with_capacity(self.drafts.len());
        for (index, draft) in self.drafts.into_iter().enumerate() {
            check(index, &draft)?;
            let number: &mut usize = counts.entry(draft.kind).or_default();
            let name = match totals.get(&draft.kind) {
                Some(1) => draft.kind.name(),
                _ => format!("{}[{number}]", draft.kind),
            };
            *number += 1;
            let Draft { kind, parent, points } = draft;
            let section = Section::new(name, kind, parent, points, self.precision);
            if section.length_um() <= 0.0 {
                return Err(MorphologyError::ZeroLength { section: index });
            }
            sections.push(section);
        }
        Ok(Morphology::from_sections(sections))
    }
}

fn check(section: usize, draft: &Draft) -> Result<(), MorphologyError> {
    if draft.points.len() < 2 {
        return Err(MorphologyError::TooFewPoints { section, found: draft.points.len() });
    }
    match draft.parent {
        None if section > 0 => return Err(MorphologyError::SecondRoot { section }),
        Some(at) if at.section >= section => {
            return Err(MorphologyError::UnknownParent { section, parent: at.section });
        }
        Some(at) if !(0.0..=1.0).contains(&at.fraction) => {
            return Err(MorphologyError::FractionOutside { section, fraction: at.fraction });
        }
        _ => {}
    }
    for (point, p) in draft.points.iter().enumerate() {
        for (what, value) in ["x", "y", "z"].into_iter().zip(p.xyz_um) {
            if !value.is_finite() {
                let expected = "a finite number";
                return Err(MorphologyError::BadPoint { section, point, what, value, expected });
            }
        }
        let (what, value) = ("radius", p.radius_um);
        if !(value >= 0.0 && value.is_finite()) {
            let expected = "a finite number ≥ 0";
            return Err(MorphologyError::BadPoint { section, point, what, value, expected });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_one_kind_are_numbered() {
        let mut builder = MorphologyBuilder::new();
        let soma = builder.cable(Kind::Soma, None, 10.0, 10.0);
        for _ in 0..2 {
            builder.cable(Kind::Dendrite, Some(Location::new(soma, 1.0)), 10.0, 1.0);
        }
        let cell = builder.build().unwrap();
        let names: Vec<_> = cell.sections().iter().map(Section::name).collect();
        assert_eq!(names, ["soma", "dend[0]", "dend[1]"]);
        assert_eq!(cell.find("dend[1]"), Some(2));
        assert_eq!(cell.distance_um(Location::new(2, 1.0)), 15.0);
    }

    #[test]
    fn defects_are_named() {
        let mut builder = MorphologyBuilder::new();
        builder.cable(Kind::Soma, None, 10.0, 10.0);
        builder.cable(Kind::Axon, None, 10.0, 1.0);
        assert_eq!(builder.build(), Err(MorphologyError::SecondRoot { section: 1 }));

        let mut builder = MorphologyBuilder::new();
        builder.cable(Kind::Soma, None, 10.0, -1.0);
        let message = builder.build().unwrap_err().to_string();
        assert_eq!(message, "section 0, point 0: radius is -0.5, expected a finite number ≥ 0");
    }
}
