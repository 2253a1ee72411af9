//! `+`, `-`, `*` and `/` on variables. They never panic: errors stick to the tape.

use std::ops::{Add, Div, Mul, Neg, Sub};
use std::panic::Location;

use backprop_tensor::{Float, Tensor};

use crate::{Var, ops};

macro_rules! operators {
    ($($trait:ident $operator:ident;)*) => { $(
        operators!(@pair $trait $operator, &Var<T>, &Var<T>, borrowed);
        operators!(@pair $trait $operator, &Var<T>, Var<T>, borrowed);
        operators!(@pair $trait $operator, Var<T>, &Var<T>, borrowed);
        operators!(@pair $trait $operator, Var<T>, Var<T>, borrowed);
        operators!(@pair $trait $operator, &Var<T>, T, scalar);
        operators!(@pair $trait $operator, Var<T>, T, scalar);
        operators!(@left $trait $operator, f32, &Var<f32>);
        operators!(@left $trait $operator, f32, Var<f32>);
        operators!(@left $trait $operator, f64, &Var<f64>);
        operators!(@left $trait $operator, f64, Var<f64>);
    )* };
    (@pair $trait:ident $operator:ident, $left:ty, $right:ty, $kind:ident) => {
        impl<T: Float> $trait<$right> for $left {
            type Output = Var<T>;

            #[track_caller]
            fn $operator(self, right: $right) -> Var<T> {
                let left: &Var<T> = &self;
                let right: &Var<T> = &operators!(@right left right $kind);
                left.tape().apply_at(ops::$trait, &[left, right], Location::caller())
            }
        }
    };
    (@right $left:ident $right:ident borrowed) => { $right };
    (@right $left:ident $right:ident scalar) => { $left.constant(Tensor::scalar($right)) };
    (@left $trait:ident $operator:ident, $t:ty, $right:ty) => {
        impl $trait<$right> for $t {
            type Output = Var<$t>;

            #[track_caller]
            fn $operator(self, right: $right) -> Var<$t> {
                let right: &Var<$t> = &right;
                let left = right.constant(Tensor::scalar(self));
                right.tape().apply_at(ops::$trait, &[&left, right], Location::caller())
            }
        }
    };
}
operators! {
    Add add;
    Sub sub;
    Mul mul;
    Div div;
}

impl<T: Float> Neg for &Var<T> {
    type Output = Var<T>;

    #[track_caller]
    fn neg(self) -> Var<T> {
        self.apply(ops::Neg)
    }
}

impl<T: Float> Neg for Var<T> {
    type Output = Var<T>;

    #[track_caller]
    fn neg(self) -> Var<T> {
        self.apply(ops::Neg)
    }
}
