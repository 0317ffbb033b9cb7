//! Rendered figures: RGB pixels, from and to PNG.

use std::io::Cursor;

use crate::error::PlotError;

/// An image without transparency.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pixels {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Row after row, three bytes per pixel.
    pub(crate) rgb: Vec<u8>,
}

impl Pixels {
    /// Reads what the drawing library makes: RGBA on a white ground.
    pub(crate) fn decode(png: &[u8]) -> Result<Self, PlotError> {
        let reason = |error: png::DecodingError| PlotError::Render { reason: error.to_string() };
        let mut reader = png::Decoder::new(Cursor::new(png)).read_info().map_err(reason)?;
        let mut rgba = vec![0; reader.output_buffer_size().unwrap_or(0)];
        let png::OutputInfo { width, height, .. } = reader.next_frame(&mut rgba).map_err(reason)?;
        let rgb = rgba.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
        Ok(Self { width, height, rgb })
    }

    /// PNG that knows its size in print: 96 · `scale` pixels per inch.
    pub(crate) fn encode(&self, scale: f32) -> Result<Vec<u8>, PlotError> {
        let reason = |error: png::EncodingError| PlotError::Render { reason: error.to_string() };
        let mut bytes = Vec::with_capacity(self.rgb.len() / 8);
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let per_metre = (f64::from(scale) * 96.0 / 0.0254).round() as u32;
        let unit = png::Unit::Meter;
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: per_metre,
            yppu: per_metre,
            unit,
        }));
        let mut writer = encoder.write_header().map_err(reason)?;
        writer.write_image_data(&self.rgb).map_err(reason)?;
        writer.finish().map_err(reason)?;
        Ok(bytes)
    }

    /// Lays `other`, turned to the left by a quarter, over this image with its upper left corner at
    /// (`left`, `top`); each pixel keeps the darker of both colours.
    pub(crate) fn darken_turned(&mut self, other: &Self, left: i64, top: i64) {
        for row in 0..i64::from(other.width) {
            for column in 0..i64::from(other.height) {
                let (x, y) = (left + column, top + row);
                if x < 0 || y < 0 || x >= self.width.into() || y >= self.height.into() {
                    continue;
                }
                let from = 3 * (column * i64::from(other.width) + i64::from(other.width) - 1 - row);
                let to = 3 * (y * i64::from(self.width) + x);
                for channel in 0..3 {
                    let source = other.rgb[from as usize + channel];
                    let target = &mut self.rgb[to as usize + channel];
                    *target = source.min(*target);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: u32, greys: &[u8]) -> Pixels {
        let rgb: Vec<u8> = greys.iter().flat_map(|&g| [g; 3]).collect();
        Pixels { width, height: greys.len() as u32 / width, rgb }
    }

    #[test]
    fn a_quarter_turn_to_the_left_lifts_the_end_of_a_row_to_the_top() {
        let mut ground = image(2, &[255; 6]);
        ground.darken_turned(&image(3, &[1, 2, 3, 4, 5, 6]), 0, 0);
        assert_eq!(ground, image(2, &[3, 6, 2, 5, 1, 4]));
        // What lies outside is left out.
        ground.darken_turned(&image(3, &[0; 6]), -1, 2);
        assert_eq!(ground, image(2, &[3, 6, 2, 5, 0, 4]));
    }
}
