//! The front end of the visual system: what a screen shows, what receptive fields make of it, and
//! the rates at which their cells spike.
//!
//! | module | holds |
//! |---|---|
//! | [`screen`] | the screen, its pixels and frames; grids of points to look at |
//! | [`stimulus`] | gratings, bars, noise, pictures; the scene that they form |
//! | [`gaze`] | where the eye looks |
//! | [`field`] | receptive fields in space: Gabor functions, differences of Gaussians |
//! | [`temporal`] | what a cell makes of the course of its drive: delay, filter, adaptation |
//! | [`nonlinearity`] | from the filtered drive to a rate |
//! | [`drive`] | the scene as every receptive field sees it, frame by frame |
//! | [`rates`] | rates of all cells over time |
//! | [`theory`] | answers to gratings in closed form |
//!
//! A cell is a linear filter in space and in time, followed by a static nonlinearity (a
//! linear–nonlinear model):
//!
//! ```text
//! C(x, t) = (L(x, t) − L₀)/L₀            contrast of the luminance L against the reference L₀
//! s(t) = ∫ G(x) C(x, t) dx               drive; G is scaled so that the best grating of contrast 1 gives 1
//! r(t) = ∫ h(t') s(t − t') dt'
//! rate(t) = baseline + gain · f(r(t))
//! ```
//!
//! Lengths are degrees of visual angle, x to the right and y upwards from the middle of the screen;
//! frequencies are cycles per degree and Hz, times are ms, angles are degrees, counter-clockwise from
//! the x axis. The **orientation** of gratings, bars and Gabor functions is the direction along which
//! luminance varies, and into which gratings drift: 0° has vertical stripes.

pub mod drive;
mod error;
pub mod field;
pub mod gaze;
pub mod nonlinearity;
pub mod rates;
pub mod screen;
pub mod stimulus;
pub mod temporal;
pub mod theory;

pub use drive::Drives;
pub use error::VisionError;
pub use field::{Cell, Unit};
pub use gaze::Gaze;
pub use nonlinearity::Nonlinearity;
pub use screen::{Grid, Screen};
pub use stimulus::{Layer, Scene};
pub use temporal::Temporal;
