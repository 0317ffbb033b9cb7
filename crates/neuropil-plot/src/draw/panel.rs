//! A panel onto a canvas: how much room its surroundings need, then all of it.

use super::canvas::{Anchor, Area, Canvas, Pen};
use super::marks::{self, Frame};
use crate::axis::Ruler;
use crate::mark::Extent;
use crate::panel::{ColorBar, LegendEntry, Panel, Sign};
use crate::style::color::Color;
use crate::style::text::width;
use crate::style::{AXIS_WIDTH, LABEL, SMALL, TICK};
use crate::ticks::Tick;

/// Room around the space between the axes, in px.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Surroundings {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

/// What is known of a panel before it has a place.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) panel: &'a Panel,
    /// Remark and legend.
    legend: Vec<LegendEntry>,
    /// The label of y, in as many lines as its height asks for.
    y_label: Vec<&'a str>,
    /// Room to the left, when it has been agreed on with the panels above and below.
    pub(crate) left: f64,
    pub(crate) x_span: (f64, f64),
    y_span: (f64, f64),
    y_ticks: Vec<Tick>,
    /// Whether tick labels and the label of x are shown.
    pub(crate) x_shown: bool,
}

const GAP: f64 = 4.0;
/// Height of a line of an axis label, and of one of the head.
const LINE: f64 = 12.5;
const HEAD_LINE: f64 = 15.0;
const BAR_WIDTH: f64 = 9.0;

impl<'a> Plan<'a> {
    pub(crate) fn new(panel: &'a Panel) -> Self {
        let (mut x, mut y) = (Extent::default(), Extent::default());
        for (mark_x, mark_y) in panel.marks.iter().map(|mark| mark.extent()) {
            (x, y) = (x.join(mark_x), y.join(mark_y));
        }
        let x_span = panel.x.span(x.on(panel.x.scale), panel.margins.0);
        let y_span = panel.y.span(y.on(panel.y.scale), panel.margins.1);
        let count = ((panel.height / 24.0) as usize).clamp(3, 7);
        let y_ticks = panel.y.ticks_within(y_span, count);
        let remark = (!panel.note.is_empty()).then(|| LegendEntry {
            label: panel.note.clone(),
            color: Color::GREY,
            sign: Sign::Remark,
        });
        let legend = remark.into_iter().chain(panel.legend.iter().cloned()).collect();
        let y_label = label_lines(&panel.y.label, panel.height);
        Self { panel, legend, y_label, left: 0.0, x_span, y_span, y_ticks, x_shown: true }
    }

    /// Room needed around; `width` is that of the whole column.
    pub(crate) fn surroundings(&self, column: f64) -> Surroundings {
        let panel = self.panel;
        let widest = self.y_ticks.iter().map(|t| width(&t.label, SMALL)).fold(0.0, f64::max);
        let label = |text: &str| if text.is_empty() { 0.0 } else { f64::from(LABEL) + GAP + 1.0 };
        let left = match panel.y.hidden {
            // Half of the first tick label.
            true => 14.0,
            false => TICK + GAP + widest + self.y_label.len() as f64 * LINE + GAP,
        };
        let last_label: f64 = match (panel.x.hidden, self.x_shown) {
            (false, true) => 12.0,
            _ => 6.0,
        };
        let scale_bar = if panel.scale_bars.y.is_some() { 24.0 } else { 0.0 };
        let right = panel.color_bar.as_ref().map_or(last_label.max(scale_bar), |bar| {
            let widest = bar_ticks(bar, panel.height)
                .iter()
                .map(|t| width(&t.label, SMALL))
                .fold(0.0, f64::max);
            // Room behind it, for what stands beside the panel.
            3.0 * GAP + 4.0 + BAR_WIDTH + TICK + GAP + widest + label(&bar.label)
        });
        let lines = self.head_lines(column - left - right).len();
        let top = if lines == 0 { 5.0 } else { lines as f64 * HEAD_LINE + 5.0 };
        let bottom = match (panel.x.hidden, self.x_shown) {
            (true, _) => 4.0,
            (false, false) => TICK + 3.0,
            (false, true) => TICK + GAP + f64::from(SMALL) + label(&panel.x.label) + 3.0,
        };
        Surroundings { left, right, top, bottom }
    }

    /// Legend entries, line by line, from the top; the title stands in the first line, or has one
    /// of its own.
    fn head_lines(&self, available: f64) -> Vec<Vec<&LegendEntry>> {
        let title = width(&self.panel.title, LABEL);
        let mut lines: Vec<Vec<&LegendEntry>> = Vec::new();
        let mut left = 0.0;
        for entry in &self.legend {
            let needed = entry_width(entry);
            if lines.is_empty() || needed > left {
                // The first line shares its space with the title, if there is enough.
                let first = lines.is_empty() && title > 0.0;
                let all: f64 = self.legend.iter().map(entry_width).sum();
                if first && title + 14.0 + all > available {
                    lines.push(Vec::new());
                }
                left = if first && lines.is_empty() { available - title - 14.0 } else { available };
                lines.push(Vec::new());
            }
            left -= needed;
            if let Some(line) = lines.last_mut() {
                line.push(entry);
            }
        }
        if lines.is_empty() && title > 0.0 {
            lines.push(Vec::new());
        }
        lines
    }

    /// Draws into `area`, the space between the axes.
    pub(crate) fn draw(&self, canvas: &mut Canvas, area: Area) {
        let panel = self.panel;
        let (x_span, y_span) = if panel.equal {
            equalised(self.x_span, self.y_span, area)
        } else {
            (self.x_span, self.y_span)
        };
        let frame = Frame {
            area,
            x: Ruler::new(panel.x.scale, x_span, area.x, area.right()),
            y: Ruler::new(panel.y.scale, y_span, area.bottom(), area.y),
        };
        // Half a line's width beyond, so that a line along the frame is not halved.
        canvas.clip(Area {
            x: area.x - 0.6,
            y: area.y - 0.6,
            width: area.width + 1.2,
            height: area.height + 1.2,
        });
        for mark in &panel.marks {
            marks::draw(canvas, &frame, mark);
        }
        canvas.unclip();
        if panel.marks.is_empty() {
            let middle = (area.x + area.width / 2.0, area.y + area.height / 2.0 + 4.0);
            canvas.text(middle, "no data", SMALL, Anchor::Middle, Color::GREY);
        }
        self.x_axis(canvas, &frame, x_span);
        self.y_axis(canvas, &frame);
        self.head(canvas, area);
        if let Some(bar) = &panel.color_bar {
            color_bar(canvas, area, bar);
        }
        self.scale_bars(canvas, &frame, x_span, y_span);
    }

    fn x_axis(&self, canvas: &mut Canvas, frame: &Frame, span: (f64, f64)) {
        let (axis, area) = (&self.panel.x, frame.area);
        if axis.hidden {
            return;
        }
        let pen = Pen::solid(Color::BLACK, AXIS_WIDTH);
        canvas.line((area.x, area.bottom()), (area.right(), area.bottom()), pen);
        let ticks = x_ticks(axis, span, area.width);
        let mut free_from = f64::NEG_INFINITY;
        for tick in &ticks {
            let x = frame.x.at(tick.at);
            let length = if tick.label.is_empty() { TICK * 0.6 } else { TICK };
            canvas.line((x, area.bottom()), (x, area.bottom() + length), pen);
            let half = width(&tick.label, SMALL) / 2.0;
            if self.x_shown && !tick.label.is_empty() && x - half > free_from {
                let y = area.bottom() + TICK + GAP + f64::from(SMALL) * 0.78;
                canvas.text((x, y), &tick.label, SMALL, Anchor::Middle, Color::BLACK);
                free_from = x + half + 3.0;
            }
        }
        if self.x_shown && !axis.label.is_empty() {
            let y = area.bottom() + TICK + GAP + f64::from(SMALL) + GAP + f64::from(LABEL) * 0.85;
            let middle = area.x + area.width / 2.0;
            canvas.text((middle, y), &axis.label, LABEL, Anchor::Middle, Color::BLACK);
        }
    }

    fn y_axis(&self, canvas: &mut Canvas, frame: &Frame) {
        let (axis, area) = (&self.panel.y, frame.area);
        if axis.hidden {
            return;
        }
        let pen = Pen::solid(Color::BLACK, AXIS_WIDTH);
        canvas.line((area.x, area.y), (area.x, area.bottom()), pen);
        let mut free_below = f64::INFINITY;
        for tick in &self.y_ticks {
            let y = frame.y.at(tick.at);
            let length = if tick.label.is_empty() { TICK * 0.6 } else { TICK };
            canvas.line((area.x - length, y), (area.x, y), pen);
            let half = f64::from(SMALL) / 2.0;
            if !tick.label.is_empty() && y + half < free_below {
                let at = (area.x - TICK - GAP + 1.0, y + f64::from(SMALL) * 0.36);
                canvas.text(at, &tick.label, SMALL, Anchor::End, Color::BLACK);
                free_below = y - half;
            }
        }
        // From the outer edge, so that the labels of a column stand in line.
        let mut x = area.x - self.left + f64::from(LABEL) * 0.85;
        for line in &self.y_label {
            canvas.text_upwards((x, area.y + area.height / 2.0), line, LABEL, Color::BLACK);
            x += LINE;
        }
    }

    fn head(&self, canvas: &mut Canvas, area: Area) {
        let lines = self.head_lines(area.width);
        let base = |line: usize| area.y - 5.0 - HEAD_LINE * (lines.len() - 1 - line) as f64;
        if !self.panel.title.is_empty() {
            canvas.text((area.x, base(0)), &self.panel.title, LABEL, Anchor::Start, Color::BLACK);
        }
        for (k, line) in lines.iter().enumerate() {
            let mut x =
                area.right() - line.iter().map(|entry| entry_width(entry)).sum::<f64>() + 10.0;
            for entry in line {
                sign(canvas, (x, base(k) - 3.5), entry);
                let color = if entry.sign == Sign::Remark { entry.color } else { Color::BLACK };
                let at = (x + sign_width(entry), base(k));
                canvas.text(at, &entry.label, SMALL, Anchor::Start, color);
                x += entry_width(entry);
            }
        }
    }

    fn scale_bars(
        &self,
        canvas: &mut Canvas,
        frame: &Frame,
        x_span: (f64, f64),
        y_span: (f64, f64),
    ) {
        let (bars, area) = (&self.panel.scale_bars, frame.area);
        let corner = (area.right() - 8.0, area.bottom() - 8.0);
        let pen = Pen::solid(Color::BLACK, 1.8);
        if let Some((length, label)) = &bars.x {
            let px = (frame.x.at(x_span.0 + length) - frame.x.at(x_span.0)).abs();
            canvas.line((corner.0 - px, corner.1), corner, pen);
            let at = (corner.0 - px / 2.0, corner.1 - 5.0);
            canvas.text(at, label, SMALL, Anchor::Middle, Color::BLACK);
        }
        if let Some((length, label)) = &bars.y {
            let px = (frame.y.at(y_span.0 + length) - frame.y.at(y_span.0)).abs();
            let (x, foot) = (area.right() + 7.0, area.bottom() - 2.0);
            canvas.line((x, foot - px), (x, foot), pen);
            let half = width(label, SMALL) / 2.0;
            let middle = (foot - px / 2.0).min(foot - half);
            canvas.text_upwards(
                (x + 5.0 + f64::from(SMALL) * 0.75, middle),
                label,
                SMALL,
                Color::BLACK,
            );
        }
    }
}

/// As many ticks as have room for their labels.
fn x_ticks(axis: &crate::axis::Axis, span: (f64, f64), available: f64) -> Vec<Tick> {
    let mut count = ((available / 42.0) as usize).clamp(2, 12);
    loop {
        let ticks = axis.ticks_within(span, count);
        let labels = ticks.iter().filter(|t| !t.label.is_empty());
        let needed: f64 = labels.map(|t| width(&t.label, SMALL) + 8.0).sum();
        if needed <= available || count <= 2 {
            return ticks;
        }
        count -= 1;
    }
}

/// Spans of equal units per px that hold both, centred.
fn equalised(x: (f64, f64), y: (f64, f64), area: Area) -> ((f64, f64), (f64, f64)) {
    let units = ((x.1 - x.0) / area.width).max((y.1 - y.0) / area.height);
    let centred = |span: (f64, f64), px: f64| {
        let (middle, half) = ((span.0 + span.1) / 2.0, units * px / 2.0);
        (middle - half, middle + half)
    };
    (centred(x, area.width), centred(y, area.height))
}

const SIGN: f64 = 14.0;

fn entry_width(entry: &LegendEntry) -> f64 {
    sign_width(entry) + width(&entry.label, SMALL) + 10.0
}

/// Where the label begins.
const fn sign_width(entry: &LegendEntry) -> f64 {
    match entry.sign {
        Sign::Remark => 0.0,
        Sign::Disc | Sign::Ring | Sign::Square => 12.0,
        Sign::Line | Sign::Dashes => SIGN + 4.0,
    }
}

/// One line, or two if one is longer than the axis and has a unit to break at.
fn label_lines(label: &str, height: f64) -> Vec<&str> {
    match label.find(" (") {
        _ if label.is_empty() => Vec::new(),
        Some(at) if width(label, LABEL) > height + 6.0 => vec![&label[..at], &label[at + 1..]],
        _ => vec![label],
    }
}

fn sign(canvas: &mut Canvas, (x, y): (f64, f64), entry: &LegendEntry) {
    let (middle, color) = ((x + 5.0, y), entry.color);
    match entry.sign {
        Sign::Line => canvas.line((x, y), (x + SIGN, y), Pen::solid(color, 1.8)),
        Sign::Dashes => {
            let pen = Pen { color, width: 1.8, dash: Some((4.0, 2.0)) };
            canvas.line((x, y), (x + SIGN, y), pen);
        }
        Sign::Disc => canvas.dots(&[middle], 2.8, color, 1.0),
        Sign::Ring => canvas.ring(middle, 2.6, color),
        Sign::Square => {
            let area = Area { x, y: y - 4.0, width: 8.0, height: 8.0 };
            canvas.rectangle(area, color, 1.0);
        }
        Sign::Remark => {}
    }
}

fn bar_ticks(bar: &ColorBar, height: f64) -> Vec<Tick> {
    crate::ticks::linear(bar.range.0, bar.range.1, ((height / 35.0) as usize).clamp(2, 7))
}

fn color_bar(canvas: &mut Canvas, area: Area, bar: &ColorBar) {
    const STEPS: usize = 128;
    let x = area.right() + 2.0 * GAP + 4.0;
    let step = area.height / STEPS as f64;
    let cells: Vec<_> = (0..STEPS)
        .map(|k| {
            let y = area.bottom() - (k + 1) as f64 * step;
            let cell = Area { x, y, width: BAR_WIDTH, height: step + 0.3 };
            (cell, bar.map.at((k as f64 + 0.5) / STEPS as f64))
        })
        .collect();
    canvas.rectangles(&cells);
    let pen = Pen::solid(Color::BLACK, AXIS_WIDTH);
    let right = x + BAR_WIDTH;
    let corners =
        [(x, area.y), (right, area.y), (right, area.bottom()), (x, area.bottom()), (x, area.y)];
    canvas.polyline(&corners, pen);
    let ticks = bar_ticks(bar, area.height);
    let ruler = Ruler::new(crate::axis::Scale::Linear, bar.range, area.bottom(), area.y);
    let mut widest = 0.0_f64;
    for tick in &ticks {
        let y = ruler.at(tick.at);
        canvas.line((right, y), (right + TICK, y), pen);
        let at = (right + TICK + GAP - 1.0, y + f64::from(SMALL) * 0.36);
        canvas.text(at, &tick.label, SMALL, Anchor::Start, Color::BLACK);
        widest = widest.max(width(&tick.label, SMALL));
    }
    if !bar.label.is_empty() {
        let at = (
            right + TICK + GAP + widest + GAP + f64::from(LABEL) * 0.8,
            area.y + area.height / 2.0,
        );
        canvas.text_upwards(at, &bar.label, LABEL, Color::BLACK);
    }
}
