//! Operations on random shapes, each in several layouts in memory.

use std::fmt::Debug;

use backprop_autodiff::ops::{CrossEntropyOptions, FusedActivation, Reduction, Targets};
use backprop_autodiff::{Tape, Var};
use backprop_tensor::{Tensor, keep};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::numbers::{Number, agree, numbers, weight};

/// Made by `reference/operations.py`.
const REFERENCE: &str = include_str!("reference/operations.json");

/// A file with more of the same, made by the same program.
const OTHER_REFERENCE: &str = "BACKPROP_REFERENCE";

#[derive(Debug, Deserialize)]
struct Case {
    operation: String,
    shapes: Vec<Vec<usize>>,
    arguments: Arguments,
    value_shape: Vec<usize>,
    value: Vec<Number>,
    gradients: Vec<Vec<Number>>,
}

#[derive(Debug, Deserialize)]
struct Arguments(Map<String, Value>);

#[derive(Deserialize)]
struct Integers {
    shape: Vec<usize>,
    elements: Vec<i64>,
}

impl Arguments {
    fn get<V: DeserializeOwned>(&self, name: &str) -> V {
        let value = self.0.get(name).cloned().unwrap_or_default();
        serde_json::from_value(value).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn axis(&self) -> isize {
        self.get("axis")
    }

    fn integers(&self, name: &str) -> Tensor<i64> {
        let Integers { shape, elements } = self.get(name);
        Tensor::from_slice(&elements, shape).unwrap()
    }

    fn mask(&self) -> Tensor<bool> {
        self.integers("mask").map(|element| element != 0).unwrap()
    }
}

/// The operand with this number; the same numbers as in the program that made the file.
pub(crate) fn operand(number: usize, shape: &[usize]) -> Tensor<f64> {
    const PRIME: usize = 1009;
    let element = |place: usize| {
        let odd = 2 * ((389 * place + 101 * number + 17) % PRIME);
        (odd as f64 - PRIME as f64) / 512.0
    };
    let elements: Vec<f64> = (0..shape.iter().product()).map(element).collect();
    Tensor::from_slice(&elements, shape).unwrap()
}

/// How the elements of an operand lie in memory.
#[derive(Debug, Clone, Copy)]
enum Layout {
    Contiguous,
    /// With the axes in reverse.
    Transposed,
    /// Every second element of each axis, of a tensor that is longer.
    Spaced,
    /// Backwards on every axis.
    Flipped,
}

const LAYOUTS: [Layout; 4] = [
    Layout::Contiguous,
    Layout::Transposed,
    Layout::Spaced,
    Layout::Flipped,
];

fn laid_out(x: &Tensor<f64>, layout: Layout) -> Tensor<f64> {
    let axes = 0..x.rank() as isize;
    let result = match layout {
        Layout::Contiguous => x.clone(),
        Layout::Transposed => {
            let reverse: Vec<isize> = axes.rev().collect();
            let moved = x.permute(&reverse).unwrap().contiguous().unwrap();
            moved.permute(&reverse).unwrap()
        }
        Layout::Spaced => {
            let mut wide = x.clone();
            for axis in axes.clone() {
                let pair = Tensor::stack(&[&wide, &wide.full_like(7.0).unwrap()], axis + 1).unwrap();
                wide = pair.flatten(axis, axis + 1).unwrap();
            }
            axes.fold(wide, |x, axis| x.slice_step(axis, .., 2).unwrap())
        }
        Layout::Flipped => {
            let flip = |x: Tensor<f64>, axis| x.flip(axis).unwrap();
            let flipped = axes.clone().fold(x.clone(), flip).contiguous().unwrap();
            axes.fold(flipped, flip)
        }
    };
    assert_eq!(&result, x);
    result
}

fn reduce(
    x: &Var<f64>,
    a: &Arguments,
    plain: impl Fn(&Var<f64>, Vec<isize>) -> Var<f64>,
    kept: impl Fn(&Var<f64>, Vec<isize>) -> Var<f64>,
) -> Var<f64> {
    match a.get("keep") {
        true => kept(x, a.get("axes")),
        false => plain(x, a.get("axes")),
    }
}

fn apply(operation: &str, x: &[Var<f64>], a: &Arguments) -> Var<f64> {
    macro_rules! reduce {
        ($method:ident $(, $argument:expr)?) => {
            reduce(
                &x[0],
                a,
                |x, axes| x.$method(axes $(, $argument)?),
                |x, axes| x.$method(keep(axes) $(, $argument)?),
            )
        };
    }
    let all: Vec<_> = x.iter().collect();
    match operation {
        "add" => &x[0] + &x[1],
        "sub" => &x[0] - &x[1],
        "mul" => &x[0] * &x[1],
        "div" => &x[0] / &x[1],
        "atan2" => x[0].atan2(&x[1]),
        "maximum" => x[0].maximum(&x[1]),
        "minimum" => x[0].minimum(&x[1]),
        "pow" => (x[0].square() + 0.5).pow(&x[1]),
        "lerp" => x[0].lerp(&x[1], a.get("weight")),
        "clamp" => x[0].clamp(a.get("min"), a.get("max")),
        "masked_fill" => x[0].masked_fill(&a.mask(), 0.5),
        "where_else" => x[0].where_else(&a.mask(), &x[1]),
        "prelu" => x[0].prelu(&x[1]),
        "batch_norm" => {
            let affine = (x.len() > 1).then(|| (&x[1], &x[2]));
            x[0].batch_norm(affine, a.get("epsilon")).0
        }
        "batch_norm_by" => {
            let [mean, variance] = ["mean", "variance"].map(|name| Tensor::from(a.get::<Vec<f64>>(name)));
            let affine = (x.len() > 1).then(|| (&x[1], &x[2]));
            x[0].batch_norm_by(&mean, &variance, affine, a.get("epsilon"))
        }
        "glu" => x[0].glu(a.axis()),
        "softmax" => x[0].softmax(a.axis()),
        "log_softmax" => x[0].log_softmax(a.axis()),
        "cumsum" => x[0].cumsum(a.axis()),
        "cumprod" => x[0].cumprod(a.axis()),
        "recurrence" => x[0].recurrence(&x[1], a.axis()),
        "sum_to" => x[0].sum_to(a.get::<Vec<usize>>("shape")),
        "median" => x[0].median(a.axis()),
        "quantile" => x[0].quantile(a.get("q"), a.axis()),
        "flip" => x[0].flip(a.axis()),
        "sum" => reduce!(sum),
        "mean" => reduce!(mean),
        "prod" => reduce!(prod),
        "max" => reduce!(max),
        "min" => reduce!(min),
        "logsumexp" => reduce!(logsumexp),
        "norm" => reduce!(norm),
        "var" => reduce!(var, a.get("correction")),
        "std" => reduce!(std, a.get("correction")),
        "matmul" => x[0].matmul(&x[1]),
        "linear" => x[0].linear_with(&x[1], x.get(2), a.get::<FusedActivation>("activation")),
        "broadcast_to" => x[0].broadcast_to(a.get::<Vec<usize>>("shape")),
        "concat" => Var::concat(&all, a.axis()).unwrap(),
        "stack" => Var::stack(&all, a.axis()).unwrap(),
        "flatten" => x[0].flatten(a.get("first"), a.get("last")),
        "pad" => x[0].pad(&a.get::<Vec<_>>("padding"), a.get("value")),
        "permute" => x[0].permute(a.get::<Vec<isize>>("axes")),
        "repeat" => x[0].repeat(a.get::<Vec<usize>>("counts")),
        "reshape" => x[0].reshape(a.get::<Vec<usize>>("shape")),
        "roll" => x[0].roll(a.get("shift"), a.axis()),
        "squeeze" => x[0].squeeze(a.axis()),
        "unsqueeze" => x[0].unsqueeze(a.axis()),
        "transpose" => x[0].transpose(a.get("first"), a.get("second")),
        "tril" => x[0].tril(a.get("diagonal")),
        "triu" => x[0].triu(a.get("diagonal")),
        "gather" => x[0].gather(a.axis(), &a.integers("index")),
        "scatter_add" => x[0].scatter_add(a.axis(), &a.integers("index"), &x[1]),
        "index_select" => x[0].index_select(a.axis(), &a.integers("index")),
        "index_add" => x[0].index_add(a.axis(), &a.integers("index"), &x[1]),
        "select" => x[0].select(a.axis(), a.get("index")),
        "slice" => x[0].slice_step(a.axis(), a.get::<usize>("start")..a.get("end"), a.get("step")),
        "split" => x[0].split(a.axis(), &a.get::<Vec<_>>("lengths"))[a.get::<usize>("part")].clone(),
        "sort" => x[0].sort(a.axis(), a.get("descending")).0,
        "topk" => x[0].topk(a.get("count"), a.axis(), a.get("largest")).0,
        "cross_entropy" => cross_entropy(&x[0], a),
        other => panic!("{other} is no operation of this table"),
    }
}

fn cross_entropy(logits: &Var<f64>, a: &Arguments) -> Var<f64> {
    let targets = match a.get::<Option<Vec<f64>>>("probabilities") {
        Some(elements) => Targets::Probabilities(Tensor::from_slice(&elements, logits.shape()).unwrap()),
        None => Targets::Classes(a.integers("classes")),
    };
    let options = CrossEntropyOptions {
        label_smoothing: a.get("label_smoothing"),
        weights: a.get::<Option<Vec<f64>>>("weights").map(Tensor::from),
        ignored_class: a.get("ignored_class"),
        reduction: a.get::<Reduction>("reduction"),
    };
    logits.cross_entropy_with(targets, options)
}

/// The tape and the variables of a case, and the result.
fn run(case: &Case, layout: Layout) -> (Tape<f64>, Vec<Var<f64>>, Var<f64>) {
    let tape = Tape::new();
    let operands = case.shapes.iter().enumerate();
    let variables: Vec<_> = operands
        .map(|(number, shape)| tape.variable(laid_out(&operand(number, shape), layout)))
        .collect();
    let result = apply(&case.operation, &variables, &case.arguments);
    (tape, variables, result)
}

fn compare(what: &str, own: &Tensor<f64>, shape: &[usize], theirs: &[Number]) -> Result<(), String> {
    let (elements, theirs) = (own.to_vec(), numbers(theirs));
    let same = *own.shape() == *shape
        && elements
            .iter()
            .zip(&theirs)
            .all(|(&own, &theirs)| agree(own, theirs));
    match same {
        true => Ok(()),
        false => Err(format!(
            "{what}: {elements:?} {:?}, in PyTorch {theirs:?} {shape:?}",
            own.shape()
        )),
    }
}

fn check(case: &Case, layout: Layout) -> Result<(), String> {
    fn message(error: impl Debug) -> String {
        format!("{error:?}")
    }
    let (_tape, variables, result) = run(case, layout);
    let value = result.value().map_err(message)?;
    compare("value", value, &case.value_shape, &case.value)?;
    let seed: Vec<f64> = (0..value.count()).map(weight).collect();
    let seed = Tensor::from_slice(&seed, value.shape()).map_err(message)?;
    let gradients = result.backward_from(seed).map_err(message)?;
    for (number, variable) in variables.iter().enumerate() {
        let gradient = gradients.wrt(variable).ok_or("no gradient")?;
        let theirs = &case.gradients[number];
        compare(
            &format!("gradient {number}"),
            gradient,
            &case.shapes[number],
            theirs,
        )?;
    }
    Ok(())
}

fn cases(text: &str) -> Vec<Case> {
    serde_json::from_str(text).unwrap()
}

/// The names of the operations that are compared here.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    cases(REFERENCE).into_iter().flat_map(|case| {
        let (tape, _variables, _result) = run(&case, Layout::Contiguous);
        super::names(&tape).collect::<Vec<_>>()
    })
}

#[test]
fn operations_on_random_shapes() {
    let mut cases = cases(REFERENCE);
    if let Some(path) = std::env::var_os(OTHER_REFERENCE) {
        cases.extend(self::cases(&std::fs::read_to_string(path).unwrap()));
    }
    let mut errors = Vec::new();
    for case in &cases {
        for layout in LAYOUTS {
            if let Err(error) = check(case, layout) {
                let Case {
                    operation,
                    shapes,
                    arguments: Arguments(arguments),
                    ..
                } = case;
                let arguments = serde_json::to_string(arguments).unwrap();
                errors.push(format!(
                    "{operation}, {shapes:?}, {arguments}, {layout:?}: {error}"
                ));
            }
        }
    }
    assert!(
        errors.is_empty(),
        "{} errors:\n{}",
        errors.len(),
        errors.join("\n")
    );
}
