//! Formulas that another macro puts together of parts.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// With parentheses around what a `macro_rules!` has put in as one expression: it is one for its reader, but the compiler forgets that of what a
/// procedural macro writes, so that `a * $sum` would become `a * b + c`.
pub fn visible(tokens: TokenStream) -> TokenStream {
    tokens.into_iter().map(visible_token).collect()
}

fn visible_token(token: TokenTree) -> TokenTree {
    let TokenTree::Group(group) = token else {
        return token;
    };
    let inner = visible(group.stream());
    let delimiter = match group.delimiter() {
        Delimiter::None if inner.clone().into_iter().nth(1).is_some() => Delimiter::Parenthesis,
        other => other,
    };
    let mut visible = Group::new(delimiter, inner);
    visible.set_span(group.span());
    visible.into()
}
