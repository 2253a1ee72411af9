//! `#[derive(Cast)]`.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    DeriveInput, Error, GenericParam, Generics, Ident, Path, Result, Type, WherePredicate, parse_quote,
};

use crate::attributes::{CastContainer, default_path, is_cloned};
use crate::generics::{is_float, is_parameter};
use crate::variants::{Variant, binding, variants};

/// The implementation of `Cast` for this type.
pub(crate) fn expand(input: &DeriveInput, autodiff: &str) -> Result<TokenStream> {
    let container = CastContainer::parse(&input.attrs)?;
    let autodiff = match &container.autodiff {
        Some(path) => path.clone(),
        None => default_path(autodiff)?,
    };
    let parameters = Parameters::of(&input.generics, container.element.as_ref())?;
    let variants = variants(input, "Cast")?;
    let name = &input.ident;
    let arms = variants
        .iter()
        .map(|variant| arm(variant, name, &parameters, &autodiff))
        .collect::<Result<Vec<_>>>()?;
    let body = match variants.as_slice() {
        [] => quote!(match *self {}),
        _ => quote!(::core::result::Result::Ok(match self { #(#arms)* })),
    };
    let mut generics = input.generics.clone();
    for parameter in &parameters.modules {
        let bound: WherePredicate = parse_quote!(#parameter: #autodiff::Cast);
        generics.make_where_clause().predicates.push(bound);
    }
    let with = parameters.with(&input.generics, &autodiff);
    let (_, type_generics, _) = input.generics.split_for_impl();
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #autodiff::Cast for #name #type_generics #where_clause {
            type With<__U: #autodiff::__private::Float> = #name #with;

            fn cast<__U: #autodiff::__private::Float>(&self) -> #autodiff::Result<Self::With<__U>> {
                #body
            }
        }
    })
}

fn arm(variant: &Variant<'_>, name: &Ident, parameters: &Parameters, autodiff: &Path) -> Result<TokenStream> {
    let mut members = Vec::new();
    let mut bindings = Vec::new();
    let mut values = Vec::new();
    for (number, (member, field)) in variant.fields().enumerate() {
        let binding = binding(number);
        let span = field.ty.span();
        values.push(if is_cloned(&field.attrs)? || !parameters.occur_in(&field.ty) {
            quote_spanned!(span=> ::core::clone::Clone::clone(#binding))
        } else if parameters.is_element(&field.ty) {
            let numeric = quote!(#autodiff::__private::Numeric);
            quote!(<__U as #numeric>::from_f64(#numeric::to_f64(*#binding)))
        } else {
            quote_spanned!(span=> #autodiff::Cast::cast::<__U>(#binding)?)
        });
        members.push(member);
        bindings.push(binding);
    }
    let (from, to) = (variant.path(quote!(Self)), variant.path(name));
    Ok(quote!(#from { #(#members: #bindings,)* } => #to { #(#members: #values,)* },))
}

/// The type parameters that a cast replaces.
struct Parameters {
    /// The element.
    element: Option<Ident>,
    /// All others, which stand for modules.
    modules: Vec<Ident>,
}

impl Parameters {
    /// The element is the one that has been said, or else the one bounded by `Float`.
    fn of(generics: &Generics, element: Option<&Ident>) -> Result<Self> {
        let names: Vec<_> = generics
            .type_params()
            .map(|parameter| parameter.ident.clone())
            .collect();
        let floats = names.iter().filter(|name| is_float(name, generics));
        let mut elements: Vec<_> = match element {
            Some(element) => names.iter().filter(|name| *name == element).collect(),
            None => floats.collect(),
        };
        if let (Some(element), true) = (element, elements.is_empty()) {
            return Err(Error::new_spanned(
                element,
                "there is no type parameter of this name",
            ));
        }
        if let [_, second, ..] = elements[..] {
            let message =
                "a second parameter bounded by `Float`; say which one a cast changes: `#[cast(element = T)]`";
            return Err(Error::new_spanned(second, message));
        }
        let element = elements.pop().cloned();
        let modules = names
            .into_iter()
            .filter(|name| Some(name) != element.as_ref())
            .collect();
        Ok(Self { element, modules })
    }

    /// The arguments of the type after the cast.
    fn with(&self, generics: &Generics, autodiff: &Path) -> TokenStream {
        let arguments = generics.params.iter().map(|parameter| match parameter {
            GenericParam::Type(parameter) if Some(&parameter.ident) == self.element.as_ref() => quote!(__U),
            GenericParam::Type(parameter) => {
                let parameter = &parameter.ident;
                quote!(<#parameter as #autodiff::Cast>::With<__U>)
            }
            GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Lifetime(parameter) => parameter.lifetime.to_token_stream(),
        });
        quote!(<#(#arguments),*>)
    }

    fn is_element(&self, ty: &Type) -> bool {
        self.element
            .as_ref()
            .is_some_and(|element| is_parameter(ty, element))
    }

    /// Whether one of the parameters occurs in a type.
    fn occur_in(&self, ty: &Type) -> bool {
        self.occur(ty.to_token_stream())
    }

    fn occur(&self, tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => self.element.as_ref() == Some(&ident) || self.modules.contains(&ident),
            TokenTree::Group(group) => self.occur(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        })
    }
}
