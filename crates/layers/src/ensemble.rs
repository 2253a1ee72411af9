//! Several models as one.

use backprop_autodiff::{Var, ops::Stack};
use backprop_derive::{Cast, Module};
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// Several models that vote: the mean of what each of `M` members says.
///
/// [`new`](Self::new) averages the probabilities of classifiers, and gives logits for them, so that an ensemble is a classifier as its members are:
/// losses, metrics and predictions take its outputs for what they are. For logits `z_i` of shape `[n, classes, ...]` they are
/// `log (Σ softmax(z_i) / M)`; for one logit, `[n]` or `[n, 1]`, that of the mean of `sigmoid(z_i)`. [`of_outputs`](Self::of_outputs) averages the
/// outputs as they are, as is right for regression.
///
/// Members that were trained alone err in different places, so that the mean has less variance than each has; a bias that all share stays. No
/// cross entropy of the mean is above the mean of theirs. (Hansen, Salamon, "Neural network ensembles", 1990.)
///
/// ```
/// use backprop_autodiff::Tape;
/// use backprop_layers::{Ensemble, Layer, Linear};
/// use backprop_tensor::{Rng, Tensor};
///
/// let members: Vec<_> = (0..5).map(|seed| Linear::new(4, 3, &mut Rng::seed(seed))).collect();
/// // ... each trained by itself ...
/// let ensemble = Ensemble::new(members);
/// let logits = ensemble.forward(&Tape::inference().input(Tensor::ones([2, 4])?));
/// let probabilities = logits.exp().into_value()?;
/// assert!((probabilities.sum(..)?.item()? - 2.0).abs() < 1e-5);
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Module, Cast)]
pub struct Ensemble<M> {
    /// The models.
    pub members: Vec<M>,
    /// Whether outputs are averaged as they are, and not as logits of probabilities.
    of_outputs: bool,
}

impl<M> Ensemble<M> {
    /// Classifiers, whose probabilities are averaged. Without any, the first use is an error.
    pub fn new(members: Vec<M>) -> Self {
        Self {
            members,
            of_outputs: false,
        }
    }

    /// Models whose outputs are averaged.
    pub fn of_outputs(members: Vec<M>) -> Self {
        Self {
            members,
            of_outputs: true,
        }
    }
}

impl<T: Float, M: Layer<T>> Layer<T> for Ensemble<M> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let outputs: Vec<Var<T>> = self.members.iter().map(|member| member.forward(x)).collect();
        let stacked = |f: &dyn Fn(&Var<T>) -> Var<T>| {
            let outputs: Vec<Var<T>> = outputs.iter().map(f).collect();
            x.tape()
                .apply(Stack { axis: 0 }, &outputs.iter().collect::<Vec<_>>())
        };
        match outputs.first().map_or(&[][..], |first| first.shape().dims()) {
            _ if self.of_outputs => stacked(&Var::clone).mean(0),
            // The logarithms of the mean probabilities of yes and of no; what both are divided by goes away.
            [] | [_] | [_, 1] => {
                let yes = stacked(&Var::log_sigmoid).logsumexp(0);
                let no = stacked(&|z| (-z).log_sigmoid()).logsumexp(0);
                yes - no
            }
            _ => {
                let sum = stacked(&|z| z.log_softmax(1)).logsumexp(0);
                sum - T::from_f64((outputs.len() as f64).ln())
            }
        }
    }
}
