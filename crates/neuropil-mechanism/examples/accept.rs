//! Compiles the `.mod` files given as arguments and reports which were accepted and why others
//! were not: `cargo run --example accept -- FILE...`.
#![allow(clippy::print_stdout, reason = "a command-line program")]

use std::collections::BTreeMap;
use std::path::Path;

use neuropil_mechanism::{Severity, Source, compile_with_findings};

fn main() {
    let (mut accepted, mut warned) = (0usize, 0usize);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let files: Vec<String> = std::env::args().skip(1).collect();
    let verbose = std::env::var_os("VERBOSE").is_some();
    for file in &files {
        let Ok(source) = Source::read(Path::new(file)) else {
            println!("{file}: cannot be read");
            continue;
        };
        match compile_with_findings(&source) {
            Ok((_, findings)) => {
                accepted += 1;
                warned += usize::from(findings.iter().any(|f| f.severity == Severity::Warning));
                if verbose {
                    findings.iter().for_each(|f| println!("{f}"));
                }
            }
            Err(error) => {
                let first = error.diagnostics.first();
                let reason = first.map_or_else(String::new, |d| {
                    if verbose {
                        println!("{d}");
                    }
                    let mut quoted = false;
                    let mut text = String::new();
                    for c in d.message.chars() {
                        if c == '"' {
                            quoted = !quoted;
                        } else if !quoted {
                            text.push(c);
                        }
                    }
                    text
                });
                *reasons.entry(reason).or_default() += 1;
            }
        }
    }
    println!("{accepted} of {} accepted, {warned} with warnings", files.len());
    let mut reasons: Vec<(usize, String)> = reasons.into_iter().map(|(r, n)| (n, r)).collect();
    reasons.sort_by(|a, b| b.cmp(a));
    for (n, reason) in reasons.into_iter().take(60) {
        println!("{n:5}  {reason}");
    }
}
