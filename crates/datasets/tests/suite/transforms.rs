//! Scalers: statistics of what they make, the way back, and what they refuse.
use backprop_datasets::{MinMaxScaler, StandardScaler, iris, scale_pixels};
use backprop_tensor::{Float, Tensor};
use proptest::prelude::*;

/// Samples of three features on very different scales, the last one constant.
fn samples() -> impl Strategy<Value = Tensor<f64>> {
    let row = (-1.0..1.0_f64, 1e6..1.001e6_f64, Just(0.1_f64));
    (proptest::collection::vec(row, 2..50), -1e3..1e3_f64).prop_map(|(rows, constant)| {
        let n = rows.len();
        let elements: Vec<_> = rows
            .into_iter()
            .flat_map(|(a, b, c)| [a, b, c * constant])
            .collect();
        Tensor::from(elements).reshape([n, 3]).unwrap()
    })
}

/// The elements of one feature.
fn column(x: &Tensor<f64>, feature: usize) -> Vec<f64> {
    x.select(1, feature).unwrap().to_vec()
}

/// Mean and standard deviation, in two passes.
fn moments(column: &[f64]) -> (f64, f64) {
    let n = column.len() as f64;
    let mean = column.iter().sum::<f64>() / n;
    (
        mean,
        (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt(),
    )
}

fn extremes(column: &[f64]) -> (f64, f64) {
    column
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| {
            (low.min(x), high.max(x))
        })
}

fn assert_close(a: &Tensor<f64>, b: &Tensor<f64>, tolerance: f64) {
    assert_eq!(a.shape(), b.shape());
    for (a, b) in a.to_vec().into_iter().zip(b.to_vec()) {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} and {b}");
    }
}

proptest! {
    #[test]
    fn standardized_features_have_mean_0_and_deviation_1(x in samples()) {
        let scaler = StandardScaler::fit(&x).unwrap();
        let z = scaler.transform(&x).unwrap();
        for feature in 0..3 {
            let (mean, std) = moments(&column(&z, feature));
            prop_assert!(mean.abs() < 1e-9, "{}", mean);
            let constant = extremes(&column(&x, feature)).0 == extremes(&column(&x, feature)).1;
            let expected = if constant { 0.0 } else { 1.0 };
            prop_assert!((std - expected).abs() < 1e-9, "{}", std);
            let (mean, std) = moments(&column(&x, feature));
            // The sums of numbers of both signs, in two orders, are as close as the numbers are large, not as their sum is.
            let size = moments(&column(&x, feature).iter().map(|x| x.abs()).collect::<Vec<_>>()).0;
            prop_assert!((scaler.mean().get([feature]).unwrap() - mean).abs() <= 1e-12 * size);
            if !constant {
                prop_assert!((scaler.std().get([feature]).unwrap() - std).abs() <= 1e-9 * std);
            }
        }
        prop_assert_eq!(scaler.std().get([2]).unwrap(), 1.0);
        assert_close(&scaler.inverse_transform(&z).unwrap(), &x, 1e-12);
    }

    #[test]
    fn features_scaled_to_a_range_fill_it(x in samples(), low in -5.0..5.0_f64, width in 0.1..10.0_f64) {
        let high = low + width;
        let scaler = MinMaxScaler::fit(&x).unwrap().with_feature_range(low, high).unwrap();
        let z = scaler.transform(&x).unwrap();
        for feature in 0..2 {
            let (min, max) = extremes(&column(&x, feature));
            prop_assert_eq!(scaler.min().get([feature]).unwrap(), min);
            prop_assert_eq!(scaler.max().get([feature]).unwrap(), max);
            if min < max {
                let (smallest, largest) = extremes(&column(&z, feature));
                prop_assert!((smallest - low).abs() < 1e-12 && (largest - high).abs() < 1e-12);
            }
        }
        prop_assert!(column(&z, 2).iter().all(|&z| z == low));
        assert_close(&scaler.inverse_transform(&z).unwrap(), &x, 1e-12);
    }

    #[test]
    fn saved_scalers_are_the_same_when_loaded(x in samples()) {
        let standard = StandardScaler::fit(&x).unwrap();
        let text = serde_json::to_string(&standard).unwrap();
        prop_assert_eq!(serde_json::from_str::<StandardScaler<f64>>(&text).unwrap(), standard);
        let min_max = MinMaxScaler::fit(&x).unwrap().with_feature_range(-1.0, 2.0).unwrap();
        let text = serde_json::to_string(&min_max).unwrap();
        prop_assert_eq!(serde_json::from_str::<MinMaxScaler<f64>>(&text).unwrap(), min_max);
    }

    #[test]
    fn any_shapes_give_a_result_or_an_error(
        fitted in proptest::collection::vec(0..4_usize, 0..4),
        other in proptest::collection::vec(0..4_usize, 0..4),
    ) {
        let (x, y) = (Tensor::<f32>::ones(&fitted).unwrap(), Tensor::<f32>::ones(&other).unwrap());
        let (standard, min_max) = (StandardScaler::fit(&x), MinMaxScaler::fit(&x));
        let possible = fitted.first().is_some_and(|&n| n > 0);
        prop_assert_eq!((standard.is_ok(), min_max.is_ok()), (possible, possible));
        if let (Ok(standard), Ok(min_max)) = (standard, min_max) {
            prop_assert_eq!(standard.mean().shape(), &fitted[1..]);
            let transformed = standard.transform(&y);
            prop_assert_eq!(min_max.transform(&y).is_ok(), transformed.is_ok());
            prop_assert_eq!(standard.inverse_transform(&y).is_ok(), transformed.is_ok());
            match transformed {
                Ok(z) => prop_assert_eq!(z.shape(), y.shape()),
                Err(_) => prop_assert!(!other.ends_with(&fitted[1..])),
            }
        }
    }
}

/// Of scikit-learn's `StandardScaler().fit(load_iris().data)`: `mean_` and `scale_`.
#[test]
fn the_statistics_of_iris_are_the_known_ones() {
    let scaler = StandardScaler::fit(&iris::load().unwrap().inputs().cast().unwrap()).unwrap();
    let mean = Tensor::from([
        5.843333333333335,
        3.057333333333334,
        3.7580000000000027,
        1.199333333333334,
    ]);
    let std = Tensor::from([
        0.8253012917851409,
        0.43441096773549437,
        1.7594040657753032,
        0.7596926279021594,
    ]);
    // The inputs are rounded to f32.
    assert_close(scaler.mean(), &mean, 1e-7);
    assert_close(scaler.std(), &std, 1e-7);
}

/// More samples than are taken at once, far from 0: in f32 the sum of squares would lose all digits.
#[test]
fn many_samples_far_from_zero_keep_their_deviation() {
    let x = Tensor::from_fn([200_000, 2], |i| if i % 4 < 2 { 4096.0 } else { 4096.5 }).unwrap();
    let scaler = StandardScaler::<f32>::fit(&x).unwrap();
    assert_eq!(scaler.mean(), &Tensor::from([4096.25, 4096.25]));
    assert_eq!(scaler.std(), &Tensor::from([0.25, 0.25]));
}

/// Numbers that are as far apart as their type has them, around a mean between two of them.
#[test]
fn a_mean_between_two_numbers_keeps_its_digits() {
    fn check<T: Float>(base: f64, step: f64) {
        let values = [0.0, 0.0, step].map(|distance| T::from_f64(base + distance));
        let x = Tensor::from(values.to_vec()).reshape([3, 1]).unwrap();
        let scaler = StandardScaler::fit(&x).unwrap();
        let saved = serde_json::to_string(&scaler).unwrap();
        for scaler in [serde_json::from_str(&saved).unwrap(), scaler] {
            // (0 - 1/3) / (√2 / 3), but for a deviation that is rounded.
            let z = scaler.transform(&x).unwrap();
            for (z, right) in z.to_vec().into_iter().zip([-0.5, -0.5, 1.0]) {
                assert!((z.to_f64() / 2.0_f64.sqrt() / right - 1.0).abs() < 0.01, "{z}");
            }
            assert_eq!(scaler.inverse_transform(&z).unwrap(), x);
        }
    }
    check::<f32>(1e8, 8.0);
    check::<f32>(-16_777_216.0, 2.0);
    check::<f32>(3e30, 2.0_f64.powi(78));
    check::<f64>(1e15, 2.0);
}

#[test]
fn constant_features_are_only_centered() {
    let x = Tensor::full([1000, 1], 0.1_f32).unwrap();
    let scaler = StandardScaler::fit(&x).unwrap();
    assert_eq!(scaler.transform(&x).unwrap(), Tensor::zeros([1000, 1]).unwrap());
    assert_eq!(
        scaler.transform(&Tensor::from([[1.1_f32]])).unwrap(),
        Tensor::from([[1.0]])
    );
}

#[test]
fn nan_stays_in_its_feature() {
    let x = Tensor::from([[1.0, f64::NAN], [3.0, 1.0]]);
    let z = StandardScaler::fit(&x).unwrap().transform(&x).unwrap();
    assert_eq!(column(&z, 0), [-1.0, 1.0]);
    assert!(column(&z, 1).iter().all(|z| z.is_nan()));
    let z = MinMaxScaler::fit(&x).unwrap().transform(&x).unwrap();
    assert_eq!(column(&z, 0), [0.0, 1.0]);
    assert!(column(&z, 1).iter().all(|z| z.is_nan()));
}

#[test]
fn mistakes_are_errors_that_say_what_is_right() {
    let scaler = StandardScaler::<f32>::fit(&Tensor::ones([5, 4]).unwrap()).unwrap();
    // A single feature would broadcast to four.
    assert_eq!(
        scaler
            .transform(&Tensor::ones([7, 1]).unwrap())
            .unwrap_err()
            .to_string(),
        "StandardScaler::transform: shapes [7, 1] and [4] differ: the samples need the features that the scaler was \
         fitted to"
    );
    assert_eq!(
        StandardScaler::<f32>::fit(&Tensor::zeros([0, 4]).unwrap())
            .unwrap_err()
            .to_string(),
        "StandardScaler::fit: shape [0, 4]: needs samples along the first axis"
    );
    assert!(StandardScaler::new(Tensor::from([0.0, 1.0]), Tensor::from([1.0])).is_err());
    assert!(MinMaxScaler::new(Tensor::from([0.0, 1.0]), Tensor::from([1.0])).is_err());
    let scaler = MinMaxScaler::<f32>::fit(&Tensor::ones([5, 4]).unwrap()).unwrap();
    for (low, high) in [
        (1.0, 1.0),
        (1.0, 0.0),
        (f32::NAN, 1.0),
        (0.0, f32::INFINITY),
        (f32::MIN, f32::MAX),
    ] {
        assert!(scaler.clone().with_feature_range(low, high).is_err());
    }
}

#[test]
fn what_was_tampered_with_is_not_loaded() {
    let x = Tensor::from([[1.0_f32, 2.0], [3.0, 5.0]]);
    let text = serde_json::to_string(&StandardScaler::fit(&x).unwrap()).unwrap();
    let other = serde_json::to_string(&Tensor::from([1.0_f32])).unwrap();
    let mean = serde_json::to_string(StandardScaler::fit(&x).unwrap().mean()).unwrap();
    assert!(text.contains(&mean));
    assert!(serde_json::from_str::<StandardScaler>(&text.replace(&mean, &other)).is_err());
    let x = Tensor::from([[1e8_f32], [1e8], [1e8 + 8.0]]);
    let text = serde_json::to_string(&StandardScaler::fit(&x).unwrap()).unwrap();
    let (before, remainder) = text.split_once("\"remainder\":").unwrap();
    let damaged = format!("{before}\"remainder\":{}", remainder.replacen("[1]", "[1,1]", 1));
    assert_ne!(damaged, text);
    assert!(serde_json::from_str::<StandardScaler>(&text).is_ok());
    assert!(serde_json::from_str::<StandardScaler>(&damaged).is_err());
    let x = Tensor::from([[1.0_f32, 2.0], [3.0, 5.0]]);
    let text = serde_json::to_string(&MinMaxScaler::fit(&x).unwrap()).unwrap();
    let turned = text.replace("\"low\":0.0", "\"low\":2.0");
    assert_ne!(turned, text);
    assert!(serde_json::from_str::<MinMaxScaler>(&turned).is_err());
}

#[test]
fn pixels_are_divided_by_255() {
    let bytes = Tensor::from((0..=255).collect::<Vec<u8>>());
    let scaled = scale_pixels(&bytes).unwrap().to_vec();
    assert!(
        scaled
            .iter()
            .zip(0_u16..)
            .all(|(&pixel, byte)| pixel == f32::from(byte) / 255.0)
    );
}

#[test]
fn samples_without_features_are_not_counted_through() {
    let x = Tensor::<f32>::zeros([1 << 50, 0]).unwrap();
    assert_eq!(
        StandardScaler::fit(&x).unwrap().transform(&x).unwrap().shape(),
        x.shape()
    );
    assert_eq!(
        MinMaxScaler::fit(&x).unwrap().transform(&x).unwrap().shape(),
        x.shape()
    );
}

/// Numbers from one end of the range to the other, and those whose squares or sums no type has.
#[test]
fn scalers_at_the_ends_of_the_range() {
    fn check<T: Float>(scales: &[f64], largest: f64) {
        let column = |x: &[f64]| {
            let x: Vec<T> = x.iter().map(|&x| T::from_f64(x)).collect();
            Tensor::from_slice(&x, [x.len(), 1]).unwrap()
        };
        let close = |what: &str, got: &Tensor<T>, right: &[f64]| {
            let size = right.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
            for (got, right) in got.to_vec().into_iter().zip(right) {
                let error = (got.to_f64() - right).abs();
                assert!(
                    error <= 8.0 * T::EPSILON.to_f64() * size,
                    "{what}: {got}, right {right:e}"
                );
            }
        };
        let z = [-(1.5_f64.sqrt()), 0.0, 1.5_f64.sqrt()];
        let back = |scaled: &Tensor<T>, x: &Tensor<T>| {
            let x: Vec<f64> = x.to_vec().into_iter().map(|x| x.to_f64()).collect();
            close("the way back", scaled, &x);
        };
        for &scale in scales {
            let x = column(&[scale, 2.0 * scale, 3.0 * scale]);
            let scaler = StandardScaler::fit(&x).unwrap();
            close("mean", scaler.mean(), &[2.0 * scale]);
            close("std", scaler.std(), &[scale * (2.0_f64 / 3.0).sqrt()]);
            let scaled = scaler.transform(&x).unwrap();
            close("z", &scaled, &z);
            back(&scaler.inverse_transform(&scaled).unwrap(), &x);
            // A mean of 0, and equal numbers.
            let x = column(&[-scale, scale]);
            close("std", StandardScaler::fit(&x).unwrap().std(), &[scale]);
            let x = column(&[scale; 3]);
            let scaler = StandardScaler::fit(&x).unwrap();
            assert_eq!(scaler.std(), &column(&[1.0]).reshape([1]).unwrap());
            close("mean of equal ones", scaler.mean(), &[scale]);

            let x = column(&[scale, 2.0 * scale, 3.0 * scale]);
            let scaler = MinMaxScaler::fit(&x).unwrap();
            let scaled = scaler.transform(&x).unwrap();
            close("0 to 1", &scaled, &[0.0, 0.5, 1.0]);
            back(&scaler.inverse_transform(&scaled).unwrap(), &x);
        }
        let x = column(&[-largest, 0.0, largest]);
        let scaler = MinMaxScaler::fit(&x).unwrap();
        let scaled = scaler.transform(&x).unwrap();
        assert_eq!(scaled, column(&[0.0, 0.5, 1.0]));
        back(&scaler.inverse_transform(&scaled).unwrap(), &x);
        let scaler = scaler.with_feature_range(T::from_f64(-1.0), T::ONE).unwrap();
        let scaled = scaler.transform(&x).unwrap();
        assert_eq!(scaled, column(&[-1.0, 0.0, 1.0]));
        back(&scaler.inverse_transform(&scaled).unwrap(), &x);

        // The last is further from the mean than any number is from 0.
        let x = column(&[-largest, -largest, largest]);
        let scaler = StandardScaler::fit(&x).unwrap();
        let scaled = scaler.transform(&x).unwrap();
        close(
            "z",
            &scaled,
            &[-(0.5_f64.sqrt()), -(0.5_f64.sqrt()), 2_f64.sqrt()],
        );
        back(&scaler.inverse_transform(&scaled).unwrap(), &x);
    }
    check::<f32>(&[1.0, 1e20, 1e-25, 1e38, 1e-37], f64::from(3e38_f32));
    check::<f64>(&[1.0, 1e155, 1e-170, 5e307, 1e-307], 1.7e308);
}

/// A feature out of range changes nothing of those beside it, constant ones among them.
#[test]
fn features_of_different_sizes_are_scaled_each_by_itself() {
    let x = Tensor::from([
        [1.0, 0.0, 1e155, 1e-170, 0.1],
        [2.0, 0.0, 2e155, 2e-170, 0.1],
        [3.0, 0.0, 3e155, 3e-170, 0.1],
    ]);
    let scaler = StandardScaler::fit(&x).unwrap();
    let std = (2.0_f64 / 3.0).sqrt();
    for (got, right) in scaler
        .std()
        .to_vec()
        .into_iter()
        .zip([std, 1.0, std * 1e155, std * 1e-170, 1.0])
    {
        assert!((got / right - 1.0).abs() < 1e-15, "{got:e}, right {right:e}");
    }
}
