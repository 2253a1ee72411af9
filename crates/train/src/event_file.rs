//! TensorBoard's event files: records with checksums, each a protocol-buffer message of which only a few fields are needed.
//!
//! A record is the length of its data as `u64`, the masked CRC-32C of those eight bytes, the data, and the masked CRC-32C of the data. The data
//! is a message `Event { 1: double wall_time, 2: int64 step, 3: string file_version, 5: Summary { 1: Value { 1: string tag, 2: float
//! simple_value } } }`.

use std::io::{self, Write};

/// The first event of a file.
pub(crate) fn version(wall_time: f64) -> Vec<u8> {
    let mut event = double(1, wall_time);
    event.extend(bytes(3, b"brain.Event:2"));
    event
}

/// A number with a name, at a step.
pub(crate) fn scalar(wall_time: f64, step: u64, tag: &str, value: f32) -> Vec<u8> {
    let mut number = bytes(1, tag.as_bytes());
    number.extend(key(2, 5));
    number.extend(value.to_le_bytes());
    let mut event = double(1, wall_time);
    event.extend(key(2, 0));
    event.extend(varint(step));
    event.extend(bytes(5, &bytes(1, &number)));
    event
}

/// Writes an event as a record.
pub(crate) fn write_record(file: &mut impl Write, event: &[u8]) -> io::Result<()> {
    let length = (event.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(event.len() + 16);
    record.extend(length);
    record.extend(masked_crc(&length).to_le_bytes());
    record.extend(event);
    record.extend(masked_crc(event).to_le_bytes());
    file.write_all(&record)
}

/// The key of a field: its number, and how it is written (0 as varint, 1 in 8 bytes, 2 with a length, 5 in 4 bytes).
fn key(field: u64, wire_type: u64) -> Vec<u8> {
    varint(field << 3 | wire_type)
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn double(field: u64, value: f64) -> Vec<u8> {
    [key(field, 1), value.to_le_bytes().to_vec()].concat()
}

fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [&key(field, 2)[..], &varint(value.len() as u64), value].concat()
}

/// A checksum of data that holds its own checksum would be a poor one, so it is rotated and moved.
fn masked_crc(data: &[u8]) -> u32 {
    crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (Castagnoli), bit by bit through a table.
fn crc32c(data: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let (mut table, mut byte) = ([0; 256], 0);
        while byte < 256 {
            let (mut crc, mut bit) = (byte as u32, 0);
            while bit < 8 {
                crc = (crc >> 1) ^ (0x82f6_3b78 * (crc & 1));
                bit += 1;
            }
            table[byte] = crc;
            byte += 1;
        }
        table
    };
    !data
        .iter()
        .fold(!0, |crc, &byte| (crc >> 8) ^ TABLE[usize::from(crc as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value of the algorithm, and those of RFC 3720, B.4.
    #[test]
    fn checksums_are_those_of_the_standard() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
    }

    /// The first twelve bytes of every event file that TensorFlow writes, whose first event has 24 bytes; then another record, whose checksums were
    /// computed bit by bit.
    #[test]
    fn a_record_has_the_checksums_of_its_length_and_its_data() {
        let mut first = Vec::new();
        write_record(&mut first, &version(1.5)).unwrap();
        assert_eq!(first[..12], [24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22]);
        let mut record = Vec::new();
        write_record(&mut record, b"123456789").unwrap();
        let expected = [
            &[9, 0, 0, 0, 0, 0, 0, 0, 0x37, 0xf9, 0x71, 0x39][..],
            b"123456789",
            &[0xe5, 0xb0, 0x8a, 0xc7],
        ]
        .concat();
        assert_eq!(record, expected);
    }

    #[test]
    fn varints_are_those_of_the_documentation() {
        assert_eq!(varint(1), [1]);
        assert_eq!(varint(150), [0x96, 0x01]);
        assert_eq!(varint(u64::MAX).len(), 10);
    }

    /// The bytes that TensorFlow's own writer makes of it: `Event(wall_time=1.5, step=300, summary=[Value(tag="loss", simple_value=0.25)])`.
    #[test]
    fn a_scalar_is_the_message_of_its_fields() {
        let expected = [
            &[0x09][..],
            &1.5_f64.to_le_bytes(),
            &[0x10, 0xac, 0x02],
            &[0x2a, 13, 0x0a, 11, 0x0a, 4],
            b"loss",
            &[0x15],
            &0.25_f32.to_le_bytes(),
        ]
        .concat();
        assert_eq!(scalar(1.5, 300, "loss", 0.25), expected);
    }
}
