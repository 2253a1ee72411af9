//! What the machine can do: floating-point operations a second, and passes over memory that compute next to nothing.

use crate::timing::microseconds;
use backprop_tensor::simd::{self, Work};
use std::{hint::black_box, sync::Barrier, thread, time::Instant};

/// Repetitions, of which the fastest counts: a limit is what is reached when nothing disturbs.
const ROUNDS: usize = 20;

/// An element that the limits are measured for.
pub trait Element: Copy + Default + Send + Sync + 'static {
    const ONE: Self;
    /// `self * factor + term`, in one instruction where the machine has it.
    fn multiply_add(self, factor: Self, term: Self, fused: bool) -> Self;
    fn add(self, other: Self) -> Self;
}

macro_rules! elements {
    ($($t:ty),*) => { $(impl Element for $t {
        const ONE: Self = 1.0;

        #[inline(always)]
        fn multiply_add(self, factor: Self, term: Self, fused: bool) -> Self {
            if fused { self.mul_add(factor, term) } else { self * factor + term }
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            self + other
        }
    })* };
}
elements! { f32, f64 }

/// Floating-point operations a microsecond, of all threads.
pub fn arithmetic<T: Element>(threads: usize) -> f64 {
    // How many independent sums fill the registers depends on the machine, so some numbers are tried.
    let best = [
        sums::<T, 32>(threads),
        sums::<T, 64>(threads),
        sums::<T, 128>(threads),
        sums::<T, 192>(threads),
        sums::<T, 256>(threads),
    ];
    best.into_iter().fold(0.0, f64::max)
}

fn sums<T: Element, const N: usize>(threads: usize) -> f64 {
    const STEPS: usize = 20_000;
    let time = fastest(
        threads,
        || (),
        |()| {
            black_box(simd::dispatch(Sums::<T, N> {
                factor: black_box(T::ONE),
                steps: STEPS,
            }));
        },
    );
    (2 * N * STEPS * threads) as f64 / time
}

/// `N` sums at once, so many that they do not wait for each other.
struct Sums<T, const N: usize> {
    factor: T,
    steps: usize,
}

impl<T: Element, const N: usize> Work for Sums<T, N> {
    type Output = [T; N];

    #[inline(always)]
    fn run(self) -> [T; N] {
        let fused = simd::level() != simd::Level::Baseline || cfg!(target_arch = "aarch64");
        let mut sums = [T::default(); N];
        for _ in 0..self.steps {
            for sum in &mut sums {
                *sum = sum.multiply_add(self.factor, self.factor, fused);
            }
        }
        sums
    }
}

/// What a pass over memory does with each element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Reads an array.
    Read,
    /// Reads one and writes another.
    Copy,
    /// Reads one and updates another.
    Update,
    /// Reads one and updates two.
    UpdateTwo,
    /// Reads one and updates three.
    UpdateThree,
}

/// Microseconds that a pass over arrays of `elements` takes at least, divided among threads; each of them passes over its part again
/// and again, so that what fits in its caches is there.
pub fn pass<T: Element>(pass: Pass, elements: usize, threads: usize) -> f64 {
    let repeat = (1_usize << 16).div_ceil(elements).max(1);
    let prepare = || std::array::from_fn(|_| vec![T::ONE; elements.div_ceil(threads)]);
    let time = fastest(threads, prepare, |arrays| {
        for _ in 0..repeat {
            black_box(simd::dispatch(Stream { pass, arrays }));
        }
    });
    time / repeat as f64
}

struct Stream<'a, T> {
    pass: Pass,
    arrays: &'a mut [Vec<T>; 4],
}

impl<T: Element> Work for Stream<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run(self) -> T {
        let [x, y, z, w] = self.arrays.each_mut().map(Vec::as_mut_slice);
        match self.pass {
            Pass::Read => return total(x),
            Pass::Copy => y.copy_from_slice(x),
            Pass::Update => {
                for (y, &x) in y.iter_mut().zip(&*x) {
                    *y = y.add(x);
                }
            }
            Pass::UpdateTwo => {
                for ((y, z), &x) in y.iter_mut().zip(z).zip(&*x) {
                    (*y, *z) = (y.add(x), z.add(x));
                }
            }
            Pass::UpdateThree => {
                for (((y, z), w), &x) in y.iter_mut().zip(z).zip(w).zip(&*x) {
                    (*y, *z, *w) = (y.add(x), z.add(x), w.add(x));
                }
            }
        }
        T::default()
    }
}

#[inline(always)]
fn total<T: Element>(x: &[T]) -> T {
    let mut sums = [T::default(); 128];
    let chunks = x.chunks_exact(128);
    for chunk in chunks {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum = sum.add(x);
        }
    }
    sums.into_iter().fold(T::default(), T::add)
}

/// The shortest of several rounds in which all the threads do the same work at the same time.
fn fastest<S>(threads: usize, prepare: impl Fn() -> S + Sync, work: impl Fn(&mut S) + Sync) -> f64 {
    let barrier = Barrier::new(threads);
    let one = || {
        let mut state = prepare();
        let mut best = f64::INFINITY;
        for _ in 0..ROUNDS {
            barrier.wait();
            let start = Instant::now();
            work(&mut state);
            best = best.min(microseconds(start.elapsed()));
        }
        best
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(one)).collect();
        let mine = one();
        others
            .into_iter()
            .map(|other| other.join().unwrap_or(f64::NAN))
            .fold(mine, f64::max)
    })
}
