//! Where neurons lie, and what depends on the distance between them.

use std::fmt;
use std::sync::Arc;

/// Positions of the neurons of a population in one to three dimensions `[µm]`.
///
/// A dimension with a period is closed: distances are taken the shorter way round. One closed
/// dimension is a ring, two are a torus.
#[derive(Debug, Clone, PartialEq)]
pub struct Positions {
    /// Coordinate after coordinate, each with one value per neuron.
    coordinates: Vec<Vec<f64>>,
    periods: Vec<Option<f64>>,
}

impl Positions {
    /// From one list per dimension `[µm]` and the periods of the closed dimensions, > 0.
    ///
    /// `None` unless there are one to three lists of equal length, as many periods, and all numbers
    /// are finite.
    pub fn new(mut coordinates: Vec<Vec<f64>>, periods: Vec<Option<f64>>) -> Option<Self> {
        let n = coordinates.first()?.len();
        let sound = (1..=3).contains(&coordinates.len())
            && periods.len() == coordinates.len()
            && coordinates.iter().all(|c| c.len() == n && c.iter().all(|x| x.is_finite()))
            && periods.iter().flatten().all(|p| *p > 0.0 && p.is_finite());
        if !sound {
            return None;
        }
        for (values, period) in coordinates.iter_mut().zip(&periods) {
            if let Some(period) = period {
                values.iter_mut().for_each(|x| *x = x.rem_euclid(*period));
            }
        }
        Some(Self { coordinates, periods })
    }

    /// `n` neurons at equal distances on a ring, the first at 0.
    pub fn ring(n: u32, circumference_um: f64) -> Option<Self> {
        let at = |k: u32| f64::from(k) * circumference_um / f64::from(n);
        Self::new(vec![(0..n).map(at).collect()], vec![Some(circumference_um)])
    }

    /// Number of neurons.
    pub fn len(&self) -> usize {
        self.coordinates[0].len()
    }

    /// Whether there is no neuron.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Coordinate after coordinate, each with one value per neuron `[µm]`.
    pub fn coordinates(&self) -> &[Vec<f64>] {
        &self.coordinates
    }

    /// Period of every dimension `[µm]`; `None` where it is open.
    pub fn periods(&self) -> &[Option<f64>] {
        &self.periods
    }

    /// Whether distances to neurons of `other` make sense: as many dimensions, equal periods.
    pub fn shares_space_with(&self, other: &Self) -> bool {
        self.periods == other.periods
    }

    /// Distances `[µm]` from neuron `own` of `other` to the neurons `first..first + out.len()`.
    ///
    /// # Panics
    /// If a neuron is out of range or the spaces differ.
    pub fn distances(&self, first: usize, other: &Self, own: usize, out: &mut [f64]) {
        let within = first..first + out.len();
        let offset = |x: f64, centre: f64, period: Option<f64>| {
            let d = (x - centre).abs();
            period.map_or(d, |p| d.min(p - d))
        };
        if let ([line], [period]) = (self.coordinates.as_slice(), self.periods.as_slice()) {
            let centre = other.coordinates[0][own];
            for (d, x) in out.iter_mut().zip(&line[within]) {
                *d = offset(*x, centre, *period);
            }
            return;
        }
        out.fill(0.0);
        for (axis, period) in self.periods.iter().enumerate() {
            let centre = other.coordinates[axis][own];
            for (d, x) in out.iter_mut().zip(&self.coordinates[axis][within.clone()]) {
                let step = offset(*x, centre, *period);
                *d += step * step;
            }
        }
        out.iter_mut().for_each(|d| *d = d.sqrt());
    }

    /// An upper bound of all distances between these neurons and those of `other` `[µm]`.
    pub fn farthest(&self, other: &Self) -> f64 {
        let span = |axis: usize| {
            let all = self.coordinates[axis].iter().chain(&other.coordinates[axis]);
            let (low, high) =
                all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(*x), b.max(*x)));
            let open = (high - low).max(0.0);
            self.periods[axis].map_or(open, |period| open.min(0.5 * period))
        };
        (0..self.periods.len()).map(|axis| span(axis).powi(2)).sum::<f64>().sqrt()
    }
}

/// Positions on both sides of a connection, of the whole populations.
#[derive(Debug, Clone, PartialEq)]
pub struct Geometry {
    /// Of the source population.
    pub sources: Arc<Positions>,
    /// Of the target population.
    pub targets: Arc<Positions>,
}

/// The function of a [`Profile`]: distances in, values out.
type Evaluate = dyn Fn(&[f64], &mut [f64]) + Send + Sync;

/// A function of distance, evaluated for many pairs at a time.
///
/// ```
/// use neuropil_network::description::Profile;
/// let decay = Profile::new(|distances, out| {
///     out.iter_mut().zip(distances).for_each(|(y, d)| *y = (-d / 200.0f64).exp());
/// });
/// assert_eq!(decay.at(0.0), 1.0);
/// ```
#[derive(Clone)]
pub struct Profile(Arc<Evaluate>);

impl Profile {
    /// From a function that writes one value for every distance `[µm]`; both slices are equally
    /// long.
    pub fn new(evaluate: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(evaluate))
    }

    /// The values at some distances `[µm]`.
    pub fn fill(&self, distances: &[f64], out: &mut [f64]) {
        (self.0)(distances, out);
    }

    /// The value at one distance `[µm]`.
    pub fn at(&self, distance: f64) -> f64 {
        let mut out = [f64::NAN];
        self.fill(&[distance], &mut out);
        out[0]
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").finish_non_exhaustive()
    }
}

impl PartialEq for Profile {
    /// Whether both are the same function object.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_closes_behind_its_last_neuron() {
        // Eight neurons: the last is as near to the first as the second is.
        let ring = Positions::ring(8, 80.0).unwrap();
        let mut d = [0.0; 8];
        ring.distances(0, &ring, 0, &mut d);
        assert_eq!(d, [0.0, 10.0, 20.0, 30.0, 40.0, 30.0, 20.0, 10.0]);
        ring.distances(0, &ring, 7, &mut d);
        assert_eq!(d, [10.0, 20.0, 30.0, 40.0, 30.0, 20.0, 10.0, 0.0]);
    }

    #[test]
    fn populations_of_different_size_share_a_ring() {
        let (many, few) = (Positions::ring(8, 80.0).unwrap(), Positions::ring(2, 80.0).unwrap());
        let mut d = [0.0; 8];
        many.distances(0, &few, 1, &mut d);
        assert_eq!(d, [40.0, 30.0, 20.0, 10.0, 0.0, 10.0, 20.0, 30.0]);
        assert!(many.shares_space_with(&few) && many.farthest(&few) == 40.0);
    }

    #[test]
    fn a_torus_measures_the_shorter_way_in_both_dimensions() {
        let torus = |x: Vec<f64>, y: Vec<f64>| {
            Positions::new(vec![x, y], vec![Some(10.0), Some(10.0)]).unwrap()
        };
        let (a, b) = (torus(vec![0.5, 3.0], vec![9.5, 4.0]), torus(vec![9.5], vec![0.5]));
        let mut d = [0.0; 2];
        a.distances(0, &b, 0, &mut d);
        assert!((d[0] - 2.0f64.sqrt()).abs() < 1e-12 && (d[1] - 24.5f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn unequal_lists_and_numbers_that_are_none_are_refused() {
        assert!(Positions::new(vec![vec![0.0], vec![0.0, 1.0]], vec![None, None]).is_none());
        assert!(Positions::new(vec![vec![f64::NAN]], vec![None]).is_none());
        assert!(Positions::new(vec![vec![0.0]], vec![Some(0.0)]).is_none());
        assert!(Positions::new(vec![], vec![]).is_none());
    }
}
