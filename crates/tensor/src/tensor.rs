//! The tensor: shared elements and where they lie; how one is made and read.

use std::any::Any;

use crate::counters::{self, Family};
use crate::shared::Shared;
use crate::storage::Storage;
use crate::{Element, Error, Layout, Numeric, Result, Shape};

/// An n-dimensional array of `T`, row-major, whose storage is shared until it is changed.
///
/// Cloning and all views (`transpose`, `slice`, `broadcast_to`, ...) cost the same whatever the size; changing a
/// tensor whose storage is shared copies it first. Rank 0 (a scalar) and lengths of 0 are ordinary.
///
/// ```
/// use backprop_tensor::Tensor;
///
/// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// let y = &x.transpose(0, 1)? * 10.0;
/// assert_eq!(y.shape(), &[3, 2]);
/// assert_eq!(y.to_vec(), [10.0, 40.0, 20.0, 50.0, 30.0, 60.0]);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
#[derive(Clone)]
pub struct Tensor<T: Element = f32> {
    whole: Shared<Whole<T>>,
    /// Where its elements are, unless they are all of them, row after row.
    view: Option<Box<Layout>>,
}

/// What the views of a tensor share. The shape lies beside the elements: so a tensor is no more than two pointers, and is
/// moved and cloned for nothing.
struct Whole<T: Element> {
    storage: Storage<T>,
    /// Of all the elements, row after row.
    shape: Shape,
}

impl<T: Element> Tensor<T> {
    /// A tensor of these elements in row-major order.
    ///
    /// # Errors
    /// [`Error::Shapes`] if their number is not that of the shape.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// assert_eq!(Tensor::from_slice(&[1, 2, 3, 4], [2, 2])?, Tensor::from([[1, 2], [3, 4]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn from_slice(elements: &[T], shape: impl AsRef<[usize]>) -> Result<Self> {
        let shape = Shape::checked("from_slice", shape.as_ref())?;
        if shape.count() != elements.len() {
            let expected = format!("do not fit: the second needs {} elements", shape.count());
            return Err(Error::shapes("from_slice", &[elements.len()], &shape, expected));
        }
        counters::kernel(Family::Copy, || [size_of_val(elements); 2]);
        Self::build(shape, |target| target.copy_from_slice(elements))
    }

    /// A tensor with `value` everywhere.
    ///
    /// # Errors
    /// [`Error::Rank`], [`Error::Size`] or [`Error::Memory`] if no tensor can have this shape.
    pub fn full(shape: impl AsRef<[usize]>, value: T) -> Result<Self> {
        Self::build(Shape::checked("full", shape.as_ref())?, |target| {
            T::fill(target, value)
        })
    }

    /// A tensor of rank 0.
    pub fn scalar(value: T) -> Self {
        Self::copied(&[], &[value])
    }

    /// A tensor of this shape in fresh memory that `fill` is handed, with unspecified values in it.
    pub(crate) fn build(shape: Shape, fill: impl FnOnce(&mut [T])) -> Result<Self> {
        let mut storage = Storage::stale(shape.count())?;
        fill(storage.as_mut_slice());
        Ok(Self {
            whole: Shared::new(Whole { storage, shape }),
            view: None,
        })
    }

    /// As [`build`](Self::build), with a `fill` that may fail.
    pub(crate) fn try_build(shape: Shape, fill: impl FnOnce(&mut [T]) -> Result<()>) -> Result<Self> {
        let mut filled = Ok(());
        let tensor = Self::build(shape, |target| filled = fill(target))?;
        filled.map(|()| tensor)
    }

    /// For what is in memory already; without room for as much again the program cannot go on.
    fn copied(dims: &[usize], elements: &[T]) -> Self {
        counters::kernel(Family::Copy, || [size_of_val(elements); 2]);
        let shape = match Shape::checked("from", dims) {
            // An array of nothing, more times than can be counted.
            Err(_) if elements.is_empty() => Ok(Shape::EMPTY),
            shape => shape,
        };
        match shape.and_then(|shape| Self::build(shape, |target| target.copy_from_slice(elements))) {
            Ok(tensor) => tensor,
            Err(_) => std::alloc::handle_alloc_error(std::alloc::Layout::for_value(elements)),
        }
    }

    /// The lengths of the axes, outermost first.
    #[inline]
    pub fn shape(&self) -> &Shape {
        match &self.view {
            None => &self.whole.shape,
            Some(layout) => layout.shape(),
        }
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape().rank()
    }

    /// The number of elements.
    pub fn count(&self) -> usize {
        self.shape().count()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Shape, strides and offset of this view.
    #[inline]
    pub fn layout(&self) -> Layout {
        match &self.view {
            None => Layout::row_major(self.whole.shape),
            Some(layout) => **layout,
        }
    }

    /// Where the elements are, unless they are all of the storage, row after row.
    #[inline]
    pub(crate) fn as_view(&self) -> Option<&Layout> {
        self.view.as_deref()
    }

    /// Position of the first element in the storage.
    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.view.as_ref().map_or(0, |layout| layout.offset())
    }

    /// Whether the elements lie one after another in row-major order.
    pub(crate) fn is_contiguous(&self) -> bool {
        self.view.as_ref().is_none_or(|layout| layout.is_contiguous())
    }

    /// The elements, if they lie one after another in row-major order.
    pub fn as_slice(&self) -> Option<&[T]> {
        let Some(layout) = &self.view else {
            return Some(self.storage());
        };
        let elements = layout.offset()..layout.offset() + layout.shape().count();
        // An empty view may begin anywhere.
        layout
            .is_contiguous()
            .then(|| self.storage().get(elements).unwrap_or(&[]))
    }

    /// The elements in row-major order, to be changed; copied first if the storage is shared or not in that order.
    ///
    /// # Errors
    /// [`Error::Memory`] if there is none for the copy.
    pub fn as_mut_slice(&mut self) -> Result<&mut [T]> {
        if !self.is_exclusive() {
            *self = Self::build(*self.shape(), |target| self.read(target))?;
        }
        let (offset, count) = (self.offset(), self.count());
        match self.whole.get_mut() {
            Some(whole) if count > 0 => Ok(&mut whole.storage.as_mut_slice()[offset..offset + count]),
            _ => Ok(&mut []),
        }
    }

    /// Whether the elements can be changed without a copy.
    pub(crate) fn is_exclusive(&mut self) -> bool {
        self.is_contiguous() && self.whole.is_only()
    }

    /// Copies the elements, in row-major order, to `target`.
    pub(crate) fn read(&self, target: &mut [T]) {
        if !target.is_empty() {
            counters::kernel(Family::Copy, || {
                [self.layout().distinct() * size_of::<T>(), size_of_val(target)]
            });
            T::gather(target, self.storage(), &self.layout(), 0);
        }
    }

    /// The whole storage this is a view of.
    pub(crate) fn storage(&self) -> &[T] {
        self.whole.storage.as_slice()
    }

    /// Another view of the same storage.
    pub(crate) fn view(&self, layout: Layout) -> Self {
        Self {
            whole: self.whole.clone(),
            view: Some(Box::new(layout)),
        }
    }

    /// The elements in row-major order.
    ///
    /// Without memory for them the program ends, as with any `Vec` that grows too large. A tensor in memory may have more elements than
    /// fit there, once it is [broadcast](Self::broadcast_to): where that may be, [`try_to_vec`](Self::try_to_vec) returns an error.
    pub fn to_vec(&self) -> Vec<T> {
        let mut elements = vec![T::default(); self.count()];
        self.read(&mut elements);
        elements
    }

    /// The elements in row-major order, as [`to_vec`](Self::to_vec) has them.
    ///
    /// # Errors
    /// [`Error::Memory`] if there is none for them.
    ///
    /// ```
    /// # use backprop_tensor::{Error, Tensor};
    /// let x = Tensor::scalar(1.0).broadcast_to([1 << 20, 1 << 20, 1 << 10])?;
    /// assert!(matches!(x.try_to_vec(), Err(Error::Memory { .. })));
    /// assert_eq!(x.slice(0, ..2)?.slice(1, ..1)?.slice(2, ..1)?.try_to_vec()?, [1.0, 1.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn try_to_vec(&self) -> Result<Vec<T>> {
        let mut elements = Vec::new();
        let bytes = self.count().saturating_mul(size_of::<T>());
        elements
            .try_reserve_exact(self.count())
            .map_err(|_| Error::Memory { bytes })?;
        elements.resize(self.count(), T::default());
        self.read(&mut elements);
        Ok(elements)
    }

    /// The element at `index`.
    ///
    /// # Errors
    /// [`Error::Shape`] if `index` has not one number an axis; [`Error::Index`] if one is outside.
    pub fn get(&self, index: impl AsRef<[usize]>) -> Result<T> {
        Ok(self.storage()[self.layout().position("get", index.as_ref())?])
    }

    /// The element of a tensor that has only one.
    ///
    /// # Errors
    /// [`Error::Shape`] if there are more, or none.
    pub fn item(&self) -> Result<T> {
        if self.count() != 1 {
            return Err(Error::shape(
                "item",
                self.shape(),
                "needs a tensor of one element",
            ));
        }
        Ok(self.storage()[self.offset()])
    }

    /// A tensor of the same elements in row-major order: this one if it has it, else a copy.
    ///
    /// # Errors
    /// [`Error::Memory`] if there is none for the copy.
    pub fn contiguous(&self) -> Result<Self> {
        if self.is_contiguous() {
            return Ok(self.clone());
        }
        Self::build(*self.shape(), |target| self.read(target))
    }

    /// The elements in row-major order: these, or those of a copy that is put where it lives long enough.
    pub(crate) fn elements<'a>(&'a self, copy: &'a mut Option<Self>) -> Result<&'a [T]> {
        if let Some(elements) = self.as_slice() {
            return Ok(elements);
        }
        Ok(copy.insert(self.contiguous()?).as_slice().unwrap_or(&[]))
    }

    /// Each element through a function of one's own, which may change the type.
    ///
    /// # Errors
    /// [`Error::Memory`] if there is none for the result.
    pub fn map<U: Element>(&self, f: impl Fn(T) -> U) -> Result<Tensor<U>> {
        let source = self.contiguous()?;
        let elements = source.as_slice().unwrap_or(&[]);
        Tensor::build(*self.shape(), |target| {
            counters::kernel(Family::Elementwise, || {
                [size_of_val(elements), size_of_val(target)]
            });
            for (to, &from) in target.iter_mut().zip(elements) {
                *to = f(from);
            }
        })
    }

    /// The same elements as numbers of another type: the nearest ones, or toward zero and saturating for integers.
    ///
    /// NaN becomes the integer 0; false and true become 0 and 1. Numbers of the same type are not copied, unless the tensor is a view in another order.
    ///
    /// ```
    /// # use backprop_tensor::Tensor;
    /// let pixels = Tensor::from([0_u8, 51, 255]);
    /// assert_eq!(&pixels.cast::<f32>()? / 255.0, Tensor::from([0.0, 0.2, 1.0]));
    /// assert_eq!(Tensor::from([-1.5, 1.9, 1e9]).cast::<u8>()?, Tensor::from([0, 1, 255]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Memory`] if there is none for the result.
    pub fn cast<U: Numeric>(&self) -> Result<Tensor<U>> {
        let source = self.contiguous()?;
        // To its own type it is the same tensor.
        if let Some(same) = (&source as &dyn Any).downcast_ref::<Tensor<U>>() {
            return Ok(same.clone());
        }
        Tensor::build(*self.shape(), |target| {
            counters::kernel(Family::Cast, || {
                [size_of::<T>() * target.len(), size_of_val(target)]
            });
            U::cast(target, T::elements(source.as_slice().unwrap_or(&[])));
        })
    }
}

impl<T: Numeric> Tensor<T> {
    /// Zeros.
    ///
    /// # Errors
    /// As [`full`](Self::full).
    pub fn zeros(shape: impl AsRef<[usize]>) -> Result<Self> {
        Self::full(shape, T::ZERO)
    }

    /// Ones.
    ///
    /// # Errors
    /// As [`full`](Self::full).
    pub fn ones(shape: impl AsRef<[usize]>) -> Result<Self> {
        Self::full(shape, T::ONE)
    }
}

/// The scalar 0.
impl<T: Element> Default for Tensor<T> {
    fn default() -> Self {
        Self::scalar(T::default())
    }
}

impl<T: Element> From<T> for Tensor<T> {
    fn from(value: T) -> Self {
        Self::scalar(value)
    }
}

macro_rules! from_arrays {
    ($($array:ty, [$($n:ident),+], $($flatten:ident),*;)*) => {
        $(impl<T: Element, $(const $n: usize),+> From<$array> for Tensor<T> {
            fn from(array: $array) -> Self {
                Self::copied(&[$($n),+], array$(.$flatten())*)
            }
        })*
    };
}
from_arrays! {
    [T; A], [A], as_slice;
    [[T; B]; A], [A, B], as_flattened;
    [[[T; C]; B]; A], [A, B, C], as_flattened, as_flattened;
    [[[[T; D]; C]; B]; A], [A, B, C, D], as_flattened, as_flattened, as_flattened;
}

impl<T: Element> From<Vec<T>> for Tensor<T> {
    fn from(elements: Vec<T>) -> Self {
        Self::copied(&[elements.len()], &elements)
    }
}
