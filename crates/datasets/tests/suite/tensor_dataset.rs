//! The data set in memory.
use backprop_datasets::{Batch, Dataset, TensorDataset};
use backprop_tensor::Tensor;
use proptest::prelude::*;

fn data() -> TensorDataset {
    let inputs = Tensor::from([[0.0, 10.0], [1.0, 11.0], [2.0, 12.0]]);
    TensorDataset::new(inputs, Tensor::from([0, 1, 0]))
        .unwrap()
        .with_class_names(["no", "yes"])
        .with_feature_names(["a", "b"])
        .unwrap()
}

fn shapes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(0..4_usize, 0..4)
}

proptest! {
    #[test]
    fn any_two_tensors_make_a_data_set_or_an_error(x in shapes(), y in shapes()) {
        let (inputs, targets) = (Tensor::<u8>::zeros(&x).unwrap(), Tensor::<bool>::full(&y, true).unwrap());
        let empty = inputs.is_empty() && targets.is_empty() && x.first() != Some(&0);
        let fits = !x.is_empty() && x.first() == y.first();
        prop_assert_eq!(Batch::new(inputs.clone(), targets.clone()).is_ok(), fits);
        let made = TensorDataset::new(inputs, targets);
        prop_assert_eq!(made.is_ok(), fits && !empty);
        if let Ok(data) = made {
            prop_assert_eq!(data.len(), x[0]);
            prop_assert_eq!(data.is_empty(), x[0] == 0);
            prop_assert_eq!(data.get(0).is_some(), x[0] > 0);
            prop_assert_eq!(data.batches(2).map(|batch| batch.len()).sum::<usize>(), x[0]);
        }
    }

    #[test]
    fn parts_joined_are_the_whole(n in 0..6_usize) {
        let data = data();
        match data.split_at(n) {
            Ok((first, rest)) => {
                prop_assert_eq!((first.len(), rest.len()), (n, 3 - n));
                prop_assert_eq!(&first, &data.take(n));
                prop_assert_eq!(&first.concat(&rest).unwrap(), &data);
            }
            Err(_) => {
                prop_assert!(n > 3);
                prop_assert_eq!(&data.take(n), &data);
            }
        }
    }

    #[test]
    fn a_subset_has_the_samples_asked_for(indices in proptest::collection::vec(0..3_usize, 0..6)) {
        let (data, subset) = (data(), data().subset(&indices).unwrap());
        prop_assert_eq!(subset.len(), indices.len());
        for (place, &index) in indices.iter().enumerate() {
            prop_assert_eq!(subset.get(place), data.get(index));
        }
        prop_assert_eq!(subset.class_names(), data.class_names());
        prop_assert_eq!(subset.feature_names(), data.feature_names());
    }
}

#[test]
fn get_gives_a_sample_without_its_first_axis() {
    assert_eq!(
        data().get(1),
        Some((Tensor::from([1.0, 11.0]), Tensor::scalar(1)))
    );
    assert_eq!(data().get(3), None);
    assert_eq!(data().get(usize::MAX), None);
}

#[test]
fn tensors_in_another_order_are_brought_into_row_major_order() {
    let columns = Tensor::from([[0.0, 1.0, 2.0], [10.0, 11.0, 12.0]])
        .transpose(0, 1)
        .unwrap();
    let made = TensorDataset::new(columns, data().targets().clone()).unwrap();
    assert!(made.inputs().as_slice().is_some());
    assert_eq!(made.inputs(), data().inputs());
}

#[test]
fn samples_without_elements_are_not_counted_in_the_quintillions() {
    let none = Tensor::<f32>::zeros([1 << 55, 0]).unwrap();
    let error = TensorDataset::new(none.clone(), none).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("a sample must have an element, in its input or in its target")
    );
}

#[test]
fn names_stay_where_they_still_mean_something() {
    let data = data();
    let scaled = data.map_inputs(|x| x.try_mul(&Tensor::scalar(2.0))).unwrap();
    assert_eq!(scaled.feature_names(), ["a", "b"]);
    assert_eq!(scaled.class_names(), ["no", "yes"]);
    let reshaped = data.reshape_inputs([1, 2, 1]).unwrap();
    assert_eq!(reshaped.inputs().shape(), &[3, 1, 2, 1]);
    assert!(reshaped.feature_names().is_empty());
    let regression = data.map_targets(|y| y.cast::<f32>()).unwrap();
    assert_eq!(regression.targets(), &Tensor::from([0.0_f32, 1.0, 0.0]));
    assert_eq!(regression.feature_names(), ["a", "b"]);
}

#[test]
fn what_does_not_fit_is_an_error() {
    let data = data();
    assert!(data.clone().with_feature_names(["a", "b", "c"]).is_err());
    assert!(data.reshape_inputs([3]).is_err());
    assert!(data.reshape_inputs([usize::MAX, 2]).is_err());
    assert!(data.map_inputs(|x| x.slice(0, 1..)).is_err());
    assert!(data.map_targets(|y| y.slice(0, 1..)).is_err());
    let wide = TensorDataset::new(Tensor::from([[0.0, 1.0, 2.0]]), Tensor::from([0])).unwrap();
    assert!(data.concat(&wide).is_err());
    assert!(data.one_hot(1).is_err());
    assert!(data.one_hot(usize::MAX).is_err());
}

#[test]
fn one_hot_targets_have_a_one_at_the_class() {
    let targets = data().one_hot(3).unwrap().into_parts().1;
    assert_eq!(
        targets,
        Tensor::from([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    );
}

#[test]
fn debug_tells_the_sizes() {
    assert_eq!(
        format!("{:?}", data()),
        "TensorDataset(inputs: f32 [3, 2], targets: i64 [3])"
    );
    assert_eq!(
        format!("{:?}", data().map(Ok)),
        "Map(TensorDataset(inputs: f32 [3, 2], targets: i64 [3]))"
    );
}
