//! Tests of the mean-field equations, and models for the tests of their fixed points.

use super::*;
use crate::neuron::Neuron;
use crate::stored;
use crate::threshold::{Basis, Threshold};

/// The two-population network of Zerlaut et al. (2019), one afferent group.
pub(crate) fn spectrum() -> MeanField {
    let population = |name: &str, size| Population {
        name: name.to_owned(),
        size,
        transfer: stored::transfer_function(&format!("spectrum_2018/{name}")).unwrap(),
    };
    let synapses = [
        (Source::Population(0), Synapse::conductance(200.0, 2.0, 5.0, 0.0)),
        (Source::Population(1), Synapse::conductance(50.0, 10.0, 5.0, -80.0)),
        (Source::Afferent(0), Synapse::conductance(10.0, 4.0, 5.0, 0.0)),
    ];
    let projections: Vec<Projection> = (0..2)
        .flat_map(|target| synapses.map(|(source, synapse)| Projection { source, target, synapse }))
        .collect();
    let populations = vec![population("RecExc", 4000.0), population("RecInh", 1000.0)];
    MeanField::new(populations, 1, &projections).unwrap()
}

/// The network of di Volo et al. (2019): adapting regular-spiking and fast-spiking neurons.
pub(crate) fn adapting() -> MeanField {
    let rs = Neuron {
        e_leak_mv: -65.0,
        v_reset_mv: -65.0,
        delta_mv: 2.0,
        a_ns: 4.0,
        b_pa: 60.0,
        ..Neuron::default()
    };
    let fs = Neuron { e_leak_mv: -65.0, v_reset_mv: -65.0, delta_mv: 0.5, ..Neuron::default() };
    let population = |name: &str, size, neuron, stored| {
        let threshold = stored::threshold(stored).unwrap();
        let transfer = TransferFunction::new(neuron, threshold);
        Population { name: name.to_owned(), size, transfer }
    };
    let populations = vec![
        population("RS", 8000.0, rs, "di_volo_2019/RS"),
        population("FS", 2000.0, fs, "di_volo_2019/FS"),
    ];
    let synapses = [
        (Source::Population(0), Synapse::conductance(400.0, 1.5, 5.0, 0.0)),
        (Source::Population(1), Synapse::conductance(100.0, 5.0, 5.0, -80.0)),
        (Source::Afferent(0), Synapse::conductance(400.0, 1.5, 5.0, 0.0)),
    ];
    let projections: Vec<Projection> = (0..2)
        .flat_map(|target| synapses.map(|(source, synapse)| Projection { source, target, synapse }))
        .collect();
    MeanField::new(populations, 1, &projections).unwrap()
}

fn constant(afferent_hz: f64) -> impl FnMut(f64, &mut Input) {
    move |_, input| input.afferent_hz[0] = afferent_hz
}

#[test]
fn stationary_rates_are_those_of_an_independent_computation() {
    let model = spectrum();
    let start = model.state(&[1.0, 1.0]).unwrap();
    let integration = Integration { duration_ms: 2000.0, every: 20_000, ..Integration::default() };
    for (afferent, excitatory, inhibitory) in [
        (2.0, 0.00210, 0.02214),
        (3.0, 0.00918, 0.07573),
        (4.0, 0.03402, 0.21951),
        (8.0, 1.98846, 5.78587),
        (10.0, 3.23645, 8.90789),
        (15.0, 5.40582, 14.1174),
        (20.0, 7.21063, 18.2243),
    ] {
        let trajectory = model.run(&start, constant(afferent), integration).unwrap();
        let rates = &trajectory.last().unwrap().rate_hz;
        assert!((rates[0] - excitatory).abs() < 6e-6, "{afferent}: {rates:?}");
        let digits = if inhibitory > 10.0 { 6e-5 } else { 6e-6 };
        assert!((rates[1] - inhibitory).abs() < digits, "{afferent}: {rates:?}");
    }
}

#[test]
fn the_scheme_is_of_fourth_order() {
    let model = spectrum();
    let start = model.state(&[1.0, 1.0]).unwrap();
    let wave = |t: f64, input: &mut Input| input.afferent_hz[0] = 8.0 + 4.0 * (0.05 * t).sin();
    let end = |dt_ms: f64| {
        let steps = Integration { dt_ms, duration_ms: 40.0, every: 1 };
        model.run(&start, wave, steps).unwrap().last().unwrap().rate_hz[0]
    };
    let exact = end(0.05);
    let order = ((end(2.0) - exact) / (end(1.0) - exact)).abs().log2();
    assert!((order - 4.0).abs() < 0.5, "{order}");
}

#[test]
fn adaptation_settles_where_its_equation_says() {
    let model = adapting();
    let start = model.state(&[1.0, 5.0]).unwrap();
    let steps = Integration { duration_ms: 8000.0, every: 80_000, dt_ms: 0.1 };
    let end = model.run(&start, constant(2.5), steps).unwrap();
    let state = end.last().unwrap();
    assert!(state.rate_hz[0] > 0.1 && state.rate_hz[0] < 20.0, "{state:?}");
    assert!(state.rate_hz[1] > state.rate_hz[0], "{state:?}");
    let w = state.adaptation_pa[0];
    let mut input = model.no_input();
    input.afferent_hz[0] = 2.5;
    let v = model.fluctuations(0, &state.rate_hz, w, &input);
    let balance = 60.0 * 0.5 * state.rate_hz[0] + 4.0 * (v.mean_mv + 65.0);
    assert!((w - balance).abs() < 1e-3 * w, "{w} {balance}");
    assert!((model.stationary_adaptation(0, &state.rate_hz, &input) - w).abs() < 1e-3 * w);
    assert_eq!(state.adaptation_pa[1], 0.0);
}

#[test]
fn second_order_departs_from_first_order_in_proportion_to_one_over_size() {
    let first = spectrum().with_time_constant_ms(20.0).unwrap();
    let steps = Integration { duration_ms: 1000.0, every: 10_000, ..Integration::default() };
    let end = |scale: f64| {
        let mut model = first.clone().with_order(Order::Second);
        model.populations.iter_mut().for_each(|p| p.size *= scale);
        let start = model.state(&[1.98846, 5.78587]).unwrap();
        model.run(&start, constant(8.0), steps).unwrap().last().unwrap().clone()
    };
    let [small, ten, thousand] = [1.0, 10.0, 1000.0].map(end);
    let off = |state: &State| state.rate_hz[0] - 1.988_458_6;
    assert!(off(&small) > 0.1 && (off(&ten) / off(&thousand) / 100.0 - 1.0).abs() < 0.02);
    let c = &small.covariance_hz2;
    assert!((c[1] - c[2]).abs() < 1e-12 && c[0] * c[3] > c[1] * c[1], "{c:?}");
    assert!((ten.covariance_hz2[0] / thousand.covariance_hz2[0] / 100.0 - 1.0).abs() < 0.02);
}

#[test]
fn an_expansion_that_breaks_down_is_an_error_not_a_number() {
    // 4000 and 1000 neurons counted over 5 ms fluctuate too much for an expansion at this point
    let model = spectrum().with_order(Order::Second);
    let start = model.state(&[2.0, 5.0]).unwrap();
    let error = model.run(&start, constant(10.0), Integration::default()).unwrap_err();
    assert!(matches!(error, TheoryError::Diverged { found, .. } if found > 200.0), "{error}");
}

#[test]
fn variance_of_unconnected_populations_has_its_closed_form() {
    // no recurrence: c = F (1/T − F)/(2N), covariance 0
    let neuron = Neuron::default();
    let transfer = TransferFunction::new(
        neuron,
        Threshold::new(Basis::FiveMomentsLinear, vec![-50.0, 0.0, 0.0, 0.0, 0.0, 0.0]).unwrap(),
    );
    let population = |size| Population { name: "E".to_owned(), size, transfer: transfer.clone() };
    let synapse = Synapse::conductance(100.0, 2.0, 5.0, 0.0);
    let projection = |target| Projection { source: Source::Afferent(0), target, synapse };
    let model = MeanField::new(
        vec![population(500.0), population(50.0)],
        1,
        &[projection(0), projection(1)],
    )
    .unwrap()
    .with_order(Order::Second);
    let steps = Integration { duration_ms: 300.0, every: 3000, ..Integration::default() };
    let end = model.run(&model.state(&[0.0, 0.0]).unwrap(), constant(5.0), steps).unwrap();
    let state = end.last().unwrap();
    let f = state.rate_hz[0];
    for (place, size) in [(0, 500.0), (3, 50.0)] {
        let expected = f * (200.0 - f) / (2.0 * size);
        assert!((state.covariance_hz2[place] / expected - 1.0).abs() < 1e-9, "{state:?}");
    }
    assert!(f > 5.0 && state.covariance_hz2[1].abs() < 1e-12, "{state:?}");
    assert!((end.rate_sd_hz(1)[1] - state.covariance_hz2[3].sqrt()).abs() < 1e-12);
}

#[test]
fn what_is_not_there_is_refused() {
    let model = spectrum();
    let synapse = Synapse::conductance(1.0, 1.0, 5.0, 0.0);
    let wrong = Projection { source: Source::Afferent(3), target: 0, synapse };
    let error = MeanField::new(model.populations.clone(), 1, &[wrong]).unwrap_err();
    assert_eq!(error.to_string(), "afferent group 3 does not exist: there are 1");
    let start = model.state(&[1.0, 1.0]).unwrap();
    let error = model.run(&start, constant(-1.0), Integration::default()).unwrap_err();
    assert_eq!(error.to_string(), "afferent rate [Hz] must be finite and not negative, found -1");
    assert!(model.state(&[1.0]).is_err());
}

#[test]
fn a_state_beyond_the_fit_is_warned_of() {
    let model = spectrum();
    let mut input = model.no_input();
    input.afferent_hz[0] = 20.0;
    let state = model.state(&[20.0, 25.0]).unwrap();
    let warnings = model.warnings(&state, &input);
    assert_eq!(warnings.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(model.currents_pa(0, &state, &input).len(), 3);
}
