//! Boolean algebra on masks.

use crate::kernel::Compiled;
use crate::{Numeric, Result, Tensor};

const AND: Compiled<'_, bool> = Compiled::light(|_, outputs, inputs| {
    for (x, y) in outputs.iter_mut().zip(inputs) {
        x.iter_mut().zip(*y).for_each(|(x, y)| *x &= y);
    }
});

const OR: Compiled<'_, bool> = Compiled::light(|_, outputs, inputs| {
    for (x, y) in outputs.iter_mut().zip(inputs) {
        x.iter_mut().zip(*y).for_each(|(x, y)| *x |= y);
    }
});

const XOR: Compiled<'_, bool> = Compiled::light(|_, outputs, inputs| {
    for (x, y) in outputs.iter_mut().zip(inputs) {
        x.iter_mut().zip(*y).for_each(|(x, y)| *x ^= y);
    }
});

const NOT: Compiled<'_, bool> = Compiled::light(|_, outputs, _| {
    for x in outputs.iter_mut().flat_map(|x| x.iter_mut()) {
        *x = !*x;
    }
});

/// Boolean algebra; two masks are broadcast together.
impl Tensor<bool> {
    /// Whether both are set.
    ///
    /// # Errors
    /// [`Error::Shapes`](crate::Error::Shapes) if the shapes do not broadcast.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let x = Tensor::from([0.5, 1.5, 2.5]);
    /// let inside = x.greater(&Tensor::scalar(1.0))?.and(&x.less(&Tensor::scalar(2.0))?)?;
    /// assert_eq!(inside, Tensor::from([false, true, false]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn and(&self, other: &Self) -> Result<Self> {
        self.clone().elementwise("and", AND, &[], &[other])
    }

    /// Whether at least one is set.
    ///
    /// # Errors
    /// [`Error::Shapes`](crate::Error::Shapes) if the shapes do not broadcast.
    pub fn or(&self, other: &Self) -> Result<Self> {
        self.clone().elementwise("or", OR, &[], &[other])
    }

    /// Whether exactly one is set.
    ///
    /// # Errors
    /// [`Error::Shapes`](crate::Error::Shapes) if the shapes do not broadcast.
    pub fn xor(&self, other: &Self) -> Result<Self> {
        self.clone().elementwise("xor", XOR, &[], &[other])
    }

    /// Whether it is not set.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    pub fn not(&self) -> Result<Self> {
        self.clone().elementwise("not", NOT, &[], &[])
    }

    /// 1 where the mask is set, 0 elsewhere.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) if there is none for the result.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// assert_eq!(Tensor::from([true, false]).to_numeric::<f32>()?, Tensor::from([1.0, 0.0]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn to_numeric<T: Numeric>(&self) -> Result<Tensor<T>> {
        let mask = self.contiguous()?;
        Tensor::build(*self.shape(), |target| {
            T::from_bool(target, mask.as_slice().unwrap_or(&[]))
        })
    }
}
