//! The confusion matrix against counting by hand.

use backprop_tensor::Tensor;
use backprop_train::ConfusionMatrix;
use proptest::prelude::*;

proptest! {
    #[test]
    fn rates_are_those_of_counting(pairs in proptest::collection::vec((0..4_i64, 0..4_i64), 1..60), cut in any::<prop::sample::Index>()) {
        let mut matrix = ConfusionMatrix::new(4);
        let cut = cut.index(pairs.len());
        for part in [&pairs[..cut], &pairs[cut..]] {
            let (targets, predicted): (Vec<i64>, Vec<i64>) = part.iter().copied().unzip();
            matrix.add(&Tensor::from(predicted), &Tensor::from(targets)).unwrap();
        }
        let count = |test: &dyn Fn(i64, i64) -> bool| pairs.iter().filter(|(target, predicted)| test(*target, *predicted)).count() as f64;
        prop_assert_eq!(matrix.accuracy(), count(&|t, p| t == p) / pairs.len() as f64);
        for class in 0..4 {
            let hits = count(&|t, p| t == class && p == class);
            let (of_class, taken) = (count(&|t, _| t == class), count(&|_, p| p == class));
            // A share of nothing is 0, as in the report, the metrics and scikit-learn's `zero_division=0`.
            let share = |part: f64, of: f64| if of == 0.0 { 0.0 } else { part / of };
            let (place, report) = (class as usize, matrix.report());
            let rates = [share(hits, taken), share(hits, of_class), share(2.0 * hits, taken + of_class)];
            prop_assert_eq!([matrix.precision(place), matrix.recall(place), matrix.f1(place)], rates);
            prop_assert_eq!([report.precision(place), report.recall(place), report.f1(place)], rates);
            prop_assert_eq!(report.support(place) as f64, of_class);
        }
    }

    #[test]
    fn no_class_is_an_error_and_counts_nothing(target in any::<i64>(), predicted in any::<i64>(), classes in 0..5_usize) {
        let mut matrix = ConfusionMatrix::new(classes);
        let before = matrix.clone();
        let result = matrix.add(&Tensor::from([predicted]), &Tensor::from([target]));
        let is_class = |x: i64| (0..classes as i64).contains(&x);
        prop_assert_eq!(result.is_ok(), is_class(target) && is_class(predicted));
        if result.is_err() {
            prop_assert_eq!(matrix, before);
        }
    }
}

#[test]
fn it_prints_as_a_table() {
    let mut matrix = ConfusionMatrix::new(2).with_names(["cat", "dog"]);
    matrix
        .add(&Tensor::from([0_i64, 0, 1, 0]), &Tensor::from([0_i64, 0, 1, 1]))
        .unwrap();
    let table = "    |  cat  dog\n----+----------\ncat |    2    ·\ndog |    1    1";
    assert_eq!(matrix.to_string(), table);
}

#[test]
fn a_number_of_classes_that_memory_cannot_hold_is_an_error_of_the_first_sample() {
    for classes in [1 << 40, usize::MAX] {
        let mut matrix = ConfusionMatrix::new(classes);
        assert!(matrix.add(&Tensor::from([3_i64]), &Tensor::from([5])).is_err());
        assert_eq!(matrix.count(5, 3), 0);
        assert!(matrix.accuracy().is_nan());
        assert_eq!([matrix.recall(5), matrix.precision(classes)], [0.0; 2]);
        assert!(!matrix.to_string().is_empty());
    }
}
