//! A text file that grows by a line an epoch.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use crate::{Error, Result};

/// A log, with whole lines only. The old file at its path is there until the first line is, so a full disk costs no log that there was.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    file: Option<File>,
}

impl LogFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// Begins anew with the next lines. Whether the file can be written is found out now, before the training.
    pub(super) fn begin(&mut self) -> Result<()> {
        self.file = None;
        self.open().map(drop)
    }

    pub(super) fn add(&mut self, lines: &str) -> Result<()> {
        match &mut self.file {
            _ if lines.is_empty() => Ok(()),
            None => {
                backprop_files::replace(&self.path, lines.as_bytes())
                    .map_err(|source| Error::file(&self.path, source))?;
                self.file = Some(self.open()?);
                Ok(())
            }
            Some(file) => {
                let length = file.metadata().map(|metadata| metadata.len());
                file.write_all(lines.as_bytes()).map_err(|source| {
                    // What there was room for of a line is no line.
                    let _ = length.and_then(|length| file.set_len(length));
                    Error::file(&self.path, source)
                })
            }
        }
    }

    pub(super) fn end(&mut self) {
        self.file = None;
    }

    fn open(&self) -> Result<File> {
        let mut options = OpenOptions::new();
        let file = options.append(true).create(true).open(&self.path);
        file.map_err(|source| Error::file(&self.path, source))
    }
}
