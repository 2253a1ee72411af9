//! What does not compile, and what its author reads.

use syn::parse_str;

use crate::{cast, module};

fn module_error(item: &str) -> String {
    module::expand(&parse_str(item).unwrap(), "::a")
        .unwrap_err()
        .to_string()
}

fn cast_error(item: &str) -> String {
    cast::expand(&parse_str(item).unwrap(), "::a")
        .unwrap_err()
        .to_string()
}

#[test]
fn unions_are_refused() {
    let item = "union U { a: u8, b: u8 }";
    assert!(module_error(item).starts_with("Module cannot be derived for a union"));
    assert!(cast_error(item).starts_with("Cast cannot be derived for a union"));
}

#[test]
fn unknown_settings_are_answered_with_the_known_ones() {
    let known = "known here are `skip` and `rename = \"...\"`";
    assert_eq!(module_error("struct S { #[module(skipped)] a: u8 }"), known);
    let known = "known here are `crate = path`, `element = type` and `bound = \"...\"`";
    assert_eq!(module_error("#[module(elements = f32)] struct S;"), known);
    assert_eq!(
        cast_error("#[cast(with = U)] struct S;"),
        "known here are `crate = path` and `element = T`"
    );
    assert_eq!(cast_error("struct S(#[cast(copy)] u8);"), "known here is `clone`");
}

#[test]
fn settings_in_the_wrong_place_are_sent_to_the_right_one() {
    let field = "this belongs to a field";
    let container = "this belongs to the struct or enum";
    assert_eq!(module_error("#[module(skip)] struct S { a: u8 }"), field);
    assert_eq!(
        module_error("enum E { #[module(rename = \"b\")] A { a: u8 } }"),
        field
    );
    assert_eq!(
        module_error("struct S { #[module(element = f32)] a: u8 }"),
        container
    );
    assert_eq!(cast_error("#[cast(clone)] struct S;"), field);
    assert_eq!(cast_error("struct S(#[cast(element = T)] u8);"), container);
}

#[test]
fn settings_are_said_once_and_make_sense_together() {
    assert_eq!(
        module_error("#[module(element = f32, element = f64)] struct S;"),
        "this is said twice"
    );
    assert_eq!(
        module_error("struct S { #[module(skip)] #[module(skip)] a: u8 }"),
        "this is said twice"
    );
    let error = module_error("struct S { #[module(skip, rename = \"b\")] a: u8 }");
    assert_eq!(error, "a field that is skipped needs no name");
}

#[test]
fn names_make_paths_that_can_be_told_apart() {
    assert_eq!(
        module_error("struct S { #[module(rename = \"\")] a: u8 }"),
        "a name is not empty"
    );
    let error = module_error("struct S { #[module(rename = \"a.b\")] a: u8 }");
    assert_eq!(error, "a name holds no `.`, which separates the names of a path");
    let error = module_error("struct S { #[module(rename = \"b\")] a: u8, b: u8 }");
    assert_eq!(error, "there is another field of the name `b`");
    assert!(module::expand(&parse_str("enum E { A { a: u8 }, B { a: u8 } }").unwrap(), "::a").is_ok());
}

#[test]
fn the_element_of_a_cast_is_one_parameter() {
    let error = cast_error("struct S<A: Float, B> where B: Clone + other::Float { a: A, b: B }");
    assert!(
        error.starts_with("a second parameter bounded by `Float`"),
        "{error}"
    );
    let error = cast_error("#[cast(element = U)] struct S<T: Float>(T);");
    assert_eq!(error, "there is no type parameter of this name");
}

#[test]
fn what_is_no_attribute_is_refused_by_the_parser() {
    for item in [
        "struct S { #[module] a: u8 }",
        "struct S { #[module = 1] a: u8 }",
        "struct S { #[module(rename)] a: u8 }",
        "struct S { #[module(rename = 1)] a: u8 }",
        "#[module(bound = \"where\")] struct S;",
        "#[module(crate)] struct S;",
    ] {
        assert!(!module_error(item).is_empty());
    }
}

#[test]
fn generated_code_finds_the_traits_where_it_is_told() {
    for (item, path) in [
        ("struct S;", ":: backprop :: autodiff :: Module"),
        ("#[module(crate = other)] struct S;", "other :: Module"),
    ] {
        let code = module::expand(&parse_str(item).unwrap(), crate::FACADE)
            .unwrap()
            .to_string();
        assert!(code.contains(path), "{code}");
        assert!(!code.contains("backprop_autodiff"), "{code}");
    }
    let code = cast::expand(&parse_str("struct S;").unwrap(), crate::FACADE)
        .unwrap()
        .to_string();
    assert!(code.contains(":: backprop :: autodiff :: Cast"), "{code}");
}
