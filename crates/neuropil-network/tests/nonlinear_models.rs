//! Models integrated with error control: spike times and potentials that NEST 3.10 finds.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail, and tell"
)]

mod rig;

use rig::{Input, Rig, trace};

/// 300 ms of constant current at 0.1 ms: count, first six and last stamp.
#[test]
fn constant_current_gives_the_known_spike_train() {
    let iaf: (usize, [u64; 6], u64) = (46, [104, 168, 232, 296, 360, 424], 2984);
    let aeif: (usize, [u64; 6], u64) = (12, [118, 215, 330, 471, 648, 869], 2841);
    let cases = [
        ("iaf_cond_exp", 500.0, iaf),
        ("iaf_cond_alpha", 500.0, iaf),
        ("aeif_cond_exp", 1000.0, aeif),
        ("aeif_cond_alpha", 1000.0, aeif),
        ("aeif_psc_exp", 1000.0, aeif),
        ("aeif_psc_alpha", 1000.0, aeif),
        ("aeif_psc_delta", 1000.0, aeif),
        ("izhikevich", 10.0, (8, [34, 271, 722, 1173, 1624, 2075], 2977)),
        ("hh_psc_alpha", 1000.0, (21, [22, 172, 318, 465, 611, 757], 2953)),
        ("hh_cond_exp_traub", 500.0, (25, [27, 148, 269, 389, 510, 631], 2926)),
    ];
    for (model, i_e, (count, first, last)) in cases {
        let stamps = Rig::one(model, &[("I_e", i_e)]).rest(3000).stamps();
        assert_eq!(&stamps[..6], first, "{model}");
        assert_eq!((stamps.len(), stamps[count - 1]), (count, last), "{model}");
    }
    let stamps = Rig::one("aeif_cond_exp", &[("I_e", 1000.0), ("t_ref", 2.0)]).rest(3000).stamps();
    assert_eq!(&stamps[..6], [118, 235, 370, 530, 722, 954]);
    assert_eq!(stamps.last(), Some(&2928));
}

/// A spike at 1 ms with delay 1 ms arrives in the step that ends at 2 ms; peak relative to the first
/// sample, 40 ms observed.
#[test]
fn one_event_gives_the_known_response() {
    let cases = [
        ("iaf_cond_exp", 10.0, 0.526_139_554, 29, Some(-69.537_157_070)),
        ("iaf_cond_exp", -10.0, -0.850_543_233, 66, Some(-70.800_352_304)),
        ("iaf_cond_alpha", 10.0, 1.401_724_749, 32, Some(-68.733_474_637)),
        ("iaf_cond_alpha", -10.0, -2.015_254_083, 93, Some(-71.266_829_522)),
        ("aeif_cond_exp", 10.0, 0.460_434_315, 28, None),
        ("aeif_cond_exp", -10.0, -0.654_765_142, 59, None),
        ("aeif_cond_alpha", 10.0, 1.219_576_244, 31, None),
        ("aeif_cond_alpha", -10.0, -1.515_703_063, 84, None),
        ("aeif_psc_exp", 100.0, 0.065_460_713, 28, None),
        ("aeif_psc_exp", -100.0, -0.467_805_891, 59, None),
        ("aeif_psc_alpha", 100.0, 0.174_371_970, 31, None),
        ("aeif_psc_alpha", -100.0, -1.130_512_632, 85, None),
        ("aeif_psc_delta", 1.0, 1.000_014_923, 20, None),
        ("aeif_psc_delta", -1.0, -0.999_985_077, 20, None),
        ("hh_psc_alpha", 100.0, 0.403_601_550, 29, None),
        ("hh_psc_alpha", -100.0, -1.442_913_627, 56, None),
    ];
    for (model, weight, peak, at, v_5ms) in cases {
        let mut rig = Rig::one(model, &[]);
        let v = trace(&mut rig, "V_m", 400, |now| Input {
            weight: if now == 20 { weight } else { 0.0 },
            ..Input::default()
        });
        let sign = f64::signum(weight);
        let height = |k: &usize| sign * (v[*k] - v[0]);
        let largest = (0..400).max_by(|a, b| height(a).total_cmp(&height(b))).unwrap();
        let found = v[largest] - v[0];
        assert!((found - peak).abs() < 2e-9, "{model} {weight}: {found} instead of {peak}");
        assert_eq!(largest + 1, at, "{model} {weight}");
        if let Some(expected) = v_5ms {
            assert!((v[49] - expected).abs() < 2e-9, "{model} {weight}: {}", v[49]);
        }
    }
}

/// 300 ms of constant current with excitatory events every 3.1 ms and 40 inhibitory ones every 7.3 ms, as measured
/// with NEST 3.10: number and sum of the stamps, V at 99.9 and 300 ms.
#[test]
fn driven_neurons_follow_nest_through_spikes_and_events() {
    type Case<'a> = (&'a str, &'a [(&'a str, f64)], f64, usize, u64, f64, f64);
    #[rustfmt::skip]
    let cases: [Case<'_>; 9] = [
        ("aeif_cond_exp", &[("I_e", 700.0), ("t_ref", 1.7)], 10.0, 2, 1899, -50.753000376, -49.832212455),
        ("aeif_cond_alpha", &[("I_e", 700.0), ("t_ref", 1.7), ("tau_syn_ex", 1.0)], 10.0, 9, 10712, -57.665079963, -47.210554965),
        ("aeif_psc_exp", &[("I_e", 700.0), ("tau_syn_ex", 2.0), ("tau_syn_in", 5.0)], 100.0, 4, 5137, -51.602854522, -53.930086695),
        ("aeif_psc_alpha", &[("I_e", 700.0)], 200.0, 1, 624, -54.125689306, -50.893503296),
        ("izhikevich", &[("I_e", 6.0), ("consistent_integration", 0.0)], 3.0, 5, 7411, -70.639272471, -75.217580845),
        ("iaf_cond_exp", &[("I_e", 300.0), ("t_ref", 1.7)], 10.0, 10, 16968, -59.942508139, -58.516318223),
        ("iaf_cond_alpha", &[("I_e", 300.0)], 5.0, 1, 2967, -55.582548095, -58.988651043),
        ("hh_psc_alpha", &[("I_e", 600.0)], 200.0, 2, 238, -61.604618794, -59.301767005),
        ("hh_cond_exp_traub", &[("I_e", 200.0)], 3.0, 24, 35276, -61.602798494, -55.454085791),
    ];
    for (model, given, weight, count, sum, at_99_9, at_300) in cases {
        let mut rig = Rig::one(model, given);
        let mut v = Vec::new();
        for stamp in 1..=3000_u64 {
            // Spikes at 1 + 3.1 k and 2 + 7.3 k ms, delay 1 ms.
            let excites = stamp >= 20 && (stamp - 20).is_multiple_of(31);
            let inhibits = (30..=2877).contains(&stamp) && (stamp - 30).is_multiple_of(73);
            let up = if excites { [weight] } else { [0.0] };
            let down = if inhibits { [-weight] } else { [0.0] };
            let sum = [up[0] + down[0]];
            let channels: [&[f64]; 2] =
                if rig.info.channels.len() == 1 { [&sum, &[]] } else { [&up, &down] };
            rig.advance_each(channels, &[], &[]).unwrap();
            v.push(rig.v());
        }
        let stamps = rig.stamps();
        assert_eq!((stamps.len(), stamps.iter().sum()), (count, sum), "{model} {stamps:?}");
        let found = (v[998], v[2999]);
        assert!((found.0 - at_99_9).abs() < 1e-6, "{model}: {} {at_99_9}", found.0);
        assert!((found.1 - at_300).abs() < 1e-6, "{model}: {} {at_300}", found.1);
    }
}
