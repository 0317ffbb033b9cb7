//! A barrier for a fixed team whose steps take microseconds: it spins, then it sleeps.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

/// Turns of spinning, some ten microseconds, before the processor is left to others: whoever is
/// still missing may be waiting for it.
const SPINS: u32 = 500;

/// Meeting point of a fixed number of workers.
#[derive(Debug)]
pub(super) struct Barrier {
    team: usize,
    arrived: AtomicUsize,
    round: AtomicUsize,
    broken: AtomicBool,
    sleepers: Mutex<()>,
    wake: Condvar,
}

impl Barrier {
    pub fn new(team: usize) -> Self {
        let (arrived, round) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (sleepers, wake) = (Mutex::new(()), Condvar::new());
        Self { team, arrived, round, broken: AtomicBool::new(false), sleepers, wake }
    }

    /// Waits until all have come; `false` if one of them never will.
    pub fn wait(&self) -> bool {
        let round = self.round.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.team {
            self.arrived.store(0, Ordering::Relaxed);
            {
                // Held while the round changes, so that nobody falls asleep having missed it.
                let _held = self.sleepers.lock();
                self.round.store(round.wrapping_add(1), Ordering::Release);
            }
            self.wake.notify_all();
            return !self.broken.load(Ordering::Acquire);
        }
        for _ in 0..SPINS {
            if self.passed(round) {
                return !self.broken.load(Ordering::Acquire);
            }
            std::hint::spin_loop();
        }
        let mut held = self.sleepers.lock();
        while let Ok(guard) = held {
            if self.passed(round) {
                break;
            }
            held = self.wake.wait(guard);
        }
        !self.broken.load(Ordering::Acquire)
    }

    fn passed(&self, round: usize) -> bool {
        self.round.load(Ordering::Acquire) != round || self.broken.load(Ordering::Acquire)
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
            {
                let _held = self.barrier.sleepers.lock();
                self.barrier.broken.store(true, Ordering::Release);
            }
            self.barrier.wake.notify_all();
        }
    }
}
