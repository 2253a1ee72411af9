//! Every public function returns, whatever its arguments: a value or an error, never a panic.
//!
//! A public function that is not named in `calls.rs` fails a test of the workspace (`cargo xtask layers`).

mod calls;

use backprop_testing::hostile::panics;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn all_functions_return(seed in any::<u64>()) {
        prop_assert_eq!(panics(&calls::all(), seed, false), [""; 0]);
    }
}
