//! The macro `kernel!` of `backprop-tensor`: an elementwise formula becomes vectorized functions, and data.
//!
//! This crate is of no use alone: the code that it writes calls `backprop-tensor`, whose `kernel!` documents the language and
//! hands its text on to [`kernel`](macro@kernel), with the path of that crate before it.
//!
//! # How it is built
//!
//! * **One text, two readings.** The formula is copied into the functions as it stands, so what runs is what was written and the
//!   compiler checks its types and names; and it is lowered to a list of steps in which every name has one value
//!   and every choice is a step that picks one of two.
//! * **No tables of functions.** Any `math::name(...)` is taken; `backprop-tensor`, which has the functions, looks the name up while it compiles the
//!   list. So adding a function touches that crate alone.
//! * **Errors where the mistake is.** What is not in the language (a loop, a closure, a function of another module) is refused at that token, with
//!   what is taken there.
//!
//! It knows nothing of tensors, and writes no `unsafe`.

#![forbid(unsafe_code)]

mod emit;
mod expression;
mod groups;
mod input;
mod lower;
mod statement;
mod steps;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// A `Kernel` of the formula after the path of `backprop-tensor` in parentheses; see `backprop_tensor::kernel!`.
#[proc_macro]
pub fn kernel(tokens: TokenStream) -> TokenStream {
    let tokens = TokenStream::from(groups::visible(tokens.into()));
    let input = parse_macro_input!(tokens as input::Input);
    emit::kernel(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}

/// The `Formula` after the path of `backprop-tensor` in parentheses, without functions; see `backprop_tensor::formula!`.
#[proc_macro]
pub fn formula(tokens: TokenStream) -> TokenStream {
    let tokens = TokenStream::from(groups::visible(tokens.into()));
    let input = parse_macro_input!(tokens as input::Input);
    emit::formula(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
