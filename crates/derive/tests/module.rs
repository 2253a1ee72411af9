//! `#[derive(Module)]`: which parameters are visited, under which paths, and for which element.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use backprop_autodiff::{Buffer, Module, Param};
use backprop_derive::Module;
use backprop_tensor::{Float, Tensor};

fn param<T: Float>(value: f64) -> Param<T> {
    Param::new(Tensor::scalar(T::from_f64(value)))
}

/// All paths; those of `visit` and `visit_mut` must be the same.
fn paths<T: Float>(mut module: impl Module<T>) -> Vec<String> {
    let mut paths = Vec::new();
    module.visit(&backprop_autodiff::Path::ROOT, &mut |path, _| {
        paths.push(path.to_string())
    });
    let mut changeable = Vec::new();
    module.visit_mut(&backprop_autodiff::Path::ROOT, &mut |path, _| {
        changeable.push(path.to_string())
    });
    assert_eq!(paths, changeable);
    paths
}

#[derive(Module)]
struct Neuron {
    weight: Param,
    bias: Option<Param>,
    mean: Buffer,
}

fn neuron(bias: bool) -> Neuron {
    Neuron {
        weight: param(1.0),
        bias: bias.then(|| param(2.0)),
        mean: Buffer::new(Tensor::scalar(0.0)),
    }
}

#[test]
fn fields_are_visited_in_order_under_their_names() {
    assert_eq!(paths(neuron(true)), ["weight", "bias", "mean"]);
    assert_eq!(paths(neuron(false)), ["weight", "mean"]);
}

#[test]
fn the_element_needs_no_annotation() {
    let mut neuron = neuron(true);
    assert_eq!(neuron.parameters().len(), 2);
    assert_eq!(neuron.parameter_count(), 2);
    neuron.set_trainable(false);
    assert!(!neuron.weight.is_trainable());
    let state = neuron.state();
    assert_eq!(neuron.load_state(&state), Ok(()));
}

#[derive(Module)]
struct Network {
    encoder: Vec<Neuron>,
    pair: (Neuron, [Neuron; 2]),
    boxed: Box<Neuron>,
    named: BTreeMap<String, Neuron>,
    size: usize,
    label: &'static str,
}

#[test]
fn what_holds_modules_adds_indices_and_names() {
    let bare = || Neuron {
        bias: None,
        ..neuron(false)
    };
    let network = Network {
        encoder: vec![bare(), bare()],
        pair: (bare(), [bare(), bare()]),
        boxed: Box::new(bare()),
        named: BTreeMap::from([("head".to_owned(), bare())]),
        size: 3,
        label: "x",
    };
    assert_eq!((network.size, network.label), (3, "x"));
    let names: Vec<_> = network
        .named_parameters()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let expected = [
        "encoder.0.weight",
        "encoder.1.weight",
        "pair.0.weight",
        "pair.1.0.weight",
        "pair.1.1.weight",
        "boxed.weight",
        "named.head.weight",
    ];
    assert_eq!(names, expected);
}

#[derive(Module)]
struct Tuple(Param, #[module(skip)] std::time::Duration, Neuron);

#[derive(Module)]
struct Unit;

#[test]
fn tuples_are_visited_under_their_indices() {
    let tuple = Tuple(param(0.0), std::time::Duration::ZERO, neuron(false));
    assert_eq!(tuple.1.as_secs(), 0);
    assert_eq!(paths(tuple), ["0", "2.weight", "2.mean"]);
    assert!(paths::<f32>(Unit).is_empty());
    assert!(paths::<f64>(Unit).is_empty());
}

#[derive(Module)]
enum Activation<T: Float = f32> {
    Relu,
    Prelu(Param<T>),
    Scaled {
        factor: Param<T>,
        #[module(rename = "by")]
        offset: Param<T>,
        #[module(skip)]
        _since: PhantomData<std::time::Instant>,
    },
}

#[test]
fn the_fields_of_the_active_variant_are_visited() {
    assert!(paths(Activation::<f32>::Relu).is_empty());
    assert_eq!(paths(Activation::Prelu(param::<f64>(0.1))), ["0"]);
    let scaled = Activation::Scaled {
        factor: param::<f32>(1.0),
        offset: param(1.0),
        _since: PhantomData,
    };
    assert_eq!(paths(scaled), ["factor", "by"]);
}

#[derive(Module)]
enum Never {}

#[test]
fn an_enum_without_variants_is_a_module() {
    fn is_module<M: Module<f32>>(_: Option<M>) {}
    is_module(None::<Never>);
}

#[derive(Module)]
struct Residual<M, const N: usize> {
    inner: [M; N],
    r#type: Param<f64>,
}

#[test]
fn generic_parts_decide_the_element() {
    let residual = Residual {
        inner: [param::<f64>(1.0), param(2.0)],
        r#type: param(3.0),
    };
    assert_eq!(residual.parameters().len(), 3);
    assert_eq!(paths(residual), ["inner.0", "inner.1", "type"]);
}

#[derive(Module)]
struct Generic<'a, T>
where
    T: Float,
{
    layer: Activation<T>,
    scale: T,
    label: &'static str,
    #[module(skip)]
    borrowed: &'a str,
}

#[test]
fn generic_code_needs_no_annotation() {
    fn count<T: Float>(module: &Generic<'_, T>) -> usize {
        module.parameters().len()
    }
    let borrowed = String::from("b");
    let generic = Generic {
        layer: Activation::Prelu(param(1.0)),
        scale: 1.0_f64,
        label: "a",
        borrowed: &borrowed,
    };
    assert_eq!((generic.scale, generic.label, generic.borrowed), (1.0, "a", "b"));
    assert_eq!(count(&generic), 1);
}

#[derive(Module)]
#[module(element = T)]
struct Tree<T: Float, L> {
    weight: Param<T>,
    payload: L,
    branches: Vec<Tree<T, L>>,
}

#[derive(Module)]
#[module(element = f32)]
struct List {
    weight: Param,
    next: Option<Box<List>>,
}

#[test]
fn with_its_element_said_a_type_can_hold_itself() {
    let leaf = Tree {
        weight: param::<f64>(1.0),
        payload: param(1.0),
        branches: vec![],
    };
    let tree = Tree {
        weight: param(1.0),
        payload: param(1.0),
        branches: vec![leaf],
    };
    assert_eq!(
        paths(tree),
        ["weight", "payload", "branches.0.weight", "branches.0.payload"]
    );
    let list = List {
        weight: param(0.0),
        next: Some(Box::new(List {
            weight: param(1.0),
            next: None,
        })),
    };
    assert_eq!(paths(list), ["weight", "next.weight"]);
}

struct Opaque;

#[derive(Module)]
#[module(element = f32, bound = "")]
struct Marked<M> {
    weight: Param,
    #[module(skip)]
    _marker: PhantomData<M>,
}

#[test]
fn bounds_can_be_replaced() {
    let marked = Marked::<Opaque> {
        weight: param(1.0),
        _marker: PhantomData,
    };
    assert_eq!(paths(marked), ["weight"]);
}

mod elsewhere {
    pub(crate) use backprop_autodiff as renamed;
}

#[derive(Module)]
#[module(crate = crate::elsewhere::renamed)]
struct Renamed(Param);

#[test]
fn the_crate_can_be_elsewhere() {
    assert_eq!(paths(Renamed(param(1.0))), ["0"]);
}

/// Names that generated code could trip over.
#[derive(Module)]
#[allow(non_camel_case_types)]
struct Hygiene<FnMut, Module> {
    path: FnMut,
    visitor: Module,
    __path: Param,
}

#[test]
fn names_do_not_clash() {
    let hygiene = Hygiene {
        path: param::<f32>(1.0),
        visitor: param::<f32>(1.0),
        __path: param(1.0),
    };
    assert_eq!(paths(hygiene), ["path", "visitor", "__path"]);
}
