//! The affine map of a fully connected layer, with its activation.

use crate::kernels::Product;
use crate::{Error, Float, Kernel, Result, Tensor};

impl<T: Float> Tensor<T> {
    /// `activation(x Wᵀ + b)` over the last axis: `[..., in]` with weights `[out, in]` and a bias `[out]` gives `[..., out]`.
    ///
    /// The bias is what the sums start with, and the activation, a formula of one value without parameters, is applied to some
    /// rows of the result while they are in the cache. One row costs one pass over the weights.
    ///
    /// The error of a sum is at most `(1 + min(in, 400 + log2 in)) ε/2 (|b| + Σ |x w|)`, ε the distance from 1 to the next number.
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes do not fit, [`Error::Shape`] for a scalar, [`Error::Argument`] for another kind of kernel, and
    /// [`Error::Size`] or [`Error::Memory`] if there is no memory for the result.
    ///
    /// ```
    /// # use backprop_tensor::{Tensor, kernel, math};
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// let weight = Tensor::from([[1.0, 1.0], [1.0, -1.0], [0.5, 0.0]]);
    /// let bias = Tensor::from([0.0, 0.5, 1.0]);
    /// let relu = kernel!(|x| math::max(x, 0.0));
    /// let y = x.linear(&weight, Some(&bias), Some(&relu))?;
    /// assert_eq!(y, Tensor::from([[3.0, 0.0, 1.5], [7.0, 0.0, 2.5]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn linear(&self, weight: &Self, bias: Option<&Self>, activation: Option<&Kernel>) -> Result<Self> {
        const NAME: &str = "linear";
        let Some(&inputs) = self.shape().last() else {
            return Err(Error::shape(NAME, self.shape(), "needs at least one axis"));
        };
        let outputs = match *weight.shape().dims() {
            [outputs, length] if length == inputs => outputs,
            _ => {
                let expected = format!("do not fit: the weights of {inputs} inputs are [outputs, {inputs}]");
                return Err(Error::shapes(NAME, self.shape(), weight.shape(), expected));
            }
        };
        if let Some(bias) = bias.filter(|bias| bias.shape().dims() != [outputs]) {
            let expected = format!("do not fit: the bias of {outputs} outputs is [{outputs}]");
            return Err(Error::shapes(NAME, weight.shape(), bias.shape(), expected));
        }
        if let Some(kernel) =
            activation.filter(|kernel| (kernel.outputs(), kernel.inputs(), kernel.parameters()) != (1, 0, 0))
        {
            let given = format!(
                "{} outputs, {} inputs, {} parameters",
                kernel.outputs(),
                kernel.inputs(),
                kernel.parameters()
            );
            return Err(Error::argument(
                NAME,
                "activation",
                given,
                "a formula of one value and nothing else",
            ));
        }
        let shape = self.shape().with(NAME, self.rank() - 1, outputs)?;
        if shape.count() == 0 {
            return Self::zeros(shape);
        }
        let (mut input, mut weight_copy, mut bias_copy) = (None, None, None);
        let weight = weight.rows(&mut weight_copy)?.transposed();
        let mut product = Product::new(self.rows(&mut input)?, weight);
        product.start = bias.map(|bias| bias.elements(&mut bias_copy)).transpose()?;
        product.finish = activation.and_then(|kernel| T::function(kernel).run.function());
        Self::try_build(shape, |target| T::multiply(target, &product))
    }
}
