//! Weights in files.

use std::collections::BTreeMap;
use std::path::Path;

use backprop_autodiff::Module;
use backprop_tensor::{Float, Numeric, Tensor};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::codec::read_whole;
use crate::{Error, Result};

/// Saving and loading of all parameters and buffers of a model, by name, in the
/// [safetensors](https://huggingface.co/docs/safetensors) format, which other frameworks read.
pub trait SaveWeights<T: Float = f32>: Module<T> {
    /// Writes all weights to a file: first to another one beside it, which then takes its name, so that a crash leaves the old file or
    /// the new one.
    ///
    /// # Errors
    /// If there is no memory for the file's contents, or it cannot be written.
    ///
    /// ```
    /// use backprop_layers::Linear;
    /// use backprop_tensor::Rng;
    /// use backprop_train::SaveWeights;
    ///
    /// let path = std::env::temp_dir().join("backprop-doc-linear.safetensors");
    /// let (model, mut other) = (Linear::new(3, 2, &mut Rng::seed(0)), Linear::new(3, 2, &mut Rng::seed(1)));
    /// model.save(&path)?;
    /// other.load(&path)?;
    /// assert_eq!(model, other);
    /// # std::fs::remove_file(path).unwrap();
    /// # Ok::<(), backprop_train::Error>(())
    /// ```
    fn save(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        let path = path.as_ref();
        let bytes = encode(&self.state()).map_err(|reason| Error::format(path, reason))?;
        backprop_files::replace_durably(path, &bytes).map_err(|source| Error::file(path, source))
    }

    /// Reads all weights from a file; numbers of other types are converted. Nothing has changed if there is an error.
    ///
    /// # Errors
    /// If the file cannot be read or is none of this format, or if its names and shapes are not those of the model.
    fn load(&mut self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        let path = path.as_ref();
        self.load_state(&read_weights(path)?)
            .map_err(|error| Error::format(path, format!("is of another model: {error}")))
    }
}

/// All tensors of a file, by name; numbers of other types are converted.
///
/// # Errors
/// If the file cannot be read or is none of this format.
pub fn read_weights<T: Float>(path: impl AsRef<Path>) -> Result<BTreeMap<String, Tensor<T>>> {
    let path = path.as_ref();
    let bytes = read_whole(path).map_err(|source| Error::file(path, source))?;
    decode(&bytes).map_err(|reason| Error::format(path, reason))
}

impl<T: Float, M: Module<T>> SaveWeights<T> for M {}

fn encode<T: Float>(state: &BTreeMap<String, Tensor<T>>) -> Result<Vec<u8>, String> {
    let wide = size_of::<T>() == size_of::<f64>();
    // The numbers, and the file, which is made in memory; a parameter may be one number that stands for many.
    let counts = state.values().map(Tensor::count);
    let size = counts
        .fold(0, usize::saturating_add)
        .saturating_mul(2 * size_of::<T>());
    if Vec::<u8>::new().try_reserve_exact(size).is_err() {
        return Err(format!("cannot be written: there is no memory for {size} bytes"));
    }
    let bytes: Vec<Vec<u8>> = state
        .values()
        .map(|tensor| match wide {
            true => tensor
                .to_vec()
                .iter()
                .flat_map(|x| x.to_f64().to_le_bytes())
                .collect(),
            false => tensor
                .to_vec()
                .iter()
                .flat_map(|x| f32::from_f64(x.to_f64()).to_le_bytes())
                .collect(),
        })
        .collect();
    let dtype = if wide { Dtype::F64 } else { Dtype::F32 };
    let views = state
        .iter()
        .zip(&bytes)
        .map(|((name, tensor), bytes)| Ok((name, TensorView::new(dtype, tensor.shape().to_vec(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|error| error.to_string())?;
    safetensors::serialize(views, None).map_err(|error| error.to_string())
}

fn decode<T: Float>(bytes: &[u8]) -> Result<BTreeMap<String, Tensor<T>>, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| format!("is no safetensors file: {error}"))?;
    file.tensors()
        .into_iter()
        .map(|(name, view)| {
            let tensor = decode_tensor(&view).map_err(|reason| format!("{name}: {reason}"))?;
            Ok((name, tensor))
        })
        .collect()
}

fn decode_tensor<T: Float>(view: &TensorView<'_>) -> Result<Tensor<T>, String> {
    fn numbers<T: Float, const N: usize>(bytes: &[u8], number: fn([u8; N]) -> f64) -> Vec<T> {
        let chunks = bytes.as_chunks::<N>().0;
        chunks.iter().map(|&chunk| T::from_f64(number(chunk))).collect()
    }
    let elements = match view.dtype() {
        Dtype::F32 => numbers(view.data(), |bytes| f32::from_le_bytes(bytes).into()),
        Dtype::F64 => numbers(view.data(), f64::from_le_bytes),
        Dtype::BF16 => numbers(view.data(), |[low, high]| {
            f32::from_le_bytes([0, 0, low, high]).into()
        }),
        other => return Err(format!("holds {other:?}, but weights are F32, F64 or BF16")),
    };
    Tensor::from_slice(&elements, view.shape()).map_err(|error| error.to_string())
}
