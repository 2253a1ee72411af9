//! The values of formulas, for numbers and for tensors.

use super::{Formula, Function, Node};
use crate::kernel::{Compiled, Run};
use crate::math::WideProduct;
use crate::parallel::COPY;
use crate::{Float, Result, Shape, Tensor};

/// Elements that are computed at once: the values of all the steps of usual formulas stay in the first two caches, and the calls do not show.
const BLOCK: usize = 256;

impl Function {
    /// The value for arguments of the right number.
    pub(super) fn value(self, arguments: &[f64]) -> f64 {
        let mut result = [arguments.first().copied().unwrap_or(f64::NAN)];
        let others: Vec<_> = arguments.iter().skip(1).map(std::slice::from_ref).collect();
        self.run(&mut result, &others);
        result[0]
    }

    /// Over slices of one length; `target` holds the first arguments, and receives the values.
    fn run<T: Float>(self, target: &mut [T], others: &[&[T]]) {
        match (self, self.kernel()) {
            (_, Some(kernel)) => T::function(kernel).run.call(&[], &mut [target], others),
            (Self::Product(factors), None) => {
                for (i, x) in target.iter_mut().enumerate() {
                    let first = WideProduct::ONE.times(x.to_f64());
                    let first = if factors == 0 {
                        WideProduct::ONE.over(x.to_f64())
                    } else {
                        first
                    };
                    let product = others.iter().enumerate().fold(first, |product, (k, other)| {
                        let number = other[i].to_f64();
                        if k + 1 < factors {
                            product.times(number)
                        } else {
                            product.over(number)
                        }
                    });
                    *x = T::from_f64(product.value());
                }
            }
            _ => {}
        }
    }

    /// As [`cost`](Self::cost), where the value is written to memory of its own.
    const fn cost_of_a_step(self) -> u32 {
        COPY / 2 + self.cost()
    }
}

impl Formula {
    /// The results for one number for each input, in the arithmetic of `T`.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) unless there are as many inputs as the formula has.
    ///
    /// ```
    /// use backprop_tensor::formula;
    ///
    /// let line = formula!(|x; slope: 2.0, start: 1.0| slope * x + start);
    /// assert_eq!(line.evaluate(&[3.0_f64])?, [7.0]);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn evaluate<T: Float>(&self, inputs: &[T]) -> Result<Vec<T>> {
        self.check("evaluate", inputs.len())?;
        let inputs: Vec<_> = inputs.iter().map(std::slice::from_ref).collect();
        let mut results = vec![T::ZERO; self.results.len()];
        let mut targets: Vec<_> = results.iter_mut().map(std::slice::from_mut).collect();
        self.run(&mut targets, &inputs);
        Ok(results)
    }

    /// The results for tensors, broadcast together: the same bits as the formula's kernel would give, at a few times its cost for light formulas, as each
    /// step writes its values to the cache.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) unless there are as many inputs as the formula has; [`Error::Shapes`](crate::Error::Shapes) if the shapes do not
    /// broadcast.
    ///
    /// ```
    /// use backprop_tensor::{Tensor, formula};
    ///
    /// let distance = formula!(|x, y| if x > y { x - y } else { y - x });
    /// let (column, row) = (Tensor::from([[1.0_f32], [5.0]]), Tensor::from([2.0, 3.0]));
    /// assert_eq!(distance.apply(&[&column, &row])?, [Tensor::from([[1.0, 2.0], [3.0, 2.0]])]);
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn apply<T: Float>(&self, inputs: &[&Tensor<T>]) -> Result<Vec<Tensor<T>>> {
        self.check("apply", inputs.len())?;
        let mut shape = Shape::SCALAR;
        for input in inputs {
            shape = shape.broadcast("apply", input.shape())?;
        }
        let inputs: Vec<_> = inputs
            .iter()
            .map(|input| input.broadcast_to(shape)?.contiguous())
            .collect::<Result<_>>()?;
        let sources: Vec<_> = inputs
            .iter()
            .map(|input| input.as_slice().unwrap_or(&[]))
            .collect();
        let mut results: Vec<_> = self
            .results
            .iter()
            .map(|_| Tensor::<T>::build(shape, |_| ()))
            .collect::<Result<_>>()?;
        let mut targets: Vec<_> = results
            .iter_mut()
            .map(Tensor::as_mut_slice)
            .collect::<Result<_>>()?;
        let compiled = Compiled {
            run: Run::Interpreted(&|_, targets, sources| self.run(targets, sources)),
            into: None,
            cost: self.cost(),
        };
        T::update(&compiled, &[], &mut targets, &sources);
        drop(targets);
        Ok(results)
    }

    fn cost(&self) -> u32 {
        let step = |node: &Node| match node {
            Node::Call(function, _) => function.cost_of_a_step(),
            _ => 0,
        };
        self.nodes.iter().map(step).fold(COPY, u32::saturating_add)
    }

    fn run<T: Float>(&self, targets: &mut [&mut [T]], inputs: &[&[T]]) {
        let length = targets.first().map_or(0, |target| target.len());
        let mut values = vec![T::ZERO; self.nodes.len() * length.min(BLOCK)];
        for start in (0..length).step_by(BLOCK) {
            let end = length.min(start + BLOCK);
            let width = end - start;
            let source = |index: usize| inputs.get(index).map_or(&[][..], |input| &input[start..end]);
            for (place, node) in self.nodes.iter().enumerate() {
                let (before, rest) = values.split_at_mut(place * width);
                let target = &mut rest[..width];
                match node {
                    Node::Input(index) => target.copy_from_slice(source(*index)),
                    Node::Parameter(index) => target.fill(T::from_f64(self.parameters[*index].number)),
                    Node::Constant(value) => target.fill(T::from_f64(*value)),
                    Node::Call(function, arguments) => {
                        let value = |place: usize| &before[place * width..][..width];
                        let others: smallvec::SmallVec<[&[T]; 3]> =
                            arguments.iter().skip(1).map(|&place| value(place)).collect();
                        if let Some(&first) = arguments.first() {
                            target.copy_from_slice(value(first));
                        }
                        function.run(target, &others);
                    }
                }
            }
            for (target, &result) in targets.iter_mut().zip(&self.results) {
                target[start..end].copy_from_slice(&values[result * width..][..width]);
            }
        }
    }
}
