//! Everything that can be done with a layer.

use std::fmt::Debug;

use backprop_autodiff::Tape;
use backprop_layers::{BoxedLayer, Cast, DynamicLayer, Layer, Sequential, summary};
use backprop_tensor::{Float, Tensor};
use backprop_testing::hostile::{Sample, See, Source};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// What a layer of this crate is: plain data that can be cast.
pub trait Plain:
    Dynamic<f32> + Cast<With<f64>: Dynamic<f64>> + Clone + Serialize + DeserializeOwned + 'static
{
}

impl<L> Plain for L where
    L: Dynamic<f32> + Cast<With<f64>: Dynamic<f64>> + Clone + Serialize + DeserializeOwned + 'static
{
}

/// A layer that can be in a box.
pub trait Dynamic<T: Float>: Layer<T> + Clone + PartialEq + Debug + Send + Sync + 'static {}

impl<T: Float, L: Layer<T> + Clone + PartialEq + Debug + Send + Sync + 'static> Dynamic<T> for L {}

/// Uses a layer for inputs of so many features, as it is, of f64, read from hostile text, and with parameters of other shapes.
pub fn plain(layer: impl Plain, features: usize, s: &mut Source) {
    if let Ok(mut double) = layer.cast::<f64>() {
        used(&mut double, features, s);
    }
    if let Some(mut read) = read(&layer, s) {
        used(&mut read, features, s);
    }
    any(layer, features, s);
}

/// Uses a layer of one type of element.
pub fn any<T: Sample + Float, L: Dynamic<T>>(mut layer: L, features: usize, s: &mut Source) {
    used(&mut layer, features, s);
    let mut boxed: BoxedLayer<T> = layer.clone_boxed();
    assert!(!format!("{boxed:?}").is_empty() && (*boxed).as_any().is::<L>());
    assert!(boxed.downcast_ref::<L>().is_some() && boxed.downcast_mut::<L>().is_some());
    // Not equal where there are NaNs.
    let _ = layer.equals(&*boxed);
    misshape(&mut layer, s);
    used(&mut layer, features, s);
}

/// Uses a layer on every kind of tape, and asks all else of it.
pub fn used<T: Sample + Float>(layer: &mut (impl Layer<T> + Debug), features: usize, s: &mut Source) {
    let tapes = [
        Tape::new(),
        Tape::inference(),
        Tape::tracing(),
        Tape::training(s.rng.next_seed()),
    ];
    for tape in tapes {
        let x = input(features, s);
        let x = if s.flag() { tape.variable(x) } else { tape.input(x) };
        let x = if s.seldom(20) { x.squeeze(isize::MAX) } else { x };
        let y = layer.forward(&x);
        if s.flag() {
            // Takes the tape's record with it.
            y.see();
        } else if let Ok(gradients) = y.sum(..).backward() {
            let _ = (gradients.wrt(&x).is_some(), gradients.apply_state(&mut *layer));
        }
    }
    let shape = if s.flag() {
        s.lengths()
    } else {
        vec![s.rng.below(3), features]
    };
    summary(&*layer, shape).map(|summary| summary.to_string()).see();
    let state = layer.state();
    let _ = (
        layer.load_state(&state),
        layer.sequence().len(),
        layer.parameter_count(),
    );
    layer.set_trainable(s.flag());
    assert!(!layer.name().is_empty() && !format!("{layer:?}").is_empty());
}

/// Samples with so many features, if there is memory for them, and now and then anything.
fn input<T: Sample>(features: usize, s: &mut Source) -> Tensor<T> {
    let n = s.rng.below(4);
    match s.rng.below(8) {
        0 | 1 => s.tensor(),
        _ if features > 100 => s.of_shape(&[0, features]),
        2 => s.of_shape(&[features]),
        3 => s.of_shape(&[n, features, 2]),
        _ => s.of_shape(&[n, features]),
    }
}

/// Gives some parameters values of any shape.
fn misshape<T: Sample + Float>(layer: &mut impl Layer<T>, s: &mut Source) {
    for param in layer.parameters_mut() {
        if s.flag() {
            *param.value_mut() = s.tensor();
        }
    }
}

/// The layer as its text says, a part of which may have been changed.
fn read<L: Serialize + DeserializeOwned>(layer: &L, s: &mut Source) -> Option<L> {
    let mut value = serde_json::to_value(layer).unwrap_or_default();
    for _ in 0..s.rng.below(3) {
        spoil(&mut value, s);
    }
    serde_json::from_str(&value.to_string()).ok()
}

/// Changes one part of a text.
fn spoil(value: &mut Value, s: &mut Source) {
    let part = match value {
        Value::Array(parts) if !parts.is_empty() => {
            let place = s.rng.below(parts.len());
            if s.seldom(8) {
                parts.remove(place);
                return;
            }
            parts.get_mut(place)
        }
        Value::Object(parts) if !parts.is_empty() => {
            let place = s.rng.below(parts.len());
            parts.values_mut().nth(place)
        }
        _ => None,
    };
    match part {
        Some(part) if !s.seldom(8) => spoil(part, s),
        _ => *value = anything(s),
    }
}

fn anything(s: &mut Source) -> Value {
    match s.rng.below(8) {
        0 => Value::Null,
        1 => json!(s.length()),
        2 => json!(s.lengths()),
        3 => json!(s.real()),
        4 => json!([-1, 1e308, "NaN", u64::MAX, i64::MIN]),
        5 => json!({ "value": { "shape": s.lengths(), "data": s.lengths() }, "trainable": s.flag() }),
        6 => json!(s.flag()),
        _ => json!("relu"),
    }
}

/// A box with a layer that may be anything, or with more of them in it.
pub fn boxed<T: Sample + Float>(features: usize, depth: usize, s: &mut Source) -> BoxedLayer<T> {
    use backprop_layers::{BatchNorm1d, Dropout, Ensemble, Flatten, Linear, Prelu, Relu, Softmax};
    let more = |s: &mut Source| {
        (0..s.rng.below(4))
            .map(|_| boxed(features, depth + 1, s))
            .collect::<Vec<_>>()
    };
    match s.rng.below(if depth < 3 { 11 } else { 7 }) {
        0 => BoxedLayer::new(Relu),
        1 => BoxedLayer::new(Dropout::new(s.real())),
        2 => BoxedLayer::new(Flatten::axes(s.axis(), s.axis())),
        3 => BoxedLayer::new(BatchNorm1d::builder(features).momentum(s.real()).build_as::<T>()),
        4 => BoxedLayer::new(Prelu::<T>::with(features, s.real())),
        5 => BoxedLayer::new(Softmax::new(s.axis())),
        6 => BoxedLayer::new(Linear::builder(features, features).build_as::<T>(&mut s.rng)),
        7 => BoxedLayer::new(more(s).into_iter().collect::<Sequential<Vec<_>>>()),
        8 => BoxedLayer::new(Ensemble::new(more(s))),
        9 => BoxedLayer::new(Ensemble::of_outputs(more(s))),
        _ => BoxedLayer::new(s.flag().then(|| boxed::<T>(features, depth + 1, s))),
    }
}
