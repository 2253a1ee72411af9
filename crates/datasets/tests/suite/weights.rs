//! The weights of samples go where the samples go.

use backprop_datasets::{Batch, Dataset, Result, Subset, TensorDataset};
use backprop_tensor::{Rng, Tensor};
use proptest::prelude::*;

/// Sample i has the target i and the weight i / 2.
fn weighted(n: usize) -> TensorDataset {
    let inputs = Tensor::from_fn([n, 2], |place| place as f32).unwrap();
    let targets = Tensor::arange(0, n as i64, 1).unwrap();
    let weights = Tensor::from((0..n).map(|i| i as f64 / 2.0).collect::<Vec<_>>());
    TensorDataset::new(inputs, targets)
        .unwrap()
        .with_weights(&weights)
        .unwrap()
}

fn fit(targets: &Tensor<i64>, weights: Option<&Tensor<f64>>) -> bool {
    let expected: Vec<f64> = targets.to_vec().iter().map(|&i| i as f64 / 2.0).collect();
    weights.is_some_and(|weights| weights.to_vec() == expected)
}

fn all_fit(data: &TensorDataset) -> bool {
    fit(data.targets(), data.weights())
}

fn batch_fits(batch: &Batch) -> bool {
    fit(&batch.targets, batch.weights.as_ref())
}

proptest! {
    #[test]
    fn parts_and_batches_have_the_weights_of_their_samples(n in 4..40_usize, at in 0..40_usize, size in 1..9_usize, seed in any::<u64>()) {
        let (data, rng, at) = (weighted(n), &mut Rng::seed(seed), at % n);
        let (left, right) = data.split_at(at).unwrap();
        prop_assert!(all_fit(&left) && all_fit(&right) && all_fit(&data.take(at)));
        let some: Vec<usize> = (0..at + 1).map(|_| rng.below(n)).collect();
        prop_assert!(all_fit(&data.subset(&some).unwrap()));
        prop_assert!(all_fit(&right.concat(&left).unwrap()));
        let parts = [data.split(0.5, rng).unwrap(), data.stratified_split(0.5, rng).unwrap()];
        prop_assert!(parts.iter().all(|(first, rest)| all_fit(first) && all_fit(rest)));
        for (train, held_out) in data.k_fold(2, rng).unwrap().chain(data.stratified_k_fold(2, rng).unwrap()) {
            prop_assert!(all_fit(&train) && all_fit(&held_out));
        }
        prop_assert!(data.batches(size).all(|batch| batch_fits(&batch)));
        prop_assert!(data.batches(size).shuffle(rng).all(|batch| batch_fits(&batch)));
        prop_assert!(batch_fits(&data.batch(&some).unwrap()) && batch_fits(&data.range(at..n).unwrap()));
    }

    #[test]
    fn what_changes_samples_leaves_their_weights(n in 1..40_usize, size in 1..9_usize, seed in any::<u64>()) {
        let (data, rng) = (weighted(n), &mut Rng::seed(seed));
        prop_assert!(all_fit(&data.map_inputs(|x| x.exp()).unwrap()));
        prop_assert!(all_fit(&data.map_targets(|y| y.reshape([n])).unwrap()));
        prop_assert!(all_fit(&data.reshape_inputs([2, 1]).unwrap()));
        let hot = data.one_hot(n).unwrap();
        prop_assert_eq!(hot.weights(), data.weights());
        let all = Subset::new(&data, (0..n).rev().collect::<Vec<_>>()).unwrap();
        let doubled = (&data).map(|batch| batch.map_inputs(|x| x.exp()));
        let moved = data.clone().augment(|x: &Tensor, _: &mut Rng| -> Result<Tensor> { Ok(x.exp()?) });
        let sets: [&dyn Dataset<Input = f32, Target = i64>; 3] = [&all, &doubled, &moved];
        for set in sets {
            let ordered = backprop_datasets::TryBatches::new(set, size);
            for batch in ordered.clone().chain(ordered.shuffle(rng)) {
                prop_assert!(batch_fits(&batch.unwrap()));
            }
        }
    }

    #[test]
    fn joined_to_weights_samples_without_count_one(n in 1..9_usize, m in 1..9_usize) {
        let inputs = Tensor::zeros([n, 2]).unwrap();
        let plain = TensorDataset::new(inputs, Tensor::zeros([n]).unwrap()).unwrap();
        let (ones, own) = (vec![1.0; n], weighted(m).weights().unwrap().to_vec());
        let weights = |first: &TensorDataset, second: &TensorDataset| {
            first.concat(second).unwrap().weights().map(Tensor::to_vec)
        };
        prop_assert_eq!(weights(&plain, &weighted(m)), Some([ones.clone(), own.clone()].concat()));
        prop_assert_eq!(weights(&weighted(m), &plain), Some([own, ones].concat()));
        prop_assert_eq!(weights(&plain, &plain), None);
    }
}
