//! Writing a result and reading it back.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod common;
mod replacing;
mod round_trip;
