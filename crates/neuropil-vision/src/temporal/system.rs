//! Filters as linear systems of first order, solved exactly for a drive that stays constant.

use super::{Gamma, Kernel};

/// `x' = A x + B u`, output `c·x + d u`, for one input `u`. Times in ms.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct System {
    a: Vec<f64>,
    b: Vec<f64>,
    c: Vec<f64>,
    d: f64,
}

/// What a system does in a certain time: `x → P x + q u`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Propagator {
    p: Vec<f64>,
    q: Vec<f64>,
}

impl System {
    /// The system whose impulse response is the kernel. Gamma densities are chains of low passes.
    pub(crate) fn of(kernel: &Kernel) -> Self {
        match kernel {
            Kernel::Instant => Self { a: Vec::new(), b: Vec::new(), c: Vec::new(), d: 1.0 },
            Kernel::Gamma(gamma) => Self::chains(&[(*gamma, 1.0)]),
            Kernel::Biphasic { first, second, weight } => {
                Self::chains(&[(*first, 1.0), (*second, -weight)])
            }
            Kernel::Adapting { tau_ms, adaptation_ms, fraction } => {
                let (slow, k) = (adaptation_ms.recip(), (1.0 - fraction) / fraction);
                let fast = tau_ms.recip();
                Self {
                    a: vec![-fast, -fast, k * slow, -slow],
                    b: vec![fast, 0.0],
                    c: vec![1.0, 0.0],
                    d: 0.0,
                }
            }
        }
    }

    fn chains(chains: &[(Gamma, f64)]) -> Self {
        let n: usize = chains.iter().map(|(gamma, _)| gamma.order as usize).sum();
        let (mut a, mut b, mut c) = (vec![0.0; n * n], vec![0.0; n], vec![0.0; n]);
        let mut first = 0;
        for (gamma, weight) in chains {
            let rate = gamma.tau_ms.recip();
            for k in 0..gamma.order as usize {
                let row = first + k;
                a[row * n + row] = -rate;
                if k > 0 {
                    a[row * n + row - 1] = rate;
                }
            }
            b[first] = rate;
            first += gamma.order as usize;
            c[first - 1] = *weight;
        }
        Self { a, b, c, d: 0.0 }
    }

    /// Number of states.
    pub(crate) fn size(&self) -> usize {
        self.b.len()
    }

    /// Output for a state and a drive.
    pub(crate) fn output(&self, state: &[f64], drive: f64) -> f64 {
        self.c.iter().zip(state).map(|(c, x)| c * x).sum::<f64>() + self.d * drive
    }

    /// What happens in `ms`: the exponential of the matrix `[[A, B], [0, 0]]·ms`, by its Taylor series for a
    /// time that is halved until the series has converged to rounding, then squared.
    pub(crate) fn propagator(&self, ms: f64) -> Propagator {
        let n = self.size();
        let m = n + 1;
        let largest = (0..n)
            .map(|row| {
                (self.a[row * n..][..n].iter().map(|v| v.abs()).sum::<f64>() + self.b[row].abs())
                    * ms
            })
            .fold(0.0, f64::max);
        let halvings = if largest > 0.25 { (largest / 0.25).log2().ceil() as i32 } else { 0 };
        let scale = ms * 0.5f64.powi(halvings);
        let mut matrix = vec![0.0; m * m];
        for row in 0..n {
            for column in 0..n {
                matrix[row * m + column] = self.a[row * n + column] * scale;
            }
            matrix[row * m + n] = self.b[row] * scale;
        }
        let mut sum = identity(m);
        let mut term = identity(m);
        for k in 1..=14 {
            term = product(&term, &matrix, m);
            term.iter_mut().for_each(|v| *v /= f64::from(k));
            sum.iter_mut().zip(&term).for_each(|(s, t)| *s += t);
        }
        for _ in 0..halvings {
            sum = product(&sum, &sum, m);
        }
        let p = (0..n).flat_map(|row| sum[row * m..][..n].to_vec()).collect();
        let q = (0..n).map(|row| sum[row * m + n]).collect();
        Propagator { p, q }
    }

    /// The state in which a constant drive leaves it alone: `−A⁻¹ B u`.
    pub(crate) fn rest(&self, drive: f64) -> Vec<f64> {
        let n = self.size();
        // A is small and, for the kernels here, needs no pivoting: its diagonal is negative and
        // elimination keeps it so.
        let mut a = self.a.clone();
        let mut x: Vec<f64> = self.b.iter().map(|b| -b * drive).collect();
        for k in 0..n {
            for row in k + 1..n {
                let factor = a[row * n + k] / a[k * n + k];
                for column in k..n {
                    a[row * n + column] -= factor * a[k * n + column];
                }
                x[row] -= factor * x[k];
            }
        }
        for k in (0..n).rev() {
            let known: f64 = (k + 1..n).map(|column| a[k * n + column] * x[column]).sum();
            x[k] = (x[k] - known) / a[k * n + k];
        }
        x
    }
}

impl Propagator {
    /// Advances a state under a constant drive.
    pub(crate) fn advance(&self, state: &mut [f64], drive: f64) {
        let n = state.len();
        let mut next = [0.0; 2 * super::MOST_ORDER as usize];
        for row in 0..n {
            let kept: f64 = self.p[row * n..][..n].iter().zip(&*state).map(|(p, x)| p * x).sum();
            next[row] = kept + self.q[row] * drive;
        }
        state.copy_from_slice(&next[..n]);
    }
}

fn identity(n: usize) -> Vec<f64> {
    (0..n * n).map(|k| f64::from(u8::from(k / n == k % n))).collect()
}

fn product(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * n];
    for row in 0..n {
        for k in 0..n {
            let factor = a[row * n + k];
            for column in 0..n {
                out[row * n + column] += factor * b[k * n + column];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_at_rest_stays_there() {
        for kernel in [
            Kernel::Instant,
            Kernel::Gamma(Gamma { order: 3, tau_ms: 12.0 }),
            Kernel::Adapting { tau_ms: 30.0, adaptation_ms: 500.0, fraction: 0.2 },
        ] {
            let system = System::of(&kernel);
            let rest = system.rest(0.7);
            let mut state = rest.clone();
            system.propagator(17.0).advance(&mut state, 0.7);
            for (now, before) in state.iter().zip(&rest) {
                assert!((now - before).abs() < 1e-14, "{kernel:?}");
            }
            let [gain, _] = kernel.transfer(0.0);
            assert!((system.output(&rest, 0.7) - 0.7 * gain).abs() < 1e-14);
        }
    }
}
