use backprop_tensor::Tensor;

use crate::Result;

/// Bytes to numbers from 0 to 1: `x / 255`, rounded to the nearest.
///
/// # Errors
/// If there is no memory for the result.
///
/// ```
/// use backprop_datasets::scale_pixels;
/// use backprop_tensor::Tensor;
///
/// assert_eq!(scale_pixels(&Tensor::from([0_u8, 51, 255]))?, Tensor::from([0.0, 0.2, 1.0]));
/// # Ok::<(), backprop_datasets::Error>(())
/// ```
pub fn scale_pixels(pixels: &Tensor<u8>) -> Result<Tensor> {
    Ok(pixels.map(|pixel| f32::from(pixel) / 255.0)?)
}
