//! A formula as `kernel!` writes it: a constant.

use super::Function;
use crate::parallel::COPY;

/// One step of a [`Program`]; arguments are the places of earlier steps.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// An input: the values that are updated first, then those that are read only.
    Input(u16),
    /// A parameter, the same for all elements.
    Parameter(u16),
    /// A number.
    Constant(f64),
    /// A primitive of earlier steps.
    Call(Function, &'static [u16]),
}

/// A formula as a constant, which [`kernel!`](crate::kernel!) and [`formula!`](crate::formula!) make; [`Formula`](super::Formula) is what can be done with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Program {
    pub(super) inputs: &'static [&'static str],
    pub(super) parameters: &'static [&'static str],
    pub(super) steps: &'static [Step],
    pub(super) results: &'static [u16],
}

impl Program {
    /// Of names, steps, and the steps that are the results.
    ///
    /// # Panics
    /// If a step names a later one, an argument that there is none of, or has too few arguments: while the program is compiled, if it is a constant.
    #[doc(hidden)]
    pub const fn new(
        inputs: &'static [&'static str],
        parameters: &'static [&'static str],
        steps: &'static [Step],
        results: &'static [u16],
    ) -> Self {
        let mut i = 0;
        while i < steps.len() {
            match steps[i] {
                Step::Input(index) => assert!((index as usize) < inputs.len(), "no such input"),
                Step::Parameter(index) => assert!((index as usize) < parameters.len(), "no such parameter"),
                Step::Constant(_) => {}
                Step::Call(function, arguments) => {
                    match function.arity() {
                        Some(arity) => assert!(
                            arguments.len() == arity,
                            "the function takes another number of arguments"
                        ),
                        None => assert!(!arguments.is_empty(), "a product of nothing"),
                    }
                    let mut k = 0;
                    while k < arguments.len() {
                        assert!((arguments[k] as usize) < i, "an argument comes before its use");
                        k += 1;
                    }
                }
            }
            i += 1;
        }
        let mut k = 0;
        while k < results.len() {
            assert!((results[k] as usize) < steps.len(), "no such step");
            k += 1;
        }
        Self {
            inputs,
            parameters,
            steps,
            results,
        }
    }

    /// How many values it reads, those that it updates among them.
    pub const fn inputs(&self) -> usize {
        self.inputs.len()
    }

    /// How many parameters it has.
    pub const fn parameters(&self) -> usize {
        self.parameters.len()
    }

    /// How many values it makes.
    pub const fn results(&self) -> usize {
        self.results.len()
    }

    /// About how many picoseconds the first steps take an element of f32: reading and writing it, and their functions.
    #[doc(hidden)]
    pub const fn cost_to(&self, end: usize) -> u32 {
        let (mut cost, mut i) = (COPY, 0);
        while i < end && i < self.steps.len() {
            if let Step::Call(function, _) = self.steps[i]
                && !self.is_second(i, function)
            {
                cost += function.cost();
            }
            i += 1;
        }
        cost
    }

    /// Whether the other result of the same call has been counted.
    const fn is_second(&self, end: usize, function: Function) -> bool {
        end > 0 && matches!(self.steps[end - 1], Step::Call(before, _) if function.is_second_of(before))
    }
}
