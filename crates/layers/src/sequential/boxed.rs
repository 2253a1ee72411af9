//! A layer of any type, in a box, and sequences of them in each other, however deeply.

use std::ops::Deref;
use std::{fmt, mem, slice};

use backprop_autodiff::{Leaf, LeafMut, Module, Path, Var};
use backprop_tensor::Float;

use super::{DynamicLayer, DynamicSequential, Sequential};
use crate::{Identity, Layer};

/// Of sequences in each other, how many levels are printed.
const PRINTED: usize = 100;

/// A layer of any type, in a box: it can be cloned, compared, printed and sent to other threads as the layer itself can.
///
/// It has no [`Cast`](backprop_autodiff::Cast) to another type of element; [`Sequential::dynamic`] says why, and what to do instead.
///
/// Where it holds a [`DynamicSequential`], and that others, all of this takes the same stack for any number of levels.
///
/// ```
/// use backprop_layers::{BoxedLayer, Linear, Relu};
/// use backprop_tensor::Rng;
///
/// let layers: Vec<BoxedLayer> = vec![BoxedLayer::new(Linear::new(3, 2, &mut Rng::seed(0))), BoxedLayer::new(Relu)];
/// assert_eq!(layers[0].downcast_ref::<Linear>().map(|linear| linear.outputs()), Some(2));
/// ```
pub struct BoxedLayer<T: Float = f32>(Box<dyn DynamicLayer<T>>);

impl<T: Float> BoxedLayer<T> {
    /// This layer in a box. A box stays as it is instead of getting another one around it.
    pub fn new<L: DynamicLayer<T> + 'static>(layer: L) -> Self {
        let mut boxed = Self(Box::new(layer));
        match boxed.downcast_mut::<Self>() {
            Some(inner) => mem::replace(inner, Self(Box::new(Identity))),
            None => boxed,
        }
    }

    /// The layer, if it is of this type.
    pub fn downcast_ref<L: 'static>(&self) -> Option<&L> {
        self.0.as_any().downcast_ref()
    }

    /// The layer, to be changed, if it is of this type.
    pub fn downcast_mut<L: 'static>(&mut self) -> Option<&mut L> {
        self.0.as_any_mut().downcast_mut()
    }

    /// The layers, if it is a sequence of boxes.
    fn nested(&self) -> Option<&Vec<Self>> {
        self.downcast_ref::<DynamicSequential<T>>()
            .map(Sequential::layers)
    }

    fn nested_mut(&mut self) -> Option<&mut Vec<Self>> {
        self.downcast_mut::<DynamicSequential<T>>()
            .map(Sequential::layers_mut)
    }

    /// Shows every layer that is no sequence of boxes, in order, with its place in each of those around it.
    fn each<'a>(&'a self, mut f: impl FnMut(&[usize], &'a dyn DynamicLayer<T>)) {
        let mut place = Vec::new();
        let mut levels: Vec<slice::Iter<'a, Self>> = Vec::new();
        let mut layer = Some(self);
        loop {
            match layer.map(|layer| (layer, layer.nested())) {
                Some((_, Some(nested))) => {
                    levels.push(nested.iter());
                    place.push(0);
                }
                Some((layer, None)) => {
                    f(&place, &*layer.0);
                    advance(&mut place);
                }
                None => {
                    levels.pop();
                    place.pop();
                    advance(&mut place);
                }
            }
            let Some(level) = levels.last_mut() else { return };
            layer = level.next();
        }
    }

    /// As [`each`](Self::each), to be changed.
    fn each_mut<'a>(&'a mut self, mut f: impl FnMut(&[usize], &'a mut dyn DynamicLayer<T>)) {
        let mut place = Vec::new();
        let mut levels: Vec<slice::IterMut<'a, Self>> = Vec::new();
        let mut layer = Some(self);
        loop {
            match layer {
                Some(layer) if layer.nested().is_some() => {
                    levels.extend(layer.nested_mut().map(|nested| nested.iter_mut()));
                    place.push(0);
                }
                Some(layer) => {
                    f(&place, &mut *layer.0);
                    advance(&mut place);
                }
                None => {
                    levels.pop();
                    place.pop();
                    advance(&mut place);
                }
            }
            let Some(level) = levels.last_mut() else { return };
            layer = level.next();
        }
    }
}

fn advance(place: &mut [usize]) {
    if let Some(last) = place.last_mut() {
        *last += 1;
    }
}

impl<T: Float> Clone for BoxedLayer<T> {
    fn clone(&self) -> Self {
        let Some(nested) = self.nested() else {
            return self.0.clone_boxed();
        };
        // What is left of a sequence, and the clones of what is not; the unfinished ones around it wait.
        let mut level = (nested.iter(), Vec::new());
        let mut waiting = Vec::new();
        loop {
            let (layers, clones) = &mut level;
            match layers.next().map(|layer| (layer, layer.nested())) {
                Some((_, Some(nested))) => {
                    waiting.push(mem::replace(&mut level, (nested.iter(), Vec::new())));
                }
                Some((layer, None)) => clones.push(layer.0.clone_boxed()),
                None => {
                    let clone = Self(Box::new(Sequential::new(mem::take(clones))));
                    let Some(outer) = waiting.pop() else { return clone };
                    level = outer;
                    level.1.push(clone);
                }
            }
        }
    }
}

impl<T: Float> PartialEq for BoxedLayer<T> {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = vec![(self, other)];
        while let Some((one, other)) = pairs.pop() {
            let equal = match (one.nested(), other.nested()) {
                (Some(one), Some(other)) => {
                    pairs.extend(one.iter().zip(other));
                    one.len() == other.len()
                }
                _ => one.0.equals(&*other.0),
            };
            if !equal {
                return false;
            }
        }
        true
    }
}

impl<T: Float> Deref for BoxedLayer<T> {
    type Target = dyn DynamicLayer<T>;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl<T: Float> Drop for BoxedLayer<T> {
    fn drop(&mut self) {
        let mut layers = self.nested_mut().map(mem::take).unwrap_or_default();
        while let Some(mut layer) = layers.pop() {
            layers.extend(layer.nested_mut().map(mem::take).unwrap_or_default());
        }
    }
}

impl<T: Float> fmt::Debug for BoxedLayer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printed {
            layer: self,
            level: 1,
        }
        .fmt(f)
    }
}

/// A layer in so many sequences.
struct Printed<'a, T: Float> {
    layer: &'a BoxedLayer<T>,
    level: usize,
}

impl<T: Float> fmt::Debug for Printed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(nested) = self.layer.nested() else {
            return self.layer.0.fmt(f);
        };
        f.write_str("Sequential")?;
        if self.level >= PRINTED && !nested.is_empty() {
            return f.debug_list().finish_non_exhaustive();
        }
        let level = self.level + 1;
        let layers = nested.iter().map(|layer| Printed { layer, level });
        f.debug_list().entries(layers).finish()
    }
}

impl<T: Float> Module<T> for BoxedLayer<T> {
    fn visit<'a>(&'a self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, Leaf<'a, T>)) {
        self.each(|place, layer| layer.visit(&path.indices(place), visitor));
    }

    fn visit_mut<'a>(&'a mut self, path: &Path<'_>, visitor: &mut dyn FnMut(&Path<'_>, LeafMut<'a, T>)) {
        self.each_mut(|place, layer| layer.visit_mut(&path.indices(place), visitor));
    }
}

impl<T: Float> Layer<T> for BoxedLayer<T> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let mut y = x.clone();
        self.each(|_, layer| y = layer.forward(&y));
        y
    }

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn sequence(&self) -> Vec<&dyn Layer<T>> {
        self.0.sequence()
    }
}
