//! The lab's questions, answered by what was measured: which sentence is printed, the numbers decide.

use super::lab::Outcome;
use super::network::Activation;

/// Answers all four, from the table, from runs of one epoch at larger learning rates, and the numbers of training and test images.
pub(crate) fn print(outcomes: &[Outcome], fast: &[(f32, Outcome)], (train, test): (usize, usize)) {
    let sound: Vec<Outcome> = outcomes
        .iter()
        .filter(|one| one.broken.is_none())
        .cloned()
        .collect();
    let measured = Measured {
        outcomes: &sound,
        train,
        test,
    };
    println!("\nOf {test} test images; a difference of up to two standard errors counts as chance.");
    let broken = outcomes.len() - sound.len();
    if broken > 0 {
        println!(
            "{broken} networks broke, with a loss that was infinite or no number: the answers leave them out."
        );
    }
    println!("Does the activation between layers matter?");
    measured.activation();
    println!("Do we need two layers, or three?");
    measured.layers();
    println!("What went wrong?");
    measured.gradients();
    measured.gap();
    fast_runs(fast);
    println!("How do the weights behave?");
    measured.weights();
    println!();
}

const SAME: &str = "no different from";

struct Measured<'a> {
    outcomes: &'a [Outcome],
    /// The numbers of images.
    train: usize,
    test: usize,
}

impl Measured<'_> {
    fn with(&self, layers: usize) -> impl Iterator<Item = &Outcome> {
        self.outcomes
            .iter()
            .filter(move |outcome| outcome.layers == layers)
    }

    /// The one with the largest of these numbers; NaN counts as the least.
    fn most<'b>(
        outcomes: impl Iterator<Item = &'b Outcome>,
        of: impl Fn(&Outcome) -> f64,
    ) -> Option<&'b Outcome> {
        let rank = |outcome: &Outcome| {
            Some(of(outcome))
                .filter(|value| !value.is_nan())
                .unwrap_or(f64::NEG_INFINITY)
        };
        outcomes.max_by(|a, b| rank(a).total_cmp(&rank(b)))
    }

    /// Two standard errors of the difference of two shares of the test images.
    fn noise(&self, p: f64, q: f64) -> f64 {
        two_errors((p, self.test), (q, self.test))
    }

    /// `better than`, `worse than` or `no different from`, as far as so many test images can tell.
    fn compared(&self, p: f64, q: f64) -> &'static str {
        match p - q {
            difference if difference > self.noise(p, q) => "better than",
            difference if difference < -self.noise(p, q) => "worse than",
            _ => SAME,
        }
    }

    fn activation(&self) {
        for layers in [2, 3] {
            let best = Self::most(self.with(layers), |outcome| outcome.test);
            let worst = Self::most(self.with(layers), |outcome| -outcome.test);
            let (Some(best), Some(worst)) = (best, worst) else {
                continue;
            };
            // Of one network alone there is nothing to say.
            if std::ptr::eq(best, worst) {
                continue;
            }
            let (difference, noise) = (best.test - worst.test, self.noise(best.test, worst.test));
            println!(
                "  {}: {} has {}, {} {}, {:.2} points apart (by chance: {:.2}).",
                if difference > noise { "Yes" } else { "No" },
                best.name(),
                percent(best.test),
                worst.name(),
                percent(worst.test),
                100.0 * difference,
                100.0 * noise
            );
            let none = self
                .with(layers)
                .find(|outcome| outcome.activation == Activation::None);
            let (Some(none), Some(single)) = (none, self.with(1).next()) else {
                continue;
            };
            let compared = self.compared(none.test, single.test);
            let why = match compared {
                SAME => "as a product of matrices is a matrix",
                _ => "though a product of matrices is a matrix: it is trained differently",
            };
            println!(
                "  Without one, {layers} layers ({}) are {compared} a single one ({}), {why}.",
                percent(none.test),
                percent(single.test)
            );
        }
    }

    fn layers(&self) {
        let best = [1, 2, 3].map(|layers| Self::most(self.with(layers), |outcome| outcome.test));
        for pair in best.windows(2) {
            let [Some(fewer), Some(more)] = pair else { return };
            println!(
                "  {} ({}) is {} {} ({}).",
                more.name(),
                percent(more.test),
                self.compared(more.test, fewer.test),
                fewer.name(),
                percent(fewer.test)
            );
        }
    }

    /// Where gradients get lost on the way back, and whether that is where training starts slowest.
    fn gradients(&self) {
        let deep = || self.outcomes.iter().filter(|outcome| outcome.layers > 1);
        let faintest = Self::most(deep(), |outcome| -outcome.first_to_last);
        let slowest = Self::most(deep(), |outcome| outcome.losses[0]);
        let (Some(faintest), Some(slowest)) = (faintest, slowest) else {
            return;
        };
        println!(
            "  The first gradients are faintest at the beginning of {}: {:.3} times those at the end.",
            faintest.name(),
            faintest.first_to_last
        );
        let slow = format!("{:.3} on average in its first epoch", slowest.losses[0]);
        if std::ptr::eq(faintest, slowest) {
            println!("  It also starts slowest, with a loss of {slow}.");
        } else {
            println!("  But {} starts slowest, with a loss of {slow}.", slowest.name());
        }
    }

    fn gap(&self) {
        let Some(widest) = Self::most(self.outcomes.iter(), |outcome| outcome.train - outcome.test) else {
            return;
        };
        let chance = two_errors((widest.train, self.train), (widest.test, self.test));
        let verdict = if widest.train - widest.test > chance {
            "It overfits"
        } else {
            "It does not overfit"
        };
        println!(
            "  The gap is widest in {}: {} of the training images, {} of the test images. {verdict}.",
            widest.name(),
            percent(widest.train),
            percent(widest.test)
        );
    }

    fn weights(&self) {
        let growth = |outcome: &Outcome| outcome.weights[outcome.weights.len() - 1] / outcome.weights[0];
        let last = |outcome: &Outcome| {
            outcome.weights[outcome.weights.len() - 1] / outcome.weights[outcome.weights.len() - 2]
        };
        let count = |grew: &dyn Fn(&Outcome) -> f64| {
            self.outcomes
                .iter()
                .filter(|outcome| grew(outcome) > 1.01)
                .count()
        };
        let most = Self::most(self.outcomes.iter(), growth);
        let Some(most) = most else { return };
        println!(
            "  The largest grew in {} of {} networks, in {} still in the last epoch by more than 1 %.",
            count(&growth),
            self.outcomes.len(),
            count(&last)
        );
        println!(
            "  It grew most in {}: from {:.2} to {:.2}.",
            most.name(),
            most.weights[0],
            most.weights[most.weights.len() - 1]
        );
    }
}

/// Two standard errors of the difference of a share p of n images and a share q of m: `2 √(p(1−p)/n + q(1−q)/m)`.
fn two_errors((p, n): (f64, usize), (q, m): (f64, usize)) -> f64 {
    2.0 * (p * (1.0 - p) / n as f64 + q * (1.0 - q) / m as f64).sqrt()
}

/// What longer steps do.
fn fast_runs(fast: &[(f32, Outcome)]) {
    for (learning_rate, outcome) in fast {
        let what = match outcome.broken {
            Some((step, loss)) if loss.is_infinite() => {
                format!("a probability is rounded to 0 in step {step}, whose loss is infinite")
            }
            Some((step, _)) => format!("the loss is no number from step {step} on"),
            None => percent(outcome.test),
        };
        println!(
            "  One epoch at learning rate {learning_rate}, {}: {what}.",
            outcome.name()
        );
    }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}
