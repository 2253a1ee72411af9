//! Filling slices: which numbers, made how.

use crate::Numeric;
use crate::parallel;
use crate::simd::{self, Work};

use super::box_muller::{normals, uniform};
use super::stream::{BLOCK, PIECE, Stream};
use super::truncated::Truncated;

/// Numbers to fill a tensor with, all computed in f64 and then rounded.
#[derive(Debug, Clone, Copy)]
pub enum Distribution {
    /// `low + width * u`, and no more than `top`.
    Uniform { low: f64, width: f64, top: f64 },
    /// `mean + std * z`.
    Normal { mean: f64, std: f64 },
    /// Normal numbers within bounds.
    Truncated(Truncated),
    /// 1 with probability `p`, else 0.
    Bernoulli { p: f64 },
}

impl Distribution {
    #[inline(always)]
    fn sample(&self, stream: &mut Stream, block: &mut [f64; BLOCK]) {
        match *self {
            Self::Uniform { low, width, top } => {
                for (x, word) in block.iter_mut().zip(stream.words()) {
                    let y = low + width * uniform(word);
                    *x = if y > top { top } else { y };
                }
            }
            Self::Normal { mean, std } => {
                let words = stream.words();
                let (first, second) = block.split_at_mut(BLOCK / 2);
                for i in 0..BLOCK / 2 {
                    let (a, b) = normals(words[i], words[i + BLOCK / 2]);
                    first[i] = mean + std * a;
                    second[i] = mean + std * b;
                }
            }
            Self::Truncated(truncated) => {
                for x in block {
                    *x = truncated.sample(stream);
                }
            }
            Self::Bernoulli { p } => {
                for (x, word) in block.iter_mut().zip(stream.words()) {
                    *x = if uniform(word) < p { 1.0 } else { 0.0 };
                }
            }
        }
    }
}

/// Fills `target` with numbers that `key` determines, on several threads if it is long.
pub(crate) fn fill<T: Numeric>(target: &mut [T], key: u64, distribution: &Distribution) {
    parallel::for_each_piece_of_rows(target, PIECE, 2 * PIECE, |start, part| {
        for (piece, target) in part.chunks_mut(PIECE).enumerate() {
            let start = start + piece * PIECE;
            fill_piece(target, key, start, distribution);
        }
    });
}

fn fill_piece<T: Numeric>(target: &mut [T], key: u64, start: usize, distribution: &Distribution) {
    let mut stream = Stream::new(key, start);
    let mut block = [0.0; BLOCK];
    for target in target.chunks_mut(BLOCK) {
        simd::dispatch(Sample {
            distribution,
            stream: &mut stream,
            block: &mut block,
        });
        for (to, &from) in target.iter_mut().zip(&block) {
            *to = T::from_f64(from);
        }
    }
}

/// One block, in f64 whatever the type of the tensor: the long formulas are compiled once for each level, not for each type.
struct Sample<'a> {
    distribution: &'a Distribution,
    stream: &'a mut Stream,
    block: &'a mut [f64; BLOCK],
}

impl Work for Sample<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.distribution.sample(self.stream, self.block);
    }
}

/// Fills `target` with integers from `low` on, `span` different ones, each as likely.
pub(crate) fn fill_integers(target: &mut [i64], key: u64, low: i64, span: u64) {
    parallel::for_each_piece_of_rows(target, PIECE, 2 * PIECE, |start, part| {
        for (piece, target) in part.chunks_mut(PIECE).enumerate() {
            let mut stream = Stream::new(key, start + piece * PIECE);
            for x in target {
                *x = low.wrapping_add_unsigned(stream.below(span));
            }
        }
    });
}
