//! Gradients that are limited.

use backprop_autodiff::{Param, Tape};
use backprop_optim::{clip_norm, clip_value, norm};
use backprop_tensor::Tensor;
use proptest::prelude::*;

proptest! {
    #[test]
    fn clipping_by_norm_keeps_the_direction(elements in proptest::collection::vec(-10.0_f32..10.0, 1..20), limit in 0.0_f64..20.0) {
        let params = [Param::new(Tensor::from(elements.clone())), Param::new(Tensor::from([3.0_f32]))];
        let tape = Tape::new();
        let loss = params.each_ref().map(|param| (tape.param(param).square() * 0.5).sum(..));
        let [a, b] = loss;
        let mut gradients = (a + b).backward().unwrap();
        let before = clip_norm(&mut gradients, limit).unwrap();
        let expected = elements.iter().map(|x| f64::from(x * x)).sum::<f64>() + 9.0;
        prop_assert!((before - expected.sqrt()).abs() <= 1e-5 * before);
        prop_assert!(norm(&gradients).unwrap() <= limit.min(before) * (1.0 + 1e-5));
        let factor = (limit / before).min(1.0) as f32;
        for (clipped, x) in gradients.get(&params[0]).unwrap().to_vec().iter().zip(&elements) {
            prop_assert!((clipped - x * factor).abs() <= 1e-5 * x.abs());
        }
    }

    #[test]
    fn clipping_by_value_is_a_clamp(elements in proptest::collection::vec(-10.0_f32..10.0, 1..20), limit in 0.0_f64..20.0) {
        let param = Param::new(Tensor::from(elements.clone()));
        let mut gradients = (Tape::new().param(&param).square() * 0.5).sum(..).backward().unwrap();
        clip_value(&mut gradients, limit).unwrap();
        let limit = limit as f32;
        let expected: Vec<f32> = elements.iter().map(|x| x.clamp(-limit, limit)).collect();
        prop_assert_eq!(gradients.get(&param).unwrap().to_vec(), expected);
    }
}

#[test]
fn limits_that_are_none_are_errors() {
    let param = Param::new(Tensor::from(1.0_f32));
    let mut gradients = Tape::new().param(&param).square().backward().unwrap();
    for limit in [-1.0, f64::NAN] {
        assert!(clip_norm(&mut gradients, limit).is_err() && clip_value(&mut gradients, limit).is_err());
    }
    assert_eq!(gradients.get(&param), Some(&Tensor::from(2.0)));
}
