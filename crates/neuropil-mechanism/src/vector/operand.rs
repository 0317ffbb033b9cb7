//! What loops work on, and where they run.

use pulp::{Arch, Simd, WithSimd};

/// An operand: a value per instance or one for all.
#[derive(Clone, Copy)]
pub(crate) enum Operand<'a> {
    Each(&'a [f64]),
    One(f64),
}

impl<'a> Operand<'a> {
    /// The values per instance; none if there is one for all.
    #[inline(always)]
    pub(crate) fn column(self) -> &'a [f64] {
        match self {
            Self::Each(values) => values,
            Self::One(_) => &[],
        }
    }

    /// The value that is the same for all; no number if there is none.
    #[inline(always)]
    pub(crate) fn number(self) -> f64 {
        match self {
            Self::Each(_) => f64::NAN,
            Self::One(x) => x,
        }
    }
}

/// Where a loop is run.
pub(crate) trait Dispatch: Copy {
    /// Runs it with the vector instructions of the machine.
    fn run(self, body: impl WithSimd<Output = ()>);
}

impl Dispatch for Arch {
    #[inline(always)]
    fn run(self, body: impl WithSimd<Output = ()>) {
        self.dispatch(body);
    }
}

/// Inside a function that is compiled for the instruction set already.
#[derive(Clone, Copy)]
pub(crate) struct Within<S>(pub(crate) S);

impl<S: Simd> Dispatch for Within<S> {
    #[inline(always)]
    fn run(self, body: impl WithSimd<Output = ()>) {
        body.with_simd(self.0);
    }
}
