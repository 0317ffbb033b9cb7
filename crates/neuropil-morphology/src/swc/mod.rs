//! Reading, checking, repairing and writing SWC files.
//!
//! SWC (Cannon et al. 1998, doi:10.1016/S0165-0270(98)00091-0) has one sample a line: id, type, x, y,
//! z, radius, parent's id. [`read()`] turns bytes into a [`SampleTree`]: lines in any order, 64-bit
//! ids, any line ends, comments anywhere. [`SampleTree::build`] turns that into a
//! [`Morphology`](crate::Morphology) under a [`Profile`] and a [`SomaPolicy`]. [`load`] does both
//! steps; [`repair()`] mends what they refuse. [`write()`] is the inverse of [`read()`], [`draw()`] of
//! [`SampleTree::build`].
//!
//! Accepted with a note: byte order mark, further columns, types above 4, type changes along a run,
//! repeated points, ends of no radius, root's parent 0. Mended with a note: what has only one reading
//! (see [`SampleTree::build`]). Refused with line, field and remedy: everything else that is not plain
//! SWC.
//!
//! ```
//! use neuropil_morphology::swc::{self, Options};
//! let text = "# soma, dendrite\n1 1 0 0 0 5 -1\n2 3 5 0 0 1 1\n3 3 100 0 0 1 2\n";
//! let cell = swc::load(text, &Options::default())?;
//! assert!((cell.value.area_um2() - 911.0618695).abs() < 1e-6);
//! assert!(cell.warnings.is_empty());
//! # Ok::<(), neuropil_morphology::swc::SwcError>(())
//! ```

mod build;
mod check;
mod draw;
mod error;
mod file;
mod graph;
mod lines;
mod mend;
mod options;
mod prune;
mod read;
mod repair;
mod sample;
mod warning;
mod write;

pub use draw::{DrawError, draw};
pub use error::{Among, SwcError};
pub use file::{FileError, load_file, read_file};
pub use options::{Options, Profile, SomaPolicy};
pub use prune::without;
pub use read::{load, read, read_samples};
pub use repair::{Change, Repairs, Roots, repair};
pub use sample::{Sample, SampleTree, Samples};
pub use warning::{Loaded, SwcWarning};
pub use write::write;
