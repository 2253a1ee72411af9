//! Tensors in any format of serde, as a shape and the elements in row-major order.

use serde::de::Error as _;
use serde::ser::{Error as _, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Element, Shape, Tensor};

/// As `{"shape": [2, 2], "data": [1.0, 2.0, 3.0, 4.0]}`, whatever view the tensor is.
///
/// JSON has no infinity and no NaN: `serde_json` writes `null` for them, which is an error when it is read, and it reads
/// finite `f64`s to the last bit only with its feature `float_roundtrip`. Binary formats keep all numbers.
impl<T: Element> Serialize for Tensor<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.contiguous().map_err(S::Error::custom)?;
        let mut fields = serializer.serialize_struct("Tensor", 2)?;
        fields.serialize_field("shape", self.shape())?;
        fields.serialize_field("data", rows.as_slice().unwrap_or(&[]))?;
        fields.end()
    }
}

/// Fails if the number of elements is not that of the shape. Memory is taken as elements arrive, not as the input claims.
impl<'de, T: Element> Deserialize<'de> for Tensor<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { shape, data } = Fields::deserialize(deserializer)?;
        if shape.count() != data.len() {
            return Err(D::Error::custom(format_args!(
                "a tensor of shape {shape} has {} elements, not {}",
                shape.count(),
                data.len()
            )));
        }
        Self::from_slice(&data, shape).map_err(D::Error::custom)
    }
}

#[derive(Deserialize)]
#[serde(rename = "Tensor", bound = "T: Element")]
struct Fields<T> {
    shape: Shape,
    data: Vec<T>,
}
