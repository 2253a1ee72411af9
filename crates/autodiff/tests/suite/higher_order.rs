//! Gradients of gradients: what they are taken of, what they leave behind, and what they refuse.

use backprop_autodiff::{
    Differential, Error, GradcheckError, InputGradients, Op, Param, Result, Tape, Var, gradcheck,
    gradgradcheck, hessian, hvp, jacobian, jvp, operands, ops, vjp,
};
use backprop_tensor::{Result as TensorResult, Tensor, kernel};
use proptest::prelude::*;

fn vector(elements: &[f64]) -> Tensor<f64> {
    Tensor::from(elements.to_vec())
}

fn value(var: &Var<f64>) -> Vec<f64> {
    var.value().unwrap().to_vec()
}

#[test]
fn a_power_is_differentiated_until_nothing_is_left() {
    let tape = Tape::higher_order();
    let x = tape.variable(vector(&[1.0, -2.0]));
    let mut y = (&x * &x * &x).sum(..);
    let mut orders = Vec::new();
    for _ in 0..5 {
        let [dx] = y.gradients([&x]).unwrap();
        orders.push(value(&dx));
        y = dx.sum(..);
    }
    let expected = [[3.0, 12.0], [6.0, -12.0], [6.0, 6.0], [0.0, 0.0], [0.0, 0.0]];
    assert_eq!(orders, expected);
}

#[test]
fn the_tape_is_used_up_by_backward_alone() {
    let tape = Tape::higher_order();
    let x = tape.variable(vector(&[2.0]));
    let y = (&x * &x).sum(..);
    for _ in 0..3 {
        let [dx] = y.gradients([&x]).unwrap();
        assert_eq!(value(&dx), [4.0]);
    }
    assert_eq!(y.backward().unwrap().wrt(&x), Some(&vector(&[4.0])));
    assert!(matches!(y.gradients([&x]), Err(Error::Spent { .. })));
    assert!(tape.is_higher_order() && !Tape::<f32>::new().is_higher_order());
}

#[test]
fn the_gradients_of_a_penalty_reach_the_parameters() {
    // L = (d/dx x² w - 1)² = (2 x w - 1)², dL/dw = 2 (2 x w - 1) 2 x, dL/dx = 2 (2 x w - 1) 2 w.
    let mut frozen = Param::new(Tensor::scalar(5.0));
    frozen.set_trainable(false);
    let weight = Param::new(Tensor::scalar(3.0));
    for tape in [Tape::higher_order(), Tape::training_higher_order(1)] {
        let x = tape.variable(Tensor::scalar(2.0));
        let y = &x * &x * tape.param(&weight) + tape.param(&frozen);
        let [dx] = y.gradients([&x]).unwrap();
        let excess = dx - 1.0;
        let gradients = (&excess * &excess).backward().unwrap();
        assert_eq!(gradients.get(&weight), Some(&Tensor::scalar(88.0)));
        assert_eq!(gradients.wrt(&x), Some(&Tensor::scalar(132.0)));
        assert_eq!(gradients.get(&frozen), None);
        assert_eq!(gradients.len(), 1);
    }
}

#[test]
fn values_in_between_and_parameters_have_gradients_too() {
    let tape = Tape::higher_order();
    let weight = Param::new(Tensor::scalar(3.0));
    let (x, w) = (tape.variable(Tensor::scalar(2.0)), tape.param(&weight));
    let between = &x * &w;
    let y = &between * &between;
    let later = &y * &x;
    let [d_between, d_x, d_y, d_w, d_later] = y.gradients([&between, &x, &y, &w, &later]).unwrap();
    let found = [d_between, d_x, d_y, d_w, d_later].map(|var| var.item().unwrap());
    assert_eq!(found, [12.0, 36.0, 1.0, 24.0, 0.0]);
}

#[test]
fn what_is_detached_or_constant_is_left_out() {
    let tape = Tape::higher_order();
    let (x, c) = (
        tape.variable(Tensor::scalar(2.0)),
        tape.constant(Tensor::scalar(5.0)),
    );
    let y = &x * &x.detach() * &c;
    let [dx] = y.gradients([&x]).unwrap();
    assert_eq!(dx.item(), Ok(10.0));
    // A gradient that is constant has gradients of 0, and is nothing to walk back from.
    let [second] = dx.gradients([&x]).unwrap();
    assert_eq!(second.item(), Ok(0.0));
    assert!(!second.is_tracked());
    let error = y.gradients([&x, &c]).unwrap_err();
    assert!(matches!(error, Error::Constant { input: 1, .. }), "{error}");
    assert!(error.to_string().contains("Tape::variable"), "{error}");
}

#[test]
fn the_walk_passes_what_lies_between_alone() {
    let tape = Tape::higher_order();
    let x = tape.variable(Tensor::scalar(2.0));
    // First-order, and not on the way.
    let aside = x.apply(Once);
    let mut late = &x * &x;
    for _ in 0..1000 {
        late = -late;
    }
    let between = &late * 1.0;
    let y = &between * &between + aside.detach();
    let before = tape.len();
    let [_] = y.gradients([&between]).unwrap();
    assert!(tape.len() - before < 10, "{}", tape.len() - before);
    let [dx] = y.gradients([&x]).unwrap();
    assert_eq!(dx.item(), Ok(32.0));
}

#[test]
fn a_long_chain_is_differentiated_without_recursion() {
    let tape = Tape::higher_order();
    let x = tape.variable(Tensor::scalar(1.0_f32));
    let mut y = &x * &x;
    for _ in 0..100_000 {
        y = -y;
    }
    let [dx] = y.gradients([&x]).unwrap();
    assert_eq!(dx.backward().unwrap().wrt(&x), Some(&Tensor::scalar(2.0)));
}

#[test]
fn mistakes_are_said() {
    let ordinary = Tape::new();
    let x = ordinary.variable(vector(&[1.0, 2.0]));
    let line = line!() + 1;
    let error = (&x * &x).sum(..).gradients([&x]).unwrap_err();
    assert!(error.to_string().contains("Tape::higher_order"), "{error}");
    assert_eq!(error.location().map(std::panic::Location::line), Some(line));
    assert!(matches!(error, Error::NotHigherOrder { .. }));
    // Nothing has happened to the tape.
    assert!((&x * &x).sum(..).backward().is_ok());

    let tape = Tape::higher_order();
    let (x, y) = (
        tape.variable(vector(&[1.0, 2.0])),
        tape.variable(vector(&[1.0, 2.0, 3.0])),
    );
    let other = Tape::higher_order().variable(vector(&[1.0]));
    let square = &x * &x;
    assert!(matches!(square.gradients([&x]), Err(Error::NotScalar { .. })));
    assert!(matches!(
        square.sum(..).gradients([&other]),
        Err(Error::DifferentTapes { .. })
    ));
    let error = square.gradients_from(&y, [&x]).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("gradients_from: shapes [3] and [2]"),
        "{error}"
    );
    let failed = &x * &y;
    let error = failed.value().unwrap_err();
    assert_eq!(failed.gradients([&x]).unwrap_err(), error);
    assert_eq!(square.sum(..).gradients([&failed]).unwrap_err(), error);
    assert_eq!(square.gradients_from(&failed, [&x]).unwrap_err(), error);
    // What does not depend on the failure goes on.
    assert!(square.sum(..).gradients([&x]).is_ok());
}

/// Differentiable once.
#[derive(Debug)]
struct Once;

impl Op<f64> for Once {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<f64>]) -> TensorResult<(Tensor<f64>, ())> {
        let [x] = operands(inputs)?;
        Ok((x.clone(), ()))
    }

    fn backward(
        &self,
        (): (),
        gradient: Tensor<f64>,
        inputs: &mut InputGradients<'_, f64>,
    ) -> TensorResult<()> {
        inputs.add(0, gradient)
    }
}

/// Says why, or fails otherwise.
#[derive(Debug)]
enum Refusing {
    WithReason,
    ByShape,
    ByOperation,
}

impl Op<f64> for Refusing {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<f64>]) -> TensorResult<(Tensor<f64>, ())> {
        let [x] = operands(inputs)?;
        Ok((x.clone(), ()))
    }

    fn backward(
        &self,
        (): (),
        gradient: Tensor<f64>,
        inputs: &mut InputGradients<'_, f64>,
    ) -> TensorResult<()> {
        inputs.add(0, gradient)
    }

    fn differentiate(&self, (): &(), at: &Differential<f64>) -> Result<()> {
        match self {
            Self::WithReason => Err(at.first_order("its second derivative is a sum of impulses")),
            Self::ByShape => at.add(0, at.gradient().sum(..)),
            Self::ByOperation => at.add(0, at.gradient().squeeze(7)),
        }
    }
}

#[test]
fn an_operation_without_derivative_in_variables_says_so_with_the_line_that_applied_it() {
    let run = |op: &dyn Fn(&Var<f64>) -> Var<f64>| {
        let tape = Tape::higher_order();
        let x = tape.variable(vector(&[1.0, 2.0]));
        let y = op(&x).sum(..);
        let error = y.gradients([&x]).unwrap_err();
        // It is in its place still.
        assert_eq!(y.backward().unwrap().wrt(&x), Some(&vector(&[1.0, 1.0])));
        error
    };
    let line = line!() + 1;
    let error = run(&|x| x.apply(Once));
    assert!(
        matches!(
            error,
            Error::FirstOrder {
                operation: "Once",
                ..
            }
        ),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains("first-order") && text.contains("Op::differentiate"),
        "{text}"
    );
    assert_eq!(error.location().map(std::panic::Location::line), Some(line));
    let text = run(&|x| x.apply(Refusing::WithReason)).to_string();
    assert!(text.contains("a sum of impulses"), "{text}");
    let line = line!() + 1;
    let error = run(&|x| x.apply(Refusing::ByShape));
    assert!(
        matches!(
            error,
            Error::Gradient {
                operation: "Refusing",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.location().map(std::panic::Location::line), Some(line));
}

/// An error on the way is due to the line whose operation is differentiated.
#[test]
fn what_a_derivative_computes_has_the_line_of_the_operation() {
    let tape = Tape::higher_order();
    let x = tape.variable(vector(&[1.0, 2.0]));
    let line = line!() + 1;
    let y = x.apply(Refusing::ByOperation).sum(..);
    let error = y.gradients([&x]).unwrap_err();
    assert_eq!(
        error.location().map(std::panic::Location::line),
        Some(line),
        "{error}"
    );

    let tape = Tape::higher_order();
    let x = tape.variable(vector(&[1.0, 2.0]));
    let line = line!() + 1;
    let y = x.matmul(&x);
    let before = tape.len();
    assert!(y.gradients([&x]).is_ok());
    let records = tape.records();
    assert!(records.len() > before);
    assert!(
        records[before..]
            .iter()
            .all(|record| record.location.line() == line)
    );
}

#[test]
fn dropout_drops_the_same_in_its_gradients() {
    let tape = Tape::training_higher_order(3);
    let x = tape.variable(Tensor::ones([100]).unwrap());
    let dropped = x.dropout(0.5);
    let kept: Vec<bool> = value(&dropped).iter().map(|&x| x != 0.0).collect();
    let [dx] = (&dropped * &dropped * &dropped).sum(..).gradients([&x]).unwrap();
    let gradients = dx.sum(..).backward().unwrap();
    let second = gradients.wrt(&x).unwrap().to_vec();
    // y = (2 x)³ where it is kept, so y'' = 48 x.
    assert!(kept.contains(&true) && kept.contains(&false));
    let expected: Vec<f64> = kept.iter().map(|&kept| if kept { 48.0 } else { 0.0 }).collect();
    assert_eq!(second, expected);
}

/// Where one probability is nearly 1, what is left to 1 is all there is to the derivatives.
#[test]
fn sure_probabilities_keep_the_digits_of_their_derivatives() {
    let x = Tensor::from([[50.0, 0.0]]);
    let small = (-50.0_f64).exp();
    let near = |found: &Tensor<f64>, expected: &[f64]| {
        let found = found.to_vec();
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() <= 1e-14 * expected.abs(),
                "{found} {expected}"
            );
        }
    };
    let slopes = jacobian(|x| x.softmax(1), &x).unwrap();
    near(&slopes, &[small, -small, -small, small]);
    let slopes = jacobian(|x| x.log_softmax(1), &x).unwrap();
    near(&slopes, &[small, -small, -1.0, 1.0]);
    let second = hessian(|x| x.cross_entropy(&Tensor::from([0])), &x).unwrap();
    near(&second, &[small, -small, -small, small]);
    let second = hessian(|x| x.logsumexp(..), &x).unwrap();
    near(&second, &[small, -small, -small, small]);
}

/// What takes no part has no derivatives, and spoils none.
#[test]
fn masked_scores_have_no_second_derivatives() {
    let x = Tensor::from([[f64::NEG_INFINITY, 0.0, 0.0], [f64::NEG_INFINITY; 3]]);
    let row = [0.0, 0.0, 0.0, 0.0, 0.25, -0.25, 0.0, -0.25, 0.25];
    let second = hessian(|x| x.logsumexp(1).slice(0, ..1).sum(..), &x).unwrap();
    let first_row = second.slice(0, ..1).unwrap().slice(2, ..1).unwrap();
    assert_eq!(first_row.to_vec(), row);
    let second = hessian(
        |x| {
            x.logsumexp(1)
                .masked_fill(&Tensor::from([false, true]), 0.0)
                .sum(..)
        },
        &x,
    )
    .unwrap();
    assert_eq!(second.slice(0, 1..).unwrap().to_vec(), [0.0; 18]);
    let options = ops::CrossEntropyOptions {
        ignored_class: Some(9),
        ..ops::CrossEntropyOptions::default()
    };
    let targets = Tensor::from([1, 9]);
    let second = hessian(|x| x.cross_entropy_with(&targets, options.clone()), &x).unwrap();
    assert_eq!(second.slice(0, ..1).unwrap().slice(2, ..1).unwrap().to_vec(), row);
    assert_eq!(second.slice(0, 1..).unwrap().to_vec(), [0.0; 18]);
}

#[test]
fn products_of_zeros_have_the_derivatives_of_the_others() {
    let second = hessian(|x| x.prod(..), &vector(&[0.0, 0.0, 3.0])).unwrap();
    assert_eq!(second.to_vec(), [0.0, 3.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let last = |x: &Var<f64>| x.cumprod(0).select(0, 2);
    let second = hessian(last, &vector(&[0.0, 0.0, 3.0])).unwrap();
    assert_eq!(second.to_vec(), [0.0, 3.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn functions_of_constants_have_derivatives_of_zero() {
    let x = vector(&[1.0, 2.0]);
    let one = |x: &Var<f64>| x.detach() * 1.0;
    assert_eq!(jacobian(one, &x).unwrap(), Tensor::zeros([2, 2]).unwrap());
    assert_eq!(vjp(one, &x, &x).unwrap().1, Tensor::zeros([2]).unwrap());
    assert_eq!(jvp(one, &x, &x).unwrap().1, Tensor::zeros([2]).unwrap());
    let linear = |x: &Var<f64>| x.sum(..);
    assert_eq!(hvp(linear, &x, &x).unwrap().1, Tensor::zeros([2]).unwrap());
    assert_eq!(hessian(linear, &x).unwrap(), Tensor::zeros([2, 2]).unwrap());
    let error = jvp(linear, &x, &vector(&[1.0])).unwrap_err();
    assert!(
        error.to_string().starts_with("jvp: shapes [2] and [1]"),
        "{error}"
    );
    let two = vec![x.clone(), x.clone()];
    let error = hvp(|x: &Vec<Var<f64>>| x[0].sum(..), &two, &vec![x]).unwrap_err();
    assert!(error.to_string().contains("2 tensors"), "{error}");
}

/// A step of Newton's method is exact where the function is quadratic.
#[test]
fn newtons_method_solves_a_quadratic_in_one_step() {
    let (a, b) = (Tensor::from([[2.0, 1.0], [1.0, 3.0]]), vector(&[1.0, -2.0]));
    let f = |x: &Var<f64>| {
        let ax = x.constant(a.clone()).matmul(x);
        (x * ax).sum(..) * 0.5 - (x * x.constant(b.clone())).sum(..)
    };
    let x = vector(&[5.0, 7.0]);
    let slope = jacobian(f, &x).unwrap();
    let curvature = hessian(f, &x).unwrap();
    assert_eq!(curvature, a);
    let step = backprop_tensor::linalg::solve(&curvature, &slope).unwrap();
    let found = (&x - &step).to_vec();
    let exact = backprop_tensor::linalg::solve(&a, &b).unwrap().to_vec();
    assert!(
        found.iter().zip(exact).all(|(x, y)| (x - y).abs() < 1e-14),
        "{found:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    /// The products are those with the matrices.
    #[test]
    fn products_are_those_with_the_whole_matrices(
        x in prop::collection::vec(-2.0..2.0_f64, 3),
        u in prop::collection::vec(-2.0..2.0_f64, 3),
        v in prop::collection::vec(-2.0..2.0_f64, 2),
    ) {
        let (x, u, v) = (vector(&x), vector(&u), vector(&v));
        let f = |x: &Var<f64>| Var::stack(&[&(x * x).prod(..), &x.softmax(0).select(0, 1)], 0).unwrap();
        let g = |x: &Var<f64>| f(x).prod(..);
        let near = |own: &Tensor<f64>, other: &Tensor<f64>| {
            own.shape() == other.shape()
                && own.to_vec().iter().zip(other.to_vec()).all(|(x, y)| (x - y).abs() <= 1e-12 * (1.0 + y.abs()))
        };
        let whole = jacobian(f, &x).unwrap();
        prop_assert!(near(&vjp(f, &x, &v).unwrap().1, &v.matmul(&whole).unwrap()));
        prop_assert!(near(&jvp(f, &x, &u).unwrap().1, &whole.matmul(&u).unwrap()));
        let whole = hessian(g, &x).unwrap();
        prop_assert!(near(&hvp(g, &x, &u).unwrap().1, &whole.matmul(&u).unwrap()));
        prop_assert!(near(&whole, &whole.transpose(0, 1).unwrap()));
    }
}

/// A cube whose derivative is right in `backward` alone.
#[derive(Debug)]
struct WrongTwice;

impl Op<f64> for WrongTwice {
    type Saved = Tensor<f64>;

    fn forward(&self, inputs: &[&Tensor<f64>]) -> TensorResult<(Tensor<f64>, Self::Saved)> {
        let [x] = operands(inputs)?;
        Ok((x.apply(&kernel!(|x| x * x * x), &[])?, x.clone()))
    }

    fn backward(
        &self,
        x: Self::Saved,
        gradient: Tensor<f64>,
        inputs: &mut InputGradients<'_, f64>,
    ) -> TensorResult<()> {
        inputs.add(0, gradient.into_apply(&kernel!(|g, x| g * 3.0 * x * x), &[&x])?)
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<f64>) -> Result<()> {
        let [x] = at.operands()?;
        at.add(0, at.gradient() * (x * x) * 5.0)
    }
}

#[test]
fn a_derivative_in_variables_that_is_another_one_is_found() {
    let inputs = [vector(&[0.5, 1.0, -2.0])];
    gradcheck(|x| x[0].apply(WrongTwice), &inputs).unwrap();
    let error = gradgradcheck(|x| x[0].apply(WrongTwice), &inputs).unwrap_err();
    assert!(
        matches!(error, GradcheckError::Mismatch { input: 0, element: 0, gradient, difference }
            if (gradient / difference - 5.0 / 3.0).abs() < 1e-6),
        "{error}"
    );
}
