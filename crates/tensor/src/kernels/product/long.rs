//! Products whose sums are long: the terms are cut into parts, and the sums of the parts are added in pairs.

use std::ops::Range;

use crate::parallel;
use crate::simd::Vector;
use crate::storage::Storage;
use crate::{Float, Numeric, Result};

use super::{Product, even};

/// Terms of a part: so many that adding two parts costs nothing beside them.
pub const DEPTH: usize = 16 * super::DEPTH;

/// Elements of a result of which threads compute different parts; a larger one is divided itself.
const SMALL: usize = 1 << 14;

/// Elements of a result that are computed together: there are some more of them for each level of the tree.
const BAND: usize = 1 << 22;

/// Rows that are worth packing the other matrix for.
const ROWS: usize = 96;

/// The tree of sums.
pub fn multiply<V>(target: &mut [V::Element], product: &Product<'_, V::Element>) -> Result<()>
where
    V: Vector<Element: Float>,
{
    let [_, columns, _] = product.sizes();
    let bare = Product {
        finish: None,
        ..*product
    };
    if (product.left.strides[1], product.right.strides[0]) == (0, 0) {
        repeated::<V>(target, &bare)?;
    } else {
        bands::<V>(target, &bare, (BAND / columns).max(ROWS))?;
    }
    if let Some(finish) = product.finish {
        parallel::for_each_piece(
            target,
            parallel::threshold::<V::Element>(parallel::COPY),
            |_, piece| {
                finish(&[], &mut [piece], &[]);
            },
        );
    }
    Ok(())
}

/// No more than `most` rows of the result at a time.
fn bands<V>(target: &mut [V::Element], product: &Product<'_, V::Element>, most: usize) -> Result<()>
where
    V: Vector<Element: Float>,
{
    let [rows, columns, depth] = product.sizes();
    let height = even(rows, most);
    for (index, target) in target.chunks_mut(height * columns).enumerate() {
        let band = Product {
            left: { product.left }.part([index * height, 0], [target.len() / columns, depth]),
            ..*product
        };
        let sums = Sums::<V>::new(&band);
        sums.join(0..sums.parts, target)?;
    }
    Ok(())
}

/// A product of matrices whose columns, and rows, repeat one: all terms of a sum are equal, and a broadcast view may have more of them than
/// anyone can add.
fn repeated<V>(target: &mut [V::Element], product: &Product<'_, V::Element>) -> Result<()>
where
    V: Vector<Element: Float>,
{
    let [rows, columns, depth] = product.sizes();
    let term = Product {
        left: product.left.part([0, 0], [rows, 1]),
        right: product.right.part([0, 0], [1, columns]),
        start: None,
        ..*product
    };
    super::multiply::<V>(target, &term)?;
    let count = V::Element::from_f64(depth as f64);
    for x in target.iter_mut() {
        *x *= count;
    }
    if let Some(start) = product.start {
        for row in target.chunks_exact_mut(columns) {
            add(row, start);
        }
    }
    Ok(())
}

/// The tree of additions, whose form depends on the number of terms alone.
struct Sums<'a, V: Vector> {
    product: &'a Product<'a, V::Element>,
    /// Terms of a part.
    length: usize,
    parts: usize,
    /// Parts that one thread shall have at most.
    grain: usize,
}

impl<'a, V: Vector<Element: Float>> Sums<'a, V> {
    fn new(product: &'a Product<'a, V::Element>) -> Self {
        let [rows, columns, depth] = product.sizes();
        let length = even(depth, DEPTH);
        let parts = depth.div_ceil(length);
        let threads = rows * columns <= SMALL && product.parallel();
        Self {
            product,
            length,
            parts,
            grain: match threads {
                true => parts.div_ceil(4 * parallel::workers_at_once()),
                false => parts,
            },
        }
    }

    /// The sums of some parts, on several threads while there are many of them.
    fn join(&self, parts: Range<usize>, target: &mut [V::Element]) -> Result<()> {
        if parts.len() <= self.grain {
            let levels = parts.len().next_power_of_two().ilog2() as usize;
            let mut scratch = Storage::scratch(target.len().saturating_mul(levels))?;
            return self.fold(parts, target, scratch.as_mut_slice());
        }
        let mut others = Storage::scratch(target.len())?;
        let (mut first, mut second) = (Ok(()), Ok(()));
        let [left, right] = halves(parts);
        parallel::join(&mut || first = self.join(left.clone(), target), &mut || {
            second = self.join(right.clone(), others.as_mut_slice());
        });
        first.and(second)?;
        add(target, others.as_slice());
        Ok(())
    }

    /// The same on this thread; there is as much scratch space as the target for each level of the tree.
    fn fold(&self, parts: Range<usize>, target: &mut [V::Element], scratch: &mut [V::Element]) -> Result<()> {
        if parts.len() == 1 {
            return self.part(parts.start, target);
        }
        let (others, scratch) = scratch.split_at_mut(target.len());
        let [left, right] = halves(parts);
        self.fold(left, target, scratch)?;
        self.fold(right, others, scratch)?;
        add(target, others);
        Ok(())
    }

    fn part(&self, index: usize, target: &mut [V::Element]) -> Result<()> {
        let [rows, columns, depth] = self.product.sizes();
        let first = index * self.length;
        let length = self.length.min(depth - first);
        let part = Product {
            left: self.product.left.part([0, first], [rows, length]),
            right: self.product.right.part([first, 0], [length, columns]),
            start: self.product.start.filter(|_| index == 0),
            finish: None,
            divided: self.product.divided || self.grain < self.parts,
            ..*self.product
        };
        super::multiply::<V>(target, &part)
    }
}

fn halves(parts: Range<usize>) -> [Range<usize>; 2] {
    let middle = parts.start + parts.len().div_ceil(2);
    [parts.start..middle, middle..parts.end]
}

fn add<T: Float>(target: &mut [T], others: &[T]) {
    for (x, &other) in target.iter_mut().zip(others) {
        *x += other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Matrix;
    use crate::simd::Portable;

    #[test]
    fn bands_are_parts_of_the_whole() -> Result<()> {
        type V = Portable<f32, 4>;
        const SHAPE: [usize; 3] = [23, 3 * DEPTH + 5, 6];
        let [rows, depth, columns] = SHAPE;
        let number = |i: usize| (i * i % 101) as f32 * 0.37;
        let left: Vec<_> = (0..rows * depth).map(number).collect();
        let right: Vec<_> = (0..depth * columns).map(number).collect();
        let start: Vec<_> = (0..columns).map(number).collect();
        let mut product = Product::new(
            Matrix::row_major(&left, [rows, depth]),
            Matrix::row_major(&right, [depth, columns]),
        );
        product.start = Some(&start);
        let mut whole = vec![0.0; rows * columns];
        multiply::<V>(&mut whole, &product)?;
        for most in [1, 7, 22] {
            let mut target = vec![0.0; rows * columns];
            bands::<V>(&mut target, &product, most)?;
            // Bands of one row go through loops of their own.
            for (x, y) in target.iter().zip(&whole) {
                assert!((x - y).abs() <= 400.0 * f32::EPSILON * y, "{x} {y} {most}");
            }
        }
        Ok(())
    }
}
