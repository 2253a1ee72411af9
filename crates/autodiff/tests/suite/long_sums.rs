//! Gradients that are sums of a great many terms, against exact values. Equal terms are the worst: a sum too long for them errs to one side.

use backprop_autodiff::ops::FusedActivation;
use backprop_autodiff::{Tape, Var};
use backprop_tensor::{Float, Tensor};

const ROWS: usize = 1_000_003;

/// All elements within so many roundings, of half an ε each, of the exact value.
#[track_caller]
fn within<T: Float>(tensor: &Tensor<T>, exact: f64, roundings: f64) {
    for x in tensor.to_vec() {
        let error = (x.to_f64() - exact).abs() / (T::EPSILON.to_f64() / 2.0 * exact.abs());
        assert!(error <= roundings, "{x:?} for {exact}: {error} roundings");
    }
}

fn full<T: Float>(shape: impl AsRef<[usize]>, x: f64) -> Tensor<T> {
    Tensor::full(shape.as_ref(), T::from_f64(x)).unwrap()
}

/// What `matmul` states for a sum of so many terms.
fn bound(terms: usize) -> f64 {
    400.0 + (terms as f64).log2()
}

/// 0.3 and 0.7 as `f32` has them, so that `f64` has their product.
const X: f64 = 0.300_000_011_920_928_96;
const G: f64 = 0.699_999_988_079_071;

fn linear<T: Float>(activation: FusedActivation) {
    let tape = Tape::new();
    let x = tape.variable(full([ROWS, 2], X));
    let (weight, bias) = (tape.variable(full([3, 2], 1.0)), tape.variable(full([3], 1.0)));
    let y = x.linear_with(&weight, Some(&bias), activation);
    let gradients = y.backward_from(full::<T>([ROWS, 3], G)).unwrap();
    let of = |x: &Var<T>| gradients.wrt(x).unwrap();
    within(of(&weight), ROWS as f64 * (X * G), bound(ROWS));
    within(of(&bias), ROWS as f64 * G, bound(ROWS));
}

fn matmul<T: Float>() {
    let tape = Tape::new();
    let (a, b) = (
        tape.variable(full([ROWS, 2], X)),
        tape.variable(full([2, 3], 1.0)),
    );
    let gradients = a.matmul(&b).backward_from(full::<T>([ROWS, 3], G)).unwrap();
    within(gradients.wrt(&b).unwrap(), ROWS as f64 * (X * G), bound(ROWS));
    let tape = Tape::new();
    let (a, b) = (
        tape.variable(full([2, 1], 1.0)),
        tape.variable(full([1, ROWS], X)),
    );
    let gradients = a.matmul(&b).backward_from(full::<T>([2, ROWS], G)).unwrap();
    within(gradients.wrt(&a).unwrap(), ROWS as f64 * (X * G), bound(ROWS));
}

/// The gradient of one of three elements that is read `count` times, by index.
fn read<T: Float>(count: usize, g: f64, select: bool) -> Tensor<T> {
    let tape = Tape::new();
    let x = tape.variable(full([3], 1.0));
    let index = Tensor::<i64>::zeros([count]).unwrap();
    let y = if select {
        x.index_select(0, &index)
    } else {
        x.gather(0, &index)
    };
    let gradients = y.backward_from(full([count], g)).unwrap();
    let gradient = gradients.wrt(&x).unwrap();
    assert!(gradient.slice(0, 1..).unwrap() == full([2], 0.0));
    gradient.slice(0, ..1).unwrap()
}

#[test]
fn gradients_are_within_their_bounds() {
    linear::<f32>(FusedActivation::Identity);
    linear::<f32>(FusedActivation::Relu);
    linear::<f64>(FusedActivation::Identity);
    matmul::<f32>();
    matmul::<f64>();
    for select in [false, true] {
        within(
            &read::<f32>(ROWS, G, select),
            ROWS as f64 * G,
            2.0 * (256.0 + 2.0),
        );
        within(
            &read::<f64>(ROWS, G, select),
            ROWS as f64 * G,
            2.0 * (256.0 + 2.0),
        );
    }
}

/// More ones than an `f32` can count one by one.
#[test]
fn ones_are_counted() {
    const COUNT: usize = (1 << 24) + 1000;
    for select in [false, true] {
        assert_eq!(read::<f32>(COUNT, 1.0, select).to_vec(), [COUNT as f32]);
    }
}
