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
    /// Of names, steps, and the steps that are the results; `None` if a step names a later one or an argument that there is none of, or has too few
    /// arguments.
    #[doc(hidden)]
    pub const fn new(
        inputs: &'static [&'static str],
        parameters: &'static [&'static str],
        steps: &'static [Step],
        results: &'static [u16],
    ) -> Option<Self> {
        let mut i = 0;
        while i < steps.len() {
            let fits = match steps[i] {
                Step::Input(index) => (index as usize) < inputs.len(),
                Step::Parameter(index) => (index as usize) < parameters.len(),
                Step::Constant(_) => true,
                Step::Call(function, arguments) => function.takes(arguments.len()) && all_below(arguments, i),
            };
            if !fits {
                return None;
            }
            i += 1;
        }
        if !all_below(results, steps.len()) {
            return None;
        }
        Some(Self {
            inputs,
            parameters,
            steps,
            results,
        })
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
                cost = cost.saturating_add(function.cost());
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

/// Whether all places are before `end`.
const fn all_below(places: &[u16], end: usize) -> bool {
    let mut i = 0;
    while i < places.len() {
        if places[i] as usize >= end {
            return false;
        }
        i += 1;
    }
    true
}
