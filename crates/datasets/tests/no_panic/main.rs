//! Every public function returns, whatever its arguments: a value or an error, never a panic, never memory that only a hostile
//! argument asked for.
//!
//! A public function that is not named in `calls.rs` fails a test of the workspace (`cargo xtask layers`).

mod calls;

use backprop_testing::hostile::panics;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn all_functions_return(seed in any::<u64>()) {
        prop_assert_eq!(panics(&calls::all(), seed, false), [""; 0]);
    }
}

#[test]
fn what_is_embedded_is_there() {
    assert_eq!(calls::embedded(), [150, 1797, 1797]);
}
