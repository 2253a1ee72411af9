//! Jacobians and Hessians, whole or times a vector.

use backprop_tensor::{Float, Tensor};

use crate::{Error, Result, Tape, Var};

/// Where a function is differentiated: one tensor, of which it is a function of one variable (`|x| ..`), or an array or a `Vec` of tensors
/// (`|[x, y]| ..`).
pub trait Point {
    /// The type of number.
    type Element: Float;
    /// One thing for each of the tensors, in the same form.
    type Each<R>;

    /// The tensors.
    fn tensors(&self) -> &[Tensor<Self::Element>];

    /// Makes one thing for each of the tensors.
    fn each<R>(&self, make: impl FnMut(usize) -> R) -> Self::Each<R>;

    /// What was made.
    fn list<R>(each: &Self::Each<R>) -> &[R];
}

impl<T: Float> Point for Tensor<T> {
    type Element = T;
    type Each<R> = R;

    fn tensors(&self) -> &[Tensor<T>] {
        std::slice::from_ref(self)
    }

    fn each<R>(&self, mut make: impl FnMut(usize) -> R) -> R {
        make(0)
    }

    fn list<R>(each: &R) -> &[R] {
        std::slice::from_ref(each)
    }
}

impl<T: Float, const N: usize> Point for [Tensor<T>; N] {
    type Element = T;
    type Each<R> = [R; N];

    fn tensors(&self) -> &[Tensor<T>] {
        self
    }

    fn each<R>(&self, make: impl FnMut(usize) -> R) -> [R; N] {
        std::array::from_fn(make)
    }

    fn list<R>(each: &[R; N]) -> &[R] {
        each
    }
}

impl<T: Float> Point for Vec<Tensor<T>> {
    type Element = T;
    type Each<R> = Vec<R>;

    fn tensors(&self) -> &[Tensor<T>] {
        self
    }

    fn each<R>(&self, make: impl FnMut(usize) -> R) -> Vec<R> {
        (0..self.len()).map(make).collect()
    }

    fn list<R>(each: &Vec<R>) -> &[R] {
        each
    }
}

/// The variables of a function at a point.
pub type Vars<X> = <X as Point>::Each<Var<<X as Point>::Element>>;

/// A tensor for each tensor of a point.
pub type Tensors<X> = <X as Point>::Each<Tensor<<X as Point>::Element>>;

/// The value of a function at a point.
type Value<X> = Tensor<<X as Point>::Element>;

/// The value of a function and the product of a vector with its Jacobian, `vᵀ J`, of the shape of the point; `v` has the shape of the value.
///
/// Cost: one forward pass and one backward pass, of an ordinary tape. As `torch.autograd.functional.vjp`.
///
/// ```
/// use backprop_autodiff::vjp;
/// use backprop_tensor::Tensor;
///
/// let (x, v) = (Tensor::from([1.0, 2.0]), Tensor::from([1.0, 10.0]));
/// let (y, product) = vjp(|x| x * x, &x, &v)?;
/// assert_eq!(y, Tensor::from([1.0, 4.0]));
/// assert_eq!(product, Tensor::from([2.0, 40.0]));
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
///
/// # Errors
/// If an operation of the function fails, or `v` has another shape than the value.
#[track_caller]
pub fn vjp<X: Point>(
    function: impl FnOnce(&Vars<X>) -> Var<X::Element>,
    point: &X,
    vector: &Tensor<X::Element>,
) -> Result<(Value<X>, Tensors<X>)> {
    let (x, y) = apply(&Tape::new(), function, point);
    let value = y.value()?.clone();
    let gradients = match y.backward_from(vector.clone()) {
        Ok(gradients) => Some(gradients),
        Err(Error::NotTracked { .. }) => None,
        Err(error) => return Err(error),
    };
    let mut products = Vec::new();
    for x in X::list(&x) {
        let product = gradients.as_ref().and_then(|gradients| gradients.wrt(x));
        products.push(product.cloned().map_or_else(|| Tensor::zeros(x.shape()), Ok)?);
    }
    Ok((value, point.each(|index| take(&mut products, index))))
}

/// The value of a function and the product of its Jacobian with a vector, `J v`, of the shape of the value: the derivative in the direction `v`, which
/// has the form of the point.
///
/// Cost: one forward pass and two backward passes (of which the second is that of the first, which is linear in its vector). As
/// `torch.autograd.functional.jvp`.
///
/// ```
/// use backprop_autodiff::jvp;
/// use backprop_tensor::Tensor;
///
/// let (x, y) = (Tensor::from([1.0, 2.0]), Tensor::from([3.0, 4.0]));
/// let direction = [Tensor::from([1.0, 0.0]), Tensor::from([0.0, 1.0])];
/// let (_, product) = jvp(|[x, y]| x * y, &[x, y], &direction)?;
/// assert_eq!(product, Tensor::from([3.0, 2.0]));
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
///
/// # Errors
/// If an operation of the function fails or is [first-order](Error::FirstOrder), or `v` has other shapes than the point.
#[track_caller]
pub fn jvp<X: Point>(
    function: impl FnOnce(&Vars<X>) -> Var<X::Element>,
    point: &X,
    vector: &X,
) -> Result<(Value<X>, Value<X>)> {
    check_direction("jvp", point, vector)?;
    let tape = Tape::higher_order();
    let (x, y) = apply(&tape, function, point);
    let value = y.value()?.clone();
    let probe = tape.variable(Tensor::zeros(value.shape())?);
    let gradients = y.gradients_for(&references::<X>(&x), Some(&probe))?;
    let product = match product(&gradients, vector)? {
        Some(product) => product.backward()?.wrt(&probe).cloned(),
        None => None,
    };
    let product = product.map_or_else(|| Tensor::zeros(value.shape()), Ok)?;
    Ok((value, product))
}

/// The value of a function that gives one number, and the product of its Hessian with a vector, `H v`, both of the form of the point.
///
/// Cost: one forward pass and two backward passes, the second over the first, however large the Hessian is. As
/// `torch.autograd.functional.hvp` and `vhp`, which are the same as the Hessian is symmetric.
///
/// ```
/// use backprop_autodiff::hvp;
/// use backprop_tensor::Tensor;
///
/// let (x, v) = (Tensor::from([1.0, 2.0]), Tensor::from([1.0, 1.0]));
/// let (y, product) = hvp(|x| (x * x * x).sum(..), &x, &v)?;
/// assert_eq!(y, Tensor::from(9.0));
/// assert_eq!(product, Tensor::from([6.0, 12.0]));
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
///
/// # Errors
/// If an operation of the function fails or is [first-order](Error::FirstOrder), the value is no single number, or `v` has other shapes than the point.
#[track_caller]
pub fn hvp<X: Point>(
    function: impl FnOnce(&Vars<X>) -> Var<X::Element>,
    point: &X,
    vector: &X,
) -> Result<(Value<X>, Tensors<X>)> {
    check_direction("hvp", point, vector)?;
    let (x, y) = apply(&Tape::higher_order(), function, point);
    let value = y.value()?.clone();
    let gradients = y.gradients_for(&references::<X>(&x), None)?;
    let second = product(&gradients, vector)?
        .map(|product| product.backward())
        .transpose()?;
    let mut products = Vec::new();
    for x in X::list(&x) {
        let product = second.as_ref().and_then(|second| second.wrt(x));
        products.push(product.cloned().map_or_else(|| Tensor::zeros(x.shape()), Ok)?);
    }
    Ok((value, point.each(|index| take(&mut products, index))))
}

/// The Jacobian of a function with respect to each tensor of a point: all derivatives, in a tensor of the value's shape followed by that tensor's.
///
/// Cost: one forward pass and, for each element of the value, one backward pass. As `torch.autograd.functional.jacobian` and
/// `torch.func.jacrev`.
///
/// ```
/// use backprop_autodiff::jacobian;
/// use backprop_tensor::Tensor;
///
/// let x = Tensor::from([1.0, 2.0, 3.0]);
/// let derivatives = jacobian(|x| x.cumsum(0) * 2.0, &x)?;
/// assert_eq!(derivatives, Tensor::from([[2.0, 0.0, 0.0], [2.0, 2.0, 0.0], [2.0, 2.0, 2.0]]));
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
///
/// # Errors
/// If an operation of the function fails or is [first-order](Error::FirstOrder): of such, take the rows with [`vjp`].
#[track_caller]
pub fn jacobian<X: Point>(
    function: impl FnOnce(&Vars<X>) -> Var<X::Element>,
    point: &X,
) -> Result<Tensors<X>> {
    let (x, y) = apply(&Tape::higher_order(), function, point);
    let mut all = rows(&y, &references::<X>(&x))?;
    Ok(point.each(|index| take(&mut all, index)))
}

/// The Hessian of a function that gives one number: all second derivatives, for each two tensors of a point in a tensor of the first one's shape
/// followed by the second one's.
///
/// Cost: one forward pass, one backward pass and, for each element of the point, one backward pass over both; [`hvp`] is as good as a
/// row of it or a sum of rows. As `torch.autograd.functional.hessian`.
///
/// ```
/// use backprop_autodiff::hessian;
/// use backprop_tensor::Tensor;
///
/// let x = Tensor::from([2.0, 3.0]);
/// let second = hessian(|x| x.prod(..) * x.sum(..), &x)?; // x² y + x y²
/// assert_eq!(second, Tensor::from([[6.0, 10.0], [10.0, 4.0]]));
///
/// let [[xx, xy], [yx, yy]] = hessian(|[x, y]| (x * x * y).sum(..), &[Tensor::from(2.0), Tensor::from(3.0)])?;
/// assert_eq!([xx, xy, yx, yy], [6.0, 4.0, 4.0, 0.0].map(Tensor::from));
/// # Ok::<(), backprop_autodiff::Error>(())
/// ```
///
/// # Errors
/// If an operation of the function fails or is [first-order](Error::FirstOrder), or the value is no single number.
#[track_caller]
pub fn hessian<X: Point>(
    function: impl FnOnce(&Vars<X>) -> Var<X::Element>,
    point: &X,
) -> Result<X::Each<Tensors<X>>> {
    let (x, y) = apply(&Tape::higher_order(), function, point);
    let x = references::<X>(&x);
    let gradients = y.gradients_for(&x, None)?;
    let mut all = Vec::new();
    for gradient in &gradients {
        all.push(rows(gradient, &x)?);
    }
    Ok(point.each(|first| {
        point.each(|second| {
            all.get_mut(first)
                .map(|all| take(all, second))
                .unwrap_or_default()
        })
    }))
}

fn apply<X: Point>(
    tape: &Tape<X::Element>,
    function: impl FnOnce(&Vars<X>) -> Var<X::Element>,
    point: &X,
) -> (Vars<X>, Var<X::Element>) {
    let tensors = point.tensors();
    let x = point.each(|index| tape.variable(tensors.get(index).cloned().unwrap_or_default()));
    let y = function(&x);
    (x, y)
}

fn references<X: Point>(each: &Vars<X>) -> Vec<&Var<X::Element>> {
    X::list(each).iter().collect()
}

fn take<R: Default>(all: &mut [R], index: usize) -> R {
    all.get_mut(index).map(std::mem::take).unwrap_or_default()
}

fn check_direction<X: Point>(operation: &'static str, point: &X, vector: &X) -> Result<()> {
    let (point, vector) = (point.tensors(), vector.tensors());
    if point.len() != vector.len() {
        let expected = format!("there are {} tensors in the point", point.len());
        return Err(backprop_tensor::Error::argument(operation, "vector", vector.len(), expected).into());
    }
    match point.iter().zip(vector).find(|(x, v)| x.shape() != v.shape()) {
        None => Ok(()),
        Some((x, v)) => {
            let expected = "must be equal: the vector has the shapes of the point";
            Err(backprop_tensor::Error::shapes(operation, x.shape(), v.shape(), expected).into())
        }
    }
}

/// The inner product of variables with the tensors of a point; `None` if it depends on nothing.
fn product<X: Point>(variables: &[Var<X::Element>], point: &X) -> Result<Option<Var<X::Element>>> {
    let mut total: Option<Var<X::Element>> = None;
    for (variable, tensor) in variables.iter().zip(point.tensors()) {
        let part = (variable * variable.constant(tensor.clone())).sum(..);
        total = Some(match total {
            None => part,
            Some(total) => total + part,
        });
    }
    if let Some(error) = total.as_ref().and_then(Var::error) {
        return Err(error);
    }
    Ok(total.filter(Var::is_tracked))
}

/// The Jacobian of a variable with respect to each of some others, row by row. The tape forgets a row before the next.
fn rows<T: Float>(y: &Var<T>, x: &[&Var<T>]) -> Result<Vec<Tensor<T>>> {
    let value = y.value()?;
    let length = y.tape.len();
    let mut all = Vec::new();
    for x in x {
        let shape: Vec<usize> = value.shape().iter().chain(x.shape().iter()).copied().collect();
        all.push(Tensor::zeros(shape)?);
    }
    if !y.is_tracked() {
        return Ok(all);
    }
    for row in 0..value.count() {
        let mut unit = Tensor::zeros([value.count()])?;
        if let Some(element) = unit.as_mut_slice()?.get_mut(row) {
            *element = T::ONE;
        }
        let unit = y.constant(unit.reshape(value.shape())?);
        for (whole, gradient) in all.iter_mut().zip(y.gradients_for(x, Some(&unit))?) {
            let gradient = gradient.into_value()?.to_vec();
            let places = row * gradient.len()..(row + 1) * gradient.len();
            if let Some(to) = whole.as_mut_slice()?.get_mut(places) {
                to.copy_from_slice(&gradient);
            }
        }
        y.tape.rewind(length);
    }
    Ok(all)
}
