use backprop_tensor::{Element, Tensor};

/// A number that can be drawn: every primitive one, and `bool` as 0 and 1.
pub trait Number: Copy {
    /// As `f64`, the nearest one.
    fn to_f64(self) -> f64;
}

macro_rules! numbers {
    ($($number:ty),* => $self:ident, $value:expr) => {
        $(impl Number for $number {
            fn to_f64($self) -> f64 {
                $value
            }
        })*
    };
}

numbers!(f64 => self, self);
numbers!(f32, i8, i16, i32, u8, u16, u32 => self, f64::from(self));
numbers!(i64, isize, u64, usize => self, self as f64);

impl Number for bool {
    fn to_f64(self) -> f64 {
        f64::from(u8::from(self))
    }
}

/// A list of numbers to draw: a slice, a `Vec`, an array, a [`Tensor`] of any shape (row by row) or a range of integers.
///
/// ```
/// use backprop_plot::Chart;
/// use backprop_tensor::Tensor;
///
/// let losses = vec![0.9_f32, 0.5, 0.3];
/// let _ = Chart::new().line("loss", 1..=3, &losses).line("model", 1..4, &Tensor::from([1.0, 0.6, 0.4]));
/// ```
pub trait Values {
    /// The numbers.
    fn into_values(self) -> Vec<f64>;
}

impl<T: Number> Values for &[T] {
    fn into_values(self) -> Vec<f64> {
        self.iter().map(|value| value.to_f64()).collect()
    }
}

impl<T: Number> Values for &Vec<T> {
    fn into_values(self) -> Vec<f64> {
        self.as_slice().into_values()
    }
}

impl<T: Number> Values for Vec<T> {
    fn into_values(self) -> Vec<f64> {
        self.as_slice().into_values()
    }
}

impl<T: Number, const N: usize> Values for [T; N] {
    fn into_values(self) -> Vec<f64> {
        self.as_slice().into_values()
    }
}

impl<T: Number, const N: usize> Values for &[T; N] {
    fn into_values(self) -> Vec<f64> {
        self.as_slice().into_values()
    }
}

impl<T: Number + Element> Values for &Tensor<T> {
    fn into_values(self) -> Vec<f64> {
        self.to_vec().as_slice().into_values()
    }
}

impl<T: Number + Element> Values for Tensor<T> {
    fn into_values(self) -> Vec<f64> {
        (&self).into_values()
    }
}

/// Longer ranges are cut off: a picture has room for no more.
const LONGEST: usize = 1 << 24;

macro_rules! ranges {
    ($($integer:ty),*) => {
        $(impl Values for std::ops::Range<$integer> {
            fn into_values(self) -> Vec<f64> {
                self.take(LONGEST).map(Number::to_f64).collect()
            }
        }
        impl Values for std::ops::RangeInclusive<$integer> {
            fn into_values(self) -> Vec<f64> {
                self.take(LONGEST).map(Number::to_f64).collect()
            }
        })*
    };
}

ranges!(i32, i64, u32, u64, usize);
