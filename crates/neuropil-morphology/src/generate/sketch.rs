//! Collecting the samples of a generated cell.

use crate::swc::{Sample, SampleTree};

/// Collects samples numbered from 1.
#[derive(Default)]
pub(super) struct Sketch {
    samples: Vec<Sample>,
}

impl Sketch {
    /// Adds a sample under another and returns its number; parent 0 marks the root.
    pub(super) fn add(
        &mut self,
        tag: i64,
        xyz_um: [f64; 3],
        radius_um: f64,
        parent: usize,
    ) -> usize {
        let number = self.samples.len() + 1;
        self.samples.push(Sample {
            line: 0,
            id: number as i64,
            tag,
            xyz_um: xyz_um.map(|x| rounded(x, 1e6)),
            radius_um: rounded(radius_um, 1e9),
            parent: if parent == 0 { -1 } else { parent as i64 },
        });
        number
    }

    /// The samples depth first, so that every run has consecutive numbers, as some readers expect.
    pub(super) fn finish(self, description: String) -> SampleTree {
        let drawn = SampleTree::numbered(self.samples, Vec::new());
        let mut number = vec![0_i64; drawn.samples().len()];
        for (id, &index) in (1..).zip(drawn.order()) {
            number[index] = id;
        }
        let renumbered = drawn.order().iter().map(|&index| {
            let parent = drawn.parents()[index].map_or(-1, |parent| number[parent]);
            Sample { id: number[index], parent, ..drawn.samples()[index] }
        });
        SampleTree::numbered(renumbered.collect(), vec![description])
    }
}

/// Rounded to a fraction of one, and never −0.
fn rounded(x: f64, parts: f64) -> f64 {
    (x * parts).round() / parts + 0.0
}
