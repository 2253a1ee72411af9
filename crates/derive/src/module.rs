//! `#[derive(Module)]`.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Error, GenericParam, Generics, Member, Path, Result, Type, parse_quote};

use crate::attributes::{ModuleContainer, ModuleField, default_path};
use crate::generics::is_number;
use crate::variants::{Variant, binding, variants};

/// The implementation of `Module` for this type.
pub(crate) fn expand(input: &DeriveInput, autodiff: &str) -> Result<TokenStream> {
    let container = ModuleContainer::parse(&input.attrs)?;
    let autodiff = match &container.autodiff {
        Some(path) => path.clone(),
        None => default_path(autodiff)?,
    };
    let variants = variants(input, "Module")?;
    let parts = variants
        .iter()
        .map(|variant| Part::all(variant, &input.generics))
        .collect::<Result<Vec<_>>>()?;
    let element = container.element.clone().unwrap_or_else(|| parse_quote!(__T));
    let visit = body(&variants, &parts, &quote!(visit), &autodiff, &element);
    let visit_mut = body(&variants, &parts, &quote!(visit_mut), &autodiff, &element);
    let generics = generics(input, &container, parts.iter().flatten(), &autodiff, &element);
    let name = &input.ident;
    let (_, type_generics, _) = input.generics.split_for_impl();
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #autodiff::Module<#element> for #name #type_generics #where_clause {
            fn visit<'__a>(
                &'__a self,
                __path: &#autodiff::Path<'_>,
                __visitor: &mut dyn ::core::ops::FnMut(&#autodiff::Path<'_>, #autodiff::Leaf<'__a, #element>),
            ) {
                #visit
            }

            fn visit_mut<'__a>(
                &'__a mut self,
                __path: &#autodiff::Path<'_>,
                __visitor: &mut dyn ::core::ops::FnMut(&#autodiff::Path<'_>, #autodiff::LeafMut<'__a, #element>),
            ) {
                #visit_mut
            }
        }
    })
}

/// A field that is visited.
struct Part<'a> {
    member: Member,
    ty: &'a Type,
    /// `name("weight")` or `index(0)`: the method that continues the path.
    segment: TokenStream,
}

impl<'a> Part<'a> {
    /// The parts of a variant, whose names must differ.
    fn all(variant: &Variant<'a>, generics: &Generics) -> Result<Vec<Self>> {
        ModuleField::refuse(variant.attributes)?;
        let mut parts = Vec::new();
        let mut names = BTreeSet::new();
        for (member, field) in variant.fields() {
            let attributes = ModuleField::parse(&field.attrs)?;
            if attributes.skip || is_number(&field.ty, generics) {
                continue;
            }
            let (name, segment) = match (&attributes.rename, &member) {
                (Some(name), _) => (name.value(), quote!(name(#name))),
                (None, Member::Named(name)) => {
                    let name = name.unraw().to_string();
                    let segment = quote!(name(#name));
                    (name, segment)
                }
                (None, Member::Unnamed(index)) => {
                    let index = index.index as usize;
                    (index.to_string(), quote!(index(#index)))
                }
            };
            if !names.insert(name.clone()) {
                return Err(Error::new_spanned(
                    field,
                    format!("there is another field of the name `{name}`"),
                ));
            }
            let ty = &field.ty;
            parts.push(Self { member, ty, segment });
        }
        Ok(parts)
    }
}

fn body(
    variants: &[Variant<'_>],
    parts: &[Vec<Part<'_>>],
    method: &TokenStream,
    autodiff: &Path,
    element: &Type,
) -> TokenStream {
    let arms = variants.iter().zip(parts).map(|(variant, parts)| {
        let path = variant.path(quote!(Self));
        let members = parts.iter().map(|part| &part.member);
        let bindings: Vec<_> = (0..parts.len()).map(binding).collect();
        let segments = parts.iter().map(|part| &part.segment);
        let calls = parts.iter().zip(&bindings).zip(segments).map(|((part, binding), segment)| {
            quote_spanned!(part.ty.span()=> #autodiff::Module::<#element>::#method(#binding, &__path.#segment, __visitor);)
        });
        quote!(#path { #(#members: #bindings,)* .. } => { #(#calls)* })
    });
    match variants {
        [] => quote!(match *self {}),
        _ => quote!(match self { #(#arms)* }),
    }
}

/// The type's generics, with an element of its own unless it has been said, and with what fields must implement.
///
/// The bounds are those of the fields' types, not of the type's parameters: so a struct of `Linear` implements
/// `Module<f32>` and no other, and the compiler finds that out without an annotation. With an element that has been said,
/// parameters are bounded instead: nothing refers to the type itself then, so that it may hold itself.
fn generics<'a>(
    input: &DeriveInput,
    container: &ModuleContainer,
    parts: impl Iterator<Item = &'a Part<'a>>,
    autodiff: &Path,
    element: &Type,
) -> Generics {
    let mut generics = input.generics.clone();
    if container.element.is_none() {
        let parameter: GenericParam = parse_quote!(__T: #autodiff::__private::Float);
        generics.params.push(parameter);
    }
    let predicates = &mut generics.make_where_clause().predicates;
    if let Some(bound) = &container.bound {
        predicates.extend(bound.iter().cloned());
    } else if container.element.is_some() {
        for parameter in input.generics.type_params() {
            let parameter = &parameter.ident;
            if *parameter != element.to_token_stream().to_string() {
                predicates.push(parse_quote!(#parameter: #autodiff::Module<#element>));
            }
        }
    } else {
        let mut known = BTreeSet::new();
        for Part { ty, .. } in parts {
            if known.insert(ty.to_token_stream().to_string()) {
                let module = quote_spanned!(ty.span()=> #autodiff::Module<#element>);
                predicates.push(parse_quote!(#ty: #module));
            }
        }
    }
    generics
}
