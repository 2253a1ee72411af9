//! An optimizer that breaks a law is told that it does, and which one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use backprop_autodiff::{Gradients, Module};
use backprop_optim::{
    Adam, Check, Optimizer, OptimizerState, ParamStep, Result, RuleOptimizer, Sgd, UpdateRule,
};
use backprop_tensor::{Float, Kernel, Tensor, kernel, set_threads, threads};
use backprop_testing::{Law, OptimizerCheck, Violation, check_optimizer};

/// What is wrong with an optimizer.
fn violation<O: Optimizer>(new: impl Fn() -> O + Sync) -> Violation {
    OptimizerCheck::new(new).run().unwrap_err()
}

/// Momentum with a fault, or without.
#[derive(Debug, Clone, Default)]
struct Momentum {
    share: f64,
    fault: Fault,
}

#[derive(Debug, Clone, Default)]
enum Fault {
    #[default]
    None,
    /// The weight decay is not multiplied by the learning rate.
    Decay,
    /// Steps are counted over all parameters and models.
    Count(Arc<AtomicU64>),
    /// What is computed depends on the number of threads.
    Threads,
    /// Settings are not checked.
    Unchecked,
    /// It names one tensor less than it updates.
    Nameless,
}

impl UpdateRule for Momentum {
    const NAME: &'static str = "Momentum";

    fn check(&self, check: Check) -> Result<()> {
        match self.fault {
            Fault::Unchecked => Ok(()),
            _ => check.below_one(&[("share", self.share)]),
        }
    }

    fn state(&self) -> &'static [&'static str] {
        match self.fault {
            Fault::Nameless => &[],
            _ => &["momentum_buffer"],
        }
    }

    fn kernel<T: Float>(&self, step: &ParamStep<'_, T>) -> Result<Kernel> {
        let (mut rate, (_, mut shrink)) = (step.learning_rate, step.decay(true));
        match &self.fault {
            Fault::Decay => shrink = 0.9,
            Fault::Count(steps) => rate /= 1.0 + steps.fetch_add(1, Relaxed) as f64,
            Fault::Threads => rate *= threads() as f64,
            Fault::None | Fault::Unchecked | Fault::Nameless => {}
        }
        Ok(kernel!(mut w, v; g; rate, shrink, share: self.share => {
            v = share * v + g;
            w = w * shrink - rate * v;
        }))
    }
}

/// With this fault.
fn momentum<T: Float>(fault: Fault) -> RuleOptimizer<Momentum, T> {
    RuleOptimizer::from_rule(Momentum { share: 0.9, fault }, 0.1)
}

#[test]
fn a_rule_without_a_fault_keeps_all_laws() {
    check_optimizer(|| momentum::<f32>(Fault::None).weight_decay(0.1));
    check_optimizer(|| momentum::<f64>(Fault::None));
    check_optimizer(|| Adam::<f32>::new(0.01));
    check_optimizer(|| -> Box<dyn Optimizer> { Box::new(Sgd::new(0.1)) });
}

#[test]
fn a_decay_without_the_rate_is_told() {
    let violation = violation(|| momentum(Fault::Decay));
    assert_eq!(
        (violation.name.as_str(), violation.law),
        ("Momentum", Law::ZeroRate)
    );
    let message = violation.to_string();
    assert!(
        message.starts_with(
            "Momentum breaks the law that a learning rate of 0 changes nothing: trial 0: before and after: \
             parameter 0, element 0: "
        ),
        "{message}"
    );
    // Unless it is documented.
    OptimizerCheck::new(|| momentum::<f32>(Fault::Decay))
        .without(Law::ZeroRate)
        .run()
        .unwrap();
}

#[test]
fn steps_that_all_models_share_are_told() {
    let shared = || momentum(Fault::Count(Arc::default()));
    let found = OptimizerCheck::<f32, _>::new(shared)
        .without(Law::AllOrNothing)
        .without(Law::Resuming)
        .run()
        .unwrap_err();
    assert_eq!(found.law, Law::Models);
    assert!(found.place.contains("by turns"), "{found}");
    // And the count survives no reload.
    assert_eq!(violation(shared).law, Law::AllOrNothing);
    let found = OptimizerCheck::<f32, _>::new(shared)
        .without(Law::AllOrNothing)
        .run();
    assert_eq!(found.unwrap_err().law, Law::Resuming);
}

#[test]
fn what_depends_on_threads_is_told() {
    // At least two, even on a machine with one core.
    let _ = set_threads(2);
    assert_eq!(violation(|| momentum(Fault::Threads)).law, Law::Threads);
}

#[test]
fn settings_that_are_not_checked_are_told() {
    let wrong = |fault: Fault| {
        let refused = move || momentum::<f32>(fault.clone()).with(|rule| rule.share = 1.5);
        OptimizerCheck::new(|| momentum(Fault::None))
            .refuses(refused)
            .run()
    };
    wrong(Fault::None).unwrap();
    let violation = wrong(Fault::Unchecked).unwrap_err();
    assert_eq!(violation.law, Law::Settings);
    assert!(
        violation
            .place
            .contains("number 0 to be refused: it was accepted"),
        "{violation}"
    );
}

#[test]
fn a_kernel_that_does_not_fit_is_told_by_the_optimizer() {
    let violation = violation(|| momentum(Fault::Nameless));
    assert!(
        violation
            .place
            .contains("its kernel updates 2 values and reads 1"),
        "{violation}"
    );
}

/// Adam, with a fault in what the optimizer does around it.
#[derive(Debug, Clone)]
struct Around {
    adam: Adam,
    fault: Wrong,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Wrong {
    Frozen,
    HalfAStep,
    Forgetting,
    ByPath,
    Accepting,
    Still,
}

impl Optimizer for Around {
    fn step(&mut self, model: &mut dyn Module, gradients: &Gradients) -> Result<()> {
        match self.fault {
            Wrong::Frozen => {
                let mut params = model.parameters_mut();
                params.iter_mut().for_each(|param| param.set_trainable(true));
            }
            Wrong::ByPath => self.adam.load_state(self.adam.state()?)?,
            Wrong::Still => return Ok(gradients.apply_state(model)?),
            _ => {}
        }
        let result = self.adam.step(model, gradients);
        match (&result, self.fault) {
            (Err(_), Wrong::HalfAStep) => {
                let first = model.parameters_mut().swap_remove(0);
                first.set(Tensor::zeros(first.shape().dims())?)?;
            }
            (Err(backprop_optim::Error::Setting { .. }), Wrong::Accepting) => return Ok(()),
            _ => {}
        }
        result
    }

    fn learning_rate(&self) -> f64 {
        self.adam.learning_rate()
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.adam.set_learning_rate(rate);
    }

    fn state(&self) -> Result<OptimizerState> {
        self.adam.state()
    }

    fn load_state(&mut self, state: OptimizerState) -> Result<()> {
        match self.fault {
            Wrong::Forgetting => self.adam.reset(),
            _ => self.adam.load_state(state),
        }
    }
}

#[test]
fn faults_of_optimizers_without_a_rule_are_told() {
    for (fault, law) in [
        (Wrong::Frozen, Law::Untouched),
        (Wrong::Still, Law::Untouched),
        (Wrong::HalfAStep, Law::AllOrNothing),
        (Wrong::Accepting, Law::Settings),
        (Wrong::ByPath, Law::Models),
    ] {
        let adam = Adam::new(0.1);
        let violation = violation(|| Around {
            adam: adam.clone(),
            fault,
        });
        assert_eq!(
            (violation.name.as_str(), violation.law),
            ("Around", law),
            "{violation}"
        );
    }
    let found = OptimizerCheck::new(|| Around {
        adam: Adam::new(0.1),
        fault: Wrong::Forgetting,
    })
    .without(Law::AllOrNothing)
    .run();
    assert_eq!(found.unwrap_err().law, Law::Resuming);
}
