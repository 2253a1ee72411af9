//! Batch normalization at the ends of the range, in f32 and f64: a law first, then right values by mpmath, to 60 digits. Those of ordinary numbers are in the
//! tests of the layer.

use backprop_autodiff::{Tape, Var, ops};
use backprop_tensor::{Float, Rng, Tensor};
use proptest::prelude::*;

/// The output, and the gradients of the input, the weight and the bias.
type Pass<T> = [Tensor<T>; 4];

fn pass<T: Float>(
    x: &Tensor<T>,
    [weight, bias]: [&Tensor<T>; 2],
    g: &Tensor<T>,
    normalize: impl Fn(&Var<T>, (&Var<T>, &Var<T>)) -> Var<T>,
) -> Pass<T> {
    let tape = Tape::new();
    let [x, weight, bias] = [x, weight, bias].map(|x| tape.variable(x.clone()));
    let y = normalize(&x, (&weight, &bias));
    let gradients = y.backward_from(g.clone()).unwrap();
    let [x, weight, bias] = [x, weight, bias].map(|x| gradients.wrt(&x).unwrap().clone());
    [y.value().unwrap().clone(), x, weight, bias]
}

/// `x 2^power`, in two steps, for 2^power alone may be out of range.
fn scaled<T: Float>(x: &Tensor<T>, power: i32) -> Tensor<T> {
    let half = T::from_f64(2_f64.powi(power / 2));
    let rest = T::from_f64(2_f64.powi(power - power / 2));
    x.map(|x| x * half * rest).unwrap()
}

/// Where `x` is multiplied by 2^k and `ε` by 2^2k, nothing changes but the gradient of `x`, which is divided by 2^k. A second channel stays as it is.
fn check_scaling<T: Float>(
    x: &Tensor<f64>,
    g: &Tensor<f64>,
    power: i32,
    epsilon: f64,
) -> Result<(), TestCaseError> {
    let (x, g) = (x.cast::<T>().unwrap(), g.cast::<T>().unwrap());
    let weight = Tensor::from([1.5, -0.75].map(T::from_f64));
    let bias = Tensor::from([0.25, 2.0].map(T::from_f64));
    let run = |x: &Tensor<T>, epsilon: f64| {
        pass(x, [&weight, &bias], &g, |x, affine| {
            x.batch_norm(Some(affine), epsilon).0
        })
    };
    let plain = run(&x, epsilon);
    let channel = |x: &Tensor<T>, c: usize| x.select(1, c).unwrap();
    let moved = Tensor::stack(&[&scaled(&channel(&x, 0), power), &channel(&x, 1)], 1).unwrap();
    let [y, dx, dw, db] = run(&moved, epsilon * 2_f64.powi(power) * 2_f64.powi(power));
    prop_assert_eq!(&db, &plain[3]);
    let std = |c: usize| {
        let std = channel(&x, c).std(.., 0).unwrap().item().unwrap();
        std.to_f64().hypot(epsilon.sqrt())
    };
    // Some roundings of numbers below 2 (1 + √n), for n of at most 12 elements; their sums have 12 times that. The mean is rounded too, by
    // some ε |x|: in units of the deviation that is much where the elements lie close together.
    let bound = |c: usize| {
        let size = channel(&x, c)
            .abs()
            .unwrap()
            .max(..)
            .unwrap()
            .item()
            .unwrap()
            .to_f64();
        100.0 * T::EPSILON.to_f64() * (1.0 + size / std(c))
    };
    let near = |a: &Tensor<T>, b: &Tensor<T>, bound: f64| {
        a.to_vec()
            .iter()
            .zip(b.to_vec())
            .all(|(a, b)| (a.to_f64() - b.to_f64()).abs() <= bound)
    };
    prop_assert!(near(&channel(&y, 0), &channel(&plain[0], 0), bound(0)));
    let first = |x: &Tensor<T>| x.slice(0, 0..1).unwrap();
    prop_assert!(near(&first(&dw), &first(&plain[2]), 12.0 * bound(0)));
    let back = scaled(&channel(&dx, 0), power);
    prop_assert!(
        near(&back, &channel(&plain[1], 0), 12.0 * bound(0) / std(0)),
        "{:?} {:?}",
        back,
        plain[1]
    );
    if epsilon == 0.0 {
        prop_assert!(near(&channel(&y, 1), &channel(&plain[0], 1), bound(1)));
        prop_assert!(near(
            &channel(&dx, 1),
            &channel(&plain[1], 1),
            12.0 * bound(1) / std(1)
        ));
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_power_of_two_divides_the_gradient_alone(seed: u64, power in -100..122_i32, n in 2..7_usize, length in 1..3_usize) {
        let rng = &mut Rng::seed(seed);
        let x = Tensor::normal([n, 2, length], 0.25, 0.5, rng).unwrap();
        let g = Tensor::uniform([n, 2, length], -1.0, 1.0, rng).unwrap();
        // In f64 ε is a number of f64, which its square of the scale is not.
        for epsilon in [0.0, 0.25] {
            check_scaling::<f32>(&x, &g, power, epsilon)?;
        }
        check_scaling::<f64>(&x, &g, power * 8, 0.0)?;
        check_scaling::<f64>(&x, &g, power * 4, 0.25)?;
    }
}

/// Of three samples of one channel, `x` = [1, 2, 4], for the upstream gradient [1, 2, -1], `w` = 1.5, `b` = 0.25: `y`, `dx`, `dw`, `db`.
struct Right {
    /// What is added to the variance, in units of the square of the scale.
    epsilon: f64,
    y: [f64; 3],
    dx: [f64; 3],
    dw: f64,
}

const RIGHT: [Right; 2] = [
    Right {
        epsilon: 0.0,
        y: [-1.3535674514745464, -0.15089186286863657, 2.254459314343183],
        dx: [-0.8590539918613641, 1.2885809877920462, -0.42952699593068205],
        dw: -2.939873661036668,
    },
    Right {
        epsilon: 1.0,
        y: [-1.0010864843424485, -0.06277162108561214, 1.8138581054280607],
        dx: [-0.28557408881729807, 1.101500056866721, -0.815925968049423],
        dw: -2.2936585546278225,
    },
];

fn close<T: Float>(what: &str, got: &Tensor<T>, right: &[f64]) {
    let size = right.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
    for (got, right) in got.to_vec().into_iter().zip(right) {
        let error = (got.to_f64() - right).abs();
        assert!(
            error <= 16.0 * T::EPSILON.to_f64() * size,
            "{what}: {got:?}, right {right:e}"
        );
    }
}

#[test]
fn deviations_whose_squares_are_out_of_range() {
    fn check<T: Float>(scales: &[f64], upstream: &[f64]) {
        for &scale in scales {
            for &factor in upstream {
                for right in &RIGHT {
                    let epsilon = right.epsilon * scale * scale;
                    if epsilon.is_infinite() || (epsilon == 0.0 && right.epsilon > 0.0) {
                        continue;
                    }
                    let x = Tensor::from([[1.0], [2.0], [4.0]].map(|x| x.map(|x| T::from_f64(x * scale))));
                    let g = Tensor::from([[1.0], [2.0], [-1.0]].map(|g| g.map(|g| T::from_f64(g * factor))));
                    let (weight, bias) = (
                        Tensor::from([T::from_f64(1.5)]),
                        Tensor::from([T::from_f64(0.25)]),
                    );
                    let [y, dx, dw, db] = pass(&x, [&weight, &bias], &g, |x, affine| {
                        x.batch_norm(Some(affine), epsilon).0
                    });
                    let what = format!("scale {scale:e}, upstream {factor:e}, ε {epsilon:e}");
                    close(&format!("y, {what}"), &y, &right.y);
                    close(&format!("dw, {what}"), &dw, &[right.dw * factor]);
                    close(&format!("db, {what}"), &db, &[2.0 * factor]);
                    let least = T::MIN_NORMAL.to_f64();
                    let largest = T::INFINITY.next_lower().to_f64();
                    let dx_right = right.dx.map(|x| x * factor / scale);
                    if dx_right.iter().all(|x| (least..largest).contains(&x.abs())) {
                        close(&format!("dx, {what}"), &dx, &dx_right);
                    }
                }
            }
        }
    }
    check::<f32>(
        &[1.0, 3e18, 1e-18, 3e19, 1e-25, 8e37, 1e-37],
        &[1.0, 1e15, 1e30, 1e-25],
    );
    check::<f64>(&[1.0, 1e150, 1e155, 1e-170, 4e307, 1e-307], &[1.0, 1e100, 1e-150]);
}

/// Channels whose numbers, or distances from a mean in use, are near the largest.
#[test]
fn distances_beyond_the_range() {
    fn check<T: Float>(x: f64) {
        let weight = Tensor::from([T::ONE]);
        let bias = Tensor::from([T::ZERO]);
        let g = Tensor::from([[1.0], [0.0], [0.0]].map(|x| x.map(T::from_f64)));
        let ends = Tensor::from([[-x], [x], [x]].map(|x| x.map(T::from_f64)));
        let [y, dx, ..] = pass(&ends, [&weight, &bias], &g, |x, affine| {
            x.batch_norm(Some(affine), 1e-5).0
        });
        let root = 0.5_f64.sqrt();
        close("y", &y, &[-2.0 * root, root, root]);
        // Of -1, 1, 1: with two alike, one gradient is as good as 0, of numbers of size 1 / σ.
        let bound = 16.0 * T::EPSILON.to_f64() / x;
        assert!(dx.to_vec().iter().all(|dx| dx.to_f64().abs() <= bound), "{dx}");

        let (mean, variance) = (Tensor::from([T::from_f64(-x)]), Tensor::from([T::from_f64(x)]));
        let [y, dx, ..] = pass(&ends, [&weight, &bias], &g, |x, affine| {
            x.batch_norm_by(&mean, &variance, Some(affine), 1e-5)
        });
        close("y by a mean in use", &y, &[0.0, 2.0 * x.sqrt(), 2.0 * x.sqrt()]);
        close("its gradient", &dx, &[1.0 / x.sqrt(), 0.0, 0.0]);

        // Only the weight brings this back.
        let (variance, small) = (Tensor::from([T::ONE]), Tensor::from([T::from_f64(1e-10)]));
        let [y, dx, ..] = pass(&ends, [&small, &bias], &g, |x, affine| {
            x.batch_norm_by(&mean, &variance, Some(affine), 0.0)
        });
        close("y by a small weight", &y, &[0.0, 2e-10 * x, 2e-10 * x]);
        close("its gradient", &dx, &[1e-10, 0.0, 0.0]);

        // What does not vary is 0, of any size.
        let same = Tensor::full([3, 1], T::from_f64(x)).unwrap();
        let [y, dx, ..] = pass(&same, [&weight, &bias], &g, |x, affine| {
            x.batch_norm(Some(affine), 1e-5).0
        });
        assert_eq!(y, Tensor::zeros([3, 1]).unwrap());
        let slope = 1.0 / 1e-5_f64.sqrt();
        close(
            "the gradient of equal ones",
            &dx,
            &[slope * 2.0 / 3.0, -slope / 3.0, -slope / 3.0],
        );
    }
    check::<f32>(f64::from(3e38_f32));
    check::<f64>(1.7e308);
}

#[test]
fn what_is_not_finite() {
    fn check<T: Float>() {
        for bad in [f64::NAN, f64::INFINITY] {
            let x = Tensor::from([[bad, 1.0], [1.0, 3.0]]).cast::<T>().unwrap();
            let tape = Tape::new();
            let x = tape.variable(x);
            let y = x.batch_norm(None, 0.0).0;
            let value = y.value().unwrap().clone();
            let gradients = y.sum(..).backward().unwrap();
            for x in [&value, gradients.wrt(&x).unwrap()] {
                let x: Vec<f64> = x.to_vec().into_iter().map(|x| x.to_f64()).collect();
                assert!(
                    x[0].is_nan() && x[2].is_nan() && x[1].is_finite() && x[3].is_finite(),
                    "{x:?}"
                );
            }
            assert_eq!(value.to_vec()[1].to_f64(), -1.0);
        }
    }
    check::<f32>();
    check::<f64>();
}

/// A mean far from 0 is rounded; what it loses is the same for all rows, and adds up in the gradients.
#[test]
fn means_far_from_0() {
    fn check<T: Float>(n: usize, mean: f64, step: f64) {
        // Two channels, the second of ordinary numbers. All are multiples of the step, so that f64 has their sums exactly, or nearly.
        let noise = |i: usize| ((i * 2_654_435_761) >> 7) % 1024;
        let element = |i: usize| match i % 2 {
            0 => mean + step * noise(i) as f64,
            _ => noise(i) as f64 / 512.0,
        };
        let x = Tensor::from_fn([n, 2], |i| T::from_f64(element(i))).unwrap();
        let g = Tensor::from_fn([n, 2], |i| T::from_f64(1.0 + noise(i + 7) as f64 / 1024.0)).unwrap();
        let (weight, bias) = (
            Tensor::from([1.5, 1.0].map(T::from_f64)),
            Tensor::from([0.25, 0.0].map(T::from_f64)),
        );
        let [y, dx, dw, _] = pass(&x, [&weight, &bias], &g, |x, affine| {
            x.batch_norm(Some(affine), 0.0).0
        });
        // The same of the distances from the mean, in f64.
        let (xs, gs) = (x.to_vec(), g.to_vec());
        let column = |values: &[T]| -> Vec<f64> { values.iter().step_by(2).map(|x| x.to_f64()).collect() };
        let (xs, gs) = (column(&xs), column(&gs));
        let away: Vec<f64> = xs.iter().map(|x| x - mean).collect();
        let count = n as f64;
        let middle = away.iter().sum::<f64>() / count;
        let variance = away.iter().map(|x| (x - middle).powi(2)).sum::<f64>() / count;
        let normal: Vec<f64> = away.iter().map(|x| (x - middle) / variance.sqrt()).collect();
        let (sum, product): (f64, f64) = (
            gs.iter().sum(),
            gs.iter().zip(&normal).map(|(g, normal)| g * normal).sum(),
        );
        // (80 + log2 n) roundings of the size of the sum of all, at most.
        let size: f64 = gs.iter().zip(&normal).map(|(g, normal)| (g * normal).abs()).sum();
        let (bound, epsilon) = (110.0 * T::EPSILON.to_f64(), T::EPSILON.to_f64());
        let got = dw.to_vec()[0].to_f64();
        assert!(
            (got - product).abs() <= bound * size,
            "dw {got}, right {product}, size {size}"
        );
        let std = ops::ChannelStatistics::of(&x).unwrap().std.to_vec()[0].to_f64();
        assert!((std / variance.sqrt() - 1.0).abs() <= bound, "{std}");
        for (i, (y, dx)) in column(&y.to_vec())
            .iter()
            .zip(column(&dx.to_vec()))
            .enumerate()
            .take(2000)
        {
            let right = 1.5 * normal[i] + 0.25;
            assert!((y - right).abs() <= 2.0 * bound * 3.0, "y {y}, right {right}");
            let right = 1.5 / variance.sqrt() * (gs[i] - sum / count - normal[i] * product / count);
            assert!(
                (dx - right).abs() <= 4.0 * bound * 3.0 / variance.sqrt() + epsilon,
                "dx {dx}, right {right}"
            );
        }
    }
    check::<f32>(1_000_001, 1000.0, 0.0625 / 16.0);
    check::<f32>(100_003, 1e6, 0.0625);
    check::<f32>(4_099, -3e4, 0.001_953_125);
    check::<f64>(100_003, 1e13, 0.001_953_125);
}

/// The weight over the deviation is out of range; what it is multiplied with brings it back.
#[test]
fn a_weight_brings_the_scale_out_of_range() {
    fn check<T: Float>(cases: &[[f64; 3]]) {
        for &[scale, weight, factor] in cases {
            let x = Tensor::from([[1.0], [2.0], [4.0]].map(|x| x.map(|x| T::from_f64(x * scale))));
            let g = Tensor::from([[1.0], [2.0], [-1.0]].map(|g| g.map(|g| T::from_f64(g * factor))));
            let (w, b) = (Tensor::from([T::from_f64(1.5 * weight)]), Tensor::from([T::ZERO]));
            let [y, dx, dw, _] = pass(&x, [&w, &b], &g, |x, affine| x.batch_norm(Some(affine), 0.0).0);
            let what = format!("scale {scale:e}, weight {weight:e}");
            close(
                &format!("y, {what}"),
                &y,
                &RIGHT[0].y.map(|y| (y - 0.25) * weight),
            );
            close(&format!("dw, {what}"), &dw, &[RIGHT[0].dw * factor]);
            let right = RIGHT[0].dx.map(|dx| dx * factor / scale * weight);
            close(&format!("dx, {what}"), &dx, &right);
        }
    }
    check::<f32>(&[
        [1e18, 1e-28, 1e15],
        [1e12, 1e-30, 1e10],
        [1e-10, 1e30, 1e-10],
        [1e-15, 1e25, 1e-20],
    ]);
    check::<f64>(&[[1e100, 1e-250, 1e100], [1e-150, 1e200, 1e-100]]);
}

/// Gradients whose sums over a channel are too large for the type, beside a channel of small ones.
#[test]
fn sums_of_gradients_beyond_the_range() {
    fn check<T: Float>(large: f64, small: f64) {
        let column = [1.0, 2.0, 3.0, 4.0];
        let signs = [1.0, 1.0, 1.0, -1.0];
        let x = Tensor::from_fn([4, 2], |i| T::from_f64(column[i / 2])).unwrap();
        let g = Tensor::from_fn([4, 2], |i| T::from_f64(signs[i / 2] * [large, small][i % 2])).unwrap();
        let (w, b) = (Tensor::from([T::ONE; 2]), Tensor::from([T::ZERO; 2]));
        let [_, dx, ..] = pass(&x, [&w, &b], &g, |x, affine| x.batch_norm(Some(affine), 0.0).0);
        // With the mean 1/2 of the signs, x̂ = (x - 5/2) / σ and σ² = 5/4: (s - 1/2 + 3/5 (x - 5/2)) / σ.
        let right = [-0.4, 0.2, 0.8, -0.6].map(|x| x / 1.25_f64.sqrt());
        for (channel, size) in [large, small].into_iter().enumerate() {
            close("dx", &dx.select(1, channel).unwrap(), &right.map(|x| x * size));
        }
    }
    check::<f32>(2e38, 1e-30);
    check::<f64>(1e308, 1e-290);
}
