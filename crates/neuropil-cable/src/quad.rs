//! Vectors of four numbers that can be turned from rows into columns.
//!
//! Plain loops over arrays are vectorised by the compiler, but it takes rows apart number by number, and
//! it puts two vectors of four into one of eight wherever it can, which the solver does not like. Hence
//! the few operations that tables need are named here: as instructions of AVX2 where the processor has
//! it, else as plain arithmetic; and work that is dispatched here is compiled for AVX2 at most. The
//! bits are the same everywhere.

/// Four numbers as the processor holds them.
pub(crate) trait Quad: Copy {
    /// The vector.
    type Numbers: Copy;
    fn load(self, numbers: &[f64; 4]) -> Self::Numbers;
    fn store(self, numbers: Self::Numbers) -> [f64; 4];
    /// `x·y + z`, in two roundings.
    fn mul_add(self, x: Self::Numbers, y: Self::Numbers, z: Self::Numbers) -> Self::Numbers;
    /// Rows into columns.
    fn turn(self, rows: [Self::Numbers; 4]) -> [Self::Numbers; 4];
}

/// Something to be done with vectors.
pub(crate) trait WithQuad {
    type Output;
    fn with_quad<Q: Quad>(self, quad: Q) -> Self::Output;
}

/// Arrays.
#[derive(Debug, Clone, Copy)]
struct Plain;

impl Quad for Plain {
    type Numbers = [f64; 4];

    #[inline(always)]
    fn load(self, numbers: &[f64; 4]) -> [f64; 4] {
        *numbers
    }

    #[inline(always)]
    fn store(self, numbers: [f64; 4]) -> [f64; 4] {
        numbers
    }

    #[inline(always)]
    fn mul_add(self, x: [f64; 4], y: [f64; 4], z: [f64; 4]) -> [f64; 4] {
        let mut made = z;
        for k in 0..4 {
            made[k] += x[k] * y[k];
        }
        made
    }

    #[inline(always)]
    fn turn(self, rows: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
        let mut made = rows;
        for (k, column) in made.iter_mut().enumerate() {
            for (to, row) in column.iter_mut().zip(&rows) {
                *to = row[k];
            }
        }
        made
    }
}

/// The best vectors of the processor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quads {
    #[cfg(target_arch = "x86_64")]
    avx2: Option<pulp::x86::V3>,
}

impl Quads {
    pub(crate) fn new() -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            avx2: pulp::x86::V3::try_new(),
        }
    }

    /// Does it.
    #[inline(always)]
    pub(crate) fn run<W: WithQuad>(self, work: W) -> W::Output {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = self.avx2 {
            return pulp::Simd::vectorize(simd, x86::Run { simd, work });
        }
        work.with_quad(Plain)
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use core::arch::x86_64::__m256d;

    use pulp::x86::V3;
    use pulp::{NullaryFnOnce, cast};

    use super::{Quad, WithQuad};

    /// Work as pulp dispatches it.
    pub(crate) struct Run<W> {
        pub(crate) simd: V3,
        pub(crate) work: W,
    }

    impl<W: WithQuad> NullaryFnOnce for Run<W> {
        type Output = W::Output;

        #[inline(always)]
        fn call(self) -> W::Output {
            self.work.with_quad(self.simd)
        }
    }

    impl Quad for V3 {
        type Numbers = __m256d;

        #[inline(always)]
        fn load(self, numbers: &[f64; 4]) -> __m256d {
            cast(*numbers)
        }

        #[inline(always)]
        fn store(self, numbers: __m256d) -> [f64; 4] {
            cast(numbers)
        }

        #[inline(always)]
        fn mul_add(self, x: __m256d, y: __m256d, z: __m256d) -> __m256d {
            self.avx._mm256_add_pd(self.avx._mm256_mul_pd(x, y), z)
        }

        #[inline(always)]
        fn turn(self, [a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
            let avx = self.avx;
            let (even, odd) = (avx._mm256_unpacklo_pd(a, b), avx._mm256_unpackhi_pd(a, b));
            let (even2, odd2) = (avx._mm256_unpacklo_pd(c, d), avx._mm256_unpackhi_pd(c, d));
            [
                avx._mm256_permute2f128_pd::<0x20>(even, even2),
                avx._mm256_permute2f128_pd::<0x20>(odd, odd2),
                avx._mm256_permute2f128_pd::<0x31>(even, even2),
                avx._mm256_permute2f128_pd::<0x31>(odd, odd2),
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Turned<'a>(&'a mut [[f64; 4]; 4]);

    impl WithQuad for Turned<'_> {
        type Output = ();

        fn with_quad<Q: Quad>(self, quad: Q) {
            let rows = std::array::from_fn(|k| quad.load(&self.0[k]));
            let turned = quad.turn(rows);
            for k in 0..4 {
                self.0[k] = quad.store(quad.mul_add(turned[k], rows[k], turned[0]));
            }
        }
    }

    #[test]
    fn rows_become_columns_with_the_same_bits_everywhere() {
        let rows: [[f64; 4]; 4] =
            std::array::from_fn(|r| std::array::from_fn(|c| 0.1 + (4 * r + c) as f64 / 3.0));
        let (mut best, mut plain) = (rows, rows);
        Quads::new().run(Turned(&mut best));
        Turned(&mut plain).with_quad(Plain);
        assert_eq!(best, plain);
        let expected = |r: usize, c: usize| rows[c][r] * rows[r][c] + rows[c][0];
        for r in 0..4 {
            for c in 0..4 {
                assert_eq!(best[r][c], expected(r, c));
            }
        }
    }
}
