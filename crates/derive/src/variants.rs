//! What structs and enums have in common: variants (a struct is one) of fields.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Data, DeriveInput, Error, Field, Fields, Ident, Member, Result};

/// The variants of a struct or enum; `name` is the trait being derived.
pub(crate) fn variants<'a>(input: &'a DeriveInput, name: &str) -> Result<Vec<Variant<'a>>> {
    match &input.data {
        Data::Struct(data) => Ok(vec![Variant {
            name: None,
            attributes: &[],
            fields: &data.fields,
        }]),
        Data::Enum(data) => Ok(data
            .variants
            .iter()
            .map(|variant| Variant {
                name: Some(&variant.ident),
                attributes: &variant.attrs,
                fields: &variant.fields,
            })
            .collect()),
        Data::Union(data) => {
            let message = format!("{name} cannot be derived for a union: which field is active is not known");
            Err(Error::new_spanned(data.union_token, message))
        }
    }
}

/// A variant of an enum, or a struct.
pub(crate) struct Variant<'a> {
    /// `None` for a struct.
    name: Option<&'a Ident>,
    /// Those of a variant; those of a struct are the container's.
    pub(crate) attributes: &'a [syn::Attribute],
    fields: &'a Fields,
}

impl<'a> Variant<'a> {
    /// Its fields, with their names or indices.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (Member, &'a Field)> {
        self.fields.members().zip(self.fields)
    }

    /// `name` or `name::Variant`, to match with or to build: `Self`, or a type whose arguments are inferred.
    pub(crate) fn path(&self, of: impl ToTokens) -> TokenStream {
        match self.name {
            None => quote!(#of),
            Some(name) => quote!(#of::#name),
        }
    }
}

/// What the field of this number is called in the generated code.
pub(crate) fn binding(number: usize) -> Ident {
    format_ident!("__{}", number)
}
