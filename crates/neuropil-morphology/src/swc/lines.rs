//! Bytes to samples.

use super::error::SwcError;
use super::sample::{Sample, Samples};
use super::warning::{Loaded, SwcWarning};

const FIELDS: [&str; 7] = ["id", "type", "x", "y", "z", "radius", "parent"];

pub(super) fn read(bytes: &[u8]) -> Result<Loaded<Samples>, SwcError> {
    let mut warnings = Vec::new();
    let body = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => {
            warnings.push(SwcWarning::ByteOrderMark);
            body
        }
        None => bytes,
    };
    recognise(body)?;
    let text = String::from_utf8_lossy(body);
    let (mut samples, mut comments) = (Vec::new(), Vec::new());
    let mut wide = None;
    for (line, row) in (1..).zip(rows(&text)) {
        if samples.is_empty() && row.replace(' ', "").starts_with("##x,y,z") {
            return Err(SwcError::OtherFormat { format: "a list of marks (Vaa3D), not a cell" });
        }
        let (content, comment) = match row.split_once('#') {
            Some((content, comment)) => (content, Some(comment)),
            None => (row, None),
        };
        if let Some(comment) = comment {
            comments.push(comment.trim_end().to_owned());
        }
        let fields = fields(content);
        if fields.is_empty() {
            continue;
        }
        samples.push(sample(line, &fields, content)?);
        if fields.len() > FIELDS.len() && wide.is_none() {
            wide = Some(SwcWarning::ExtraColumns { line, found: fields.len() });
        }
    }
    if samples.is_empty() {
        let what = if comments.is_empty() { "the file is empty" } else { "only comments" };
        return Err(SwcError::Empty { what });
    }
    warnings.extend(wide);
    Ok(Loaded { value: Samples { samples, comments }, warnings })
}

/// Refuses what is evidently some other kind of file.
fn recognise(body: &[u8]) -> Result<(), SwcError> {
    let refuse = |format| Err(SwcError::OtherFormat { format });
    if body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff") {
        return refuse("UTF-16 text; save it as UTF-8");
    }
    if body.starts_with(b"\x89HDF\r\n\x1a\n") {
        return refuse("an HDF5 file (SONATA or a BlueBrain morphology?)");
    }
    if body.contains(&0) {
        return refuse("binary, it holds zero bytes");
    }
    let start = body.trim_ascii_start();
    if start.starts_with(b"<") {
        return refuse("XML (NeuroML?)");
    }
    if start.starts_with(b"(") || start.starts_with(b";") {
        return refuse("a Neurolucida ASC text");
    }
    if start.starts_with(b"{") || start.starts_with(b"[") {
        return refuse("JSON");
    }
    Ok(())
}

/// Lines ended by LF, CR LF or CR.
fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|row| row.strip_suffix('\r').unwrap_or(row).split('\r'))
}

/// Fields with the column where each begins, in characters from 1.
fn fields(content: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = None;
    for (column, (at, c)) in (1..).zip(content.char_indices()) {
        match (c.is_whitespace(), start) {
            (false, None) => start = Some((column, at)),
            (true, Some((column, from))) => {
                found.push((column, &content[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|(column, from)| (column, &content[from..])));
    found
}

fn sample(line: usize, fields: &[(usize, &str)], content: &str) -> Result<Sample, SwcError> {
    let Some(fields) = fields.get(..FIELDS.len()) else {
        let found = fields.len();
        let hint = if content.split(',').count() >= FIELDS.len() {
            "; separate them by blanks, not commas".to_owned()
        } else if content.split(';').count() >= FIELDS.len() {
            "; separate them by blanks, not semicolons".to_owned()
        } else {
            String::new()
        };
        return Err(SwcError::FieldCount { line, found, hint });
    };
    let cell = |k: usize| Cell { line, column: fields[k].0, field: FIELDS[k], text: fields[k].1 };
    Ok(Sample {
        line,
        id: cell(0).integer()?,
        tag: cell(1).integer()?,
        xyz_um: [cell(2).number()?, cell(3).number()?, cell(4).number()?],
        radius_um: cell(5).number()?,
        parent: cell(6).integer()?,
    })
}

struct Cell<'a> {
    line: usize,
    column: usize,
    field: &'static str,
    text: &'a str,
}

impl Cell<'_> {
    fn number(&self) -> Result<f64, SwcError> {
        let &Self { line, column, field, text } = self;
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            Ok(_) => Err(SwcError::NotFinite { line, column, field, text: text.into() }),
            Err(_) => {
                let hint = hint(text);
                Err(SwcError::NotANumber { line, column, field, text: text.into(), hint })
            }
        }
    }

    fn integer(&self) -> Result<i64, SwcError> {
        if let Ok(value) = self.text.parse() {
            return Ok(value);
        }
        let value = self.number()?;
        let &Self { line, column, field, text } = self;
        if value.fract() != 0.0 {
            return Err(SwcError::NotWhole { line, column, field, text: text.into() });
        }
        // Up to 2⁵³ every whole number is exact.
        if value.abs() > 9_007_199_254_740_992.0 {
            return Err(SwcError::Overflow { line, column, field, text: text.into() });
        }
        Ok(value as i64)
    }
}

/// A guess at what the writer meant.
fn hint(text: &str) -> String {
    let parses = |text: &str| text.parse::<f64>().is_ok();
    let exponent = text.replace(['D', 'd'], "e");
    if exponent != text && parses(&exponent) {
        return format!("; a Fortran exponent? write {exponent}");
    }
    if text.contains(',') {
        let (point, none) = (text.replace(',', "."), text.replace(',', ""));
        if text.contains('.') && parses(&none) {
            return format!("; a thousands mark? write {none}");
        }
        if parses(&point) {
            return format!("; a decimal comma? write {point}");
        }
        return "; separate fields by blanks, not commas".into();
    }
    String::new()
}
