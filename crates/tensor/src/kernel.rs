//! Elementwise kernels: a formula, written once, compiled for f32 and f64 and for every instruction-set level, and kept as data.
//!
//! A closure passed to a generic function is compiled in the crate that calls it, in a debug build without
//! optimization. A [`Kernel`] is not: [`kernel!`](crate::kernel!) expands to concrete functions over whole slices, compiled with the
//! crate that writes the formula. So the derivative of an operation can stand in one line beside the operation, and
//! still run at full speed in a user's debug build.

use std::fmt;

use crate::Float;
use crate::formula::{Formula, Function, Program};
use crate::parallel::COPY;

/// The function of a [`Kernel`] for one element type: parameters, slices updated in place, slices read; all the slices
/// are equally long, and their numbers are those of the kernel.
pub type KernelFunction<T> = fn(parameters: &[T], outputs: &mut [&mut [T]], inputs: &[&[T]]);

/// Formulas below this are so quick that copying the first operand before would show: 50 ps, of 250 for `exp`.
const LIGHT: u32 = 500;

/// What runs over slices.
pub enum Run<'a, T> {
    /// Functions that a compiler made.
    Function(KernelFunction<T>),
    /// The steps of a formula.
    Interpreted(&'a Interpreter<'a, T>),
}

/// As [`KernelFunction`], with what it has captured.
pub type Interpreter<'a, T> = dyn Fn(&[T], &mut [&mut [T]], &[&[T]]) + Sync + 'a;

impl<T> Clone for Run<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Run<'_, T> {}

impl<T> Run<'_, T> {
    /// The compiled function, if there is one.
    pub(crate) fn function(self) -> Option<KernelFunction<T>> {
        match self {
            Self::Function(function) => Some(function),
            Self::Interpreted(_) => None,
        }
    }

    #[inline]
    pub(crate) fn call(self, parameters: &[T], outputs: &mut [&mut [T]], inputs: &[&[T]]) {
        match self {
            Self::Function(function) => function(parameters, outputs, inputs),
            Self::Interpreted(function) => function(parameters, outputs, inputs),
        }
    }
}

impl<T> fmt::Debug for Run<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Function(_) => "Function",
            Self::Interpreted(_) => "Interpreted",
        })
    }
}

/// A [`Kernel`] for one element type.
#[derive(Debug, Clone, Copy)]
pub struct Compiled<'a, T> {
    /// Updates its outputs.
    pub run: Run<'a, T>,
    /// Where it makes a difference: what `run` makes of its first output, written to another slice; it takes what it would update as its first
    /// input.
    pub into: Option<KernelFunction<T>>,
    /// Picoseconds an element of f32.
    pub cost: u32,
}

impl<T> Compiled<'_, T> {
    /// A function that takes no longer than to copy an element.
    pub(crate) const fn light(run: KernelFunction<T>) -> Self {
        Self {
            run: Run::Function(run),
            into: None,
            cost: COPY,
        }
    }
}

/// An elementwise formula for f32 and f64, made by [`kernel!`](crate::kernel!).
///
/// It holds the numbers of its parameters, as a closure holds what it captures, in double precision; so it is called with tensors alone.
#[derive(Clone, Copy)]
pub struct Kernel {
    parts: &'static KernelParts,
    parameters: [f64; MAX_PARAMETERS],
}

/// How many parameters a kernel has room for. The macro refuses more.
const MAX_PARAMETERS: usize = 16;

/// The parameters of a kernel in an element type.
pub(crate) struct Numbers<T> {
    all: [T; MAX_PARAMETERS],
    count: usize,
}

impl<T> std::ops::Deref for Numbers<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.all[..self.count]
    }
}

/// What a [`Kernel`] is but for its parameters: constant.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct KernelParts {
    program: Program,
    f32: KernelFunction<f32>,
    f64: KernelFunction<f64>,
    /// The formula of one value, written elsewhere than it is read; only of formulas so light that copying first would show, and of those with
    /// a second formula.
    into_f32: Option<KernelFunction<f32>>,
    into_f64: Option<KernelFunction<f64>>,
    /// About how many picoseconds an element of f32 takes, as the functions in the formula tell; what decides from which size on several threads share
    /// the work.
    cost: u32,
}

impl KernelParts {
    /// Of a formula and its functions; `cost` is that of the formula's ordinary steps.
    pub const fn new(
        program: Program,
        functions: (KernelFunction<f32>, KernelFunction<f64>),
        into: (Option<KernelFunction<f32>>, Option<KernelFunction<f64>>),
        cost: u32,
    ) -> Self {
        Self {
            program,
            f32: functions.0,
            f64: functions.1,
            into_f32: into.0,
            into_f64: into.1,
            cost,
        }
    }
}

impl Kernel {
    /// Of parameters that are 0.
    #[doc(hidden)]
    pub const fn new(parts: &'static KernelParts) -> Self {
        Self {
            parts,
            parameters: [0.0; MAX_PARAMETERS],
        }
    }

    /// The same kernel with these numbers for its parameters, in their order.
    #[doc(hidden)]
    #[must_use]
    #[inline]
    pub fn with(mut self, numbers: &[f64]) -> Self {
        for (parameter, number) in self.parameters.iter_mut().zip(numbers) {
            *parameter = *number;
        }
        self
    }

    /// Its parameters in the element type.
    #[inline]
    pub(crate) fn numbers<T: Float>(&self) -> Numbers<T> {
        let mut numbers = Numbers {
            all: [T::ZERO; MAX_PARAMETERS],
            count: self.parameters(),
        };
        for (number, parameter) in numbers.all.iter_mut().zip(&self.parameters[..numbers.count]) {
            *number = T::from_f64(*parameter);
        }
        numbers
    }

    /// Whether a formula of this cost is limited by memory, so that to copy its first operand first would show.
    #[doc(hidden)]
    pub const fn is_light(cost: u32) -> bool {
        cost < LIGHT
    }

    /// Whether a formula of this cost has less to compute than a tanh.
    #[doc(hidden)]
    pub const fn is_short(cost: u32) -> bool {
        cost < COPY + Function::Tanh.cost()
    }

    /// How many values are updated.
    pub const fn outputs(&self) -> usize {
        self.parts.program.results()
    }

    /// How many values are read only.
    pub const fn inputs(&self) -> usize {
        self.parts.program.inputs() - self.outputs()
    }

    /// How many parameters there are.
    pub const fn parameters(&self) -> usize {
        self.parts.program.parameters()
    }

    /// About how many picoseconds an element takes.
    pub(crate) const fn cost(&self) -> u32 {
        self.parts.cost
    }

    /// The formula as data: to evaluate, to differentiate, to print. Its inputs are the values that the kernel updates, then those that it reads.
    ///
    /// ```
    /// use backprop_tensor::kernel;
    ///
    /// let tanh_gradient = kernel!(|g, y| g * (1.0 - y * y));
    /// assert_eq!(tanh_gradient.formula().to_string(), "g * (1 - y * y)");
    /// assert_eq!(tanh_gradient.formula().evaluate(&[2.0, 0.5])?, [1.5]);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn formula(&self) -> Formula {
        Formula::from(&self.parts.program).with(&self.parameters)
    }
}

macro_rules! compiled {
    ($($t:ident $name:ident $into:ident;)*) => { $(
        /// For this element type.
        #[inline]
        pub(crate) const fn $name(&self) -> Compiled<'static, $t> {
            Compiled {
                run: Run::Function(self.parts.$t),
                into: self.parts.$into,
                cost: self.parts.cost,
            }
        }
    )* };
}

impl Kernel {
    compiled! { f32 for_f32 into_f32; f64 for_f64 into_f64; }
}

/// Its formula.
impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kernel({})", self.formula())
    }
}

/// Makes a [`Kernel`](crate::Kernel) of a formula.
///
/// `kernel!(|x, y, ...; p, q, ...| formula)`: the first argument is replaced by the formula's value; the names behind the
/// semicolon are parameters, numbers that are the same for all elements. `kernel!(mut a, b; x, y; p => { ... })` updates several
/// values, by assignment.
///
/// A parameter gets its number where the kernel is made, by name, as the field of a struct does: `p: self.rate * 2.0`, or `p` for the variable `p`. Anything
/// that is [`Into<f64>`] will do; each element type computes with it rounded to that type. There are sixteen at most. Inside, use [`math`](crate::math) for exp, tanh and the like: the methods of `f32` call the
/// C library once an element.
///
/// `kernel!(|x, y; p| formula; where safe; else other)` takes the other formula for elements where `safe` does not hold: one that is right
/// where a step of the first leaves the range, and may be slow. Elements are looked at a block at a time, so that the first formula stays nearly as
/// fast as it would be alone; each comparison in `safe` shows, though. `where likely; or safe; else other` looks at `likely` first, which must imply
/// `safe` and hold for nearly all elements, and only in a block where it does not hold everywhere at `safe`.
///
/// A formula consists of numbers, its arguments, `let`, `if` and `else`, arithmetic, comparisons, functions of [`math`](crate::math) by that module's name, tuples, and
/// the methods `abs`, `sqrt`, `is_nan` and `is_finite`; anything else is refused where it stands. [`Tensor::apply`](crate::Tensor::apply) takes
/// a kernel of one updated value and up to three others, [`Tensor::update`](crate::Tensor::update) eight updated and eight others. [`Kernel::formula`](crate::Kernel::formula) gives it as data.
///
/// ```
/// use backprop_tensor::{Tensor, kernel};
///
/// let gradient = Tensor::from([1.0_f32, 1.0, 2.0]);
/// let y = Tensor::from([0.5_f32, 0.0, -0.5]);
/// let tanh_gradient = kernel!(|g, y| g * (1.0 - y * y));
/// assert_eq!(gradient.apply(&tanh_gradient, &[&y])?, Tensor::from([0.75, 1.0, 1.5]));
///
/// let rate = 0.5;
/// let step = kernel!(|w, g; rate, decay: 1.0 - rate / 4.0| w * decay - rate * g);
/// assert_eq!(y.apply(&step, &[&gradient])?, Tensor::from([-0.0625, -0.5, -1.4375]));
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
#[macro_export]
macro_rules! kernel {
    ($($formula:tt)*) => {
        $crate::__macros::kernel!(($crate) $($formula)*)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_knows_its_cost_and_the_light_ones_have_a_second_form() {
        let light = kernel!(|x, y| x + y);
        let heavy = kernel!(|x; p: 2.0| crate::math::powf(x, p));
        let update = kernel!(mut x, y; g; rate: 0.5 => { y += crate::math::sqrt(g); x -= rate * g / y; });
        assert_eq!(
            (light.cost(), heavy.cost(), update.cost()),
            (COPY, COPY + 1800, COPY + 35 + 10)
        );
        assert!(light.parts.into_f32.is_some() && light.parts.into_f64.is_some());
        assert!(heavy.parts.into_f32.is_none() && update.parts.into_f32.is_none());
    }

    #[test]
    fn two_results_of_one_call_cost_one() {
        let pair = kernel!(|x| {
            let (s, slope) = crate::math::logistic(x);
            s + slope
        });
        let one = kernel!(|x| crate::math::logistic(x).1);
        assert_eq!((pair.cost(), one.cost()), (COPY + 190, COPY + 190));
    }
}
