//! As many segments as the impedances of a cell need.

use super::neuron_view::segments;
use super::policy::PolicyError;
use super::refine::{Refinement, refine};
use crate::morphology::Morphology;
use crate::section::Location;

/// How exact impedances shall be, and of which membrane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImpedanceGoal {
    /// Largest relative change that cutting one section three times finer may cause.
    pub tolerance: f64,
    /// Frequency `[Hz]`, ≥ 0.
    pub frequency_hz: f64,
    /// Axial resistivity `[Ω·cm]`, > 0.
    pub ra_ohm_cm: f64,
    /// Membrane capacitance `[µF/cm²]`, > 0.
    pub cm_uf_cm2: f64,
    /// Membrane conductance `[S/cm²]`, > 0.
    pub g_s_cm2: f64,
    /// Most segments in all.
    pub most: usize,
}

impl ImpedanceGoal {
    /// This tolerance at 100 Hz, for a membrane of 20 kΩ·cm² at rest and at most 20 000 segments.
    pub const fn new(tolerance: f64, ra_ohm_cm: f64, cm_uf_cm2: f64) -> Self {
        let g_s_cm2 = 5e-5;
        Self { tolerance, frequency_hz: 100.0, ra_ohm_cm, cm_uf_cm2, g_s_cm2, most: 20_000 }
    }
}

/// Cuts sections into 1, 3, 9, … segments until cutting any single one three times finer changes
/// neither the input impedance in its middle nor the transfer impedance from there to the soma by
/// more than the tolerance: both magnitudes and phases, of the passive cell.
///
/// Sections that matter little (short, thick, far away) stay coarse where a rule of the length
/// constant would cut them. The cost grows with the number of sections times that of segments.
///
/// # Errors
/// [`PolicyError::NotPositive`] for a goal that is out of range.
///
/// ```
/// use neuropil_morphology::{Kind, Morphology, discretise::{ImpedanceGoal, by_impedance}};
/// let mut builder = Morphology::builder();
/// builder.cable(Kind::Dendrite, None, 1000.0, 1.0);
/// let found = by_impedance(&builder.build()?, &ImpedanceGoal::new(0.01, 100.0, 1.0))?;
/// assert!(found.converged && found.errors[0] <= 0.01);
/// assert_eq!(found.counts, [27]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn by_impedance(
    morphology: &Morphology,
    goal: &ImpedanceGoal,
) -> Result<Refinement, PolicyError> {
    for (what, value) in [
        ("tolerance", goal.tolerance),
        ("axial resistivity", goal.ra_ohm_cm),
        ("capacitance", goal.cm_uf_cm2),
        ("membrane conductance", goal.g_s_cm2),
    ] {
        if !(value > 0.0 && value.is_finite()) {
            return Err(PolicyError::NotPositive { what, value });
        }
    }
    let sections = morphology.sections().len();
    refine(&vec![1; sections], goal.tolerance, goal.most, |counts| {
        let mut finer = counts.to_vec();
        let mut change = |section: usize| {
            finer[section] = 3 * counts[section];
            let after = impedances(morphology, &finer, section, goal);
            finer[section] = counts[section];
            let before = impedances(morphology, counts, section, goal);
            let relative = |(a, b): (Complex, Complex)| a.minus(b).magnitude() / b.magnitude();
            before.into_iter().zip(after).map(relative).fold(0.0, f64::max)
        };
        Ok((0..sections).map(&mut change).collect())
    })
}

/// Input impedance in the middle of a section, and transfer impedance to the origin `[MΩ]`.
fn impedances(
    morphology: &Morphology,
    counts: &[usize],
    section: usize,
    goal: &ImpedanceGoal,
) -> [Complex; 2] {
    let cell = segments(morphology, counts);
    let middle = cell.node_at(Location::new(section, 0.5));
    let origin = cell.node_at(morphology.origin());
    let axial = cell.axial_conductance_us(|_| goal.ra_ohm_cm);
    // µm² · S/cm² is 1e-2 µS.
    let susceptance = std::f64::consts::TAU * goal.frequency_hz * goal.cm_uf_cm2 * 1e-6;
    let mut diagonal: Vec<Complex> = cell
        .area_um2()
        .iter()
        .map(|area| Complex { re: 1e-2 * area * goal.g_s_cm2, im: 1e-2 * area * susceptance })
        .collect();
    let parent = cell.parent();
    for node in 1..diagonal.len() {
        diagonal[node].re += axial[node];
        diagonal[parent[node]].re += axial[node];
    }
    let mut v = vec![Complex::default(); diagonal.len()];
    v[middle].re = 1.0;
    for node in (1..diagonal.len()).rev() {
        let factor = Complex { re: axial[node], im: 0.0 }.over(diagonal[node]);
        let (pivot, rhs) = (factor.times(axial[node]), factor.product(v[node]));
        diagonal[parent[node]] = diagonal[parent[node]].minus(pivot);
        v[parent[node]] = v[parent[node]].minus(rhs.times(-1.0));
    }
    v[0] = v[0].over(diagonal[0]);
    for node in 1..diagonal.len() {
        let above = v[parent[node]].times(-axial[node]);
        v[node] = v[node].minus(above).over(diagonal[node]);
    }
    [v[middle], v[origin]]
}

#[derive(Clone, Copy, Debug, Default)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    fn minus(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }

    fn times(self, factor: f64) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }

    fn product(self, other: Self) -> Self {
        let re = self.re * other.re - self.im * other.im;
        Self { re, im: self.re * other.im + self.im * other.re }
    }

    fn over(self, other: Self) -> Self {
        let norm = other.re * other.re + other.im * other.im;
        self.product(Self { re: other.re / norm, im: -other.im / norm })
    }

    fn magnitude(self) -> f64 {
        self.re.hypot(self.im)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;

    fn cable() -> Morphology {
        let mut builder = Morphology::builder();
        builder.cable(Kind::Dendrite, None, 1000.0, 1.0);
        builder.build().unwrap()
    }

    #[test]
    fn a_sealed_cable_has_the_impedances_of_theory() {
        // λ = 1 mm, R∞ = 1273.24 MΩ; from the middle: R∞ cosh²(½)/sinh(1), to the end R∞ cosh(½)/sinh(1).
        let goal = ImpedanceGoal {
            frequency_hz: 0.0,
            g_s_cm2: 2.5e-5,
            ..ImpedanceGoal::new(1e-3, 100.0, 1.0)
        };
        let [input, transfer] = impedances(&cable(), &[2187], 0, &goal);
        let infinite = 1_273.239_544_735_163;
        let (cosh, sinh) = (0.5f64.cosh(), 1.0f64.sinh());
        assert!((input.re / (infinite * cosh * cosh / sinh) - 1.0).abs() < 1e-6, "{input:?}");
        // The first node lies half a segment from the end.
        assert!((transfer.re / (infinite * cosh / sinh) - 1.0).abs() < 1e-6, "{transfer:?}");
    }

    #[test]
    fn a_tighter_goal_cuts_finer_and_a_thick_short_stub_stays_whole() {
        let mut builder = Morphology::builder();
        let soma = builder.cable(Kind::Soma, None, 20.0, 20.0);
        builder.cable(Kind::Dendrite, Some(Location::new(soma, 1.0)), 400.0, 0.8);
        let cell = builder.build().unwrap();
        let counts = |tolerance: f64| {
            by_impedance(&cell, &ImpedanceGoal::new(tolerance, 100.0, 1.0)).unwrap().counts
        };
        let (coarse, fine) = (counts(0.05), counts(0.001));
        assert_eq!(coarse[0], 1);
        assert!(fine[1] >= 3 * coarse[1], "{coarse:?} {fine:?}");
        assert!(by_impedance(&cell, &ImpedanceGoal::new(0.0, 100.0, 1.0)).is_err());
    }
}
