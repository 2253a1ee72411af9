//! Every public function returns, whatever its arguments: a value or an error, never a panic, never memory that only a hostile
//! argument asked for.
//!
//! A public function that is not named in `calls.rs` fails a test of the workspace (`cargo xtask layers`).

mod calls;

use backprop_testing::hostile::panics;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn views_and_elementwise_functions_return(seed in any::<u64>()) {
        prop_assert_eq!(panics(&calls::elementwise(), seed, true), [""; 0]);
    }

    #[test]
    fn functions_of_whole_axes_return(seed in any::<u64>()) {
        prop_assert_eq!(panics(&calls::axes(), seed, false), [""; 0]);
    }

    #[test]
    fn constructors_return(seed in any::<u64>()) {
        prop_assert_eq!(panics(&calls::constructors(), seed, false), [""; 0]);
    }
}
