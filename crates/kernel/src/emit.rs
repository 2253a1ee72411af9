//! The code that a formula becomes: functions over slices, and the list of steps.
//!
//! All names of its own are those of the macro's site, so that they do not meet the formula's.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::spanned::Spanned;

use crate::input::{Body, Guarded, Input};
use crate::lower::{Program, SEVERAL};

/// The element types that a kernel has functions for.
const TYPES: [&str; 2] = ["f32", "f64"];

/// An expression of the type `Kernel`.
pub fn kernel(input: &Input) -> syn::Result<TokenStream> {
    let site = Span::mixed_site();
    let program = Program::of(input)?;
    if let (Body::Expression(formula), [_, _, ..]) = (&input.body, &program.results[..]) {
        return Err(syn::Error::new(formula.span(), SEVERAL));
    }
    let root = &input.root;
    let data = data(input, &program);
    let ordinary = program.ordinary;
    let [f32, f64] = TYPES.map(|name| {
        let t = Ident::new(name, site);
        match &input.body {
            Body::Expression(formula) => {
                let first = &input.outputs[0];
                function(
                    input,
                    &t,
                    &input.outputs,
                    &input.inputs,
                    &quote_spanned!(site=> { #first = #formula; }),
                )
            }
            Body::Guarded(guarded) => in_place(input, &t, guarded),
            Body::Update(block) => function(
                input,
                &t,
                &input.outputs,
                &input.inputs,
                &quote_spanned!(site=> #block),
            ),
        }
    });
    let numbers = numbers(input);
    let [into_f32, into_f64] = TYPES.map(|name| elsewhere(input, &Ident::new(name, site)));
    Ok(quote_spanned! {site=> {
        const PROGRAM: #root::formula::Program = #data;
        const COST: u32 = PROGRAM.cost_to(#ordinary);
        const PARTS: #root::KernelParts = #root::KernelParts::new(PROGRAM, (#f32, #f64), (#into_f32, #into_f64), COST);
        #root::Kernel::new(&PARTS)#numbers
    }})
}

/// The call that gives the parameters their numbers, if there are any: without it the expression is constant.
fn numbers(input: &Input) -> TokenStream {
    let site = Span::mixed_site();
    let Input { root, numbers, .. } = input;
    if numbers.is_empty() {
        return TokenStream::new();
    }
    quote_spanned!(site=> .with(&[#(#root::__macros::number(#numbers)),*]))
}

/// An expression of the type `Formula`, beside a function that nobody calls, by which the compiler checks names and types.
pub fn formula(input: &Input) -> syn::Result<TokenStream> {
    let site = Span::mixed_site();
    let program = Program::of(input)?;
    let data = data(input, &program);
    let numbers = numbers(input);
    let Input {
        root,
        outputs,
        inputs,
        parameters,
        ..
    } = input;
    let body = match &input.body {
        Body::Expression(formula) => match program.results.len() {
            1 => quote_spanned!(site=> { let _: f64 = #formula; }),
            results => {
                let types = std::iter::repeat_n(quote_spanned!(site=> f64), results);
                quote_spanned!(site=> { let _: (#(#types),*) = #formula; })
            }
        },
        Body::Guarded(guarded) => {
            let Guarded {
                formula,
                likely,
                safe,
                other,
            } = &**guarded;
            quote_spanned!(site=> { let _: (f64, bool, bool, f64) = (#formula, #likely, #safe, #other); })
        }
        Body::Update(block) => quote_spanned!(site=> #block),
    };
    Ok(quote_spanned! {site=> {
        #[allow(dead_code, unused, clippy::all)]
        fn check(#(mut #outputs: f64,)* #(#inputs: f64,)* #(#parameters: f64),*) {
            #body
        }
        const PROGRAM: #root::formula::Program = #data;
        #root::formula::Formula::from(&PROGRAM)#numbers
    }})
}

fn data(input: &Input, program: &Program) -> TokenStream {
    let site = Span::mixed_site();
    let root = &input.root;
    let inputs = input.outputs.iter().chain(&input.inputs).map(Ident::to_string);
    let parameters = input.parameters.iter().map(Ident::to_string);
    let steps = program.steps.tokens(root);
    let results = &program.results;
    quote_spanned! {site=>
        #root::formula::Program::new(&[#(#inputs),*], &[#(#parameters),*], &[#(#steps),*], &[#(#results),*])
            .expect("the arguments of a function of `math`")
    }
}

/// A function that updates `outputs` by a block.
fn function(
    input: &Input,
    t: &Ident,
    outputs: &[Ident],
    inputs: &[Ident],
    block: &TokenStream,
) -> TokenStream {
    let site = Span::mixed_site();
    let Input { root, parameters, .. } = input;
    let types = outputs.iter().map(|_| t);
    quote_spanned! {site=> {
        struct Work<'a, 'b, 'c>(&'a [#t], &'b mut [&'c mut [#t]], &'a [&'a [#t]]);

        impl #root::simd::Work for Work<'_, '_, '_> {
            type Output = ();

            #[inline(always)]
            #[allow(unused_assignments, unused_parens, unused_variables, unused_mut, clippy::assign_op_pattern, clippy::too_many_arguments)]
            fn run(self) {
                #[inline(always)]
                fn element(#(#parameters: #t,)* #(mut #outputs: #t,)* #(#inputs: #t,)*) -> (#(#types,)*) {
                    #block
                    (#(#outputs,)*)
                }
                // The caller has checked the numbers of slices and parameters.
                let &[#(#parameters),*] = self.0 else { return };
                let [#(#outputs),*] = self.1 else { return };
                let &[#(#inputs),*] = self.2 else { return };
                let length = usize::MAX #(.min(#outputs.len()))* #(.min(#inputs.len()))*;
                #(let #outputs = &mut #outputs[..length];)*
                #(let #inputs = &#inputs[..length];)*
                for i in 0..length {
                    (#(#outputs[i],)*) = element(#(#parameters,)* #(#outputs[i],)* #(#inputs[i],)*);
                }
            }
        }
        fn run(parameters: &[#t], outputs: &mut [&mut [#t]], inputs: &[&[#t]]) {
            #root::simd::dispatch(Work(parameters, outputs, inputs));
        }
        run
    }}
}

/// What a formula of one value makes of its first argument, written to another slice, where that is worth a function of its own.
fn elsewhere(input: &Input, t: &Ident) -> TokenStream {
    let site = Span::mixed_site();
    match &input.body {
        Body::Expression(formula) => {
            let root = &input.root;
            let (first, to) = (&input.outputs[0], Ident::new("to", site));
            let read: Vec<_> = input.outputs.iter().chain(&input.inputs).cloned().collect();
            let block = quote_spanned! {site=> {
                let mut #first = #first;
                #to = #formula;
            }};
            let function = function(input, t, &[to], &read, &block);
            quote_spanned! {site=> const { if #root::Kernel::is_light(COST) { Some(#function) } else { None } }}
        }
        Body::Guarded(guarded) => {
            let function = written(input, t, guarded);
            quote_spanned!(site=> Some(#function))
        }
        Body::Update(_) => quote_spanned!(site=> None),
    }
}

/// A guarded formula over what it reads.
fn in_place(input: &Input, t: &Ident, guarded: &Guarded) -> TokenStream {
    let site = Span::mixed_site();
    let Input {
        root,
        outputs,
        inputs,
        parameters,
        ..
    } = input;
    let first = &outputs[0];
    let guard = guard(input, t, guarded);
    quote_spanned! {site=> {
        #guard

        impl #root::simd::Work for Work<'_, '_> {
            type Output = ();

            #[inline(always)]
            fn run(self) {
                /// So few that the machine looks at some elements while it computes others, unless it has nearly nothing to compute.
                const BLOCK: usize = if #root::Kernel::is_short(COST) { 256 } else { 64 };

                /// A block, a function so that the compiler knows that what is written is not what is read.
                #[inline(always)]
                #[allow(clippy::too_many_arguments)]
                fn block(#(#parameters: #t,)* #first: &mut [#t], #(#inputs: &[#t],)*) {
                    let length = #first.len()#(.min(#inputs.len()))*;
                    let mut all = true;
                    for i in 0..length {
                        all &= likely(#(#parameters,)* #first[i], #(#inputs[i],)*);
                    }
                    if !all {
                        // It overwrites what the slow formula reads.
                        let mut kept = [0.0; BLOCK];
                        kept[..length].copy_from_slice(#first);
                        for i in 0..length {
                            #first[i] = formula(#(#parameters,)* #first[i], #(#inputs[i],)*);
                        }
                        return mend(#(#parameters,)* #first, &kept[..length], #(#inputs,)*);
                    }
                    for i in 0..length {
                        #first[i] = formula(#(#parameters,)* #first[i], #(#inputs[i],)*);
                    }
                }

                // The caller has checked the numbers of slices and parameters.
                let &[#(#parameters),*] = self.0 else { return };
                let &[#(#inputs),*] = self.2 else { return };
                let length = usize::MAX.min(self.1.len()) #(.min(#inputs.len()))*;
                for (number, #first) in self.1[..length].chunks_mut(BLOCK).enumerate() {
                    let (start, length) = (number * BLOCK, #first.len());
                    block(#(#parameters,)* #first, #(&#inputs[start..][..length],)*);
                }
            }
        }
        run
    }}
}

/// A guarded formula written to another slice.
fn written(input: &Input, t: &Ident, guarded: &Guarded) -> TokenStream {
    let site = Span::mixed_site();
    let Input { root, parameters, .. } = input;
    let read: Vec<_> = input.outputs.iter().chain(&input.inputs).collect();
    let guard = guard(input, t, guarded);
    quote_spanned! {site=> {
        #guard

        impl #root::simd::Work for Work<'_, '_> {
            type Output = ();

            #[inline(always)]
            fn run(self) {
                /// Few enough that what is read twice stays in the first-level cache.
                const BLOCK: usize = 1024;

                // As above.
                let &[#(#parameters),*] = self.0 else { return };
                let &[#(#read),*] = self.2 else { return };
                let length = self.1.len()#(.min(#read.len()))*;
                for (block, target) in self.1[..length].chunks_mut(BLOCK).enumerate() {
                    let length = target.len();
                    #(let #read = &#read[block * BLOCK..][..length];)*
                    let mut all = true;
                    for i in 0..length {
                        all &= likely(#(#parameters,)* #(#read[i],)*);
                        target[i] = formula(#(#parameters,)* #(#read[i],)*);
                    }
                    if !all {
                        mend(#(#parameters,)* target, #(#read,)*);
                    }
                }
            }
        }
        run
    }}
}

/// What both forms of a guarded formula share: its parts as functions of one element, and the slow way.
fn guard(input: &Input, t: &Ident, guarded: &Guarded) -> TokenStream {
    let site = Span::mixed_site();
    let Input { root, parameters, .. } = input;
    let read: Vec<_> = input.outputs.iter().chain(&input.inputs).collect();
    let bool = format_ident!("bool", span = site);
    let part = |name: &str, attributes: TokenStream, result: &Ident, body: &syn::Expr| {
        let name = Ident::new(name, site);
        quote_spanned! {site=>
            #attributes
            #[allow(unused_parens, unused_variables, clippy::too_many_arguments)]
            fn #name(#(#parameters: #t,)* #(#read: #t),*) -> #result {
                #body
            }
        }
    };
    let inline = quote_spanned!(site=> #[inline(always)]);
    let cold = quote_spanned!(site=> #[cold] #[inline(never)]);
    let formula = part("formula", inline.clone(), t, &guarded.formula);
    let likely = part("likely", inline.clone(), &bool, &guarded.likely);
    let safe = part("safe", inline, &bool, &guarded.safe);
    let other = part("other", cold, t, &guarded.other);
    quote_spanned! {site=>
        struct Work<'a, 'b>(&'a [#t], &'b mut [#t], &'a [&'a [#t]]);

        #formula
        #likely
        #safe
        #other
        /// Replaces what the formula has got wrong.
        #[inline(always)]
        #[allow(clippy::too_many_arguments)]
        fn mend(#(#parameters: #t,)* target: &mut [#t], #(#read: &[#t]),*) {
            let length = target.len()#(.min(#read.len()))*;
            let mut all = true;
            for i in 0..length {
                all &= safe(#(#parameters,)* #(#read[i]),*);
            }
            if all {
                return;
            }
            for i in 0..length {
                if !safe(#(#parameters,)* #(#read[i]),*) {
                    target[i] = other(#(#parameters,)* #(#read[i]),*);
                }
            }
        }
        fn run(parameters: &[#t], outputs: &mut [&mut [#t]], inputs: &[&[#t]]) {
            let [target] = outputs else { return };
            #root::simd::dispatch(Work(parameters, target, inputs));
        }
    }
}
