//! The width of texts, known before they are drawn.

/// Units per em of the font's widths.
const EM: f64 = 2048.0;

/// Advance widths of DejaVu Sans for the printable ASCII characters, from the space.
const ASCII: [u16; 95] = [
    651, 821, 942, 1716, 1303, 1946, 1597, 563, 799, 799, 1024, 1716, 651, 739, 651, 690, 1303,
    1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 690, 690, 1716, 1716, 1716, 1087, 2048,
    1401, 1405, 1430, 1577, 1294, 1178, 1587, 1540, 604, 604, 1343, 1141, 1767, 1532, 1612, 1235,
    1612, 1423, 1300, 1251, 1499, 1401, 2025, 1403, 1251, 1403, 799, 690, 799, 1716, 1024, 1024,
    1255, 1300, 1126, 1300, 1260, 721, 1300, 1298, 569, 569, 1186, 569, 1995, 1298, 1253, 1300,
    1300, 842, 1067, 803, 1298, 1212, 1675, 1212, 1212, 1075, 1303, 690, 1303, 1716,
];

/// Width of `text` in the given size. Characters outside the table count as a digit, the minus sign
/// and superscripts as what they are.
pub(crate) fn width(text: &str, size: u32) -> f64 {
    let units: u32 = text.chars().map(|c| u32::from(advance(c))).sum();
    f64::from(units) / EM * f64::from(size)
}

fn advance(c: char) -> u16 {
    match c {
        ' '..='~' => ASCII[c as usize - 32],
        '−' | '×' | '±' | '→' => 1716,
        '⁻' => 1081,
        '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' => 821,
        _ => 1303,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_number_is_wider_than_its_digits_alone() {
        assert_eq!(width("10", 2048), 2606.0);
        assert_eq!(width("−10", 2048), 4322.0);
    }
}
