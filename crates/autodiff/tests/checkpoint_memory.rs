//! What a checkpoint saves. Alone in its program: it looks at what the pool of the whole program has needed.

use backprop_autodiff::{Tape, Var};
use backprop_tensor::{Tensor, pool};

const BLOCKS: usize = 16;
const OPERATIONS: usize = 16;
const NUMBERS: usize = 1 << 16;
const BYTES: usize = NUMBERS * size_of::<f32>();

/// The bytes that a pass forward and back had in use at once: what the pool has, which was empty, when all of it has been given back.
fn peak(checkpoints: bool) -> usize {
    pool::clear();
    let tape = Tape::training(0);
    let start = tape.variable(Tensor::full([NUMBERS], 0.5_f32).unwrap());
    let block = |x: &Var| (0..OPERATIONS).fold(x.clone(), |x, _| x.tanh());
    let mut x = start.clone();
    for _ in 0..BLOCKS {
        x = match checkpoints {
            true => tape.checkpoint(&(), [&x], move |(), [x]| block(x)),
            false => block(&x),
        };
    }
    let loss = x.sum(..);
    drop(x);
    assert!(loss.backward().unwrap().wrt(&start).is_some());
    drop((loss, start, tape));
    pool::held_bytes()
}

#[test]
fn blocks_of_operations_keep_their_sum_instead_of_their_product() {
    let (with, without) = (peak(true), peak(false));
    // Every value is kept, and some more are under way: a gradient, one that is being computed.
    let range = |values: usize| values * BYTES..=(values + 5) * BYTES;
    assert!(range(BLOCKS * OPERATIONS).contains(&without), "{without}");
    // What each block began with, and the values of one.
    assert!(range(BLOCKS + OPERATIONS - 1).contains(&with), "{with}");
    println!(
        "{} KiB with checkpoints, {} KiB without",
        with >> 10,
        without >> 10
    );
}
