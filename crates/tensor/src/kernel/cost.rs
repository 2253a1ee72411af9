//! What a formula costs, as the names in it tell: so that a heavy one is divided among threads from fewer elements on than a light one, on whatever
//! machine, without a clock.
//!
//! All costs are picoseconds an element of f32, of 10,000 elements on one thread, read and written (a virtual machine on AMD EPYC, Zen 5, with AVX-512; the fastest of 60 passes). They need not be
//! more exact than by half: work near the threshold takes as long either way.

use crate::Kernel;
use crate::parallel::COPY;

/// Formulas below this are so quick that copying the first operand before would show: 50 ps, of 250 for `exp`.
const LIGHT: u32 = 500;

/// A quotient.
const DIVISION: u32 = 10;

/// What a function of [`math`](crate::math) adds; those that are missing add nothing.
const FUNCTIONS: &[(&str, u32)] = &[
    ("exp", 210),
    ("plain_exp", 170),
    ("exp2", 120),
    ("expm1", 165),
    ("log", 250),
    ("log1p", 290),
    ("log2", 230),
    ("log10", 260),
    ("sin", 1000),
    ("cos", 1000),
    ("tan", 1050),
    ("asin", 3000),
    ("acos", 3600),
    ("atan", 3600),
    ("atan2", 11500),
    ("sinh", 225),
    ("cosh", 185),
    ("tanh", 160),
    ("tanhshrink", 285),
    ("asinh", 850),
    ("acosh", 800),
    ("atanh", 460),
    ("sigmoid", 190),
    ("logistic", 220),
    ("plain_logistic", 190),
    ("softplus", 800),
    ("erf", 390),
    ("normal", 450),
    ("plain_normal", 420),
    ("gaussian", 230),
    ("powf", 1800),
    ("sqrt", 35),
    ("rsqrt", 75),
    ("mul_div", 50),
    // Estimated from those that they consist of.
    ("probability", 230),
    ("normal_tail", 450),
    ("gelu_tanh_tail", 450),
    ("pow_gradient", 1900),
    ("plain_pow_gradient", 1900),
    ("product", 500),
];

impl Kernel {
    /// About how many picoseconds a formula takes an element of f32: reading and writing it, its quotients, and its functions by their names. Sums, products
    /// and choices hide behind the memory, and functions of other names count as such.
    #[doc(hidden)]
    pub const fn estimate(formula: &str) -> u32 {
        let text = formula.as_bytes();
        let (mut cost, mut start, mut end, mut i) = (COPY, 0, 0, 0);
        while i < text.len() {
            match text[i] {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => {
                    // A space ends a name.
                    if end < i {
                        start = i;
                    }
                    end = i + 1;
                }
                b' ' | b'\n' => {}
                other => {
                    match other {
                        b'(' => cost = cost.saturating_add(function(text, start, end)),
                        b'/' => cost = cost.saturating_add(DIVISION),
                        _ => {}
                    }
                    (start, end) = (i + 1, i + 1);
                }
            }
            i += 1;
        }
        cost
    }

    /// Whether a formula is limited by memory, so that to copy its first operand first would show.
    #[doc(hidden)]
    pub const fn is_light(formula: &str) -> bool {
        Self::estimate(formula) < LIGHT
    }
}

/// What the function of the name `text[start..end]` adds.
const fn function(text: &[u8], start: usize, end: usize) -> u32 {
    let mut row = 0;
    while row < FUNCTIONS.len() {
        let (name, cost) = (FUNCTIONS[row].0.as_bytes(), FUNCTIONS[row].1);
        let mut same = 0;
        while same < name.len() && start + same < end && name[same] == text[start + same] {
            same += 1;
        }
        if same == name.len() && start + same == end {
            return cost;
        }
        row += 1;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel;

    #[test]
    fn names_before_a_parenthesis_count_and_quotients_do() {
        for (formula, cost) in [
            ("x", 0),
            ("exp * x", 0),
            ("math :: exp (x)", 210),
            ("math::exp(x) / math::tanh(x)", 210 + DIVISION + 160),
            ("my_exp(x) + exp2(x) + exp_(x)", 120),
            ("{ let (a, b) = math::normal(x); a + b }", 450),
        ] {
            assert_eq!(Kernel::estimate(formula), COPY + cost, "{formula}");
        }
    }

    #[test]
    fn a_kernel_knows_its_cost_and_the_light_ones_have_a_second_form() {
        let light = kernel!(|x, y| x + y);
        let heavy = kernel!(|x; p| crate::math::powf(x, p));
        let update = kernel!(mut x, y; g; rate => { y += crate::math::sqrt(g); x -= rate * g / y; });
        assert_eq!(
            (light.cost, heavy.cost, update.cost),
            (COPY, COPY + 1800, COPY + 35 + DIVISION)
        );
        assert!(light.into_f32.is_some() && light.into_f64.is_some());
        assert!(heavy.into_f32.is_none() && update.into_f32.is_none());
    }

    /// A function that is added to `math` gets its cost, or is named here.
    #[test]
    fn every_function_has_a_cost() {
        const LIGHT: &[&str] = &[
            "abs",
            "ceil",
            "clamp",
            "exp_is_beyond",
            "exp_is_far",
            "exp_is_tiny",
            "floor",
            "is_normal",
            "max",
            "min",
            "normal_is_tiny",
            "pow_is_plain",
            "relu",
            "round",
            "sign",
            "trunc",
        ];
        let exports = include_str!("../math/mod.rs")
            .lines()
            .filter(|line| line.starts_with("pub use "));
        let names = exports.flat_map(|line| line.split([':', '{', '}', ',', ';', ' ']).skip(2));
        let functions: Vec<_> = names
            .filter(|name| name.starts_with(char::is_lowercase) && *name != "real" && *name != "wide_product")
            .collect();
        assert!(functions.len() > 40, "{functions:?}");
        for name in functions {
            let known = FUNCTIONS.iter().any(|(function, _)| *function == name);
            // The modules have the names of some of their functions, or of none.
            let module = include_str!("../math/mod.rs").contains(&format!("pub use {name}::"));
            assert!(known || LIGHT.contains(&name) || module, "{name}");
        }
    }
}
