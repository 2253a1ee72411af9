//! Losses of distances whose residuals, squares or settings leave the range of the type, though the mean is in it.

use backprop_autodiff::Tape;
use backprop_tensor::{Float, Tensor};
use backprop_train::{Huber, Loss, MeanAbsoluteError, MeanSquaredError, SmoothL1};

/// Loss and gradient of these pairs, for an upstream gradient; the mean with or without weights.
fn of<T: Float>(
    loss: &dyn Loss<T, T>,
    pairs: &[[f64; 2]],
    weights: Option<&[f64]>,
    upstream: f64,
) -> [Vec<f64>; 2] {
    let column = |side: usize| {
        let numbers: Vec<T> = pairs.iter().map(|pair| T::from_f64(pair[side])).collect();
        Tensor::from(numbers)
    };
    let output = Tape::new().variable(column(0));
    let loss = match weights {
        None => loss.loss(&output, &column(1)),
        Some(weights) => loss
            .weighted(&output, &column(1), &Tensor::from(weights.to_vec()))
            .unwrap(),
    };
    let value = loss.item().unwrap().to_f64();
    let gradients = (&loss * &loss.constant(Tensor::scalar(T::from_f64(upstream))))
        .backward()
        .unwrap();
    let gradients = gradients.wrt(&output).unwrap().to_vec();
    [vec![value], gradients.into_iter().map(T::to_f64).collect()]
}

#[track_caller]
fn close<T: Float>(what: &str, got: &[f64], right: &[f64]) {
    assert_eq!(got.len(), right.len(), "{what}");
    for (got, right) in got.iter().zip(right) {
        // A residual, a square, a product with a share, which is rounded itself, and a sum of two.
        let bound = 6.0 * T::EPSILON.to_f64() * right.abs();
        assert!(
            got == right || (got - right).abs() <= bound,
            "{what}: {got:e}, not {right:e}"
        );
    }
}

/// A number of which the square overflows, and the largest.
fn large<T: Float>() -> [f64; 2] {
    let largest = T::INFINITY.next_lower().to_f64();
    [2.0 * largest.sqrt(), largest]
}

fn squares<T: Float>() {
    let [root, largest] = large::<T>();
    let loss = &MeanSquaredError as &dyn Loss<T, T>;
    // Of eight, one has a square of four times the largest number.
    let mut pairs = vec![[1.0, 0.5]; 8];
    pairs[3] = [0.0, root];
    let mut slopes = vec![0.125; 8];
    slopes[3] = -root / 4.0;
    let [value, slope] = of(loss, &pairs, None, 1.0);
    close::<T>("one", &value, &[largest / 2.0]);
    close::<T>("one", &slope, &slopes);
    // As weights that make as little of it, and with one that would make NaN of another.
    pairs.push([largest, -largest]);
    let mut weights = vec![3.0; 8];
    weights.push(0.0);
    slopes.push(0.0);
    let [value, slope] = of(loss, &pairs, Some(&weights), 1.0);
    close::<T>("weighted", &value, &[largest / 2.0]);
    close::<T>("weighted", &slope, &slopes);
    // A residual of twice the largest: the mean of squares is infinite, its gradient is not.
    let pairs: Vec<_> = (0..8)
        .map(|i| if i == 5 { [largest, -largest] } else { [2.0, 0.0] })
        .collect();
    let mut slopes = [0.5; 8];
    slopes[5] = largest / 2.0;
    let [value, slope] = of(loss, &pairs, None, 1.0);
    close::<T>("residual", &value, &[f64::INFINITY]);
    close::<T>("residual", &slope, &slopes);
    // Shares of the gradient that vanish before they are multiplied by the residual.
    let least = T::MIN_NORMAL.to_f64();
    let [_, slope] = of(
        loss,
        &[[root, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]],
        None,
        least / 1024.0,
    );
    close::<T>(
        "upstream",
        &slope,
        &[root / 2.0 * (least / 1024.0), 0.0, 0.0, 0.0],
    );
    // A weight that vanishes beside the other one.
    let [value, slope] = of(
        loss,
        &[[root / 4.0, 0.0], [0.0, 0.0]],
        Some(&[least / 64.0, 1.0]),
        1.0,
    );
    close::<T>("share", &value, &[root / 4.0 * (root / 4.0) * (least / 64.0)]);
    close::<T>("share", &slope, &[root / 2.0 * (least / 64.0), 0.0]);
}

#[test]
fn a_mean_of_squares_is_right_though_a_square_is_not() {
    squares::<f32>();
    squares::<f64>();
}

fn distances<T: Float>() {
    let [_, largest] = large::<T>();
    let loss = &MeanAbsoluteError as &dyn Loss<T, T>;
    let pairs = [
        [largest, -largest],
        [1.0, 2.0],
        [3.0, 3.0],
        [-largest / 2.0, largest],
    ];
    let [value, slope] = of(loss, &pairs, None, 1.0);
    close::<T>("mean", &value, &[largest / 8.0 * 7.0]);
    close::<T>("mean", &slope, &[0.25, -0.25, 0.0, -0.25]);
    let [value, slope] = of(loss, &pairs, Some(&[1.0, 2.0, 4.0, 1.0]), 1.0);
    close::<T>("weighted", &value, &[largest / 16.0 * 7.0]);
    close::<T>("weighted", &slope, &[0.125, -0.25, 0.0, -0.125]);
    // A sum of many small ones.
    let least = T::MIN_NORMAL.to_f64();
    let [value, _] = of(loss, &[[least, 0.0]; 1000], Some(&[1.0; 1000]), 1.0);
    close::<T>("small", &value, &[least]);
}

#[test]
fn a_mean_of_distances_is_right_though_a_distance_is_not() {
    distances::<f32>();
    distances::<f64>();
}

fn curves<T: Float>() {
    let [root, largest] = large::<T>();
    let least = T::MIN_NORMAL.to_f64();
    // δ (|r| - δ/2) of a residual that overflows, of one sample and of the mean.
    let huber = Huber {
        delta: 2.0_f64.powi(-20),
    };
    let output = Tape::new().variable(Tensor::from([T::from_f64(largest), T::ONE]));
    let targets = Tensor::from([T::from_f64(-largest), T::ONE]);
    let each = Loss::<T, T>::each(&huber, &output, &targets).unwrap();
    close::<T>(
        "each",
        &[each.value().unwrap().to_vec()[0].to_f64()],
        &[largest / 2.0_f64.powi(19)],
    );
    let slope = each.sum(..).backward().unwrap().wrt(&output).unwrap().to_vec();
    close::<T>(
        "each",
        &[slope[0].to_f64(), slope[1].to_f64()],
        &[huber.delta, 0.0],
    );
    let pairs = [[largest, -largest], [0.0, 0.0]];
    let [value, slope] = of(&huber as &dyn Loss<T, T>, &pairs, None, 1.0);
    close::<T>("huber", &value, &[largest / 2.0_f64.powi(20)]);
    close::<T>("huber", &slope, &[huber.delta / 2.0, 0.0]);
    // A square that overflows, in a mean that does not, on either side of δ.
    let pairs = [[root, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 0.0]];
    let [value, slope] = of(&Huber { delta: 2.0 * root } as &dyn Loss<T, T>, &pairs, None, 1.0);
    close::<T>("square", &value, &[largest / 2.0]);
    close::<T>("square", &slope, &[root / 4.0, 0.25, 0.0, 0.0]);
    let [value, slope] = of(&Huber { delta: root / 2.0 } as &dyn Loss<T, T>, &pairs, None, 1.0);
    close::<T>("line", &value, &[largest / 8.0 * 3.0]);
    close::<T>("line", &slope, &[root / 8.0, 0.25, 0.0, 0.0]);
    // The linear side of a δ, and the square side of a β, that is no normal number of the type.
    let [value, slope] = of(
        &Huber {
            delta: least / 1024.0,
        } as &dyn Loss<T, T>,
        &[[root, 0.0]],
        None,
        1024.0,
    );
    close::<T>("delta", &value, &[root * (least / 1024.0)]);
    close::<T>("delta", &slope, &[least]);
    let pairs = [
        [largest / 2.0, -largest / 2.0],
        [3.0, 0.0],
        [0.0, 0.0],
        [0.0, 0.0],
    ];
    let [value, slope] = of(
        &SmoothL1 { beta: 4.0 } as &dyn Loss<T, T>,
        &[[largest, -largest], pairs[1], pairs[2], pairs[3]],
        None,
        1.0,
    );
    close::<T>("smooth", &value, &[largest / 2.0]);
    close::<T>("smooth", &slope, &[0.25, 0.1875, 0.0, 0.0]);
    let [value, slope] = of(
        &SmoothL1 { beta: largest } as &dyn Loss<T, T>,
        &pairs,
        None,
        largest,
    );
    // r = β is past the bend.
    close::<T>("beta", &value, &[largest / 8.0]);
    close::<T>("beta", &slope, &[largest / 4.0, 0.75, 0.0, 0.0]);
}

#[test]
fn curves_of_distances_are_right_at_both_ends_of_the_range() {
    curves::<f32>();
    curves::<f64>();
}

#[test]
fn settings_beyond_the_range_of_f32_are_those_of_f64() {
    let [value, slope] = of(
        &SmoothL1 { beta: 1e40 } as &dyn Loss<f32, f32>,
        &[[1e38, 0.0]],
        None,
        1.0,
    );
    close::<f32>("beta", &value, &[0.5e36]);
    close::<f32>("beta", &slope, &[0.01]);
    let [value, slope] = of(
        &Huber { delta: 1e40 } as &dyn Loss<f32, f32>,
        &[[3e38, -3e38], [0.0, 0.0]],
        None,
        1.0,
    );
    close::<f32>("delta", &value, &[f64::INFINITY]);
    close::<f32>("delta", &slope, &[3e38, 0.0]);
}

#[test]
fn the_mean_of_a_million_squares() {
    // Σ r² and r² of the larger ones are infinite in f32; a mean beyond the range is so honestly.
    let n = 1_000_000;
    let of = |step: f64| {
        let residuals = Tensor::from_fn([n], |i| (step * (1.0 + (i % 10) as f64)) as f32).unwrap();
        let output = Tape::new().variable(residuals.clone());
        let loss = MeanSquaredError.loss(&output, &Tensor::<f32>::zeros([n]).unwrap());
        let slope = loss.backward().unwrap().wrt(&output).unwrap().to_vec();
        (f64::from(loss.item().unwrap()), slope, residuals.to_vec())
    };
    let (value, slope, residuals) = of(2e18);
    close::<f32>("in range", &[value], &[38.5 * 4e36]);
    for (slope, residual) in slope.into_iter().zip(residuals) {
        close::<f32>(
            "in range",
            &[slope.into()],
            &[f64::from(residual) * 2.0 / n as f64],
        );
    }
    let (value, slope, residuals) = of(1e19);
    assert_eq!(value, f64::INFINITY);
    for (slope, residual) in slope.into_iter().zip(residuals) {
        close::<f32>("beyond", &[slope.into()], &[f64::from(residual) * 2.0 / n as f64]);
    }
}
