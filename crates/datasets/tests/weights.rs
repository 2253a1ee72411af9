//! Weights stay with their samples, whatever becomes of a data set.

use backprop_datasets::{Dataset, TensorDataset};
use backprop_tensor::{Rng, Tensor};
use proptest::prelude::*;

/// Samples with the inputs `[x, -x]` and the weight `x / 4`, or none.
fn samples(numbers: std::ops::Range<usize>, weighted: bool) -> TensorDataset {
    let all: Vec<f32> = numbers.map(|x| x as f32).collect();
    let inputs = Tensor::from_fn(
        [all.len(), 2],
        |i| if i % 2 == 0 { all[i / 2] } else { -all[i / 2] },
    );
    let targets = Tensor::from_fn([all.len()], |i| i as i64 % 2);
    let data = TensorDataset::new(inputs.unwrap(), targets.unwrap()).unwrap();
    if !weighted {
        return data;
    }
    let weights: Vec<f64> = all.iter().map(|&x| f64::from(x) / 4.0).collect();
    data.with_weights(&Tensor::from(weights)).unwrap()
}

/// That each sample has its weight: those below `from` have 1.
fn check(
    what: &str,
    inputs: &Tensor,
    weights: Option<&Tensor<f64>>,
    from: usize,
) -> Result<(), TestCaseError> {
    prop_assert!(weights.is_some(), "{what} has lost the weights");
    let first = inputs.flatten(0, -1).unwrap().to_vec().into_iter().step_by(2);
    let weight = |x: f32| if x < from as f32 { 1.0 } else { f64::from(x) / 4.0 };
    let expected: Vec<f64> = first.map(weight).collect();
    prop_assert_eq!(weights.unwrap().to_vec(), expected, "{}", what);
    Ok(())
}

proptest! {
    #[test]
    fn weights_stay_with_their_samples(n in 2..20_usize, size in 1..6_usize, seed: u64) {
        let (data, rng) = (samples(0..n, true), &mut Rng::seed(seed));
        let whole = |what: &str, data: &TensorDataset| check(what, data.inputs(), data.weights(), 0);
        let order = rng.permutation(n).unwrap();
        whole("a subset", &data.subset(&order).unwrap())?;
        whole("the first", &data.take(size))?;
        let (head, tail) = data.split_at(n / 2).unwrap();
        whole("the head", &head)?;
        whole("the tail", &tail)?;
        whole("both joined", &head.concat(&tail).unwrap())?;
        whole("both joined in the other order", &tail.concat(&head).unwrap())?;
        whole("other inputs", &data.map_inputs(|x| x.try_add(&Tensor::zeros([2])?)).unwrap())?;
        whole("other shapes", &data.reshape_inputs([1, 2]).unwrap())?;
        let numbers = data.map_targets(|y| y.cast::<f32>()).unwrap();
        check("other targets", numbers.inputs(), numbers.weights(), 0)?;
        let (train, test) = data.split(0.5, rng).unwrap();
        for part in [train, test] {
            let batch = part.range(0..part.len()).unwrap();
            check("a part", &batch.inputs, batch.weights.as_ref(), 0)?;
        }
        for batch in data.batches(size).shuffle(rng) {
            check("a batch", &batch.inputs, batch.weights.as_ref(), 0)?;
            let mapped = batch.map_inputs(|x| Ok::<_, backprop_tensor::Error>(x.clone())).unwrap();
            check("a batch with other inputs", &mapped.inputs, mapped.weights.as_ref(), 0)?;
        }
    }

    #[test]
    fn joined_to_weights_samples_without_count_one(n in 1..9_usize, m in 1..9_usize) {
        let (plain, weighted) = (samples(0..n, false), samples(n..n + m, true));
        for joined in [plain.concat(&weighted), weighted.concat(&plain)] {
            let joined = joined.unwrap();
            check("joined", joined.inputs(), joined.weights(), n)?;
        }
        prop_assert!(plain.concat(&plain).unwrap().weights().is_none());
    }
}
