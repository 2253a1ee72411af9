//! Equal, nearly equal, and how long it takes to see it.

use crate::common::viewed;
use backprop_tensor::{Error, Tensor};
use proptest::prelude::*;

/// A million times a million elements, and more: nothing that could be looked at one by one, or copied.
const VAST: [usize; 3] = [1 << 20, 1 << 20, 3];

fn vast<T: backprop_tensor::Element>(x: &Tensor<T>) -> Tensor<T> {
    x.broadcast_to(VAST).unwrap()
}

proptest! {
    #[test]
    fn broadcast_views_are_equal_when_their_copies_are(x in viewed(), y in viewed(), few in 1..3_i64) {
        let small = |x: &Tensor<i64>| x.map(|x| x % few).unwrap();
        let (x, y) = (small(&x), small(&y));
        let Ok(shape) = x.shape().broadcast("test", y.shape()) else { return Ok(()) };
        let (x, y) = (x.broadcast_to(shape).unwrap(), y.broadcast_to(shape).unwrap());
        prop_assert_eq!(x == y, x.to_vec() == y.to_vec());
        prop_assert_eq!(y == x, x == y);
        prop_assert!(x == x.contiguous().unwrap() && x.contiguous().unwrap() == x);
        let (x, y) = (x.cast::<f64>().unwrap(), y.cast::<f32>().unwrap().cast().unwrap());
        prop_assert_eq!(x == y, x.to_vec() == y.to_vec());
        prop_assert_eq!(x.all_close(&y, 0.0, 0.0, false).unwrap(), x == y);
    }

    #[test]
    fn near_is_what_the_formula_says(x in viewed(), y in viewed(), rtol in 0.0..2.0_f64, atol in 0.0..3.0_f64) {
        let (x, y) = (x.cast::<f64>().unwrap(), y.cast::<f64>().unwrap());
        let near = x.all_close(&y, rtol, atol, false);
        let Ok(distance) = x.try_sub(&y) else {
            let refused = matches!(near, Err(Error::Shapes { operation: "all_close", .. }));
            prop_assert!(refused);
            return Ok(());
        };
        let allowed = &(&y.abs().unwrap() * rtol) + &Tensor::scalar(atol);
        let expected = distance.abs().unwrap().less_equal(&allowed).unwrap().all(..).unwrap();
        prop_assert_eq!(near.unwrap(), expected.item().unwrap());
    }
}

#[test]
fn vast_views_are_compared_by_their_distinct_elements() {
    let row = Tensor::from([1.0_f32, 2.0, 3.0]);
    let other = Tensor::from([1.0_f32, 2.0, 4.0]);
    assert!(vast(&row) == vast(&row));
    assert!(vast(&row) == vast(&row.contiguous().unwrap().map(|x| x).unwrap()));
    assert!(vast(&row) != vast(&other));
    assert!(vast(&row) != vast(&Tensor::scalar(1.0)));
    // NaN is not equal to itself, in the same storage or not.
    let nan = vast(&Tensor::from([1.0, f32::NAN, 3.0]));
    assert!(nan != nan.clone());
    assert!(vast(&Tensor::scalar(true)) == vast(&Tensor::scalar(true)));
    // The one repeats its rows, the other its columns.
    let numbers = Tensor::<i64>::arange(0, 1 << 20, 1).unwrap();
    let (down, across) = (numbers.unsqueeze(1).unwrap(), numbers.unsqueeze(0).unwrap());
    let square = |x: &Tensor<i64>| x.broadcast_to([1 << 20, 1 << 20]).unwrap();
    assert!(square(&down) != square(&across) && square(&down) == square(&down));
    let zeros = |x: &Tensor<i64>| square(&x.zeros_like().unwrap());
    assert!(zeros(&down) == zeros(&across));
    let (mut last, most) = (across.zeros_like().unwrap(), (1 << 20) - 1);
    last.set([0, most], 1).unwrap();
    assert!(zeros(&down) != square(&last) && square(&last) != zeros(&down));
    assert!(vast(&row).all_close(&vast(&row), 0.0, 0.0, false).unwrap());
    assert!(row.all_close(&vast(&other), 0.25, 0.0, false).unwrap());
    assert!(!vast(&row).all_close(&other, 0.2, 0.0, false).unwrap());
}

#[test]
fn what_would_copy_a_vast_view_is_an_error() {
    let x = Tensor::scalar(1.5_f32).broadcast_to([1 << 29, 1 << 29]).unwrap();
    let memory = |error: Error| assert!(matches!(error, Error::Memory { .. }), "{error}");
    memory(x.try_to_vec().unwrap_err());
    memory(x.contiguous().unwrap_err());
    memory(x.exp().unwrap_err());
    memory(x.try_add(&x).unwrap_err());
    memory(x.map(|x| x).unwrap_err());
    memory(x.cast::<f64>().unwrap_err());
    memory(x.sort(0, false).unwrap_err());
    memory(x.cumsum(0).unwrap_err());
    memory(x.cumprod(0).unwrap_err());
    memory(x.pow(&x).unwrap_err());
    memory(x.softmax(1).unwrap_err());
    memory(x.equal(&x).unwrap_err());
    memory(x.clone().as_mut_slice().unwrap_err());
    memory(x.clone().zip_into(&x, |x, _| x).unwrap_err());
    let half = x.slice(0, ..1 << 28).unwrap();
    memory(Tensor::concat(&[&half, &half], 0).unwrap_err());
    memory(x.median(..).unwrap_err());
    memory(x.quantile(0.1, ..).unwrap_err());
    memory(backprop_tensor::linalg::qr(&x).unwrap_err());
    // What looks at some elements only has no need of the others.
    assert!(x.as_slice().is_none() && x.get([7, 1 << 28]).unwrap() == 1.5);
    assert!(format!("{x}").len() < 1000 && format!("{x:?}").len() < 1000);
    assert_eq!(
        x.slice(0, ..2).unwrap().slice(1, ..1).unwrap().to_vec(),
        [1.5, 1.5]
    );
}

#[test]
fn near_as_in_numpy_and_pytorch() {
    let near = |x: f32, y: f32, equal_nan| {
        Tensor::scalar(x)
            .all_close(&Tensor::scalar(y), 1e-5, 1e-8, equal_nan)
            .unwrap()
    };
    let (infinity, nan) = (f32::INFINITY, f32::NAN);
    assert!(near(infinity, infinity, false) && near(-infinity, -infinity, false));
    assert!(!near(infinity, -infinity, true) && !near(1.0, infinity, true) && !near(infinity, 1.0, true));
    assert!(!near(nan, nan, false) && near(nan, nan, true) && !near(nan, 1.0, true) && !near(1.0, nan, true));
    assert!(near(0.0, -0.0, false) && near(1e-9, 0.0, false) && !near(1e-7, 0.0, false));
    // Their difference is out of the range of f32.
    let (x, y) = (Tensor::scalar(3e38_f32), Tensor::scalar(-3e38_f32));
    assert!(x.all_close(&y, 2.5, 0.0, false).unwrap() && !x.all_close(&y, 1.5, 0.0, false).unwrap());
    // It is the second one's size that counts.
    let (one, other) = (Tensor::scalar(10.0_f64), Tensor::scalar(11.0));
    assert!(
        one.all_close(&other, 0.095, 0.0, false).unwrap()
            && !other.all_close(&one, 0.095, 0.0, false).unwrap()
    );
    let empty = Tensor::<f32>::zeros([0, 3]).unwrap();
    assert!(empty.all_close(&Tensor::scalar(nan), 0.0, 0.0, false).unwrap());
    for (rtol, atol, argument) in [(-1.0, 0.0, "rtol"), (0.0, nan, "atol")] {
        match empty.all_close(&empty, rtol, atol, false) {
            Err(Error::Argument { argument: found, .. }) => assert_eq!(found, argument),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn powers_of_two_tensors() {
    let bases = Tensor::from([2.0_f64, 0.0, -8.0, f64::NAN, 1.0, 9.0, 0.0]);
    let exponents = Tensor::from([10.0, 0.0, 3.0, 0.0, f64::NAN, 0.5, -1.0]);
    let expected = [1024.0, 1.0, -512.0, 1.0, 1.0, 3.0, f64::INFINITY];
    assert_eq!(bases.pow(&exponents).unwrap().to_vec(), expected);
    let single = bases
        .cast::<f32>()
        .unwrap()
        .pow(&exponents.cast().unwrap())
        .unwrap();
    assert_eq!(single.to_vec(), expected.map(|x| x as f32));
    assert!(
        Tensor::scalar(-1.0_f64)
            .pow(&Tensor::scalar(0.5))
            .unwrap()
            .item()
            .unwrap()
            .is_nan()
    );
    assert_eq!(
        bases.pow(&Tensor::scalar(0.0)).unwrap(),
        bases.ones_like().unwrap()
    );
    let column = Tensor::from([[2.0_f32], [3.0]]);
    assert_eq!(
        column.pow(&Tensor::from([1.0, 2.0])).unwrap(),
        Tensor::from([[2.0, 4.0], [3.0, 9.0]])
    );
    assert!(matches!(
        bases.pow(&Tensor::from([1.0, 2.0])),
        Err(Error::Shapes { operation: "pow", .. })
    ));
}
