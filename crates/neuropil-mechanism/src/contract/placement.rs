//! Where the instances of a mechanism sit.

/// Compartments of the instances, the weight of their currents there, and the ions they use.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    pub(crate) nodes: Vec<u32>,
    pub(crate) scale: Vec<f64>,
    pub(crate) ions: Vec<usize>,
}

impl Placement {
    /// A density mechanism covering the given compartments entirely.
    pub fn density(nodes: Vec<u32>) -> Self {
        let scale = vec![1.0; nodes.len()];
        Self { nodes, scale, ions: Vec::new() }
    }

    /// A density mechanism covering only a fraction of each compartment's area, in `[0, 1]`.
    pub fn partial(nodes: Vec<u32>, shares: Vec<f64>) -> Self {
        Self { nodes, scale: shares, ions: Vec::new() }
    }

    /// Point processes on the given compartments, whose areas `[µm²]` are given per instance: a
    /// current of 1 nA counts as `100 / area` mA/cm².
    pub fn points(nodes: Vec<u32>, area_um2: &[f64]) -> Self {
        Self { nodes, scale: area_um2.iter().map(|a| 100.0 / a).collect(), ions: Vec::new() }
    }

    /// Artificial cells, which sit on no compartment.
    pub fn artificial(count: usize) -> Self {
        Self { nodes: vec![0; count], scale: vec![0.0; count], ions: Vec::new() }
    }

    /// Binds the mechanism's ions, in the order of its description, to indices into
    /// [`crate::contract::Surroundings::ions`].
    #[must_use]
    pub fn with_ions(mut self, ions: Vec<usize>) -> Self {
        self.ions = ions;
        self
    }
}
