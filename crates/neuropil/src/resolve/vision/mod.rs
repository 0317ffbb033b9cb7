//! Visual stimuli and the afferents that see them: `[screen]`, `[gaze]`, `[stimuli.NAME]` and
//! inputs of kind `visual`.
//!
//! ```toml
//! [screen]
//! width = "40 deg"
//! height = "30 deg"
//!
//! [stimuli.grating]
//! kind = "grating"
//! orientation = "45 deg"
//! spatial_frequency = "0.1 cycle/deg"
//! temporal_frequency = "2 Hz"
//!
//! [inputs.V1]
//! kind = "visual"
//! cell = "simple"
//! size = 100
//! orientation = { spaced = ["0 deg", "180 deg"] }
//! spatial_frequency = "0.1 cycle/deg"
//! sigma = "3 deg"
//! gain = "40 Hz"
//! ```

mod answer;
mod columns;
mod population;
mod screen;
mod series;
mod stimuli;
mod units;

use std::sync::Arc;

use neuropil_vision::rates::rates;
use neuropil_vision::{Drives, Nonlinearity, Scene, Temporal, Unit};

pub(super) use population::{known_keys, population};
pub use series::Presentation;

use super::context::Context;
use super::fields::Fields;
use crate::experiment::Problem;

/// What is shown, and who sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct VisionModel {
    /// What is shown.
    pub scene: Scene,
    /// When it is shown, stimulus after stimulus.
    pub presentations: Vec<Presentation>,
    /// Populations of afferents.
    pub populations: Vec<VisualPopulation>,
    /// End of the simulation `[ms]`.
    pub end_ms: f64,
}

/// Afferents with receptive fields.
#[derive(Debug, Clone, PartialEq)]
pub struct VisualPopulation {
    /// Name.
    pub name: String,
    /// Receptive fields.
    pub units: Vec<Unit>,
    /// Filter in time.
    pub temporal: Temporal,
    /// From drive to rate.
    pub nonlinearity: Nonlinearity,
}

/// The sections of an experiment that are about vision, before its afferents are known.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub scene: Scene,
    pub presentations: Vec<Presentation>,
}

impl VisionModel {
    /// The afferents of that name.
    pub fn population(&self, name: &str) -> Option<&VisualPopulation> {
        self.populations.iter().find(|population| population.name == name)
    }

    /// Rates `[Hz]` of all units of a population at the middle of intervals of `every_ms`, interval
    /// after interval, up to the end.
    pub fn rates_hz(&self, population: &VisualPopulation, every_ms: f64) -> Vec<f64> {
        let samples = (self.end_ms / every_ms - 1e-9).ceil().max(1.0) as usize;
        rates_hz(&self.scene, population, every_ms, samples)
    }
}

fn rates_hz(
    scene: &Scene,
    population: &VisualPopulation,
    every_ms: f64,
    samples: usize,
) -> Vec<f64> {
    let screen = &scene.screen;
    let drives =
        Drives::of(scene, &population.units, screen.frames_before(samples as f64 * every_ms));
    let VisualPopulation { units, temporal, nonlinearity, .. } = population;
    rates(&drives, units, screen, temporal, nonlinearity, (every_ms, samples))
}

/// Reads what is shown; `None` if the experiment has nothing to do with vision.
pub(super) fn read(top: &Fields<'_>, context: &Context) -> Result<Option<Stage>, Problem> {
    if ["screen", "stimuli", "gaze"].into_iter().all(|key| top.get(key).is_none()) {
        return Ok(None);
    }
    let screen = screen::read(&top.section("screen")?, context)?;
    let gaze = screen::gaze(&top.section("gaze")?, context)?;
    let mut scene = Scene { screen, layers: Vec::new(), gaze };
    let mut presentations = Vec::new();
    for (name, _, item) in top.section("stimuli")?.entries() {
        stimuli::read(name, &item, context, &mut scene, &mut presentations)?;
    }
    Ok(Some(Stage { scene, presentations }))
}

/// Everything about vision, for pictures; `None` if the experiment has nothing to do with it.
pub(super) fn model(context: &Context) -> Option<Arc<VisionModel>> {
    let stage = context.stage.borrow().clone()?;
    let Stage { scene, presentations } = Stage::clone(&stage);
    let populations = context.seen.borrow().clone();
    let end_ms = context.clock.ms(context.end_step);
    Some(Arc::new(VisionModel { scene, presentations, populations, end_ms }))
}
