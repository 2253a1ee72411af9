//! Elementwise functions at special points.

use std::collections::BTreeMap;

use backprop_autodiff::{Tape, Var};
use backprop_tensor::Tensor;
use serde::Deserialize;

use super::numbers::{Number, agree, numbers, weight};

type Variable = Var<f64>;
type Function = (&'static str, fn(&[Variable]) -> Variable);

/// Made by `reference/elementwise.py`.
const REFERENCE: &str = include_str!("reference/elementwise.json");

#[derive(Deserialize)]
struct Reference {
    unary: Table,
    binary: Table,
    axis: Table,
}

#[derive(Deserialize)]
struct Table {
    inputs: Vec<Vec<Number>>,
    operations: BTreeMap<String, Record>,
}

#[derive(Deserialize)]
struct Record {
    value: Vec<Number>,
    gradients: Vec<Vec<Number>>,
}

fn reference() -> Reference {
    serde_json::from_str(REFERENCE).unwrap()
}

/// Where PyTorch loses a NaN, or gives one although there is a limit, and the value or derivative that is right there.
const RIGHT: &[(&str, f64, f64)] = &[
    ("sign", f64::NAN, f64::NAN),
    ("heaviside(0.25)", f64::NAN, f64::NAN),
    ("gradient 0 of abs", f64::NAN, f64::NAN),
    ("gradient 0 of clamp(-1, 2)", f64::NAN, 1.0),
    ("gradient 0 of clamp(-inf, 0)", f64::NAN, 1.0),
    ("gradient 0 of clamp(2, -1)", f64::NAN, 1.0),
    ("gradient 0 of gelu", f64::NEG_INFINITY, 0.0),
    ("gradient 0 of gelu", f64::INFINITY, 1.0),
    ("gradient 0 of gelu_tanh", f64::NEG_INFINITY, 0.0),
    ("gradient 0 of gelu_tanh", -1e200, 0.0),
    ("gradient 0 of gelu_tanh", 1e200, 1.0),
    ("gradient 0 of gelu_tanh", f64::INFINITY, 1.0),
    ("gradient 0 of silu", f64::NEG_INFINITY, 0.0),
    ("gradient 0 of silu", f64::INFINITY, 1.0),
    ("gradient 0 of mish", f64::NEG_INFINITY, 0.0),
    ("gradient 0 of mish", f64::INFINITY, 1.0),
    ("gradient 0 of softsign", f64::NEG_INFINITY, 0.0),
    ("gradient 0 of softsign", f64::INFINITY, 0.0),
    ("gelu", f64::NEG_INFINITY, 0.0),
    ("gelu_tanh", f64::NEG_INFINITY, 0.0),
    ("hard_swish", f64::NEG_INFINITY, 0.0),
    ("mish", f64::NEG_INFINITY, 0.0),
    ("silu", f64::NEG_INFINITY, 0.0),
    ("softsign", f64::NEG_INFINITY, -1.0),
    ("softsign", f64::INFINITY, 1.0),
];

/// PyTorch divides infinity by infinity there; the angle of a point that far does not change.
fn angle_at_infinity(what: &str, at: &[&f64]) -> bool {
    what.ends_with(" of atan2") && at.iter().any(|x| x.is_infinite()) && !at.iter().any(|x| x.is_nan())
}

fn compare(what: &str, inputs: &[Vec<f64>], own: &Tensor<f64>, theirs: &[Number], errors: &mut Vec<String>) {
    let (own, theirs) = (own.to_vec(), numbers(theirs));
    assert_eq!(own.len(), theirs.len(), "{what}");
    for (place, (own, theirs)) in own.into_iter().zip(theirs).enumerate() {
        let at: Vec<_> = inputs.iter().filter_map(|input| input.get(place)).collect();
        let same = |x: f64| x.total_cmp(at[0]).is_eq();
        let right = RIGHT.iter().find(|(name, x, _)| *name == what && same(*x));
        let expected = right.map_or(theirs, |(name, _, right)| match name.starts_with("gradient") {
            true => right * weight(place),
            false => *right,
        });
        let expected = if angle_at_infinity(what, &at) {
            0.0
        } else {
            expected
        };
        if !agree(own, expected) {
            errors.push(format!("{what} at {at:?}: {own}, in PyTorch {theirs}"));
        }
    }
}

/// Checks that these are the operations of the table, and that each agrees in all values and gradients. The inputs are as many
/// rows.
fn check(table: &Table, rows: usize, functions: &[Function]) {
    let known: Vec<_> = table.operations.keys().map(String::as_str).collect();
    assert_eq!(functions.iter().map(|(name, _)| *name).collect::<Vec<_>>(), known);
    let inputs: Vec<_> = table.inputs.iter().map(|input| numbers(input)).collect();
    let mut errors = Vec::new();
    for (name, function) in functions {
        let record = &table.operations[*name];
        let tape = Tape::new();
        let variable = |x: &Vec<f64>| {
            let x = Tensor::from_slice(x, [rows, x.len() / rows]).unwrap();
            tape.variable(if rows == 1 { x.flatten(0, -1).unwrap() } else { x })
        };
        let variables: Vec<_> = inputs.iter().map(variable).collect();
        let output = function(&variables);
        let value = output.value().unwrap();
        let seed: Vec<_> = (0..value.count()).map(weight).collect();
        let seed = Tensor::from_slice(&seed, value.shape()).unwrap();
        compare(name, &inputs, value, &record.value, &mut errors);
        let gradients = output.backward_from(seed).unwrap();
        assert_eq!(record.gradients.len(), variables.len());
        for ((place, variable), theirs) in variables.iter().enumerate().zip(&record.gradients) {
            let what = format!("gradient {place} of {name}");
            compare(
                &what,
                &inputs,
                gradients.wrt(variable).unwrap(),
                theirs,
                &mut errors,
            );
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

fn of_one_number() -> &'static [Function] {
    macro_rules! functions {
        ($($name:literal $function:expr;)*) => {
            &[$(($name, |x| { let f: fn(&Variable) -> Variable = $function; f(&x[0]) })),*]
        };
    }
    functions! {
        "abs" Var::abs;
        "acos" Var::acos;
        "acosh" Var::acosh;
        "asin" Var::asin;
        "asinh" Var::asinh;
        "atan" Var::atan;
        "atanh" Var::atanh;
        "ceil" Var::ceil;
        "celu(0.5)" |x| x.celu(0.5);
        "clamp(-1, 2)" |x| x.clamp(-1.0, 2.0);
        "clamp(-inf, 0)" |x| x.clamp(f64::NEG_INFINITY, 0.0);
        "clamp(2, -1)" |x| x.clamp(2.0, -1.0);
        "cos" Var::cos;
        "cosh" Var::cosh;
        "elu(0.5)" |x| x.elu(0.5);
        "erf" Var::erf;
        "exp" Var::exp;
        "exp2" Var::exp2;
        "expm1" Var::expm1;
        "floor" Var::floor;
        "gelu" Var::gelu;
        "gelu_tanh" Var::gelu_tanh;
        "hard_sigmoid" Var::hard_sigmoid;
        "hard_swish" Var::hard_swish;
        "hard_tanh(-1, 2)" |x| x.hard_tanh(-1.0, 2.0);
        "hardshrink(0.5)" |x| x.hardshrink(0.5);
        "heaviside(0.25)" |x| x.heaviside(0.25);
        "leaky_relu(0.01)" |x| x.leaky_relu(0.01);
        "log" Var::log;
        "log10" Var::log10;
        "log1p" Var::log1p;
        "log2" Var::log2;
        "log_sigmoid" Var::log_sigmoid;
        "masked_fill(7)" |x| {
            let mask: Vec<bool> = (0..x.shape()[0]).map(|place| place % 3 == 0).collect();
            x.masked_fill(&Tensor::from(mask), 7.0)
        };
        "mish" Var::mish;
        "neg" |x| -x;
        "powf(-0.75)" |x| x.powf(-0.75);
        "powf(0)" |x| x.powf(0.0);
        "powf(0.75)" |x| x.powf(0.75);
        "powf(1)" |x| x.powf(1.0);
        "powf(1.75)" |x| x.powf(1.75);
        "powi(-1)" |x| x.powi(-1);
        "powi(0)" |x| x.powi(0);
        "powi(1)" |x| x.powi(1);
        "powi(3)" |x| x.powi(3);
        "reciprocal" Var::reciprocal;
        "relu" Var::relu;
        "relu6" Var::relu6;
        "round" Var::round;
        "rsqrt" Var::rsqrt;
        "selu" Var::selu;
        "sigmoid" Var::sigmoid;
        "sign" Var::sign;
        "silu" Var::silu;
        "sin" Var::sin;
        "sinh" Var::sinh;
        "softplus(2)" |x| x.softplus(2.0);
        "softshrink(0.5)" |x| x.softshrink(0.5);
        "softsign" Var::softsign;
        "sqrt" Var::sqrt;
        "square" Var::square;
        "tan" Var::tan;
        "tanh" Var::tanh;
        "tanhshrink" Var::tanhshrink;
        "threshold(1, 5)" |x| x.threshold(1.0, 5.0);
        "trunc" Var::trunc;
    }
}

fn of_two_numbers() -> &'static [Function] {
    &[
        ("add", |x| &x[0] + &x[1]),
        ("atan2", |x| x[0].atan2(&x[1])),
        ("div", |x| &x[0] / &x[1]),
        ("lerp(0.25)", |x| x[0].lerp(&x[1], 0.25)),
        ("lerp(0.75)", |x| x[0].lerp(&x[1], 0.75)),
        ("maximum", |x| x[0].maximum(&x[1])),
        ("minimum", |x| x[0].minimum(&x[1])),
        ("mul", |x| &x[0] * &x[1]),
        ("pow", |x| x[0].pow(&x[1])),
        ("sub", |x| &x[0] - &x[1]),
        ("where_else", |x| {
            let mask: Vec<bool> = x[0].value().unwrap().to_vec().iter().map(|&x| x > 0.0).collect();
            x[0].where_else(&Tensor::from(mask), &x[1])
        }),
    ]
}

fn along_an_axis() -> &'static [Function] {
    &[
        ("glu", |x| x[0].glu(-1)),
        ("log_softmax", |x| x[0].log_softmax(-1)),
        ("softmax", |x| x[0].softmax(-1)),
    ]
}

/// The names of the operations that are compared here.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let functions = [of_one_number(), of_two_numbers(), along_an_axis()].concat();
    functions.into_iter().flat_map(|(_, function)| {
        let tape = Tape::new();
        let variable = |number| tape.variable(Tensor::from([number, 0.5]));
        let _ = function(&[variable(0.25), variable(0.75)]);
        super::names(&tape).collect::<Vec<_>>()
    })
}

#[test]
fn functions_of_one_number() {
    check(&reference().unary, 1, of_one_number());
}

#[test]
fn functions_of_two_numbers() {
    check(&reference().binary, 1, of_two_numbers());
}

#[test]
fn functions_along_an_axis() {
    check(&reference().axis, 6, along_an_axis());
}
