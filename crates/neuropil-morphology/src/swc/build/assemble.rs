//! Runs of samples to sections, with the few choices in which readers differ.

use crate::frustum::Point;
use crate::kind::Kind;
use crate::morphology::Morphology;
use crate::section::{Location, Precision};
use crate::swc::error::SwcError;
use crate::swc::sample::SampleTree;
use crate::swc::warning::SwcWarning;

/// How a section begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// With its own first sample.
    Own,
    /// With its parent's point.
    Parent,
    /// With its parent's position and its own radius.
    ParentOwnRadius,
    /// Not at all: a lone sample that only hands its point on to its children.
    Nothing,
}

/// The start of a run of samples, as a rule sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// Index of the first sample.
    pub(super) sample: usize,
    /// Whether the run has no second sample.
    pub(super) lone: bool,
    /// Whether the parent is a soma sample and this one is not.
    pub(super) on_soma: bool,
    /// Whether the parent lies at an end of its section.
    pub(super) at_end: bool,
    /// Whether the parent has two soma children or more.
    pub(super) soma_fork: bool,
}

pub(super) struct Rules<'a> {
    /// Types to go by; one per sample.
    pub(super) tags: &'a [i64],
    /// If given, the points of a soma that stands for all soma samples, neurites hanging from its
    /// middle.
    pub(super) soma: Option<Vec<Point>>,
    /// Whether a section whose first sample repeats its parent's place begins with that sample, so
    /// that a step in radius at a fork has no membrane of its own.
    pub(super) steps: bool,
    /// How a section begins.
    pub(super) lead: &'a dyn Fn(Start) -> Lead,
}

struct Draft {
    kind: Kind,
    parent: Option<(usize, At)>,
    points: Vec<Point>,
    last_sample: usize,
}

/// A place on a draft: one of its points, or a fraction.
#[derive(Clone, Copy)]
enum At {
    Point(usize),
    Fraction(f64),
}

/// A sphere as a cylinder as long as it is wide, along x, as NEURON draws it.
pub(super) fn sphere(centre: Point) -> Vec<Point> {
    let [x, y, z] = centre.xyz_um;
    let r = centre.radius_um;
    [-r, 0.0, r].map(|dx| Point::new(x + dx, y, z, r)).to_vec()
}

/// Lays the samples out as sections.
pub(super) fn assemble(
    tree: &SampleTree,
    rules: &Rules<'_>,
    warnings: &mut Vec<SwcWarning>,
) -> Result<Morphology, SwcError> {
    let mut layout = Layout::new(tree, rules);
    for &sample in tree.order() {
        layout.place(sample);
    }
    layout.drop_empty(warnings);
    layout.build()
}

struct Layout<'a> {
    tree: &'a SampleTree,
    rules: &'a Rules<'a>,
    /// Whether a sample goes on with its parent's run.
    continues: Vec<bool>,
    lone: Vec<bool>,
    soma_children: Vec<usize>,
    drafts: Vec<Draft>,
    /// Where each sample lies; `None` for a root that no section holds yet.
    at: Vec<Option<(usize, At)>>,
}

impl<'a> Layout<'a> {
    fn new(tree: &'a SampleTree, rules: &'a Rules<'a>) -> Self {
        let n = tree.samples().len();
        let tags = rules.tags;
        let children = tree.children();
        let soma_children: Vec<usize> = children
            .iter()
            .map(|own| own.iter().filter(|&&child| tags[child] == 1).count())
            .collect();
        let mut continues = vec![false; n];
        for (sample, parent) in tree.parents().iter().enumerate() {
            let Some(parent) = *parent else { continue };
            let rivals =
                if tags[parent] == 1 { soma_children[parent] } else { children[parent].len() };
            continues[sample] = tags[sample] == tags[parent] && rivals == 1;
        }
        let lone = (0..n).map(|s| !children[s].iter().any(|&child| continues[child])).collect();
        let mut layout = Self {
            tree,
            rules,
            continues,
            lone,
            soma_children,
            drafts: Vec::new(),
            at: vec![None; n],
        };
        if let Some(points) = rules.soma.clone() {
            layout.drafts.push(Draft { kind: Kind::Soma, parent: None, points, last_sample: 0 });
        }
        layout
    }

    fn place(&mut self, sample: usize) {
        let tag = self.rules.tags[sample];
        if self.rules.soma.is_some() && tag == 1 {
            self.at[sample] = Some((0, At::Fraction(0.5)));
            return;
        }
        let point = self.tree.samples()[sample].point();
        match self.tree.parents()[sample] {
            Some(parent) if self.continues[sample] => self.go_on(sample, parent, point),
            Some(parent) => self.begin(sample, parent, point),
            None => {
                // A lone root is left to its first child's section, further ones hang on the first.
                let parent = (!self.drafts.is_empty()).then_some((0, At::Fraction(0.5)));
                self.at[sample] = match self.lone[sample] {
                    true => parent,
                    false => Some(self.open(sample, parent, vec![point])),
                };
            }
        }
    }

    fn go_on(&mut self, sample: usize, parent: usize, point: Point) {
        match self.at[parent] {
            Some((section, At::Point(_))) if self.drafts[section].last_sample == parent => {
                let draft = &mut self.drafts[section];
                draft.points.push(point);
                draft.last_sample = sample;
                self.at[sample] = Some((section, At::Point(draft.points.len() - 1)));
            }
            place => {
                // The parent was handed on without a section of its own.
                let before = self.tree.samples()[parent].point();
                self.at[sample] = Some(self.open(sample, place, vec![before, point]));
            }
        }
    }

    fn begin(&mut self, sample: usize, parent: usize, point: Point) {
        let Some(place) = self.at[parent] else {
            // First child of a lone root: its section begins with the root's point.
            let before = self.tree.samples()[parent].point();
            let (section, end) = self.open(sample, None, vec![before, point]);
            self.at[parent] = Some((section, At::Point(0)));
            self.at[sample] = Some((section, end));
            return;
        };
        let tags = self.rules.tags;
        let before = self.tree.samples()[parent].point();
        let start = Start {
            sample,
            lone: self.lone[sample],
            on_soma: tags[parent] == 1 && tags[sample] != 1,
            at_end: self.at_end(parent, place),
            soma_fork: self.soma_children[parent] > 1,
        };
        let step = self.rules.steps && before.xyz_um == point.xyz_um && !self.lone[sample];
        let points = match (self.rules.lead)(start) {
            Lead::Parent if step => vec![point],
            Lead::Own => vec![point],
            Lead::Parent => vec![before, point],
            Lead::ParentOwnRadius => {
                vec![Point { radius_um: point.radius_um, ..before }, point]
            }
            Lead::Nothing => {
                self.at[sample] = Some(place);
                return;
            }
        };
        self.at[sample] = Some(self.open(sample, Some(place), points));
    }

    /// Whether a sample is the first of its section or will be the last.
    fn at_end(&self, sample: usize, place: (usize, At)) -> bool {
        match place.1 {
            At::Point(0) => true,
            At::Point(_) => self.lone[sample],
            At::Fraction(fraction) => fraction == 0.0 || fraction == 1.0,
        }
    }

    fn open(
        &mut self,
        sample: usize,
        parent: Option<(usize, At)>,
        points: Vec<Point>,
    ) -> (usize, At) {
        let kind = Kind::from_tag(self.rules.tags[sample]);
        let last = points.len() - 1;
        self.drafts.push(Draft { kind, parent, points, last_sample: sample });
        (self.drafts.len() - 1, At::Point(last))
    }

    /// Leaves out sections of no length, attaching their children to what they were attached to.
    fn drop_empty(&mut self, warnings: &mut Vec<SwcWarning>) {
        let mut moved: Vec<Option<usize>> = Vec::with_capacity(self.drafts.len());
        let mut kept: Vec<Draft> = Vec::with_capacity(self.drafts.len());
        let mut instead: Vec<Option<(usize, At)>> = vec![None; self.drafts.len()];
        for (index, mut draft) in std::mem::take(&mut self.drafts).into_iter().enumerate() {
            let parent = draft.parent.and_then(|(section, at)| match moved[section] {
                Some(section) => Some((section, at)),
                None => instead[section],
            });
            let length: f64 = draft.points.windows(2).map(|p| p[0].distance_um(&p[1])).sum();
            if length == 0.0 && draft.parent.is_some() {
                let sample = &self.tree.samples()[draft.last_sample];
                let (line, id) = (sample.line, sample.id);
                warnings.push(SwcWarning::ZeroLengthSection { line, id });
                moved.push(None);
                instead[index] = parent;
            } else {
                draft.parent = parent;
                moved.push(Some(kept.len()));
                kept.push(draft);
            }
        }
        self.drafts = kept;
    }

    fn build(self) -> Result<Morphology, SwcError> {
        let lengths: Vec<Vec<f64>> = self.drafts.iter().map(|draft| arcs(&draft.points)).collect();
        let mut builder = Morphology::builder();
        builder.precision(Precision::Double);
        for draft in self.drafts {
            let parent = draft.parent.map(|(section, at)| {
                let arcs = &lengths[section];
                let fraction = match at {
                    At::Fraction(fraction) => fraction,
                    At::Point(point) if point + 1 == arcs.len() => 1.0,
                    At::Point(point) => arcs[point] / arcs[arcs.len() - 1],
                };
                Location::new(section, fraction)
            });
            builder.section(draft.kind, parent, draft.points);
        }
        builder.build().map_err(super::sections::nothing_left)
    }
}

fn arcs(points: &[Point]) -> Vec<f64> {
    let mut arc = 0.0;
    let mut arcs = vec![0.0];
    for pair in points.windows(2) {
        arc += pair[0].distance_um(&pair[1]);
        arcs.push(arc);
    }
    arcs
}
