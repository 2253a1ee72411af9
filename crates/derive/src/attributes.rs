//! The attributes `#[module(...)]` and `#[cast(...)]`, with errors that point at what is wrong and say what is known.

use syn::meta::ParseNestedMeta;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Ident, LitStr, Path, Result, Token, Type, WherePredicate};

/// `#[module(crate = path, element = type, bound = "...")]` on a struct or enum.
#[derive(Default)]
pub(crate) struct ModuleContainer {
    pub(crate) autodiff: Option<Path>,
    pub(crate) element: Option<Type>,
    pub(crate) bound: Option<Vec<WherePredicate>>,
}

impl ModuleContainer {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut result = Self::default();
        each("module", attributes, |meta| match key(meta).as_str() {
            "crate" => set(&mut result.autodiff, meta, Path::parse_mod_style(meta.value()?)?),
            "element" => set(&mut result.element, meta, meta.value()?.parse()?),
            "bound" => {
                let bound: LitStr = meta.value()?.parse()?;
                let predicates = Punctuated::<WherePredicate, Token![,]>::parse_terminated;
                set(
                    &mut result.bound,
                    meta,
                    bound.parse_with(predicates)?.into_iter().collect(),
                )
            }
            "skip" | "rename" => Err(meta.error("this belongs to a field")),
            _ => Err(meta.error("known here are `crate = path`, `element = type` and `bound = \"...\"`")),
        })?;
        Ok(result)
    }
}

/// `#[module(skip)]` or `#[module(rename = "...")]` on a field.
#[derive(Default)]
pub(crate) struct ModuleField {
    pub(crate) skip: bool,
    pub(crate) rename: Option<LitStr>,
}

impl ModuleField {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut skip = None;
        let mut rename = None;
        each("module", attributes, |meta| match key(meta).as_str() {
            "skip" => set(&mut skip, meta, ()),
            "rename" => {
                let name: LitStr = meta.value()?.parse()?;
                match name.value() {
                    value if value.is_empty() => Err(Error::new_spanned(name, "a name is not empty")),
                    value if value.contains('.') => Err(Error::new_spanned(
                        name,
                        "a name holds no `.`, which separates the names of a path",
                    )),
                    _ => set(&mut rename, meta, name),
                }
            }
            "crate" | "element" | "bound" => Err(meta.error("this belongs to the struct or enum")),
            _ => Err(meta.error("known here are `skip` and `rename = \"...\"`")),
        })?;
        match (skip, &rename) {
            (Some(()), Some(name)) => Err(Error::new_spanned(name, "a field that is skipped needs no name")),
            _ => Ok(Self {
                skip: skip.is_some(),
                rename,
            }),
        }
    }

    /// For variants, which have no attributes of their own.
    pub(crate) fn refuse(attributes: &[Attribute]) -> Result<()> {
        each("module", attributes, |meta| {
            Err(meta.error("this belongs to a field"))
        })
    }
}

/// `#[cast(crate = path, element = T)]` on a struct or enum.
#[derive(Default)]
pub(crate) struct CastContainer {
    pub(crate) autodiff: Option<Path>,
    pub(crate) element: Option<Ident>,
}

impl CastContainer {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut result = Self::default();
        each("cast", attributes, |meta| match key(meta).as_str() {
            "crate" => set(&mut result.autodiff, meta, Path::parse_mod_style(meta.value()?)?),
            "element" => set(&mut result.element, meta, meta.value()?.parse()?),
            "clone" => Err(meta.error("this belongs to a field")),
            _ => Err(meta.error("known here are `crate = path` and `element = T`")),
        })?;
        Ok(result)
    }
}

/// Whether a field has `#[cast(clone)]`.
pub(crate) fn is_cloned(attributes: &[Attribute]) -> Result<bool> {
    let mut clone = None;
    each("cast", attributes, |meta| match key(meta).as_str() {
        "clone" => set(&mut clone, meta, ()),
        "crate" | "element" => Err(meta.error("this belongs to the struct or enum")),
        _ => Err(meta.error("known here is `clone`")),
    })?;
    Ok(clone.is_some())
}

/// Reads each setting of each attribute of this name.
fn each(
    name: &str,
    attributes: &[Attribute],
    mut read: impl FnMut(&ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident(name))
    {
        attribute.parse_nested_meta(|meta| read(&meta))?;
    }
    Ok(())
}

fn key(meta: &ParseNestedMeta<'_>) -> String {
    meta.path.get_ident().map(Ident::to_string).unwrap_or_default()
}

fn set<V>(slot: &mut Option<V>, meta: &ParseNestedMeta<'_>, value: V) -> Result<()> {
    match slot.replace(value) {
        Some(_) => Err(meta.error("this is said twice")),
        None => Ok(()),
    }
}

/// The default path of the crate of the traits.
pub(crate) fn default_path(path: &str) -> Result<Path> {
    Path::parse_mod_style.parse_str(path)
}
