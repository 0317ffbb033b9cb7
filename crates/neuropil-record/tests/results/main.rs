//! Writing a result and reading it back.

mod common;
mod crash;
mod full_disk;
mod replacing;
mod round_trip;
