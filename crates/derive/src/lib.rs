//! `#[derive(Module)]` and `#[derive(Cast)]` for models that are plain structs.
//!
//! A model is a struct of its layers. The derives write what follows from that alone: how to visit every parameter
//! under its path ([`Module`](macro@Module)), and how to make the same model with another type of number ([`Cast`](macro@Cast)).
//!
//! ```
//! use backprop_autodiff::{Module, Param};
//! use backprop_derive::Module;
//! use backprop_tensor::Tensor;
//!
//! #[derive(Module)]
//! struct Neuron {
//!     weight: Param,
//!     bias: Option<Param>,
//! }
//!
//! #[derive(Module)]
//! struct Network {
//!     hidden: Vec<Neuron>,
//!     output: Neuron,
//!     #[module(skip)]
//!     name: String,
//! }
//!
//! let neuron = || Neuron { weight: Tensor::from([0.5, 1.0]).into(), bias: Some(Tensor::from(0.0).into()) };
//! let network = Network { hidden: vec![neuron(), neuron()], output: neuron(), name: "small".into() };
//! let names: Vec<_> = network.named_parameters().into_iter().map(|(name, _)| name).collect();
//! assert_eq!(
//!     names,
//!     ["hidden.0.weight", "hidden.0.bias", "hidden.1.weight", "hidden.1.bias", "output.weight", "output.bias"]
//! );
//! ```
//!
//! # How it is built
//!
//! * **No annotations.** The implementation is generic over the element, with one bound for each field's type:
//!   `impl<T: Float> Module<T> for Network where Vec<Neuron>: Module<T>, ...`. So a struct of `Linear` is a `Module<f32>` and nothing
//!   else, which the compiler finds out by itself, and a struct generic over its element is a `Module` of that element.
//! * **Errors where the mistake is.** A wrong attribute, a union, two fields of one name: each has a message that points at it and says
//!   what is known there.
//! * **Two names for each derive**, because generated code has to say where the traits are: [`Module`](macro@Module) and [`Cast`](macro@Cast) look in
//!   `::backprop_autodiff`; [`FacadeModule`] and [`FacadeCast`] look in `::backprop::autodiff`, and the crate `backprop` re-exports them as
//!   `Module` and `Cast`. Whichever a program imports fits what it depends on, without reading its `Cargo.toml`. Where
//!   a dependency is renamed, `#[module(crate = path)]` and `#[cast(crate = path)]` say so.
//!
//! This crate writes code for the traits of `backprop-autodiff`. It knows nothing of layers.

#![forbid(unsafe_code)]

mod attributes;
mod cast;
mod generics;
mod module;
#[cfg(test)]
mod tests;
mod variants;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

const AUTODIFF: &str = "::backprop_autodiff";
const FACADE: &str = "::backprop::autodiff";

/// Implements `Module`: visits the fields in the order in which they are declared, each under its name, or its index in a tuple.
///
/// Works for structs of all kinds and for enums, of which the fields of the variant at hand are visited; the variant's own name is no
/// part of the path. Vectors, arrays and tuples add an index to the path; options and boxes add nothing.
///
/// # Attributes
///
/// On a field:
///
/// * `#[module(skip)]`: has no parameters. Numbers (also of a generic type `T: Float`), strings and `PhantomData` need not be skipped.
/// * `#[module(rename = "w")]`: is called so in paths, to fit the files of another program for instance.
///
/// On the struct or enum:
///
/// * `#[module(element = f64)]` implements `Module<f64>` alone, without bounds on the fields' types, but `Module<f64>` on type parameters. A
///   type that holds itself needs it. `element = T` names a type parameter.
/// * `#[module(bound = "L: Module<f32>")]` replaces the bounds that would be generated.
/// * `#[module(crate = path)]`: where `Module` is, instead of `::backprop_autodiff`.
///
/// ```
/// use backprop_autodiff::{Module, Param};
/// use backprop_derive::Module;
/// use backprop_tensor::{Float, Tensor};
///
/// #[derive(Module)]
/// #[module(element = T)]
/// struct Tree<T: Float> {
///     #[module(rename = "w")]
///     weight: Param<T>,
///     branches: Vec<Tree<T>>,
/// }
///
/// let leaf = Tree { weight: Tensor::from(1.0_f64).into(), branches: vec![] };
/// let tree = Tree { weight: Tensor::from(2.0).into(), branches: vec![leaf] };
/// assert_eq!(tree.named_parameters()[1].0, "branches.0.w");
/// ```
///
/// # Errors
///
/// What is wrong does not compile:
///
/// ```compile_fail
/// # use backprop_derive::Module;
/// #[derive(Module)]
/// union Either { number: u32, letter: char } // which one is it?
/// ```
/// ```compile_fail
/// # use {backprop_autodiff::Param, backprop_derive::Module};
/// #[derive(Module)]
/// struct Neuron {
///     #[module(skipped)] // it is `skip`
///     weight: Param,
/// }
/// ```
/// ```compile_fail
/// # use {backprop_autodiff::Module, backprop_derive::Module};
/// #[derive(Module)]
/// struct Timed { started: std::time::Instant } // no module; to be skipped
///
/// fn parameters(timed: &Timed) -> usize {
///     Module::<f32>::parameters(timed).len()
/// }
/// ```
#[proc_macro_derive(Module, attributes(module))]
pub fn module(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(module::expand(&input, AUTODIFF))
}

/// [`Module`](macro@Module) for programs that depend on `backprop`, which re-exports it under that name.
#[proc_macro_derive(FacadeModule, attributes(module))]
pub fn facade_module(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(module::expand(&input, FACADE))
}

/// Implements `Cast` for a struct or enum that is generic over its element, the type parameter bounded by `Float`.
///
/// Fields whose type mentions a type parameter are cast, the others are cloned. Type parameters other than the element stand for parts that are
/// `Cast` themselves. A type without type parameters is its own cast.
///
/// # Attributes
///
/// * `#[cast(clone)]` on a field: is cloned, though its type mentions a parameter.
/// * `#[cast(element = T)]` on the struct or enum: which parameter is the element, if that is not plain.
/// * `#[cast(crate = path)]`: where `Cast` is, instead of `::backprop_autodiff`.
///
/// ```
/// use backprop_autodiff::{Cast, Param};
/// use backprop_derive::Cast;
/// use backprop_tensor::{Float, Tensor};
///
/// #[derive(Cast)]
/// struct Neuron<T: Float = f32> {
///     weight: Param<T>,
///     threshold: T,
///     name: String,
/// }
///
/// #[derive(Cast)]
/// struct Named<M> {
///     inner: M,
/// }
///
/// let neuron = Neuron { weight: Tensor::from([0.5, 1.0]).into(), threshold: 0.25, name: "first".into() };
/// let precise: Named<Neuron<f64>> = Named { inner: neuron }.cast()?;
/// assert_eq!(precise.inner.threshold, 0.25_f64);
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
///
/// # Errors
///
/// ```compile_fail
/// # use {backprop_derive::Cast, backprop_tensor::Float};
/// #[derive(Cast)]
/// struct Pair<A: Float, B: Float> { first: A, second: B } // which one is cast?
/// ```
#[proc_macro_derive(Cast, attributes(cast))]
pub fn cast(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(cast::expand(&input, AUTODIFF))
}

/// [`Cast`](macro@Cast) for programs that depend on `backprop`, which re-exports it under that name.
#[proc_macro_derive(FacadeCast, attributes(cast))]
pub fn facade_cast(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(cast::expand(&input, FACADE))
}

fn finish(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(syn::Error::into_compile_error).into()
}
