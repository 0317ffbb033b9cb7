//! Random numbers of a step: each depends on the population's key, the neuron, the step and the
//! place in the model only.

use neuropil_core::random::philox;

use crate::vmath;

/// Keeps these draws apart from others under the same key.
const PURPOSE: u32 = 0x6571_6e73;

/// The address of the numbers of one step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address {
    pub(super) key: [u32; 2],
    /// The first neuron, counted within the population.
    pub(super) first: u32,
    pub(super) step: u64,
    /// Which of the model's random numbers.
    pub(super) draw: usize,
}

impl Address {
    /// Two uniform numbers of a neuron: the first in (0, 1], the second in [0, 1).
    #[inline(always)]
    fn pair(self, lane: u32) -> (f64, f64) {
        let third =
            PURPOSE ^ (self.draw as u32).wrapping_mul(0x9e37_79b9) ^ (self.step >> 32) as u32;
        let [a, b, c, d] = philox([self.first + lane, third, self.step as u32, 0], self.key);
        const UNIT: f64 = 1.0 / (1u64 << 53) as f64;
        let word =
            |high: u32, low: u32| ((u64::from(high) << 32 | u64::from(low)) >> 11) as f64 * UNIT;
        (1.0 - word(a, b), word(c, d))
    }
}

/// Fills a column with standard normal numbers (Box & Muller 1958, doi:10.1214/aoms/1177706645).
pub(super) struct Normals<'a>(pub(super) Address, pub(super) &'a mut [f64]);

impl pulp::NullaryFnOnce for Normals<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self(address, to) = self;
        let mut angle = [0.0; 64];
        for (part, to) in to.chunks_mut(64).enumerate() {
            let n = to.len();
            for k in 0..n {
                (to[k], angle[k]) = address.pair((part * 64 + k) as u32);
            }
            for k in 0..n {
                let radius = (-2.0 * vmath::log(to[k])).sqrt();
                to[k] = radius * vmath::cos(std::f64::consts::TAU * angle[k]);
            }
        }
    }
}

/// Fills a column with uniform numbers in [0, 1).
pub(super) fn uniforms(address: Address, to: &mut [f64]) {
    for (k, x) in to.iter_mut().enumerate() {
        *x = address.pair(k as u32).1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_the_moments_of_a_normal_distribution() {
        let (mut sums, n) = ([0.0; 4], 200_000);
        let mut column = vec![0.0; 500];
        for step in 0..n / 500 {
            let address = Address { key: [3, 5], first: 1000, step, draw: 1 };
            pulp::Arch::new().dispatch(Normals(address, &mut column));
            for x in &column {
                for (power, sum) in sums.iter_mut().enumerate() {
                    *sum += x.powi(power as i32 + 1) / n as f64;
                }
            }
        }
        for (found, expected, tolerance) in [
            (sums[0], 0.0, 0.01),
            (sums[1], 1.0, 0.015),
            (sums[2], 0.0, 0.04),
            (sums[3], 3.0, 0.12),
        ] {
            assert!((found - expected).abs() < tolerance, "{found} {expected}");
        }
    }

    #[test]
    fn a_number_does_not_depend_on_where_the_block_begins() {
        let at = |first| Address { key: [1, 2], first, step: 7, draw: 0 };
        let (mut all, mut tail) = (vec![0.0; 100], vec![0.0; 37]);
        pulp::Arch::new().dispatch(Normals(at(0), &mut all));
        pulp::Arch::new().dispatch(Normals(at(63), &mut tail));
        assert_eq!(all[63..], tail);
    }
}
