//! Files that are there whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{Error, Result};

/// Writes next to the file and renames, so that a reader never sees half of it and a failure leaves the old one. What a link points to is
/// replaced, not the link.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |source| Error::File {
        path: path.to_owned(),
        source: Arc::new(source),
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let path = target.as_path();
    let draft = draft(path);
    let written = fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, path));
    written.map_err(|source| {
        let _ = fs::remove_file(&draft);
        failed(source)
    })
}

fn draft(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    name.into()
}

/// The end of a file's name after its last dot, in small letters.
pub(crate) fn extension(path: &Path) -> String {
    path.extension()
        .map(|end| end.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}
