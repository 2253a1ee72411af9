//! `--random`: products of random shapes against sums in twice the precision, and on one thread.
//!
//! The tests of `backprop-tensor` have the small shapes; this has those that take seconds. Each number is a shape of its own, so that one that
//! failed can be tried again. Every second shape is drawn from 1 to 5000 in each dimension; in between are narrow and flat ones, as small as they
//! are large. Of each four two are f32 and two f64, and each operand is a transpose of what is in memory or is not.

use crate::Result;
use backprop_tensor::{Float, Rng, Tensor};
use std::ops::Range;

/// The largest dimension.
const MOST: f64 = 5000.0;

/// Elements of a product that are looked at.
const ELEMENTS: usize = 300;

/// `COUNT` or `FIRST..END`.
pub fn range(text: &str) -> Result<Range<usize>> {
    Ok(match text.split_once("..") {
        Some((first, end)) => first.parse()?..end.parse()?,
        None => 0..text.parse()?,
    })
}

/// Fails with the first shape whose product has other bits on one thread, or an error beyond the bound that `matmul` promises.
pub fn run(shapes: Range<usize>) -> Result<()> {
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let (count, mut worst) = (shapes.len(), 0.0_f64);
    for number in shapes {
        let shape = Shape::random(number)?;
        let share = match number % 4 {
            0 | 1 => shape.check::<f32>(&alone),
            _ => shape.check::<f64>(&alone),
        }
        .map_err(|error| format!("shape {number}, {shape:?}: {error}"))?;
        worst = worst.max(share);
        if number % 50 == 49 {
            eprintln!("# {number}: {shape:?}");
        }
    }
    println!("{count} shapes, the same bits on one thread, largest error {worst:.3} of the bound");
    Ok(())
}

#[derive(Debug)]
struct Shape {
    rows: usize,
    columns: usize,
    terms: usize,
    /// Whether the operands are transposes.
    turned: [bool; 2],
    seed: u64,
}

impl Shape {
    fn random(number: usize) -> Result<Self> {
        let seed = number as u64;
        let numbers = Tensor::<f64>::uniform([5], 0.0, 1.0, &mut Rng::seed(seed))?.to_vec();
        let length = |x: f64| match number % 2 {
            0 => 1 + (MOST * x) as usize,
            _ => MOST.powf(x) as usize,
        };
        Ok(Self {
            rows: length(numbers[0]),
            columns: length(numbers[1]),
            terms: length(numbers[2]),
            turned: [numbers[3] < 0.5, numbers[4] < 0.5],
            seed,
        })
    }

    /// The largest error, as a share of the bound.
    fn check<T: Float>(&self, alone: &rayon::ThreadPool) -> Result<f64> {
        let Self {
            rows, columns, terms, ..
        } = *self;
        let mut rng = Rng::seed(!self.seed);
        // The rows of the left matrix and the columns of the right one, as they are summed.
        let mut operand = |[count, turned]: [usize; 2]| -> Result<[Tensor<T>; 2]> {
            let vectors = Tensor::uniform([count, terms], T::from_f64(-1.0), T::from_f64(1.0), &mut rng)?;
            let view = match turned {
                0 => vectors.clone(),
                // The same elements in the other order.
                _ => vectors.transpose(0, 1)?.contiguous()?.transpose(0, 1)?,
            };
            Ok([vectors, view])
        };
        let [left_rows, left] = operand([rows, usize::from(self.turned[0])])?;
        let [right_columns, right] = operand([columns, usize::from(!self.turned[1])])?;
        let right = right.transpose(0, 1)?;
        let product = left.matmul(&right)?.to_vec();
        let single = alone.install(|| left.matmul(&right))?.to_vec();
        let bits = |elements: &[T]| -> Vec<u64> { elements.iter().map(|x| x.to_f64().to_bits()).collect() };
        if bits(&product) != bits(&single) {
            return Err("other bits on one thread".into());
        }
        let (left, right) = (left_rows.to_vec(), right_columns.to_vec());
        let roundings = (terms as f64).min(400.0 + (terms as f64).log2());
        let unit = roundings * T::EPSILON.to_f64() / 2.0;
        let bound = unit / (1.0 - unit);
        let mut worst = 0.0_f64;
        for [i, j] in self.places()? {
            let (sum, size) = exact(&left[i * terms..][..terms], &right[j * terms..][..terms]);
            let error = ((product[i * columns + j].to_f64() - sum[0]) - sum[1]).abs();
            if error.is_nan() || error > bound * size {
                return Err(format!("[{i}, {j}] is wrong by {error:e}, more than {:e}", bound * size).into());
            }
            if error > 0.0 {
                worst = worst.max(error / (bound * size));
            }
        }
        Ok(worst)
    }

    /// Elements to look at: half of them near the last row or column, where tiles end.
    fn places(&self) -> Result<Vec<[usize; 2]>> {
        let numbers =
            Tensor::<f64>::uniform([ELEMENTS, 2], 0.0, 1.0, &mut Rng::seed(self.seed + 1))?.to_vec();
        let place = |length: usize, x: f64, near: bool| {
            let span = if near { length.min(64) } else { length };
            length - 1 - (x * span as f64) as usize
        };
        let places = numbers.chunks_exact(2).enumerate().map(|(index, pair)| {
            [
                place(self.rows, pair[0], index % 4 == 0),
                place(self.columns, pair[1], index % 4 == 1),
            ]
        });
        Ok(places.collect())
    }
}

/// The scalar product, in two numbers whose sum has twice the precision, and that of the magnitudes (Ogita, Rump and Oishi, Accurate sum and
/// dot product, 2005, algorithm 5.3).
fn exact<T: Float>(left: &[T], right: &[T]) -> ([f64; 2], f64) {
    let ([mut sum, mut rest], mut size) = ([0.0; 2], 0.0);
    for (x, y) in left.iter().zip(right) {
        let (x, y) = (x.to_f64(), y.to_f64());
        let product = x * y;
        let total = sum + product;
        let back = total - sum;
        rest += x.mul_add(y, -product) + ((sum - (total - back)) + (product - back));
        sum = total;
        size += product.abs();
    }
    ([sum, rest], size)
}
