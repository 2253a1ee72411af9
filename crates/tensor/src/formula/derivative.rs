//! The calculus: what the derivative of each primitive is, in one arm.

use std::f64::consts::{FRAC_2_PI, FRAC_2_SQRT_PI, LN_2, LN_10};

use super::build::Builder;
use super::{Error, Formula, Function, Node, Result};

impl Formula {
    /// The derivatives of the results with respect to an input, as a formula of the same inputs and parameters.
    ///
    /// Exact, and computed without cancellation for each function alone; a quotient of two that grow alike cancels, and where an infinite factor meets
    /// a slope of 0, the product is NaN though its limit may be 0.
    ///
    /// Where a function has a bend, the derivative is that of PyTorch: 0 for `relu`, `abs` and `sign` at 0 and `clamp` at its bounds, and a half each for `max` and `min`
    /// of equal numbers; a choice, `if`, has the derivative of what is chosen, and a comparison none.
    ///
    /// # Errors
    /// [`Error::Argument`] if there is no such input.
    ///
    /// ```
    /// use backprop_tensor::formula;
    ///
    /// let cube = formula!(|x| x * x * x);
    /// assert_eq!(cube.derivative(0)?.to_string(), "x * (x + x) + x * x");
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn derivative(&self, input: usize) -> Result<Self> {
        if input >= self.inputs.len() {
            let expected = format!("the formula has {} inputs", self.inputs.len());
            return Err(Error::argument("derivative", "input", input, expected));
        }
        let mut builder = Builder::like(self);
        let places = builder.copy(self);
        let zero = builder.constant(0.0);
        let mut slopes = vec![zero; self.nodes.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            slopes[index] = match node {
                Node::Input(known) if *known == input => builder.constant(1.0),
                Node::Call(function, arguments) if places[index] != usize::MAX => {
                    let values: Vec<_> = arguments.iter().map(|&argument| places[argument]).collect();
                    let slopes: Vec<_> = arguments.iter().map(|&argument| slopes[argument]).collect();
                    Calculus {
                        builder: &mut builder,
                        zero,
                    }
                    .slope(*function, &values, &slopes, places[index])
                }
                _ => zero,
            };
        }
        let results = self.results.iter().map(|&place| slopes[place]).collect();
        Ok(builder.finish(results))
    }
}

/// The rules, at one step.
struct Calculus<'a> {
    builder: &'a mut Builder,
    zero: usize,
}

impl Calculus<'_> {
    /// The derivative of a call whose arguments and their derivatives are known, as its value `y` is.
    fn slope(&mut self, function: Function, values: &[usize], slopes: &[usize], y: usize) -> usize {
        if slopes.iter().all(|&slope| slope == self.zero) {
            return self.zero;
        }
        if let (Function::Select | Function::Guard, &[test, ..], &[_, first, second]) =
            (function, values, slopes)
        {
            return self.call(function, &[test, first, second]);
        }
        let mut sum = self.zero;
        for (index, &slope) in slopes.iter().enumerate() {
            if slope != self.zero {
                let partial = self.partial(function, values, index, y);
                let part = self.mul(partial, slope);
                sum = self.call(Function::Add, &[sum, part]);
            }
        }
        sum
    }

    /// The derivative of `y = function(values)` with respect to the argument at an index.
    fn partial(&mut self, function: Function, values: &[usize], index: usize, y: usize) -> usize {
        use Function as F;
        let argument = |index: usize| values.get(index).copied().unwrap_or(0);
        let (x, z) = (argument(0), argument(1));
        match (function, index) {
            (F::Add, _) | (F::Sub, 0) => self.number(1.0),
            (F::Sub, _) | (F::Neg, _) => self.number(-1.0),
            (F::Mul, 0) => z,
            (F::Mul, _) => x,
            (F::Div, 0) => self.reciprocal(z),
            (F::Div, _) => {
                let quotient = self.div(y, z);
                self.neg(quotient)
            }
            (F::MulDiv, 0) => self.div(z, argument(2)),
            (F::MulDiv, 1) => self.div(x, argument(2)),
            (F::MulDiv, _) => {
                let quotient = self.div(y, argument(2));
                self.neg(quotient)
            }
            (F::Product(factors), _) => self.product(values, factors, index),
            (F::Abs, _) => self.call(F::Sign, &[x]),
            (F::Max, _) => self.larger(argument(1 - index.min(1)), argument(index)),
            (F::Min, _) => self.larger(argument(index), argument(1 - index.min(1))),
            (F::Clamp, 0) => {
                let (low, high) = (self.less_equal(x, z), self.less_equal(argument(2), x));
                let outside = self.call(F::Or, &[low, high]);
                self.unless(outside)
            }
            (F::Clamp, 1) => {
                let (below, above) = (self.call(F::Less, &[x, z]), self.call(F::Less, &[argument(2), z]));
                let kept = self.unless(above);
                self.where_else(below, kept, self.zero)
            }
            (F::Clamp, _) => {
                let limited = self.call(F::Max, &[x, z]);
                let above = self.call(F::Less, &[argument(2), limited]);
                let one = self.number(1.0);
                self.where_else(above, one, self.zero)
            }
            (F::Relu, _) => {
                let off = self.less_equal(x, self.zero);
                self.unless(off)
            }
            (F::Sqrt, _) => {
                let half = self.number(0.5);
                self.div(half, y)
            }
            (F::Rsqrt, _) => {
                let quotient = self.div(y, x);
                self.times(-0.5, quotient)
            }
            (F::Exp | F::Probability, _) => y,
            (F::Exp2, _) => self.times(LN_2, y),
            (F::Expm1, _) => self.call(F::Exp, &[x]),
            (F::Improbability, _) => {
                let power = self.call(F::Exp, &[x]);
                self.neg(power)
            }
            (F::Log, _) => self.reciprocal(x),
            (F::Log1p, _) => {
                let sum = self.plus(1.0, x);
                self.reciprocal(sum)
            }
            (F::Log2, _) => {
                let product = self.times(LN_2, x);
                self.reciprocal(product)
            }
            (F::Log10, _) => {
                let product = self.times(LN_10, x);
                self.reciprocal(product)
            }
            (F::Sin, _) => self.call(F::Cos, &[x]),
            (F::Cos, _) => {
                let sine = self.call(F::Sin, &[x]);
                self.neg(sine)
            }
            (F::Tan, _) => {
                let square = self.mul(y, y);
                self.plus(1.0, square)
            }
            (F::Asin, _) => self.inverse_root(x),
            (F::Acos, _) => {
                let root = self.inverse_root(x);
                self.neg(root)
            }
            (F::Atan, _) => {
                let sum = self.one_and_square(x);
                let near = self.reciprocal(sum);
                let far = self.reciprocal(x);
                let far = self.mul(far, far);
                self.beyond(x, far, near)
            }
            (F::Atan2, 0) => self.angle(x, z, z),
            (F::Atan2, _) => {
                let part = self.angle(x, z, x);
                self.neg(part)
            }
            (F::Sinh, _) => self.call(F::Cosh, &[x]),
            (F::Cosh, _) => self.call(F::Sinh, &[x]),
            // 1 / cosh^2 x without the cancellation of 1 - y^2.
            (F::Tanh, _) => {
                let double = self.times(2.0, x);
                let slope = self.call(F::LogisticSlope, &[double]);
                self.times(4.0, slope)
            }
            (F::Tanhshrink, _) => {
                let tanh = self.call(F::Tanh, &[x]);
                self.mul(tanh, tanh)
            }
            (F::Asinh, _) => {
                let sum = self.one_and_square(x);
                let near = self.call(F::Rsqrt, &[sum]);
                let magnitude = self.call(F::Abs, &[x]);
                let far = self.reciprocal(magnitude);
                self.beyond(x, far, near)
            }
            (F::Acosh, _) => {
                let (below, above) = (self.plus(-1.0, x), self.plus(1.0, x));
                let (below, above) = (self.call(F::Rsqrt, &[below]), self.call(F::Rsqrt, &[above]));
                self.mul(below, above)
            }
            (F::Atanh, _) => {
                let one = self.number(1.0);
                let (below, above) = (self.call(F::Sub, &[one, x]), self.plus(1.0, x));
                let product = self.mul(below, above);
                self.reciprocal(product)
            }
            (F::Sigmoid | F::Logistic, _) => self.call(F::LogisticSlope, &[x]),
            // y (1 - 2 σ(x)).
            (F::LogisticSlope, _) => {
                let half = self.times(0.5, x);
                let tanh = self.call(F::Tanh, &[half]);
                let product = self.mul(y, tanh);
                self.neg(product)
            }
            (F::Softplus, _) => self.call(F::Sigmoid, &[x]),
            (F::Erf, _) => {
                let bell = self.call(F::Gaussian, &[x]);
                self.times(FRAC_2_SQRT_PI, bell)
            }
            (F::Gaussian, _) => {
                let slope = self.fading(x, y);
                self.times(2.0, slope)
            }
            (F::Normal, _) => self.call(F::NormalDensity, &[x]),
            (F::NormalDensity, _) => self.fading(x, y),
            (F::NormalTail, 0) => self.call(F::Normal, &[z]),
            (F::NormalTail, _) => {
                let density = self.call(F::NormalDensity, &[z]);
                self.mul(x, density)
            }
            (F::NormalTailSlope, 0) => {
                let (tail, density) = (self.call(F::Normal, &[z]), self.call(F::NormalDensity, &[z]));
                let product = self.mul(z, density);
                self.call(F::Add, &[tail, product])
            }
            (F::NormalTailSlope, _) => {
                let (density, square) = (self.call(F::NormalDensity, &[z]), self.mul(z, z));
                let two = self.number(2.0);
                let factor = self.call(F::Sub, &[two, square]);
                let product = self.mul(x, density);
                self.mul(product, factor)
            }
            (F::GeluTanhTail | F::GeluTanhTailSlope, _) => self.gelu_tanh_tail(function, x, z, index),
            (F::Powf, 0) => {
                let one = self.number(1.0);
                self.call(F::PowGradient, &[one, x, z])
            }
            (F::Powf, _) => self.power_of_exponent(x, z, y),
            (F::PowGradient, _) => self.pow_gradient(values, index),
            // Steps, and questions.
            (
                F::Sign
                | F::Floor
                | F::Ceil
                | F::Round
                | F::Trunc
                | F::Less
                | F::LessEqual
                | F::Equal
                | F::Not
                | F::And
                | F::Or
                | F::IsNan
                | F::IsFinite
                | F::IsNormal
                | F::ExpIsBeyond
                | F::ExpIsFar
                | F::ExpIsTiny
                | F::NormalIsTiny
                | F::PowIsPlain
                | F::Select
                | F::Guard,
                _,
            ) => self.zero,
        }
    }

    fn call(&mut self, function: Function, arguments: &[usize]) -> usize {
        self.builder.call(function, arguments)
    }

    fn number(&mut self, value: f64) -> usize {
        self.builder.constant(value)
    }

    fn mul(&mut self, x: usize, y: usize) -> usize {
        self.call(Function::Mul, &[x, y])
    }

    fn div(&mut self, x: usize, y: usize) -> usize {
        self.call(Function::Div, &[x, y])
    }

    fn neg(&mut self, x: usize) -> usize {
        self.call(Function::Neg, &[x])
    }

    fn times(&mut self, factor: f64, x: usize) -> usize {
        let factor = self.number(factor);
        self.mul(factor, x)
    }

    fn plus(&mut self, term: f64, x: usize) -> usize {
        let term = self.number(term);
        self.call(Function::Add, &[term, x])
    }

    fn reciprocal(&mut self, x: usize) -> usize {
        let one = self.number(1.0);
        self.div(one, x)
    }

    fn less_equal(&mut self, x: usize, y: usize) -> usize {
        self.call(Function::LessEqual, &[x, y])
    }

    fn where_else(&mut self, test: usize, x: usize, y: usize) -> usize {
        self.call(Function::Select, &[test, x, y])
    }

    /// 0 where the test holds, else 1, for NaN too.
    fn unless(&mut self, test: usize) -> usize {
        let one = self.number(1.0);
        self.where_else(test, self.zero, one)
    }

    /// 1 where x < y, 0 where x > y, and else a half, for NaN too.
    fn larger(&mut self, x: usize, y: usize) -> usize {
        let (less, greater) = (
            self.call(Function::Less, &[x, y]),
            self.call(Function::Less, &[y, x]),
        );
        let (one, half) = (self.number(1.0), self.number(0.5));
        let rest = self.where_else(greater, self.zero, half);
        self.where_else(less, one, rest)
    }

    /// 1 / sqrt(1 - x^2).
    fn inverse_root(&mut self, x: usize) -> usize {
        let one = self.number(1.0);
        let (below, above) = (self.call(Function::Sub, &[one, x]), self.plus(1.0, x));
        let product = self.mul(below, above);
        self.call(Function::Rsqrt, &[product])
    }

    /// 1 + x^2.
    fn one_and_square(&mut self, x: usize) -> usize {
        let square = self.mul(x, x);
        self.plus(1.0, square)
    }

    /// Where 1 + x^2 rounds to x^2, which may be too large, and where not.
    fn beyond(&mut self, x: usize, far: usize, near: usize) -> usize {
        let magnitude = self.call(Function::Abs, &[x]);
        let bound = self.number(1e10);
        let is_far = self.call(Function::Less, &[bound, magnitude]);
        self.where_else(is_far, far, near)
    }

    /// Of f σ(u) and of f (x σ(u))', with u = √(8/π) (x + 0.044715 x^3).
    fn gelu_tanh_tail(&mut self, function: Function, f: usize, x: usize, index: usize) -> usize {
        use Function as F;
        let root = 2.0 * FRAC_2_PI.sqrt();
        let square = self.mul(x, x);
        let (cubic, triple) = (self.times(0.044_715, square), self.times(0.134_145, square));
        let (cubic, triple) = (self.plus(1.0, cubic), self.plus(1.0, triple));
        let (u, first) = (self.mul(x, cubic), self.times(root, triple));
        let u = self.times(root, u);
        // As the tail itself has it: the rounding of u would be multiplied by u.
        let one = self.number(1.0);
        let value = self.call(F::GeluTanhTail, &[one, x]);
        let rest = self.call(F::Sub, &[one, value]);
        let bell = self.mul(value, rest);
        let slope = self.mul(bell, first);
        match (function, index) {
            (F::GeluTanhTail, 0) => value,
            (F::GeluTanhTail, _) => self.mul(f, slope),
            (_, 0) => self.call(F::GeluTanhTailSlope, &[one, x]),
            _ => {
                // 2 σ' + x σ'', with σ'' = σ' u'^2 (-tanh(u/2)) + bell u''.
                let half = self.times(0.5, u);
                let tanh = self.call(F::Tanh, &[half]);
                let (bend, second) = (self.mul(slope, first), self.times(0.268_29 * root, x));
                let (bend, second) = (self.mul(bend, tanh), self.mul(bell, second));
                let curvature = self.call(F::Sub, &[second, bend]);
                let (double, part) = (self.times(2.0, slope), self.mul(x, curvature));
                let sum = self.call(F::Add, &[double, part]);
                self.mul(f, sum)
            }
        }
    }

    /// -x y, for a y that falls to 0 faster than x grows.
    fn fading(&mut self, x: usize, y: usize) -> usize {
        let product = self.mul(x, y);
        let slope = self.neg(product);
        let is_gone = self.call(Function::Equal, &[y, self.zero]);
        self.where_else(is_gone, self.zero, slope)
    }

    /// part / (x^2 + y^2), in units of the larger of both; 0 at the origin, and at infinity.
    fn angle(&mut self, y: usize, x: usize, part: usize) -> usize {
        let (left, right) = (self.call(Function::Abs, &[y]), self.call(Function::Abs, &[x]));
        let unit = self.call(Function::Max, &[left, right]);
        let (y, x, part) = (self.div(y, unit), self.div(x, unit), self.div(part, unit));
        let (left, right) = (self.mul(y, y), self.mul(x, x));
        let sum = self.call(Function::Add, &[left, right]);
        let quotient = self.div(part, sum);
        let slope = self.div(quotient, unit);
        let infinity = self.number(f64::INFINITY);
        let at_origin = self.call(Function::Equal, &[unit, self.zero]);
        let beyond = self.call(Function::Equal, &[unit, infinity]);
        let nowhere = self.call(Function::Or, &[at_origin, beyond]);
        self.where_else(nowhere, self.zero, slope)
    }

    /// The product without a factor, or minus the product over a divisor once more.
    fn product(&mut self, values: &[usize], factors: usize, index: usize) -> usize {
        let mut arguments = values.to_vec();
        if index < factors {
            arguments.remove(index);
            if factors == 1 {
                let one = self.number(1.0);
                arguments.insert(0, one);
                return self.call(Function::Product(1), &arguments);
            }
            return self.call(Function::Product(factors - 1), &arguments);
        }
        arguments.push(values[index]);
        let quotient = self.call(Function::Product(factors), &arguments);
        self.neg(quotient)
    }

    /// x^p log x: 0 at 0, where p is not below 0.
    fn power_of_exponent(&mut self, x: usize, p: usize, y: usize) -> usize {
        let log = self.call(Function::Log, &[x]);
        let product = self.mul(y, log);
        let at_zero = self.call(Function::Equal, &[x, self.zero]);
        let harmless = self.less_equal(self.zero, p);
        let is_zero = self.call(Function::And, &[at_zero, harmless]);
        self.where_else(is_zero, self.zero, product)
    }

    /// Of g p x^(p - 1).
    fn pow_gradient(&mut self, values: &[usize], index: usize) -> usize {
        let (g, x, p) = (values[0], values[1], values[2]);
        match index {
            0 => {
                let one = self.number(1.0);
                self.call(Function::PowGradient, &[one, x, p])
            }
            // g p (p - 1) x^(p - 2).
            1 => {
                let (less, product) = (self.plus(-1.0, p), self.mul(g, p));
                self.call(Function::PowGradient, &[product, x, less])
            }
            // g x^(p - 1) (1 + p log x).
            _ => {
                let less = self.plus(-1.0, p);
                let power = self.call(Function::Powf, &[x, less]);
                let slope = self.power_of_exponent(x, less, power);
                let (first, second) = (self.mul(g, power), self.mul(p, slope));
                let second = self.mul(g, second);
                self.call(Function::Add, &[first, second])
            }
        }
    }
}
