//! Augmentation: what it changes, when, and that it can be repeated.

use backprop_datasets::{Augment, Batch, Dataset, RandomShift, Result, Subset, TensorDataset};
use backprop_tensor::{Rng, Tensor};
use proptest::prelude::*;

/// Images whose pixels all differ and are not zero.
fn images(samples: usize, shape: &[usize]) -> Tensor<i64> {
    let shape: Vec<usize> = [samples].iter().chain(shape).copied().collect();
    Tensor::from_fn(shape, |place| place as i64 + 1).unwrap()
}

fn data(samples: usize) -> TensorDataset<f32, i64> {
    let inputs = images(samples, &[4, 3]).cast().unwrap();
    TensorDataset::new(inputs, Tensor::arange(0, samples as i64, 1).unwrap()).unwrap()
}

fn pass(data: &impl Dataset<Input = f32, Target = i64>, size: usize, rng: &mut Rng) -> Vec<Batch> {
    data.try_batches(size)
        .shuffle(rng)
        .collect::<Result<_>>()
        .unwrap()
}

proptest! {
    /// Each image, and all its channels alike, is the original moved by no more than asked for, and zero elsewhere.
    #[test]
    fn images_move(samples in 1..5_usize, channels in 1..3_usize, height in 1..6_usize, width in 1..6_usize, most in 0..8_usize, seed: u64) {
        let x = images(samples, &[channels, height, width]);
        let y = RandomShift::new([height, width], most).augment(&x, &mut Rng::seed(seed)).unwrap();
        prop_assert_eq!(y.shape(), x.shape());
        let pixel = |x: &Tensor<i64>, at: [usize; 2], row: i64, column: i64| match (usize::try_from(row), usize::try_from(column)) {
            (Ok(row), Ok(column)) if row < height && column < width => x.get([at[0], at[1], row, column]).unwrap(),
            _ => 0,
        };
        let reach = most.max(1) as i64 + 8;
        for sample in 0..samples {
            let is_moved_by = |down: i64, right: i64| {
                (0..channels).all(|channel| (0..height as i64).all(|row| (0..width as i64).all(|column| {
                    pixel(&y, [sample, channel], row, column) == pixel(&x, [sample, channel], row - down, column - right)
                })))
            };
            let most = most as i64;
            let found = (-most.min(reach)..=most.min(reach)).any(|down| (-most.min(reach)..=most.min(reach)).any(|right| is_moved_by(down, right)));
            prop_assert!(found, "sample {}", sample);
        }
    }

    /// Inputs without axes for rows and columns are moved as those with.
    #[test]
    fn flat_images_move_alike(most in 0..4_usize, seed: u64) {
        let x = images(3, &[4, 3]);
        let shift = RandomShift::new([4, 3], most);
        let (square, flat) = (
            shift.augment(&x, &mut Rng::seed(seed)).unwrap(),
            shift.augment(&x.flatten(1, 2).unwrap(), &mut Rng::seed(seed)).unwrap(),
        );
        prop_assert_eq!(square.to_vec(), flat.to_vec());
    }

    #[test]
    fn a_pass_follows_from_its_generator(samples in 1..40_usize, size in 1..10_usize, skipped in 0..5_usize, seed: u64) {
        let moved = data(samples).augment(RandomShift::new([4, 3], 2));
        let whole = pass(&moved, size, &mut Rng::seed(seed));
        prop_assert_eq!(&whole, &pass(&moved, size, &mut Rng::seed(seed)));
        // A pass that goes on in the middle has what it would have had.
        let rest: Vec<Batch> = moved.try_batches(size).shuffle(&mut Rng::seed(seed)).skip(skipped).collect::<Result<_>>().unwrap();
        prop_assert_eq!(&whole[skipped.min(whole.len())..], &rest[..]);
        // The order is that of the data without augmentation.
        let targets = |pass: Vec<Batch>| pass.into_iter().map(|batch| batch.targets.to_vec()).collect::<Vec<_>>();
        prop_assert_eq!(targets(whole), targets(pass(&data(samples), size, &mut Rng::seed(seed))));
    }

    /// Through references, boxes, maps and subsets, it is augmented still.
    #[test]
    fn wrappers_pass_it_on(samples in 1..20_usize, seed: u64) {
        let add = |inputs: &Tensor, rng: &mut Rng| -> Result<Tensor> { let by = rng.uniform() as f32 + 1.0; Ok(inputs.map(|x| x + by)?) };
        let moved = data(samples).augment(add);
        let expected = pass(&moved, 7, &mut Rng::seed(seed));
        let boxed: Box<dyn Dataset<Input = f32, Target = i64> + '_> = Box::new(&moved);
        prop_assert_eq!(&expected, &pass(&boxed, 7, &mut Rng::seed(seed)));
        let subset = Subset::new(&moved, (0..samples).collect::<Vec<_>>()).unwrap();
        prop_assert_eq!(&expected, &pass(&subset, 7, &mut Rng::seed(seed)));
        let mapped = (&moved).map(Ok);
        prop_assert_eq!(&expected, &pass(&mapped, 7, &mut Rng::seed(seed)));
        // And what is not shuffled is not.
        let originals: Vec<Batch> = moved.try_batches(7).collect::<Result<_>>().unwrap();
        prop_assert_eq!(originals, data(samples).batches(7).collect::<Vec<_>>());
        prop_assert!(moved.is_in_memory());
    }
}

/// Each batch of each pass has random numbers of its own: what is drawn in one says nothing of the next.
#[test]
fn no_two_batches_are_changed_alike() {
    let draw = |inputs: &Tensor, rng: &mut Rng| -> Result<Tensor> {
        let by = rng.uniform() as f32;
        Ok(inputs.map(|_| by)?)
    };
    let drawn = data(40).augment(draw);
    let subset = Subset::new(&drawn, (0..40).collect::<Vec<_>>()).unwrap();
    let mut rng = Rng::seed(0);
    let passes = [
        pass(&drawn, 1, &mut rng),
        pass(&drawn, 4, &mut rng),
        pass(&subset, 3, &mut rng),
    ];
    let mut seen: Vec<f32> = passes
        .iter()
        .flatten()
        .map(|batch| batch.inputs.to_vec()[0])
        .collect();
    assert_eq!(seen.len(), 40 + 10 + 14);
    seen.sort_by(f32::total_cmp);
    seen.dedup();
    // Of 64 numbers of 24 bits, two are alike once in 8000 seeds.
    assert_eq!(seen.len(), 64);
}

/// And each sample of a batch.
#[test]
fn images_of_a_batch_move_by_themselves() {
    let x = Tensor::<f32>::from_fn([64, 5, 5], |place| if place % 25 == 12 { 1.0 } else { 0.0 }).unwrap();
    let y = RandomShift::new([5, 5], 2)
        .augment(&x, &mut Rng::seed(0))
        .unwrap();
    let y = y.reshape([64, 25]).unwrap().argmax(1).unwrap().to_vec();
    let (rows, columns): (Vec<i64>, Vec<i64>) = y.iter().map(|place| (place / 5, place % 5)).unzip();
    assert_ne!(rows, columns);
    for shifts in [rows, columns] {
        assert!((0..5).all(|shift| shifts.contains(&shift)), "{shifts:?}");
    }
}

/// Every shift is as probable as any other: of 5 x 5, in 2500 images each comes 100 times, give or take 5 standard deviations of 9.8.
#[test]
fn all_shifts_are_equally_probable() {
    let mut x = Tensor::<f32>::zeros([2500, 5, 5]).unwrap();
    for sample in 0..2500 {
        x.set([sample, 2, 2], 1.0).unwrap();
    }
    let y = RandomShift::new([5, 5], 2)
        .augment(&x, &mut Rng::seed(0))
        .unwrap();
    for count in y.sum(0).unwrap().to_vec() {
        assert!((count - 100.0).abs() < 49.0, "{count}");
    }
}

#[test]
fn inputs_without_such_images_are_errors() {
    let x = Tensor::<f32>::ones([2, 10]).unwrap();
    let error = RandomShift::new([3, 3], 1)
        .augment(&x, &mut Rng::seed(0))
        .unwrap_err()
        .to_string();
    assert!(error.contains("3 x 3") && error.contains("[2, 10]"), "{error}");
}
