//! Rates of populations against answers in closed form.

use neuropil_vision::field::{Gabor, Gaussians, Sign};
use neuropil_vision::nonlinearity::Pool;
use neuropil_vision::rates::rates;
use neuropil_vision::stimulus::{Grating, Motion, Pattern};
use neuropil_vision::temporal::{Gamma, Kernel};
use neuropil_vision::theory::cycle;
use neuropil_vision::{Cell, Drives, Gaze, Layer, Nonlinearity, Scene, Screen, Temporal, Unit};

const SCREEN: Screen = Screen {
    width_deg: 60.0,
    height_deg: 60.0,
    pixels_per_deg: 3.0,
    refresh_hz: 1000.0,
    background: 0.5,
    reference: 0.5,
};

const RECTIFIED: Nonlinearity = Nonlinearity {
    baseline_hz: 3.0,
    gain_hz: 40.0,
    threshold: 0.0,
    exponent: 1.0,
    pool: Pool::None,
};

fn gabor(orientation_deg: f64) -> Gabor {
    Gabor {
        orientation_deg,
        spatial_cpd: 0.2,
        phase_deg: 40.0,
        sigma_deg: 2.0,
        aspect: 1.5,
        balanced: true,
    }
}

fn grating(orientation_deg: f64, contrast: f64) -> Grating {
    Grating {
        orientation_deg,
        spatial_cpd: 0.18,
        temporal_hz: 4.0,
        phase_deg: 10.0,
        contrast,
        mean: 0.5,
        square: false,
        motion: Motion::Drift,
        center_deg: [0.0; 2],
    }
}

/// Rates in intervals of 1 ms.
fn course(
    pattern: Pattern,
    unit: Unit,
    screen: Screen,
    temporal: &Temporal,
    nonlinearity: &Nonlinearity,
    ms: usize,
) -> Vec<f64> {
    let scene = Scene { screen, layers: vec![Layer::new(pattern)], gaze: Gaze::fixed([0.0; 2]) };
    let drives = Drives::of(&scene, &[unit], screen.frames_before(ms as f64));
    rates(&drives, &[unit], &screen, temporal, nonlinearity, (1.0, ms))
}

#[test]
fn drifting_gratings_give_the_rates_of_the_closed_form() {
    let cells = [
        Cell::Simple(gabor(0.0)),
        Cell::Complex(gabor(0.0)),
        Cell::CentreSurround(Gaussians {
            sigma_deg: 0.7,
            surround_deg: 2.0,
            surround_weight: 0.8,
            sign: Sign::Off,
        }),
    ];
    let kernel = Kernel::Biphasic {
        first: Gamma { order: 3, tau_ms: 9.0 },
        second: Gamma { order: 5, tau_ms: 9.0 },
        weight: 0.6,
    };
    let temporal = Temporal { kernel, delay_ms: 20.0, rectified: false };
    for cell in cells {
        let unit = Unit { center_deg: [1.5, -0.7], cell };
        for orientation in [0.0, 15.0, 40.0, 90.0] {
            let grating = grating(orientation, 0.6);
            let found = course(Pattern::Grating(grating), unit, SCREEN, &temporal, &RECTIFIED, 750);
            let wanted = cycle(&unit, &temporal, &RECTIFIED, &grating).unwrap();
            // The second cycle of 250 ms; frames of 1 ms lower the amplitude by sinc(0.004) = 1 − 3·10⁻⁵.
            let mean = found[500..].iter().sum::<f64>() / 250.0;
            let peak = found[500..].iter().copied().fold(0.0, f64::max);
            assert!(
                (mean - wanted.mean_hz).abs() < 0.01,
                "{cell:?} {orientation}: {mean} {wanted:?}"
            );
            assert!(
                (peak - wanted.peak_hz).abs() < 0.02,
                "{cell:?} {orientation}: {peak} {wanted:?}"
            );
            let (mut re, mut im) = (0.0, 0.0);
            for (k, rate) in found[500..].iter().enumerate() {
                let angle = std::f64::consts::TAU * (k as f64 + 0.5) / 250.0;
                (re, im) = (re + rate * angle.cos(), im + rate * angle.sin());
            }
            let first = 2.0 * f64::hypot(re, im) / 250.0;
            assert!(
                (first - wanted.first_hz).abs() < 0.02,
                "{cell:?} {orientation}: {first} {wanted:?}"
            );
        }
    }
}

#[test]
fn a_screen_that_refreshes_lowers_the_modulation_by_the_sinc_of_the_hold() {
    // 15 Hz at 60 frames per second: sin(π/4)/(π/4) = 0.9003.
    let screen = Screen { refresh_hz: 60.0, ..SCREEN };
    let unit = Unit { center_deg: [0.0; 2], cell: Cell::Simple(gabor(0.0)) };
    let grating = Grating { temporal_hz: 15.0, ..grating(0.0, 1.0) };
    let kernel = Kernel::Gamma(Gamma { order: 6, tau_ms: 4.0 });
    let temporal = Temporal { kernel, ..Temporal::default() };
    // A linear cell on a high baseline.
    let linear = Nonlinearity { baseline_hz: 100.0, threshold: -2.0, ..RECTIFIED };
    let found = course(Pattern::Grating(grating), unit, screen, &temporal, &linear, 1200);
    let (mut re, mut im) = (0.0, 0.0);
    for (k, rate) in found[200..].iter().enumerate() {
        let angle = std::f64::consts::TAU * 15.0 * (k as f64 + 0.5) * 1e-3;
        (re, im) = (re + rate * angle.cos(), im + rate * angle.sin());
    }
    let first = 2.0 * f64::hypot(re, im) / 1000.0;
    let wanted = cycle(&unit, &temporal, &linear, &grating).unwrap().first_hz;
    let ratio = first / wanted;
    assert!((ratio - 0.900_316).abs() < 1e-3, "{ratio}");
}

#[test]
fn a_step_of_light_is_answered_by_the_step_response_after_the_delay() {
    let field =
        Gaussians { sigma_deg: 1.0, surround_deg: 2.0, surround_weight: 0.0, sign: Sign::On };
    let unit = Unit { center_deg: [0.0; 2], cell: Cell::CentreSurround(field) };
    let screen = Screen { refresh_hz: 60.0, ..SCREEN };
    for kernel in [
        Kernel::Gamma(Gamma { order: 4, tau_ms: 6.0 }),
        Kernel::Adapting { tau_ms: 30.0, adaptation_ms: 500.0, fraction: 0.2 },
    ] {
        let temporal = Temporal { kernel, delay_ms: 33.3, rectified: true };
        let layer = Layer { from_ms: 210.0, ..Layer::new(Pattern::Uniform(0.75)) };
        let scene = Scene { screen, layers: vec![layer], gaze: Gaze::fixed([0.0; 2]) };
        let drives = Drives::of(&scene, &[unit], 60);
        let found = rates(&drives, &[unit], &screen, &temporal, &RECTIFIED, (1.0, 1000));
        // Shown with the first frame that begins at or after 210 ms: 13/60 s.
        let onset = 13.0 / 0.06 + 33.3;
        let height = drives.frame(20)[0];
        assert!((height - 0.5).abs() < 1e-4);
        for (k, rate) in found.iter().enumerate() {
            let t = k as f64 + 0.5 - onset;
            let wanted = 3.0 + 40.0 * height * if t > 0.0 { kernel.step(t) } else { 0.0 };
            assert!((rate - wanted).abs() < 1e-9, "{kernel:?} at {k} ms: {rate} {wanted}");
        }
    }
}

#[test]
fn a_population_divides_what_drives_all_of_it() {
    // Cross-orientation suppression: a mask that does not drive a cell lowers its answer.
    let units: Vec<Unit> = (0..18)
        .flat_map(|k| [0.0, 90.0].map(|phase| (10.0 * f64::from(k), phase)))
        .map(|(orientation, phase)| {
            let gabor = Gabor { phase_deg: phase, ..gabor(orientation) };
            Unit { center_deg: [0.0; 2], cell: Cell::Complex(gabor) }
        })
        .collect();
    let normalized =
        Nonlinearity { baseline_hz: 0.0, exponent: 2.0, pool: Pool::Population(0.1), ..RECTIFIED };
    let answer = |contrast: f64, mask: f64| {
        let still =
            |g: Grating| Pattern::Grating(Grating { temporal_hz: 0.0, spatial_cpd: 0.2, ..g });
        let opacity = if mask > 0.0 { vec![0.5] } else { vec![0.0] };
        // Half of each: the sum of both gratings at half their contrast.
        let layers = vec![
            Layer::new(still(grating(0.0, contrast))),
            Layer { opacity, ..Layer::new(still(grating(90.0, 2.0 * mask))) },
        ];
        let scene = Scene { screen: SCREEN, layers, gaze: Gaze::fixed([0.0; 2]) };
        let drives = Drives::of(&scene, &units, 1);
        let all = rates(&drives, &units, &SCREEN, &Temporal::default(), &normalized, (1.0, 5));
        all[4 * units.len()]
    };
    // The second layer halves the first one's contrast too.
    let (alone, masked) = (answer(0.2, 0.0), answer(0.4, 0.4));
    assert!(masked < 0.7 * alone, "{masked} {alone}");
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let units: Vec<Unit> = (0..40)
        .map(|k| Unit {
            center_deg: [f64::from(k) - 20.0, 0.3 * f64::from(k)],
            cell: Cell::Simple(gabor(7.0 * f64::from(k))),
        })
        .collect();
    let compute = || {
        let layers = vec![Layer::new(Pattern::Grating(grating(20.0, 0.9)))];
        let screen = Screen { refresh_hz: 60.0, ..SCREEN };
        let scene = Scene { screen, layers, gaze: Gaze::fixed([0.0; 2]) };
        let drives = Drives::of(&scene, &units, 30);
        let kernel = Kernel::Gamma(Gamma { order: 2, tau_ms: 20.0 });
        let temporal = Temporal { kernel, delay_ms: 0.0, rectified: false };
        rates(&drives, &units, &screen, &temporal, &RECTIFIED, (1.0, 500))
    };
    let with = |threads: usize| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(compute)
    };
    assert!(with(1) == with(3));
}
