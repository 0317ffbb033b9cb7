//! Figures of results as PNG and SVG.
