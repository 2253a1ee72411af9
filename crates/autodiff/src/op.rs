//! What an operation is: a formula and its derivative.

use std::fmt::Debug;

use backprop_tensor::formula::Formula;
use backprop_tensor::{Error, Float, Result, Shape, Tensor, kernel};

use crate::Differential;
use crate::node::{Node, NodeId};

/// A differentiable operation: a formula, and what it does to a gradient.
///
/// The operations of this crate implement this trait and nothing else, so one of your own is as good as they are. Apply it with
/// [`Var::apply`](crate::Var::apply) or, for several operands, [`Tape::apply`](crate::Tape::apply). One with several values is a [`MultiOp`](crate::MultiOp).
///
/// ```
/// use backprop_autodiff::{InputGradients, Op, Tape, gradcheck, operands};
/// use backprop_tensor::{Float, Result, Tensor, kernel};
///
/// /// cube x = x^3,  d/dx cube x = 3 x^2
/// #[derive(Debug, Clone, Copy)]
/// struct Cube;
///
/// impl<T: Float> Op<T> for Cube {
///     type Saved = Tensor<T>;
///
///     fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
///         let [x] = operands(inputs)?;
///         Ok((x.apply(&kernel!(|x| x * x * x), &[])?, x.clone()))
///     }
///
///     fn backward(&self, x: Self::Saved, gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
///         inputs.add(0, gradient.into_apply(&kernel!(|g, x| g * 3.0 * x * x), &[&x])?)
///     }
/// }
///
/// gradcheck(|x| x[0].apply(Cube), &[Tensor::from([0.5, -1.0, 2.0])])?;
/// # Ok::<(), backprop_autodiff::GradcheckError>(())
/// ```
pub trait Op<T: Float>: Debug + Send + Sync + 'static {
    /// What the derivative needs of the forward pass, and nothing more. It lives until backward has passed the operation.
    type Saved: 'static;

    /// The name in errors and drawings; that of the type unless overridden.
    fn name(&self) -> &'static str {
        type_name::<Self>()
    }

    /// The value, and what to keep for [`backward`](Self::backward). There are as many inputs as the operation was applied to.
    ///
    /// # Errors
    /// If the inputs' shapes or values do not allow the operation; it then sticks to the tape.
    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)>;

    /// Adds to the gradient of each input what follows, by the chain rule, from the `gradient` of the output.
    ///
    /// Both arguments are handed over, so that what is not used again can be overwritten
    /// ([`Tensor::into_apply`]) or goes back to the pool.
    ///
    /// # Errors
    /// If a tensor operation fails, for want of memory for instance.
    fn backward(
        &self,
        saved: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()>;

    /// The same as [`backward`](Self::backward), written in variables, so that it can be differentiated again: adds to the gradient of each input of
    /// the operation ([`Differential::add`]) what follows from the [gradient](Differential::gradient) of its output.
    ///
    /// [`Var::gradients`](crate::Var::gradients) calls it. An operation that leaves it out is differentiated by its [formula](Self::formula); one without, or that gives
    /// [`Differential::first_order`], is differentiable once.
    ///
    /// ```
    /// # use backprop_autodiff::{Differential, InputGradients, Op, Tape, gradgradcheck, operands};
    /// # use backprop_tensor::{Float, Result, Tensor, kernel};
    /// # #[derive(Debug, Clone, Copy)]
    /// # struct Cube;
    /// impl<T: Float> Op<T> for Cube {
    /// #     type Saved = Tensor<T>;
    /// #     fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
    /// #         let [x] = operands(inputs)?;
    /// #         Ok((x.apply(&kernel!(|x| x * x * x), &[])?, x.clone()))
    /// #     }
    /// #     fn backward(&self, x: Self::Saved, gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
    /// #         inputs.add(0, gradient.into_apply(&kernel!(|g, x| g * 3.0 * x * x), &[&x])?)
    /// #     }
    ///     // `forward` and `backward` as above.
    ///
    ///     fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> backprop_autodiff::Result<()> {
    ///         let [x] = at.operands()?;
    ///         at.add(0, at.gradient() * (x * x) * T::from_f64(3.0))
    ///     }
    /// }
    ///
    /// gradgradcheck(|x| x[0].apply(Cube), &[Tensor::from([0.5, -1.0, 2.0])])?;
    /// # Ok::<(), backprop_autodiff::GradcheckError>(())
    /// ```
    ///
    /// # Errors
    /// If a variable operation fails, or this operation is differentiable once.
    fn differentiate(&self, saved: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let _ = saved;
        match self.formula() {
            Some(formula) => crate::ops::differentiate_formula(&formula, &[Some(at.gradient())], at),
            None => Err(at.first_order(NOT_WRITTEN)),
        }
    }

    /// The formula, if each element of the value is one of the elements of the operands at its place, broadcast together: without
    /// parameters ([`Formula::bind`]), its inputs the operands. What can be done with it (derivatives of any order, printing) needs nothing else.
    fn formula(&self) -> Option<Formula> {
        None
    }
}

/// Why an operation is first-order that says nothing else.
pub(crate) const NOT_WRITTEN: &str = "Op::differentiate is not written for it";

/// The name of a type, without its path and its arguments.
pub(crate) fn type_name<O: ?Sized>() -> &'static str {
    let name = std::any::type_name::<O>();
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}

/// The operands of an operation that takes `N`.
///
/// # Errors
/// [`Error::Argument`] if it was applied to more or fewer.
pub fn operands<'a, T: Float, const N: usize>(inputs: &[&'a Tensor<T>]) -> Result<[&'a Tensor<T>; N]> {
    inputs.try_into().map_err(|_| {
        Error::argument(
            "apply",
            "operands",
            inputs.len(),
            format!("this operation takes {N}"),
        )
    })
}

/// Where an operation puts the gradients of its inputs.
#[derive(Debug)]
pub struct InputGradients<'a, T: Float> {
    pub(crate) inputs: &'a [NodeId],
    /// The records before this one, and the gradients collected for them so far.
    pub(crate) nodes: &'a [Node<T>],
    pub(crate) gradients: &'a mut [Option<Tensor<T>>],
}

impl<'a, T: Float> InputGradients<'a, T> {
    /// The number of inputs.
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether the operation has no inputs.
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// Whether anybody wants the gradient of this input. Constants' gradients are not worth computing.
    pub fn needed(&self, index: usize) -> bool {
        self.node(index).is_some()
    }

    /// The shape of an input whose gradient is needed.
    pub fn shape(&self, index: usize) -> Option<Shape> {
        self.node(index).map(|(_, shape)| *shape)
    }

    /// Adds to the gradient of an input; the first part is moved in, not added to zeros. Without effect where no gradient is
    /// [needed](Self::needed).
    ///
    /// # Errors
    /// [`Error::Shapes`] if the gradient does not have the input's shape, and [`Error::Argument`] if there is no such input.
    pub fn add(&mut self, index: usize, gradient: Tensor<T>) -> Result<()> {
        let Some((slot, shape)) = self.node(index) else {
            return is_input(index, self.len());
        };
        if gradient.shape() != shape {
            let expected = "must be equal: a gradient has the shape of its input";
            return Err(Error::shapes("gradient", gradient.shape(), shape, expected));
        }
        let sum = match self.gradients[slot].take() {
            None => gradient,
            Some(before) => sum(before, gradient)?,
        };
        self.gradients[slot] = Some(sum);
        Ok(())
    }

    /// As [`add`](Self::add), for an input that was broadcast: the gradient is summed over the axes it was stretched along.
    ///
    /// # Errors
    /// [`Error::Shapes`] if the input's shape does not broadcast to the gradient's, and [`Error::Argument`] if there is no such input.
    pub fn add_broadcast(&mut self, index: usize, gradient: Tensor<T>) -> Result<()> {
        match self.shape(index) {
            None => is_input(index, self.len()),
            Some(shape) if shape == *gradient.shape() => self.add(index, gradient),
            Some(shape) => self.add(index, gradient.sum_to(shape)?),
        }
    }

    #[inline]
    fn node(&self, index: usize) -> Option<(usize, &'a Shape)> {
        let slot = self.inputs.get(index)?.index()?;
        Some((slot, &self.nodes.get(slot)?.shape))
    }
}

/// Where a gradient without effect is given: whether that is because nobody wants it, or because there is no such input.
#[cold]
pub(crate) fn is_input(index: usize, count: usize) -> Result<()> {
    if index < count {
        return Ok(());
    }
    let expected = format!("the operation has {count} inputs, counted from 0");
    Err(Error::argument("gradient", "index", index, expected))
}

/// The sum, in the memory of one of both where nobody else holds it.
pub(crate) fn sum<T: Float>(first: Tensor<T>, second: Tensor<T>) -> Result<Tensor<T>> {
    first.into_apply(&kernel!(|x, y| x + y), &[&second])
}
