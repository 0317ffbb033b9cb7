//! Moving pictures as animated PNG, which browsers and viewers play and any other program shows as
//! its first frame.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use crate::draw::pixels::Pixels;
use crate::error::PlotError;
use crate::figure::Figure;

/// Pixels per px of 1/96 inch in an animation: for the screen, not for print.
const SCALE: f32 = 1.5;

/// Frames of one size, shown one after another, over and over.
#[derive(Debug)]
pub struct Animation {
    frames: Vec<Pixels>,
    frame_ms: u16,
}

impl Animation {
    /// No frame yet; each will be shown for `frame_ms`.
    pub const fn new(frame_ms: u16) -> Self {
        Self { frames: Vec::new(), frame_ms }
    }

    /// Renders `figure` as the next frame. Figures made by one function from data of one shape have
    /// one size.
    ///
    /// # Errors
    /// [`PlotError::Frames`] if its size differs from that of the first; those of
    /// [`Figure::to_png`].
    pub fn push(&mut self, figure: &Figure) -> Result<(), PlotError> {
        let pixels = figure.pixels(SCALE)?;
        if let Some(first) = self.frames.first()
            && (first.width, first.height) != (pixels.width, pixels.height)
        {
            return Err(PlotError::Frames);
        }
        self.frames.push(pixels);
        Ok(())
    }

    /// The number of frames.
    pub const fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there is no frame.
    pub const fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Writes a `.png` that moves.
    ///
    /// # Errors
    /// [`PlotError::AnimationExtension`] for another extension, [`PlotError::Empty`] without
    /// frames, [`PlotError::Write`] if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), PlotError> {
        let path = path.as_ref();
        let found = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if found != "png" && found != "apng" {
            return Err(PlotError::AnimationExtension { path: path.into(), found });
        }
        let first = self.frames.first().ok_or(PlotError::Empty)?;
        let write = |source| PlotError::Write { path: path.into(), source };
        let encoding = |error: png::EncodingError| match error {
            png::EncodingError::IoError(source) => write(source),
            other => PlotError::Render { reason: other.to_string() },
        };
        let file = BufWriter::new(File::create(path).map_err(write)?);
        let mut encoder = png::Encoder::new(file, first.width, first.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_animated(self.frames.len() as u32, 0).map_err(encoding)?;
        encoder.set_frame_delay(self.frame_ms, 1000).map_err(encoding)?;
        let mut writer = encoder.write_header().map_err(encoding)?;
        for frame in &self.frames {
            writer.write_image_data(&frame.rgb).map_err(encoding)?;
        }
        writer.finish().map_err(encoding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Axis, Color, Mark, Panel};

    #[test]
    fn all_frames_can_be_read_back() {
        let frame = |y: f64| {
            let panel = Panel::new(Axis::new("x"), Axis::new("y").limits(0.0, 3.0));
            Figure::of(panel.with(Mark::line(&[0.0, 1.0], &[y, y], Color::RED))).width(120.0)
        };
        let mut animation = Animation::new(40);
        for y in [1.0, 2.0] {
            animation.push(&frame(y)).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        animation.save(&path).unwrap();
        let file = std::io::BufReader::new(File::open(&path).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        assert_eq!(reader.info().animation_control().unwrap().num_frames, 2);
        let mut frames = Vec::new();
        for _ in 0..2 {
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut pixels).unwrap();
            frames.push(pixels);
        }
        assert_ne!(frames[0], frames[1]);
        assert!(animation.push(&frame(1.0).width(130.0)).is_err());
        assert!(animation.save(folder.path().join("a.mp4")).is_err());
    }
}
