//! Through JSON and back.

use crate::common::viewed;
use backprop_tensor::Tensor;
use proptest::prelude::*;
use serde_json::{from_str, to_string};

proptest! {
    #[test]
    fn any_view_comes_back(x in viewed()) {
        prop_assert_eq!(&from_str::<Tensor<i64>>(&to_string(&x).unwrap()).unwrap(), &x);
        let bools = x.map(|x| x % 3 == 0).unwrap();
        prop_assert_eq!(from_str::<Tensor<bool>>(&to_string(&bools).unwrap()).unwrap(), bools);
    }

    #[test]
    fn every_bit_of_a_number_comes_back(x in any::<f32>(), y in any::<f64>()) {
        prop_assume!(x.is_finite() && y.is_finite());
        let back: Tensor<f32> = from_str(&to_string(&Tensor::from([x])).unwrap()).unwrap();
        prop_assert_eq!(back.item().unwrap().to_bits(), x.to_bits());
        let back: Tensor<f64> = from_str(&to_string(&Tensor::scalar(y)).unwrap()).unwrap();
        prop_assert_eq!(back.item().unwrap().to_bits(), y.to_bits());
    }

    #[test]
    fn hostile_shapes_are_errors(shape in proptest::collection::vec(any::<usize>(), 0..10), data in proptest::collection::vec(any::<u8>(), 0..4)) {
        let json = format!("{{\"shape\": {shape:?}, \"data\": {data:?}}}");
        if let Ok(x) = from_str::<Tensor<u8>>(&json) {
            prop_assert_eq!((x.shape().to_vec(), x.to_vec()), (shape, data));
        }
    }
}

#[test]
fn the_format_is_shape_and_data() {
    let x = Tensor::from([[1.5_f32, 2.0], [3.0, 4.0]])
        .transpose(0, 1)
        .unwrap();
    assert_eq!(
        to_string(&x).unwrap(),
        r#"{"shape":[2,2],"data":[1.5,3.0,2.0,4.0]}"#
    );
    assert_eq!(
        from_str::<Tensor>(r#"{"data":[7],"shape":[]}"#).unwrap(),
        Tensor::scalar(7.0)
    );
}

#[test]
fn mistakes_are_told() {
    let error = |json: &str| from_str::<Tensor>(json).unwrap_err().to_string();
    let told = error(r#"{"shape":[2,2],"data":[1,2,3]}"#);
    assert!(
        told.starts_with("a tensor of shape [2, 2] has 4 elements, not 3"),
        "{told}"
    );
    let told = error(r#"{"shape":[1152921504606846976,16],"data":[]}"#);
    assert!(told.contains("more elements than memory can hold"), "{told}");
    let told = error(r#"{"shape":[1,1,1,1,1,1,1,1,1],"data":[1]}"#);
    assert!(told.contains("9 axes are more than the 8"), "{told}");
    assert!(error(r#"{"shape":[0]}"#).contains("missing field `data`"));
    assert!(error(r#"{"shape":[1],"data":[true]}"#).contains("expected f32"));
    let nan = to_string(&Tensor::from([f32::NAN])).unwrap();
    assert_eq!(nan, r#"{"shape":[1],"data":[null]}"#);
    assert!(error(&nan).contains("expected f32"));
}
