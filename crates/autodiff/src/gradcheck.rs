//! Gradients against differences.

use std::cell::RefCell;

use backprop_tensor::{Rng, Tensor};

use crate::{Error, Tape, Var};

/// Compares the gradient of a function, with respect to each of its inputs, with central differences, in f64.
///
/// The function may give a tensor of any shape: what is checked is the product of a fixed random vector with its Jacobian. It must be
/// smooth around the inputs, and the same at each call.
///
/// # Errors
/// [`GradcheckError::Mismatch`] says where the two differ by more than `1e-6` of the larger and `1e-7`;
/// [`GradcheckError::Failed`] is an error of the function itself.
///
/// ```
/// use backprop_autodiff::gradcheck;
/// use backprop_tensor::Tensor;
///
/// let (a, b) = (Tensor::from([[1.0, 2.0], [3.0, 4.0]]), Tensor::from([0.5, -1.0]));
/// gradcheck(|x| (&x[0] * &x[1]).tanh(), &[a.clone(), b])?;
///
/// // Detached, a factor has no gradient, but it has differences.
/// assert!(gradcheck(|x| &x[0] * &x[0].detach(), &[a]).is_err());
/// # Ok::<(), backprop_autodiff::GradcheckError>(())
/// ```
pub fn gradcheck(
    function: impl Fn(&[Var<f64>]) -> Var<f64>,
    inputs: &[Tensor<f64>],
) -> Result<(), GradcheckError> {
    Gradcheck::default().run(function, inputs)
}

/// Compares what [`Var::gradients`] gives, and the gradients of that, with central differences, in f64: as [`gradcheck`] does with what
/// [`Var::backward`] gives.
///
/// What is differentiated is the product of the function's Jacobian with a vector, with respect to the inputs and the vector.
///
/// # Errors
/// As [`gradcheck`]. An input after those of the function is the vector.
///
/// ```
/// use backprop_autodiff::gradgradcheck;
/// use backprop_tensor::Tensor;
///
/// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// gradgradcheck(|x| x[0].softmax(1) * &x[0], &[x])?;
/// # Ok::<(), backprop_autodiff::GradcheckError>(())
/// ```
pub fn gradgradcheck(
    function: impl Fn(&[Var<f64>]) -> Var<f64>,
    inputs: &[Tensor<f64>],
) -> Result<(), GradcheckError> {
    Gradcheck::default().run_twice(function, inputs)
}

/// The settings of a [`gradcheck`] or [`gradgradcheck`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Gradcheck {
    /// How far to each side the differences are taken, times the larger of 1 and the input's absolute value.
    pub step: f64,
    /// The difference allowed, as a share of the larger of both gradients.
    pub relative: f64,
    /// The difference allowed beside it.
    pub absolute: f64,
}

impl Default for Gradcheck {
    /// Step `6e-6`, the cube root of the precision, where rounding and curvature cost the same; `1e-6` and `1e-7`.
    fn default() -> Self {
        Self {
            step: 6e-6,
            relative: 1e-6,
            absolute: 1e-7,
        }
    }
}

/// A gradient that is wrong, or could not be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GradcheckError {
    /// The gradient and the differences disagree.
    #[error("input {input}, element {element}: the gradient says {gradient}, differences say {difference}")]
    Mismatch {
        /// Which input.
        input: usize,
        /// Which of its elements, in row-major order.
        element: usize,
        /// The gradient that backward gave.
        gradient: f64,
        /// The central difference.
        difference: f64,
    },
    /// The function failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<backprop_tensor::Error> for GradcheckError {
    fn from(error: backprop_tensor::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Gradcheck {
    /// As [`gradcheck`], with these settings.
    ///
    /// # Errors
    /// As [`gradcheck`].
    pub fn run(
        &self,
        function: impl Fn(&[Var<f64>]) -> Var<f64>,
        inputs: &[Tensor<f64>],
    ) -> Result<(), GradcheckError> {
        self.run_on([Tape::new, Tape::inference], function, inputs)
    }

    /// As [`gradgradcheck`], with these settings.
    ///
    /// # Errors
    /// As [`gradgradcheck`].
    pub fn run_twice(
        &self,
        function: impl Fn(&[Var<f64>]) -> Var<f64>,
        inputs: &[Tensor<f64>],
    ) -> Result<(), GradcheckError> {
        let tape = Tape::higher_order();
        let variables: Vec<_> = inputs.iter().map(|input| tape.variable(input.clone())).collect();
        let output = function(&variables);
        let vector = Tensor::normal(*output.value()?.shape(), 0.0, 1.0, &mut Rng::seed(2))?;
        // First those of a derivative itself: the gradients of a wrong one agree with its own differences.
        if output.is_tracked() {
            let along = tape.constant(vector.clone());
            let gradients = output.gradients_for(&variables.iter().collect::<Vec<_>>(), Some(&along))?;
            self.compare_all(Tape::higher_order, &function, inputs, &vector, |input| {
                Ok(gradients[input].value()?.to_vec())
            })?;
        }
        let inputs = [inputs, &[vector]].concat();
        // A function that fails the second time leaves its error behind.
        let failure = RefCell::new(None);
        let result = self.run_on(
            [Tape::higher_order; 2],
            |x| {
                gradients(&function, x).unwrap_or_else(|error| {
                    failure.borrow_mut().get_or_insert(error);
                    Var::failed(x[0].tape().clone())
                })
            },
            &inputs,
        );
        match failure.into_inner() {
            Some(error) => Err(error.into()),
            None => result,
        }
    }

    /// On a tape for the gradients, and tapes for the differences.
    fn run_on(
        &self,
        [recording, plain]: [fn() -> Tape<f64>; 2],
        function: impl Fn(&[Var<f64>]) -> Var<f64>,
        inputs: &[Tensor<f64>],
    ) -> Result<(), GradcheckError> {
        let tape = recording();
        let variables: Vec<_> = inputs.iter().map(|input| tape.variable(input.clone())).collect();
        let output = function(&variables);
        let shape = *output.value()?.shape();
        let direction = Tensor::normal(shape, 0.0, 1.0, &mut Rng::seed(1))?;
        // A function that ignores all its inputs has gradients of zero.
        let gradients = match output.is_tracked() {
            true => Some(output.backward_from(direction.clone())?),
            false => None,
        };
        self.compare_all(plain, &function, inputs, &direction, |input| {
            let gradient = gradients
                .as_ref()
                .and_then(|gradients| gradients.wrt(&variables[input]));
            Ok(match gradient {
                Some(gradient) => gradient.to_vec(),
                None => vec![0.0; inputs[input].count()],
            })
        })
    }

    /// Compares the elements of the gradient of each input with differences of the function along a direction of its value.
    fn compare_all(
        &self,
        plain: fn() -> Tape<f64>,
        function: impl Fn(&[Var<f64>]) -> Var<f64>,
        inputs: &[Tensor<f64>],
        direction: &Tensor<f64>,
        gradient: impl Fn(usize) -> Result<Vec<f64>, GradcheckError>,
    ) -> Result<(), GradcheckError> {
        for input in 0..inputs.len() {
            for (element, gradient) in gradient(input)?.into_iter().enumerate() {
                let difference = self.difference(plain, &function, inputs, direction, input, element)?;
                self.compare(input, element, gradient, difference)?;
            }
        }
        Ok(())
    }

    fn difference(
        &self,
        plain: fn() -> Tape<f64>,
        function: impl Fn(&[Var<f64>]) -> Var<f64>,
        inputs: &[Tensor<f64>],
        direction: &Tensor<f64>,
        input: usize,
        element: usize,
    ) -> Result<f64, GradcheckError> {
        let mut inputs = inputs.to_vec();
        let x = inputs[input].to_vec()[element];
        let mut at = |moved: f64| {
            inputs[input].as_mut_slice()?[element] = moved;
            let tape = plain();
            let variables: Vec<_> = inputs.iter().map(|input| tape.variable(input.clone())).collect();
            let output = function(&variables).into_value()?;
            let products = output.to_vec().into_iter().zip(direction.to_vec());
            Ok::<f64, GradcheckError>(products.map(|(x, y)| x * y).sum())
        };
        let step = self.step * x.abs().max(1.0);
        let (above, below) = (x + step, x - step);
        Ok((at(above)? - at(below)?) / (above - below))
    }

    /// Compares one gradient with its difference, by these tolerances.
    ///
    /// # Errors
    /// [`GradcheckError::Mismatch`] if they differ, or one is not a number.
    pub fn compare(
        &self,
        input: usize,
        element: usize,
        gradient: f64,
        difference: f64,
    ) -> Result<(), GradcheckError> {
        let allowed = self.absolute + self.relative * gradient.abs().max(difference.abs());
        if (gradient - difference).abs() <= allowed {
            return Ok(());
        }
        Err(GradcheckError::Mismatch {
            input,
            element,
            gradient,
            difference,
        })
    }
}

/// The gradients of a function, one after another in one vector. The last input is the gradient of its value.
fn gradients(function: impl Fn(&[Var<f64>]) -> Var<f64>, inputs: &[Var<f64>]) -> crate::Result<Var<f64>> {
    let Some((vector, inputs)) = inputs.split_last() else {
        return Err(
            backprop_tensor::Error::argument("gradgradcheck", "inputs", 0, "needs at least one").into(),
        );
    };
    let output = function(inputs);
    let inputs: Vec<&Var<f64>> = inputs.iter().collect();
    let gradients = output.gradients_for(&inputs, Some(vector))?;
    let flat: Vec<_> = gradients
        .iter()
        .map(|gradient| gradient.reshape([gradient.value.count()]))
        .collect();
    match flat.is_empty() {
        true => Ok(vector.constant(Tensor::zeros([0])?)),
        false => Var::concat(&flat.iter().collect::<Vec<_>>(), 0),
    }
}
