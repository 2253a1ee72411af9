//! How to detect overfitting: both losses fall, and then that on the validation data rises.
//!
//! Three trainings, and what the trainer's diagnosis makes of their curves.

use backprop::plot::{Chart, Figure, Line, Rule};
use backprop::prelude::*;

use super::digits::{Digits, FEW, MANY, perceptron};
use super::{Error, Show};

pub(crate) fn run(show: &Show) -> Result<(), Error> {
    println!(
        "3. Three trainings of one hidden layer on handwritten digits, and what the trainer says about them\n"
    );
    let digits = Digits::load()?;
    let few = digits.few(FEW, 0)?;
    let many = digits.few(MANY, 0)?;
    let mut panels = Vec::new();
    for (name, hidden, data, epochs) in [
        ("1 neuron, 5000 images", 1, &many, 30),
        ("64 neurons, 5000 images", 64, &many, 6),
        ("256 neurons, 300 images", 256, &few, 60),
    ] {
        let mut model = perceptron(hidden, &mut Rng::seed(1));
        let history = Trainer::new(CrossEntropy, Adam::new(3e-3))
            .epochs(epochs)
            .metric(Accuracy)
            .progress(Progress::Silent)
            .fit(&mut model, data, &digits.validation)?;
        let diagnosis = history.diagnosis();
        println!("{name}\n    {diagnosis}\n");
        panels.push(panel(name, &history, &diagnosis));
    }
    show.picture(
        "verdicts",
        &Figure::new().row(panels).size(1200.0, 400.0).shared_legend(),
        22,
    )
}

fn panel(name: &str, history: &History, diagnosis: &Diagnosis) -> Chart {
    let epochs: Vec<f64> = history.epochs.iter().map(|epoch| epoch.epoch as f64).collect();
    let losses = |of: fn(&Epoch) -> f64| -> Vec<f64> { history.epochs.iter().map(of).collect() };
    let chart = Chart::new()
        .title(diagnosis.verdict.to_string())
        .x_label(format!("epoch ({name})"))
        .y_label("cross entropy")
        .add(Line::new(&epochs, losses(|epoch| epoch.train.loss)).name("training"))
        .add(Line::new(&epochs, losses(|epoch| epoch.judged().loss)).name("validation"));
    match diagnosis.best_epoch {
        Some(best) => chart.add(Rule::vertical(best as f64).name("best epoch")),
        None => chart,
    }
}
