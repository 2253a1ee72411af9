//! `Debug` and `Display` of tensors.

use std::fmt;

use crate::{Element, Tensor};

impl<T: Element> fmt::Debug for Tensor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor<{}> {:?} {:?}", T::NAME, self.shape(), self.to_vec())
    }
}
