//! Expressions.

use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, ExprArray, ExprCall, ExprIf, ExprMethodCall, ExprPath, Lit, Member, UnOp};

use crate::lower::{Lowering, Value};
use crate::steps::{Place, Step};

/// What a formula consists of, for those who tried something else.
const TAKEN: &str = "a formula takes numbers such as `0.5`, its arguments, `let`, `if` and `else`, arithmetic, comparisons, functions \
    of `math`, and the methods abs, sqrt, is_nan and is_finite";

impl Lowering {
    pub fn expression(&mut self, expression: &Expr) -> syn::Result<Value> {
        match expression {
            Expr::Lit(literal) => self.literal(&literal.lit),
            Expr::Path(path) => self.name(path),
            Expr::Paren(inner) => self.expression(&inner.expr),
            Expr::Group(inner) => self.expression(&inner.expr),
            Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => self.block(&block.block),
            Expr::Unary(unary) => {
                let inner = self.number(&unary.expr)?;
                let name = match unary.op {
                    UnOp::Neg(_) => "Neg",
                    UnOp::Not(_) => "Not",
                    _ => return Err(refused(&unary.op, "a reference")),
                };
                Ok(Value::One(self.primitive(name, vec![inner])?))
            }
            Expr::Binary(binary) => {
                let (left, right) = (self.number(&binary.left)?, self.number(&binary.right)?);
                Ok(Value::One(self.binary(&binary.op, left, right)?))
            }
            Expr::Tuple(tuple) => {
                let parts = tuple.elems.iter().map(|part| self.expression(part));
                Ok(Value::Tuple(parts.collect::<syn::Result<_>>()?))
            }
            Expr::Field(field) => {
                let Member::Unnamed(index) = &field.member else {
                    return Err(refused(&field.member, "a field"));
                };
                let value = self.expression(&field.base)?;
                self.part(&value, index.index as usize, index)
            }
            Expr::If(choice) => self.choice(choice),
            Expr::Call(call) => self.call(call),
            Expr::MethodCall(call) => self.method(call),
            other => Err(refused(other, what(other))),
        }
    }

    fn literal(&mut self, literal: &Lit) -> syn::Result<Value> {
        let value = match literal {
            Lit::Float(number) if number.suffix().is_empty() => number.base10_parse()?,
            Lit::Float(number) => {
                return Err(syn::Error::new(
                    number.span(),
                    "a formula is compiled for f32 and for f64: write the number without its type",
                ));
            }
            Lit::Int(number) => {
                let message = format!(
                    "write `{}.0`: a formula takes no integers",
                    number.base10_digits()
                );
                return Err(syn::Error::new(number.span(), message));
            }
            Lit::Bool(answer) => f64::from(u8::from(answer.value)),
            other => return Err(refused(other, "this literal")),
        };
        Ok(Value::One(self.steps.add(Step::Constant(value))?))
    }

    fn name(&mut self, path: &ExprPath) -> syn::Result<Value> {
        let Some(name) = path.path.get_ident() else {
            if let Ok(function) = function_of_math(path) {
                let message = format!("call it: `math::{function}(..)`");
                return Err(syn::Error::new(path.span(), message));
            }
            return Err(syn::Error::new(
                path.span(),
                "a constant has one type, and a formula is compiled for f32 and for f64: make it a parameter, or write the number",
            ));
        };
        self.find(name).cloned().ok_or_else(|| {
            let message = format!(
                "`{name}` is neither an argument of the formula nor a `let` in it: name it among the arguments, or behind their `;` as a parameter"
            );
            syn::Error::new(name.span(), message)
        })
    }

    pub fn binary(&mut self, op: &BinOp, left: Place, right: Place) -> syn::Result<Place> {
        let (name, arguments) = match op {
            BinOp::Add(_) | BinOp::AddAssign(_) => ("Add", vec![left, right]),
            BinOp::Sub(_) | BinOp::SubAssign(_) => ("Sub", vec![left, right]),
            BinOp::Mul(_) | BinOp::MulAssign(_) => ("Mul", vec![left, right]),
            BinOp::Div(_) | BinOp::DivAssign(_) => ("Div", vec![left, right]),
            BinOp::Lt(_) => ("Less", vec![left, right]),
            BinOp::Gt(_) => ("Less", vec![right, left]),
            BinOp::Le(_) => ("LessEqual", vec![left, right]),
            BinOp::Ge(_) => ("LessEqual", vec![right, left]),
            BinOp::Eq(_) => ("Equal", vec![left, right]),
            BinOp::Ne(_) => {
                let equal = self.primitive("Equal", vec![left, right])?;
                ("Not", vec![equal])
            }
            BinOp::And(_) | BinOp::BitAnd(_) => ("And", vec![left, right]),
            BinOp::Or(_) | BinOp::BitOr(_) => ("Or", vec![left, right]),
            other => return Err(refused(other, "this operator")),
        };
        self.primitive(name, arguments)
    }

    fn choice(&mut self, choice: &ExprIf) -> syn::Result<Value> {
        if let Expr::Let(pattern) = &*choice.cond {
            return Err(refused(pattern, "`if let`"));
        }
        let condition = self.number(&choice.cond)?;
        let before = self.names.clone();
        let first = self.block(&choice.then_branch)?;
        let names = std::mem::replace(&mut self.names, before);
        let second = match &choice.else_branch {
            Some((_, other)) => self.expression(other)?,
            None if first != Value::Nothing => {
                return Err(syn::Error::new(
                    choice.span(),
                    "an `if` that has a value needs an `else`: `if condition { value } else { other }`",
                ));
            }
            None => Value::Nothing,
        };
        // What was assigned in one branch is chosen as the value is.
        for (i, (_, first)) in names.into_iter().enumerate() {
            let second = self.names[i].1.clone();
            self.names[i].1 = self.choose(condition, first, second, choice)?;
        }
        self.choose(condition, first, second, choice)
    }

    fn call(&mut self, call: &ExprCall) -> syn::Result<Value> {
        let name = function(&call.func)?;
        if name == "product" {
            return self.product(name, call);
        }
        let arguments = call.args.iter().map(|argument| self.number(argument));
        Ok(Value::Call(name, arguments.collect::<syn::Result<_>>()?))
    }

    /// `math::product([factors], [divisors])`, the one function that takes lists.
    fn product(&mut self, name: Ident, call: &ExprCall) -> syn::Result<Value> {
        let lists: Vec<_> = call.args.iter().collect();
        let [Expr::Array(factors), Expr::Array(divisors)] = lists[..] else {
            return Err(syn::Error::new(
                call.span(),
                "write `math::product([a, b], [c])`: the factors, and what their product is divided by",
            ));
        };
        let mut arguments = self.list(factors)?;
        let count = arguments.len();
        arguments.extend(self.list(divisors)?);
        let step = Step::Math(name, count, arguments);
        Ok(Value::One(self.steps.add(step)?))
    }

    fn list(&mut self, list: &ExprArray) -> syn::Result<Vec<Place>> {
        list.elems.iter().map(|element| self.number(element)).collect()
    }

    fn method(&mut self, call: &ExprMethodCall) -> syn::Result<Value> {
        let receiver = self.number(&call.receiver)?;
        let method = call.method.to_string();
        let place = match method.as_str() {
            "abs" | "sqrt" => self
                .steps
                .add(Step::Math(call.method.clone(), 0, vec![receiver]))?,
            "is_nan" => self.primitive("IsNan", vec![receiver])?,
            "is_finite" => self.primitive("IsFinite", vec![receiver])?,
            _ => {
                let message = format!(
                    "the methods of a formula are abs, sqrt, is_nan and is_finite; {}",
                    instead(&method)
                );
                return Err(syn::Error::new(call.method.span(), message));
            }
        };
        Ok(Value::One(place))
    }
}

/// The name of a function of `math`.
fn function(expression: &Expr) -> syn::Result<Ident> {
    let Expr::Path(path) = expression else {
        return Err(refused(expression, "a call of this"));
    };
    function_of_math(path)
}

fn function_of_math(path: &ExprPath) -> syn::Result<Ident> {
    let mut segments = path.path.segments.iter().rev();
    match (segments.next(), segments.next()) {
        (Some(name), Some(module)) if module.ident == "math" => Ok(name.ident.clone()),
        (Some(name), None) => {
            let message = format!(
                "a formula calls functions of `backprop_tensor::math` only, by their module: `math::{}(..)` if it is one of them",
                name.ident
            );
            Err(syn::Error::new(name.span(), message))
        }
        _ => Err(syn::Error::new(
            path.span(),
            "a formula calls functions of `backprop_tensor::math` only",
        )),
    }
}

/// What to write in place of a method of `f64` that formulas do not have.
fn instead(method: &str) -> String {
    let written = match method {
        "powi" => "write `x * x`, or `math::powf(x, 2.0)`",
        "powf" => "write `math::powf(x, y)`",
        "ln" => "write `math::log(x)`",
        "ln_1p" => "write `math::log1p(x)`",
        "exp_m1" => "write `math::expm1(x)`",
        "recip" => "write `1.0 / x`",
        "mul_add" => "write `x * y + z`",
        "max" => "write `math::max(x, y)`",
        "min" => "write `math::min(x, y)`",
        "clamp" => "write `math::clamp(x, low, high)`",
        "is_infinite" => "write `!x.is_finite() && !x.is_nan()`",
        _ => {
            return format!("for others there are functions, as `math::{method}(x)`, which are vectorized");
        }
    };
    written.into()
}

pub fn refused(at: &impl Spanned, what: &str) -> syn::Error {
    syn::Error::new(at.span(), format!("{TAKEN}; not {what}"))
}

/// What somebody would call it.
fn what(expression: &Expr) -> &'static str {
    match expression {
        Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => "a loop",
        Expr::Match(_) => "`match`",
        Expr::Closure(_) => "a closure",
        Expr::Macro(_) => "a macro",
        Expr::Cast(_) => "a conversion",
        Expr::Index(_) | Expr::Array(_) | Expr::Repeat(_) => "a list",
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => "a jump",
        Expr::Reference(_) => "a reference",
        Expr::Range(_) => "a range",
        Expr::Unsafe(_) => "`unsafe`",
        Expr::Assign(_) => "an assignment inside of an expression",
        _ => "this",
    }
}
