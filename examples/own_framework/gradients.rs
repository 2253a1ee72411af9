//! Are the gradients right? Every backward of the framework against central differences, and against the tape.
//!
//! `∂L/∂w ≈ (L(w + h) − L(w − h)) / 2h` needs nothing but forward. In f64, with `h = 6·10⁻⁶`, it has about ten right digits; the
//! tape is right to the last few.

use backprop::autodiff::{Gradcheck, Tape, Var};
use backprop::tensor::{Element, Rng, Tensor};

use super::Result;
use super::framework::{CrossEntropyLoss, Layer, Loss, MeanSquaredError, Net, Softmax};
use super::network::{Activation, on_tape, perceptron, values};

const SIZES: [usize; 4] = [3, 4, 4, 2];
const SAMPLES: usize = 5;
const STEP: f64 = 6e-6;

/// How far rounding may keep two ways of computing a gradient apart, beside 1.
const ROUNDING: f64 = 1000.0 * f64::EPSILON;

/// Prints how far they are apart, for networks with every layer and every loss; whether all are right.
pub(crate) fn check(seed: u64) -> Result<bool> {
    println!("GRADIENTS written by hand: how far from central differences, and from the tape");
    println!("activation  loss                    checked  differences     tape");
    let rng = &mut Rng::seed(seed);
    let mut right = true;
    for activation in Activation::ALL {
        let x = Tensor::normal([SAMPLES, SIZES[0]], 0.0, 1.0, rng)?;
        let classes = Tensor::from_fn([SAMPLES], |sample| sample as i64 % 2)?;
        let targets = Tensor::normal([SAMPLES, SIZES[3]], 0.0, 1.0, rng)?;

        let mut net = random_net(activation, rng)?;
        let tape = by_tape(&values(&mut net), &x, activation, |y| y.cross_entropy(&classes))?;
        let net = net.with(Softmax::default());
        let hand = by_hand(net, CrossEntropyLoss::default(), &x, &classes)?;
        right &= row(activation, "softmax, cross-entropy", &hand, &tape);

        let mut net = random_net(activation, rng)?;
        let squared_error = |y: &Var<f64>| (y - &y.constant(targets.clone())).square().mean(..);
        let tape = by_tape(&values(&mut net), &x, activation, squared_error)?;
        let hand = by_hand(net, MeanSquaredError::default(), &x, &targets)?;
        right &= row(activation, "mean squared error", &hand, &tape);
    }
    let verdict = if right { "right" } else { "WRONG" };
    println!("so backward as written by hand is {verdict}\n");
    Ok(right)
}

/// With random biases too: where all of a ReLU's inputs are cut off, a bias of 0 lies on the kink of the next, which has no derivative.
fn random_net(activation: Activation, rng: &mut Rng) -> Result<Net<f64>> {
    let mut net = perceptron(&SIZES, activation, rng)?;
    for parameter in net.parameters() {
        parameter.value = Tensor::normal(parameter.value.shape(), 0.0, 1.0, rng)?;
    }
    Ok(net)
}

/// Gradients by hand, and the central differences that they should be like: of the input, then of all parameters.
struct ByHand {
    gradients: Vec<f64>,
    differences: Vec<f64>,
}

fn by_hand<Y: Element>(
    mut net: Net<f64>,
    mut loss: impl Loss<f64, Y>,
    x: &Tensor<f64>,
    targets: &Tensor<Y>,
) -> Result<ByHand> {
    let outputs = net.forward(x.clone())?;
    loss.forward(outputs, targets)?;
    let mut gradients = net.backward(&loss.backward()?)?.to_vec();
    for parameter in net.parameters() {
        gradients.extend(parameter.gradient.to_vec());
    }

    let mut differences = Vec::new();
    for element in 0..x.count() {
        differences.push(difference(|h| {
            let mut moved = x.clone();
            moved.as_mut_slice()?[element] += h;
            let outputs = net.forward(moved)?;
            Ok(loss.forward(outputs, targets)?)
        })?);
    }
    for (index, value) in values(&mut net).into_iter().enumerate() {
        for element in 0..value.count() {
            differences.push(difference(|h| {
                let mut moved = value.clone();
                moved.as_mut_slice()?[element] += h;
                net.parameters()[index].value = moved;
                let outputs = net.forward(x.clone())?;
                Ok(loss.forward(outputs, targets)?)
            })?);
        }
        net.parameters()[index].value = value;
    }
    Ok(ByHand {
        gradients,
        differences,
    })
}

/// `(f(h) − f(−h)) / 2h`.
fn difference(mut f: impl FnMut(f64) -> Result<f64>) -> Result<f64> {
    Ok((f(STEP)? - f(-STEP)?) / (2.0 * STEP))
}

/// The same gradients from the tape.
fn by_tape(
    values: &[Tensor<f64>],
    x: &Tensor<f64>,
    activation: Activation,
    loss: impl Fn(&Var<f64>) -> Var<f64>,
) -> Result<Vec<f64>> {
    let tape = Tape::new();
    let x = tape.variable(x.clone());
    let values: Vec<Var<f64>> = values.iter().map(|value| tape.variable(value.clone())).collect();
    let gradients = loss(&on_tape(&x, &values, activation)).backward()?;
    let all = std::iter::once(&x).chain(&values);
    Ok(all
        .flat_map(|variable| gradients.wrt(variable).map(Tensor::to_vec).unwrap_or_default())
        .collect())
}

/// A row of the table, and whether all agree: with the differences as far as the library's own check asks, with the tape to rounding.
fn row(activation: Activation, loss: &str, hand: &ByHand, tape: &[f64]) -> bool {
    let gradients = &hand.gradients;
    let pairs = |others: &[f64]| -> Vec<(f64, f64)> {
        gradients.iter().copied().zip(others.iter().copied()).collect()
    };
    let (differences, tape_pairs) = (pairs(&hand.differences), pairs(tape));
    let largest = |pairs: &[(f64, f64)]| pairs.iter().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!(
        "{:<10}  {loss:<22} {:>8} {:>12.1e} {:>8.1e}",
        activation.name(),
        gradients.len(),
        largest(&differences),
        largest(&tape_pairs)
    );
    gradients.len() == hand.differences.len()
        && gradients.len() == tape.len()
        && differences
            .iter()
            .all(|(a, b)| Gradcheck::default().compare(0, 0, *a, *b).is_ok())
        && tape_pairs
            .iter()
            .all(|(a, b)| (a - b).abs() <= ROUNDING * (1.0 + b.abs()))
}
