//! A barrier for a fixed team whose steps take microseconds: it spins before it yields.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Turns of spinning before the processor is offered to others.
const SPINS: u32 = 4000;

/// Meeting point of a fixed number of workers.
#[derive(Debug)]
pub(super) struct Barrier {
    team: usize,
    arrived: AtomicUsize,
    round: AtomicUsize,
    broken: AtomicBool,
}

impl Barrier {
    pub fn new(team: usize) -> Self {
        let (arrived, round) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { team, arrived, round, broken: AtomicBool::new(false) }
    }

    /// Waits until all have come; `false` if one of them never will.
    pub fn wait(&self) -> bool {
        let round = self.round.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.team {
            self.arrived.store(0, Ordering::Relaxed);
            self.round.store(round.wrapping_add(1), Ordering::Release);
            return !self.broken.load(Ordering::Acquire);
        }
        let mut turns = 0;
        while self.round.load(Ordering::Acquire) == round {
            if self.broken.load(Ordering::Acquire) {
                return false;
            }
            turns += 1;
            if turns < SPINS {
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
        !self.broken.load(Ordering::Acquire)
    }

    /// Releases everybody for good when a worker unwinds.
    pub fn guard(&self) -> Guard<'_> {
        Guard { barrier: self }
    }
}

/// Breaks the barrier if dropped during a panic, so that nobody waits for ever.
pub(super) struct Guard<'a> {
    barrier: &'a Barrier,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.barrier.broken.store(true, Ordering::Release);
        }
    }
}
