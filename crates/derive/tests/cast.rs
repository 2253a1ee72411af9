//! `#[derive(Cast)]`.

use std::marker::PhantomData;

use backprop_autodiff::{Buffer, Cast, Param};
use backprop_derive::{Cast, Module};
use backprop_tensor::{Float, Tensor};

#[derive(Debug, PartialEq, Clone, Module, Cast)]
struct Neuron<T: Float = f32> {
    weight: Param<T>,
    bias: Option<Param<T>>,
    mean: Buffer<T>,
    slope: T,
    size: usize,
    _element: PhantomData<T>,
    #[cast(clone)]
    #[module(skip)]
    precise: Option<Param<f64>>,
}

fn neuron<T: Float>() -> Neuron<T> {
    let value = |x: f64| Tensor::scalar(T::from_f64(x));
    Neuron {
        weight: value(0.5).into(),
        bias: Some(value(-2.0).into()),
        mean: Buffer::new(value(0.25)),
        slope: T::from_f64(0.125),
        size: 3,
        _element: PhantomData,
        precise: Some(Tensor::scalar(0.1).into()),
    }
}

#[test]
fn numbers_are_cast_and_the_rest_is_cloned() {
    assert_eq!(neuron::<f32>().cast::<f64>(), Ok(neuron::<f64>()));
    assert_eq!(neuron::<f64>().cast::<f32>(), Ok(neuron::<f32>()));
    assert_eq!(neuron::<f32>().cast::<f32>(), Ok(neuron::<f32>()));
}

#[test]
fn what_is_frozen_stays_frozen_with_an_identity_of_its_own() {
    let mut neuron = neuron::<f32>();
    neuron.weight.set_trainable(false);
    let cast = neuron.cast::<f32>().unwrap();
    assert!(!cast.weight.is_trainable());
    assert_ne!(cast.weight.id(), neuron.weight.id());
}

#[derive(Debug, PartialEq, Cast)]
enum Part<T, M, const N: usize>
where
    T: Float,
{
    Nothing,
    One(M),
    Many { parts: [M; N], last: Box<M>, scale: T },
}

#[test]
fn variants_are_kept() {
    let part = Part::<f32, _, 2>::Many {
        parts: [neuron::<f32>(), neuron()],
        last: Box::new(neuron()),
        scale: 0.5,
    };
    let expected = Part::<f64, _, 2>::Many {
        parts: [neuron::<f64>(), neuron()],
        last: Box::new(neuron()),
        scale: 0.5,
    };
    assert_eq!(part.cast(), Ok(expected));
    assert_eq!(
        Part::<f32, Unit, 1>::One(Unit).cast(),
        Ok(Part::<f64, Unit, 1>::One(Unit))
    );
    assert_eq!(
        Part::<f32, Unit, 1>::Nothing.cast(),
        Ok(Part::<f64, Unit, 1>::Nothing)
    );
}

#[derive(Debug, PartialEq, Cast)]
struct Unit;

#[derive(Debug, PartialEq, Cast)]
#[cast(crate = backprop_autodiff, element = E)]
struct Explicit<E: Float, M>(E, M);

#[test]
fn generic_parts_are_cast_too() {
    let explicit = Explicit(1.5_f32, vec![(neuron::<f32>(), Unit)]);
    assert_eq!(
        explicit.cast::<f64>(),
        Ok(Explicit(1.5, vec![(neuron::<f64>(), Unit)]))
    );
}
