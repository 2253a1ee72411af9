//! The pool's bound. One test alone, as the pool belongs to the process.

use backprop_tensor::{Result, Tensor, pool};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// What a thread may hold besides the pool.
const SHELF: usize = 256 << 10;

fn made_and_dropped(sizes: &[usize]) -> Result<()> {
    let tensors: Result<Vec<_>> = sizes.iter().map(|&size| Tensor::full([size], 1.0_f32)).collect();
    drop(tensors?);
    Ok(())
}

#[test]
fn no_more_is_held_than_the_bound_and_nothing_once_cleared() {
    let sizes = prop::collection::vec(prop_oneof![0..5000_usize, 0..300_000_usize], 0..40);
    let bound = prop_oneof![Just(0_usize), 0..SHELF, 0..4_usize << 20].prop_map(Some);
    let bound = prop_oneof![4 => bound, 1 => Just(None)];
    let result = TestRunner::default().run(&(sizes, bound), |(sizes, bound)| {
        pool::set_limit(bound);
        prop_assert_eq!(pool::limit(), bound);
        made_and_dropped(&sizes)?;
        let most = bound.map_or(
            usize::MAX,
            |bound| if bound < SHELF { bound } else { bound + SHELF },
        );
        prop_assert!(pool::held_bytes() <= most);

        // What another thread drops is held for all, but for a shelf that ends with it.
        let elsewhere = sizes.clone();
        std::thread::spawn(move || made_and_dropped(&elsewhere))
            .join()
            .unwrap()?;
        prop_assert!(pool::held_bytes() <= most);

        // Memory that was held is used again: making the same anew asks for none.
        if bound.is_none() {
            made_and_dropped(&sizes)?;
            let before = pool::held_bytes();
            made_and_dropped(&sizes)?;
            prop_assert_eq!(pool::held_bytes(), before);
        }

        pool::set_limit(Some(SHELF - 1));
        prop_assert!(pool::held_bytes() < SHELF);
        pool::set_limit(bound);
        made_and_dropped(&sizes)?;
        pool::clear();
        prop_assert_eq!(pool::held_bytes(), 0);
        Ok(())
    });
    result.unwrap();
}
