//! The first NaN or infinity, and whose it is.

use backprop_autodiff::{Anomaly, Cause, Error, NonFinite, Pass, Tape, Var};
use backprop_tensor::{Float, Tensor};
use proptest::prelude::*;

type Unary<T> = (&'static str, fn(&Var<T>) -> Var<T>);

fn unary<T: Float>() -> Vec<Unary<T>> {
    vec![
        ("Exp", |x| x.exp()),
        ("Log", |x| x.log()),
        ("Sqrt", |x| x.sqrt()),
        ("Reciprocal", |x| x.reciprocal()),
        ("Square", |x| x.square()),
        ("Tanh", |x| x.tanh()),
        ("Neg", |x| -x),
    ]
}

fn kind<T: Float>(tensor: &Tensor<T>) -> Option<NonFinite> {
    let numbers: Vec<f64> = tensor.to_vec().into_iter().map(T::to_f64).collect();
    if numbers.iter().any(|x| x.is_nan()) {
        Some(NonFinite::NaN)
    } else if numbers.iter().any(|x| x.is_infinite()) {
        Some(NonFinite::Infinity)
    } else {
        None
    }
}

/// The operation at fault, told by applying each one by itself: its number, what it made, and in which pass.
fn first<T: Float>(steps: &[Unary<T>], x: &Tensor<T>) -> Option<(&'static str, NonFinite, Pass)> {
    let mut values = vec![x.clone()];
    for (name, step) in steps {
        let value = step(&Tape::new().input(values[values.len() - 1].clone()))
            .into_value()
            .unwrap();
        if let Some(found) = kind(&value) {
            return Some((name, found, Pass::Forward));
        }
        values.push(value);
    }
    let mut gradient = Tensor::ones(x.shape()).unwrap();
    for ((name, step), value) in steps.iter().zip(values).rev() {
        let x = Tape::new().variable(value);
        gradient = step(&x).backward_from(gradient).unwrap().wrt(&x).unwrap().clone();
        if let Some(found) = kind(&gradient) {
            return Some((name, found, Pass::Backward));
        }
    }
    None
}

fn found<T: Float>(steps: &[Unary<T>], x: &Tensor<T>) -> Option<(&'static str, NonFinite, Pass)> {
    let tape = Tape::new().detect_anomaly();
    let mut y = tape.variable(x.clone());
    for (_, step) in steps {
        y = step(&y);
    }
    match y.sum(..).backward() {
        Ok(_) => None,
        Err(Error::Anomaly(anomaly)) => {
            let Anomaly {
                operation,
                found,
                pass,
                cause,
                location,
                ..
            } = *anomaly;
            assert_eq!(cause, Cause::Finite { operand: 0 });
            assert_eq!(location.file(), file!());
            Some((operation, found, pass))
        }
        Err(error) => panic!("{error}"),
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        prop::sample::select(vec![
            0.0, -0.0, 1.0, 1e-300, 1e300, 1e-30, 1e30, -2.0, 89.0, 710.0
        ]),
        -3.0..3.0,
    ]
}

proptest! {
    #[test]
    fn the_first_operation_at_fault_is_named(
        steps in prop::collection::vec(0_usize..7, 1..7),
        numbers in prop::collection::vec(number(), 1..4),
    ) {
        let x = Tensor::from(numbers);
        let of: Vec<_> = steps.iter().map(|index| unary::<f64>()[*index]).collect();
        // The sum of gradients of 1 is finite; that of values may not be.
        let expected = first(&of, &x);
        let actual = found(&of, &x);
        if !matches!(actual, Some(("Sum", NonFinite::Infinity, Pass::Forward))) {
            prop_assert_eq!(actual, expected);
        }
        let narrow = x.cast::<f32>().unwrap();
        if kind(&narrow).is_none() {
            let of: Vec<_> = steps.iter().map(|index| unary::<f32>()[*index]).collect();
            let actual = found(&of, &narrow);
            if !matches!(actual, Some(("Sum", NonFinite::Infinity, Pass::Forward))) {
                prop_assert_eq!(actual, first(&of, &narrow));
            }
        }
    }
}

fn anomaly<V>(result: Result<V, Error>) -> (Anomaly, String) {
    match result {
        Err(Error::Anomaly(anomaly)) => {
            let text = Error::Anomaly(anomaly.clone()).to_string();
            (*anomaly, text)
        }
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("nothing was found"),
    }
}

#[test]
fn the_error_sticks_with_operation_names_and_line() {
    let tape = Tape::training(0).detect_anomaly();
    assert!(tape.detects_anomaly());
    let x = tape.variable(Tensor::from([1.0_f32, -1.0])).name("variance");
    let line = line!() + 1;
    let y = x.log();
    let z = (&y + 1.0).tanh();
    let (_, text) = anomaly(z.value());
    let expected = format!(
        "Log(variance [2]): the forward pass made a NaN out of finite operands, at {}:{line}:15",
        file!()
    );
    assert_eq!(text, expected);
    assert_eq!(tape.failure(), z.sum(..).backward().err());
    // What does not depend on it goes on.
    assert!((&x * 2.0).value().is_ok());
}

#[test]
fn a_nan_that_comes_in_is_the_operands() {
    let nan = Tensor::from([1.0_f64, f64::NAN]);
    let tape = Tape::inference().detect_anomaly();
    let (x, targets) = (
        tape.input(Tensor::from([1.0, 2.0])),
        tape.input(nan.clone()).name("targets"),
    );
    let (found, text) = anomaly((&x - &targets).into_value());
    assert_eq!(found.cause, Cause::Operand { operand: 1 });
    assert!(
        text.starts_with("Sub([2], targets [2]): a NaN came in with operand 1, which no operation made, at"),
        "{text}"
    );
    // Where it is chosen away, there is nothing to report.
    let tape = Tape::new().detect_anomaly();
    let chosen = tape.variable(nan).masked_fill(&Tensor::from([false, true]), 0.0);
    assert!(chosen.sum(..).backward().is_ok());
}

#[test]
fn infinities_that_are_meant_pass_until_a_nan_is_made_of_them() {
    let infinite = Tensor::from([f32::NEG_INFINITY, 0.0]);
    let tape = Tape::new().detect_anomaly();
    let scores = tape.variable(Tensor::from([1.0_f32, 2.0]));
    let masked = scores
        .masked_fill(&Tensor::from([false, true]), f32::NEG_INFINITY)
        .softmax(0);
    assert!((masked * 2.0).sum(..).backward().is_ok());

    let tape = Tape::new().detect_anomaly();
    let scores = tape.variable(Tensor::from([1.0_f32, 2.0]));
    let masked = &scores + tape.input(infinite.clone());
    assert!(masked.value().is_ok());
    let (found, text) = anomaly((&masked - &masked).into_value());
    assert_eq!(
        (found.found, found.cause),
        (NonFinite::NaN, Cause::Infinite { operand: 0 })
    );
    assert!(
        text.contains("the forward pass made a NaN out of an infinity in operand 0"),
        "{text}"
    );
}

#[test]
fn a_gradient_that_was_given_is_nobodys() {
    let tape = Tape::new().detect_anomaly();
    let y = tape.variable(Tensor::from([1.0_f32, 2.0])).exp();
    let (found, text) = anomaly(y.backward_from(Tensor::from([1.0, f32::NAN])));
    assert_eq!((found.cause, found.pass), (Cause::Gradient, Pass::Backward));
    assert!(
        text.starts_with("backward_from([2]): a NaN came in with the gradient it was given"),
        "{text}"
    );
}

#[test]
fn the_operand_whose_gradient_is_at_fault_is_said() {
    let tape = Tape::new().detect_anomaly();
    let x = tape.variable(Tensor::from(1e300)).name("x");
    let y = tape.variable(Tensor::from(1e-300)).name("y");
    // The derivative with respect to y is -x / y², which has left the range.
    let (found, text) = anomaly((&x * 1e-300 / &y).backward());
    assert_eq!(
        (found.operation, found.cause),
        ("Div", Cause::Finite { operand: 1 })
    );
    assert!(
        text.contains(
            "the backward pass made an infinity, in the gradient of operand 1, out of a finite gradient"
        ),
        "{text}"
    );
}

#[test]
fn gradients_in_variables_are_the_backward_pass() {
    let tape = Tape::higher_order().detect_anomaly();
    let x = tape.variable(Tensor::from([4.0_f64, 0.0])).name("x");
    let line = line!() + 1;
    let y = x.sqrt();
    let (found, text) = anomaly(y.sum(..).gradients([&x]));
    assert_eq!(
        (found.operation, found.pass, found.location.line()),
        ("Sqrt", Pass::Backward, line)
    );
    assert!(
        text.starts_with("Sqrt(x [2]): the backward pass made an infinity"),
        "{text}"
    );
}

#[test]
fn without_it_nothing_is_said() {
    let tape = Tape::new();
    let x = tape.variable(Tensor::from([-1.0_f32]));
    assert!(!tape.detects_anomaly() && x.log().sum(..).backward().is_ok());
}

#[test]
fn views_of_one_number_are_looked_at_once() {
    let tape = Tape::new().detect_anomaly();
    let x = tape
        .variable(Tensor::from(f32::MAX))
        .broadcast_to([1 << 20, 1 << 19]);
    assert!(x.value().is_ok());
    let x = tape
        .variable(Tensor::from(f32::NAN))
        .broadcast_to([1 << 20, 1 << 19]);
    assert_eq!(anomaly(x.into_value()).0.cause, Cause::Operand { operand: 0 });
}
