//! Neurons on a ring: projections whose probability and delay depend on distance.
//!
//! The package counts distance in indices of the source. Here the ring is 1 µm long per neuron of the
//! largest population, so that an index of a source of N neurons is `perimeter/N`.

use super::ConvertError;
use super::network::Network;
use super::reading::Reading;

/// How a projection depends on distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Space {
    /// Length λ of the profile exp(−(d/λ)²), in indices of the source.
    pub decay: f64,
    /// Delay per index of the source `[ms]`.
    pub delay_ms: f64,
}

impl Reading<'_> {
    /// The dependence of a projection on distance, if it has one.
    pub fn space(
        &mut self,
        source: &str,
        target: &str,
        afferent: bool,
    ) -> Result<Option<Space>, ConvertError> {
        let key = |what: &str| format!("{what}_{source}_{target}");
        let decay = self.number(&key("SpatialDecay"))?;
        let delay = self.number(&key("Delay"))?;
        let reason = match (afferent, decay) {
            (true, _) => "the package does not use it for afferents",
            (false, None) => "without SpatialDecay the package does not use it",
            (false, Some(decay)) => {
                if decay <= 0.0 {
                    let (key, found) = (key("SpatialDecay"), decay.to_string());
                    return Err(ConvertError::Value {
                        key,
                        found,
                        expected: "a length of more than 0",
                    });
                }
                let note = "SpatialDecay: neurons lie on a ring, as with with_ring_geometry of the package";
                if !self.notes.iter().any(|known| known == note) {
                    self.notes.push(note.to_owned());
                }
                return Ok(Some(Space { decay, delay_ms: delay.unwrap_or(0.0) }));
            }
        };
        for (what, value) in [("SpatialDecay", decay), ("Delay", delay)] {
            if value.is_some() {
                self.notes.push(format!("{} is left out: {reason}", key(what)));
            }
        }
        Ok(None)
    }
}

impl Network {
    /// Length of the ring, if anything lies on it `[µm]`.
    pub fn perimeter_um(&self) -> Option<f64> {
        let spatial = self.projections.iter().any(|projection| projection.space.is_some());
        spatial.then(|| self.populations.iter().map(|p| p.size).fold(0.0, f64::max))
    }
}
