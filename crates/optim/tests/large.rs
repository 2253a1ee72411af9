//! Parameters so large that threads share the update of one.

use std::sync::Once;

use backprop_autodiff::{Gradients, Param, Tape};
use backprop_optim::{Adagrad, Adam, AdamW, Optimizer, RmsProp, Sgd};
use backprop_tensor::{Float, Rng, Tensor, set_threads};

/// More than any update that one thread does alone, and no multiple of a vector's width.
const LENGTH: usize = (1 << 20) + 4321;

/// Two, even on a machine with one core.
static THREADS: Once = Once::new();

/// Less than any that several do.
const PIECE: usize = 1003;

fn pieces<T: Float>(whole: &Tensor<T>) -> Vec<Param<T>> {
    let pieces = whole.to_vec();
    let pieces = pieces
        .chunks(PIECE)
        .map(|piece| Param::new(Tensor::from(piece.to_vec())));
    pieces.collect()
}

/// The derivative of `Σ w g` is `g`.
fn gradients<T: Float>(params: &[Param<T>], gradient: &Tensor<T>) -> Gradients<T> {
    let tape = Tape::new();
    let mut start = 0;
    let parts = params.iter().map(|param| {
        let part = start..start + param.value().count();
        start = part.end;
        (tape.param(param) * tape.input(gradient.slice(0, part).unwrap())).sum(..)
    });
    parts.reduce(|a, b| a + b).unwrap().backward().unwrap()
}

/// Steps of a large parameter are those of its pieces, to the bit.
fn check<T: Float>(new: impl Fn() -> Box<dyn Optimizer<T>>) {
    THREADS.call_once(|| set_threads(2).unwrap());
    let rng = &mut Rng::seed(0);
    let mut normal = || Tensor::normal([LENGTH], T::ZERO, T::ONE, rng).unwrap();
    let start = normal();
    let mut whole = vec![Param::new(start.clone())];
    let mut parts = pieces(&start);
    let (mut one, mut many) = (new(), new());
    for _ in 0..2 {
        let gradient = normal();
        let of_one = gradients(&whole, &gradient);
        one.step(&mut whole, &of_one).unwrap();
        let of_many = gradients(&parts, &gradient);
        many.step(&mut parts, &of_many).unwrap();
    }
    let expected: Vec<T> = parts.iter().flat_map(|part| part.value().to_vec()).collect();
    let found = whole[0].value().to_vec();
    let wrong = found
        .iter()
        .zip(&expected)
        .position(|(found, expected)| found != expected);
    assert_eq!(wrong, None);
    // And all but a few, which a step and the next have led back, have moved.
    let still = found
        .iter()
        .zip(start.to_vec())
        .filter(|&(&found, start)| found == start);
    assert!(still.count() < 100);
}

#[test]
fn sgd() {
    check(|| Box::new(Sgd::<f64>::new(0.1).decoupled_weight_decay(0.1)));
    check(|| Box::new(Sgd::<f32>::new(0.1).momentum(0.9).weight_decay(0.1)));
    check(|| Box::new(Sgd::<f64>::new(0.1).momentum(0.9).nesterov(true)));
}

#[test]
fn adam() {
    check(|| Box::new(Adam::<f64>::new(0.1).weight_decay(0.1)));
    check(|| Box::new(AdamW::<f32>::new(0.1)));
}

#[test]
fn rmsprop() {
    check(|| Box::new(RmsProp::<f32>::new(0.1)));
    check(|| Box::new(RmsProp::<f64>::new(0.1).momentum(0.5).centered(true)));
}

#[test]
fn adagrad() {
    check(|| Box::new(Adagrad::<f64>::new(0.1).weight_decay(0.1)));
}

/// The second parameter is a view of one number, too large to be written.
#[test]
fn nothing_changes_without_memory_for_all_of_it() {
    let mut model = [1.0_f32, 2.0].map(|x| Param::new(Tensor::from([x])));
    let tape = Tape::new();
    let loss = tape.param(&model[0]).sum(..) + tape.param(&model[1]).sum(..);
    let mut gradients = loss.backward().unwrap();
    let huge = Tensor::from(1.0)
        .broadcast_to([1 << 20, 1 << 20, 1 << 10])
        .unwrap();
    *model[1].value_mut() = huge.clone();
    *gradients.iter_mut().last().unwrap().1 = huge;
    let error = Sgd::new(0.5).step(&mut model, &gradients).unwrap_err();
    assert!(error.to_string().contains("memory"), "{error}");
    assert_eq!(model[0].value(), &Tensor::from([1.0]));
}

/// Short and long ones, in an order that no cut in halves divides evenly: on several threads each has its step once.
#[test]
fn parameters_of_every_length_have_one_step() {
    THREADS.call_once(|| set_threads(2).unwrap());
    let lengths = [3, 0, LENGTH, 1, 200_000, 7, 7, 300_000, 1];
    let ones = |length| Param::new(Tensor::full([length], 1.0_f64).unwrap());
    let mut model = lengths.map(ones).to_vec();
    let gradient = Tensor::full([lengths.iter().sum()], 0.5).unwrap();
    let gradients = gradients(&model, &gradient);
    let mut optimizer = Sgd::new(0.5).momentum(0.5);
    for after in [0.75, 0.375] {
        optimizer.step(&mut model, &gradients).unwrap();
        for (param, length) in model.iter().zip(lengths) {
            assert_eq!(param.value().to_vec(), vec![after; length]);
        }
    }
    assert!(
        optimizer
            .state()
            .unwrap()
            .0
            .values()
            .all(|(steps, _)| *steps == 2)
    );
}
