//! What every operation must keep, checked on all cases of the table.

use backprop_tensor::{Rng, Tensor};

use super::cases::{Case, laid_out_anew};
use crate::{Tape, Var, gradcheck};

const TRIALS: u64 = 25;

/// Runs a check on every case of every operation, with several random inputs.
pub(super) fn for_each_case(trials: u64, check: impl Fn(&Case, &[Tensor<f64>]) -> Result<(), String>) {
    for (name, cases) in super::table() {
        assert!(!cases.is_empty(), "{name} has no cases");
        for (number, case) in cases.iter().enumerate() {
            for seed in 0..trials {
                let rng = &mut Rng::seed(seed);
                let inputs: Vec<_> = (case.inputs)(rng)
                    .iter()
                    .map(|input| laid_out_anew(input, rng))
                    .collect();
                if let Err(message) = check(case, &inputs) {
                    panic!("{name}, case {number}, seed {seed}: {message}\ninputs: {inputs:?}");
                }
            }
        }
    }
}

pub(super) fn same(what: &str, left: &Tensor<f64>, right: &Tensor<f64>) -> Result<(), String> {
    let equal = left.shape() == right.shape()
        && left
            .to_vec()
            .iter()
            .zip(right.to_vec())
            .all(|(x, y)| x == &y || (x - y).abs() <= 1e-12 * (1.0 + x.abs().max(y.abs())));
    match equal {
        true => Ok(()),
        false => Err(format!("{what}: {left:?} is not {right:?}")),
    }
}

#[test]
fn gradients_are_those_of_the_differences() {
    for_each_case(TRIALS, |case, inputs| {
        gradcheck(&case.function, inputs).map_err(|error| error.to_string())
    });
}

#[test]
fn recording_does_not_change_the_value() {
    for_each_case(TRIALS, |case, inputs| {
        let value = |tape: Tape<f64>| {
            let variables: Vec<_> = inputs.iter().map(|input| tape.variable(input.clone())).collect();
            (case.function)(&variables)
                .into_value()
                .map_err(|error| error.to_string())
        };
        same("value", &value(Tape::new())?, &value(Tape::inference())?)
    });
}

#[test]
fn each_gradient_is_the_same_without_the_others() {
    for_each_case(TRIALS, |case, inputs| {
        let gradients = |tracked: &dyn Fn(usize) -> bool| -> Result<Vec<Option<Tensor<f64>>>, String> {
            let tape = Tape::new();
            let variable = |(index, input): (usize, &Tensor<f64>)| match tracked(index) {
                true => tape.variable(input.clone()),
                false => tape.input(input.clone()),
            };
            let variables: Vec<Var<f64>> = inputs.iter().enumerate().map(variable).collect();
            let output = (case.function)(&variables);
            if !output.is_tracked() {
                return Ok(vec![None; inputs.len()]);
            }
            let seed = Tensor::full(output.shape(), 1.0).map_err(|error| error.to_string())?;
            let gradients = output.backward_from(seed).map_err(|error| error.to_string())?;
            Ok(variables
                .iter()
                .map(|variable| gradients.wrt(variable).cloned())
                .collect())
        };
        let all = gradients(&|_| true)?;
        for index in 0..inputs.len() {
            let alone = gradients(&|other| other == index)?;
            match (&all[index], &alone[index]) {
                (Some(all), Some(alone)) => same("gradient", all, alone)?,
                (all, alone) => assert_eq!(all, alone),
            }
        }
        Ok(())
    });
}

#[test]
fn a_failed_operand_fails_the_result() {
    for_each_case(TRIALS, |case, inputs| {
        let tape = Tape::<f64>::new();
        let first = tape.variable(Tensor::from([1.0, 2.0])) + tape.variable(Tensor::from([1.0, 2.0, 3.0]));
        let expected = first.value().unwrap_err();
        let failed = vec![first; inputs.len()];
        match (case.function)(&failed).into_value() {
            Err(error) if error == expected => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
}
