//! Cutting finer where an error measure asks for it.

use super::policy::PolicyError;

/// Outcome of [`refine`].
#[derive(Clone, Debug, PartialEq)]
pub struct Refinement {
    /// Segments of each section.
    pub counts: Vec<usize>,
    /// Error of each section at those counts, as the measure gave it.
    pub errors: Vec<f64>,
    /// How often the measure was evaluated.
    pub rounds: usize,
    /// Whether every error is within the tolerance.
    pub converged: bool,
}

/// Multiplies by three the segments of every section whose error exceeds `tolerance`, until none
/// does or the total would exceed `most` segments.
///
/// `measure` takes the segments per section and returns one error per section: for example the
/// change of an observable when that section alone is cut three times finer. Tripling keeps the old
/// nodes. An error that is not finite counts as too large.
///
/// # Errors
/// What `measure` returns, and [`PolicyError::CountMismatch`] when it does not give one error per
/// section.
///
/// ```
/// use neuropil_morphology::discretise::refine;
/// // Second-order error of a cable three times as demanding as the other.
/// let found = refine(&[1, 1], 0.01, 1000, |n| {
///     Ok::<_, neuropil_morphology::discretise::PolicyError>(vec![
///         3.0 / (n[0] * n[0]) as f64,
///         1.0 / (n[1] * n[1]) as f64,
///     ])
/// })?;
/// assert_eq!(found.counts, [27, 27]);
/// assert!(found.converged);
/// # Ok::<(), neuropil_morphology::discretise::PolicyError>(())
/// ```
pub fn refine<E: From<PolicyError>>(
    start: &[usize],
    tolerance: f64,
    most: usize,
    mut measure: impl FnMut(&[usize]) -> Result<Vec<f64>, E>,
) -> Result<Refinement, E> {
    let mut counts: Vec<usize> = start.iter().map(|&count| count.max(1)).collect();
    let mut rounds = 0;
    loop {
        let errors = measure(&counts)?;
        rounds += 1;
        if errors.len() != counts.len() {
            let (found, expected) = (errors.len(), counts.len());
            return Err(PolicyError::CountMismatch { found, expected }.into());
        }
        let finer: Vec<usize> = counts
            .iter()
            .zip(&errors)
            .map(|(&count, &error)| if error <= tolerance { count } else { 3 * count })
            .collect();
        let converged = finer == counts;
        if converged || finer.iter().sum::<usize>() > most {
            return Ok(Refinement { counts, errors, rounds, converged });
        }
        counts = finer;
    }
}
