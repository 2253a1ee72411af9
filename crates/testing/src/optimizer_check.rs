//! The check of an optimizer: which laws, with which settings.

use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use backprop_optim::Optimizer;
use backprop_tensor::Float;

use crate::check::guarded;
use crate::optimizer_laws as laws;
use crate::{Law, Violation};

/// Checks that an optimizer keeps the laws that hold for every optimizer; `new` makes one before its first step.
///
/// It is meant for tests; [`OptimizerCheck`] also checks settings that are out of range, and returns the violation.
///
/// # Panics
/// If the optimizer breaks a law; the message says which and where.
///
/// ```
/// use backprop_optim::{RmsProp, Sgd};
/// use backprop_testing::check_optimizer;
///
/// check_optimizer(|| Sgd::<f32>::new(0.1).momentum(0.9));
/// check_optimizer(|| RmsProp::<f64>::new(0.01).centered(true));
/// ```
#[track_caller]
#[allow(clippy::panic, reason = "an assertion: failing a test is what it is for")]
pub fn check_optimizer<T: Float, O: Optimizer<T>>(new: impl Fn() -> O + Sync) {
    if let Err(violation) = OptimizerCheck::new(new).run() {
        panic!("{violation}");
    }
}

/// A check of an optimizer, with the laws it is to keep.
///
/// ```
/// use backprop_optim::Adam;
/// use backprop_testing::OptimizerCheck;
///
/// OptimizerCheck::new(|| Adam::<f32>::new(0.01))
///     .refuses(|| Adam::new(0.01).betas(0.9, 1.0))
///     .refuses(|| Adam::new(0.01).epsilon(-1.0))
///     .run()?;
/// # Ok::<(), backprop_testing::Violation>(())
/// ```
#[must_use = "a check does nothing until `run`"]
pub struct OptimizerCheck<'a, T: Float, O> {
    laws: Vec<(Law, Box<Check<'a>>)>,
    refused: Vec<Box<dyn Fn() -> O + 'a>>,
    name: String,
    element: PhantomData<T>,
}

/// Whether an optimizer keeps a law, with a seed for what is random in the check.
type Check<'a> = dyn Fn(u64) -> Result<(), String> + 'a;

/// How often each law is checked.
const TRIALS: u64 = 3;

impl<'a, T: Float, O: Optimizer<T> + 'a> OptimizerCheck<'a, T, O> {
    /// The check of the laws of every optimizer, of those that `new` makes. Their learning rate must be so large that a step shows beside weights
    /// of about 1.
    ///
    /// [`Law::Threads`] compares the threads that the program has with a pool of one; with one core there is nothing to compare, unless
    /// `backprop_tensor::set_threads` is called first.
    pub fn new(new: impl Fn() -> O + Sync + 'a) -> Self {
        let new = Rc::new(new);
        let check = Self {
            laws: Vec::new(),
            refused: Vec::new(),
            name: new().name().to_owned(),
            element: PhantomData,
        };
        macro_rules! law {
            ($check:ident $($law:ident $module:ident;)*) => {
                $check$(.law(Law::$law, {
                    let new = Rc::clone(&new);
                    move |seed| laws::$module::check(&*new, seed)
                }))*
            };
        }
        law! {
            check
            Untouched untouched;
            AllOrNothing all_or_nothing;
            Settings settings;
            ZeroRate zero_rate;
            Resuming resuming;
            Models models;
            Threads threads;
        }
    }

    /// [`Law::Settings`] of this optimizer too: some setting of it is out of its range.
    pub fn refuses(mut self, new: impl Fn() -> O + 'a) -> Self {
        self.refused.push(Box::new(new));
        self
    }

    /// Without a law that the optimizer is documented not to keep.
    pub fn without(mut self, law: Law) -> Self {
        self.laws.retain(|(other, _)| *other != law);
        self
    }

    /// A law of one's own: what `check` does with a seed; the message says what is wrong.
    pub fn law(mut self, law: Law, check: impl Fn(u64) -> Result<(), String> + 'a) -> Self {
        self.laws.push((law, Box::new(check)));
        self
    }

    /// Checks every law.
    ///
    /// # Errors
    /// The first [`Violation`].
    pub fn run(self) -> Result<(), Violation> {
        let violation = |law, place| Violation {
            name: self.name.clone(),
            law,
            place,
        };
        for (law, check) in &self.laws {
            for seed in 0..TRIALS {
                guarded(|| check(seed))
                    .map_err(|message| violation(*law, format!("trial {seed}: {message}")))?;
            }
        }
        for (number, new) in self.refused.iter().enumerate() {
            guarded(|| laws::settings::check_refused(new())).map_err(|message| {
                violation(Law::Settings, format!("number {number} to be refused: {message}"))
            })?;
        }
        Ok(())
    }
}

impl<T: Float, O> fmt::Debug for OptimizerCheck<'_, T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let laws: Vec<_> = self.laws.iter().map(|(law, _)| law).collect();
        f.debug_struct("OptimizerCheck")
            .field("name", &self.name)
            .field("laws", &laws)
            .field("refused", &self.refused.len())
            .finish()
    }
}
