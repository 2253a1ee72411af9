//! Networks with checkpoints: the same bits in training, step after step.

use backprop_autodiff::{Gradients, Tape, Var};
use backprop_layers::{BatchNorm1d, Dropout, Layer, Linear, Module, Relu, Sequential, Tanh, sequential};
use backprop_tensor::{Rng, Tensor};

/// Applies its layer under a checkpoint, or without one.
#[derive(Clone, Module)]
struct Checkpointed<L> {
    layer: L,
    on: bool,
}

impl<L: Layer + Clone + 'static> Layer for Checkpointed<L> {
    #[track_caller]
    fn forward(&self, x: &Var) -> Var {
        match self.on {
            true => x
                .tape()
                .checkpoint(&self.layer, [x], |layer, [x]| layer.forward(x)),
            false => self.layer.forward(x),
        }
    }
}

fn network(on: bool) -> impl Layer + Clone {
    let mut rng = Rng::seed(3);
    let block = |rng: &mut Rng| {
        let inner = sequential![Linear::new(8, 8, rng), Relu, Dropout::new(0.3)];
        let inner = Checkpointed { layer: inner, on };
        sequential![
            inner,
            BatchNorm1d::new(8),
            Tanh,
            Dropout::new(0.2),
            Linear::new(8, 8, rng)
        ]
    };
    let blocks = [block(&mut rng), block(&mut rng), block(&mut rng)];
    let body = Sequential::new(blocks.map(|layer| Checkpointed { layer, on }));
    sequential![
        Linear::new(5, 8, &mut rng),
        body,
        BatchNorm1d::new(8),
        Linear::new(8, 2, &mut rng)
    ]
}

/// Plain gradient descent, and what it changes: all numbers of the model, and of the gradients on the way.
fn train(on: bool) -> (Vec<Vec<u32>>, Vec<u32>) {
    let mut model = network(on);
    let mut rng = Rng::seed(11);
    let (x, targets) = (
        Tensor::<f32>::normal([16, 5], 0.0, 1.0, &mut rng).unwrap(),
        Tensor::from((0..16).map(|i| i % 2).collect::<Vec<i64>>()),
    );
    let mut seen = Vec::new();
    for step in 0..4 {
        let tape = Tape::training(step);
        let x = tape.variable(x.clone());
        let loss = model.forward(&x).cross_entropy(&targets);
        let gradients: Gradients = loss.backward().unwrap();
        seen.extend(bits(gradients.wrt(&x).unwrap()));
        for param in model.parameters_mut() {
            let gradient = gradients.get(param).unwrap();
            seen.extend(bits(gradient));
            let next = param.value() - gradient * 0.1;
            param.set(next).unwrap();
        }
        gradients.apply_state(&mut model).unwrap();
    }
    (model.state().values().map(bits).collect(), seen)
}

fn bits(tensor: &Tensor) -> Vec<u32> {
    tensor.to_vec().into_iter().map(f32::to_bits).collect()
}

#[test]
fn training_with_checkpoints_has_the_bits_it_has_without() {
    let (model, seen) = train(true);
    assert_eq!((&model, &seen), (&train(false).0, &train(false).1));
    // All has moved but biases: the gradient of one that is normalized away is 0.
    let before = network(true).state();
    for ((name, before), after) in before.iter().zip(&model) {
        assert!(name.ends_with("bias") || &bits(before) != after, "{name}");
    }
}

#[test]
fn a_checkpoint_needs_the_records_of_its_parameters_alone() {
    let (with, without) = (network(true), network(false));
    let count = |model: &dyn Fn(&Var) -> Var| {
        let tape = Tape::training(0);
        let _ = model(&tape.input(Tensor::ones([4, 5]).unwrap()));
        tape.records().len()
    };
    let (few, many) = (count(&|x| with.forward(x)), count(&|x| without.forward(x)));
    let parameters = with.parameters().len();
    assert_eq!(few, parameters + 1 + 3 + 1 + 1);
    assert!(many > few + 3 * 5, "{many} {few}");
}
