use backprop_tensor::{Error, Float, Result, Tensor};

use crate::{Differential, InputGradients, Op, Var, operands};

/// A linear recurrence along an axis: `h_t = a_t h_(t-1) + x_t`, from `h_(-1) = 0`; `a`, what is kept of the state before, has the shape of `x`.
///
/// `dL/dx_t = s_t` with `s_t = dL/dh_t + a_(t+1) s_(t+1)`, and `dL/da_t = s_t h_(t-1)`: a recurrence backwards. Computed in double precision, in linear
/// time. An `a` of 0 forgets the state, be it infinite or NaN. With all `a` 1 it is [`Cumsum`](super::Cumsum); the derivative of
/// [`Cumprod`](super::Cumprod) is one.
#[derive(Debug, Clone, Copy)]
pub struct Recurrence {
    /// The axis; negative ones count from the end.
    pub axis: isize,
}

impl<T: Float> Op<T> for Recurrence {
    /// `a` and `h`.
    type Saved = [Tensor<T>; 2];

    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<(Tensor<T>, Self::Saved)> {
        let [x, decay] = operands(inputs)?;
        if x.shape() != decay.shape() {
            let expected = "must be equal: a factor for each element";
            return Err(Error::shapes("recurrence", x.shape(), decay.shape(), expected));
        }
        x.shape().axis("recurrence", self.axis)?;
        let mut h = self.rows(x)?;
        let (decay_rows, length) = (self.rows(decay)?, self.length(x));
        let decays = decay_rows.as_slice().unwrap_or(&[]);
        for (h, a) in h.as_mut_slice()?.chunks_mut(length).zip(decays.chunks(length)) {
            let mut state = 0.0;
            for (h, &a) in h.iter_mut().zip(a) {
                state = *h + kept(a, state);
                *h = state;
            }
        }
        let h = self.unrows(&h)?;
        Ok((h.clone(), [decay.clone(), h]))
    }

    fn backward(
        &self,
        [decay, h]: Self::Saved,
        gradient: Tensor<T>,
        inputs: &mut InputGradients<'_, T>,
    ) -> Result<()> {
        let length = self.length(&h);
        let (mut sums, mut slopes) = (self.rows(&gradient)?, self.rows(&h)?);
        let decay_rows = self.rows(&decay)?;
        let decays = decay_rows.as_slice().unwrap_or(&[]);
        let slope_rows = slopes.as_mut_slice()?.chunks_mut(length);
        let rows = sums.as_mut_slice()?.chunks_mut(length).zip(slope_rows);
        for ((sums, slopes), a) in rows.zip(decays.chunks(length)) {
            // Of the place after, where there is none after the last.
            let (mut factor, mut sum) = (0.0, 0.0);
            for place in (0..length).rev() {
                sum = sums[place] + kept(factor, sum);
                factor = a[place];
                sums[place] = sum;
                let before = place.checked_sub(1).map_or(0.0, |before| slopes[before]);
                slopes[place] = sum * before;
            }
        }
        inputs.add(1, self.unrows(&slopes)?)?;
        inputs.add(0, self.unrows(&sums)?)
    }

    fn differentiate(&self, _: &Self::Saved, at: &Differential<T>) -> crate::Result<()> {
        let [_, decay] = at.operands()?;
        let sums = at.gradient().recurrence_back(decay, self.axis);
        if at.needed(1) {
            at.add(1, &sums * at.output().one_later(self.axis, T::ZERO))?;
        }
        at.add(0, sums)
    }
}

impl Recurrence {
    fn rows<T: Float>(&self, x: &Tensor<T>) -> Result<Tensor<f64>> {
        x.transpose(self.axis, -1)?.cast::<f64>()?.contiguous()
    }

    fn unrows<T: Float>(&self, rows: &Tensor<f64>) -> Result<Tensor<T>> {
        rows.cast::<T>()?.transpose(self.axis, -1)
    }

    /// That of the axis, at least 1.
    fn length<T: Float>(&self, x: &Tensor<T>) -> usize {
        let axis = x.shape().axis("recurrence", self.axis);
        axis.map_or(1, |axis| x.shape()[axis].max(1))
    }
}

/// What is kept of a state.
fn kept(decay: f64, state: f64) -> f64 {
    if decay == 0.0 { 0.0 } else { decay * state }
}

impl<T: Float> Var<T> {
    /// A linear recurrence along an axis, `h_t = a_t h_(t-1) + x_t`, [`Recurrence`].
    ///
    /// ```
    /// # use backprop_autodiff::Tape;
    /// # use backprop_tensor::Tensor;
    /// let tape = Tape::new();
    /// let (x, decay) = (tape.variable(Tensor::from([1.0_f32, 2.0, 3.0])), tape.input(Tensor::from([0.5, 0.5, 0.5])));
    /// assert_eq!(x.recurrence(&decay, 0).value()?, &Tensor::from([1.0, 2.5, 4.25]));
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    #[track_caller]
    pub fn recurrence(&self, decay: &Self, axis: isize) -> Self {
        self.apply_with(Recurrence { axis }, decay)
    }

    /// The recurrence from the end that is the derivative of one: `s_t = x_t + a_(t+1) s_(t+1)`.
    pub(super) fn recurrence_back(&self, decay: &Self, axis: isize) -> Self {
        let decay = decay.flip(axis).one_later(axis, T::ZERO);
        self.flip(axis).recurrence(&decay, axis).flip(axis)
    }

    /// Each element one place later along an axis; at its beginning `first`, and the last one lost.
    pub(super) fn one_later(&self, axis: isize, first: T) -> Self {
        let Ok(place) = self.shape().axis("recurrence", axis) else {
            return self.clone();
        };
        let length = self.shape()[place];
        if length == 0 {
            return self.clone();
        }
        let mut padding = vec![(0, 0); self.rank()];
        padding[place] = (1, 0);
        self.slice(axis, ..length - 1).pad(&padding, first)
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<crate::ops::cases::Case> {
    use backprop_tensor::Rng;

    use crate::ops::cases::{Case, normal, shape_of_rank};

    let with_zeros = |rng: &mut Rng, shape: &[usize]| {
        normal(shape, rng) * Tensor::<f64>::bernoulli(shape, 0.7, rng).unwrap()
    };
    let along = || {
        move |rng: &mut Rng| {
            let shape = shape_of_rank(3, rng);
            vec![normal(&shape, rng), with_zeros(rng, &shape)]
        }
    };
    vec![
        Case::new(along(), |x| x[0].recurrence(&x[1], 0)),
        Case::new(along(), |x| x[0].recurrence(&x[1], 1)),
        Case::new(along(), |x| x[0].recurrence(&x[1], -1)),
    ]
}
