//! The walk back over the tape.

use std::panic::Location;

use backprop_tensor::{Error as TensorError, Float, Tensor};

use crate::anomaly::{Anomaly, Pass, gradient_at_fault};
use crate::checkpoint::replay;
use crate::gradients::Gradients;
use crate::node::{Node, NodeId, Origin};
use crate::op::InputGradients;
use crate::param::ParamId;
use crate::{Error, Result, Tape, Var, spare};

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
    /// [`Error::NotTracked`] if there is nothing to take a gradient for; [`Error::Spent`] the second time; [`Error::Anomaly`] on a tape that
    /// [looks for them](Tape::detect_anomaly); [`Error::Checkpoint`] inside of a [checkpoint](Tape::checkpoint), or if one of those on the way
    /// cannot be computed again.
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
            return Err(TensorError::shapes("backward_from", found, wanted, expected).into());
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
        hook: Option<&mut Hook<'_, T>>,
    ) -> Result<Gradients<T>> {
        let Some(last) = self.place(location)? else {
            return Err(Error::NotTracked { location });
        };
        if self.tape.detects_anomaly() {
            self.tape.check_seed(&seed, location)?;
        }
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
        nodes.truncate(last + 1);
        let mut gradients: Vec<_> = (0..last).map(|_| None).collect();
        gradients.push(Some(seed));
        let walk = Walk {
            tape: &self.tape,
            own: nodes.len(),
            nodes,
            gradients,
            result: Gradients::new(self.tape.inner.id, params, updates),
            hook,
        };
        walk.back()
    }

    /// Its place on a tape that can be walked back.
    fn place(&self, location: &'static Location<'static>) -> Result<Option<usize>> {
        let records = self.tape.inner.records.borrow();
        let reason = if records.suspended || records.replaying {
            "gradients cannot be computed inside of it, on the same tape"
        } else if self.node.is_suspended() {
            OUTSIDE
        } else {
            return Ok(self.node.index());
        };
        Err(Error::Checkpoint { reason, location })
    }
}

/// A value from inside of a checkpoint, outside of it.
pub(crate) const OUTSIDE: &str =
    "a value from inside of it was not given back by the function, and has no gradient";

/// The walk from the last record to the first.
struct Walk<'a, 'h, T: Float> {
    tape: &'a Tape<T>,
    nodes: Vec<Node<T>>,
    /// As far as they have been collected, of the records up to the place that the walk has come to. After it are those of an operation's values, which stay until the
    /// walk has come to the operation.
    gradients: Vec<Option<Tensor<T>>>,
    result: Gradients<T>,
    hook: Option<&'a mut Hook<'h, T>>,
    /// Records from here on have been appended in place of a checkpoint: nobody can ask for the gradients of variables among them.
    own: usize,
}

impl<T: Float> Walk<'_, '_, T> {
    fn back(mut self) -> Result<Gradients<T>> {
        let mut next = self.nodes.len();
        while let Some(place) = next.checked_sub(1) {
            next = self.step(place)?;
        }
        spare::give(self.nodes);
        self.result.finish();
        Ok(self.result)
    }

    /// Applies the chain rule to a record, and says how many there are still to come. If it is a checkpoint, records have been appended in its place, the last of
    /// which has its gradient.
    fn step(&mut self, place: usize) -> Result<usize> {
        let (before, node) = self.nodes.split_at_mut(place);
        let Some(node) = node.first_mut() else {
            return Ok(place);
        };
        // What the record holds is freed whether its gradient is wanted or not.
        match node.take() {
            Origin::Param(id) => self.param(place, id)?,
            Origin::TracedParam(param) => self.param(place, param.id)?,
            Origin::Variable => {
                if let Some(gradient) = self.gradients[place].take()
                    && place < self.own
                {
                    self.result.add_variable(NodeId::new(place), gradient);
                }
            }
            Origin::Output | Origin::Constant(_) => {}
            Origin::Operation(record) => {
                let detects = self.tape.detects_anomaly().then(|| record.name());
                let (earlier, own) = self.gradients.split_at_mut(place);
                let mut inputs = InputGradients {
                    inputs: &node.inputs,
                    nodes: before,
                    gradients: earlier,
                };
                let done = record.backward(own, &mut inputs);
                if let Err((operation, source)) = done {
                    return Err(Error::Gradient {
                        operation,
                        operands: self.tape.recorded_operands(&node.inputs, before),
                        location: node.location,
                        source,
                    });
                }
                if let Some(operation) = detects {
                    self.check(place, operation)?;
                }
            }
            Origin::Checkpoint(again) => {
                let Some(gradient) = self.gradients[place].take() else {
                    return Ok(place);
                };
                let (shape, location) = (node.shape, node.location);
                self.nodes.truncate(place);
                replay(self.tape, again, &mut self.nodes, &shape, location)?;
                self.own = self.own.min(place);
                let next = self.nodes.len();
                self.gradients.resize_with(self.gradients.len().max(next), || None);
                self.gradients[next - 1] = Some(gradient);
                return Ok(next);
            }
        }
        Ok(place)
    }

    /// Takes the gradient of a parameter, which is final.
    fn param(&mut self, place: usize, id: ParamId) -> Result<()> {
        let Some(mut gradient) = self.gradients[place].take() else {
            return Ok(());
        };
        if let Some(hook) = &mut self.hook {
            call(*hook, id, &mut gradient).map_err(|error| match error {
                HookError::Own(error) => error,
                HookError::Shape(source) => Error::Gradient {
                    operation: "Param",
                    operands: self.tape.recorded_operands(&[NodeId::new(place)], &self.nodes),
                    location: self.nodes[place].location,
                    source,
                },
            })?;
        }
        self.result.add_param(id, gradient);
        Ok(())
    }

    /// Fails if the operation at a place, which was given finite gradients, has made one that is not.
    #[cold]
    fn check(&self, place: usize, operation: &'static str) -> Result<()> {
        let (before, node) = self.nodes.split_at(place);
        let Some((node, (found, cause))) = node
            .first()
            .and_then(|node| Some((node, gradient_at_fault(&node.inputs, &self.gradients)?)))
        else {
            return Ok(());
        };
        Err(Error::Anomaly(Box::new(Anomaly {
            operation,
            operands: self.tape.recorded_operands(&node.inputs, before),
            location: node.location,
            pass: Pass::Backward,
            found,
            cause,
        })))
    }
}

/// Why a hook failed.
enum HookError {
    Own(Error),
    Shape(TensorError),
}

/// Calls the hook for a parameter's gradient, whose shape must stay.
fn call<T: Float>(hook: &mut Hook<'_, T>, id: ParamId, gradient: &mut Tensor<T>) -> Result<(), HookError> {
    let shape = *gradient.shape();
    hook(id, gradient).map_err(HookError::Own)?;
    if *gradient.shape() == shape {
        return Ok(());
    }
    let expected = "must be equal: a hook leaves a gradient of its parameter's shape";
    let error = TensorError::shapes("backward_with", gradient.shape(), &shape, expected);
    Err(HookError::Shape(error))
}
