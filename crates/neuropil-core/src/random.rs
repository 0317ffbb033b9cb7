//! Counter-based random numbers: a value depends only on (seed, purpose, entity, index).
//!
//! Philox4x32-10 of Salmon, Moraes, Dror & Shaw (2011), SC'11, doi:10.1145/2063384.2063405.
//! No stream has state that threads could share, so results cannot depend on how work is split.

const M0: u32 = 0xD251_1F53;
const M1: u32 = 0xCD9E_8D57;
const W0: u32 = 0x9E37_79B9;
const W1: u32 = 0xBB67_AE85;

/// One Philox4x32-10 block: 128 random bits for a counter under a key.
///
/// ```
/// use neuropil_core::random::philox;
/// // Known answer of the Random123 distribution for the zero counter and key.
/// assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
/// ```
#[inline(always)]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let p0 = u64::from(M0) * u64::from(c0);
        let p1 = u64::from(M1) * u64::from(c2);
        (c0, c1, c2, c3) =
            ((p1 >> 32) as u32 ^ c1 ^ k0, p1 as u32, (p0 >> 32) as u32 ^ c3 ^ k1, p0 as u32);
        k0 = k0.wrapping_add(W0);
        k1 = k1.wrapping_add(W1);
    }
    [c0, c1, c2, c3]
}

/// The Philox key of a purpose (`"connect"`, `"poisson"`, …) and its index under a user's seed.
///
/// Distinct (seed, purpose, index) give unrelated keys (64-bit FNV-1a, then a SplitMix64 finish).
pub fn key(seed: u64, purpose: &str, index: u64) -> [u32; 2] {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let bytes = purpose.bytes().chain([0]).chain(seed.to_le_bytes()).chain(index.to_le_bytes());
    for byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^= hash >> 31;
    [hash as u32, (hash >> 32) as u32]
}

/// A stream of random numbers for one entity (a neuron, a synapse row, …) under a key.
///
/// ```
/// use neuropil_core::random::{Stream, key};
/// let draws: Vec<f64> = (0..2).map(|_| Stream::new(key(7, "doc", 0), 3).uniform()).collect();
/// assert_eq!(draws[0], draws[1]); // same address, same number
/// ```
#[derive(Debug, Clone)]
pub struct Stream {
    key: [u32; 2],
    entity: u64,
    index: u64,
    block: [u32; 4],
    used: usize,
}

impl Stream {
    /// The stream of `entity`, at its beginning.
    pub const fn new(key: [u32; 2], entity: u64) -> Self {
        Self { key, entity, index: 0, block: [0; 4], used: 4 }
    }

    /// The next 32 random bits.
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        if self.used == 4 {
            let counter = [
                self.entity as u32,
                (self.entity >> 32) as u32,
                self.index as u32,
                (self.index >> 32) as u32,
            ];
            self.block = philox(counter, self.key);
            self.index += 1;
            self.used = 0;
        }
        let bits = self.block[self.used];
        self.used += 1;
        bits
    }

    /// Fills `out` with random words, beginning with a fresh block: faster than one at a time.
    ///
    /// # Panics
    /// If the length is not a multiple of 4.
    #[inline(always)]
    pub fn fill(&mut self, out: &mut [u32]) {
        assert!(out.len().is_multiple_of(4), "words come in blocks of four");
        let (entity, key, first) = (self.entity, self.key, self.index);
        let [low, high] = [entity as u32, (entity >> 32) as u32];
        // Sixteen counters side by side: the loop over them is what becomes vectors.
        for (part, words) in out.chunks_mut(64).enumerate() {
            let mut side = [[0u32; 16]; 4];
            for lane in 0..16 {
                let index = first + (part * 16 + lane) as u64;
                let block = philox([low, high, index as u32, (index >> 32) as u32], key);
                for (row, word) in side.iter_mut().zip(block) {
                    row[lane] = word;
                }
            }
            for (k, word) in words.iter_mut().enumerate() {
                *word = side[k % 4][k / 4];
            }
        }
        self.index += out.len() as u64 / 4;
        self.used = 4;
    }

    /// The next 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        u64::from(self.next_u32()) << 32 | u64::from(self.next_u32())
    }

    /// Uniform in [0, 1) with 53 random bits.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in (0, 1]: safe under a logarithm.
    #[inline]
    pub fn uniform_open(&mut self) -> f64 {
        1.0 - self.uniform()
    }

    /// Uniform integer in `0..n`, without bias (Lemire 2019, doi:10.1145/3230636).
    ///
    /// # Panics
    /// If `n` is 0.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        assert!(n > 0, "a draw from nothing");
        let mut product = u64::from(self.next_u32()) * u64::from(n);
        if (product as u32) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u32) < threshold {
                product = u64::from(self.next_u32()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }

    /// Standard normal (Box–Muller: Box & Muller 1958, doi:10.1214/aoms/1177706645).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform_open().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -self.uniform_open().ln()
    }

    /// Poisson with the given mean, exact for any mean ≥ 0: inversion, large means halved.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        if mean > 16.0 {
            // A Poisson variable is the sum of two independent ones of half the mean.
            return self.poisson(0.5 * mean) + self.poisson(0.5 * mean);
        }
        let limit = (-mean).exp();
        let mut product = self.uniform_open();
        let mut count = 0;
        while product > limit {
            product *= self.uniform_open();
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers_of_random123() {
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn moments_are_right() {
        let mut stream = Stream::new(key(1, "test", 0), 0);
        let n = 100_000;
        let normal: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let mean = normal.iter().sum::<f64>() / f64::from(n);
        let var = normal.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n);
        assert!(mean.abs() < 0.013 && (var - 1.0).abs() < 0.018); // 4 standard errors
        for rate in [0.02, 2.0, 40.0] {
            let counts: Vec<f64> = (0..n).map(|_| stream.poisson(rate) as f64).collect();
            let mean = counts.iter().sum::<f64>() / f64::from(n);
            assert!((mean - rate).abs() < 4.0 * (rate / f64::from(n)).sqrt(), "mean {mean}");
        }
    }

    #[test]
    fn filling_is_drawing_block_by_block() {
        let mut stream = Stream::new(key(1, "fill", 0), 1 << 40);
        let mut filled = [0; 204];
        stream.fill(&mut filled);
        let mut single = Stream::new(key(1, "fill", 0), 1 << 40);
        assert!(filled.iter().all(|word| *word == single.next_u32()));
        assert_eq!(stream.next_u64(), single.next_u64());
    }

    #[test]
    fn streams_are_frozen() {
        let mut stream = Stream::new(key(42, "frozen", 1), 5);
        let drawn = [stream.next_u32(), stream.next_u32(), stream.below(1000), stream.below(7)];
        assert_eq!(drawn, FROZEN);
    }

    /// Changing these numbers changes every user's results: announce it in the changelog.
    const FROZEN: [u32; 4] = [2_629_727_956, 1_833_228_110, 425, 0];
}
