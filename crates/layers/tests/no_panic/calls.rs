//! The functions.

use backprop_autodiff::{Leaf, LeafMut, Module, Param, Path, Var, ops::FusedActivation};
use backprop_layers::*;
use backprop_tensor::{Float, Tensor};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Sample, See, Source};

use crate::everything::{any, boxed, plain};

pub(super) fn layers() -> Vec<Call> {
    let mut calls = activations();
    calls.extend(with_parameters());
    calls.extend(of_layers());
    calls
}

/// How many features a layer is for: a few, and seldom more than there is memory for.
fn features(s: &mut Source) -> usize {
    s.length()
}

/// Layers for any inputs.
macro_rules! on_anything {
    ($($name:ident |$s:ident| $layer:expr;)*) => {
        calls! { $($name |$s| { let layer = $layer; plain(layer, $s.rng.below(5), $s); };)* }
    };
}

fn activations() -> Vec<Call> {
    on_anything! {
        celu |s| Celu::new(s.real());
        elu |s| Elu::new(s.real());
        gelu |s| if s.flag() { Gelu::new() } else { Gelu::tanh() };
        glu |s| Glu::new(s.axis());
        hard_sigmoid |s| HardSigmoid;
        hard_swish |s| HardSwish;
        hard_tanh |s| HardTanh::new(s.real(), s.real());
        hardshrink |s| Hardshrink::new(s.real());
        heaviside |s| Heaviside::new(s.real());
        identity |s| Identity;
        leaky_relu |s| LeakyRelu::new(gain::leaky_relu(s.real()));
        log_sigmoid |s| LogSigmoid;
        log_softmax |s| LogSoftmax::new(s.axis());
        mish |s| Mish;
        prelu |s| Prelu::new();
        relu |s| Relu;
        relu6 |s| Relu6;
        selu |s| Selu;
        sigmoid |s| Sigmoid;
        sign |s| Sign;
        silu |s| Silu;
        softmax |s| Softmax::new(s.axis());
        softplus |s| Softplus::new(s.real());
        softshrink |s| Softshrink::new(s.real());
        softsign |s| Softsign;
        tanh |s| Tanh;
        tanhshrink |s| Tanhshrink;
        threshold |s| Threshold::new(s.real(), s.real());
        dropout |s| Dropout::new(s.real());
        gaussian_noise |s| GaussianNoise::new(s.real());
        flatten |s| if s.flag() { Flatten::new() } else { Flatten::axes(s.axis(), s.axis()) };
    }
}

/// An initializer of any settings.
fn initializer(s: &mut Source) -> Initializer {
    let fan = if s.flag() { Fan::In } else { Fan::Out };
    match s.rng.below(14) {
        0 => Initializer::Constant { value: s.real() },
        1 => Initializer::Uniform {
            low: s.real(),
            high: s.real(),
        },
        2 => Initializer::Normal {
            mean: s.real(),
            std: s.real(),
        },
        3 => Initializer::TruncatedNormal {
            mean: s.real(),
            std: s.real(),
            low: s.real(),
            high: s.real(),
        },
        4 => Initializer::XavierUniform { gain: s.real() },
        5 => Initializer::XavierNormal { gain: s.real() },
        6 => Initializer::KaimingUniform { gain: s.real(), fan },
        7 => Initializer::KaimingNormal { gain: s.real(), fan },
        8 => Initializer::Orthogonal { gain: s.real() },
        9 => Initializer::xavier_uniform(),
        10 => Initializer::xavier_normal(),
        11 => Initializer::kaiming_uniform(),
        12 => Initializer::kaiming_normal(),
        _ => Initializer::orthogonal(),
    }
}

fn linear(inputs: usize, s: &mut Source) -> Linear {
    let mut builder = Linear::builder(inputs, s.length()).bias(s.flag());
    if s.flag() {
        builder = builder.weight(initializer(s)).bias_values(initializer(s));
    }
    let activations = [
        FusedActivation::Identity,
        FusedActivation::Relu,
        FusedActivation::Tanh,
        FusedActivation::Sigmoid,
    ];
    builder.activation(activations[s.rng.below(4)]).build(&mut s.rng)
}

fn batch_norm(features: usize, s: &mut Source) -> BatchNorm1d {
    let builder = BatchNorm1d::builder(features).momentum(s.real());
    let mut layer = builder.epsilon(s.real()).affine(s.flag()).build();
    if s.seldom(4) {
        (layer.weight, layer.bias) = (
            s.flag().then(|| s.tensor().into()),
            s.flag().then(|| s.tensor().into()),
        );
    }
    if s.seldom(4) {
        let buffer = |s: &mut Source| backprop_autodiff::Buffer::new(s.tensor());
        (layer.running_mean, layer.running_variance) = (buffer(s), buffer(s));
    }
    layer
}

fn threshold_unit(inputs: usize, s: &mut Source) -> ThresholdUnit {
    let unit = match s.rng.below(6) {
        0 => ThresholdUnit::at_least(s.length(), inputs),
        1 => ThresholdUnit::and(inputs),
        2 => ThresholdUnit::or(inputs),
        3 => ThresholdUnit::majority(inputs),
        4 => ThresholdUnit::not(),
        _ => ThresholdUnit::new(s.tensor::<f32>().to_vec(), s.real()),
    };
    if s.flag() {
        unit.inhibited_by(s.length())
    } else {
        unit
    }
}

fn with_parameters() -> Vec<Call> {
    calls! {
        linear |s| {
            let inputs = features(s);
            let layer = if s.seldom(4) { Linear::new(inputs, s.length(), &mut s.rng) } else { linear(inputs, s) };
            (layer.inputs(), layer.outputs()).see();
            plain(layer, inputs, s);
        };
        from_parts |s| {
            let bias = s.flag().then(|| Param::new(s.tensor()));
            let layer = Linear::<f32>::from_parts(s.tensor(), bias);
            (layer.inputs(), layer.outputs()).see();
            plain(layer, s.rng.below(4), s);
        };
        build_as |s| {
            let inputs = features(s);
            let layer = Linear::builder(inputs, s.length()).weight(initializer(s)).build_as::<f64>(&mut s.rng);
            any(layer, inputs, s);
        };
        batch_norm |s| {
            let features = features(s);
            let layer = if s.seldom(4) { BatchNorm1d::new(features) } else { batch_norm(features, s) };
            layer.features().see();
            plain(layer, features, s);
        };
        prelu |s| { let channels = features(s); plain(Prelu::<f32>::with(channels, s.real()), channels, s); };
        threshold_unit |s| {
            let inputs = features(s);
            plain(threshold_unit(inputs, s), inputs.saturating_add(s.rng.below(2)), s);
        };
    }
}

/// Boxes in a vector, of which some may be taken away again.
fn dynamic<T: Sample + Float>(features: usize, s: &mut Source) -> DynamicSequential<T> {
    let mut model = Sequential::dynamic();
    for _ in 0..s.rng.below(4) {
        model.push(boxed::<T>(features, 0, s));
    }
    model.extend((0..s.rng.below(2)).map(|_| boxed(features, 0, s)));
    model.layers_mut().truncate(s.length());
    model
}

fn of_layers() -> Vec<Call> {
    calls! {
        sequential |s| {
            let features = features(s);
            let model = sequential![linear(features, s), Relu, batch_norm(s.length(), s)];
            let model = model.then(sequential![]).then(Sequential::new([Flatten::new(), Flatten::axes(s.axis(), s.axis())]));
            plain(model.clone(), features, s);
            let Chain(first, _) = model.into_layers();
            plain(Sequential::new(first), features, s);
        };
        empty |s| {
            plain(sequential![], s.rng.below(4), s);
            plain(Sequential::new(Vec::<Linear>::new()), s.rng.below(4), s);
            plain(Ensemble::new(Vec::<Linear>::new()), s.rng.below(4), s);
            plain(Ensemble::of_outputs(Vec::<Relu>::new()), s.rng.below(4), s);
        };
        dynamic |s| { let features = s.rng.below(4); let model = dynamic::<f32>(features, s); any(model, features, s); };
        push |s| { let features = features(s); let model = dynamic::<f64>(features, s); any(model, features, s); };
        layers |s| dynamic::<f32>(1, s).layers().len();
        ensemble |s| {
            let features = features(s);
            let members: Vec<_> = (0..s.rng.below(4)).map(|_| linear(features, s)).collect();
            plain(if s.flag() { Ensemble::new(members) } else { Ensemble::of_outputs(members) }, features, s);
        };
        of_outputs |s| {
            let members = (0..s.rng.below(3)).map(|_| batch_norm(2, s)).collect();
            plain(Ensemble::of_outputs(members), 2, s);
        };
        option |s| { let layer = s.flag().then(|| linear(2, s)); any(layer, 2, s); };
    }
}

/// A layer of one's own that gets everything wrong.
#[derive(Debug, Clone, PartialEq)]
struct Wrong {
    parameters: Vec<Param>,
    /// The name of the field that holds them.
    field: String,
}

impl Module for Wrong {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, f32>)) {
        self.parameters.visit(&path.name(&self.field), visitor);
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, f32>)) {
        self.parameters.visit_mut(&path.name(&self.field), visitor);
    }
}

impl Layer for Wrong {
    fn forward(&self, x: &Var) -> Var {
        let few = self
            .parameters
            .iter()
            .filter(|param| (1..100).contains(&param.value().count()));
        let values = few.map(|param| x.tape().param(param).flatten(0, -1).slice(0, ..1));
        values.fold(x.clone(), |y, value| y + value)
    }
}

/// A text that is nearly the name of an initializer.
fn name(s: &mut Source) -> String {
    let names = [
        "zeros",
        "ones",
        "constant",
        "uniform",
        "normal",
        "truncated_normal",
        "xavier_normal",
        "kaiming_uniform",
        "lecun_uniform",
        "lecun_normal",
        "orthogonal",
        "",
        "é",
    ];
    let settings = [
        "gain", "std", "low", "value", "fan=out", "fan", "=", ",", "1e999", "NaN", "-1", "ß", "(", ")",
    ];
    let mut text = format!("{}(", names[s.rng.below(names.len())]);
    for _ in 0..s.rng.below(5) {
        text += settings[s.rng.below(settings.len())];
        text += ["=", ",", "", " "][s.rng.below(4)];
    }
    text + ["", ")", ")", "))"][s.rng.below(4)]
}

/// The shape of a weight, often one without elements whose other lengths are huge.
fn shape(s: &mut Source) -> Vec<usize> {
    let mut shape = s.lengths();
    if s.seldom(3) {
        let huge = [1 << 30, 1 << 47, 1 << 59, usize::MAX];
        shape.extend([0, huge[s.rng.below(4)], huge[s.rng.below(4)]]);
        s.rng.shuffle(&mut shape);
    }
    shape
}

pub(super) fn values() -> Vec<Call> {
    calls! {
        initialize |s| {
            let (initializer, shape) = (initializer(s), shape(s));
            let single = initializer.initialize::<f32>(&shape, &mut s.rng);
            (single, initializer.initialize::<f64>(&shape, &mut s.rng))
        };
        parse |s| {
            let initializer = name(s).parse::<Initializer>();
            initializer.map(|initializer| {
                let values = initializer.initialize::<f32>(shape(s), &mut s.rng);
                let text = initializer.to_string();
                (text.parse::<Initializer>().map(|same| same.to_string()), values)
            })
        };
        print |s| initializer(s).to_string();
        read |s| {
            let text = serde_json::to_string(&initializer(s)).unwrap_or_default().replace("null", &name(s));
            serde_json::from_str::<Initializer>(&text).map(|initializer| initializer.to_string())
        };
        of |s| Fans::of(shape(s)).map(|fans| (fans.get(Fan::In), fans.get(Fan::Out)));
        gain |s| gain::leaky_relu(s.real());
        summary |s| {
            let vast = Tensor::scalar(1.0).broadcast_to([1 << 58]).unwrap_or_default();
            let vast = s.flag().then_some(vast);
            // Seventy of them are more numbers than can be counted.
            let value = |s: &mut Source| vast.clone().unwrap_or_else(|| s.tensor());
            let parameters = (0..70).map(|_| Param::new(value(s))).collect();
            let field = "x".repeat([0, 1, 70_000][s.rng.below(3)]);
            summary(&Wrong { parameters, field }, s.lengths()).map(|mut summary| {
                let text = summary.to_string();
                (summary.parameters, summary.trainable, summary.buffers) = (s.length(), s.length(), s.length());
                text + &summary.to_string()
            })
        };
    }
}
