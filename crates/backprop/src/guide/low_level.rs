//! Chapter 5. Low level: tensors, a tape, and a loop of your own.
//!
//! What [the last chapter](super::own_framework) wrote by hand, the library has: layers without a backward, since the tape finds it. The loop stays yours, and
//! everything that happens in it is a line you can see.
//!
//! # The loop
//!
//! ```
//! use backprop::plot::decision_regions;
//! use backprop::prelude::*;
//!
//! let mut rng = Rng::seed(0);
//! let spirals = backprop::datasets::synthetic::spirals(600, 3, 0.75, 0.03, &mut rng)?;
//! let (train, test) = spirals.split(0.8, &mut rng)?;
//! let mut model = sequential![
//!     Linear::new(2, 32, &mut rng), Tanh,
//!     Linear::new(32, 32, &mut rng), Tanh,
//!     Linear::new(32, 3, &mut rng),
//! ];
//! let mut optimizer = Adam::new(1e-2);
//!
//! for _epoch in 0..100 {
//!     for batch in train.batches(32).shuffle(&mut rng) {
//!         let tape = Tape::training(rng.next_seed());         // 1  a new list
//!         let logits = model.forward(&tape.input(batch.inputs)); // 2  operations are written to it
//!         let loss = logits.cross_entropy(&batch.targets);    // 3  a single number
//!         let gradients = loss.backward()?;                   // 4  the list, from its end
//!         optimizer.step(&mut model, &gradients)?;            // 5  downhill
//!     }
//! }
//!
//! // Without a tape that records: nothing is kept.
//! let predict = |x: &Tensor| model.forward(&Tape::inference().input(x.clone())).into_value();
//! let classes = predict(test.inputs())?.argmax(-1)?;
//! let right = classes.equal(test.targets())?.count_true(..)?.item()?;
//! assert!(right >= 110, "{right} of {}", test.len());
//!
//! # std::env::set_current_dir("../..")?;
//! decision_regions(test.inputs(), test.targets(), |x| predict(x)?.argmax(-1).map_err(backprop::autodiff::Error::from))?
//!     .title("Three spirals, test data")
//!     .save("target/guide/spirals.svg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("pictures/spirals.svg")]
//!
//! There is no `zero_grad` to forget: gradients belong to one [`backward`](crate::autodiff::Var::backward), not to the parameters. There is no global
//! switch between training and evaluation: the tape says which it is, and `Dropout` asks it.
//!
//! # A learning rate that changes
//!
//! Nothing happens in a loop of your own that is not in it, and so the learning rate stays what it is. A `Scheduler` sets it by a schedule, one call a step:
//!
//! ```
//! use backprop::prelude::*;
//!
//! let mut rng = Rng::seed(0);
//! let train = backprop::datasets::synthetic::moons(320, 0.1, &mut rng)?;
//! let mut model = sequential![Linear::new(2, 16, &mut rng), Tanh, Linear::new(16, 2, &mut rng)];
//! let mut optimizer = Adam::new(1e-2);
//! let mut scheduler = Scheduler::new(WarmUp::new(10, Cosine::new()), 1e-2, 20, train.batches(32).len());
//! for _epoch in 0..20 {
//!     for batch in train.batches(32).shuffle(&mut rng) {
//!         scheduler.step(&mut optimizer);
//!         let tape = Tape::training(rng.next_seed());
//!         let loss = model.forward(&tape.input(batch.inputs)).cross_entropy(&batch.targets);
//!         optimizer.step(&mut model, &loss.backward()?)?;
//!     }
//! }
//! assert!(optimizer.learning_rate() < 1e-5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Mistakes
//!
//! Formulas have no `?` in them, and yet nothing panics. A mistake makes its result a failed variable; what follows does nothing; and `backward` (or `value`) reports
//! the first one, with the operation, the shapes and your line:
//!
//! ```
//! use backprop::prelude::*;
//!
//! let mut rng = Rng::seed(0);
//! let layer = Linear::new(3, 5, &mut rng);
//! let tape = Tape::training(0);
//! let loss = layer.forward(&tape.input(Tensor::zeros([4, 2])?)).square().mean(..);
//! let message = loss.backward().unwrap_err().to_string();
//! assert!(message.contains("linear") && message.contains("[4, 2]"), "{message}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A layer of your own
//!
//! A layer is a struct that owns its parameters, with a `forward` that reads like the formula. `#[derive(Module)]` finds the parameters and names them by
//! their path, `left.weight`, which is how optimizers, groups and files know them:
//!
//! ```
//! use backprop::prelude::*;
//!
//! /// max(x W₁ᵀ + b₁, x W₂ᵀ + b₂), element by element (Goodfellow et al., Maxout networks, 2013).
//! #[derive(Debug, Clone, Module)]
//! struct Maxout { left: Linear, right: Linear }
//!
//! impl Layer for Maxout {
//!     fn forward(&self, x: &Var) -> Var {
//!         self.left.forward(x).maximum(&self.right.forward(x))
//!     }
//! }
//!
//! let mut rng = Rng::seed(0);
//! let maxout = Maxout { left: Linear::new(2, 8, &mut rng), right: Linear::new(2, 8, &mut rng) };
//! let model = sequential![maxout, Linear::new(8, 3, &mut rng)];
//! println!("{}", summary(&model, [32, 2])?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # An operation of your own
//!
//! Where no formula of the library will do, or it would be slow, an operation brings its own derivative. The built-in ones implement the same trait, and
//! nothing else:
//!
//! ```
//! use backprop::prelude::*;
//! use backprop::tensor::Result;
//!
//! /// y = x³, dy/dx = 3 x².
//! #[derive(Debug, Clone, Copy)]
//! struct Cube;
//!
//! impl Op<f64> for Cube {
//!     type Saved = Tensor<f64>; // what backward needs
//!
//!     fn name(&self) -> &'static str {
//!         "cube"
//!     }
//!     fn forward(&self, inputs: &[&Tensor<f64>]) -> Result<(Tensor<f64>, Self::Saved)> {
//!         let [x] = operands(inputs)?;
//!         Ok((x.map(|x| x * x * x)?, x.clone())) // the clone shares its elements
//!     }
//!     fn backward(&self, x: Self::Saved, gradient: Tensor<f64>, inputs: &mut InputGradients<'_, f64>) -> Result<()> {
//!         inputs.add(0, gradient.try_mul(&x.map(|x| 3.0 * x * x)?)?)
//!     }
//! }
//!
//! let x = Tensor::normal([2, 3], 0.0, 1.0, &mut Rng::seed(0))?;
//! gradcheck(|inputs| inputs[0].apply(Cube), &[x])?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! For [gradients of gradients](super::gradients#gradients-of-gradients) it needs its derivative in variables too:
//! [`Op::differentiate`](crate::autodiff::Op::differentiate), one line here.
//!
//! The example `frameworks` goes through all of this and mixes it with the trainer of [the next chapter](super::high_level), both ways.
