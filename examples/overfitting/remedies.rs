//! How to prevent overfitting: every remedy on the same network and the same 300 images.
//!
//! A remedy is judged on images that decided nothing, against the same training without it, seed by seed: what helps with one draw of images and
//! weights and hurts with the next is said to make no clear difference.

mod measure;
mod table;

use backprop::prelude::*;

use super::digits::{Digits, FEW, PIXELS, perceptron};
use super::{Error, Show};
use measure::{Outcome, Score};

type Model = DynamicSequential;

const HIDDEN: usize = 128;
const EPOCHS: usize = 50;

type Remedy = fn(&Attempt<'_>) -> Result<Score, Error>;

const REMEDIES: &[(&str, Remedy)] = &[
    ("nothing", nothing),
    ("5 times the data", more_data),
    ("16 hidden neurons", smaller_model),
    ("L1", l1),
    ("L2", l2),
    ("elastic net", elastic_net),
    ("max-norm", max_norm),
    ("dropout", dropout),
    ("early stopping", early_stopping),
    ("batch norm", batch_norm),
    ("noise", noise),
    ("shifted images", shifted_images),
    ("label smoothing", label_smoothing),
    ("ensemble of 5", ensemble),
    ("shifts and dropout", shifts_and_dropout),
];

fn nothing(attempt: &Attempt<'_>) -> Result<Score, Error> {
    attempt.fit(attempt.model(HIDDEN), attempt.trainer())
}

/// Passed over less often, for as many steps.
fn more_data(attempt: &Attempt<'_>) -> Result<Score, Error> {
    let data = attempt.digits.few(5 * FEW, attempt.seed)?;
    let mut model = attempt.model(HIDDEN);
    attempt
        .trainer()
        .epochs(EPOCHS / 5)
        .fit(&mut model, &data, None)?;
    attempt.score(&model)
}

fn smaller_model(attempt: &Attempt<'_>) -> Result<Score, Error> {
    attempt.fit(attempt.model(16), attempt.trainer())
}

/// `L + λ₁ Σ |w|`.
fn l1(attempt: &Attempt<'_>) -> Result<Score, Error> {
    let penalty = ElasticNet::new(1e-3, 0.0);
    attempt.fit(attempt.model(HIDDEN), attempt.trainer().callback(penalty))
}

/// `L + λ₂ / 2 Σ w²`.
fn l2(attempt: &Attempt<'_>) -> Result<Score, Error> {
    let penalty = ElasticNet::new(0.0, 1e-2);
    attempt.fit(attempt.model(HIDDEN), attempt.trainer().callback(penalty))
}

/// `L + λ₁ Σ |w| + λ₂ / 2 Σ w²`.
fn elastic_net(attempt: &Attempt<'_>) -> Result<Score, Error> {
    let penalty = ElasticNet::new(5e-4, 5e-3);
    attempt.fit(attempt.model(HIDDEN), attempt.trainer().callback(penalty))
}

/// `‖w‖ ≤ 1` for the weights of each neuron.
fn max_norm(attempt: &Attempt<'_>) -> Result<Score, Error> {
    attempt.fit(
        attempt.model(HIDDEN),
        attempt.trainer().callback(MaxNorm::new(1.0)),
    )
}

/// Half of the hidden neurons, others in each step.
fn dropout(attempt: &Attempt<'_>) -> Result<Score, Error> {
    attempt.fit(attempt.with_dropout(), attempt.trainer())
}

/// When the loss on the validation images has not fallen for five epochs, the weights of the best one are brought back.
fn early_stopping(attempt: &Attempt<'_>) -> Result<Score, Error> {
    let mut model = attempt.model(HIDDEN);
    let mut trainer = attempt.trainer().early_stopping(5);
    trainer.fit(&mut model, &attempt.few, &attempt.digits.validation)?;
    attempt.score(&model)
}

/// The input of each neuron with mean 0 and variance 1 over a batch.
fn batch_norm(attempt: &Attempt<'_>) -> Result<Score, Error> {
    let mut model = attempt.model(HIDDEN);
    model
        .layers_mut()
        .insert(1, BoxedLayer::new(BatchNorm1d::new(HIDDEN)));
    attempt.fit(model, attempt.trainer())
}

/// `x + σ z`, with `z` from a normal distribution, for pixels `x` from 0 to 1.
fn noise(attempt: &Attempt<'_>) -> Result<Score, Error> {
    let mut model = attempt.model(HIDDEN);
    model
        .layers_mut()
        .insert(0, BoxedLayer::new(GaussianNoise::new(0.3)));
    attempt.fit(model, attempt.trainer())
}

fn shifted_images(attempt: &Attempt<'_>) -> Result<Score, Error> {
    let mut model = attempt.model(HIDDEN);
    attempt.trainer().fit(&mut model, &attempt.shifted(), None)?;
    attempt.score(&model)
}

/// 0.91 for the right digit and 0.01 for each of the others, instead of 1 and 0.
fn label_smoothing(attempt: &Attempt<'_>) -> Result<Score, Error> {
    let mut model = attempt.model(HIDDEN);
    let loss = CrossEntropy.label_smoothing(0.1);
    attempt
        .trainer_with(loss, attempt.seed)
        .fit(&mut model, &attempt.few, None)?;
    attempt.score(&model)
}

/// The mean of what five networks say, each trained alone.
fn ensemble(attempt: &Attempt<'_>) -> Result<Score, Error> {
    let mut members = Vec::new();
    for member in 0..5 {
        let seed = attempt.seed + 1000 * member;
        let mut model = perceptron(HIDDEN, &mut Rng::seed(seed));
        attempt
            .trainer_with(CrossEntropy, seed)
            .fit(&mut model, &attempt.few, None)?;
        members.push(model);
    }
    attempt.score(&Ensemble::new(members))
}

fn shifts_and_dropout(attempt: &Attempt<'_>) -> Result<Score, Error> {
    let mut model = attempt.with_dropout();
    attempt.trainer().fit(&mut model, &attempt.shifted(), None)?;
    attempt.score(&model)
}

/// What all of them have in common with one seed.
struct Attempt<'a> {
    digits: &'a Digits,
    seed: u64,
    /// The images to learn from.
    few: TensorDataset,
}

impl Attempt<'_> {
    fn model(&self, hidden: usize) -> Model {
        perceptron(hidden, &mut Rng::seed(self.seed))
    }

    fn with_dropout(&self) -> Model {
        let mut model = self.model(HIDDEN);
        model.layers_mut().insert(2, BoxedLayer::new(Dropout::new(0.5)));
        model
    }

    /// The images moved by up to two pixels, another way in each epoch.
    fn shifted(&self) -> impl Dataset<Input = f32, Target = i64> {
        self.few.clone().augment(RandomShift::new([28, 28], 2))
    }

    fn trainer(&self) -> Trainer<CrossEntropy, Adam> {
        self.trainer_with(CrossEntropy, self.seed)
    }

    fn trainer_with<L: Loss>(&self, loss: L, seed: u64) -> Trainer<L, Adam> {
        Trainer::new(loss, Adam::new(1e-3))
            .epochs(EPOCHS)
            .seed(seed)
            .progress(Progress::Silent)
    }

    fn fit(&self, mut model: Model, mut trainer: Trainer<CrossEntropy, Adam>) -> Result<Score, Error> {
        trainer.fit(&mut model, &self.few, None)?;
        self.score(&model)
    }

    fn score(&self, model: &impl Layer) -> Result<Score, Error> {
        measure::score(model, &self.few, &self.digits.test)
    }
}

pub(crate) fn run(show: &Show, seeds: u64) -> Result<(), Error> {
    let digits = Digits::load()?;
    println!(
        "4. Remedies: {PIXELS}-{HIDDEN}-10 on {FEW} images, {} to test on; {seeds} seeds, each with images and weights of its own\n",
        digits.test.len()
    );
    let attempts: Vec<Attempt<'_>> = (0..seeds)
        .map(|seed| -> Result<_, Error> {
            Ok(Attempt {
                digits: &digits,
                seed,
                few: digits.few(FEW, seed)?,
            })
        })
        .collect::<Result<_, _>>()?;
    let outcomes: Vec<Outcome> = REMEDIES
        .iter()
        .map(|(name, remedy)| -> Result<_, Error> {
            let scores = attempts.iter().map(remedy).collect::<Result<_, _>>()?;
            Ok(Outcome { name, scores })
        })
        .collect::<Result<_, _>>()?;
    table::print(&outcomes);
    show.picture("remedies", &table::picture(&outcomes), 38)
}
