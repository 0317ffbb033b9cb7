//! What became of the keys that nobody asked for.

use super::reading::Reading;

/// Keys of other tools of the package, with the reason why they are not needed.
const ELSEWHERE: &[(&str, &str)] = &[
    ("REC_POPS", ""),
    ("AFF_POPS", ""),
    ("NRN_KEY", "the cell of the single-cell protocol; see `neuropil transfer`"),
    ("POP_STIM", "the inputs of the single-cell protocol; see `neuropil transfer`"),
    ("N_SEED", "a setting of the single-cell protocol; see `neuropil transfer`"),
    ("RATES", "a setting of the single-cell protocol; see `neuropil transfer`"),
    ("filename", "results are named on the command line"),
    ("data_folder", "a setting of parameter scans; see [scan]"),
    ("zip_filename", "a setting of parameter scans; see [scan]"),
    ("PARAMS_SCAN", "a setting of parameter scans; see [scan.values]"),
];

impl Reading<'_> {
    /// Says why each key was left out that was not used.
    pub fn leftover(&mut self, recurrent: &[String]) {
        for (place, (key, _)) in self.dictionary.iter().enumerate() {
            // a key with a blank is a comment
            if self.used[place] || key.contains(char::is_whitespace) {
                continue;
            }
            if let Some((_, reason)) = ELSEWHERE.iter().find(|(known, _)| known == key) {
                if !reason.is_empty() {
                    self.notes.push(format!("{key} is left out: {reason}"));
                }
                continue;
            }
            let ends = |ending: &str| {
                key.strip_suffix(ending).is_some_and(|name| recurrent.iter().any(|p| p == name))
            };
            let of_rate = key
                .strip_prefix("F_")
                .is_some_and(|name| recurrent.iter().any(|p| p == name.trim_end_matches("_array")));
            let reason = if ends("_Vclamp") {
                "a script sets its conductance; write an input of kind \"clamp\" with this potential"
            } else if of_rate || key.starts_with("F_") && key.ends_with("_array") {
                "a setting of the single-cell protocol; see `neuropil transfer`"
            } else if key.starts_with("COEFFS") {
                "transfer functions are named in [meanfield.transfer]"
            } else if ["V0", "Tse", "Tsi", "Ee", "Ei"].contains(&key.as_str())
                || ["Tsyn_", "Erev_"].iter().any(|start| key.starts_with(start))
            {
                "no projection uses it"
            } else if ["p_", "Q_", "psyn_", "alpha_"].iter().any(|start| key.starts_with(start)) {
                "it names no projection between populations that are there"
            } else if recurrent.iter().any(|name| key.starts_with(&format!("{name}_"))) {
                "no such property of a population is known"
            } else {
                "the key is not known"
            };
            self.notes.push(format!("{key} is left out: {reason}"));
        }
    }
}
