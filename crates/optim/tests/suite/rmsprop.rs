//! What RMSprop keeps.

use backprop_autodiff::{Param, Tape};
use backprop_optim::{Optimizer, RmsProp};
use backprop_tensor::Tensor;

/// What is not needed is neither kept nor passed over; what another run kept is no hindrance.
#[test]
fn rmsprop_without_momentum_keeps_the_squares_alone() {
    let step = |optimizer: &mut RmsProp, w: &mut Param| {
        let gradients = Tape::training(0).param(w).square().sum(..).backward().unwrap();
        optimizer.step(w, &gradients).unwrap();
    };
    let kept = |optimizer: &RmsProp| optimizer.state().unwrap().0.values().next().unwrap().1.len();
    let start = Param::new(Tensor::from([1.0_f32, -2.0]));
    let (mut w, mut plain) = (start.clone(), RmsProp::new(0.1));
    step(&mut plain, &mut w);
    assert_eq!(kept(&plain), 1);
    let (mut v, mut other) = (start.clone(), RmsProp::new(0.1).momentum(0.9));
    step(&mut other, &mut v);
    assert_eq!((kept(&other), w.value()), (2, v.value()));
    // From here on, without the momentum of the first step.
    let (mut u, mut later) = (v.clone(), RmsProp::new(0.1));
    later.load_state(other.state().unwrap()).unwrap();
    step(&mut later, &mut u);
    step(&mut plain, &mut w);
    step(&mut other, &mut v);
    assert_eq!((kept(&later), u.value()), (2, w.value()));
    assert_ne!(u.value(), v.value());
}
