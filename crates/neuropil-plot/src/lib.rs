//! Figures of results as PNG and SVG: plain data in, a [`Figure`] out.
//!
//! [`kinds`] has a function for each usual picture; what they return is made of [`Panel`]s, which
//! can be put together anew with [`Figure::stack`] and [`Figure::grid`], or filled with [`Mark`]s by
//! hand.

pub mod animation;
mod axis;
mod draw;
mod error;
mod figure;
pub mod kinds;
mod mark;
mod panel;
mod style;
mod ticks;

pub use axis::{Axis, Scale};
pub use error::PlotError;
pub use figure::Figure;
pub use mark::{Mark, Piece};
pub use panel::{ColorBar, LegendEntry, Panel, ScaleBars, Sign};
pub use style::color::Color;
pub use style::map::ColorMap;
pub use ticks::Tick;
