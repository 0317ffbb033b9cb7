//! What a panel shows: every mark is data with a look.

use crate::style::color::Color;
use crate::style::map::ColorMap;

/// Something drawn in a panel, in the coordinates of its axes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Mark {
    /// A curve. Points that are not finite leave gaps.
    Line {
        /// Horizontal values.
        x: Vec<f64>,
        /// Vertical values.
        y: Vec<f64>,
        /// Colour.
        color: Color,
        /// Width in px.
        width: f64,
        /// Whether it is dashed.
        dashed: bool,
    },
    /// The area between two curves.
    Band {
        /// Horizontal values.
        x: Vec<f64>,
        /// Lower edge.
        low: Vec<f64>,
        /// Upper edge.
        high: Vec<f64>,
        /// Colour.
        color: Color,
        /// 0 invisible, 1 solid.
        opacity: f64,
    },
    /// Discs.
    Points {
        /// Horizontal values.
        x: Vec<f64>,
        /// Vertical values.
        y: Vec<f64>,
        /// Colour.
        color: Color,
        /// Radius in px.
        radius: f64,
        /// Filled, or a ring.
        filled: bool,
        /// 0 invisible, 1 solid.
        opacity: f64,
    },
    /// Vertical bars with small caps, for errors.
    Errors {
        /// Horizontal values.
        x: Vec<f64>,
        /// Lower ends.
        low: Vec<f64>,
        /// Upper ends.
        high: Vec<f64>,
        /// Colour.
        color: Color,
    },
    /// Rectangles from `base` to each height, with given edges: histograms and bars.
    Bars {
        /// Left edges.
        left: Vec<f64>,
        /// Right edges.
        right: Vec<f64>,
        /// Heights.
        height: Vec<f64>,
        /// Where bars begin.
        base: f64,
        /// Colour.
        color: Color,
        /// 0 invisible, 1 solid.
        opacity: f64,
        /// Whether the outline of all bars together is drawn.
        outline: bool,
    },
    /// A grid of coloured cells.
    Cells {
        /// Edges of columns, one more than columns.
        x_edges: Vec<f64>,
        /// Edges of rows, one more than rows.
        y_edges: Vec<f64>,
        /// Row after row; not-a-number is drawn grey.
        values: Vec<f64>,
        /// Colours.
        map: ColorMap,
        /// Values of the map's ends.
        range: (f64, f64),
    },
    /// Straight pieces of their own width and colour: morphologies.
    Pieces(Vec<Piece>),
    /// A horizontal line across the panel.
    Level {
        /// Its height.
        y: f64,
        /// Colour.
        color: Color,
    },
    /// A vertical line across the panel.
    Moment {
        /// Its place.
        x: f64,
        /// Colour.
        color: Color,
    },
    /// A shaded stretch of the horizontal axis.
    Stretch {
        /// Where it begins.
        from: f64,
        /// Where it ends.
        to: f64,
        /// Colour.
        color: Color,
    },
    /// A text at a point.
    Text {
        /// Horizontal value.
        x: f64,
        /// Vertical value.
        y: f64,
        /// What it says.
        text: String,
        /// Colour.
        color: Color,
        /// Whether the point is its middle, not its beginning.
        centred: bool,
    },
}

/// A straight piece of a neurite. Coordinates are those of the panel's axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// One end.
    pub from: (f64, f64),
    /// The other end.
    pub to: (f64, f64),
    /// Thickness, in units of the horizontal axis.
    pub width: f64,
    /// Colour.
    pub color: Color,
}

impl Mark {
    /// A solid curve.
    pub fn line(x: &[f64], y: &[f64], color: Color) -> Self {
        let (x, y) = (x.to_vec(), y.to_vec());
        Self::Line { x, y, color, width: crate::style::LINE_WIDTH, dashed: false }
    }

    /// A dashed curve.
    pub fn dashed(x: &[f64], y: &[f64], color: Color) -> Self {
        let (x, y) = (x.to_vec(), y.to_vec());
        Self::Line { x, y, color, width: crate::style::LINE_WIDTH, dashed: true }
    }

    /// Filled discs of 2.2 px radius.
    pub fn points(x: &[f64], y: &[f64], color: Color) -> Self {
        let (x, y) = (x.to_vec(), y.to_vec());
        Self::Points { x, y, color, radius: 2.2, filled: true, opacity: 1.0 }
    }

    /// A light band.
    pub fn band(x: &[f64], low: &[f64], high: &[f64], color: Color) -> Self {
        let (x, low, high) = (x.to_vec(), low.to_vec(), high.to_vec());
        Self::Band { x, low, high, color, opacity: 0.22 }
    }

    /// Smallest and largest finite values along x and along y.
    pub(crate) fn extent(&self) -> (Extent, Extent) {
        let of = |lists: &[&[f64]]| lists.iter().fold(Extent::default(), |e, l| e.with(l));
        match self {
            Self::Line { x, y, .. } | Self::Points { x, y, .. } => (of(&[x]), of(&[y])),
            Self::Band { x, low, high, .. } | Self::Errors { x, low, high, .. } => {
                (of(&[x]), of(&[low, high]))
            }
            Self::Bars { left, right, height, base, .. } => {
                (of(&[left, right]), of(&[height, &[*base]]))
            }
            Self::Cells { x_edges, y_edges, .. } => (of(&[x_edges]), of(&[y_edges])),
            Self::Pieces(pieces) => {
                let mut both = (Extent::default(), Extent::default());
                for p in pieces {
                    let half = p.width / 2.0;
                    both.0 = both.0.with(&[
                        p.from.0 - half,
                        p.to.0 - half,
                        p.from.0 + half,
                        p.to.0 + half,
                    ]);
                    both.1 = both.1.with(&[
                        p.from.1 - half,
                        p.to.1 - half,
                        p.from.1 + half,
                        p.to.1 + half,
                    ]);
                }
                both
            }
            Self::Level { y, .. } => (Extent::default(), of(&[&[*y]])),
            Self::Moment { x, .. } => (of(&[&[*x]]), Extent::default()),
            Self::Stretch { from, to, .. } => (of(&[&[*from, *to]]), Extent::default()),
            Self::Text { x, y, .. } => (of(&[&[*x]]), of(&[&[*y]])),
        }
    }
}

/// Smallest and largest value seen so far, also of the positive ones.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extent {
    all: Option<(f64, f64)>,
    positive: Option<(f64, f64)>,
}

impl Extent {
    fn with(self, values: &[f64]) -> Self {
        let widen = |old: Option<(f64, f64)>, v: f64| {
            Some(old.map_or((v, v), |(low, high)| (v.min(low), v.max(high))))
        };
        values.iter().filter(|v| v.is_finite()).fold(self, |extent, &v| Self {
            all: widen(extent.all, v),
            positive: if v > 0.0 { widen(extent.positive, v) } else { extent.positive },
        })
    }

    pub(crate) fn join(self, other: Self) -> Self {
        let join = |a: Option<(f64, f64)>, b: Option<(f64, f64)>| match (a, b) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        Self { all: join(self.all, other.all), positive: join(self.positive, other.positive) }
    }

    pub(crate) fn on(self, scale: crate::axis::Scale) -> Option<(f64, f64)> {
        match scale {
            crate::axis::Scale::Linear => self.all,
            crate::axis::Scale::Log => self.positive,
        }
    }
}
