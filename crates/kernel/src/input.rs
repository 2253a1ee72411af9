//! What stands between the parentheses of `kernel!`.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Block, Expr, Ident, Token, parenthesized};

/// How many numbers a `Kernel` has room for.
const MAX_PARAMETERS: usize = 16;

/// A formula with its arguments.
pub struct Input {
    /// Where `backprop-tensor` is.
    pub root: TokenStream,
    /// The values that are updated; that of an expression is the first argument.
    pub outputs: Vec<Ident>,
    /// The values that are read only.
    pub inputs: Vec<Ident>,
    /// The same for all elements.
    pub parameters: Vec<Ident>,
    /// Of the parameters: expressions at the place of the macro.
    pub numbers: Vec<Expr>,
    pub body: Body,
}

pub enum Body {
    /// `|x, ...; p, ...| formula`
    Expression(Expr),
    /// `|x, ...| formula; where likely; or safe; else other`
    Guarded(Box<Guarded>),
    /// `mut x, ...; y, ...; p, ... => { statements }`
    Update(Block),
}

pub struct Guarded {
    pub formula: Expr,
    /// Nearly always true, and implies `safe`; the same as `safe` where there is but one condition.
    pub likely: Expr,
    /// Where the formula is right.
    pub safe: Expr,
    /// What is right where it is not.
    pub other: Expr,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let path;
        parenthesized!(path in input);
        let root = path.parse()?;
        if input.peek(Token![mut]) {
            update(root, input)
        } else if input.peek(Token![|]) {
            expression(root, input)
        } else {
            Err(input.error(
                "a kernel is `|x, y; p| formula` with `;` before its parameters, or `mut a, b; x, y; p => { statements }`, which updates a and b; `p: expression` gives a parameter its number, `p` alone that of the variable of this name",
            ))
        }
    }
}

fn expression(root: TokenStream, input: ParseStream<'_>) -> syn::Result<Input> {
    input.parse::<Token![|]>()?;
    let mut values = names(input)?;
    let (parameters, numbers) = match input.parse::<Option<Token![;]>>()? {
        Some(_) => numbers(input, |input| input.peek(Token![|]))?,
        None => (Vec::new(), Vec::new()),
    };
    input.parse::<Token![|]>()?;
    if values.is_empty() {
        return Err(input.error("a formula has an argument at least: `|x| ...`"));
    }
    let inputs = values.split_off(1);
    let formula = input.parse()?;
    let semicolon = input.parse::<Option<Token![;]>>()?;
    let body = if semicolon.is_some() && !input.is_empty() {
        guarded(formula, input)?
    } else {
        Body::Expression(formula)
    };
    if !input.is_empty() {
        return Err(input.error("the formula has ended here; only `; where safe; else other` may follow"));
    }
    Ok(Input {
        root,
        outputs: values,
        inputs,
        parameters,
        numbers,
        body,
    })
}

fn guarded(formula: Expr, input: ParseStream<'_>) -> syn::Result<Body> {
    input.parse::<Token![where]>()?;
    let likely: Expr = input.parse()?;
    input.parse::<Token![;]>()?;
    // `or` is no keyword.
    let safe = if input.peek(Token![else]) {
        likely.clone()
    } else {
        let word: Ident = input.parse()?;
        if word != "or" {
            return Err(syn::Error::new(
                word.span(),
                "`where likely; or safe; else other`, or without `or safe`",
            ));
        }
        let safe = input.parse()?;
        input.parse::<Token![;]>()?;
        safe
    };
    input.parse::<Token![else]>()?;
    let other = input.parse()?;
    Ok(Body::Guarded(Box::new(Guarded {
        formula,
        likely,
        safe,
        other,
    })))
}

fn update(root: TokenStream, input: ParseStream<'_>) -> syn::Result<Input> {
    input.parse::<Token![mut]>()?;
    let outputs = names(input)?;
    input.parse::<Token![;]>()?;
    let inputs = names(input)?;
    let (parameters, numbers) = match input.parse::<Option<Token![;]>>()? {
        Some(_) => numbers(input, |input| input.peek(Token![=>]))?,
        None => (Vec::new(), Vec::new()),
    };
    input.parse::<Token![=>]>()?;
    let body = Body::Update(input.parse()?);
    if !input.is_empty() {
        return Err(input.error("the kernel has ended here"));
    }
    Ok(Input {
        root,
        outputs,
        inputs,
        parameters,
        numbers,
        body,
    })
}

/// Names between commas, perhaps none.
fn names(input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    let mut names = Vec::new();
    while input.peek(Ident) {
        names.push(input.parse()?);
        if input.parse::<Option<Token![,]>>()?.is_none() {
            break;
        }
    }
    Ok(names)
}

/// Names with numbers between commas, perhaps none: `name: expression`, or `name` for the variable of this name, as in a struct.
fn numbers(input: ParseStream<'_>, end: fn(ParseStream<'_>) -> bool) -> syn::Result<(Vec<Ident>, Vec<Expr>)> {
    let (mut names, mut numbers) = (Vec::new(), Vec::new());
    while input.peek(Ident) {
        let name: Ident = input.parse()?;
        numbers.push(match input.parse::<Option<Token![:]>>()? {
            // Up to its end only: `|` is an operator too.
            Some(colon) => {
                let mut tokens = TokenStream::new();
                while !input.is_empty() && !input.peek(Token![,]) && !end(input) {
                    tokens.extend([input.parse::<TokenTree>()?]);
                }
                if tokens.is_empty() {
                    return Err(syn::Error::new(
                        colon.span,
                        format!("the number of `{name}` is missing"),
                    ));
                }
                syn::parse2(tokens)?
            }
            None if input.is_empty() || input.peek(Token![,]) || end(input) => syn::parse_quote!(#name),
            None => {
                return Err(input.error(format!(
                    "a parameter is `{name}: number`, or `{name}` for the variable of this name, with commas between"
                )));
            }
        });
        names.push(name);
        if names.len() > MAX_PARAMETERS {
            let message = format!("a kernel has at most {MAX_PARAMETERS} parameters");
            return Err(syn::Error::new(names[MAX_PARAMETERS].span(), message));
        }
        if input.parse::<Option<Token![,]>>()?.is_none() {
            break;
        }
    }
    Ok((names, numbers))
}

impl Input {
    /// All arguments: each may be named once.
    pub fn check_names(&self) -> syn::Result<()> {
        let mut seen: Vec<&Ident> = Vec::new();
        for name in self.outputs.iter().chain(&self.inputs).chain(&self.parameters) {
            if seen.contains(&name) {
                return Err(syn::Error::new(name.span(), format!("`{name}` is named twice")));
            }
            seen.push(name);
        }
        Ok(())
    }
}
