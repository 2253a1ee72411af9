//! Steps of optimizers, and what is done with gradients before them.

use super::{Bound, Kernel, Pass, Prepared, Step};
use backprop_autodiff::{Gradients, Param, Tape};
use backprop_optim::{Adagrad, Adam, AdamW, Optimizer, RmsProp, Sgd, clip_norm};
use backprop_tensor::{Rng, Tensor};

type Make = fn() -> Box<dyn Optimizer>;

/// By name, optimizer, and pass.
const OPTIMIZERS: &[(&str, Make, Pass)] = &[
    ("sgd", || Box::new(Sgd::new(1e-9)), Pass::Update),
    (
        "momentum",
        || Box::new(Sgd::new(1e-9).momentum(0.9)),
        Pass::UpdateTwo,
    ),
    ("adagrad", || Box::new(Adagrad::new(1e-9)), Pass::UpdateTwo),
    ("rmsprop", || Box::new(RmsProp::new(1e-9)), Pass::UpdateTwo),
    ("adam", || Box::new(Adam::new(1e-9)), Pass::UpdateThree),
    ("adamw", || Box::new(AdamW::new(1e-9)), Pass::UpdateThree),
];

/// Parameters of the layers of a network: small ones, and those of the workload W3.
const SMALL: &[usize] = &[10_000; 50];
const LARGE: &[usize] = &[784 * 1024, 1024, 1024 * 1024, 1024, 10 * 1024, 10];

pub fn all() -> Vec<Kernel> {
    let mut kernels = Vec::new();
    for &(name, optimizer, pass) in OPTIMIZERS {
        kernels.push(update(name, pass, optimizer, &[1_000_000]));
    }
    kernels.push(update(
        "adam of a network",
        Pass::UpdateThree,
        || Box::new(Adam::new(1e-9)),
        LARGE,
    ));
    kernels.push(update(
        "adam of small parameters",
        Pass::UpdateThree,
        || Box::new(Adam::new(1e-9)),
        SMALL,
    ));
    kernels.push(clipped());
    kernels
}

/// A step over parameters of these sizes.
fn update(name: &str, pass: Pass, optimizer: Make, sizes: &'static [usize]) -> Kernel {
    let elements = sizes.iter().sum();
    Kernel {
        name: format!("{name} {elements}"),
        bound: Bound::Memory { pass, elements },
        prepare: Box::new(move |_| {
            let (mut model, gradients) = gradients(sizes)?;
            let mut optimizer = optimizer();
            let ours: Step = Box::new(move || Ok(optimizer.step(&mut model, &gradients)?));
            Ok(Prepared { ours, gemm: None })
        }),
    }
}

/// Gradients scaled to a norm.
fn clipped() -> Kernel {
    Kernel {
        name: "clip_norm 1000000".into(),
        bound: Bound::Memory {
            pass: Pass::Copy,
            elements: 1_000_000,
        },
        prepare: Box::new(|_| {
            let (_, mut gradients) = gradients(&[1_000_000])?;
            let mut limit = 1.0;
            let ours: Step = Box::new(move || {
                limit *= 0.999_999;
                clip_norm(&mut gradients, limit)?;
                Ok(())
            });
            Ok(Prepared { ours, gemm: None })
        }),
    }
}

fn gradients(sizes: &[usize]) -> crate::Result<(Vec<Param>, Gradients)> {
    let mut rng = Rng::seed(0);
    let random = |&size: &usize| Ok(Param::new(Tensor::uniform([size], -1.0, 1.0, &mut rng)?));
    let model = sizes.iter().map(random).collect::<crate::Result<Vec<Param>>>()?;
    let tape = Tape::training(0);
    let terms = model.iter().map(|param| tape.param(param).square().sum(..));
    let loss = terms.reduce(|sum, term| sum + term).ok_or("no parameters")?;
    let gradients = loss.backward()?;
    Ok((model, gradients))
}
