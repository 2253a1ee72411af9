//! Gradients that are variables.

use std::cell::RefCell;
use std::panic::Location;
use std::rc::Rc;

use backprop_tensor::{Float, Tensor};
use smallvec::SmallVec;

use crate::differential::{Differential, sum};
use crate::node::{NodeId, Origin, Recorded};
use crate::{Error, Result, Tape, Var};

impl<T: Float> Var<T> {
    /// The gradients of this number with respect to some variables, parameters or values in between, as variables of the same tape: they can be used
    /// in any formula, differentiated again, to any order, and [`backward`](Self::backward) works of whatever is computed of them.
    ///
    /// The tape must be of [higher order](Tape::higher_order). It is not used up; what the derivatives compute is recorded on it, and
    /// kept until the tape is used up or dropped. The walk goes over the records between these values and this number only. The gradient with
    /// respect to what this number does not depend on is 0.
    ///
    /// ```
    /// use backprop_autodiff::Tape;
    /// use backprop_tensor::Tensor;
    ///
    /// // The gradient penalty of WGAN-GP: the slope of a critic is to be 1 everywhere.
    /// let tape = Tape::training_higher_order(1);
    /// let x = tape.variable(Tensor::from([[0.6_f64, 0.8], [3.0, 4.0]]));
    /// let critic = (&x * &x).sum(..);
    /// let [slope] = critic.gradients([&x])?;
    /// let excess = slope.norm(1) - 1.0;
    /// let penalty = (&excess * &excess).mean(..);
    /// assert_eq!(penalty.item()?, (1.0 + 81.0) / 2.0);
    /// assert!(penalty.backward()?.wrt(&x).is_some());
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    ///
    /// # Errors
    /// The first error of the tape, if an operation that this number or one of the variables depends on failed; [`Error::NotScalar`] unless this has one
    /// element; [`Error::NotHigherOrder`] on another tape; [`Error::Constant`] for a constant among the variables; [`Error::DifferentTapes`];
    /// [`Error::Spent`] after [`backward`](Self::backward); [`Error::FirstOrder`] for an operation that has no derivative in variables.
    #[track_caller]
    pub fn gradients<const N: usize>(&self, with_respect_to: [&Self; N]) -> Result<[Self; N]> {
        let mut result = with_respect_to.map(Clone::clone);
        self.replace_by_gradients(None, &mut result, Location::caller())?;
        Ok(result)
    }

    /// As [`gradients`](Self::gradients), from a gradient of this value that is known: the vector of a vector-Jacobian product, which may itself
    /// depend on variables.
    ///
    /// # Errors
    /// As [`gradients`](Self::gradients), but the value may have any number of elements; the gradient must have its shape.
    #[track_caller]
    pub fn gradients_from<const N: usize>(
        &self,
        gradient: &Self,
        with_respect_to: [&Self; N],
    ) -> Result<[Self; N]> {
        let mut result = with_respect_to.map(Clone::clone);
        self.replace_by_gradients(Some(gradient), &mut result, Location::caller())?;
        Ok(result)
    }

    /// As [`gradients`](Self::gradients) or, with a gradient, [`gradients_from`](Self::gradients_from), for any number of variables.
    ///
    /// # Errors
    /// As those.
    #[track_caller]
    pub fn gradients_for(&self, with_respect_to: &[&Self], gradient: Option<&Self>) -> Result<Vec<Self>> {
        let mut result: Vec<Self> = with_respect_to.iter().map(|&var| var.clone()).collect();
        self.replace_by_gradients(gradient, &mut result, Location::caller())?;
        Ok(result)
    }

    fn replace_by_gradients(
        &self,
        gradient: Option<&Self>,
        inputs: &mut [Self],
        location: &'static Location<'static>,
    ) -> Result<()> {
        self.check_inputs(gradient, inputs, location)?;
        let gradient = match gradient {
            Some(gradient) => gradient.clone(),
            None => self.constant(Tensor::full(self.shape(), T::ONE)?),
        };
        let walk = match self.node.index() {
            Some(last) => Walk::back(&self.tape, last, gradient, inputs)?,
            None => Walk::default(),
        };
        for input in inputs {
            *input = match walk.gradient(input.node) {
                Some(gradient) => gradient.clone(),
                None => self.constant(Tensor::zeros(input.shape())?),
            };
        }
        Ok(())
    }

    fn check_inputs(
        &self,
        gradient: Option<&Self>,
        inputs: &[Self],
        location: &'static Location<'static>,
    ) -> Result<()> {
        let operation = "gradients";
        for var in [self].into_iter().chain(gradient).chain(inputs) {
            if !Rc::ptr_eq(&var.tape.inner, &self.tape.inner) {
                return Err(Error::DifferentTapes { operation, location });
            }
            if let Some(error) = var.error() {
                return Err(error);
            }
        }
        if !self.tape.is_higher_order() {
            return Err(Error::NotHigherOrder { location });
        }
        if self.tape.inner.records.borrow().spent {
            return Err(Error::Spent { operation, location });
        }
        if let Some(input) = inputs.iter().position(|input| !input.is_tracked()) {
            return Err(Error::Constant { input, location });
        }
        match gradient {
            None if self.value.count() != 1 => {
                let shape = *self.shape();
                Err(Error::NotScalar { shape, location })
            }
            Some(gradient) if gradient.shape() != self.shape() => {
                let expected = "must be equal: a gradient has the shape of its value";
                let (found, wanted) = (gradient.shape(), self.shape());
                Err(backprop_tensor::Error::shapes("gradients_from", found, wanted, expected).into())
            }
            _ => Ok(()),
        }
    }
}

/// The records between some inputs and an output.
struct Walk<T: Float> {
    /// The first of them.
    first: usize,
    /// Whether they depend on an input, or are one.
    depend: Vec<bool>,
    /// Their gradients, as far as they have been met.
    gradients: Vec<Option<Var<T>>>,
}

impl<T: Float> Default for Walk<T> {
    fn default() -> Self {
        Self {
            first: 0,
            depend: Vec::new(),
            gradients: Vec::new(),
        }
    }
}

impl<T: Float> Walk<T> {
    /// Walks from the record `last`, whose gradient is known, back to the inputs.
    fn back(tape: &Tape<T>, last: usize, gradient: Var<T>, inputs: &[Var<T>]) -> Result<Self> {
        let places = || inputs.iter().filter_map(|input| input.node.index());
        let Some(first) = places().min().filter(|&first| first <= last) else {
            return Ok(Self::default());
        };
        let mut depend = vec![false; last - first + 1];
        for place in places().filter(|&place| place <= last) {
            depend[place - first] = true;
        }
        let records = tape.inner.records.borrow();
        for (place, node) in records.nodes.iter().enumerate().take(last + 1).skip(first) {
            let mut before = node.inputs.iter().filter_map(|input| input.index());
            if before.any(|input| input >= first && depend[input - first]) {
                depend[place - first] = true;
            }
        }
        drop(records);
        let mut gradients = vec![None; depend.len()];
        gradients[last - first] = Some(gradient);
        let mut walk = Self {
            first,
            depend,
            gradients,
        };
        for place in (first..=last).rev() {
            walk.step(tape, place)?;
        }
        Ok(walk)
    }

    fn place(&self, node: NodeId) -> Option<usize> {
        node.index()?.checked_sub(self.first)
    }

    fn depends(&self, node: NodeId) -> bool {
        self.place(node).and_then(|place| self.depend.get(place)) == Some(&true)
    }

    fn gradient(&self, node: NodeId) -> Option<&Var<T>> {
        self.gradients.get(self.place(node)?)?.as_ref()
    }

    fn step(&mut self, tape: &Tape<T>, place: usize) -> Result<()> {
        if !self.depends(NodeId::new(place)) {
            return Ok(());
        }
        let Some((operation, at)) = Borrowed::new(tape, place, self) else {
            return Ok(());
        };
        operation.differentiate(&at)?;
        let gradients = at.gradients.into_inner();
        for (input, gradient) in at.inputs.iter().zip(gradients) {
            let Some(slot) = self.place(input.node) else {
                continue;
            };
            let (Some(gradient), Some(slot)) = (gradient, self.gradients.get_mut(slot)) else {
                continue;
            };
            *slot = Some(match slot.take() {
                None => gradient,
                Some(before) => sum(&before, &gradient)?,
            });
        }
        Ok(())
    }
}

/// An operation taken out of its record, which it goes back to when this is dropped: what its derivative computes is recorded meanwhile.
struct Borrowed<'a, T: Float> {
    tape: &'a Tape<T>,
    place: usize,
    operation: Option<Box<dyn Recorded<T>>>,
}

impl<'a, T: Float> Borrowed<'a, T> {
    /// The operation of a record, if it has one with an input that depends on what is wanted and a gradient, and what it is to be differentiated at.
    fn new(tape: &'a Tape<T>, place: usize, walk: &Walk<T>) -> Option<(Self, Differential<T>)> {
        let mut records = tape.inner.records.borrow_mut();
        let records = &mut *records;
        let kept = records.kept.as_mut()?;
        let node = records.nodes.get_mut(place)?;
        if !node.inputs.iter().any(|input| walk.depends(*input)) {
            return None;
        }
        let Origin::Operation(operation) = &node.origin else {
            return None;
        };
        let places = match operation.outputs() {
            0 => place..=place,
            outputs => place + 1..=place + outputs,
        };
        let given: SmallVec<[_; 1]> = places
            .clone()
            .map(|place| walk.gradient(NodeId::new(place)).cloned())
            .collect();
        if given.iter().all(Option::is_none) {
            return None;
        }
        let outputs: SmallVec<[_; 1]> = places
            .map(|place| kept.output(tape, NodeId::new(place)))
            .collect::<Option<_>>()?;
        let gradient = match given.first()? {
            Some(gradient) => gradient.clone(),
            None => {
                let zero = Tensor::scalar(T::ZERO).broadcast_to(outputs.first()?.shape());
                Var::new(tape.clone(), zero.ok()?, NodeId::NONE)
            }
        };
        let inputs = kept.inputs(tape, NodeId::new(place), node)?;
        let needed = node.inputs.iter().map(|input| walk.depends(*input)).collect();
        let location = node.location;
        let Origin::Operation(operation) = node.take() else {
            return None;
        };
        kept.location = Some(location);
        let at = Differential {
            operation: operation.name(),
            location,
            gradients: RefCell::new(inputs.iter().map(|_| None).collect()),
            inputs,
            needed,
            outputs,
            given,
            gradient,
        };
        let operation = Self {
            tape,
            place,
            operation: Some(operation),
        };
        Some((operation, at))
    }

    fn differentiate(&self, at: &Differential<T>) -> Result<()> {
        let Some(operation) = &self.operation else {
            return Ok(());
        };
        operation.differentiate(at).map_err(|error| match error {
            Error::Tensor(source) => Error::Gradient {
                operation: at.operation,
                operands: self.tape.operands(&at.inputs.iter().collect::<Vec<_>>()),
                location: at.location,
                source,
            },
            Error::Anomaly(mut anomaly) => {
                anomaly.operation = at.operation;
                anomaly.operands = self.tape.operands(&at.inputs.iter().collect::<Vec<_>>());
                Error::Anomaly(anomaly)
            }
            error => error,
        })
    }
}

impl<T: Float> Drop for Borrowed<'_, T> {
    fn drop(&mut self) {
        let mut records = self.tape.inner.records.borrow_mut();
        if let Some(kept) = &mut records.kept {
            kept.location = None;
        }
        if let (Some(node), Some(operation)) = (records.nodes.get_mut(self.place), self.operation.take()) {
            node.origin = Origin::Operation(operation);
        }
    }
}
