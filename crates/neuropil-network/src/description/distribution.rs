//! Random values for parameters, weights and delays.

use neuropil_core::random::Stream;

/// The shape of a distribution, before it is scaled and bounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Always this value.
    Constant(f64),
    /// Uniform in `[low, high)`.
    Uniform {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation, ≥ 0.
        sd: f64,
    },
    /// `exp(N(mu, sigma²))`.
    Lognormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm, ≥ 0.
        sigma: f64,
    },
    /// Exponential.
    Exponential {
        /// Mean, > 0.
        mean: f64,
    },
}

/// What happens to a value outside the admitted range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bounds {
    /// Every value is admitted.
    None,
    /// Values outside are moved to the nearer end.
    Clip {
        /// Smallest admitted value.
        min: f64,
        /// Largest admitted value.
        max: f64,
    },
    /// Values outside are drawn again.
    Redraw {
        /// Smallest admitted value.
        min: f64,
        /// Largest admitted value.
        max: f64,
    },
}

/// A random value: `offset + scale · X`, then bounded.
///
/// ```
/// use neuropil_core::random::{Stream, key};
/// use neuropil_network::description::{Bounds, Distribution, Shape};
/// let weights = Distribution {
///     bounds: Bounds::Redraw { min: 0.0, max: f64::INFINITY },
///     ..Distribution::from(Shape::Normal { mean: 87.8, sd: 8.78 })
/// };
/// let mut stream = Stream::new(key(1, "weight", 0), 0);
/// assert!((0..100).all(|_| weights.draw(&mut stream) >= 0.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution {
    /// Shape of `X`.
    pub shape: Shape,
    /// Factor on `X`.
    pub scale: f64,
    /// Added to the scaled value.
    pub offset: f64,
    /// Admitted range of the result.
    pub bounds: Bounds,
}

impl From<Shape> for Distribution {
    fn from(shape: Shape) -> Self {
        Self { shape, scale: 1.0, offset: 0.0, bounds: Bounds::None }
    }
}

/// Redrawing gives up after this many misses and clips: the range has no probability to speak of.
const MAX_REDRAWS: usize = 10_000;

impl Distribution {
    /// One value.
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        match self.bounds {
            Bounds::None => self.free(stream),
            Bounds::Clip { min, max } => self.free(stream).clamp(min, max),
            Bounds::Redraw { min, max } => (0..MAX_REDRAWS)
                .map(|_| self.free(stream))
                .find(|value| (min..=max).contains(value))
                .unwrap_or_else(|| self.free(stream).clamp(min, max)),
        }
    }

    /// The same values with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        let bounds = match self.bounds {
            Bounds::None => Bounds::None,
            Bounds::Clip { min, max } => Bounds::Clip { min: -max, max: -min },
            Bounds::Redraw { min, max } => Bounds::Redraw { min: -max, max: -min },
        };
        Self { scale: -self.scale, offset: -self.offset, bounds, ..self }
    }

    fn free(&self, stream: &mut Stream) -> f64 {
        let x = match self.shape {
            Shape::Constant(value) => value,
            Shape::Uniform { low, high } => low + (high - low) * stream.uniform(),
            Shape::Normal { mean, sd } => mean + sd * stream.normal(),
            Shape::Lognormal { mu, sigma } => (mu + sigma * stream.normal()).exp(),
            Shape::Exponential { mean } => mean * stream.exponential(),
        };
        self.offset + self.scale * x
    }
}

#[cfg(test)]
mod tests {
    use neuropil_core::random::key;

    use super::*;

    #[test]
    fn a_negated_distribution_gives_the_same_values_with_the_other_sign() {
        let shape = Shape::Normal { mean: 1.0, sd: 2.0 };
        for bounds in [
            Bounds::None,
            Bounds::Clip { min: 0.5, max: 3.0 },
            Bounds::Redraw { min: 0.0, max: 2.0 },
        ] {
            let one = Distribution { shape, scale: 1.5, offset: 0.25, bounds };
            let draw = |d: Distribution| {
                let mut stream = Stream::new(key(3, "x", 0), 1);
                (0..100).map(|_| d.draw(&mut stream)).collect::<Vec<f64>>()
            };
            assert!(draw(one.negated()).iter().zip(draw(one)).all(|(a, b)| *a == -b));
        }
    }
}
