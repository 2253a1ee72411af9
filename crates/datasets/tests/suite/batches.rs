//! Batches: what any pass over any data set gives.
use std::cell::Cell;
use std::ops::Range;

use backprop_datasets::{Batch, Dataset, Error, Result, Subset, TensorDataset, TryBatches};
use backprop_tensor::{Rng, Tensor};
use proptest::prelude::*;

/// Sample i has the input (i, -i) and the target i.
fn numbered(n: usize) -> TensorDataset {
    let inputs = (0..n).flat_map(|i| [i as f32, -(i as f32)]).collect::<Vec<_>>();
    let targets = (0..n as i64).collect::<Vec<_>>();
    let inputs = Tensor::from(inputs).reshape([n, 2]).unwrap();
    TensorDataset::new(inputs, Tensor::from(targets)).unwrap()
}

/// The targets of each batch, after a look at the inputs that belong to them.
fn targets(batches: impl Iterator<Item = Batch>) -> Vec<Vec<i64>> {
    batches
        .map(|batch| {
            let targets = batch.targets.to_vec();
            assert_eq!(batch.inputs.shape(), &[targets.len(), 2]);
            let inputs: Vec<_> = targets.iter().flat_map(|&i| [i as f32, -i as f32]).collect();
            assert_eq!(batch.inputs.to_vec(), inputs);
            targets
        })
        .collect()
}

fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![0..12_usize, Just(usize::MAX), Just(usize::MAX / 2 + 1)]
}

proptest! {
    #[test]
    fn every_sample_comes_once(n in 0..100_usize, size in sizes(), seed in any::<u64>()) {
        let data = numbered(n);
        let passed = targets(data.batches(size).shuffle(&mut Rng::seed(seed)));
        let mut seen = passed.concat();
        seen.sort();
        prop_assert_eq!(seen, (0..n as i64).collect::<Vec<_>>());
        if let Some((last, others)) = passed.split_last() {
            prop_assert!(others.iter().all(|batch| batch.len() == size.max(1)));
            prop_assert!((1..=size.max(1)).contains(&last.len()));
        }
    }

    #[test]
    fn without_shuffling_the_order_is_that_of_the_data(n in 0..100_usize, size in sizes()) {
        let data = numbered(n);
        prop_assert_eq!(targets(data.batches(size)).concat(), (0..n as i64).collect::<Vec<_>>());
        // The batches are views.
        for batch in data.batches(size) {
            let (view, whole) = (batch.inputs.as_slice().unwrap(), data.inputs().as_slice().unwrap());
            prop_assert!(whole.as_ptr_range().contains(&view.as_ptr()));
        }
    }

    #[test]
    fn dropping_the_last_leaves_whole_batches(n in 0..100_usize, size in sizes(), seed in any::<u64>()) {
        let data = numbered(n);
        let all = targets(data.batches(size).shuffle(&mut Rng::seed(seed)));
        let whole: Vec<_> = all.into_iter().filter(|batch| batch.len() == size.max(1)).collect();
        prop_assert_eq!(&targets(data.batches(size).shuffle(&mut Rng::seed(seed)).drop_last()), &whole);
        prop_assert_eq!(&targets(data.batches(size).drop_last().shuffle(&mut Rng::seed(seed))), &whole);
    }

    #[test]
    fn the_length_is_known(n in 0..100_usize, size in sizes(), skip in 0..20_usize, drop_last in any::<bool>()) {
        let data = numbered(n);
        let mut batches = data.batches(size);
        if drop_last {
            batches = batches.drop_last();
        }
        for _ in 0..skip {
            let length = batches.len();
            prop_assert_eq!(length, batches.clone().count());
            prop_assert_eq!(batches.next().is_some(), length > 0);
        }
    }

    #[test]
    fn skipping_is_taking_and_forgetting(n in 0..100_usize, size in sizes(), skip in 0..120_usize, seed in any::<u64>()) {
        let data = numbered(n);
        let batches = || data.batches(size).shuffle(&mut Rng::seed(seed));
        let expected: Vec<_> = targets(batches()).into_iter().skip(skip).collect();
        prop_assert_eq!(&targets(batches().skip(skip)), &expected);
        let mut rest = batches();
        let next = rest.nth(skip).map(|batch| batch.targets.to_vec());
        prop_assert_eq!(next.as_ref(), expected.first());
        prop_assert_eq!(targets(rest), expected.get(1..).unwrap_or_default());
    }

    #[test]
    fn a_seed_gives_one_order(n in 20..100_usize, size in 1..12_usize, seed in any::<u64>()) {
        let data = numbered(n);
        let pass = |seed| targets(data.batches(size).shuffle(&mut Rng::seed(seed)));
        prop_assert_eq!(pass(seed), pass(seed));
        // Of at least 20! orders, two seeds do not give the same one.
        prop_assert_ne!(pass(seed), pass(seed ^ 1));
        let mut rng = Rng::seed(seed);
        let epochs = [0, 1].map(|_| targets(data.batches(size).shuffle(&mut rng)));
        prop_assert_ne!(&epochs[0], &epochs[1]);
    }

    #[test]
    fn the_generator_moves_on_by_the_same_whatever_the_data(n in 0..100_usize, seed in any::<u64>()) {
        let (mut rng, mut other) = (Rng::seed(seed), Rng::seed(seed));
        let (short, long) = (numbered(n), numbered(1000));
        let _ = short.batches(3).shuffle(&mut rng);
        let _ = long.batches(7).shuffle(&mut other);
        prop_assert_eq!(rng, other);
    }

    #[test]
    fn batches_that_can_fail_are_the_same(n in 0..100_usize, size in sizes(), seed in any::<u64>(), drop_last in any::<bool>()) {
        let data = numbered(n);
        let (mut batches, mut fallible) = (data.batches(size), data.try_batches(size));
        if drop_last {
            (batches, fallible) = (batches.drop_last(), fallible.drop_last());
        }
        let expected: Vec<_> = batches.clone().collect();
        prop_assert_eq!(&fallible.clone().collect::<Result<Vec<_>>>().unwrap(), &expected);
        let expected: Vec<_> = batches.shuffle(&mut Rng::seed(seed)).collect();
        prop_assert_eq!(&fallible.shuffle(&mut Rng::seed(seed)).collect::<Result<Vec<_>>>().unwrap(), &expected);
    }

    #[test]
    fn batches_of_a_subset_are_those_of_the_copied_part(
        indices in proptest::collection::vec(0..30_usize, 0..40), size in sizes(), seed in any::<u64>(),
    ) {
        let data = numbered(30);
        let (copy, view) = (data.subset(&indices).unwrap(), Subset::new(&data, indices.clone()).unwrap());
        prop_assert_eq!(view.indices(), &indices);
        prop_assert_eq!(view.len(), copy.len());
        prop_assert!(view.is_in_memory() && !Subset::new(Endless(30), indices.clone()).unwrap().is_in_memory());
        let shuffled = view.try_batches(size).shuffle(&mut Rng::seed(seed)).collect::<Result<Vec<_>>>().unwrap();
        prop_assert_eq!(shuffled, copy.batches(size).shuffle(&mut Rng::seed(seed)).collect::<Vec<_>>());
        prop_assert_eq!(view.range(0..view.len()).unwrap(), copy.range(0..copy.len()).unwrap());
    }

    #[test]
    fn impossible_indices_are_errors(n in 0..20_usize, index in any::<usize>(), end in any::<usize>()) {
        let data = numbered(n);
        prop_assert_eq!(data.batch(&[index]).is_ok(), index < n);
        prop_assert_eq!(data.subset(&[index]).is_ok(), index < n);
        prop_assert_eq!(Subset::new(&data, vec![index]).is_ok(), index < n);
        prop_assert_eq!(data.range(index..end).is_ok(), index <= end && end <= n);
    }
}

/// Fails for one sample.
struct Flaky {
    loaded: Cell<usize>,
}

impl Dataset for Flaky {
    type Input = f32;
    type Target = i64;

    fn len(&self) -> usize {
        10
    }

    fn batch(&self, indices: &[usize]) -> Result<Batch> {
        self.loaded.set(self.loaded.get() + 1);
        if indices.contains(&5) {
            return Err(Error::other("sample 5 is unreadable"));
        }
        numbered(10).batch(indices)
    }
}

#[test]
fn a_batch_that_fails_does_not_end_the_pass() {
    let data = Flaky { loaded: Cell::new(0) };
    let outcome: Vec<_> = data
        .try_batches(2)
        .map(|batch| batch.map_err(|error| error.to_string()))
        .collect();
    assert_eq!(outcome.len(), 5);
    assert_eq!(outcome[2].as_ref().unwrap_err(), "sample 5 is unreadable");
    assert_eq!(outcome[3].as_ref().unwrap().targets, Tensor::from([6, 7]));
}

#[test]
fn batches_that_are_skipped_are_not_loaded() {
    let data = Flaky { loaded: Cell::new(0) };
    let batch = data.try_batches(2).nth(4).unwrap().unwrap();
    assert_eq!(batch.targets, Tensor::from([8, 9]));
    assert_eq!(data.loaded.get(), 1);
}

/// However far ahead, and with what is random in a batch.
#[test]
fn a_batch_far_ahead_is_that_of_the_whole_pass() {
    let add = |inputs: &Tensor, rng: &mut Rng| -> Result<Tensor> {
        let by = rng.uniform() as f32;
        Ok(inputs.map(|x| x + by)?)
    };
    let data = numbered(1000);
    let augmented = data.clone().augment(add);
    for size in [1, 3, 7, 999, 1000, 1001] {
        let batches = || data.batches(size).shuffle(&mut Rng::seed(1));
        let changed = || {
            augmented
                .try_batches(size)
                .shuffle(&mut Rng::seed(1))
                .map(Result::unwrap)
        };
        let given: Vec<Batch> = data.batches(size).collect();
        let (all, all_changed): (Vec<Batch>, Vec<Batch>) = (batches().collect(), changed().collect());
        for n in [
            0,
            1,
            2,
            5,
            50,
            141,
            142,
            143,
            333,
            334,
            999,
            1000,
            1001,
            usize::MAX / 7 + 1,
            usize::MAX,
        ] {
            assert_eq!(data.batches(size).nth(n).as_ref(), given.get(n));
            assert_eq!(batches().nth(n).as_ref(), all.get(n));
            assert_eq!(changed().nth(n).as_ref(), all_changed.get(n));
            // From where it is, not from the start, and then on.
            let (mut rest, mut rest_changed) = (batches(), changed());
            assert_eq!(rest.nth(1).as_ref(), all.get(1));
            assert_eq!(rest_changed.nth(1).as_ref(), all_changed.get(1));
            let place = n.saturating_add(2);
            assert_eq!(rest.nth(n).as_ref(), all.get(place));
            assert_eq!(rest_changed.nth(n).as_ref(), all_changed.get(place));
            assert_eq!(rest.len(), all.len().saturating_sub(place.saturating_add(1)));
            assert_eq!(rest.next().as_ref(), all.get(place.saturating_add(1)));
        }
    }
}

/// A source of any size, whose range is cheaper than its samples.
struct Endless(usize);

impl Dataset for Endless {
    type Input = u8;
    type Target = i64;

    fn len(&self) -> usize {
        self.0
    }

    fn batch(&self, indices: &[usize]) -> Result<Batch<u8>> {
        let targets: Vec<_> = indices.iter().map(|&index| index as i64).collect();
        Batch::new(Tensor::zeros([indices.len(), 1])?, Tensor::from(targets))
    }

    fn range(&self, range: Range<usize>) -> Result<Batch<u8>> {
        Batch::new(
            Tensor::ones([range.len(), 1])?,
            Tensor::arange(range.start as i64, range.end as i64, 1)?,
        )
    }
}

#[test]
fn in_order_a_range_is_asked_for() {
    let data = Endless(usize::MAX);
    let batch = data.try_batches(3).nth(1).unwrap().unwrap();
    assert_eq!(
        (batch.inputs, batch.targets),
        (Tensor::from([[1], [1], [1]]), Tensor::from([3, 4, 5]))
    );
}

#[test]
fn an_order_that_does_not_fit_in_memory_is_an_error() {
    let data = Endless(usize::MAX);
    let mut batches = data.try_batches(3).shuffle(&mut Rng::seed(0));
    assert_eq!(batches.len(), usize::MAX.div_ceil(3));
    assert!(
        batches
            .next()
            .unwrap()
            .unwrap_err()
            .to_string()
            .starts_with("no memory for ")
    );
    // And so are the indices of a range.
    assert!(Flaky { loaded: Cell::new(0) }.range(0..usize::MAX).is_err());
    assert_eq!(numbered(0).try_batches(3).shuffle(&mut Rng::seed(0)).count(), 0);
}

#[test]
fn data_sets_work_through_pointers_and_maps() {
    let data = numbered(4).map(|batch| batch.map_inputs(|x| x.slice(1, ..1)));
    assert_eq!(data.inner().len(), 4);
    let data: Box<dyn Dataset<Input = f32, Target = i64>> = Box::new(data);
    let by_reference = &data;
    assert_eq!((by_reference.len(), by_reference.is_empty()), (4, false));
    assert_eq!(
        by_reference.range(1..3).unwrap().inputs,
        Tensor::from([[1.0], [2.0]])
    );
    let batches = TryBatches::new(&*data, 3).collect::<Result<Vec<_>>>().unwrap();
    assert_eq!(batches[1].inputs, Tensor::from([[3.0]]));
    let again = data.try_batches(3).collect::<Result<Vec<_>>>().unwrap();
    assert_eq!(again, batches);
}

#[test]
fn a_loop_reads_as_in_the_documentation() {
    let train = numbered(10);
    let mut rng = Rng::seed(0);
    let mut steps = 0;
    for batch in train.batches(4).shuffle(&mut rng) {
        assert_eq!(batch.inputs.shape()[0], batch.targets.shape()[0]);
        assert_eq!(batch.len(), batch.targets.count());
        rng.next_seed();
        steps += 1;
    }
    assert_eq!(steps, 3);
    assert_eq!(
        format!("{:?}", train.try_batches(4)),
        "TryBatches { samples: 10, size: 4, shuffled: false, rest: 0..10 }"
    );
}
