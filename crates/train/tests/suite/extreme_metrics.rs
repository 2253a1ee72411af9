//! Metrics of numbers whose squares, sums or weights are out of the range of `f64`.

use backprop_tensor::{Float, Numeric, Tensor};
use backprop_train::{MeanAbsoluteError, MeanSquaredError, Metric, R2, RootMeanSquaredError};
use proptest::prelude::*;

fn value<T: Float, Y: Numeric>(
    metric: &dyn Metric<T, Y>,
    outputs: &Tensor<T>,
    targets: &Tensor<Y>,
    weights: Option<&[f64]>,
) -> f64 {
    let mut count = metric.start();
    match weights {
        None => count.add(outputs, targets).unwrap(),
        Some(weights) => count
            .add_weighted(outputs, targets, &Tensor::from(weights.to_vec()))
            .unwrap(),
    }
    // A checkpoint in between keeps all of it.
    let state = count.state().unwrap();
    let mut other = metric.start();
    other.restore(&state).unwrap();
    assert_eq!(other.value().to_bits(), count.value().to_bits());
    count.value()
}

fn near(value: f64, right: f64) {
    // Some roundings of sums of three numbers.
    assert!(
        (value / right - 1.0).abs() <= 8.0 * f64::EPSILON,
        "{value} is not {right}"
    );
}

#[test]
fn errors_of_any_size() {
    // Of the errors 1, 1, 2 and the targets 1, 2, 4: the mean square is 2, the spread 14/3, so that R² = 1 - 6 / (14/3) = -2/7.
    for size in [1e160_f64, 1e-170, 3e307, 1e-305, 1.0, 1e-162, 1e151] {
        let targets = Tensor::from([1.0, 2.0, 4.0].map(|x| x * size));
        let outputs = Tensor::from([2.0, 3.0, 2.0].map(|x| x * size));
        near(
            value(&RootMeanSquaredError, &outputs, &targets, None),
            2_f64.sqrt() * size,
        );
        near(
            value(&MeanAbsoluteError, &outputs, &targets, None),
            size / 3.0 * 4.0,
        );
        near(value(&R2, &outputs, &targets, None), -2.0 / 7.0);
        assert_eq!(value(&R2, &targets, &targets, None), 1.0);
        let constant = Tensor::full([3], size).unwrap();
        assert_eq!(value(&R2, &constant, &constant, None), 1.0);
        assert_eq!(value(&R2, &outputs, &constant, None), 0.0);
        // The mean square itself may be out of range.
        let square = value(&MeanSquaredError, &outputs, &targets, None);
        let right = 2.0 * size * size;
        if right.is_finite() && right > 1e-300 {
            near(square, right);
        } else {
            assert_eq!(square, right);
        }
    }
    // In f32 no square leaves the range of f64.
    for size in [1e38_f32, 1e-44] {
        let targets = Tensor::from([1.0, 2.0, 3.0].map(|x| x * size));
        let outputs = targets.map(|x| x - size).unwrap();
        let size = f64::from(size);
        let rmse = value(&RootMeanSquaredError, &outputs, &targets, None);
        assert!((rmse / size - 1.0).abs() < 0.1, "{rmse} {size}");
        let r2 = value(&R2, &outputs, &targets, None);
        assert!((r2 + 0.5).abs() < 1e-5, "{r2}");
    }
}

#[test]
fn differences_and_sums_out_of_range() {
    let (outputs, targets) = (
        Tensor::from([-1.7e308, 1.7e308]),
        Tensor::from([1.7e308, 1.6e308]),
    );
    // Half of 3.4e308 and 1e307.
    near(value(&MeanAbsoluteError, &outputs, &targets, None), 1.75e308);
    let opposite = Tensor::from([1.7e308, -1.7e308]);
    let zeros = Tensor::<f64>::zeros([2]).unwrap();
    assert_eq!(value(&R2, &zeros, &opposite, None), 0.0);
    // Of the targets 1, -1 and the outputs -1, -1: 1 - 4/2.
    assert_eq!(
        value(&R2, &Tensor::full([2], -1.7e308).unwrap(), &opposite, None),
        -1.0
    );
    // The sum of the squares is out of range, their mean is not.
    let large = Tensor::full([4], 1e154).unwrap();
    near(
        value(
            &MeanSquaredError,
            &large,
            &Tensor::<f64>::zeros([4]).unwrap(),
            None,
        ),
        1e154 * 1e154,
    );
    near(
        value(
            &RootMeanSquaredError,
            &Tensor::full([1, 9], 1e308).unwrap(),
            &Tensor::<f64>::zeros([1, 9]).unwrap(),
            None,
        ),
        1e308,
    );
    // What is infinite or NaN stays so.
    let infinite = Tensor::from([f64::INFINITY, 1e300]);
    assert_eq!(
        value(&RootMeanSquaredError, &infinite, &zeros, None),
        f64::INFINITY
    );
    assert!(
        value(
            &RootMeanSquaredError,
            &Tensor::from([f64::NAN, 1e300]),
            &zeros,
            None
        )
        .is_nan()
    );
}

proptest! {
    /// Only the ratios of weights matter, and a power of two in the numbers is one in the error.
    #[test]
    fn powers_of_two_change_nothing(
        rows in proptest::collection::vec((-4.0..4.0_f64, -4.0..4.0_f64, 0.1..8.0_f64), 3..10),
        weight in -1000..1000_i32,
        size in -990..1000_i32,
    ) {
        let power = |e: i32| 2_f64.powi(e / 2) * 2_f64.powi(e - e / 2);
        let all = |weight: f64, size: f64| {
            let column = |f: &dyn Fn(&(f64, f64, f64)) -> f64| rows.iter().map(f).collect::<Vec<f64>>();
            let (outputs, targets) = (column(&|row| row.0 * size), column(&|row| row.1 * size));
            let weights = column(&|row| row.2 * weight);
            let (outputs, targets) = (Tensor::from(outputs), Tensor::from(targets));
            let metrics: [&dyn Metric<f64, f64>; 3] = [&RootMeanSquaredError, &MeanAbsoluteError, &R2];
            metrics.map(|metric| value(metric, &outputs, &targets, Some(&weights)))
        };
        let [rmse, mae, r2] = all(1.0, 1.0);
        let [scaled_rmse, scaled_mae, scaled_r2] = all(power(weight), power(size));
        // Sums of ten numbers, added up in two parts where only some are moderate.
        let close = |a: f64, b: f64| (a - b).abs() <= 64.0 * f64::EPSILON * (1.0 + b.abs());
        prop_assert!(close(scaled_rmse / power(size), rmse), "{} {}", scaled_rmse, rmse);
        prop_assert!(close(scaled_mae / power(size), mae), "{} {}", scaled_mae, mae);
        prop_assert!(close(scaled_r2, r2), "{} {}", scaled_r2, r2);
    }
}
