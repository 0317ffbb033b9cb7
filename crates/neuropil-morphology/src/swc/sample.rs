//! Samples and the tree they form.

use super::error::SwcError;
use super::graph;
use crate::frustum::Point;

/// One sample of an SWC file.
///
/// Two samples are equal when they say the same, on whatever line.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Line in the file, from 1; 0 if it was never in a file.
    pub line: usize,
    /// Identifier in the file, ≥ 0.
    pub id: i64,
    /// Structure type, as written.
    pub tag: i64,
    /// Position `[µm]`.
    pub xyz_um: [f64; 3],
    /// Radius `[µm]`, finite, sign as written.
    pub radius_um: f64,
    /// The parent's identifier, negative for a root.
    pub parent: i64,
}

impl PartialEq for Sample {
    fn eq(&self, other: &Self) -> bool {
        let key = |s: &Self| (s.id, s.tag, s.parent, s.xyz_um, s.radius_um);
        key(self) == key(other)
    }
}

impl Sample {
    /// Its position and radius.
    pub const fn point(&self) -> Point {
        Point { xyz_um: self.xyz_um, radius_um: self.radius_um }
    }
}

/// What a file says, line by line; ids and parents are not checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    /// The samples in file order.
    pub samples: Vec<Sample>,
    /// Comment lines without their `#`, in order.
    pub comments: Vec<String>,
}

/// Samples whose ids are unique and whose parents exist, without cycles; possibly several trees.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleTree {
    samples: Vec<Sample>,
    comments: Vec<String>,
    parent: Vec<Option<usize>>,
    order: Vec<usize>,
}

impl SampleTree {
    /// Checks ids and parents.
    ///
    /// A parent of 0 that no sample defines marks a root, as some programs write it.
    ///
    /// # Errors
    /// [`SwcError`] for no samples, a negative or duplicate id, a missing parent, a cycle.
    pub fn new(samples: Vec<Sample>, comments: Vec<String>) -> Result<Self, SwcError> {
        if samples.is_empty() {
            return Err(SwcError::Empty { what: "there is no sample" });
        }
        let parent = graph::parents(&samples)?;
        let order = graph::order(&samples, &parent)?;
        Ok(Self { samples, comments, parent, order })
    }

    /// Samples numbered 1, 2, … whose parents come before them; true of them by construction.
    pub(crate) fn numbered(samples: Vec<Sample>, comments: Vec<String>) -> Self {
        let above = |sample: &Sample| usize::try_from(sample.parent - 1).ok();
        let parent: Vec<Option<usize>> = samples.iter().map(above).collect();
        let order =
            graph::order(&samples, &parent).unwrap_or_else(|_| (0..samples.len()).collect());
        Self { samples, comments, parent, order }
    }

    /// The samples in the order they were given.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Comment lines without their `#`, in order.
    pub fn comments(&self) -> &[String] {
        &self.comments
    }

    /// Index of each sample's parent.
    pub fn parents(&self) -> &[Option<usize>] {
        &self.parent
    }

    /// Indices of all samples, parents before children; children of one parent as they were given.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Indices of the samples without a parent, as they were given.
    pub fn roots(&self) -> Vec<usize> {
        (0..self.samples.len()).filter(|&index| self.parent[index].is_none()).collect()
    }

    /// Indices of each sample's children.
    pub fn children(&self) -> Vec<Vec<usize>> {
        let mut children = vec![Vec::new(); self.samples.len()];
        for (index, parent) in self.parent.iter().enumerate() {
            if let Some(parent) = parent {
                children[*parent].push(index);
            }
        }
        children
    }

    /// Structure types, where fork (5) and end (6) points on a neurite take their parent's type.
    pub fn tags(&self) -> Vec<i64> {
        let mut tags = vec![0; self.samples.len()];
        for &index in &self.order {
            let before = self.parent[index].map_or(1, |parent| tags[parent]);
            let tag = self.samples[index].tag;
            tags[index] = if matches!(tag, 5 | 6) && before != 1 { before } else { tag };
        }
        tags
    }
}
