//! Where a prediction can be trusted.
//!
//! A mean field is the limit of infinitely many neurons. How far a finite network is from it, and how
//! much a small error of the theory matters, is read from transfer functions around the predicted
//! state ([`neuropil_theory::mean_field::FiniteSize`]): their own, or, if the state was simulated,
//! fitted ones.
//!
//! | doubt | criterion |
//! |---|---|
//! | too few neurons | correlations between them can move a rate by a fifth, to first order in 1/N |
//! | fold | an eigenvalue is less than a quarter of the relaxation rate away from 0 |
//! | another state within reach | an unstable state less than three standard deviations of the rates away |
//! | errors decide | fitted functions rest elsewhere by a factor of 1.6, or multiply errors fivefold |

use neuropil_theory::TheoryError;
use neuropil_theory::fixed_point::{FixedPoint, Search};
use neuropil_theory::mean_field::{FiniteSize, Input, MeanField};
use serde_json::{Value, json};

/// Share of a rate by which correlations in a network of finite size may move it at most. Their terms
/// have different signs and cancel in part, so that less than half of it, a tenth, is to be expected.
const CORRELATION: f64 = 0.2;

/// So many times a small error of fitted transfer functions may be multiplied.
const SENSITIVITY: f64 = 5.0;

/// Ratio of the state of transfer functions to the predicted one, from which they are two states.
const APART: f64 = 1.6;

/// Distance from a fold below which one is said to be near.
const MARGIN: f64 = 0.25;

/// Another state is within reach of fluctuations of so many standard deviations of the mean rates.
const REACH: f64 = 3.0;

/// A stationary state, stable or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Stationary {
    /// Rate of each population `[spikes/s]`.
    pub rate_hz: Vec<f64>,
    /// Whether the network returns to it.
    pub stable: bool,
}

/// What is known about the neighbourhood of a prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct Validity {
    /// Fluctuations and sensitivity at the predicted state.
    pub finite_size: Option<FiniteSize>,
    /// All stationary states with transfer functions, lowest first.
    pub states: Vec<Stationary>,
    /// Reasons to doubt the prediction; none if it is within the range of the theory.
    pub doubts: Vec<String>,
}

impl Validity {
    /// Whether there is no reason to doubt the prediction.
    pub fn holds(&self) -> bool {
        self.doubts.is_empty()
    }

    /// As one JSON object.
    pub(super) fn json(&self) -> Value {
        let finite = self.finite_size.as_ref().map(|found| {
            json!({
                "margin": found.margin, "sensitivity": found.sensitivity,
                "sd_hz": found.sd_hz, "shift_hz": found.shift_hz, "reach_hz": found.reach_hz,
            })
        });
        let states = self.states.iter();
        let states: Vec<Value> =
            states.map(|s| json!({ "rate_hz": s.rate_hz, "stable": s.stable })).collect();
        json!({ "holds": self.holds(), "doubts": self.doubts, "finite_size": finite, "states": states })
    }
}

/// Looks around predicted rates; `theory` has transfer functions of its own, from which the rates come if
/// `of_transfer`.
pub(super) fn around(
    theory: &MeanField,
    rates: &[f64],
    input: &Input,
    of_transfer: bool,
) -> Result<Validity, TheoryError> {
    let points = theory.fixed_points(input, Search::default())?;
    let inside = |point: &&FixedPoint| within_range(theory, point, input);
    let distance = |point: &FixedPoint| {
        let pairs = point.rate_hz.iter().zip(rates);
        pairs.map(|(a, b)| ((a + 0.02) / (b + 0.02)).ln().powi(2)).sum::<f64>()
    };
    let stable = || points.iter().filter(|point| point.is_stable());
    let nearest = stable().filter(inside).min_by(|a, b| distance(a).total_cmp(&distance(b)));
    let mut doubts = Vec::new();
    let mut finite_size = None;
    match nearest {
        Some(point) => {
            match theory.finite_size(&theory.lasting(rates, input)?, input) {
                Ok(found) => {
                    doubts.extend(of_state(theory, &found, rates, of_transfer));
                    finite_size = Some(found);
                }
                Err(TheoryError::Unstable) => {
                    doubts.push("the state is at the edge of stability".into());
                }
                Err(error) => return Err(error),
            }
            doubts.extend(elsewhere(theory, point, rates));
        }
        None => doubts.push(
            "fitted transfer functions have no stable state within their range here".to_owned(),
        ),
    }
    if let (Some(found), Some(here)) = (&finite_size, nearest) {
        for other in points.iter().filter(|other| *other != here && !other.is_stable()) {
            doubts.extend(reached(theory, found, here, other));
        }
    }
    let states = points
        .iter()
        .map(|p| Stationary { rate_hz: p.rate_hz.clone(), stable: p.is_stable() })
        .collect();
    Ok(Validity { finite_size, states, doubts })
}

/// Whether every transfer function is used within the range that it was fitted to.
pub(super) fn within_range(theory: &MeanField, point: &FixedPoint, input: &Input) -> bool {
    let Ok(mut state) = theory.state(&point.rate_hz) else { return false };
    state.adaptation_pa.clone_from(&point.adaptation_pa);
    theory.warnings(&state, input).is_empty()
}

fn of_state(
    theory: &MeanField,
    found: &FiniteSize,
    rates: &[f64],
    of_transfer: bool,
) -> Vec<String> {
    let mut doubts = Vec::new();
    if found.margin < MARGIN {
        doubts.push(format!(
            "the state is near a fold (an eigenvalue of the linearised equations is {:.2} of the relaxation rate \
             away from 0), where it appears or vanishes",
            found.margin
        ));
    }
    let largest = |values: &mut dyn Iterator<Item = f64>| {
        let names = theory.populations().iter().map(|p| p.name.as_str());
        names.zip(values).max_by(|a, b| a.1.total_cmp(&b.1))
    };
    if of_transfer
        && let Some((name, factor)) = largest(&mut found.sensitivity.iter().copied())
        && factor > SENSITIVITY
    {
        doubts.push(format!(
            "the network multiplies errors: transfer functions that are off by 1 % move the rate of {name} by up \
             to {factor:.0} %"
        ));
    }
    let reach = found.reach_hz.iter().zip(rates).map(|(reach, rate)| reach / rate.max(1e-3));
    if let Some((name, share)) = largest(&mut reach.into_iter())
        && share > CORRELATION
    {
        doubts.push(format!(
            "the network is too small for the theory: correlations between its neurons can move the rate of {name} \
             by up to {:.0} %",
            100.0 * share
        ));
    }
    doubts
}

/// Whether transfer functions rest far from the prediction.
fn elsewhere(theory: &MeanField, point: &FixedPoint, rates: &[f64]) -> Option<String> {
    let ratio = |(a, b): (&f64, &f64)| ((a + 0.02) / (b + 0.02)).ln().abs();
    let far = point.rate_hz.iter().zip(rates).map(ratio).fold(0.0, f64::max);
    (far > APART.ln()).then(|| {
        let list: Vec<String> = theory
            .populations()
            .iter()
            .zip(&point.rate_hz)
            .map(|(p, rate)| format!("{} {rate:.2}", p.name))
            .collect();
        format!(
            "transfer functions fitted here rest at {} spikes/s: errors of a few per cent decide between states \
             that far apart, as near a fold",
            list.join(", ")
        )
    })
}

/// Whether fluctuations reach an unstable state, beyond which another one attracts.
fn reached(
    theory: &MeanField,
    found: &FiniteSize,
    here: &FixedPoint,
    other: &FixedPoint,
) -> Option<String> {
    let pairs = here.rate_hz.iter().zip(&other.rate_hz).zip(&found.sd_hz);
    let far = pairs.map(|((a, b), sd)| (a - b).abs() / sd.max(1e-6)).fold(0.0, f64::max);
    (far < REACH).then(|| {
        let rates = theory.populations().iter().zip(&other.rate_hz);
        let list: Vec<String> = rates.map(|(p, rate)| format!("{} {rate:.2}", p.name)).collect();
        format!(
            "fluctuations reach the unstable state {} spikes/s ({far:.1} standard deviations away), beyond which \
             the network goes to another state",
            list.join(", ")
        )
    })
}
