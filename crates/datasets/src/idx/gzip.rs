//! gzip streams, as the tool `gzip` takes them.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, ErrorKind::Interrupted, Read};

use flate2::bufread::GzDecoder;

/// What a stream unpacks to: all of its members, one after another (RFC 1952), with zeros between them and at the end passed over, as tapes and
/// block devices leave them. Anything else behind a member is an error.
pub(super) struct Gunzip<'a, R> {
    /// Nothing is left if there is none.
    member: Option<GzDecoder<BufReader<Counted<'a, R>>>>,
}

impl<'a, R: Read> Gunzip<'a, R> {
    /// Of a stream, the bytes of which are counted as they are taken.
    pub(super) fn new(reader: R, taken: &'a Cell<usize>) -> Self {
        let counted = BufReader::new(Counted { reader, taken });
        Self {
            member: Some(GzDecoder::new(counted)),
        }
    }
}

impl<R: Read> Read for Gunzip<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(mut member) = self.member.take() {
            let read = member.read(buffer);
            let is_over = matches!(read, Ok(0)) && !buffer.is_empty();
            if !is_over {
                self.member = Some(member);
                return read;
            }
            let mut rest = member.into_inner();
            if skip_zeros(&mut rest)? {
                self.member = Some(GzDecoder::new(rest));
            }
        }
        Ok(0)
    }
}

/// Whether something follows the zeros.
fn skip_zeros(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = match reader.fill_buf() {
            Err(error) if error.kind() == Interrupted => continue,
            bytes => bytes?,
        };
        if bytes.is_empty() {
            return Ok(false);
        }
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        let is_all = zeros == bytes.len();
        reader.consume(zeros);
        if !is_all {
            return Ok(true);
        }
    }
}

/// Counts what is read.
struct Counted<'a, R> {
    reader: R,
    taken: &'a Cell<usize>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.taken.set(self.taken.get().saturating_add(read));
        Ok(read)
    }
}
