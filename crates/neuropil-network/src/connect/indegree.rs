//! Fixed in-degree: every target draws its sources uniformly.

use neuropil_core::random::Stream;

use super::{Blocks, Drawn};

/// See [`crate::description::Rule::FixedIndegree`].
#[derive(Debug)]
pub struct Indegree {
    pub(super) blocks: Blocks,
    pub(super) skip: Option<i64>,
    pub(super) multapses: bool,
    pub(super) key: [u32; 2],
}

impl Indegree {
    pub(super) fn of(&self, target: u32, drawn: &mut Drawn) {
        let mut stream = Stream::new(self.key, u64::from(target));
        let own = self.skip.map_or(-1, |skip| skip + i64::from(target));
        for (first, size, k) in self.blocks.of_target(target) {
            let own = u32::try_from(own - i64::from(first)).ok().filter(|own| *own < size);
            let begin = drawn.sources.len();
            draw(&mut stream, size, k as usize, own, self.multapses, &mut drawn.sources);
            drawn.sources[begin..].iter_mut().for_each(|s| *s += first);
        }
        drawn.first = 0;
    }
}

/// Draws `k` of `0..n`, never `own`, with or without repetition; appends them.
pub(super) fn draw(
    stream: &mut Stream,
    n: u32,
    k: usize,
    own: Option<u32>,
    repeat: bool,
    out: &mut Vec<u32>,
) {
    if repeat {
        match own {
            None => out.extend((0..k).map(|_| stream.below(n))),
            // One source fewer; those behind the hole move up.
            Some(own) => out.extend((0..k).map(|_| {
                let s = stream.below(n - 1);
                s + u32::from(s >= own)
            })),
        }
        return;
    }
    let pool = n - u32::from(own.is_some());
    let name = |s: u32| s + u32::from(own.is_some_and(|own| s >= own));
    if k * 3 > pool as usize {
        // Selection sampling (Knuth, TAOCP 3.4.2, algorithm S): dense requests never retry.
        let mut wanted = k as u32;
        for s in 0..pool {
            if wanted > 0 && stream.below(pool - s) < wanted {
                out.push(name(s));
                wanted -= 1;
            }
        }
        return;
    }
    let mut taken = vec![0u64; (pool as usize).div_ceil(64)];
    for _ in 0..k {
        loop {
            let s = stream.below(pool);
            let (word, bit) = (s as usize / 64, 1u64 << (s % 64));
            if taken[word] & bit == 0 {
                taken[word] |= bit;
                out.push(name(s));
                break;
            }
        }
    }
}
