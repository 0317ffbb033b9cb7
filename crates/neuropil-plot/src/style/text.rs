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

/// Width of `text` as it is set, with its subscripts. Characters outside the table count as a digit,
/// the minus sign and superscripts as what they are.
pub(crate) fn width(text: &str, size: u32) -> f64 {
    runs(text, size).iter().map(Run::width).sum()
}

/// A part of a text that stands on one line.
#[derive(Debug, PartialEq)]
pub(crate) struct Run<'a> {
    pub(crate) text: &'a str,
    pub(crate) size: u32,
    /// How far below the baseline it stands.
    pub(crate) drop: f64,
}

impl Run<'_> {
    pub(crate) fn width(&self) -> f64 {
        let units: u32 = self.text.chars().map(|c| u32::from(advance(c))).sum();
        f64::from(units) / EM * f64::from(self.size)
    }
}

/// Sets what follows an underscore after a single letter lower and smaller: `V_m`, `g_ex`, but not
/// `iaf_psc_delta`.
pub(crate) fn runs(text: &str, size: u32) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let (mut from, mut before) = (0, [' ', ' ']);
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let follows = characters.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        let symbol = before[1].is_alphabetic() && !before[0].is_alphanumeric() && before[0] != '_';
        before = [before[1], c];
        if !(c == '_' && symbol && follows) {
            continue;
        }
        runs.push(Run { text: &text[from..at], size, drop: 0.0 });
        while let Some((_, c)) = characters.next_if(|(_, c)| c.is_alphanumeric()) {
            before = [before[1], c];
        }
        let end = characters.peek().map_or(text.len(), |(at, _)| *at);
        let (smaller, drop) = ((size * 3).div_ceil(4), f64::from(size) * 0.22);
        runs.push(Run { text: &text[at + 1..end], size: smaller, drop });
        from = end;
    }
    if from < text.len() {
        runs.push(Run { text: &text[from..], size, drop: 0.0 });
    }
    runs
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
    fn only_single_letters_have_subscripts() {
        let parts = |text| runs(text, 10).iter().map(|run| run.text.to_owned()).collect::<Vec<_>>();
        assert_eq!(parts("V_m (mV), ν_ext"), ["V", "m", " (mV), ν", "ext"]);
        for plain in ["iaf_psc_delta", "layer_4", "a_", "_b", ""] {
            assert_eq!(parts(plain).concat(), plain);
            assert!(parts(plain).len() < 2, "{plain}");
        }
    }

    #[test]
    fn a_negative_number_is_wider_than_its_digits_alone() {
        assert_eq!(width("10", 2048), 2606.0);
        assert_eq!(width("−10", 2048), 4322.0);
    }
}
