//! What is called between steps and epochs: every callback with any setting, and some that misbehave.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use backprop_autodiff::{Gradients, LeafMut, Path};
use backprop_tensor::{Numeric, Tensor};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Sample, Source};
use backprop_train::{
    Callback, Checkpoint, CsvLog, EarlyStopping, ElasticNet, Epoch, Error, Evaluation, History, JsonLinesLog,
    MaxNorm, OnEpoch, OnStep, Plan, Result, Step, StopOnNan, TensorBoardLog, TimeLimit, Training,
};

use super::files::folder;
use super::material::{data, model};
use super::trainer::{Any, trainer, validation};

fn early_stopping(s: &mut Source) -> EarlyStopping {
    let mut stopping = EarlyStopping::new(s.length())
        .min_delta(s.real())
        .restore_best(s.flag());
    if s.flag() {
        stopping = stopping.monitor(metric(s));
    }
    if s.flag() {
        stopping = stopping.less_is_better();
    }
    stopping
}

fn metric(s: &mut Source) -> &'static str {
    ["loss", "accuracy", "mae", ""][s.rng.below(4)]
}

/// What keeps to the memory.
pub(super) fn quiet<Y: Numeric>(trainer: Any<Y>, s: &mut Source) -> Any<Y> {
    let pattern = ["*", "weight", "", "*.bias", "**", "0*"][s.rng.below(6)];
    match s.rng.below(9) {
        0 => trainer.early_stopping(s.length()),
        1 => trainer.callback(early_stopping(s)),
        2 => trainer.callback(ElasticNet::new(s.real(), s.real()).of(pattern)),
        3 => trainer.callback(MaxNorm::new(s.real()).of(pattern)),
        4 => trainer.callback(TimeLimit::new(
            [Duration::ZERO, Duration::from_nanos(1), Duration::MAX][s.rng.below(3)],
        )),
        5 => trainer.callback(OnStep(|step: &Step<'_>| assert!(!format!("{step:?}").is_empty()))),
        6 => {
            let rate = s.real();
            trainer.callback(OnEpoch(move |epoch, training| {
                training.optimizer.set_learning_rate(rate);
                assert!(!format!("{training:?} {epoch:?}").is_empty());
            }))
        }
        7 => trainer.callback(Mischief::new(s)),
        _ => trainer.callback(StopOnNan),
    }
}

/// Where something may be written to, or not.
fn inside(s: &mut Source, name: &str) -> PathBuf {
    match s.rng.below(12) {
        0 => folder().join("no/such/folder").join(name),
        1 => folder(),
        2 => folder().join("a\0b"),
        3 => folder().join(name).join(name),
        _ => folder().join(name),
    }
}

/// And where there can be no file at all.
pub(super) fn path(s: &mut Source, name: &str) -> PathBuf {
    match s.rng.below(12) {
        0 => PathBuf::new(),
        1 => PathBuf::from(".."),
        2 => PathBuf::from("/"),
        _ => inside(s, name),
    }
}

pub(super) fn checkpoint(path: impl Into<PathBuf>, s: &mut Source) -> Checkpoint {
    let checkpoint = Checkpoint::new(path);
    match s.rng.below(5) {
        0 => checkpoint.every_epochs(s.length()),
        1 => checkpoint.every_steps(s.length()),
        2 => checkpoint.best(),
        3 => checkpoint.best_of(metric(s)),
        _ => checkpoint,
    }
}

/// What writes.
fn logging<Y: Numeric>(trainer: Any<Y>, s: &mut Source) -> Any<Y> {
    match s.rng.below(5) {
        0 => trainer.callback(CsvLog::new(path(s, "csv"))),
        1 => trainer.callback(JsonLinesLog::new(path(s, "json"))),
        2 => {
            let log = TensorBoardLog::new(inside(s, "events"));
            trainer.callback(if s.flag() {
                log.every_steps(s.length())
            } else {
                log
            })
        }
        3 => {
            let path = path(s, "saved");
            trainer.callback(OnEpoch(move |_, training| {
                training.save_checkpoint(path.clone());
            }))
        }
        _ => trainer.callback(checkpoint(path(s, "checkpoint"), s)),
    }
}

fn logged<Y: Numeric + Sample>(s: &mut Source) -> String {
    let Some(data) = data::<Y>(s) else {
        return String::new();
    };
    let mut model = model(&data, s);
    let mut trainer = trainer(s);
    for _ in 0..1 + s.rng.below(3) {
        trainer = logging(trainer, s);
    }
    let mut seen = super::seen(&trainer.fit(&mut model, &data, validation(s, &data)));
    // The second time, files are there already.
    seen += &super::seen(&trainer.fit(&mut model, &data, validation(s, &data)));
    seen
}

/// Does what no callback should, in any of its hooks.
struct Mischief {
    hook: usize,
    deed: usize,
    tensor: Tensor<f32>,
    rate: f64,
    state: Vec<u8>,
}

impl Mischief {
    fn new(s: &mut Source) -> Self {
        Self {
            hook: s.rng.below(11),
            deed: s.rng.below(6),
            tensor: s.tensor(),
            rate: s.real(),
            state: vec![0; s.rng.below(3)],
        }
    }

    fn act(&self, hook: usize, training: &mut Training<'_>) -> Result<ControlFlow<()>> {
        if hook != self.hook {
            return Ok(ControlFlow::Continue(()));
        }
        match self.deed {
            0 => return Err(Error::other("a callback of one's own")),
            1 => return Ok(ControlFlow::Break(())),
            2 => training.optimizer.set_learning_rate(self.rate),
            3 => training.save_checkpoint(folder().join("mischief")),
            4 => training.model.visit_mut(&Path::ROOT, &mut |_, leaf| {
                if let LeafMut::Param(param) = leaf {
                    *param.value_mut() = self.tensor.clone();
                }
            }),
            _ => training.model.set_trainable(false),
        }
        Ok(ControlFlow::Continue(()))
    }
}

impl Callback for Mischief {
    fn on_fit_begin(&mut self, _: &Plan, _: &History, training: &mut Training<'_>) -> Result<()> {
        self.act(0, training).map(|_| ())
    }

    fn on_epoch_begin(&mut self, _: usize, training: &mut Training<'_>) -> Result<()> {
        self.act(1, training).map(|_| ())
    }

    fn on_step_begin(&mut self, _: usize, training: &mut Training<'_>) -> Result<()> {
        self.act(2, training).map(|_| ())
    }

    fn on_gradients(&mut self, gradients: &mut Gradients, training: &mut Training<'_>) -> Result<()> {
        if self.hook == 3 && self.deed == 0 {
            for (_, gradient) in gradients.iter_mut() {
                *gradient = self.tensor.clone();
            }
            return Ok(());
        }
        self.act(3, training).map(|_| ())
    }

    fn on_step_end(&mut self, step: &Step<'_>, training: &mut Training<'_>) -> Result<ControlFlow<()>> {
        let _ = (step.running.loss(), step.running.metrics());
        self.act(4, training)
    }

    fn on_validation_begin(&mut self, training: &mut Training<'_>) -> Result<()> {
        self.act(5, training).map(|_| ())
    }

    fn on_validation_end(&mut self, _: &Evaluation, training: &mut Training<'_>) -> Result<()> {
        self.act(6, training).map(|_| ())
    }

    fn on_epoch_end(&mut self, _: &Epoch, training: &mut Training<'_>) -> Result<ControlFlow<()>> {
        self.act(7, training)
    }

    fn on_stop(&mut self, training: &mut Training<'_>) -> Result<()> {
        self.act(8, training).map(|_| ())
    }

    fn on_fit_end(&mut self, _: &History, training: &mut Training<'_>) -> Result<()> {
        self.act(9, training).map(|_| ())
    }

    fn state(&self) -> Result<Vec<u8>> {
        match self.hook {
            10 => Err(Error::other("it does not say")),
            _ => Ok(self.state.clone()),
        }
    }
}

pub(super) fn all() -> Vec<Call> {
    calls! {
        logs_of_classes |s| logged::<i64>(s);
        logs_of_numbers |s| logged::<f32>(s);
    }
}
