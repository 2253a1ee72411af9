use backprop_tensor::{Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// The matrix product `C = A B` over the last two axes, the others broadcast; one axis is a row on the left and a column on the right.
///
/// `dL/dA = dL/dC Bᵀ`, `dL/dB = Aᵀ dL/dC`.
#[derive(Debug, Clone, Copy)]
pub struct Matmul;

impl<T: Float> Op<T> for Matmul {
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [a, b] = operands(inputs)?;
        Ok((a.matmul(b)?, [a.clone(), b.clone()]))
    }

    fn backward(
        &self,
        [a, b]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        // A vector is a matrix of one row or column, which the product has lost.
        let row = |a: &Tensor<T>| {
            if a.rank() == 1 {
                a.unsqueeze(0)
            } else {
                Ok(a.clone())
            }
        };
        let column = |b: &Tensor<T>| {
            if b.rank() == 1 {
                b.unsqueeze(1)
            } else {
                Ok(b.clone())
            }
        };
        let mut gradient = gradient;
        if b.rank() == 1 {
            gradient = gradient.unsqueeze(-1)?;
        }
        if a.rank() == 1 {
            gradient = gradient.unsqueeze(-2)?;
        }
        if inputs.needed(0) {
            let product = gradient.matmul(&column(&b)?.transpose(-2, -1)?)?;
            inputs.add(0, product.sum_to(row(&a)?.shape())?.reshape(a.shape())?)?;
        }
        if inputs.needed(1) {
            let product = row(&a)?.transpose(-2, -1)?.matmul(&gradient)?;
            inputs.add(1, product.sum_to(column(&b)?.shape())?.reshape(b.shape())?)?;
        }
        Ok(())
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [a, b] = at.operands()?;
        let row = |a: &Var<T>| if a.rank() == 1 { a.unsqueeze(0) } else { a.clone() };
        let column = |b: &Var<T>| if b.rank() == 1 { b.unsqueeze(1) } else { b.clone() };
        let mut gradient = at.gradient().clone();
        if b.rank() == 1 {
            gradient = gradient.unsqueeze(-1);
        }
        if a.rank() == 1 {
            gradient = gradient.unsqueeze(-2);
        }
        let (row, column) = (row(a), column(b));
        if at.needed(0) {
            let product = gradient.matmul(&column.transpose(-2, -1));
            at.add(0, product.sum_to(row.shape()).reshape(a.shape()))?;
        }
        if at.needed(1) {
            let product = row.transpose(-2, -1).matmul(&gradient);
            at.add(1, product.sum_to(column.shape()).reshape(b.shape()))?;
        }
        Ok(())
    }
}

impl<T: Float> Var<T> {
    /// The matrix product, [`Matmul`].
    #[track_caller]
    pub fn matmul(&self, other: &Self) -> Self {
        self.apply_with(Matmul, other)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::Rng;

    use crate::ops::cases::{Case, broadcasting_shapes, normal};

    let matrices = |rng: &mut Rng| {
        let (mut left, mut right) = broadcasting_shapes(rng);
        let (rows, inner, columns) = (1 + rng.below(3), rng.below(4), 1 + rng.below(3));
        left.extend([rows, inner]);
        right.extend([inner, columns]);
        vec![normal(&left, rng), normal(&right, rng)]
    };
    let vectors = |left: usize, right: usize| {
        move |rng: &mut Rng| {
            let inner = 1 + rng.below(4);
            let left = if left == 1 { vec![inner] } else { vec![2, 3, inner] };
            let right = if right == 1 {
                vec![inner]
            } else {
                vec![3, inner, 2]
            };
            vec![normal(&left, rng), normal(&right, rng)]
        }
    };
    vec![
        Case::new(matrices, |x| x[0].matmul(&x[1])),
        Case::new(vectors(1, 1), |x| x[0].matmul(&x[1])),
        Case::new(vectors(1, 3), |x| x[0].matmul(&x[1])),
        Case::new(vectors(3, 1), |x| x[0].matmul(&x[1])),
    ]
}
