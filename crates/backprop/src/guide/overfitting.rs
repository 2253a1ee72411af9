//! Chapter 7. Overfitting: learning by heart, how to see it, and what helps.
//!
//! # Five points
//!
//! A line has two parameters, a polynomial of degree six has seven. Five points can't determine seven parameters, so the curve goes through all of them, whatever
//! they say, and the noise in them becomes part of what was learned:
//!
//! ```
//! use backprop::plot::{Chart, Line, Points};
//! use backprop::prelude::*;
//! use backprop::tensor::linalg::least_squares;
//!
//! /// The rows `[1, x, x², …]`.
//! fn powers(x: &Tensor<f64>, parameters: usize) -> backprop::tensor::Result<Tensor<f64>> {
//!     let columns = (0..parameters).map(|k| x.map(|x| x.powi(k as i32))).collect::<Result<Vec<_>, _>>()?;
//!     Tensor::stack(&columns.iter().collect::<Vec<_>>(), 1)
//! }
//!
//! let mut rng = Rng::seed(5);
//! let truth = |x: &Tensor<f64>| x * 0.8 + 0.1;
//! let x = Tensor::linspace(-1.0, 1.0, 5)?;
//! let y = truth(&x) + Tensor::normal([5], 0.0, 0.25, &mut rng)?;
//! let grid = Tensor::linspace(-1.0, 1.0, 201)?;
//!
//! let mut chart = Chart::new().points("five noisy points", &x, &y).x_label("x").y_label("y");
//! for parameters in [2, 7] {
//!     let w = least_squares(&powers(&x, parameters)?, &y)?;
//!     let error = |x: &Tensor<f64>, y: &Tensor<f64>| (powers(x, parameters)?.matmul(&w)? - y).square()?.mean(..)?.item();
//!     let (train, validation) = (error(&x, &y)?, error(&grid, &truth(&grid))?);
//!     println!("{parameters} parameters: training error {train:.4}, validation error {validation:.4}");
//!     chart = chart.line(&format!("{parameters} parameters"), &grid, &powers(&grid, parameters)?.matmul(&w)?);
//!     assert_eq!(parameters == 7, train < 1e-12); // learned by heart …
//! }
//! # std::env::set_current_dir("../..")?;
//! chart.save("target/guide/five_points.svg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("pictures/five_points.svg")]
//!
//! The curve has no error on its five points and more error than the line everywhere else. That is overfitting: **what is small is not the error that one
//! wants small.** It can't be seen on the data that one learned from, so part of the data must be kept apart.
//!
//! # Why: bias and variance
//!
//! Draw the five points again and again, and fit each time. The mean squared error at a place `x` is a sum of three:
//!
//! ```text
//! E[(f̂(x) − y)²] = (E[f̂(x)] − f(x))² + E[(f̂(x) − E[f̂(x)])²] + σ²
//!                    bias²                variance                noise
//! ```
//!
//! A stiff model is wrong in the same way each time (bias), a loose one is wrong in a different way each time (variance); noise stays whatever one does. More parameters buy
//! less bias with more variance; more data lowers the variance of all of them (Geman, Bienenstock and Doursat, 1992). The example `overfitting` measures and draws all three.
//!
//! # Seeing it in a training
//!
//! A network begins stiff, with small weights, and loosens while it learns. So the validation loss falls at first, like the training loss, and then turns:
//!
//! ```
//! use backprop::plot::HistoryReport;
//! use backprop::prelude::*;
//!
//! let mut rng = Rng::seed(0);
//! let moons = backprop::datasets::synthetic::moons(600, 0.35, &mut rng)?;
//! let (train, validation) = moons.split(0.1, &mut rng)?; // sixty points to learn from
//! let large = |rng: &mut Rng| sequential![
//!     Linear::new(2, 64, rng), Relu,
//!     Linear::new(64, 64, rng), Relu,
//!     Linear::new(64, 2, rng),
//! ];
//! let trainer = || Trainer::new(CrossEntropy, Adam::new(1e-2)).epochs(120).batch_size(10).progress(Progress::Silent);
//!
//! let mut model = large(&mut Rng::seed(1));
//! let history = trainer().metric(Accuracy).fit(&mut model, &train, &validation)?;
//! let diagnosis = history.diagnosis();
//! println!("{diagnosis}"); // what fit prints at its end
//! assert!(matches!(diagnosis.verdict, Verdict::Overfitting { .. }));
//!
//! // The same model, stopped when it gets no better.
//! let mut stopped = large(&mut Rng::seed(1));
//! trainer().early_stopping(10).fit(&mut stopped, &train, &validation)?;
//! let loss = |model| Trainer::new(CrossEntropy, Adam::new(1e-2)).evaluate(model, &validation).map(|it| it.loss);
//! assert!(loss(&stopped)? < loss(&model)?);
//!
//! # std::env::set_current_dir("../..")?;
//! history.to_figure().save("target/guide/overfitting.svg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("pictures/overfitting.svg")]
//!
//! The rule behind [`Diagnosis`](crate::train::Diagnosis) is written down in its documentation, and says as well when a model has learned too little: **underfitting**, where the training error
//! itself is large. The remedies are opposite, so it is worth knowing which one it is.
//!
//! # What helps
//!
//! | remedy | what it does | here |
//! | --- | --- | --- |
//! | more data | lowers the variance; nothing is better | |
//! | augmentation | more data, made from what there is | [`RandomShift`](crate::datasets::RandomShift) |
//! | noise | no input can be relied on to the last digit | [`GaussianNoise`](crate::layers::GaussianNoise) |
//! | smaller model | less to learn by heart with | |
//! | L2, weight decay | small weights, smooth functions | `AdamW`, `Sgd::weight_decay`, [`ElasticNet`](crate::train::ElasticNet) |
//! | L1 | few weights | [`ElasticNet`](crate::train::ElasticNet) |
//! | max-norm | no neuron may shout | [`MaxNorm`](crate::train::MaxNorm) |
//! | dropout | no neuron may rely on another | [`Dropout`](crate::layers::Dropout) |
//! | early stopping | stops while the function is still smooth | [`EarlyStopping`](crate::train::EarlyStopping) |
//! | batch norm | each batch is seen a little differently | [`BatchNorm1d`](crate::layers::BatchNorm1d) |
//! | label smoothing | never quite sure | [`CrossEntropy::label_smoothing`](crate::train::CrossEntropy::label_smoothing) |
//! | ensembling | the variance averages out | [`Ensemble`](crate::layers::Ensemble) |
//!
//! None of them is free of charge and none always helps. The example `overfitting` tries each on the same 300 digits, with several seeds, and draws what each one did: more data
//! and shifted images made fewer mistakes there, some made a smaller loss and no fewer mistakes, and some made it worse.
