//! Figures: panels in rows, rendered and saved.

use std::path::Path;

use crate::draw::canvas::{Anchor, Area, Canvas};
use crate::draw::panel::{Plan, Surroundings};
use crate::draw::pixels::Pixels;
use crate::error::PlotError;
use crate::panel::Panel;
use crate::style::color::Color;
use crate::style::{LABEL, PNG_SCALE, WIDTH};

/// A figure: a value that can be rendered any number of times.
///
/// ```
/// use neuropil_plot::{Axis, Color, Figure, Mark, Panel};
/// let (t, v) = ([0.0, 10.0, 20.0], [-70.0, -55.0, -65.0]);
/// let panel = Panel::new(Axis::new("time (ms)"), Axis::new("V (mV)"));
/// let figure = Figure::of(panel.with(Mark::line(&t, &v, Color::BLUE)));
/// assert!(figure.to_svg()?.starts_with("<svg"));
/// # Ok::<(), neuropil_plot::PlotError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    rows: Vec<Vec<Panel>>,
    shared: bool,
    title: String,
    width: f64,
    letters: bool,
}

impl Figure {
    /// A single panel.
    pub fn of(panel: Panel) -> Self {
        Self::grid(vec![vec![panel]])
    }

    /// Panels above each other that share their horizontal axis, which is shown once, at the foot.
    pub fn stack(panels: Vec<Panel>) -> Self {
        let rows = panels.into_iter().map(|panel| vec![panel]).collect();
        Self { shared: true, ..Self::grid(rows) }
    }

    /// Rows of panels with axes of their own. The columns of a row are equally wide.
    pub const fn grid(rows: Vec<Vec<Panel>>) -> Self {
        Self { rows, shared: false, title: String::new(), width: WIDTH, letters: false }
    }

    /// With a title above all panels.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// With another width, in px of 1/96 inch. The default of 600 px is two journal columns.
    #[must_use]
    pub const fn width(mut self, px: f64) -> Self {
        self.width = px;
        self
    }

    /// With a letter at each panel: A, B, C, …
    #[must_use]
    pub const fn lettered(mut self) -> Self {
        self.letters = true;
        self
    }

    /// The panels, row by row.
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.rows.iter().flatten()
    }

    /// Writes the figure as `.png` (288 pixels per inch) or `.svg`.
    ///
    /// # Errors
    /// [`PlotError::Extension`] for another extension, [`PlotError::Write`] if the file cannot be
    /// written, and those of [`to_svg`](Self::to_svg) and [`to_png`](Self::to_png).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), PlotError> {
        let path = path.as_ref();
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let bytes = match extension.as_str() {
            "svg" => self.to_svg()?.into_bytes(),
            "png" => self.to_png()?,
            _ => return Err(PlotError::Extension { path: path.into(), found: extension }),
        };
        std::fs::write(path, bytes).map_err(|source| PlotError::Write { path: path.into(), source })
    }

    /// The figure as SVG text.
    ///
    /// # Errors
    /// [`PlotError::Empty`] without panels.
    pub fn to_svg(&self) -> Result<String, PlotError> {
        Ok(self.draw()?.svg())
    }

    /// The figure as PNG bytes, 288 pixels per inch.
    ///
    /// # Errors
    /// [`PlotError::Empty`] without panels, [`PlotError::Render`] if it has no size.
    pub fn to_png(&self) -> Result<Vec<u8>, PlotError> {
        self.pixels(PNG_SCALE)?.encode(PNG_SCALE)
    }

    pub(crate) fn pixels(&self, scale: f32) -> Result<Pixels, PlotError> {
        self.draw()?.pixels(scale)
    }

    fn draw(&self) -> Result<Canvas, PlotError> {
        if self.panels().next().is_none() {
            return Err(PlotError::Empty);
        }
        let mut plans: Vec<Vec<Plan<'_>>> =
            self.rows.iter().map(|row| row.iter().map(Plan::new).collect()).collect();
        if self.shared {
            share(&mut plans);
        }
        let letters = if self.letters { 14.0 } else { 0.0 };
        let head = if self.title.is_empty() { 4.0 } else { 24.0 };
        let columns = plans.iter().map(Vec::len).max().unwrap_or(1);
        let column_width = |row: &[Plan<'_>]| (self.width - 8.0) / row.len().max(1) as f64;

        // Panels below each other in rows of equal length are aligned: a column has the margins of its
        // neediest panel.
        let mut around: Vec<Vec<Surroundings>> = plans
            .iter()
            .map(|row| row.iter().map(|plan| plan.surroundings(column_width(row))).collect())
            .collect();
        for length in 1..=columns {
            for column in 0..length {
                let rows = || around.iter().filter(|row| row.len() == length);
                let most = |f: fn(&Surroundings) -> f64| {
                    rows().map(|row| f(&row[column])).fold(0.0, f64::max)
                };
                let (left, right) = (most(|s| s.left), most(|s| s.right));
                for row in around.iter_mut().filter(|row| row.len() == length) {
                    (row[column].left, row[column].right) = (left, right);
                }
            }
        }

        for (row, around) in plans.iter_mut().zip(&around) {
            for (plan, around) in row.iter_mut().zip(around) {
                plan.left = around.left;
            }
        }

        let mut height = head;
        let mut places = Vec::new();
        for (row, around) in plans.iter().zip(&around) {
            let most = |f: fn(&Surroundings) -> f64| around.iter().map(f).fold(0.0, f64::max);
            let (top, bottom) = (most(|s| s.top).max(letters), most(|s| s.bottom));
            let tallest = row.iter().map(|plan| plan.panel.height).fold(0.0, f64::max);
            let width = column_width(row);
            let mut areas = Vec::new();
            for (column, around) in around.iter().enumerate() {
                areas.push(Area {
                    x: 4.0 + column as f64 * width + around.left,
                    y: height + top,
                    width: (width - around.left - around.right).max(20.0),
                    height: tallest,
                });
            }
            places.push((height, areas));
            height += top + tallest + bottom;
        }

        let mut canvas = Canvas::new(self.width, height + 4.0);
        if !self.title.is_empty() {
            canvas.text(
                (self.width / 2.0, 17.0),
                &self.title,
                LABEL + 1,
                Anchor::Middle,
                Color::BLACK,
            );
        }
        let mut letter = b'A';
        for (row, (top, areas)) in plans.iter().zip(&places) {
            for ((column, plan), area) in row.iter().enumerate().zip(areas) {
                plan.draw(&mut canvas, *area);
                if self.letters {
                    let x = 5.0 + column as f64 * column_width(row);
                    let text = char::from(letter).to_string();
                    canvas.text((x, top + 13.0), &text, LABEL + 3, Anchor::Start, Color::BLACK);
                    letter = letter.wrapping_add(1);
                }
            }
        }
        Ok(canvas)
    }
}

/// One horizontal axis for all rows: the widest span, shown at the foot.
fn share(plans: &mut [Vec<Plan<'_>>]) {
    let all = || plans.iter().flatten().filter(|plan| !plan.panel.marks.is_empty());
    let low = all().map(|plan| plan.x_span.0).fold(f64::INFINITY, f64::min);
    let high = all().map(|plan| plan.x_span.1).fold(f64::NEG_INFINITY, f64::max);
    let last = plans.len().saturating_sub(1);
    for (k, plan) in
        plans.iter_mut().enumerate().flat_map(|(k, row)| row.iter_mut().map(move |p| (k, p)))
    {
        if low < high {
            plan.x_span = (low, high);
        }
        plan.x_shown = k == last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axis::Axis;
    use crate::mark::Mark;

    fn panel(x: &[f64]) -> Panel {
        Panel::new(Axis::new("time (ms)"), Axis::new("V (mV)")).with(Mark::line(x, x, Color::BLUE))
    }

    #[test]
    fn a_stack_names_its_axis_once() {
        let svg = Figure::stack(vec![panel(&[0.0, 1.0]), panel(&[2.0, 9.0])]).to_svg().unwrap();
        assert_eq!(svg.matches("time (ms)").count(), 1);
        assert_eq!(svg.matches("V (mV)").count(), 2);
    }

    #[test]
    fn extensions_decide_and_others_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let figure = Figure::of(panel(&[0.0, 1.0]));
        let png = folder.path().join("a.PNG");
        figure.save(&png).unwrap();
        assert_eq!(std::fs::read(&png).unwrap()[..4], *b"\x89PNG");
        let error = figure.save(folder.path().join("a.pdf")).unwrap_err().to_string();
        assert!(error.starts_with("a figure is saved as .png or .svg, not \"pdf\""));
        assert!(matches!(Figure::stack(vec![]).to_svg(), Err(PlotError::Empty)));
    }

    #[test]
    fn text_is_not_markup() {
        let svg = Figure::of(panel(&[0.0, 1.0]).titled("a < b & $c$")).to_svg().unwrap();
        assert!(svg.contains("a &lt; b &amp; $c$"), "{svg}");
    }
}
