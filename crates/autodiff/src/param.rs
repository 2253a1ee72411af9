//! What a model owns: parameters, which training changes, and buffers, which a forward pass does.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};

use backprop_tensor::{Error as TensorError, Float, Result as TensorResult, Shape, Tensor};
use serde::{Deserialize, Serialize};

/// Identities are never used twice in a program. They decide which gradient belongs to which parameter, never a result.
static NEXT_ID: AtomicU64 = AtomicU64::new(0);

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            pub(crate) fn next() -> Self {
                Self(NEXT_ID.fetch_add(1, Relaxed))
            }
        }
    };
}
identity! {
    /// Which parameter a gradient belongs to.
    ParamId
}
identity! {
    /// Which buffer a new state belongs to.
    BufferId
}
identity! {
    /// Which tape a variable is on.
    TapeId
}

/// Which parameters are copies of one: clones and [casts](Param::cast), through any number of them.
///
/// By it an optimizer tells the copy of a model, which goes on with what was gathered, from another model whose parameters have the same names
/// and shapes. [`Param::new`] begins a lineage, and so does one that is read from a file, or the first step of an optimizer
/// ([`Param::begin_lineage`]): copies made before it are others then.
///
/// ```
/// use backprop_autodiff::Param;
/// use backprop_tensor::Tensor;
///
/// let mut w = Param::new(Tensor::from([1.0_f32]));
/// let (before, other) = (w.clone(), Param::new(Tensor::from([1.0_f32])));
/// assert_eq!(before.lineage(), w.lineage());
/// assert_ne!(other.lineage(), w.lineage());
/// w.begin_lineage();
/// assert_ne!(before.lineage(), w.lineage());
/// assert_eq!(w.clone().lineage(), w.lineage());
/// ```
#[derive(Debug, Clone)]
pub struct Lineage(Weak<()>);

impl Lineage {
    /// Whether a parameter of it is left.
    pub fn is_alive(&self) -> bool {
        self.0.strong_count() > 0
    }
}

impl PartialEq for Lineage {
    fn eq(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }
}

impl Eq for Lineage {}

impl Hash for Lineage {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_ptr().hash(state);
    }
}

/// A tensor that training changes.
///
/// Each has an identity, by which gradients find it: a clone, or one read from a file, has a new one. A clone shares its [`Lineage`] with the
/// original, by which an optimizer tells a model from another one. Comparison and serialization look at the value alone.
///
/// ```
/// use backprop_autodiff::{Param, Tape};
/// use backprop_tensor::Tensor;
///
/// let w = Param::new(Tensor::from([2.0_f32, 3.0]));
/// let tape = Tape::new();
/// let w_squared = tape.param(&w).square();
/// let gradients = w_squared.sum(..).backward()?;
/// assert_eq!(gradients.get(&w), Some(&Tensor::from([4.0, 6.0])));
/// assert_ne!(w.clone().id(), w.id());
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Param<T: Float = f32> {
    value: Tensor<T>,
    trainable: bool,
    #[serde(skip, default = "ParamId::next")]
    id: ParamId,
    /// One allocation for all copies, whose address says that they are.
    #[serde(skip)]
    lineage: Arc<()>,
    #[serde(skip)]
    failure: Option<Box<TensorError>>,
}

impl<T: Float> Param<T> {
    /// A parameter of this value, to be trained.
    pub fn new(value: Tensor<T>) -> Self {
        Self {
            value,
            trainable: true,
            id: ParamId::next(),
            lineage: Arc::default(),
            failure: None,
        }
    }

    /// A parameter of a value that may have failed to come about; the error then shows on the first tape that uses it.
    ///
    /// So the constructor of a layer need not return a `Result`.
    pub fn from_result(value: TensorResult<Tensor<T>>) -> Self {
        match value {
            Ok(value) => Self::new(value),
            Err(error) => Self {
                failure: Some(Box::new(error)),
                ..Self::new(Tensor::default())
            },
        }
    }

    /// Which one it is.
    pub fn id(&self) -> ParamId {
        self.id
    }

    /// Makes it the parameter of this identity.
    pub(crate) fn identify(&mut self, id: ParamId) {
        self.id = id;
    }

    /// Which parameters are copies of it, or it of them.
    pub fn lineage(&self) -> Lineage {
        Lineage(Arc::downgrade(&self.lineage))
    }

    /// Begins a lineage: it is a copy of none of those that there are.
    pub fn begin_lineage(&mut self) -> Lineage {
        self.lineage = Arc::default();
        self.lineage()
    }

    /// Its value.
    pub fn value(&self) -> &Tensor<T> {
        &self.value
    }

    /// Its value, to be changed; a change of shape is the caller's to answer for.
    pub fn value_mut(&mut self) -> &mut Tensor<T> {
        &mut self.value
    }

    /// Gives it another value of the same shape.
    ///
    /// # Errors
    /// [`TensorError::Shapes`] if the shape is another; the value is kept then.
    pub fn set(&mut self, value: Tensor<T>) -> TensorResult<()> {
        replace(&mut self.value, value)
    }

    /// The shape of its value.
    pub fn shape(&self) -> &Shape {
        self.value.shape()
    }

    /// Whether training changes it.
    pub fn is_trainable(&self) -> bool {
        self.trainable
    }

    /// Whether training shall change it. A tape computes no gradient for one that is frozen.
    pub fn set_trainable(&mut self, trainable: bool) {
        self.trainable = trainable;
    }

    /// Why it has no value, if it could not be made.
    pub fn failure(&self) -> Option<&TensorError> {
        self.failure.as_deref()
    }

    /// The same value as another type of element, with an identity of its own.
    pub fn cast<U: Float>(&self) -> Param<U> {
        let value = match &self.failure {
            Some(error) => Err(error.as_ref().clone()),
            None => self.value.cast(),
        };
        Param {
            trainable: self.trainable,
            lineage: self.lineage.clone(),
            ..Param::from_result(value)
        }
    }
}

/// A tensor of a model that is not trained, but may be changed by a forward pass in training: running means, for instance.
///
/// A forward pass cannot change the model it belongs to. It [leaves the new value with the tape](crate::Tape::update),
/// and it is written together with the gradients' step.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Buffer<T: Float = f32> {
    value: Tensor<T>,
    #[serde(skip, default = "BufferId::next")]
    id: BufferId,
}

impl<T: Float> Buffer<T> {
    /// A buffer of this value.
    pub fn new(value: Tensor<T>) -> Self {
        Self {
            value,
            id: BufferId::next(),
        }
    }

    /// Which one it is.
    pub fn id(&self) -> BufferId {
        self.id
    }

    /// Makes it the buffer of this identity.
    pub(crate) fn identify(&mut self, id: BufferId) {
        self.id = id;
    }

    /// Its value.
    pub fn value(&self) -> &Tensor<T> {
        &self.value
    }

    /// Gives it another value of the same shape.
    ///
    /// # Errors
    /// [`TensorError::Shapes`] if the shape is another; the value is kept then.
    pub fn set(&mut self, value: Tensor<T>) -> TensorResult<()> {
        replace(&mut self.value, value)
    }

    /// The shape of its value.
    pub fn shape(&self) -> &Shape {
        self.value.shape()
    }

    /// The same value as another type of element, with an identity of its own.
    ///
    /// # Errors
    /// [`TensorError::Memory`] if there is none for it.
    pub fn cast<U: Float>(&self) -> TensorResult<Buffer<U>> {
        Ok(Buffer::new(self.value.cast()?))
    }
}

fn replace<T: Float>(old: &mut Tensor<T>, new: Tensor<T>) -> TensorResult<()> {
    if old.shape() != new.shape() {
        let expected = "must be equal: the second is to replace the first";
        return Err(TensorError::shapes("set", old.shape(), new.shape(), expected));
    }
    *old = new;
    Ok(())
}

impl<T: Float> Clone for Param<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            trainable: self.trainable,
            id: ParamId::next(),
            lineage: self.lineage.clone(),
            failure: self.failure.clone(),
        }
    }
}

impl<T: Float> PartialEq for Param<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.failure == other.failure
    }
}

impl<T: Float> fmt::Debug for Param<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failure {
            Some(error) => write!(f, "Param(failed: {error})"),
            None => write!(f, "Param({}, {})", T::NAME, self.shape()),
        }
    }
}

impl<T: Float> From<Tensor<T>> for Param<T> {
    fn from(value: Tensor<T>) -> Self {
        Self::new(value)
    }
}

impl<T: Float> Clone for Buffer<T> {
    fn clone(&self) -> Self {
        Self::new(self.value.clone())
    }
}

impl<T: Float> PartialEq for Buffer<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Float> fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer({}, {})", T::NAME, self.shape())
    }
}
