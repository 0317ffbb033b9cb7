//! The open HDF5 file, and the few ways in which everything in it is made.

use std::path::{Path, PathBuf};

use hdf5::filters::ScaleOffset;
use hdf5::types::{TypeDescriptor, VarLenUnicode};
use hdf5::{Dataset, DatasetBuilderEmpty, File, Group, H5Type, Location};

use super::error::{CreateError, WriteFault};
use super::notes::Notes;
use super::output::{Compression, Output};
use super::report::ReportStore;
use super::room::reserve;
use super::shared::Batch;
use super::spikes::SpikeStore;
use crate::layout::{NEUROPIL, REPORT, SONATA_MAGIC, SONATA_VERSION, SPIKES};
use crate::provenance::{Closing, Provenance, Status};
use crate::recording::Recordings;

/// Room for the library's own records (object headers, indices) per commit.
const BOOKKEEPING: u64 = 256 << 10;

/// The file and everything in it that grows.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    file: File,
    notes: Notes,
    spikes: Vec<SpikeStore>,
    reports: Vec<ReportStore>,
}

impl Store {
    /// Fills the empty file at `path` with everything known before a run, and flushes it.
    pub(super) fn create(
        path: &Path,
        output: &Output,
        recordings: &Recordings,
        provenance: &Provenance,
    ) -> Result<Self, CreateError> {
        let fault = |source| CreateError::Hdf5 { path: path.to_owned(), source };
        let texts = provenance.experiment.len() + provenance.parameters.len();
        reserve(path, BOOKKEEPING + texts as u64).map_err(fault)?;
        Self::fill(path, output, recordings, provenance).map_err(fault)
    }

    fn fill(
        path: &Path,
        output: &Output,
        recordings: &Recordings,
        provenance: &Provenance,
    ) -> Result<Self, WriteFault> {
        // Version 1.8 structures: a file that was not closed can still be opened by any reader.
        let file = File::with_options().with_fapl(|access| access.libver_v18()).create(path)?;
        file.new_attr::<u32>().create("magic")?.write_scalar(&SONATA_MAGIC)?;
        file.new_attr::<u32>().shape(2).create("version")?.write(&SONATA_VERSION)?;
        for name in [SPIKES, REPORT] {
            group(&file, name)?;
        }
        let notes = Notes::create(&file, recordings.clock, provenance)?;
        debug_assert!(file.link_exists(NEUROPIL));
        let chunks = Chunks { compression: output.compression };
        let mut spikes = Vec::new();
        for (index, recording) in recordings.spikes.iter().enumerate() {
            spikes.push(SpikeStore::create(&file, index, recording, chunks)?);
        }
        let (mut reports, dt_ms) = (Vec::new(), recordings.clock.dt_ms());
        for (index, recording) in recordings.samples.iter().enumerate() {
            reports.push(ReportStore::create(&file, index, recording, dt_ms, chunks)?);
        }
        file.flush()?;
        Ok(Self { path: path.to_owned(), file, notes, spikes, reports })
    }

    /// Appends a batch and flushes.
    pub(super) fn commit(&mut self, batch: &Batch) -> Result<(), WriteFault> {
        if batch.bytes == 0 {
            return Ok(());
        }
        let spikes: u64 = batch.spikes.iter().map(SpikeStore::bound).sum();
        let pairs = self.reports.iter().zip(&batch.samples);
        let samples: u64 = pairs.map(|(report, values)| report.bound(values.len())).sum();
        reserve(&self.path, spikes + samples + BOOKKEEPING)?;
        for (store, buffer) in self.spikes.iter_mut().zip(&batch.spikes) {
            store.append(buffer)?;
        }
        for (store, values) in self.reports.iter_mut().zip(&batch.samples) {
            store.append(values)?;
        }
        self.file.flush()?;
        // Only what has been flushed is declared to be there: of a commit that is cut short by a
        // kill, a reader sees nothing.
        self.spikes.iter().try_for_each(SpikeStore::confirm)?;
        self.reports.iter().try_for_each(ReportStore::confirm)?;
        self.notes.reach(batch.reached_ms)?;
        Ok(self.file.flush()?)
    }

    /// Stores how the run ended.
    pub(super) fn close(&self, closing: &Closing) -> Result<(), WriteFault> {
        reserve(&self.path, self.notes.bound(closing)).inspect_err(|_| self.abandon(closing))?;
        self.notes.close(closing)?;
        Ok(self.file.flush()?)
    }

    /// After a failed commit: says so in the file as well as the disk allows.
    pub(super) fn abandon(&self, closing: &Closing) {
        // The failure itself has been reported; these can only add to the file.
        let _ = self.notes.mark(Status::Failed);
        if reserve(&self.path, self.notes.bound(closing)).is_ok() {
            let _ = self.notes.close(&Closing { status: Status::Failed, ..closing.clone() });
        }
        let _ = self.file.flush();
    }
}

/// How datasets are cut and compressed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunks {
    compression: Compression,
}

impl Chunks {
    /// A list that can grow, in chunks of `chunk` values.
    pub(super) fn growing<T: H5Type>(
        self,
        group: &Group,
        name: &str,
        chunk: usize,
    ) -> Result<Dataset, WriteFault> {
        let builder = self.compressed::<T>(group.new_dataset::<T>().chunk(chunk));
        Ok(builder.shape(0..).create(name)?)
    }

    /// A table that can grow in its first dimension. The chunk cache holds a whole row of chunks.
    pub(super) fn growing_table<T: H5Type>(
        self,
        group: &Group,
        name: &str,
        columns: usize,
        chunk: (usize, usize),
    ) -> Result<Dataset, WriteFault> {
        let across = columns.div_ceil(chunk.1);
        let bytes = (across + 1) * chunk.0 * chunk.1 * size_of::<T>();
        let builder = self.compressed::<T>(group.new_dataset::<T>().chunk(chunk));
        let builder = builder.chunk_cache(100 * across + 521, bytes.max(1 << 20), 0.75);
        Ok(builder.shape((0.., columns)).create(name)?)
    }

    fn compressed<T: H5Type>(self, builder: DatasetBuilderEmpty) -> DatasetBuilderEmpty {
        let builder = builder.obj_track_times(false);
        let integers = matches!(T::type_descriptor(), TypeDescriptor::Unsigned(_));
        match self.compression {
            Compression::None => builder,
            Compression::Packed if integers => builder.scale_offset(ScaleOffset::Integer(0)),
            Compression::Packed => builder,
            Compression::Gzip(level) => builder.shuffle().deflate(level),
        }
    }
}

/// A new group without a time of creation, with the groups above it.
pub(super) fn group(file: &File, name: &str) -> Result<Group, WriteFault> {
    group_in(file, name)
}

/// [`group`] below another.
pub(super) fn group_in(parent: &Group, name: &str) -> Result<Group, WriteFault> {
    if parent.link_exists(name) {
        return Ok(parent.group(name)?);
    }
    if let Some((above, last)) = name.rsplit_once('/') {
        return group_in(&group_in(parent, above)?, last);
    }
    Ok(parent.create_group_builder().obj_track_times(false).create(name)?)
}

/// A text attribute.
pub(super) fn write_text(at: &Location, name: &str, text: &str) -> Result<(), WriteFault> {
    let text = unicode(text)?;
    Ok(at.new_attr::<VarLenUnicode>().create(name)?.write_scalar(&text)?)
}

/// A text dataset.
pub(super) fn write_text_dataset(at: &Group, name: &str, text: &str) -> Result<(), WriteFault> {
    let builder = at.new_dataset::<VarLenUnicode>().obj_track_times(false);
    Ok(builder.create(name)?.write_scalar(&unicode(text)?)?)
}

/// A dataset of texts.
pub(super) fn write_texts(at: &Group, name: &str, texts: &[String]) -> Result<(), WriteFault> {
    let texts = texts.iter().map(|t| unicode(t)).collect::<Result<Vec<_>, _>>()?;
    let builder = at.new_dataset::<VarLenUnicode>().obj_track_times(false);
    let dataset = builder.shape(texts.len()).create(name)?;
    if !texts.is_empty() {
        dataset.write(&texts)?;
    }
    Ok(())
}

/// HDF5 texts end at a zero byte; one inside a text is shown as the replacement character.
fn unicode(text: &str) -> Result<VarLenUnicode, WriteFault> {
    text.replace('\0', "\u{fffd}")
        .parse()
        .map_err(|error: hdf5::types::StringError| WriteFault::Hdf5(error.to_string()))
}
