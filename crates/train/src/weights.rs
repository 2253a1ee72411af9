//! Weights in files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use backprop_autodiff::Module;
use backprop_tensor::{Float, Numeric, Tensor};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::codec::read_whole;
use crate::narrow::{from_bf16, from_e4m3, from_e5m2, from_e8m0, from_f16, from_fnuz};
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

    /// Reads all weights from a file. Nothing has changed if there is an error.
    ///
    /// F8 (all kinds), F16, BF16, F32 and F64 are converted to the model's type of number, rounded to the nearest where it has fewer digits, and so
    /// are whole numbers and truth values. A tensor of whole numbers, truth values, complex numbers or fewer than 16 bits does not matter where the model has no
    /// parameter or buffer of its name: it counts something (`num_batches_tracked` in PyTorch's batch normalization), or belongs to weights that
    /// were packed. PyTorch's `running_var` is the `running_variance` here.
    ///
    /// # Errors
    /// If the file cannot be read or is none of this format, if its names and shapes are not those of the model, or if a number is too large for
    /// the model's type: 1e300 for f32.
    fn load(&mut self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        let path = path.as_ref();
        let known = self.state();
        let others: BTreeSet<String> = known.keys().filter_map(|name| other_name(name)).collect();
        let mut found = read(path, |name| known.contains_key(name) || others.contains(name))?;
        for (name, other) in known.keys().filter_map(|name| Some((name, other_name(name)?))) {
            if !found.contains_key(name)
                && !known.contains_key(&other)
                && let Some(tensor) = found.remove(&other)
            {
                found.insert(name.clone(), tensor);
            }
        }
        self.load_state(&found)
            .map_err(|error| Error::format(path, format!("is of another model: {error}")))
    }
}

/// All tensors of a file, by name; numbers of other types are converted, those of whole numbers too.
///
/// # Errors
/// If the file cannot be read or is none of this format, if it has a tensor of complex numbers or of numbers of 4 or 6 bits, or if a number is too
/// large for this type.
pub fn read_weights<T: Float>(path: impl AsRef<Path>) -> Result<BTreeMap<String, Tensor<T>>> {
    read(path.as_ref(), |_| true)
}

/// All tensors of a file, but for those of unusual types that are not wanted.
fn read<T: Float>(path: &Path, wants: impl Fn(&str) -> bool) -> Result<BTreeMap<String, Tensor<T>>> {
    let bytes = read_whole(path).map_err(|source| Error::file(path, source))?;
    decode(&bytes, wants).map_err(|reason| Error::format(path, reason))
}

impl<T: Float, M: Module<T>> SaveWeights<T> for M {}

/// What PyTorch calls a buffer.
fn other_name(name: &str) -> Option<String> {
    Some(format!("{}running_var", name.strip_suffix("running_variance")?))
}

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

fn decode<T: Float>(
    bytes: &[u8],
    wants: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Tensor<T>>, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| format!("is no safetensors file: {error}"))?;
    file.tensors()
        .into_iter()
        .filter(|(name, view)| is_usual(view.dtype()) || wants(name))
        .map(|(name, view)| {
            let tensor = decode_tensor(&view).map_err(|reason| format!("{name}: {reason}"))?;
            Ok((name, tensor))
        })
        .collect()
}

/// Whether a type is one that weights have.
fn is_usual(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::BF16)
}

fn decode_tensor<T: Float>(view: &TensorView<'_>) -> Result<Tensor<T>, String> {
    fn numbers<T: Float, const N: usize>(bytes: &[u8], number: fn([u8; N]) -> f64) -> Result<Vec<T>, String> {
        let chunks = bytes.as_chunks::<N>().0;
        let convert = |&chunk| {
            let wide = number(chunk);
            let narrow = T::from_f64(wide);
            match wide.is_finite() && !narrow.to_f64().is_finite() {
                true => Err(format!("holds {wide:e}, which is too large for {}", T::NAME)),
                false => Ok(narrow),
            }
        };
        chunks.iter().map(convert).collect()
    }
    let data = view.data();
    let elements = match view.dtype() {
        Dtype::F64 => numbers(data, f64::from_le_bytes),
        Dtype::F32 => numbers(data, |bytes| f32::from_le_bytes(bytes).into()),
        Dtype::F16 => numbers(data, |bytes| from_f16(u16::from_le_bytes(bytes)).into()),
        Dtype::BF16 => numbers(data, |bytes| from_bf16(u16::from_le_bytes(bytes)).into()),
        Dtype::F8_E4M3 => numbers(data, |[bits]| from_e4m3(bits).into()),
        Dtype::F8_E5M2 => numbers(data, |[bits]| from_e5m2(bits).into()),
        Dtype::F8_E4M3FNUZ => numbers(data, |[bits]| from_fnuz::<3>(bits).into()),
        Dtype::F8_E5M2FNUZ => numbers(data, |[bits]| from_fnuz::<2>(bits).into()),
        Dtype::F8_E8M0 => numbers(data, |[bits]| from_e8m0(bits).into()),
        Dtype::I64 => numbers(data, |bytes| i64::from_le_bytes(bytes) as f64),
        Dtype::U64 => numbers(data, |bytes| u64::from_le_bytes(bytes) as f64),
        Dtype::I32 => numbers(data, |bytes| i32::from_le_bytes(bytes).into()),
        Dtype::U32 => numbers(data, |bytes| u32::from_le_bytes(bytes).into()),
        Dtype::I16 => numbers(data, |bytes| i16::from_le_bytes(bytes).into()),
        Dtype::U16 => numbers(data, |bytes| u16::from_le_bytes(bytes).into()),
        Dtype::I8 => numbers(data, |bytes| i8::from_le_bytes(bytes).into()),
        Dtype::U8 | Dtype::BOOL => numbers(data, |[byte]| byte.into()),
        other => Err(format!(
            "holds {other:?}, but weights are F64, F32, F16, BF16, F8 or whole numbers"
        )),
    }?;
    Tensor::from_slice(&elements, view.shape()).map_err(|error| error.to_string())
}
