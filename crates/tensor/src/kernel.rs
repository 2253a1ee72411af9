//! Elementwise kernels: a formula, written once, compiled for f32 and f64 and for every instruction-set level.
//!
//! A closure passed to a generic function is compiled in the crate that calls it, in a debug build without
//! optimization. A [`Kernel`] is not: [`kernel!`](crate::kernel!) expands to concrete functions over whole slices, compiled with the
//! crate that writes the formula. So the derivative of an operation can stand in one line beside the operation, and
//! still run at full speed in a user's debug build.

use crate::parallel::COPY;

mod cost;

/// The function of a [`Kernel`] for one element type: parameters, slices updated in place, slices read; all the slices
/// are equally long, and their numbers are those of the kernel.
pub type KernelFunction<T> = fn(parameters: &[T], outputs: &mut [&mut [T]], inputs: &[&[T]]);

/// A [`Kernel`] for one element type.
#[derive(Debug, Clone, Copy)]
pub struct Formula<T> {
    /// Updates its outputs.
    pub run: KernelFunction<T>,
    /// Where it makes a difference: what `run` makes of its first output, written to another slice; it takes what it would update as its first
    /// input.
    pub into: Option<KernelFunction<T>>,
    /// Picoseconds an element of f32.
    pub cost: u32,
}

impl<T> Formula<T> {
    /// A function that takes no longer than to copy an element.
    pub(crate) const fn light(run: KernelFunction<T>) -> Self {
        Self {
            run,
            into: None,
            cost: COPY,
        }
    }
}

/// An elementwise formula for f32 and f64, made by [`kernel!`](crate::kernel!).
#[derive(Debug, Clone, Copy)]
pub struct Kernel {
    /// How many values are updated.
    pub outputs: usize,
    /// How many values are read only.
    pub inputs: usize,
    /// How many parameters there are.
    pub parameters: usize,
    /// The formula for f32.
    pub f32: KernelFunction<f32>,
    /// The formula for f64.
    pub f64: KernelFunction<f64>,
    /// The formula of one value, written elsewhere than it is read, for f32; only of formulas so light that copying first would show.
    pub into_f32: Option<KernelFunction<f32>>,
    /// As `into_f32`, for f64.
    pub into_f64: Option<KernelFunction<f64>>,
    /// About how many picoseconds an element of f32 takes, as the names in the formula tell; what decides from which size on several threads share
    /// the work.
    pub cost: u32,
}

/// Makes a [`Kernel`](crate::Kernel) of a formula.
///
/// `kernel!(|x, y, ...; p, q, ...| formula)`: the first argument is replaced by the formula's value; the names behind the
/// semicolon are parameters, the same for all elements. `kernel!(mut a, b; x, y; p => { ... })` updates several
/// values, by assignment. Inside, use [`math`](crate::math) for exp, tanh and the like: the methods of `f32` call the
/// C library once an element.
///
/// `kernel!(|x, y; p| formula; where safe; else other)` takes the other formula for elements where `safe` does not hold: one that is right
/// where a step of the first leaves the range, and may be slow. Elements are looked at a block at a time, so that the first formula stays as fast
/// as it would be alone.
///
/// ```
/// use backprop_tensor::{Tensor, kernel};
///
/// let gradient = Tensor::from([1.0_f32, 1.0, 2.0]);
/// let y = Tensor::from([0.5_f32, 0.0, -0.5]);
/// let tanh_gradient = kernel!(|g, y| g * (1.0 - y * y));
/// assert_eq!(gradient.apply(&tanh_gradient, &[], &[&y])?, Tensor::from([0.75, 1.0, 1.5]));
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
#[macro_export]
macro_rules! kernel {
    (|$first:ident $(, $input:ident)* $(; $($parameter:ident),+)?| $formula:expr) => {
        $crate::Kernel {
            into_f32: const {
                if $crate::Kernel::is_light(stringify!($formula)) {
                    Some($crate::kernel!(@into f32; $first; $($input),*; $($($parameter),+)? => $formula))
                } else {
                    None
                }
            },
            into_f64: const {
                if $crate::Kernel::is_light(stringify!($formula)) {
                    Some($crate::kernel!(@into f64; $first; $($input),*; $($($parameter),+)? => $formula))
                } else {
                    None
                }
            },
            ..$crate::kernel!(mut $first; $($input),*; $($($parameter),+)? => { $first = $formula; })
        }
    };
    (|$first:ident $(, $input:ident)* $(; $($parameter:ident),+)?| $formula:expr; where $safe:expr; else $other:expr) => {
        $crate::Kernel {
            outputs: 1,
            inputs: <[&str]>::len(&[$(stringify!($input)),*]),
            parameters: <[&str]>::len(&[$($(stringify!($parameter)),+)?]),
            f32: $crate::kernel!(@guarded f32; $first; $($input),*; $($($parameter),+)? => $formula, $safe, $other),
            f64: $crate::kernel!(@guarded f64; $first; $($input),*; $($($parameter),+)? => $formula, $safe, $other),
            into_f32: None,
            into_f64: None,
            cost: const { $crate::Kernel::estimate(stringify!($formula)) },
        }
    };
    (mut $($output:ident),+; $($input:ident),*; $($parameter:ident),* => $body:block) => {
        $crate::Kernel {
            outputs: [$(stringify!($output)),+].len(),
            inputs: <[&str]>::len(&[$(stringify!($input)),*]),
            parameters: <[&str]>::len(&[$(stringify!($parameter)),*]),
            f32: $crate::kernel!(@function f32; $($output),+; $($input),*; $($parameter),* => $body),
            f64: $crate::kernel!(@function f64; $($output),+; $($input),*; $($parameter),* => $body),
            into_f32: None,
            into_f64: None,
            cost: const { $crate::Kernel::estimate(stringify!($body)) },
        }
    };
    (@into $t:ident; $first:ident; $($input:ident),*; $($parameter:ident),* => $formula:expr) => {
        $crate::kernel!(@function $t; to; $first $(, $input)*; $($parameter),* => {
            let mut $first = $first;
            to = $formula;
        })
    };
    (@function $t:ident; $($output:ident),+; $($input:ident),*; $($parameter:ident),* => $body:block) => {{
        struct Work<'a, 'b, 'c>(&'a [$t], &'b mut [&'c mut [$t]], &'a [&'a [$t]]);

        impl $crate::simd::Work for Work<'_, '_, '_> {
            type Output = ();

            #[inline(always)]
            #[allow(unused_assignments, unused_variables, unused_mut, clippy::too_many_arguments)]
            fn run(self) {
                #[inline(always)]
                fn element($($parameter: $t,)* $(mut $output: $t,)+ $($input: $t,)*) -> ($($crate::kernel!(@type $t $output),)+) {
                    $body
                    ($($output,)+)
                }
                // The caller has checked the numbers of slices and parameters.
                let &[$($parameter),*] = self.0 else { return };
                let [$($output),+] = self.1 else { return };
                let &[$($input),*] = self.2 else { return };
                let length = usize::MAX $(.min($output.len()))+ $(.min($input.len()))*;
                $(let $output = &mut $output[..length];)+
                $(let $input = &$input[..length];)*
                for i in 0..length {
                    ($($output[i],)+) = element($($parameter,)* $($output[i],)+ $($input[i],)*);
                }
            }
        }
        fn run(parameters: &[$t], outputs: &mut [&mut [$t]], inputs: &[&[$t]]) {
            $crate::simd::dispatch(Work(parameters, outputs, inputs));
        }
        run
    }};
    (@guarded $t:ident; $first:ident; $($input:ident),*; $($parameter:ident),* => $formula:expr, $safe:expr, $other:expr) => {{
        struct Work<'a, 'b>(&'a [$t], &'b mut [$t], &'a [&'a [$t]]);

        impl $crate::simd::Work for Work<'_, '_> {
            type Output = ();

            #[inline(always)]
            #[allow(unused_variables, clippy::too_many_arguments)]
            fn run(self) {
                /// Few enough that what is read twice stays in the first-level cache.
                const BLOCK: usize = 512;

                #[inline(always)]
                fn formula($($parameter: $t,)* $first: $t, $($input: $t,)*) -> $t {
                    $formula
                }
                #[inline(always)]
                fn safe($($parameter: $t,)* $first: $t, $($input: $t,)*) -> bool {
                    $safe
                }
                #[cold]
                #[inline(never)]
                fn other($($parameter: $t,)* $first: $t, $($input: $t,)*) -> $t {
                    $other
                }
                // The caller has checked the numbers of slices and parameters.
                let &[$($parameter),*] = self.0 else { return };
                let &[$($input),*] = self.2 else { return };
                let length = usize::MAX.min(self.1.len()) $(.min($input.len()))*;
                let target = &mut self.1[..length];
                for (block, $first) in target.chunks_mut(BLOCK).enumerate() {
                    let length = $first.len();
                    $(let $input = &$input[block * BLOCK..][..length];)*
                    let mut any = 0_u32;
                    for i in 0..length {
                        any |= u32::from(!safe($($parameter,)* $first[i], $($input[i],)*));
                    }
                    if any == 0 {
                        for i in 0..length {
                            $first[i] = formula($($parameter,)* $first[i], $($input[i],)*);
                        }
                        continue;
                    }
                    let mut others = [0.0; BLOCK];
                    for i in 0..length {
                        if !safe($($parameter,)* $first[i], $($input[i],)*) {
                            others[i] = other($($parameter,)* $first[i], $($input[i],)*);
                        }
                    }
                    for i in 0..length {
                        let is_safe = safe($($parameter,)* $first[i], $($input[i],)*);
                        let result = formula($($parameter,)* $first[i], $($input[i],)*);
                        $first[i] = if is_safe { result } else { others[i] };
                    }
                }
            }
        }
        fn run(parameters: &[$t], outputs: &mut [&mut [$t]], inputs: &[&[$t]]) {
            let [target] = outputs else { return };
            $crate::simd::dispatch(Work(parameters, target, inputs));
        }
        run
    }};
    (@type $t:ident $output:ident) => { $t };
}
