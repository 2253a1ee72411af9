//! What an operation's gradient is checked on: functions of it, with a way to make their inputs.

use std::fmt;

use backprop_tensor::{Rng, Tensor};

use crate::Var;

type Inputs = dyn Fn(&mut Rng) -> Vec<Tensor<f64>>;
type Function = dyn Fn(&[Var<f64>]) -> Var<f64>;

/// A function that applies an operation, and random inputs for it, of random shapes, at which it is smooth.
pub(crate) struct Case {
    pub(crate) inputs: Box<Inputs>,
    pub(crate) function: Box<Function>,
}

impl Case {
    pub(crate) fn new(
        inputs: impl Fn(&mut Rng) -> Vec<Tensor<f64>> + 'static,
        function: impl Fn(&[Var<f64>]) -> Var<f64> + 'static,
    ) -> Self {
        Self {
            inputs: Box::new(inputs),
            function: Box::new(function),
        }
    }

    /// A function of one tensor of any shape, with standard normal elements.
    pub(crate) fn unary(function: impl Fn(&Var<f64>) -> Var<f64> + 'static) -> Self {
        Self::new(
            |rng| {
                let shape = any_shape(rng);
                vec![normal(&shape, rng)]
            },
            move |x| function(&x[0]),
        )
    }

    /// A function of one tensor of any shape, with elements evenly distributed over a range.
    pub(crate) fn unary_between(
        low: f64,
        high: f64,
        function: impl Fn(&Var<f64>) -> Var<f64> + 'static,
    ) -> Self {
        Self::new(
            move |rng| {
                let shape = any_shape(rng);
                vec![uniform(&shape, low, high, rng)]
            },
            move |x| function(&x[0]),
        )
    }

    /// A function of one tensor of any shape, with [`distinct`] elements, for functions with kinks between them.
    pub(crate) fn unary_distinct(function: impl Fn(&Var<f64>) -> Var<f64> + 'static) -> Self {
        Self::new(
            |rng| {
                let shape = any_shape(rng);
                vec![distinct(&shape, rng)]
            },
            move |x| function(&x[0]),
        )
    }

    /// A function of one tensor and one of its axes.
    pub(crate) fn over_axis(
        input: impl Fn(&mut Rng, &[usize]) -> Tensor<f64> + 'static,
        function: impl Fn(&Var<f64>, isize) -> Var<f64> + 'static,
    ) -> Self {
        Self::new(
            move |rng| {
                let rank = 1 + rng.below(3);
                let shape = shape_of_rank(rank, rng);
                vec![input(rng, &shape)]
            },
            // Which axis follows from the shape, so that each call takes the same one.
            move |x| {
                let rank = x[0].rank().max(1);
                let axis = x[0].shape().iter().sum::<usize>() % (2 * rank);
                function(&x[0], axis as isize - rank as isize)
            },
        )
    }

    /// A function of two tensors whose shapes broadcast, with [`distinct`] elements, of which none of the one is one of the other.
    pub(crate) fn binary_distinct(function: impl Fn(&Var<f64>, &Var<f64>) -> Var<f64> + 'static) -> Self {
        Self::new(
            |rng| {
                let (first, second) = broadcasting_shapes(rng);
                vec![distinct(&first, rng), distinct(&second, rng) + 0.1]
            },
            move |x| function(&x[0], &x[1]),
        )
    }

    /// A function of two tensors whose shapes broadcast, the first with standard normal elements, the second with elements from 0.5 to 2 and
    /// of either sign.
    pub(crate) fn binary(function: impl Fn(&Var<f64>, &Var<f64>) -> Var<f64> + 'static) -> Self {
        Self::new(
            |rng| {
                let (first, second) = broadcasting_shapes(rng);
                let sign = Tensor::<f64>::bernoulli(&second, 0.5, rng).unwrap();
                let sign = sign * 2.0 - 1.0;
                vec![normal(&first, rng), uniform(&second, 0.5, 2.0, rng) * sign]
            },
            move |x| function(&x[0], &x[1]),
        )
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Case")
    }
}

/// Standard normal elements.
pub(crate) fn normal(shape: &[usize], rng: &mut Rng) -> Tensor<f64> {
    Tensor::normal(shape, 0.0, 1.0, rng).unwrap()
}

/// Elements evenly distributed over a range.
pub(crate) fn uniform(shape: &[usize], low: f64, high: f64, rng: &mut Rng) -> Tensor<f64> {
    Tensor::uniform(shape, low, high, rng).unwrap()
}

/// Odd multiples of 0.1, each once and about half of them negative, in random order, for functions with kinks where two are equal or at
/// even multiples.
pub(crate) fn distinct(shape: &[usize], rng: &mut Rng) -> Tensor<f64> {
    let count: usize = shape.iter().product();
    let order = rng.permutation(count).unwrap();
    let elements: Vec<f64> = order
        .into_iter()
        .map(|place| (place as f64 - (count / 2) as f64) * 0.2 + 0.1)
        .collect();
    Tensor::from_slice(&elements, shape).unwrap()
}

/// A mask in which every third element is true, the first among them.
pub(crate) fn every_third(shape: &[usize]) -> Tensor<bool> {
    let count = shape.iter().product();
    let elements: Vec<bool> = (0..count).map(|place: usize| place.is_multiple_of(3)).collect();
    Tensor::from_slice(&elements, shape).unwrap()
}

/// Up to three axes of up to four elements; scalars and, seldom, empty tensors among them.
pub(crate) fn any_shape(rng: &mut Rng) -> Vec<usize> {
    let rank = rng.below(4);
    (0..rank)
        .map(|_| if rng.below(20) == 0 { 0 } else { 1 + rng.below(4) })
        .collect()
}

/// A shape of this rank, of up to four elements an axis, never empty.
pub(crate) fn shape_of_rank(rank: usize, rng: &mut Rng) -> Vec<usize> {
    (0..rank).map(|_| 1 + rng.below(4)).collect()
}

/// Two shapes that broadcast together.
pub(crate) fn broadcasting_shapes(rng: &mut Rng) -> (Vec<usize>, Vec<usize>) {
    let whole = any_shape(rng);
    let mut part = || {
        let skipped = if rng.below(2) == 0 {
            0
        } else {
            rng.below(whole.len() + 1)
        };
        let shape = whole[skipped..].iter();
        shape
            .map(|&length| if rng.below(3) == 0 { 1 } else { length })
            .collect()
    };
    (part(), part())
}

/// The same elements, laid out in another order in memory.
pub(crate) fn laid_out_anew(x: &Tensor<f64>, rng: &mut Rng) -> Tensor<f64> {
    let order = rng.permutation(x.rank()).unwrap();
    let mut back = vec![0; order.len()];
    for (to, &from) in order.iter().enumerate() {
        back[from] = to as isize;
    }
    let order: Vec<isize> = order.into_iter().map(|axis| axis as isize).collect();
    let moved = x.permute(&order).unwrap().contiguous().unwrap();
    moved.permute(&back).unwrap()
}
