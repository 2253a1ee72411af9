//! Loss functions: what a mistake costs.

use backprop::plot::{Chart, Figure, Line};

use super::{Result, save};

/// Draws those of regression, against the distance from the target, and those of classification, against the score of class 1.
pub(crate) fn draw() -> Result<()> {
    let regression = Chart::new()
        .title("Regression")
        .x_label("prediction − target, d")
        .y_label("loss")
        .add(curve("absolute, |d|", (-2.0, 2.0), f64::abs))
        .add(curve("squared, d²", (-2.0, 2.0), |d| d * d).dashed());
    // A score z is right for class 1 if it is positive.
    let classification = Chart::new()
        .title("Classification, true class 1")
        .x_label("score of class 1, z")
        .y_label("loss")
        .add(curve("0-1, [z < 0]", (-3.0, 3.0), |z| {
            f64::from(u8::from(z < 0.0))
        }))
        .add(
            curve("logistic, log(1 + exp(−z))", (-3.0, 3.0), |z| {
                (-z).exp().ln_1p()
            })
            .dashed(),
        );
    // Up to where a loss of 6 is: at 0 it has no end.
    let least = (-6.0_f64).exp();
    let cross_entropy = Chart::new()
        .title("Cross-entropy: the surer of the wrong class, the dearer")
        .x_label("probability given to class 1, p")
        .y_label("loss")
        .add(curve("y = 1, −log p", (least, 1.0), |p| -p.ln()))
        .add(curve("y = 0, −log(1 − p)", (0.0, 1.0 - least), |p| -(1.0 - p).ln()).dashed());
    let figure = Figure::new()
        .title("Loss functions")
        .row([regression, classification])
        .below(cross_entropy.size(800.0, 360.0));
    save(&figure, "losses")
}

/// A function, at 601 places.
fn curve(name: &str, (low, high): (f64, f64), f: impl Fn(f64) -> f64) -> Line {
    let x: Vec<f64> = (0..=600)
        .map(|step| low + (high - low) * f64::from(step) / 600.0)
        .collect();
    let y: Vec<f64> = x.iter().map(|&x| f(x)).collect();
    Line::new(x, y).name(name)
}
