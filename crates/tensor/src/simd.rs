//! The level of the instruction set, chosen at run time.
//!
//! Loops are written once, as plain Rust that the compiler vectorizes, and compiled three times. A program that was
//! built for any x86-64 machine therefore uses AVX-512 where it finds it. The level can be forced down, by the environment variable
//! `BACKPROP_SIMD` (`baseline`, `avx2` or `avx512`, read once) or by [`set_level`], so that one machine can test all
//! of them; [`level`] says which one is in use. Elementwise operations and reductions give the same bits at every level; matrix products
//! agree to rounding, so training that goes on at another level ends with other bits. A checkpoint knows the level it was written at.
//!
//! Another value of `BACKPROP_SIMD` gets a warning on the standard error output, once, that names it and those there are; the best
//! level is used. It is no error, because the level is first needed in functions that cannot give one, and the results are right at
//! every level; and it is not passed over, because whoever set the variable would take a misspelled level for the wanted one.

pub(crate) mod unaligned;
mod vector;

use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

#[cfg(target_arch = "x86_64")]
pub(crate) use vector::{F32x8, F32x16, F64x4, F64x8};
pub(crate) use vector::{Portable, Vector};

/// A level of the instruction set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Level {
    /// What every machine of the target architecture has (SSE2 on x86-64).
    Baseline = 1,
    /// AVX2 and FMA.
    Avx2 = 2,
    /// AVX-512 F, BW, CD, DQ and VL.
    Avx512 = 3,
}

/// As `BACKPROP_SIMD` has it: `baseline`, `avx2`, `avx512`.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Baseline => "baseline",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        })
    }
}

/// 0 until the level is first asked for.
static LEVEL: AtomicU8 = AtomicU8::new(0);

/// The level in use.
pub fn level() -> Level {
    match LEVEL.load(Relaxed) {
        0 => initial(),
        1 => Level::Baseline,
        2 => Level::Avx2,
        _ => Level::Avx512,
    }
}

/// Uses `level`, or the best the machine has if that is lower, and says which.
pub fn set_level(level: Level) -> Level {
    let level = level.min(detected());
    LEVEL.store(level as u8, Relaxed);
    level
}

/// The best level that this machine has.
pub fn detected() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        macro_rules! has {
            ($($feature:tt),*) => { true $(&& std::is_x86_feature_detected!($feature))* };
        }
        if has!(
            "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx2", "fma", "bmi1", "bmi2"
        ) {
            return Level::Avx512;
        }
        if has!("avx2", "fma", "bmi1", "bmi2") {
            return Level::Avx2;
        }
    }
    Level::Baseline
}

#[cold]
fn initial() -> Level {
    let wanted = match std::env::var_os("BACKPROP_SIMD") {
        Some(text) => parse(&text.to_string_lossy()).unwrap_or_else(|| {
            // Where nobody can read it, it is no reason to stop.
            let _ = writeln!(
                std::io::stderr(),
                "backprop: BACKPROP_SIMD is {text:?}, not one of baseline, avx2, avx512; the best level is used, {}",
                detected()
            );
            Level::Avx512
        }),
        None => Level::Avx512,
    };
    set_level(wanted)
}

/// The level of a value of `BACKPROP_SIMD`; an empty one is none at all.
fn parse(text: &str) -> Option<Level> {
    match text {
        "baseline" => Some(Level::Baseline),
        "avx2" => Some(Level::Avx2),
        "avx512" | "" => Some(Level::Avx512),
        _ => None,
    }
}

/// A loop to be compiled for every level; `run` must be `#[inline(always)]` for that.
pub trait Work {
    /// What the loop computes.
    type Output;

    /// Runs the loop.
    fn run(self) -> Self::Output;
}

/// Runs `work` with the instructions of the level in use.
#[inline]
pub fn dispatch<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `set_level` lets no level through that the machine does not have.
        Level::Avx512 => return unsafe { avx512(work) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { avx2(work) },
        Level::Baseline => {}
    }
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi1,bmi2")]
fn avx512<W: Work>(work: W) -> W::Output {
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi1,bmi2")]
fn avx2<W: Work>(work: W) -> W::Output {
    work.run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_can_be_forced_down_but_not_beyond_the_machine() {
        for level in [Level::Baseline, Level::Avx2, Level::Avx512] {
            assert_eq!(set_level(level), level.min(detected()));
            assert_eq!(super::level(), level.min(detected()));
            assert_eq!(parse(&level.to_string()), Some(level));
        }
    }
}
