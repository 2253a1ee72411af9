//! Choosing between two tensors by a mask.

use crate::kernels::Operand;
use crate::{Element, Result, Tensor};

impl Tensor<bool> {
    /// `yes` where the mask is set, `no` elsewhere, all three broadcast together.
    ///
    /// # Errors
    /// [`Error::Shapes`](crate::Error::Shapes) if the shapes do not broadcast.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([[1.0, -2.0], [-3.0, 4.0]]);
    /// let negative = x.less(&Tensor::scalar(0.0))?;
    /// assert_eq!(negative.where_else(&Tensor::scalar(0.0), &x)?, Tensor::from([[1.0, 0.0], [0.0, 4.0]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn where_else<T: Element>(&self, yes: &Tensor<T>, no: &Tensor<T>) -> Result<Tensor<T>> {
        let operation = "where_else";
        let shape = yes.shape().broadcast(operation, no.shape())?;
        let shape = self.shape().broadcast(operation, &shape)?;
        let mask_layout = self.layout().broadcast(operation, &shape)?;
        let yes_layout = yes.layout().broadcast(operation, &shape)?;
        let no_layout = no.layout().broadcast(operation, &shape)?;
        let mask = Operand {
            source: self.storage(),
            layout: &mask_layout,
        };
        let yes = Operand {
            source: yes.storage(),
            layout: &yes_layout,
        };
        let no = Operand {
            source: no.storage(),
            layout: &no_layout,
        };
        Tensor::build(shape, |target| T::choose(target, mask, yes, no))
    }
}
