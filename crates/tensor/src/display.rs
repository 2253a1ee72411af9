//! `Display` and `Debug` of tensors.
//!
//! `Display` is for people: aligned columns, four decimals or as many as the format asks for. `Debug` is for programmers:
//! type and shape, then every digit of the elements. Neither prints more than about a thousand elements, except
//! `{:#}`, which prints them all.

use std::fmt::{self, Formatter, Write};

use crate::{Element, Tensor};

/// Tensors with more elements are abbreviated.
const LIMIT: usize = 1000;

/// Lines are broken before this column.
const WIDTH: usize = 100;

/// Decimals where the format does not say.
const PRECISION: usize = 4;

/// How one element is written.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    /// As `{:?}` writes it, with so many decimals if given.
    Debug(Option<usize>),
    /// Fixed-point with so many decimals.
    Fixed(usize),
    /// With an exponent, and so many decimals before it.
    Scientific(usize),
}

/// An element, printed; sealed.
pub trait Show: Copy {
    /// The absolute value, for floating-point numbers.
    fn magnitude(self) -> Option<f64>;

    /// The element in this style.
    fn show(self, style: Style) -> String;
}

macro_rules! floats {
    ($($t:ty),*) => {
        $(impl Show for $t {
            #[allow(clippy::cast_lossless)]
            fn magnitude(self) -> Option<f64> {
                Some(self.abs() as f64)
            }

            fn show(self, style: Style) -> String {
                match style {
                    Style::Debug(None) => format!("{self:?}"),
                    Style::Debug(Some(precision)) => format!("{self:.precision$?}"),
                    Style::Fixed(precision) => format!("{self:.precision$}"),
                    Style::Scientific(precision) => signed_exponent(format!("{self:.precision$e}")),
                }
            }
        })*
    };
}
floats! { f32, f64 }

/// `1.5e-5` as `1.5e-05` and `1.5e5` as `1.5e+05`, so that decimal points are aligned.
fn signed_exponent(number: String) -> String {
    match number.split_once('e') {
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
        None => number,
    }
}

macro_rules! others {
    ($($t:ty),*) => {
        $(impl Show for $t {
            fn magnitude(self) -> Option<f64> {
                None
            }

            fn show(self, _: Style) -> String {
                self.to_string()
            }
        })*
    };
}
others! { i32, i64, u8, bool }

/// Aligned columns, one row a line, a blank line between matrices: `[[1.0000, 2.0000],\n [3.0000, 4.0000]]`.
///
/// Of more than 1000 elements only the first and last three along each axis are printed, unless the format is `{:#}`. The
/// precision is that of the format, `{:.2}`, or 4; numbers from 10^8 on, and below 10^-4 unless the format has a
/// precision, are printed with an exponent.
///
/// ```
/// # use backprop_tensor::Tensor;
/// let x = Tensor::from([[1.0, -2.5], [1000.0, f64::NAN]]);
/// assert_eq!(format!("{x:.1}"), "[[   1.0,   -2.5],\n [1000.0,    NaN]]");
/// ```
impl<T: Element> fmt::Display for Tensor<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let edge = if f.alternate() { usize::MAX } else { self.edge() };
        let mut printer = Printer::new(self, edge);
        printer.style = printer.fitting(f.precision());
        printer.aligned(f)
    }
}

/// Type and shape, then the elements with all their digits, abbreviated as by `Display`; on one line, or in
/// columns for `{:#?}`.
///
/// ```
/// # use backprop_tensor::Tensor;
/// let x = Tensor::from([[0.1_f32, 2.0], [1e-20, f32::INFINITY]]);
/// assert_eq!(format!("{x:?}"), "Tensor<f32> [2, 2] [[0.1, 2.0], [1e-20, inf]]");
/// ```
impl<T: Element> fmt::Debug for Tensor<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor<{}> {:?}", T::NAME, self.shape())?;
        let mut printer = Printer::new(self, self.edge());
        printer.style = Style::Debug(f.precision());
        if f.alternate() {
            f.write_char('\n')?;
            printer.aligned(f)
        } else {
            f.write_char(' ')?;
            printer.line(f)
        }
    }
}

impl<T: Element> Tensor<T> {
    /// How many elements to print at either end of an axis: three, or fewer where rank would make too many of them.
    fn edge(&self) -> usize {
        if self.count() <= LIMIT {
            return usize::MAX;
        }
        let shown =
            |edge: usize| -> usize { self.shape().iter().map(|&length| length.min(2 * edge)).product() };
        [3, 2].into_iter().find(|&edge| shown(edge) <= LIMIT).unwrap_or(1)
    }
}

struct Printer<'a, T: Element> {
    tensor: &'a Tensor<T>,
    edge: usize,
    style: Style,
}

impl<'a, T: Element> Printer<'a, T> {
    fn new(tensor: &'a Tensor<T>, edge: usize) -> Self {
        Self {
            tensor,
            edge,
            style: Style::Debug(None),
        }
    }

    /// The indices of `axis` to print; `None` stands for those left out.
    fn shown(&self, axis: usize) -> impl Iterator<Item = Option<usize>> + use<T> {
        let length = self.tensor.shape()[axis];
        let all = length.div_ceil(2) <= self.edge;
        let (head, tail) = if all {
            (length, length)
        } else {
            (self.edge, length - self.edge)
        };
        (0..head)
            .map(Some)
            .chain((!all).then_some(None))
            .chain((tail..length).map(Some))
    }

    /// Calls `visit` with each element to print.
    fn visit(&self, axis: usize, position: isize, visit: &mut impl FnMut(T)) {
        if axis == self.tensor.rank() {
            return visit(self.tensor.storage()[position as usize]);
        }
        let stride = self.tensor.layout().strides()[axis];
        for index in self.shown(axis).flatten() {
            self.visit(axis + 1, position + index as isize * stride, visit);
        }
    }

    fn start(&self) -> isize {
        self.tensor.offset() as isize
    }

    /// Fixed-point, unless numbers are so large, or so small without a precision given, that an exponent is clearer.
    fn fitting(&self, precision: Option<usize>) -> Style {
        let mut exponent = false;
        if !self.tensor.is_empty() {
            self.visit(0, self.start(), &mut |x| {
                let magnitude = x.magnitude().filter(|x| x.is_finite() && *x > 0.0);
                exponent |= magnitude.is_some_and(|x| x >= 1e8 || precision.is_none() && x < 1e-4);
            });
        }
        let precision = precision.unwrap_or(PRECISION);
        if exponent {
            Style::Scientific(precision)
        } else {
            Style::Fixed(precision)
        }
    }

    /// On one line.
    fn line(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.tensor.is_empty() {
            return f.write_str("[]");
        }
        self.nested(f, 0, self.start(), 0, &|_, _| ", ".into())
    }

    /// In columns.
    fn aligned(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.tensor.is_empty() {
            return f.write_str("[]");
        }
        let mut width = 0;
        if self.tensor.rank() > 0 {
            self.visit(0, self.start(), &mut |x| {
                width = width.max(x.show(self.style).len())
            });
        }
        let rank = self.tensor.rank();
        let a_line = (WIDTH.saturating_sub(rank) / (width + 2)).max(1);
        self.nested(f, 0, self.start(), width, &|axis, printed| {
            let indent = " ".repeat(axis + 1);
            match rank - 1 - axis {
                0 if printed % a_line == 0 => format!(",\n{indent}"),
                0 => ", ".into(),
                depth => format!(",{}{indent}", "\n".repeat(depth)),
            }
        })
    }

    /// The part from `axis` on at `position`; `separator(axis, printed)` stands between its parts.
    fn nested(
        &self,
        f: &mut Formatter<'_>,
        axis: usize,
        position: isize,
        width: usize,
        separator: &impl Fn(usize, usize) -> String,
    ) -> fmt::Result {
        if axis == self.tensor.rank() {
            let element = self.tensor.storage()[position as usize];
            return write!(f, "{:>width$}", element.show(self.style));
        }
        let stride = self.tensor.layout().strides()[axis];
        f.write_char('[')?;
        for (printed, index) in self.shown(axis).enumerate() {
            if printed > 0 {
                f.write_str(&separator(axis, printed))?;
            }
            match index {
                Some(index) => {
                    self.nested(f, axis + 1, position + index as isize * stride, width, separator)?
                }
                None if axis + 1 == self.tensor.rank() => write!(f, "{:>width$}", "...")?,
                None => f.write_str("...")?,
            }
        }
        f.write_char(']')
    }
}
