//! The generator.

use std::convert::Infallible;

use rand_core::{Rng as _, SeedableRng, TryRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

use super::{box_muller, stream};

/// A generator of random numbers: xoshiro256++ (Blackman and Vigna, 2019), seeded through SplitMix64.
///
/// There is no global one: whatever needs randomness is handed a generator. A seed determines all that follows, on
/// every machine, for any number of threads and in every version of this crate; a saved generator continues where it
/// was. Not for cryptography.
///
/// It implements the traits of [`rand_core`], so the distributions of other crates can draw from it.
///
/// ```
/// use backprop_tensor::{Rng, Tensor};
///
/// let mut rng = Rng::seed(0);
/// let weights = Tensor::<f32>::uniform([784, 128], -0.1, 0.1, &mut rng)?;
/// let mut other = Rng::seed(0);
/// assert_eq!(weights, Tensor::<f32>::uniform([784, 128], -0.1, 0.1, &mut other)?);
/// assert_eq!(rng, other);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u64; 4]", into = "[u64; 4]")]
pub struct Rng {
    inner: Xoshiro256PlusPlus,
}

impl Rng {
    /// The generator of this seed.
    pub fn seed(seed: u64) -> Self {
        Self {
            inner: Xoshiro256PlusPlus::seed_from_u64(seed),
        }
    }

    /// 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.inner.next_u64()
    }

    /// A seed for another generator.
    #[inline]
    pub fn next_seed(&mut self) -> u64 {
        self.next_u64()
    }

    /// A generator of its own, as good as independent of this one and of others split off it.
    #[must_use]
    pub fn split(&mut self) -> Self {
        Self::from(std::array::from_fn(|_| stream::mix(self.next_u64())))
    }

    /// A number from the uniform distribution over `[0, 1)`, a multiple of 2^-53.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        box_muller::uniform(self.next_u64())
    }

    /// A number from the normal distribution with mean 0 and standard deviation 1 (Box and Muller, 1958), up to 8.6 either side.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        let (u, v) = (self.next_u64(), self.next_u64());
        box_muller::normals(u, v).0
    }

    /// One of the numbers below `n`, each as likely (Lemire, 2019); 0 if `n` is 0.
    #[inline]
    pub fn below(&mut self, n: usize) -> usize {
        stream::below(n as u64, || self.next_u64()) as usize
    }

    /// Brings the items into a random order, each order as likely (Fisher and Yates, 1938).
    ///
    /// ```
    /// # use backprop_tensor::Rng;
    /// let mut items = ["a", "b", "c"];
    /// Rng::seed(1).shuffle(&mut items);
    /// items.sort();
    /// assert_eq!(items, ["a", "b", "c"]);
    /// ```
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// The numbers below `n` in a random order.
    ///
    /// # Errors
    /// [`Error::Memory`] if there is none for so many.
    pub fn permutation(&mut self, n: usize) -> Result<Vec<usize>> {
        let mut numbers = Vec::new();
        let bytes = n.saturating_mul(size_of::<usize>());
        numbers
            .try_reserve_exact(n)
            .map_err(|_| Error::Memory { bytes })?;
        numbers.extend(0..n);
        self.shuffle(&mut numbers);
        Ok(numbers)
    }
}

/// The state of the generator; all zeros, which no generator can be in, stand for seed 0.
impl From<[u64; 4]> for Rng {
    fn from(state: [u64; 4]) -> Self {
        let mut bytes = [0; 32];
        for (bytes, word) in bytes.chunks_mut(8).zip(state) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self::from_seed(bytes)
    }
}

/// The state of the generator.
impl From<Rng> for [u64; 4] {
    fn from(rng: Rng) -> Self {
        let bytes = rng.inner.state();
        let (words, _) = bytes.as_chunks::<8>();
        std::array::from_fn(|i| u64::from_le_bytes(words[i]))
    }
}

impl SeedableRng for Rng {
    type Seed = [u8; 32];

    fn from_seed(seed: Self::Seed) -> Self {
        Self {
            inner: Xoshiro256PlusPlus::from_seed(seed),
        }
    }

    fn seed_from_u64(seed: u64) -> Self {
        Self::seed(seed)
    }
}

impl TryRng for Rng {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.inner.try_next_u32()
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.inner.try_next_u64()
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        self.inner.try_fill_bytes(target)
    }
}
