//! A barrier for a fixed team whose steps take microseconds: it spins, then it sleeps.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

/// Turns of spinning, some tens of microseconds, before the processor is left to others: whoever is
/// still missing may be waiting for it.
const SPINS: u32 = 2000;

/// Meeting point of a fixed number of workers.
#[derive(Debug)]
pub(super) struct Barrier {
    team: usize,
    arrived: AtomicUsize,
    round: AtomicUsize,
    broken: AtomicBool,
    /// How many sleep, or are about to.
    sleepers: AtomicUsize,
    bed: Mutex<()>,
    wake: Condvar,
}

impl Barrier {
    pub fn new(team: usize) -> Self {
        let (arrived, round) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (sleepers, broken) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (bed, wake) = (Mutex::new(()), Condvar::new());
        Self { team, arrived, round, broken, sleepers, bed, wake }
    }

    /// Waits until all have come; `false` if one of them never will.
    pub fn wait(&self) -> bool {
        if self.team == 1 {
            return true;
        }
        let round = self.round.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.team {
            self.arrived.store(0, Ordering::Relaxed);
            self.round.store(round.wrapping_add(1), Ordering::SeqCst);
            self.rouse();
            return !self.broken.load(Ordering::Acquire);
        }
        for _ in 0..SPINS {
            if self.passed(round) {
                return !self.broken.load(Ordering::Acquire);
            }
            std::hint::spin_loop();
        }
        // Counted before looking again, as the last to come looks at the count after the change of
        // the round: one of the two sees the other.
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        let mut held = self.bed.lock();
        while let Ok(guard) = held {
            if self.passed(round) {
                break;
            }
            held = self.wake.wait(guard);
        }
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
        !self.broken.load(Ordering::Acquire)
    }

    /// Wakes whoever sleeps; costs a system call only if somebody does.
    fn rouse(&self) {
        if self.sleepers.load(Ordering::SeqCst) > 0 {
            drop(self.bed.lock());
            self.wake.notify_all();
        }
    }

    fn passed(&self, round: usize) -> bool {
        self.round.load(Ordering::SeqCst) != round || self.broken.load(Ordering::SeqCst)
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
            self.barrier.broken.store(true, Ordering::SeqCst);
            self.barrier.rouse();
        }
    }
}
