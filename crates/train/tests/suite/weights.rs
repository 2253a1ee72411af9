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

/// A file of these tensors, all of one row: name, type, bytes.
fn written(name: &str, tensors: &[(&str, &str, usize, Vec<u8>)]) -> PathBuf {
    let (mut fields, mut data) = (Vec::new(), Vec::new());
    for (name, dtype, count, bytes) in tensors {
        let (start, end) = (data.len(), data.len() + bytes.len());
        let shape = if name.ends_with("tracked") {
            "[]".into()
        } else {
            format!("[{count}]")
        };
        fields.push(format!(
            r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{start},{end}]}}"#
        ));
        data.extend(bytes);
    }
    let header = format!("{{{}}}", fields.join(","));
    let file = path(name);
    fs::write(
        &file,
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat(),
    )
    .unwrap();
    file
}

/// As PyTorch saves batch normalization in halves: with a count of batches that no model here has.
#[test]
fn halves_are_converted_and_counts_that_the_model_lacks_left_out() {
    let halves = |bits: [u16; 2]| {
        bits.iter()
            .flat_map(|bits| bits.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let count = 7_i64.to_le_bytes().to_vec();
    let file = written(
        "halves",
        &[
            ("weight", "F16", 2, halves([0x3c00, 0x3555])),
            ("bias", "BF16", 2, halves([0xbf80, 0x3eab])),
            (
                "running_mean",
                "F32",
                2,
                [0.5_f32, 2.0].iter().flat_map(|x| x.to_le_bytes()).collect(),
            ),
            (
                "running_var",
                "F64",
                2,
                [1.5_f64, 0.1].iter().flat_map(|x| x.to_le_bytes()).collect(),
            ),
            ("num_batches_tracked", "I64", 1, count),
        ],
    );
    let mut model = backprop_layers::BatchNorm1d::new(2);
    model.load(&file).unwrap();
    let state = backprop_autodiff::Module::state(&model);
    assert_eq!(state["weight"].to_vec(), [1.0, 0.333_251_95]);
    assert_eq!(state["bias"].to_vec(), [-1.0, 0.333_984_38]);
    assert_eq!(state["running_mean"].to_vec(), [0.5, 2.0]);
    assert_eq!(state["running_variance"].to_vec(), [1.5, 0.1]);
    assert_eq!(
        read_weights::<f32>(&file).unwrap()["num_batches_tracked"],
        Tensor::from(7.0)
    );
    fs::remove_file(file).unwrap();
}

#[test]
fn whole_numbers_of_all_types_fill_a_parameter() {
    for (dtype, bytes) in [
        ("BOOL", vec![1, 0]),
        ("U8", vec![200, 3]),
        ("I8", vec![0xff, 3]),
        (
            "I16",
            [-300_i16, 3].iter().flat_map(|x| x.to_le_bytes()).collect(),
        ),
        (
            "U16",
            [60_000_u16, 3].iter().flat_map(|x| x.to_le_bytes()).collect(),
        ),
        (
            "I32",
            [-70_000_i32, 3].iter().flat_map(|x| x.to_le_bytes()).collect(),
        ),
        (
            "U32",
            [3_000_000_000_u32, 3]
                .iter()
                .flat_map(|x| x.to_le_bytes())
                .collect(),
        ),
        (
            "I64",
            [-5_000_000_000_i64, 3]
                .iter()
                .flat_map(|x| x.to_le_bytes())
                .collect(),
        ),
        (
            "U64",
            [5_000_000_000_u64, 3]
                .iter()
                .flat_map(|x| x.to_le_bytes())
                .collect::<Vec<u8>>(),
        ),
    ] {
        let file = written(dtype, &[("0", dtype, 2, bytes)]);
        let mut model = (backprop_autodiff::Param::new(Tensor::from([0.0_f64, 0.0])), ());
        model.load(&file).unwrap();
        let expected = match dtype {
            "BOOL" => [1.0, 0.0],
            "U8" => [200.0, 3.0],
            "I8" => [-1.0, 3.0],
            "I16" => [-300.0, 3.0],
            "U16" => [60_000.0, 3.0],
            "I32" => [-70_000.0, 3.0],
            "U32" => [3e9, 3.0],
            "I64" => [-5e9, 3.0],
            _ => [5e9, 3.0],
        };
        assert_eq!(model.0.value().to_vec(), expected, "{dtype}");
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn numbers_too_large_for_the_model_are_errors_that_say_which() {
    let wide = |values: [f64; 2]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>();
    let file = written("large", &[("0", "F64", 2, wide([1.0, -1e300]))]);
    let mut narrow = (backprop_autodiff::Param::new(Tensor::from([0.0_f32, 0.0])), ());
    let error = narrow.load(&file).unwrap_err().to_string();
    assert!(
        error.ends_with("0: holds -1e300, which is too large for f32"),
        "{error}"
    );
    assert_eq!(narrow.0.value().to_vec(), [0.0, 0.0]);
    assert_eq!(read_weights::<f64>(&file).unwrap()["0"].to_vec(), [1.0, -1e300]);
    // What is infinite in the file is so in the model, and the largest f32 is none too large.
    fs::remove_file(file).unwrap();
    let file = written(
        "infinite",
        &[("0", "F64", 2, wide([f64::INFINITY, f64::from(f32::MAX)]))],
    );
    narrow.load(&file).unwrap();
    assert_eq!(narrow.0.value().to_vec(), [f32::INFINITY, f32::MAX]);
    fs::remove_file(file).unwrap();
    // Weights that the model does not have are another model's.
    let file = written(
        "more",
        &[
            ("0", "F64", 2, wide([1.0, 2.0])),
            ("1", "F64", 2, wide([1.0, 2.0])),
        ],
    );
    assert!(narrow.load(&file).is_err());
    fs::remove_file(file).unwrap();
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

/// Quantized weights are beside ordinary ones in one file.
#[test]
fn bytes_are_numbers_where_they_are_asked_for_and_left_out_elsewhere() {
    let ordinary = || {
        [1.5_f32, -2.0]
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let types = [
        ("F8_E4M3", vec![0x3f, 0x80], [1.875, -0.0]),
        ("F8_E5M2", vec![0x3c, 0xfc], [1.0, f32::NEG_INFINITY]),
        ("F8_E4M3FNUZ", vec![0x7f, 0x38], [240.0, 0.5]),
        ("F8_E5M2FNUZ", vec![0x7f, 0x38], [57344.0, 0.25]),
        ("F8_E8M0", vec![0x80, 0x7e], [2.0, 0.5]),
    ];
    for (dtype, bytes, expected) in types {
        let file = written(
            dtype,
            &[("0", "F32", 2, ordinary()), ("scale", dtype, 2, bytes.clone())],
        );
        let mut model = (backprop_autodiff::Param::new(Tensor::from([0.0_f32, 0.0])), ());
        model.load(&file).unwrap();
        assert_eq!(model.0.value().to_vec(), [1.5, -2.0], "{dtype}");
        assert_eq!(
            read_weights::<f32>(&file).unwrap()["scale"].to_vec(),
            expected,
            "{dtype}"
        );
        fs::remove_file(file).unwrap();
        let file = written(dtype, &[("0", dtype, 2, bytes)]);
        model.load(&file).unwrap();
        assert_eq!(model.0.value().to_vec(), expected, "{dtype}");
        fs::remove_file(file).unwrap();
    }
    // What has no number of its own in the model is an error only where it is asked for.
    for (dtype, bytes) in [
        ("C64", vec![0; 16]),
        ("F4", vec![0]),
        ("F6_E2M3", vec![0; 3]),
        ("F6_E3M2", vec![0; 3]),
    ] {
        let count = if dtype.starts_with("F6") { 4 } else { 2 };
        let file = written(
            dtype,
            &[("0", "F32", 2, ordinary()), ("odd", dtype, count, bytes.clone())],
        );
        let mut model = (backprop_autodiff::Param::new(Tensor::from([0.0_f32, 0.0])), ());
        model.load(&file).unwrap();
        assert_eq!(model.0.value().to_vec(), [1.5, -2.0], "{dtype}");
        let error = read_weights::<f32>(&file).unwrap_err().to_string();
        assert!(
            error.contains(&format!("odd: holds {dtype}, but weights are")),
            "{error}"
        );
        fs::remove_file(file).unwrap();
        let file = written(dtype, &[("0", dtype, count, bytes)]);
        assert!(
            model
                .load(&file)
                .unwrap_err()
                .to_string()
                .contains(&format!("0: holds {dtype}"))
        );
        fs::remove_file(file).unwrap();
    }
}
