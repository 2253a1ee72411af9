//! Names of values, in messages and in what a tape gives back.

use backprop_autodiff::{Error, InputGradients, Op, Param, Tape, Var, operands};
use backprop_tensor::{Result as TensorResult, Tensor};
use proptest::prelude::*;

fn vector(length: usize) -> Tensor {
    Tensor::full([length], 0.5).unwrap()
}

/// An operation whose derivative has the wrong shape.
#[derive(Debug)]
struct Wrong;

impl Op<f32> for Wrong {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor]) -> TensorResult<(Tensor, ())> {
        let [x, _, _] = operands(inputs)?;
        Ok((x.clone(), ()))
    }

    fn backward(&self, (): (), _: Tensor, inputs: &mut InputGradients<'_, f32>) -> TensorResult<()> {
        inputs.add(0, Tensor::from([1.0, 2.0, 3.0, 4.0]))
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Input,
    Variable,
    Param,
    Result,
}

fn value(tape: &Tape, kind: Kind, length: usize) -> Var {
    match kind {
        Kind::Input => tape.input(vector(length)),
        Kind::Variable => tape.variable(vector(length)),
        Kind::Param => tape.param(&Param::new(vector(length))),
        Kind::Result => tape.variable(vector(length)).exp(),
    }
}

fn kind() -> impl Strategy<Value = Kind> {
    use Kind::{Input, Param, Result, Variable};
    prop::sample::select(vec![Input, Variable, Param, Result])
}

proptest! {
    #[test]
    fn an_error_says_the_names_of_those_operands_that_have_one(
        kinds in [kind(), kind()],
        names in [prop::option::of("[a-z]{1,9}"), prop::option::of("[a-z]{1,9}")],
        others in prop::collection::vec("[a-z]{1,3}", 0..4),
        recording in any::<bool>(),
    ) {
        let tape = if recording { Tape::new() } else { Tape::inference() };
        let operands: Vec<Var> = (0..2).map(|index| {
            let var = value(&tape, kinds[index], index + 2);
            for name in &others {
                let _ = value(&tape, kinds[index], 1).name(name);
            }
            match &names[index] {
                Some(name) => var.name("another").name(name),
                None => var,
            }
        }).collect();
        let error = (operands[0].clone() + &operands[1]).into_value().unwrap_err().to_string();
        let texts: Vec<String> = names.iter().zip(["[2]", "[3]"]).map(|(name, shape)| match name {
            Some(name) => format!("{name} {shape}"),
            None => shape.into(),
        }).collect();
        prop_assert!(error.starts_with(&format!("Add({}, {}): ", texts[0], texts[1])), "{}", error);
    }
}

#[test]
fn the_backward_pass_says_them_too() {
    let tape = Tape::new();
    let (x, y) = (
        tape.variable(vector(2)).name("x"),
        tape.input(vector(2)).name("y"),
    );
    let z = tape.apply(Wrong, &[&x, &y, &tape.input(vector(1))]);
    let Err(error) = z.sum(..).backward() else {
        panic!("the shape is wrong")
    };
    assert!(
        error
            .to_string()
            .starts_with("gradient of Wrong(x [2], y, constant): "),
        "{error}"
    );
}

#[test]
fn records_have_them() {
    let tape = Tape::new();
    let x = tape.variable(vector(2));
    let hidden = (&x * 2.0).tanh().name("hidden");
    // A name belongs to the place: any handle may give it.
    let _ = x.clone().name("x");
    let names: Vec<_> = tape.records().into_iter().map(|record| record.name).collect();
    assert_eq!(names, [Some("x".to_owned()), None, Some("hidden".to_owned())]);
    assert_eq!(
        hidden
            .sum(..)
            .backward()
            .unwrap()
            .wrt(&x)
            .map(|gradient| gradient.count()),
        Some(2)
    );
}

#[test]
fn a_failed_value_and_a_tape_that_is_used_up_take_no_name() {
    let tape = Tape::new();
    let x = tape.variable(vector(2));
    let failed = x.squeeze(5).name("failed");
    assert!(failed.has_failed());

    let tape = Tape::new();
    let x = tape.variable(vector(2));
    let loss = x.sum(..);
    assert!(loss.backward().is_ok());
    let x = x.name("late");
    assert!(matches!((&x + &x).value(), Err(Error::Spent { .. })));
}
