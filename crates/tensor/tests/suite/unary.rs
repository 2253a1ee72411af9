//! Functions of every element, on any view, against the standard library one element at a time.

use backprop_tensor::{Result, Tensor};
use proptest::prelude::*;

/// Views of small tensors: transposed, reversed, with gaps, broadcast.
fn view() -> impl Strategy<Value = Tensor<f64>> {
    (
        proptest::collection::vec(0..5_usize, 0..4),
        proptest::collection::vec(-4.0..4.0_f64, 256),
        any::<[bool; 4]>(),
    )
        .prop_map(|(dims, elements, [transposed, reversed, gaps, stretched])| {
            let count = dims.iter().product();
            let mut x = Tensor::from_slice(&elements[..count], &dims).unwrap();
            if x.rank() > 1 && transposed {
                x = x.transpose(0, -1).unwrap();
            }
            if x.rank() > 0 && reversed {
                x = x.flip(-1).unwrap();
            }
            if x.rank() > 0 && gaps {
                x = x.slice_step(0, .., 2).unwrap();
            }
            if stretched {
                x = x.broadcast_to([&[3][..], x.shape()].concat()).unwrap();
            }
            x
        })
}

/// `got` is `exact` of each element, where both round to f32 differently by `ulps` steps at most.
fn check(
    name: &str,
    x: &Tensor<f64>,
    exact: impl Fn(f64) -> f64,
    f32_function: impl Fn(&Tensor<f32>) -> Result<Tensor<f32>>,
    f64_function: impl Fn(&Tensor<f64>) -> Result<Tensor<f64>>,
) -> std::result::Result<(), TestCaseError> {
    let small = x.cast::<f32>().unwrap();
    let (got_small, got) = (f32_function(&small).unwrap(), f64_function(x).unwrap());
    prop_assert_eq!(got.shape(), x.shape());
    prop_assert_eq!(got_small.shape(), x.shape());
    let near = |got: f64, exact: f64, epsilon: f64| {
        got == exact
            || (got.is_nan() && exact.is_nan())
            || (got - exact).abs() <= 4.0 * epsilon * exact.abs().max(f64::MIN_POSITIVE)
    };
    for (((x, got), small), got_small) in x
        .to_vec()
        .into_iter()
        .zip(got.to_vec())
        .zip(small.to_vec())
        .zip(got_small.to_vec())
    {
        prop_assert!(
            near(got, exact(x), f64::EPSILON),
            "{name}({x}) = {got}, not {}",
            exact(x)
        );
        let exact = exact(f64::from(small));
        prop_assert!(
            near(f64::from(got_small), exact, f64::from(f32::EPSILON)),
            "{name}({small}) = {got_small}, not {exact}"
        );
    }
    Ok(())
}

macro_rules! agrees {
    ($($name:ident($($argument:literal),*) $exact:expr;)*) => {
        proptest! { $(
            #[test]
            fn $name(x in view()) {
                let call = |x: &Tensor<f64>| x.$name($($argument),*);
                check(stringify!($name), &x, $exact, |x| x.$name($($argument),*), call)?;
            }
        )* }
    };
}
agrees! {
    abs() f64::abs;
    neg() |x| -x;
    sign() |x| if x == 0.0 { 0.0 } else { x.signum() };
    square() |x| x * x;
    sqrt() f64::sqrt;
    rsqrt() |x| 1.0 / x.sqrt();
    reciprocal() |x| 1.0 / x;
    exp() f64::exp;
    expm1() f64::exp_m1;
    exp2() f64::exp2;
    log() f64::ln;
    log1p() f64::ln_1p;
    log2() f64::log2;
    log10() f64::log10;
    sin() f64::sin;
    cos() f64::cos;
    tan() f64::tan;
    asin() f64::asin;
    acos() f64::acos;
    atan() f64::atan;
    sinh() f64::sinh;
    cosh() f64::cosh;
    tanh() f64::tanh;
    asinh() f64::asinh;
    acosh() |x| { let over = x - 1.0; (over + (over * (x + 1.0)).sqrt()).ln_1p() };
    atanh() |x| (x.ln_1p() - (-x).ln_1p()) / 2.0;
    sigmoid() |x| 1.0 / (1.0 + (-x).exp());
    softplus() |x| x.exp().ln_1p();
    relu() |x| x.max(0.0);
    floor() f64::floor;
    ceil() f64::ceil;
    round() f64::round_ties_even;
    trunc() f64::trunc;
    clamp(-1.5, 0.5) |x| x.clamp(-1.5, 0.5);
    powf(2.5) |x| x.powf(2.5);
    powi(-3) |x| 1.0 / (x * x * x);
}

#[test]
fn powi_multiplies() {
    let x = Tensor::from([-2.0_f32, 0.0, 0.5, 1.0, 3.0]);
    let mut product = vec![1.0_f32; 5];
    for n in 0..12 {
        assert_eq!(x.powi(n).unwrap().to_vec(), product);
        product.iter_mut().zip(x.to_vec()).for_each(|(p, x)| *p *= x);
    }
    assert_eq!(
        x.powi(i32::MIN).unwrap().to_vec(),
        [0.0, f32::INFINITY, f32::INFINITY, 1.0, 0.0]
    );
}

#[test]
fn integers_wrap_around() {
    let x = Tensor::from([i32::MIN, -3, 0, 70_000]);
    assert_eq!(x.abs().unwrap().to_vec(), [i32::MIN, 3, 0, 70_000]);
    assert_eq!(x.neg().unwrap().to_vec(), [i32::MIN, 3, 0, -70_000]);
    assert_eq!((-&x).to_vec(), x.neg().unwrap().to_vec());
    assert_eq!(x.sign().unwrap().to_vec(), [-1, -1, 0, 1]);
    assert_eq!(x.square().unwrap().to_vec(), [0, 9, 0, 605_032_704]);
    assert_eq!(x.clamp(-2, 2).unwrap().to_vec(), [-2, -2, 0, 2]);
    assert_eq!(Tensor::from([0_u8, 1, 200]).neg().unwrap().to_vec(), [0, 255, 56]);
    assert_eq!(Tensor::from([0_u8, 1, 200]).sign().unwrap().to_vec(), [0, 1, 1]);
}

#[test]
fn special_values() {
    let x = Tensor::from([f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0]);
    let bits = |x: Result<Tensor<f32>>| {
        x.unwrap()
            .to_vec()
            .iter()
            .map(|x| x.to_bits())
            .collect::<Vec<_>>()
    };
    let nan = |x: Result<Tensor<f32>>| x.unwrap().to_vec()[0].is_nan();
    assert!(nan(x.relu()) && nan(x.sign()) && nan(x.clamp(0.0, 1.0)) && nan(x.sigmoid()) && nan(x.tanh()));
    assert_eq!(bits(x.relu())[1..], [f32::INFINITY, 0.0, 0.0].map(f32::to_bits));
    assert_eq!(bits(x.tanh())[1..], [1.0_f32, -1.0, -0.0].map(f32::to_bits));
    assert_eq!(bits(x.sigmoid())[1..], [1.0_f32, 0.0, 0.5].map(f32::to_bits));
    assert_eq!(
        bits(x.round())[1..],
        [f32::INFINITY, f32::NEG_INFINITY, -0.0].map(f32::to_bits)
    );
}
