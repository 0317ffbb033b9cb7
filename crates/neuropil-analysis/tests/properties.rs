//! What must hold for any spikes and any signal.

use neuropil_analysis::{SpikeTrains, Window, correlation, rate, spectrum, synchrony};
use proptest::prelude::*;

fn spikes() -> impl Strategy<Value = Vec<(u32, f64)>> {
    prop::collection::vec((0..6_u32, 0.0..1000.0_f64), 2..200)
}

fn trains(events: &[(u32, f64)], window: Window) -> SpikeTrains {
    let (ids, times): (Vec<u32>, Vec<f64>) = events.iter().copied().unzip();
    SpikeTrains::from_events(6, &ids, &times, window).expect("valid events")
}

proptest! {
    #[test]
    fn adjoining_windows_share_every_spike_out_once(events in spikes(), cut in 1.0..999.0_f64) {
        let whole = trains(&events, Window::new(-1.0, 1000.0).unwrap());
        let early = whole.within(Window::new(-1.0, cut).unwrap());
        let late = whole.within(Window::new(cut, 1000.0).unwrap());
        prop_assert_eq!(early.spikes() + late.spikes(), events.len());
        let counts = rate::counts(whole.times_ms(), whole.window(), 1.001).unwrap();
        prop_assert_eq!(counts.iter().sum::<f64>() as usize, events.len());
    }

    #[test]
    fn order_of_events_does_not_matter(events in spikes()) {
        let window = Window::new(-1.0, 1000.0).unwrap();
        let mut reversed = events.clone();
        reversed.reverse();
        prop_assert_eq!(trains(&events, window), trains(&reversed, window));
    }

    #[test]
    fn synchrony_is_symmetric_and_bounded(events in spikes(), dt in 0.1..50.0_f64) {
        let trains = trains(&events, Window::new(-1.0, 1000.0).unwrap());
        let there = synchrony::tiling_coefficient(&trains, (0, 1), dt).unwrap();
        let back = synchrony::tiling_coefficient(&trains, (1, 0), dt).unwrap();
        prop_assert_eq!(there.is_some(), back.is_some());
        if let (Some(there), Some(back)) = (there, back) {
            prop_assert!((there - back).abs() < 1e-12 && (-1.0..=1.0 + 1e-12).contains(&there));
        }
        let mut pairs = Vec::new();
        for j in 1..6 {
            for i in 0..j {
                pairs.extend(synchrony::count_correlation(&trains, (i, j), 10.0).unwrap());
            }
        }
        let all = synchrony::mean_count_correlation(&trains, 10.0).unwrap();
        if let Some(all) = all {
            let average = pairs.iter().sum::<f64>() / pairs.len() as f64;
            prop_assert!((all - average).abs() < 1e-9, "{} {}", all, average);
        }
    }

    #[test]
    fn smoothing_keeps_sum_and_bounds(
        signal in prop::collection::vec(-5.0..5.0_f64, 1..80),
        sigma in 0.1..40.0_f64,
    ) {
        let smooth = rate::smoothed(&signal, 1.0, sigma).unwrap();
        let sum = |x: &[f64]| x.iter().sum::<f64>();
        prop_assert!((sum(&smooth) - sum(&signal)).abs() < 1e-9);
        let highest = signal.iter().copied().fold(f64::MIN, f64::max);
        prop_assert!(smooth.iter().all(|x| *x <= highest + 1e-12));
    }

    #[test]
    fn correlations_stay_within_one(signal in prop::collection::vec(-5.0..5.0_f64, 20..60)) {
        let (x, y) = signal.split_at(signal.len() / 2);
        let y = &y[..x.len()];
        if let Some(r) = correlation::pearson(x, y).unwrap() {
            prop_assert!(r.abs() <= 1.0 + 1e-12);
            let lagged = correlation::cross_correlation(x, y, 3).unwrap().unwrap();
            prop_assert!((lagged[3] - r).abs() < 1e-9);
        }
        let density = spectrum::welch(&signal, 1.0, 16).unwrap().density;
        prop_assert!(density.iter().all(|d| *d >= 0.0));
    }
}
