use backprop_tensor::{Error, Float, Kernel, Result, Tensor, kernel, math};
use serde::{Deserialize, Serialize};

use crate::{Differential, InputGradients, Op, Var};

/// A linear map with bias and activation, in one pass: `y = f(x Wᵀ + b)`, with `x` of shape `[..., inputs]`, `W` of shape `[outputs, inputs]` and
/// `b` of shape `[outputs]` or left out.
///
/// With `g = f'(x Wᵀ + b) dL/dy`: `dL/dx = g W`, `dL/dW = gᵀ x`, `dL/db = Σ g` over all axes but the last.
#[derive(Debug, Clone, Copy, Default)]
pub struct Linear {
    /// The activation `f`.
    pub activation: FusedActivation,
}

/// An activation whose derivative is known from its value, so that it can be computed with what comes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FusedActivation {
    /// `f(x) = x`.
    #[default]
    Identity,
    /// `f(x) = max(x, 0)`, `f' = 0` where `f = 0`, else 1.
    Relu,
    /// `f(x) = tanh x`, `f' = 1 - f^2`, from `f` alone: `f'` is off by at most 3 ε, ε the distance from 1 to the next number, which is
    /// all of it for large `|x|`. [`Tanh`](crate::ops::Tanh) has it to its last digits.
    Tanh,
    /// `f(x) = 1 / (1 + e^-x)`, `f' = f (1 - f)`, from `f` alone: `f'` is off by at most 2 ε, which is all of it for large `x`.
    /// [`Sigmoid`](crate::ops::Sigmoid) has it to its last digits.
    Sigmoid,
}

impl FusedActivation {
    fn formula(self) -> Option<Kernel> {
        match self {
            Self::Identity => None,
            Self::Relu => Some(kernel!(|x| math::max(x, 0.0))),
            Self::Tanh => Some(kernel!(|x| math::tanh(x))),
            Self::Sigmoid => Some(kernel!(|x| math::sigmoid(x))),
        }
    }

    /// `f' g`, from `g` and the value `y` of `f`.
    fn gradient(self) -> Option<Kernel> {
        match self {
            Self::Identity => None,
            Self::Relu => Some(kernel!(|g, y| if y <= 0.0 { 0.0 } else { g })),
            Self::Tanh => Some(kernel!(|g, y| g * (1.0 - y * y))),
            Self::Sigmoid => Some(kernel!(|g, y| g * (y * (1.0 - y)))),
        }
    }
}

impl FusedActivation {
    /// The same in variables, so that `f'` is differentiated as the function of `y` that it is.
    fn gradient_var<T: Float>(self, gradient: &Var<T>, y: &Var<T>) -> crate::Result<Var<T>> {
        Ok(match self {
            Self::Identity => gradient.clone(),
            Self::Relu => {
                let is_off = y.value()?.less_equal(&Tensor::scalar(T::ZERO))?;
                gradient.masked_fill(&is_off, T::ZERO)
            }
            Self::Tanh => gradient * (y * y * -T::ONE + T::ONE),
            Self::Sigmoid => gradient * (y * (y * -T::ONE + T::ONE)),
        })
    }
}

/// `x`, `W`, and `y` if the activation needs it.
#[derive(Debug)]
pub struct SavedLinear<T: Float> {
    x: Tensor<T>,
    weight: Tensor<T>,
    y: Option<Tensor<T>>,
}

impl<T: Float> Op<T> for Linear {
    type Saved = SavedLinear<T>;

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let (x, weight, bias) = match *inputs {
            [x, weight] => (x, weight, None),
            [x, weight, bias] => (x, weight, Some(bias)),
            _ => {
                let expected = "a linear map takes x, a weight and perhaps a bias";
                return Err(Error::argument("linear", "operands", inputs.len(), expected));
            }
        };
        let formula = self.activation.formula();
        let y = x.linear(weight, bias, formula.as_ref())?;
        let saved = SavedLinear {
            x: x.clone(),
            weight: weight.clone(),
            y: formula.map(|_| y.clone()),
        };
        Ok((y, saved))
    }

    fn backward(
        &self,
        saved: Self::Saved,
        mut gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let SavedLinear { x, weight, y } = &saved;
        let kernel = self.activation.gradient();
        match (kernel.as_ref().zip(y.as_ref()), inputs.needed(2)) {
            (Some((kernel, y)), true) => {
                let sums;
                (gradient, sums) = gradient.into_apply_and_sum(kernel, &[y])?;
                inputs.add(2, sums)?;
            }
            (Some((kernel, y)), false) => gradient = gradient.into_apply(kernel, &[y])?,
            (None, true) => inputs.add(2, gradient.sum_to([weight.shape()[0]])?)?,
            (None, false) => {}
        }
        if inputs.needed(1) {
            inputs.add(1, gradient.outer_sum(x)?)?;
        }
        if inputs.needed(0) {
            inputs.add(0, gradient.matmul(weight)?)?;
        }
        Ok(())
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let (x, weight) = match at.inputs() {
            [x, weight, ..] => (x, weight),
            _ => return Ok(()),
        };
        let gradient = self.activation.gradient_var(at.gradient(), at.output())?;
        if let Some(bias) = at.inputs().get(2).filter(|_| at.needed(2)) {
            at.add(2, gradient.sum_to(bias.shape()))?;
        }
        if at.needed(1) {
            let rows = x.shape()[..x.rank().saturating_sub(1)].iter().product();
            let [outputs, inputs] = [0, 1].map(|axis| weight.shape()[axis]);
            let gradient = gradient.reshape([rows, outputs]).transpose(0, 1);
            at.add(1, gradient.matmul(&x.reshape([rows, inputs])))?;
        }
        if at.needed(0) {
            at.add(0, gradient.matmul(weight))?;
        }
        Ok(())
    }
}

impl<T: Float> Var<T> {
    /// A linear map, [`Linear`], without activation.
    #[track_caller]
    pub fn linear(&self, weight: &Self, bias: Option<&Self>) -> Self {
        self.linear_with(weight, bias, FusedActivation::Identity)
    }

    /// A linear map, [`Linear`], with an activation.
    #[track_caller]
    pub fn linear_with(&self, weight: &Self, bias: Option<&Self>, activation: FusedActivation) -> Self {
        let op = Linear { activation };
        match bias {
            None => self.tape().apply(op, &[self, weight]),
            Some(bias) => self.tape().apply(op, &[self, weight, bias]),
        }
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal, shape_of_rank};

    let inputs = |bias: bool| {
        move |rng: &mut backprop_tensor::Rng| {
            let rank = 1 + rng.below(3);
            let shape = shape_of_rank(rank, rng);
            let outputs = 1 + rng.below(4);
            let mut inputs = vec![normal(&shape, rng), normal(&[outputs, shape[rank - 1]], rng)];
            if bias {
                inputs.push(normal(&[outputs], rng));
            }
            inputs
        }
    };
    let with = |activation| move |x: &[Var<f64>]| x[0].linear_with(&x[1], Some(&x[2]), activation);
    vec![
        Case::new(inputs(false), |x| x[0].linear(&x[1], None)),
        Case::new(inputs(true), with(FusedActivation::Identity)),
        Case::new(inputs(true), with(FusedActivation::Relu)),
        Case::new(inputs(true), with(FusedActivation::Tanh)),
        Case::new(inputs(true), with(FusedActivation::Sigmoid)),
    ]
}
