//! Formulas as data: they compute what their kernels do, and their derivatives are those of the functions.

use backprop_tensor::{Kernel, Tensor, formula, kernel, math};
use proptest::prelude::*;

/// Numbers of every kind: zeros, subnormal, tiny, usual, huge, infinite, NaN.
fn numbers() -> Vec<f64> {
    let magnitudes = [
        0.0,
        1e-320,
        1e-300,
        1e-40,
        1e-30,
        1e-8,
        0.1,
        0.5,
        1.0,
        1.5,
        2.0,
        3.7,
        12.0,
        20.0,
        50.0,
        100.0,
        500.0,
        800.0,
        1e10,
        1e30,
        1e200,
        f64::INFINITY,
    ];
    magnitudes
        .iter()
        .flat_map(|&x| [x, -x])
        .chain([f64::NAN])
        .collect()
}

/// Kernels of every form.
fn kernels() -> Vec<(&'static str, Kernel)> {
    vec![
        ("sum", kernel!(|x, y| x + y)),
        ("line", kernel!(|x, y; p: 2.5| x * p - y / p)),
        (
            "choice",
            kernel!(|x, y| if x > y && !x.is_nan() {
                x
            } else if x == y {
                0.0
            } else {
                -y
            }),
        ),
        (
            "or",
            kernel!(|x, y| if x <= y || x.is_nan() || y != 1.0 {
                1.0
            } else {
                2.0
            }),
        ),
        (
            "let",
            kernel!(|x, y| {
                let z = x * y;
                let z = z + 1.0;
                z * z
            }),
        ),
        (
            "tuples",
            kernel!(|x, y| {
                let steep = math::abs(y) > math::abs(x);
                let (a, b) = if steep { (y, x) } else { (x, y) };
                b / a
            }),
        ),
        (
            "two results",
            kernel!(|x, y| {
                let (s, slope) = math::logistic(x);
                s * y + slope
            }),
        ),
        (
            "parts",
            kernel!(|x, y| math::normal(x).0 + math::normal(y).1 - math::probability(-math::abs(x)).1),
        ),
        (
            "methods",
            kernel!(|x, y| if y.is_finite() { x.abs().sqrt() } else { y }),
        ),
        (
            "branches",
            kernel!(|x, y| {
                let mut z = x;
                if y > 0.0 {
                    z += y;
                    z *= 2.0;
                } else {
                    z -= y;
                }
                z /= 3.0;
                z
            }),
        ),
        (
            "product",
            kernel!(|x, y; p: 2.5| math::product([x, y, p], [y, 2.0])),
        ),
        (
            "guarded",
            kernel!(|x, y; p: 2.5| x / y * p; where math::abs(y) > 1.0; or math::abs(y) > 0.0; else math::sign(x) + p),
        ),
        ("unused", kernel!(|x, _y; _p: 2.5| math::tanh(x))),
    ]
}

fn same<T: backprop_tensor::Float>(one: &Tensor<T>, other: &Tensor<T>) -> bool {
    let bits = |x: T| {
        if x.to_f64().is_nan() {
            u64::MAX
        } else {
            x.to_f64().to_bits()
        }
    };
    one.shape() == other.shape()
        && one
            .to_vec()
            .into_iter()
            .map(bits)
            .eq(other.to_vec().into_iter().map(bits))
}

fn computes_what_its_kernel_does<T: backprop_tensor::Float>() {
    let numbers: Vec<T> = numbers().into_iter().map(T::from_f64).collect();
    let row = Tensor::from(numbers);
    let column = row.unsqueeze(1).unwrap();
    for (name, kernel) in kernels() {
        let right = column.apply(&kernel, &[&row]).unwrap();
        let results = kernel.formula().apply(&[&column, &row]).unwrap();
        assert!(same(&results[0], &right), "{name}: {}", kernel.formula());
        let simple = kernel.formula().simplify().apply(&[&column, &row]).unwrap();
        assert!(
            same(&simple[0], &right),
            "{name}, simplified: {}",
            kernel.formula().simplify()
        );
    }
}

#[test]
fn a_formula_computes_what_its_kernel_does() {
    computes_what_its_kernel_does::<f32>();
    computes_what_its_kernel_does::<f64>();
}

/// Parts that another macro puts in stay whole.
macro_rules! times {
    (|$x:ident, $y:ident| $factor:expr, $sum:expr) => {
        kernel!(|$x, $y| $factor * $sum - $x / $sum)
    };
}

#[test]
fn expressions_of_another_macro_stay_whole() {
    let kernel = times!(|x, y| x - 1.0, x + y);
    let (x, y) = (Tensor::from([3.0_f64]), Tensor::from([5.0]));
    assert_eq!(x.apply(&kernel, &[&y]).unwrap().to_vec(), [2.0 * 8.0 - 3.0 / 8.0]);
    assert_eq!(
        kernel.formula().evaluate(&[3.0, 5.0]).unwrap(),
        [2.0 * 8.0 - 3.0 / 8.0]
    );
}

#[test]
fn an_update_gives_all_its_values() {
    let update = kernel!(mut w, v; g; rate: 0.5, decay: 0.25 => {
        v = decay * v + g;
        w -= rate * v;
    });
    let (mut w, mut v, g) = (
        Tensor::from([1.0_f32, 2.0]),
        Tensor::from([0.5, 1.0]),
        Tensor::from([1.0, -1.0]),
    );
    let results = update.formula().apply(&[&w, &v, &g]).unwrap();
    Tensor::update(&update, &mut [&mut w, &mut v], &[&g]).unwrap();
    assert_eq!(results, [w, v]);
    assert_eq!(
        update.formula().to_string(),
        "(w - rate * (decay * v + g), decay * v + g)"
    );
}

/// A sign or a number behind another factor or term is told from what is before it.
#[test]
fn latex_tells_products_from_differences() {
    for (formula, latex) in [
        (formula!(|x, y| x * -y), r"x \, \left(-y\right)"),
        (formula!(|x| x * -2.0), r"x \, \left(-2\right)"),
        (formula!(|x, y| (-x) * (-y)), r"-x \, \left(-y\right)"),
        (formula!(|x, y| x - -y), r"x - \left(-y\right)"),
        (formula!(|x, y| x + -(y * 3.0)), r"x + \left(-y \cdot 3\right)"),
        (formula!(|x| -(-x)), r"-\left(-x\right)"),
        (formula!(|x| 0.5 * 2.0 * x), r"0.5 \cdot 2 \, x"),
        (
            formula!(|x, y| math::product([x, -y, y], [])),
            r"x \, \left(-y\right) \, y",
        ),
        (formula!(|x| math::floor(x)), r"\left\lfloor x \right\rfloor"),
    ] {
        assert_eq!(formula.latex(), latex, "{formula}");
    }
}

/// Text of a high derivative grows as its steps do, not as their uses, and names nothing as an argument is named.
#[test]
fn long_values_are_written_once() {
    let formula = formula!(|a, b| {
        let square = a * a + b * b;
        let length = math::sqrt(square + 1.0) * math::exp(-square);
        length * math::sin(length)
    });
    assert_eq!(
        formula.to_string(),
        "let c = a * a + b * b; let d = sqrt(c + 1) * exp(-c); d * sin(d)"
    );
    let mut slope = formula;
    for _ in 0..5 {
        slope = slope.derivative(0).unwrap().simplify();
    }
    let (text, latex) = (slope.to_string(), slope.latex());
    assert!(slope.steps() > 300, "{}", slope.steps());
    assert!(
        text.len() < 30 * slope.steps(),
        "{} of {}",
        text.len(),
        slope.steps()
    );
    assert!(
        latex.len() < 60 * slope.steps(),
        "{} of {}",
        latex.len(),
        slope.steps()
    );
    assert!(!text.contains("let a = ") && !text.contains("let b = ") && text.contains("let a1 = "));
    assert_eq!(latex.matches(r"\text{where}").count(), 1);
}

#[test]
fn long_tensors_are_divided_and_give_the_same() {
    let formula = formula!(|x, y; p: 1.0| math::exp(x) * y + p);
    let x = Tensor::from(
        (0..100_000)
            .map(|i| f64::from(i) * 1e-4 - 5.0)
            .collect::<Vec<_>>(),
    );
    let y = Tensor::from(2.0);
    let [z] = &formula.apply(&[&x, &y]).unwrap()[..] else {
        panic!()
    };
    let right = x
        .apply(&kernel!(|x, y; p: 1.0| math::exp(x) * y + p), &[&y])
        .unwrap();
    assert!(same(z, &right));
}

#[test]
fn wrong_numbers_of_arguments_are_errors() {
    let formula = formula!(|x, y; p: 1.0| x * y * p);
    let x = Tensor::from([1.0_f32]);
    let text = formula.apply(&[&x]).unwrap_err().to_string();
    assert_eq!(text, "apply: inputs = 1: the formula has 2");
    let text = formula.evaluate::<f32>(&[1.0]).unwrap_err().to_string();
    assert_eq!(text, "evaluate: inputs = 1: the formula has 2");
    let text = formula.derivative(2).unwrap_err().to_string();
    assert_eq!(text, "derivative: input = 2: the formula has 2 inputs");
    assert!(
        formula
            .apply(&[&Tensor::from([1.0_f32, 2.0]), &Tensor::from([1.0, 2.0, 3.0])])
            .is_err()
    );
}

proptest! {
    /// The rules of sums, products, quotients, chains and choices, against differences in f64.
    #[test]
    fn derivatives_of_composed_functions(x in -3.0_f64..3.0, y in 0.5_f64..2.0) {
        let formulas = [
            formula!(|x, y| x * y + x / y - (-x) * (x - y)),
            formula!(|x, y| math::exp(math::sin(x) * y) / (1.0 + x * x)),
            formula!(|x, y| math::log(math::cosh(x) + y) * math::sigmoid(x * y)),
            formula!(|x, y| math::powf(y, x) + math::atan2(x, y)),
            formula!(|x, y| if x > 0.1 { x * x * y } else { math::tanh(y * x) }),
            formula!(|x, y| math::product([x, x, y], [y, y]) + math::mul_div(x, y, y + 1.0)),
            formula!(|x, y| math::sqrt(y) * math::erf(x) + math::softplus(x) * math::normal(y).1),
            formula!(|x, y| {
                let (s, slope) = math::logistic(x * y);
                s * slope
            }),
        ];
        let at = [x, y];
        for formula in formulas {
            for input in 0..2 {
                // The first derivative of the formula, the second of its first.
                let slope = formula.derivative(input).unwrap();
                for (f, derivative) in [(&formula, &slope), (&slope, &slope.derivative(input).unwrap())] {
                    let h = 1e-5;
                    let shifted = |step: f64| {
                        let mut at = at;
                        at[input] += step;
                        f.evaluate(&at).unwrap()[0]
                    };
                    let difference = (shifted(h) - shifted(-h)) / (2.0 * h);
                    let derived = derivative.evaluate(&at).unwrap()[0];
                    let near_bend = (x - 0.1).abs() < 2.0 * h;
                    // Of h^2 times the third derivative, and of rounding over h.
                    prop_assert!(near_bend || (derived - difference).abs() <= 1e-7 * (1.0 + derived.abs()), "{f}: {derivative} = {derived}, {difference}");
                }
            }
        }
    }
}

#[test]
fn a_tuple_is_a_formula_of_several_results() {
    let formula = formula!(|x, y; p: 2.0| {
        let sum = p * x + y;
        (sum, if x > y { x - y } else { sum * sum }, 0.5)
    });
    assert_eq!((formula.results(), formula.inputs().len()), (3, 2));
    assert_eq!(formula.evaluate(&[3.0, 1.0]).unwrap(), [7.0, 2.0, 0.5]);
    assert_eq!(formula.evaluate(&[1.0, 3.0]).unwrap(), [5.0, 25.0, 0.5]);
    // Each alone, and its derivatives, are those of the formulas written one by one.
    let alone = [
        formula!(|x, y; p: 2.0| p * x + y),
        formula!(|x, y; p: 2.0| if x > y { x - y } else { (p * x + y) * (p * x + y) }),
    ];
    for (index, alone) in alone.iter().enumerate() {
        let result = formula.result(index).unwrap();
        assert_eq!(result.to_string(), alone.simplify().to_string());
        for input in 0..2 {
            assert!(result.depends_on(input));
            assert_eq!(
                result.derivative(input).unwrap().to_string(),
                alone.derivative(input).unwrap().to_string()
            );
        }
    }
    let constant = formula.result(2).unwrap();
    assert!(!constant.depends_on(0) && !constant.depends_on(1) && !constant.depends_on(9));
    let error = formula.result(3).unwrap_err().to_string();
    assert!(error.contains("the formula has 3 results"), "{error}");
}
