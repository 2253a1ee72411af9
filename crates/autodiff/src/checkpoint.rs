//! Values that are computed again in the backward pass instead of being kept.

use std::any::type_name;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use backprop_tensor::{Float, Rng, Shape, Tensor};

use crate::module::{Leaf, LeafMut};
use crate::node::{Inputs, Node, NodeId, Origin};
use crate::param::{BufferId, ParamId};
use crate::{Error, Module, Path, Result, Tape, Var};

impl<T: Float> Tape<T> {
    /// What a block computes of some inputs, without keeping the values inside of it: the backward pass computes them again. So a deep network trains in less
    /// memory, for the time of one more forward pass through the block. After Chen, Xu, Zhang and Guestrin, "Training Deep Nets with Sublinear Memory
    /// Cost", 2016: `n` blocks of `n` operations keep `2 n` values at most, instead of `n²`. As `torch.utils.checkpoint`.
    ///
    /// The result, the gradients and what is left for buffers have the same bits as those of `forward(block, inputs)`: what is random in it (dropout)
    /// is the same both times, gradients are summed in the same order, and buffers get the values of the first time. Checkpoints may be
    /// nested, parameters used inside and outside, blocks used several times.
    ///
    /// The tape keeps a clone of the block (which shares the memory of its parameters), the function and the values of the inputs. All that the function
    /// needs of this tape it should take as inputs: a variable that it captures works, but holds the tape that holds it, and the
    /// memory of both is lost unless backward passes the checkpoint. The function must do the same both times; what it reads elsewhere must not have changed. A value from inside is
    /// of no use outside, unless the function gives it back, and no [`backward`](Var::backward) is possible inside.
    ///
    /// A block without parameters is `&()`: `tape.checkpoint(&(), [&x], |(), [x]| x.tanh())`. Block and function outlive this call, for backward needs
    /// them: both are `'static`, so the block is cloned, and a closure takes what it captures by `move`.
    ///
    /// A tape that does not record, one of [higher order](Self::higher_order) and one that [traces](Self::tracing) apply the function, and no more.
    ///
    /// ```
    /// use backprop_autodiff::{Module, Param, Tape, Var};
    /// use backprop_tensor::Tensor;
    ///
    /// // Weights, as many as there are layers.
    /// let deep: Vec<Param> = (0..9).map(|_| Tensor::from([[0.8, 0.6], [-0.6, 0.8]]).into()).collect();
    /// fn forward(layers: &Vec<Param>, x: &Var) -> Var {
    ///     layers.iter().fold(x.clone(), |x, weight| x.matmul(&x.tape().param(weight)).tanh())
    /// }
    ///
    /// let tape = Tape::training(0);
    /// let x = tape.variable(Tensor::from([[1.0, 2.0]]));
    /// let y = tape.checkpoint(&deep, [&x], |deep, [x]| forward(deep, x));
    /// assert_eq!(tape.len(), 1 + 9 + 1); // the input, the parameters, the checkpoint
    /// let gradients = y.sum(..).backward()?;
    ///
    /// let tape = Tape::training(0);
    /// let x = tape.variable(Tensor::from([[1.0, 2.0]]));
    /// let expected = forward(&deep, &x).sum(..).backward()?;
    /// assert!(deep.iter().all(|weight| gradients.get(weight) == expected.get(weight)));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of the operations inside stick to the tape as usual. [`Error::Checkpoint`] sticks if a value from inside of another checkpoint comes in, and is returned by
    /// [`backward`](Var::backward) if the function gave a value of another shape the second time, a constant, or one of another parameter; what else it does
    /// differently is not noticed.
    #[track_caller]
    pub fn checkpoint<M, F, const N: usize>(&self, block: &M, inputs: [&Var<T>; N], forward: F) -> Var<T>
    where
        M: Module<T> + Clone + 'static,
        F: Fn(&M, &[Var<T>; N]) -> Var<T> + 'static,
    {
        let location = Location::caller();
        if let Err(error) = self.check(&|| "checkpoint", &inputs, location) {
            return error.map_or_else(|| Var::failed(self.clone()), |error| self.fail(error));
        }
        let values = inputs.map(Clone::clone);
        if !self.keeps_for_backward() || self.inner.records.borrow().suspended.is_some() {
            return forward(block, &values);
        }
        let random = self.inner.rng.borrow().clone();
        let suspended = Suspended::new(self);
        let result = forward(block, &values);
        let params = suspended.end();
        if !Rc::ptr_eq(&result.tape.inner, &self.inner) {
            let operation = "checkpoint";
            return self.fail(Error::DifferentTapes { operation, location });
        }
        if !result.node.is_suspended() {
            // An input, a parameter or a constant, or it has failed: there is nothing to compute again.
            return result;
        }
        let mut nodes: Inputs = inputs.iter().map(|input| input.node).collect();
        nodes.extend(params);
        let name: Option<Box<str>> = self.inner.records.borrow().name(result.node).map(Into::into);
        let again = Checkpoint {
            block: copy(block),
            forward,
            inputs: values.map(|input| (input.value, input.node)),
            random,
        };
        let origin = Origin::Checkpoint(Box::new(again));
        let value = self.record(result.value, origin, nodes, &[], location);
        match name {
            Some(name) => value.name(name),
            None => value,
        }
    }
}

/// A clone with the identities of the original.
fn copy<T: Float, M: Module<T> + Clone>(module: &M) -> M {
    enum Id {
        Param(ParamId),
        Buffer(BufferId),
    }
    let mut ids = Vec::new();
    module.visit(&Path::ROOT, &mut |_, leaf| {
        ids.push(match leaf {
            Leaf::Param(param) => Id::Param(param.id()),
            Leaf::Buffer(buffer) => Id::Buffer(buffer.id()),
        });
    });
    let mut copy = module.clone();
    let mut ids = ids.into_iter();
    copy.visit_mut(&Path::ROOT, &mut |_, leaf| match (leaf, ids.next()) {
        (LeafMut::Param(param), Some(Id::Param(id))) => param.identify(id),
        (LeafMut::Buffer(buffer), Some(Id::Buffer(id))) => buffer.identify(id),
        _ => {}
    });
    copy
}

/// While it lives, the tape records no operation.
struct Suspended<'a, T: Float>(&'a Tape<T>);

impl<'a, T: Float> Suspended<'a, T> {
    fn new(tape: &'a Tape<T>) -> Self {
        tape.inner.records.borrow_mut().suspended = Some(Vec::new());
        Self(tape)
    }

    /// The records of the parameters met meanwhile.
    fn end(self) -> Vec<NodeId> {
        let met = self.0.inner.records.borrow_mut().suspended.take();
        let mut met = met.unwrap_or_default();
        met.sort_unstable();
        met.dedup();
        met
    }
}

impl<T: Float> Drop for Suspended<'_, T> {
    fn drop(&mut self) {
        self.0.inner.records.borrow_mut().suspended = None;
    }
}

/// A function to be applied again, whatever its type.
pub(crate) trait Again<T: Float> {
    /// The type of the block.
    fn block(&self) -> &'static str;
    /// The random stream as it was.
    fn random(&self) -> Rng;
    fn apply(self: Box<Self>, tape: &Tape<T>) -> Var<T>;
}

impl<T: Float> fmt::Debug for dyn Again<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checkpoint({})", self.block())
    }
}

struct Checkpoint<T: Float, M, F, const N: usize> {
    block: M,
    forward: F,
    /// Tensors and not variables: those would hold the tape that holds them.
    inputs: [(Tensor<T>, NodeId); N],
    random: Rng,
}

impl<T, M, F, const N: usize> Again<T> for Checkpoint<T, M, F, N>
where
    T: Float,
    F: Fn(&M, &[Var<T>; N]) -> Var<T>,
{
    fn block(&self) -> &'static str {
        type_name::<M>()
    }

    fn random(&self) -> Rng {
        self.random.clone()
    }

    fn apply(self: Box<Self>, tape: &Tape<T>) -> Var<T> {
        let inputs = self
            .inputs
            .map(|(value, node)| Var::new(tape.clone(), value, node));
        (self.forward)(&self.block, &inputs)
    }
}

/// Appends the records of what is inside of a checkpoint to those before it, as they would be without it. Those after its value are forgotten.
///
/// # Errors
/// If an operation fails this time, or the function did not do the same as before.
pub(crate) fn replay<T: Float>(
    tape: &Tape<T>,
    again: Box<dyn Again<T>>,
    nodes: &mut Vec<Node<T>>,
    shape: &Shape,
    location: &'static Location<'static>,
) -> Result<()> {
    let place = nodes.len();
    let replay = Replay::new(tape, std::mem::take(nodes), again.random());
    let params = tape.inner.records.borrow().params();
    let result = again.apply(tape);
    let error = result.error();
    let mut records = tape.inner.records.borrow_mut();
    let (spent, same_params) = (records.spent, records.params() == params);
    *nodes = std::mem::take(&mut records.nodes);
    drop(records);
    drop(replay);
    if let Some(error) = error {
        return Err(error);
    }
    let changed = |reason| Err(Error::Checkpoint { reason, location });
    let same_tape = Rc::ptr_eq(&result.tape.inner, &tape.inner);
    match result.node.index() {
        Some(last) if same_tape && !spent && last >= place => nodes.truncate(last + 1),
        _ => return changed("the function gave back something else the second time"),
    }
    if !same_params {
        return changed("the function used a parameter the second time that it had not used before");
    }
    if result.shape() != shape {
        return changed("the function gave a value of another shape the second time");
    }
    Ok(())
}

/// While it lives, a tape that is being walked back records again, with an earlier random stream, and no failure yet.
struct Replay<'a, T: Float> {
    tape: &'a Tape<T>,
    random: Rng,
    failure: Option<Error>,
}

impl<'a, T: Float> Replay<'a, T> {
    fn new(tape: &'a Tape<T>, nodes: Vec<Node<T>>, random: Rng) -> Self {
        let mut records = tape.inner.records.borrow_mut();
        if let Some(names) = &mut records.names {
            names.truncate(nodes.len());
        }
        records.nodes = nodes;
        records.spent = false;
        records.replaying = true;
        drop(records);
        let random = tape.inner.rng.replace(random);
        let failure = tape.inner.failure.take();
        Self {
            tape,
            random,
            failure,
        }
    }
}

impl<T: Float> Drop for Replay<'_, T> {
    fn drop(&mut self) {
        let mut records = self.tape.inner.records.borrow_mut();
        records.spent = true;
        records.replaying = false;
        drop(records);
        std::mem::swap(&mut *self.tape.inner.rng.borrow_mut(), &mut self.random);
        *self.tape.inner.failure.borrow_mut() = self.failure.take();
    }
}
