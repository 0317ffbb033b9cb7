//! Results and other processes: one that dies, one that cannot write, others that read.
//!
//! These tests start processes. A child inherits the result files that are open in its parent, with
//! their locks, so the tests take turns.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

#[path = "../results/common.rs"]
mod common;
mod crash;
mod full_disk;
mod peers;

use std::sync::{Mutex, MutexGuard, PoisonError};

static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
