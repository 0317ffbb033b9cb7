//! Pictures from files.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use super::Spot;
use crate::error::VisionError;

/// A picture at a place of the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Columns and rows.
    pub shape: [usize; 2],
    /// Luminance, row after row from below.
    pub luminance: Arc<Vec<f64>>,
    /// Width and height on the screen `[degree]`.
    pub extent_deg: [f64; 2],
    /// Middle `[degree]`.
    pub center_deg: [f64; 2],
}

impl Picture {
    /// Columns and rows, and luminance row after row from below, of a PNG file.
    ///
    /// Grey values are taken as they are, from 0 (black) to 1 (white); of colours the luma
    /// `0.2126 R + 0.7152 G + 0.0722 B` is taken (Rec. ITU-R BT.709). Transparency is ignored.
    ///
    /// # Errors
    /// [`VisionError`] if there is no such picture.
    pub fn read(path: &Path) -> Result<([usize; 2], Vec<f64>), VisionError> {
        let file =
            File::open(path).map_err(|source| VisionError::Read { path: path.into(), source })?;
        let fault = |error: png::DecodingError| VisionError::Picture {
            path: path.into(),
            reason: error.to_string(),
        };
        let mut decoder = png::Decoder::new(BufReader::new(file));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info().map_err(fault)?;
        let mut bytes = vec![0; reader.output_buffer_size().unwrap_or(0)];
        let info = reader.next_frame(&mut bytes).map_err(fault)?;
        let channels = info.color_type.samples();
        let grey = |pixel: &[u8]| {
            let part = |k: usize| f64::from(pixel[k]) / 255.0;
            match channels {
                1 | 2 => part(0),
                _ => 0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2),
            }
        };
        let shape = [info.width as usize, info.height as usize];
        let rows = bytes.chunks_exact(info.line_size).take(shape[1]);
        let from_below: Vec<f64> = rows
            .rev()
            .flat_map(|row| row.chunks_exact(channels).take(shape[0]).map(grey))
            .collect();
        Ok((shape, from_below))
    }

    pub(super) fn paint(&self, x: &[f64], y: &[f64], put: &mut impl FnMut(usize, Spot)) {
        let place = |axis: usize, at: &f64| {
            let cells = self.shape[axis] as f64;
            let u = (at - self.center_deg[axis]) / self.extent_deg[axis] + 0.5;
            (0.0..=1.0).contains(&u).then(|| {
                // Values stand at the middle of a pixel; the outermost are continued to the edge.
                let at = (u * cells - 0.5).clamp(0.0, cells - 1.0);
                let left = (at as usize).min(self.shape[axis].saturating_sub(2));
                (left, at - left as f64)
            })
        };
        let columns: Vec<_> = x.iter().map(|x| place(0, x)).collect();
        let [width, height] = self.shape;
        for (row, y) in y.iter().enumerate() {
            let found = place(1, y);
            for (column, across) in columns.iter().enumerate() {
                let spot = match (across, found) {
                    (Some((i, u)), Some((j, v))) => {
                        let value = |i: usize, j: usize| {
                            self.luminance[j.min(height - 1) * width + i.min(width - 1)]
                        };
                        let low = value(*i, j) * (1.0 - u) + value(i + 1, j) * u;
                        let high = value(*i, j + 1) * (1.0 - u) + value(i + 1, j + 1) * u;
                        Spot::opaque(low * (1.0 - v) + high * v)
                    }
                    _ => Spot::NONE,
                };
                put(row * x.len() + column, spot);
            }
        }
    }
}

/// The same picture with evenly distributed luminances: each value is replaced by the share of
/// pixels that are darker, those as dark counted by half.
pub fn equalized(luminance: &[f64]) -> Vec<f64> {
    let mut sorted = luminance.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let rank = |value: &f64| {
        let below = sorted.partition_point(|other| other < value);
        let not_above = sorted.partition_point(|other| other <= value);
        (below + not_above) as f64 / (2.0 * n)
    };
    luminance.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_between_those_of_the_nearest_pixels() {
        let picture = Picture {
            shape: [2, 2],
            luminance: Arc::new(vec![0.0, 1.0, 0.5, 0.5]),
            extent_deg: [4.0, 4.0],
            center_deg: [10.0, 0.0],
        };
        for (x, y, expected) in [
            (9.0, -1.0, Some(0.0)),
            (11.0, -1.0, Some(1.0)),
            (10.0, -1.0, Some(0.5)),
            (11.0, 0.0, Some(0.75)),
            (12.0, -2.0, Some(1.0)),
            (12.1, 0.0, None),
        ] {
            let mut found = None;
            picture.paint(&[x], &[y], &mut |_, spot| {
                found = (spot.cover > 0.0).then_some(spot.luminance)
            });
            assert_eq!(found, expected, "{x} {y}");
        }
    }

    #[test]
    fn equalization_spreads_luminance_evenly() {
        assert_eq!(equalized(&[0.1, 0.11, 0.9, 0.1]), [0.25, 0.625, 0.875, 0.25]);
    }

    #[test]
    fn files_are_read_from_below_and_colours_become_luma() {
        let folder = std::env::temp_dir().join(format!("neuropil-vision-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("picture.png");
        let mut encoder = png::Encoder::new(File::create(&path).unwrap(), 2, 2);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0]).unwrap();
        writer.finish().unwrap();
        let (shape, values) = Picture::read(&path).unwrap();
        assert_eq!(shape, [2, 2]);
        for (found, expected) in values.iter().zip([0.2126, 0.7152, 1.0, 0.0]) {
            assert!((found - expected).abs() < 1e-12, "{values:?}");
        }
        std::fs::write(&path, "no picture").unwrap();
        assert!(matches!(Picture::read(&path), Err(VisionError::Picture { .. })));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(matches!(Picture::read(&path), Err(VisionError::Read { .. })));
    }
}
