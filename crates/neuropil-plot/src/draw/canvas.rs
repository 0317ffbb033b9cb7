//! The only place that knows the drawing library: shapes in, SVG text or pixels out.

use kuva::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::render::color::Color as Ink;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor};

use super::pixels::Pixels;
use crate::error::PlotError;
use crate::style::color::Color;
use crate::style::text::{runs, width};

/// Position of a text relative to its anchor point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A rectangle in px; `y` grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Area {
    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }
    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pen {
    pub(crate) color: Color,
    pub(crate) width: f64,
    /// Lengths of dash and gap; `None` for a solid line.
    pub(crate) dash: Option<(f64, f64)>,
}

impl Pen {
    pub(crate) const fn solid(color: Color, width: f64) -> Self {
        Self { color, width, dash: None }
    }
}

/// Collects shapes.
#[derive(Debug)]
pub(crate) struct Canvas {
    scene: Scene,
    clips: usize,
    upwards: Vec<Upwards>,
}

fn ink(color: Color) -> Ink {
    Ink::Rgb(color.r, color.g, color.b)
}

impl Canvas {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        let mut scene = Scene::new(width, height);
        scene.font_family = Some("DejaVu Sans, Verdana, Helvetica, Arial, sans-serif".into());
        Self { scene, clips: 0, upwards: Vec::new() }
    }

    /// Draws through `points`; a point that is not finite interrupts the line.
    pub(crate) fn polyline(&mut self, points: &[(f64, f64)], pen: Pen) {
        let finite = |p: &(f64, f64)| p.0.is_finite() && p.1.is_finite();
        for run in points.split(|p| !finite(p)).filter(|run| !run.is_empty()) {
            match pen.dash {
                Some(dash) => dashes(run, dash).into_iter().for_each(|d| self.solid(d, pen)),
                None if run.len() == 1 => self.dots(run, pen.width / 2.0, pen.color, 1.0),
                None => self.solid(run.to_vec(), pen),
            }
        }
    }

    fn solid(&mut self, points: Vec<(f64, f64)>, pen: Pen) {
        let (stroke, stroke_width) = (ink(pen.color), pen.width);
        self.scene.add(Primitive::PolyLine {
            points,
            stroke,
            stroke_width,
            stroke_dasharray: None,
        });
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), pen: Pen) {
        self.polyline(&[from, to], pen);
    }

    /// Discs of one radius and colour.
    pub(crate) fn dots(&mut self, points: &[(f64, f64)], r: f64, color: Color, opacity: f64) {
        let (cx, cy) = points.iter().copied().unzip();
        let fill_opacity = (opacity < 1.0).then_some(opacity);
        let fill = ink(color);
        let (stroke, stroke_width) = (None, None);
        self.scene.add(Primitive::CircleBatch {
            cx,
            cy,
            r,
            fill,
            fill_opacity,
            stroke,
            stroke_width,
        });
    }

    /// A disc with a white inside and a coloured rim.
    pub(crate) fn ring(&mut self, (cx, cy): (f64, f64), r: f64, color: Color) {
        self.scene.add(Primitive::Circle {
            cx,
            cy,
            r,
            fill: ink(Color::WHITE),
            fill_opacity: None,
            stroke: Some(ink(color)),
            stroke_width: Some(1.1),
        });
    }

    pub(crate) fn rectangle(&mut self, area: Area, color: Color, opacity: f64) {
        let Area { x, y, width, height } = area;
        let (fill, stroke, stroke_width) = (ink(color), None, None);
        let opacity = (opacity < 1.0).then_some(opacity);
        self.scene.add(Primitive::Rect {
            x,
            y,
            width,
            height,
            fill,
            stroke,
            stroke_width,
            opacity,
        });
    }

    /// Many rectangles, each in its colour.
    pub(crate) fn rectangles(&mut self, areas: &[(Area, Color)]) {
        let pick = |f: fn(&Area) -> f64| areas.iter().map(|(area, _)| f(area)).collect();
        self.scene.add(Primitive::RectBatch {
            x: pick(|a| a.x),
            y: pick(|a| a.y),
            w: pick(|a| a.width),
            h: pick(|a| a.height),
            fills: areas.iter().map(|(_, color)| ink(*color)).collect(),
        });
    }

    /// A filled polygon without a rim.
    pub(crate) fn polygon(&mut self, points: &[(f64, f64)], color: Color, opacity: f64) {
        use std::fmt::Write;
        let mut d = String::with_capacity(16 * points.len());
        for (k, (x, y)) in points.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(d, "{}{x:.2},{y:.2}", if k == 0 { "M" } else { "L" });
        }
        d.push('Z');
        let (fill, stroke, stroke_width) = (Some(ink(color)), Ink::None, 0.0);
        let (opacity, stroke_dasharray) = (Some(opacity), None);
        let data = PathData { d, fill, stroke, stroke_width, opacity, stroke_dasharray };
        self.scene.add(Primitive::Path(Box::new(data)));
    }

    /// A text whose baseline begins, has its middle or ends at a point.
    pub(crate) fn text(
        &mut self,
        (x, y): (f64, f64),
        text: &str,
        size: u32,
        anchor: Anchor,
        color: Color,
    ) {
        let width = width(text, size);
        let mut pen = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        // A text of one run is placed by the viewer, whose font may be another.
        let runs = runs(text, size);
        let (alone, anchor) = match (&runs[..], anchor) {
            ([_], Anchor::Middle) => (x, TextAnchor::Middle),
            ([_], Anchor::End) => (x, TextAnchor::End),
            _ => (pen, TextAnchor::Start),
        };
        let one = runs.len() == 1;
        for run in runs {
            let at = (if one { alone } else { pen }, y + run.drop);
            let word = word(run.text, run.size, at, anchor, None, color);
            self.scene.add(word);
            pen += run.width();
        }
    }

    /// A text that reads upwards, with the middle of its baseline at a point.
    pub(crate) fn text_upwards(&mut self, at: (f64, f64), text: &str, size: u32, color: Color) {
        self.upwards.push(Upwards { at, text: text.to_owned(), size, color });
    }

    /// Everything until [`unclip`](Self::unclip) shows only within `area`.
    pub(crate) fn clip(&mut self, area: Area) {
        let Area { x, y, width, height } = area;
        self.clips += 1;
        let id = format!("panel{}", self.clips);
        self.scene.defs.push(format!(
            r#"<clipPath id="{id}"><rect x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}"/></clipPath>"#
        ));
        self.scene.add(Primitive::ClipStart { x, y, width, height, id });
    }

    pub(crate) fn unclip(&mut self) {
        self.scene.add(Primitive::ClipEnd);
    }

    /// SVG text. Dots are joined into paths of round points, which take a third of the space.
    pub(crate) fn svg(self) -> String {
        let Self { mut scene, upwards, .. } = self;
        let elements = std::mem::take(&mut scene.elements);
        for element in elements {
            match element {
                Primitive::CircleBatch { cx, cy, r, fill, fill_opacity: None, .. } => {
                    round_points(&mut scene, &cx, &cy, r, fill);
                }
                other => scene.add(other),
            }
        }
        for text in upwards {
            let mut pen = text.at.1 + width(&text.text, text.size) / 2.0;
            let runs = runs(&text.text, text.size);
            let one = runs.len() == 1;
            for run in runs {
                let (y, anchor) =
                    if one { (text.at.1, TextAnchor::Middle) } else { (pen, TextAnchor::Start) };
                let at = (text.at.0 + run.drop, y);
                let word = word(run.text, run.size, at, anchor, Some(-90.0), text.color);
                scene.add(word);
                pen -= run.width();
            }
        }
        SvgBackend::new().render_scene(&scene)
    }

    /// Pixels, `scale` per px.
    pub(crate) fn pixels(&self, scale: f32) -> Result<Pixels, PlotError> {
        let mut pixels = rasterised(&self.scene, scale)?;
        for text in &self.upwards {
            // The library blurs turned text: it is drawn lying and turned pixel by pixel.
            let (across, high) = (width(&text.text, text.size) + 4.0, f64::from(text.size) * 2.0);
            let mut lying = Self::new(across, high);
            let middle = (across / 2.0, high / 2.0);
            lying.text(middle, &text.text, text.size, Anchor::Middle, text.color);
            let lying = rasterised(&lying.scene, scale)?;
            let device = |v: f64| (v * f64::from(scale)).round() as i64;
            let left = device(text.at.0) - device(high / 2.0);
            let top = device(text.at.1) - i64::from(lying.width) / 2;
            pixels.darken_turned(&lying, left, top);
        }
        Ok(pixels)
    }
}

/// A text that reads upwards.
#[derive(Debug)]
struct Upwards {
    at: (f64, f64),
    text: String,
    size: u32,
    color: Color,
}

fn word(
    text: &str,
    size: u32,
    (x, y): (f64, f64),
    anchor: TextAnchor,
    rotate: Option<f64>,
    color: Color,
) -> Primitive {
    // The library would typeset what stands between dollar signs.
    let content = text.replace('$', "\\$");
    Primitive::Text { x, y, content, size, anchor, rotate, bold: false, color: Some(ink(color)) }
}

fn rasterised(scene: &Scene, scale: f32) -> Result<Pixels, PlotError> {
    let bytes = RasterBackend::new().with_scale(scale).render_scene(scene);
    Pixels::decode(&bytes.map_err(|reason| PlotError::Render { reason })?)
}

/// Discs as a path of lines without length, whose round ends are the discs.
fn round_points(scene: &mut Scene, x: &[f64], y: &[f64], r: f64, stroke: Ink) {
    use std::fmt::Write;
    let mut d = String::with_capacity(16 * x.len());
    for (x, y) in x.iter().zip(y) {
        // Writing to a string cannot fail.
        let _ = write!(d, "M{x:.1} {y:.1}h0");
    }
    let extra_attrs = Some(r#"stroke-linecap="round""#.into());
    scene.add(Primitive::GroupStart { transform: None, title: None, extra_attrs });
    let (fill, opacity, stroke_dasharray) = (None, None, None);
    let data = PathData { d, fill, stroke, stroke_width: 2.0 * r, opacity, stroke_dasharray };
    scene.add(Primitive::Path(Box::new(data)));
    scene.add(Primitive::GroupEnd);
}

/// Cuts a line into dashes by its length, across its corners.
fn dashes(points: &[(f64, f64)], (on, off): (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let (mut all, mut dash, mut left, mut drawing) = (Vec::new(), vec![points[0]], on, true);
    for pair in points.windows(2) {
        let ((mut x, mut y), (to_x, to_y)) = (pair[0], pair[1]);
        loop {
            let length = (to_x - x).hypot(to_y - y);
            if length < left {
                left -= length;
                if drawing {
                    dash.push((to_x, to_y));
                }
                break;
            }
            let share = left / length;
            (x, y) = (x + (to_x - x) * share, y + (to_y - y) * share);
            if drawing {
                dash.push((x, y));
                all.push(std::mem::take(&mut dash));
            } else {
                dash = vec![(x, y)];
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
    }
    if dash.len() > 1 {
        all.push(dash);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_round_corners() {
        let found = dashes(&[(0.0, 0.0), (3.0, 0.0), (3.0, 4.0)], (4.0, 2.0));
        assert_eq!(found, [vec![(0.0, 0.0), (3.0, 0.0), (3.0, 1.0)], vec![(3.0, 3.0), (3.0, 4.0)]]);
    }
}
