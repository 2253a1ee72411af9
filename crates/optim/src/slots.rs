//! What an optimizer keeps for each parameter, under its path.

use backprop_autodiff::{Gradients, Leaf, LeafMut, Lineage, Module, Param, ParamId, Path};
use backprop_tensor::{Float, Kernel, Result as TensorResult, Tensor, are_worth_sharing, for_each_job};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::groups::{Groups, Settings};
use crate::index::Index;
use crate::{Error, OptimizerState, ParamStep, Result, UpdateRule};

/// The state of all parameters: some tensors each, as the rule has them begin.
///
/// In a program, a parameter is found by its identity, in the order of the last step, and its copy by path and lineage; what was loaded
/// belongs to the first parameter of its path.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "", from = "OptimizerState<T>", into = "OptimizerState<T>")]
pub(crate) struct Slots<T: Float> {
    slots: Vec<Slot<T>>,
    index: Index,
    /// The places of the slots of the model of the last step, in its order.
    order: Vec<usize>,
    /// The number of steps, of whatever model.
    clock: u64,
    /// How often the order was made anew.
    arrangements: u64,
    /// How many parameters were arranged since slots of models that are no more were looked for.
    arranged: usize,
}

#[derive(Debug, Clone)]
struct Slot<T: Float> {
    path: String,
    id: Option<ParamId>,
    /// Of the parameters that it is for, once there was a step.
    lineage: Option<Lineage>,
    /// The clock at its last step: of two models, the state is that of the later one.
    last: u64,
    /// The last arrangement that it was in.
    arrangement: u64,
    /// From the groups, once they have been asked.
    settings: Option<Settings>,
    steps: u64,
    state: Vec<Tensor<T>>,
    /// Of the last step that was prepared.
    kernel: Option<Kernel>,
}

/// What a step does with each parameter.
pub(crate) struct Plan<'a, R> {
    pub(crate) rule: &'a R,
    /// The names of what the rule keeps.
    pub(crate) state: &'static [&'static str],
    pub(crate) learning_rate: f64,
    pub(crate) weight_decay: f64,
    pub(crate) groups: &'a Groups,
}

/// The update of one parameter, on any thread.
struct Job<'a, T: Float> {
    parameter: &'a mut Tensor<T>,
    gradient: &'a Tensor<T>,
    steps: u64,
    result: TensorResult<()>,
}

impl<T: Float> Job<'_, T> {
    /// Copies what is shared with other tensors.
    fn own(&mut self, state: &mut [Tensor<T>]) -> TensorResult<()> {
        self.parameter.as_mut_slice()?;
        { state.iter_mut() }.try_for_each(|state| state.as_mut_slice().map(drop))
    }

    fn run(&mut self, kernel: &Kernel, state: &mut [Tensor<T>], names: &[&str]) {
        let mut updated: SmallVec<[_; MAX_UPDATED]> = SmallVec::new();
        updated.push(&mut *self.parameter);
        let seen = state.iter_mut().zip(names).filter(|(_, name)| is_seen(name));
        updated.extend(seen.map(|(tensor, _)| tensor));
        self.result = Tensor::update(kernel, &mut updated, &[self.gradient]);
    }
}

/// As many tensors as a kernel can update.
const MAX_UPDATED: usize = 8;

/// Whether the kernel updates what has this name.
fn is_seen(name: &str) -> bool {
    !name.starts_with('_')
}

/// What a step changes the parameter by; of one that is frozen, nothing.
fn gradient_of<'a, T: Float>(gradients: &'a Gradients<T>, param: &Param<T>) -> Option<&'a Tensor<T>> {
    gradients.get(param).filter(|_| param.is_trainable())
}

impl<T: Float> Slots<T> {
    pub(crate) fn new() -> Self {
        Self::of(Vec::new())
    }

    fn of(slots: Vec<Slot<T>>) -> Self {
        let mut index = Index::default();
        for (place, slot) in slots.iter().enumerate() {
            index.insert(place, slot.id, slot.lineage.as_ref(), &slot.path);
        }
        Self {
            slots,
            index,
            order: Vec::new(),
            clock: 0,
            arrangements: 0,
            arranged: 0,
        }
    }

    /// Has the groups asked again.
    pub(crate) fn forget_settings(&mut self) {
        for slot in &mut self.slots {
            slot.settings = None;
        }
    }

    /// Updates each parameter that has a gradient and is not frozen, then writes what the forward pass left for buffers.
    pub(crate) fn step<R: UpdateRule>(
        &mut self,
        plan: &Plan<'_, R>,
        model: &mut dyn Module<T>,
        gradients: &Gradients<T>,
    ) -> Result<()> {
        let elements = self.prepare(plan, model, gradients)?;
        // The gradient is read, the rest read and written.
        let bytes = (3 + 2 * plan.state.len()) * size_of::<T>();
        if self.order.len() > 1 && are_worth_sharing(elements.saturating_mul(bytes)) {
            self.share(plan.state, model, gradients, bytes)?;
        } else {
            self.clock += 1;
            let (clock, mut result) = (self.clock, Ok(()));
            self.each(model, gradients, |_, slot, mut job| {
                if let (Ok(()), Some(kernel)) = (&result, &slot.kernel) {
                    (slot.steps, slot.last) = (job.steps, clock);
                    job.run(kernel, &mut slot.state, plan.state);
                    result = job.result;
                }
            });
            result?;
        }
        Ok(gradients.apply_state(model)?)
    }

    /// Divides the parameters among threads, each of whose elements is worth so many bytes.
    fn share(
        &mut self,
        names: &[&str],
        model: &mut dyn Module<T>,
        gradients: &Gradients<T>,
        bytes: usize,
    ) -> Result<()> {
        let mut jobs = Vec::with_capacity(self.order.len());
        self.each(model, gradients, |place, slot, job| {
            if let Some(kernel) = slot.kernel {
                jobs.push((place, job, std::mem::take(&mut slot.state), kernel));
            }
        });
        let mut result = { jobs.iter_mut() }.try_for_each(|(_, job, state, _)| job.own(state));
        // A step is all or nothing: from here on, there is all the memory that it needs.
        if result.is_ok() {
            for_each_job(
                &mut jobs,
                |(_, job, ..)| job.gradient.count().saturating_mul(bytes),
                |(_, job, state, kernel)| job.run(kernel, state, names),
            );
            self.clock += 1;
            for (place, job, ..) in &jobs {
                let slot = &mut self.slots[*place];
                (slot.steps, slot.last) = (job.steps, self.clock);
            }
        }
        for (place, job, state, _) in jobs {
            self.slots[place].state = state;
            result = result.and(job.result);
        }
        Ok(result?)
    }

    /// Calls `act(place, slot, job)` for each parameter that has a gradient, in the order of the model, which has been prepared.
    fn each<'a>(
        &mut self,
        model: &'a mut dyn Module<T>,
        gradients: &'a Gradients<T>,
        mut act: impl FnMut(usize, &mut Slot<T>, Job<'a, T>),
    ) {
        let mut order = self.order.iter();
        model.visit_mut(&Path::ROOT, &mut |_, leaf| {
            let LeafMut::Param(param) = leaf else { return };
            let Some(gradient) = gradient_of(gradients, param) else {
                return;
            };
            let Some(&place) = order.next() else { return };
            let slot = &mut self.slots[place];
            if slot.lineage.is_none() {
                self.index.remove(place, slot.id, None, &slot.path);
                slot.lineage = Some(param.begin_lineage());
                self.index
                    .insert(place, slot.id, slot.lineage.as_ref(), &slot.path);
            }
            let job = Job {
                parameter: param.value_mut(),
                gradient,
                steps: slot.next_step(),
                result: Ok(()),
            };
            act(place, slot, job);
        });
    }

    /// Checks all gradients, finds the slots of the parameters that have one, in the order of the model, and makes their kernels. Says how many elements
    /// they have.
    fn prepare<R: UpdateRule>(
        &mut self,
        plan: &Plan<'_, R>,
        model: &dyn Module<T>,
        gradients: &Gradients<T>,
    ) -> Result<usize> {
        if let Some(elements) = self.check(plan, model, gradients)? {
            return Ok(elements);
        }
        self.arrange(model, gradients);
        Ok(self.check(plan, model, gradients)?.unwrap_or(0))
    }

    /// How many elements there are to update, if the order is that of the model; an error if a gradient, a state or a buffer's new value does not
    /// fit.
    fn check<R: UpdateRule>(
        &mut self,
        plan: &Plan<'_, R>,
        model: &dyn Module<T>,
        gradients: &Gradients<T>,
    ) -> Result<Option<usize>> {
        let (mut place, mut result) = (0, Ok(Some(0_usize)));
        model.visit(&Path::ROOT, &mut |path, leaf| {
            let Ok(Some(elements)) = result else { return };
            match leaf {
                Leaf::Param(param) => {
                    let Some(gradient) = gradient_of(gradients, param) else {
                        return;
                    };
                    let slot = self.order.get(place).map(|&at| &mut self.slots[at]);
                    place += 1;
                    result = match slot.filter(|slot| slot.id == Some(param.id())) {
                        Some(slot) => { slot.prepare(plan, path, param, gradient) }
                            .map(|()| Some(elements.saturating_add(gradient.count()))),
                        None => Ok(None),
                    };
                }
                Leaf::Buffer(buffer) => {
                    let value = gradients.update(buffer.id());
                    if let Some(value) = value.filter(|value| value.shape() != buffer.shape()) {
                        result = Err(Error::Buffer {
                            path: path.to_string(),
                            found: value.shape().dims().into(),
                            buffer: buffer.shape().dims().into(),
                        });
                    }
                }
                _ => {}
            }
        });
        result
    }

    /// Finds the slots of the parameters that have a gradient, in the order of the model, and makes those that there are not.
    ///
    /// It takes as long as the model has parameters, however many models there are. Slots of models that are no more are dropped as often as
    /// costs a share of that: at once, if there are only some.
    fn arrange(&mut self, model: &dyn Module<T>, gradients: &Gradients<T>) {
        self.order.clear();
        self.arrangements += 1;
        model.visit(&Path::ROOT, &mut |path, leaf| {
            let Leaf::Param(param) = leaf else { return };
            if gradient_of(gradients, param).is_none() {
                return;
            }
            let path = path.to_string();
            let free = |place: &usize| self.slots[*place].arrangement != self.arrangements;
            let place = match self.find(param, &path).filter(free) {
                Some(place) => place,
                None => {
                    self.slots.push(Slot::new(path.clone(), param.id()));
                    self.slots.len() - 1
                }
            };
            self.order.push(place);
            let slot = &mut self.slots[place];
            slot.arrangement = self.arrangements;
            if slot.path != path || self.index.of_id(param.id()) != Some(place) {
                self.index
                    .remove(place, slot.id, slot.lineage.as_ref(), &slot.path);
                slot.belongs_to(path, param.id());
                self.index
                    .insert(place, slot.id, slot.lineage.as_ref(), &slot.path);
            }
        });
        self.arranged += self.order.len();
        if SHARE * self.arranged >= self.slots.len() {
            self.arranged = 0;
            let is_gone = |slot: &Slot<T>| slot.arrangement != self.arrangements && !slot.may_be_used();
            if self.slots.iter().any(is_gone) {
                self.drop_others();
            }
        }
    }

    /// The place of the slot of a parameter: by its identity, as a copy of one at this path, or what was loaded for the path.
    fn find(&self, param: &Param<T>, path: &str) -> Option<usize> {
        let latest = |places: &[usize]| {
            let of_path = places
                .iter()
                .copied()
                .filter(|&place| self.slots[place].path == path);
            of_path.max_by_key(|&place| self.slots[place].last)
        };
        let known = self.index.of_id(param.id());
        let known = known.or_else(|| latest(self.index.of_lineage(&param.lineage())));
        known.or_else(|| latest(self.index.without_lineage(path)))
    }

    /// Drops the slots of models that are no more, but for the model of this step.
    fn drop_others(&mut self) {
        let (clock, arrangements) = (self.clock, self.arrangements);
        let order = std::mem::take(&mut self.order);
        let mut all: Vec<Option<Slot<T>>> = self.slots.drain(..).map(Some).collect();
        let mut slots: Vec<Slot<T>> = order.iter().filter_map(|&place| all[place].take()).collect();
        let count = slots.len();
        let others = all.into_iter().flatten();
        slots.extend(others.filter(Slot::may_be_used));
        *self = Self {
            order: (0..count).collect(),
            clock,
            arrangements,
            ..Self::of(slots)
        };
    }
}

/// Slots are looked through when this many times as many were arranged.
const SHARE: usize = 8;

impl<T: Float> Slot<T> {
    fn new(path: String, id: ParamId) -> Self {
        Self {
            path,
            id: Some(id),
            lineage: None,
            last: 0,
            arrangement: 0,
            settings: None,
            steps: 0,
            state: Vec::new(),
            kernel: None,
        }
    }

    /// Whether a parameter of it is left, or may come.
    fn may_be_used(&self) -> bool {
        match &self.lineage {
            Some(lineage) => lineage.is_alive(),
            None => !self.is_new(),
        }
    }

    /// Whether it was made for a step that has not been taken, and holds nothing.
    fn is_new(&self) -> bool {
        self.id.is_some() && self.steps == 0
    }

    /// Makes it that of this parameter.
    fn belongs_to(&mut self, path: String, id: ParamId) {
        self.id = Some(id);
        if self.path != path {
            // It has moved, into a larger model for instance, where other groups may have it.
            (self.path, self.settings) = (path, None);
        }
    }

    /// The number of the parameter's next step. A state that was loaded may say anything.
    fn next_step(&self) -> u64 {
        self.steps.saturating_add(1)
    }

    /// Makes what a step needs, and checks that it fits the parameter.
    fn prepare<R: UpdateRule>(
        &mut self,
        plan: &Plan<'_, R>,
        path: &Path<'_>,
        param: &Param<T>,
        gradient: &Tensor<T>,
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
        for name in plan.state.iter().skip(self.state.len()) {
            let initial = T::from_f64(plan.rule.initial(name.trim_start_matches('_')));
            self.state.push(Tensor::full(param.shape(), initial)?);
        }
        { self.state.iter() }.try_for_each(|state| check("optimizer's state", state))?;
        let settings = *{ &mut self.settings }.get_or_insert_with(|| plan.groups.settings(&self.path));
        let kernel = plan.rule.kernel(&ParamStep {
            learning_rate: plan.learning_rate * settings.learning_rate_factor,
            weight_decay: settings.weight_decay.unwrap_or(plan.weight_decay),
            number: self.next_step(),
            parameter: param.value(),
            gradient,
            state: &self.state,
        })?;
        plan.accepts(&kernel)?;
        self.kernel = Some(kernel);
        Ok(())
    }
}

impl<R: UpdateRule> Plan<'_, R> {
    /// Whether the rule's kernel fits what it says of its state, before it is run with any parameter.
    fn accepts(&self, kernel: &Kernel) -> Result<()> {
        let updated = 1 + self.state.iter().filter(|name| is_seen(name)).count();
        let (outputs, inputs) = (kernel.outputs(), kernel.inputs());
        if outputs == updated && updated <= MAX_UPDATED && inputs == 1 {
            return Ok(());
        }
        Err(Error::Kernel {
            optimizer: R::NAME,
            outputs,
            inputs,
            state: self.state,
        })
    }
}

impl<T: Float> From<Slots<T>> for OptimizerState<T> {
    fn from(mut slots: Slots<T>) -> Self {
        // Of several with one path, the last stays in the map.
        slots.slots.sort_by_key(|slot| slot.last);
        slots.slots.retain(|slot| !slot.is_new());
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
            arrangement: 0,
            settings: None,
            steps,
            state,
            kernel: None,
        });
        Self::of(slots.collect())
    }
}
