use super::*;
use crate::equations::{Definition, Method, Part, compile};

fn model(definition: Definition) -> Arc<Model> {
    Arc::new(compile(&definition).unwrap_or_else(|e| panic!("{:?} {:?}: {e}", e.part, e.at)))
}

fn cells(model: &Arc<Model>, parameters: &[f64], size: usize, dt_ms: f64) -> Cells {
    let parameters = parameters.iter().map(|p| Values::Same(*p)).collect();
    let initial = vec![None; model.states()];
    let setting = Setting { parameters, initial, size, first: 0, key: [1, 2], dt_ms };
    Cells::new(Arc::clone(model), &setting)
}

fn lif(method: Option<&str>) -> Definition {
    Definition {
        name: "lif".into(),
        equations: "dv/dt = (E_L - v + R*(I + I_in))/tau_m : mV (unless refractory)
                    dI/dt = -I/tau_s : pA
                    E_L : mV
                    R : Gohm
                    tau_m : ms
                    tau_s : ms"
            .into(),
        threshold: Some("v > -50 mV".into()),
        reset: Some("v = E_L".into()),
        refractory: Some("2 ms".into()),
        receptors: vec![("syn".into(), "I += weight".into())],
        initial: vec![("v".into(), "E_L".into())],
        method: method.map(Into::into),
        ..Definition::default()
    }
}

#[test]
fn a_linear_model_is_solved_exactly_for_any_step() {
    let model = model(lif(None));
    assert_eq!(model.method(), Method::Exact);
    assert_eq!(model.receptors()[0].unit_text, "pA");
    let (tau_m, tau_s, weight) = (20.0, 5.0, 100.0);
    for dt in [0.1, 0.5, 2.0] {
        let mut cells = cells(&model, &[-70.0, 0.1, tau_m, tau_s], 3, dt);
        let channel = [weight; 3];
        for step in 0..(40.0 / dt) as u64 {
            let channels: &[&[f64]] = if step == 0 { &[&channel] } else { &[] };
            let arriving = Arriving { channels, ..Arriving::default() };
            cells.advance(0, step, arriving, &mut Vec::new()).unwrap();
            let t = (step + 1) as f64 * dt;
            let shape = tau_s / (tau_m - tau_s) * ((-t / tau_m).exp() - (-t / tau_s).exp());
            let expected = -70.0 + 0.1 * weight * shape;
            assert!((cells.read(0, 2) - expected).abs() < 1e-12, "{t}");
        }
    }
}

#[test]
fn the_methods_have_their_orders() {
    let definition = |method: &str| Definition {
        equations: "dx/dt = (1 - x**2)/(1 ms) : 1".into(),
        method: Some(method.into()),
        ..Definition::default()
    };
    let error = |method: &str, dt: f64| {
        let mut cells = cells(&model(definition(method)), &[], 1, dt);
        for step in 0..(1.0 / dt).round() as u64 {
            cells.advance(0, step, Arriving::default(), &mut Vec::new()).unwrap();
        }
        (cells.read(0, 0) - 1f64.tanh()).abs()
    };
    for (method, order) in [("euler", 1.0), ("exponential_euler", 2.0), ("rk2", 2.0), ("rk4", 4.0)]
    {
        let (coarse, fine) = (error(method, 0.05), error(method, 0.025));
        let found = (coarse / fine).log2();
        assert!((found - order).abs() < 0.15, "{method}: {found}");
    }
    let refused = compile(&definition("exact")).unwrap_err();
    assert!(refused.to_string().contains("not linear in \"x\""), "{refused}");
}

#[test]
fn refractory_neurons_rest_and_their_steps_are_counted() {
    let model = model(lif(None));
    let mut cells = cells(&model, &[-70.0, 0.1, 20.0, 5.0], 1, 0.1);
    let current = [300.0];
    let mut times = Vec::new();
    for step in 0..2000 {
        let mut spikes = Vec::new();
        let arriving = Arriving { current: &current, ..Arriving::default() };
        cells.advance(0, step, arriving, &mut spikes).unwrap();
        times.extend(spikes.iter().map(|_| step + 1));
        if times.last().is_some_and(|t| step < t + 19) && step > 0 {
            assert_eq!(cells.read(0, 0), -70.0, "{step}");
        }
    }
    // τ ln 3 = 21.972 ms from rest to threshold, 2 ms refractory, less the step of the spike.
    let gaps: Vec<u64> = times.windows(2).map(|w| w[1] - w[0]).collect();
    assert!(gaps.iter().all(|gap| *gap == 239), "{gaps:?}");
}

#[test]
fn events_of_the_stamp_of_a_spike_come_before_its_reset() {
    // As in Brian2, where synapses act between threshold and reset: the jump of v is lost, that of
    // w is kept and doubled.
    let definition = Definition {
        equations: "dv/dt = 0 mV/ms : mV\n dw/dt = 0 pA/ms : pA".into(),
        threshold: Some("v >= 10 mV".into()),
        reset: Some("v = 0 mV; w *= 2".into()),
        receptors: vec![
            ("a".into(), "v += weight".into()),
            ("b".into(), "w += 3 nS * weight".into()),
        ],
        ..Definition::default()
    };
    let model = model(definition);
    assert_eq!(model.receptors()[1].unit_text, "mV");
    let mut cells = cells(&model, &[], 2, 0.1);
    let mut spikes = Vec::new();
    let mut go = |step, a: &[f64], b: &[f64]| {
        let arriving = Arriving { channels: &[a, b], ..Arriving::default() };
        cells.advance(0, step, arriving, &mut spikes).unwrap();
        [cells.read(0, 0), cells.read(1, 0), cells.read(0, 1), cells.read(1, 1)]
    };
    assert_eq!(go(0, &[12.0, 4.0], &[]), [0.0, 0.0, 4.0, 0.0]); // shown as reset
    assert_eq!(go(1, &[5.0, 5.0], &[1.0, 1.0]), [0.0, 6.0, 9.0, 3.0]);
    assert_eq!(spikes, [0]);
}

#[test]
fn noise_has_the_variance_of_the_process() {
    let definition = Definition {
        equations: "dx/dt = -x/tau + sigma*sqrt(2/tau)*xi : mV\n tau : ms\n sigma : mV".into(),
        ..Definition::default()
    };
    let model = model(definition);
    assert_eq!(model.method(), Method::Euler);
    let mut cells = cells(&model, &[5.0, 3.0], 512, 0.1);
    let (mut sum, mut count) = (0.0, 0);
    for step in 0..2000 {
        cells.advance(0, step, Arriving::default(), &mut Vec::new()).unwrap();
        if step >= 500 && step % 50 == 0 {
            for n in 0..512 {
                sum += cells.read(0, n).powi(2);
                count += 1;
            }
        }
    }
    // Euler–Maruyama: σ²/(1 − h/2τ).
    let expected = 9.0 / (1.0 - 0.01);
    let found = sum / f64::from(count);
    assert!((found / expected - 1.0).abs() < 0.03, "{found} {expected}");
}

#[test]
fn neurons_with_values_of_their_own_behave_as_if_alone() {
    let model = model(lif(None));
    let taus = [10.0, 20.0, 30.0];
    let run = |parameters: Vec<Values>, size: usize| {
        let initial = vec![None; 2];
        let setting = Setting { parameters, initial, size, first: 0, key: [0; 2], dt_ms: 0.1 };
        let mut cells = Cells::new(Arc::clone(&model), &setting);
        let current = vec![300.0; size];
        for step in 0..1000 {
            let arriving = Arriving { current: &current, ..Arriving::default() };
            cells.advance(0, step, arriving, &mut Vec::new()).unwrap();
        }
        (0..size).map(|n| cells.read(0, n)).collect::<Vec<_>>()
    };
    let same = |x| Values::Same(x);
    let together = run(vec![same(-70.0), same(0.1), Values::Each(taus.into()), same(5.0)], 3);
    for (tau, together) in taus.iter().zip(together) {
        let alone = run(vec![same(-70.0), same(0.1), same(*tau), same(5.0)], 1)[0];
        assert!((alone - together).abs() < 1e-11, "{alone} {together}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let base = || lif(None);
    let with =
        |equations: &str| Definition { equations: equations.into(), ..Definition::default() };
    let cases: Vec<(Definition, &str, &str)> = vec![
        (with("dv/dt = (E - v)/tau : mV\n tau : ms"), "unknown variable \"E\"", "E"),
        (
            with("dv/dt = -v : mV"),
            "the slope of \"v\" is a voltage, expected a slope of voltage",
            "-v",
        ),
        (
            with("dv/dt = -v/tau + 3 nS : mV\n tau : ms"),
            "\"+\" joins a slope of voltage and a conductance; both must be of one kind",
            "-v/tau + 3 nS",
        ),
        (
            with("x = y : 1\n y = x : 1\n dv/dt = x*v/ms : mV"),
            "variables define each other in a circle: x → y → x",
            "y",
        ),
        (with("x = 3 : 1"), "a model needs at least one equation", ""),
        (with("dt/dt = 3 : ms"), "\"t\" is reserved: the time", "t"),
        (
            with("dv/dt = exp(v)/ms : 1\n dw/dt = exp(q)/ms: mV\n q : mV"),
            "exp takes a pure number, found a voltage",
            "exp(q)",
        ),
        (with("dv/dt = -v/tau : mV\n tau : ms\n tau : ms"), "\"tau\" is defined twice", "tau"),
        (
            with("dv/dt = tanhh(v)/ms : 1"),
            "unknown function \"tanhh\"; did you mean \"tanh\"?",
            "tanhh(v)",
        ),
        (
            with("dv/dt = v**2*xi**2 : 1"),
            "\"xi\" cannot be used here: an equation must be linear in its noise",
            "v**2*xi**2",
        ),
        (
            Definition { reset: Some("v = E_L; tau_m = 3 ms".into()), ..base() },
            "\"tau_m\" is a parameter and cannot be assigned to",
            "tau_m",
        ),
        (
            Definition { reset: Some("v = 3 pA".into()), ..base() },
            "the value for \"v\" is a current, expected a voltage",
            "3 pA",
        ),
        (Definition { reset: Some("u = 3".into()), ..base() }, "unknown variable \"u\"", "u"),
        (
            Definition { threshold: Some("v".into()), ..base() },
            "found a voltage, expected a condition",
            "v",
        ),
        (
            Definition { threshold: Some("v > 3".into()), ..base() },
            "a comparison joins a voltage and a pure number",
            "v > 3",
        ),
        (
            Definition { refractory: Some("3 mV".into()), ..base() },
            "the refractory time is a voltage, expected a time",
            "3 mV",
        ),
        (
            Definition { method: Some("eular".into()), ..base() },
            "unknown method \"eular\"; did you mean \"euler\"?",
            "eular",
        ),
        (
            Definition { receptors: vec![("e".into(), "I += weight**2".into())], ..base() },
            "a receptor must change a variable in proportion",
            "I += weight**2",
        ),
        (
            Definition { receptors: vec![("e".into(), "I = weight".into())], ..base() },
            "a receptor must change a variable in proportion",
            "I = weight",
        ),
        (
            Definition { initial: vec![("v".into(), "I*R".into())], ..base() },
            "\"I\" cannot be used here: an initial value depends on parameters only",
            "I",
        ),
    ];
    for (definition, message, place) in cases {
        let Err(error) = compile(&definition) else { panic!("accepted: {message}") };
        assert!(error.to_string().starts_with(message), "{error}\nexpected {message}");
        let text = match &error.part {
            Part::Equations => definition.equations.clone(),
            Part::Threshold => definition.threshold.clone().unwrap(),
            Part::Reset => definition.reset.clone().unwrap(),
            Part::Refractory => definition.refractory.clone().unwrap(),
            Part::Method => definition.method.clone().unwrap(),
            Part::Parameter(name) => name.clone(),
            Part::Receptor(_) => definition.receptors[0].1.clone(),
            Part::Initial(_) => definition.initial[0].1.clone(),
        };
        assert_eq!(&text[error.at.clone()], place, "{message}");
    }
}

/// Spike times `[ms]` of one neuron of a model without parameters, and its states at the end.
fn alone(definition: Definition, steps: u64) -> (Vec<f64>, Vec<f64>) {
    let model = model(definition);
    let mut cells = cells(&model, &[], 1, 0.1);
    let mut times = Vec::new();
    for step in 0..steps {
        let mut spikes = Vec::new();
        cells.advance(0, step, Arriving::default(), &mut spikes).unwrap();
        // Brian2 stamps a spike with the beginning of its step.
        times.extend(spikes.iter().map(|_| (step as f64 * 0.1 * 10.0).round() / 10.0));
    }
    (times, (0..model.states()).map(|k| cells.read(k, 0)).collect())
}

fn agree(found: &[f64], expected: &[f64]) {
    for (found, expected) in found.iter().zip(expected) {
        let error = (found - expected).abs() / expected.abs();
        assert!(error < 1e-9, "{found} {expected}");
    }
}

/// Reference: Brian2 2.9, numpy target, 0.1 ms.
#[test]
fn a_quadratic_neuron_fires_as_in_brian2() {
    let (times, end) = alone(
        Definition {
            equations: "dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + 10*mV/ms : volt
                        du/dt = (0.02/ms)*((0.2/ms)*v - u) : volt/second"
                .into(),
            threshold: Some("v >= 30*mV".into()),
            reset: Some("v = -65*mV; u += 8*mV/ms".into()),
            method: Some("euler".into()),
            initial: vec![("v".into(), "-65*mV".into()), ("u".into(), "-13*mV/ms".into())],
            ..Definition::default()
        },
        3000,
    );
    assert_eq!(times, [3.3, 27.0, 72.1, 117.2, 162.3, 207.4, 252.5, 297.6]);
    agree(&end, &[-0.073_658_509_017_861_28, -0.152_342_976_907_260_56]);
}

/// As above; the neuron of benchmark 3 of Brette et al. (2007), doi:10.1007/s10827-007-0038-6.
#[test]
fn a_neuron_with_sodium_and_potassium_channels_fires_as_in_brian2() {
    let (times, end) = alone(
        Definition {
            equations: "
                dv/dt = (10*nS*(-60*mV - v) - 20*usiemens*(m*m*m)*h*(v - 50*mV)
                         - 6*usiemens*(n*n*n*n)*(v + 90*mV) + 500*pA)/(200*pF) : mV
                dm/dt = alpha_m*(1 - m) - beta_m*m : 1
                dn/dt = alpha_n*(1 - n) - beta_n*n : 1
                dh/dt = alpha_h*(1 - h) - beta_h*h : 1
                x = v + 63*mV : mV
                alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV - x)/(4*mV))/ms : Hz
                beta_m = 0.28*(mV**-1)*5*mV/exprel((x - 40*mV)/(5*mV))/ms : Hz
                alpha_h = 0.128*exp((17*mV - x)/(18*mV))/ms : Hz
                beta_h = 4./(1 + exp((40*mV - x)/(5*mV)))/ms : Hz
                alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV - x)/(5*mV))/ms : Hz
                beta_n = .5*exp((10*mV - x)/(40*mV))/ms : Hz"
                .into(),
            threshold: Some("v > -20*mV".into()),
            refractory: Some("v > -20*mV".into()),
            method: Some("exponential_euler".into()),
            initial: vec![("v".into(), "-60*mV".into()), ("h".into(), "1".into())],
            ..Definition::default()
        },
        1000,
    );
    assert_eq!(times, [2.8, 16.0, 29.2, 42.4, 55.6, 68.8, 82.1, 95.3]);
    let expected = [-76.670_132_020_381_75, 6.548_977_489_886_618e-4, 0.018_249_829_584_560_263];
    agree(&end, &expected);
    agree(&end[3..], &[0.974_082_600_274_206_2]);
}

/// As above.
#[test]
fn an_adaptive_exponential_neuron_fires_as_in_brian2() {
    let (times, end) = alone(
        Definition {
            equations: "
                dv/dt = (10*nS*(-70*mV - v) + 10*nS*2*mV*exp((v + 50*mV)/(2*mV)) - w + 300*pA)/(200*pF)
                    : mV (unless refractory)
                dw/dt = (2*nS*(v + 70*mV) - w)/(500*ms) : pA"
                .into(),
            threshold: Some("v > -40*mV".into()),
            reset: Some("v = -70*mV; w += 40*pA".into()),
            refractory: Some("5*ms".into()),
            initial: vec![("v".into(), "-70*mV".into())],
            ..Definition::default()
        },
        5000,
    );
    assert_eq!(times, [29.5, 73.4, 135.0, 239.2, 427.9]);
    agree(&end, &[-53.691_193_277_754_616, 129.313_610_710_220_65]);
}

/// As above, `method='exact'`.
#[test]
fn a_linear_neuron_fires_as_in_brian2() {
    let (times, end) = alone(
        Definition {
            equations:
                "dv/dt = (-70*mV - v + 100*Mohm*(I + 250*pA))/(20*ms) : mV (unless refractory)
                        dI/dt = -I/(5*ms) : pA"
                    .into(),
            threshold: Some("v > -50*mV".into()),
            reset: Some("v = -70*mV; I += 50*pA".into()),
            refractory: Some("2*ms".into()),
            initial: vec![("v".into(), "-70*mV".into()), ("I".into(), "400*pA".into())],
            ..Definition::default()
        },
        2000,
    );
    assert_eq!(times, [18.3, 51.3, 84.5, 117.7, 150.9, 184.1]);
    agree(&end, &[-56.978_089_267_424_1, 2.124_063_262_577_413_7]);
}

/// Models of every method, with a refractory time, a condition, noise, and states that read each other.
fn of_every_method() -> Vec<Definition> {
    let conductances =
        "dv/dt = (E_L - v + (g*(0 mV - v) + u*(-80 mV - v))/(10 nS) + I_in/(10 nS))/tau_m
                            : mV (unless refractory)
                        dg/dt = -g/tau_s : nS
                        du/dt = -u/(2*tau_s) : nS
                        w = 3*v : mV
                        E_L : mV
                        R : Gohm
                        tau_m : ms
                        tau_s : ms";
    let with = |method: &str, refractory: &str| Definition {
        equations: conductances.into(),
        receptors: vec![("e".into(), "g += weight".into()), ("i".into(), "u -= weight".into())],
        refractory: Some(refractory.into()),
        threshold: Some("v > -55 mV".into()),
        ..lif(Some(method))
    };
    let adaptive = Definition {
        equations:
            "dv/dt = (E_L - v + 2 mV*exp((v + 50 mV)/(2 mV)) - w)/tau_m + 2 mV*xi/sqrt(tau_m) : mV
                    dw/dt = (R*(1 nS)*(v - E_L) - w + rand()*(1 mV))/tau_s : mV
                    E_L : mV
                    R : Gohm
                    tau_m : ms
                    tau_s : ms"
                .into(),
        threshold: Some("v > -54 mV".into()),
        reset: Some("v = E_L; w += 3 mV".into()),
        receptors: vec![("syn".into(), "v += weight*exp(-abs(w)/(1 mV)); w += weight".into())],
        initial: vec![("v".into(), "E_L + 17 mV".into())],
        ..lif(Some("euler"))
    };
    let mut all = vec![lif(None), adaptive];
    for method in ["euler", "exponential_euler", "rk2", "rk4"] {
        all.extend([with(method, "2 ms"), with(method, "v > -65 mV")]);
    }
    all
}

/// States, and who crossed the threshold, against one value after the other.
#[test]
fn a_step_has_the_bits_of_the_reference_interpreter() {
    const N: usize = 300;
    let spread = |mean: f64, width: f64| -> Vec<f64> {
        (0..N).map(|k| mean + width * (k as f64 * 0.37).sin()).collect()
    };
    for definition in of_every_method() {
        let model = model(definition);
        for own in [false, true] {
            let tau = if own { Values::Each(spread(15.0, 5.0)) } else { Values::Same(15.0) };
            let same = |x| Values::Same(x);
            let parameters = vec![same(-70.0), same(0.1), tau, same(5.0)];
            let mut initial = vec![None; model.states()];
            initial[1] = Some(Values::Each(spread(4.0, 4.5)));
            let setting =
                Setting { parameters, initial, size: N, first: 0, key: [1, 2], dt_ms: 0.1 };
            let mut cells = Cells::new(Arc::clone(&model), &setting);
            let each: Vec<bool> =
                cells.columns.iter().map(|c| matches!(c, Store::Each(_))).collect();
            let step_of_model = crate::vector::specialise(&model.step, &each);
            let live = step_of_model.graph.live(step_of_model.roots());
            let (mut values, mut spikes) = (Vec::new(), Vec::new());
            for step in 0..150 {
                let (weights, current) = (spread(3.0, 4.0), spread(250.0, 200.0));
                let channels: &[&[f64]] = if step % 20 == 0 { &[&weights] } else { &[] };
                let arriving = Arriving { channels, current: &current, ..Arriving::default() };
                cells.receive(0, arriving);
                cells.reset(0, step as f64 * 0.1);
                cells.draw(0, step);
                let before = cells.columns.clone();
                let flags = cells.run(0, step);
                for lane in 0..N {
                    let read = |input| match input {
                        Input::Time => step as f64 * 0.1,
                        Input::Step => 0.1,
                        Input::Variable(k) if Some(k) == cells.now => step as f64,
                        Input::Variable(k) => at(&before[k], lane),
                        _ => 0.0,
                    };
                    evaluate(&step_of_model.graph, &live, &read, &mut values);
                    for &(target, value) in &step_of_model.outputs {
                        let crate::ir::Target::Variable(column) = target else { continue };
                        let (found, expected) =
                            (at(&cells.columns[column], lane), values[value.index()]);
                        assert_eq!(
                            found.to_bits(),
                            expected.to_bits(),
                            "{:?} step {step} lane {lane} {:?}: {found} {expected}",
                            model.method(),
                            model.holds[column]
                        );
                        if Some(column) == cells.crossed && found != 0.0 {
                            assert_ne!(flags & 1 << (lane / crate::vector::STRIP), 0);
                        }
                    }
                }
                cells.collect(0, step, flags, &mut spikes).unwrap();
                cells.stimulate(0, arriving);
            }
            assert!(spikes.len() > 20, "{:?}: {} spikes", model.method(), spikes.len());
        }
    }
}

#[test]
fn a_computed_variable_sees_the_time_of_the_states() {
    let definition = Definition {
        equations: "dx/dt = 1/ms : 1\n late = x - t/ms : 1".into(),
        ..Definition::default()
    };
    let mut cells = cells(&model(definition), &[], 1, 0.125);
    for step in 0..9 {
        cells.advance(0, step, Arriving::default(), &mut Vec::new()).unwrap();
        assert_eq!(cells.read(1, 0), 0.0);
    }
}
