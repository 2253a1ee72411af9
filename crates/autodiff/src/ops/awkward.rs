//! The derivative written by hand equals the derived one: for every operation that is a formula, on numbers of every kind, kinks and infinities too.

use std::collections::BTreeMap;

use backprop_tensor::{Rng, Tensor};

use super::cases::Case;
use crate::node::Origin;
use crate::{Tape, Var};

/// Zeros, subnormal numbers, tiny, usual and huge ones, the ends of exponentials, kinks, infinities, NaN.
fn numbers() -> Vec<f64> {
    let magnitudes = [
        0.0,
        1e-310,
        1e-300,
        1e-160,
        1e-20,
        1e-8,
        0.1,
        0.3,
        0.5,
        0.7,
        1.0,
        1.5,
        2.0,
        2.5,
        3.0,
        6.0,
        8.0,
        17.0,
        40.0,
        100.0,
        300.0,
        700.0,
        720.0,
        750.0,
        1e10,
        1e160,
        1e300,
        f64::INFINITY,
    ];
    magnitudes
        .iter()
        .flat_map(|&x| [x, -x])
        .chain([f64::NAN])
        .collect()
}

/// Every combination of numbers, one tensor for each of so many inputs.
fn combinations(inputs: usize) -> Vec<Tensor<f64>> {
    let numbers = numbers();
    let count = numbers.len().pow(inputs as u32);
    let digit = |index: usize, input: usize| index / numbers.len().pow(input as u32) % numbers.len();
    (0..inputs)
        .map(|input| {
            Tensor::from(
                (0..count)
                    .map(|index| numbers[digit(index, input)])
                    .collect::<Vec<_>>(),
            )
        })
        .collect()
}

/// Whether one operation has been recorded, and is a formula.
fn is_one_formula(tape: &Tape<f64>) -> bool {
    let records = tape.inner.records.borrow();
    let operations = records.nodes.iter().filter_map(|node| match &node.origin {
        Origin::Operation(record) => Some(record.formula().is_some()),
        _ => None,
    });
    operations.collect::<Vec<_>>() == [true]
}

/// The gradients by `backward` and by the formula's derivative.
fn gradients(case: &Case, inputs: &[Tensor<f64>], by_hand: bool) -> Option<Vec<Tensor<f64>>> {
    let tape = Tape::higher_order();
    let variables: Vec<Var<f64>> = inputs.iter().map(|input| tape.variable(input.clone())).collect();
    let y = (case.function)(&variables);
    let seed = Tensor::full(y.shape(), 1.0).ok()?;
    if y.has_failed() || !is_one_formula(&tape) {
        return None;
    }
    if by_hand {
        let gradients = y.backward_from(seed).unwrap();
        return variables.iter().map(|x| gradients.wrt(x).cloned()).collect();
    }
    let wanted: Vec<_> = variables.iter().collect();
    let gradients = y.gradients_for(&wanted, Some(&tape.constant(seed))).unwrap();
    gradients.into_iter().map(|g| g.into_value().ok()).collect()
}

/// Numbers that are the same but for some roundings, and those of functions of 8 ulp.
fn close(one: f64, other: f64) -> bool {
    one == other
        || (one.is_nan() && other.is_nan())
        || (one - other).abs() <= 32.0 * f64::EPSILON * one.abs().max(other.abs()).max(f64::MIN_POSITIVE)
}

/// An operation, where its derivatives may differ, and why.
type Exemption = (&'static str, fn(f64) -> bool, &'static str);

/// Of a quotient by its divisor: whether a step of the plain formula `-(g / y) z` is out of range, where that by hand is not.
fn leaves_the_range(at: &[f64], input: usize) -> bool {
    let [x, y] = *at else { return false };
    let steps = [x / y, 1.0 / y, 1.0 / y * (x / y)];
    input == 1 && !steps.iter().all(|step| step.is_normal())
}

const EXEMPT: &[Exemption] = &[
    (
        "Acosh",
        |x| x < 1.0,
        "there is no function there, and PyTorch's derivative is a number",
    ),
    (
        "Heaviside",
        f64::is_nan,
        "the formula gives NaN as it came; by hand, the derivative is 0 everywhere",
    ),
    (
        "HardSwish",
        |x| x.is_nan() || x == f64::INFINITY,
        "infinity times a slope of 0; a product with a piece that is cut off",
    ),
    ("Gelu", |x| x == f64::INFINITY, "infinity times a density of 0"),
    ("GeluTanh", |x| x >= 1e150, "a cube times a slope of 0"),
    ("Mish", |x| x == f64::INFINITY, "infinity times a slope of 0"),
    ("Silu", |x| x == f64::INFINITY, "infinity times a slope of 0"),
    (
        "Softsign",
        |x| x.abs() > 100.0,
        "1 / (1 + |x|) - y / (1 + |x|) cancels",
    ),
];

#[test]
fn the_derivative_by_hand_is_the_derived_one() {
    let (mut count, mut failures) = (0, BTreeMap::<&str, Vec<String>>::new());
    for (name, cases) in super::table() {
        for case in &cases {
            let inputs = combinations((case.inputs)(&mut Rng::seed(0)).len());
            let (Some(by_hand), Some(derived)) =
                (gradients(case, &inputs, true), gradients(case, &inputs, false))
            else {
                continue;
            };
            count += 1;
            for (input, (by_hand, derived)) in by_hand.iter().zip(derived).enumerate() {
                for (index, (one, other)) in by_hand.to_vec().into_iter().zip(derived.to_vec()).enumerate() {
                    let at: Vec<_> = inputs.iter().map(|input| input.to_vec()[index]).collect();
                    let is_exempt = EXEMPT
                        .iter()
                        .any(|(exempt, holds, _)| *exempt == name && holds(at[input]))
                        || (name == "Div" && leaves_the_range(&at, input));
                    if !close(one, other) && !is_exempt {
                        failures.entry(name).or_default().push(format!(
                            "d/d{input} at {at:?}: by hand {one:e}, derived {other:e}"
                        ));
                    }
                }
            }
        }
    }
    for (name, list) in &failures {
        println!(
            "{name}: {}\n  {}",
            list.len(),
            list[..list.len().min(14)].join("\n  ")
        );
    }
    assert!(count > 60, "{count}");
    assert!(failures.is_empty(), "{} operations", failures.len());
}
