//! Copies: transposes, permutations, joins, and rows by their indices.

use super::{Bound, Kernel, Pass, Prepared, Step, named};
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

type Formula<T> = fn(&Tensor<T>, &Tensor<i64>) -> Result<Tensor<T>>;

/// What is done with a matrix and indices: as many as it has rows, or one for each element.
struct Indexed {
    name: &'static str,
    for_each_element: bool,
    f32: Formula<f32>,
    f64: Formula<f64>,
    shapes: &'static [[usize; 2]],
}

macro_rules! indexed {
    ($($name:literal $for_each_element:literal $shapes:expr, |$x:ident, $index:ident| $formula:expr;)*) => {
        &[$(Indexed {
            name: $name,
            for_each_element: $for_each_element,
            f32: |$x, $index| $formula,
            f64: |$x, $index| $formula,
            shapes: $shapes,
        }),*]
    };
}

const SHAPES: &[[usize; 2]] = &[[1000, 1000], [50_000, 32]];

const INDEXED: &[Indexed] = indexed! {
    "index_select" false &[[1000, 1000], [50_000, 64], [50_000, 32], [100_000, 4]], |x, index| x.index_select(0, index);
    "index_add" false &[[1000, 1000], [50_000, 64], [50_000, 32]], |x, index| x.index_add(0, index, x);
    "gather" true SHAPES, |x, index| x.gather(1, index);
    "gather down" true SHAPES, |x, index| x.gather(0, index);
    "scatter_add" true SHAPES, |x, index| x.scatter_add(1, index, x);
    "scatter_add down" true SHAPES, |x, index| x.scatter_add(0, index, x);
    // The same index for the whole of a row.
    "gather repeated" false SHAPES, |x, index| x.gather(0, &index.unsqueeze(1)?.broadcast_to(x.shape())?);
    "scatter_add repeated" false SHAPES, |x, index| x.scatter_add(0, &index.unsqueeze(1)?.broadcast_to(x.shape())?, x);
};

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
    for each in INDEXED {
        for &shape in each.shapes {
            kernels.push(indexed(each.name, each.f32, each.for_each_element, shape));
            let name = format!("{} f64", each.name);
            kernels.push(indexed(&name, each.f64, each.for_each_element, shape));
        }
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

fn indexed<T: Numeric>(name: &str, formula: Formula<T>, for_each_element: bool, shape: [usize; 2]) -> Kernel {
    Kernel {
        name: named(name, &shape),
        bound: Bound::Memory {
            pass: Pass::Copy,
            elements: shape.iter().product::<usize>() * size_of::<T>() / size_of::<f32>(),
        },
        prepare: Box::new(move |_| {
            let mut rng = Rng::seed(0);
            let x = Tensor::<f32>::uniform(shape, 0.0, 1.0, &mut rng)?.cast::<T>()?;
            // Inside both axes.
            let end = if for_each_element {
                shape[0].min(shape[1])
            } else {
                shape[0]
            };
            let indices = if for_each_element { &shape[..] } else { &shape[..1] };
            let index = Tensor::random_integers(indices, 0, end as i64, &mut rng)?;
            let ours: Step = Box::new(move || formula(&x, &index).map(drop).map_err(Into::into));
            Ok(Prepared { ours, gemm: None })
        }),
    }
}
