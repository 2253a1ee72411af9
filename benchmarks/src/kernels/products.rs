//! Products of matrices.

use super::{Bound, Kernel, Prepared, Step, rival::Rival};
use crate::Result;
use backprop_tensor::{Float, Rng, Tensor, kernel, math};

/// Rows and columns of the result, and terms of a sum.
pub type Size = [usize; 3];

const SQUARES: &[usize] = &[32, 64, 128, 256, 512, 1024, 2048, 4096];

/// The tall, wide and shallow ones of networks.
const NETWORKS: &[Size] = &[
    [256, 1024, 784],
    [256, 1024, 1024],
    [1024, 1024, 256],
    [64, 256, 784],
    [784, 256, 64],
    [12544, 64, 288],
    [3136, 32, 9],
    [50176, 32, 9],
    [1, 256, 784],
];

/// Which operand is a transpose of what is in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Orientation {
    /// Neither.
    Plain,
    /// The right one: `x Wᵀ`, a layer's outputs.
    Right,
    /// The left one: `gᵀ x`, the gradient of its weights.
    Left,
}

pub fn all() -> Vec<Kernel> {
    let squares = SQUARES.iter().map(|&n| [n, n, n]);
    let sizes: Vec<Size> = squares.chain(NETWORKS.iter().copied()).collect();
    let mut kernels: Vec<_> = sizes
        .iter()
        .map(|&size| matmul::<f32>(size, Orientation::Plain))
        .collect();
    let turned = [
        [64, 256, 784],
        [256, 1024, 1024],
        [1024, 1024, 256],
        [1024, 1024, 1024],
    ];
    for orientation in [Orientation::Right, Orientation::Left] {
        kernels.extend(turned.map(|size| matmul::<f32>(size, orientation)));
    }
    let double = [
        [64, 64, 64],
        [256, 256, 256],
        [1024, 1024, 1024],
        [256, 1024, 784],
    ];
    kernels.extend(double.map(|size| matmul::<f64>(size, Orientation::Plain)));
    kernels.extend([[64, 256, 784], [256, 1024, 1024]].map(linear));
    kernels
}

fn matmul<T: Float + Rival>(size: Size, orientation: Orientation) -> Kernel {
    let [m, n, k] = size;
    let double = size_of::<T>() == size_of::<f64>();
    let letter = match orientation {
        Orientation::Plain => "",
        Orientation::Right => " right transposed",
        Orientation::Left => " left transposed",
    };
    Kernel {
        name: format!(
            "matmul {} {m}x{n}x{k}{letter}",
            if double { "f64" } else { "f32" }
        ),
        bound: bound(size, double),
        prepare: Box::new(move |threads| {
            let mut rng = Rng::seed(0);
            let mut random = |shape: [usize; 2], transposed| -> Result<Tensor<T>> {
                let [rows, columns] = shape;
                let tensor = if transposed {
                    Tensor::<f64>::uniform([columns, rows], -1.0, 1.0, &mut rng)?.transpose(0, 1)?
                } else {
                    Tensor::<f64>::uniform([rows, columns], -1.0, 1.0, &mut rng)?
                };
                Ok(tensor.cast()?)
            };
            let left = random([m, k], orientation == Orientation::Left)?;
            let right = random([k, n], orientation == Orientation::Right)?;
            let gemm = T::rival(&left, &right, threads);
            let ours: Step = Box::new(move || left.matmul(&right).map(drop).map_err(Into::into));
            Ok(Prepared { ours, gemm })
        }),
    }
}

/// A product with its bias and activation.
fn linear(size: Size) -> Kernel {
    let [m, n, k] = size;
    Kernel {
        name: format!("linear+relu f32 {m}x{n}x{k}"),
        bound: bound(size, false),
        prepare: Box::new(move |_| {
            let mut rng = Rng::seed(0);
            let x: Tensor = Tensor::uniform([m, k], -1.0, 1.0, &mut rng)?;
            let weight = Tensor::uniform([n, k], -1.0, 1.0, &mut rng)?;
            let bias = Tensor::uniform([n], -1.0, 1.0, &mut rng)?;
            let relu = kernel!(|x| math::max(x, 0.0));
            let ours: Step = Box::new(move || {
                x.linear(&weight, Some(&bias), Some(&relu))
                    .map(drop)
                    .map_err(Into::into)
            });
            Ok(Prepared { ours, gemm: None })
        }),
    }
}

fn bound([m, n, k]: Size, double: bool) -> Bound {
    Bound::Arithmetic {
        operations: 2.0 * m as f64 * n as f64 * k as f64,
        double,
    }
}
