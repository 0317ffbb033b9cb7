//! A barrier for a fixed team whose steps take microseconds: it spins, then it sleeps.
//!
//! Every worker counts its rounds in a cache line of its own and looks at the lines of the others: one way between
//! two processors, not several, and nobody waits for a place to write.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

/// Turns of spinning, some hundred microseconds, before the processor is left to others. Waking a sleeper
/// takes tens of microseconds: a worker must not fall asleep while another one is being woken, or they
/// would take turns in sleeping from then on.
const SPINS: u32 = 10_000;

/// A count in a cache line of its own; processors fetch lines in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Rounds(AtomicUsize);

/// Meeting point of a fixed number of workers.
#[derive(Debug)]
pub(super) struct Barrier {
    /// How often each has come.
    rounds: Vec<Rounds>,
    broken: AtomicBool,
    /// How many sleep, or are about to.
    sleepers: AtomicUsize,
    bed: Mutex<()>,
    wake: Condvar,
}

impl Barrier {
    pub fn new(team: usize) -> Self {
        let rounds = (0..team).map(|_| Rounds::default()).collect();
        let (sleepers, broken) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (bed, wake) = (Mutex::new(()), Condvar::new());
        Self { rounds, broken, sleepers, bed, wake }
    }

    /// Waits until all have come, one of whom is `own`; `false` if one of them never will.
    pub fn wait(&self, own: usize) -> bool {
        if self.rounds.len() == 1 {
            return true;
        }
        let round = self.rounds[own].0.load(Ordering::Relaxed).wrapping_add(1);
        self.rounds[own].0.store(round, Ordering::SeqCst);
        self.rouse();
        for _ in 0..SPINS {
            if self.passed(round) {
                return !self.broken.load(Ordering::Acquire);
            }
            std::hint::spin_loop();
        }
        // Counted before looking again, as whoever comes looks at the count after its own round has
        // changed: one of the two sees the other.
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

    /// Whether everybody has come to this round: some may be in the next one already.
    fn passed(&self, round: usize) -> bool {
        let come =
            |rounds: &Rounds| rounds.0.load(Ordering::SeqCst).wrapping_sub(round) as isize >= 0;
        self.rounds.iter().all(come) || self.broken.load(Ordering::SeqCst)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_ahead_by_more_than_a_round_even_if_some_are_slow() {
        let team = 4;
        let barrier = Barrier::new(team);
        let done: Vec<AtomicUsize> = (0..team).map(|_| AtomicUsize::new(0)).collect();
        std::thread::scope(|scope| {
            for own in 0..team {
                let (barrier, done) = (&barrier, &done);
                scope.spawn(move || {
                    for round in 0..300 {
                        // Long enough for the others to fall asleep.
                        if round % 100 == 25 * own {
                            std::thread::sleep(std::time::Duration::from_millis(3));
                        }
                        done[own].store(round + 1, Ordering::Relaxed);
                        assert!(barrier.wait(own));
                        let all = done.iter().map(|d| d.load(Ordering::Relaxed));
                        assert!(all.clone().all(|d| d == round + 1 || d == round + 2));
                    }
                });
            }
        });
    }

    #[test]
    fn who_never_comes_does_not_hold_up_the_others() {
        let barrier = Barrier::new(2);
        let told = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| barrier.wait(0));
            let failing = scope.spawn(|| {
                let _guard = barrier.guard();
                std::panic::resume_unwind(Box::new("on purpose"));
            });
            assert!(failing.join().is_err());
            waiting.join()
        });
        assert!(matches!(told, Ok(false)));
    }
}
