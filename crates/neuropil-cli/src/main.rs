//! The `neuropil` command: simulations of neuronal networks from experiment files.

mod args;
mod commands;
mod exit;
mod show;
mod signals;

use clap::Parser;

use args::{Arguments, Command};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    signals::survive_limits();
    let done = match &arguments.command {
        Command::Run(run) => commands::run::run(run),
        Command::Check(check) => commands::check::check(check),
        Command::Info(info) => commands::info::info(info),
        Command::Plot(plot) => commands::plot::plot(plot),
        Command::New(new) => commands::new::new(new),
        Command::Connectivity(c) => commands::connectivity::connectivity(c),
        Command::Scan(scan) => commands::scan::scan(scan),
        Command::Analyze(analyze) => commands::analyze::analyze(analyze),
        Command::Export(export) => commands::export::export(export),
        Command::Meanfield(m) => commands::meanfield::meanfield(m),
        Command::Transfer(t) => commands::transfer::transfer(t),
        Command::Convert(c) => commands::convert::convert(c),
        Command::Cell(cell) => commands::cell::cell(cell),
        Command::Impedance(i) => commands::impedance::impedance(i),
        Command::Morphology(m) => commands::morphology::morphology(m),
        Command::Mechanism(m) => commands::mechanism::mechanism(m),
    };
    exit::code(done)
}
