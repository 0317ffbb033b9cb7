//! Tests with small dictionaries of our own.

use neuropil_network::description::{Column, Drive, Dynamics, Waveform};

use super::*;
use crate::experiment::Experiment;

/// Two populations, one afferent.
const SMALL: &str = "
# a Python file: what stands before the dictionary is passed over {really}
import ntwk
Model = {
    'a comment with blanks': 'skipped',
    'REC_POPS': ['Exc', 'Inh'], 'AFF_POPS': ['AffExc'],
    'N_Exc': 80, 'N_Inh': 20, 'N_AffExc': 10,
    'Q_Exc_Exc': 1., 'Q_Exc_Inh': 1., 'Q_Inh_Exc': 10., 'Q_Inh_Inh': 10., # nS
    'Q_AffExc_Exc': 3., 'Q_AffExc_Inh': 3.,
    'p_Exc_Exc': 0.05, 'p_Exc_Inh': 0.05, 'p_Inh_Exc': .1, 'p_Inh_Inh': .1,
    'p_AffExc_Exc': 0.29, 'p_AffExc_Inh': 0.5, 'F_AffExc': 4.*2,
    'Tsyn_Exc': 5., 'Tsyn_Inh': 7., 'Erev_Exc': 0., 'Erev_Inh': -80.,
    'dt': 0.1, 'tstop': 200., 'SEED': 3,
    'Exc_Gl': 10., 'Exc_Cm': 200., 'Exc_Trefrac': 5., 'Exc_El': -70., 'Exc_Vthre': -50.,
    'Exc_Vreset': -70., 'Exc_deltaV': 2., 'Exc_a': 0., 'Exc_b': 40., 'Exc_tauw': 5e2,
    'Inh_Gl': 10., 'Inh_Cm': 200., 'Inh_Trefrac': 5., 'Inh_El': -70., 'Inh_Vthre': -50.,
    'Inh_Vreset': -70., 'Inh_deltaV': .5, 'Inh_a': 0., 'Inh_b': 0., 'Inh_tauw': 1e9,
}
rest = {'p_Exc_Exc': 1}
";

fn checked(text: &str) -> (Converted, Experiment) {
    let converted = convert(text, "small").unwrap();
    let experiment = Experiment::parse(&converted.toml, "small.toml").unwrap();
    if let Err(error) = experiment.check() {
        panic!("{}\n{}", converted.toml, error.render(false));
    }
    (converted, experiment)
}

fn message(text: &str) -> String {
    convert(text, "small").unwrap_err().to_string()
}

#[test]
fn a_dictionary_becomes_an_experiment_that_runs() {
    let (converted, experiment) = checked(SMALL);
    assert_eq!(converted.notes, Vec::<String>::new());
    let check = experiment.check().unwrap();
    // in-degrees: 4 of 80 and 2 of 20
    assert_eq!((check.neurons, check.synapses), (100, 600.0));
    let model = experiment.network().unwrap();
    let Dynamics::Model { parameters, .. } = &model.network.populations[1].dynamics else {
        panic!("model")
    };
    assert_eq!(parameters["tau_syn_in"], Column::Same(7.0));
    assert_eq!(parameters["Delta_T"], Column::Same(0.5));
    let Drive::Poisson { rate_hz: Waveform::Constant(rate), weight, .. } =
        &model.network.inputs[0].drive
    else {
        panic!("drive")
    };
    assert!((rate - 0.29 * 10.0 * 8.0).abs() < 1e-12 && *weight == 3.0, "{rate}");
    assert_eq!((model.network.seed, model.network.clock.dt_ms()), (3, 0.1));
}

#[test]
fn legacy_keys_are_taken_with_a_note() {
    let text = SMALL
        .replace("'Tsyn_Exc'", "'Tse'")
        .replace("'Tsyn_Inh'", "'Tsi'")
        .replace("'Erev_Exc'", "'Ee'")
        .replace("'Erev_Inh'", "'Ei'");
    let (converted, _) = checked(&text);
    assert_eq!(converted.notes.len(), 4, "{:?}", converted.notes);
    assert!(converted.notes.contains(&"Tsi is a legacy key: taken as Tsyn_Inh".to_owned()));
}

#[test]
fn a_probability_without_a_conductance_is_an_error() {
    let text = SMALL.replace("'Q_Inh_Exc': 10., ", "");
    assert_eq!(
        message(&text),
        "p_Inh_Exc = 0.1 has no Q_Inh_Exc: the projection would silently be absent; give Q_Inh_Exc, or \
         leave p_Inh_Exc out"
    );
}

#[test]
fn what_cannot_be_carried_over_is_named_with_the_reason() {
    let text = SMALL.replace(
        "'dt': 0.1,",
        "'dt': 0.1, 'Exc_Vclamp': -80., 'alpha_Exc_Nobody': .5, 'V0': -60., 'p_Nobody_Exc': .1, 'COEFFS_Exc': [1.], \
         'F_Exc': 1., 'Exc_Whatever': 3, 'N_SEED': 2, 'mystery': null,",
    );
    let (converted, _) = checked(&text);
    for note in [
        "Exc_Vclamp is left out: a script sets its conductance; write an input of kind \"clamp\" with this \
         potential",
        "alpha_Exc_Nobody is left out: it names no projection between populations that are there",
        "V0 is left out: no projection uses it",
        "p_Nobody_Exc is left out: it names no projection between populations that are there",
        "COEFFS_Exc is left out: transfer functions are named in [meanfield.transfer]",
        "F_Exc is left out: a setting of the single-cell protocol; see `neuropil transfer`",
        "Exc_Whatever is left out: no such property of a population is known",
        "mystery is left out: the key is not known",
    ] {
        assert!(converted.notes.contains(&note.to_owned()), "{note}: {:?}", converted.notes);
    }
}

#[test]
fn mixtures_of_conductance_and_current_are_carried_over() {
    let with = |keys: &str| SMALL.replace("'dt': 0.1,", &format!("'dt': 0.1, {keys},"));
    let (converted, experiment) = checked(&with(
        "'alpha_Exc_Exc': .5, 'alpha_AffExc_Exc': .5, 'alpha_Inh_Inh': 0., 'V0': -65.",
    ));
    assert_eq!(converted.notes, Vec::<String>::new());
    let model = experiment.network().unwrap();
    let given =
        |population: usize, name: &str| match &model.network.populations[population].dynamics {
            Dynamics::Model { parameters, .. } => parameters.get(name).cloned(),
            _ => None,
        };
    for (population, name, expected) in [
        (0, "alpha_ex", Some(0.5)),
        (0, "alpha_in", None),
        (0, "V_ref", Some(-65.0)),
        (1, "alpha_ex", None),
        (1, "alpha_in", Some(0.0)),
        (1, "V_ref", Some(-65.0)),
    ] {
        assert_eq!(given(population, name), expected.map(Column::Same), "{population} {name}");
    }
    // Without V0 the package leaves the share out.
    let (converted, _) = checked(&with("'alpha_Exc_Inh': .5"));
    assert_eq!(converted.notes, ["alpha_Exc_Inh has no effect without V0: taken as 1"]);
    assert_eq!(
        message(&with("'alpha_Exc_Exc': .5, 'V0': -65.")),
        "alpha_AffExc_Exc = 1 differs from 0.5 of alpha_Exc_Exc: a neuron has one kind of excitatory and \
         one kind of inhibitory synapse"
    );
    assert_eq!(
        message(&with("'alpha_Exc_Exc': 1.5, 'V0': -65.")),
        "alpha_Exc_Exc: found 1.5, expected a share from 0 to 1"
    );
}

#[test]
fn staircases_oscillations_and_rate_arrays_become_waveforms() {
    let text = SMALL.replace(
        "'dt': 0.1,",
        "'dt': 0.1, 'AffExc_IncreasingStep_onset': 50., 'AffExc_IncreasingStep_length': 50., \
         'AffExc_IncreasingStep_size': 4., 'AffExc_IncreasingStep_smoothing': 5., \
         'Exc_Ioscill_amp': 150., 'Exc_Ioscill_freq': 3., 'Exc_Ioscill_onset': 20.,",
    );
    let (_, experiment) = checked(&text);
    let model = experiment.network().unwrap();
    let Drive::Poisson { rate_hz, .. } = &model.network.inputs[0].drive else { panic!("drive") };
    // midway between the second and the third step: two of 4 Hz, on 2.9 synapses
    assert!((rate_hz.at(1250, 0.1) - 2.9 * 8.0).abs() < 0.01, "{}", rate_hz.at(1250, 0.1));
    let Some(Drive::Current(current)) =
        model.network.inputs.iter().find(|i| i.name.contains("oscillation")).map(|i| &i.drive)
    else {
        panic!("current")
    };
    assert_eq!(current.at(100, 0.1), 0.0);
    // 150 pA (1 − cos 2π·3 Hz·100 ms)/2 at 120 ms
    let expected = 75.0 * (1.0 - (std::f64::consts::TAU * 0.3).cos());
    assert!((current.at(1200, 0.1) - expected).abs() < 0.2, "{}", current.at(1200, 0.1));
    let text = SMALL.replace("'F_AffExc': 4.*2", "'Farray_AffExc': [1., 2., 4.]");
    let (converted, _) = checked(&text);
    assert!(converted.toml.contains("every = \"0.1 ms\""), "{}", converted.toml);
}

#[test]
fn different_synapses_of_one_kind_are_refused() {
    let text = SMALL.replace("'dt': 0.1,", "'dt': 0.1, 'Tsyn_AffExc': 3.,");
    assert_eq!(
        message(&text),
        "Tsyn_AffExc = 3 differs from 5 of Tsyn_Exc: a neuron has one kind of excitatory and one kind of \
         inhibitory synapse"
    );
}

#[test]
fn plain_values_that_a_script_sets_count_and_computed_ones_are_named() {
    let (converted, experiment) = checked(&format!(
        "LIF = {{'Gl': 10.}}\n{SMALL}Model['tstop'] = 50. # ms\nModel['F_AffExc'] = 2\n"
    ));
    assert_eq!(converted.notes, Vec::<String>::new());
    let model = experiment.network().unwrap();
    assert_eq!(model.steps(), 500);
    assert!(converted.toml.contains("F_AffExc = \"2 Hz\""), "{}", converted.toml);
    let line = SMALL.lines().count() + 2;
    let looped = "for pop in ['Exc']:\n    Model['%s_Cm' % pop] = 200.\n";
    let (converted, _) = checked(&format!("{SMALL}{looped}if Model['dt'] == 1: pass\n"));
    let note =
        format!("line {line} computes keys of Model as the script runs, which is not followed");
    assert_eq!(converted.notes, [note]);
    let without = SMALL.replace("'Exc_Cm': 200., ", "");
    assert_eq!(
        message(&format!("{without}{looped}")),
        format!(
            "line {line}: the script computes keys of Model as it runs, which only Python can follow (Exc_Cm is \
             missing, which population Exc needs); let it write what it made, json.dump(Model, \
             open(\"params.json\", \"w\")), and convert that"
        )
    );
    let message_of_loader = message("x = 3\nModel = load('configs/params.json') # {a: 1}\n");
    assert!(
        message_of_loader.starts_with("line 2: the parameters are read from configs/params.json"),
        "{message_of_loader}"
    );
}

#[test]
fn distances_in_indices_of_the_source_become_lengths_on_a_ring() {
    let text = SMALL.replace(
        "'dt': 0.1,",
        "'dt': 0.1, 'SpatialDecay_Exc_Exc': 8, 'Delay_Exc_Exc': 0.01, 'SpatialDecay_Inh_Exc': 2, \
         'SpatialDecay_AffExc_Exc': 3, 'Delay_Exc_Inh': 1,",
    );
    let (converted, experiment) = checked(&text);
    for part in [
        "position = { ring = \"80 um\" }",
        "profile = \"exp(-(distance/(8 um))^2)\"\n",
        "delay = \"0.1 ms + distance * (0.01 ms/um)\"",
        // an index of 20 neurons is 4 µm
        "profile = \"exp(-(distance/(8 um))^2)\"\nweight = \"-10 nS\"",
    ] {
        assert!(converted.toml.contains(part), "{part}\n{}", converted.toml);
    }
    assert_eq!(
        converted.notes,
        [
            "SpatialDecay: neurons lie on a ring, as with with_ring_geometry of the package",
            "Delay_Exc_Inh is left out: without SpatialDecay the package does not use it",
            "SpatialDecay_AffExc_Exc is left out: the package does not use it for afferents",
        ]
    );
    assert_eq!(experiment.check().unwrap().synapses, 600.0);
    let zero = text.replace("'SpatialDecay_Inh_Exc': 2", "'SpatialDecay_Inh_Exc': 0");
    assert_eq!(message(&zero), "SpatialDecay_Inh_Exc: found 0, expected a length of more than 0");
}

#[test]
fn broken_texts_name_the_place() {
    assert_eq!(
        message("{\"N_E\": 1,\n \"x\" 2}"),
        "line 2, column 6: found '2', expected a colon after the key"
    );
    assert_eq!(
        message("N_E = 3"),
        "line 1, column 8: found the end, expected a dictionary in braces"
    );
    assert_eq!(message("{}"), "no population: there is no key N_<name> with a <name>_Gl");
    let deep = format!("{{\"x\": {}", "[".repeat(100_000));
    assert!(message(&deep).ends_with("expected less nesting"));
    let missing = SMALL.replace("'Inh_Cm': 200., ", "");
    assert_eq!(message(&missing), "Inh_Cm is missing, which population Inh needs");
}
