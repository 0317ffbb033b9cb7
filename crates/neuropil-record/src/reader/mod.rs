//! Reading results: [`ResultFile`].

mod error;
mod notes;
mod open;
mod report;
mod spikes;

pub use error::ReadError;
pub use notes::Metadata;
pub use report::{Report, TraceQuery, Traces};
pub use spikes::{SpikeQuery, SpikeTrain, Spikes};

use std::path::{Path, PathBuf};

use hdf5::{File, Group};

use crate::provenance::Status;
use crate::recording::SpikeRecording;

/// An opened result. Opening reads the description only; data are read when asked for.
///
/// ```no_run
/// use neuropil_record::reader::{ResultFile, SpikeQuery, TraceQuery};
/// let result = ResultFile::open("results.h5")?;
/// let spikes = result.spikes("E", &SpikeQuery::default().from_ms(100.0).until_ms(600.0))?;
/// let traces = result.traces("E", "V_m", &TraceQuery::default())?;
/// assert_eq!(traces.times_ms().len(), traces.frames());
/// # Ok::<(), neuropil_record::ReadError>(())
/// ```
#[derive(Debug)]
pub struct ResultFile {
    path: PathBuf,
    file: File,
    metadata: Metadata,
    spikes: Vec<SpikeRecording>,
    reports: Vec<Report>,
}

impl ResultFile {
    /// Opens a result for reading.
    ///
    /// # Errors
    /// [`ReadError::Io`], [`ReadError::NotHdf5`], [`ReadError::Busy`], [`ReadError::NeverFlushed`],
    /// [`ReadError::CutShort`], [`ReadError::OtherLayout`], [`ReadError::LayoutVersion`] or
    /// [`ReadError::Damaged`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let path = path.as_ref().to_owned();
        let file = open::open(&path)?;
        let group = open::layout(&path, &file)?;
        let place = Place { path: &path };
        let metadata = notes::read(&place, &group)?;
        let spikes = spikes::recordings(&place, &file)?;
        let reports = report::reports(&place, &file)?;
        Ok(Self { path, file, metadata, spikes, reports })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the result comes from and how its run ended.
    pub const fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The spike recordings, in order of declaration.
    pub fn spike_recordings(&self) -> &[SpikeRecording] {
        &self.spikes
    }

    /// The sampled recordings, in order of declaration.
    pub fn reports(&self) -> &[Report] {
        &self.reports
    }

    /// Whether the file was left behind by a process that was killed.
    fn unfinished(&self) -> bool {
        self.metadata.status == Status::Running
    }

    fn place(&self) -> Place<'_> {
        Place { path: &self.path }
    }
}

/// Turns library errors into ours.
struct Place<'a> {
    path: &'a Path,
}

impl Place<'_> {
    fn damaged<S: Into<String>>(&self, object: S) -> impl Fn(hdf5::Error) -> ReadError + use<S> {
        let (path, object) = (self.path.to_owned(), object.into());
        move |error| {
            let reason = error.to_string();
            ReadError::Damaged { path: path.clone(), object: object.clone(), reason }
        }
    }

    fn wrong(&self, object: impl Into<String>, reason: impl Into<String>) -> ReadError {
        let (path, object, reason) = (self.path.to_owned(), object.into(), reason.into());
        ReadError::Damaged { path, object, reason }
    }

    fn attribute<T: hdf5::H5Type>(&self, group: &Group, name: &str) -> Result<T, ReadError> {
        let object = || format!("attribute {name} of {}", group.name());
        group
            .attr(name)
            .and_then(|attribute| attribute.read_scalar())
            .map_err(|error| self.damaged(object())(error))
    }

    fn text(&self, group: &hdf5::Location, name: &str) -> Result<String, ReadError> {
        let object = || format!("attribute {name} of {}", group.name());
        group
            .attr(name)
            .and_then(|attribute| attribute.read_scalar::<hdf5::types::VarLenUnicode>())
            .map(|text| text.as_str().to_owned())
            .map_err(|error| self.damaged(object())(error))
    }

    fn texts(&self, group: &Group, name: &str) -> Result<Vec<String>, ReadError> {
        group
            .dataset(name)
            .and_then(|dataset| dataset.read_raw::<hdf5::types::VarLenUnicode>())
            .map(|texts| texts.iter().map(|text| text.as_str().to_owned()).collect())
            .map_err(self.damaged(format!("{}/{name}", group.name())))
    }
}
