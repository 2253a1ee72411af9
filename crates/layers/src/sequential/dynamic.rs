//! Layers whose types are not known before the program runs.

use std::any::Any;
use std::fmt;

use backprop_tensor::Float;

use super::{BoxedLayer, Sequential};
use crate::Layer;

/// Layers one after another, in a vector that can grow.
pub type DynamicSequential<T = f32> = Sequential<Vec<BoxedLayer<T>>>;

/// What a boxed layer can do beside computing. Every layer that is plain data (`Clone`, `PartialEq`, `Debug`, `Send`, `Sync`) can.
pub trait DynamicLayer<T: Float = f32>: Layer<T> + fmt::Debug + Send + Sync {
    /// A copy in a box of its own, with identities of its own.
    fn clone_boxed(&self) -> BoxedLayer<T>;

    /// Whether the other is of the same type, and equal.
    fn equals(&self, other: &dyn DynamicLayer<T>) -> bool;

    /// The layer as what can be asked for its type.
    fn as_any(&self) -> &dyn Any;

    /// The layer as what can be asked for its type, to be changed.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<T: Float, L> DynamicLayer<T> for L
where
    L: Layer<T> + Clone + PartialEq + fmt::Debug + Send + Sync + 'static,
{
    fn clone_boxed(&self) -> BoxedLayer<T> {
        BoxedLayer::new(self.clone())
    }

    fn equals(&self, other: &dyn DynamicLayer<T>) -> bool {
        other
            .as_any()
            .downcast_ref::<L>()
            .is_some_and(|other| self == other)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

impl<T: Float> Sequential<Vec<BoxedLayer<T>>> {
    /// No layers yet; [`push`](Self::push) adds them.
    ///
    /// A dynamic sequence has no [`Cast`](backprop_autodiff::Cast): behind the box, only the layer itself knows what it is with another type of element, and
    /// to ask it, every layer of one's own that is pushed would have to have `Cast` for all of them. What it was made by can make it of another type,
    /// and [`load_state`](backprop_autodiff::Module::load_state) brings the numbers:
    ///
    /// ```
    /// use backprop_autodiff::Module;
    /// use backprop_layers::{DynamicSequential, Linear, Relu, Sequential};
    /// use backprop_tensor::{Float, Rng};
    ///
    /// fn build<T: Float>(sizes: &[usize], rng: &mut Rng) -> DynamicSequential<T> {
    ///     let mut model = Sequential::dynamic();
    ///     for pair in sizes.windows(2) {
    ///         model.push(Linear::builder(pair[0], pair[1]).build_as::<T>(rng));
    ///         model.push(Relu);
    ///     }
    ///     model
    /// }
    ///
    /// let model: DynamicSequential<f32> = build(&[3, 5, 2], &mut Rng::seed(0));
    /// let mut precise: DynamicSequential<f64> = build(&[3, 5, 2], &mut Rng::seed(1));
    /// let state = model.state().into_iter().map(|(name, x)| Ok((name, x.cast()?)));
    /// precise.load_state(&state.collect::<Result<_, backprop_tensor::Error>>()?)?;
    /// assert_eq!(precise.parameters()[0].value(), &model.parameters()[0].value().cast()?);
    /// # Ok::<(), backprop_autodiff::Error>(())
    /// ```
    ///
    /// Sequences may be nested however deeply: computing, visiting parameters, cloning, comparing, dropping and [`summary`](crate::summary()) take no
    /// more stack for that, and `Debug` prints the first 100 levels. This is so for dynamic sequences pushed into each other; of what has something
    /// else in between (a tuple, a struct of one's own) each level takes stack. The name of a parameter has a number for each level.
    ///
    /// ```
    /// use backprop_autodiff::Module;
    /// use backprop_layers::{Dropout, Linear, Relu, Sequential};
    /// use backprop_tensor::Rng;
    ///
    /// let mut rng = Rng::seed(0);
    /// let mut model = Sequential::dynamic();
    /// let sizes = [784, 256, 128];
    /// for pair in sizes.windows(2) {
    ///     model.push(Linear::new(pair[0], pair[1], &mut rng));
    ///     model.push(Relu);
    /// }
    /// model.push(Linear::new(128, 10, &mut rng));
    /// assert_eq!(model.parameters().len(), 6);
    /// assert_eq!(model, model.clone());
    /// ```
    pub fn dynamic() -> Self {
        Self::new(Vec::new())
    }

    /// Adds a layer at the end.
    pub fn push(&mut self, layer: impl DynamicLayer<T> + 'static) {
        self.layers.push(BoxedLayer::new(layer));
    }
}

impl<L> Extend<L> for Sequential<Vec<L>> {
    fn extend<I: IntoIterator<Item = L>>(&mut self, layers: I) {
        self.layers.extend(layers);
    }
}

impl<L> FromIterator<L> for Sequential<Vec<L>> {
    fn from_iter<I: IntoIterator<Item = L>>(layers: I) -> Self {
        Self::new(layers.into_iter().collect())
    }
}
