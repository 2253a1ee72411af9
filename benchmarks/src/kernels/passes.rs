//! Passes over memory: elementwise operations, reductions, softmax and its relatives.

use super::{Bound, Kernel, Pass, Prepared, Step};
use backprop_autodiff::{Tape, Var};
use backprop_tensor::{Rng, Tensor};

/// What fits in the first-level cache, in the second, and in none.
const LENGTHS: &[usize] = &[1_000, 100_000, 4_000_000];

type Unary = fn(&Tensor) -> backprop_tensor::Result<Tensor>;

/// By name, formula and pass.
const UNARY: &[(&str, Unary, Pass)] = &[
    ("abs", |x| x.abs(), Pass::Copy),
    ("exp", |x| x.exp(), Pass::Copy),
    ("tanh", |x| x.tanh(), Pass::Copy),
    ("sigmoid", |x| x.sigmoid(), Pass::Copy),
    ("sqrt", |x| x.sqrt(), Pass::Copy),
    ("add", |x| x.try_add(x), Pass::Copy),
    ("sum", |x| x.sum(..), Pass::Read),
    ("max", |x| x.max(..), Pass::Read),
    ("var", |x| x.var(.., 1), Pass::Read),
];

/// By name, formula, pass, and shapes.
const ROWS: &[(&str, Unary, Pass, &[[usize; 2]])] = &[
    ("sum of rows", |x| x.sum(1), Pass::Read, &[[1000, 1000]]),
    ("sum of columns", |x| x.sum(0), Pass::Read, &[[1000, 1000]]),
    ("softmax", |x| x.softmax(1), Pass::Copy, SOFTMAX),
    ("softmax down", |x| x.softmax(0), Pass::Copy, &[[1000, 1000]]),
    (
        "log_softmax",
        |x| x.log_softmax(1),
        Pass::Copy,
        &[[64, 1000], [1000, 1000]],
    ),
];

/// Few classes, a thousand, and a vocabulary.
const SOFTMAX: &[[usize; 2]] = &[[64, 10], [256, 10], [64, 1000], [1000, 1000], [32, 50_000]];

type Differentiable = fn(&Var) -> Var;

/// Forward and backward.
const TRAINED: &[(&str, Differentiable)] = &[
    ("softmax trained", |x| x.softmax(1)),
    ("log_softmax trained", |x| x.log_softmax(1)),
];

pub fn all() -> Vec<Kernel> {
    let mut kernels = Vec::new();
    for &(name, formula, pass) in UNARY {
        kernels.extend(
            LENGTHS
                .iter()
                .map(|&length| unary(format!("{name} {length}"), formula, pass, &[length])),
        );
    }
    for &(name, formula, pass, shapes) in ROWS {
        kernels.extend(
            shapes
                .iter()
                .map(|&shape| unary(named(name, shape), formula, pass, &shape)),
        );
    }
    for &(name, formula) in TRAINED {
        kernels.extend([[64, 1000], [1000, 1000]].map(|shape| trained(name, formula, shape)));
    }
    kernels.extend([[64, 10], [256, 10], [256, 1000], [32, 50_000]].map(cross_entropy));
    kernels
}

fn named(name: &str, [rows, columns]: [usize; 2]) -> String {
    format!("{name} {rows}x{columns}")
}

fn unary(name: String, formula: Unary, pass: Pass, shape: &[usize]) -> Kernel {
    let shape = shape.to_vec();
    Kernel {
        name,
        bound: Bound::Memory {
            pass,
            elements: shape.iter().product(),
        },
        prepare: Box::new(move |_| {
            let x = Tensor::uniform(&shape, 0.1, 1.0, &mut Rng::seed(0))?;
            let ours: Step = Box::new(move || formula(&x).map(drop).map_err(Into::into));
            Ok(Prepared { ours, gemm: None })
        }),
    }
}

/// A function of a matrix, and its gradient for some gradient of the result.
fn trained(name: &str, formula: Differentiable, shape: [usize; 2]) -> Kernel {
    Kernel {
        name: named(name, shape),
        bound: Bound::Memory {
            pass: Pass::Copy,
            elements: shape.iter().product(),
        },
        prepare: Box::new(move |_| {
            let mut rng = Rng::seed(0);
            let x: Tensor = Tensor::uniform(shape, -1.0, 1.0, &mut rng)?;
            let gradient = Tensor::uniform(shape, -1.0, 1.0, &mut rng)?;
            let ours: Step = Box::new(move || {
                let tape = Tape::training(0);
                let y = formula(&tape.variable(x.clone()));
                (y * &tape.input(gradient.clone())).sum(..).backward()?;
                Ok(())
            });
            Ok(Prepared { ours, gemm: None })
        }),
    }
}

/// The loss and its gradient.
fn cross_entropy([rows, classes]: [usize; 2]) -> Kernel {
    Kernel {
        name: named("cross_entropy", [rows, classes]),
        bound: Bound::Memory {
            pass: Pass::Copy,
            elements: rows * classes,
        },
        prepare: Box::new(move |_| {
            let mut rng = Rng::seed(0);
            let logits: Tensor = Tensor::uniform([rows, classes], -1.0, 1.0, &mut rng)?;
            let targets = Tensor::random_integers([rows], 0, classes as i64, &mut rng)?;
            let ours: Step = Box::new(move || {
                let tape = Tape::training(0);
                tape.variable(logits.clone()).cross_entropy(&targets).backward()?;
                Ok(())
            });
            Ok(Prepared { ours, gemm: None })
        }),
    }
}
