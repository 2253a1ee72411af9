//! What several test files share: tensors of any shape, seen through any views.
#![allow(dead_code)] // Each file uses a part.

use backprop_tensor::{Element, Tensor};
use proptest::prelude::*;

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
