//! Steps mechanisms under voltage clamp and prints their states and currents as JSON, to be
//! compared with another simulator: `cargo run --example clamp -- FILE...`.
#![allow(clippy::print_stdout, reason = "a command-line program")]

use std::path::Path;
use std::sync::Arc;

use neuropil_mechanism::contract::{Placement, Role, Surroundings};
use neuropil_mechanism::inspect::usual_ion;
use neuropil_mechanism::{Source, compile};

const LEVELS_MV: [f64; 6] = [-100.0, -70.0, -40.0, -13.7, 10.0, 60.0];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut all = Vec::new();
    for file in std::env::args().skip(1) {
        let mechanism = match compile(&Source::read(Path::new(&file))?) {
            Ok(mechanism) => Arc::new(mechanism),
            Err(error) => {
                eprintln_like(&error.to_string());
                continue;
            }
        };
        let d = mechanism.description();
        let mut ions: Vec<_> = d.ions.iter().map(|i| usual_ion(&i.name, i.valence, 1)).collect();
        for (ion, column) in d.ions.iter().zip(&mut ions) {
            if ion.name == "ca" {
                column.inside_mm[0] = 1e-4;
            }
        }
        let (mut i, mut g) = ([0.0], [0.0]);
        let area = [std::f64::consts::PI * 100.0];
        let mut cases = Vec::new();
        for level in LEVELS_MV {
            let mut columns = ions.clone();
            let place = Placement::density(vec![0]).with_ions((0..ions.len()).collect());
            let mut x = mechanism.instantiate(place)?;
            let mut t_ms = 0.0;
            let mut around = |v: f64, run: &mut dyn FnMut(&mut Surroundings<'_>)| {
                let mut here = Surroundings {
                    t_ms,
                    dt_ms: 0.025,
                    celsius: 21.0,
                    v_mv: &[v],
                    area_um2: &area,
                    diam_um: &[10.0],
                    ions: &mut columns,
                    i_ma_cm2: &mut i,
                    g_s_cm2: &mut g,
                };
                run(&mut here);
                t_ms += 0.025;
            };
            let mut failed = None;
            let mut keep = |r: Result<(), neuropil_mechanism::contract::KernelFault>| {
                failed = failed.take().or(r.err());
            };
            around(-65.0, &mut |s| keep(x.initialize(s, &mut Vec::new())));
            for _ in 0..20 {
                around(level, &mut |s| {
                    keep(x.currents(s));
                    keep(x.advance(s));
                });
            }
            if let Some(fault) = failed {
                eprintln_like(&fault.to_string());
            }
            let value = |k: usize| format!("{:e}", x.column(k).get(0)).replace("NaN", "null");
            let states: Vec<String> = (0..d.variables.len())
                .filter(|k| d.variables[*k].role == Role::State)
                .map(|k| format!("\"{}\":{}", d.variables[k].name, value(k)))
                .collect();
            let currents: Vec<String> = d
                .currents
                .iter()
                .filter(|c| c.ion.is_some())
                .filter_map(|c| Some((c, d.variable(&c.name)?)))
                .map(|(c, k)| format!("\"{}\":{}", c.name, value(k)))
                .collect();
            cases.push(format!(
                "{{\"v\":{level},\"celsius\":21.0,\"states\":{{{}}},\"currents\":{{{}}}}}",
                states.join(","),
                currents.join(",")
            ));
        }
        all.push(format!("{{\"name\":\"{}\",\"cases\":[{}]}}", d.name, cases.join(",")));
    }
    println!("[{}]", all.join(",\n"));
    Ok(())
}

/// Messages beside the result, as JSON comments would be.
fn eprintln_like(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{text}");
}
