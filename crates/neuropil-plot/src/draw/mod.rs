//! From panels to pixels.

pub(crate) mod canvas;
pub(crate) mod marks;
pub(crate) mod panel;
pub(crate) mod pixels;
