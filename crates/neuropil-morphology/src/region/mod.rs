//! Naming parts of a cell: regions (stretches of membrane) and places (points on it).
//!
//! Both are written as text or built as Rust values ([`Region`], [`Places`]), and mean something only
//! on a morphology: [`Region::on`] gives an [`Extent`], [`Places::on`] a list of
//! [`Location`](crate::Location)s.
//!
//! # Regions
//!
//! | Text | Everything that |
//! |---|---|
//! | `all` | belongs to the cell |
//! | `soma` `axon` `dend` `apic` `undefined` `type(7)` | is of that SWC type (`dend` is type 3) |
//! | `section(3)` `section("dend[2]")` `section(3, 0.2, 0.8)` | lies on that section, or between two fractions of it |
//! | `distance(100, 300)` `distance > 100` | has that path distance from the middle of the soma `[µm]` |
//! | `euclidean(0, 50)` `euclidean < 50` | has that straight distance from the middle of the soma `[µm]` |
//! | `radius(0.5, 1)` `radius < 0.5` | has that radius `[µm]` |
//! | `order(1, 2)` `order >= 3` | has that branch order: soma 0, stems 1, one more after each fork |
//! | `beyond(P)` | lies distal to one of the places P |
//! | `towards(P)` | lies on the way from the soma to one of the places P |
//! | `tuft` | carries that label |
//!
//! joined by `and`, `or`, `not` and parentheses; `not` binds tightest, `or` loosest.
//!
//! # Places
//!
//! | Text | Points |
//! |---|---|
//! | `at(3, 0.5)` `at("dend[2]", 0.5)` | at a fraction of a section |
//! | `origin` | the middle of the soma, or the 0-end of a root that is no soma |
//! | `soma` | in the middle of the soma: short for `midpoints(soma)` |
//! | `terminals` | at the tips |
//! | `branch_points` | where neurites fork |
//! | `midpoints(R)` | in the middle of each stretch of a region |
//! | `uniform(R, n = 10)` `uniform(R, spacing = 20)` | evenly along the length of a region |
//! | `along(R, n = 10)` `along(R, spacing = 20)` | the same, nearest to the soma first: inputs in order along a branch |
//! | `random(R, n = 10, seed = 1)` `random(R, density = 0.1, seed = 1)` | at random, uniform in length; density per µm |
//! | `P on R` | those of P that lie in a region |
//! | `P, P` | of both lists |
//!
//! Lengths are in µm; `um`, `µm` and `mm` may be written after a number. `inf` is allowed as an upper
//! bound.
//!
//! ```
//! use neuropil_morphology::{Kind, Location, Morphology, Places, Region, region::Labels};
//! let mut builder = Morphology::builder();
//! let soma = builder.cable(Kind::Soma, None, 20.0, 20.0);
//! builder.cable(Kind::Apical, Some(Location::new(soma, 0.5)), 400.0, 2.0);
//! let cell = builder.build()?;
//! let far = Region::parse("apic and distance > 300 um")?.on(&cell, &Labels::new())?;
//! assert_eq!(far.length_um(&cell), 100.0);
//! let spots = Places::parse("uniform(apic, spacing = 100)")?.on(&cell, &Labels::new())?;
//! assert_eq!(spots[0], Location::new(1, 0.125));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ast;
mod cursor;
mod display;
mod evaluate;
mod extent;
mod lexer;
mod parser;
mod places;

pub use ast::{Amount, Label, Labels, Measure, Places, Region, SectionRef};
pub use cursor::SyntaxError;
pub use evaluate::RegionError;
pub use extent::{Extent, Stretch};

#[cfg(test)]
mod tests;
