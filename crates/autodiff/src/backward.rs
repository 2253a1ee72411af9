//! The walk back over the tape.

use std::panic::Location;

use backprop_tensor::{Float, Tensor};

use crate::gradients::Gradients;
use crate::node::{Node, NodeId, Origin};
use crate::op::InputGradients;
use crate::param::ParamId;
use crate::{Error, Result, Var, spare};

/// What [`Var::backward_with`] calls.
type Hook<'a, T> = dyn FnMut(ParamId, &mut Tensor<T>) -> Result<()> + 'a;

impl<T: Float> Var<T> {
    /// The gradients of this number, a loss, with respect to all parameters and variables it depends on.
    ///
    /// Walks the list from its end, without recursion, and frees each record as it passes; so the tape is used up. What a value's `n` uses give
    /// is added one after another: the sum is within `n ε / 2 Σ |g|`, as in PyTorch.
    ///
    /// # Errors
    /// The first error of the tape, if an operation this depends on failed; [`Error::NotScalar`] unless it has one element;
    /// [`Error::NotTracked`] if there is nothing to take a gradient for; [`Error::Spent`] the second time.
    #[track_caller]
    pub fn backward(&self) -> Result<Gradients<T>> {
        self.walk_from_one(Location::caller(), None)
    }

    /// As [`backward`](Self::backward), with a hook that is called as each parameter's gradient becomes final, while the walk goes on: to clip it, to count
    /// it, to send it to another machine while the gradients of earlier layers are still being computed.
    ///
    /// Each parameter that the loss depends on comes once, however often it was used; the last one used first comes first: the
    /// reverse of the order in which the tape met them. The hook may change the gradient, and what it leaves is the one in the result. It changes no other one, as
    /// nothing else is computed from a parameter's gradient. PyTorch calls it a post-accumulate-grad hook.
    ///
    /// ```
    /// use backprop_autodiff::{Param, Tape};
    /// use backprop_tensor::Tensor;
    ///
    /// let (first, second) = (Param::new(Tensor::from([2.0_f32, 3.0])), Param::new(Tensor::from([4.0, 5.0])));
    /// let tape = Tape::new();
    /// let loss = (tape.param(&first) * tape.param(&second)).sum(..);
    /// let mut order = Vec::new();
    /// let gradients = loss.backward_with(|id, gradient| {
    ///     order.push(id);
    ///     *gradient = gradient.clamp(-3.5, 3.5)?;
    ///     Ok(())
    /// })?;
    /// assert_eq!(order, [second.id(), first.id()]);
    /// assert_eq!(gradients.get(&first), Some(&Tensor::from([3.5, 3.5])));
    /// assert_eq!(gradients.get(&second), Some(&Tensor::from([2.0, 3.0])));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`backward`](Self::backward); the hook's own, which ends the walk; [`Error::Gradient`] if it leaves a gradient of another shape.
    #[track_caller]
    pub fn backward_with(
        &self,
        mut hook: impl FnMut(ParamId, &mut Tensor<T>) -> Result<()>,
    ) -> Result<Gradients<T>> {
        self.walk_from_one(Location::caller(), Some(&mut hook))
    }

    /// As [`backward`](Self::backward), from a gradient of this value that is known: the vector of a vector-Jacobian product.
    ///
    /// # Errors
    /// As [`backward`](Self::backward), but the value may have any number of elements; the gradient must have its shape.
    #[track_caller]
    pub fn backward_from(&self, gradient: Tensor<T>) -> Result<Gradients<T>> {
        let location = Location::caller();
        if let Some(error) = self.error() {
            return Err(error);
        }
        if gradient.shape() != self.shape() {
            let expected = "must be equal: a gradient has the shape of its value";
            let (found, wanted) = (gradient.shape(), self.shape());
            return Err(backprop_tensor::Error::shapes("backward_from", found, wanted, expected).into());
        }
        self.walk(gradient, location, None)
    }

    fn walk_from_one(
        &self,
        location: &'static Location<'static>,
        hook: Option<&mut Hook<'_, T>>,
    ) -> Result<Gradients<T>> {
        if let Some(error) = self.error() {
            return Err(error);
        }
        if self.value.count() != 1 {
            let shape = *self.shape();
            return Err(Error::NotScalar { shape, location });
        }
        self.walk(Tensor::full(self.shape(), T::ONE)?, location, hook)
    }

    fn walk(
        &self,
        seed: Tensor<T>,
        location: &'static Location<'static>,
        mut hook: Option<&mut Hook<'_, T>>,
    ) -> Result<Gradients<T>> {
        let Some(last) = self.node.index() else {
            return Err(Error::NotTracked { location });
        };
        let (mut nodes, params, updates) = {
            let mut records = self.tape.inner.records.borrow_mut();
            if std::mem::replace(&mut records.spent, true) {
                let operation = "backward";
                return Err(Error::Spent { operation, location });
            }
            // What it holds is not needed any more, and would keep backward from working in place.
            records.kept = None;
            (
                std::mem::take(&mut records.nodes),
                records.params(),
                std::mem::take(&mut records.updates),
            )
        };
        let mut result = Gradients::new(self.tape.inner.id, params, updates);
        nodes.truncate(last + 1);
        let mut gradients: Vec<Option<Tensor<T>>> = (0..last).map(|_| None).collect();
        let mut current = Some(seed);
        for place in (0..=last).rev() {
            let (before, node) = nodes.split_at_mut(place);
            // What the record holds is freed whether its gradient is wanted or not.
            let origin = node.first_mut().map(Node::take);
            if let (Some(origin), Some(mut gradient), Some(node)) = (origin, current, node.first()) {
                if let (Origin::Param(id), Some(hook)) = (&origin, &mut hook) {
                    call(*hook, *id, &mut gradient, node.location)?;
                }
                let inputs = InputGradients {
                    inputs: &node.inputs,
                    nodes: before,
                    gradients: &mut gradients,
                };
                step(
                    origin,
                    NodeId::new(place),
                    gradient,
                    inputs,
                    node.location,
                    &mut result,
                )?;
            }
            current = place.checked_sub(1).and_then(|before| gradients[before].take());
        }
        spare::give(nodes);
        result.finish();
        Ok(result)
    }
}

/// Calls the hook for a parameter's gradient, whose shape must stay.
fn call<T: Float>(
    hook: &mut Hook<'_, T>,
    id: ParamId,
    gradient: &mut Tensor<T>,
    location: &'static Location<'static>,
) -> Result<()> {
    let shape = *gradient.shape();
    hook(id, gradient)?;
    if *gradient.shape() == shape {
        return Ok(());
    }
    let expected = "must be equal: a hook leaves a gradient of its parameter's shape";
    Err(Error::Gradient {
        operation: "Param",
        location,
        source: backprop_tensor::Error::shapes("backward_with", gradient.shape(), &shape, expected),
    })
}

fn step<T: Float>(
    origin: Origin<T>,
    place: NodeId,
    gradient: Tensor<T>,
    mut inputs: InputGradients<'_, T>,
    location: &'static Location<'static>,
    result: &mut Gradients<T>,
) -> Result<()> {
    match origin {
        Origin::Param(id) => result.add_param(id, gradient),
        Origin::Variable => result.add_variable(place, gradient),
        Origin::Operation(record) => {
            record
                .backward(gradient, &mut inputs)
                .map_err(|(operation, source)| Error::Gradient {
                    operation,
                    location,
                    source,
                })?;
        }
    }
    Ok(())
}
