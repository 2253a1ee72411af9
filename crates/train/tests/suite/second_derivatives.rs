//! The losses' derivatives in variables: for gradient penalties, Newton's method and the like.

use backprop_autodiff::{Error, GradcheckError, Tape, Var, gradgradcheck};
use backprop_tensor::{Rng, Tensor};
use backprop_train::{
    BinaryCrossEntropy, CrossEntropy, Huber, Loss, MeanAbsoluteError, MeanSquaredError, PerceptronCriterion,
    SmoothL1,
};

/// Away from the bends of all of them, and from 0.
fn outputs() -> Tensor<f64> {
    Tensor::from([[0.3, -1.7], [2.2, -0.4], [-30.0, 25.0]])
}

type Named = (&'static str, Box<dyn Loss<f64, f64>>);

fn losses() -> [Named; 9] {
    [
        ("huber", Box::new(Huber { delta: 1.1 })),
        ("smooth l1", Box::new(SmoothL1 { beta: 1.1 })),
        ("smooth l1 without bend", Box::new(SmoothL1 { beta: 0.0 })),
        ("perceptron criterion", Box::new(PerceptronCriterion)),
        ("binary cross entropy", Box::new(BinaryCrossEntropy)),
        (
            "weighted binary cross entropy",
            Box::new(BinaryCrossEntropy.pos_weight([3.0, 0.5])),
        ),
        ("mean squared error", Box::new(MeanSquaredError)),
        ("mean absolute error", Box::new(MeanAbsoluteError)),
        ("cross entropy", Box::new(CrossEntropy)),
    ]
}

fn targets(name: &str) -> Tensor<f64> {
    match name {
        "perceptron criterion" => Tensor::from([[1.0, -1.0], [-1.0, -1.0], [-1.0, -1.0]]),
        _ => Tensor::from([[1.0, 0.0], [0.0, 1.0], [1.0, 0.25]]),
    }
}

/// What waits for the derivative of a function of single elements says so.
fn waits(error: &Error) -> bool {
    matches!(error, Error::FirstOrder { .. })
}

#[test]
fn gradients_are_those_of_backward() {
    let mut compared = 0;
    for (name, loss) in losses() {
        let on = |tape: Tape<f64>| {
            let x = tape.variable(outputs());
            (loss.loss(&x, &targets(name)), x)
        };
        let (y, x) = on(Tape::new());
        let expected = y.backward().unwrap().wrt(&x).unwrap().to_vec();
        let (y, x) = on(Tape::higher_order());
        match y.gradients([&x]) {
            Ok([found]) => {
                compared += 1;
                for (found, expected) in found.value().unwrap().to_vec().iter().zip(&expected) {
                    let near = (found - expected).abs() <= 1e-14 * expected.abs();
                    assert!(near, "{name}: {found} is not {expected}");
                }
            }
            Err(error) => assert!(waits(&error), "{name}: {error}"),
        }
    }
    assert!(compared >= 7);
}

#[test]
fn second_derivatives_are_those_of_the_differences() {
    let mut compared = 0;
    for (name, loss) in losses() {
        let formula = |x: &[Var<f64>]| loss.loss(&x[0], &targets(name));
        match gradgradcheck(formula, &[outputs()]) {
            Err(GradcheckError::Failed(error)) if waits(&error) => {}
            result => {
                result.unwrap_or_else(|error| panic!("{name}: {error}"));
                compared += 1;
            }
        }
    }
    assert!(compared >= 5);
    let rng = &mut Rng::seed(1);
    let logits = Tensor::normal([4, 3], 0.0, 2.0, rng).unwrap();
    let classes = Tensor::from([2, 0, 1, 1]);
    gradgradcheck(|x| CrossEntropy.loss(&x[0], &classes), &[logits]).unwrap();
}
