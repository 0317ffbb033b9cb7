//! Signals that are easy to write down in any language, for comparison with other libraries.
//!
//! ```python
//! frac = lambda x: x - np.floor(x)
//! def train(n, stop=2000.0):
//!     t, k, out = 0.0, 0, []
//!     while True:
//!         t += 4.0 + 30.0 * frac((k + 1) * 0.6180339887498949 + n * 1.4142135623730951)
//!         k += 1
//!         if t >= stop:
//!             return np.array(out)
//!         out.append(t)
//! T = [train(n) for n in range(20)]
//! k = np.arange(1000)
//! x = (np.sin(2 * np.pi * 0.05 * k) + 0.5 * np.cos(2 * np.pi * 0.12 * k)
//!      + frac((k + 1) * 0.6180339887498949))
//! ```

use std::f64::consts::TAU;

use crate::{SpikeTrains, Window};

const GOLDEN: f64 = 0.618_033_988_749_894_9;
const ROOT_2: f64 = std::f64::consts::SQRT_2;

/// Train `n` of the page: intervals between 4 and 34 ms, up to 2000 ms.
pub(crate) fn train(n: usize) -> Vec<f64> {
    let mut t = 0.0;
    let mut times = Vec::new();
    for k in 1.. {
        t += 4.0 + 30.0 * (k as f64 * GOLDEN + n as f64 * ROOT_2).fract();
        if t >= 2000.0 {
            break;
        }
        times.push(t);
    }
    times
}

/// The 20 trains of the page.
pub(crate) fn trains() -> SpikeTrains {
    let lists: Vec<Vec<f64>> = (0..20).map(train).collect();
    SpikeTrains::from_lists(&lists, Window::new(0.0, 2000.0).unwrap()).unwrap()
}

/// The 1000 samples `x` of the page.
pub(crate) fn two_tones() -> Vec<f64> {
    (0..1000)
        .map(|k| {
            let k = f64::from(k);
            (TAU * 0.05 * k).sin() + 0.5 * (TAU * 0.12 * k).cos() + ((k + 1.0) * GOLDEN).fract()
        })
        .collect()
}
