//! The `neuropil` command: simulations of neuronal networks from experiment files.

mod args;
mod commands;
mod exit;
mod show;

use clap::Parser;

use args::{Arguments, Command};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Command::Run(run) => commands::run::run(run),
        Command::Check(check) => commands::check::check(check),
        Command::Info(info) => commands::info::info(info),
        Command::Plot(plot) => commands::plot::plot(plot),
        Command::New(new) => commands::new::new(new),
        Command::Connectivity(c) => commands::connectivity::connectivity(c),
    };
    exit::code(done)
}
