//! Nearest-name suggestions for error messages.

/// The candidate closest to `name`, if any is close enough to be a slip of the pen.
///
/// Distance is Damerau–Levenshtein (restricted) on lower-cased characters; a candidate qualifies
/// when its distance is at most a third of the longer name (at least 1 edit is always allowed, but
/// something must be left of it), or when it begins with `name`.
///
/// ```
/// use neuropil_core::names::nearest;
/// assert_eq!(nearest("iaf_psc_dleta", ["iaf_psc_alpha", "iaf_psc_delta"]), Some("iaf_psc_delta"));
/// assert_eq!(nearest("zebra", ["iaf_psc_alpha"]), None);
/// assert_eq!(nearest("V", ["w", "V_m", "g_ex"]), Some("V_m"));
/// assert_eq!(nearest("X", ["E", "I"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(d, candidate)| {
            let longer = name.chars().count().max(candidate.chars().count());
            let beginning = candidate.to_lowercase().starts_with(&name.to_lowercase());
            (*d <= (longer / 3).max(1) && *d < longer) || (beginning && !name.is_empty())
        })
        .min_by_key(|(d, _)| *d)
        .map(|(_, candidate)| candidate)
}

/// The tail of an error message about an unknown name: `; did you mean "x"?`, or, when none is near
/// and there are few, `; known: "x", "y"`. Nothing otherwise.
///
/// ```
/// use neuropil_core::names::suggestion;
/// assert_eq!(suggestion("Inn", ["ex", "in"]), "; did you mean \"in\"?");
/// assert_eq!(suggestion("inhibitory", ["ex", "in"]), "; known: \"ex\", \"in\"");
/// ```
pub fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = Vec::new();
    for candidate in candidates {
        if !known.contains(&candidate) {
            known.push(candidate);
        }
    }
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("; did you mean \"{near}\"?"),
        None if (1..=LISTED).contains(&known.len()) => {
            format!("; known: \"{}\"", known.join("\", \""))
        }
        None => String::new(),
    }
}

/// As many names as are pleasant to read in a message.
const LISTED: usize = 8;

fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let substitute = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = substitute.min(above[j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if swapped {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}
