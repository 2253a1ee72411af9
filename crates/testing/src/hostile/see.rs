use std::fmt::{Debug, Display};

use backprop_autodiff::Var;
use backprop_tensor::{Element, Float, Shape, Tensor};

/// What a function returned, which is looked at from all sides.
pub trait See {
    /// Looks at it.
    fn see(&self);
}

impl<T: Float> See for Var<T> {
    /// The value, and the gradient of all of it.
    fn see(&self) {
        match self.value() {
            Ok(value) => value.see(),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        assert!(!format!("{self:?}").is_empty());
        if let (true, Ok(seed)) = (self.is_tracked(), Tensor::ones(self.shape())) {
            // An error is as good an answer as gradients.
            let _ = self.backward_from(seed);
        }
    }
}

impl<T: Element> See for Tensor<T> {
    fn see(&self) {
        assert_eq!(self.shape().rank(), self.rank());
        if self.count() < 10_000 {
            assert_eq!(self.to_vec().len(), self.count());
            assert!(!format!("{self:?} {self}").is_empty());
        }
    }
}

impl<V: See, E: Display> See for Result<V, E> {
    fn see(&self) {
        match self {
            Ok(value) => value.see(),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

impl<V: See> See for Vec<V> {
    fn see(&self) {
        self.iter().take(100).for_each(See::see);
    }
}

impl<A: See, B: See> See for (A, B) {
    fn see(&self) {
        self.0.see();
        self.1.see();
    }
}

impl<A: See, B: See, C: See> See for (A, B, C) {
    fn see(&self) {
        self.0.see();
        self.1.see();
        self.2.see();
    }
}

macro_rules! plain {
    ($($t:ty),*) => {
        $(impl See for $t {
            fn see(&self) {
                let text: &dyn Debug = self;
                assert!(!format!("{text:?}").is_empty());
            }
        })*
    };
}
plain! { (), bool, u8, i32, i64, u64, usize, f32, f64, String, Shape }
