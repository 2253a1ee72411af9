//! Copies: transposes, permutations, joins, and rows by their indices.

use super::{Bound, Kernel, Pass, Prepared, Step};
use backprop_tensor::{Numeric, Result, Rng, Tensor};

type Copy<T> = fn(&Tensor<T>) -> Result<Tensor<T>>;

/// A name, a copy, how many times as much it reads and writes as its operand has, and shapes of that.
type Copies = (&'static str, Copy<f32>, usize, &'static [&'static [usize]]);

const COPIES: &[Copies] = &[
    ("transpose", |x| x.transpose(0, 1)?.contiguous(), 1, MATRICES),
    (
        "to channels last",
        |x| x.permute([0, 2, 3, 1])?.contiguous(),
        1,
        &[&[64, 32, 28, 28]],
    ),
    (
        "to channels first",
        |x| x.permute([0, 3, 1, 2])?.contiguous(),
        1,
        &[&[64, 28, 28, 32], &[64, 224, 224, 3]],
    ),
    (
        "swap the outer axes",
        |x| x.transpose(0, 1)?.contiguous(),
        1,
        &[&[64, 128, 64]],
    ),
    (
        "reverse the axes",
        |x| x.permute([2, 1, 0])?.contiguous(),
        1,
        &[&[100, 100, 100]],
    ),
    ("flip", |x| x.flip(1)?.contiguous(), 1, &[&[1000, 1000]]),
    (
        "slice",
        |x| x.slice(1, 1..)?.contiguous(),
        1,
        &[&[1000, 1001], &[100_000, 9]],
    ),
    ("concat rows", |x| Tensor::concat(&[x, x], 0), 2, &[&[500, 1000]]),
    (
        "concat columns",
        |x| Tensor::concat(&[x, x], 1),
        2,
        &[&[1000, 500], &[100_000, 4]],
    ),
    ("stack", |x| Tensor::stack(&[x; 32], 0), 32, &[&[32, 1000]]),
    (
        "pad",
        |x| x.pad(&[(0, 0), (0, 0), (1, 1), (1, 1)], 0.0),
        1,
        &[&[64, 16, 28, 28]],
    ),
    ("zeros", |x| Tensor::zeros(x.shape()), 1, &[&[1000, 1000]]),
];

const MATRICES: &[&[usize]] = &[
    &[100, 100],
    &[256, 256],
    &[1000, 1000],
    &[2048, 2048],
    &[100_000, 8],
    &[8, 100_000],
    &[100_000, 3],
];

const DOUBLES: &[&[usize]] = &[&[100, 100], &[1000, 1000], &[2048, 2048]];

type Indexed = fn(&Tensor, &Tensor<i64>) -> Result<Tensor>;

/// By name, what is done with a matrix and as many indices as it has rows, and shapes.
const INDEXED: &[(&str, Indexed, &[[usize; 2]])] = &[
    (
        "index_select",
        |x, index| x.index_select(0, index),
        &[[1000, 1000], [50_000, 64], [100_000, 4]],
    ),
    (
        "index_add",
        |x, index| x.index_add(0, index, x),
        &[[1000, 1000], [50_000, 64]],
    ),
    (
        "gather",
        |x, index| x.gather(1, &index.unsqueeze(1)?.broadcast_to(x.shape())?),
        &[[1000, 1000]],
    ),
    (
        "scatter_add",
        |x, index| x.scatter_add(1, &index.unsqueeze(1)?.broadcast_to(x.shape())?, x),
        &[[1000, 1000]],
    ),
];

pub fn all() -> Vec<Kernel> {
    let mut kernels = Vec::new();
    for &(name, copy, times, shapes) in COPIES {
        kernels.extend(shapes.iter().map(|&shape| of(name, copy, times, shape)));
    }
    kernels.extend(
        DOUBLES
            .iter()
            .map(|&shape| of::<f64>("transpose f64", |x| x.transpose(0, 1)?.contiguous(), 1, shape)),
    );
    for &(name, formula, shapes) in INDEXED {
        kernels.extend(shapes.iter().map(|&shape| indexed(name, formula, shape)));
    }
    kernels
}

fn of<T: Numeric>(name: &str, copy: Copy<T>, times: usize, shape: &[usize]) -> Kernel {
    let shape = shape.to_vec();
    Kernel {
        name: named(name, &shape),
        bound: Bound::Memory {
            pass: Pass::Copy,
            elements: times * shape.iter().product::<usize>() * size_of::<T>() / size_of::<f32>(),
        },
        prepare: Box::new(move |_| {
            let x = Tensor::<f32>::uniform(&shape, 0.0, 1.0, &mut Rng::seed(0))?.cast::<T>()?;
            let ours: Step = Box::new(move || copy(&x).map(drop).map_err(Into::into));
            Ok(Prepared { ours, gemm: None })
        }),
    }
}

fn indexed(name: &str, formula: Indexed, shape: [usize; 2]) -> Kernel {
    Kernel {
        name: named(name, &shape),
        bound: Bound::Memory {
            pass: Pass::Copy,
            elements: shape.iter().product(),
        },
        prepare: Box::new(move |_| {
            let mut rng = Rng::seed(0);
            let x = Tensor::uniform(shape, 0.0, 1.0, &mut rng)?;
            let index = Tensor::random_integers([shape[0]], 0, shape[0] as i64, &mut rng)?;
            let ours: Step = Box::new(move || formula(&x, &index).map(drop).map_err(Into::into));
            Ok(Prepared { ours, gemm: None })
        }),
    }
}

fn named(name: &str, shape: &[usize]) -> String {
    let lengths: Vec<_> = shape.iter().map(usize::to_string).collect();
    format!("{name} {}", lengths.join("x"))
}
