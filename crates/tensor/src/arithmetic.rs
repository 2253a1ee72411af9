//! Arithmetic with broadcasting, and the elementwise machinery that all formulas go through.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::counters::{self, Family};
use crate::kernel::Compiled;
use crate::kernels::{Binary, MAX_OTHERS, Operand, Unary};
use crate::{Element, Error, Float, Kernel, Layout, Numeric, Result, Tensor, kernel, math};

/// How many tensors [`Tensor::update`] changes at most, and how many it reads.
const MAX_UPDATED: usize = 8;

/// From so many elements on, turned operands are copied first.
const TURNED: usize = 1 << 12;

impl<T: Element> Tensor<T> {
    /// `formula(self, others...)`, all broadcast together; over `self` where it is the last handle and keeps its shape.
    pub(crate) fn elementwise(
        mut self,
        operation: &'static str,
        formula: Compiled<'_, T>,
        parameters: &[T],
        others: &[&Self],
    ) -> Result<Self> {
        let mut shape = *self.shape();
        for other in others {
            shape = shape.broadcast(operation, other.shape())?;
        }
        if shape.count() == 0 {
            return Self::build(shape, |_| ());
        }
        if shape.count() >= TURNED && (self.is_turned() || others.iter().any(|other| other.is_turned())) {
            return self.elementwise_turned(operation, formula, parameters, others);
        }
        let mut layouts = [Layout::SCALAR; MAX_OTHERS];
        for (layout, other) in layouts.iter_mut().zip(others) {
            *layout = other.layout();
            if *other.shape() != shape {
                *layout = layout.broadcast(operation, &shape)?;
            }
        }
        let operands: [_; MAX_OTHERS] = std::array::from_fn(|i| Operand {
            source: others.get(i).map_or(&[][..], |other| other.storage()),
            layout: &layouts[i],
        });
        let operands = &operands[..others.len()];
        if *self.shape() == shape && self.is_exclusive() {
            T::elementwise(&formula, parameters, self.as_mut_slice()?, None, operands);
            return Ok(self);
        }
        let layout = self.layout().broadcast(operation, &shape)?;
        let first = Operand {
            source: self.storage(),
            layout: &layout,
        };
        Self::build(shape, |target| {
            T::elementwise(&formula, parameters, target, Some(first), operands)
        })
    }

    /// As [`elementwise`](Self::elementwise), with copies of large operands that are turned: copied in tiles, each line of the cache is read once.
    #[cold]
    fn elementwise_turned(
        self,
        operation: &'static str,
        formula: Compiled<'_, T>,
        parameters: &[T],
        others: &[&Self],
    ) -> Result<Self> {
        let straight = |tensor: &Self| match tensor.is_turned() {
            true => tensor.contiguous(),
            false => Ok(tensor.clone()),
        };
        let others = others
            .iter()
            .map(|other| straight(other))
            .collect::<Result<Vec<_>>>()?;
        let first = if self.is_turned() {
            self.contiguous()?
        } else {
            self
        };
        first.elementwise(operation, formula, parameters, &others.iter().collect::<Vec<_>>())
    }

    /// Whether neighbors in memory lie along another axis than the last.
    fn is_turned(&self) -> bool {
        let layout = self.layout();
        let strides = layout.strides();
        !self.is_contiguous() && strides.contains(&1) && !matches!(strides.last(), Some(0 | 1))
    }
}

impl<T: Float> Tensor<T> {
    /// The kernel's formula of this tensor and the others, all broadcast together.
    ///
    /// # Errors
    /// [`Error::Argument`] unless the kernel updates one value and takes as many inputs as are given, three at
    /// most; [`Error::Shapes`] if the shapes do not broadcast.
    pub fn apply(&self, kernel: &Kernel, others: &[&Self]) -> Result<Self> {
        self.clone().into_apply(kernel, others)
    }

    /// As [`apply`](Self::apply), but into the memory of this tensor if nobody else holds it.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn into_apply(self, kernel: &Kernel, others: &[&Self]) -> Result<Self> {
        check(kernel, 1, others.len())?;
        if others.len() > MAX_OTHERS {
            return Err(Error::argument(
                "apply",
                "inputs",
                others.len(),
                "a kernel takes three at most",
            ));
        }
        self.into_formula("apply", kernel, others)
    }

    /// As [`into_apply`](Self::into_apply), for a kernel of the right number of values, under the name of an operation.
    pub(crate) fn into_formula(
        self,
        operation: &'static str,
        kernel: &Kernel,
        others: &[&Self],
    ) -> Result<Self> {
        self.elementwise(operation, T::function(kernel), &kernel.numbers(), others)
    }

    /// The power `x^y` of the elements of two tensors, broadcast together, with the special cases of C: 1 where y is 0 or x is 1, even if the
    /// other is NaN; NaN for a finite x < 0 unless y is an integer or infinite.
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes do not broadcast.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let bases = Tensor::from([[2.0_f64], [3.0]]);
    /// assert_eq!(bases.pow(&Tensor::from([0.0, 1.0, 2.0]))?, Tensor::from([[1.0, 2.0, 4.0], [1.0, 3.0, 9.0]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn pow(&self, exponent: &Self) -> Result<Self> {
        self.clone()
            .into_formula("pow", &kernel!(|x, y| math::powf(x, y)), &[exponent])
    }

    /// Runs the kernel once over tensors of one shape, updating `outputs` in place: a whole optimizer step in one pass.
    ///
    /// # Errors
    /// [`Error::Argument`] unless the numbers of outputs and inputs are the kernel's, and eight at
    /// most; [`Error::Shapes`] unless all the shapes are equal. Nothing has been changed then.
    ///
    /// ```
    /// # use backprop_tensor::{Tensor, kernel};
    /// let momentum = kernel!(mut w, v; g; rate: 0.5, decay: 0.5 => {
    ///     v = decay * v + g;
    ///     w -= rate * v;
    /// });
    /// let (mut w, mut v) = (Tensor::from([1.0_f32, 2.0]), Tensor::from([0.0_f32, 1.0]));
    /// Tensor::update(&momentum, &mut [&mut w, &mut v], &[&Tensor::from([1.0, 1.0])])?;
    /// assert_eq!(w, Tensor::from([0.5, 1.25]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn update(kernel: &Kernel, outputs: &mut [&mut Self], inputs: &[&Self]) -> Result<()> {
        check(kernel, outputs.len(), inputs.len())?;
        let Some(first) = outputs.first() else {
            return Ok(());
        };
        let others = { outputs[1..].iter().map(|output| output.shape()) }
            .chain(inputs.iter().map(|input| input.shape()));
        if let Some(other) = { others }.find(|&other| other != first.shape()) {
            return Err(Error::shapes("update", first.shape(), other, "must be equal"));
        }
        if outputs.len().max(inputs.len()) > MAX_UPDATED {
            let given = outputs.len().max(inputs.len());
            return Err(Error::argument(
                "update",
                "tensors",
                given,
                "a kernel updates and reads eight at most",
            ));
        }
        if !inputs.iter().all(|input| input.is_contiguous()) {
            let copies = { inputs.iter() }.map(|input| input.contiguous());
            let copies: Vec<_> = copies.collect::<Result<_>>()?;
            return Self::update(kernel, outputs, &copies.iter().collect::<Vec<_>>());
        }
        let mut sources: [&[T]; MAX_UPDATED] = [&[]; MAX_UPDATED];
        for (source, input) in sources.iter_mut().zip(inputs) {
            *source = input.as_slice().unwrap_or(&[]);
        }
        let mut targets: [&mut [T]; MAX_UPDATED] = Default::default();
        let count = outputs.len();
        for (target, output) in targets.iter_mut().zip(outputs) {
            *target = output.as_mut_slice()?;
        }
        let (targets, sources) = (&mut targets[..count], &sources[..inputs.len()]);
        T::update(&T::function(kernel), &kernel.numbers(), targets, sources);
        Ok(())
    }

    /// Each element through a closure of one's own, in place where possible.
    ///
    /// # Errors
    /// [`Error::Memory`] if there is none for the result.
    pub fn map_into(mut self, f: impl Fn(T) -> T) -> Result<Self> {
        let elements = self.as_mut_slice()?;
        counters::kernel(Family::Elementwise, || [size_of_val(elements); 2]);
        for x in elements {
            *x = f(*x);
        }
        Ok(self)
    }

    /// Pairs of elements of two tensors, broadcast together, through a closure of one's own, in place where possible.
    ///
    /// # Errors
    /// [`Error::Shapes`] if they do not broadcast.
    pub fn zip_into(self, other: &Self, f: impl Fn(T, T) -> T) -> Result<Self> {
        let shape = self.shape().broadcast("zip_into", other.shape())?;
        let mut result = if *self.shape() == shape {
            self
        } else {
            self.broadcast_to(shape)?
        };
        let other = other.broadcast_to(shape)?.contiguous()?;
        counters::kernel(Family::Elementwise, || {
            let size = shape.count() * size_of::<T>();
            [2 * size, size]
        });
        for (x, &y) in result
            .as_mut_slice()?
            .iter_mut()
            .zip(other.as_slice().unwrap_or(&[]))
        {
            *x = f(*x, y);
        }
        Ok(result)
    }
}

/// Whether so many are given as the kernel takes.
#[inline]
pub(crate) fn check(kernel: &Kernel, outputs: usize, inputs: usize) -> Result<()> {
    if (outputs, inputs) == (kernel.outputs(), kernel.inputs()) {
        return Ok(());
    }
    mismatch(kernel, outputs, inputs)
}

#[cold]
fn mismatch(kernel: &Kernel, outputs: usize, inputs: usize) -> Result<()> {
    let given = [
        ("outputs", outputs, kernel.outputs()),
        ("inputs", inputs, kernel.inputs()),
    ];
    for (name, given, wanted) in given {
        if given != wanted {
            return Err(Error::argument(
                "apply",
                name,
                given,
                format!("the kernel has {wanted}"),
            ));
        }
    }
    Ok(())
}

macro_rules! binary {
    ($($(#[$doc:meta])* $name:literal $method:ident $variant:ident;)*) => {
        /// Arithmetic on two tensors, broadcast together.
        impl<T: Numeric> Tensor<T> {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// [`Error::Shapes`] if the shapes do not broadcast.
                pub fn $method(&self, other: &Self) -> Result<Self> {
                    self.clone().binary($name, Binary::$variant, other)
                }
            )*

            pub(crate) fn binary(self, operation: &'static str, binary: Binary, other: &Self) -> Result<Self> {
                let zero = || Ok(other.contiguous()?.as_slice().is_some_and(|all| all.contains(&T::ZERO)));
                if binary == Binary::Divide && T::IS_INTEGER && zero()? {
                    return Err(Error::argument(operation, "divisor", 0, "integers cannot be divided by zero"));
                }
                self.elementwise(operation, T::binary(binary), &[], &[other])
            }
        }
    };
}
binary! {
    /// The sum `x + y`.
    "add" try_add Add;
    /// The difference `x - y`.
    "sub" try_sub Subtract;
    /// The product `x * y` of the elements.
    "mul" try_mul Multiply;
    /// The quotient `x / y`.
    "div" try_div Divide;
    /// The larger of both, NaN if one of them is.
    "maximum" maximum Maximum;
    /// The smaller of both, NaN if one of them is.
    "minimum" minimum Minimum;
}

macro_rules! operators {
    ($($trait:ident $operator:ident $name:literal $variant:ident;)*) => { $(
        operators!(@pair $trait $operator $name $variant, &Tensor<T>, &Tensor<T>, clone, borrowed);
        operators!(@pair $trait $operator $name $variant, &Tensor<T>, Tensor<T>, clone, owned);
        operators!(@pair $trait $operator $name $variant, Tensor<T>, &Tensor<T>, into, borrowed);
        operators!(@pair $trait $operator $name $variant, Tensor<T>, Tensor<T>, into, owned);
        operators!(@pair $trait $operator $name $variant, &Tensor<T>, T, clone, scalar);
        operators!(@pair $trait $operator $name $variant, Tensor<T>, T, into, scalar);
        operators!(@left $trait $operator $name $variant, f32);
        operators!(@left $trait $operator $name $variant, f64);
    )* };
    (@pair $trait:ident $operator:ident $name:literal $variant:ident, $left:ty, $right:ty, $how:ident, $kind:ident) => {
        /// # Panics
        /// If the shapes do not broadcast, an integer is divided by zero, or there is no memory for the result; the `try_` method returns an
        /// error instead.
        impl<T: Numeric> $trait<$right> for $left {
            type Output = Tensor<T>;

            #[track_caller]
            fn $operator(self, right: $right) -> Tensor<T> {
                let left: Tensor<T> = self.$how();
                operators!(@right right $kind);
                finish(left.binary($name, Binary::$variant, right))
            }
        }
    };
    (@right $right:ident borrowed) => {};
    (@right $right:ident owned) => { let $right = &$right; };
    (@right $right:ident scalar) => { let $right = &Tensor::scalar($right); };
    (@left $trait:ident $operator:ident $name:literal $variant:ident, $t:ty) => {
        impl $trait<&Tensor<$t>> for $t {
            type Output = Tensor<$t>;

            fn $operator(self, right: &Tensor<$t>) -> Tensor<$t> {
                finish(Tensor::scalar(self).binary($name, Binary::$variant, right))
            }
        }
        impl $trait<Tensor<$t>> for $t {
            type Output = Tensor<$t>;

            fn $operator(self, right: Tensor<$t>) -> Tensor<$t> {
                self.$operator(&right)
            }
        }
    };
}
operators! {
    Add add "add" Add;
    Sub sub "sub" Subtract;
    Mul mul "mul" Multiply;
    Div div "div" Divide;
}

/// Integers wrap around.
impl<T: Numeric> Neg for &Tensor<T> {
    type Output = Tensor<T>;

    fn neg(self) -> Tensor<T> {
        finish(Tensor::neg(self))
    }
}

/// Integers wrap around.
impl<T: Numeric> Neg for Tensor<T> {
    type Output = Tensor<T>;

    fn neg(self) -> Tensor<T> {
        finish(self.unary("neg", Unary::Negate, &[]))
    }
}

#[track_caller]
#[allow(
    clippy::panic,
    reason = "operators cannot return an error, so they do what indexing outside a `Vec` does"
)]
fn finish<T: Numeric>(result: Result<Tensor<T>>) -> Tensor<T> {
    match result {
        Ok(tensor) => tensor,
        Err(error) => panic!("{error}"),
    }
}
