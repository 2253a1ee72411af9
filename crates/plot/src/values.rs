use backprop_tensor::{Element, Tensor};

use crate::{Error, Result};

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
/// A picture can be drawn of 2²⁶ (67,108,864) numbers in a list. Of a range or a tensor of more, 2²⁶ + 1 are taken: a range up to `usize::MAX` and
/// a view that repeats one number 10¹² times are given in a few letters, and there is no memory for what they stand for. Whatever draws them says
/// that they are too many.
///
/// ```
/// use backprop_plot::Chart;
/// use backprop_tensor::Tensor;
///
/// let losses = vec![0.9_f32, 0.5, 0.3];
/// let _ = Chart::new().line("loss", 1..=3, &losses).line("model", 1..4, &Tensor::from([1.0, 0.6, 0.4]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of numbers to draw",
    note = "lists are `Vec`, slices and arrays of numbers, tensors, and ranges of whole numbers",
    note = "an iterator becomes one by `.collect::<Vec<_>>()`"
)]
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
        first(self, MOST_VALUES + 1).as_slice().into_values()
    }
}

impl<T: Number + Element> Values for Tensor<T> {
    fn into_values(self) -> Vec<f64> {
        (&self).into_values()
    }
}

/// The longest list that can be drawn. Of longer ranges and tensors one number more is taken, so that checks see that there are too many.
const MOST_VALUES: usize = 1 << 26;

/// Whether so many numbers can be drawn.
pub(crate) fn check_count(picture: &'static str, count: usize) -> Result<()> {
    if count <= MOST_VALUES {
        return Ok(());
    }
    let problem = format!("more than {MOST_VALUES} values: draw a part of them, or every n-th");
    Err(Error::invalid(picture, problem))
}

/// The first elements of a tensor in row-major order, at most so many; no more are copied than twice as many.
fn first<T: Element>(tensor: &Tensor<T>, most: usize) -> Vec<T> {
    let (count, rows) = (tensor.count(), tensor.shape().first().copied().unwrap_or(1));
    if count <= most {
        return tensor.to_vec();
    }
    let each = count / rows.max(1);
    let part = tensor.slice(0, 0..most.div_ceil(each.max(1)));
    let found = if each > most {
        part.and_then(|part| part.squeeze(0)).map(|row| first(&row, most))
    } else {
        part.map(|part| part.to_vec())
    };
    let mut found = found.unwrap_or_default();
    found.truncate(most);
    found
}

macro_rules! ranges {
    ($($integer:ty),*) => {
        $(impl Values for std::ops::Range<$integer> {
            fn into_values(self) -> Vec<f64> {
                self.take(MOST_VALUES + 1).map(Number::to_f64).collect()
            }
        }
        impl Values for std::ops::RangeInclusive<$integer> {
            fn into_values(self) -> Vec<f64> {
                self.take(MOST_VALUES + 1).map(Number::to_f64).collect()
            }
        })*
    };
}

ranges!(i32, i64, u32, u64, usize);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_elements_are_those_that_all_of_them_begin_with(shape in vec(0_usize..5, 0..5), most in 0_usize..40, turned: bool) {
            let count = shape.iter().product::<usize>();
            let numbers: Vec<f64> = (0..count).map(|number| number as f64).collect();
            let tensor = Tensor::from_slice(&numbers, &shape[..]).unwrap();
            // A view that is not in the order of the storage.
            let tensor = if turned && shape.len() > 1 { tensor.transpose(0, 1).unwrap() } else { tensor };
            let all = tensor.to_vec();
            prop_assert_eq!(&first(&tensor, most)[..], &all[..most.min(count)]);
        }
    }

    #[test]
    fn as_many_as_may_be_and_not_one_more() {
        assert!(check_count("", MOST_VALUES).is_ok());
        assert!(check_count("", MOST_VALUES + 1).is_err());
    }
}
