//! Groups whose cells are joined by gap junctions, advanced side by side.
//!
//! Every implicit step is solved for all groups at once: each group solves its own trees with the
//! potentials that the other ends of its junctions are expected to reach, the outcome replaces the
//! expectation, and this is repeated until it changes no more. A junction's own conductance is on
//! the diagonal of every tree, so the error shrinks each time by the factor `g/(g + c/h + …)` at
//! least, for any conductance.
//!
//! Whether to go on is decided for each set of cells that hang together through junctions, by that
//! set alone. Neither the threads nor the grouping nor other cells can therefore change a bit.

use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};

use crate::engine::Group;
use crate::error::RunError;
use crate::model::CableModel;

/// Change of the potential between repetitions below which it counts as found `[mV]`.
const TOLERANCE_MV: f64 = 1e-10;
/// Repetitions after which a step is given up.
const LIMIT: usize = 2000;

/// Which junctions hang together, and which groups have any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Coupling {
    /// Of each junction, the number of the set that it belongs to.
    set: Vec<usize>,
    sets: usize,
    /// Cells of each junction, for messages.
    cells: Vec<[usize; 2]>,
}

impl Coupling {
    /// The junctions of a model; their ends go to the groups of their cells.
    pub(crate) fn new(model: &CableModel, home: &[(usize, usize)], groups: &mut [Group]) -> Self {
        for (number, gap) in model.gaps.iter().enumerate() {
            for (side, &(cell, node)) in gap.ends.iter().enumerate() {
                let (group, slot) = home[cell];
                let at = groups[group].layout.at(slot, node);
                groups[group].add_gap(at, number, side, gap.conductance_us);
            }
        }
        let cells: Vec<[usize; 2]> = model.gaps.iter().map(|g| g.ends.map(|e| e.0)).collect();
        let mut root: Vec<usize> = (0..home.len()).collect();
        for &[a, b] in &cells {
            let (a, b) = (find(&mut root, a), find(&mut root, b));
            root[a.max(b)] = a.min(b);
        }
        let mut names: Vec<usize> = cells.iter().map(|c| find(&mut root, c[0])).collect();
        let mut known = names.clone();
        known.sort_unstable();
        known.dedup();
        for name in &mut names {
            *name = known.partition_point(|k| k < name);
        }
        Self { set: names, sets: known.len(), cells }
    }

    /// Whether there are no junctions.
    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Advances all groups that have junctions to a stamp. Errors come with the number of their
    /// group, in no order.
    pub(crate) fn advance(
        &self,
        groups: &mut [Group],
        until: u64,
        threads: usize,
    ) -> Result<Vec<(usize, RunError)>, RunError> {
        let mut members: Vec<(usize, &mut Group)> =
            groups.iter_mut().enumerate().filter(|(_, g)| !g.gaps.ends.is_empty()).collect();
        let threads = threads.clamp(1, members.len().max(1));
        let each = members.len().div_ceil(threads).max(1);
        let chunks: Vec<&mut [(usize, &mut Group)]> = members.chunks_mut(each).collect();
        let shared = Shared {
            coupling: self,
            barrier: Barrier::new(chunks.len()),
            ends: Mutex::new(Ends::new(self)),
            errors: Mutex::new(Vec::new()),
        };
        let mut chunks = chunks.into_iter();
        let first = chunks.next();
        std::thread::scope(|scope| {
            let helpers: Vec<_> =
                chunks.map(|chunk| scope.spawn(|| shared.work(chunk, until))).collect();
            if let Some(chunk) = first {
                shared.work(chunk, until);
            }
            let lost = helpers.into_iter().filter_map(|h| h.join().err()).count();
            if lost == 0 { Ok(()) } else { Err(RunError::Worker) }
        })?;
        Ok(shared.errors.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

fn find(root: &mut [usize], mut cell: usize) -> usize {
    while root[cell] != cell {
        root[cell] = root[root[cell]];
        cell = root[cell];
    }
    cell
}

/// What the workers see together.
struct Shared<'a> {
    coupling: &'a Coupling,
    barrier: Barrier,
    ends: Mutex<Ends>,
    errors: Mutex<Vec<(usize, RunError)>>,
}

/// Potentials of all ends.
#[derive(Debug)]
struct Ends {
    /// What the last solution used …
    expected: Vec<f64>,
    /// … and what it came to.
    found: Vec<f64>,
    /// Whether a set has not settled yet.
    open: Vec<bool>,
    rounds: usize,
    settled: bool,
    /// A junction that did not settle.
    stuck: Option<usize>,
}

impl Ends {
    fn new(coupling: &Coupling) -> Self {
        let n = 2 * coupling.set.len();
        Self {
            expected: vec![0.0; n],
            found: vec![0.0; n],
            open: vec![true; coupling.sets],
            rounds: 0,
            settled: false,
            stuck: None,
        }
    }

    /// Takes over what was found, for the sets that have not settled.
    fn compare(&mut self, coupling: &Coupling) {
        let mut moving = vec![None; coupling.sets];
        for (k, (expected, found)) in self.expected.iter().zip(&self.found).enumerate() {
            // A potential that is no number settles nothing and is named elsewhere.
            if (expected - found).abs() > TOLERANCE_MV {
                moving[coupling.set[k / 2]] = Some(k / 2);
            }
        }
        for (open, moving) in self.open.iter_mut().zip(&moving) {
            *open &= moving.is_some();
        }
        for (k, expected) in self.expected.iter_mut().enumerate() {
            if self.open[coupling.set[k / 2]] {
                *expected = self.found[k];
            }
        }
        self.rounds += 1;
        self.settled = !self.open.contains(&true);
        if !self.settled && self.rounds == LIMIT {
            self.stuck = moving.into_iter().flatten().next();
            self.settled = true;
        }
        if self.settled {
            self.open.fill(true);
            self.rounds = 0;
        }
    }
}

impl Shared<'_> {
    fn ends(&self) -> MutexGuard<'_, Ends> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One worker: its groups, step by step, in time with the others.
    fn work(&self, groups: &mut [(usize, &mut Group)], until: u64) {
        let mut others = Vec::new();
        while groups[0].1.step < until {
            for stage in 0..groups[0].1.stages() {
                for (_, group) in groups.iter_mut() {
                    group.begin_stage(stage, &mut self.ends().expected);
                }
                self.barrier.wait();
                loop {
                    others.clone_from(&self.ends().expected);
                    for (_, group) in groups.iter_mut() {
                        group.try_stage(&others);
                        group.show_ends(&mut self.ends().found);
                    }
                    if self.barrier.wait().is_leader() {
                        self.ends().compare(self.coupling);
                    }
                    self.barrier.wait();
                    if self.ends().settled {
                        break;
                    }
                }
                for (_, group) in groups.iter_mut() {
                    group.end_stage(stage);
                }
            }
            let stuck = self.ends().stuck;
            for (number, group) in groups.iter_mut() {
                let done = match stuck {
                    Some(junction) => Err(RunError::Junctions {
                        t_ms: group.time((group.step + 1) as f64),
                        junction,
                        cells: self.coupling.cells[junction],
                    }),
                    None => group.end_step(),
                };
                if let Err(error) = done {
                    let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
                    errors.push((*number, error));
                }
            }
            self.barrier.wait();
            if !self.errors.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
                return;
            }
            // Nobody may fail in the next step before everybody has looked.
            self.barrier.wait();
        }
    }
}
