//! Type parameters, told apart by their bounds.

use syn::{Generics, Ident, Type, TypeParamBound, WherePredicate};

/// Whether a type is this type parameter itself.
pub(crate) fn is_parameter(ty: &Type, parameter: &Ident) -> bool {
    matches!(ty, Type::Path(path) if path.qself.is_none() && path.path.is_ident(parameter))
}

/// Whether a type is a number: a type parameter that is bounded by `Float`.
pub(crate) fn is_number(ty: &Type, generics: &Generics) -> bool {
    let mut parameters = generics.type_params().map(|parameter| &parameter.ident);
    parameters.any(|parameter| is_parameter(ty, parameter) && is_float(parameter, generics))
}

/// Whether a type parameter is bounded by a trait called `Float`.
pub(crate) fn is_float(parameter: &Ident, generics: &Generics) -> bool {
    let float = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => bound
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "Float"),
        _ => false,
    };
    let own = generics.type_params().filter(|other| other.ident == *parameter);
    let clause = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    own.flat_map(|own| &own.bounds).any(float)
        || clause.into_iter().any(|predicate| match predicate {
            WherePredicate::Type(predicate) => {
                is_parameter(&predicate.bounded_ty, parameter) && predicate.bounds.iter().any(float)
            }
            _ => false,
        })
}
