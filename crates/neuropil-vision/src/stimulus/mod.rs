//! What is shown: patterns, in layers over a background.

mod bar;
mod grating;
mod mask;
mod noise;
mod picture;
mod pink;
mod scene;

pub use bar::Bar;
pub use grating::{Grating, Motion};
pub use mask::Mask;
pub use noise::{Noise, Squares, switches};
pub use picture::{Picture, equalized};
pub use pink::PinkNoise;
pub use scene::{Layer, Scene};

/// A pattern: luminance as a function of place and time.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// One luminance everywhere.
    Uniform(f64),
    /// A sinusoidal or square-wave grating.
    Grating(Grating),
    /// A bar that may sweep.
    Bar(Bar),
    /// Squares of random luminance that change from time to time.
    Noise(Noise),
    /// Noise with the spectrum of natural scenes.
    Pink(PinkNoise),
    /// A picture.
    Picture(Picture),
}

/// What a pattern has at a place: a luminance, and the share of it that is seen.
///
/// The share is 1 but at the places that a bar, sparse noise or a picture leaves out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Luminance.
    pub luminance: f64,
    /// From 0 (what lies below is seen) to 1.
    pub cover: f64,
}

impl Spot {
    /// A luminance that hides what is below.
    pub(crate) const fn opaque(luminance: f64) -> Self {
        Self { luminance, cover: 1.0 }
    }

    /// Nothing.
    pub(crate) const NONE: Self = Self { luminance: 0.0, cover: 0.0 };
}

impl Pattern {
    /// Calls `put(k, spot)` for the points of the grid spanned by `x` and `y` `[degree]`, rows from below,
    /// `t_ms` after its beginning.
    pub(crate) fn paint(&self, t_ms: f64, x: &[f64], y: &[f64], put: &mut impl FnMut(usize, Spot)) {
        match self {
            Self::Uniform(luminance) => {
                (0..x.len() * y.len()).for_each(|k| put(k, Spot::opaque(*luminance)));
            }
            Self::Grating(grating) => grating.paint(t_ms, x, y, put),
            Self::Bar(bar) => bar.paint(t_ms, x, y, put),
            Self::Noise(noise) => noise.paint(t_ms, x, y, put),
            Self::Pink(noise) => noise.paint(t_ms, x, y, put),
            Self::Picture(picture) => picture.paint(x, y, put),
        }
    }

    /// A number that stays the same while the pattern does; `None` if it changes all the time.
    pub(crate) fn version(&self, t_ms: f64) -> Option<u64> {
        match self {
            Self::Uniform(_) | Self::Picture(_) => Some(0),
            Self::Grating(grating) => (grating.temporal_hz == 0.0).then_some(0),
            Self::Bar(bar) => (bar.speed_deg_s == 0.0).then_some(0),
            Self::Noise(noise) => Some(noise.epoch(t_ms)),
            Self::Pink(noise) => Some(noise.epoch(t_ms)),
        }
    }
}
