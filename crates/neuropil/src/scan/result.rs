//! Reading a finished scan back.

use std::path::{Path, PathBuf};

use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File};
use neuropil_core::names::suggestion;
use thiserror::Error;

/// Why the result of a scan cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ScanReadError {
    #[error("cannot read {path}: {reason}", path = path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{path} is not the result of a scan", path = path.display())]
    Other { path: PathBuf },
    #[error("the scan has no {kind} \"{name}\"{suggestion}")]
    Unknown { kind: &'static str, name: String, suggestion: String },
}

/// A finished scan: keys and figures as columns over its points.
///
/// ```no_run
/// let scan = neuropil::scan::ScanResult::open("rs_fs_scan.h5")?;
/// let (drive, rate) = (scan.key("parameters.F_base")?, scan.figure("Exc.rate_hz")?);
/// for (x, y) in drive.values.iter().zip(&rate.values) {
///     println!("{x} {} {y} {}", drive.unit, rate.unit);
/// }
/// # Ok::<(), neuropil::scan::ScanReadError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ScanResult {
    /// Where it was read from.
    pub path: PathBuf,
    /// The text of the experiment.
    pub experiment: String,
    /// The scanned keys, one value per point.
    pub keys: Vec<Key>,
    /// Figures, one value per point.
    pub figures: Vec<FigureColumn>,
    /// Seed of each point.
    pub seeds: Vec<u64>,
    /// Points that failed.
    pub failed: usize,
}

/// A scanned key.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Its path.
    pub path: String,
    /// Unit that all its values share; empty for pure numbers and texts.
    pub unit: String,
    /// Value of each point; of texts, the number of the text in `texts`.
    pub values: Vec<f64>,
    /// The different texts, in the order in which they come; empty for numbers.
    pub texts: Vec<String>,
    /// Whether values were drawn at random.
    pub drawn: bool,
}

/// A figure.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureColumn {
    /// `E.rate_hz`.
    pub name: String,
    /// `E rate`.
    pub words: String,
    /// Unit; empty for a pure number.
    pub unit: String,
    /// Value of each point, NaN where it is not defined.
    pub values: Vec<f64>,
}

impl ScanResult {
    /// Whether a file is the result of a scan.
    pub fn is_one(path: impl AsRef<Path>) -> bool {
        File::open(path).and_then(|file| file.group("scan")?.attr("paths")).is_ok()
    }

    /// Reads a result.
    ///
    /// # Errors
    /// [`ScanReadError::Other`] for another file, [`ScanReadError::Unreadable`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ScanReadError> {
        let path = path.as_ref();
        let unreadable = |error: hdf5::Error| ScanReadError::Unreadable {
            path: path.into(),
            reason: error.to_string(),
        };
        let file = File::open(path).map_err(unreadable)?;
        if !Self::is_one(path) {
            return Err(ScanReadError::Other { path: path.into() });
        }
        read(&file, path).map_err(unreadable)
    }

    /// A scanned key by its path, or by its last part if that is unmistakable.
    ///
    /// # Errors
    /// [`ScanReadError::Unknown`].
    pub fn key(&self, path: &str) -> Result<&Key, ScanReadError> {
        let last = |key: &&Key| key.path.rsplit('.').next() == Some(path);
        if let Some(key) = self.keys.iter().find(|key| key.path == path) {
            return Ok(key);
        }
        match self.keys.iter().filter(last).collect::<Vec<_>>()[..] {
            [one] => Ok(one),
            _ => {
                let known = self.keys.iter().map(|key| key.path.as_str());
                let (name, suggestion) = (path.to_owned(), suggestion(path, known));
                Err(ScanReadError::Unknown { kind: "key", name, suggestion })
            }
        }
    }

    /// A figure by its name.
    ///
    /// # Errors
    /// [`ScanReadError::Unknown`].
    pub fn figure(&self, name: &str) -> Result<&FigureColumn, ScanReadError> {
        self.figures.iter().find(|figure| figure.name == name).ok_or_else(|| {
            let known = self.figures.iter().map(|figure| figure.name.as_str());
            let (name, suggestion) = (name.to_owned(), suggestion(name, known));
            ScanReadError::Unknown { kind: "figure", name, suggestion }
        })
    }
}

fn read(file: &File, path: &Path) -> Result<ScanResult, hdf5::Error> {
    let scan = file.group("scan")?;
    let paths = strings(&scan.attr("paths")?)?;
    let drawn = scan.attr("drawn")?.read_raw::<u8>()?;
    let link = |name: &str| scan.dataset(&name.replace('/', "|"));
    let mut keys = Vec::new();
    for (k, path) in paths.iter().enumerate() {
        let dataset = link(path)?;
        let drawn = drawn.get(k).is_some_and(|drawn| *drawn != 0);
        let unit = described(&dataset, "unit");
        let (values, texts) = match dataset.read_raw::<f64>() {
            Ok(values) => (values, Vec::new()),
            Err(_) => numbered(strings(&dataset)?),
        };
        keys.push(Key { path: path.clone(), unit, values, texts, drawn });
    }
    let mut figures = Vec::new();
    for name in scan.member_names()? {
        let written = name.replace('|', "/");
        if paths.contains(&written) || matches!(name.as_str(), "point" | "seed") {
            continue;
        }
        let dataset = scan.dataset(&name)?;
        if let Ok(values) = dataset.read_raw::<f64>() {
            let (words, unit) = (described(&dataset, "words"), described(&dataset, "unit"));
            figures.push(FigureColumn { name: written, words, unit, values });
        }
    }
    Ok(ScanResult {
        path: path.into(),
        experiment: strings(&file.dataset("experiment")?)?.concat(),
        keys,
        figures,
        seeds: link("seed")?.read_raw::<f64>()?.into_iter().map(|seed| seed as u64).collect(),
        failed: file.dataset("failed/point").map_or(0, |dataset| dataset.size()),
    })
}

fn strings(
    of: &impl std::ops::Deref<Target = hdf5::Container>,
) -> Result<Vec<String>, hdf5::Error> {
    Ok(of.read_raw::<VarLenUnicode>()?.iter().map(|text| text.as_str().to_owned()).collect())
}

/// A text attribute; empty if there is none.
fn described(dataset: &Dataset, name: &str) -> String {
    dataset.attr(name).and_then(|attr| strings(&attr)).map_or(String::new(), |all| all.concat())
}

/// Texts as numbers of the different ones.
fn numbered(texts: Vec<String>) -> (Vec<f64>, Vec<String>) {
    let mut known: Vec<String> = Vec::new();
    let mut number = |text: String| match known.iter().position(|other| *other == text) {
        Some(k) => k as f64,
        None => {
            known.push(text);
            (known.len() - 1) as f64
        }
    };
    let values = texts.into_iter().map(&mut number).collect();
    (values, known)
}
