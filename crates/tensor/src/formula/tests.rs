//! The table of primitives.

use super::{Formula, Function, Node};

/// `function(x, y, z)`, of as many inputs as it takes.
fn call(function: Function) -> Formula {
    let count = (1..=3).find(|&count| function.takes(count)).unwrap();
    Formula {
        inputs: ["x", "y", "z"][..count].iter().map(|&name| name.into()).collect(),
        parameters: Vec::new(),
        nodes: (0..count)
            .map(Node::Input)
            .chain([Node::Call(function, (0..count).collect())])
            .collect(),
        results: vec![count],
    }
}

/// A function that is added to `math` gets its row.
#[test]
fn every_function_of_math_has_a_row() {
    let exports = include_str!("../math/mod.rs")
        .lines()
        .filter(|line| line.starts_with("pub use "));
    let names = exports.flat_map(|line| line.split([':', '{', '}', ',', ';', ' ']).skip(2));
    let functions: Vec<_> = names
        .filter(|name| name.starts_with(char::is_lowercase) && *name != "real" && *name != "wide_product")
        .collect();
    assert!(functions.len() > 50, "{functions:?}");
    for name in functions {
        // The modules have the names of some of their functions, or of none.
        let module = include_str!("../math/mod.rs").contains(&format!("pub use {name}::"));
        assert!(Function::of_math(name, 0).is_some() || module, "{name}");
    }
    assert_eq!(Function::of_math("exp", 1), None);
    assert_eq!(Function::of_math("logistic", 1), Some(Function::LogisticSlope));
}

/// First and second derivatives of every primitive, where it has some, are those of the differences.
#[test]
fn every_derivative_is_that_of_the_differences() {
    // For functions of numbers below 1, above 1, below 0; far below 0, for tails; a question, and numbers of its own.
    let points = [
        [0.37, 0.61, 0.83],
        [1.7, 2.3, 1.9],
        [-0.4, -0.7, 0.9],
        [0.55, -13.2, 1.1],
        [1.0, 0.3, 0.8],
    ];
    for &function in Function::ALL {
        let formula = call(function);
        let mut checked = 0;
        for point in points {
            let at = &point[..formula.inputs.len()];
            let is_tail = matches!(
                function,
                Function::NormalTail
                    | Function::NormalTailSlope
                    | Function::GeluTanhTail
                    | Function::GeluTanhTailSlope
            );
            if is_tail && at[1] > -13.0 {
                continue;
            }
            // A jump for some.
            if at[0] == 1.0 && !matches!(function, Function::Select | Function::Guard) {
                continue;
            }
            for input in 0..at.len() {
                // Answers, and what is made of them, have no slope.
                let is_answer = match function {
                    Function::Not | Function::And | Function::Or => true,
                    Function::Select | Function::Guard => input == 0,
                    _ => false,
                };
                if is_answer {
                    checked += 1;
                    continue;
                }
                let slope = formula.derivative(input).unwrap();
                for (f, slope) in [(&formula, &slope), (&slope, &slope.derivative(input).unwrap())] {
                    let value = |step: f64| {
                        let mut at = at.to_vec();
                        at[input] += step;
                        f.evaluate(&at).unwrap()[0]
                    };
                    let h = 1e-6 * at[input].abs();
                    let (difference, derived) =
                        ((value(h) - value(-h)) / (2.0 * h), slope.evaluate(at).unwrap()[0]);
                    if !value(h).is_finite() || !value(-h).is_finite() {
                        continue;
                    }
                    // The truncation, of 1e-12 times the third derivative, and the rounding of the values over h.
                    let scale = value(0.0).abs() / at[input].abs() + derived.abs();
                    assert!(
                        (difference - derived).abs() <= 1e-7 * scale + 1e-300,
                        "{function:?}: d/d{input} of {f} at {at:?}: {slope} = {derived}, by difference {difference}"
                    );
                    checked += 1;
                }
            }
        }
        assert!(checked > 0, "{function:?}");
    }
}

/// A text, a LaTeX, no panic, whatever stands where.
#[test]
fn every_primitive_has_a_name() {
    for &function in Function::ALL {
        let formula = call(function);
        let plain = function == Function::Guard;
        assert!(plain || formula.to_string().contains('x'), "{formula}");
        assert!(
            formula.latex().contains('x') || function == Function::Guard,
            "{}",
            formula.latex()
        );
    }
}
