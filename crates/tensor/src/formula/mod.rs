//! Elementwise formulas as data: evaluated, differentiated, simplified, printed.
//!
//! [`kernel!`](crate::kernel!) makes functions of a formula, for speed, and keeps the formula beside them; [`Kernel::formula`](crate::Kernel::formula) gives it.
//! [`formula!`](crate::formula!) makes the formula alone.
//!
//! ```
//! use backprop_tensor::{Tensor, formula, math};
//!
//! let swish = formula!(|x; beta: 1.0| x * math::sigmoid(beta * x));
//! assert_eq!(swish.to_string(), "x * sigmoid(beta * x)");
//!
//! let slope = swish.derivative(0)?;
//! assert_eq!(slope.evaluate(&[0.0_f64])?, [0.5]);
//! let curvature = slope.derivative(0)?;
//! let [y] = &curvature.apply(&[&Tensor::from([0.0_f64, 1.0])])?[..] else { unreachable!() };
//! assert!(y.all_close(&Tensor::from([0.5, 0.3023662]), 0.0, 1e-7, false)?);
//! # Ok::<(), backprop_tensor::Error>(())
//! ```
//!
//! # How it is built
//!
//! * **A list of steps.** Each takes the values of earlier ones, so there are no cycles, no recursion, and a value that is used twice is computed once. A
//!   comparison gives 1 or 0, and `if` is a step that chooses one of two values, both of which have been computed.
//! * **One row for each primitive** ([`Function`]), with its value; **one arm** in the calculus, with its derivative.
//! * **The same bits.** A formula computes what its kernel does, with the same functions, in blocks that stay in the first-level cache.

mod build;
mod derivative;
mod evaluate;
mod function;
mod latex;
mod names;
mod program;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::{Error, Result};
use build::Builder;
pub use function::Function;
pub use program::{Program, Step};

/// Makes a [`Formula`](crate::formula::Formula) of the text that [`kernel!`](crate::kernel!) takes, without compiling functions of it. A formula may also
/// be a tuple, of several results: `|x, y| (x + y, x - y)`.
///
/// ```
/// use backprop_tensor::{formula, math};
///
/// let softsign = formula!(|x| x / (1.0 + math::abs(x)));
/// assert_eq!(softsign.evaluate(&[-3.0_f32])?, [-0.75]);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
#[macro_export]
macro_rules! formula {
    ($($formula:tt)*) => {
        $crate::__macros::formula!(($crate) $($formula)*)
    };
}

/// An elementwise formula: results from inputs, the elements of tensors, and parameters, the same for all elements.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    inputs: Vec<Cow<'static, str>>,
    parameters: Vec<Parameter>,
    nodes: Vec<Node>,
    results: Vec<usize>,
}

/// A number that is the same for all elements.
#[derive(Debug, Clone, PartialEq)]
struct Parameter {
    name: Cow<'static, str>,
    number: f64,
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Input(usize),
    Parameter(usize),
    Constant(f64),
    Call(Function, SmallVec<[usize; 3]>),
}

/// The parameters are NaN.
impl From<&Program> for Formula {
    fn from(program: &Program) -> Self {
        let names = |names: &[&'static str]| names.iter().map(|&name| Cow::Borrowed(name)).collect();
        let node = |step: &Step| match *step {
            Step::Input(index) => Node::Input(index.into()),
            Step::Parameter(index) => Node::Parameter(index.into()),
            Step::Constant(value) => Node::Constant(value),
            Step::Call(function, arguments) => {
                Node::Call(function, arguments.iter().map(|&place| place.into()).collect())
            }
        };
        let formula = Self {
            inputs: names(program.inputs),
            parameters: { program.parameters.iter() }
                .map(|&name| Parameter {
                    name: Cow::Borrowed(name),
                    number: f64::NAN,
                })
                .collect(),
            nodes: program.steps.iter().map(node).collect(),
            results: program.results.iter().map(|&place| place.into()).collect(),
        };
        formula.without_unused()
    }
}

impl Formula {
    /// The names of the inputs; those of values that a kernel updates come first.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = &str> {
        self.inputs.iter().map(|name| &**name)
    }

    /// The parameters: their names and numbers.
    pub fn parameters(&self) -> impl ExactSizeIterator<Item = (&str, f64)> {
        { self.parameters.iter() }.map(|parameter| (&*parameter.name, parameter.number))
    }

    /// The same formula with these numbers for its parameters, in their order; those without one keep theirs.
    #[doc(hidden)]
    #[must_use]
    pub fn with(mut self, numbers: &[f64]) -> Self {
        for (parameter, number) in self.parameters.iter_mut().zip(numbers) {
            parameter.number = *number;
        }
        self
    }

    /// Gives a parameter another number.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is none of this name.
    ///
    /// ```
    /// use backprop_tensor::formula;
    ///
    /// let mut line = formula!(|x; slope: 2.0, start: 1.0| slope * x + start);
    /// line.set("slope", 5.0)?;
    /// assert_eq!(line.evaluate(&[3.0])?, [16.0]);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn set(&mut self, parameter: &str, number: impl Into<f64>) -> Result<()> {
        let names: Vec<_> = self.parameters().map(|(name, _)| name).collect();
        match names.iter().position(|name| *name == parameter) {
            Some(place) => self.parameters[place].number = number.into(),
            None => {
                let expected = format!("the formula has the parameters {names:?}");
                return Err(Error::argument("set", "parameter", parameter, expected));
            }
        }
        Ok(())
    }

    /// The number of results: 1, but for a kernel that updates several values.
    pub fn results(&self) -> usize {
        self.results.len()
    }

    /// The number of steps, inputs and constants among them.
    pub fn steps(&self) -> usize {
        self.nodes.len()
    }

    /// The same formula with equal parts taken once, constant parts computed, and without what changes nothing: terms 0, factors 1, choices between
    /// equals, steps whose value nobody uses.
    ///
    /// What was 0 times a number counts as 0, though that number may be infinite. Constant parts are computed in f64.
    ///
    /// ```
    /// use backprop_tensor::formula;
    ///
    /// let formula = formula!(|x| (x + 0.0) * (2.0 * 3.0) - 0.0 * x).simplify();
    /// assert_eq!(formula.to_string(), "x * 6");
    /// ```
    #[must_use]
    pub fn simplify(&self) -> Self {
        let mut builder = Builder::like(self);
        let places = builder.copy(self);
        let results = self.results.iter().map(|&place| places[place]).collect();
        builder.finish(results)
    }

    /// The same formula with numbers in the places of its parameters, so that [`simplify`](Self::simplify) can compute with them.
    ///
    /// ```
    /// use backprop_tensor::formula;
    ///
    /// let line = formula!(|x; slope: 2.0, start: 1.0| slope * x + start);
    /// assert_eq!(line.to_string(), "slope * x + start");
    /// assert_eq!(line.bind().to_string(), "2 * x + 1");
    /// ```
    #[must_use]
    pub fn bind(&self) -> Self {
        let node = |node: &Node| match node {
            Node::Parameter(index) => Node::Constant(self.parameters[*index].number),
            other => other.clone(),
        };
        Self {
            parameters: Vec::new(),
            nodes: self.nodes.iter().map(node).collect(),
            ..self.clone()
        }
    }

    /// The formula of one of the results, of the same inputs and parameters.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is no such result.
    ///
    /// ```
    /// use backprop_tensor::{formula, math};
    ///
    /// let polar = formula!(|r, angle| (r * math::cos(angle), r * math::sin(angle)));
    /// assert_eq!(polar.result(1)?.to_string(), "r * sin(angle)");
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn result(&self, index: usize) -> Result<Self> {
        let Some(&place) = self.results.get(index) else {
            let expected = format!("the formula has {} results", self.results.len());
            return Err(Error::argument("result", "index", index, expected));
        };
        let one = Self {
            results: vec![place],
            ..self.clone()
        };
        Ok(one.without_unused())
    }

    /// Whether a result depends on an input: whether it occurs in what is computed.
    ///
    /// ```
    /// use backprop_tensor::formula;
    ///
    /// let second = formula!(|x, y| (x * y, y + 1.0)).result(1)?;
    /// assert!(!second.depends_on(0) && second.depends_on(1));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn depends_on(&self, input: usize) -> bool {
        let mut nodes = self.nodes.iter().zip(self.needed());
        nodes.any(|(node, needed)| needed && *node == Node::Input(input))
    }

    /// Which steps the results need.
    fn needed(&self) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        for &result in &self.results {
            needed[result] = true;
        }
        for (place, node) in self.nodes.iter().enumerate().rev() {
            if let (true, Node::Call(_, arguments)) = (needed[place], node) {
                for &argument in arguments {
                    needed[argument] = true;
                }
            }
        }
        needed
    }

    fn without_unused(self) -> Self {
        let needed = self.needed();
        let mut places = Vec::with_capacity(self.nodes.len());
        let mut nodes = Vec::new();
        for (node, needed) in self.nodes.into_iter().zip(needed) {
            places.push(nodes.len());
            if !needed {
                continue;
            }
            nodes.push(match node {
                Node::Call(function, arguments) => Node::Call(
                    function,
                    arguments.into_iter().map(|place| places[place]).collect(),
                ),
                leaf => leaf,
            });
        }
        let results = self.results.into_iter().map(|place| places[place]).collect();
        Self {
            nodes,
            results,
            ..self
        }
    }

    /// Whether there are as many inputs as the formula has.
    fn check(&self, operation: &'static str, inputs: usize) -> Result<()> {
        let wanted = self.inputs.len();
        if inputs == wanted {
            return Ok(());
        }
        Err(Error::argument(
            operation,
            "inputs",
            inputs,
            format!("the formula has {wanted}"),
        ))
    }
}
