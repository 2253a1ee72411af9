//! The stream of random words behind a piece of a tensor: eight interleaved xoshiro256++ generators, which a
//! vector unit steps at once.

/// Elements a piece, each with a stream of its own, so that threads can fill pieces in any order.
pub(crate) const PIECE: usize = 1 << 15;

const LANES: usize = 8;

/// Words that are made at once.
pub(crate) const BLOCK: usize = 64;

/// The output function of SplitMix64 (Steele, Lea and Flood, 2014), a bijection that scatters.
#[inline(always)]
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Output number `index` of the SplitMix64 that was seeded with `seed`.
#[inline(always)]
fn split_mix(seed: u64, index: usize) -> u64 {
    const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
    mix(seed.wrapping_add(STEP.wrapping_mul(index as u64 + 1)))
}

/// Words for the elements of one piece, determined by the fill's key and the piece's place.
#[derive(Debug)]
pub(crate) struct Stream {
    state: [[u64; LANES]; 4],
    block: [u64; BLOCK],
    used: usize,
}

impl Stream {
    /// The stream of the piece that begins at element `start`.
    #[inline(always)]
    pub(crate) fn new(key: u64, start: usize) -> Self {
        let seed = split_mix(key, start / PIECE);
        // The words are distinct, so no lane has the state 0.
        let state =
            std::array::from_fn(|word| std::array::from_fn(|lane| split_mix(seed, word * LANES + lane)));
        Self {
            state,
            block: [0; BLOCK],
            used: BLOCK,
        }
    }

    /// The next words.
    #[inline(always)]
    pub(crate) fn words(&mut self) -> [u64; BLOCK] {
        let [mut a, mut b, mut c, mut d] = self.state;
        let mut words = [0; BLOCK];
        for out in words.as_chunks_mut::<LANES>().0 {
            for i in 0..LANES {
                out[i] = a[i].wrapping_add(d[i]).rotate_left(23).wrapping_add(a[i]);
                let shifted = b[i] << 17;
                c[i] ^= a[i];
                d[i] ^= b[i];
                b[i] ^= c[i];
                a[i] ^= d[i];
                c[i] ^= shifted;
                d[i] = d[i].rotate_left(45);
            }
        }
        self.state = [a, b, c, d];
        words
    }

    /// The next word, for methods that need a varying number of them.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> u64 {
        if self.used == BLOCK {
            self.block = self.words();
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    /// A number below `n` without bias, as [`below`]; 0 if `n` is 0.
    #[inline(always)]
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        below(n, || self.next())
    }
}

/// A number below `n` without bias (Lemire, Fast random integer generation in an interval, 2019); 0 if `n` is 0.
#[inline(always)]
pub(crate) fn below(n: u64, mut next: impl FnMut() -> u64) -> u64 {
    loop {
        let product = u128::from(next()) * u128::from(n);
        let low = product as u64;
        // Of the 2^64 words, the 2^64 mod n that would make some results likelier are thrown away.
        if low >= n || low >= n.wrapping_neg() % n.max(1) {
            return (product >> 64) as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_core::{Rng as _, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn every_lane_is_xoshiro256_plus_plus() {
        let mut stream = Stream::new(7, 3 * PIECE);
        let mut lanes: [_; LANES] = std::array::from_fn(|lane| {
            let mut seed = [0; 32];
            for (word, bytes) in seed.chunks_mut(8).enumerate() {
                bytes.copy_from_slice(&stream.state[word][lane].to_le_bytes());
            }
            Xoshiro256PlusPlus::from_seed(seed)
        });
        for _ in 0..3 {
            for (i, &word) in stream.words().iter().enumerate() {
                assert_eq!(word, lanes[i % LANES].next_u64());
            }
        }
    }

    #[test]
    fn split_mix_is_what_xoshiro_is_seeded_with() {
        let state = Xoshiro256PlusPlus::seed_from_u64(5).state();
        for (i, bytes) in state.chunks(8).enumerate() {
            assert_eq!(split_mix(5, i).to_le_bytes(), bytes);
        }
    }

    #[test]
    fn below_throws_away_what_would_bias() {
        // 2^64 mod 3 = 1: of all words only 0 is refused.
        let mut words = [0, 0, u64::MAX].into_iter();
        assert_eq!(below(3, || words.next().unwrap()), 2);
        assert_eq!(below(3, || 1), 0);
        assert_eq!(below(0, || 0), 0);
        assert_eq!(below(1, || 0), 0);
        assert_eq!(below(u64::MAX, || u64::MAX), u64::MAX - 1);
    }
}
