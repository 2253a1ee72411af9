//! The MNIST inside the program.
#![cfg(feature = "mnist")]

use backprop_datasets::{Dataset, mnist, scale_pixels};

#[test]
fn all_forms_are_the_same_images() {
    let (train, test) = mnist::load().unwrap();
    assert_eq!(train.inputs().shape(), &[60_000, 784]);
    assert_eq!(train.targets().shape(), &[60_000]);
    assert_eq!(test.inputs().shape(), &[10_000, 784]);
    assert_eq!(test.targets().shape(), &[10_000]);
    assert_eq!(train.class_names().len(), 10);
    assert_eq!(train.take(5).targets().to_vec(), [5, 0, 4, 1, 9]);

    let (_, images) = mnist::load_images().unwrap();
    assert_eq!(images.inputs().shape(), &[10_000, 1, 28, 28]);
    assert_eq!(images.inputs().as_slice(), test.inputs().as_slice());

    let (_, bytes) = mnist::load_bytes().unwrap();
    let scaled = bytes.map(|batch| batch.map_inputs(scale_pixels));
    assert_eq!(
        scaled.batch(&[9_999, 0]).unwrap(),
        test.batch(&[9_999, 0]).unwrap()
    );

    let mean = test
        .inputs()
        .as_slice()
        .unwrap()
        .iter()
        .map(|&pixel| f64::from(pixel))
        .sum::<f64>()
        / 7_840_000.0;
    // Known of the test images: 0.1325.
    assert!((mean - 0.1325).abs() < 5e-5, "{mean}");
}
