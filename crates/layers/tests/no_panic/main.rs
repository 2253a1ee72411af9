//! Every public function returns, whatever its arguments: a value or an error, never a panic, forwards and backwards.
//!
//! A public function that is not named in `calls.rs` fails a test of the workspace (`cargo xtask layers`).

mod calls;
mod everything;

use backprop_testing::hostile::panics;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn layers_return(seed in any::<u64>()) {
        prop_assert_eq!(panics(&calls::layers(), seed, false), [""; 0]);
    }

    #[test]
    fn initializers_and_summaries_return(seed in any::<u64>()) {
        prop_assert_eq!(panics(&calls::values(), seed, false), [""; 0]);
    }
}
