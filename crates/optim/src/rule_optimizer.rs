use backprop_autodiff::{Gradients, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::groups::{Group, Groups};
use crate::slots::{Plan, Slots};
use crate::{Check, Optimizer, OptimizerState, Result, UpdateRule};

/// The optimizer that a [rule](UpdateRule) makes: all that optimizers have in common.
///
/// [`Sgd`](crate::Sgd), [`Adam`](crate::Adam) and the others are this one with a rule of their own. So is a custom one, `RuleOptimizer<Lion>`: it is
/// saved and resumed, scheduled, given groups and trained with as they are.
///
/// ```
/// use backprop_optim::{Adam, Group, Optimizer};
///
/// let mut optimizer = Adam::<f32>::new(1e-3)
///     .weight_decay(1e-4)
///     .group(Group::matching("*bias").weight_decay(0.0));
/// optimizer.set_learning_rate(1e-4);
/// assert_eq!((optimizer.name(), optimizer.learning_rate()), ("Adam", 1e-4));
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "R: Serialize", deserialize = "R: Deserialize<'de>"))]
#[must_use]
pub struct RuleOptimizer<R, T: Float = f32> {
    rule: R,
    learning_rate: f64,
    weight_decay: f64,
    groups: Groups,
    slots: Slots<T>,
}

impl<R: UpdateRule + Default, T: Float> RuleOptimizer<R, T> {
    /// With this learning rate, and the settings that the rule has by default.
    pub fn new(learning_rate: f64) -> Self {
        Self::from_rule(R::default(), learning_rate)
    }
}

impl<R: UpdateRule, T: Float> RuleOptimizer<R, T> {
    /// With this rule and learning rate.
    pub fn from_rule(rule: R, learning_rate: f64) -> Self {
        Self {
            rule,
            learning_rate,
            weight_decay: R::WEIGHT_DECAY,
            groups: Groups::default(),
            slots: Slots::new(),
        }
    }

    /// Weight decay `λ`.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }

    /// Other settings for some of the parameters.
    pub fn group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self.slots.forget_settings();
        self
    }

    /// Changes settings of the rule, from the next step on.
    pub fn with(mut self, change: impl FnOnce(&mut R)) -> Self {
        change(&mut self.rule);
        self
    }

    /// The rule with its settings.
    pub fn rule(&self) -> &R {
        &self.rule
    }

    fn check(&self) -> Result<()> {
        let check = Check::new(R::NAME);
        check.at_least_zero(&[
            ("learning_rate", self.learning_rate),
            ("weight_decay", self.weight_decay),
        ])?;
        self.rule.check(check)?;
        check.groups(&self.groups)
    }
}

impl<R: UpdateRule, T: Float> Optimizer<T> for RuleOptimizer<R, T> {
    fn name(&self) -> &str {
        R::NAME
    }

    fn step(&mut self, model: &mut dyn Module<T>, gradients: &Gradients<T>) -> Result<()> {
        self.check()?;
        let plan = Plan {
            rule: &self.rule,
            state: self.rule.state(),
            learning_rate: self.learning_rate,
            weight_decay: self.weight_decay,
            groups: &self.groups,
        };
        self.slots.step(&plan, model, gradients)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.learning_rate = rate;
    }

    fn state(&self) -> Result<OptimizerState<T>> {
        Ok(self.slots.clone().into())
    }

    fn load_state(&mut self, state: OptimizerState<T>) -> Result<()> {
        self.slots = state.into();
        Ok(())
    }
}
