//! How state is written as bytes: the one place that knows of bincode, of files and of checksums.
//!
//! A file is a magic word, the version of the format, the type of the model's numbers, the CRC-32 and the length of what follows, and the value. It is
//! replaced whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// What a file begins with.
const MAGIC: [u8; 8] = *b"backprop";

/// Magic word, version, type of number, checksum, length.
const HEADER: usize = 8 + 4 + 4 + 4 + 8;

/// A value as bytes, without a header.
pub(crate) fn encode(value: &impl Serialize) -> Result<Vec<u8>> {
    bincode::serde::encode_to_vec(value, bincode::config::standard())
        .map_err(|error| Error::State(error.to_string()))
}

/// The value of [`encode`]d bytes, all of which it must take.
///
/// What the bytes claim to hold may take some times their own size in memory, and no more.
pub(crate) fn decode<V: DeserializeOwned>(bytes: &[u8]) -> Result<V> {
    macro_rules! limited {
        ($($shift:literal)*) => { $(
            if bytes.len() < 1 << ($shift - 4) {
                let config = bincode::config::standard().with_limit::<{ 1 << $shift }>();
                return finish(bincode::serde::decode_from_slice(bytes, config), bytes.len());
            }
        )* };
    }
    limited! { 12 18 24 30 }
    finish(
        bincode::serde::decode_from_slice(bytes, bincode::config::standard()),
        bytes.len(),
    )
}

fn finish<V>(decoded: Result<(V, usize), bincode::error::DecodeError>, length: usize) -> Result<V> {
    match decoded {
        Ok((value, read)) if read == length => Ok(value),
        Ok((_, read)) => Err(Error::State(format!("{} bytes too many", length - read))),
        Err(error) => Err(Error::State(error.to_string())),
    }
}

/// Writes a value to a file, as a format of this version, for models of this type of number.
pub(crate) fn save(path: &Path, version: u32, number: &str, value: &impl Serialize) -> Result<()> {
    let value = encode(value)?;
    let mut bytes = Vec::with_capacity(HEADER + value.len());
    bytes.extend(MAGIC);
    bytes.extend(version.to_le_bytes());
    bytes.extend(word(number));
    bytes.extend(crc32fast::hash(&value).to_le_bytes());
    bytes.extend((value.len() as u64).to_le_bytes());
    bytes.extend(value);
    backprop_files::replace_durably(path, &bytes).map_err(|source| Error::file(path, source))
}

/// The type of number, in four bytes.
fn word(number: &str) -> [u8; 4] {
    let mut word = *b"    ";
    for (place, byte) in word.iter_mut().zip(number.bytes()) {
        *place = byte;
    }
    word
}

/// Reads what [`save`] wrote. `read` takes the version and the value's bytes; of a version that it does not know it says which ones it does.
pub(crate) fn load<V>(
    path: &Path,
    number: &str,
    read: impl FnOnce(u32, &[u8]) -> Result<Result<V>, &'static str>,
) -> Result<V> {
    let bytes = read_whole(path).map_err(|source| Error::file(path, source))?;
    let (version, value) = open(&bytes, number).map_err(|reason| Error::format(path, reason))?;
    let decoded = read(version, value).map_err(|known| {
        let reason = format!("has version {version} of the format, this program reads {known}");
        Error::format(path, reason)
    })?;
    decoded.map_err(|error| Error::format(path, error.to_string()))
}

/// The version and the value's bytes, after what comes before them was checked.
fn open<'a>(bytes: &'a [u8], number: &str) -> Result<(u32, &'a [u8]), String> {
    let (header, value) = bytes
        .split_at_checked(HEADER)
        .filter(|(header, _)| header.starts_with(&MAGIC))
        .ok_or("is no checkpoint")?;
    let at = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if header[12..16] != word(number) {
        let found = String::from_utf8_lossy(&header[12..16]);
        return Err(format!("is of a model in {}, not in {number}", found.trim_end()));
    }
    let length = u64::from(at(20)) | u64::from(at(24)) << 32;
    if value.len() as u64 != length {
        let found = value.len();
        return Err(format!("is cut off or grown: {found} bytes instead of {length}"));
    }
    if crc32fast::hash(value) != at(16) {
        return Err("is damaged: its checksum is wrong".into());
    }
    Ok((at(8), value))
}

/// Reads a file, or what comes through a pipe; not a device, which may have no end.
pub(crate) fn read_whole(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let found = file.metadata()?;
    if found.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !found.is_file() && !is_pipe(found.file_type()) {
        let reason = "is a device, which may have no end: name a file or a pipe";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(unix)]
fn is_pipe(kind: fs::FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

/// Where pipes cannot be told from files, nothing else is opened by a name.
#[cfg(not(unix))]
fn is_pipe(_: fs::FileType) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    type Value = (Vec<f64>, String, Vec<Vec<u8>>);

    proptest! {
        #[test]
        fn values_come_back(value: Value) {
            prop_assume!(value.0.iter().all(|x| !x.is_nan()));
            prop_assert_eq!(decode::<Value>(&encode(&value).unwrap()).unwrap(), value);
        }

        #[test]
        fn any_bytes_give_a_value_or_an_error(bytes: Vec<u8>) {
            let _ = decode::<Value>(&bytes);
            let _ = open(&bytes, "f32");
        }
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_not_read_but_pipes_are() {
        for device in ["/dev/zero", "/dev/null"] {
            let error = read_whole(Path::new(device)).unwrap_err().to_string();
            assert!(error.starts_with("is a device"), "{device}: {error}");
        }
        let error = read_whole(&std::env::temp_dir()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);

        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"through a pipe").unwrap();
        drop(writer);
        let path = format!("/dev/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&reader));
        assert_eq!(read_whole(Path::new(&path)).unwrap(), b"through a pipe");
    }

    #[test]
    fn lengths_that_are_not_there_take_no_memory() {
        // The variable-length code of u64::MAX, and of 2^40.
        for length in [u64::MAX, 1 << 40] {
            let bytes = [&[253][..], &length.to_le_bytes()].concat();
            assert!(decode::<Vec<f64>>(&bytes).is_err());
            assert!(decode::<String>(&bytes).is_err());
            assert!(decode::<Vec<Vec<u8>>>(&bytes).is_err());
        }
    }
}
