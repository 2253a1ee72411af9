//! How to prevent overfitting: every remedy on the same network and the same 300 images.
//!
//! A remedy is judged on images that decided nothing, against the same training without it, seed by seed: what helps in one draw of images and weights and hurts
//! in the next is said to make no difference.

mod measure;
mod table;

use backprop::prelude::*;

use super::digits::{Digits, FEW, PIXELS, perceptron};
use super::{Error, Show};
use measure::{Outcome, Score};

type Model = DynamicSequential;

/// Passes over 300 images; over more of them fewer, for as many steps.
const EPOCHS: usize = 60;
const HIDDEN: usize = 256;

/// Something to do about overfitting.
struct Remedy {
    name: &'static str,
    train: fn(&Digits, u64) -> Result<Score, Error>,
}

const REMEDIES: &[Remedy] = &[
    Remedy {
        name: "nothing",
        train: |digits, seed| plain(digits, seed, HIDDEN, FEW),
    },
    Remedy {
        name: "5 times the data",
        train: |digits, seed| plain(digits, seed, HIDDEN, 5 * FEW),
    },
    Remedy {
        name: "16 hidden neurons",
        train: |digits, seed| plain(digits, seed, 16, FEW),
    },
    Remedy {
        name: "L1",
        train: |digits, seed| penalised(digits, seed, 1e-3, 0.0),
    },
    Remedy {
        name: "L2",
        train: |digits, seed| penalised(digits, seed, 0.0, 1e-2),
    },
    Remedy {
        name: "elastic net",
        train: |digits, seed| penalised(digits, seed, 5e-4, 5e-3),
    },
    Remedy {
        name: "max-norm",
        train: |digits, seed| {
            let trainer = trainer(seed).callback(MaxNorm::new(1.0));
            fit(trainer, perceptron(HIDDEN, &mut Rng::seed(seed)), digits, seed)
        },
    },
    Remedy {
        name: "dropout",
        train: |digits, seed| fit(trainer(seed), with_dropout(seed), digits, seed),
    },
    Remedy {
        name: "early stopping",
        train: |digits, seed| {
            let trainer = trainer(seed).early_stopping(5);
            fit(trainer, perceptron(HIDDEN, &mut Rng::seed(seed)), digits, seed)
        },
    },
    Remedy {
        name: "batch norm",
        train: |digits, seed| fit(trainer(seed), with_batch_norm(seed), digits, seed),
    },
    Remedy {
        name: "noise",
        train: |digits, seed| fit(trainer(seed), with_noise(seed), digits, seed),
    },
    Remedy {
        name: "shifted images",
        train: |digits, seed| {
            let mut model = perceptron(HIDDEN, &mut Rng::seed(seed));
            shifted(&mut model, digits, seed)?;
            measure::score(&model, digits, seed)
        },
    },
    Remedy {
        name: "label smoothing",
        train: |digits, seed| {
            let mut model = perceptron(HIDDEN, &mut Rng::seed(seed));
            let data = digits.few(FEW, seed)?;
            with_settings(CrossEntropy.label_smoothing(0.1), seed).fit(
                &mut model,
                &data,
                &digits.validation,
            )?;
            measure::score(&model, digits, seed)
        },
    },
    Remedy {
        name: "ensemble of 5",
        train: |digits, seed| {
            let data = digits.few(FEW, seed)?;
            let mut members = Vec::new();
            for member in 0..5 {
                let mut model = perceptron(HIDDEN, &mut Rng::seed(100 * member + seed));
                trainer(100 * member + seed).fit(&mut model, &data, None)?;
                members.push(model);
            }
            measure::score(&Ensemble::new(members), digits, seed)
        },
    },
    Remedy {
        name: "all that cost nothing to run",
        train: |digits, seed| {
            let mut model = with_dropout(seed);
            shifted(&mut model, digits, seed)?;
            measure::score(&model, digits, seed)
        },
    },
];

pub(crate) fn run(show: &Show, seeds: u64) -> Result<(), Error> {
    let digits = Digits::load()?;
    println!(
        "4. Remedies: {PIXELS}-{HIDDEN}-10 on {FEW} images, {} to test on; {seeds} seeds, each with images and weights of its own\n",
        digits.test.len()
    );
    let outcomes: Vec<Outcome> = REMEDIES
        .iter()
        .map(|remedy| -> Result<Outcome, Error> {
            let scores: Result<Vec<Score>, Error> =
                (0..seeds).map(|seed| (remedy.train)(&digits, seed)).collect();
            Ok(Outcome {
                name: remedy.name,
                scores: scores?,
            })
        })
        .collect::<Result<_, _>>()?;
    table::print(&outcomes);
    show.picture("remedies", &table::picture(&outcomes))
}

fn with_settings<L: Loss>(loss: L, seed: u64) -> Trainer<L, Adam> {
    Trainer::new(loss, Adam::new(1e-3))
        .epochs(EPOCHS)
        .seed(seed)
        .progress(Progress::Silent)
}

fn trainer(seed: u64) -> Trainer<CrossEntropy, Adam> {
    with_settings(CrossEntropy, seed)
}

fn fit(
    mut trainer: Trainer<CrossEntropy, Adam>,
    mut model: Model,
    digits: &Digits,
    seed: u64,
) -> Result<Score, Error> {
    trainer.fit(&mut model, &digits.few(FEW, seed)?, &digits.validation)?;
    measure::score(&model, digits, seed)
}

fn plain(digits: &Digits, seed: u64, hidden: usize, images: usize) -> Result<Score, Error> {
    let mut model = perceptron(hidden, &mut Rng::seed(seed));
    let data = digits.few(images, seed)?;
    trainer(seed)
        .epochs(EPOCHS * FEW / images)
        .fit(&mut model, &data, None)?;
    measure::score(&model, digits, seed)
}

/// With `λ₁ Σ |w| + λ₂ / 2 Σ w²` added to the loss.
fn penalised(digits: &Digits, seed: u64, l1: f64, l2: f64) -> Result<Score, Error> {
    let trainer = trainer(seed).callback(ElasticNet::new(l1, l2));
    fit(trainer, perceptron(HIDDEN, &mut Rng::seed(seed)), digits, seed)
}

/// Images that are moved by up to two pixels, another way in each epoch.
fn shifted(model: &mut Model, digits: &Digits, seed: u64) -> Result<(), Error> {
    let data = digits.few(FEW, seed)?.augment(RandomShift::new([28, 28], 2));
    trainer(seed).fit(model, &data, None)?;
    Ok(())
}

fn with_dropout(seed: u64) -> Model {
    let mut model = perceptron(HIDDEN, &mut Rng::seed(seed));
    model.layers_mut().insert(2, Box::new(Dropout::new(0.5)));
    model
}

fn with_batch_norm(seed: u64) -> Model {
    let mut model = perceptron(HIDDEN, &mut Rng::seed(seed));
    model.layers_mut().insert(1, Box::new(BatchNorm1d::new(HIDDEN)));
    model
}

fn with_noise(seed: u64) -> Model {
    let mut model = perceptron(HIDDEN, &mut Rng::seed(seed));
    model.layers_mut().insert(0, Box::new(GaussianNoise::new(0.3)));
    model
}
