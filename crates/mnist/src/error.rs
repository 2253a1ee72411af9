/// The result of unpacking the data.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The data inside the program is not what was put there: a damaged checkout, download or executable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A stream that cannot be unpacked.
    #[error("{file}: the embedded data is damaged ({reason}): fetch the crate again and rebuild")]
    Corrupt {
        /// The file of the crate's `data` folder.
        file: &'static str,
        /// What the decoder found wrong.
        reason: String,
    },
    /// A stream that unpacks to something else.
    #[error(
        "{file}: the embedded data is damaged (CRC-32 is {found:08x}, should be {expected:08x}): fetch the crate again \
         and rebuild"
    )]
    Checksum {
        /// The file of the crate's `data` folder.
        file: &'static str,
        /// The checksum of the data as it was put there.
        expected: u32,
        /// The checksum of what was unpacked.
        found: u32,
    },
}
