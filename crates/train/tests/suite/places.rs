//! Where something is wrong: an error ends with the line of the program that asked, not with one of this library.

use std::panic::Location;

use backprop_autodiff::{Leaf, LeafMut, Module, Path, Var};
use backprop_datasets::TensorDataset;
use backprop_layers::{Layer, Linear, Relu, Sequential, sequential};
use backprop_optim::Sgd;
use backprop_tensor::{Rng, Tensor};
use backprop_train::{
    CrossEntropy, Error, Progress, Trainer, cross_validate, predict, predict_classes, predict_labels,
    predict_probabilities,
};

type Net = Sequential<(Linear, Relu, Linear)>;

fn net() -> Net {
    let rng = &mut Rng::seed(0);
    sequential![Linear::new(2, 3, rng), Relu, Linear::new(3, 2, rng)]
}

fn trainer() -> Trainer<CrossEntropy, Sgd> {
    Trainer::new(CrossEntropy, Sgd::new(0.1))
        .epochs(1)
        .batch_size(4)
        .progress(Progress::Silent)
}

fn data(samples: usize, features: usize) -> TensorDataset {
    let targets: Vec<i64> = (0..samples as i64).map(|sample| sample % 2).collect();
    TensorDataset::new(Tensor::ones([samples, features]).unwrap(), Tensor::from(targets)).unwrap()
}

/// That the error names the line that this was called from.
#[track_caller]
fn names_this_line<R>(result: Result<R, Error>) {
    let (line, message) = (
        Location::caller().line(),
        result.map(|_| ()).unwrap_err().to_string(),
    );
    let place = format!(", at {}:{line}:", file!());
    assert!(message.contains(&place), "{message}\nshould end{place}");
}

#[test]
fn of_a_model_that_does_not_take_the_data() {
    let (wide, wide_inputs) = (data(8, 3), Tensor::<f32>::ones([8, 3]).unwrap());
    names_this_line(trainer().fit(&mut net(), &wide, None));
    names_this_line(trainer().fit(&mut net(), &data(8, 2), &wide));
    names_this_line(trainer().unchecked().fit(&mut net(), &wide, None));
    names_this_line(trainer().unchecked().fit(&mut net(), &data(8, 2), &wide));
    names_this_line(trainer().check(&net(), &wide));
    names_this_line(trainer().evaluate(&net(), &wide));
    names_this_line(trainer().fit_with(&mut net(), &wide, None, |step| {
        Err(Error::other(format!("{step:?}")))
    }));
    names_this_line(trainer().range_test(&net(), &wide, 0.1..1.0, 3));
    names_this_line(predict(&net(), &wide_inputs));
    names_this_line(predict_classes(&net(), &wide_inputs));
    names_this_line(predict_labels(&net(), &wide_inputs));
    names_this_line(predict_probabilities(&net(), &wide_inputs));
    names_this_line(cross_validate(&wide, 2, &mut Rng::seed(0), |_| {
        Ok((net(), trainer()))
    }));
}

/// A layer of one's own, for batches of four samples.
#[derive(Debug)]
struct Fours(Linear);

impl Module for Fours {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, f32>)) {
        self.0.visit(path, visitor);
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, f32>)) {
        self.0.visit_mut(path, visitor);
    }
}

impl Layer for Fours {
    fn forward(&self, x: &Var) -> Var {
        self.0.forward(&x.reshape([4, 2])) // here
    }
}

/// A layer of one's own names its own line; the others, in a step, that which asked for the training.
#[test]
fn of_a_step() {
    let line = include_str!("places.rs")
        .lines()
        .position(|line| line.ends_with("// here"));
    let here = format!("{}:{}:", file!(), line.unwrap() + 1);
    let error = trainer().fit(
        &mut Fours(Linear::new(2, 2, &mut Rng::seed(0))),
        &data(6, 2),
        None,
    );
    let message = error.unwrap_err().to_string();
    assert!(
        message.starts_with("epoch 1, step 2: ") && message.contains(&here),
        "{message}"
    );
}
