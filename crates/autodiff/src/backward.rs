//! The walk back over the tape.

use std::panic::Location;

use backprop_tensor::{Float, Tensor};

use crate::gradients::Gradients;
use crate::node::{Node, NodeId, Origin};
use crate::op::InputGradients;
use crate::{Error, Result, Var, spare};

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
        let location = Location::caller();
        if let Some(error) = self.error() {
            return Err(error);
        }
        if self.value.count() != 1 {
            let shape = *self.shape();
            return Err(Error::NotScalar { shape, location });
        }
        self.walk(Tensor::full(self.shape(), T::ONE)?, location)
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
        self.walk(gradient, location)
    }

    fn walk(&self, seed: Tensor<T>, location: &'static Location<'static>) -> Result<Gradients<T>> {
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
        gradients.push(Some(seed));
        for place in (0..=last).rev() {
            let (before, node) = nodes.split_at_mut(place);
            let (earlier, own) = gradients.split_at_mut(place);
            // What the record holds is freed whether its gradient is wanted or not.
            let origin = node.first_mut().map(Node::take);
            if let (Some(origin), Some(node)) = (origin, node.first()) {
                let inputs = InputGradients {
                    inputs: &node.inputs,
                    nodes: before,
                    gradients: earlier,
                };
                step(
                    origin,
                    NodeId::new(place),
                    own,
                    inputs,
                    node.location,
                    &mut result,
                )?;
            }
        }
        spare::give(nodes);
        result.finish();
        Ok(result)
    }
}

/// Of the gradients, the first is that of the record; after it come those of later records that are kept for it.
fn step<T: Float>(
    origin: Origin<T>,
    place: NodeId,
    gradients: &mut [Option<Tensor<T>>],
    mut inputs: InputGradients<'_, T>,
    location: &'static Location<'static>,
    result: &mut Gradients<T>,
) -> Result<()> {
    let mut own = || gradients.first_mut().and_then(Option::take);
    match origin {
        Origin::Param(id) => {
            if let Some(gradient) = own() {
                result.add_param(id, gradient);
            }
        }
        Origin::TracedParam(param) => {
            if let Some(gradient) = own() {
                result.add_param(param.id, gradient);
            }
        }
        Origin::Variable => {
            if let Some(gradient) = own() {
                result.add_variable(place, gradient);
            }
        }
        Origin::Output | Origin::Constant(_) => {}
        Origin::Operation(record) => {
            record
                .backward(gradients, &mut inputs)
                .map_err(|(operation, source)| Error::Gradient {
                    operation,
                    location,
                    source,
                })?;
        }
    }
    Ok(())
}
