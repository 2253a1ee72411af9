//! What backward gives.

use backprop_tensor::{Float, Tensor};

use crate::module::LeafMut;
use crate::node::NodeId;
use crate::op::sum;
use crate::param::{BufferId, ParamId, TapeId};
use crate::{Module, Param, Path, Result, Var};

/// The gradients of a loss, by parameter, and the new values that the forward pass has left for buffers.
///
/// They belong to no model: an optimizer's step brings the two together.
#[derive(Debug, Clone)]
pub struct Gradients<T: Float = f32> {
    tape: TapeId,
    /// In the order of their identities.
    params: Vec<(ParamId, Tensor<T>)>,
    variables: Vec<(NodeId, Tensor<T>)>,
    /// In the order of their identities.
    updates: Vec<(BufferId, Tensor<T>)>,
}

/// Puts the values that were left for buffers in the order of these, and keeps the last one of each.
fn settle<T: Float>(updates: &mut Vec<(BufferId, Tensor<T>)>) {
    if updates.is_sorted_by(|(first, _), (second, _)| first < second) {
        return;
    }
    // Sorting is stable, so that the last one left comes last; what is kept of equals is the first.
    updates.reverse();
    updates.sort_by_key(|(id, _)| *id);
    updates.dedup_by_key(|(id, _)| *id);
}

impl<T: Float> Gradients<T> {
    /// Without any gradients yet, with room for those of so many parameters.
    pub(crate) fn new(tape: TapeId, params: usize, mut updates: Vec<(BufferId, Tensor<T>)>) -> Self {
        settle(&mut updates);
        Self {
            tape,
            params: Vec::with_capacity(params),
            variables: Vec::new(),
            updates,
        }
    }

    pub(crate) fn add_param(&mut self, id: ParamId, gradient: Tensor<T>) {
        self.params.push((id, gradient));
    }

    pub(crate) fn add_variable(&mut self, node: NodeId, gradient: Tensor<T>) {
        self.variables.push((node, gradient));
    }

    pub(crate) fn finish(&mut self) {
        // Backward meets them from the last to the first, and mostly in the reverse of their order.
        self.params.reverse();
        if !self.params.is_sorted_by_key(|(id, _)| *id) {
            self.params.sort_unstable_by_key(|(id, _)| *id);
        }
    }

    /// The gradient with respect to a parameter; `None` if the loss does not depend on it.
    pub fn get(&self, param: &Param<T>) -> Option<&Tensor<T>> {
        self.get_by_id(param.id())
    }

    /// The gradient with respect to the parameter of this identity.
    pub fn get_by_id(&self, id: ParamId) -> Option<&Tensor<T>> {
        let place = self.params.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(&self.params[place].1)
    }

    /// The gradient with respect to a [variable](crate::Tape::variable); `None` if the loss does not depend on it.
    pub fn wrt(&self, variable: &Var<T>) -> Option<&Tensor<T>> {
        if variable.tape.inner.id != self.tape {
            return None;
        }
        // Variables are met from the last to the first.
        let place = self
            .variables
            .binary_search_by(|(node, _)| variable.node.cmp(node))
            .ok()?;
        Some(&self.variables[place].1)
    }

    /// The number of parameters that have a gradient.
    pub fn len(&self) -> usize {
        self.params.len()
    }

    /// Whether no parameter has a gradient.
    pub fn is_empty(&self) -> bool {
        self.params.is_empty()
    }

    /// The gradients of all parameters that have one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ParamId, &Tensor<T>)> + '_ {
        self.params.iter().map(|(id, gradient)| (*id, gradient))
    }

    /// Adds the gradients of another tape: the batch of a step in several parts. Its buffers' values replace those here, and
    /// its variables are dropped. A sum of `n` gradients, one after another, is within `n ε / 2 Σ |g|`.
    ///
    /// # Errors
    /// [`Error::Tensor`](crate::Error::Tensor) if a parameter has gradients of different shapes; nothing has changed then.
    pub fn accumulate(&mut self, other: Self) -> Result<()> {
        for (id, gradient) in &other.params {
            if let Some(own) = self.get_by_id(*id).filter(|own| own.shape() != gradient.shape()) {
                let expected = "must be equal: they are gradients of one parameter";
                let (own, other) = (own.shape(), gradient.shape());
                return Err(backprop_tensor::Error::shapes("accumulate", own, other, expected).into());
            }
        }
        let mut added = Vec::new();
        for (id, gradient) in other.params {
            match self.params.binary_search_by_key(&id, |(id, _)| *id) {
                Ok(place) => {
                    let own = std::mem::take(&mut self.params[place].1);
                    self.params[place].1 = sum(own, gradient)?;
                }
                Err(_) => added.push((id, gradient)),
            }
        }
        if !added.is_empty() {
            self.params.append(&mut added);
            // Of two lists in order, it takes linear time.
            self.params.sort_by_key(|(id, _)| *id);
        }
        self.updates.extend(other.updates);
        settle(&mut self.updates);
        Ok(())
    }

    /// The gradients of all parameters that have one, to be changed: clipped, for instance.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (ParamId, &mut Tensor<T>)> + '_ {
        self.params.iter_mut().map(|(id, gradient)| (*id, gradient))
    }

    /// Writes the new values that the forward pass left for buffers. An optimizer's step does this too.
    ///
    /// # Errors
    /// If a value has another shape than its buffer; the others have been written.
    pub fn apply_state(&self, model: &mut dyn Module<T>) -> Result<()> {
        let mut result = Ok(());
        if self.updates.is_empty() {
            return result;
        }
        model.visit_mut(&Path::ROOT, &mut |_, leaf| {
            let LeafMut::Buffer(buffer) = leaf else { return };
            if let Some(value) = self.update(buffer.id())
                && let Err(error) = buffer.set(value.clone())
            {
                result = Err(error.into());
            }
        });
        result
    }

    /// The new value left for a buffer of this identity.
    pub fn update(&self, id: BufferId) -> Option<&Tensor<T>> {
        let place = self.updates.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(&self.updates[place].1)
    }
}
