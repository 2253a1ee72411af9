//! What was found by such calls, one by one.

use backprop_layers::{Identity, Linear};
use backprop_tensor::{Rng, Tensor};
use backprop_train::predict;

/// More samples than batches could be made of, which take no memory as they have no features.
#[test]
fn samples_without_features_are_no_endless_batches() {
    let inputs = Tensor::<f32>::zeros([1 << 47, 0]).unwrap();
    assert_eq!(predict(&Identity, &inputs).unwrap().shape(), inputs.shape());
    let model = Linear::new(0, 2, &mut Rng::seed(0));
    assert!(predict(&model, &inputs).is_err());
}
