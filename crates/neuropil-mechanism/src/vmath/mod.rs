//! Elementary functions written as branch-free arithmetic, so that the same source serves the
//! scalar interpreter and, inlined into a loop, every vector width.
//!
//! No fused multiply–add is used and no operation is reassociated: the result of a call depends
//! on its argument only, bit for bit, on every machine. Accuracies are measured by the tests
//! against the host's library: [`exp`] ≤ 1 ulp, the others ≤ 2 ulp on the ranges that they state.
//! Polynomials are interpolants at Chebyshev nodes, computed with 50 digits.

mod circular;
mod exponential;
mod hyperbolic;
mod logarithm;
mod power;

pub use circular::{cos, sin, tan};
pub(crate) use exponential::{
    NEAR_REL, NEAR_ZERO, expm1_near, exprel_far, exprel_near, is_expm1_near, linoid_far,
    linoid_near,
};
pub use exponential::{exp, expm1, exprel, linoid, linoid_given};
pub use hyperbolic::{cosh, sinh, tanh};
pub use logarithm::{log, log10};
pub use power::pow;

/// `|x|`.
#[inline(always)]
pub fn abs(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !(1 << 63))
}

/// Picks without a branch: `a` where the condition holds, else `b`.
#[inline(always)]
fn pick(condition: bool, a: f64, b: f64) -> f64 {
    if condition { a } else { b }
}

use neuropil_core::vmath::ROUND;

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance in units in the last place.
    fn ulps(a: f64, b: f64) -> u64 {
        if a == b || (a.is_nan() && b.is_nan()) {
            return 0;
        }
        let order = |x: f64| {
            let bits = x.to_bits() as i64;
            if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
        };
        order(a).abs_diff(order(b))
    }

    fn worst(ours: fn(f64) -> f64, library: fn(f64) -> f64, low: f64, high: f64) -> u64 {
        let n = 200_000;
        (0..=n)
            .map(|k| low + (high - low) * (f64::from(k) / f64::from(n)))
            .map(|x| ulps(ours(x), library(x)))
            .max()
            .unwrap()
    }

    #[test]
    fn functions_agree_with_the_library_to_the_stated_ulps() {
        type Function = fn(f64) -> f64;
        let cases: [(&str, Function, Function, f64, f64, u64); 14] = [
            ("exp", exp, f64::exp, -708.0, 709.7, 1),
            ("exp", exp, f64::exp, -2.0, 2.0, 1),
            ("expm1", expm1, f64::exp_m1, -60.0, 700.0, 2),
            ("expm1", expm1, f64::exp_m1, -1e-3, 1e-3, 1),
            ("expm1", expm1, f64::exp_m1, -2.0, 2.0, 2),
            ("log", log, f64::ln, 1e-3, 3.0, 1),
            ("log", log, f64::ln, 1e-300, 1e300, 1),
            ("log10", log10, f64::log10, 1e-3, 1e6, 2),
            ("tanh", tanh, f64::tanh, -25.0, 25.0, 3),
            ("sinh", sinh, f64::sinh, -20.0, 20.0, 3),
            ("cosh", cosh, f64::cosh, -20.0, 20.0, 2),
            ("sin", sin, f64::sin, -3.0, 3.0, 1),
            ("sin", sin, f64::sin, 1e4, 2e4, 2),
            ("cos", cos, f64::cos, -1e4, 1e4, 2),
        ];
        for (name, ours, library, low, high, bound) in cases {
            let found = worst(ours, library, low, high);
            assert!(found <= bound, "{name} on [{low}, {high}]: {found} ulp");
        }
    }

    #[test]
    fn relative_exponentials_agree_with_the_library_across_the_change_of_form() {
        for k in -40_000..=40_000 {
            let x = f64::from(k) * 1.3e-5;
            if x != 0.0 {
                assert!(ulps(exprel(x), x.exp_m1() / x) <= 3, "{x}");
                assert!(ulps(linoid_given(x, x.exp()), x / x.exp_m1()) <= 16, "{x}");
                if is_expm1_near(x) {
                    assert_eq!(expm1_near(x).to_bits(), expm1(x).to_bits(), "{x}");
                }
            }
        }
        assert_eq!((exprel_near(0.0), linoid_near(0.0)), (1.0, 1.0));
        assert_eq!((linoid_given(800.0, f64::INFINITY), linoid_given(-800.0, 0.0)), (0.0, 800.0));
    }

    /// Every function of one value, over a column.
    struct Columns<'a>(&'a [f64], &'a mut Vec<f64>);

    impl pulp::WithSimd for Columns<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: pulp::Simd>(self, _: S) {
            let Self(x, out) = self;
            macro_rules! each {
                ($($f:expr),*) => {
                    $(for &x in x {
                        out.push($f(x));
                    })*
                };
            }
            each!(exp, expm1, exprel, linoid, log, tanh, sinh, cosh, sin, cos);
            each!(|x| linoid_given(x, exp(x)), |x| pow(abs(x), 1.7));
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let x: Vec<f64> = (-3000..3000).map(|k| f64::from(k) * 0.237 + 1e-3).collect();
        let bits = |y: Vec<f64>| y.into_iter().map(f64::to_bits).collect::<Vec<u64>>();
        let mut scalar = Vec::new();
        pulp::Simd::vectorize(pulp::Scalar::new(), Columns(&x, &mut scalar));
        let scalar = bits(scalar);
        let mut best = Vec::new();
        pulp::Arch::new().dispatch(Columns(&x, &mut best));
        assert!(bits(best) == scalar, "best instruction set");
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            let mut avx2 = Vec::new();
            pulp::Simd::vectorize(simd, Columns(&x, &mut avx2));
            assert!(bits(avx2) == scalar, "AVX2");
        }
    }

    #[test]
    fn powers_agree_with_the_library() {
        let mut largest = 0;
        for k in 1..400 {
            for j in -60..60 {
                let (x, y) = (f64::from(k) * 0.037, f64::from(j) * 0.31);
                largest = largest.max(ulps(pow(x, y), x.powf(y)));
            }
        }
        assert!(largest <= 2, "{largest} ulp");
        for (x, y) in [(-2.0, 3.0), (-2.0, 2.0), (0.0, 2.0), (0.0, -1.0), (5.0, 0.0), (1.0, 1e9)] {
            assert_eq!(pow(x, y), f64::powf(x, y), "{x}^{y}");
        }
        assert!(pow(-2.0, 0.5).is_nan());
    }

    #[test]
    fn edges_are_those_of_the_standard() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(710.0), f64::INFINITY);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(-800.0), 0.0);
        assert!(exp(f64::NAN).is_nan());
        assert!(expm1(f64::NAN).is_nan());
        assert_eq!(expm1(f64::NEG_INFINITY), -1.0);
        assert_eq!(expm1(1000.0), f64::INFINITY);
        assert_eq!(log(0.0), f64::NEG_INFINITY);
        assert!(log(-1.0).is_nan());
        assert_eq!(log(f64::INFINITY), f64::INFINITY);
        assert_eq!(ulps(log(5e-324), 5e-324f64.ln()), 0);
        assert_eq!(tanh(f64::INFINITY), 1.0);
        assert_eq!(exprel(0.0), 1.0);
        assert_eq!(exprel(f64::INFINITY), f64::INFINITY);
        assert_eq!(exprel(f64::NEG_INFINITY), 0.0);
        assert_eq!(linoid(0.0), 1.0);
        assert_eq!(linoid(f64::INFINITY), 0.0);
        assert_eq!(linoid(f64::NEG_INFINITY), f64::INFINITY);
        assert!((linoid(1e-9) - (1.0 - 0.5e-9)).abs() < 1e-16);
    }
}
