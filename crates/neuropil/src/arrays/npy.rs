//! NumPy's `.npy` (format versions 1 to 3), read in pieces straight into the type that is wanted.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{Array, ArrayError};

/// Bytes read at a time; a multiple of every element size.
const PIECE: usize = 1 << 20;

/// Element type: byte order, kind (`u`, `i`, `f`), bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Element {
    big_endian: bool,
    kind: char,
    width: usize,
}

struct Header {
    element: Element,
    shape: Vec<usize>,
}

/// Whole numbers in `0..=u32::MAX`.
pub(super) fn read_indices(path: &Path) -> Result<Array<u32>, ArrayError> {
    let expected = "whole numbers";
    read(path, expected, "a neuron index", |element| {
        macro_rules! whole {
            ($type:ty) => {
                Some(Box::new(move |bytes: &[u8], values: &mut Vec<u32>| {
                    pieces(
                        element,
                        bytes,
                        values,
                        |b| <$type>::from_le_bytes(b),
                        |x: $type| u32::try_from(x).ok(),
                    )
                }) as Convert<u32>)
            };
        }
        match (element.kind, element.width) {
            ('u', 1) => whole!(u8),
            ('i', 1) => whole!(i8),
            ('u', 2) => whole!(u16),
            ('i', 2) => whole!(i16),
            ('u', 4) => whole!(u32),
            ('i', 4) => whole!(i32),
            ('u', 8) => whole!(u64),
            ('i', 8) => whole!(i64),
            _ => None,
        }
    })
}

/// Numbers, NaN refused.
pub(super) fn read_numbers(path: &Path) -> Result<Array<f64>, ArrayError> {
    read(path, "numbers", "a number", |element| {
        macro_rules! number {
            ($type:ty) => {
                Some(Box::new(move |bytes: &[u8], values: &mut Vec<f64>| {
                    pieces(
                        element,
                        bytes,
                        values,
                        |b| <$type>::from_le_bytes(b),
                        |x: $type| {
                            let x = x as f64;
                            (!x.is_nan()).then_some(x)
                        },
                    )
                }) as Convert<f64>)
            };
        }
        match (element.kind, element.width) {
            ('f', 4) => number!(f32),
            ('f', 8) => number!(f64),
            ('u', 1) => number!(u8),
            ('i', 1) => number!(i8),
            ('u', 2) => number!(u16),
            ('i', 2) => number!(i16),
            ('u', 4) => number!(u32),
            ('i', 4) => number!(i32),
            ('u', 8) => number!(u64),
            ('i', 8) => number!(i64),
            _ => None,
        }
    })
}

/// Appends the elements of a piece; the text of the first one refused.
type Convert<T> = Box<dyn Fn(&[u8], &mut Vec<T>) -> Result<(), String>>;

fn pieces<const N: usize, X: Copy + std::fmt::Display, T>(
    element: Element,
    bytes: &[u8],
    values: &mut Vec<T>,
    decode: impl Fn([u8; N]) -> X,
    admit: impl Fn(X) -> Option<T>,
) -> Result<(), String> {
    let (chunks, _) = bytes.as_chunks::<N>();
    for chunk in chunks {
        let mut chunk = *chunk;
        if element.big_endian {
            chunk.reverse();
        }
        let x = decode(chunk);
        values.push(admit(x).ok_or_else(|| x.to_string())?);
    }
    Ok(())
}

fn read<T>(
    path: &Path,
    type_expected: &'static str,
    value_expected: &'static str,
    convert: impl Fn(Element) -> Option<Convert<T>>,
) -> Result<Array<T>, ArrayError> {
    let mut file = File::open(path).map_err(|error| ArrayError::io(path, &error))?;
    let length = file.metadata().map_err(|error| ArrayError::io(path, &error))?.len();
    let (header, start) = header(path, &mut file)?;
    let convert = convert(header.element).ok_or_else(|| ArrayError::Type {
        path: path.into(),
        found: format!("elements of kind '{}{}'", header.element.kind, header.element.width),
        expected: type_expected,
    })?;
    let count = header.shape.iter().try_fold(1usize, |n, extent| n.checked_mul(*extent));
    let bytes = count.and_then(|n| n.checked_mul(header.element.width)).unwrap_or(usize::MAX);
    if length < start.saturating_add(bytes as u64) {
        let expected = start.saturating_add(bytes as u64);
        return Err(ArrayError::Truncated { path: path.into(), found: length, expected });
    }
    let mut values = Vec::with_capacity(bytes / header.element.width);
    let mut piece = vec![0; PIECE.min(bytes)];
    let mut left = bytes;
    while left > 0 {
        let piece = &mut piece[..PIECE.min(left)];
        file.read_exact(piece).map_err(|error| ArrayError::io(path, &error))?;
        convert(piece, &mut values).map_err(|found| ArrayError::Value {
            path: path.into(),
            row: values.len(),
            found,
            expected: value_expected,
        })?;
        left -= piece.len();
    }
    Ok(Array { values, shape: header.shape })
}

fn header(path: &Path, file: &mut File) -> Result<(Header, u64), ArrayError> {
    let wrong = |what: &str| ArrayError::Npy { path: path.into(), what: what.into() };
    let mut fixed = [0; 8];
    file.read_exact(&mut fixed).map_err(|_| wrong("too short"))?;
    if &fixed[..6] != b"\x93NUMPY" {
        return Err(wrong("it does not begin as one"));
    }
    let size_width = if fixed[6] == 1 { 2 } else { 4 };
    let mut size = [0; 4];
    file.read_exact(&mut size[..size_width]).map_err(|_| wrong("too short"))?;
    let size = u32::from_le_bytes(size);
    if size > 1 << 16 {
        return Err(wrong("its header is too long"));
    }
    let mut text = vec![0; size as usize];
    file.read_exact(&mut text).map_err(|_| wrong("too short"))?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let parsed = parse_header(&text).ok_or_else(|| wrong(&format!("header {:?}", text.trim())))?;
    if text.contains("'fortran_order': True") && parsed.shape.len() > 1 {
        return Err(wrong("it is stored column by column; save it with order=\"C\""));
    }
    Ok((parsed, 8 + size_width as u64 + u64::from(size)))
}

/// Reads `{'descr': '<i8', 'fortran_order': False, 'shape': (3, 4), }`.
fn parse_header(text: &str) -> Option<Header> {
    let after = |key: &str| text.split_once(key).map(|(_, rest)| rest.trim_start());
    let descr = after("'descr':")?.strip_prefix('\'')?.split('\'').next()?;
    let mut letters = descr.chars();
    let big_endian = letters.next()? == '>';
    let kind = letters.next()?;
    let width = letters.as_str().parse().ok().filter(|w| (1..=16).contains(w))?;
    let shape = after("'shape':")?.strip_prefix('(')?.split(')').next()?;
    let shape = shape
        .split(',')
        .map(str::trim)
        .filter(|extent| !extent.is_empty())
        .map(|extent| extent.parse().ok())
        .collect::<Option<Vec<usize>>>()?;
    Some(Header { element: Element { big_endian, kind, width }, shape })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file as NumPy writes it.
    fn file(descr: &str, shape: &str, data: &[u8]) -> tempfile::NamedTempFile {
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        let file = tempfile::NamedTempFile::with_suffix(".npy").unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    #[test]
    fn integers_and_floats_of_either_byte_order_are_read() {
        let data: Vec<u8> = [3i64, 0, 7].iter().flat_map(|x| x.to_le_bytes()).collect();
        let array = read_indices(file("<i8", "(3,)", &data).path()).unwrap();
        assert_eq!((array.values, array.shape), (vec![3, 0, 7], vec![3]));
        let data: Vec<u8> = [1u16, 500].iter().flat_map(|x| x.to_be_bytes()).collect();
        let array = read_indices(file(">u2", "(1, 2)", &data).path()).unwrap();
        assert_eq!((array.values, array.shape), (vec![1, 500], vec![1, 2]));
        let data: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(read_numbers(file("<f4", "(2,)", &data).path()).unwrap().values, [1.5, -2.0]);
    }

    #[test]
    fn faults_name_the_row() {
        let data: Vec<u8> = [3i32, -1].iter().flat_map(|x| x.to_le_bytes()).collect();
        let error = read_indices(file("<i4", "(2,)", &data).path()).unwrap_err();
        assert!(error.to_string().ends_with("row 1 is -1, expected a neuron index"), "{error}");
        let data: Vec<u8> = [0.0, f64::NAN].iter().flat_map(|x| x.to_le_bytes()).collect();
        let error = read_numbers(file("<f8", "(2,)", &data).path()).unwrap_err();
        assert!(error.to_string().ends_with("row 1 is NaN, expected a number"), "{error}");
        let error = read_indices(file("<f8", "(2,)", &data).path()).unwrap_err();
        assert!(error.to_string().ends_with("kind 'f8', expected whole numbers"), "{error}");
        let error = read_numbers(file("<f8", "(99999999999, 99999999999)", &data).path());
        assert!(matches!(error, Err(ArrayError::Truncated { .. })), "{error:?}");
        let error = read_numbers(file("|O", "(2,)", &data).path()).unwrap_err();
        assert!(matches!(error, ArrayError::Npy { .. }), "{error:?}");
    }
}
