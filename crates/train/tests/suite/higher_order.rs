//! Trainings whose loss, or whose step, is made of derivatives: a gradient penalty, and Newton's method.

use backprop_autodiff::{Tape, Var, hessian, jacobian};
use backprop_layers::{Layer, Linear, Sequential, Tanh, sequential};
use backprop_optim::{Adam, Optimizer};
use backprop_tensor::{Rng, Tensor, linalg};

type Critic = Sequential<(Linear<f64>, Tanh, Linear<f64>, Tanh, Linear<f64>)>;

/// Points around `(x, 0)`.
fn points(x: f64, rng: &mut Rng) -> Tensor<f64> {
    let center = Tensor::from([[x, 0.0]]);
    &Tensor::normal([64, 2], 0.0, 0.2, rng).unwrap() + &center
}

/// `mean (‖dD/dx‖ - 1)²` at these points, and the mean of the norms.
fn penalty(critic: &Critic, tape: &Tape<f64>, points: Tensor<f64>) -> (Var<f64>, f64) {
    let x = tape.variable(points);
    let [slope] = critic.forward(&x).sum(..).gradients([&x]).unwrap();
    let norm = slope.norm(1);
    let mean = norm.mean(..).item().unwrap();
    ((norm - 1.0).square().mean(..), mean)
}

/// A critic whose slope is held at 1 learns the distance by which two clouds of points are shifted (Gulrajani et al., "Improved training of Wasserstein GANs",
/// 2017): the Wasserstein distance, which is known here.
#[test]
fn a_critic_with_gradient_penalty_finds_the_distance() {
    let rng = &mut Rng::seed(7);
    let mut critic: Critic = sequential![
        Linear::builder(2, 32).build_as(rng),
        Tanh,
        Linear::builder(32, 32).build_as(rng),
        Tanh,
        Linear::builder(32, 1).build_as(rng),
    ];
    let mut optimizer = Adam::new(3e-3).betas(0.5, 0.9);
    let (mut distance, mut norm) = (0.0, 0.0);
    let steps = 400;
    for step in 0..steps {
        let (real, fake) = (points(1.0, rng), points(-0.5, rng));
        let share = Tensor::uniform([64, 1], 0.0, 1.0, rng).unwrap();
        let between = &fake + &(&(&real - &fake) * &share);
        let tape = Tape::training_higher_order(rng.next_seed());
        let gap = critic.forward(&tape.input(real)).mean(..) - critic.forward(&tape.input(fake)).mean(..);
        let (penalty, mean) = penalty(&critic, &tape, between);
        let loss = penalty * 10.0 - &gap;
        optimizer.step(&mut critic, &loss.backward().unwrap()).unwrap();
        if step >= steps - 100 {
            distance += gap.item().unwrap() / 100.0;
            norm += mean / 100.0;
        }
    }
    // The estimate of 64 points varies by 0.2 √(2/64) a step; the penalty lets the slope, and so the distance, pass 1 by some percent.
    assert!((distance - 1.5).abs() < 0.15, "{distance}");
    assert!((norm - 1.0).abs() < 0.1, "{norm}");
}

/// The gradients of the penalty with respect to the weights, against differences.
#[test]
fn the_gradients_of_a_penalty_are_those_of_the_differences() {
    let rng = &mut Rng::seed(3);
    let critic: Critic = sequential![
        Linear::builder(2, 5).build_as(rng),
        Tanh,
        Linear::builder(5, 4).build_as(rng),
        Tanh,
        Linear::builder(4, 1).build_as(rng),
    ];
    let x = Tensor::normal([6, 2], 0.0, 1.0, rng).unwrap();
    let tape = Tape::higher_order();
    let (loss, _) = penalty(&critic, &tape, x.clone());
    let gradients = loss.backward().unwrap();
    // The last bias shifts the critic, and has no part in its slope.
    let weight = &critic.layers().2.weight;
    let gradient = gradients.get(weight).cloned().unwrap().to_vec();
    let value = |place: usize, step: f64| {
        let mut other = critic.clone();
        let mut weights = weight.value().to_vec();
        weights[place] += step;
        let shape = *weight.value().shape();
        let moved = Tensor::from_slice(&weights, shape).unwrap();
        other.layers_mut().2.weight.set(moved).unwrap();
        penalty(&other, &Tape::higher_order(), x.clone())
            .0
            .item()
            .unwrap()
    };
    for (place, gradient) in gradient.into_iter().enumerate() {
        let h = 1e-5;
        let difference = (value(place, h) - value(place, -h)) / (2.0 * h);
        assert!(
            (gradient - difference).abs() < 1e-8,
            "{place}: {gradient}, {difference}"
        );
    }
}

const HIDDEN: usize = 1;

/// `Σ w₂ tanh(w₁ x + b₁) + b₂`, with all of its parameters in one vector.
fn network(parameters: &Var<f64>, x: &Var<f64>) -> Var<f64> {
    let part = |start: usize, length: usize| parameters.slice(0, start..start + length);
    let hidden = (x * part(0, HIDDEN) + part(HIDDEN, HIDDEN)).tanh();
    (hidden * part(2 * HIDDEN, HIDDEN)).sum(1) + part(3 * HIDDEN, 1)
}

/// Near the solution, each step of Newton's method about doubles the number of right digits.
#[test]
fn newtons_method_trains_a_small_network_in_a_few_steps() {
    let exact = Tensor::from([1.3, 0.4, 0.8, -0.2]);
    let x = Tensor::linspace(-3.0, 3.0, 25).unwrap().unsqueeze(1).unwrap();
    let tape = Tape::inference();
    let y = network(&tape.input(exact.clone()), &tape.input(x.clone()))
        .into_value()
        .unwrap();
    let loss = |parameters: &Var<f64>| {
        let residual = network(parameters, &parameters.constant(x.clone())) - parameters.constant(y.clone());
        residual.square().mean(..)
    };
    let noise = Tensor::normal([3 * HIDDEN + 1], 0.0, 0.03, &mut Rng::seed(5)).unwrap();
    let mut parameters = &exact + &noise;
    let mut distances = Vec::new();
    for _ in 0..7 {
        let slope = jacobian(loss, &parameters).unwrap();
        let step = linalg::solve(&hessian(loss, &parameters).unwrap(), &slope).unwrap();
        parameters = &parameters - &step;
        let distance = (&parameters - &exact).norm(..).unwrap().item().unwrap();
        distances.push(distance);
    }
    assert!(distances[6] < 1e-9, "{distances:?}");
    // Quadratic: faster than by any fixed factor, until rounding ends it.
    let worst = distances
        .windows(2)
        .find(|pair| pair[0] < 1e-3 && pair[0] > 1e-6)
        .map(|pair| pair[1] / pair[0]);
    assert!(worst.is_some_and(|ratio| ratio < 1e-2), "{distances:?}");
}
