//! What does not compile, and what its author reads.

use crate::{emit, input::Input};

/// The message for a formula.
fn message(formula: &str) -> String {
    let text = format!("(root) {formula}");
    let expanded = syn::parse_str::<Input>(&text).and_then(|input| emit::kernel(&input));
    match expanded {
        Err(error) => error.to_string(),
        Ok(tokens) => panic!("`{formula}` is taken: {tokens}"),
    }
}

fn is_taken(formula: &str) {
    let text = format!("(root) {formula}");
    let expanded = syn::parse_str::<Input>(&text).and_then(|input| emit::kernel(&input));
    assert!(expanded.is_ok(), "`{formula}`: {}", expanded.unwrap_err());
}

#[test]
fn what_the_language_has_is_taken() {
    for formula in [
        "|x| x",
        "|x, y; p| x * y + p",
        "|x; p: 1.0, q: self.rate * f(a, b), r: { a || b }| x * p + q - r",
        "|x| { let y = x + 1.0; y * y }",
        "|x| if x > 0.0 { x } else if x.is_nan() { 0.0 } else { -x }",
        "|x| { let (a, b) = math::normal(x); a - b }",
        "|x| { let (a, _) = (x, 1.0); a }",
        "|x| math::product([x, x], [])",
        "|x| backprop_tensor::math::exp(x)",
        "|x| x / 2.0; where x > 0.0; else 0.0",
        "|x| x / 2.0; where x > 0.0; or x > -1.0; else 0.0",
        "mut w; g; rate => { w -= rate * g; }",
        "mut w; g; rate: self.rate, share: 1.0 - self.rate => { w -= rate * share * g; }",
        "mut a, b; ; p => { a = b * p; b += a; }",
        "mut a; b => { let c = a; if b > 0.0 { a = c * b; } }",
    ] {
        is_taken(formula);
    }
}

#[test]
fn what_it_has_not_is_refused_with_what_it_has() {
    let taken = "a formula takes numbers such as `0.5`, its arguments, `let`, `if` and `else`, arithmetic, comparisons, functions of `math`, and the methods \
        abs, sqrt, is_nan and is_finite; not ";
    for (formula, what) in [
        ("|x| { for i in y {} x }", "a loop"),
        ("|x| { while x > 0.0 {} x }", "a loop"),
        ("|x| match x { _ => x }", "`match`"),
        ("|x| (|y| y)(x)", "a call of this"),
        ("|x| x + vec![1.0]", "a macro"),
        ("|x| x as f64", "a conversion"),
        ("|x| x + [1.0][0]", "a list"),
        ("|x| { return x; }", "a jump"),
        ("|x| &x", "a reference"),
        ("|x| *x", "a reference"),
        ("|x| x % 2.0", "this operator"),
        ("|x| x + x.field", "a field"),
        ("|x| x + \"one\"", "this literal"),
        ("|x| if let 1.0 = x { x } else { x }", "`if let`"),
        ("|x| { struct S; x }", "an item"),
    ] {
        assert_eq!(message(formula), format!("{taken}{what}"), "{formula}");
    }
}

#[test]
fn numbers_are_written_for_both_types() {
    assert_eq!(message("|x| x * 2"), "write `2.0`: a formula takes no integers");
    assert_eq!(
        message("|x| x * 2.0_f32"),
        "a formula is compiled for f32 and for f64: write the number without its type"
    );
    assert!(message("|x| x * f64::MAX").starts_with("a constant has one type"));
}

#[test]
fn names_are_arguments() {
    assert!(
        message("|x| x * beta").starts_with("`beta` is neither an argument of the formula nor a `let` in it")
    );
    assert!(message("|x| { { let y = x; } y }").starts_with("`y` is neither"));
    assert_eq!(message("|x, x| x"), "`x` is named twice");
    assert_eq!(message("|x; x| x"), "`x` is named twice");
    assert_eq!(
        message("mut w; g => { u = g; }"),
        "`u` is not a value of this kernel"
    );
}

#[test]
fn functions_are_those_of_math() {
    assert_eq!(
        message("|x| exp(x)"),
        "a formula calls functions of `backprop_tensor::math` only, by their module: `math::exp(..)` if it is one of them"
    );
    assert_eq!(
        message("|x| f32::sin(x)"),
        "a formula calls functions of `backprop_tensor::math` only"
    );
    assert!(message("|x| x.exp()").ends_with("as `math::exp(x)`, which are vectorized"));
    assert!(message("|x| math::product(x, x)").starts_with("write `math::product([a, b], [c])`"));
    assert_eq!(message("|x| x * math::exp"), "call it: `math::exp(..)`");
    for (formula, hint) in [
        ("|x| x.powi(2)", "write `x * x`, or `math::powf(x, 2.0)`"),
        ("|x| x.ln()", "write `math::log(x)`"),
        ("|x| x.max(0.0)", "write `math::max(x, y)`"),
    ] {
        assert!(message(formula).ends_with(hint), "{}", message(formula));
    }
}

/// `backprop-tensor` knows the functions, so the mistake is found where the list of steps is compiled: the message stands in the code.
#[test]
fn a_function_that_there_is_not_is_named() {
    let text = "(root) |x, y| math::gamma(x, y)";
    let code = emit::kernel(&syn::parse_str(text).unwrap()).unwrap().to_string();
    assert!(code.contains("`gamma` is not a function of `math` that formulas may call"));
    assert!(code.contains("`math::gamma` takes another number of arguments than 2"));
}

#[test]
fn what_is_read_only_is_not_assigned_to() {
    for formula in [
        "mut w; g => { g = w; }",
        "mut w; g; p => { p += w; }",
        "|x, y| { y = x; y }",
    ] {
        assert!(message(formula).contains("is read only"), "{formula}");
    }
    is_taken("mut w; g => { let mut g = g; g = w; w = g; }");
}

#[test]
fn values_are_numbers() {
    assert!(message("|x| (x, x)").starts_with("a number is wanted here, not several"));
    assert!(
        message("|x| { let y = x; }")
            .starts_with("a number is wanted here: end the block with an expression")
    );
    assert_eq!(
        message("|x| { let (a, b, c) = (x, x); a }"),
        "there are 2 values for these names"
    );
    assert!(message("|x| if x > 0.0 { x }").starts_with("an `if` that has a value needs an `else`"));
    assert_eq!(message("|x| (x, x).2"), "there is no such part");
    assert_eq!(
        message("|x| { let y; x }"),
        "give it its value at once: `let name = ...;`"
    );
}

#[test]
fn the_form_is_shown_to_those_who_miss_it() {
    assert!(message("x * x").starts_with("a kernel is `|x, y; p| formula`"));
    assert!(message("|| 1.0").starts_with("a formula has an argument at least"));
    assert!(message("|x| x; else 1.0").starts_with("expected `where`"));
    assert!(
        message("|x| x; where x > 0.0; and x > 1.0; else 0.0")
            .starts_with("`where likely; or safe; else other`")
    );
    assert_eq!(message("|x; p: | x"), "the number of `p` is missing");
    assert!(message("|x; p 1.0| x").starts_with("a parameter is `p: number`, or `p` for"));
    assert!(message("mut w; g; p q => { w = g; }").starts_with("a parameter is `p: number`"));
    assert!(
        message("|x; a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q| x")
            .starts_with("a kernel has at most 16 parameters")
    );
    assert!(message("|x| x, y").starts_with("the formula has ended here"));
    assert_eq!(message("mut w; g => { w = g; } w"), "the kernel has ended here");
}
