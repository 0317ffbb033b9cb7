//! Whatever is written, the answer is a value or a fault with a place, never a crash.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use neuropil::experiment::Experiment;
use neuropil::expression::{Expression, Scope};
use proptest::prelude::*;

const SEED: &str = r#"
[simulation]
duration = "1 ms"
[parameters]
J = "0.1 mV"
[populations.E]
model = "iaf_psc_delta"
size = 4
params = { tau_m = "20 ms", V_th = -50 }
[connections.EE]
source = "E[0:2]"
target = ["E"]
rule = "fixed_indegree"
indegree = 2
weight = "-5 * J"
delay = "1 ms"
[inputs.noise]
kind = "poisson"
target = "E"
rate = "1 kHz * (1 + heaviside(t - 0.5 ms))"
weight = { psp = "0.1 mV" }
[record.traces]
target = "E[::2]"
variables = ["V_m"]
[plots.a]
kind = "raster"
"#;

/// Resolves a text; a fault must be printable at its place.
fn resolve(text: &str, name: &str) {
    let done = Experiment::parse(text, name).and_then(|experiment| experiment.check());
    if let Err(error) = done {
        assert!(!error.to_string().is_empty() && !error.render(false).is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn expressions(text in "[-+*/^()., 0-9eEmMsVJgµ%a-z]{0,40}") {
        if let Ok(expression) = Expression::parse(&text) {
            let _ = expression.value(&Scope::default());
        }
    }

    #[test]
    fn json(text in "[\\[\\]{}:,\"0-9a-z\\\\ ._-]{0,60}") {
        resolve(&text, "x.json");
    }

    #[test]
    fn a_line_lost_or_doubled(line in 0..30usize, doubled: bool) {
        let lines: Vec<&str> = SEED.lines().collect();
        let line = line % lines.len();
        let (before, after) = lines.split_at(line);
        let text = match doubled {
            true => [before, &lines[line..=line], after].concat(),
            false => [before, &after[1..]].concat(),
        };
        resolve(&text.join("\n"), "x.toml");
    }

    #[test]
    fn a_word_replaced(at in 0..2000usize, word in "[-+*/^()\\[\\]{}\"=., 0-9a-zA-Zµ\n]{0,8}") {
        let mut text = SEED.to_owned();
        let at = (at % text.len()..text.len()).find(|k| text.is_char_boundary(*k)).unwrap();
        let end = (at + word.len()).min(text.len());
        let end = (end..=text.len()).find(|k| text.is_char_boundary(*k)).unwrap();
        text.replace_range(at..end, &word);
        resolve(&text, "x.toml");
    }
}
