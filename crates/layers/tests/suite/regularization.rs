//! Layers that are random in training: as often and as much as they say.

use backprop_autodiff::Tape;
use backprop_layers::{Dropout, GaussianNoise, Layer, Linear};
use backprop_tensor::{Rng, Tensor};

const COUNT: usize = 100_000;

fn output(layer: &impl Layer<f64>, x: Tensor<f64>, tape: &Tape<f64>) -> Vec<f64> {
    layer.forward(&tape.input(x)).into_value().unwrap().to_vec()
}

fn ones() -> Tensor<f64> {
    Tensor::ones([COUNT]).unwrap()
}

/// A share of `p`, to within 5 standard deviations, and the rest divided by `1 - p`.
#[test]
fn dropout_drops_the_share_it_says() {
    for p in [0.0, 0.1, 0.3, 0.8, 1.0] {
        let y = output(&Dropout::new(p), ones(), &Tape::training(0));
        let dropped = y.iter().filter(|&&y| y == 0.0).count() as f64;
        let n = COUNT as f64;
        assert!(
            (dropped - p * n).abs() <= 5.0 * (n * p * (1.0 - p)).sqrt(),
            "{p}: {dropped}"
        );
        let kept = y.iter().filter(|&&y| y != 0.0);
        assert!({ kept }.all(|&y| (y * (1.0 - p) - 1.0).abs() < 1e-12), "{p}");
        assert_eq!(
            output(&Dropout::new(p), ones(), &Tape::inference()),
            vec![1.0; COUNT]
        );
    }
}

/// The mean of n numbers strays from theirs by `std / √n`, their deviation by `std / √(2 n)`.
#[test]
fn noise_has_the_deviation_it_says() {
    for std in [0.0, 0.2, 0.5, 3.0] {
        let y = output(&GaussianNoise::new(std), ones(), &Tape::training(0));
        let n = COUNT as f64;
        let noise = || y.iter().map(|y| y - 1.0);
        let mean = noise().sum::<f64>() / n;
        let deviation = (noise().map(|noise| noise * noise).sum::<f64>() / n).sqrt();
        assert!(mean.abs() <= 5.0 * std / n.sqrt(), "{std}: {mean}");
        assert!(
            (deviation - std).abs() <= 5.0 * std / (2.0 * n).sqrt(),
            "{std}: {deviation}"
        );
        assert_eq!(
            output(&GaussianNoise::new(std), ones(), &Tape::inference()),
            vec![1.0; COUNT]
        );
    }
}

#[test]
fn a_layer_that_is_left_out_leaves_its_input() {
    let x = Tensor::normal([4, 3], 0.0, 1.0, &mut Rng::seed(0)).unwrap();
    let linear: Linear<f64> = Linear::builder(3, 3).build_as(&mut Rng::seed(1));
    let tape = Tape::training(0);
    assert_eq!(output(&None::<Linear<f64>>, x.clone(), &tape), x.to_vec());
    let some = output(&Some(linear.clone()), x.clone(), &tape);
    assert_eq!(some, output(&linear, x, &tape));
}
