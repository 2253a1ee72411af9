//! What several test files share: tensors of any shape, seen through any views, and pools of threads.
#![allow(dead_code)] // Each file uses a part.

use backprop_tensor::{Element, Tensor};
use proptest::prelude::*;
use proptest::sample::select;

/// Small tensors of rank 0 to 4, numbered from 0.
pub fn tensor() -> impl Strategy<Value = Tensor<i64>> {
    proptest::collection::vec(0..4_usize, 0..5).prop_map(|dims| {
        let count: usize = dims.iter().product();
        Tensor::from_slice(&(0..count as i64).collect::<Vec<_>>(), dims).unwrap()
    })
}

/// All indices of a shape in row-major order.
pub fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    shape.iter().fold(vec![vec![]], |heads, &length| {
        heads
            .iter()
            .flat_map(|head| (0..length).map(move |i| [&head[..], &[i]].concat()))
            .collect()
    })
}

/// Any chain of views of such a tensor.
pub fn viewed() -> impl Strategy<Value = Tensor<i64>> {
    (tensor(), steps()).prop_map(|(x, steps)| view(x, &steps))
}

/// The kind of a view and two numbers to choose its arguments by.
pub type Step = (u8, usize, usize);

/// Any chain of views, for [`view`].
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0..6_u8, any::<usize>(), any::<usize>()), 0..4)
}

/// The tensor through a chain of views.
pub fn view<T: Element>(mut x: Tensor<T>, steps: &[Step]) -> Tensor<T> {
    for &(kind, a, b) in steps {
        let rank = x.rank();
        if rank == 0 {
            return x;
        }
        let axis = (a % rank) as isize;
        let length = x.shape()[a % rank];
        x = match kind {
            0 => x.transpose(axis, (b % rank) as isize),
            1 => x.slice(axis, b % (length + 1)..),
            2 => x.flip(axis),
            3 => x.slice_step(axis, .., if b % 2 == 0 { 2 } else { -2 }),
            4 => x.unsqueeze(axis),
            _ if length > 0 => x.select(axis, b % length),
            _ => Ok(x.clone()),
        }
        .unwrap();
    }
    x
}

/// Numbers that look random, in -1..1, most of them small.
pub fn noise(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed | 1;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1_u64 << 23) as f64 - 1.0
    };
    (0..count).map(|_| next().powi(3)).collect()
}

/// Shapes with lengths about the sizes at which the kernels change their ways.
pub fn large_shape() -> impl Strategy<Value = Vec<usize>> {
    let lengths = select(vec![1, 2, 3, 7, 16, 31, 64, 65, 130, 300, 1025, 2100]);
    proptest::collection::vec(lengths, 1..5).prop_map(|mut dims| {
        while dims.iter().product::<usize>() > 100_000 {
            dims.pop();
        }
        dims
    })
}

pub fn large(steps: &[Step], shape: &[usize], seed: u64) -> Tensor<f64> {
    let x = Tensor::from_slice(&noise(shape.iter().product(), seed), shape).unwrap();
    // Removing axes would leave little.
    let steps: Vec<_> = steps.iter().copied().filter(|&(kind, ..)| kind < 5).collect();
    view(x, &steps)
}

/// The sum, and the sum of absolute values, with a compensated sum in f64.
pub fn exact_sum(elements: &[f64]) -> (f64, f64) {
    let (mut sum, mut lost, mut size) = (0.0_f64, 0.0, 0.0);
    for &x in elements {
        let next = sum + x;
        lost += if sum.abs() >= x.abs() {
            (sum - next) + x
        } else {
            (x - next) + sum
        };
        sum = next;
        size += x.abs();
    }
    (sum + lost, size)
}

/// What the work gives on so many threads.
pub fn on<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(work)
}
