//! Sections back to samples, for cells that were built and not read.

use std::collections::BTreeMap;

use super::sample::{Sample, SampleTree};
use crate::frustum::Point;
use crate::kind::Kind;
use crate::morphology::Morphology;
use crate::section::{Location, Section};

/// Why sections cannot be written as samples.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum DrawError {
    #[error(
        "section {section} begins {gap_um} µm from where it is attached; SWC would put a piece of \
         cable between"
    )]
    Gap { section: String, gap_um: f64 },
    #[error(
        "section {section} goes on from {parent} with a step in radius but no fork; SWC would join \
         the two"
    )]
    Step { section: String, parent: String },
}

/// Samples that [`build`](SampleTree::build), with default options, turns into the same shape.
///
/// The samples are numbered from 1, parents first. A soma that is a cylinder as long as it is wide
/// becomes one sample. Where a section is attached inside another, a sample is added there, so that
/// reading makes two sections of the latter; where one merely goes on from another of its kind,
/// reading makes one of both. Area, length and volume stay what they are.
///
/// # Errors
/// [`DrawError`] for what SWC cannot say.
///
/// ```
/// use neuropil_morphology::{generate::RallTree, swc::{self, Options}};
/// let exact = RallTree { levels: 4, ..RallTree::default() }.morphology()?;
/// let again = swc::draw(&exact)?.build(&Options::default())?.value;
/// assert!((again.area_um2() / exact.area_um2() - 1.0).abs() < 1e-12);
/// assert_eq!(again.sections().len(), exact.sections().len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn draw(morphology: &Morphology) -> Result<SampleTree, DrawError> {
    let mut pen =
        Pen { samples: Vec::new(), places: vec![BTreeMap::new(); morphology.sections().len()] };
    let round = sphere(&morphology.sections()[0]).filter(|_| hangs_from_middle(morphology));
    for (index, section) in morphology.sections().iter().enumerate() {
        match (section.parent(), round) {
            (None, Some(centre)) => {
                let id = pen.add(section.kind(), centre, 0);
                pen.places[0].insert(0.5_f64.to_bits(), id);
            }
            (None, None) => pen.section(morphology, index, section.points(), 0),
            (Some(at), _) => pen.child(morphology, index, at, round.filter(|_| at.section == 0))?,
        }
    }
    Ok(SampleTree::numbered(pen.samples, Vec::new()))
}

struct Pen {
    samples: Vec<Sample>,
    /// For each section, the sample at each fraction where something is attached.
    places: Vec<BTreeMap<u64, usize>>,
}

impl Pen {
    fn add(&mut self, kind: Kind, point: Point, parent: usize) -> usize {
        let id = self.samples.len() + 1;
        self.samples.push(Sample {
            line: 0,
            id: id as i64,
            tag: kind.tag(),
            xyz_um: point.xyz_um,
            radius_um: point.radius_um,
            parent: if parent == 0 { -1 } else { parent as i64 },
        });
        id
    }

    fn child(
        &mut self,
        morphology: &Morphology,
        index: usize,
        at: Location,
        round: Option<Point>,
    ) -> Result<(), DrawError> {
        let sections = morphology.sections();
        let section = &sections[index];
        let points = section.points();
        let hook = self.places[at.section].get(&at.fraction.to_bits()).copied().unwrap_or(0);
        if let Some(centre) = round {
            // From a sphere a neurite of two points at least begins with its own.
            let joined = points.len() == 2 && points[0].xyz_um == centre.xyz_um;
            self.section(morphology, index, &points[usize::from(joined)..], hook);
            return Ok(());
        }
        let place = sections[at.section].point_at(at.fraction);
        let gap_um = place.distance_um(&points[0]);
        if gap_um > 1e-9 * section.length_um() {
            return Err(DrawError::Gap { section: section.name().into(), gap_um });
        }
        let on_soma = sections[at.section].kind() == Kind::Soma && section.kind() != Kind::Soma;
        // From the end of a stack a neurite begins with its own radius.
        let expected = if on_soma { points[1].radius_um } else { place.radius_um };
        if (points[0].radius_um - expected).abs() <= 1e-9 * expected {
            self.section(morphology, index, &points[1..], hook);
            return Ok(());
        }
        let siblings = morphology.children(at.section).len();
        if siblings == 1 && sections[at.section].kind() == section.kind() {
            let [section, parent] = [index, at.section].map(|s| sections[s].name().to_owned());
            return Err(DrawError::Step { section, parent });
        }
        self.section(morphology, index, points, hook);
        Ok(())
    }

    /// Adds the points of a section after `parent`, and one wherever something is attached.
    fn section(&mut self, morphology: &Morphology, index: usize, points: &[Point], parent: usize) {
        let section = &morphology.sections()[index];
        let mut fractions: Vec<f64> = morphology
            .children(index)
            .iter()
            .filter_map(|&child| morphology.sections()[child].parent())
            .map(|at| at.fraction)
            .collect();
        fractions.sort_by(f64::total_cmp);
        fractions.dedup();
        let mut wanted = fractions.into_iter().peekable();
        let length = section.length_um();
        let skipped = section.points().len() - points.len();
        let mut last = parent;
        while let Some(fraction) = wanted.next_if(|&f| f == 0.0 && skipped > 0) {
            self.places[index].insert(fraction.to_bits(), parent);
        }
        for (point, arc) in points.iter().zip(&section.arc_um()[skipped..]) {
            while let Some(fraction) = wanted.next_if(|&f| f * length < arc * (1.0 - 1e-12)) {
                last = self.add(section.kind(), section.point_at(fraction), last);
                self.places[index].insert(fraction.to_bits(), last);
            }
            last = self.add(section.kind(), *point, last);
            while let Some(fraction) = wanted.next_if(|&f| f * length <= arc * (1.0 + 1e-12)) {
                self.places[index].insert(fraction.to_bits(), last);
            }
        }
    }
}

/// The centre of a soma that is a cylinder as long as it is wide.
fn sphere(section: &Section) -> Option<Point> {
    let points = section.points();
    let (first, last) = (points[0], points[points.len() - 1]);
    let alike = points.iter().all(|point| point.radius_um == first.radius_um);
    let (wide, long) = (2.0 * first.radius_um, section.length_um());
    let straight = (first.distance_um(&last) - long).abs() <= 1e-9 * long;
    let round = section.kind() == Kind::Soma && alike && straight;
    (round && (long - wide).abs() <= 1e-9 * wide).then(|| first.towards(&last, 0.5))
}

fn hangs_from_middle(morphology: &Morphology) -> bool {
    morphology.children(0).iter().all(|&child| {
        let section = &morphology.sections()[child];
        section.kind() != Kind::Soma && section.parent().is_some_and(|at| at.fraction == 0.5)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::swc::Options;

    #[test]
    fn a_branch_from_inside_a_section_gets_a_sample_there() {
        let mut builder = Morphology::builder();
        let trunk = builder.taper(Kind::Dendrite, None, 100.0, [4.0, 2.0]);
        builder.cable(Kind::Axon, Some(Location::new(trunk, 0.25)), 50.0, 1.0);
        let cell = builder.build().unwrap();
        let again = draw(&cell).unwrap().build(&Options::default()).unwrap().value;
        assert_eq!(again.sections().len(), 3);
        assert!((again.area_um2() / cell.area_um2() - 1.0).abs() < 1e-12);
        assert!((again.volume_um3() / cell.volume_um3() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_swc_cannot_say_is_refused() {
        let mut builder = Morphology::builder();
        let root = builder.cable(Kind::Dendrite, None, 10.0, 2.0);
        let end = Some(Location::new(root, 1.0));
        builder.section(
            Kind::Axon,
            end,
            [Point::new(15.0, 0.0, 0.0, 1.0), Point::new(20.0, 0.0, 0.0, 1.0)],
        );
        let message = draw(&builder.build().unwrap()).unwrap_err().to_string();
        assert!(message.starts_with("section axon begins 5 µm from where it is attached"));

        let mut builder = Morphology::builder();
        let root = builder.cable(Kind::Dendrite, None, 10.0, 2.0);
        builder.cable(Kind::Dendrite, Some(Location::new(root, 1.0)), 10.0, 1.0);
        let message = draw(&builder.build().unwrap()).unwrap_err().to_string();
        assert!(message.starts_with("section dend[1] goes on from dend[0] with a step"));
    }
}
