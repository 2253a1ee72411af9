//! Weights in files.

#![cfg(feature = "safetensors")]

use std::fs;
use std::path::PathBuf;

use backprop_layers::{Linear, Tanh, sequential};
use backprop_tensor::{Rng, Tensor};
use backprop_train::{Error, SaveWeights, read_weights};
use proptest::prelude::*;

/// A path of its own for each test, in the folder for temporary files.
fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("backprop-weights-{}-{name}", std::process::id()))
}

#[test]
fn weights_come_back_in_both_precisions() {
    let (file, mut rng) = (path("both"), Rng::seed(0));
    let model = sequential![Linear::new(3, 4, &mut rng), Tanh, Linear::new(4, 2, &mut rng)];
    model.save(&file).unwrap();
    let mut other = sequential![Linear::new(3, 4, &mut rng), Tanh, Linear::new(4, 2, &mut rng)];
    assert_ne!(other, model);
    other.load(&file).unwrap();
    assert_eq!(other, model);
    let names: Vec<String> = read_weights::<f32>(&file).unwrap().into_keys().collect();
    assert_eq!(names, ["0.bias", "0.weight", "2.bias", "2.weight"]);

    let mut wide: (Linear<f64>, Linear<f64>) = (
        Linear::builder(3, 4).build_as(&mut rng),
        Linear::builder(4, 2).build_as(&mut rng),
    );
    let error = wide.load(&file).unwrap_err().to_string();
    assert!(error.contains("is of another model: "), "{error}");
    let before = wide.0.clone();
    let single = path("single");
    model.layers().0.save(&single).unwrap();
    wide.0.load(&single).unwrap();
    assert_ne!(wide.0, before);
    assert_eq!(
        wide.0.weight.value().cast::<f32>().unwrap(),
        *model.layers().0.weight.value()
    );
    fs::remove_file(file).unwrap();
    fs::remove_file(single).unwrap();
}

#[test]
fn a_model_is_kept_if_loading_fails() {
    let file = path("kept");
    let mut model = Linear::new(3, 2, &mut Rng::seed(0));
    let before = model.clone();
    assert!(matches!(model.load(&file), Err(Error::File { .. })));
    Linear::new(2, 3, &mut Rng::seed(1)).save(&file).unwrap();
    let error = model.load(&file).unwrap_err().to_string();
    assert!(
        error.ends_with("bias: the model's shape is [2], the state's [3]"),
        "{error}"
    );
    assert_eq!(model, before);
    fs::remove_file(file).unwrap();
}

#[test]
fn saving_replaces_the_file_whole_and_leaves_nothing_else() {
    let folder = path("folder");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("model.safetensors");
    for seed in 0..2 {
        let model = Linear::new(3, 2, &mut Rng::seed(seed));
        model.save(&file).unwrap();
        assert_eq!(
            read_weights::<f32>(&file).unwrap()["weight"],
            *model.weight.value()
        );
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    let nowhere = folder.join("missing").join("model.safetensors");
    assert!(matches!(
        Linear::new(1, 1, &mut Rng::seed(0)).save(nowhere),
        Err(Error::File { .. })
    ));
    fs::remove_dir_all(folder).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a file holds, reading it gives weights or an error.
    #[test]
    fn damaged_files_are_errors(position in any::<prop::sample::Index>(), byte in any::<u8>(), length in any::<prop::sample::Index>()) {
        let file = path("damaged");
        Linear::new(3, 2, &mut Rng::seed(0)).save(&file).unwrap();
        let mut bytes = fs::read(&file).unwrap();
        let position = position.index(bytes.len());
        bytes[position] = byte;
        fs::write(&file, &bytes).unwrap();
        let _ = read_weights::<f32>(&file);
        bytes.truncate(length.index(bytes.len()));
        fs::write(&file, &bytes).unwrap();
        let error = read_weights::<f32>(&file);
        prop_assert!(error.is_err());
        fs::remove_file(&file).unwrap();
    }
}

#[test]
fn a_header_that_asks_for_everything_gets_nothing() {
    let file = path("header");
    for header in [
        r#"{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,16]}}"#,
        "{",
        "",
    ] {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.bytes());
        bytes.extend([0; 16]);
        fs::write(&file, bytes).unwrap();
        assert!(read_weights::<f32>(&file).is_err(), "{header}");
    }
    fs::write(&file, u64::MAX.to_le_bytes()).unwrap();
    assert!(read_weights::<f32>(&file).is_err());
    fs::remove_file(file).unwrap();
}

#[test]
fn one_number_is_a_tensor_too() {
    let file = path("scalar");
    let param = backprop_autodiff::Param::new(Tensor::from(2.5_f32));
    (param.clone(), ()).save(&file).unwrap();
    assert_eq!(read_weights::<f64>(&file).unwrap()["0"], Tensor::from(2.5));
    fs::remove_file(file).unwrap();
}
