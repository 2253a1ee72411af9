//! Reports of trainings.

#![cfg(feature = "train")]

use backprop_plot::{ConfusionMatrix, HistoryReport, Picture, worst_mistakes};
use backprop_tensor::Tensor;
use backprop_train::History;

fn overfitted() -> History {
    let train = [1.0, 0.6, 0.4, 0.3, 0.2, 0.15, 0.1, 0.08];
    let validation = [1.0, 0.7, 0.55, 0.5, 0.55, 0.6, 0.7, 0.8];
    History::of_losses(&train, &validation)
}

#[test]
fn a_report_has_all_parts_that_it_was_given() {
    let pictures = Tensor::<f32>::zeros([2, 4, 4]).unwrap();
    let probabilities = Tensor::from([[0.9_f32, 0.1], [0.2, 0.8]]);
    let page = overfitted()
        .to_report()
        .title("Cats & dogs")
        .settings([("seed", 7)])
        .note("A <note>.")
        .confusion(ConfusionMatrix::of(
            &backprop_train::ConfusionMatrix::new(2),
            ["cat", "dog"],
        ))
        .mistakes(worst_mistakes(
            &pictures,
            [1, 1],
            &probabilities,
            5,
            ["cat", "dog"],
        ))
        .to_html()
        .unwrap();
    let diagnosis = overfitted().diagnosis().to_string();
    for part in [
        "Cats &amp; dogs",
        "<td>seed</td>",
        "A &lt;note&gt;.",
        &diagnosis,
        "Confusion matrix",
        "cat, is dog (90 %)",
        "<td>best epoch</td><td>4</td>",
        "best epoch</text>",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<svg xmlns").count(), 3, "curves, matrix, mistakes");
}

#[test]
fn a_run_without_validation_or_without_epochs_has_a_report_too() {
    let page = History::of_losses(&[1.0, f64::NAN, 0.5], &[])
        .to_report()
        .to_html()
        .unwrap();
    assert!(!page.contains(">validation</text>"));
    let page = History::default().to_report().to_html().unwrap();
    assert!(page.contains("0.0 s"));
}

#[test]
fn there_is_a_chart_for_the_loss_and_one_for_each_metric() {
    let mut history = overfitted();
    for epoch in &mut history.epochs {
        epoch.train.metrics.push(("accuracy".into(), 0.9));
    }
    let svg = history.to_figure().to_svg().unwrap();
    assert!(svg.contains(">loss</text>") && svg.contains(">accuracy</text>"));
    assert_eq!(svg.matches(">training</text>").count(), 1, "one legend for both");
}
