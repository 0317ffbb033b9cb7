//! Frames of the screen.

use std::sync::Arc;

use neuropil_plot::{Color, ColorMap, Mark, Panel};
use neuropil_vision::{Gaze, Scene};

use super::{PictureError, image, spread};
use crate::resolve::{PlotRequest, Presentation, VisionModel};

/// Frames that are shown unless another number is asked for.
const FRAMES: usize = 8;

/// Frames in a row.
const COLUMNS: usize = 4;

/// The beginning of each presentation, or moments of a single one or of the window that is asked for.
pub(super) fn frames(
    vision: &Arc<VisionModel>,
    request: &PlotRequest,
) -> Result<Vec<Vec<Panel>>, PictureError> {
    let screen = vision.scene.screen;
    let grid = screen.grid();
    // The screen itself, not what the eye sees of it.
    let still = Scene { gaze: Gaze::fixed([0.0; 2]), ..vision.scene.clone() };
    let moments = moments(vision, request);
    let columns = COLUMNS.min(moments.len()).max(1);
    // What is left for an image beside its axis.
    let across = super::width(columns) / columns as f64 - 52.0;
    let height = (across * screen.height_deg / screen.width_deg).clamp(60.0, 320.0);
    let look = ("luminance", ColorMap::Light, (0.0, 1.0));
    let mut values = vec![0.0; grid.size()];
    let mut panels = Vec::new();
    for (t_ms, title) in moments {
        let frame = screen.frame_at(t_ms);
        still.luminance(frame, &grid, &mut values);
        let mut panel = image(&grid, &values, look, height)?.titled(title);
        // Black is 0 and white is 1; a bar beside each would only take their room.
        panel.color_bar = None;
        if vision.scene.gaze != Gaze::fixed([0.0; 2]) {
            let [x, y] = vision.scene.gaze.at(screen.frame_ms(frame));
            panel = panel.with(Mark::points(&[x], &[y], Color::RED));
        }
        panels.push(panel);
    }
    Ok(super::rows(panels, columns))
}

/// When, and what is written above.
fn moments(vision: &Arc<VisionModel>, request: &PlotRequest) -> Vec<(f64, String)> {
    let most = request.frames.unwrap_or(FRAMES);
    let evenly = |from: f64, until: f64| {
        let at = |k: usize| from + (until - from) * k as f64 / most as f64;
        (0..most).map(|k| (at(k), format!("{} ms", at(k).round()))).collect::<Vec<_>>()
    };
    let whole = (0.0, vision.end_ms);
    match (request.window_ms, &vision.presentations[..]) {
        (Some((from, until)), _) => evenly(from, until),
        (None, []) => evenly(whole.0, whole.1),
        (None, [one]) => evenly(one.from_ms, one.until_ms.min(vision.end_ms)),
        (None, all) => {
            let each = |k: &usize| {
                let presentation = &all[*k];
                // The first frame that begins at or after the onset, in its middle.
                let screen = vision.scene.screen;
                let frame = screen.frames_before(presentation.from_ms);
                (screen.frame_ms(frame) + 0.5e3 / screen.refresh_hz, title(presentation))
            };
            let mut kinds: Vec<usize> = Vec::new();
            for (k, presentation) in all.iter().enumerate() {
                let same = |other: &usize| all[*other].pattern == presentation.pattern;
                if !kinds.iter().any(same) {
                    kinds.push(k);
                }
            }
            spread(kinds.len(), most).iter().map(|k| each(&kinds[*k])).collect()
        }
    }
}

/// `grating, orientation 45`.
fn title(presentation: &Presentation) -> String {
    let mut text = presentation.stimulus.clone();
    for key in &presentation.varied {
        if let Some((_, value)) = presentation.values.iter().find(|(known, _)| known == key) {
            text.push_str(&format!(", {} {value}", key.replace('_', " ")));
        }
    }
    text
}
