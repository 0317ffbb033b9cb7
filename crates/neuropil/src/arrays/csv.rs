//! Columns of text tables. The separator is a comma, or a tab in `.tsv`; `#` begins a comment.

use neuropil_core::names::suggestion;

use super::{Array, ArrayError, Place};

/// One column: by its name in the first line or by its number from 0; the first if unnamed.
pub(super) fn column<T>(
    place: &Place,
    parse: impl Fn(&str) -> Option<T>,
    expected: &'static str,
) -> Result<Array<T>, ArrayError> {
    let path = &place.file;
    let tabs = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tsv"));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .comment(Some(b'#'))
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(if tabs { b'\t' } else { b',' })
        .from_path(path)
        .map_err(|error| unreadable(path, &error))?;
    let mut record = csv::StringRecord::new();
    let mut values = Vec::new();
    let mut index = None;
    loop {
        let more = reader.read_record(&mut record).map_err(|error| unreadable(path, &error))?;
        if !more {
            break;
        }
        let k = match index {
            Some(k) => k,
            None => {
                let (k, header) = choose(place, &record)?;
                index = Some(k);
                if header {
                    continue;
                }
                k
            }
        };
        let text = record.get(k).unwrap_or("");
        let value = parse(text).ok_or_else(|| ArrayError::Line {
            path: path.clone(),
            line: record.position().map_or(0, csv::Position::line),
            found: text.into(),
            expected,
        })?;
        values.push(value);
    }
    Ok(Array::line(values))
}

/// Index of the column, and whether the first line is a header.
fn choose(place: &Place, first: &csv::StringRecord) -> Result<(usize, bool), ArrayError> {
    let header = first.iter().any(|cell| cell.parse::<f64>().is_err());
    let named = first.iter().position(|cell| header && cell == place.part);
    let numbered = place.part.parse().ok().filter(|k| *k < first.len());
    let chosen = if place.part.is_empty() { Some(0) } else { named.or(numbered) };
    chosen.map(|k| (k, header)).ok_or_else(|| ArrayError::Part {
        path: place.file.clone(),
        kind: "column",
        name: place.part.clone(),
        suggestion: suggestion(&place.part, first.iter()),
    })
}

fn unreadable(path: &std::path::Path, error: &csv::Error) -> ArrayError {
    match error.kind() {
        csv::ErrorKind::Io(error) => ArrayError::io(path, error),
        _ => ArrayError::Unreadable { path: path.into(), reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_and_number_and_faults_by_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.csv"), "# note\nsource,weight\n1, 0.5\n2,x\n")
            .unwrap();
        let read = |part: &str| {
            let place = Place::parse(&format!("a.csv{part}"), folder.path());
            column(&place, |text| text.parse::<f64>().ok(), "a number")
        };
        assert_eq!(read(":source").unwrap().values, [1.0, 2.0]);
        assert_eq!(read("").unwrap().values, [1.0, 2.0]);
        let error = read(":weight").unwrap_err().to_string();
        assert!(error.ends_with("a.csv, line 4: found \"x\", expected a number"), "{error}");
        let error = read(":wieght").unwrap_err().to_string();
        assert!(error.ends_with("no column \"wieght\"; did you mean \"weight\"?"), "{error}");
    }
}
