//! Numbers as they are written in equations and experiments.

/// Length of the decimal number at the beginning of `text`, and its value.
///
/// Digits with an optional point and exponent; `_` separates digits (`10_000`). `1e` is the number
/// 1 followed by the name `e`. The value is `None` where the beginning is no number, such as `.`.
pub fn decimal(text: &str) -> (usize, Option<f64>) {
    let bytes = text.as_bytes();
    let digits = |mut k: usize| {
        while bytes.get(k).is_some_and(|c| c.is_ascii_digit() || *c == b'_') {
            k += 1;
        }
        k
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    (end, text[..end].replace('_', "").parse().ok())
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn a_number_ends_where_a_name_begins() {
        assert_eq!(decimal("12.5 mV"), (4, Some(12.5)));
        assert_eq!(decimal("1e3*x"), (3, Some(1000.0)));
        assert_eq!(decimal("1e"), (1, Some(1.0)));
        assert_eq!(decimal("2e-"), (1, Some(2.0)));
        assert_eq!(decimal("10_000Hz"), (6, Some(10_000.0)));
        assert_eq!(decimal(".5"), (2, Some(0.5)));
        assert_eq!(decimal("."), (1, None));
        assert_eq!(decimal("x"), (0, None));
    }
}
