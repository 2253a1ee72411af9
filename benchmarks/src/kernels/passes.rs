//! Passes over memory: elementwise operations, reductions, rows, copies and updates.

use super::{Bound, Kernel, Pass, Prepared, Step, named};
use crate::Result;
use backprop_autodiff::ops::Targets;
use backprop_autodiff::{Tape, Var};
use backprop_tensor::{Float, Rng, Tensor, kernel};

/// What fits in the first-level cache, partly and in the second, and in none that a core has for itself.
const LENGTHS: &[usize] = &[1_000, 10_000, 100_000, 1_000_000];

type Formula<T> = fn(&Tensor<T>) -> backprop_tensor::Result<()>;

/// A formula for both types, and the pass it is compared with.
struct Both {
    name: &'static str,
    pass: Pass,
    f32: Formula<f32>,
    f64: Formula<f64>,
}

macro_rules! both {
    ($($name:literal $pass:ident |$x:ident| $formula:expr;)*) => {
        &[$(Both {
            name: $name,
            pass: Pass::$pass,
            f32: |$x| $formula.map(drop),
            f64: |$x| $formula.map(drop),
        }),*]
    };
}

/// Of a row of numbers: arithmetic, functions, reductions.
const FORMULAS: &[Both] = both! {
    "abs" Copy |x| x.abs();
    "relu" Copy |x| x.relu();
    "add" Copy |x| x.try_add(x);
    "mul" Copy |x| x.try_mul(x);
    "mul_add" Copy |x| x.apply(&kernel!(|x, y| x * y + y), &[x]);
    "div" Copy |x| x.try_div(x);
    "sqrt" Copy |x| x.sqrt();
    "exp" Copy |x| x.exp();
    "log" Copy |x| x.log();
    "tanh" Copy |x| x.tanh();
    "sigmoid" Copy |x| x.sigmoid();
    "erf" Copy |x| x.erf();
    "powf" Copy |x| x.powf(2.5);
    "sum" Read |x| x.sum(..);
    "mean" Read |x| x.mean(..);
    "max" Read |x| x.max(..);
    "argmax" Read |x| x.argmax(..);
    "var" Read |x| x.var(.., 1);
    "norm" Read |x| x.norm(..);
    "cumsum" Copy |x| x.cumsum(0);
};

const DOUBLE: usize = 100_000;

/// Of a matrix: reductions of its rows and of its columns, and of sums with a part of it.
const OF_MATRICES: &[Both] = both! {
    "sum of all" Read |x| x.sum(..);
    "mean of all" Read |x| x.mean(..);
    "max of all" Read |x| x.max(..);
    "argmax of all" Read |x| x.argmax(..);
    "var of all" Read |x| x.var(.., 1);
    "norm of all" Read |x| x.norm(..);
    "sum of rows" Read |x| x.sum(1);
    "sum of columns" Read |x| x.sum(0);
    "mean of rows" Read |x| x.mean(1);
    "mean of columns" Read |x| x.mean(0);
    "max of rows" Read |x| x.max(1);
    "max of columns" Read |x| x.max(0);
    "argmax of rows" Read |x| x.argmax(1);
    "argmax of columns" Read |x| x.argmax(0);
    "var of rows" Read |x| x.var(1, 1);
    "var of columns" Read |x| x.var(0, 1);
    "norm of rows" Read |x| x.norm(1);
    "norm of columns" Read |x| x.norm(0);
    "cumsum of rows" Copy |x| x.cumsum(1);
    "cumsum of columns" Copy |x| x.cumsum(0);
    "add a number" Copy |x| x.try_add(&x.select(0, 0)?.select(0, 0)?);
    "add a row" Copy |x| x.try_add(&x.select(0, 0)?);
    "add a column" Copy |x| x.try_add(&x.slice(1, ..1)?);
};

const SQUARE: [usize; 2] = [1000, 1000];

/// Many short rows.
const NARROW: [usize; 2] = [50_000, 32];

/// Of three axes: sums with a part of it.
const OF_CUBES: &[Both] = both! {
    "add of the outer axis" Copy |x| x.try_add(&x.slice(1, ..1)?.slice(2, ..1)?);
    "add of the middle axis" Copy |x| x.try_add(&x.slice(0, ..1)?.slice(2, ..1)?);
    "add of the inner axis" Copy |x| x.try_add(&x.slice(0, ..1)?.slice(1, ..1)?);
    "add of the outer axes" Copy |x| x.try_add(&x.slice(2, ..1)?);
    "add of the inner axes" Copy |x| x.try_add(&x.slice(0, ..1)?);
    "add of the ends" Copy |x| x.try_add(&x.slice(1, ..1)?);
};

const CUBE: [usize; 3] = [100, 100, 100];

macro_rules! rows {
    ($($name:literal $pass:ident $shape:expr, |$x:ident| $formula:expr;)*) => {
        &[$(($name, |$x| $formula.map(drop), Pass::$pass, $shape)),*]
    };
}

/// By name, formula, pass, rows and columns.
const ROWS: &[(&str, Formula<f32>, Pass, [usize; 2])] = rows! {
    "add the transpose" Copy SQUARE, |x| x.try_add(&x.transpose(0, 1)?);
    "exp of the transpose" Copy SQUARE, |x| x.transpose(0, 1)?.exp();
    "sum of the transpose" Read SQUARE, |x| x.transpose(0, 1)?.sum(..);
    // Few classes, a thousand, and a vocabulary.
    "softmax" Copy [64, 10], |x| x.softmax(1);
    "softmax" Copy [256, 10], |x| x.softmax(1);
    "softmax" Copy [64, 1000], |x| x.softmax(1);
    "softmax" Copy SQUARE, |x| x.softmax(1);
    "softmax" Copy [32, 50_000], |x| x.softmax(1);
    "softmax down" Copy SQUARE, |x| x.softmax(0);
    "log_softmax" Copy [64, 1000], |x| x.log_softmax(1);
    "log_softmax" Copy SQUARE, |x| x.log_softmax(1);
};

type Activation<T = f32> = fn(&Var<T>) -> Var<T>;

/// Forward, and back from the sum of the results.
const ACTIVATIONS: &[(&str, Activation)] = &[
    ("relu and back", Var::relu),
    ("tanh and back", Var::tanh),
    ("sigmoid and back", Var::sigmoid),
    ("gelu and back", Var::gelu),
];

/// Few classes of few samples and of many, a thousand, and a vocabulary.
const CLASSES: &[[usize; 2]] = &[
    [64, 10],
    [256, 10],
    [100_000, 8],
    [64, 1000],
    [256, 1000],
    SQUARE,
    [32, 50_000],
];

/// What one score of each row is larger by: nothing, or so much that its probability is nearly 1.
const LIFTS: &[(&str, f64)] = &[("", 0.0), ("certain ", 20.0)];

pub fn all() -> Vec<Kernel> {
    let mut kernels = Vec::new();
    for &Both { name, pass, f32, f64 } in FORMULAS {
        for length in LENGTHS {
            kernels.push(formula(format!("{name} {length}"), f32, pass, &[*length]));
        }
        kernels.push(formula(format!("{name} f64 {DOUBLE}"), f64, pass, &[DOUBLE]));
    }
    for &Both { name, pass, f32, f64 } in OF_MATRICES {
        for shape in [SQUARE, NARROW] {
            kernels.push(formula(named(name, &shape), f32, pass, &shape));
            kernels.push(formula(named(&format!("{name} f64"), &shape), f64, pass, &shape));
        }
    }
    for &Both { name, pass, f32, f64 } in OF_CUBES {
        kernels.push(formula(named(name, &CUBE), f32, pass, &CUBE));
        kernels.push(formula(named(&format!("{name} f64"), &CUBE), f64, pass, &CUBE));
    }
    for &(name, f, pass, shape) in ROWS {
        kernels.push(formula(named(name, &shape), f, pass, &shape));
    }
    for length in LENGTHS {
        kernels.push(axpy(*length));
        kernels.extend(ACTIVATIONS.iter().map(|&(name, f)| and_back(name, f, *length)));
    }
    for shape in CLASSES {
        for lift in LIFTS {
            kernels.extend(of_classes::<f32>("", *lift, *shape));
        }
    }
    kernels.extend(of_classes::<f64>("f64 ", LIFTS[0], SQUARE));
    kernels
}

/// Softmax and its logarithm, trained, and the cross entropies with classes and with probabilities.
fn of_classes<T: Float>(
    element: &str,
    (certain, lift): (&str, f64),
    shape: [usize; 2],
) -> impl Iterator<Item = Kernel>
where
    for<'a> Targets<T>: From<&'a Tensor<T>>,
{
    let name = |family: &str| format!("{family} {certain}{element}{}x{}", shape[0], shape[1]);
    [
        trained::<T>(name("softmax trained"), |x| x.softmax(1), lift, shape),
        trained::<T>(name("log_softmax trained"), |x| x.log_softmax(1), lift, shape),
        cross_entropy::<T>(name("cross_entropy"), lift, shape),
        dense_cross_entropy::<T>(name("dense cross_entropy"), lift, shape),
    ]
    .into_iter()
}

fn formula<T: Float>(name: String, formula: Formula<T>, pass: Pass, shape: &[usize]) -> Kernel {
    let shape = shape.to_vec();
    Kernel {
        name,
        bound: Bound::Memory {
            pass,
            // In numbers of f32.
            elements: shape.iter().product::<usize>() * size_of::<T>() / size_of::<f32>(),
        },
        prepare: Box::new(move |_| {
            let x = Tensor::<f64>::uniform(&shape, 0.1, 1.0, &mut Rng::seed(0))?.cast()?;
            let ours: Step = Box::new(move || formula(&x).map_err(Into::into));
            Ok(Prepared { ours, gemm: None })
        }),
    }
}

/// y += a x, in place.
fn axpy(length: usize) -> Kernel {
    Kernel {
        name: format!("axpy {length}"),
        bound: Bound::Memory {
            pass: Pass::Update,
            elements: length,
        },
        prepare: Box::new(move |_| {
            let x: Tensor = Tensor::uniform([length], 0.1, 1.0, &mut Rng::seed(0))?;
            let mut y = x.neg()?;
            let kernel = kernel!(mut y; x; a: 1e-9 => { y += a * x; });
            let ours: Step = Box::new(move || Ok(Tensor::update(&kernel, &mut [&mut y], &[&x])?));
            Ok(Prepared { ours, gemm: None })
        }),
    }
}

fn and_back(name: &str, function: Activation, length: usize) -> Kernel {
    Kernel {
        name: format!("{name} {length}"),
        bound: Bound::Memory {
            pass: Pass::Copy,
            elements: length,
        },
        prepare: Box::new(move |_| {
            let x: Tensor = Tensor::uniform([length], -3.0, 3.0, &mut Rng::seed(0))?;
            let ours: Step = Box::new(move || {
                let tape = Tape::training(0);
                function(&tape.variable(x.clone())).sum(..).backward()?;
                Ok(())
            });
            Ok(Prepared { ours, gemm: None })
        }),
    }
}

/// A function of a matrix, and its gradient for some gradient of the result.
fn trained<T: Float>(name: String, formula: Activation<T>, lift: f64, shape: [usize; 2]) -> Kernel {
    of_scores::<T>(name, lift, shape, move |scores, rng| {
        let gradient = Tensor::uniform(shape, -T::ONE, T::ONE, rng)?;
        Ok(Box::new(move || {
            let tape = Tape::training(0);
            formula(&tape.variable(scores.clone())).backward_from(gradient.clone())?;
            Ok(())
        }))
    })
}

/// The loss and its gradient.
fn cross_entropy<T: Float>(name: String, lift: f64, shape: [usize; 2]) -> Kernel {
    of_scores::<T>(name, lift, shape, move |scores, rng| {
        let targets = Tensor::random_integers([shape[0]], 0, shape[1] as i64, rng)?;
        Ok(Box::new(move || {
            let tape = Tape::training(0);
            tape.variable(scores.clone()).cross_entropy(&targets).backward()?;
            Ok(())
        }))
    })
}

/// The same with a probability for each class.
fn dense_cross_entropy<T: Float>(name: String, lift: f64, shape: [usize; 2]) -> Kernel
where
    for<'a> Targets<T>: From<&'a Tensor<T>>,
{
    of_scores::<T>(name, lift, shape, move |scores, rng| {
        let targets = Tensor::uniform(shape, T::ZERO, T::ONE, rng)?.softmax(1)?;
        Ok(Box::new(move || {
            let tape = Tape::training(0);
            tape.variable(scores.clone()).cross_entropy(&targets).backward()?;
            Ok(())
        }))
    })
}

fn of_scores<T: Float>(
    name: String,
    lift: f64,
    shape: [usize; 2],
    step: impl Fn(Tensor<T>, &mut Rng) -> Result<Step> + 'static,
) -> Kernel {
    Kernel {
        name,
        bound: Bound::Memory {
            pass: Pass::Copy,
            elements: shape[0] * shape[1] * size_of::<T>() / size_of::<f32>(),
        },
        prepare: Box::new(move |_| {
            let mut rng = Rng::seed(0);
            let mut scores = Tensor::uniform(shape, -T::ONE, T::ONE, &mut rng)?;
            for (i, row) in scores.as_mut_slice()?.chunks_mut(shape[1]).enumerate() {
                row[i % shape[1]] += T::from_f64(lift);
            }
            let ours = step(scores, &mut rng)?;
            Ok(Prepared { ours, gemm: None })
        }),
    }
}
