//! Lists of places applied to a morphology.

use neuropil_core::random::{Stream, key};

use super::ast::{Amount, Labels, Places, Region};
use super::evaluate::{RegionError, Scope, check_fraction, describe};
use super::extent::Extent;
use crate::kind::Kind;
use crate::morphology::Morphology;
use crate::section::Location;

/// More points than this is a slip of the pen.
const MOST: usize = 10_000_000;

impl Places {
    /// The places of `morphology` it means, in the order written; random ones in the order drawn,
    /// those along a region by path distance, all others by section and fraction.
    ///
    /// The first n points of a random placement do not depend on how many are drawn. Draws come from
    /// the `placement` stream of the seed.
    ///
    /// # Errors
    /// [`RegionError`]: unknown sections or labels, a place off the tree, no place at all, a density
    /// that is not positive.
    pub fn on(
        &self,
        morphology: &Morphology,
        labels: &Labels,
    ) -> Result<Vec<Location>, RegionError> {
        let places = Scope::new(morphology, labels).places(self)?;
        if places.is_empty() {
            let (places, fact) = (self.to_string(), describe(morphology));
            return Err(RegionError::NoPlaces { places, fact });
        }
        Ok(places)
    }
}

impl Scope<'_> {
    pub(super) fn places(&mut self, places: &Places) -> Result<Vec<Location>, RegionError> {
        Ok(match places {
            Places::At(name, fraction) => {
                check_fraction(name, *fraction)?;
                vec![Location::new(self.section(name)?, *fraction)]
            }
            Places::Origin => vec![self.morphology.origin()],
            Places::Terminals => self.morphology.terminals(),
            Places::BranchPoints => self.morphology.branch_points(),
            Places::Midpoints(region) => {
                let extent = self.filled(region)?;
                let middle = |s: &super::Stretch| Location::new(s.section, 0.5 * (s.from + s.to));
                extent.stretches().iter().map(middle).collect()
            }
            Places::Uniform(region, amount) => {
                let extent = self.filled(region)?;
                self.uniform(places, &extent, *amount)?
            }
            Places::Along(region, amount) => {
                let extent = self.filled(region)?;
                let mut found = self.uniform(places, &extent, *amount)?;
                let distance = |place: &Location| self.morphology.distance_um(*place);
                found.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
                found
            }
            Places::Random(region, amount, seed) => {
                let extent = self.filled(region)?;
                self.random(places, &extent, *amount, *seed)?
            }
            Places::On(places, region) => {
                let found = self.places(places)?;
                let extent = self.filled(region)?;
                found.into_iter().filter(|place| extent.contains(*place)).collect()
            }
            Places::Label(name) => self.labelled_places(name)?,
            Places::Both(a, b) => {
                let mut found = self.places(a)?;
                found.extend(self.places(b)?);
                found
            }
        })
    }

    fn filled(&mut self, region: &Region) -> Result<Extent, RegionError> {
        let extent = self.region(region)?;
        if extent.is_empty() {
            let (region, fact) = (region.to_string(), describe(self.morphology));
            return Err(RegionError::Empty { region, fact });
        }
        Ok(extent)
    }

    fn uniform(
        &self,
        places: &Places,
        extent: &Extent,
        amount: Amount,
    ) -> Result<Vec<Location>, RegionError> {
        let total = extent.length_um(self.morphology);
        let (count, step) = match amount {
            Amount::Count(n) => (n as f64, total / n as f64),
            Amount::PerUm(density) => {
                let step = 1.0 / positive(density)?;
                // Points at ½, 1½, 2½ … steps.
                ((total / step + 0.5).floor(), step)
            }
        };
        let place = |k: usize| extent.place_at(self.morphology, (k as f64 + 0.5) * step);
        Ok((0..limited(places, count)?).filter_map(place).collect())
    }

    fn random(
        &self,
        places: &Places,
        extent: &Extent,
        amount: Amount,
        seed: u64,
    ) -> Result<Vec<Location>, RegionError> {
        let total = extent.length_um(self.morphology);
        let mut stream = Stream::new(key(seed, "placement", 0), 0);
        let count = match amount {
            Amount::Count(n) => limited(places, n as f64)?,
            Amount::PerUm(density) => {
                let mean = positive(density)? * total;
                limited(places, mean)?;
                limited(places, Stream::new(key(seed, "placement", 1), 0).poisson(mean) as f64)?
            }
        };
        let mut draw = |_| extent.place_at(self.morphology, stream.uniform() * total);
        Ok((0..count).filter_map(&mut draw).collect())
    }
}

fn positive(density: f64) -> Result<f64, RegionError> {
    if density > 0.0 && density.is_finite() {
        return Ok(density);
    }
    let (what, expected) = ("density", "a finite number > 0 per µm");
    Err(RegionError::BadNumber { what, value: density, expected })
}

fn limited(places: &Places, count: f64) -> Result<usize, RegionError> {
    if count <= MOST as f64 {
        return Ok(count as usize);
    }
    let places = places.to_string();
    Err(RegionError::TooManyPlaces { places, count, limit: MOST })
}

impl Morphology {
    /// The tips: ends of sections to which nothing is attached, soma apart.
    pub fn terminals(&self) -> Vec<Location> {
        let goes_on = |index: usize| {
            let mut children = self.children(index).iter();
            let parent_of = |child: usize| self.sections()[child].parent();
            children.any(|&child| parent_of(child).is_some_and(|at| at.fraction == 1.0))
        };
        let sections = self.sections().iter().enumerate();
        sections
            .filter(|(index, s)| s.kind() != Kind::Soma && !goes_on(*index))
            .map(|(index, _)| Location::new(index, 1.0))
            .collect()
    }

    /// Where three or more stretches of neurite meet, soma apart: at the end of a section with two
    /// or more children there, inside a section with a child there, or at the 0-end of a root with
    /// two or more attached there.
    pub fn branch_points(&self) -> Vec<Location> {
        let mut found = Vec::new();
        for (index, section) in self.sections().iter().enumerate() {
            if section.kind() == Kind::Soma {
                continue;
            }
            let attached = self.children(index).iter();
            let mut fractions: Vec<f64> = attached
                .filter_map(|&child| self.sections()[child].parent())
                .map(|at| at.fraction)
                .collect();
            fractions.sort_by(f64::total_cmp);
            for group in fractions.chunk_by(|a, b| a == b) {
                let inside = group[0] > 0.0 && group[0] < 1.0;
                if inside || group.len() > 1 {
                    found.push(Location::new(index, group[0]));
                }
            }
        }
        found
    }

    /// Branch order of each section: soma 0, stems 1, one more after each fork.
    ///
    /// A child that only changes type, with no fork, keeps its parent's order. Without a soma the
    /// root is a stem.
    pub fn orders(&self) -> Vec<usize> {
        let forks = self.branch_points();
        let mut orders = Vec::with_capacity(self.sections().len());
        for section in self.sections() {
            let order = match section.parent() {
                _ if section.kind() == Kind::Soma => 0,
                None => 1,
                Some(at) if self.sections()[at.section].kind() == Kind::Soma => 1,
                Some(at) => {
                    let key = |l: &Location| (l.section, l.fraction);
                    let fork = forks
                        .binary_search_by(|l| {
                            key(l).partial_cmp(&key(&at)).unwrap_or(std::cmp::Ordering::Less)
                        })
                        .is_ok();
                    orders[at.section] + usize::from(fork)
                }
            };
            orders.push(order);
        }
        orders
    }
}
