//! The images: those inside the program, or the four IDX files of a folder.

use std::error::Error;
use std::path::Path;

use backprop::datasets::{TensorDataset, mnist};

pub(crate) const PIXELS: usize = 784;
pub(crate) const CLASSES: usize = 10;

/// What is trained on and what is tested with: MNIST, or what `folder` holds of the same kind, such as Fashion-MNIST or KMNIST.
pub(crate) fn load(folder: Option<&Path>) -> Result<(TensorDataset, TensorDataset), Box<dyn Error>> {
    let Some(folder) = folder else {
        return Ok(mnist::load()?);
    };
    let (train, test) = mnist::from_files(folder)?;
    for (part, data) in [("train", &train), ("t10k", &test)] {
        check(data).map_err(|problem| format!("{}: {part}: {problem}", folder.display()))?;
    }
    Ok((train, test))
}

/// The network has an input for each of 28 x 28 pixels and an output for each of ten classes.
fn check(data: &TensorDataset) -> Result<(), String> {
    let pixels = data.inputs().shape().get(1).copied().unwrap_or_default();
    if data.is_empty() {
        return Err("no images".into());
    }
    if pixels != PIXELS {
        return Err(format!(
            "images of {pixels} pixels: this example takes those of 28 x 28"
        ));
    }
    let largest = data.targets().to_vec().into_iter().max().unwrap_or_default();
    if largest >= CLASSES as i64 {
        return Err(format!(
            "a label {largest}: this example takes ten classes, 0 to 9"
        ));
    }
    Ok(())
}
