//! What a formula costs, as the names in it tell.

use crate::Kernel;
use crate::parallel::COPY;

/// Formulas below this are limited by memory.
const LIGHT: u32 = 130;

/// A quotient.
const DIVISION: u32 = 10;

/// Picoseconds that a function adds to an element of f32.
const FUNCTIONS: &[(&str, u32)] = &[
    ("exp", 210),
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
    ("softplus", 800),
    ("erf", 390),
    ("normal", 450),
    ("gaussian", 230),
    ("powf", 1800),
    ("sqrt", 35),
    ("rsqrt", 75),
    ("mul_div", 50),
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
                        b'(' => cost += function(text, start, end),
                        b'/' => cost += DIVISION,
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
