//! Passes over memory: elementwise operations, reductions, rows, copies and updates.

use super::{Bound, Kernel, Pass, Prepared, Step};
use backprop_autodiff::Tape;
use backprop_layers::{Layer, Linear};
use backprop_optim::{Adam, Optimizer, Sgd};
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

/// By name, formula, pass, rows and columns.
const ROWS: &[(&str, Unary, Pass, [usize; 2])] = &[
    ("sum of rows", |x| x.sum(1), Pass::Read, [1000, 1000]),
    ("sum of columns", |x| x.sum(0), Pass::Read, [1000, 1000]),
    ("softmax", |x| x.softmax(1), Pass::Copy, [64, 10]),
    ("softmax", |x| x.softmax(1), Pass::Copy, [1000, 1000]),
    ("log_softmax", |x| x.log_softmax(1), Pass::Copy, [1000, 1000]),
    (
        "transpose",
        |x| x.transpose(0, 1)?.contiguous(),
        Pass::Copy,
        [256, 256],
    ),
    (
        "transpose",
        |x| x.transpose(0, 1)?.contiguous(),
        Pass::Copy,
        [2048, 2048],
    ),
    (
        "copy",
        |x| x.slice(1, 1..)?.contiguous(),
        Pass::Copy,
        [1000, 1001],
    ),
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
    for &(name, formula, pass, [rows, columns]) in ROWS {
        kernels.push(unary(
            format!("{name} {rows}x{columns}"),
            formula,
            pass,
            &[rows, columns],
        ));
    }
    kernels.push(cross_entropy([64, 10]));
    kernels.push(cross_entropy([256, 1000]));
    kernels.push(update("sgd", Pass::Update, || Box::new(Sgd::new(1e-9))));
    kernels.push(update("adam", Pass::UpdateThree, || Box::new(Adam::new(1e-9))));
    kernels
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

/// The loss and its gradient.
fn cross_entropy([rows, classes]: [usize; 2]) -> Kernel {
    Kernel {
        name: format!("cross_entropy {rows}x{classes}"),
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

/// A step of an optimizer over a million parameters.
fn update(name: &str, pass: Pass, optimizer: fn() -> Box<dyn Optimizer>) -> Kernel {
    const SIDE: usize = 1000;
    Kernel {
        name: format!("{name} {}", SIDE * SIDE),
        bound: Bound::Memory {
            pass,
            elements: SIDE * SIDE,
        },
        prepare: Box::new(move |_| {
            let mut rng = Rng::seed(0);
            let mut model = Linear::builder(SIDE, SIDE).bias(false).build(&mut rng);
            let x = Tensor::uniform([1, SIDE], -1.0, 1.0, &mut rng)?;
            let gradients = model.forward(&Tape::training(0).input(x)).sum(..).backward()?;
            let mut optimizer = optimizer();
            let ours: Step = Box::new(move || Ok(optimizer.step(&mut model, &gradients)?));
            Ok(Prepared { ours, gemm: None })
        }),
    }
}
