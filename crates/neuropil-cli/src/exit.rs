//! How the program ends: messages on standard error, and a code.

use std::io::IsTerminal;
use std::process::ExitCode;

use neuropil::experiment::ExperimentError;
use neuropil::run::RunFailure;

/// A fault of the system (files, memory, devices) and not of the model.
#[derive(Debug)]
pub struct SystemFault(pub anyhow::Error);

impl std::fmt::Display for SystemFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for SystemFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// Prints the fault, if there is one, and chooses the exit code.
#[expect(clippy::print_stderr, reason = "this is where a program says why it failed")]
pub fn code(done: anyhow::Result<()>) -> ExitCode {
    let Err(error) = done else { return ExitCode::SUCCESS };
    let experiment = error.chain().find_map(|cause| {
        let failure = cause.downcast_ref::<RunFailure>().and_then(|failure| match failure {
            RunFailure::Experiment(error) => Some(error),
            _ => None,
        });
        failure.or_else(|| cause.downcast_ref::<ExperimentError>())
    });
    match experiment {
        Some(error) => {
            eprintln!("{}", error.render(std::io::stderr().is_terminal()));
        }
        None => eprintln!("error: {}", chain(&error)),
    }
    ExitCode::from(number(&error))
}

fn number(error: &anyhow::Error) -> u8 {
    let system = error.chain().any(|cause| {
        cause.is::<SystemFault>()
            || cause.downcast_ref::<RunFailure>().is_some_and(RunFailure::is_system)
    });
    if system { 3 } else { 1 }
}

/// The message and its causes, each once.
fn chain(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = words(cause);
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
    }
    parts.join(": ")
}

/// What a cause says; of the operating system's faults, in the manner of the other messages:
/// `no such file or directory` for `No such file or directory (os error 2)`.
fn words(cause: &(dyn std::error::Error + 'static)) -> String {
    let text = cause.to_string();
    if !cause.is::<std::io::Error>() {
        return text;
    }
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
