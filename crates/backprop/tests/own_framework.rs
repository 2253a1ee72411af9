//! The framework of `examples/own_framework`: its gradients, which are written by hand, are those of the tape and of differences; its
//! trainings are PyTorch's, step by step, and end where scikit-learn says that they should (`reference/make.py`).

#[path = "../../../examples/own_framework/framework.rs"]
mod framework;
#[path = "../../../examples/own_framework/network.rs"]
mod network;

use backprop::autodiff::{Gradcheck, Tape, Var};
use backprop::tensor::{Element, Rng, Tensor};
use framework::{CrossEntropyLoss, Layer, Loss, MeanSquaredError, Net, Softmax};
use network::{Activation, on_tape, perceptron, values};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

/// A network, and a batch for it.
#[derive(Debug, Clone)]
struct Case {
    activation: Activation,
    sizes: Vec<usize>,
    samples: usize,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let activation = prop::sample::select(&Activation::ALL[..]);
    (activation, vec(1..6_usize, 2..5), 1..5_usize, any::<u64>()).prop_map(
        |(activation, sizes, samples, seed)| Case {
            activation,
            sizes,
            samples,
            seed,
        },
    )
}

impl Case {
    fn outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    fn rng(&self) -> Rng {
        Rng::seed(self.seed)
    }

    fn inputs(&self, rng: &mut Rng) -> Tensor<f64> {
        Tensor::normal([self.samples, self.sizes[0]], 0.0, 1.0, rng).unwrap()
    }

    /// With biases too: where all of a ReLU's inputs are cut off, a bias of 0 lies on the kink of the next.
    fn net(&self, rng: &mut Rng) -> Net<f64> {
        let mut net = perceptron(&self.sizes, self.activation, rng).unwrap();
        for parameter in net.parameters() {
            parameter.value = Tensor::normal(parameter.value.shape(), 0.0, 1.0, rng).unwrap();
        }
        net
    }

    fn classes(&self, rng: &mut Rng) -> Tensor<i64> {
        let class = |_| (rng.uniform() * self.outputs() as f64) as i64;
        Tensor::from_fn([self.samples], class).unwrap()
    }

    fn targets(&self, rng: &mut Rng) -> Tensor<f64> {
        Tensor::normal([self.samples, self.outputs()], 0.0, 1.0, rng).unwrap()
    }
}

/// The loss, then the gradients of the inputs and of all parameters.
fn by_hand<Y: Element>(
    net: &mut Net<f64>,
    loss: &mut impl Loss<f64, Y>,
    x: &Tensor<f64>,
    targets: &Tensor<Y>,
) -> (f64, Vec<f64>) {
    let outputs = net.forward(x.clone()).unwrap();
    let value = loss.forward(outputs, targets).unwrap();
    let mut gradients = net.backward(&loss.backward().unwrap()).unwrap().to_vec();
    for parameter in net.parameters() {
        assert_eq!(parameter.gradient.shape(), parameter.value.shape());
        gradients.extend(parameter.gradient.to_vec());
    }
    (value, gradients)
}

fn by_tape(
    net: &mut Net<f64>,
    activation: Activation,
    x: &Tensor<f64>,
    loss: impl Fn(&Var<f64>) -> Var<f64>,
) -> (f64, Vec<f64>) {
    let tape = Tape::new();
    let x = tape.variable(x.clone());
    let values: Vec<_> = values(net)
        .into_iter()
        .map(|value| tape.variable(value))
        .collect();
    let loss = loss(&on_tape(&x, &values, activation));
    let value = loss.item().unwrap();
    let gradients = loss.backward().unwrap();
    let all = [&x].into_iter().chain(&values);
    (
        value,
        all.flat_map(|variable| gradients.wrt(variable).unwrap().to_vec())
            .collect(),
    )
}

/// The differences that every gradient should be like, by moving one number at a time.
fn by_differences(net: &mut Net<f64>, x: &Tensor<f64>, mut loss: impl FnMut(Tensor<f64>) -> f64) -> Vec<f64> {
    let step = Gradcheck::default().step;
    let mut differences = Vec::new();
    let moved = |tensor: &Tensor<f64>, element: usize, by: f64| {
        let mut moved = tensor.clone();
        moved.as_mut_slice().unwrap()[element] += by;
        moved
    };
    for element in 0..x.count() {
        let [above, below] = [step, -step].map(|by| loss(net.forward(moved(x, element, by)).unwrap()));
        differences.push((above - below) / (2.0 * step));
    }
    for (index, value) in values(net).into_iter().enumerate() {
        for element in 0..value.count() {
            let [above, below] = [step, -step].map(|by| {
                net.parameters()[index].value = moved(&value, element, by);
                loss(net.forward(x.clone()).unwrap())
            });
            differences.push((above - below) / (2.0 * step));
        }
        net.parameters()[index].value = value;
    }
    differences
}

/// Sums of at most a hundred products, each through at most three layers, in another order.
fn assert_close(ours: &[f64], theirs: &[f64]) {
    assert_eq!(ours.len(), theirs.len());
    let size = theirs.iter().fold(1.0_f64, |size, value| size.max(value.abs()));
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() <= 1e-12 * size, "{a} is not {b}");
    }
}

fn assert_differences(activation: Activation, gradients: &[f64], differences: &[f64]) {
    assert_eq!(gradients.len(), differences.len());
    for (element, (gradient, difference)) in gradients.iter().zip(differences).enumerate() {
        let compared = Gradcheck::default().compare(0, element, *gradient, *difference);
        assert!(compared.is_ok(), "{}: {compared:?}", activation.name());
    }
}

proptest! {
    #[test]
    fn squared_error_has_the_gradients_of_the_tape_and_of_differences(case in cases()) {
        let rng = &mut case.rng();
        let (x, mut net, targets) = (case.inputs(rng), case.net(rng), case.targets(rng));
        let (value, gradients) = by_hand(&mut net, &mut MeanSquaredError::default(), &x, &targets);
        let (expected, tape) = by_tape(&mut net, case.activation, &x, |y| {
            (y - &y.constant(targets.clone())).square().mean(..)
        });
        assert_close(&[value], &[expected]);
        assert_close(&gradients, &tape);
        // A random step may lead over a kink, where a difference is no derivative.
        if case.activation != Activation::Relu {
            let loss = |y: Tensor<f64>| MeanSquaredError::default().forward(y, &targets).unwrap();
            assert_differences(case.activation, &gradients, &by_differences(&mut net, &x, loss));
        }
    }

    #[test]
    fn cross_entropy_has_the_gradients_of_the_tape_and_of_differences(case in cases()) {
        let rng = &mut case.rng();
        let (x, mut net, classes) = (case.inputs(rng), case.net(rng), case.classes(rng));
        let (expected, tape) = by_tape(&mut net, case.activation, &x, |y| y.cross_entropy(&classes));
        let mut net = net.with(Softmax::default());
        let (value, gradients) = by_hand(&mut net, &mut CrossEntropyLoss::default(), &x, &classes);
        // By hand the logarithm is taken of a probability that has been rounded, so what is rounded grows as it gets smaller: the
        // scores of these networks are tens at most.
        prop_assume!(expected < 20.0);
        assert_close(&[value], &[expected]);
        assert_close(&gradients, &tape);
        if case.activation != Activation::Relu {
            let loss = |p: Tensor<f64>| CrossEntropyLoss::default().forward(p, &classes).unwrap();
            assert_differences(case.activation, &gradients, &by_differences(&mut net, &x, loss));
        }
    }

    #[test]
    fn a_step_goes_against_the_gradient(case in cases(), learning_rate in 0.0..1.0_f64) {
        let rng = &mut case.rng();
        let (x, mut net, targets) = (case.inputs(rng), case.net(rng), case.targets(rng));
        let before = values(&mut net);
        let value = net.step(&mut MeanSquaredError::default(), (x.clone(), &targets), learning_rate).unwrap();
        let after = values(&mut net);
        for ((parameter, before), after) in net.parameters().into_iter().zip(&before).zip(&after) {
            prop_assert_eq!(after, &(before - &parameter.gradient * learning_rate));
        }
        for (parameter, before) in net.parameters().into_iter().zip(before) {
            parameter.value = before;
        }
        let outputs = net.forward(x).unwrap();
        prop_assert_eq!(value, MeanSquaredError::default().forward(outputs, &targets).unwrap());
    }

    #[test]
    fn anything_is_taken_or_an_error(
        case in cases(),
        shape in vec(0..4_usize, 0..4),
        classes in vec(-1..4_i64, 0..4),
        number in prop::sample::select(vec![0.0, 1.0, -1e308, f64::NAN, f64::INFINITY]),
    ) {
        let x = Tensor::full(&shape, number).unwrap();
        let classes = Tensor::from(classes);
        let mut net = case.net(&mut case.rng()).with(Softmax::default());
        let mut cross_entropy = CrossEntropyLoss::default();
        let mut squared_error = MeanSquaredError::default();
        // Backward before any forward, and with gradients of other shapes.
        let _ = (net.backward(&x), cross_entropy.backward(), squared_error.backward());
        let _ = net.step(&mut cross_entropy, (x.clone(), &classes), 0.1);
        let _ = net.step(&mut squared_error, (x.clone(), &x), 0.1);
        let _ = (net.backward(&x), cross_entropy.forward(x.clone(), &classes), cross_entropy.backward());
        let _ = (squared_error.forward(x.clone(), &Tensor::from([1.0, 2.0])), squared_error.backward());
    }
}

#[test]
fn random_weights_keep_the_size_of_what_goes_through() {
    let (inputs, outputs) = (400, 300);
    let mut net = perceptron::<f64>(&[inputs, outputs], Activation::None, &mut Rng::seed(0)).unwrap();
    let all = values(&mut net);
    assert_eq!(
        (all[0].shape().dims(), all[1].shape().dims()),
        (&[outputs, inputs][..], &[outputs][..])
    );
    assert_eq!(all[1], Tensor::zeros([outputs]).unwrap());
    // Five deviations of the mean and of the variance of 120,000 numbers of variance 1/400.
    let count = (inputs * outputs) as f64;
    let mean = all[0].mean(..).unwrap().item().unwrap();
    let variance = all[0].var(.., 1).unwrap().item().unwrap();
    assert!(mean.abs() <= 5.0 * 0.05 / count.sqrt(), "{mean}");
    assert!(
        (variance * 400.0 - 1.0).abs() <= 5.0 * (2.0 / count).sqrt(),
        "{variance}"
    );
}

#[test]
fn a_probability_that_is_rounded_to_zero_costs_infinitely_much() {
    let mut net = Net::<f64>::default().with(Softmax::default());
    let p = net.forward(Tensor::from([[1000.0, 0.0]])).unwrap();
    assert_eq!(p, Tensor::from([[1.0, 0.0]]), "no overflow");
    let mut loss = CrossEntropyLoss::default();
    assert_eq!(loss.forward(p.clone(), &Tensor::from([0])).unwrap(), 0.0);
    assert_eq!(loss.forward(p, &Tensor::from([1])).unwrap(), f64::INFINITY);
}

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/own_framework.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

/// A case of the reference: a network with its first weights, and its inputs.
struct Training<'a> {
    case: &'a Value,
    net: Net<f64>,
    inputs: Tensor<f64>,
}

impl<'a> Training<'a> {
    fn new(case: &'a Value) -> Self {
        let activation = Activation::ALL
            .into_iter()
            .find(|one| one.name() == case["activation"])
            .unwrap();
        let sizes: Vec<usize> = numbers(&case["sizes"])
            .into_iter()
            .map(|size| size as usize)
            .collect();
        let mut net = perceptron(&sizes, activation, &mut Rng::seed(0)).unwrap();
        for (parameter, initial) in net
            .parameters()
            .into_iter()
            .zip(case["initial"].as_array().unwrap())
        {
            parameter.value = Tensor::from_slice(&numbers(initial), parameter.value.shape()).unwrap();
        }
        let inputs = numbers(&case["inputs"]);
        let inputs = Tensor::from_slice(&inputs, [inputs.len() / sizes[0], sizes[0]]).unwrap();
        Self { case, net, inputs }
    }

    fn run<Y: Element>(&mut self, loss: &mut impl Loss<f64, Y>, targets: &Tensor<Y>) {
        let number = |name: &str| self.case[name].as_f64().unwrap();
        let (epochs, batch) = (number("epochs") as usize, number("batch") as usize);
        let data = backprop::datasets::TensorDataset::new(self.inputs.clone(), targets.clone()).unwrap();
        let (learning_rate, mut losses) = (number("learning_rate"), Vec::new());
        for _ in 0..epochs {
            for batch in data.batches(batch) {
                losses.push(
                    self.net
                        .step(loss, (batch.inputs, &batch.targets), learning_rate)
                        .unwrap(),
                );
                if losses.len() == 1 {
                    self.compare("gradients", |parameter| &parameter.gradient);
                }
            }
        }
        // A hundred steps of some hundred roundings each.
        assert_close(&losses, &numbers(&self.case["losses"]));
        self.compare("final", |parameter| &parameter.value);
    }

    fn compare(&mut self, name: &str, of: impl Fn(&framework::Parameter<f64>) -> &Tensor<f64>) {
        let expected = self.case[name].as_array().unwrap();
        let parameters = self.net.parameters();
        assert_eq!(parameters.len(), expected.len());
        for (parameter, expected) in parameters.into_iter().zip(expected) {
            assert_close(&of(parameter).to_vec(), &numbers(expected));
        }
    }
}

fn of_class(case: &Value) -> Tensor<i64> {
    Tensor::from(
        numbers(&case["targets"])
            .into_iter()
            .map(|class| class as i64)
            .collect::<Vec<_>>(),
    )
}

#[test]
fn trainings_are_those_of_pytorch() {
    let reference = reference();
    let cases = reference["cases"].as_array().unwrap();
    for case in cases {
        let mut training = Training::new(case);
        if case["loss"] == "cross_entropy" {
            training.net = std::mem::take(&mut training.net).with(Softmax::default());
            training.run(&mut CrossEntropyLoss::default(), &of_class(case));
        } else {
            let targets = numbers(&case["targets"]);
            let targets = Tensor::from_slice(&targets, [targets.len(), 1]).unwrap();
            training.run(&mut MeanSquaredError::default(), &targets);
        }
    }
    let names: std::collections::BTreeSet<_> = cases.iter().map(|case| case["activation"].as_str()).collect();
    assert_eq!(names.len(), Activation::ALL.len(), "every activation");
}

#[test]
fn one_layer_ends_at_the_logistic_regression_of_scikit_learn() {
    let reference = reference();
    let case = &reference["cases"][0];
    let mut training = Training::new(case);
    let mut net = std::mem::take(&mut training.net).with(Softmax::default());
    for _ in 0..5000 {
        let batch = (training.inputs.clone(), &of_class(case));
        net.step(&mut CrossEntropyLoss::default(), batch, 1.0).unwrap();
    }
    // Of two scores only the difference matters.
    let all = values(&mut net);
    let (w, b) = (all[0].to_vec(), all[1].to_vec());
    let found = [w[2] - w[0], w[3] - w[1], b[1] - b[0]];
    for (found, expected) in found.iter().zip(numbers(&reference["best"]["logistic"])) {
        assert!((found - expected).abs() <= 1e-6, "{found} is not {expected}");
    }
}

#[test]
fn one_layer_ends_at_the_linear_regression_of_scikit_learn() {
    let reference = reference();
    let case = &reference["cases"][1];
    let Training { mut net, inputs, .. } = Training::new(case);
    let targets = numbers(&case["targets"]);
    let targets = Tensor::from_slice(&targets, [targets.len(), 1]).unwrap();
    for _ in 0..2000 {
        net.step(&mut MeanSquaredError::default(), (inputs.clone(), &targets), 0.1)
            .unwrap();
    }
    let found: Vec<f64> = values(&mut net).iter().flat_map(Tensor::to_vec).collect();
    for (found, expected) in found.iter().zip(numbers(&reference["best"]["linear"])) {
        assert!((found - expected).abs() <= 1e-9, "{found} is not {expected}");
    }
}
