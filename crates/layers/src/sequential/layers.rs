//! What a sequence can be of.

use backprop_autodiff::Var;
use backprop_derive::Cast;
use backprop_tensor::Float;
use serde::{Deserialize, Serialize};

use crate::Layer;

/// Layers in an order: tuples of up to twelve, arrays, vectors, and [`Chain`]s of these.
pub trait Layers<T: Float = f32> {
    /// The output of the last layer, each having had that of the one before it.
    fn forward(&self, x: &Var<T>) -> Var<T>;

    /// Shows every layer, in order.
    fn each<'a>(&'a self, f: &mut dyn FnMut(&'a dyn Layer<T>));

    /// Shows every layer, in order, to be changed.
    fn each_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut dyn Layer<T>));
}

/// Some layers, and then others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Cast)]
pub struct Chain<A, B>(pub A, pub B);

impl<T: Float, A: Layers<T>, B: Layers<T>> Layers<T> for Chain<A, B> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        self.1.forward(&self.0.forward(x))
    }

    fn each<'a>(&'a self, f: &mut dyn FnMut(&'a dyn Layer<T>)) {
        self.0.each(f);
        self.1.each(f);
    }

    fn each_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut dyn Layer<T>)) {
        self.0.each_mut(f);
        self.1.each_mut(f);
    }
}

macro_rules! sequences {
    ($([$($generics:tt)*] $container:ty;)*) => { $(
        impl<T: Float, L: Layer<T>, $($generics)*> Layers<T> for $container {
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                let mut y = x.clone();
                for layer in self {
                    y = layer.forward(&y);
                }
                y
            }

            fn each<'a>(&'a self, f: &mut dyn FnMut(&'a dyn Layer<T>)) {
                for layer in self {
                    f(layer);
                }
            }

            fn each_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut dyn Layer<T>)) {
                for layer in self {
                    f(layer);
                }
            }
        }
    )* };
}
sequences! { [] Vec<L>; [const N: usize] [L; N]; }

macro_rules! tuples {
    ($(($($layer:ident $index:tt),*))*) => { $(
        impl<T: Float, $($layer: Layer<T>),*> Layers<T> for ($($layer,)*) {
            #[track_caller]
            #[allow(unused_mut)]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                // One variable, so that no value outlives the layer that it goes to.
                let mut y = x.clone();
                $(y = self.$index.forward(&y);)*
                y
            }

            #[allow(unused_variables)]
            fn each<'a>(&'a self, f: &mut dyn FnMut(&'a dyn Layer<T>)) {
                $(f(&self.$index);)*
            }

            #[allow(unused_variables)]
            fn each_mut<'a>(&'a mut self, f: &mut dyn FnMut(&'a mut dyn Layer<T>)) {
                $(f(&mut self.$index);)*
            }
        }
    )* };
}
tuples! {
    ()
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
}
