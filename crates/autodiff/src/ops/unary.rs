//! The skeleton that functions of one number share.

/// Declares a function of one number, applied to every element: its type, its [`Op`](crate::Op) and its method.
///
/// `forward` is the formula of a [`kernel!`](backprop_tensor::kernel!) that makes `y` of `x`, or the function of [`math`](backprop_tensor::math) that it is and that
/// tensors have a method for; `backward` is the formula that makes the gradient of `x` from the gradient `g` of `y`, overwriting it. What it takes beside `g`,
/// `x`, `y`, both or nothing, is what is saved between the two. After `where safe; else` (or `where likely; or safe; else`), there may be another formula,
/// for where the first one leaves the range on the way. Settings are fields of the type, arguments of the method, and parameters of the
/// formulas; so are constants, after `with`. `require` is the [check](require) of a setting. Derivatives of the gradient are those of the formula.
///
/// `unary! { pub struct Exp; pub fn exp; forward math::exp; backward |g, y| g * y; }` is short for
///
/// ```text
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// pub struct Exp;
///
/// impl<T: Float> Op<T> for Exp {
///     type Saved = Tensor<T>;
///
///     fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
///         let [x] = operands(inputs)?;
///         let y = x.exp()?;
///         Ok((y.clone(), y))
///     }
///
///     fn backward(&self, y: Self::Saved, gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
///         inputs.add(0, gradient.into_apply(&kernel!(|g, y| g * y), &[&y])?)
///     }
///
///     fn formula(&self) -> Option<Formula> {
///         Some(formula!(|x| math::exp(x)))
///     }
/// }
///
/// impl<T: Float> Var<T> {
///     #[track_caller]
///     pub fn exp(&self) -> Self {
///         self.apply(Exp)
///     }
/// }
/// ```
macro_rules! unary {
    (
        $(#[$type_doc:meta])*
        pub struct $op:ident;
        $(#[$method_doc:meta])*
        pub fn $method:ident;
        $($formulas:tt)*
    ) => {
        $(#[$type_doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $op;

        $crate::ops::unary! { @op $op, []; $($formulas)* }
        $crate::ops::unary! { @method $op, $(#[$method_doc])* $method, [] }
    };
    (
        $(#[$type_doc:meta])*
        pub struct $op:ident { $($(#[$field_doc:meta])* pub $field:ident: f64,)+ }
        $(#[$method_doc:meta])*
        pub fn $method:ident;
        $($formulas:tt)*
    ) => {
        $(#[$type_doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $op {
            $($(#[$field_doc])* pub $field: f64,)+
        }

        $crate::ops::unary! { @op $op, [$($field)+]; $($formulas)* }
        $crate::ops::unary! { @method $op, $(#[$method_doc])* $method, [$($field)+] }
    };

    (@op $op:ident, $fields:tt;
        $(with $constant:ident = $value:expr;)*
        $(require($($requirement:expr),+);)*
        forward math::$function:ident;
        backward $($backward:tt)*
    ) => {
        $crate::ops::unary! { @impl $op, $fields, [$($constant = $value,)*], [$([$($requirement),+])*];
            |x| x.$function();
            backprop_tensor::formula!(|x| backprop_tensor::math::$function(x));
            backward $($backward)*
        }
    };
    (@op $op:ident, $fields:tt;
        $(with $constant:ident = $value:expr;)*
        $(require($($requirement:expr),+);)*
        forward |$x:ident $(; $($setting:ident),+)?| $formula:expr;
        $(where $likely:expr; $(or $safe:expr;)? else $other:expr;)?
        backward $($backward:tt)*
    ) => {
        $crate::ops::unary! { @impl $op, $fields, [$($constant = $value,)*], [$([$($requirement),+])*];
            |x| x.apply(
                &backprop_tensor::kernel!(
                    |$x $(; $($setting),+)?| $formula $(; where $likely; $(or $safe;)? else $other)?
                ),
                &[],
            );
            backprop_tensor::formula!(|$x $(; $($setting),+)?| $formula $(; where $likely; $(or $safe;)? else $other)?);
            backward $($backward)*
        }
    };
    (@impl $op:ident, [$($field:ident)*], [$($constant:ident = $value:expr,)*], [$([$($requirement:expr),+])*];
        |$x:ident| $forward:expr;
        $formula:expr;
        backward |$g:ident $(, $saved:ident)* $(; $($parameter:ident),+)?| $backward:expr;
        $(where $likely:expr; $(or $safe:expr;)? else $other:expr;)?
    ) => {
        impl<T: backprop_tensor::Float> $crate::Op<T> for $op {
            type Saved = $crate::ops::unary!(@type $($saved)*);

            fn forward(
                &self,
                inputs: &[&backprop_tensor::Tensor<T>],
            ) -> backprop_tensor::Result<(backprop_tensor::Tensor<T>, Self::Saved)> {
                let [$x] = $crate::operands(inputs)?;
                $(#[allow(unused_variables)] let $field = T::from_f64(self.$field);)*
                $(#[allow(unused_variables)] let $constant = T::from_f64($value);)*
                $($crate::ops::require($($requirement),+)?;)*
                let y = $forward?;
                let saved = $crate::ops::unary!(@save $x, y; $($saved)*);
                Ok((y, saved))
            }

            fn backward(
                &self,
                saved: Self::Saved,
                gradient: backprop_tensor::Tensor<T>,
                inputs: &mut $crate::InputGradients<'_, T>,
            ) -> backprop_tensor::Result<()> {
                $(#[allow(unused_variables)] let $field = T::from_f64(self.$field);)*
                $(#[allow(unused_variables)] let $constant = T::from_f64($value);)*
                let kernel = backprop_tensor::kernel!(
                    |$g $(, $saved)* $(; $($parameter),+)?| $backward $(; where $likely; $(or $safe;)? else $other)?
                );
                let others: &[&backprop_tensor::Tensor<T>] = $crate::ops::unary!(@others saved; $($saved)*);
                inputs.add(0, gradient.into_apply(&kernel, others)?)
            }

            fn formula(&self) -> Option<backprop_tensor::formula::Formula> {
                $(#[allow(unused_variables)] let $field = self.$field;)*
                $(#[allow(unused_variables)] let $constant: f64 = $value;)*
                Some($formula.bind())
            }
        }
    };
    (@type) => { () };
    (@type $saved:ident) => { backprop_tensor::Tensor<T> };
    (@type $first:ident $second:ident) => { [backprop_tensor::Tensor<T>; 2] };
    (@save $x:ident, $y:ident;) => { () };
    (@save $x:ident, $y:ident; x) => { $x.clone() };
    (@save $x:ident, $y:ident; y) => { $y.clone() };
    (@save $x:ident, $y:ident; y x) => { [$y.clone(), $x.clone()] };
    (@others $tensor:ident;) => {{ let () = $tensor; &[] }};
    (@others $tensor:ident; $saved:ident) => { &[&$tensor] };
    (@others $tensors:ident; $first:ident $second:ident) => { &$tensors.each_ref() };

    (@method $op:ident, $(#[$doc:meta])* $method:ident, []) => {
        impl<T: backprop_tensor::Float> $crate::Var<T> {
            $(#[$doc])*
            #[track_caller]
            pub fn $method(&self) -> Self {
                self.apply($op)
            }
        }
    };
    (@method $op:ident, $(#[$doc:meta])* $method:ident, [$($field:ident)+]) => {
        impl<T: backprop_tensor::Float> $crate::Var<T> {
            $(#[$doc])*
            #[track_caller]
            pub fn $method(&self, $($field: f64),+) -> Self {
                self.apply($op { $($field),+ })
            }
        }
    };
}
pub(crate) use unary;

/// What a setting must keep for an operation to make sense.
pub(crate) fn require(
    holds: bool,
    operation: &'static str,
    setting: &'static str,
    value: impl ToString,
    expected: &'static str,
) -> backprop_tensor::Result<()> {
    match holds {
        true => Ok(()),
        false => Err(backprop_tensor::Error::argument(
            operation, setting, value, expected,
        )),
    }
}
