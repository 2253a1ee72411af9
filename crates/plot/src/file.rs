//! Files that are there whole or not at all.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::{Error, Result};

/// Replaces a file whole or not at all, in a folder that is made if there is none.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |source| Error::File {
        path: path.to_owned(),
        source: Arc::new(source),
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    backprop_files::replace(path, bytes).map_err(failed)
}

/// The end of a file's name after its last dot, in small letters.
pub(crate) fn extension(path: &Path) -> String {
    path.extension()
        .map(|end| end.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}
