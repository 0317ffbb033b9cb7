//! Provenance and outcome: `/neuropil`.

use hdf5::types::FixedAscii;
use hdf5::{Attribute, File, Group};
use neuropil_core::Clock;

use super::error::WriteFault;
use super::store::{group, write_text, write_text_dataset, write_texts};
use crate::layout::LAYOUT_VERSION;
use crate::provenance::{Closing, Provenance, Status};

/// A word of fixed length, so that rewriting it needs no new space, on a full disk least of all.
type Word = FixedAscii<16>;

/// The parts of `/neuropil` that change when a run ends.
#[derive(Debug)]
pub(super) struct Notes {
    group: Group,
    status: Attribute,
    simulated_ms: Attribute,
    warnings: Vec<String>,
}

impl Notes {
    pub(super) fn create(
        file: &File,
        clock: Clock,
        provenance: &Provenance,
    ) -> Result<Self, WriteFault> {
        let group = group(file, "neuropil")?;
        group.new_attr::<u32>().create("layout")?.write_scalar(&LAYOUT_VERSION)?;
        write_text(&group, "version", &provenance.version)?;
        group.new_attr::<u64>().create("seed")?.write_scalar(&provenance.seed)?;
        group.new_attr::<f64>().create("dt_ms")?.write_scalar(&clock.dt_ms())?;
        let status = group.new_attr::<Word>().create("status")?;
        let simulated_ms = group.new_attr::<f64>().create("simulated_ms")?;
        simulated_ms.write_scalar(&0.0)?;
        write_text_dataset(&group, "experiment", &provenance.experiment)?;
        write_text_dataset(&group, "parameters", &provenance.parameters)?;
        for (index, population) in provenance.populations.iter().enumerate() {
            let one = super::store::group_in(&group, &format!("populations/{}", population.name))?;
            one.new_attr::<u64>().create("index")?.write_scalar(&(index as u64))?;
            one.new_attr::<u64>().create("size")?.write_scalar(&population.size)?;
            write_text(&one, "model", &population.model)?;
        }
        let inputs = super::store::group_in(&group, "inputs")?;
        let list = |f: fn(&crate::InputFile) -> &String| -> Vec<String> {
            provenance.inputs.iter().map(|input| f(input).clone()).collect()
        };
        write_texts(&inputs, "path", &list(|input| &input.path))?;
        write_texts(&inputs, "sha256", &list(|input| &input.sha256))?;
        write_texts(&group, "warnings", &provenance.warnings)?;
        let notes = Self { group, status, simulated_ms, warnings: provenance.warnings.clone() };
        notes.mark(Status::Running)?;
        Ok(notes)
    }

    /// Changes the status in place.
    pub(super) fn mark(&self, status: Status) -> Result<(), WriteFault> {
        let word =
            Word::from_ascii(status.name()).map_err(|error| WriteFault::Hdf5(error.to_string()))?;
        Ok(self.status.write_scalar(&word)?)
    }

    /// Changes the model time that was reached in place `[ms]`.
    pub(super) fn reach(&self, simulated_ms: f64) -> Result<(), WriteFault> {
        Ok(self.simulated_ms.write_scalar(&simulated_ms)?)
    }

    /// Most bytes by which [`close`](Self::close) can make the file grow.
    pub(super) fn bound(&self, closing: &Closing) -> u64 {
        let text = |texts: &[String]| texts.iter().map(|t| t.len() + 64).sum::<usize>();
        let failure = closing.failure.as_ref().map_or(0, String::len);
        (text(&self.warnings) + text(&closing.warnings) + failure + (64 << 10)) as u64
    }

    pub(super) fn close(&self, closing: &Closing) -> Result<(), WriteFault> {
        // Whoever closes after a fault may not know how far the run came; the last commit does.
        if closing.simulated_ms > 0.0 {
            self.reach(closing.simulated_ms)?;
        }
        let timings = super::store::group_in(&self.group, "timings")?;
        for (phase, seconds) in &closing.timings_s {
            timings.new_attr::<f64>().create(phase.as_str())?.write_scalar(seconds)?;
        }
        if !closing.warnings.is_empty() {
            let all: Vec<String> = self.warnings.iter().chain(&closing.warnings).cloned().collect();
            self.group.unlink("warnings")?;
            write_texts(&self.group, "warnings", &all)?;
        }
        if let Some(failure) = &closing.failure {
            write_text(&self.group, "failure", failure)?;
        }
        self.mark(closing.status)
    }
}
