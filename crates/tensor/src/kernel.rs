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
    /// The formula of one value, written elsewhere than it is read, for f32; only of formulas so light that copying first would show, and of those with
    /// a second formula.
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
/// where a step of the first leaves the range, and may be slow. Elements are looked at a block at a time, so that the first formula stays nearly as
/// fast as it would be alone; each comparison in `safe` shows, though. `where likely; or safe; else other` looks at `likely` first, which must imply
/// `safe` and hold for nearly all elements, and only in a block where it does not hold everywhere at `safe`.
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
        $crate::kernel!(|$first $(, $input)* $(; $($parameter),+)?| $formula; where $safe; or $safe; else $other)
    };
    (|$first:ident $(, $input:ident)* $(; $($parameter:ident),+)?| $formula:expr; where $likely:expr; or $safe:expr; else $other:expr) => {
        $crate::Kernel {
            outputs: 1,
            inputs: <[&str]>::len(&[$(stringify!($input)),*]),
            parameters: <[&str]>::len(&[$($(stringify!($parameter)),+)?]),
            f32: $crate::kernel!(@guarded f32; $first; $($input),*; $($($parameter),+)? => $formula, $likely, $safe, $other),
            f64: $crate::kernel!(@guarded f64; $first; $($input),*; $($($parameter),+)? => $formula, $likely, $safe, $other),
            into_f32: Some($crate::kernel!(@guarded_into f32; $first $(, $input)*; $($($parameter),+)? => $formula, $likely, $safe, $other)),
            into_f64: Some($crate::kernel!(@guarded_into f64; $first $(, $input)*; $($($parameter),+)? => $formula, $likely, $safe, $other)),
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
    (@guarded $t:ident; $first:ident; $($input:ident),*; $($parameter:ident),* => $formula:expr, $likely:expr, $safe:expr, $other:expr) => {{
        $crate::kernel!(@guard $t; $first $(, $input)*; $($parameter),* => $formula, $likely, $safe, $other);

        impl $crate::simd::Work for Work<'_, '_> {
            type Output = ();

            #[inline(always)]
            fn run(self) {
                /// So few that the machine looks at some elements while it computes others, unless it has nearly nothing to compute.
                const BLOCK: usize = if $crate::Kernel::estimate(stringify!($formula)) < $crate::Kernel::estimate("tanh(x)") { 256 } else { 64 };

                /// A block, a function so that the compiler knows that what is written is not what is read.
                #[inline(always)]
                #[allow(clippy::too_many_arguments)]
                fn block($($parameter: $t,)* $first: &mut [$t], $($input: &[$t],)*) {
                    let length = $first.len()$(.min($input.len()))*;
                    let mut all = true;
                    for i in 0..length {
                        all &= likely($($parameter,)* $first[i], $($input[i],)*);
                    }
                    if !all {
                        // It overwrites what the slow formula reads.
                        let mut kept = [0.0; BLOCK];
                        kept[..length].copy_from_slice($first);
                        for i in 0..length {
                            $first[i] = formula($($parameter,)* $first[i], $($input[i],)*);
                        }
                        return mend($($parameter,)* $first, &kept[..length], $($input,)*);
                    }
                    for i in 0..length {
                        $first[i] = formula($($parameter,)* $first[i], $($input[i],)*);
                    }
                }

                // The caller has checked the numbers of slices and parameters.
                let &[$($parameter),*] = self.0 else { return };
                let &[$($input),*] = self.2 else { return };
                let length = usize::MAX.min(self.1.len()) $(.min($input.len()))*;
                for (number, $first) in self.1[..length].chunks_mut(BLOCK).enumerate() {
                    let (start, length) = (number * BLOCK, $first.len());
                    block($($parameter,)* $first, $(&$input[start..][..length],)*);
                }
            }
        }
        run
    }};
    (@guarded_into $t:ident; $($input:ident),+; $($parameter:ident),* => $formula:expr, $likely:expr, $safe:expr, $other:expr) => {{
        $crate::kernel!(@guard $t; $($input),+; $($parameter),* => $formula, $likely, $safe, $other);

        impl $crate::simd::Work for Work<'_, '_> {
            type Output = ();

            #[inline(always)]
            fn run(self) {
                /// Few enough that what is read twice stays in the first-level cache.
                const BLOCK: usize = 1024;

                // As above.
                let &[$($parameter),*] = self.0 else { return };
                let &[$($input),+] = self.2 else { return };
                let length = self.1.len()$(.min($input.len()))+;
                for (block, target) in self.1[..length].chunks_mut(BLOCK).enumerate() {
                    let length = target.len();
                    $(let $input = &$input[block * BLOCK..][..length];)+
                    let mut all = true;
                    for i in 0..length {
                        all &= likely($($parameter,)* $($input[i]),+);
                        target[i] = formula($($parameter,)* $($input[i]),+);
                    }
                    if !all {
                        mend($($parameter,)* target, $($input),+);
                    }
                }
            }
        }
        run
    }};
    (@guard $t:ident; $($input:ident),+; $($parameter:ident),* => $formula:expr, $likely:expr, $safe:expr, $other:expr) => {
        struct Work<'a, 'b>(&'a [$t], &'b mut [$t], &'a [&'a [$t]]);

        #[inline(always)]
        #[allow(unused_variables, clippy::too_many_arguments)]
        fn formula($($parameter: $t,)* $($input: $t),+) -> $t {
            $formula
        }
        #[inline(always)]
        #[allow(unused_variables, clippy::too_many_arguments)]
        fn likely($($parameter: $t,)* $($input: $t),+) -> bool {
            $likely
        }
        #[inline(always)]
        #[allow(unused_variables, clippy::too_many_arguments)]
        fn safe($($parameter: $t,)* $($input: $t),+) -> bool {
            $safe
        }
        #[cold]
        #[inline(never)]
        #[allow(unused_variables, clippy::too_many_arguments)]
        fn other($($parameter: $t,)* $($input: $t),+) -> $t {
            $other
        }
        /// Replaces what the formula has got wrong.
        #[inline(always)]
        #[allow(clippy::too_many_arguments)]
        fn mend($($parameter: $t,)* target: &mut [$t], $($input: &[$t]),+) {
            let length = target.len()$(.min($input.len()))+;
            let mut all = true;
            for i in 0..length {
                all &= safe($($parameter,)* $($input[i]),+);
            }
            if all {
                return;
            }
            for i in 0..length {
                if !safe($($parameter,)* $($input[i]),+) {
                    target[i] = other($($parameter,)* $($input[i]),+);
                }
            }
        }
        fn run(parameters: &[$t], outputs: &mut [&mut [$t]], inputs: &[&[$t]]) {
            let [target] = outputs else { return };
            $crate::simd::dispatch(Work(parameters, target, inputs));
        }
    };
    (@type $t:ident $output:ident) => { $t };
}
