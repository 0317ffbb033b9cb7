//! `h φ₁(hJ)`, the matrix that advances a linear system by one step.
//!
//! It is the upper right block of `exp [[hJ, h·1], [0, 0]]`, which is found by scaling, Taylor's
//! series and squaring.
//!
//! # Source
//! Al-Mohy & Higham (2011), SIAM J. Sci. Comput. 33:488, doi:10.1137/100788860.

/// Terms of the series: with a norm of at most 1/4 the rest is below 1e-22.
const TERMS: usize = 14;

/// `h φ₁(hJ)` for a dense matrix `J`.
pub(super) fn propagator(jacobian: &[Vec<f64>], h: f64) -> Vec<Vec<f64>> {
    let n = jacobian.len();
    let size = 2 * n;
    let mut a = vec![vec![0.0; size]; size];
    for row in 0..n {
        for column in 0..n {
            a[row][column] = h * jacobian[row][column];
        }
        a[row][n + row] = h;
    }
    // The scale of the right block is free: the series is linear in it.
    let norm =
        (0..n).map(|row| a[row][..n].iter().map(|x| x.abs()).sum::<f64>()).fold(0.0, f64::max);
    let halvings = if norm > 0.25 { (norm / 0.25).log2().ceil().min(60.0) as i32 } else { 0 };
    let scale = 0.5f64.powi(halvings);
    a.iter_mut().flatten().for_each(|x| *x *= scale);
    let mut sum = identity(size);
    let mut term = identity(size);
    for k in 1..=TERMS {
        term = product(&term, &a);
        term.iter_mut().flatten().for_each(|x| *x /= k as f64);
        for (sum, term) in sum.iter_mut().flatten().zip(term.iter().flatten()) {
            *sum += term;
        }
    }
    for _ in 0..halvings {
        sum = product(&sum, &sum);
    }
    sum[..n].iter().map(|row| row[n..].to_vec()).collect()
}

fn identity(n: usize) -> Vec<Vec<f64>> {
    (0..n).map(|row| (0..n).map(|column| f64::from(u8::from(row == column))).collect()).collect()
}

fn product(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = a.len();
    let entry = |row: usize, column: usize| (0..n).map(|k| a[row][k] * b[k][column]).sum();
    (0..n).map(|row| (0..n).map(|column| entry(row, column)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::propagator;

    #[test]
    fn a_chain_of_two_decays_has_its_closed_form() {
        let (tau, tau_s, h) = (20.0, 5.0, 0.1);
        for h in [h, 3.0, 40.0] {
            let phi = propagator(&[vec![-1.0 / tau, 0.4], vec![0.0, -1.0 / tau_s]], h);
            let one = |tau: f64| -tau * (-h / tau).exp_m1();
            let cross = 0.4 * tau * tau_s / (tau - tau_s) * (one(tau) - one(tau_s));
            for (found, expected) in [
                (phi[0][0], one(tau)),
                (phi[1][1], one(tau_s)),
                (phi[0][1], cross),
                (phi[1][0], 0.0),
            ] {
                let error: f64 = found - expected;
                assert!(error.abs() <= 4e-15 * expected.abs().max(h), "{h}: {found} {expected}");
            }
        }
    }

    #[test]
    fn a_singular_matrix_integrates_a_constant() {
        assert_eq!(propagator(&[vec![0.0]], 0.1), [[0.1]]);
    }
}
