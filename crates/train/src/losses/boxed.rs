use backprop_autodiff::Var;
use backprop_tensor::{Element, Float, Tensor};

use super::{Fault, Loss};

/// So that the loss can be chosen while the program runs.
impl<T: Float, Y: Element> Loss<T, Y> for Box<dyn Loss<T, Y> + '_> {
    fn loss(&self, output: &Var<T>, targets: &Tensor<Y>) -> Var<T> {
        (**self).loss(output, targets)
    }

    fn each(&self, output: &Var<T>, targets: &Tensor<Y>) -> Option<Var<T>> {
        (**self).each(output, targets)
    }

    fn weighted(&self, output: &Var<T>, targets: &Tensor<Y>, weights: &Tensor<f64>) -> Option<Var<T>> {
        (**self).weighted(output, targets, weights)
    }

    fn ignored_class(&self) -> Option<i64> {
        (**self).ignored_class()
    }

    fn check(&self, output: &[usize], targets: &Tensor<Y>) -> Result<(), Fault> {
        (**self).check(output, targets)
    }

    fn classes(&self, output: &[usize], targets: &[usize]) -> Option<usize> {
        (**self).classes(output, targets)
    }

    fn baseline(&self, targets: &Tensor<Y>, weights: Option<&Tensor<f64>>) -> Option<f64> {
        (**self).baseline(targets, weights)
    }
}
