//! Layers one after another.

use backprop_autodiff::{Tape, Var};
use backprop_layers::{
    BoxedLayer, Chain, DynamicSequential, Identity, Layer, Linear, Module, Relu, Sequential, Tanh, sequential,
};
use backprop_tensor::{Float, Rng, Tensor};

/// Adds 1 in the last decimal place of what it is called with: a layer whose order can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Module)]
struct Digit(u8);

impl<T: Float> Layer<T> for Digit {
    fn forward(&self, x: &Var<T>) -> Var<T> {
        x * T::from_f64(10.0) + T::from_f64(f64::from(self.0))
    }
}

fn value(model: &impl Layer<f64>) -> f64 {
    model
        .forward(&Tape::inference().input(Tensor::scalar(0.0)))
        .item()
        .unwrap()
}

fn names(model: &impl Module<f32>) -> Vec<String> {
    model
        .named_parameters()
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn layers_run_in_order_however_many_there_are() {
    assert_eq!(value(&sequential![]), 0.0);
    assert_eq!(value(&sequential![Digit(1)]), 1.0);
    assert_eq!(value(&sequential![Digit(1), Digit(2), Digit(3),]), 123.0);
    let [a, b, c, d] = [Digit(1), Digit(2), Digit(3), Digit(4)];
    let twelve = sequential![a, b, c, d, a, b, c, d, a, b, c, d];
    assert_eq!(value(&twelve), 123_412_341_234.0);
    let thirteen = sequential![a, b, c, d, a, b, c, d, a, b, c, d, a];
    assert_eq!(value(&thirteen), 1_234_123_412_341.0);
    assert_eq!(value(&Sequential::new([a, b, c])), 123.0);
    assert_eq!(value(&Sequential::new(vec![c, b, a])), 321.0);
    assert_eq!(
        value(
            &sequential![a, b]
                .then(sequential![c])
                .then(Sequential::new([d, d]))
        ),
        12_344.0
    );
}

#[test]
fn thirty_layers_are_counted_on() {
    let i = Identity;
    let last = Linear::new(1, 1, &mut Rng::seed(0));
    let model = sequential![
        i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, last
    ];
    assert_eq!(names(&model), ["29.weight", "29.bias"]);
    let Chain(first, Chain(second, third)) = model.into_layers();
    assert_eq!((first.11, second.11, third.5.inputs()), (i, i, 1));
}

/// Also where they are changed: a state that is read goes to the parameter it came from.
#[test]
fn a_chain_is_visited_in_order_to_be_changed() {
    let rng = &mut Rng::seed(0);
    let mut layer = || Linear::new(2, 2, rng);
    let first = sequential![layer(), Relu, layer()];
    let mut model = first.then(sequential![layer(), Tanh]).then(sequential![layer()]);
    let own: Vec<_> = model
        .named_parameters()
        .into_iter()
        .map(|(_, param)| param.id())
        .collect();
    assert_eq!(own.len(), 8);
    assert_eq!(
        model
            .parameters_mut()
            .iter()
            .map(|param| param.id())
            .collect::<Vec<_>>(),
        own
    );
    let before = model.clone();
    model.load_state(&before.state()).unwrap();
    assert_eq!(model, before);
}

#[test]
fn paths_are_the_numbers_of_the_layers() {
    let rng = &mut Rng::seed(0);
    let inner = sequential![Tanh, Linear::new(2, 2, rng)];
    let model = sequential![
        Linear::new(2, 2, rng),
        Relu,
        inner,
        Linear::builder(2, 2).bias(false).build(rng)
    ];
    assert_eq!(
        names(&model),
        ["0.weight", "0.bias", "2.1.weight", "2.1.bias", "3.weight"]
    );
}

#[test]
fn a_sequence_of_boxes_is_like_one_without() {
    let rng = &mut Rng::seed(0);
    let model = sequential![Linear::new(3, 4, rng), Relu, Linear::new(4, 2, rng)];
    let mut dynamic = Sequential::dynamic();
    let (first, relu, second) = model.layers();
    dynamic.push(first.clone());
    dynamic.extend([BoxedLayer::<f32>::new(*relu)]);
    dynamic.push(second.clone());
    assert_eq!(names(&model), names(&dynamic));
    let x = Tensor::normal([5, 3], 0.0, 1.0, rng).unwrap();
    let output = |model: &dyn Layer| {
        model
            .forward(&Tape::inference().input(x.clone()))
            .into_value()
            .unwrap()
    };
    assert_eq!(output(&model), output(&dynamic));
}

#[test]
fn boxes_are_compared_by_what_is_in_them() {
    let collected = |layers: Vec<BoxedLayer>| layers.into_iter().collect::<DynamicSequential>();
    let relu = || collected(vec![BoxedLayer::new(Relu)]);
    assert_eq!(relu(), relu().clone());
    assert_ne!(relu(), collected(vec![BoxedLayer::new(Tanh)]));
    assert_ne!(
        relu(),
        collected(vec![BoxedLayer::new(Relu), BoxedLayer::new(Relu)])
    );
    assert_ne!(
        collected(vec![BoxedLayer::new(Digit(1))]),
        collected(vec![BoxedLayer::new(Digit(2))])
    );
    assert_eq!(
        format!(
            "{:?}",
            collected(vec![BoxedLayer::new(Relu), BoxedLayer::new(Digit(1))])
        ),
        "Sequential[Relu, Digit(1)]"
    );
}

#[test]
fn the_error_of_a_sequence_has_the_line_of_the_program() {
    let rng = &mut Rng::seed(0);
    let model = sequential![Linear::new(3, 4, rng), sequential![Relu, Linear::new(5, 2, rng)]];
    let tape = Tape::inference();
    let y = model.forward(&tape.input(Tensor::ones([1, 3]).unwrap()));
    let line = line!() - 1;
    assert_eq!(y.value().unwrap_err().location().unwrap().line(), line);
}

#[test]
fn models_are_plain_data() {
    fn plain<M: Clone + PartialEq + Send + Sync + std::fmt::Debug + 'static>(_: &M) {}
    let rng = &mut Rng::seed(0);
    plain(&sequential![Linear::new(3, 4, rng), Relu]);
    plain(&DynamicSequential::<f64>::dynamic());
}

/// So many sequences, each in another; if `sides`, with a layer before and one after the inner one. A map in the innermost.
pub fn nest(depth: usize, sides: bool) -> DynamicSequential {
    let mut model = Sequential::dynamic();
    model.push(Linear::new(3, 2, &mut Rng::seed(0)));
    for _ in 1..depth {
        let mut outer = Sequential::dynamic();
        if sides {
            outer.push(Tanh);
        }
        outer.push(model);
        if sides {
            outer.push(Relu);
        }
        model = outer;
    }
    model
}

/// What a program does with a model, and that it gives what the flat one of the same layers gives.
fn walk(sides: bool) -> backprop_autodiff::Result<()> {
    let mut model = nest(100_000, sides);
    let depth = if sides { 99_999 } else { 0 };
    let mut flat = Sequential::dynamic();
    flat.extend(vec![BoxedLayer::new(Tanh); depth]);
    flat.push(Linear::new(3, 2, &mut Rng::seed(0)));
    flat.extend(vec![BoxedLayer::new(Relu); depth]);
    let run = |model: &DynamicSequential| {
        let tape = Tape::training(0);
        let output = model.forward(&tape.input(Tensor::ones([1, 3])?));
        let gradients = output.square().sum(..).backward()?;
        let of = |param| gradients.get(param).cloned();
        Ok::<_, backprop_autodiff::Error>((
            output.into_value()?,
            model.parameters().into_iter().map(of).collect::<Vec<_>>(),
        ))
    };
    assert_eq!(run(&model)?, run(&flat)?);
    let names = names(&model);
    let step = if sides { "1." } else { "0." };
    assert_eq!(names[0], format!("{}{}.weight", step.repeat(99_999), 0));

    let mut copy = model.clone();
    assert!(copy == model);
    for param in copy.parameters_mut() {
        let zeros = Tensor::zeros(*param.value().shape())?;
        param.set(zeros)?;
    }
    assert!(copy != model);
    copy.load_state(&model.state())?;
    assert!(copy == model);
    model.set_trainable(false);
    assert!(model.parameters().iter().all(|param| !param.is_trainable()));

    // Of this, only the beginning is printed.
    let inner = if sides { "Sequential[Tanh, " } else { "Sequential[" };
    let ends = if sides { ", Relu]" } else { "]" };
    let expected = format!("{}Sequential[..]{}", inner.repeat(100), ends.repeat(100));
    assert_eq!(format!("{copy:?}"), expected);
    assert!(format!("{copy:#?}").lines().count() < 500);
    Ok(())
}

#[test]
fn sequences_are_nested_deeper_than_the_stack() {
    for sides in [false, true] {
        let thread = std::thread::Builder::new().stack_size(256 << 10);
        thread
            .spawn(move || walk(sides))
            .unwrap()
            .join()
            .unwrap()
            .unwrap();
    }
}

#[test]
fn a_box_in_a_box_is_one_box() {
    let inner: BoxedLayer = BoxedLayer::new(Relu);
    let outer: BoxedLayer = BoxedLayer::new(inner.clone());
    assert_eq!(inner, outer);
    let mut model = Sequential::dynamic();
    model.push(inner);
    assert!(model.layers()[0].downcast_ref::<Relu>().is_some());
    assert_eq!(model.layers_mut()[0].downcast_mut::<Tanh>(), None);
}
