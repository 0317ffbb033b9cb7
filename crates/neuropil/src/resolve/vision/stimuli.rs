//! `[stimuli.NAME]`: what the screen shows. Later stimuli lie over earlier ones.
//!
//! | kind | keys |
//! |---|---|
//! | `uniform` | `luminance` |
//! | `blob` | `luminance`, `sigma` |
//! | `grating` | `orientation`, `spatial_frequency`, `temporal_frequency`, `phase`, `contrast`, `mean`, `waveform`, `motion` |
//! | `bar` | `orientation`, `width`, `length`, `speed`, `offset`, `luminance` |
//! | `sparse_noise` | `square`, `density`, `luminances`, `every`, `jitter` |
//! | `dense_noise` | `square`, `contrast`, `mean`, `distribution`, `every`, `jitter` |
//! | `pink_noise` | `exponent`, `band`, `contrast`, `mean`, `every` |
//! | `image` | `file`, `size`, `equalize` |
//!
//! All have `center`, `radius`, `inner_radius` and `envelope` (where it is seen), `opacity` (an
//! expression of `t`), and the keys of [`series`](super::series).

use std::cell::RefCell;
use std::sync::Arc;

use neuropil_core::random::key;
use neuropil_vision::stimulus::{
    Bar, Grating, Mask, Motion, Noise, Pattern, Picture, PinkNoise, Squares, equalized, switches,
};
use neuropil_vision::{Layer, Scene};

use super::columns::pair;
use super::series::{Presentation, Series};
use crate::experiment::Problem;
use crate::resolve::context::Context;
use crate::resolve::fields::{Fields, Item};
use crate::resolve::waveform;

const KINDS: &[&str] =
    &["uniform", "blob", "grating", "bar", "sparse_noise", "dense_noise", "pink_noise", "image"];

/// Files that a stimulus shows: columns and rows, luminance.
type Pictures = Vec<([usize; 2], Arc<Vec<f64>>)>;

/// A stimulus being read.
struct Reading<'a, 'c> {
    name: &'c str,
    kind: &'c str,
    fields: &'c Fields<'a>,
    context: &'c Context,
    series: Series<'a, 'c>,
    scene: &'c Scene,
    pictures: RefCell<Pictures>,
}

/// Reads a stimulus into layers of the scene.
pub(super) fn read(
    name: &str,
    item: &Item<'_>,
    context: &Context,
    scene: &mut Scene,
    presentations: &mut Vec<Presentation>,
) -> Result<(), Problem> {
    let fields = item.fields()?;
    let expected = "a kind of stimulus such as \"grating\"";
    let kind_item = fields.need("kind", expected)?;
    let kind = kind_item.text(expected)?;
    if !KINDS.contains(&kind) {
        return Err(kind_item.unknown_name("kind of stimulus", kind, KINDS.iter().copied()));
    }
    let series = Series::new(&fields, context);
    let pictures = RefCell::default();
    let reading = Reading { name, kind, fields: &fields, context, series, scene, pictures };
    reading.mask_keys()?;
    let make = reading.pattern()?;
    let opacity = reading.opacity()?;
    let showings = reading.series.showings(name)?;
    fields.finish()?;
    let mut layers = Vec::new();
    for showing in showings {
        let mask = reading.mask(showing.index);
        let pattern = make(&reading, &showing, showing.index)?;
        presentations.push(Presentation {
            stimulus: name.to_owned(),
            from_ms: showing.from_ms,
            until_ms: showing.until_ms,
            values: reading.series.values(showing.index),
            varied: reading.series.varied(),
            pattern: pattern.clone(),
            whole: mask.is_whole() && opacity.is_empty(),
        });
        let (from_ms, until_ms) = (showing.from_ms, showing.until_ms);
        layers.push(Layer { pattern, mask, from_ms, until_ms, opacity: opacity.clone() });
    }
    drop(reading);
    scene.layers.extend(layers);
    Ok(())
}

/// Makes the pattern of a presentation.
type Make = fn(&Reading<'_, '_>, &super::series::Showing, usize) -> Result<Pattern, Problem>;

impl Reading<'_, '_> {
    fn any(&self, key: &'static str, unit: &str, default: f64) -> Result<(), Problem> {
        self.series.read(key, unit, Some(default), "a finite number", |_| true)
    }

    fn least_0(&self, key: &'static str, unit: &str, default: Option<f64>) -> Result<(), Problem> {
        self.series.read(key, unit, default, "a number of at least 0", |v| v >= 0.0)
    }

    fn above_0(&self, key: &'static str, unit: &str, default: Option<f64>) -> Result<(), Problem> {
        self.series.read(key, unit, default, "a number above 0", |v| v > 0.0)
    }

    fn luminance(&self) -> Result<(), Problem> {
        self.least_0("luminance", "", None)
    }

    /// `contrast` and `mean` of patterns that vary about a mean.
    fn contrast(&self, default: f64) -> Result<(), Problem> {
        let expected = "a contrast from 0 to 1, such as \"80 %\"";
        self.series.read("contrast", "", Some(default), expected, |c| (0.0..=1.0).contains(&c))?;
        self.least_0("mean", "", Some(self.scene.screen.reference))
    }

    /// Where it is seen; 0 stands for no limit.
    fn mask_keys(&self) -> Result<(), Problem> {
        if let Some(item) = self.fields.get("center") {
            pair(&item, "deg", self.context)?;
        }
        for key in ["radius", "inner_radius"] {
            self.least_0(key, "deg", Some(0.0))?;
        }
        match self.kind {
            "blob" => self.above_0("sigma", "deg", None),
            _ => self.least_0("envelope", "deg", Some(0.0)),
        }
    }

    fn center(&self) -> Result<[f64; 2], Problem> {
        self.fields.get("center").map_or(Ok([0.0; 2]), |item| pair(&item, "deg", self.context))
    }

    fn mask(&self, index: usize) -> Mask {
        let unlimited = |value: f64| if value > 0.0 { value } else { f64::INFINITY };
        let sigma = if self.kind == "blob" { "sigma" } else { "envelope" };
        Mask {
            center_deg: self.center().unwrap_or_default(),
            radius_deg: unlimited(self.series.value("radius", index)),
            inner_deg: self.series.value("inner_radius", index),
            sigma_deg: unlimited(self.series.value(sigma, index)),
        }
    }

    /// Share of the stimulus that is seen in each frame; empty for all of it.
    fn opacity(&self) -> Result<Vec<f64>, Problem> {
        let Some(item) = self.fields.get("opacity") else { return Ok(Vec::new()) };
        let course = waveform::read(&item, "", self.context)?;
        let (screen, clock) = (&self.scene.screen, self.context.clock);
        let frames = screen.frames_before(clock.ms(self.context.end_step)).max(1);
        let at = |frame: usize| {
            let step = clock.nearest(screen.frame_ms(frame));
            let value = course.at(step, clock.dt_ms());
            match (0.0..=1.0).contains(&value) {
                true => Ok(value),
                false => {
                    let found = format!("{value} at {} ms", clock.ms(step));
                    Err(item.out_of_range(found, "an opacity from 0 to 1 at all times"))
                }
            }
        };
        (0..frames).map(at).collect()
    }

    /// Reads the keys of the kind.
    fn pattern(&self) -> Result<Make, Problem> {
        Ok(match self.kind {
            "uniform" | "blob" => {
                self.luminance()?;
                |of, _, k| Ok(Pattern::Uniform(of.series.value("luminance", k)))
            }
            "grating" => {
                self.any("orientation", "deg", 0.0)?;
                self.least_0("spatial_frequency", "cycle/deg", None)?;
                self.any("temporal_frequency", "Hz", 0.0)?;
                self.any("phase", "deg", 0.0)?;
                self.contrast(1.0)?;
                self.chosen("waveform", &["sine", "square"])?;
                self.chosen("motion", &["drift", "reverse"])?;
                |of, _, k| of.grating(k)
            }
            "bar" => {
                self.any("orientation", "deg", 0.0)?;
                self.above_0("width", "deg", None)?;
                self.above_0("length", "deg", Some(f64::MAX))?;
                self.any("speed", "deg/s", 0.0)?;
                self.any("offset", "deg", 0.0)?;
                self.luminance()?;
                |of, _, k| {
                    let value = |key| of.series.value(key, k);
                    Ok(Pattern::Bar(Bar {
                        orientation_deg: value("orientation"),
                        width_deg: value("width"),
                        length_deg: value("length"),
                        speed_deg_s: value("speed"),
                        offset_deg: value("offset"),
                        luminance: value("luminance"),
                        center_deg: of.center()?,
                    }))
                }
            }
            "sparse_noise" | "dense_noise" => {
                self.above_0("square", "deg", None)?;
                self.above_0("every", "ms", None)?;
                self.least_0("jitter", "ms", Some(0.0))?;
                if self.kind == "sparse_noise" {
                    let expected = "a probability from 0 to 1";
                    let admits = |p: f64| (0.0..=1.0).contains(&p);
                    self.series.read("density", "", None, expected, admits)?;
                    self.luminances()?;
                } else {
                    self.contrast(1.0)?;
                    self.chosen("distribution", &["binary", "normal"])?;
                }
                |of, showing, k| of.noise(showing, k)
            }
            "pink_noise" => {
                self.any("exponent", "", 1.0)?;
                self.contrast(0.3)?;
                self.band()?;
                self.least_0("every", "ms", Some(0.0))?;
                |of, showing, k| of.pink(showing, k)
            }
            _ => {
                self.read_pictures()?;
                self.extent()?;
                |of, _, k| of.picture(k)
            }
        })
    }

    /// One of several words, the first if none is written.
    fn chosen(&self, key: &'static str, known: &[&'static str]) -> Result<&'static str, Problem> {
        let Some(item) = self.fields.get(key) else { return Ok(known[0]) };
        let text = item.text(&format!("\"{}\"", known.join("\" or \"")))?;
        let found = known.iter().find(|word| **word == text);
        found.copied().ok_or_else(|| item.unknown_name(key, text, known.iter().copied()))
    }

    fn grating(&self, k: usize) -> Result<Pattern, Problem> {
        let value = |key| self.series.value(key, k);
        let reverse = self.chosen("motion", &["drift", "reverse"])? == "reverse";
        Ok(Pattern::Grating(Grating {
            orientation_deg: value("orientation"),
            spatial_cpd: value("spatial_frequency"),
            temporal_hz: value("temporal_frequency"),
            phase_deg: value("phase"),
            contrast: value("contrast"),
            mean: value("mean"),
            square: self.chosen("waveform", &["sine", "square"])? == "square",
            motion: if reverse { Motion::Reverse } else { Motion::Drift },
            center_deg: self.center()?,
        }))
    }

    fn luminances(&self) -> Result<[f64; 2], Problem> {
        let Some(item) = self.fields.get("luminances") else { return Ok([0.0, 1.0]) };
        match item.numbers(&self.context.scope, "")?[..] {
            [dark, bright] if dark >= 0.0 && bright >= 0.0 => Ok([dark, bright]),
            _ => Err(item.wrong("two luminances of at least 0, the dark one first")),
        }
    }

    /// Moments at which a presentation changes its image.
    fn switch_ms(&self, showing: &super::series::Showing, every: f64, jitter: f64) -> Vec<f64> {
        if every <= 0.0 {
            return Vec::new();
        }
        let key = self.key("images", showing);
        switches(every, jitter, showing.until_ms - showing.from_ms, key)
    }

    /// Random numbers of a presentation.
    fn key(&self, purpose: &str, showing: &super::series::Showing) -> [u32; 2] {
        key(self.context.seed, &format!("{purpose} of {}", self.name), showing.from_ms.to_bits())
    }

    fn noise(&self, showing: &super::series::Showing, k: usize) -> Result<Pattern, Problem> {
        let value = |key| self.series.value(key, k);
        let (mean, contrast) = (value("mean"), value("contrast"));
        let squares = if self.kind == "sparse_noise" {
            Squares::Sparse { density: value("density"), luminances: self.luminances()? }
        } else if self.chosen("distribution", &["binary", "normal"])? == "binary" {
            Squares::Binary { luminances: [mean * (1.0 - contrast), mean * (1.0 + contrast)] }
        } else {
            Squares::Normal { mean, sd: mean * contrast }
        };
        Ok(Pattern::Noise(Noise {
            side_deg: value("square"),
            squares,
            switch_ms: self.switch_ms(showing, value("every"), value("jitter")),
            key: self.key("noise", showing),
        }))
    }

    /// Spatial frequencies of pink noise.
    fn band(&self) -> Result<[f64; 2], Problem> {
        let screen = &self.scene.screen;
        let Some(item) = self.fields.get("band") else {
            return Ok([
                0.5 / screen.width_deg.max(screen.height_deg),
                0.5 * screen.pixels_per_deg,
            ]);
        };
        match pair(&item, "cycle/deg", self.context)? {
            [low, high] if 0.0 < low && low < high => Ok([low, high]),
            [low, high] => {
                let found = format!("{low} to {high} cycle/deg");
                Err(item.out_of_range(found, "two frequencies above 0, the lower one first"))
            }
        }
    }

    fn pink(&self, showing: &super::series::Showing, k: usize) -> Result<Pattern, Problem> {
        let value = |key| self.series.value(key, k);
        Ok(Pattern::Pink(PinkNoise {
            exponent: value("exponent"),
            band_cpd: self.band()?,
            mean: value("mean"),
            contrast: value("contrast"),
            switch_ms: self.switch_ms(showing, value("every"), 0.0),
            key: self.key("noise", showing),
        }))
    }

    /// Reads `file`: a picture, or a list with one for each presentation.
    fn read_pictures(&self) -> Result<(), Problem> {
        let equalize = self.fields.get("equalize").map_or(Ok(false), |item| item.boolean())?;
        let item = self.fields.need("file", "a PNG file, or a list of them")?;
        let files = item.items();
        for file in &files {
            let path = self.context.existing(file)?;
            let (shape, values) =
                Picture::read(&path).map_err(|error| file.unsupported(error.to_string()))?;
            let values = if equalize { equalized(&values) } else { values };
            self.context.note_file(path);
            self.pictures.borrow_mut().push((shape, Arc::new(values)));
        }
        match files.is_empty() {
            true => Err(item.wrong("at least one file")),
            false => {
                self.series.count("file", item, files.len());
                Ok(())
            }
        }
    }

    /// Width and height of a picture; those of the screen if nothing is said.
    fn extent(&self) -> Result<[f64; 2], Problem> {
        let screen = &self.scene.screen;
        let Some(item) = self.fields.get("size") else {
            return Ok([screen.width_deg, screen.height_deg]);
        };
        match pair(&item, "deg", self.context)? {
            extent if extent.iter().all(|e| *e > 0.0) => Ok(extent),
            _ => Err(item.out_of_range("a length that is not above 0", "lengths above 0 deg")),
        }
    }

    fn picture(&self, k: usize) -> Result<Pattern, Problem> {
        let pictures = self.pictures.borrow();
        let (shape, luminance) = &pictures[self.series.value("file", k) as usize];
        Ok(Pattern::Picture(Picture {
            shape: *shape,
            luminance: Arc::clone(luminance),
            extent_deg: self.extent()?,
            center_deg: self.center()?,
        }))
    }
}
