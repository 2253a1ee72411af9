//! What was found by such calls, one by one.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use backprop_autodiff::Var;
use backprop_datasets::{Batch, Dataset, TensorDataset};
use backprop_layers::{Identity, Linear};
use backprop_optim::{Adam, ReduceOnPlateau, Sgd};
use backprop_tensor::{Element, Rng, Tensor};
use backprop_train::{
    Accuracy, Average, Checkpoint, ClassWeights, ConfusionMatrix, CrossEntropy, EarlyStopping, F1, History,
    Metric, PerSample, Progress, R2, RocAuc, Search, Space, StopHandle, TopK, Trainer, Verdict,
    cross_validate, predict,
};
use serde_json::json;

/// Any number of equal samples, made on demand or said to lie in memory.
struct Many {
    samples: usize,
    is_in_memory: bool,
}

impl Dataset for Many {
    type Input = f32;
    type Target = i64;

    fn len(&self) -> usize {
        self.samples
    }

    fn batch(&self, indices: &[usize]) -> backprop_datasets::Result<Batch> {
        let targets = Tensor::from_fn([indices.len()], |place| (indices[place] % 2) as i64)?;
        Batch::new(Tensor::zeros([indices.len(), 1])?, targets)
    }

    fn is_in_memory(&self) -> bool {
        self.is_in_memory
    }
}

fn trainer<Y: backprop_tensor::Numeric>() -> Trainer<CrossEntropy, Sgd, f32, Y> {
    Trainer::new(CrossEntropy, Sgd::new(0.1))
        .epochs(2)
        .progress(Progress::Silent)
}

/// A path of its own for each test.
fn tmp(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("no-panic-{}-{name}", std::process::id()))
}

fn model() -> Linear {
    Linear::new(1, 2, &mut Rng::seed(0))
}

/// More samples than batches could be made of, which take no memory as they have no features, or as all of them are one.
#[test]
fn samples_that_take_no_memory_are_no_endless_batches() {
    let inputs = Tensor::<f32>::zeros([1 << 47, 0]).unwrap();
    assert_eq!(predict(&Identity, &inputs).unwrap().shape(), inputs.shape());
    let model = Linear::new(0, 2, &mut Rng::seed(0));
    assert!(predict(&model, &inputs).is_err());

    let model = Linear::new(3, 2, &mut Rng::seed(0));
    let equal = |samples: usize| Tensor::<f32>::scalar(1.0).broadcast_to([samples, 3]).unwrap();
    let error = predict(&model, &equal(1 << 47)).unwrap_err().to_string();
    assert_eq!(
        error,
        "140737488355328 samples of data to predict: 2³² are the most that can be passed over"
    );
    let wide = Linear::new(3, 1 << 16, &mut Rng::seed(0));
    let error = predict(&wide, &equal(1 << 32)).unwrap_err().to_string();
    assert!(error.contains("memory"), "{error}");
}

#[test]
fn data_without_end_is_refused() {
    let most = "2³² are the most that can be passed over";
    for samples in [(1 << 32) + 1, 1 << 47, usize::MAX] {
        for is_in_memory in [false, true] {
            let (data, few) = (
                Many {
                    samples,
                    is_in_memory,
                },
                Many {
                    samples: 4,
                    is_in_memory,
                },
            );
            let training = format!("{samples} samples of training data: {most}");
            let error = trainer().fit(&mut model(), &data, None).unwrap_err();
            assert_eq!(error.to_string(), training);
            let error = trainer().fit(&mut model(), &data, 0.5).unwrap_err();
            assert_eq!(error.to_string(), training);
            let error = trainer().check(&model(), &data).unwrap_err();
            assert_eq!(error.to_string(), training);
            let error = trainer().range_test(&model(), &data, 0.1..1.0, 10).unwrap_err();
            assert_eq!(error.to_string(), training);
            let error = trainer().fit(&mut model(), &few, &data).unwrap_err().to_string();
            assert!(error.ends_with(most), "{error}");
            let error = trainer().evaluate(&model(), &data).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("{samples} samples of data to evaluate: {most}")
            );
            let error =
                cross_validate(&data, 2, &mut Rng::seed(0), |_| Ok((model(), trainer()))).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("{samples} samples of data to validate on: {most}")
            );
        }
    }
}

/// Data that loses its samples once it was asked for some.
struct Vanishing(Cell<usize>);

impl Dataset for Vanishing {
    type Input = f32;
    type Target = i64;

    fn len(&self) -> usize {
        if self.0.get() > 3 { 0 } else { 8 }
    }

    fn batch(&self, indices: &[usize]) -> backprop_datasets::Result<Batch> {
        self.0.set(self.0.get() + 1);
        Many {
            samples: 8,
            is_in_memory: false,
        }
        .batch(indices)
    }
}

/// Else its epochs have no steps, and a range test, which counts steps, goes through all epochs that can be counted.
#[test]
fn data_that_vanishes_ends_the_training() {
    let mut trainer = trainer::<i64>().batch_size(2);
    let error = trainer
        .range_test(&model(), &Vanishing(Cell::new(0)), 1e-3..1.0, 100)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "training data: there are no longer 8 samples: their number must not change while a model is trained on them"
    );
}

/// Classes were counted in the batches, folds drawn for them, and then asked for by the number that the data says.
#[test]
fn data_with_fewer_samples_than_it_says_has_no_folds() {
    struct Fewer;

    impl Dataset for Fewer {
        type Input = f32;
        type Target = i64;

        fn len(&self) -> usize {
            8
        }

        fn batch(&self, indices: &[usize]) -> backprop_datasets::Result<Batch> {
            let few = Many {
                samples: 8,
                is_in_memory: true,
            };
            few.batch(&indices[..indices.len() / 2])
        }

        fn is_in_memory(&self) -> bool {
            true
        }
    }

    let error = cross_validate(&Fewer, 2, &mut Rng::seed(0), |_| Ok((model(), trainer()))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the data gave 4 samples where 8 were asked for: a batch must have one for each index"
    );
}

/// The smallest loss so far was looked for in all of them after each step, and the number of steps was without limit.
#[test]
fn range_tests_are_finite_and_take_no_longer_with_each_step() {
    let data = Many {
        samples: 2,
        is_in_memory: true,
    };
    let error = trainer::<i64>()
        .range_test(&model(), &data, 0.1..1.0, usize::MAX)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "a range test of 18446744073709551615 steps: it needs two at least, and 2²⁴ are the most"
    );
}

/// Batches whose gradients are added up were all loaded before the first of them was used.
#[test]
fn accumulated_batches_are_loaded_one_by_one() {
    struct Failing<'a>(&'a Cell<usize>);

    impl Dataset for Failing<'_> {
        type Input = f32;
        type Target = i64;

        fn len(&self) -> usize {
            1000
        }

        fn batch(&self, indices: &[usize]) -> backprop_datasets::Result<Batch> {
            self.0.set(self.0.get() + 1);
            Batch::new(
                Tensor::from_fn([indices.len(), 1], |_| f32::NAN)?,
                Tensor::zeros([indices.len()])?,
            )
        }
    }

    let asked = Cell::new(0);
    let mut trainer = trainer::<i64>().batch_size(1).accumulate(usize::MAX);
    let error = trainer
        .fit(&mut model(), &Failing(&asked), None)
        .unwrap_err()
        .to_string();
    assert!(error.contains("NaN"), "{error}");
    assert_eq!(asked.get(), 1);
}

/// Of each epoch, a tenth of all losses was sorted anew: a hundred thousand epochs, which take seconds for a small model, took minutes to be
/// judged.
#[test]
fn long_histories_are_diagnosed_at_once() {
    let rng = &mut Rng::seed(0);
    let losses: Vec<f64> = (0..300_000)
        .map(|epoch| 1e4 / (1e4 + f64::from(epoch)) + 0.01 * rng.uniform())
        .collect();
    let history = History::of_losses(&losses, &losses);
    let started = Instant::now();
    assert_eq!(history.diagnosis().verdict, Verdict::GoodFit);
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// The points of all ranges were made before it was known how many combinations they are.
#[test]
fn a_grid_is_counted_before_it_is_made() {
    let space = (0..2000).fold(Space::new(), |space, axis| {
        space.uniform(axis.to_string(), 0.0, 1.0)
    });
    let error = Search::new(space).grid(1 << 24, |_| Ok(0.0)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a grid of more than 2²⁴ combinations: try random trials instead"
    );
}

/// With everything that counts: epochs and steps, an optimizer's steps, metrics, epochs that were waited for a better one.
fn counting(path: &Path) -> Trainer<CrossEntropy, Adam> {
    Trainer::new(CrossEntropy, Adam::new(0.1))
        .epochs(2)
        .batch_size(3)
        .metric(Accuracy)
        .metric(F1::new(Average::Micro))
        .metric(F1::new(Average::Weighted))
        .metric(RocAuc)
        .metric(TopK::new(1))
        .schedule(ReduceOnPlateau::new(0.5, 3))
        .callback(EarlyStopping::new(10).min_delta(1.0))
        .callback(Checkpoint::new(path).every_steps(5))
        .progress(Progress::Silent)
}

/// Every byte of a checkpoint, one after another, becomes a counter that nothing can be added to, where it is one.
#[test]
fn checkpoints_whose_counters_are_at_their_end() {
    let path = tmp("counters");
    let inputs = Tensor::from_fn([8, 1], |place| place as f32 / 10.0).unwrap();
    let data = TensorDataset::new(inputs, Tensor::from([0, 1, 0, 1, 0, 1, 1, 1])).unwrap();
    counting(&path).fit(&mut model(), &data, None).unwrap();
    let whole = fs::read(&path).unwrap();
    let (header, value) = whole.split_at(28);
    let resumed = |value: &[u8], epochs: usize| {
        let mut bytes = header.to_vec();
        bytes[16..20].copy_from_slice(&crc32fast::hash(value).to_le_bytes());
        bytes[20..28].copy_from_slice(&(value.len() as u64).to_le_bytes());
        bytes.extend(value);
        fs::write(&path, bytes).unwrap();
        let mut trainer = counting(&path).epochs(epochs).resume(&path);
        if epochs == usize::MAX {
            let stop = StopHandle::new();
            stop.stop();
            trainer = trainer.stop_handle(stop);
        }
        trainer.fit(&mut model(), &data, None)
    };
    assert_eq!(resumed(value, 3).unwrap().epochs.len(), 3);
    let mut refused = 0;
    for place in 0..value.len() {
        for (number, epochs) in [(u64::MAX, 3), (u64::MAX - 1, 4), (u64::MAX, usize::MAX)] {
            let mut value = value.to_vec();
            value.splice(place..=place, large(number));
            refused += usize::from(resumed(&value, epochs).is_err());
        }
        // What callbacks and metrics remember comes after its length.
        if place + 1 < value.len() {
            let mut value = value.to_vec();
            value[place] = value[place].wrapping_add(8);
            value.splice(place + 1..=place + 1, large(u64::MAX));
            refused += usize::from(resumed(&value, 3).is_err());
        }
    }
    assert!(refused > value.len(), "{refused} of {}", 4 * value.len());
    fs::remove_file(path).unwrap();
}

/// The code of a whole number that takes eight bytes.
fn large(number: u64) -> Vec<u8> {
    [253].into_iter().chain(number.to_le_bytes()).collect()
}

#[test]
fn counts_that_nobody_counted_are_refused() {
    fn error<Y: Element>(metric: &dyn Metric<f32, Y>, state: &[u8]) -> String {
        metric.start().restore(state).unwrap_err().to_string()
    }
    // One column.
    let spread = [&[1][..], &large((1 << 53) + 1), &[0; 32]].concat();
    assert!(error::<f32>(&R2, &spread).contains("2⁵³ are the most there can be"));
    for weight in [-1.0, f64::INFINITY, f64::NAN] {
        let weight = weight.to_le_bytes();
        let none = "weights are finite and at least 0";
        // A sum is a number, and another with an exponent.
        let mean = [&[0; 17][..], &weight, &[0; 9]].concat();
        assert!(error::<i64>(&Accuracy, &mean).contains(none));
        let spread = [&[1, 0][..], &weight, &[0; 51]].concat();
        assert!(error::<f32>(&R2, &spread).contains(none));
        // An exponent without end.
        let mean = [&[0; 16][..], &large(u64::MAX), &[0; 17]].concat();
        assert!(error::<i64>(&Accuracy, &mean).contains("cannot have the part"));
        // A task of two classes, and one count of three; the average comes first.
        let class = [&[2, 1, 1, 2, 1][..], &[0; 16], &weight].concat();
        assert!(error::<i64>(&F1::new(Average::Micro), &class).contains(none));
        // The same with one score, of a positive sample.
        let score = [&[1, 1, 2, 1, 1][..], &[0; 8], &[1], &weight].concat();
        assert!(error::<i64>(&RocAuc, &score).contains(none));
    }
}

#[test]
fn confusion_matrices_are_read_whole_or_not_at_all() {
    let read = |counts: &[u64], classes: usize| {
        let text = json!({ "counts": counts, "classes": classes, "names": ["a"] }).to_string();
        serde_json::from_str::<ConfusionMatrix>(&text)
    };
    let matrix = read(&[1, 2, 3, 4], 2).unwrap();
    assert_eq!((matrix.count(1, 0), matrix.accuracy()), (3, 0.5));
    assert_eq!(read(&[], 3).unwrap().classes(), 3);
    for (counts, classes) in [(&[1][..], 2), (&[1], 1 << 32), (&[1], usize::MAX), (&[1], 0)] {
        let error = read(counts, classes).unwrap_err().to_string();
        assert!(
            error.contains("one for each pair of classes is wanted"),
            "{error}"
        );
    }
    let error = read(&[u64::MAX, 1, 1, 1], 2).unwrap_err().to_string();
    assert!(error.contains("more than 2⁵³ samples"), "{error}");
}

/// Formatting takes no widths above 65,535, and a table of such names would be gigabytes.
#[test]
fn names_of_classes_may_be_longer_than_a_table() {
    let mut matrix = ConfusionMatrix::new(2).with_names(["a".repeat(100_000), "ä".repeat(100)]);
    matrix.add(&Tensor::from([0, 1]), &Tensor::from([0, 1])).unwrap();
    for text in [matrix.to_string(), matrix.report().to_string()] {
        assert!(text.contains(&format!("{}…", "a".repeat(99))), "{text}");
        assert!(text.contains(&"ä".repeat(100)), "{text}");
        assert!(text.len() < 5000, "{text}");
    }
}

/// A parameter may be one number that stands for many; in a file it would be all of them.
#[cfg(feature = "safetensors")]
#[test]
fn weights_without_end_are_not_written() {
    use backprop_autodiff::Param;
    use backprop_train::SaveWeights;

    let path = tmp("without-end");
    let vast = Tensor::<f32>::scalar(1.0).broadcast_to([1 << 47]).unwrap();
    let error = vec![Param::new(vast)].save(&path).unwrap_err().to_string();
    assert!(error.contains("there is no memory for"), "{error}");
    assert!(!path.exists());
}

/// Balanced weights are no list as long as the largest class of the validation data.
#[test]
fn a_class_of_the_validation_data_may_be_any_number() {
    let data = |labels: [i64; 2]| {
        TensorDataset::new(Tensor::<f32>::ones([2, 2]).unwrap(), Tensor::from(labels)).unwrap()
    };
    let loss = PerSample(|output: &Var, _: &Tensor<i64>| output.square().mean(1));
    let mut trainer = Trainer::new(loss, Sgd::new(0.1))
        .class_weights(ClassWeights::Balanced)
        .progress(Progress::Silent);
    let history = trainer
        .fit(
            &mut Linear::new(2, 2, &mut Rng::seed(0)),
            &data([0, 1]),
            &data([0, i64::MAX]),
        )
        .unwrap();
    assert!(
        history
            .last()
            .unwrap()
            .validation
            .as_ref()
            .unwrap()
            .loss
            .is_finite()
    );
}

/// Whatever is checked: of validation data too, no more is read than could be.
#[test]
fn validation_data_without_end_is_not_read() {
    let many = Many {
        samples: 1 << 47,
        is_in_memory: true,
    };
    for weights in [None, Some(ClassWeights::Balanced)] {
        let mut trainer = Trainer::new(CrossEntropy, Sgd::new(0.1))
            .unchecked()
            .progress(Progress::Silent);
        if let Some(weights) = weights {
            trainer = trainer.class_weights(weights);
        }
        let few = Many {
            samples: 4,
            is_in_memory: true,
        };
        let error = trainer
            .fit(&mut Linear::new(1, 2, &mut Rng::seed(0)), &few, &many)
            .unwrap_err();
        assert!(error.to_string().contains("2³² are the most"), "{error}");
    }
}

/// Data of which no more is left, when training begins, than a moment before.
struct Gone(Cell<usize>);

impl Dataset for Gone {
    type Input = f32;
    type Target = i64;

    fn len(&self) -> usize {
        self.0.replace(self.0.get().saturating_sub(1)).min(1)
    }

    fn batch(&self, indices: &[usize]) -> backprop_datasets::Result<Batch> {
        Batch::new(
            Tensor::zeros([indices.len(), 1])?,
            Tensor::zeros([indices.len()])?,
        )
    }
}

#[test]
fn epochs_without_steps_are_an_error() {
    for asked in 0..40 {
        let mut trainer = Trainer::new(CrossEntropy, Sgd::new(0.1))
            .unchecked()
            .epochs(usize::MAX)
            .progress(Progress::Silent);
        let mut model = Linear::new(1, 2, &mut Rng::seed(0));
        let error = trainer.fit(&mut model, &Gone(Cell::new(asked)), None);
        let error = error.unwrap_err().to_string();
        let known = [
            "the training data has no samples",
            "all samples are gone",
            "there are no longer",
            "class",
            "samples where",
        ];
        assert!(
            known.iter().any(|known| error.contains(known)),
            "{asked}: {error}"
        );
    }
}
