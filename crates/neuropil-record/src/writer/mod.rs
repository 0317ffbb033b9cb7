//! Streaming into the result file: [`ResultWriter`] and how it may be asked to write.
//!
//! The simulating thread appends to buffers in memory; a thread of its own compresses and stores
//! them. The file is touched only in *commits*: all buffers are appended, then the file is flushed.
//! Between commits nothing is written, so that a killed process leaves what the last commit made.
//! The buffers are bounded: a simulation that outruns the disk waits.

mod commit;
mod error;
mod notes;
mod output;
mod report;
mod room;
mod shared;
mod spikes;
mod store;

pub use error::{CreateError, WriteFault};
pub use output::{Compression, Output, Overwrite};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use neuropil_core::{Observer, RecordError, SampleBlock, SpikeBlock};

use crate::provenance::{Closing, Provenance, Status};
use crate::recording::Recordings;
use shared::Shared;
use store::Store;

/// Streams a run into its result file.
///
/// Made before the run, used as its [`Observer`], ended with [`finish`](Self::finish). If it is
/// dropped instead (a panic, an early return), what was recorded is stored and the result is marked
/// as failed.
#[derive(Debug)]
pub struct ResultWriter {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    output: Output,
    written_to: PathBuf,
}

impl ResultWriter {
    /// Creates the file, stores what is known before the run, and starts the writing thread.
    ///
    /// The file appears under its final name at once, unless a result of that name exists and is
    /// to be replaced: then it grows beside it as `<stem>.partial.<extension>` and takes its place
    /// when it is complete. An unfinished run never costs an earlier result.
    ///
    /// # Errors
    /// [`CreateError::Exists`] if there is a file and `output` does not say to replace it;
    /// [`CreateError::Folder`] if the folder is missing; [`CreateError::Recordings`] for
    /// declarations that cannot be stored; [`CreateError::Io`] and [`CreateError::Hdf5`] otherwise.
    pub fn create(
        output: &Output,
        recordings: &Recordings,
        provenance: &Provenance,
    ) -> Result<Self, CreateError> {
        recordings.check()?;
        let written_to = output.claim()?;
        let store =
            Store::create(&written_to, output, recordings, provenance).inspect_err(|_| {
                // A file without content is of no use, and was not there before.
                let _ = std::fs::remove_file(&written_to);
            })?;
        let shared = Arc::new(Shared::new(recordings, output));
        let for_thread = Arc::clone(&shared);
        let interval = output.checkpoint;
        let thread = thread::Builder::new()
            .name("neuropil-writer".into())
            .spawn(move || commit::run(store, &for_thread, interval))
            .map_err(|source| CreateError::Io { path: written_to.clone(), source })?;
        Ok(Self { shared, thread: Some(thread), output: output.clone(), written_to })
    }

    /// The file that is being written: the final one, or its `partial` neighbour.
    pub fn path(&self) -> &Path {
        &self.written_to
    }

    /// Waits until everything handed over so far can be read from the file.
    ///
    /// # Errors
    /// Whatever kept it from being stored.
    pub fn checkpoint(&mut self) -> Result<(), RecordError> {
        self.shared.checkpoint().map_err(|fault| self.error(fault))
    }

    /// Stores the rest, closes the file, and returns where the result lies.
    ///
    /// That is the requested path, except for an unfinished run that was to replace an existing
    /// result: its file keeps the `partial` name, and the older result stays.
    ///
    /// # Errors
    /// Whatever kept anything from being stored, now or before; the file is then readable up to
    /// the last commit and marked as failed.
    pub fn finish(mut self, closing: Closing) -> Result<PathBuf, RecordError> {
        let complete = closing.status == Status::Complete;
        self.close(closing)?;
        if complete && self.written_to != self.output.path {
            std::fs::rename(&self.written_to, &self.output.path)
                .map_err(|e| self.error(WriteFault::Replace { reason: e.to_string() }))?;
            return Ok(self.output.path.clone());
        }
        Ok(self.written_to.clone())
    }

    fn close(&mut self, closing: Closing) -> Result<(), RecordError> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        self.shared.close(closing);
        if thread.join().is_err() {
            return Err(self.error(WriteFault::WriterGone));
        }
        self.shared.fault().map_or(Ok(()), |fault| Err(self.error(fault)))
    }

    fn error(&self, fault: WriteFault) -> RecordError {
        let path = self.written_to.display().to_string();
        RecordError::Write { path, source: Box::new(fault) }
    }
}

impl Observer for ResultWriter {
    fn spikes(&mut self, block: SpikeBlock<'_>) -> Result<(), RecordError> {
        self.shared.spikes(block).map_err(|fault| self.error(fault))
    }

    fn samples(&mut self, block: SampleBlock<'_>) -> Result<(), RecordError> {
        self.shared.samples(block).map_err(|fault| self.error(fault))
    }

    fn progress(&mut self, steps_done: u64) -> bool {
        self.shared.reached(steps_done);
        true
    }
}

impl Drop for ResultWriter {
    fn drop(&mut self) {
        let reason = "the run was abandoned before it finished";
        let closing = Closing { failure: Some(reason.into()), ..Closing::new(Status::Failed, 0.0) };
        // Nobody is left to be told; the file says what happened.
        let _ = self.close(closing);
    }
}
