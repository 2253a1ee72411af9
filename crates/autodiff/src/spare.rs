//! The list of records of the last tape of this thread, emptied, for the next one.
//!
//! A step of training makes a tape and drops it. The list is too large for what an allocator keeps at hand, and to ask for
//! it anew takes longer than a small operation.

use std::any::Any;
use std::cell::RefCell;

use backprop_tensor::Float;

use crate::node::Node;

/// A longer list is given back to the system: it takes time to fill, and memory to keep.
const MOST: usize = 1024;

thread_local! {
    /// A `Vec<Node<T>>`, of the type of number used last.
    static SPARE: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// The list kept, or a new one.
pub(crate) fn take<T: Float>() -> Vec<Node<T>> {
    let spare = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        let nodes = spare.as_mut()?.downcast_mut::<Vec<Node<T>>>()?;
        Some(std::mem::take(nodes))
    });
    spare.ok().flatten().unwrap_or_default()
}

/// Empties a list and keeps it.
pub(crate) fn give<T: Float>(mut nodes: Vec<Node<T>>) {
    // What an operation has saved may hold another tape: all of it is dropped before the list is kept.
    nodes.clear();
    if nodes.capacity() > MOST {
        return;
    }
    // In a thread that is ending there is nothing to keep it in.
    let _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        match spare
            .as_mut()
            .and_then(|spare| spare.downcast_mut::<Vec<Node<T>>>())
        {
            Some(kept) if kept.capacity() >= nodes.capacity() => {}
            Some(kept) => *kept = nodes,
            None => *spare = Some(Box::new(nodes)),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_kept_for_tapes_of_its_type_of_number() {
        give::<f32>(Vec::with_capacity(40));
        assert_eq!(take::<f64>().capacity(), 0);
        assert!(take::<f32>().capacity() >= 40);
        // It has one user at a time.
        assert_eq!(take::<f32>().capacity(), 0);
    }

    #[test]
    fn the_longer_list_is_kept_but_none_too_long() {
        give::<f64>(Vec::with_capacity(50));
        give::<f64>(Vec::with_capacity(20));
        assert!(take::<f64>().capacity() >= 50);
        give::<f64>(Vec::with_capacity(MOST + 1));
        assert_eq!(take::<f64>().capacity(), 0);
    }
}
