//! What an optimizer keeps for each parameter, under its path.

use backprop_autodiff::{Gradients, Leaf, LeafMut, Module, ParamId, Path};
use backprop_tensor::{Float, Result as TensorResult, Tensor};
use serde::{Deserialize, Serialize};

use crate::groups::{Groups, Settings};
use crate::{Error, OptimizerState, Result};

/// The state of all parameters: some tensors each, zero in the beginning.
///
/// In a program, a parameter is found by its identity, in the order of the last step; in a file, and when the model was
/// read anew, by its path.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "", from = "OptimizerState<T>", into = "OptimizerState<T>")]
pub(crate) struct Slots<T: Float> {
    slots: Vec<Slot<T>>,
}

#[derive(Debug, Clone)]
struct Slot<T: Float> {
    path: String,
    id: Option<ParamId>,
    /// From the groups, once they have been asked.
    settings: Option<Settings>,
    steps: u64,
    state: Vec<Tensor<T>>,
}

/// One parameter in a step.
pub(crate) struct Update<'a, T: Float> {
    pub(crate) parameter: &'a mut Tensor<T>,
    pub(crate) gradient: &'a Tensor<T>,
    pub(crate) state: &'a mut [Tensor<T>],
    /// The number of this step for this parameter, from 1.
    pub(crate) steps: u64,
    pub(crate) settings: Settings,
}

impl<T: Float> Slots<T> {
    pub(crate) fn new() -> Self {
        Self { slots: Vec::new() }
    }

    /// Has the groups asked again.
    pub(crate) fn forget_settings(&mut self) {
        for slot in &mut self.slots {
            slot.settings = None;
        }
    }

    /// Updates each parameter that has a gradient, with `count` tensors of state, then writes what the forward pass left for buffers.
    pub(crate) fn step(
        &mut self,
        model: &mut dyn Module<T>,
        gradients: &Gradients<T>,
        groups: &Groups,
        count: usize,
        mut update: impl FnMut(Update<'_, T>) -> TensorResult<()>,
    ) -> Result<()> {
        self.prepare(model, gradients, groups, count)?;
        let (mut place, mut result) = (0, Ok(()));
        model.visit_mut(&Path::ROOT, &mut |_, leaf| {
            let LeafMut::Param(param) = leaf else { return };
            let Some(gradient) = gradients.get(param) else {
                return;
            };
            let Some(slot) = self.slots.get_mut(place) else {
                return;
            };
            place += 1;
            let Some(settings) = slot.settings.filter(|_| result.is_ok()) else {
                return;
            };
            // A state that was loaded may say anything.
            slot.steps = slot.steps.saturating_add(1);
            result = update(Update {
                parameter: param.value_mut(),
                gradient,
                state: &mut slot.state,
                steps: slot.steps,
                settings,
            });
        });
        result?;
        Ok(gradients.apply_state(model)?)
    }

    /// Checks all gradients, and puts the slots of the parameters that have one first, in the order of the model.
    fn prepare(
        &mut self,
        model: &dyn Module<T>,
        gradients: &Gradients<T>,
        groups: &Groups,
        count: usize,
    ) -> Result<()> {
        let (mut place, mut result) = (0, Ok(()));
        model.visit(&Path::ROOT, &mut |path, leaf| {
            let Leaf::Param(param) = leaf else { return };
            let Some(gradient) = gradients.get(param).filter(|_| result.is_ok()) else {
                return;
            };
            let check = |what, tensor: &Tensor<T>| match tensor.shape() == param.shape() {
                true => Ok(()),
                false => Err(Error::Shape {
                    path: path.to_string(),
                    what,
                    found: tensor.shape().dims().into(),
                    parameter: param.shape().dims().into(),
                }),
            };
            result = check("gradient", gradient).and_then(|()| {
                if self
                    .slots
                    .get(place)
                    .is_none_or(|slot| slot.id != Some(param.id()))
                {
                    self.find(place, path.to_string(), param.id());
                }
                let slot = &mut self.slots[place];
                while slot.state.len() < count {
                    slot.state.push(Tensor::zeros(param.shape())?);
                }
                slot.settings.get_or_insert_with(|| groups.settings(&slot.path));
                place += 1;
                slot.state
                    .iter()
                    .try_for_each(|state| check("optimizer's state", state))
            });
        });
        result
    }

    /// Brings the slot of a parameter to `place`, or makes one there.
    fn find(&mut self, place: usize, path: String, id: ParamId) {
        match self.slots[place..].iter().position(|slot| slot.path == path) {
            Some(further) => self.slots.swap(place, place + further),
            None => self.slots.insert(
                place,
                Slot {
                    path,
                    id: None,
                    settings: None,
                    steps: 0,
                    state: Vec::new(),
                },
            ),
        }
        self.slots[place].id = Some(id);
    }
}

impl<T: Float> From<Slots<T>> for OptimizerState<T> {
    fn from(slots: Slots<T>) -> Self {
        let saved = slots.slots.into_iter();
        Self(saved.map(|slot| (slot.path, (slot.steps, slot.state))).collect())
    }
}

impl<T: Float> From<OptimizerState<T>> for Slots<T> {
    fn from(saved: OptimizerState<T>) -> Self {
        let slots = saved.0.into_iter().map(|(path, (steps, state))| Slot {
            path,
            id: None,
            settings: None,
            steps,
            state,
        });
        Self {
            slots: slots.collect(),
        }
    }
}
