//! Measures nanoseconds per element and per compartment of the kernels: best of many passes.
//!
//! `throughput [MECHANISM | INSTANCES]…`: names of the catalogue (`hh`), numbers of instances
//! (64 1450 4096).
#![allow(clippy::print_stdout, reason = "a command-line program")]

use std::sync::Arc;
use std::time::Instant;

use neuropil_mechanism::contract::{IonColumns, Placement, Surroundings};
use neuropil_mechanism::{Library, vmath};
use pulp::{Simd, WithSimd};

fn best(passes: usize, per: usize, mut f: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..passes {
        let start = Instant::now();
        f();
        best = best.min(start.elapsed().as_nanos() as f64 / per as f64);
    }
    best
}

/// One function over a column, compiled for every instruction set.
struct Apply<'a, F> {
    x: &'a [f64],
    y: &'a mut [f64],
    f: F,
}

impl<F: Fn(f64) -> f64> WithSimd for Apply<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { x, y, f } = self;
        y.iter_mut().zip(x).for_each(|(y, x)| *y = f(*x));
    }
}

fn apply(arch: pulp::Arch, x: &[f64], y: &mut [f64], f: impl Fn(f64) -> f64) {
    arch.dispatch(Apply { x, y, f });
}

fn main() {
    let n = 4096;
    let x: Vec<f64> = (0..n).map(|k| -20.0 + 30.0 * k as f64 / n as f64).collect();
    let mut y = vec![0.0; n];
    let arch = pulp::Arch::new();
    macro_rules! time {
        ($name:literal, $f:expr) => {
            let ns = best(500, n, || {
                apply(
                    arch,
                    &x,
                    &mut y,
                    #[inline(always)]
                    |x| $f(x),
                )
            });
            println!("{:<24}{ns:8.2} ns", $name);
        };
    }
    time!("exp", vmath::exp);
    time!("expm1", vmath::expm1);
    time!("exprel", vmath::exprel);
    time!("linoid", vmath::linoid);
    time!("log", |x: f64| vmath::log(x + 21.0));
    time!("pow", |x: f64| vmath::pow(x + 21.0, 1.3));
    time!("tanh", vmath::tanh);
    time!("sin", vmath::sin);
    time!("std exp", f64::exp);

    let mut library = Library::new();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (mut names, mut sizes) = (Vec::new(), Vec::new());
    for word in words {
        match word.parse::<usize>() {
            Ok(size) => sizes.push(size),
            Err(_) => names.push(word),
        }
    }
    if names.is_empty() {
        names.push("hh".to_owned());
    }
    if sizes.is_empty() {
        sizes.extend([64, 1450, 4096]);
    }
    for name in names {
        let mechanism = library.find(&name).expect("in the catalogue");
        for &n in &sizes {
            let ions = mechanism.description().ions.len();
            let place = Placement::density((0..n as u32).collect()).with_ions((0..ions).collect());
            let mut instances = Arc::clone(&mechanism).instantiate(place).expect("ions bound");
            let v: Vec<f64> = (0..n).map(|k| -90.0 + 120.0 * (k as f64 / n as f64)).collect();
            let mut columns = vec![IonColumns::uniform(n, 1.0, -77.0, 1e-4, 2.0); ions];
            let (mut i, mut g) = (vec![0.0; n], vec![0.0; n]);
            let (area, diam) = (vec![100.0; n], vec![1.0; n]);
            let mut around = Surroundings {
                t_ms: 0.0,
                dt_ms: 0.025,
                celsius: 6.3,
                v_mv: &v,
                area_um2: &area,
                diam_um: &diam,
                ions: &mut columns,
                i_ma_cm2: &mut i,
                g_s_cm2: &mut g,
            };
            instances.initialize(&mut around, &mut Vec::new()).expect("initial");
            instances.keep_only(&[]);
            // nobody reads the ion currents
            for ion in &mut *around.ions {
                ion.current_ma_cm2.clear();
                ion.conductance_s_cm2.clear();
            }
            let passes = 6_000_000 / n;
            let advance = best(passes, n, || instances.advance(&mut around).expect("advance"));
            let currents = best(passes, n, || instances.currents(&mut around).expect("currents"));
            println!("{name:<12}{n:6}: advance {advance:6.2} ns, currents {currents:6.2} ns");
        }
    }
}
