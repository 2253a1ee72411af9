//! Operations of one's own, and what reads them.

use backprop_autodiff::{Detach, Differential, InputGradients, MultiOp, Op, Tape, Var, operands, ops};
use backprop_tensor::{Float, Result, Tensor, formula, math};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, See};

use crate::calls::{Differentiate, one, two};

/// An operation of one's own that gets everything wrong.
#[derive(Debug)]
pub(crate) struct Wrong(pub(crate) usize);

impl<T: Float> Op<T> for Wrong {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, ())> {
        let [x, _] = operands(inputs)?;
        Ok((x.clone(), ()))
    }

    fn backward(&self, (): (), gradient: Tensor<T>, inputs: &mut InputGradients<'_, T>) -> Result<()> {
        let Self(index) = *self;
        let _ = (
            inputs.len(),
            inputs.is_empty(),
            inputs.needed(index),
            inputs.shape(index),
        );
        inputs.add(index, gradient.clone())?;
        inputs.add_broadcast(index.wrapping_add(1), gradient)
    }

    fn differentiate(&self, (): &(), at: &Differential<T>) -> backprop_autodiff::Result<()> {
        let Self(index) = *self;
        let _ = (at.inputs().len(), at.needed(index), at.operands::<1>().is_ok());
        let _ = (at.add(index, at.output().clone()), at.first_order("it is wrong"));
        // Another tape, one that is used up meanwhile, and a walk within a walk.
        let other = Tape::new().variable(Tensor::default());
        let _ = (
            at.add(index, other),
            at.output().gradients_for(&[&at.inputs()[0]], None).is_ok(),
        );
        if index == 2 {
            let _ = at.output().sum(..).backward();
        }
        at.add(index, at.gradient().clone())?;
        at.add_broadcast(index.wrapping_add(1), at.gradient().clone())
    }
}

impl<T: Float> MultiOp<T, 2> for Wrong {
    type Saved = ();

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<([Tensor<T>; 2], ())> {
        let [x, y] = operands(inputs)?;
        Ok(([x.clone(), y.clone()], ()))
    }

    fn backward(
        &self,
        (): (),
        gradients: [Option<Tensor<T>>; 2],
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let gradients = gradients.into_iter().flatten();
        gradients
            .enumerate()
            .try_for_each(|(index, gradient)| inputs.add(index + self.0, gradient))
    }

    fn differentiate(
        &self,
        (): &(),
        gradients: [Option<&Var<T>>; 2],
        at: &Differential<T>,
    ) -> backprop_autodiff::Result<()> {
        let _ = (
            at.outputs::<1>().is_ok(),
            at.outputs::<2>().is_ok(),
            at.output().rank(),
            at.gradient().rank(),
        );
        let mut gradients = gradients.into_iter().flatten().enumerate();
        gradients.try_for_each(|(index, gradient)| at.add(index + self.0, gradient.clone()))
    }
}

/// What applies operations.
pub fn applications() -> Vec<Call> {
    calls! {
        apply |s| {
            let (x, y) = two::<f32>(s);
            (x.apply(ops::Add), x.apply_with(ops::Exp, &y), x.tape().apply(ops::Linear::default(), &[]))
        };
        apply_multi |s| {
            let (x, y) = two::<f32>(s);
            let [first, second] = x.tape().apply_multi(Wrong(s.rng.below(3)), &[&x, &y]);
            let both = &first + &second;
            let _ = (both.gradients([&x, &first, &y]).is_ok(), first.gradients([&second]).is_ok());
            let _ = (if s.flag() { second.sum(..) } else { both.sum(..) }).backward().is_ok();
            let _ = (MultiOp::<f32, 2>::name(&Wrong(0)), MultiOp::<f32, 2>::formula(&Wrong(0)).is_some());
            (first, second, x.tape().apply_multi::<2, _>(Wrong(0), &[&y])[0].clone())
        };
        elementwise_multi |s| {
            let (x, y) = two::<f64>(s);
            let formula = formula!(|x, y| (x * y, math::exp(y)));
            let values: [Var<f64>; 2] = x.elementwise_multi(&formula, &[&y]);
            for value in &values {
                value.differentiate(&x);
                value.differentiate(&y);
            }
            let _ = (values[0].sum(..) + values[1].sum(..)).backward().is_ok();
            let [_, failed] = x.elementwise_multi::<2>(&formula, &[]);
            let [_, _, third] = x.elementwise_multi::<3>(&formula, &[&y]);
            (Vec::from(values), failed, third)
        };
        apply_reading |s| {
            let (x, y) = two::<f32>(s);
            let (z, read) = x.tape().apply_reading(ops::Tanh, &[&x, &y][..s.rng.below(3)], Tensor::rank);
            read.map_or(0, |rank| rank).see();
            z
        };
        operation |s| {
            let (x, y) = two::<f32>(s);
            let _ = (x.detach().exp() + y.apply(ops::Tanh)).sum(..);
            for record in x.tape().records() {
                let _ = (record.operation::<ops::Exp>().is_some(), record.operation::<Detach>(), record.clone() == record);
            }
        };
        detach |s| { let x: Var<f32> = one(s); let y = x.apply(Detach); y.differentiate(&x); (x.detach(), y) };
        forward |s| {
            let (x, y) = two::<f32>(s);
            let index = s.rng.below(3);
            let results = (x.apply(Wrong(0)), x.apply_with(Wrong(index), &y), x.apply_with(Wrong(usize::MAX), &y));
            assert!(results.0.value().err().is_none_or(|error| error.location().is_some()));
            results
        };
        name |s| { let _ = (s.flag(), Op::<f32>::name(&ops::Exp), Op::<f32>::formula(&Detach)); };
    }
}
