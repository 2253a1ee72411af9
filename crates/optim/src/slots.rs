//! What an optimizer keeps for each parameter, under its path.

use std::collections::HashMap;

use backprop_autodiff::{Gradients, Leaf, LeafMut, Lineage, Module, Param, ParamId, Path};
use backprop_tensor::{Float, Result as TensorResult, Tensor};
use serde::{Deserialize, Serialize};

use crate::groups::{Groups, Settings};
use crate::{Error, OptimizerState, Result};

/// The state of all parameters: some tensors each, zero in the beginning.
///
/// In a program, a parameter is found by its identity, in the order of the last step, and its copy by path and lineage; what was loaded
/// belongs to the first parameter of its path.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "", from = "OptimizerState<T>", into = "OptimizerState<T>")]
pub(crate) struct Slots<T: Float> {
    slots: Vec<Slot<T>>,
    /// The number of steps, of whatever model.
    clock: u64,
}

#[derive(Debug, Clone)]
struct Slot<T: Float> {
    path: String,
    id: Option<ParamId>,
    /// Of the parameters that it is for, once there was a step.
    lineage: Option<Lineage>,
    /// The clock at its last step: of two models, the state is that of the later one.
    last: u64,
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
        Self {
            slots: Vec::new(),
            clock: 0,
        }
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
        self.clock += 1;
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
            slot.last = self.clock;
            slot.lineage.get_or_insert_with(|| param.begin_lineage());
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
        if !self.check(model, gradients, groups, count)? {
            self.arrange(model, gradients);
            self.check(model, gradients, groups, count)?;
        }
        Ok(())
    }

    /// Whether the slots are in the order of the model; an error if a gradient or a state does not fit.
    fn check(
        &mut self,
        model: &dyn Module<T>,
        gradients: &Gradients<T>,
        groups: &Groups,
        count: usize,
    ) -> Result<bool> {
        let (mut place, mut result) = (0, Ok(true));
        model.visit(&Path::ROOT, &mut |path, leaf| {
            let Leaf::Param(param) = leaf else { return };
            let Some(gradient) = gradients.get(param).filter(|_| result == Ok(true)) else {
                return;
            };
            let slot = self.slots.get_mut(place);
            place += 1;
            result = match slot.filter(|slot| slot.id == Some(param.id())) {
                Some(slot) => slot.prepare(path, param, gradient, groups, count).map(|()| true),
                None => Ok(false),
            };
        });
        result
    }

    /// Brings the slots of the parameters that have a gradient to the front, in the order of the model, and makes those that there are not.
    /// Slots of models that are no more are dropped.
    fn arrange(&mut self, model: &dyn Module<T>, gradients: &Gradients<T>) {
        let mut old: Vec<Option<Slot<T>>> = self.slots.drain(..).map(Some).collect();
        let (mut by_id, mut by_path) = (HashMap::new(), HashMap::<_, Vec<usize>>::new());
        for (place, slot) in old.iter().enumerate() {
            let Some(slot) = slot else { continue };
            by_id.extend(slot.id.map(|id| (id, place)));
            by_path.entry(slot.path.clone()).or_default().push(place);
        }
        model.visit(&Path::ROOT, &mut |path, leaf| {
            let Leaf::Param(param) = leaf else { return };
            if gradients.get(param).is_none() {
                return;
            }
            let path = path.to_string();
            let of = |lineage: Option<&Lineage>| {
                let mut places = by_path.get(&path).into_iter().flatten().copied();
                places.find(|&place| {
                    let slot = old[place].as_ref();
                    slot.is_some_and(|slot| slot.lineage.as_ref() == lineage)
                })
            };
            let known = by_id.get(&param.id()).copied();
            let known = known.or_else(|| of(Some(&param.lineage()))).or_else(|| of(None));
            let slot = known.and_then(|place| old[place].take());
            self.slots.push(Slot::of(path, param.id(), slot));
        });
        let others = old.into_iter().flatten();
        self.slots
            .extend(others.filter(|slot| slot.lineage.as_ref().is_none_or(Lineage::is_alive)));
    }
}

impl<T: Float> Slot<T> {
    /// The slot of a parameter: the known one, or a new one.
    fn of(path: String, id: ParamId, known: Option<Self>) -> Self {
        match known {
            Some(slot) if slot.path == path => Self { id: Some(id), ..slot },
            // It has moved, into a larger model for instance, where other groups may have it.
            Some(slot) => Self {
                path,
                id: Some(id),
                settings: None,
                ..slot
            },
            None => Self {
                path,
                id: Some(id),
                lineage: None,
                last: 0,
                settings: None,
                steps: 0,
                state: Vec::new(),
            },
        }
    }

    /// Makes what a step needs, and checks that it fits the parameter.
    fn prepare(
        &mut self,
        path: &Path<'_>,
        param: &Param<T>,
        gradient: &Tensor<T>,
        groups: &Groups,
        count: usize,
    ) -> Result<()> {
        let check = |what, tensor: &Tensor<T>| match tensor.shape() == param.shape() {
            true => Ok(()),
            false => Err(Error::Shape {
                path: path.to_string(),
                what,
                found: tensor.shape().dims().into(),
                parameter: param.shape().dims().into(),
            }),
        };
        check("gradient", gradient)?;
        while self.state.len() < count {
            self.state.push(Tensor::zeros(param.shape())?);
        }
        self.settings.get_or_insert_with(|| groups.settings(&self.path));
        self.state
            .iter()
            .try_for_each(|state| check("optimizer's state", state))
    }
}

impl<T: Float> From<Slots<T>> for OptimizerState<T> {
    fn from(mut slots: Slots<T>) -> Self {
        // Of several with one path, the last stays in the map.
        slots.slots.sort_by_key(|slot| slot.last);
        let saved = slots.slots.into_iter();
        Self(saved.map(|slot| (slot.path, (slot.steps, slot.state))).collect())
    }
}

impl<T: Float> From<OptimizerState<T>> for Slots<T> {
    fn from(saved: OptimizerState<T>) -> Self {
        let slots = saved.0.into_iter().map(|(path, (steps, state))| Slot {
            path,
            id: None,
            lineage: None,
            last: 0,
            settings: None,
            steps,
            state,
        });
        Self {
            slots: slots.collect(),
            clock: 0,
        }
    }
}
