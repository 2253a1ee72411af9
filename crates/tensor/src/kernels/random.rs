//! Filling a tensor with random numbers.

use crate::counters::{self, Family};
use crate::random::{self, Distribution};

pub trait Random: Sized {
    /// Fills `target` with numbers that `key` determines.
    fn randomize(target: &mut [Self], key: u64, distribution: &Distribution);
}

macro_rules! random {
    ($($t:ty),*) => {
        $(impl Random for $t {
            #[inline(never)]
            fn randomize(target: &mut [Self], key: u64, distribution: &Distribution) {
                counters::kernel(Family::Random, || [0, size_of_val(target)]);
                random::fill(target, key, distribution);
            }
        })*
    };
}
random! { f32, f64, i32, i64, u8 }
