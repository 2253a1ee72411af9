//! The optimizers keep the laws of optimizers, and refuse what is out of range.

use std::sync::Once;

use backprop_optim::{Adagrad, Adam, AdamW, Group, Optimizer, RmsProp, Sgd};
use backprop_tensor::{Float, set_threads};
use backprop_testing::OptimizerCheck;

/// Two, even on a machine with one core.
static THREADS: Once = Once::new();

/// Optimizers of some settings keep the laws, and those of others are refused.
fn laws<T: Float, O: Optimizer<T> + Clone>(new: &[fn() -> O], refused: &[O]) {
    THREADS.call_once(|| set_threads(2).unwrap());
    for new in new {
        let check = OptimizerCheck::new(new);
        let check = { refused.iter() }.fold(check, |check, optimizer| check.refuses(|| optimizer.clone()));
        check.run().unwrap();
    }
}

/// A test of each in f32 and in f64: some settings, and those that it refuses.
macro_rules! laws {
    ($($name:ident: $($new:expr),+; $($refused:expr),*;)*) => { $(
        #[test]
        fn $name() {
            laws::<f32, _>(&[$(|| $new),+], &[$($refused),*]);
            laws::<f64, _>(&[$(|| $new),+], &[$($refused),*]);
        }
    )* };
}

fn biases(decay: f64) -> Group {
    Group::matching("0.1").weight_decay(decay)
}

laws! {
    sgd:
        Sgd::new(0.1).decoupled_weight_decay(0.1),
        Sgd::new(0.1).momentum(0.9).dampening(0.1).weight_decay(0.1).group(biases(0.0)),
        Sgd::new(0.1).momentum(0.9).nesterov(true);
        Sgd::new(0.1).momentum(1.0),
        Sgd::new(0.1).momentum(f64::NAN),
        Sgd::new(0.1).dampening(-0.1),
        Sgd::new(0.1).weight_decay(f64::INFINITY),
        Sgd::new(0.1).decoupled_weight_decay(-1.0),
        Sgd::new(0.1).nesterov(true),
        Sgd::new(0.1).momentum(0.9).dampening(0.1).nesterov(true),
        Sgd::new(0.1).group(biases(-0.1));
    adam:
        Adam::new(0.01),
        Adam::new(0.01).betas(0.5, 0.6).weight_decay(0.1).group(biases(0.0));
        Adam::new(0.1).betas(1.0, 0.9),
        Adam::new(0.1).betas(0.9, -0.1),
        Adam::new(0.1).epsilon(f64::NAN),
        Adam::new(0.1).group(Group::matching("*").learning_rate_factor(-1.0));
    adamw:
        AdamW::new(0.01).group(biases(0.0));
        AdamW::new(0.1).betas(0.9, 1.0),
        AdamW::new(0.1).weight_decay(-0.1),
        AdamW::new(0.1).epsilon(-1e-8);
    rmsprop:
        RmsProp::new(0.01).weight_decay(0.1),
        RmsProp::new(0.01).momentum(0.5),
        RmsProp::new(0.01).centered(true),
        RmsProp::new(0.01).momentum(0.5).centered(true).group(biases(0.1));
        RmsProp::new(0.1).alpha(1.0),
        RmsProp::new(0.1).momentum(-0.5),
        RmsProp::new(0.1).epsilon(f64::INFINITY);
    adagrad:
        Adagrad::new(0.1),
        Adagrad::new(0.1).learning_rate_decay(0.1).weight_decay(0.1).group(biases(0.0));
        Adagrad::new(0.1).learning_rate_decay(-0.1),
        Adagrad::new(0.1).epsilon(f64::NAN);
}
