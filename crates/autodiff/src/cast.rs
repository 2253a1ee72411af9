//! Models of another type of element.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use backprop_tensor::{Float, Numeric, Tensor};

use crate::{Buffer, Param, Result};

/// Something that holds numbers of one type, and can be had with numbers of another: a model trained in f32 as one in f64, whose gradients
/// can be checked against differences.
///
/// `#[derive(Cast)]` (crate `backprop-derive`) writes it for a struct that is generic over its element. Parameters and buffers have
/// identities of their own after it. Layers in boxes (a dynamic sequence, crate `backprop-layers`) have none: what a box holds, only the program that made
/// it knows. It can make another one of the new type, and hand it the numbers by [`Module::load_state`](crate::Module::load_state).
///
/// ```
/// use backprop_autodiff::{Cast, Param};
/// use backprop_tensor::Tensor;
///
/// let weights: Vec<Param> = vec![Tensor::from([0.5, -1.0]).into(), Tensor::from(2.0).into()];
/// let precise: Vec<Param<f64>> = weights.cast()?;
/// assert_eq!(precise[0].value(), &Tensor::from([0.5_f64, -1.0]));
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
pub trait Cast {
    /// The same with elements of type `U`.
    type With<U: Float>;

    /// Converts each number to the nearest one of the new type.
    ///
    /// # Errors
    /// [`Error::Tensor`](crate::Error::Tensor) if there is no memory for the new numbers.
    fn cast<U: Float>(&self) -> Result<Self::With<U>>;
}

impl<T: Float> Cast for Param<T> {
    type With<U: Float> = Param<U>;

    fn cast<U: Float>(&self) -> Result<Param<U>> {
        Ok(Self::cast(self))
    }
}

impl<T: Float> Cast for Buffer<T> {
    type With<U: Float> = Buffer<U>;

    fn cast<U: Float>(&self) -> Result<Buffer<U>> {
        Ok(Self::cast(self)?)
    }
}

impl<T: Numeric> Cast for Tensor<T> {
    type With<U: Float> = Tensor<U>;

    fn cast<U: Float>(&self) -> Result<Tensor<U>> {
        Ok(Self::cast(self)?)
    }
}

impl<T: Float> Cast for PhantomData<T> {
    type With<U: Float> = PhantomData<U>;

    fn cast<U: Float>(&self) -> Result<PhantomData<U>> {
        Ok(PhantomData)
    }
}

impl<M: Cast> Cast for Vec<M> {
    type With<U: Float> = Vec<M::With<U>>;

    fn cast<U: Float>(&self) -> Result<Vec<M::With<U>>> {
        self.iter().map(M::cast).collect()
    }
}

impl<M: Cast, const N: usize> Cast for [M; N] {
    type With<U: Float> = [M::With<U>; N];

    fn cast<U: Float>(&self) -> Result<[M::With<U>; N]> {
        let parts: Vec<_> = self.iter().map(M::cast).collect::<Result<_>>()?;
        parts.try_into().map_err(|_| {
            let expected = format!("an array of {N} keeps its length");
            backprop_tensor::Error::argument("cast", "length", N, expected).into()
        })
    }
}

impl<M: Cast> Cast for Option<M> {
    type With<U: Float> = Option<M::With<U>>;

    fn cast<U: Float>(&self) -> Result<Option<M::With<U>>> {
        self.as_ref().map(M::cast).transpose()
    }
}

impl<M: Cast> Cast for Box<M> {
    type With<U: Float> = Box<M::With<U>>;

    fn cast<U: Float>(&self) -> Result<Box<M::With<U>>> {
        Ok(Box::new((**self).cast()?))
    }
}

impl<M: Cast> Cast for BTreeMap<String, M> {
    type With<U: Float> = BTreeMap<String, M::With<U>>;

    fn cast<U: Float>(&self) -> Result<BTreeMap<String, M::With<U>>> {
        self.iter()
            .map(|(name, module)| Ok((name.clone(), module.cast()?)))
            .collect()
    }
}

macro_rules! tuples {
    ($(($($module:ident $index:tt),*))*) => { $(
        impl<$($module: Cast),*> Cast for ($($module,)*) {
            type With<Element: Float> = ($($module::With<Element>,)*);

            fn cast<Element: Float>(&self) -> Result<Self::With<Element>> {
                Ok(($(self.$index.cast()?,)*))
            }
        }
    )* };
}
tuples! {
    ()
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
}
