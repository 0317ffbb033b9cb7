//! Panels: axes, marks, and what explains them.

use crate::axis::Axis;
use crate::mark::Mark;
use crate::style::color::Color;
use crate::style::map::ColorMap;

/// One entry of a legend.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendEntry {
    /// What it says.
    pub label: String,
    /// Colour of its sign.
    pub color: Color,
    /// What its sign looks like.
    pub sign: Sign,
}

/// The sign of a legend entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A stroke.
    Line,
    /// A dashed stroke.
    Dashes,
    /// A disc.
    Disc,
    /// A ring.
    Ring,
    /// A filled square.
    Square,
    /// None: a remark, in grey.
    Remark,
}

/// A colour bar beside a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct ColorBar {
    /// What the colours stand for, with its unit.
    pub label: String,
    /// Colours.
    pub map: ColorMap,
    /// Values of its ends.
    pub range: (f64, f64),
}

/// Bars that give a length in place of an axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScaleBars {
    /// Length along x and what it says (`100.0, "100 µm"`).
    pub x: Option<(f64, String)>,
    /// Length along y and what it says.
    pub y: Option<(f64, String)>,
}

/// A pair of axes with everything drawn between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// In the order in which they are drawn.
    pub marks: Vec<Mark>,
    /// Shown above the panel, on the right.
    pub legend: Vec<LegendEntry>,
    /// Shown above the panel, on the left.
    pub title: String,
    /// A remark, shown in grey before the legend.
    pub note: String,
    /// Shown to the right of the panel.
    pub color_bar: Option<ColorBar>,
    /// The bar for x stands in the lower right corner, that for y beside it, outside.
    pub scale_bars: ScaleBars,
    /// Height in px of the space between the axes.
    pub height: f64,
    /// Whether a unit of x is as long as a unit of y.
    pub equal: bool,
    /// Room beyond the data at each end of x and y, as a share of their extent.
    pub margins: (f64, f64),
}

impl Panel {
    /// An empty panel, 150 px high.
    pub fn new(x: Axis, y: Axis) -> Self {
        Self {
            x,
            y,
            marks: Vec::new(),
            legend: Vec::new(),
            title: String::new(),
            note: String::new(),
            color_bar: None,
            scale_bars: ScaleBars::default(),
            height: 150.0,
            equal: false,
            margins: (0.0, 0.06),
        }
    }

    /// Adds a mark.
    #[must_use]
    pub fn with(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// Adds a legend entry.
    #[must_use]
    pub fn explained(mut self, label: impl Into<String>, color: Color, sign: Sign) -> Self {
        self.legend.push(LegendEntry { label: label.into(), color, sign });
        self
    }

    /// With a title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// With another height, in px.
    #[must_use]
    pub const fn height(mut self, height: f64) -> Self {
        self.height = height;
        self
    }

    /// With limits of the horizontal axis.
    #[must_use]
    pub const fn x_limits(mut self, low: f64, high: f64) -> Self {
        self.x.limits = Some((low, high));
        self
    }

    /// With limits of the vertical axis.
    #[must_use]
    pub const fn y_limits(mut self, low: f64, high: f64) -> Self {
        self.y.limits = Some((low, high));
        self
    }
}
