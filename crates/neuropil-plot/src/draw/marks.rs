//! Marks onto a canvas.

use super::canvas::{Anchor, Area, Canvas, Pen};
use crate::axis::Ruler;
use crate::mark::Mark;
use crate::style::{LINE_WIDTH, PNG_SCALE, SMALL};

/// The space between the axes, and where values stand in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) area: Area,
    pub(crate) x: Ruler,
    pub(crate) y: Ruler,
}

impl Frame {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }
}

/// Draws one mark.
pub(crate) fn draw(canvas: &mut Canvas, frame: &Frame, mark: &Mark) {
    match mark {
        Mark::Line { x, y, color, width, dashed } => {
            let points: Vec<_> = x.iter().zip(y).map(|(&x, &y)| frame.at(x, y)).collect();
            let dash = dashed.then_some((4.5, 2.5));
            let pen = Pen { color: *color, width: *width, dash };
            canvas.polyline(&thinned(points), pen);
        }
        Mark::Band { x, low, high, color, opacity } => {
            let edge =
                |y: &[f64]| -> Vec<_> { x.iter().zip(y).map(|(&x, &y)| frame.at(x, y)).collect() };
            let (mut outline, mut back) = (thinned(edge(low)), thinned(edge(high)));
            back.reverse();
            outline.append(&mut back);
            outline.retain(|p| p.0.is_finite() && p.1.is_finite());
            canvas.polygon(&outline, *color, *opacity);
        }
        Mark::Points { x, y, color, radius, filled, opacity } => {
            let points = x.iter().zip(y).map(|(&x, &y)| frame.at(x, y));
            let points: Vec<_> = points.filter(|p| p.0.is_finite() && p.1.is_finite()).collect();
            if *filled {
                canvas.dots(&points, *radius, *color, *opacity);
            } else {
                points.into_iter().for_each(|p| canvas.ring(p, *radius, *color));
            }
        }
        Mark::Errors { x, low, high, color } => {
            let pen = Pen::solid(*color, 0.9);
            for ((&x, &low), &high) in x.iter().zip(low).zip(high) {
                let ((px, bottom), (_, top)) = (frame.at(x, low), frame.at(x, high));
                canvas.line((px, bottom), (px, top), pen);
                for y in [bottom, top] {
                    canvas.line((px - 2.0, y), (px + 2.0, y), pen);
                }
            }
        }
        Mark::Bars { .. } => bars(canvas, frame, mark),
        Mark::Cells { .. } => cells(canvas, frame, mark),
        Mark::Pieces(pieces) => {
            let px_per_unit = (frame.x.at(1.0) - frame.x.at(0.0)).abs();
            for piece in pieces {
                let width = (piece.width * px_per_unit).max(0.7);
                let (from, to) =
                    (frame.at(piece.from.0, piece.from.1), frame.at(piece.to.0, piece.to.1));
                if (from.0 - to.0).hypot(from.1 - to.1) < 0.2 {
                    canvas.dots(&[from], width / 2.0, piece.color, 1.0);
                } else {
                    canvas.line(from, to, Pen::solid(piece.color, width));
                }
            }
        }
        Mark::Level { y, color } => {
            let (y, pen) =
                (frame.y.at(*y), Pen { color: *color, width: 0.8, dash: Some((3.0, 2.0)) });
            canvas.line((frame.area.x, y), (frame.area.right(), y), pen);
        }
        Mark::Moment { x, color } => {
            let (x, pen) =
                (frame.x.at(*x), Pen { color: *color, width: 0.8, dash: Some((3.0, 2.0)) });
            canvas.line((x, frame.area.y), (x, frame.area.bottom()), pen);
        }
        Mark::Stretch { from, to, color } => {
            let (left, right) = (frame.x.at(*from), frame.x.at(*to));
            let area = Area { x: left, width: right - left, ..frame.area };
            canvas.rectangle(area, color.tint(0.18), 1.0);
        }
        Mark::Text { x, y, text, color, centred } => {
            let anchor = if *centred { Anchor::Middle } else { Anchor::Start };
            let (x, y) = frame.at(*x, *y);
            canvas.text((x, y + f64::from(SMALL) * 0.36), text, SMALL, anchor, *color);
        }
    }
}

fn bars(canvas: &mut Canvas, frame: &Frame, mark: &Mark) {
    let Mark::Bars { left, right, height, base, color, opacity, outline } = mark else { return };
    // On a logarithmic axis, bars stand on the frame.
    let floor = Some(frame.y.at(*base)).filter(|y| y.is_finite()).unwrap_or(frame.area.bottom());
    let mut rim = Vec::with_capacity(2 * height.len() + 2);
    for ((&left, &right), &height) in left.iter().zip(right).zip(height) {
        let (x0, x1) = (frame.x.at(left), frame.x.at(right));
        let top = Some(frame.y.at(height)).filter(|y| y.is_finite()).unwrap_or(floor);
        let area = Area { x: x0, y: top.min(floor), width: x1 - x0, height: (top - floor).abs() };
        if !outline && area.height > 0.0 && area.width > 0.0 {
            canvas.rectangle(area, *color, *opacity);
        }
        rim.extend([(x0, top), (x1, top)]);
    }
    let (Some(&first), Some(&last), true) = (rim.first(), rim.last(), outline) else { return };
    let mut rim = thinned(rim);
    if *opacity > 0.0 {
        // Filled as one shape, so that no seam shines through between the bars.
        rim.insert(0, (first.0, floor));
        rim.push((last.0, floor));
        canvas.polygon(&rim, *color, *opacity);
    }
    canvas.polyline(&rim, Pen::solid(*color, LINE_WIDTH));
}

fn cells(canvas: &mut Canvas, frame: &Frame, mark: &Mark) {
    let Mark::Cells { x_edges, y_edges, values, map, range } = mark else { return };
    let columns = x_edges.len().saturating_sub(1);
    let mut areas = Vec::with_capacity(values.len());
    for (row, edges) in y_edges.windows(2).enumerate() {
        let (y0, y1) = (frame.y.at(edges[0]), frame.y.at(edges[1]));
        for (column, edges) in x_edges.windows(2).enumerate() {
            let (x0, x1) = (frame.x.at(edges[0]), frame.x.at(edges[1]));
            let Some(value) = values.get(row * columns + column) else { continue };
            let color = map.at((value - range.0) / (range.1 - range.0));
            // Neighbours overlap a little, so that no seam shines through between them.
            areas.push((
                Area {
                    x: x0.min(x1),
                    y: y0.min(y1),
                    width: (x1 - x0).abs() + 0.35,
                    height: (y1 - y0).abs() + 0.35,
                },
                color,
            ));
        }
    }
    canvas.rectangles(&areas);
}

/// A line with very many points, reduced to what can be seen: per pixel column of a PNG, the first,
/// lowest, highest and last point. Gaps and lines that go back in x are left as they are.
pub(crate) fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let columns = crate::style::WIDTH * f64::from(PNG_SCALE);
    let forward = points.windows(2).all(|p| p[0].0 <= p[1].0);
    if (points.len() as f64) < 4.0 * columns || !forward {
        return points;
    }
    let column = |p: &(f64, f64)| (p.0 * f64::from(PNG_SCALE)).floor();
    let mut kept = Vec::new();
    for run in points.chunk_by(|a, b| column(a) == column(b)) {
        if run.iter().any(|p| !p.1.is_finite()) {
            kept.extend_from_slice(run);
            continue;
        }
        let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let (low, high) = (run.iter().min_by(by_height), run.iter().max_by(by_height));
        let mut shown: Vec<_> =
            [run.first(), low, high, run.last()].into_iter().flatten().copied().collect();
        shown.sort_by(|a, b| a.0.total_cmp(&b.0));
        shown.dedup();
        kept.extend(shown);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_every_extreme() {
        let wave: Vec<(f64, f64)> = (0..200_000)
            .map(|k| (f64::from(k) * 0.0025, if k == 77_777 { 9.0 } else { f64::from(k % 7) }))
            .collect();
        let kept = thinned(wave);
        assert!(kept.len() < 10_000, "{}", kept.len());
        assert!(kept.iter().any(|p| p.1 == 9.0));
        assert!(kept.is_sorted_by(|a, b| a.0 <= b.0));
    }
}
