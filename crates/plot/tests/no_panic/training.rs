//! What is drawn of a training and of a tape.

use backprop_autodiff::Tape;
use backprop_plot::{ConfusionMatrix, HistoryReport, images, tape_diagram};
use backprop_testing::calls;
use backprop_testing::hostile::Call;
use backprop_train::History;

use super::{any, count, drawn, several, words};

pub(super) fn all() -> Vec<Call> {
    calls! {
        report |s| {
            let mut history = History::of_losses(&several(s), &several(s));
            history.epochs.iter_mut().for_each(|epoch| epoch.epoch = count(s));
            let counted = backprop_train::ConfusionMatrix::new(s.rng.below(4));
            let report = history.to_report().title(words(s)).settings([(words(s), any(s))]).note(words(s));
            let report = report.confusion(ConfusionMatrix::of(&counted, [words(s)])).mistakes(images(&s.tensor::<f64>(), [words(s)]));
            (report.to_page().to_html(), report.to_html(), drawn(&history.to_figure(), s))
        };
        confusion_matrix_of_many |s| {
            let counted = backprop_train::ConfusionMatrix::new(30_000);
            let error = drawn(&ConfusionMatrix::of(&counted, [""; 0]), s).unwrap_err().to_string();
            assert!(error.contains("30000 classes: at most 1000"), "{error}");
        };
        tape_diagram |s| {
            let tape = Tape::<f32>::training(0);
            let _ = (tape.input(s.tensor()) * any(s) as f32).sum(..);
            drawn(&tape_diagram(&tape), s)
        };
    }
}
