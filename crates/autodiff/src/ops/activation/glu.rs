use backprop_tensor::{Error, Float, Kernel, Result, Tensor, kernel, math};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The gated linear unit, half as long as its input along an axis: `y = a σ(b)`, with `a` and `b` the halves of `x` and
/// `σ(b) = 1 / (1 + e^-b)`; `dy/da = σ(b)`, `dy/db = a σ(b) (1 - σ(b))`.
///
/// (Dauphin et al., "Language modeling with gated convolutional networks", 2017.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glu {
    /// The axis, of even length; negative ones count from the end.
    pub axis: isize,
}

impl Glu {
    fn halves<T: Float>(&self, x: &Tensor<T>) -> Result<[Tensor<T>; 2]> {
        let length = x.shape()[x.shape().axis("glu", self.axis)?];
        let halves = x.split(self.axis, &[length / 2, length / 2]);
        match halves.map(<[_; 2]>::try_from) {
            Ok(Ok(halves)) => Ok(halves),
            _ => Err(Error::shape(
                "glu",
                x.shape(),
                format!("axis {} must be of even length", self.axis),
            )),
        }
    }
}

/// `y` from `a`, and the gradient of `a` from that of `y`. Far below 0, σ is e^b, which may leave the range though its product does not.
const GATED: Kernel = kernel!(
    |a, b| a * math::sigmoid(b);
    where !math::exp_is_tiny(b);
    or !math::exp_is_tiny(b) || !math::exp_is_beyond(b);
    else {
        let root = math::exp(0.5 * b);
        math::product([a, root, root], [])
    }
);

impl<T: Float> Op<T> for Glu {
    /// `a` and `b`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x] = operands(inputs)?;
        let [a, b] = self.halves(x)?;
        let y = a.apply(&GATED, &[&b])?;
        Ok((y, [a, b]))
    }

    fn backward(
        &self,
        [a, b]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let kernel = kernel!(
            |g, a, b| g * (a * math::plain_logistic(b).1);
            // Else the slope, or its product with a, may leave the range though that with g as well does not.
            where math::abs(b) < 43.0 && math::abs(a) > 1e-18;
            or math::abs(b) < 43.0 && (math::abs(a) > 1e-18 || a == 0.0);
            else {
                let root = math::exp(-0.25 * math::abs(b));
                let one = 1.0 + math::exp(-math::abs(b));
                math::product([g, a, root, root, root, root], [one, one])
            }
        );
        let b_gradient = gradient.apply(&kernel, &[&a, &b])?;
        let a_gradient = gradient.into_apply(&GATED, &[&b])?;
        inputs.add(0, Tensor::concat(&[&a_gradient, &b_gradient], self.axis)?)
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [x] = at.operands()?;
        let half = x.shape()[x.shape().axis("glu", self.axis)?] / 2;
        let (a, b) = (x.slice(self.axis, ..half), x.slice(self.axis, half..));
        let gate = b.sigmoid();
        let through = at.gradient() * &gate;
        let slope = &through * a * (-b).sigmoid();
        at.add(0, Var::concat(&[&through, &slope], self.axis)?)
    }
}

impl<T: Float> Var<T> {
    /// The gated linear unit along an axis, [`Glu`].
    #[track_caller]
    pub fn glu(&self, axis: isize) -> Self {
        self.apply(Glu { axis })
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use crate::ops::cases::{Case, normal, shape_of_rank};

    let along = |axis: usize| {
        move |rng: &mut backprop_tensor::Rng| {
            let mut shape = shape_of_rank(3, rng);
            shape[axis] *= 2;
            vec![normal(&shape, rng)]
        }
    };
    vec![
        Case::new(along(1), |x| x[0].glu(1)),
        Case::new(along(2), |x| x[0].glu(-1)),
    ]
}
