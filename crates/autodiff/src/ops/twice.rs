//! What every operation must keep that can be differentiated twice, checked on all cases of the table.

use std::cell::RefCell;
use std::collections::BTreeMap;

use backprop_tensor::{Rng, Tensor};

use super::cases::Case;
use super::laws::{for_each_case, same};
use crate::op::NOT_WRITTEN;
use crate::ops;
use crate::{Error, Gradcheck, GradcheckError, Tape, Var};

/// The operations of which a derivative is not written in variables yet, and those that say why it cannot be.
#[derive(Default)]
struct FirstOrder {
    waiting: RefCell<BTreeMap<&'static str, usize>>,
    refused: RefCell<BTreeMap<&'static str, &'static str>>,
}

impl FirstOrder {
    /// Takes note of an operation that is first-order, which is no fault of it; any other error is.
    fn note(&self, error: Error) -> Result<(), String> {
        let text = error.to_string();
        match error {
            Error::FirstOrder {
                operation, reason, ..
            } if text.contains(reason) && text.contains("first-order") && text.contains(".rs:") => {
                if reason == NOT_WRITTEN {
                    *self.waiting.borrow_mut().entry(operation).or_default() += 1;
                } else {
                    self.refused.borrow_mut().insert(operation, reason);
                }
                Ok(())
            }
            error => Err(error.to_string()),
        }
    }
}

impl FirstOrder {
    /// Only functions of single elements may wait: the others have no formula that could be differentiated for them.
    fn none_but_elementwise(&self) {
        let others = [
            ops::normalization::table(),
            ops::matrix::table(),
            ops::shape::table(),
            ops::indexing::table(),
            ops::loss::table(),
            ops::reduction::table(),
        ];
        for (name, _) in others.iter().flatten() {
            assert!(
                !self.waiting.borrow().contains_key(name),
                "{name} has no Op::differentiate"
            );
        }
    }
}

impl Drop for FirstOrder {
    fn drop(&mut self) {
        let waiting = self.waiting.borrow();
        println!(
            "{} operations wait for Op::differentiate: {waiting:?}",
            waiting.len()
        );
        println!("first-order: {:?}", self.refused.borrow());
    }
}

/// Some random inputs a case: a check of second derivatives takes many evaluations.
const TRIALS: u64 = 5;

#[test]
fn gradients_are_those_of_backward() {
    let first_order = FirstOrder::default();
    for_each_case(TRIALS, |case, inputs| {
        let run = |tape: Tape<f64>| {
            let variables: Vec<_> = inputs.iter().map(|input| tape.variable(input.clone())).collect();
            let output = (case.function)(&variables);
            let vector = Tensor::normal(output.shape(), 0.0, 1.0, &mut Rng::seed(3)).unwrap();
            (variables, output, vector)
        };
        let (variables, output, vector) = run(Tape::higher_order());
        let wanted: Vec<&Var<f64>> = variables.iter().collect();
        let vector_var = output.constant(vector.clone());
        let found = match output.gradients_for(&wanted, Some(&vector_var)) {
            Ok(found) => found,
            Err(error) => return first_order.note(error),
        };
        let check = |gradients: crate::Gradients<f64>, variables: &[Var<f64>]| {
            found.iter().zip(variables).try_for_each(|(found, variable)| {
                let found = found.value().map_err(|error| error.to_string())?;
                let zeros = Tensor::zeros(variable.shape()).unwrap();
                same("gradient", found, gradients.wrt(variable).unwrap_or(&zeros))
            })
        };
        if !output.is_tracked() {
            return Ok(());
        }
        // Of the same tape, which is as good as any for backward, and of an ordinary one.
        check(
            output.backward_from(vector).map_err(|e| e.to_string())?,
            &variables,
        )?;
        let (variables, output, vector) = run(Tape::new());
        check(
            output.backward_from(vector).map_err(|e| e.to_string())?,
            &variables,
        )
    });
}

#[test]
fn gradients_of_gradients_are_those_of_the_differences() {
    let first_order = FirstOrder::default();
    for_each_case(TRIALS, |case, inputs| {
        match Gradcheck::default().run_twice(&case.function, inputs) {
            Err(GradcheckError::Failed(error)) => first_order.note(error),
            result => result.map_err(|error| error.to_string()),
        }
    });
    first_order.none_but_elementwise();
}

/// A few of those whose derivatives of a third order are no longer 0 and go through operations of several kinds.
#[test]
fn third_derivatives_are_those_of_the_differences() {
    let names = [
        "Mul",
        "Div",
        "Matmul",
        "Linear",
        "Softmax",
        "LogSoftmax",
        "LogSumExp",
        "BatchNorm",
        "Norm",
        "Std",
        "Prod",
        "Cumprod",
        "Recurrence",
        "CrossEntropy",
    ];
    let first_order = FirstOrder::default();
    let table = super::table();
    for name in names {
        let (_, cases) = table.iter().find(|(row, _)| *row == name).unwrap();
        for (number, case) in cases.iter().enumerate() {
            let rng = &mut Rng::seed(number as u64);
            let inputs = small_inputs(case, rng);
            let failure = RefCell::new(None);
            let gradient = |x: &[Var<f64>]| {
                gradient(case, x).unwrap_or_else(|error| {
                    failure.borrow_mut().get_or_insert(error);
                    x[0].clone()
                })
            };
            let result = Gradcheck::default().run_twice(gradient, &inputs);
            let result = match (failure.into_inner(), result) {
                (Some(error), _) | (None, Err(GradcheckError::Failed(error))) => first_order.note(error),
                (None, result) => result.map_err(|error| error.to_string()),
            };
            if let Err(error) = result {
                panic!("{name}, case {number}: {error}\ninputs: {inputs:?}");
            }
        }
    }
}

/// The gradient of a case, all of it in one vector.
fn gradient(case: &Case, x: &[Var<f64>]) -> crate::Result<Var<f64>> {
    let output = (case.function)(x);
    let vector = Tensor::normal(output.shape(), 0.0, 1.0, &mut Rng::seed(4))?;
    let wanted: Vec<&Var<f64>> = x.iter().collect();
    let gradients = output.gradients_for(&wanted, Some(&output.constant(vector)))?;
    let flat: Vec<_> = gradients
        .iter()
        .map(|gradient| gradient.reshape([gradient.shape().count()]))
        .collect();
    Var::concat(&flat.iter().collect::<Vec<_>>(), 0)
}

/// The smallest of some inputs of a case that are not empty.
fn small_inputs(case: &Case, rng: &mut Rng) -> Vec<Tensor<f64>> {
    let count = |inputs: &Vec<Tensor<f64>>| inputs.iter().map(Tensor::count).sum::<usize>();
    let tries = (0..20).map(|_| (case.inputs)(rng));
    let usable = tries.filter(|inputs| inputs.iter().all(|input| input.count() > 1));
    usable.min_by_key(count).unwrap_or_else(|| (case.inputs)(rng))
}
