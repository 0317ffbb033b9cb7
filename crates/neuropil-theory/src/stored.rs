//! Transfer functions that were published, by name.
//!
//! `spectrum_2018/RecExc`, `spectrum_2018/RecInh` and `network_modulation_2020/pyrExc`, all of
//! leaky integrate-and-fire neurons with conductance synapses of 5 ms, 0 and −80 mV.
//!
//! # Source
//! Zerlaut, Zucca, Panzeri & Fellin (2019), Cell Rep. 27:1119,
//! with the parameter files published with it; `di_volo_2019/RS`, `/FS` (thresholds in three
//! moments, adaptive exponential neurons): di Volo, Romagnoni, Capone & Destexhe (2019), Neural
//! Comput. 31:653, doi:10.1162/neco_a_01173.

use neuropil_core::names::suggestion;

use crate::error::TheoryError;
use crate::neuron::Neuron;
use crate::threshold::{Basis, Threshold};
use crate::transfer::{FittedRange, TransferFunction};

const FIVE_MOMENTS: &str = include_str!("../data/transfer_functions.csv");
const THREE_MOMENTS: &str = include_str!("../data/thresholds_three_moments.csv");

/// Names of the stored transfer functions.
pub fn names() -> Vec<&'static str> {
    columns(FIVE_MOMENTS)
}

/// Names of the stored thresholds, those of the transfer functions included.
pub fn threshold_names() -> Vec<&'static str> {
    [names(), columns(THREE_MOMENTS)].concat()
}

/// A stored transfer function. Its fit kept rates between 0 and 50 Hz; no other bound is known.
///
/// # Errors
/// [`TheoryError::UnknownTransfer`], with the nearest name.
///
/// ```
/// let transfer = neuropil_theory::stored::transfer_function("spectrum_2018/RecInh")?;
/// assert_eq!(transfer.neuron.v_threshold_mv, -53.0);
/// # Ok::<(), neuropil_theory::TheoryError>(())
/// ```
pub fn transfer_function(name: &str) -> Result<TransferFunction, TheoryError> {
    let column = position(name, &names())?;
    let neuron = Neuron {
        v_threshold_mv: if name == "spectrum_2018/RecInh" { -53.0 } else { -50.0 },
        ..Neuron::default()
    };
    let range = FittedRange { rate_hz: Some([0.0, 50.0]), ..FittedRange::default() };
    let coefficients = column_mv(FIVE_MOMENTS, column + 1, Basis::FiveMoments)?;
    let threshold = Threshold::new(Basis::FiveMoments, coefficients)?;
    Ok(TransferFunction { neuron, threshold, range })
}

/// A stored threshold alone, by one of [`threshold_names`], for a neuron that one describes
/// oneself.
///
/// # Errors
/// [`TheoryError::UnknownTransfer`], with the nearest name.
pub fn threshold(name: &str) -> Result<Threshold, TheoryError> {
    if names().contains(&name) {
        return Ok(transfer_function(name)?.threshold);
    }
    let column = position(name, &threshold_names())? - names().len();
    let coefficients = column_mv(THREE_MOMENTS, column + 1, Basis::ThreeMoments)?;
    Threshold::new(Basis::ThreeMoments, coefficients)
}

fn columns(file: &'static str) -> Vec<&'static str> {
    file.lines().next().unwrap_or_default().split(',').skip(1).collect()
}

fn position(name: &str, known: &[&'static str]) -> Result<usize, TheoryError> {
    known.iter().position(|candidate| *candidate == name).ok_or_else(|| {
        let suggestion = suggestion(name, known.iter().copied());
        TheoryError::UnknownTransfer { found: name.to_owned(), suggestion }
    })
}

/// Coefficients of a column, in the order of the file, which must be that of the basis. In the
/// five-moment file, a product of two different variables counts twice.
fn column_mv(text: &str, column: usize, basis: Basis) -> Result<Vec<f64>, TheoryError> {
    let mut out = Vec::new();
    for ((line, row), term) in (1..).zip(text.lines()).skip(1).zip(basis.terms()) {
        let fields: Vec<&str> = row.split(',').collect();
        let fault = |reason| TheoryError::Stored { line, reason, found: row.to_owned() };
        if fields[0] != *term {
            return Err(fault("terms are out of order"));
        }
        let volts: f64 = fields
            .get(column)
            .and_then(|field| field.parse().ok())
            .ok_or(fault("a coefficient is not a number"))?;
        let twice = basis == Basis::FiveMoments && mixed(term);
        out.push(if twice { 2e3 } else { 1e3 } * volts);
    }
    Ok(out)
}

/// Whether a term is the product of two different variables.
fn mixed(term: &str) -> bool {
    let mut variables = term.chars();
    matches!((variables.next(), variables.next()), (Some(a), Some(b)) if a != b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fluctuations, Synapse, fluctuations};

    /// Synapses of the network of Zerlaut et al. (2019): recurrent excitation and inhibition,
    /// afferents.
    fn spectrum() -> [Synapse; 3] {
        [
            Synapse::conductance(200.0, 2.0, 5.0, 0.0),
            Synapse::conductance(50.0, 10.0, 5.0, -80.0),
            Synapse::conductance(10.0, 4.0, 5.0, 0.0),
        ]
    }

    /// Input rates; μ, σ, γ, τ_V, τ_m; P, V_eff and F of the excitatory and the inhibitory cell.
    type Row = ([f64; 3], [f64; 5], [[f64; 3]; 2]);

    #[rustfmt::skip]
    const REFERENCE: [Row; 6] = [
        ([0.0, 0.0, 4.0], [-64.8148, 3.5002, 0.89697, 23.5185, 18.5185],
            [[0.000354604, -53.8311, 0.0361595], [0.00613847, -55.9227, 0.235348]]),
        ([1.0, 1.0, 4.0], [-58.8235, 4.6204, 0.12209, 18.0719, 13.0719],
            [[0.0790985, -51.1366, 2.66081], [0.265507, -53.5724, 7.07566]]),
        ([0.5, 2.0, 10.0], [-61.1111, 5.1410, 0.17737, 16.1111, 11.1111],
            [[0.0489438, -51.5791, 1.97757], [0.156344, -54.1219, 5.39959]]),
        ([1.0, 1.0, 20.0], [-48.6486, 5.7638, 0.01454, 15.8108, 10.8108],
            [[1.48341, -48.2654, 29.9474], [1.9415, -50.7613, 40.6697]]),
        ([5.0, 8.0, 15.0], [-53.4884, 5.7026, -0.12840, 9.6512, 4.6512],
            [[0.688806, -50.2382, 29.4636], [1.18894, -52.4018, 43.9787]]),
        ([20.0, 25.0, 20.0], [-48.9270, 4.7803, -0.15749, 6.7167, 1.7167],
            [[1.5002, -48.0881, 64.0707], [2.01758, -50.6160, 94.9981]]),
    ];

    #[test]
    fn statistics_and_rates_are_those_of_an_independent_computation() {
        let cells = ["spectrum_2018/RecExc", "spectrum_2018/RecInh"];
        for (rates, statistics, responses) in REFERENCE {
            let v = fluctuations(&Neuron::default(), &spectrum(), &rates, 0.0);
            let Fluctuations { mean_mv, sd_mv, skewness, tau_ms, tau_m_ms, .. } = v;
            for (found, expected) in
                [mean_mv, sd_mv, skewness, tau_ms, tau_m_ms].iter().zip(statistics)
            {
                assert!((found - expected).abs() < 5.1e-5, "{rates:?}: {found}, {expected}");
            }
            for (name, [crossing, effective, rate]) in cells.iter().zip(responses) {
                let transfer = transfer_function(name).unwrap();
                let p = v.crossing(transfer.neuron.v_threshold_mv);
                assert!((p / crossing - 1.0).abs() < 5e-6, "{name} {rates:?}: {p}");
                let threshold = transfer.threshold.effective_mv(&transfer.neuron, &v);
                assert!((threshold - effective).abs() < 5.1e-5, "{name} {rates:?}: {threshold}");
                let found = transfer.rate_hz(&spectrum(), &rates, 0.0);
                assert!((found / rate - 1.0).abs() < 5e-6, "{name} {rates:?}: {found}");
                let inverted = crate::transfer::effective_threshold_mv(&v, found);
                assert!((inverted - threshold).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn a_rate_beyond_the_fit_is_a_warning_with_the_range() {
        let transfer = transfer_function("spectrum_2018/RecExc").unwrap();
        let state = |rates| fluctuations(&transfer.neuron, &spectrum(), rates, 0.0);
        let warnings = transfer.check(&state(&[20.0, 25.0, 20.0]));
        let text = warnings[0].to_string();
        assert!(text.starts_with("output rate [Hz] = 64.07"), "{text}");
        assert!(text.ends_with("lies outside the fitted range 0 to 50"), "{text}");
        assert!(transfer.check(&state(&[1.0, 1.0, 4.0])).is_empty());
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest() {
        let error = transfer_function("spectrum_2018/RecExcit").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no stored transfer function \"spectrum_2018/RecExcit\"; \
             did you mean \"spectrum_2018/RecExc\"?"
        );
        assert_eq!((names().len(), threshold_names().len()), (3, 5));
        for name in threshold_names() {
            assert!(threshold(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_damaged_file_names_the_line() {
        let error = column_mv("term,x\n1,-0.05\nσ,0.0\n", 1, Basis::FiveMoments).unwrap_err();
        assert_eq!(
            error.to_string(),
            "stored transfer functions, line 3: terms are out of order, found \"σ,0.0\""
        );
    }
}
