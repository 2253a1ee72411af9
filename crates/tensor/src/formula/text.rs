//! Formulas as text.

use std::fmt;

use super::names::Named;
use super::{Formula, Function, Node};

/// How tightly an operator binds; calls and names bind best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    Choice,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Sign,
    Whole,
}

impl Function {
    /// The sign between two operands, and how it binds.
    pub(super) const fn operator(self) -> Option<(&'static str, Strength)> {
        Some(match self {
            Self::Add => ("+", Strength::Sum),
            Self::Sub => ("-", Strength::Sum),
            Self::Mul => ("*", Strength::Product),
            Self::Div => ("/", Strength::Product),
            Self::Less => ("<", Strength::Comparison),
            Self::LessEqual => ("<=", Strength::Comparison),
            Self::Equal => ("==", Strength::Comparison),
            Self::And => ("&&", Strength::And),
            Self::Or => ("||", Strength::Or),
            _ => return None,
        })
    }
}

/// As in Rust, without `math::`; several results stand in parentheses. What a kernel computes in another way where its formula leaves the range is left
/// out: both are the same function. A long value that is used twice is written once, before the others, and has a name: `let a = ...; a * (1 - a)`.
impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Named::new(self).fmt(f)
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in self.all() {
            write!(f, "let {name} = ")?;
            self.write_in_full(f, place, Strength::Choice)?;
            f.write_str("; ")?;
        }
        match &self.formula.results[..] {
            [result] => self.write(f, *result, Strength::Choice),
            results => {
                f.write_str("(")?;
                for (index, &result) in results.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    self.write(f, result, Strength::Choice)?;
                }
                f.write_str(")")
            }
        }
    }
}

impl Named<'_> {
    /// A step, by its name if it has one.
    fn write(&self, f: &mut fmt::Formatter<'_>, place: usize, around: Strength) -> fmt::Result {
        match self.name(place) {
            Some(name) => f.write_str(name),
            None => self.write_in_full(f, place, around),
        }
    }

    /// A step, in parentheses if it binds less than what surrounds it.
    fn write_in_full(&self, f: &mut fmt::Formatter<'_>, place: usize, around: Strength) -> fmt::Result {
        match &self.formula.nodes[place] {
            Node::Input(index) => f.write_str(&self.formula.inputs[*index]),
            Node::Parameter(index) => f.write_str(&self.formula.parameters[*index].name),
            Node::Constant(value) if *value < 0.0 && around > Strength::Sum => write!(f, "({value})"),
            Node::Constant(value) => write!(f, "{value}"),
            Node::Call(Function::Guard, arguments) => self.write(f, arguments[1], around),
            Node::Call(function, arguments) => {
                let strength = function.strength();
                if strength < around {
                    f.write_str("(")?;
                }
                self.write_call(f, *function, arguments)?;
                f.write_str(if strength < around { ")" } else { "" })
            }
        }
    }

    fn write_call(&self, f: &mut fmt::Formatter<'_>, function: Function, arguments: &[usize]) -> fmt::Result {
        if let (Some((sign, strength)), &[x, y]) = (function.operator(), arguments) {
            self.write(f, x, strength)?;
            write!(f, " {sign} ")?;
            // a - (b - c) and a / (b * c) keep their parentheses.
            let is_chained = matches!(
                function,
                Function::Add | Function::Mul | Function::And | Function::Or
            );
            let same = |place: usize| {
                self.name(place).is_none()
                    && matches!(&self.formula.nodes[place], Node::Call(inner, _) if *inner == function)
            };
            return self.write(
                f,
                y,
                if is_chained && same(y) {
                    strength
                } else {
                    strength.next()
                },
            );
        }
        match (function, arguments) {
            (Function::Neg, &[x]) => {
                f.write_str("-")?;
                self.write(f, x, Strength::Sign)
            }
            (Function::Not, &[x]) => {
                f.write_str("!")?;
                self.write(f, x, Strength::Whole)
            }
            (Function::Select, &[test, x, y]) => {
                f.write_str("if ")?;
                self.write(f, test, Strength::Choice)?;
                f.write_str(" { ")?;
                self.write(f, x, Strength::Choice)?;
                f.write_str(" } else { ")?;
                self.write(f, y, Strength::Choice)?;
                f.write_str(" }")
            }
            (Function::Product(factors), _) => {
                f.write_str("product([")?;
                self.write_list(f, &arguments[..factors])?;
                f.write_str("], [")?;
                self.write_list(f, &arguments[factors..])?;
                f.write_str("])")
            }
            _ => {
                write!(f, "{}(", function.name())?;
                self.write_list(f, arguments)?;
                f.write_str(")")?;
                match function.has_parts() {
                    true => write!(f, ".{}", function.part()),
                    false => Ok(()),
                }
            }
        }
    }

    fn write_list(&self, f: &mut fmt::Formatter<'_>, places: &[usize]) -> fmt::Result {
        for (index, &place) in places.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            self.write(f, place, Strength::Choice)?;
        }
        Ok(())
    }
}

impl Function {
    pub(super) fn strength(self) -> Strength {
        match self {
            Self::Neg => Strength::Sign,
            Self::Select => Strength::Choice,
            _ => self.operator().map_or(Strength::Whole, |(_, strength)| strength),
        }
    }
}

impl Strength {
    /// The next stronger one.
    fn next(self) -> Self {
        match self {
            Self::Choice => Self::Or,
            Self::Or => Self::And,
            Self::And => Self::Comparison,
            Self::Comparison => Self::Sum,
            Self::Sum => Self::Product,
            Self::Product => Self::Sign,
            Self::Sign | Self::Whole => Self::Whole,
        }
    }
}
