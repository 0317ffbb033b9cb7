//! How finely to cut.

use crate::morphology::Morphology;
use crate::section::Section;

/// Rule that gives every section its number of segments.
///
/// ```
/// use neuropil_morphology::{Kind, Morphology, discretise::Policy};
/// let mut builder = Morphology::builder();
/// builder.cable(Kind::Dendrite, None, 1000.0, 1.0);
/// let cable = builder.build()?;
/// assert_eq!(Policy::MaxLength(30.0).counts(&cable)?, [34]);
/// assert_eq!(Policy::d_lambda(100.0, 1.0).counts(&cable)?, [37]); // L / 0.1 λ = 35.4
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Policy {
    /// The same number in every section, ≥ 1.
    PerSection(usize),
    /// No segment longer than this `[µm]`.
    MaxLength(f64),
    /// No segment longer than a fraction of the alternating-current length constant; the count is
    /// odd, so that a node lies in the middle (Hines & Carnevale 2001,
    /// doi:10.1177/107385840100700207).
    DLambda {
        /// Longest segment as a fraction of λ; 0.1 is customary.
        fraction: f64,
        /// Frequency at which λ is taken `[Hz]`; 100 is customary.
        frequency_hz: f64,
        /// Axial resistivity `[Ω·cm]`.
        ra_ohm_cm: f64,
        /// Membrane capacitance `[µF/cm²]`.
        cm_uf_cm2: f64,
    },
    /// A segment per frustum: exact boundaries in the finite-volume view, in the view of equal
    /// segments as many segments as there are frusta.
    EverySample,
    /// Given counts, one per section, each ≥ 1.
    Counts(Vec<usize>),
}

/// Whether pieces that meet at a fork are one compartment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Forks {
    /// Each section ends where it forks; the fork is a junction of no area.
    #[default]
    Apart,
    /// Stretches next to a fork are one compartment, with its reference point at the fork.
    Inside,
}

/// Why a policy cannot be applied.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum PolicyError {
    #[error("{what} must be positive and finite, got {value}")]
    NotPositive { what: &'static str, value: f64 },
    #[error("{found} segment counts for {expected} sections")]
    CountMismatch { found: usize, expected: usize },
    #[error("section {section}: {count} segments, expected 1 to {limit}")]
    CountOutside { section: usize, count: f64, limit: usize },
}

/// No section is cut finer than this; NEURON's own limit is 32767.
const MOST_SEGMENTS: usize = 1_000_000;

impl Policy {
    /// d_lambda with the customary tenth of λ at 100 Hz.
    pub const fn d_lambda(ra_ohm_cm: f64, cm_uf_cm2: f64) -> Self {
        Self::DLambda { fraction: 0.1, frequency_hz: 100.0, ra_ohm_cm, cm_uf_cm2 }
    }

    /// The number of segments of each section.
    ///
    /// # Errors
    /// [`PolicyError`] for a parameter out of range, or a count beyond a million.
    pub fn counts(&self, morphology: &Morphology) -> Result<Vec<usize>, PolicyError> {
        self.check(morphology)?;
        let sections = morphology.sections().iter().enumerate();
        sections
            .map(|(index, section)| {
                let count = self.count(index, section);
                if count >= 1.0 && count <= MOST_SEGMENTS as f64 {
                    Ok(count as usize)
                } else {
                    let limit = MOST_SEGMENTS;
                    Err(PolicyError::CountOutside { section: index, count, limit })
                }
            })
            .collect()
    }

    /// Boundaries on each section as ascending fractions, for [`volumes`](super::volumes).
    ///
    /// # Errors
    /// As [`counts`](Self::counts).
    pub fn cuts(
        &self,
        morphology: &Morphology,
        forks: Forks,
    ) -> Result<Vec<Vec<f64>>, PolicyError> {
        let mut cuts: Vec<Vec<f64>> = if *self == Self::EverySample {
            morphology.sections().iter().map(inner_samples).collect()
        } else {
            let equal = |n: usize| (1..n).map(|k| k as f64 / n as f64).collect();
            self.counts(morphology)?.into_iter().map(equal).collect()
        };
        if forks == Forks::Apart {
            for (index, section) in morphology.sections().iter().enumerate() {
                if section.parent().is_some() {
                    cuts[index].insert(0, 0.0);
                }
                if !morphology.children(index).is_empty() {
                    cuts[index].push(1.0);
                }
            }
        }
        Ok(cuts)
    }

    fn check(&self, morphology: &Morphology) -> Result<(), PolicyError> {
        let positive = |checks: &[(&'static str, f64)]| {
            for &(what, value) in checks {
                if !(value > 0.0 && value.is_finite()) {
                    return Err(PolicyError::NotPositive { what, value });
                }
            }
            Ok(())
        };
        match *self {
            Self::MaxLength(length) => positive(&[("maximum length", length)]),
            Self::DLambda { fraction, frequency_hz, ra_ohm_cm, cm_uf_cm2 } => positive(&[
                ("fraction of lambda", fraction),
                ("frequency", frequency_hz),
                ("axial resistivity", ra_ohm_cm),
                ("membrane capacitance", cm_uf_cm2),
            ]),
            Self::Counts(ref counts) if counts.len() != morphology.sections().len() => {
                let expected = morphology.sections().len();
                Err(PolicyError::CountMismatch { found: counts.len(), expected })
            }
            _ => Ok(()),
        }
    }

    fn count(&self, index: usize, section: &Section) -> f64 {
        let length = section.length_um();
        match *self {
            Self::PerSection(count) => count as f64,
            Self::MaxLength(longest) => (length / longest).ceil().max(1.0),
            Self::DLambda { fraction, frequency_hz, ra_ohm_cm, cm_uf_cm2 } => {
                let lambda = lambda_um(section, frequency_hz, ra_ohm_cm, cm_uf_cm2);
                ((length / (fraction * lambda) + 0.9) / 2.0).floor() * 2.0 + 1.0
            }
            Self::EverySample => inner_samples(section).len() as f64 + 1.0,
            Self::Counts(ref counts) => counts[index] as f64,
        }
    }
}

fn inner_samples(section: &Section) -> Vec<f64> {
    let length = section.length_um();
    let mut cuts: Vec<f64> = section.arc_um().iter().map(|arc| arc / length).collect();
    cuts.retain(|&cut| cut > 0.0 && cut < 1.0);
    cuts.dedup();
    cuts
}

/// Length constant of a section for alternating current of a frequency `[µm]`.
///
/// ```text
/// λ_f = 10⁵ √(d / (4 π f Ra cm))      d µm, f Hz, Ra Ω·cm, cm µF/cm²
/// ```
/// summed over the frusta, each with the mean of its two diameters (Hines & Carnevale 2001,
/// doi:10.1177/107385840100700207, eq. 5; piecewise form as NEURON's `lambda_f`).
pub fn lambda_um(section: &Section, frequency_hz: f64, ra_ohm_cm: f64, cm_uf_cm2: f64) -> f64 {
    let per_root_um =
        1e5 / (4.0 * std::f64::consts::PI * frequency_hz * ra_ohm_cm * cm_uf_cm2).sqrt();
    let electrotonic: f64 = section.frusta().map(|(h, a, b)| h / (a + b).sqrt()).sum();
    section.length_um() * per_root_um / electrotonic
}

/// Length of one segment of each section as a fraction of λ, for judging a discretisation.
///
/// # Panics
/// If `counts` has not one entry per section.
pub fn lambda_fractions(
    morphology: &Morphology,
    counts: &[usize],
    frequency_hz: f64,
    ra_ohm_cm: f64,
    cm_uf_cm2: f64,
) -> Vec<f64> {
    assert_eq!(counts.len(), morphology.sections().len(), "one count per section");
    let sections = morphology.sections().iter().zip(counts);
    sections
        .map(|(section, &count)| {
            let lambda = lambda_um(section, frequency_hz, ra_ohm_cm, cm_uf_cm2);
            section.length_um() / count.max(1) as f64 / lambda
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;

    fn cables() -> Morphology {
        let mut builder = Morphology::builder();
        let root = builder.cable(Kind::Dendrite, None, 100.0, 1.0);
        let end = crate::section::Location::new(root, 1.0);
        builder.taper(Kind::Dendrite, Some(end), 70.0, [1.0, 0.5]);
        builder.build().unwrap()
    }

    #[test]
    fn no_segment_exceeds_what_the_policy_allows() {
        let cell = cables();
        let counts = Policy::d_lambda(100.0, 1.0).counts(&cell).unwrap();
        let fractions = lambda_fractions(&cell, &counts, 100.0, 100.0, 1.0);
        assert!(fractions.iter().all(|fraction| *fraction <= 0.1));
        assert!(counts.iter().all(|count| count % 2 == 1));
        assert_eq!(Policy::MaxLength(35.0).counts(&cell).unwrap(), [3, 2]);
    }

    #[test]
    fn parameters_out_of_range_are_named() {
        let cell = cables();
        let message = |policy: Policy| policy.counts(&cell).unwrap_err().to_string();
        assert_eq!(
            message(Policy::MaxLength(0.0)),
            "maximum length must be positive and finite, got 0"
        );
        assert_eq!(
            message(Policy::d_lambda(100.0, f64::NAN)),
            "membrane capacitance must be positive and finite, got NaN"
        );
        assert_eq!(message(Policy::Counts(vec![1])), "1 segment counts for 2 sections");
        assert_eq!(message(Policy::PerSection(0)), "section 0: 0 segments, expected 1 to 1000000");
        assert!(message(Policy::MaxLength(1e-9)).contains("section 0: 100000000000"));
    }
}
