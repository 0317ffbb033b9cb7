//! Everything there is to say about a morphology file, for a check before use.

use crate::measure::Summary;
use crate::swc::{self, Options, Profile, SwcError, SwcWarning};

/// Findings about an SWC text.
///
/// ```
/// use neuropil_morphology::{report::report, swc::Options};
/// let found = report("1 1 0 0 0 5 -1\n2 3 5 0 0 1 1\n3 3 100 0 0 1 2\n4 7 150 0 0 1 3\n", &Options::default());
/// assert_eq!(found.samples, 4);
/// assert!(found.errors.is_empty());
/// assert_eq!(found.warnings[0].line(), Some(4));
/// assert_eq!(found.summary.map(|s| s.total.tips), Some(1));
/// # assert_eq!(found.areas.len(), 5);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Number of samples; 0 if the text could not be read.
    pub samples: usize,
    /// Number of trees.
    pub trees: usize,
    /// What the soma was taken for, or why it was not.
    pub soma: String,
    /// All defects that stand in the way under the options asked for, in order of line.
    pub errors: Vec<SwcError>,
    /// Everything odd, in order of line.
    pub warnings: Vec<SwcWarning>,
    /// The cell in numbers, if it could be built.
    pub summary: Option<Summary>,
    /// The membrane area each profile gives `[µm²]`, or why it gives none.
    pub areas: Vec<(Profile, Result<f64, SwcError>)>,
}

/// Reads a text, and says all that can be said about it, whether it is usable or not.
pub fn report(bytes: impl AsRef<[u8]>, options: &Options) -> Report {
    let bytes = bytes.as_ref();
    let empty = Report {
        samples: 0,
        trees: 0,
        soma: "unknown".into(),
        errors: Vec::new(),
        warnings: Vec::new(),
        summary: None,
        areas: Vec::new(),
    };
    let read = match swc::read(bytes) {
        Ok(read) => read,
        Err(error) => {
            let samples = swc::read_samples(bytes).map_or(0, |read| read.value.samples.len());
            return Report { samples, errors: vec![error], ..empty };
        }
    };
    let tree = read.value;
    let (errors, oddities) = tree.findings(options);
    let mut warnings = read.warnings;
    let mut summary = None;
    let mut stopped = None;
    match tree.build(options) {
        Ok(cell) => {
            warnings.extend(cell.warnings);
            summary = Some(cell.value.summary());
        }
        Err(error) => {
            warnings.extend(oddities);
            stopped = Some(error);
        }
    }
    warnings.sort_by_key(|warning| warning.line().unwrap_or(0));
    let errors = match stopped {
        // What a profile tolerates is among the warnings.
        None => Vec::new(),
        Some(error) if errors.contains(&error) => errors,
        Some(error) => errors.into_iter().chain([error]).collect(),
    };
    let areas = Profile::ALL
        .map(|profile| {
            let cell = tree.build(&Options { profile, ..*options });
            (profile, cell.map(|cell| cell.value.area_um2()))
        })
        .into();
    Report {
        samples: tree.samples().len(),
        trees: tree.roots().len(),
        soma: tree.soma_decision(options),
        errors,
        warnings,
        summary,
        areas,
    }
}
