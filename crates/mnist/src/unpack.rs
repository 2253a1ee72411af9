//! Unpacking: LZMA streams into slices, several at a time.

use std::{
    num::NonZero,
    panic::resume_unwind,
    sync::{Mutex, PoisonError},
    thread,
};

use lzma_rust2::{Action, LzmaStream};

use crate::{Error, Result};

/// More than the dictionary of 24 MiB takes, and little enough that a damaged header cannot ask for gigabytes.
const MEMORY_LIMIT_KIB: u32 = 32 * 1024;

/// Room for the largest header there is.
const MAX_HEADER: usize = 16;

/// An embedded stream, and what it unpacks to.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    /// The file's name.
    pub(crate) file: &'static str,
    /// The compressed bytes.
    pub(crate) packed: &'a [u8],
    /// How many bytes of header come first, at most [`MAX_HEADER`].
    pub(crate) header: usize,
    /// How many bytes come after the header.
    pub(crate) size: usize,
    /// The CRC-32 of header and rest.
    pub(crate) crc32: u32,
}

impl Part<'_> {
    /// Unpacks what comes after the header into `output`, which is [`size`](Self::size) long.
    fn unpack(&self, output: &mut [u8]) -> Result<()> {
        let mut header = [0; MAX_HEADER];
        let header = header
            .get_mut(..self.header)
            .ok_or_else(|| self.corrupt("its header is too long"))?;
        let mut decoder = Decoder {
            stream: LzmaStream::new_mem_limit(MEMORY_LIMIT_KIB, None),
            rest: self.packed,
        };
        decoder
            .fill(header)
            .and_then(|()| decoder.fill(output))
            .and_then(|()| decoder.end())
            .map_err(|r| self.corrupt(r))?;

        let mut hasher = crc32fast::Hasher::new();
        hasher.update(header);
        hasher.update(output);
        let found = hasher.finalize();
        if found == self.crc32 {
            Ok(())
        } else {
            Err(Error::Checksum {
                file: self.file,
                expected: self.crc32,
                found,
            })
        }
    }

    fn corrupt(&self, reason: impl Into<String>) -> Error {
        Error::Corrupt {
            file: self.file,
            reason: reason.into(),
        }
    }
}

/// A stream on its way. It is driven by hand, not through the decoder's `Read`, because that one is generic and would be
/// compiled here: in a debug build without optimization, even where the dependencies are optimized.
struct Decoder<'a> {
    stream: LzmaStream,
    rest: &'a [u8],
}

impl Decoder<'_> {
    fn fill(&mut self, mut output: &mut [u8]) -> Result<(), String> {
        while !output.is_empty() {
            if self.stream.is_finished() {
                return Err(format!("ends {} bytes early", output.len()));
            }
            let produced = self.step(output)?;
            output = output.get_mut(produced..).unwrap_or_default();
        }
        Ok(())
    }

    /// Makes sure that the stream ends here, and the input with it.
    fn end(&mut self) -> Result<(), String> {
        while !self.stream.is_finished() {
            if self.step(&mut [0])? > 0 {
                return Err("goes on after its end".into());
            }
        }
        match self.stream.unused_input().len() + self.rest.len() {
            0 => Ok(()),
            more => Err(format!("{more} bytes follow its end")),
        }
    }

    /// Calls the decoder once: how many bytes it produced. None is no error as long as it gets on.
    fn step(&mut self, output: &mut [u8]) -> Result<usize, String> {
        let result = self
            .stream
            .process(self.rest, output, Action::Finish)
            .map_err(|error| error.to_string())?;
        if result.bytes_consumed == 0 && result.bytes_produced == 0 && !self.stream.is_finished() {
            return Err("breaks off".into());
        }
        self.rest = self.rest.get(result.bytes_consumed..).unwrap_or_default();
        Ok(result.bytes_produced)
    }
}

/// Unpacks every part into its slice, on as many threads as the machine and the parts allow.
///
/// Where no thread can be started, the calling one does all the work. After an error, parts not yet begun are left.
pub(crate) fn unpack_all(parts: Vec<(Part<'_>, &mut [u8])>) -> Result<()> {
    let threads = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(parts.len());
    let parts = Mutex::new(parts.into_iter());
    // Nothing panics while it holds the lock, so a poisoned one is as good.
    let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some((part, output)) = next() {
            part.unpack(output)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let helpers: Vec<_> = (1..threads).filter_map(start).collect();
        let own = work();
        let join = |helper: thread::ScopedJoinHandle<'_, _>| {
            helper.join().unwrap_or_else(|panic| resume_unwind(panic))
        };
        helpers.into_iter().map(join).fold(own, Result::and)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::TEST_LABELS;

    fn unpack(part: Part<'_>) -> Result<Vec<u8>> {
        let mut output = vec![0; part.size];
        unpack_all(vec![(part, &mut output)])?;
        Ok(output)
    }

    fn reason(part: Part<'_>) -> String {
        match unpack(part) {
            Err(Error::Corrupt {
                file: "test-labels.lzma",
                reason,
            }) => reason,
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn damage_never_passes_as_data(at in 0..TEST_LABELS.packed.len(), bit in 0..8_u32) {
            let mut packed = TEST_LABELS.packed.to_vec();
            packed[at] ^= 1_u8 << bit;
            // A few bits carry nothing: of the dictionary's size, and the range coder's last.
            if let Ok(labels) = unpack(Part { packed: &packed, ..TEST_LABELS }) {
                prop_assert!(labels == unpack(TEST_LABELS).unwrap());
            }
        }

        #[test]
        fn truncation_is_noticed(length in 0..TEST_LABELS.packed.len()) {
            let packed = &TEST_LABELS.packed[..length];
            let cut = Part { packed, ..TEST_LABELS };
            prop_assert!(unpack(cut).is_err());
        }

        #[test]
        fn any_bytes_are_survived(packed in prop::collection::vec(any::<u8>(), 0..200)) {
            let random = Part { packed: &packed, ..TEST_LABELS };
            prop_assert!(unpack(random).is_err());
        }
    }

    #[test]
    fn damage_in_the_middle_is_an_error() {
        let mut packed = TEST_LABELS.packed.to_vec();
        packed[2000] ^= 1;
        let error = unpack(Part {
            packed: &packed,
            ..TEST_LABELS
        })
        .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("test-labels.lzma: the embedded data is damaged ("),
            "{error}"
        );
    }

    #[test]
    fn the_checksum_is_checked() {
        let error = unpack(Part {
            crc32: 1,
            ..TEST_LABELS
        })
        .unwrap_err();
        let expected = Error::Checksum {
            file: TEST_LABELS.file,
            expected: 1,
            found: TEST_LABELS.crc32,
        };
        assert_eq!(error, expected);
    }

    #[test]
    fn other_sizes_are_errors() {
        let size = TEST_LABELS.size;
        assert_eq!(
            reason(Part {
                size: size + 3,
                ..TEST_LABELS
            }),
            "ends 3 bytes early"
        );
        assert_eq!(
            reason(Part {
                size: size - 3,
                ..TEST_LABELS
            }),
            "goes on after its end"
        );
        let packed = [TEST_LABELS.packed, b"more"].concat();
        assert_eq!(
            reason(Part {
                packed: &packed,
                ..TEST_LABELS
            }),
            "4 bytes follow its end"
        );
    }

    #[test]
    fn a_header_cannot_ask_for_gigabytes() {
        let mut packed = TEST_LABELS.packed.to_vec();
        packed[1..5].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
        assert!(
            reason(Part {
                packed: &packed,
                ..TEST_LABELS
            })
            .contains("memory")
        );
    }

    #[test]
    fn one_damaged_part_of_many_is_reported() {
        let mut outputs = vec![vec![0; TEST_LABELS.size]; 5];
        let broken = Part {
            crc32: 1,
            ..TEST_LABELS
        };
        let parts = outputs
            .iter_mut()
            .enumerate()
            .map(|(index, output)| (if index == 3 { broken } else { TEST_LABELS }, &mut output[..]));
        assert!(matches!(
            unpack_all(parts.collect()),
            Err(Error::Checksum { expected: 1, .. })
        ));
    }
}
