//! What became of it, as a table and as a picture.

use backprop::plot::{Chart, Figure, Marker, Points, Rule, Segments};

use super::measure::{Outcome, Score, Spread};

pub(crate) fn print(outcomes: &[Outcome]) {
    println!("{:28}  {:^29}   {:^26}", "", "cross entropy", "wrong, in %");
    println!(
        "{:28}  {:>6} {:>15} {:>6}   {:>5} {:>12} {:>7}  against nothing",
        "", "train", "test", "gap", "train", "test", "gap"
    );
    let Some(nothing) = outcomes.first() else { return };
    for outcome in outcomes {
        let loss = outcome.of(|score| score.test_loss);
        let error = outcome.of(|score| 100.0 * score.test_error);
        println!(
            "{:28}  {:>6.3} {:>7.3} ± {:.3} {:>6.3}   {:>5.1} {:>5.1} ± {:.1} {:>7.1}  {}",
            outcome.name,
            outcome.of(|score| score.train_loss).mean,
            loss.mean,
            loss.std,
            outcome.of(|score| score.test_loss - score.train_loss).mean,
            outcome.of(|score| 100.0 * score.train_error).mean,
            error.mean,
            error.std,
            outcome
                .of(|score| 100.0 * (score.test_error - score.train_error))
                .mean,
            verdict(outcome, nothing)
        );
    }
    println!(
        "\n± is the standard deviation over the seeds. Better and worse: with every seed, and on average by more than three standard errors.\n"
    );
    summary(outcomes, nothing);
}

/// In words: `loss better (-0.12), errors the same`.
fn verdict(outcome: &Outcome, nothing: &Outcome) -> String {
    if outcome.name == nothing.name {
        return String::new();
    }
    let word = |change: Spread| match (change.is_clear(), change.mean < 0.0) {
        (false, _) => "no clear change",
        (true, true) => "better",
        (true, false) => "worse",
    };
    let loss = outcome.change(nothing, |score| score.test_loss);
    let error = outcome.change(nothing, |score| 100.0 * score.test_error);
    format!(
        "loss {:+.3}: {}; errors {:+.1}: {}",
        loss.mean,
        word(loss),
        error.mean,
        word(error)
    )
}

/// Those that helped with the errors, those that did not, and the best.
fn summary(outcomes: &[Outcome], nothing: &Outcome) {
    let change = |outcome: &Outcome| outcome.change(nothing, |score| score.test_error);
    let names = |wanted: &dyn Fn(Spread) -> bool| -> String {
        let names: Vec<&str> = outcomes[1..]
            .iter()
            .filter(|outcome| wanted(change(outcome)))
            .map(|outcome| outcome.name)
            .collect();
        if names.is_empty() {
            "none".into()
        } else {
            names.join(", ")
        }
    };
    println!(
        "Fewer errors:    {}",
        names(&|change| change.is_clear() && change.mean < 0.0)
    );
    println!("No clear change: {}", names(&|change| !change.is_clear()));
    println!(
        "More errors:     {}\n",
        names(&|change| change.is_clear() && change.mean > 0.0)
    );
}

/// From the training to the test value of each remedy, loss and errors.
pub(crate) fn picture(outcomes: &[Outcome]) -> Figure {
    let loss = chart(outcomes, "cross entropy", |score| {
        (score.train_loss, score.test_loss)
    });
    let error = chart(outcomes, "wrong, in %", |score| {
        (100.0 * score.train_error, 100.0 * score.test_error)
    });
    Figure::new()
        .title("What each remedy does: from the training images to others")
        .row([loss, error])
        .size(1200.0, 560.0)
        .shared_legend()
}

fn chart(outcomes: &[Outcome], name: &str, value: fn(&Score) -> (f64, f64)) -> Chart {
    let rows: Vec<f64> = (0..outcomes.len()).map(|row| row as f64).collect();
    let means = |of: fn((f64, f64)) -> f64| -> Vec<f64> {
        outcomes
            .iter()
            .map(|outcome| outcome.of(|score| of(value(score))).mean)
            .collect()
    };
    let (train, test) = (means(|pair| pair.0), means(|pair| pair.1));
    // Below the means, where they can be seen.
    let each = outcomes.iter().zip(&rows).flat_map(|(outcome, row)| {
        let values = outcome.scores.iter().map(|score| value(score).1);
        values.map(move |value| (value, row + 0.25))
    });
    let (seeds, seed_rows): (Vec<f64>, Vec<f64>) = each.unzip();
    let without = test.first().copied().unwrap_or(0.0);
    Chart::new()
        .x_label(name)
        .y_categories(outcomes.iter().map(|outcome| outcome.name))
        .y_limits(outcomes.len() as f64 - 0.5, -0.5)
        .add(Rule::vertical(without).name("test, nothing done"))
        .add(Segments::new(&train, &rows, &test, &rows).name("gap"))
        .add(Points::new(&train, &rows).name("training").marker(Marker::Square))
        .add(
            Points::new(&test, &rows)
                .name("test, mean")
                .marker(Marker::Circle),
        )
        .add(Points::new(seeds, seed_rows).name("test, each seed").radius(2.5))
}
