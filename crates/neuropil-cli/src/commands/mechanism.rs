//! `neuropil mechanism`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use neuropil::gating::gating_figure;
use neuropil::mechanism::contract::{Description, IonVariables, Kind, Role};
use neuropil::mechanism::{
    Library, Mechanism as Compiled, Source, catalogue, compile_with_findings,
};

use crate::args::{Mechanism, MechanismFile, MechanismPlot};
use crate::show;

/// Does what is asked with a mechanism.
pub fn mechanism(command: &Mechanism) -> anyhow::Result<()> {
    match command {
        Mechanism::Check(input) => check(input),
        Mechanism::Info(input) => info(load(input)?.description()),
        Mechanism::Plot(plot) => draw(plot),
        Mechanism::List => list(),
    }
}

/// A file if there is one of that name or it looks like one, else a built-in mechanism.
fn load(input: &MechanismFile) -> anyhow::Result<Arc<Compiled>> {
    let mut library = Library::new();
    let path = Path::new(&input.mechanism);
    let is_file = path.extension().is_some_and(|ending| ending == "mod") || path.is_file();
    Ok(if is_file { library.add_file(path)? } else { library.find(&input.mechanism)? })
}

fn check(input: &MechanismFile) -> anyhow::Result<()> {
    let path = Path::new(&input.mechanism);
    if path.extension().is_none_or(|ending| ending != "mod") {
        let name = load(input)?.name().to_owned();
        return show::line(format!("{name}: built in, compiles"));
    }
    let source = Source::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match compile_with_findings(&source) {
        Ok((compiled, findings)) => {
            for finding in &findings {
                show::line(finding)?;
            }
            show::line(format!("{}: compiles as {}", path.display(), compiled.name()))
        }
        Err(error) => {
            for finding in &error.diagnostics {
                show::line(finding)?;
            }
            bail!("{} does not compile", path.display())
        }
    }
}

fn info(described: &Description) -> anyhow::Result<()> {
    let line = |name: &str, value: String| show::line(format!("{name:<18}{value}"));
    line("mechanism", described.name.clone())?;
    line("from", described.origin.clone())?;
    if !described.title.is_empty() {
        line("title", described.title.clone())?;
    }
    let kind = match described.kind {
        Kind::Density => "density: spread over membrane",
        Kind::Point => "point process",
        Kind::Artificial => "artificial cell",
    };
    line("kind", kind.into())?;
    for variable in &described.variables {
        let role = match variable.role {
            Role::Parameter => "parameter",
            Role::State => "state",
            Role::Assigned => "computed",
            Role::Pointer => "pointer",
        };
        let value = match variable.role {
            Role::Parameter => format!(" = {}", variable.default),
            _ => String::new(),
        };
        line(role, format!("{}{value} {}", variable.name, variable.unit_text).trim_end().into())?;
    }
    for ion in &described.ions {
        let named = |which: IonVariables| {
            let all = [
                (which.reversal, format!("e{}", ion.name)),
                (which.current, format!("i{}", ion.name)),
                (which.inside, format!("{}i", ion.name)),
                (which.outside, format!("{}o", ion.name)),
            ];
            let some: Vec<String> = all.into_iter().filter(|p| p.0).map(|p| p.1).collect();
            if some.is_empty() { "nothing".into() } else { some.join(", ") }
        };
        line(
            "ion",
            format!("{}: reads {}, writes {}", ion.name, named(ion.reads), named(ion.writes)),
        )?;
    }
    for current in &described.currents {
        line("current", current.name.clone())?;
    }
    if let Some(events) = &described.events {
        line("events", format!("carry {}", events.arguments.join(", ")))?;
    }
    for method in &described.methods {
        line("solved", method.clone())?;
    }
    Ok(())
}

fn draw(arguments: &MechanismPlot) -> anyhow::Result<()> {
    let mechanism = load(&arguments.input)?;
    let path = arguments
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(mechanism.name()).with_extension("png"));
    super::refuse_existing(&path, arguments.force)?;
    gating_figure(&mechanism, arguments.celsius)?.save(&path)?;
    show::line(path.display())
}

fn list() -> anyhow::Result<()> {
    for entry in catalogue::entries() {
        show::line(format!("{:<24}{}", entry.file, entry.publication))?;
    }
    Ok(())
}
