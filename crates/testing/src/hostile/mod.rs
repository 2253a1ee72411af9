//! Whether functions return, whatever their arguments: a value or an error, never a panic.
//!
//! ```
//! use backprop_testing::{calls, hostile};
//!
//! let calls = calls! {
//!     sum |s| s.tensor::<f32>().sum(s.axis());
//!     reshape |s| s.tensor::<i64>().reshape(s.lengths());
//! };
//! for seed in 0..100 {
//!     assert_eq!(hostile::panics(&calls, seed, false), [""; 0]);
//! }
//! ```

mod see;
mod source;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use see::See;
pub use source::{Sample, Source};

/// A function, called with arguments from a source.
pub struct Call {
    /// What it is called.
    pub name: &'static str,
    /// The call.
    pub run: fn(&mut Source),
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&self.name).finish()
    }
}

/// The names of the calls that panic with arguments from this seed, which may be [vast](Source::vast).
pub fn panics(calls: &[Call], seed: u64, vast: bool) -> Vec<&'static str> {
    let panics = |call: &&Call| {
        let source = &mut Source::new(seed).vast(vast);
        catch_unwind(AssertUnwindSafe(|| (call.run)(source))).is_err()
    };
    calls.iter().filter(panics).map(|call| call.name).collect()
}

/// A `Vec` of [`Call`](crate::hostile::Call)s: `name |source| expression;`, of which each value is looked at.
#[macro_export]
macro_rules! calls {
    ($($name:ident |$source:ident| $call:expr;)*) => {
        ::std::vec![$($crate::hostile::Call {
            name: ::std::stringify!($name),
            run: |$source| $crate::hostile::See::see(&$call),
        }),*]
    };
}
