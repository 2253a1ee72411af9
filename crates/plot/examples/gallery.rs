//! Every kind of picture, from made-up data, as SVG and PNG in `target/examples/gallery`.

#[macro_use]
#[path = "../../../examples/closed_output.rs"]
mod closed_output;

use std::error::Error;

use backprop_plot::{
    Animation, Band, Chart, Figure, GraphNode, Line, Marker, NodeKind, Picture, Report, Rule, bars,
    block_diagram, confusion_matrix, curves, decision_regions, function, graph_diagram, heatmap, histogram,
    histograms, horizontal_bars, images, level_map, network_diagram, network_with_weights, precision_recall,
    regression, reliability_diagram, residuals, ridges, roc, scatter_classes,
};
use backprop_tensor::{Rng, Tensor};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/examples/gallery");

fn main() -> Result {
    let mut rng = Rng::seed(7);
    save("curves", &run())?;
    save("bands", &bands())?;
    save("figure", &figure())?;
    save("scatter", &scatter(&mut rng))?;
    save("heatmap", &signed_heatmap()?)?;
    save("decision_regions", &regions(&mut rng)?)?;
    save("level_map", &levels(&mut rng)?)?;
    save("confusion_matrix", &confusions(&mut rng)?)?;
    save("confusion_matrix_names", &named_confusions())?;
    save("digits", &digits()?)?;
    save("weights", &weights()?)?;
    statistics(&mut rng)?;
    networks(&mut rng)?;
    animation()?;
    report(&mut rng)?;
    println!("pictures are in {FOLDER}");
    Ok(())
}

/// Saves a picture in both formats, and prints it.
fn save(name: &str, picture: &impl Picture) -> Result {
    picture.save(format!("{FOLDER}/{name}.svg"))?;
    picture.save(format!("{FOLDER}/{name}.png"))?;
    println!("{name}\n{}", picture.to_terminal_colored(90, 24)?);
    Ok(())
}

fn run() -> Chart {
    let loss = |start: f64, floor: f64, rise: f64| -> Vec<f64> {
        (1..=30)
            .map(|epoch| floor + start * (-0.2 * f64::from(epoch)).exp() + rise * f64::from(epoch))
            .collect()
    };
    curves([
        ("training", loss(2.0, 0.02, 0.0)),
        ("validation", loss(1.9, 0.1, 0.008)),
    ])
    .title("Loss of a network that overfits")
    .x_label("epoch")
    .y_label("cross-entropy")
    .note(16.0, 0.31, "best epoch: 16")
}

fn bands() -> Chart {
    let x: Vec<f64> = (1..=12).map(|n| 2_f64.powi(n) * 10.0).collect();
    let curve = |scale: f64| -> Vec<f64> { x.iter().map(|n| 0.02 + scale / n.sqrt()).collect() };
    Chart::new()
        .title("Error against the number of samples (10 seeds)")
        .x_label("training samples")
        .y_label("error")
        .log_x()
        .add(Line::new(&x, curve(1.0)).name("one layer").marker(Marker::Circle))
        .add(Band::new(&x, curve(0.8), curve(1.2)))
        .add(
            Line::new(&x, curve(0.6))
                .name("two layers")
                .marker(Marker::Square)
                .dashed(),
        )
        .add(Band::new(&x, curve(0.4), curve(0.8)))
        .add(Rule::horizontal(0.02).name("noise in the labels"))
}

fn figure() -> Figure {
    let sigmoid = function(-5.0, 5.0, |x| 1.0 / (1.0 + (-x).exp())).title("σ(x) = 1 / (1 + exp −x)");
    let relu = function(-5.0, 5.0, |x| x.max(0.0)).title("max(x, 0)");
    Figure::new()
        .title("Activations, and a run")
        .row([function(-5.0, 5.0, f64::tanh).title("tanh x"), sigmoid, relu])
        .below(run())
}

fn blobs(rng: &mut Rng, centers: &[(f64, f64)], each: usize) -> (Vec<[f32; 2]>, Vec<i64>) {
    let mut samples = Vec::new();
    let mut classes = Vec::new();
    for (class, (x, y)) in centers.iter().enumerate() {
        for _ in 0..each {
            samples.push([(x + rng.normal() * 0.7) as f32, (y + rng.normal() * 0.7) as f32]);
            classes.push(class as i64);
        }
    }
    (samples, classes)
}

const CENTERS: [(f64, f64); 4] = [(0.0, 0.0), (3.0, 0.5), (1.0, 3.0), (4.0, 3.5)];

fn scatter(rng: &mut Rng) -> Chart {
    let (samples, classes) = blobs(rng, &CENTERS, 40);
    let axis = |index: usize| -> Vec<f32> { samples.iter().map(|sample| sample[index]).collect() };
    scatter_classes(
        axis(0),
        axis(1),
        &classes,
        ["red fox", "gray wolf", "badger", "otter"],
    )
    .title("Four blobs")
    .x_label("weight (standardized)")
    .y_label("length (standardized)")
}

fn signed_heatmap() -> Result<Chart> {
    let value = |row: usize, column: usize| ((row as f32) * 0.7).sin() * ((column as f32) * 0.5).cos();
    let values: Vec<f32> = (0..12)
        .flat_map(|row| (0..20).map(move |column| value(row, column)))
        .collect();
    let matrix = Tensor::from_slice(&values, [12, 20])?;
    Ok(heatmap(&matrix)
        .title("Weights of a layer")
        .x_label("input")
        .y_label("neuron"))
}

fn regions(rng: &mut Rng) -> Result<Chart> {
    let (samples, classes) = blobs(rng, &CENTERS, 30);
    let inputs = Tensor::from_slice(samples.as_flattened(), [samples.len(), 2])?;
    let centers = CENTERS.map(|(x, y)| [x as f32, y as f32]);
    let nearest = |points: &Tensor| -> backprop_tensor::Result<Tensor> {
        let scores = points
            .to_vec()
            .chunks(2)
            .flat_map(|at| centers.map(|[x, y]| -(at[0] - x).powi(2) - (at[1] - y).powi(2)))
            .collect::<Vec<f32>>();
        Tensor::from_slice(&scores, [points.shape()[0], 4])
    };
    Ok(decision_regions(&inputs, &classes, nearest)?
        .title("The nearest of four centers")
        .x_label("x₁")
        .y_label("x₂"))
}

fn levels(rng: &mut Rng) -> Result<Chart> {
    let (samples, classes) = blobs(rng, &CENTERS[..2], 40);
    let probability = |points: &Tensor| -> backprop_tensor::Result<Tensor> {
        let score = |at: &[f32]| 1.0 / (1.0 + (-(1.6 * (at[0] - 1.5) + 0.9 * (at[1] * 1.5).sin())).exp());
        Ok(Tensor::from(
            points.to_vec().chunks(2).map(score).collect::<Vec<f32>>(),
        ))
    };
    let inputs = Tensor::from_slice(samples.as_flattened(), [samples.len(), 2])?;
    let chart = level_map(&inputs, &classes, 0.5, probability)?;
    Ok(chart
        .title("p(class 1), and where it is 1/2")
        .x_label("x₁")
        .y_label("x₂"))
}

fn confusions(rng: &mut Rng) -> Result<impl Picture> {
    let mut counts = vec![0_i64; 100];
    for sample in 0..10_000 {
        let class = sample % 10;
        let predicted = if rng.uniform() < 0.93 {
            class
        } else {
            rng.below(10)
        };
        counts[class * 10 + predicted] += 1;
    }
    let names = (0..10).map(|digit| digit.to_string());
    Ok(confusion_matrix(&Tensor::from_slice(&counts, [10, 10])?, names).title("MNIST, 10,000 digits"))
}

fn named_confusions() -> impl Picture {
    let counts = Tensor::from([[50_i64, 0, 0], [0, 47, 3], [0, 2, 48]]);
    confusion_matrix(&counts, ["setosa", "versicolor", "virginica"]).title("Iris, 5 folds")
}

fn rings(signed: bool) -> Result<Tensor> {
    let pixel = |image: usize, row: usize, column: usize| {
        let (x, y) = (column as f32 - 13.5, row as f32 - 13.5);
        let ring = (-((x * x + y * y).sqrt() - image as f32 - 2.0).powi(2) / 8.0).exp();
        if signed { ring * (x * 0.4).sin() } else { ring }
    };
    let pixels =
        (0..10).flat_map(|image| (0..28 * 28).map(move |index| pixel(image, index / 28, index % 28)));
    Ok(Tensor::from_slice(&pixels.collect::<Vec<f32>>(), [10, 28, 28])?)
}

fn digits() -> Result<impl Picture> {
    let titles = (0..10).map(|digit| format!("{digit}, not {}", (digit + 3) % 10));
    Ok(images(&rings(false)?, titles).title("Ten mistakes"))
}

fn weights() -> Result<impl Picture> {
    Ok(images(&rings(true)?, (0..10).map(|digit| digit.to_string())).title("Weights of ten perceptrons"))
}

/// What describes how well a model does.
fn statistics(rng: &mut Rng) -> Result {
    let labels: Vec<bool> = (0..400).map(|_| rng.uniform() < 0.3).collect();
    let mut scores = |strength: f64| -> Vec<f64> {
        labels
            .iter()
            .map(|&label| {
                1.0 / (1.0 + (-(strength * (f64::from(u8::from(label)) - 0.5) + rng.normal())).exp())
            })
            .collect()
    };
    let (weak, strong) = (scores(1.0), scores(3.0));
    save(
        "roc",
        &roc([
            ("one layer", &weak, &labels[..]),
            ("two layers", &strong, &labels[..]),
        ]),
    )?;
    save(
        "precision_recall",
        &precision_recall([
            ("one layer", &weak, &labels[..]),
            ("two layers", &strong, &labels[..]),
        ]),
    )?;
    let confidence: Vec<f64> = (0..1000).map(|_| 0.5 + 0.5 * rng.uniform().sqrt()).collect();
    let right: Vec<bool> = confidence
        .iter()
        .map(|confidence| rng.uniform() < confidence - 0.12)
        .collect();
    save("reliability", &reliability_diagram(&confidence, &right))?;
    let x: Vec<f64> = (0..40).map(|index| f64::from(index) / 10.0).collect();
    let truth: Vec<f64> = x.iter().map(|x| x.sin() + 0.2 * rng.normal()).collect();
    let model: Vec<f64> = x.iter().map(|x| 0.9 - 0.4 * x).collect();
    save("residuals", &residuals(&truth, &model))?;
    save(
        "regression",
        &regression(&x, &truth, &model)
            .title("One layer on a sine")
            .x_label("x")
            .y_label("y"),
    )?;
    let mut normal = |deviation: f64| -> Vec<f64> { (0..500).map(|_| deviation * rng.normal()).collect() };
    save(
        "histogram",
        &histogram(normal(1.0))
            .title("Weights of the first layer")
            .x_label("weight"),
    )?;
    let pair = [("before", normal(1.0)), ("after", normal(0.6))];
    save(
        "histograms",
        &histograms(pair)
            .title("Weights before and after")
            .x_label("weight"),
    )?;
    let epochs = (1..=10).map(|epoch| (format!("epoch {epoch}"), normal(0.2 * f64::from(epoch))));
    save(
        "ridges",
        &ridges(epochs)
            .title("Weights of the first layer")
            .x_label("weight"),
    )?;
    let remedies = [
        "none",
        "more data",
        "smaller model",
        "L2",
        "dropout",
        "early stopping",
    ];
    let training = ("training", [0.0, 0.02, 0.05, 0.04, 0.03, 0.04]);
    let validation = ("validation", [0.21, 0.09, 0.14, 0.11, 0.1, 0.12]);
    save(
        "bars",
        &bars(remedies, [training, validation])
            .title("What each remedy did")
            .y_label("error"),
    )?;
    let sideways = horizontal_bars(remedies, [training, validation]);
    save(
        "horizontal_bars",
        &sideways.title("What each remedy did").x_label("error"),
    )
}

fn networks(rng: &mut Rng) -> Result {
    let small = network_diagram([3, 4, 4, 2])
        .input_names(["x₁", "x₂", "x₃"])
        .output_names(["cat", "dog"]);
    save("network", &small.title("A small network"))?;
    let weights = [[8, 2], [8, 8], [1, 8]].map(|shape| Tensor::<f32>::normal(shape, 0.0, 1.0, rng));
    let [first, second, third] = weights;
    let (first, second, third) = (first?, second?, third?);
    let weighted = network_with_weights([&first, &second, &third]).title("Trained weights");
    save(
        "network_weights",
        &weighted.input_names(["x₁", "x₂"]).output_names(["y"]),
    )?;
    save(
        "network_large",
        &network_diagram([784, 128, 10]).title("A network for MNIST"),
    )?;
    let blocks = [
        ("image", "1 × 28 × 28"),
        ("Conv2d 3 × 3", "16 × 26 × 26"),
        ("ReLU", "16 × 26 × 26"),
        ("MaxPool2d 2 × 2", "16 × 13 × 13"),
        ("Flatten", "2704"),
        ("Linear", "128"),
        ("ReLU", "128"),
        ("Linear", "10"),
    ];
    save("blocks", &block_diagram(blocks).title("A convolutional network"))?;
    save("graph", &graph()?)
}

/// The loss of a small network, as a tape records it.
fn graph() -> Result<impl Picture> {
    let node = |name: &str, detail: &str, kind, inputs: &[usize]| GraphNode {
        name: name.into(),
        detail: detail.into(),
        kind,
        inputs: inputs.into(),
    };
    let (input, parameter, operation) = (NodeKind::Input, NodeKind::Parameter, NodeKind::Operation);
    Ok(graph_diagram([
        node("x", "[32, 784]", input, &[]),
        node("weight 1", "[128, 784]", parameter, &[]),
        node("bias 1", "[128]", parameter, &[]),
        node("Linear", "[32, 128]", operation, &[0, 1, 2]),
        node("Tanh", "[32, 128]", operation, &[3]),
        node("weight 2", "[10, 128]", parameter, &[]),
        node("bias 2", "[10]", parameter, &[]),
        node("Linear", "[32, 10]", operation, &[4, 5, 6]),
        node("CrossEntropy", "[]", operation, &[7]),
        node("Norm", "[]", operation, &[1]),
        node("Add", "[]", operation, &[8, 9]),
    ])
    .title("A loss with weight decay"))
}

/// A perceptron's line, step by step.
fn animation() -> Result {
    let mut frames = Animation::default()
        .title("A line that learns")
        .seconds_per_frame(0.2);
    for step in 0..20 {
        let turn = f64::from(step) * 0.08;
        let chart = scatter_classes(
            [0.2, 0.5, 1.5, 2.0],
            [1.6, 0.9, 0.4, 1.2],
            [0, 0, 1, 1],
            ["−1", "+1"],
        )
        .title(format!("update {step}"))
        .x_limits(0.0, 2.5)
        .y_limits(0.0, 2.0)
        .size(480.0, 400.0)
        .add(Rule::boundary(
            turn.sin(),
            -turn.cos(),
            0.9 * turn.cos() - turn.sin(),
        ));
        frames.push(chart);
    }
    frames.save(format!("{FOLDER}/animation.gif"))?;
    frames.save(format!("{FOLDER}/animation.html"))?;
    Ok(())
}

fn report(rng: &mut Rng) -> Result {
    let report = Report::new("A training of a network that overfits")
        .text("Loss on 800 samples, and on 200 others.")
        .heading("Settings")
        .table(
            ["setting", "value"],
            [
                ["layers", "2-10-2"],
                ["optimizer", "SGD"],
                ["learning rate", "0.01"],
            ],
        )
        .heading("Curves")
        .picture(&run(), "after each epoch")
        .heading("Confusion matrix")
        .picture(&confusions(rng)?, "10,000 digits");
    report.save(format!("{FOLDER}/report.html"))?;
    Ok(())
}
