//! Both levels mixed: what is written at the bottom works at the top, and the other way round.
//!
//! Two networks for points inside and outside a circle, one with a layer and an operation of one's own and one of library layers,
//! are each trained by the trainer and by a loop of one's own. Both ways must give the same weights to the bit.

use backprop::autodiff::gradcheck;
use backprop::datasets::synthetic::circles;
use backprop::plot::{DecisionRegions, Figure};
use backprop::prelude::*;
use backprop::tensor::{Float, Result as TensorResult};

use super::{Error, Output, largest, largest_difference};

/// `bump x = exp(-x²)`, `d/dx bump x = -2 x bump x`.
#[derive(Debug, Clone, Copy)]
struct Bump;

impl<T: Float> Op<T> for Bump {
    type Saved = (Tensor<T>, Tensor<T>);

    fn forward(&self, inputs: &[&Tensor<T>]) -> TensorResult<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let y = x.apply(&kernel!(|x| -(x * x)), &[])?.exp()?;
        Ok((y.clone(), (x.clone(), y)))
    }

    fn backward(
        &self,
        (x, y): Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> TensorResult<()> {
        inputs.add(
            0,
            gradient.into_apply(&kernel!(|g, x, y| -2.0 * g * x * y), &[&x, &y])?,
        )
    }
}

/// Ridges `bump(W x + b)`: each neuron answers along a line, not on one side of it.
#[derive(Debug, Clone, Module)]
struct Ridges {
    linear: Linear,
}

impl Layer for Ridges {
    fn forward(&self, x: &Var) -> Var {
        self.linear.forward(x).apply(Bump)
    }
}

const HIDDEN: usize = 8;
const EPOCHS: usize = 40;
const BATCH: usize = 20;
const LEARNING_RATE: f64 = 0.02;

pub(crate) fn run(seed: u64, output: &mut Output) -> Result<(), Error> {
    gradcheck(|x| x[0].apply(Bump), &[Tensor::from([-1.5, -0.3, 0.0, 0.7, 2.0])])?;
    println!("the derivative of the operation is right: it agrees with central differences\n");

    let mut rng = Rng::seed(seed);
    let (train, test) = circles(400, 0.5, 0.1, &mut rng)?.stratified_split(0.75, &mut rng)?;
    let own = sequential![
        Ridges {
            linear: Linear::new(2, HIDDEN, &mut rng)
        },
        Linear::new(HIDDEN, 1, &mut rng)
    ];
    let library = sequential![
        Linear::new(2, HIDDEN, &mut rng),
        Tanh,
        Linear::new(HIDDEN, 1, &mut rng)
    ];

    println!("accuracy on {} test points    trainer  own loop", test.len());
    let (own, _) = both_ways("layer of one's own", own, seed, (&train, &test), output)?;
    let (_, library) = both_ways("library layers", library, seed, (&train, &test), output)?;

    let picture = |title: &str, model: &dyn Layer| -> Result<_, Error> {
        let probability = |points: &Tensor| predict_probabilities(model, points);
        let chart = DecisionRegions::new(test.inputs(), test.targets())
            .names(["outside", "inside"])
            .levels(0.5, probability)?;
        Ok(chart.title(title).x_label("x").y_label("y"))
    };
    output.save(
        &Figure::new().row([
            picture("A layer of one's own, in the trainer", &own)?,
            picture("Library layers, in a loop of one's own", &library)?,
        ]),
        "mixed",
    )
}

/// A model trained by the trainer, and a copy of it trained in a loop, which are compared.
fn both_ways<M: Layer + Clone>(
    name: &str,
    model: M,
    seed: u64,
    (train, test): (&TensorDataset, &TensorDataset),
    output: &mut Output,
) -> Result<(M, M), Error> {
    let (mut first, mut second) = (model.clone(), model);
    with_trainer(&mut first, train, seed)?;
    with_loop(&mut second, train, seed)?;
    println!(
        "{name:<28} {:>8.4} {:>9.4}",
        accuracy(&first, test)?,
        accuracy(&second, test)?
    );
    let pairs = first.parameters().into_iter().zip(second.parameters());
    let differences = pairs.map(|(a, b)| largest_difference(a.value(), b.value()));
    output.compare(name, largest(differences), 0.0);
    Ok((first, second))
}

/// Any layer, built in or not, in the trainer.
fn with_trainer(model: &mut impl Layer, train: &TensorDataset, seed: u64) -> Result<(), Error> {
    Trainer::new(BinaryCrossEntropy, Adam::new(LEARNING_RATE))
        .epochs(EPOCHS)
        .batch_size(BATCH)
        .schedule(Cosine::new().least(0.2))
        .seed(seed)
        .progress(Progress::Silent)
        .fit(model, train, None)?;
    Ok(())
}

/// Layers, loss and optimizer of the library in a loop in which anything else can be done.
fn with_loop(model: &mut impl Layer, train: &TensorDataset, seed: u64) -> Result<(), Error> {
    let mut optimizer = Adam::new(LEARNING_RATE);
    let schedule = Cosine::new().least(0.2);
    let mut scheduler = Scheduler::new(schedule, LEARNING_RATE, EPOCHS, train.batches(BATCH).len());
    let mut rng = Rng::seed(seed);
    for _ in 0..EPOCHS {
        for batch in train.batches(BATCH).shuffle(&mut rng) {
            scheduler.step(&mut optimizer);
            let tape = Tape::training(rng.next_seed());
            let logits = model.forward(&tape.input(batch.inputs));
            let loss = BinaryCrossEntropy.loss(&logits, &batch.targets);
            optimizer.step(model, &loss.backward()?)?;
        }
    }
    Ok(())
}

fn accuracy(model: &impl Layer, test: &TensorDataset) -> Result<f64, Error> {
    let right = predict_classes(model, test.inputs())?
        .equal(test.targets())?
        .count_true(..)?;
    Ok(right.item()? as f64 / test.len() as f64)
}
