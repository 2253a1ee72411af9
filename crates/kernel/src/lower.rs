//! From a formula as Rust reads it to a list of steps: every name stands for the step that made its value.

use std::ops::Range;

use syn::spanned::Spanned;
use syn::{Expr, Ident};

use crate::input::{Body, Guarded, Input};
use crate::steps::{Place, Step, Steps};

/// What an expression gives.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// A number, or the answer to a comparison.
    One(Place),
    Tuple(Vec<Self>),
    /// A call of a function of `math`: a number, or a tuple of them, as it is used.
    Call(Ident, Vec<Place>),
    /// Of a block that ends with a semicolon.
    Nothing,
}

pub const SEVERAL: &str =
    "a number is wanted here, not several: take one by `.0` or `.1`, or all by `let (a, b) = ...`";

/// The steps of a formula.
pub struct Program {
    pub steps: Steps,
    /// The steps that are the new values of the outputs.
    pub results: Vec<Place>,
    /// The steps up to here are those of the formula itself; the others are its conditions and what stands in for it where they do not hold.
    pub ordinary: usize,
}

/// What is known at a place of the formula.
#[derive(Default)]
pub struct Lowering {
    pub steps: Steps,
    /// The names, the last one first.
    pub names: Vec<(String, Value)>,
    /// Of the names those that may not be assigned to: what is read only.
    pub fixed: Range<usize>,
}

impl Program {
    pub fn of(input: &Input) -> syn::Result<Self> {
        input.check_names()?;
        let mut lowering = Lowering::default();
        for (index, name) in input.outputs.iter().chain(&input.inputs).enumerate() {
            lowering.argument(name, index, Step::Input)?;
        }
        for (index, name) in input.parameters.iter().enumerate() {
            lowering.argument(name, index, Step::Parameter)?;
        }
        lowering.fixed = input.outputs.len()..lowering.names.len();
        lowering.body(input)
    }
}

impl Lowering {
    fn argument(&mut self, name: &Ident, index: usize, step: fn(Place) -> Step) -> syn::Result<()> {
        let index = Place::try_from(index)
            .map_err(|_| syn::Error::new(name.span(), "a kernel has at most 65,536 arguments"))?;
        let place = self.steps.add(step(index))?;
        self.names.push((name.to_string(), Value::One(place)));
        Ok(())
    }

    fn body(mut self, input: &Input) -> syn::Result<Program> {
        let (results, ordinary) = match &input.body {
            Body::Expression(formula) => (self.numbers(formula)?, self.steps.len()),
            Body::Guarded(guarded) => {
                let (result, ordinary) = self.guarded(guarded)?;
                (vec![result], ordinary)
            }
            Body::Update(block) => {
                // Not a scope of its own: what the names of the outputs stand for in the end counts.
                for statement in &block.stmts {
                    self.statement(statement)?;
                }
                let results = input.outputs.iter().map(|output| match self.find(output) {
                    Some(Value::One(place)) => Ok(*place),
                    _ => Err(syn::Error::new(output.span(), "an updated value stays a number")),
                });
                (results.collect::<syn::Result<_>>()?, self.steps.len())
            }
        };
        Ok(Program {
            steps: self.steps,
            results,
            ordinary,
        })
    }

    /// Both formulas are the same function, so that the likely condition, which is only faster to test, is read and not kept.
    fn guarded(&mut self, guarded: &Guarded) -> syn::Result<(Place, usize)> {
        let formula = self.number(&guarded.formula)?;
        let ordinary = self.steps.len();
        self.number(&guarded.likely)?;
        self.steps.forget_from(ordinary);
        let safe = self.number(&guarded.safe)?;
        let other = self.number(&guarded.other)?;
        let result = self.primitive("Guard", vec![safe, formula, other])?;
        Ok((result, ordinary))
    }

    pub fn find(&self, name: &Ident) -> Option<&Value> {
        let known = self.names.iter().rev().find(|(known, _)| name == known);
        known.map(|(_, value)| value)
    }

    pub fn primitive(&mut self, name: &'static str, arguments: Vec<Place>) -> syn::Result<Place> {
        self.steps.add(Step::Primitive(name, arguments))
    }

    /// A value that must be one number or answer.
    pub fn number(&mut self, expression: &Expr) -> syn::Result<Place> {
        let value = self.expression(expression)?;
        self.one(value, expression)
    }

    /// The parts of a tuple of numbers, or one number.
    fn numbers(&mut self, expression: &Expr) -> syn::Result<Vec<Place>> {
        let parts = match self.expression(expression)? {
            Value::Tuple(parts) if !parts.is_empty() => parts,
            value => vec![value],
        };
        parts.into_iter().map(|part| self.one(part, expression)).collect()
    }

    pub fn one(&mut self, value: Value, at: &impl Spanned) -> syn::Result<Place> {
        match value {
            Value::One(place) => Ok(place),
            Value::Call(name, arguments) => self.steps.add(Step::Math(name, 0, arguments)),
            Value::Tuple(_) => Err(syn::Error::new(at.span(), SEVERAL)),
            Value::Nothing => Err(syn::Error::new(
                at.span(),
                "a number is wanted here: end the block with an expression, without a semicolon",
            )),
        }
    }

    /// One of the parts of a value.
    pub fn part(&mut self, value: &Value, index: usize, at: &impl Spanned) -> syn::Result<Value> {
        match value {
            Value::Call(name, arguments) => {
                let step = Step::Math(name.clone(), index, arguments.clone());
                Ok(Value::One(self.steps.add(step)?))
            }
            Value::Tuple(parts) if index < parts.len() => Ok(parts[index].clone()),
            _ => Err(syn::Error::new(at.span(), "there is no such part")),
        }
    }

    /// The value of the first branch where the condition holds, else of the second.
    pub fn choose(
        &mut self,
        condition: Place,
        first: Value,
        second: Value,
        at: &impl Spanned,
    ) -> syn::Result<Value> {
        if first == second {
            return Ok(first);
        }
        match (first, second) {
            (Value::Nothing, Value::Nothing) => Ok(Value::Nothing),
            (Value::Tuple(first), Value::Tuple(second)) if first.len() == second.len() => {
                let pairs = first.into_iter().zip(second);
                let parts = pairs.map(|(first, second)| self.choose(condition, first, second, at));
                Ok(Value::Tuple(parts.collect::<syn::Result<_>>()?))
            }
            (first, second) => {
                let (first, second) = (self.one(first, at)?, self.one(second, at)?);
                let place = self.primitive("Select", vec![condition, first, second])?;
                Ok(Value::One(place))
            }
        }
    }
}
