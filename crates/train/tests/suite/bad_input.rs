//! What is wrong with data is said before the first step: what, where, and what would have been right.

use backprop_autodiff::Module;
use backprop_datasets::synthetic::{blobs, moons};
use backprop_datasets::{Batch, Dataset, TensorDataset};
use backprop_layers::{Layer, Linear};
use backprop_optim::Sgd;
use backprop_tensor::{Element, Rng, Tensor};
use backprop_train::{
    Accuracy, BinaryCrossEntropy, ClassWeights, Count, CrossEntropy, History, Loss, MeanSquaredError, Metric,
    Progress, Trainer, predict, predict_classes, predict_labels,
};
use proptest::prelude::*;

fn data(n: usize) -> TensorDataset {
    moons(n, 0.1, &mut Rng::seed(1)).unwrap()
}

fn trainer<L: Loss<f32, Y>, Y: Element>(loss: L) -> Trainer<L, Sgd, f32, Y> {
    Trainer::new(loss, Sgd::new(0.1))
        .epochs(2)
        .progress(Progress::Silent)
}

/// A metric of this name.
#[derive(Debug)]
struct Named(&'static str);

impl Metric for Named {
    fn name(&self) -> &str {
        self.0
    }

    fn start(&self) -> Box<dyn Count> {
        Accuracy.start()
    }
}

/// The error of a training, which must have changed nothing.
fn error<L: Loss<f32, Y>, Y: Element>(
    mut trainer: Trainer<L, Sgd, f32, Y>,
    outputs: usize,
    data: &TensorDataset<f32, Y>,
) -> String {
    let mut model = Linear::new(2, outputs, &mut Rng::seed(0));
    let before = model.clone();
    let error = trainer.fit(&mut model, data, None).unwrap_err().to_string();
    assert_eq!(model, before, "{error}");
    let checked = trainer.check(&model, data).unwrap_err().to_string();
    assert_eq!(without_place(&checked), without_place(&error));
    error
}

/// Without the line of this file that an error may end with.
fn without_place(message: &str) -> &str {
    message
        .split(&format!(", at {}", file!()))
        .next()
        .unwrap_or(message)
}

#[test]
fn settings_that_fit_no_data() {
    assert_eq!(
        error(trainer(CrossEntropy), 2, &data(10).take(0)),
        "the training data has no samples: there must be something to learn from"
    );
    assert_eq!(
        error(trainer(CrossEntropy).batch_size(0), 2, &data(10)),
        "batch size 0: a step needs at least one sample"
    );
    let twice = trainer(CrossEntropy).metric(Accuracy).metric(Accuracy);
    assert_eq!(
        error(twice, 2, &data(10)),
        "a second number of the name \"accuracy\": the loss is \"loss\", and each metric must have a name of its own"
    );
    assert!(error(trainer(CrossEntropy).metric(Named("loss")), 2, &data(10)).contains("\"loss\""));
    assert_eq!(
        error(trainer(CrossEntropy).accumulate(0), 2, &data(10)),
        "gradients of 0 batches: a step needs at least one batch"
    );
    let large = error(trainer(CrossEntropy).batch_size(11), 2, &data(10));
    assert!(
        large.starts_with("batch size 11 for 10 samples of training data: "),
        "{large}"
    );
    // Unless a size was asked for, less data than 32 samples is one batch.
    let mut model = Linear::new(2, 2, &mut Rng::seed(0));
    let history = trainer(CrossEntropy).fit(&mut model, &data(10), None).unwrap();
    assert_eq!(history.epochs.len(), 2);
}

#[test]
fn labels_and_classes() {
    let three_classes = blobs(30, 3, &mut Rng::seed(0)).unwrap();
    let first = three_classes
        .targets()
        .to_vec()
        .iter()
        .position(|&class| class == 2)
        .unwrap();
    assert_eq!(
        error(trainer(CrossEntropy), 2, &three_classes),
        format!(
            "training data: sample {first}: the target is 2: must be a class from 0 to 1, since the model has 2 outputs"
        )
    );
    assert_eq!(
        error(trainer(CrossEntropy), 4, &three_classes),
        "training data: none of the 30 samples is of class 3: each of the 4 classes that the model chooses among must have one, \
         unless missing classes are allowed"
    );
    let mut model = Linear::new(2, 4, &mut Rng::seed(0));
    let mut tolerant = trainer(CrossEntropy).allow_missing_classes();
    assert!(tolerant.fit(&mut model, &three_classes, None).is_ok());

    let negative = data(5).map_targets(|y| y.map(|class| class - 1)).unwrap();
    let message = error(trainer(CrossEntropy), 2, &negative);
    assert!(
        message.contains("the target is -1: must be a class from 0 to 1"),
        "{message}"
    );
    let two = data(5).map_targets(|y| y.map(|class| 2 * class)).unwrap();
    let message = error(trainer(BinaryCrossEntropy), 1, &two);
    assert!(
        message.contains("the target is 2: must be 0, 1 or a probability between them"),
        "{message}"
    );
    let ones = data(5).map_targets(|y| y.map(|_| 1_i64)).unwrap();
    let message = error(trainer(BinaryCrossEntropy), 1, &ones);
    assert!(
        message.contains("none of the 5 samples is of class 0"),
        "{message}"
    );
    let message = error(
        trainer(CrossEntropy).class_weights(ClassWeights::Given(vec![1.0, -1.0])),
        2,
        &data(9),
    );
    assert!(message.starts_with("class weight -1 of class 1: "), "{message}");
}

#[test]
fn nothing_to_learn() {
    let unweighted = data(6).with_weights(&Tensor::from([0.0; 6])).unwrap();
    assert_eq!(
        error(trainer(CrossEntropy), 2, &unweighted),
        "training data: the weights of its samples are all 0: one at least must count"
    );
    assert_eq!(
        error(
            trainer(CrossEntropy).class_weights(ClassWeights::Given(vec![0.0, 0.0])),
            2,
            &data(6)
        ),
        "2 class weights, none of them above 0: one class at least must count"
    );
    let mut model = Linear::new(2, 2, &mut Rng::seed(0));
    for param in model.parameters_mut() {
        param.set_trainable(false);
    }
    let message = trainer(CrossEntropy)
        .fit(&mut model, &data(6), None)
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "the model has no parameters to train: it needs one at least that is not frozen"
    );
}

/// Mistakes whose shapes alone look right.
#[test]
fn targets_that_are_nearly_right() {
    let one_hot = data(6).map_targets(|y| Tensor::<i64>::one_hot(y, 2)).unwrap();
    let message = error(trainer(CrossEntropy), 2, &one_hot);
    assert!(
        message.ends_with(
            "targets of whole numbers are classes, [n]; those that are probabilities need `cast` to f32"
        ),
        "{message}"
    );
    let message = error(trainer(CrossEntropy), 1, &data(6));
    assert!(
        message.ends_with("one output for two classes is what BinaryCrossEntropy takes"),
        "{message}"
    );
}

#[test]
fn nothing_is_made_of_nan() {
    let broken = data(6)
        .map_inputs(|x| {
            let mut inputs = x.to_vec();
            inputs[7] = f32::NAN;
            Tensor::from_slice(&inputs, [6, 2])
        })
        .unwrap();
    for outputs in [1, 2] {
        let model = Linear::new(2, outputs, &mut Rng::seed(0));
        for predicted in [
            predict_classes(&model, broken.inputs()),
            predict_labels(&model, broken.inputs()),
        ] {
            assert_eq!(
                predicted.unwrap_err().to_string(),
                "prediction: sample 3: an output is NaN: inputs and weights must be finite numbers"
            );
        }
    }
    let model = Linear::new(2, 2, &mut Rng::seed(0));
    let message = trainer(CrossEntropy)
        .evaluate(&model, &broken)
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "data: sample 3: the input at [1] is NaN: inputs must be finite numbers"
    );
    let unchecked = trainer(CrossEntropy).unchecked().evaluate(&model, &broken);
    assert!(unchecked.unwrap().loss.is_nan());
}

#[test]
fn shapes() {
    let wide = TensorDataset::new(
        Tensor::<f32>::ones([4, 3]).unwrap(),
        Tensor::from([0_i64, 1, 0, 1]),
    )
    .unwrap();
    let message = error(trainer(CrossEntropy), 2, &wide);
    assert!(
        message.starts_with("training data: the model does not take inputs of shape [4, 3]: ")
            && message.contains("[2, 2]"),
        "{message}"
    );
    let two = TensorDataset::new(
        Tensor::<f32>::ones([4, 2]).unwrap(),
        Tensor::<f32>::ones([4, 2]).unwrap(),
    )
    .unwrap();
    assert_eq!(
        error(trainer(MeanSquaredError), 1, &two),
        "training data: the model's outputs are [4, 1], the targets [4, 2]: a target for each output"
    );
    let model = Linear::new(2, 2, &mut Rng::seed(0));
    let message = trainer(CrossEntropy)
        .metric(Accuracy)
        .evaluate(&model, &wide)
        .unwrap_err()
        .to_string();
    assert!(message.contains("[4, 3]"), "{message}");
    assert!(predict(&model, &Tensor::from(1.0)).is_err());
    assert_eq!(
        predict(&model, &Tensor::zeros([0, 2]).unwrap()).unwrap().shape(),
        &[0, 2]
    );
}

#[test]
fn validation_data_too() {
    let mut model = Linear::new(2, 2, &mut Rng::seed(0));
    let train = data(40);
    let mut message = |validation: &TensorDataset| {
        let fitted = trainer(CrossEntropy).fit(&mut model, &train, validation);
        fitted.unwrap_err().to_string()
    };
    assert_eq!(
        message(&data(10).take(0)),
        "the validation data has no samples: without data, leave it out"
    );
    let broken = data(10).map_targets(|y| y.map(|_| 7_i64)).unwrap();
    assert!(
        message(&broken).starts_with("validation data: sample 0: the target is 7"),
        "{}",
        message(&broken)
    );
    // A class that is missing there is no mistake.
    let ones = data(10).map_targets(|y| y.map(|_| 1_i64)).unwrap();
    assert!(trainer(CrossEntropy).fit(&mut model, &train, &ones).is_ok());
    for fraction in [0.0, 1.0, -1.0, f64::NAN] {
        let message = trainer(CrossEntropy)
            .fit(&mut model, &train, fraction)
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with(&format!("a fraction of {fraction} to validate with: ")),
            "{message}"
        );
    }
    let message = trainer(CrossEntropy)
        .evaluate(&model, &data(10).take(0))
        .unwrap_err()
        .to_string();
    assert!(message.starts_with("the data has no samples"), "{message}");
}

/// A class that only the validation data has counts nothing if classes are balanced, and needs a weight if they are given.
#[test]
fn classes_of_the_validation_data_alone() {
    let with = |labels: [i64; 4]| {
        TensorDataset::new(Tensor::<f32>::ones([4, 2]).unwrap(), Tensor::from(labels)).unwrap()
    };
    let (train, validation) = (with([0, 1, 0, 1]), with([0, 1, 2, 2]));
    let fit = |weights: ClassWeights, validation: &TensorDataset| {
        let trainer = trainer(CrossEntropy).allow_missing_classes();
        trainer
            .class_weights(weights)
            .fit(&mut Linear::new(2, 3, &mut Rng::seed(0)), &train, validation)
    };
    let without = fit(ClassWeights::Balanced, &with([0, 1, 0, 1])).unwrap();
    let history = fit(ClassWeights::Balanced, &validation).unwrap();
    let loss = |history: &History| history.last().unwrap().validation.as_ref().unwrap().loss;
    assert!((loss(&history) - loss(&without)).abs() < 1e-6);
    assert_eq!(
        fit(ClassWeights::Given(vec![1.0, 2.0]), &validation)
            .unwrap_err()
            .to_string(),
        "2 class weights, but a sample of the validation data is of class 2: each class needs a weight"
    );
    assert!(fit(ClassWeights::Given(vec![1.0, 2.0, 0.0]), &validation).is_ok());
}

/// Data that is made when it is asked for.
struct Lazy(TensorDataset);

impl Dataset for Lazy {
    type Input = f32;
    type Target = i64;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, indices: &[usize]) -> backprop_datasets::Result<Batch> {
        self.0.batch(indices)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Wherever one number is none, the error says where; data that comes batch by batch is checked then.
    #[test]
    fn numbers_that_are_none(sample in 0..50_usize, place in 0..2_usize, bad in prop::sample::select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY])) {
        let broken = data(50).map_inputs(|x| {
            let mut inputs = x.to_vec();
            inputs[sample * 2 + place] = bad;
            Tensor::from_slice(&inputs, [50, 2])
        }).unwrap();
        let expected = format!("sample {sample}: the input at [{place}] is {bad}: inputs must be finite numbers");
        prop_assert_eq!(error(trainer(CrossEntropy), 2, &broken), format!("training data: {expected}"));
        let mut model = Linear::new(2, 2, &mut Rng::seed(0));
        prop_assert!(trainer(CrossEntropy).unchecked().fit(&mut model, &broken, None).is_ok());

        let mut model = Linear::new(2, 2, &mut Rng::seed(0));
        let message = trainer(CrossEntropy).fit(&mut model, &Lazy(broken), None).unwrap_err().to_string();
        prop_assert!(message.starts_with("epoch 1, step ") && message.contains(": batch: sample ") && message.contains(&format!("[{place}] is {bad}")), "{}", message);
    }

    /// Whatever the shapes, training works or says why not.
    #[test]
    fn nothing_panics(inputs in proptest::collection::vec(0..4_usize, 0..4), targets in proptest::collection::vec(0..4_usize, 0..4), outputs in 0..3_usize, batch in 0..5_usize, seed: u64) {
        let rng = &mut Rng::seed(seed);
        let x = Tensor::<f32>::uniform(&inputs[..], -1.0, 1.0, rng).unwrap();
        let classes = Tensor::<i64>::random_integers(&targets[..], -1, 3, rng).unwrap();
        let numbers = Tensor::<f32>::uniform(&targets[..], -1.0, 1.0, rng).unwrap();
        let mut model = Linear::new(2, outputs, rng);
        if let Ok(data) = TensorDataset::new(x.clone(), classes) {
            let _ = trainer(CrossEntropy).metric(Accuracy).batch_size(batch).fit(&mut model, &data, 0.5);
            let _ = trainer(BinaryCrossEntropy).class_weights(ClassWeights::Balanced).fit(&mut model, &data, &data);
            let _ = trainer(CrossEntropy).unchecked().accumulate(batch).metric(Accuracy).fit(&mut model, &data, None);
        }
        if let Ok(data) = TensorDataset::new(x, numbers) {
            let _ = trainer(MeanSquaredError).metric(MeanSquaredError).batch_size(batch).fit(&mut model, &data, 0.5);
            let _ = trainer(CrossEntropy).unchecked().fit(&mut model, &data, &data);
        }
        let _ = model.name();
    }
}
