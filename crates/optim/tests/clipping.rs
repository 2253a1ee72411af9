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

/// More of them than one thread takes, short and long: each counts once, and is clipped once.
#[test]
fn many_gradients_are_clipped_together() {
    backprop_tensor::set_threads(2).unwrap();
    let lengths = (0..300).map(|i| if i % 100 == 7 { 200_000 } else { 10 * i });
    let params: Vec<_> = lengths
        .map(|length| Param::new(Tensor::full([length], 3.0_f64).unwrap()))
        .collect();
    let gradients = || {
        let tape = Tape::new();
        let terms = { params.iter() }.map(|param| (tape.param(param).square() * 0.5).sum(..));
        terms.reduce(|a, b| a + b).unwrap().backward().unwrap()
    };
    let count: usize = params.iter().map(|param| param.value().count()).sum();
    let expected = 3.0 * (count as f64).sqrt();
    let are_all = |gradients: &backprop_autodiff::Gradients<f64>, x: f64| {
        let mut elements = gradients.iter().flat_map(|(_, gradient)| gradient.to_vec());
        elements.all(|g| (g - x).abs() <= 1e-12 * x)
    };

    let mut by_norm = gradients();
    let before = clip_norm(&mut by_norm, expected / 6.0).unwrap();
    assert!((before / expected - 1.0).abs() < 1e-12);
    assert!(are_all(&by_norm, 0.5));

    let mut by_value = gradients();
    clip_value(&mut by_value, 2.0).unwrap();
    assert!(are_all(&by_value, 2.0));
}
