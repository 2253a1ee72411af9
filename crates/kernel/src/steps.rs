//! The list of steps that a formula becomes.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};

/// A step by its place in the list.
pub type Place = u16;

/// One step; the order of its arguments is that of `backprop_tensor::formula`.
#[derive(Clone, PartialEq)]
pub enum Step {
    Input(Place),
    Parameter(Place),
    Constant(f64),
    /// A primitive of the language itself, by the name that `Function` has for it.
    Primitive(&'static str, Vec<Place>),
    /// A function of `math`, by its name as it stands in the formula, and which of its results, or how many of its arguments are in the first list.
    Math(Ident, usize, Vec<Place>),
}

impl Step {
    pub fn tokens(&self, root: &TokenStream) -> TokenStream {
        match self {
            Self::Input(place) => quote!(#root::formula::Step::Input(#place)),
            Self::Parameter(place) => quote!(#root::formula::Step::Parameter(#place)),
            Self::Constant(value) => {
                let value = constant(*value);
                quote!(#root::formula::Step::Constant(#value))
            }
            Self::Primitive(name, arguments) => {
                let name = Ident::new(name, proc_macro2::Span::mixed_site());
                quote!(#root::formula::Step::Call(#root::formula::Function::#name, &[#(#arguments),*]))
            }
            Self::Math(name, part, arguments) => {
                let (text, count) = (name.to_string(), arguments.len());
                let unknown = format!(
                    "`{text}` is not a function of `math` that formulas may call, or has fewer results"
                );
                let many = format!("`math::{text}` takes another number of arguments than {count}");
                // At the name, so that the compiler shows it.
                let function = quote_spanned! {name.span()=>
                    #root::__macros::function(#text, #part, #count, #unknown, #many)
                };
                quote!(#root::formula::Step::Call(#function, &[#(#arguments),*]))
            }
        }
    }
}

/// Literals cannot be negative or infinite.
fn constant(value: f64) -> TokenStream {
    let literal = Literal::f64_suffixed(value.abs());
    if value.is_sign_negative() {
        quote!(-#literal)
    } else {
        quote!(#literal)
    }
}

/// The steps so far; equal ones are taken once.
#[derive(Default)]
pub struct Steps(Vec<Step>);

impl Steps {
    pub fn add(&mut self, step: Step) -> syn::Result<Place> {
        let place = match self.0.iter().position(|known| same(known, &step)) {
            Some(place) => place,
            None => {
                self.0.push(step);
                self.0.len() - 1
            }
        };
        Place::try_from(place).map_err(|_| {
            syn::Error::new(
                proc_macro2::Span::call_site(),
                "a formula has at most 65,536 steps",
            )
        })
    }

    /// Takes back the steps from a place on.
    pub fn forget_from(&mut self, place: usize) {
        self.0.truncate(place);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn tokens(&self, root: &TokenStream) -> Vec<TokenStream> {
        self.0.iter().map(|step| step.tokens(root)).collect()
    }
}

/// Zeros of either sign are two constants.
fn same(one: &Step, other: &Step) -> bool {
    match (one, other) {
        (Step::Constant(one), Step::Constant(other)) => one.to_bits() == other.to_bits(),
        _ => one == other,
    }
}
