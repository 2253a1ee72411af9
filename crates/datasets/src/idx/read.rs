use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use super::{CHUNK, ElementType, Elements, ErrorKind, GZIP_MAGIC, Idx, Result, element_count};

impl Idx {
    /// Reads an IDX file from its bytes, plain or gzip.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::read(bytes)
    }

    /// Reads an IDX file from its path, plain or gzip; the extension does not matter.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and [`ErrorKind::Io`] if the file cannot be opened. The message names the file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        File::open(path)
            .map_err(|error| ErrorKind::Io(error).into())
            .and_then(Self::read)
            .map_err(|e| e.at(path))
    }

    /// Reads an IDX file, plain or gzip, to its end.
    ///
    /// Memory grows with the data that arrives, whatever the header announces.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Magic`], [`ErrorKind::ElementType`] and [`ErrorKind::TooLarge`] if the header is none that this
    /// machine can follow, [`ErrorKind::TruncatedHeader`], [`ErrorKind::Truncated`] and [`ErrorKind::Trailing`] if
    /// the data is shorter or longer than it says, [`ErrorKind::Io`] if the reader fails or gzip's checksum is wrong.
    pub fn read(reader: impl Read) -> Result<Self> {
        let mut reader = reader;
        let mut magic = Vec::new();
        read_up_to(&mut reader, GZIP_MAGIC.len(), &mut magic)?;
        if magic == GZIP_MAGIC {
            read_gzip(magic.chain(reader))
        } else {
            read_plain(&mut magic.chain(reader))
        }
    }
}

#[cfg(feature = "gzip")]
fn read_gzip(reader: impl Read) -> Result<Idx> {
    read_plain(&mut flate2::read::MultiGzDecoder::new(reader))
}

#[cfg(not(feature = "gzip"))]
fn read_gzip(_reader: impl Read) -> Result<Idx> {
    Err(ErrorKind::GzipDisabled.into())
}

fn read_plain(reader: &mut dyn Read) -> Result<Idx> {
    let (element_type, shape) = read_header(reader)?;
    let bytes = element_count(&shape).and_then(|count| count.checked_mul(element_type.size()));
    let Some(expected) = bytes else {
        return Err(ErrorKind::TooLarge { shape, element_type }.into());
    };
    let mut elements = Elements::empty(element_type);
    let found = read_elements(reader, expected, &mut elements)?;
    if found < expected {
        return Err(ErrorKind::Truncated {
            shape,
            element_type,
            expected,
            found,
        }
        .into());
    }
    if !at_end(reader)? {
        return Err(ErrorKind::Trailing {
            shape,
            element_type,
            expected,
        }
        .into());
    }
    Ok(Idx { shape, elements })
}

fn read_header(reader: &mut dyn Read) -> Result<(ElementType, Vec<usize>)> {
    let mut header = Vec::new();
    read_up_to(reader, 4, &mut header)?;
    if let [first, second, ..] = header[..]
        && [first, second] != [0, 0]
    {
        return Err(ErrorKind::Magic {
            found: [first, second],
        }
        .into());
    }
    let &[_, _, code, rank] = &header[..] else {
        return Err(ErrorKind::TruncatedHeader {
            expected: 4,
            found: header.len(),
        }
        .into());
    };
    let element_type = ElementType::from_code(code).ok_or(ErrorKind::ElementType { code })?;

    let mut dimensions = Vec::new();
    let size = usize::from(rank) * size_of::<u32>();
    read_up_to(reader, size, &mut dimensions)?;
    if dimensions.len() < size {
        return Err(ErrorKind::TruncatedHeader {
            expected: 4 + size,
            found: 4 + dimensions.len(),
        }
        .into());
    }
    let (dimensions, _) = dimensions.as_chunks();
    // A dimension that no usize holds (on a 16-bit machine) stays beyond what can be addressed.
    let length = |&bytes| usize::try_from(u32::from_be_bytes(bytes)).unwrap_or(usize::MAX);
    Ok((element_type, dimensions.iter().map(length).collect()))
}

/// Reads `expected` bytes of elements, or as many as there are: returns their number.
fn read_elements(reader: &mut dyn Read, expected: usize, elements: &mut Elements) -> Result<usize> {
    let mut found = 0;
    let mut chunk = Vec::with_capacity(CHUNK.min(expected));
    while found < expected {
        let wanted = CHUNK.min(expected - found);
        chunk.clear();
        read_up_to(reader, wanted, &mut chunk)?;
        if elements.extend_from_bytes(&chunk).is_err() {
            let (held, element_type) = (elements.len(), elements.element_type());
            return Err(ErrorKind::Memory { held, element_type }.into());
        }
        found += chunk.len();
        if chunk.len() < wanted {
            break;
        }
    }
    Ok(found)
}

/// Appends the next `size` bytes to `bytes`, fewer where the stream ends: also where gzip says it ends too early.
fn read_up_to(reader: &mut dyn Read, size: usize, bytes: &mut Vec<u8>) -> Result<()> {
    match reader.take(size as u64).read_to_end(bytes) {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(ErrorKind::Io(error).into()),
        _ => Ok(()),
    }
}

/// Whether nothing follows. Reading on is also what makes gzip check its checksum.
fn at_end(reader: &mut dyn Read) -> Result<bool> {
    let mut rest = Vec::new();
    reader.take(1).read_to_end(&mut rest).map_err(ErrorKind::Io)?;
    Ok(rest.is_empty())
}
