//! A model as plain data: a tree of parameters and buffers, each with a path.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use backprop_tensor::{Float, Tensor};

use crate::{Buffer, Error, Param, Result};

/// Where in a model something is: `encoder.0.weight`. A list on the stack, so walking a model allocates nothing.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    segment: Segment<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Segment<'a> {
    Name(&'a str),
    Index(usize),
    Indices(&'a [usize]),
}

impl<'a> Path<'a> {
    /// The model itself; printed, it is empty.
    pub const ROOT: Self = Self {
        parent: None,
        segment: Segment::Name(""),
    };

    /// The field `name` of what is here.
    #[must_use]
    pub fn name(&'a self, name: &'a str) -> Self {
        Self {
            parent: Some(self),
            segment: Segment::Name(name),
        }
    }

    /// The part `index` of what is here.
    #[must_use]
    pub fn index(&'a self, index: usize) -> Self {
        Self {
            parent: Some(self),
            segment: Segment::Index(index),
        }
    }

    /// The part `indices[0]` of what is here, of that the part `indices[1]`, and so on: a step for each would take stack.
    ///
    /// ```
    /// use backprop_autodiff::Path;
    ///
    /// assert_eq!(Path::ROOT.name("body").indices(&[1, 0]).name("weight").to_string(), "body.1.0.weight");
    /// ```
    #[must_use]
    pub fn indices(&'a self, indices: &'a [usize]) -> Self {
        Self {
            parent: Some(self),
            segment: Segment::Indices(indices),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Of a model that is nested deeply, it is longer than the stack would take.
        let mut segments = Vec::new();
        let mut at = self;
        while let Some(parent) = at.parent {
            segments.push(at.segment);
            at = parent;
        }
        let mut separator = "";
        for segment in segments.into_iter().rev() {
            match segment {
                Segment::Name(name) => write!(f, "{separator}{name}")?,
                Segment::Index(index) => write!(f, "{separator}{index}")?,
                Segment::Indices(indices) => {
                    for index in indices {
                        write!(f, "{separator}{index}")?;
                        separator = ".";
                    }
                    continue;
                }
            }
            separator = ".";
        }
        Ok(())
    }
}

/// What hangs on the tree.
#[derive(Debug)]
#[non_exhaustive]
pub enum Leaf<'a, T: Float> {
    /// A parameter.
    Param(&'a Param<T>),
    /// A buffer.
    Buffer(&'a Buffer<T>),
}

/// What hangs on the tree, to be changed.
#[derive(Debug)]
#[non_exhaustive]
pub enum LeafMut<'a, T: Float> {
    /// A parameter.
    Param(&'a mut Param<T>),
    /// A buffer.
    Buffer(&'a mut Buffer<T>),
}

/// Something that owns parameters and buffers, and can show them, always in the same order and under the same paths.
///
/// `#[derive(Module)]` (crate `backprop-derive`) writes the two required methods: they visit each field under its name. Plain data (numbers,
/// strings, `PhantomData`) has no parameters; vectors, arrays, options, boxes, tuples and maps have those of what they hold.
///
/// ```
/// use backprop_autodiff::{Leaf, LeafMut, Module, Param, Path};
/// use backprop_tensor::Tensor;
///
/// struct Neuron {
///     weight: Param,
///     bias: Param,
/// }
///
/// impl Module for Neuron {
///     fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, f32>)) {
///         self.weight.visit(&path.name("weight"), visitor);
///         self.bias.visit(&path.name("bias"), visitor);
///     }
///
///     fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, f32>)) {
///         self.weight.visit_mut(&path.name("weight"), visitor);
///         self.bias.visit_mut(&path.name("bias"), visitor);
///     }
/// }
///
/// let neuron = Neuron { weight: Tensor::from([1.0, 2.0]).into(), bias: Tensor::from(0.0).into() };
/// let names: Vec<_> = neuron.named_parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["weight", "bias"]);
/// assert_eq!(neuron.parameter_count(), 3);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not implement `Module<{T}>`",
    note = "`#[derive(Module)]` implements it for a struct or enum all of whose fields do",
    note = "a field without parameters of another type is left out with `#[module(skip)]`"
)]
pub trait Module<T: Float = f32> {
    /// Shows every leaf with its path, which continues `path`.
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, T>));

    /// As [`visit`](Self::visit), to change them.
    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, T>));

    /// The parameters, in order.
    fn parameters(&self) -> Vec<&Param<T>> {
        let mut parameters = Vec::new();
        self.visit(&Path::ROOT, &mut |_, leaf| {
            if let Leaf::Param(param) = leaf {
                parameters.push(param);
            }
        });
        parameters
    }

    /// The parameters, to be changed.
    fn parameters_mut(&mut self) -> Vec<&mut Param<T>> {
        let mut parameters = Vec::new();
        self.visit_mut(&Path::ROOT, &mut |_, leaf| {
            if let LeafMut::Param(param) = leaf {
                parameters.push(param);
            }
        });
        parameters
    }

    /// The parameters with their paths: `encoder.0.weight`.
    fn named_parameters(&self) -> Vec<(String, &Param<T>)> {
        let mut parameters = Vec::new();
        self.visit(&Path::ROOT, &mut |path, leaf| {
            if let Leaf::Param(param) = leaf {
                parameters.push((path.to_string(), param));
            }
        });
        parameters
    }

    /// The number of numbers in all parameters; `usize::MAX` if they are more.
    fn parameter_count(&self) -> usize {
        let counts = self.parameters().into_iter().map(|param| param.value().count());
        counts.fold(0, usize::saturating_add)
    }

    /// Freezes the parameters, or has them trained again.
    fn set_trainable(&mut self, trainable: bool) {
        for param in self.parameters_mut() {
            param.set_trainable(trainable);
        }
    }

    /// All values by path, of parameters and buffers: what a file of the model holds.
    fn state(&self) -> BTreeMap<String, Tensor<T>> {
        let mut state = BTreeMap::new();
        self.visit(&Path::ROOT, &mut |path, leaf| {
            let value = match leaf {
                Leaf::Param(param) => param.value(),
                Leaf::Buffer(buffer) => buffer.value(),
            };
            state.insert(path.to_string(), value.clone());
        });
        state
    }

    /// Takes over all values, by path. Nothing has changed if there is an error.
    ///
    /// # Errors
    /// [`Error::Name`] if a path of either is missing from the other or has another shape there.
    fn load_state(&mut self, state: &BTreeMap<String, Tensor<T>>) -> Result<()> {
        check_state(&self.state(), state)?;
        let mut result = Ok(());
        self.visit_mut(&Path::ROOT, &mut |path, leaf| {
            let Some(value) = state.get(&path.to_string()).cloned() else {
                return;
            };
            let set = match leaf {
                LeafMut::Param(param) => param.set(value),
                LeafMut::Buffer(buffer) => buffer.set(value),
            };
            if let Err(error) = set {
                result = Err(error.into());
            }
        });
        result
    }
}

fn check_state<T: Float>(own: &BTreeMap<String, Tensor<T>>, new: &BTreeMap<String, Tensor<T>>) -> Result<()> {
    let error = |name: &str, expected: String| {
        Err(Error::Name {
            name: name.into(),
            expected,
        })
    };
    for (name, value) in own {
        match new.get(name) {
            None => {
                return error(
                    name,
                    format!("the model has it, of shape {}, the state does not", value.shape()),
                );
            }
            Some(other) if other.shape() != value.shape() => {
                let (own, new) = (value.shape(), other.shape());
                return error(name, format!("the model's shape is {own}, the state's {new}"));
            }
            Some(_) => {}
        }
    }
    match new.keys().find(|&name| !own.contains_key(name)) {
        Some(name) => error(name, "the state has it, the model does not".into()),
        None => Ok(()),
    }
}

impl<T: Float> Module<T> for Param<T> {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, T>)) {
        visitor(path, Leaf::Param(self));
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, T>)) {
        visitor(path, LeafMut::Param(self));
    }
}

impl<T: Float> Module<T> for Buffer<T> {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, T>)) {
        visitor(path, Leaf::Buffer(self));
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, T>)) {
        visitor(path, LeafMut::Buffer(self));
    }
}

/// Modules that hold others under an index.
macro_rules! sequences {
    ($([$($generics:tt)*] $container:ty;)*) => { $(
        impl<T: Float, M: Module<T>, $($generics)*> Module<T> for $container {
            fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, T>)) {
                for (index, module) in self.iter().enumerate() {
                    module.visit(&path.index(index), visitor);
                }
            }

            fn visit_mut<'a>(
                &'a mut self,
                path: &Path<'_>,
                visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, T>),
            ) {
                for (index, module) in self.iter_mut().enumerate() {
                    module.visit_mut(&path.index(index), visitor);
                }
            }
        }
    )* };
}
sequences! { [] Vec<M>; [const N: usize] [M; N]; }

impl<T: Float, M: Module<T>> Module<T> for Option<M> {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, T>)) {
        if let Some(module) = self {
            module.visit(path, visitor);
        }
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, T>)) {
        if let Some(module) = self {
            module.visit_mut(path, visitor);
        }
    }
}

impl<T: Float, M: Module<T> + ?Sized> Module<T> for Box<M> {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, T>)) {
        (**self).visit(path, visitor);
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, T>)) {
        (**self).visit_mut(path, visitor);
    }
}

impl<T: Float, M: Module<T>> Module<T> for BTreeMap<String, M> {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, T>)) {
        for (name, module) in self {
            module.visit(&path.name(name), visitor);
        }
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, T>)) {
        for (name, module) in self {
            module.visit_mut(&path.name(name), visitor);
        }
    }
}

macro_rules! tuples {
    ($(($($module:ident $index:tt),+))*) => { $(
        impl<T: Float, $($module: Module<T>),+> Module<T> for ($($module,)+) {
            fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, T>)) {
                $(self.$index.visit(&path.index($index), visitor);)+
            }

            fn visit_mut<'a>(
                &'a mut self,
                path: &Path<'_>,
                visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, T>),
            ) {
                $(self.$index.visit_mut(&path.index($index), visitor);)+
            }
        }
    )* };
}
tuples! {
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

/// Types without parameters, so that a model can hold its settings beside them.
macro_rules! plain {
    ($([$($generics:tt)*] $t:ty;)*) => { $(
        impl<T: Float, $($generics)*> Module<T> for $t {
            fn visit<'a>(&'a self, _: &Path<'_>, _: &mut dyn FnMut(&Path<'_>, Leaf<'a, T>)) {}

            fn visit_mut<'a>(&'a mut self, _: &Path<'_>, _: &mut dyn FnMut(&Path<'_>, LeafMut<'a, T>)) {}
        }
    )* };
}
plain! {
    [] (); [] bool; [] char; [] String; [] &'static str;
    [] u8; [] u16; [] u32; [] u64; [] usize; [] i8; [] i16; [] i32; [] i64; [] isize; [] f32; [] f64;
    [X] PhantomData<X>;
}
