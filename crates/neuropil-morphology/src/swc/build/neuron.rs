//! What NEURON's `Import3d_SWC_read` and `Import3d_GUI` build (version 9.0).
//!
//! That reader goes by the order of ids: a section is a range of consecutive samples, ended where a
//! sample has not exactly one child, or its child another type, or not the next id. The rules for
//! neurites on somata follow from the position of the parent in such a range, which is why they
//! differ between samples that look alike; they are kept as they are.

use super::assemble::sphere;
use crate::frustum::Point;
use crate::kind::Kind;
use crate::morphology::Morphology;
use crate::section::{Location, Precision};
use crate::swc::error::SwcError;
use crate::swc::sample::SampleTree;
use crate::swc::warning::SwcWarning;

const PROFILE: &str = "neuron";
/// Weight of a child in the count that decides where sections end: whole for one that follows at
/// once, a trifle more for a reason to end the section.
const CHILD: u32 = 100;

struct Reader {
    lines: Vec<(usize, i64)>,
    tag: Vec<i64>,
    point: Vec<Point>,
    /// Parent by rank of id; roots beyond the first count as children of sample 0.
    parent: Vec<Option<usize>>,
    child_weight: Vec<u32>,
    soma_children: Vec<usize>,
    at_beginning: Vec<bool>,
    three_point: bool,
}

#[derive(Clone)]
struct Draft {
    first: usize,
    tag: i64,
    points: Vec<Point>,
    parent: Option<(usize, f64)>,
    /// Whether the first point only shows where the section is attached.
    wire: bool,
    last: usize,
}

pub(super) fn build(
    tree: &SampleTree,
    warnings: &mut Vec<SwcWarning>,
) -> Result<Morphology, SwcError> {
    let mut reader = Reader::new(tree)?;
    reader.mark_branches();
    reader.find_three_point_soma();
    reader.join_soma_runs();
    let mut drafts: Vec<Option<Draft>> = Vec::new();
    let mut section_of = vec![0; reader.tag.len()];
    let mut first = 0;
    for last in 0..reader.tag.len() {
        section_of[last] = drafts.len();
        if reader.child_weight[last] != CHILD || last + 1 == reader.tag.len() {
            drafts.push(Some(reader.section(&drafts, &section_of, first, last)));
            first = last + 1;
        }
    }
    reader.drop_empty(&mut drafts, warnings);
    instantiate(drafts)
}

impl Reader {
    fn new(tree: &SampleTree) -> Result<Self, SwcError> {
        let samples = tree.samples();
        let mut by_id: Vec<usize> = (0..samples.len()).collect();
        by_id.sort_by_key(|&index| samples[index].id);
        let mut rank = vec![0; samples.len()];
        for (position, &index) in by_id.iter().enumerate() {
            rank[index] = position;
        }
        let sorted = || by_id.iter().map(|&index| &samples[index]);
        let parent: Vec<Option<usize>> =
            by_id.iter().map(|&index| tree.parents()[index].map(|parent| rank[parent])).collect();
        for (position, sample) in sorted().enumerate() {
            if parent[position].is_some_and(|parent| parent >= position) {
                let (line, id, parent) = (sample.line, sample.id, sample.parent);
                let reason = format!("line {line}: parent {parent} is not less than id {id}");
                return Err(SwcError::Profile { profile: PROFILE, reason });
            }
        }
        let n = samples.len();
        let absolute = |point: Point| Point { radius_um: point.radius_um.abs(), ..point };
        Ok(Self {
            lines: sorted().map(|sample| (sample.line, sample.id)).collect(),
            tag: sorted().map(|sample| sample.tag).collect(),
            point: sorted().map(|sample| absolute(sample.point())).collect(),
            parent,
            child_weight: vec![0; n],
            soma_children: vec![0; n],
            at_beginning: vec![false; n],
            three_point: false,
        })
    }

    fn mark_branches(&mut self) {
        for i in 0..self.tag.len() {
            let Some(p) = self.parent[i] else { continue };
            self.child_weight[p] += CHILD;
            if p + 1 != i {
                self.child_weight[p] += 1;
                let on_soma =
                    p > 1 && self.tag[p] != 1 && self.tag[self.parent[p].unwrap_or(0)] == 1;
                if on_soma || (p == 0 && self.tag[0] != 1) {
                    self.at_beginning[i] = true;
                    self.child_weight[p] = CHILD;
                }
            }
            if self.tag[p] != self.tag[i] {
                self.child_weight[p] += 1;
            } else if self.tag[i] == 1 {
                self.soma_children[p] += 1;
            }
        }
    }

    fn find_three_point_soma(&mut self) {
        let somata = self.tag.iter().filter(|&&tag| tag == 1).count();
        if somata != 3
            || self.parent.get(1) != Some(&Some(0))
            || self.parent.get(2) != Some(&Some(0))
        {
            return;
        }
        let free = self.child_weight[1] == 0 && self.child_weight[2] == 0;
        let radius = self.point[0].radius_um;
        let alike = self.point[1..3].iter().all(|point| point.radius_um == radius);
        let length: f64 = self.point[1..3].iter().map(|p| p.distance_um(&self.point[0])).sum();
        if free && alike && (length / (2.0 * radius) - 1.0).abs() < 0.01 {
            self.three_point = true;
            self.parent[2] = Some(1);
        }
    }

    fn join_soma_runs(&mut self) {
        for i in 0..self.tag.len().saturating_sub(1) {
            let run = self.tag[i] == 1 && self.tag[i + 1] == 1 && self.parent[i + 1] == Some(i);
            if run && (i == 0 || self.soma_children[i] <= 1) {
                self.child_weight[i] = CHILD;
            }
        }
    }

    /// The section made of samples `first..=last`.
    fn section(
        &self,
        drafts: &[Option<Draft>],
        section_of: &[usize],
        first: usize,
        last: usize,
    ) -> Draft {
        let tag = self.tag[first];
        let own = &self.point[first..=last];
        if drafts.is_empty() {
            let points = if self.three_point { own[..1].to_vec() } else { own.to_vec() };
            return Draft { first, tag, points, parent: None, wire: false, last };
        }
        let (hook, count) = (self.parent[first], last + 1 - first);
        let before = hook.unwrap_or(0);
        let section = section_of[before];
        let mut draft = Draft { first, tag, points: Vec::new(), parent: None, wire: false, last };
        // Sections are only removed after all are made.
        if let Some(Some(parent)) = drafts.get(section) {
            let (fraction, wire) = self.attachment(parent, section, hook, tag, count);
            draft.wire = wire;
            let fraction = if self.at_beginning[first] { 0.0 } else { fraction };
            draft.parent = Some((section, fraction));
            let mut lead = self.point[before];
            if parent.tag == 1 && tag != 1 {
                lead.radius_um = own[0].radius_um;
            }
            draft.points.push(lead);
        }
        draft.points.extend_from_slice(own);
        draft
    }

    /// Where on the parent a section of `count` samples sits, and whether by a wire.
    fn attachment(
        &self,
        parent: &Draft,
        section: usize,
        hook: Option<usize>,
        tag: i64,
        count: usize,
    ) -> (f64, bool) {
        let neurite_on_soma = parent.tag == 1 && tag != 1;
        let forked = hook.is_some_and(|hook| self.soma_children[hook] > 1);
        if section == 0 {
            if neurite_on_soma && parent.points.len() == 1 {
                return (0.5, count > 1);
            }
            if hook == Some(parent.first) {
                return (0.0, tag != 1 && forked);
            }
        }
        if parent.tag == 1 {
            let offset = if parent.first == 0 { 1 } else { 2 };
            let end = parent.first + parent.points.len();
            if hook.is_none_or(|hook| hook + offset < end) {
                return (0.5, neurite_on_soma && count > 1);
            }
            if count > 1 && forked {
                return (1.0, tag != 1);
            }
        }
        (1.0, false)
    }

    /// Leaves out what NEURON leaves out: sections of one point, or of two at one place.
    fn drop_empty(&self, drafts: &mut [Option<Draft>], warnings: &mut Vec<SwcWarning>) {
        for index in (1..drafts.len()).rev() {
            let Some(draft) = &drafts[index] else { continue };
            let points = &draft.points[usize::from(draft.wire)..];
            let length: f64 = points.windows(2).map(|p| p[0].distance_um(&p[1])).sum();
            if length > 0.0 {
                continue;
            }
            let (line, id) = self.lines[draft.last];
            warnings.push(SwcWarning::ZeroLengthSection { line, id });
            let instead = draft.parent;
            drafts[index] = None;
            for child in drafts.iter_mut().skip(index + 1).flatten() {
                if child.parent.is_some_and(|(section, _)| section == index) {
                    child.parent = instead;
                }
            }
        }
    }
}

fn instantiate(drafts: Vec<Option<Draft>>) -> Result<Morphology, SwcError> {
    let mut builder = Morphology::builder();
    builder.precision(Precision::Single);
    let mut moved = vec![0; drafts.len()];
    for (index, draft) in drafts.into_iter().enumerate() {
        let Some(draft) = draft else { continue };
        let mut points = draft.points[usize::from(draft.wire)..].to_vec();
        if let [centre] = points[..] {
            points = sphere(centre);
        }
        let parent = draft.parent.map(|(section, at)| Location::new(moved[section], at));
        moved[index] = builder.section(Kind::from_tag(draft.tag), parent, points);
    }
    builder.build().map_err(super::sections::nothing_left)
}
