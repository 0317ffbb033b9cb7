//! From bit planes to counts, with the best instructions that the machine has.

use std::any::Any;

use pulp::Simd;

/// 64-bit words in a row of one block.
pub(super) const WORDS: usize = crate::neurons::BLOCK / 64;

/// `SPREAD[b]` has bit `k` of `b` as its byte `k`.
static SPREAD: [u64; 256] = {
    let mut table = [0u64; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            table[byte] |= ((byte as u64 >> bit) & 1) << (8 * bit);
            bit += 1;
        }
        byte += 1;
    }
    table
};

/// The counts of 64 targets from `used` bit planes, at most 8: `word(p)` holds bit `p` of each.
#[inline(always)]
pub(super) fn spread<S: Simd>(simd: S, used: usize, word: impl Fn(usize) -> u64) -> [u8; 64] {
    // The type of `simd` is known when this is compiled: only one branch is left.
    #[cfg(target_arch = "x86_64")]
    {
        let simd: &dyn Any = &simd;
        if let Some(simd) = simd.downcast_ref::<pulp::x86::V4>() {
            return spread_avx512(*simd, used, word);
        }
        if let Some(simd) = simd.downcast_ref::<pulp::x86::V3>() {
            return spread_avx2(*simd, used, word);
        }
    }
    let _: &dyn Any = &simd;
    spread_portable(used, word)
}

#[inline(always)]
fn spread_portable(used: usize, word: impl Fn(usize) -> u64) -> [u8; 64] {
    let mut sums = [0u64; 8];
    for p in 0..used {
        for (sum, byte) in sums.iter_mut().zip(word(p).to_le_bytes()) {
            *sum += SPREAD[usize::from(byte)] << p;
        }
    }
    let mut counts = [0u8; 64];
    for (sum, counts) in sums.iter().zip(counts.as_chunks_mut::<8>().0) {
        *counts = sum.to_le_bytes();
    }
    counts
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn spread_avx512(simd: pulp::x86::V4, used: usize, word: impl Fn(usize) -> u64) -> [u8; 64] {
    let mut sum = simd.avx512f._mm512_setzero_si512();
    for p in 0..used {
        let bit = simd.avx512f._mm512_set1_epi8((1u8 << p) as i8);
        sum = simd.avx512bw._mm512_mask_add_epi8(sum, word(p), sum, bit);
    }
    pulp::cast(sum)
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn spread_avx2(simd: pulp::x86::V3, used: usize, word: impl Fn(usize) -> u64) -> [u8; 64] {
    let (avx, avx2) = (simd.avx, simd.avx2);
    // Byte k of a lane looks at byte k / 8 of the word, at its bit k % 8.
    let which = avx._mm256_setr_epi64x(
        0,
        0x0101_0101_0101_0101,
        0x0202_0202_0202_0202,
        0x0303_0303_0303_0303,
    );
    let bit = avx._mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    let mut halves = [[0u8; 32]; 2];
    for (h, half) in halves.iter_mut().enumerate() {
        let mut sum = avx._mm256_setzero_si256();
        for p in 0..used {
            let half = avx._mm256_set1_epi32((word(p) >> (32 * h)) as i32);
            let bytes = avx2._mm256_shuffle_epi8(half, which);
            let set = avx2._mm256_cmpeq_epi8(avx2._mm256_and_si256(bytes, bit), bit);
            let value = avx2._mm256_and_si256(set, avx._mm256_set1_epi8((1u8 << p) as i8));
            sum = avx2._mm256_add_epi8(sum, value);
        }
        *half = pulp::cast(sum);
    }
    let mut counts = [0u8; 64];
    counts[..32].copy_from_slice(&halves[0]);
    counts[32..].copy_from_slice(&halves[1]);
    counts
}

#[cfg(test)]
mod tests {
    use neuropil_core::random::{Stream, key};

    use super::*;

    #[test]
    fn all_instruction_sets_agree() {
        let mut stream = Stream::new(key(1, "spread", 0), 0);
        for used in 0..=8 {
            for _ in 0..20 {
                let planes: [u64; 8] = std::array::from_fn(|_| stream.next_u64());
                let word = |p: usize| planes[p];
                let portable = spread(pulp::Scalar, used, word);
                for (k, count) in portable.iter().enumerate() {
                    let bits = (0..used).map(|p| ((planes[p] >> k & 1) as u8) << p);
                    assert_eq!(*count, bits.sum::<u8>());
                }
                #[cfg(target_arch = "x86_64")]
                {
                    if let Some(simd) = pulp::x86::V3::try_new() {
                        assert_eq!(spread(simd, used, word), portable);
                    }
                    if let Some(simd) = pulp::x86::V4::try_new() {
                        assert_eq!(spread(simd, used, word), portable);
                    }
                }
            }
        }
    }
}
