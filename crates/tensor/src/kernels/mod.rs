//! Loops over elements, as concrete functions for each element type: the traits here are implemented by macros for the
//! types of [`Element`](crate::Element), and sealed by being private. Everything above them is thin and generic.

mod arithmetic;
mod cast;
mod comparison;
mod compensated;
mod copy;
mod cumulative;
mod cumulative_product;
mod elementwise;
mod gather;
mod operand;
mod pick;
mod product;
mod random;
mod reduce;
mod scatter;
mod selection;
mod sequence;
mod softmax;
mod sort;
mod transpose;
mod triangle;
mod walk;

pub use arithmetic::{Arithmetic, Binary, Unary};
pub use cast::{Cast, Castable};
pub use comparison::{Compare, Comparison};
pub use cumulative::Cumulative;
pub use cumulative_product::CumulativeProduct;
pub use elementwise::Elementwise;
pub(crate) use elementwise::MAX_OTHERS;
pub use gather::Gather;
pub use operand::Operand;
pub use pick::Pick;
pub(crate) use pick::largest;
pub use product::{Matrix, Multiply, Product};
pub use random::Random;
pub use reduce::{Find, Reduce, ReduceFloats};
pub(crate) use reduce::{MappedSum, Plan, Reduction, any_or_all};
pub use scatter::Scatter;
pub use selection::{FromBool, Select};
pub use sequence::Sequence;
pub(crate) use sequence::nth;
pub use softmax::Softmax;
pub(crate) use sort::Rows as SortRows;
pub use sort::Sort;
pub use triangle::Triangle;
