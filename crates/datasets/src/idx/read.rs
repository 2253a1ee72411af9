use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use super::{CHUNK, ElementType, Elements, ErrorKind, GZIP_MAGIC, Idx, Result, element_count};

/// What a gzip stream may unpack to without being asked, whatever its own size.
#[cfg(feature = "gzip")]
const UNPACKED: usize = 64 << 20;

/// How many times its own size a larger one may unpack to. Images take about 5 times theirs, and gzip cannot do better than 1032 times.
#[cfg(feature = "gzip")]
const RATIO: usize = 64;

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
        Self::open_by(path.as_ref(), Self::read)
    }

    /// As [`open`](Self::open), with a limit of one's own: see [`read_at_most`](Self::read_at_most).
    ///
    /// # Errors
    ///
    /// As [`read_at_most`](Self::read_at_most), and [`ErrorKind::Io`] if the file cannot be opened. The message names the file.
    pub fn open_at_most(path: impl AsRef<Path>, limit: usize) -> Result<Self> {
        Self::open_by(path.as_ref(), |file| Self::read_at_most(file, limit))
    }

    fn open_by(path: &Path, read: impl FnOnce(File) -> Result<Self>) -> Result<Self> {
        let file = File::open(path).map_err(|error| ErrorKind::Io(error).into());
        file.and_then(read).map_err(|error| error.at(path))
    }

    /// Reads an IDX file, plain or gzip, to its end.
    ///
    /// Memory grows with the data that arrives, and no further than the header announces. As some kilobytes of gzip may unpack to a thousand times
    /// as many, a gzip stream whose elements take more than 64 MiB is read as long as they take at most 64 times the bytes of the stream itself;
    /// [`read_at_most`](Self::read_at_most) sets a limit that does not depend on these. A gzip stream may have several members, and zeros
    /// behind any of them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Magic`], [`ErrorKind::ElementType`] and [`ErrorKind::TooLarge`] if the header is none that this
    /// machine can follow, [`ErrorKind::TruncatedHeader`], [`ErrorKind::Truncated`] and [`ErrorKind::Trailing`] if
    /// the data is shorter or longer than it says, [`ErrorKind::Unpacked`] if gzip unpacks to too much, [`ErrorKind::Io`] if the reader
    /// fails, gzip's checksum is wrong, or something else follows it.
    pub fn read(reader: impl Read) -> Result<Self> {
        read_any(reader, None)
    }

    /// As [`read`](Self::read), if the elements take no more than `limit` bytes by the header; plain and gzip alike, and however little gzip takes.
    ///
    /// ```
    /// use backprop_datasets::idx::{ErrorKind, Idx};
    ///
    /// let bytes = Idx::new([100], vec![0_i32; 100])?.to_bytes();
    /// assert!(Idx::read_at_most(&bytes[..], 400).is_ok());
    /// let error = Idx::read_at_most(&bytes[..], 399).unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::Limit { expected: 400, limit: 399, .. }));
    /// # Ok::<(), backprop_datasets::idx::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`] if the header announces more, before any of it is read; the others of `read`, except for `Unpacked`.
    pub fn read_at_most(reader: impl Read, limit: usize) -> Result<Self> {
        read_any(reader, Some(limit))
    }
}

fn read_any(mut reader: impl Read, limit: Option<usize>) -> Result<Idx> {
    let mut magic = Vec::new();
    read_up_to(&mut reader, GZIP_MAGIC.len(), &mut magic)?;
    if magic == GZIP_MAGIC {
        read_gzip(magic.chain(reader), limit)
    } else {
        read_plain(&mut magic.chain(reader), limit, &|_| Ok(()))
    }
}

#[cfg(feature = "gzip")]
fn read_gzip(reader: impl Read, limit: Option<usize>) -> Result<Idx> {
    let taken = std::cell::Cell::new(0_usize);
    let check = |unpacked: usize| {
        let packed = taken.get();
        if limit.is_some() || unpacked <= UNPACKED.max(packed.saturating_mul(RATIO)) {
            return Ok(());
        }
        Err(ErrorKind::Unpacked { packed, unpacked }.into())
    };
    read_plain(&mut super::gzip::Gunzip::new(reader, &taken), limit, &check)
}

#[cfg(not(feature = "gzip"))]
fn read_gzip(_reader: impl Read, _limit: Option<usize>) -> Result<Idx> {
    Err(ErrorKind::GzipDisabled.into())
}

/// Reads what is no gzip any more. `check` is told how many bytes of elements there are, as they grow.
fn read_plain(
    reader: &mut dyn Read,
    limit: Option<usize>,
    check: &dyn Fn(usize) -> Result<()>,
) -> Result<Idx> {
    let (element_type, shape) = read_header(reader)?;
    let bytes = element_count(&shape).and_then(|count| count.checked_mul(element_type.size()));
    let Some(expected) = bytes else {
        return Err(ErrorKind::TooLarge { shape, element_type }.into());
    };
    if let Some(limit) = limit.filter(|&limit| expected > limit) {
        return Err(ErrorKind::Limit {
            shape,
            element_type,
            expected,
            limit,
        }
        .into());
    }
    let mut elements = Elements::empty(element_type);
    let found = read_elements(reader, expected, &mut elements, check)?;
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
fn read_elements(
    reader: &mut dyn Read,
    expected: usize,
    elements: &mut Elements,
    check: &dyn Fn(usize) -> Result<()>,
) -> Result<usize> {
    let mut found = 0;
    let mut chunk = Vec::with_capacity(CHUNK.min(expected));
    while found < expected {
        let wanted = CHUNK.min(expected - found);
        chunk.clear();
        read_up_to(reader, wanted, &mut chunk)?;
        check(found + chunk.len())?;
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
