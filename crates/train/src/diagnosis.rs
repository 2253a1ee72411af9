//! What the curves of a training say.

use std::fmt;

use crate::running_median::running_median;
use crate::{Ended, History};

/// What the losses of a training say about the model, and what to try.
///
/// # The rule
///
/// With the losses `t` on the training and `v` on the validation data, epoch by epoch, each smoothed by a running median over a twentieth of the
/// epochs to both sides; their noise `σ`, estimated from the median of the second differences of what they were before; the reference `B`, which
/// is the [baseline](History::baseline) where it is known and not 0, and otherwise the larger loss of the first epoch; and the best epoch `b`, that of the
/// smallest `v` (of `t` without validation data). From the first to the last:
///
/// 1. **Diverged** if the last training loss is not finite; if it is more than twice a known baseline and not falling any more (by 10 % as in
///    4.), though it has moved; or if it is larger than the smallest one by 10 %, by `3 σ`, and by more than half of what the loss had fallen
///    by until then. (A loss has moved if its largest and smallest values are a thousandth apart.)
/// 2. **Overfitting** if, of four epochs or more, the validation loss has risen since: its mean over the second half of the epochs after `b` is
///    above `v_b` by more than 10 % of `v_b`, 0.5 % of `B - v_b` and `3 σ`, and that of the training loss is not above `t_b`, and `t_last` is below
///    a known baseline. Since epoch `b + 1`.
/// 3. **Overfitting** too if the validation loss has not risen, but stays behind: the gap `v_last - t_last` is more than a quarter of `B`,
///    more than half of it has come while training, and `t_last` is below `B`. Since the first epoch from which on the gap was always above the
///    middle between its smallest and its last value.
/// 4. **Underfitting** if training ended too soon, while the loss was falling: the smallest loss of the last fifth of five epochs or more
///    (the second smallest, if these are four epochs or more) is below that of the others by more than 7 % of `B - v_b`, and by `3 σ`; or if
///    much of the loss is left: the smaller of `t_last` and `v_last` is above `B / 2` with a known baseline (for a mean squared error: R² below 0.5), above `3 B / 4` without. But not if the model could learn
///    more, and what it learns holds for the training data alone: if `v_b` is below `0.95 B`, and of the five epochs or more since `b` the
///    second half has a mean of `t` below that of the first by more than 5 % of `B - v_b`, and by `4 σ`.
/// 5. **Good fit** otherwise; without validation data nobody knows.
///
/// A loss does not tell what a model is too small to learn from noise that nobody could learn: where the model is good and the data very noisy,
/// this is called underfitting too. The reason says so, and the first advice tells the two apart. A model that has learned the half of what there
/// is may pass as a good fit; if more than a fifth of a known baseline is left, the advice is to try a larger one. For losses that may be
/// negative and have no baseline, `B` and what depends on it says little.
///
/// ```
/// use backprop_train::{History, Verdict};
///
/// let train = [1.0, 0.6, 0.4, 0.3, 0.2, 0.15, 0.1, 0.08];
/// let validation = [1.0, 0.7, 0.55, 0.5, 0.55, 0.6, 0.7, 0.8];
/// let diagnosis = History::of_losses(&train, &validation).diagnosis();
/// assert_eq!(diagnosis.verdict, Verdict::Overfitting { since: 5 });
/// assert_eq!(diagnosis.best_epoch, Some(4));
/// println!("{diagnosis}");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// In a word.
    pub verdict: Verdict,
    /// The epoch, from 1, with the smallest loss on the validation data, or where there are none on the training data.
    pub best_epoch: Option<usize>,
    /// The loss in that epoch.
    pub best_loss: Option<f64>,
    /// How much larger the last validation loss is than the last training loss.
    pub gap: Option<f64>,
    /// The epoch, from 1, since which the gap has always been above the middle between its smallest and its last value, if it grew.
    pub gap_grows_since: Option<usize>,
    /// Why, in words.
    pub reason: String,
    /// What to try.
    pub advice: Vec<&'static str>,
}

/// How well a model fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// It has learned less than there is to learn.
    Underfitting,
    /// It has learned, and what it has learned holds for other data.
    GoodFit,
    /// It has learned the training data by heart.
    Overfitting {
        /// The epoch, from 1, from which on it did.
        since: usize,
    },
    /// The loss grew or is no number any more.
    Diverged,
    /// It learns, but without validation data (or epochs) nobody knows what.
    Unknown,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Underfitting => f.write_str("underfitting"),
            Self::GoodFit => f.write_str("good fit"),
            Self::Overfitting { since } => write!(f, "overfitting since epoch {since}"),
            Self::Diverged => f.write_str("diverged"),
            Self::Unknown => f.write_str("unknown fit"),
        }
    }
}

/// `overfitting since epoch 5: ...; best epoch 4 (loss 0.5000), gap 0.7200. Try: ...`
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.verdict, self.reason)?;
        if let (Some(epoch), Some(loss)) = (self.best_epoch, self.best_loss) {
            write!(f, "; best epoch {epoch} (loss {loss:.4})")?;
        }
        if let Some(gap) = self.gap {
            write!(f, ", gap {gap:.4}")?;
        }
        if !self.advice.is_empty() {
            write!(f, ". Try: {}", self.advice.join("; "))?;
        }
        Ok(())
    }
}

const FALLING_STILL: &str = "more epochs, for the loss was falling still";
const MORE_TRAINING: &[&str] = &["more epochs", "a higher learning rate"];
const MORE_MOTION: &[&str] = &[
    "a higher learning rate",
    "a look at which parameters are trainable",
    "activations that are not saturated",
];
const MORE_CAPACITY: &[&str] = &[
    "a larger model: if its validation loss is no smaller, the rest is noise",
    "scaled inputs and better features",
    "another learning rate",
    "less regularization",
];
const EARLY_STOPPING: &str = "early stopping, with the best weights brought back";
const LESS_VARIANCE: &[&str] = &[
    EARLY_STOPPING,
    "more data or augmentation",
    "weight decay or dropout",
    "a smaller model",
];
const SMALLER_STEPS: &[&str] = &[
    "a lower learning rate",
    "clipped gradients",
    "scaled inputs",
    "a look at the data and the loss",
];

/// The smoothed losses of a history.
struct Curves {
    train: Curve,
    validation: Curve,
    reference: f64,
    /// Whether the reference is what takes no learning, and not the loss of the first epoch, which has been learned on already.
    is_known: bool,
}

/// The losses of one kind.
struct Curve {
    smooth: Vec<f64>,
    noise: f64,
}

impl Curve {
    fn new(losses: &[f64]) -> Self {
        Self {
            smooth: smooth(losses),
            noise: noise(losses),
        }
    }

    fn is_empty(&self) -> bool {
        self.smooth.is_empty()
    }

    fn last(&self) -> Option<f64> {
        self.smooth.last().copied()
    }

    /// The mean over the second half of what comes after a place; the last value if that is nothing.
    fn late(&self, after: usize) -> f64 {
        let start = (after + self.smooth.len())
            .div_ceil(2)
            .min(self.smooth.len().saturating_sub(1));
        mean(&self.smooth[start..])
    }
}

impl Diagnosis {
    pub(crate) fn of(history: &History) -> Self {
        let curves = Curves::new(history);
        let best = history.best();
        let (verdict, reason, mut advice) = curves.judge();
        if history.ended == Ended::Callback("EarlyStopping".into()) {
            advice.retain(|&advice| advice != EARLY_STOPPING);
        }
        Self {
            verdict,
            best_epoch: best.map(|epoch| epoch.epoch),
            best_loss: best.map(|epoch| epoch.judged().loss),
            gap: history.gaps().last().copied().flatten(),
            gap_grows_since: curves.gap_grows_since(),
            reason,
            advice,
        }
    }
}

type Judgment = (Verdict, String, Vec<&'static str>);

impl Curves {
    fn new(history: &History) -> Self {
        let train: Vec<f64> = history.epochs.iter().map(|epoch| epoch.train.loss).collect();
        let validation: Vec<f64> = history
            .epochs
            .iter()
            .map_while(|epoch| Some(epoch.validation.as_ref()?.loss))
            .collect();
        // Half a curve could not be compared with a whole one.
        let validation = if validation.len() == train.len() {
            validation
        } else {
            Vec::new()
        };
        let first = [&train, &validation]
            .into_iter()
            .filter_map(|curve| curve.first());
        // Where all targets are the same, a constant would do: 0 is nothing to compare with.
        let baseline = history.baseline.filter(|&baseline| baseline > 0.0);
        let reference = baseline.unwrap_or_else(|| first.copied().fold(f64::NAN, f64::max));
        Self {
            train: Curve::new(&train),
            validation: Curve::new(&validation),
            reference,
            is_known: baseline.is_some(),
        }
    }

    fn judge(&self) -> Judgment {
        let Some(last) = self.train.last() else {
            return (Verdict::Unknown, "there was no epoch".into(), Vec::new());
        };
        self.diverged(last)
            .or_else(|| self.overfitting(last))
            .or_else(|| self.underfitting(last))
            .unwrap_or_else(|| match self.validation.last() {
                None => {
                    let reason =
                        format!("the training loss fell to {last:.4}, but there are no validation data");
                    (Verdict::Unknown, reason, vec!["validation data"])
                }
                Some(validation) => self.good_fit(last, validation),
            })
    }

    fn good_fit(&self, last: f64, validation: f64) -> Judgment {
        let mut advice = Vec::new();
        if self.is_falling(&self.validation, 0.01) {
            advice.push(FALLING_STILL);
        }
        if self.is_known && last.min(validation) > 0.2 * self.reference && !self.learns_by_heart() {
            advice.push("a larger model, to see whether the rest is noise");
        }
        let reason = format!("training loss {last:.4}, validation loss {validation:.4}");
        (Verdict::GoodFit, reason, advice)
    }

    fn diverged(&self, last: f64) -> Option<Judgment> {
        if !last.is_finite() {
            let reason = "the training loss is no finite number any more".into();
            return Some((Verdict::Diverged, reason, SMALLER_STEPS.to_vec()));
        }
        if self.is_known
            && last > 2.0 * self.reference
            && self.has_moved()
            && !self.is_falling(&self.train, 0.1)
        {
            let reason = format!(
                "the training loss stays at {last:.4}, above {:.4}, which takes no learning",
                self.reference
            );
            return Some((Verdict::Diverged, reason, SMALLER_STEPS.to_vec()));
        }
        let (place, least) = smallest(&self.train.smooth)?;
        let first = self.reference.max(self.train.smooth[0]);
        let rise = last - least;
        if rise > 0.1 * least.abs() && rise > 0.5 * (first - least) && rise > 3.0 * self.train.noise {
            let reason = format!(
                "the training loss rose from {least:.4} in epoch {} to {last:.4}",
                place + 1
            );
            return Some((Verdict::Diverged, reason, SMALLER_STEPS.to_vec()));
        }
        None
    }

    fn overfitting(&self, last: f64) -> Option<Judgment> {
        let validation = self.validation.last()?;
        let (best, least) = smallest(&self.validation.smooth)?;
        let (rise, first) = (self.validation.late(best) - least, self.reference);
        let risen = self.validation.smooth.len() >= 4
            && rise > 0.1 * least.abs()
            && (rise > 0.005 * (first - least) || first.is_nan())
            && rise > 3.0 * self.validation.noise;
        let at_best = self.train.smooth[best];
        let learned = !self.is_known || last < first;
        if (risen || validation.is_nan()) && self.train.late(best) <= at_best && learned {
            let reason = format!(
                "the validation loss rose from {least:.4} to {validation:.4}, while the training loss fell from {at_best:.4} to {last:.4}"
            );
            return Some((
                Verdict::Overfitting { since: best + 2 },
                reason,
                LESS_VARIANCE.to_vec(),
            ));
        }
        let gap = validation - last;
        let smallest_gap = self.gaps().fold(f64::INFINITY, f64::min);
        if gap > 0.25 * first && gap - smallest_gap > 0.5 * gap && last < first {
            let since = self.gap_grows_since()?;
            let reason = format!(
                "the training loss fell to {last:.4}, but the validation loss stayed behind at {validation:.4}"
            );
            return Some((Verdict::Overfitting { since }, reason, LESS_VARIANCE.to_vec()));
        }
        None
    }

    fn underfitting(&self, last: f64) -> Option<Judgment> {
        let curve = if self.validation.is_empty() {
            &self.train
        } else {
            &self.validation
        };
        if self.is_falling(curve, 0.07) {
            let reason = "the loss was still falling when training ended".into();
            return Some((Verdict::Underfitting, reason, MORE_TRAINING.to_vec()));
        }
        // Dropout and augmentation make the training loss larger than that of the model in use.
        let left = self
            .validation
            .last()
            .map_or(last, |validation| last.min(validation));
        let little = if self.is_known { 0.5 } else { 0.75 };
        if left > little * self.reference && self.reference > 0.0 && !self.learns_by_heart() {
            let (share, of) = (left / self.reference, self.reference);
            let what = if self.is_known {
                "takes no learning"
            } else {
                "was that of the first epoch"
            };
            let reason = if !self.has_moved() {
                let reason = format!("the training loss has not moved from {last:.4}");
                return Some((Verdict::Underfitting, reason, MORE_MOTION.to_vec()));
            } else if share > 0.95 {
                let better = if share < 1.0 { "hardly" } else { "no" };
                format!("the loss {left:.4} is {better} better than {of:.4}, which {what}")
            } else {
                let percent = 100.0 * share;
                format!(
                    "the loss ends at {left:.4}, {percent:.0} % of {of:.4}, which {what}: the model is too small or held back, \
                     or the rest is noise that nobody could learn"
                )
            };
            let mut advice = MORE_CAPACITY.to_vec();
            if self.is_falling(curve, 0.01) {
                advice.push(FALLING_STILL);
            }
            return Some((Verdict::Underfitting, reason, advice));
        }
        None
    }

    /// Whether training did anything to its loss.
    fn has_moved(&self) -> bool {
        let (least, most) = self
            .train
            .smooth
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), &loss| {
                (loss.min(least), loss.max(most))
            });
        self.train.smooth.len() < 2 || most - least > 1e-3 * most.abs()
    }

    /// Whether the training loss has gone on falling after the best epoch, which is no matter of capacity then.
    fn learns_by_heart(&self) -> bool {
        let Some((best, least)) = smallest(&self.validation.smooth) else {
            return false;
        };
        // Means, for a single loss may owe a lot to chance.
        let after = &self.train.smooth[best..];
        let (early, late) = after.split_at(after.len() / 2);
        let fall = mean(early) - mean(late);
        after.len() >= 5
            && least < 0.95 * self.reference
            && fall > 0.05 * (self.reference - least)
            && fall > 4.0 * self.train.noise
    }

    /// Whether a curve was falling when training ended, by more than a share of all it has fallen by.
    fn is_falling(&self, curve: &Curve, share: f64) -> bool {
        let losses = &curve.smooth;
        if losses.len() < 5 {
            return false;
        }
        let (earlier, late) = losses.split_at(losses.len() - losses.len() / 5);
        // The last loss of all has no neighbors to be smoothed with: of several, one alone proves nothing.
        let late = match smallest(late) {
            Some((place, _)) if late.len() >= 4 => smallest(&[&late[..place], &late[place + 1..]].concat()),
            least => least,
        };
        let (Some((_, before)), Some((_, least))) = (smallest(earlier), late) else {
            return false;
        };
        let (fall, all) = (before - least, self.reference.max(losses[0]) - least);
        fall > share * all && fall > 3.0 * curve.noise
    }

    fn gaps(&self) -> impl Iterator<Item = f64> {
        self.validation
            .smooth
            .iter()
            .zip(&self.train.smooth)
            .map(|(v, t)| v - t)
    }

    /// The first epoch, from 1, from which on the gap was above the middle between its smallest and its last value.
    fn gap_grows_since(&self) -> Option<usize> {
        let gaps: Vec<f64> = self.gaps().collect();
        let (last, (place, least)) = (*gaps.last()?, smallest(&gaps)?);
        if place + 1 == gaps.len() || last <= least {
            return None;
        }
        let middle = (least + last) / 2.0;
        let below = gaps.iter().rposition(|&gap| gap <= middle)?;
        Some(below + 2)
    }
}

/// The running median over a twentieth of the values to both sides.
fn smooth(values: &[f64]) -> Vec<f64> {
    running_median(values, values.len() / 20)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The first of the smallest values and its place.
fn smallest(values: &[f64]) -> Option<(usize, f64)> {
    let numbers = values
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, value)| !value.is_nan());
    numbers.min_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// The standard deviation of the noise on a curve that bends little: the median of the second differences of normal noise is 1.65 times that.
fn noise(values: &[f64]) -> f64 {
    let second = |three: &[f64]| (three[2] - 2.0 * three[1] + three[0]).abs();
    let mut differences: Vec<f64> = values.windows(3).map(second).collect();
    differences.sort_by(f64::total_cmp);
    differences
        .get(differences.len() / 2)
        .map_or(0.0, |median| median / 1.65)
}
