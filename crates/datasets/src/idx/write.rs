use std::{
    io::{self, Write},
    path::Path,
};

use super::{ErrorKind, Idx, Result};

impl Idx {
    /// The bytes of the IDX file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.header();
        let appended: Result<(), std::convert::Infallible> = self.elements.visit_bytes(&mut |chunk| {
            bytes.extend_from_slice(chunk);
            Ok(())
        });
        match appended {
            Ok(()) => bytes,
        }
    }

    /// Writes the IDX file, plain. A `&mut` of a writer is a writer too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the writer fails.
    pub fn write(&self, writer: impl Write) -> Result<()> {
        self.write_plain(writer)
            .map_err(|error| ErrorKind::Io(error).into())
    }

    /// Writes the IDX file, compressed with gzip.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the writer fails.
    #[cfg(feature = "gzip")]
    pub fn write_gzip(&self, writer: impl Write) -> Result<()> {
        let mut encoder = flate2::write::GzEncoder::new(writer, flate2::Compression::default());
        self.write(&mut encoder)?;
        encoder
            .finish()
            .and_then(|mut writer| writer.flush())
            .map_err(|error| ErrorKind::Io(error).into())
    }

    /// Writes the IDX file to `path`, compressed with gzip if it ends in `.gz`. A file that is there is replaced, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the file cannot be written, [`ErrorKind::GzipDisabled`] if it ends in `.gz` and the
    /// crate was built without its feature `gzip`. The message names the file.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let gzip = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
        if gzip && cfg!(not(feature = "gzip")) {
            return Err(super::Error::from(ErrorKind::GzipDisabled).at(path));
        }
        let bytes = self.file(gzip).map_err(|error| error.at(path))?;
        backprop_files::replace(path, &bytes)
            .map_err(|error| super::Error::from(ErrorKind::Io(error)).at(path))
    }

    /// The bytes of the file, compressed or not.
    fn file(&self, gzip: bool) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        #[cfg(feature = "gzip")]
        if gzip {
            self.write_gzip(&mut bytes)?;
            return Ok(bytes);
        }
        let _ = gzip;
        self.write(&mut bytes)?;
        Ok(bytes)
    }

    fn write_plain(&self, mut writer: impl Write) -> io::Result<()> {
        writer.write_all(&self.header())?;
        self.elements.visit_bytes(&mut |chunk| writer.write_all(chunk))?;
        writer.flush()
    }

    fn header(&self) -> Vec<u8> {
        // Neither cast can cut: `Idx::new` admits no more than 255 dimensions and none above `u32::MAX`, and what was
        // read comes from such a header.
        let mut header = vec![0, 0, self.element_type().code(), self.shape.len() as u8];
        header.extend(
            self.shape
                .iter()
                .flat_map(|&length| (length as u32).to_be_bytes()),
        );
        header
    }
}
