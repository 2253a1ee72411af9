//! Gradients of f32 over its whole range: wherever `g f'(x)` is a normal number, so are enough of its digits right, though `f(x)`, `f'(x)` or any other
//! step on the way may be none. What is right is what f64 gives, in whose range all these steps are; that the formulas are right at all is
//! tested by central differences, beside each operation.

use backprop_autodiff::{Tape, Var, ops};
use backprop_tensor::{Float, Tensor};

/// Operations that are checked elsewhere or have nothing to lose.
const EXEMPT: &[&str] = &[
    // No arithmetic: elements of the gradient pass, are dropped or shared in halves; or the derivative is 0 everywhere.
    "Add",
    "Sub",
    "Neg",
    "Ceil",
    "Floor",
    "Round",
    "Trunc",
    "Sign",
    "Heaviside",
    "MaskedFill",
    "WhereElse",
    "GaussianNoise",
    // Any formula; its derivatives are those of the steps, some of which may leave the range.
    "Elementwise",
    // A product with a number that is drawn, a sum over elements; both of single products.
    "Dropout",
    "Prelu",
    // Over an axis: the tests of softmax, cross entropy, reductions, batch normalization and products have their ranges.
    "Softmax",
    "LogSoftmax",
    "CrossEntropy",
    "BatchNorm",
    "Linear",
    "Matmul",
    "BroadcastTo",
    "Concat",
    "Flatten",
    "Flip",
    "Pad",
    "Permute",
    "Repeat",
    "Reshape",
    "Roll",
    "Squeeze",
    "Stack",
    "Transpose",
    "Tril",
    "Triu",
    "Unsqueeze",
    "Gather",
    "IndexAdd",
    "IndexSelect",
    "ScatterAdd",
    "Select",
    "Slice",
    "Sort",
    "Topk",
    "Cumprod",
    "Cumsum",
    "LogSumExp",
    "Max",
    "Mean",
    "Median",
    "Min",
    "Norm",
    "Prod",
    "Quantile",
    "Recurrence",
    "SumTo",
    "Std",
    "Sum",
    "Variance",
];

/// Roundings of the formulas, and the errors of the functions in them: each has no more than 7 ulp.
const BOUND: f64 = 16.0;

/// Numbers of each exponent of f32, and between -200 and 200, where exponentials are in range.
fn arguments() -> Vec<f64> {
    let exponents = (-126..128).flat_map(|exponent| [1.0, 1.37].map(|digits| digits * 2_f32.powi(exponent)));
    let exponentials = (0..800).map(|step| step as f32 * 0.2503);
    let near_one = (1..24).flat_map(|bits| [1.0 - 0.5_f32.powi(bits), 1.0 + 0.5_f32.powi(bits)]);
    exponents
        .chain(exponentials)
        .chain(near_one)
        .flat_map(|x| [x, -x])
        .map(f64::from)
        .collect()
}

/// Upstream gradients of every eighth exponent, and at the ends of the range.
fn upstream() -> Vec<f64> {
    let exponents = (-126..128).step_by(8).map(|exponent| 1.7 * 2_f32.powi(exponent));
    exponents
        .chain([1.0, f32::MIN_POSITIVE, f32::MAX])
        .map(f64::from)
        .collect()
}

/// Values at numbers, and gradients for upstream gradients.
fn run<T: Float>(
    function: &dyn Fn(&[Var<T>]) -> Var<T>,
    inputs: &[Vec<f64>],
    upstream: &[f64],
) -> Vec<Vec<f64>> {
    let tensor = |numbers: &[f64]| Tensor::from(numbers.iter().map(|&x| T::from_f64(x)).collect::<Vec<_>>());
    let tape = Tape::new();
    let inputs: Vec<_> = inputs
        .iter()
        .map(|numbers| tape.variable(tensor(numbers)))
        .collect();
    let y = function(&inputs);
    let gradients = y.backward_from(tensor(upstream)).unwrap();
    let mut results = vec![y.value().unwrap()];
    results.extend(inputs.iter().map(|input| gradients.wrt(input).unwrap()));
    results
        .iter()
        .map(|result| result.to_vec().iter().map(|x| x.to_f64()).collect())
        .collect()
}

/// What is wrong by the most: the error over the bound, and where.
fn worst(
    inputs: &[Vec<f64>],
    upstream: &[f64],
    (single, double): (Vec<Vec<f64>>, Vec<Vec<f64>>),
    bound: &dyn Fn(usize, usize, f64) -> f64,
) -> Option<String> {
    let normal = f64::from(f32::MIN_POSITIVE)..=0.999 * f64::from(f32::MAX);
    let values = double[0].clone();
    let mut worst = (1.0, None);
    for (result, (single, double)) in single.iter().zip(&double).enumerate() {
        for (place, (&got, &right)) in single.iter().zip(double).enumerate() {
            // Where there is no value, there is no derivative.
            if values[place].is_nan() || !normal.contains(&right.abs()) {
                continue;
            }
            let error = (got - right).abs() / bound(result, place, right);
            if error > worst.0 || error.is_nan() {
                let at: Vec<f64> = inputs.iter().map(|numbers| numbers[place]).collect();
                let what = if result == 0 {
                    "value".into()
                } else {
                    format!("gradient {result}")
                };
                let g = upstream[place];
                worst = (
                    error.max(worst.0),
                    Some(format!(
                        "{what} at {at:?} for {g:e}: {got:e}, right {right:e}, {error:.2} of its bound"
                    )),
                );
            }
        }
    }
    worst.1
}

/// All arguments with all upstream gradients.
fn pairs() -> (Vec<f64>, Vec<f64>) {
    let upstream = upstream();
    arguments()
        .into_iter()
        .flat_map(|x| upstream.iter().map(move |&g| (x, g)))
        .unzip()
}

/// The relative error allowed, and an absolute one, relative to the upstream gradient, where the derivative has a zero that is no number of f32.
fn allowed(name: &str, x: f64) -> (f64, f64) {
    let inner = 1.6 * x * (1.0 + 0.045 * x * x);
    match name {
        // As documented: the error of the inner argument is multiplied by it.
        "GeluTanh" => (BOUND + 4.0 * inner.abs(), 2.0),
        "Celu" => (BOUND + x.abs(), 0.0),
        "Gelu" | "Silu" | "Mish" => (BOUND, 4.0),
        _ => (BOUND, 0.0),
    }
}

macro_rules! one {
    ($($name:ident |$x:ident| $function:expr;)*) => {{
        let (x, g) = pairs();
        let inputs = [x];
        let mut names = vec![];
        let mut wrong = vec![];
        $(
            names.push(stringify!($name));
            let single = run::<f32>(&|inputs| { let $x = &inputs[0]; $function }, &inputs, &g);
            let double = run::<f64>(&|inputs| { let $x = &inputs[0]; $function }, &inputs, &g);
            let bound = |result: usize, place: usize, right: f64| {
                let (relative, absolute) = allowed(stringify!($name), inputs[0][place]);
                let scale = if result == 0 { 0.0 } else { g[place] };
                f64::from(f32::EPSILON) * (relative * right.abs() + absolute * scale)
            };
            wrong.extend(worst(&inputs, &g, (single, double), &bound).map(|wrong| format!("{}: {wrong}", stringify!($name))));
        )*
        (names, wrong)
    }};
}

macro_rules! two {
    ($inputs:expr, $g:expr; $($name:ident |$x:ident, $y:ident| $function:expr;)*) => {{
        let (inputs, g) = (&$inputs, &$g);
        let mut names = vec![];
        let mut wrong = vec![];
        $(
            names.push(stringify!($name));
            let single = run::<f32>(&|inputs| { let ($x, $y) = (&inputs[0], &inputs[1]); $function }, inputs, g);
            let double = run::<f64>(&|inputs| { let ($x, $y) = (&inputs[0], &inputs[1]); $function }, inputs, g);
            let bound = |result: usize, _: usize, right: f64| match result {
                // Between two numbers, something may cancel; the value has no claim here.
                0 => f64::INFINITY,
                _ => f64::from(f32::EPSILON) * BOUND * right.abs(),
            };
            wrong.extend(worst(inputs, g, (single, double), &bound).map(|wrong| format!("{}: {wrong}", stringify!($name))));
        )*
        (names, wrong)
    }};
}

fn functions_of_one() -> (Vec<&'static str>, Vec<String>) {
    fn real<T: Float>(x: f64) -> T {
        T::from_f64(x)
    }
    one! {
        Abs |x| x.abs();
        Acos |x| x.acos();
        Acosh |x| x.acosh();
        Asin |x| x.asin();
        Asinh |x| x.asinh();
        Atan |x| x.atan();
        Atanh |x| x.atanh();
        Clamp |x| x.clamp(-1.5, 2.0);
        Cos |x| x.cos();
        Cosh |x| x.cosh();
        Erf |x| x.erf();
        Exp |x| x.exp();
        Exp2 |x| x.exp2();
        Expm1 |x| x.expm1();
        Log |x| x.log();
        Log10 |x| x.log10();
        Log1p |x| x.log1p();
        Log2 |x| x.log2();
        Powf |x| x.powf(real(2.5));
        Powf |x| x.powf(real(-2.5));
        Powf |x| x.powf(real(0.25));
        Powf |x| x.powf(real(-0.5));
        Powf |x| x.powf(real(3.0));
        Powf |x| x.powf(real(7.0));
        Powf |x| x.powf(real(f64::from(0.3_f32)));
        Powi |x| x.powi(-3);
        Powi |x| x.powi(-2);
        Powi |x| x.powi(-1);
        Powi |x| x.powi(1);
        Powi |x| x.powi(2);
        Powi |x| x.powi(3);
        Powi |x| x.powi(4);
        Powi |x| x.powi(7);
        Reciprocal |x| x.reciprocal();
        Rsqrt |x| x.rsqrt();
        Sin |x| x.sin();
        Sinh |x| x.sinh();
        Sqrt |x| x.sqrt();
        Square |x| x.square();
        Tan |x| x.tan();
        Celu |x| x.celu(1.0);
        Celu |x| x.celu(2.5);
        Elu |x| x.elu(1.0);
        Elu |x| x.elu(0.25);
        Gelu |x| x.gelu();
        GeluTanh |x| x.gelu_tanh();
        HardSigmoid |x| x.hard_sigmoid();
        HardSwish |x| x.hard_swish();
        HardTanh |x| x.hard_tanh(-1.0, 1.0);
        Hardshrink |x| x.hardshrink(0.5);
        LeakyRelu |x| x.leaky_relu(0.25);
        LogSigmoid |x| x.log_sigmoid();
        Mish |x| x.mish();
        Relu |x| x.relu();
        Relu6 |x| x.relu6();
        Selu |x| x.selu();
        Sigmoid |x| x.sigmoid();
        Silu |x| x.silu();
        Softplus |x| x.softplus(1.0);
        Softplus |x| x.softplus(0.25);
        Softplus |x| x.softplus(8.0);
        Softshrink |x| x.softshrink(0.5);
        Softsign |x| x.softsign();
        Tanh |x| x.tanh();
        Tanhshrink |x| x.tanhshrink();
        Threshold |x| x.threshold(0.25, 1.0);
    }
}

/// Numbers of some exponents and of both signs, each with each other and with some upstream gradients.
fn triples(second: &[f64]) -> ([Vec<f64>; 2], Vec<f64>) {
    let exponents = || (-126..128).step_by(11).map(|exponent| 2_f64.powi(exponent));
    // Digits that f32 has.
    let first: Vec<f64> = exponents()
        .flat_map(|power| [1.3125, -1.9375].map(|digits| digits * power))
        .collect();
    let upstream: Vec<f64> = exponents().map(|power| 1.6875 * power).collect();
    let second = if second.is_empty() { &first } else { second };
    let (mut inputs, mut gradients) = ([vec![], vec![]], vec![]);
    for &x in &first {
        for &y in second {
            for &g in &upstream {
                inputs[0].push(x);
                inputs[1].push(y);
                gradients.push(g);
            }
        }
    }
    (inputs, gradients)
}

fn functions_of_two() -> (Vec<&'static str>, Vec<String>) {
    let (inputs, g) = triples(&[]);
    let mut all = two! { inputs, g;
        Atan2 |x, y| x.atan2(y);
        Div |x, y| x / y;
        Lerp |x, y| x.lerp(y, 0.375);
        Maximum |x, y| x.maximum(y);
        Minimum |x, y| x.minimum(y);
        Mul |x, y| x * y;
    };
    let exponents = [
        -7.0, -2.5, -1.0, -0.5, -0.001, 0.001, 0.3, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 8.0,
    ]
    .map(|y: f32| y.into());
    let (inputs, g) = triples(&exponents);
    let power = two! { inputs, g; Pow |x, y| x.pow(y); };
    let gates: Vec<f64> = (-90..=90).map(|step| f64::from(step) * 1.875).collect();
    let (inputs, g) = triples(&gates);
    let gate = two! { inputs, g; Glu |x, y| Var::stack(&[x, y], 0).unwrap().glu(0).squeeze(0); };
    for (names, wrong) in [power, gate] {
        all.0.extend(names);
        all.1.extend(wrong);
    }
    all
}

#[test]
fn gradients_are_right_wherever_they_are_numbers() {
    let (mut names, mut wrong) = functions_of_one();
    let two = functions_of_two();
    names.extend(two.0);
    wrong.extend(two.1);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for name in ops::NAMES {
        assert!(
            names.contains(name) != EXEMPT.contains(name),
            "{name} must be checked, or exempt for a reason"
        );
    }
}
