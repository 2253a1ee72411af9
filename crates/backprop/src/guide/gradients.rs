//! Chapter 3. Going downhill: gradient descent, the chain rule, and the tape that applies it.
//!
//! The perceptron's rule works for one layer and a step. For anything deeper one needs to know which way to turn each weight, and how much
//! it matters. That is what the gradient says.
//!
//! # Downhill
//!
//! A model has weights `w`, and a loss `L(w)` says how wrong it is. The gradient `∇L = (∂L/∂w₁, ∂L/∂w₂, …)` points where the loss rises
//! fastest, so one goes the other way, a little at a time:
//!
//! ```text
//! w ← w − η ∇L(w)
//! ```
//!
//! with a learning rate `η > 0`. On the parabola `L(w) = w²`, whose derivative is `2w`, a step multiplies `w` by `1 − 2η`. So `η = 0.1` creeps to the
//! bottom, `η = 0.5` gets there at once, `η = 0.95` jumps from side to side, and anything above 1 leaves for good:
//!
//! ```
//! use backprop::plot::{Chart, Figure, Line};
//! use backprop::prelude::*;
//!
//! let mut figure = Figure::new();
//! for rate in [0.1, 0.95, 1.05] {
//!     let mut w = vec![1.0_f64];
//!     for step in 0..12 {
//!         w.push(w[step] - rate * 2.0 * w[step]);
//!     }
//!     let losses: Vec<f64> = w.iter().map(|w| w * w).collect();
//!     let grid: Vec<f64> = (-40..=40).map(|x| f64::from(x) / 12.0).collect();
//!     let path = Chart::new()
//!         .title(format!("rate {rate}"))
//!         .line("loss", &grid, grid.iter().map(|w| w * w).collect::<Vec<_>>())
//!         .add(Line::new(&w, &losses))
//!         .points("steps", &w, &losses)
//!         .x_label("w");
//!     figure = figure.beside(path);
//! }
//! # std::env::set_current_dir("../..")?;
//! figure.size(900.0, 320.0).shared_legend().save("target/guide/descent.svg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("pictures/descent.svg")]
//!
//! # The chain rule
//!
//! A network is a function of a function of a function. If `y = g(x)` and `L = f(y)`, then
//!
//! ```text
//! dL/dx = dL/dy · dy/dx
//! ```
//!
//! So nobody needs the derivative of the whole. Every operation knows its own `dy/dx`, and turns the gradient with respect to its output into the
//! gradient with respect to its inputs. One begins at the loss, where `dL/dL = 1`, and goes backwards through the operations: that is *backpropagation*
//! (Rumelhart, Hinton and Williams, *Learning representations by back-propagating errors*, 1986). Where a value was used twice, its two gradients add up.
//! One such pass costs about twice the forward pass, however many weights there are.
//!
//! # The tape
//!
//! The [`Tape`](crate::autodiff::Tape) writes down which operations were applied to its variables, one after the other.
//! [`backward`](crate::autodiff::Var::backward) reads the list from its end:
//!
//! ```
//! use backprop::prelude::*;
//!
//! let tape = Tape::new();
//! let x = tape.variable(Tensor::from([2.0_f64]));
//! let y = tape.variable(Tensor::from([3.0]));
//! let z = (&x * &y + x.sin()).sum(..); // z = x y + sin x
//! let gradients = z.backward()?;
//!
//! let x_gradient = gradients.wrt(&x).unwrap().item()?; // y + cos x
//! assert!((x_gradient - (3.0 + 2.0_f64.cos())).abs() < 1e-12);
//! assert_eq!(gradients.wrt(&y).unwrap().item()?, 2.0); // x
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What a tape has recorded can be drawn. Read it downwards for the value, upwards for the gradient:
//!
//! ```
//! use backprop::plot::tape_diagram;
//! use backprop::prelude::*;
//!
//! let tape = Tape::tracing(); // keeps the record as well as the values
//! let x = tape.variable(Tensor::from([2.0_f64]));
//! let y = tape.variable(Tensor::from([3.0]));
//! let z = (&x * &y + x.sin()).sum(..);
//! # std::env::set_current_dir("../..")?;
//! tape_diagram(z.tape()).save("target/guide/tape.svg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("pictures/tape.svg")]
//!
//! # Is the gradient right?
//!
//! A wrong derivative rarely announces itself: the network learns, only worse. But a derivative can be measured, by moving each number a little to both sides:
//!
//! ```text
//! ∂L/∂wᵢ ≈ (L(w + h eᵢ) − L(w − h eᵢ)) / 2h
//! ```
//!
//! [`gradcheck`](crate::autodiff::gradcheck()) does so in 64 bits, and says where the two differ. Every operation of this library has to pass it; yours can:
//!
//! ```
//! use backprop::prelude::*;
//!
//! let mut rng = Rng::seed(0);
//! let inputs = [Tensor::normal([3, 4], 0.0, 1.0, &mut rng)?, Tensor::normal([4], 0.0, 1.0, &mut rng)?];
//! gradcheck(|inputs| (&inputs[0] * &inputs[1]).tanh().logsumexp(-1), &inputs)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Gradients of gradients
//!
//! A gradient is a formula too. On a tape of [higher order](crate::autodiff::Tape::higher_order) it comes as a variable, which can be used in a loss and
//! differentiated again: to keep a network's slope small, to weigh how curved a loss is, or to fit a network to a differential equation.
//!
//! ```
//! use backprop::autodiff::hessian;
//! use backprop::prelude::*;
//!
//! let tape = Tape::higher_order();
//! let x = tape.variable(Tensor::from([1.0_f64, 2.0]));
//! let y = (&x * &x * &x).sum(..);
//! let [dx] = y.gradients([&x])?; // 3 x²
//! let second = dx.sum(..).backward()?; // 6 x
//! assert_eq!(second.wrt(&x), Some(&Tensor::from([6.0, 12.0])));
//!
//! // All second derivatives of a loss, where there are few parameters.
//! let curvature = hessian(|w| w.cross_entropy(&Tensor::scalar(1_i64)), &Tensor::from([0.0, 0.0]))?;
//! assert_eq!(curvature, Tensor::from([[0.25, -0.25], [-0.25, 0.25]]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A line through points
//!
//! Gradient descent on the mean squared error `L = 1/n Σ (w xᵢ + b − yᵢ)²` finds the line that the normal equations give at once. Here that is a detour, but the
//! detour works for any formula that the tape can record:
//!
//! ```
//! use backprop::plot::regression;
//! use backprop::prelude::*;
//! use backprop::tensor::linalg::least_squares;
//!
//! let mut rng = Rng::seed(1);
//! let x = Tensor::uniform([40, 1], -1.0_f32, 1.0, &mut rng)?;
//! let y = &x * 2.0 + 0.5 + Tensor::normal([40, 1], 0.0, 0.3, &mut rng)?;
//!
//! let (mut w, mut b) = (Tensor::zeros([1, 1])?, Tensor::zeros([1])?);
//! for _ in 0..200 {
//!     let tape = Tape::new();
//!     let (w_now, b_now) = (tape.variable(w.clone()), tape.variable(b.clone()));
//!     let prediction = tape.input(x.clone()).matmul(&w_now) + &b_now;
//!     let gradients = (prediction - tape.input(y.clone())).square().mean(..).backward()?;
//!     w = w - gradients.wrt(&w_now).unwrap() * 0.5;
//!     b = b - gradients.wrt(&b_now).unwrap() * 0.5;
//! }
//!
//! let ones = Tensor::ones([40, 1])?;
//! let exact = least_squares(&Tensor::concat(&[&x, &ones], 1)?, &y)?; // w, b
//! assert!((w.item()? - exact.to_vec()[0]).abs() < 1e-4);
//! assert!((b.item()? - exact.to_vec()[1]).abs() < 1e-4);
//!
//! let fitted = x.matmul(&w)? + &b;
//! # std::env::set_current_dir("../..")?;
//! regression(&x, &y, &fitted).save("target/guide/line.svg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = include_str!("pictures/line.svg")]
//!
//! # Which loss?
//!
//! | task | loss | in this library |
//! | --- | --- | --- |
//! | a number | squared error `(p − y)²`: outliers weigh much | [`MeanSquaredError`](crate::train::MeanSquaredError) |
//! | a number, with outliers | absolute error `\|p − y\|` | [`MeanAbsoluteError`](crate::train::MeanAbsoluteError) |
//! | one of two classes | logistic loss `−y ln p − (1 − y) ln(1 − p)`, with `p = σ(z)` | [`BinaryCrossEntropy`](crate::train::BinaryCrossEntropy) |
//! | one of many classes | cross-entropy `−ln p_y`, with `p = softmax(z)` | [`CrossEntropy`](crate::train::CrossEntropy) |
//!
//! The share of wrong answers (the 0-1 loss) is what one would like to make small, but it is flat almost everywhere: its gradient is zero and says
//! nothing. So one trains on a loss that has a slope, and reads the accuracy as a metric.
