//! What the program asks of the system is counted. A process of its own, with one thread: the threads of a test harness allocate too, whenever they like.

use backprop_tensor::counters::{Allocator, counts};
use std::hint::black_box;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() {
    let before = counts();
    drop(black_box(Vec::<u64>::with_capacity(5)));
    let counts = counts().since(&before);
    let rows = counts.rows();
    let row = rows.iter().find(|row| row.name == "allocations");
    let numbers = row.map(|row| row.numbers.iter().map(|&(_, number)| number).collect());
    assert_eq!(numbers, Some(vec![1, 48]));
}
