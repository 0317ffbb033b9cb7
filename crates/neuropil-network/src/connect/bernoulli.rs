//! Independent pairs: from one source to the next by geometric gaps, so that the work is
//! proportional to the synapses, not to the pairs.

use neuropil_core::random::Stream;

use super::{Blocks, Drawn};

/// See [`crate::description::Rule::PairwiseBernoulli`].
#[derive(Debug)]
pub struct Bernoulli {
    pub(super) blocks: Blocks,
    pub(super) skip: Option<i64>,
    pub(super) key: [u32; 2],
}

impl Bernoulli {
    pub(super) fn of(&self, target: u32, drawn: &mut Drawn) {
        let mut stream = Stream::new(self.key, u64::from(target));
        let own = self.skip.map_or(-1, |skip| skip + i64::from(target));
        for (first, size, p) in self.blocks.of_target(target) {
            let passes = p.ceil().max(1.0);
            for _ in 0..passes as usize {
                successes(&mut stream, size, p / passes, |s| {
                    if i64::from(first + s) != own {
                        drawn.sources.push(first + s);
                    }
                });
            }
        }
        drawn.first = 0;
    }
}

/// Calls `hit` for every success of `n` independent trials, ascending.
pub(super) fn successes(stream: &mut Stream, n: u32, p: f64, mut hit: impl FnMut(u32)) {
    if p >= 1.0 {
        (0..n).for_each(hit);
        return;
    }
    if p <= 0.0 {
        return;
    }
    let scale = (-p).ln_1p().recip();
    let mut next = -1.0_f64;
    loop {
        next += 1.0 + (stream.uniform_open().ln() * scale).floor();
        if next >= f64::from(n) {
            return;
        }
        hit(next as u32);
    }
}
