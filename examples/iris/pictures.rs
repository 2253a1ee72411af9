//! What was found, in pictures.

use backprop::datasets::iris;
use backprop::plot::{
    Band, Chart, ConfusionMatrix as MatrixPicture, DecisionRegions, Figure, HistoryReport, Line, Picture,
};
use backprop::prelude::*;
use backprop::tensor::linalg;

use super::folds::{FOLDS, Fold, Shuffle, mean};
use super::networks::{BATCH, Network, WEIGHT_DECAY};
use super::{Error, table};

const FOLDER: &str = "target/examples/iris";
/// The features that are shown: petal length and petal width tell most.
const SHOWN: (usize, usize) = (2, 3);

pub(crate) fn save(results: &[(&Network, Vec<Shuffle>)], flowers: &TensorDataset) -> Result<(), Error> {
    let mut regions = Figure::new();
    let mut curves = Figure::new();
    let mut matrices = Vec::new();
    for (network, shuffles) in results {
        let shuffle = &shuffles[0];
        regions = regions.row([
            fixed(network, &shuffle.folds[0], flowers)?,
            projected(network, &shuffle.folds[0], flowers)?,
        ]);
        curves = curves.row([
            banded(network, shuffle, "loss"),
            banded(network, shuffle, "accuracy"),
        ]);
        matrices.push(matrix(network, shuffle));
        report(network, shuffles)?;
    }
    save_as(&regions.shared_legend(), "regions")?;
    save_as(&curves.shared_legend(), "curves")?;
    save_as(&Figure::new().row(matrices), "confusion")?;
    println!("\npictures and a report of each network are in {FOLDER}");
    Ok(())
}

fn save_as(picture: &impl Picture, name: &str) -> Result<(), Error> {
    for end in ["svg", "png"] {
        picture.save(format!("{FOLDER}/{name}.{end}"))?;
    }
    Ok(())
}

/// Where a network decides for which species, with the two sizes of the sepals at their means: some flowers lie on the wrong side here that
/// do not in four dimensions.
fn fixed(network: &Network, fold: &Fold, flowers: &TensorDataset) -> Result<Chart, Error> {
    let chart = DecisionRegions::new(flowers.inputs(), flowers.targets())
        .features(SHOWN.0, SHOWN.1)
        .names(iris::CLASSES)
        .classes(|points| -> backprop::train::Result<_> {
            predict_classes(&fold.model, &fold.scaler.transform(points)?)
        })?;
    Ok(chart
        .title(format!("{}: petals, sepals at their means", network.name))
        .x_label(iris::FEATURES[SHOWN.0])
        .y_label(iris::FEATURES[SHOWN.1]))
}

/// The same on the plane in which the flowers differ most: that of the first two principal components.
fn projected(network: &Network, fold: &Fold, flowers: &TensorDataset) -> Result<Chart, Error> {
    let inputs = fold.scaler.transform(flowers.inputs())?;
    let (_, _, components) = linalg::svd(&inputs)?;
    let component = |index: usize| components.slice(0, index..index + 1);
    let chart = DecisionRegions::new(&inputs, flowers.targets())
        .project(Tensor::<f32>::zeros([4])?, component(0)?, component(1)?)
        .names(iris::CLASSES)
        .classes(|points| predict_classes(&fold.model, points))?;
    Ok(chart
        .title(format!("{}: principal components", network.name))
        .x_label("first component")
        .y_label("second component"))
}

/// A value epoch by epoch, by its name.
type Curve = fn(&History, &str) -> Vec<Option<f64>>;

/// The mean over the folds, epoch by epoch, in a band from the least to the largest.
fn banded(network: &Network, shuffle: &Shuffle, what: &str) -> Chart {
    let parts: [(&str, Curve); 2] = [("training", History::train), ("test", History::validation)];
    let chart = Chart::new()
        .title(format!("{}: {what}, {FOLDS} folds", network.name))
        .x_label("epoch")
        .y_label(what);
    parts.into_iter().fold(chart, |chart, (name, curve)| {
        let folds = shuffle.folds.iter().map(|fold| curve(&fold.history, what));
        let folds: Vec<Vec<f64>> = folds.map(|curve| curve.into_iter().flatten().collect()).collect();
        let at = |epoch: usize| folds.iter().map(move |curve| curve[epoch]);
        let epochs = 0..network.epochs;
        let means: Vec<f64> = epochs.clone().map(|epoch| mean(at(epoch))).collect();
        let low: Vec<f64> = epochs
            .clone()
            .map(|epoch| at(epoch).fold(f64::INFINITY, f64::min))
            .collect();
        let high: Vec<f64> = epochs.map(|epoch| at(epoch).fold(0.0, f64::max)).collect();
        let line = Line::new(1..=network.epochs, means).name(name);
        chart.add(line).add(Band::new(1..=network.epochs, low, high))
    })
}

fn matrix(network: &Network, shuffle: &Shuffle) -> MatrixPicture {
    MatrixPicture::of(&shuffle.matrix, iris::CLASSES).title(network.name)
}

/// A page on the training of the first fold, with the result of all of them.
fn report(network: &Network, shuffles: &[Shuffle]) -> Result<(), Error> {
    let shuffle = &shuffles[0];
    let page = shuffle.folds[0]
        .history
        .to_report()
        .title(format!("Iris, {}", network.name))
        .settings([
            ("hidden layers", format!("{:?}", network.hidden)),
            ("optimizer", "AdamW".into()),
            ("learning rate", format!("{}, falling linearly to 0", network.learning_rate)),
            ("weight decay", WEIGHT_DECAY.to_string()),
            ("batch", BATCH.to_string()),
        ])
        .note(format!(
            "The curves are those of the first of {FOLDS} folds; the confusion matrix is that of all of them. Mean accuracy over {} shuffles: {:.4}.",
            shuffles.len(),
            table::mean(shuffles)
        ))
        .confusion(matrix(network, shuffle));
    page.save(format!("{FOLDER}/{}.html", network.name.replace(' ', "-")))?;
    Ok(())
}
