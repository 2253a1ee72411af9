//! Formulas as LaTeX.

use super::names::Named;
use super::text::Strength;
use super::{Formula, Function, Node};

impl Formula {
    /// The formula as LaTeX, without the dollars around it; several results are separated by commas. A long value that is used twice has a name, and
    /// is written once, after the word "where".
    ///
    /// Quotients are fractions, powers of e are exponents, choices are cases. What a kernel computes in another way where its formula leaves the
    /// range is left out. Names of Greek letters are these letters.
    ///
    /// ```
    /// use backprop_tensor::{formula, math};
    ///
    /// let gelu = formula!(|x| x * math::normal(x).0);
    /// assert_eq!(gelu.latex(), r"x \, \Phi\left(x\right)");
    /// let leaky = formula!(|x; alpha: 0.01| if x > 0.0 { x } else { alpha * x });
    /// assert_eq!(leaky.latex(), r"\begin{cases} x & \text{if } 0 < x \\ \alpha \, x & \text{else} \end{cases}");
    /// ```
    pub fn latex(&self) -> String {
        let named = Named::new(self);
        let results = { self.results.iter() }.map(|&place| named.tex(place, Strength::Choice));
        let results = results.collect::<Vec<_>>().join(", \\; ");
        let values = { named.all() }.map(|(place, name)| {
            let value = named.tex_in_full(place, Strength::Choice);
            format!("{} = {value}", self::name(name))
        });
        match values.collect::<Vec<_>>().join(", \\; ") {
            values if values.is_empty() => results,
            values => format!(r"{results} \quad \text{{where}} \quad {values}"),
        }
    }
}

impl Named<'_> {
    /// A step, by its name if it has one.
    fn tex(&self, place: usize, around: Strength) -> String {
        match self.name(place) {
            Some(name) => self::name(name),
            None => self.tex_in_full(place, around),
        }
    }

    /// A step, in parentheses if it binds less than what surrounds it.
    fn tex_in_full(&self, place: usize, around: Strength) -> String {
        let formula = self.formula;
        let (text, strength) = match &formula.nodes[place] {
            Node::Input(index) => (name(&formula.inputs[*index]), Strength::Whole),
            Node::Parameter(index) => (name(&formula.parameters[*index].name), Strength::Whole),
            Node::Constant(value) => (
                number(*value),
                if *value < 0.0 {
                    Strength::Sign
                } else {
                    Strength::Whole
                },
            ),
            Node::Call(Function::Guard, arguments) => return self.tex(arguments[1], around),
            Node::Call(function, arguments) => self.tex_call(*function, arguments),
        };
        if strength < around {
            parentheses(&text)
        } else {
            text
        }
    }

    fn tex_call(&self, function: Function, arguments: &[usize]) -> (String, Strength) {
        let tex = |index: usize, around| {
            arguments
                .get(index)
                .map_or_else(String::new, |&place| self.tex(place, around))
        };
        let free = |index| tex(index, Strength::Choice);
        let text = match function {
            Function::Div => return (fraction(&free(0), &free(1)), Strength::Whole),
            Function::Mul => times(&[tex(0, Strength::Product), tex(1, Strength::Sign)]),
            Function::Add => format!(
                "{} + {}",
                tex(0, Strength::Sum),
                unsigned(tex(1, Strength::Product))
            ),
            Function::Sub => format!(
                "{} - {}",
                tex(0, Strength::Sum),
                unsigned(tex(1, Strength::Product))
            ),
            Function::Neg => format!("-{}", unsigned(tex(0, Strength::Product))),
            Function::Less => format!("{} < {}", tex(0, Strength::Sum), tex(1, Strength::Sum)),
            Function::LessEqual => format!(r"{} \le {}", tex(0, Strength::Sum), tex(1, Strength::Sum)),
            Function::Equal => format!("{} = {}", tex(0, Strength::Sum), tex(1, Strength::Sum)),
            Function::And => format!(r"{} \land {}", tex(0, Strength::And), tex(1, Strength::And)),
            Function::Or => format!(r"{} \lor {}", tex(0, Strength::Or), tex(1, Strength::Or)),
            Function::Not => format!(r"\lnot {}", tex(0, Strength::Whole)),
            Function::Select => format!(
                r"\begin{{cases}} {} & \text{{if }} {} \\ {} & \text{{else}} \end{{cases}}",
                free(1),
                free(0),
                free(2)
            ),
            Function::Abs => format!(r"\left|{}\right|", free(0)),
            Function::Sqrt => format!(r"\sqrt{{{}}}", free(0)),
            Function::Rsqrt => fraction("1", &format!(r"\sqrt{{{}}}", free(0))),
            Function::Exp | Function::Probability => format!("e^{{{}}}", free(0)),
            Function::Expm1 => return (format!("e^{{{}}} - 1", free(0)), Strength::Sum),
            Function::Improbability => return (format!("1 - e^{{{}}}", free(0)), Strength::Sum),
            Function::Exp2 => format!("2^{{{}}}", free(0)),
            Function::Gaussian => format!("e^{{-{}^2}}", tex(0, Strength::Whole)),
            Function::Powf => format!("{}^{{{}}}", tex(0, Strength::Whole), free(1)),
            Function::PowGradient => {
                let (g, x, p) = (tex(0, Strength::Product), tex(1, Strength::Whole), free(2));
                return (
                    times(&[g, tex(2, Strength::Sign), format!("{x}^{{{p} - 1}}")]),
                    Strength::Product,
                );
            }
            Function::MulDiv => fraction(
                &times(&[tex(0, Strength::Product), tex(1, Strength::Sign)]),
                &free(2),
            ),
            Function::NormalTail => {
                return (
                    format!(r"{} \, \Phi{}", tex(0, Strength::Product), parentheses(&free(1))),
                    Strength::Product,
                );
            }
            Function::Floor => format!(r"\left\lfloor {} \right\rfloor", free(0)),
            Function::Ceil => format!(r"\left\lceil {} \right\rceil", free(0)),
            Function::Product(factors) => {
                return self.tex_product(&arguments[..factors], &arguments[factors..]);
            }
            other => {
                let list: Vec<_> = arguments
                    .iter()
                    .map(|&place| self.tex(place, Strength::Choice))
                    .collect();
                format!("{}{}", other.tex_name(), parentheses(&list.join(", ")))
            }
        };
        (text, function.strength())
    }

    fn tex_product(&self, factors: &[usize], divisors: &[usize]) -> (String, Strength) {
        let join = |places: &[usize]| {
            let parts: Vec<_> = places
                .iter()
                .map(|&place| self.tex(place, Strength::Sign))
                .collect();
            times(&parts)
        };
        match (factors, divisors) {
            (factors, []) => (join(factors), Strength::Product),
            ([], divisors) => (fraction("1", &join(divisors)), Strength::Whole),
            _ => (fraction(&join(factors), &join(divisors)), Strength::Whole),
        }
    }
}

impl Function {
    /// Of those that are written with their arguments in parentheses.
    fn tex_name(self) -> String {
        match self {
            Self::Log => r"\ln".into(),
            Self::Log2 => r"\log_2".into(),
            Self::Log10 => r"\log_{10}".into(),
            Self::Sin
            | Self::Cos
            | Self::Tan
            | Self::Sinh
            | Self::Cosh
            | Self::Tanh
            | Self::Max
            | Self::Min => {
                format!(r"\{}", self.name())
            }
            Self::Asin => r"\arcsin".into(),
            Self::Acos => r"\arccos".into(),
            Self::Atan => r"\arctan".into(),
            Self::Sigmoid | Self::Logistic => r"\sigma".into(),
            Self::LogisticSlope => r"\sigma'".into(),
            Self::Normal => r"\Phi".into(),
            Self::NormalDensity => r"\varphi".into(),
            other => {
                let name = other.name().replace('_', r"\_");
                match other.part() {
                    0 => format!(r"\operatorname{{{name}}}"),
                    part => format!(r"\operatorname{{{name}.{part}}}"),
                }
            }
        }
    }
}

/// What follows another term or factor: without a sign that would be read as that of a difference.
fn unsigned(text: String) -> String {
    match text.starts_with('-') {
        true => parentheses(&text),
        false => text,
    }
}

/// A product, with a dot before a number, which would be read as one with what is before it.
fn times(factors: &[String]) -> String {
    let mut product = String::new();
    for (index, factor) in factors.iter().enumerate() {
        match index {
            0 => product.push_str(factor),
            _ => {
                let factor = unsigned(factor.clone());
                let is_number = factor.starts_with(|first: char| first.is_ascii_digit());
                product.push_str(if is_number { r" \cdot " } else { r" \, " });
                product.push_str(&factor);
            }
        }
    }
    product
}

fn parentheses(text: &str) -> String {
    format!(r"\left({text}\right)")
}

fn fraction(above: &str, below: &str) -> String {
    format!(r"\frac{{{above}}}{{{below}}}")
}

fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => r"\text{NaN}".into(),
        f64::INFINITY => r"\infty".into(),
        f64::NEG_INFINITY => r"-\infty".into(),
        value => {
            let text = format!("{value:e}");
            match text.split_once('e') {
                Some((digits, exponent)) if value != 0.0 && (value.abs() >= 1e6 || value.abs() < 1e-4) => {
                    format!(r"{digits} \cdot 10^{{{exponent}}}")
                }
                _ => value.to_string(),
            }
        }
    }
}

/// A name of several letters is upright, what follows its first underscore an index.
fn name(name: &str) -> String {
    const GREEK: &[&str] = &[
        "alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "lambda", "mu", "nu", "rho", "sigma",
        "tau", "phi", "omega",
    ];
    match name.split_once('_') {
        Some((first, rest)) if !first.is_empty() && !rest.is_empty() => {
            format!("{}_{{\\text{{{}}}}}", self::name(first), rest.replace('_', " "))
        }
        _ if GREEK.contains(&name) => format!(r"\{name}"),
        _ if name.chars().count() == 1 => name.into(),
        _ => format!(r"\text{{{}}}", name.replace('_', r"\_")),
    }
}
