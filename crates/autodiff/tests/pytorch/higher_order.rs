//! Second and third derivatives of composed functions.

use backprop_autodiff::ops::{CrossEntropyOptions, FusedActivation, Reduction};
use backprop_autodiff::{Result, Var, hessian, jacobian};
use backprop_tensor::{Tensor, keep};
use serde::Deserialize;

use super::operations::operand;

/// Made by `reference/higher_order.py`.
const REFERENCE: &str = include_str!("reference/higher_order.json");

#[derive(Debug, Deserialize)]
struct Case {
    function: String,
    shapes: Vec<Vec<usize>>,
    value: f64,
    second: Vec<f64>,
    third: Option<Vec<f64>>,
}

fn weights() -> Tensor<f64> {
    Tensor::from([0.5, 1.0, 2.0])
}

fn cube(x: &Var<f64>) -> Var<f64> {
    x * x * x
}

/// The functions of the program that made the file.
fn function(name: &str, x: &[Var<f64>]) -> Var<f64> {
    match (name, x) {
        ("product", [a, b]) => cube(&a.matmul(b)).sum(..),
        ("product_of_vectors", [a, b, c]) => {
            let y = c.matmul(&a.matmul(b));
            (&y * &y).sum(..)
        }
        ("softmax", [x]) => (x.softmax(1) * x * x).sum(..),
        ("log_softmax", [x]) => (x.log_softmax(0) * x).sum(..),
        ("logsumexp", [x]) => {
            let y = x.logsumexp([0, 2]);
            (&y * &y).sum(..)
        }
        ("norm", [x]) => x.norm(1).prod(..) + x.norm(..),
        ("cosine", [x, y]) => (x * y).sum(..) / (x.norm(..) * y.norm(..)),
        ("variance", [x]) => {
            let y = x.var(0, 1);
            (&y * &y).sum(..) + x.var(.., 0)
        }
        ("deviation", [x]) => (x.std(0, 1) * x.mean(0)).sum(..),
        ("layer_norm", [x, weight, bias]) => {
            let y = (x - x.mean(keep(1))) / x.std(keep(1), 0) * weight + bias;
            cube(&y).sum(..)
        }
        ("prod", [x]) => x.prod(1).prod(..) + x.sum(0).prod(..),
        ("prod_with_zeros", [x]) => {
            let y = (x - operand(0, &[6]).to_vec()[0]).prod(1);
            (&y * &y).sum(..) + y.sum(..)
        }
        ("cumsum", [x]) => {
            let y = x.cumsum(0);
            (&y * &y * x.cumsum(1)).sum(..)
        }
        ("cumprod_with_zeros", [x]) => {
            let y = (x - operand(0, &[6]).to_vec()[1]).cumprod(1);
            (&y * &y).sum(..) + y.sum(..)
        }
        ("recurrence", [x, decay]) => {
            let h = x.recurrence(decay, 0);
            (&h * &h).sum(..)
        }
        ("gather", [x]) => {
            let y = x.gather(1, &Tensor::from([[0, 2, 2, 1], [1, 1, 1, 0]]));
            cube(&y).sum(..) + y.prod(..)
        }
        ("scatter", [x, source]) => {
            let y = x.scatter_add(0, &Tensor::from([[0, 2], [2, 2], [1, 0], [0, 1]]), source);
            let z = x.index_add(0, &Tensor::from([2, 0, 2, 1]), source);
            (&y * &y * &z).sum(..) + z.index_select(1, &Tensor::from([1, 1, 0])).prod(..)
        }
        ("batch_norm", [x]) => cube(&x.reshape([3, 2]).batch_norm(None, 0.25).0).sum(..),
        ("batch_norm_affine", [x, weight, bias]) => cube(&x.batch_norm(Some((weight, bias)), 0.25).0).sum(..),
        ("batch_norm_fixed", [x, weight, bias]) => {
            let (mean, variance) = (Tensor::from([0.5, -0.5]), Tensor::from([0.75, 2.0]));
            cube(&x.batch_norm_by(&mean, &variance, Some((weight, bias)), 0.25)).sum(..)
        }
        ("cross_entropy", [x, weight, bias]) => {
            x.linear(weight, Some(bias)).cross_entropy(&Tensor::from([2, 0]))
        }
        ("cross_entropy_with_all", [x]) => {
            let targets = Tensor::from([[2, 1], [0, 2]]);
            let options = |label_smoothing, ignored_class, reduction| CrossEntropyOptions {
                label_smoothing,
                weights: Some(weights()),
                ignored_class,
                reduction,
            };
            let each = options(0.25, Some(1), Reduction::None);
            let y = (x * x).cross_entropy_with(&targets, each);
            let mean = x.cross_entropy_with(&targets, options(0.0, None, Reduction::Mean));
            y.sum(..) + y.prod(..) + mean
        }
        ("cross_entropy_with_probabilities", [x]) => {
            let options = CrossEntropyOptions {
                weights: Some(weights()),
                ..CrossEntropyOptions::default()
            };
            let targets = Tensor::from([[0.25, 0.5, 0.25], [0.0, 0.75, 0.5]]);
            (x * x).cross_entropy_with(&targets, options)
        }
        ("network", [x, first, bias, second]) => {
            let hidden = x.linear_with(first, Some(bias), FusedActivation::Tanh);
            let y = hidden.linear_with(second, None, FusedActivation::Sigmoid);
            let rectified = x.linear_with(first, Some(bias), FusedActivation::Relu);
            (&y * &y).sum(..) + rectified.prod(..)
        }
        ("attention", [queries, keys, values]) => {
            let scores = queries.matmul(&keys.transpose(0, 1)) * 0.5;
            let y = scores.softmax(-1).matmul(values);
            (&y * &y).sum(..)
        }
        ("extremes", [x]) => {
            x.max(1).prod(..) * x.min(0).prod(..) + x.median(1).prod(..) * x.quantile(0.25, 0).prod(..)
        }
        ("shapes", [x, y]) => {
            let z = Var::concat(&[x, y], 1).unwrap().roll(2, 1).flip(0);
            let z = z.slice_step(1, 1..5, 2).pad(&[(0, 0), (1, 0)], 0.5);
            let z = z.repeat([2, 1]).tril(0);
            let turned = z.transpose(0, 1).reshape([4, 3]);
            let z = Var::stack(&[&z, &turned, &(&z * &z)], 1)
                .unwrap()
                .permute([2, 0, 1]);
            let part = z.select(0, 2).slice(1, ..1);
            let column = z.triu(1).flatten(0, 1).select(1, 1);
            (z.select(0, 0) * z.select(0, 1) * part).sum(..) + column.unsqueeze(0).prod(..)
        }
        ("penalty", [x, first, second]) => {
            let hidden = x.linear_with(first, None, FusedActivation::Tanh);
            let y = (hidden.linear(second, None) * x).sum(..);
            let [slope] = y.gradients([x]).unwrap();
            let excess = slope.norm(1) - 1.0;
            (&excess * &excess).mean(..)
        }
        _ => panic!("{name} of {} operands", x.len()),
    }
}

/// The places of the elements of one operand among all.
fn places(operands: &[Tensor<f64>], index: usize) -> std::ops::Range<usize> {
    let before: usize = operands[..index].iter().map(Tensor::count).sum();
    before..before + operands[index].count()
}

/// The Hessian over all operands in one vector, in row-major order.
fn second(name: &str, operands: &Vec<Tensor<f64>>) -> Vec<f64> {
    let blocks = hessian(|x| function(name, x), operands).unwrap_or_else(|error| panic!("{name}: {error}"));
    let count: usize = operands.iter().map(Tensor::count).sum();
    let mut all = vec![0.0; count * count];
    for (first, blocks) in blocks.iter().enumerate() {
        for (second, block) in blocks.iter().enumerate() {
            let mut block = block.to_vec().into_iter();
            for row in places(operands, first) {
                for column in places(operands, second) {
                    all[row * count + column] = block.next().unwrap();
                }
            }
            assert_eq!(block.next(), None);
        }
    }
    all
}

/// Gradients one after another in a vector.
fn flat(gradients: &[Var<f64>]) -> Result<Var<f64>> {
    let flat: Vec<_> = gradients
        .iter()
        .map(|gradient| gradient.reshape([gradient.shape().count()]))
        .collect();
    Var::concat(&flat.iter().collect::<Vec<_>>(), 0)
}

/// The Hessian again, as a variable of its own.
fn second_var(name: &str, x: &[Var<f64>]) -> Result<Var<f64>> {
    let wanted: Vec<_> = x.iter().collect();
    let gradient = flat(&function(name, x).gradients_for(&wanted, None)?)?;
    let mut rows = Vec::new();
    for row in 0..gradient.shape().count() {
        rows.push(flat(&gradient.select(0, row).gradients_for(&wanted, None)?)?);
    }
    Var::stack(&rows.iter().collect::<Vec<_>>(), 0)
}

/// The cube of the third derivatives, in row-major order.
fn third(name: &str, operands: &Vec<Tensor<f64>>) -> Vec<f64> {
    let blocks = jacobian(|x| second_var(name, x).unwrap(), operands).unwrap();
    let flattened: Vec<_> = blocks
        .iter()
        .map(|block| {
            block
                .flatten(2, -1)
                .unwrap_or_else(|_| block.unsqueeze(2).unwrap())
        })
        .collect();
    Tensor::concat(&flattened.iter().collect::<Vec<_>>(), 2)
        .unwrap()
        .to_vec()
}

/// Within 12 digits of the largest: a derivative that is the small difference of large terms has their rounding.
fn check(what: &str, own: &[f64], theirs: &[f64]) {
    assert_eq!(own.len(), theirs.len(), "{what}");
    let largest = theirs.iter().fold(1.0_f64, |largest, x| largest.max(x.abs()));
    for (place, (own, theirs)) in own.iter().zip(theirs).enumerate() {
        let near = (own - theirs).abs() <= 1e-12 * largest;
        assert!(near, "{what}, place {place}: {own} is not {theirs}");
    }
}

#[test]
fn second_and_third_derivatives_are_those_of_pytorch() {
    let cases: Vec<Case> = serde_json::from_str(REFERENCE).unwrap();
    assert!(cases.len() >= 20 && cases.iter().filter(|case| case.third.is_some()).count() >= 5);
    for case in cases {
        let name = &case.function;
        let operands: Vec<_> = case
            .shapes
            .iter()
            .enumerate()
            .map(|(number, shape)| operand(number, shape))
            .collect();
        let tape = backprop_autodiff::Tape::higher_order();
        let x: Vec<_> = operands.iter().map(|x| tape.variable(x.clone())).collect();
        let value = function(name, &x)
            .item()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        check(name, &[value], &[case.value]);
        check(&format!("{name}, second"), &second(name, &operands), &case.second);
        if let Some(expected) = &case.third {
            check(&format!("{name}, third"), &third(name, &operands), expected);
        }
    }
}
