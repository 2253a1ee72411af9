//! Chapter 6. High level: the trainer, metrics, and honest numbers.
//!
//! Most loops are the same loop. [`Trainer`](crate::train::Trainer) is that loop, with validation, metrics, progress, logs, checkpoints and early
//! stopping around it, and does nothing to the weights that [the loop of the last chapter](super::low_level) would not do.
//!
//! # Iris in ten lines
//!
//! ```
//! use backprop::datasets::{iris, StandardScaler};
//! use backprop::prelude::*;
//!
//! let mut rng = Rng::seed(0);
//! let (train, test) = iris::load()?.stratified_split(0.8, &mut rng)?;
//! let scaler = StandardScaler::fit(train.inputs())?; // of the training data alone: the test data must stay unseen
//! let (train, test) = (train.map_inputs(|x| scaler.transform(x))?, test.map_inputs(|x| scaler.transform(x))?);
//!
//! let mut model = sequential![Linear::new(4, 16, &mut rng), Relu, Linear::new(16, 3, &mut rng)];
//! let mut trainer = Trainer::new(CrossEntropy, Adam::new(1e-2))
//!     .epochs(60)
//!     .batch_size(16)
//!     .metric(Accuracy)
//!     .progress(Progress::Silent); // a bar in a terminal, a line an epoch elsewhere, if left out
//! let history = trainer.fit(&mut model, &train, &test)?;
//!
//! let last = history.last().unwrap().validation.as_ref().unwrap();
//! assert!(last.get("accuracy").unwrap() >= 0.9, "{last:?}");
//! println!("{}", history.diagnosis());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # One split is a dice roll
//!
//! Thirty test flowers: one more or less is 3.3 %. Cross-validation lets every sample be tested once, by a model that has not seen it, and says how
//! far the numbers scatter:
//!
//! ```
//! use backprop::datasets::{iris, StandardScaler};
//! use backprop::prelude::*;
//!
//! let mut rng = Rng::seed(1);
//! let mut all = ConfusionMatrix::new(3);
//! for (train, test) in iris::load()?.stratified_k_fold(5, &mut rng)? {
//!     let scaler = StandardScaler::fit(train.inputs())?;
//!     let (train, test) = (train.map_inputs(|x| scaler.transform(x))?, test.map_inputs(|x| scaler.transform(x))?);
//!     let mut model = sequential![Linear::new(4, 16, &mut rng), Relu, Linear::new(16, 3, &mut rng)];
//!     Trainer::new(CrossEntropy, Adam::new(1e-2))
//!         .epochs(60)
//!         .batch_size(16)
//!         .progress(Progress::Silent)
//!         .fit(&mut model, &train, None)?;
//!     all.add(&predict_classes(&model, test.inputs())?, test.targets())?;
//! }
//! println!("{}", all.report());
//! assert!(all.accuracy() > 0.9);
//!
//! # std::env::set_current_dir("../..")?;
//! backprop::plot::ConfusionMatrix::of(&all, ["setosa", "versicolor", "virginica"])
//!     .save("target/guide/iris.svg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("pictures/iris.svg")]
//!
//! # What can be put around the loop
//!
//! | to | say |
//! | --- | --- |
//! | stop when it gets no better, and keep the best | `.early_stopping(patience)` |
//! | change the learning rate | `.schedule(WarmUp::…)`, [`RangeTest`](crate::train::RangeTest) to find one |
//! | limit gradients | `.clip_norm(1.0)` |
//! | see numbers that matter | `.metric(F1::…)`, `.metric(RocAuc)` |
//! | keep what was learned | [`Checkpoint`](crate::train::Checkpoint), then `.resume(path)`; `model.save("model.safetensors")` |
//! | log | [`CsvLog`](crate::train::CsvLog), [`JsonLinesLog`](crate::train::JsonLinesLog), [`TensorBoardLog`](crate::train::TensorBoardLog) |
//! | do anything else | [`Callback`](crate::train::Callback), or a closure: [`OnEpoch`](struct@crate::train::OnEpoch), [`OnStep`](crate::train::OnStep) |
//! | choose settings | [`Search`](crate::train::Search) over a [`Space`](crate::train::Space) |
//! | read a run | `history.report("run.html")`, with the feature `plot` |
//!
//! # A step of your own in the trainer
//!
//! Where only the step is special, [`fit_with`](crate::train::Trainer::fit_with) takes that step and keeps everything around it. Where only the loss is, a
//! closure is a loss. And a model that the trainer has trained is an ordinary value: go on with a loop of your own, or begin with one.
