//! From the membrane to the equations, and from their solution to the potentials.

use super::forest::LANES;
use super::order::{At, Visit};
use super::sweep::{Chunk, Equations, PADDING};

/// What the equations of a chunk of places are made from; nothing for padding, but for its diagonal.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Terms {
    /// What never changes of the diagonal `[µS]`.
    pub(super) base: Chunk,
    /// What never changes of the right-hand side `[nA]`.
    pub(super) source: Chunk,
    /// c/h `[µS]`
    pub(super) cap: Chunk,
    /// Factor from density to µS and nA.
    pub(super) area: Chunk,
}

impl Terms {
    pub(super) const PADDING: Self =
        Self { base: [1.0; LANES], source: [0.0; LANES], cap: [0.0; LANES], area: [0.0; LANES] };
}

/// The equations of a grid.
pub(super) struct Assemble<'a> {
    pub(super) terms: &'a [Terms],
    pub(super) work: &'a mut [Equations],
    pub(super) v: &'a [f64],
    /// Where the potentials are kept.
    pub(super) before: &'a mut [f64],
    pub(super) i: &'a [f64],
    pub(super) g: &'a [f64],
}

impl Visit for Assemble<'_> {
    #[inline(always)]
    fn visit(&mut self, chunk: usize, at: impl At) {
        let (v, i, g) = (at.fetch(self.v), at.fetch(self.i), at.fetch(self.g));
        at.put(v, self.before);
        let Terms { base, source, cap, area } = self.terms[chunk];
        let mut made = PADDING;
        for k in 0..LANES {
            made.diag[k] = base[k] + area[k] * g[k];
            made.rhs[k] = cap[k] * v[k] + source[k] + area[k] * (g[k] * v[k] - i[k]);
        }
        self.work[chunk] = made;
    }
}

/// The right-hand sides of a grid that was eliminated before.
pub(super) struct AssembleFixed<'a> {
    pub(super) terms: &'a [Terms],
    pub(super) work: &'a mut [Equations],
    pub(super) v: &'a [f64],
    /// Where the potentials are kept.
    pub(super) before: &'a mut [f64],
}

impl Visit for AssembleFixed<'_> {
    #[inline(always)]
    fn visit(&mut self, chunk: usize, at: impl At) {
        let (v, Terms { source, cap, .. }) = (at.fetch(self.v), self.terms[chunk]);
        at.put(v, self.before);
        let b = &mut self.work[chunk].rhs;
        for k in 0..LANES {
            b[k] = cap[k] * v[k] + source[k];
        }
    }
}

/// The potentials at the end of a step from those at its beginning and the solution.
pub(super) struct Extrapolate<'a> {
    pub(super) work: &'a [Equations],
    pub(super) before: &'a [f64],
    pub(super) v: &'a mut [f64],
    pub(super) extrapolation: f64,
}

impl Visit for Extrapolate<'_> {
    #[inline(always)]
    fn visit(&mut self, chunk: usize, at: impl At) {
        let (old, mut next) = (at.fetch(self.before), self.work[chunk].rhs);
        let back = self.extrapolation - 1.0;
        for k in 0..LANES {
            next[k] = self.extrapolation * next[k] - back * old[k];
        }
        at.put(next, self.v);
    }
}
