//! Gradients of a layer against central differences.

use backprop_autodiff::{Gradients, Var};
use backprop_layers::Layer;
use backprop_tensor::{Float, Result, Rng, Tensor};

use crate::tapes::Kind;

/// At most so many elements of each tensor are moved; which ones is random.
const ELEMENTS: usize = 64;

/// The product of a layer's output with a fixed random vector, as a function of its input and its parameters.
struct Product<'a, T: Float, L> {
    layer: &'a mut L,
    input: Tensor<T>,
    kind: Kind,
    direction: Tensor<f64>,
}

/// One of the tensors that the product depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Input,
    /// By number, in the order of `parameters`.
    Parameter(usize),
}

/// Compares the gradients of the input and of all parameters with central differences.
///
/// The differences are taken in the layer's own precision, at three distances. An element passes if one of them agrees with the gradient, or if the
/// gradient lies between the slopes to both sides, as it does where the function has a kink.
pub(crate) fn check<T: Float, L: Layer<T>>(
    layer: &mut L,
    input: &Tensor<T>,
    kind: Kind,
    seed: u64,
) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("{kind}, it failed: {error}");
    let tape = kind.tape();
    let x = tape.variable(input.clone());
    let output = layer.forward(&x);
    let value = output.value().map_err(|error| failed(&error))?;
    let rng = &mut Rng::seed(seed);
    let direction = Tensor::normal(value.shape(), 0.0, 1.0, rng).map_err(|error| failed(&error))?;
    let gradients = gradients(&output, &direction).map_err(|error| failed(&error))?;
    let mut places = vec![(
        "input".to_owned(),
        Place::Input,
        gradients.as_ref().and_then(|all| all.wrt(&x)).cloned(),
    )];
    for (number, (name, param)) in layer.named_parameters().into_iter().enumerate() {
        if param.is_trainable() {
            let gradient = gradients.as_ref().and_then(|all| all.get(param)).cloned();
            places.push((format!("parameter {name}"), Place::Parameter(number), gradient));
        }
    }
    let mut product = Product {
        layer,
        input: input.clone(),
        kind,
        direction,
    };
    for (name, place, gradient) in places {
        product
            .compare(place, gradient, rng)
            .map_err(|message| format!("{kind}, {name}, {message}"))?;
    }
    Ok(())
}

/// The gradients of the product; none if the output depends on nothing.
fn gradients<T: Float>(
    output: &Var<T>,
    direction: &Tensor<f64>,
) -> backprop_autodiff::Result<Option<Gradients<T>>> {
    match output.is_tracked() {
        true => output.backward_from(direction.cast()?).map(Some),
        false => Ok(None),
    }
}

impl<T: Float, L: Layer<T>> Product<'_, T, L> {
    /// Compares one gradient with the differences.
    fn compare(&mut self, place: Place, gradient: Option<Tensor<T>>, rng: &mut Rng) -> Result<(), String> {
        let value = self.value(place).ok_or("it is gone")?;
        let gradient = match gradient {
            Some(gradient) if gradient.shape() != value.shape() => {
                return Err(format!(
                    "the gradient's shape is {}, not {}",
                    gradient.shape(),
                    value.shape()
                ));
            }
            Some(gradient) => gradient.to_vec(),
            None => vec![T::ZERO; value.count()],
        };
        let mut elements = rng
            .permutation(value.count())
            .map_err(|error| error.to_string())?;
        elements.truncate(ELEMENTS);
        for element in elements {
            let gradient = gradient[element].to_f64();
            self.compare_element(place, &value, element, gradient)
                .map_err(|message| format!("element {element}: {message}"))?;
        }
        self.set(place, value);
        Ok(())
    }

    fn compare_element(
        &mut self,
        place: Place,
        value: &Tensor<T>,
        element: usize,
        gradient: f64,
    ) -> Result<(), String> {
        let x = value.to_vec()[element].to_f64();
        let here = self.at(place, value, element, x)?;
        let mut slopes = Vec::new();
        for step in steps::<T>() {
            // The distances are those of numbers that the type can hold.
            let moved = |by: f64| T::from_f64(x + by * step * x.abs().max(1.0)).to_f64();
            let (above, below) = (moved(1.0), moved(-1.0));
            let (up, down) = (
                self.at(place, value, element, above)?,
                self.at(place, value, element, below)?,
            );
            let noise = 16.0 * T::EPSILON.to_f64() * here.size.max(1.0) / (above - below);
            let central = (up.value - down.value) / (above - below);
            let to_right = (up.value - here.value) / (above - x);
            let to_left = (here.value - down.value) / (x - below);
            let allowed = noise + tolerance::<T>() * gradient.abs().max(central.abs());
            let (low, high) = (
                to_left.min(to_right) - 2.0 * noise,
                to_left.max(to_right) + 2.0 * noise,
            );
            if (gradient - central).abs() <= allowed || (low..=high).contains(&gradient) {
                return Ok(());
            }
            slopes.push(central);
        }
        Err(format!(
            "the gradient says {gradient}, differences say {slopes:?}"
        ))
    }

    /// The product with one element moved to `x`.
    fn at(&mut self, place: Place, value: &Tensor<T>, element: usize, x: f64) -> Result<Sum, String> {
        let failed = |error: &dyn std::fmt::Display| format!("it failed at {x}: {error}");
        let mut moved = value.contiguous().map_err(|error| failed(&error))?;
        moved.as_mut_slice().map_err(|error| failed(&error))?[element] = T::from_f64(x);
        self.set(place, moved);
        let tape = self.kind.tape();
        let output = self.layer.forward(&tape.input(self.input.clone()));
        let output = output.into_value().map_err(|error| failed(&error))?;
        let products = output.to_vec().into_iter().zip(self.direction.to_vec());
        let products = products.map(|(y, direction)| y.to_f64() * direction);
        Ok(products.fold(Sum::default(), |sum, term| Sum {
            value: sum.value + term,
            size: sum.size + term.abs(),
        }))
    }

    fn value(&self, place: Place) -> Option<Tensor<T>> {
        match place {
            Place::Input => Some(self.input.clone()),
            Place::Parameter(number) => self
                .layer
                .parameters()
                .get(number)
                .map(|param| param.value().clone()),
        }
    }

    fn set(&mut self, place: Place, value: Tensor<T>) {
        match place {
            Place::Input => self.input = value,
            Place::Parameter(number) => {
                if let Some(param) = self.layer.parameters_mut().into_iter().nth(number) {
                    *param.value_mut() = value;
                }
            }
        }
    }
}

/// A sum, and the sum of the absolute values, which its rounding is in proportion to.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    value: f64,
    size: f64,
}

/// How far to each side, times the larger of 1 and the value: around the cube root of the precision, where rounding and curvature cost the same.
fn steps<T: Float>() -> [f64; 3] {
    let best = T::EPSILON.to_f64().cbrt();
    [best, best / 5.0, best / 25.0]
}

/// The share by which curvature may keep the two apart.
fn tolerance<T: Float>() -> f64 {
    let best = T::EPSILON.to_f64().cbrt();
    30.0 * best * best
}
