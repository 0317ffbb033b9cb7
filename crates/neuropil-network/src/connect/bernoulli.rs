//! Independent pairs: dense requests decide every pair, in vectors; sparse ones go from one source
//! to the next by geometric gaps, so that the work is proportional to the synapses.

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
        for (first, size, p) in self.blocks.of_target(target) {
            let passes = p.ceil().max(1.0);
            for _ in 0..passes as usize {
                successes(&mut stream, first, size, p / passes, &mut drawn.sources);
            }
        }
        if let Some(own) = self.skip.and_then(|s| u32::try_from(s + i64::from(target)).ok()) {
            drawn.sources.retain(|s| *s != own);
        }
        drawn.first = 0;
    }
}

/// Below this probability gaps are drawn, above it every trial.
const SPARSE: f64 = 0.04;

/// Appends `first + k` for every success `k` of `n` independent trials, ascending. In dense requests
/// a trial is decided by 32 bits: `p` is honoured to 2⁻³².
pub(super) fn successes(stream: &mut Stream, first: u32, n: u32, p: f64, hits: &mut Vec<u32>) {
    if p >= 1.0 {
        hits.extend(first..first + n);
    } else if p >= SPARSE {
        let limit = (p * 4_294_967_296.0).round().min(4_294_967_295.0) as u32;
        pulp::Arch::new().dispatch(Dense { stream, first, n, limit, hits });
    } else if p > 0.0 {
        let scale = (-p).ln_1p().recip();
        let mut next = -1.0_f64;
        loop {
            next += 1.0 + (stream.uniform_open().ln() * scale).floor();
            if next >= f64::from(n) {
                return;
            }
            hits.push(first + next as u32);
        }
    }
}

/// Trials that are decided one by one.
struct Dense<'a> {
    stream: &'a mut Stream,
    first: u32,
    n: u32,
    limit: u32,
    hits: &'a mut Vec<u32>,
}

/// Trials that are drawn together.
const TOGETHER: usize = 256;

impl pulp::WithSimd for Dense<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let mut draws = [0u32; TOGETHER];
        let mut found = [0u32; TOGETHER];
        let mut begin = 0;
        while begin < self.n {
            let trials = (self.n - begin).min(TOGETHER as u32) as usize;
            self.stream.fill(&mut draws);
            // Written without a branch: half of the guesses about a coin are wrong.
            let mut count = 0;
            for (k, draw) in draws[..trials].iter().enumerate() {
                found[count % TOGETHER] = self.first + begin + k as u32;
                count += usize::from(*draw < self.limit);
            }
            self.hits.extend_from_slice(&found[..count]);
            begin += TOGETHER as u32;
        }
    }
}
