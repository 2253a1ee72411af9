//! What is trained: small data, models and optimizers, mostly such that they fit, sometimes hostile.

use std::cell::Cell;

use backprop_autodiff::{Gradients, Leaf, LeafMut, Module, Param, Path, Var};
use backprop_datasets::{Batch, Dataset, Error, RandomShift, Result, TensorDataset};
use backprop_layers::{BatchNorm1d, Dropout, Flatten, Layer, Linear, Relu, Sequential, Softmax};
use backprop_optim::{Adam, Optimizer, OptimizerState, Sgd};
use backprop_tensor::{Numeric, Tensor};
use backprop_testing::hostile::{Sample, Source};

/// Data in any form, of which no more is known than a trainer asks for.
pub(super) type Data<Y> = Box<dyn Dataset<Input = f32, Target = Y>>;

/// How many classes there are, or targets a sample, and so outputs, unless something is wrong.
const CLASSES: usize = 2;

/// Samples in memory: mostly such that a linear model can learn them.
pub(super) fn in_memory<Y: Numeric + Sample>(s: &mut Source) -> Option<TensorDataset<f32, Y>> {
    let (samples, features) = match s.seldom(12) {
        true => (s.rng.below(3), s.rng.below(4)),
        false => (4 + s.rng.below(6), 1 + s.rng.below(3)),
    };
    let inputs: Tensor<f32> = match s.rng.below(20) {
        0 => s.tensor(),
        1 => s.of_shape(&[samples, features]),
        _ => Tensor::from_fn([samples, features], |_| s.rng.uniform() as f32).ok()?,
    };
    let samples = inputs.shape().first().copied().filter(|&samples| samples < 10)?;
    let fits = if Y::IS_INTEGER {
        vec![samples]
    } else {
        vec![samples, CLASSES]
    };
    let targets = match s.rng.below(20) {
        0 => s.of_shape(&fits),
        1 => s.of_shape(&[samples, s.rng.clone().below(4)]),
        2 => s.of_shape(&[samples]),
        _ => Tensor::from_fn(fits, |_| Y::small(s.rng.below(CLASSES) as i8)).ok()?,
    };
    let data = TensorDataset::new(inputs, targets).ok()?;
    if s.seldom(8) {
        let weights = s.of_shape::<f64>(&[samples]).abs().ok()?;
        return data.with_weights(&weights).ok();
    }
    Some(data)
}

/// Samples in memory, or made on demand, seldom as they should be.
pub(super) fn data<Y: Numeric + Sample>(s: &mut Source) -> Option<Data<Y>> {
    let data = in_memory(s)?;
    Some(match s.rng.below(12) {
        0 => Box::new(data.map(|batch| batch.map_inputs(|x| x.square()))),
        1 => {
            let axes = data.inputs().shape().get(1..).unwrap_or_default().to_vec();
            Box::new(data.augment(RandomShift::new([1, axes.iter().product()], s.length())))
        }
        2 | 3 => Box::new(Odd::new(data, s)),
        _ => Box::new(data),
    })
}

/// Data that says one thing and does another.
pub(super) struct Odd<Y: Sample> {
    samples: TensorDataset<f32, Y>,
    length: usize,
    shrinks: bool,
    is_in_memory: bool,
    asked: Cell<usize>,
    faults: Vec<Fault>,
}

/// What is wrong with a batch.
#[derive(Clone, Copy)]
enum Fault {
    None,
    Failed,
    Fewer,
    Flat,
    NotFinite,
    Empty,
}

impl<Y: Sample> Odd<Y> {
    fn new(samples: TensorDataset<f32, Y>, s: &mut Source) -> Self {
        let length = if s.seldom(4) { s.length() } else { samples.len() };
        let faults = [
            Fault::None,
            Fault::Failed,
            Fault::Fewer,
            Fault::Flat,
            Fault::NotFinite,
            Fault::Empty,
        ];
        Self {
            length,
            shrinks: s.seldom(4),
            is_in_memory: s.flag(),
            asked: Cell::new(0),
            faults: (0..12)
                .map(|_| faults[if s.seldom(6) { s.rng.below(faults.len()) } else { 0 }])
                .collect(),
            samples,
        }
    }
}

impl<Y: Sample> Dataset for Odd<Y> {
    type Input = f32;
    type Target = Y;

    fn len(&self) -> usize {
        match self.shrinks && self.asked.get() > 4 {
            true => self.length / 2,
            false => self.length,
        }
    }

    fn batch(&self, indices: &[usize]) -> Result<Batch<f32, Y>> {
        let asked = self.asked.replace(self.asked.get() + 1);
        let samples = self.samples.len().max(1);
        let known: Vec<usize> = indices.iter().take(100).map(|index| index % samples).collect();
        let batch = Dataset::batch(&self.samples, &known)?;
        match self.faults[asked % self.faults.len()] {
            Fault::None => Ok(batch),
            Fault::Failed => Err(Error::other("the disk is gone")),
            Fault::Fewer => Dataset::batch(&self.samples, &known[known.len() / 2..]),
            Fault::Flat => batch.map_inputs(|x| x.flatten(1, -1)),
            Fault::NotFinite => batch.map_inputs(|x| x.map(|_| f32::NAN)),
            Fault::Empty => Dataset::batch(&self.samples, &[]),
        }
    }

    fn is_in_memory(&self) -> bool {
        self.is_in_memory
    }
}

/// A layer that gives outputs of any shape.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shapes(usize, Param);

impl Module for Shapes {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, f32>)) {
        self.1.visit(&path.name("parameter"), visitor);
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, f32>)) {
        self.1.visit_mut(&path.name("parameter"), visitor);
    }
}

impl Layer for Shapes {
    fn forward(&self, x: &Var) -> Var {
        match self.0 {
            0 => x.sum(..),
            1 => x.flatten(0, -1),
            2 => x.unsqueeze(-1),
            3 => x.slice(0, 1..),
            4 => x.mean(-1),
            5 => x * f32::NAN,
            6 => x.tape().param(&self.1) + x,
            _ => x.unsqueeze(0),
        }
    }
}

pub(super) type Model = Sequential<Vec<backprop_layers::BoxedLayer>>;

/// A model that mostly takes these data.
pub(super) fn model<Y: Sample>(data: &Data<Y>, s: &mut Source) -> Model {
    let shape = data
        .range(0..data.len().min(1))
        .map(|batch| batch.inputs.shape().to_vec());
    let features = shape.unwrap_or_default().get(1).copied();
    let inputs = features
        .filter(|&features| features < 10 && !s.seldom(20))
        .unwrap_or(2);
    let outputs = if s.seldom(10) { s.rng.below(5) } else { CLASSES };
    let mut model = Sequential::dynamic();
    if s.seldom(3) {
        match s.rng.below(6) {
            0 => model.push(Dropout::new(s.real())),
            1 => model.push(Flatten::axes(1, s.axis())),
            2 | 3 => model.push(BatchNorm1d::new(inputs)),
            _ => model.push(Relu),
        }
    }
    if !s.seldom(30) {
        model.push(Linear::new(inputs, outputs, &mut s.rng));
    }
    if s.seldom(12) {
        match s.seldom(4) {
            true => model.push(Softmax::new(s.axis())),
            false => model.push(Shapes(s.rng.below(8), Param::new(s.tensor()))),
        }
    }
    model
}

/// One of several optimizers.
#[derive(Debug, Clone)]
pub(super) enum AnyOptimizer {
    Sgd(Sgd),
    Adam(Adam),
}

impl AnyOptimizer {
    fn any(&mut self) -> &mut dyn Optimizer {
        match self {
            Self::Sgd(sgd) => sgd,
            Self::Adam(adam) => adam,
        }
    }
}

impl Optimizer for AnyOptimizer {
    fn step(&mut self, model: &mut dyn Module, gradients: &Gradients) -> backprop_optim::Result<()> {
        self.any().step(model, gradients)
    }

    fn learning_rate(&self) -> f64 {
        match self {
            Self::Sgd(sgd) => Optimizer::<f32>::learning_rate(sgd),
            Self::Adam(adam) => Optimizer::<f32>::learning_rate(adam),
        }
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.any().set_learning_rate(rate);
    }

    fn state(&self) -> backprop_optim::Result<OptimizerState> {
        match self {
            Self::Sgd(sgd) => sgd.state(),
            Self::Adam(adam) => adam.state(),
        }
    }

    fn load_state(&mut self, state: OptimizerState) -> backprop_optim::Result<()> {
        self.any().load_state(state)
    }
}

pub(super) fn optimizer(s: &mut Source) -> AnyOptimizer {
    let rate = if s.seldom(8) { s.real() } else { s.rng.uniform() };
    match s.rng.below(6) {
        0 => AnyOptimizer::Sgd(Sgd::new(rate).momentum(s.real())),
        1 | 2 => AnyOptimizer::Adam(Adam::new(rate)),
        _ => AnyOptimizer::Sgd(Sgd::new(rate)),
    }
}
