//! Where ticks stand and what they say.

/// A tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Value on the axis.
    pub at: f64,
    /// What stands beside it; empty for a minor tick.
    pub label: String,
}

/// About `count` round ticks within `[low, high]`, in steps of 1, 2, 2.5 or 5 times a power of ten.
pub(crate) fn linear(low: f64, high: f64, count: usize) -> Vec<Tick> {
    let Some(step) = step(low, high, count) else { return vec![tick(low, 0.0)] };
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|k| tick(k as f64 * step, step)).collect()
}

fn tick(at: f64, step: f64) -> Tick {
    Tick { at, label: number(at, step) }
}

fn step(low: f64, high: f64, count: usize) -> Option<f64> {
    let rough = (high - low) / count.max(1) as f64;
    if !(rough > 0.0 && rough.is_finite()) {
        return None;
    }
    let power = 10_f64.powf(rough.log10().floor());
    let round = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|m| m * power >= rough * 0.999);
    Some(round.unwrap_or(10.0) * power)
}

/// `at` with the decimals that multiples of `step` need, and a true minus sign.
pub(crate) fn number(at: f64, step: f64) -> String {
    let magnitude = at.abs().max(step.abs());
    if magnitude == 0.0 {
        return "0".into();
    }
    if !(1e-4..1e6).contains(&magnitude) {
        return scientific(at);
    }
    let decimals = (0..8).find(|&d| {
        let scaled = step * 10_f64.powi(d);
        (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0)
    });
    let text = format!("{at:.*}", decimals.unwrap_or(8) as usize);
    let zero = text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.');
    if zero { text.replace('-', "") } else { text.replace('-', "−") }
}

/// `2.5×10⁻⁶`.
fn scientific(at: f64) -> String {
    if at == 0.0 {
        return "0".into();
    }
    let text = format!("{at:.1e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = mantissa.trim_end_matches(".0").replace('-', "−");
    format!("{mantissa}×10{}", superscript(exponent))
}

/// `-12` as `⁻¹²`.
pub(crate) fn superscript(digits: &str) -> String {
    const UP: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).map_or('⁻', |d| UP[d as usize]);
    digits.chars().map(raise).collect()
}

/// Ticks of a logarithmic axis: labelled powers of ten (thinned to about `count`), and unlabelled
/// multiples between them; over less than two decades, multiples 2 and 5 are labelled too.
pub(crate) fn logarithmic(low: f64, high: f64, count: usize) -> Vec<Tick> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let decades = (last - first).max(1) as usize;
    let shown = (first..=last).filter(|&p| (low..=high).contains(&10_f64.powi(p))).count();
    let every = shown.div_ceil(count.max(1)).max(1) as i32;
    let close = (high / low).log10() < 2.0;
    let mut ticks = Vec::new();
    for power in first..=last {
        for multiple in 1..10 {
            let at = f64::from(multiple) * 10_f64.powi(power);
            if at < low * (1.0 - 1e-9) || at > high * (1.0 + 1e-9) {
                continue;
            }
            let labelled = match multiple {
                1 => power.rem_euclid(every) == 0,
                2 | 5 => close,
                _ => false,
            };
            let minor_shown = decades <= 8;
            if labelled {
                ticks.push(Tick { at, label: log_label(multiple, power) });
            } else if minor_shown || multiple == 1 {
                ticks.push(Tick { at, label: String::new() });
            }
        }
    }
    ticks
}

fn log_label(multiple: i32, power: i32) -> String {
    match power {
        -2..=3 => number(f64::from(multiple) * 10_f64.powi(power), 10_f64.powi(power.min(0))),
        _ if multiple == 1 => format!("10{}", superscript(&power.to_string())),
        _ => format!("{multiple}×10{}", superscript(&power.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|t| t.label.as_str()).filter(|label| !label.is_empty()).collect()
    }

    #[test]
    fn steps_are_round() {
        assert_eq!(labels(&linear(0.0, 1000.0, 5)), ["0", "200", "400", "600", "800", "1000"]);
        assert_eq!(labels(&linear(-72.3, -48.1, 4)), ["−70", "−60", "−50"]);
        assert_eq!(labels(&linear(0.0, 0.1, 4)), ["0.000", "0.025", "0.050", "0.075", "0.100"]);
        assert_eq!(labels(&linear(-0.2, 0.2, 4)), ["−0.2", "−0.1", "0.0", "0.1", "0.2"]);
    }

    #[test]
    fn large_and_small_numbers_have_powers() {
        assert_eq!(labels(&linear(0.0, 2e7, 2)), ["0", "1×10⁷", "2×10⁷"]);
        assert_eq!(number(2.5e-6, 1e-7), "2.5×10⁻⁶");
    }

    #[test]
    fn powers_of_ten_are_labelled() {
        assert_eq!(
            labels(&logarithmic(1e-3, 1e4, 8)),
            ["10⁻³", "0.01", "0.1", "1", "10", "100", "1000", "10⁴"]
        );
        assert_eq!(labels(&logarithmic(0.8, 30.0, 5)), ["1", "2", "5", "10", "20"]);
    }

    #[test]
    fn an_axis_without_extent_has_one_tick() {
        assert_eq!(linear(3.0, 3.0, 5).len(), 1);
    }
}
