#[cfg(feature = "gzip")]
use std::io::Write;
use std::io::{self, Read};

use proptest::{collection::vec, prelude::*};

use super::*;

/// Any shape of up to four short dimensions, elements of any type with any bits (NaN included).
fn arrays() -> impl Strategy<Value = Idx> {
    (vec(0_usize..5, 0..4), 0..ElementType::ALL.len()).prop_flat_map(|(shape, index)| {
        let element_type = ElementType::ALL[index];
        let size = shape.iter().product::<usize>() * element_type.size();
        vec(any::<u8>(), size).prop_map(move |bytes| {
            let mut elements = Elements::empty(element_type);
            elements.extend_from_bytes(&bytes).unwrap();
            Idx::new(shape.clone(), elements).unwrap()
        })
    })
}

/// A header that announces whatever it likes, with few bytes behind it.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let dimension = prop_oneof![0_u32..4, Just(u32::MAX), any::<u32>()];
    (
        any::<u8>(),
        vec(dimension, 0..6),
        any::<Option<u8>>(),
        vec(any::<u8>(), 0..40),
    )
        .prop_map(|(code, dimensions, rank, body)| {
            let mut bytes = vec![0, 0, 8 + code % 8, rank.unwrap_or(dimensions.len() as u8)];
            bytes.extend(dimensions.iter().flat_map(|dimension| dimension.to_be_bytes()));
            bytes.extend(body);
            bytes
        })
}

/// Hands out one byte at a time, and is interrupted before each.
struct Trickle<'a>(&'a [u8], bool);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        self.0.by_ref().take(1).read(buffer)
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(array in arrays()) {
        let bytes = array.to_bytes();
        let read = Idx::from_bytes(&bytes).unwrap();
        prop_assert_eq!(read.shape(), array.shape());
        prop_assert_eq!(read.element_type(), array.element_type());
        // Compared as bytes: a NaN is unequal to itself.
        prop_assert_eq!(read.to_bytes(), bytes);
    }

    #[test]
    fn a_writer_gets_the_bytes(array in arrays()) {
        let mut written = Vec::new();
        array.write(&mut written).unwrap();
        prop_assert_eq!(written, array.to_bytes());
    }

    #[test]
    fn a_slow_reader_reads_the_same(array in arrays()) {
        let bytes = array.to_bytes();
        prop_assert_eq!(Idx::read(Trickle(&bytes, false)).unwrap().to_bytes(), bytes);
    }

    #[test]
    fn every_truncation_is_noticed(array in arrays(), at in any::<prop::sample::Index>()) {
        let bytes = array.to_bytes();
        let cut = at.index(bytes.len());
        let error = Idx::from_bytes(&bytes[..cut]).unwrap_err();
        let header = 4 + 4 * array.shape().len();
        match error.kind() {
            ErrorKind::TruncatedHeader { found, .. } => prop_assert!(cut < header && *found == cut),
            ErrorKind::Truncated { found, expected, .. } => {
                prop_assert_eq!((*found, *expected), (cut - header, bytes.len() - header));
            }
            other => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn every_addition_is_noticed(array in arrays(), more in vec(any::<u8>(), 1..9)) {
        let mut bytes = array.to_bytes();
        bytes.extend(more);
        let error = Idx::from_bytes(&bytes).unwrap_err();
        prop_assert!(matches!(error.kind(), ErrorKind::Trailing { .. }), "{error}");
    }

    #[test]
    fn hostile_headers_are_survived(bytes in hostile()) {
        if let Ok(array) = Idx::from_bytes(&bytes) {
            prop_assert_eq!(array.to_bytes(), bytes);
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..64)) {
        if let Ok(array) = Idx::from_bytes(&bytes) {
            prop_assert_eq!(array.to_bytes(), bytes);
        }
    }

    #[test]
    fn conversions_keep_the_values(values in vec(any::<i16>(), 0..20)) {
        let array = Idx::new([values.len()], values.clone()).unwrap();
        prop_assert_eq!(array.as_slice::<i16>().unwrap(), &values[..]);
        prop_assert_eq!(array.to_f64(), values.iter().map(|&value| f64::from(value)).collect::<Vec<_>>());
        prop_assert_eq!(array.to_f32(), values.iter().map(|&value| f32::from(value)).collect::<Vec<_>>());
        prop_assert_eq!(Vec::<i16>::try_from(array.into_parts().1).unwrap(), values);
    }
}

#[cfg(feature = "gzip")]
mod gzip {
    use super::*;

    fn compressed(array: &Idx) -> Vec<u8> {
        let mut bytes = Vec::new();
        array.write_gzip(&mut bytes).unwrap();
        bytes
    }

    proptest! {
        #[test]
        fn gzip_reads_the_same_as_plain(array in arrays()) {
            let bytes = compressed(&array);
            prop_assert_eq!(&bytes[..2], GZIP_MAGIC);
            prop_assert_eq!(Idx::from_bytes(&bytes).unwrap().to_bytes(), array.to_bytes());
        }

        #[test]
        fn every_truncation_of_gzip_is_noticed(array in arrays(), at in any::<prop::sample::Index>()) {
            let bytes = compressed(&array);
            prop_assert!(Idx::from_bytes(&bytes[..at.index(bytes.len())]).is_err());
        }

        #[test]
        fn damaged_gzip_never_reads_as_something_else(
            array in arrays(), at in any::<prop::sample::Index>(), bit in 0..8_u32,
        ) {
            let mut bytes = compressed(&array);
            let at = at.index(bytes.len());
            bytes[at] ^= 1_u8 << bit;
            // Some bits of a gzip header (time, operating system) carry nothing.
            if let Ok(read) = Idx::from_bytes(&bytes) {
                prop_assert_eq!(read.to_bytes(), array.to_bytes());
            }
        }
    }

    /// Made with `printf '\0\0\10\1\0\0\0\3abc' | gzip -9n`.
    #[test]
    fn the_gzip_tools_output_is_read() {
        let bytes = [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0x63, 0x60, 0xe0, 0x60, 0x64, 0x60, 0x60, 0x60, 0x4e, 0x4c,
            0x4a, 0x06, 0x00, 0x54, 0x24, 0x25, 0xc4, 0x0b, 0x00, 0x00, 0x00,
        ];
        assert_eq!(Idx::from_bytes(&bytes).unwrap().as_slice::<u8>().unwrap(), b"abc");
    }

    /// Between members and at the end, as tapes leave them; `gzip -d` and Python take them as well.
    #[test]
    fn zeros_are_passed_over_and_nothing_else_is() {
        let array = Idx::new([3000], vec![7_u8; 3000]).unwrap();
        let (plain, whole) = (array.to_bytes(), compressed(&array));
        let member = |bytes: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        for zeros in [0, 1, 7, 512, 100_000] {
            let padding = vec![0; zeros];
            assert_eq!(Idx::from_bytes(&[&whole[..], &padding].concat()).unwrap(), array);
            let two = [
                &member(&plain[..1000])[..],
                &padding,
                &member(&plain[1000..]),
                &padding,
            ]
            .concat();
            assert_eq!(Idx::from_bytes(&two).unwrap(), array);
            assert_eq!(Idx::read(Trickle(&two, false)).unwrap(), array);
            let empty = [&whole[..], &padding, &member(&[]), &padding].concat();
            assert_eq!(Idx::from_bytes(&empty).unwrap(), array);
            for garbage in [&b"x"[..], &[0x1f], &[0x1f, 0x8b], &whole[..12], b"\x00\x00 more"] {
                let error = Idx::from_bytes(&[&whole[..], &padding, garbage].concat()).unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::Io(_)), "{error}");
            }
            let more = Idx::from_bytes(&[&whole[..], &padding, &member(b"x")].concat()).unwrap_err();
            assert!(matches!(more.kind(), ErrorKind::Trailing { .. }), "{more}");
        }
    }

    /// 400 MB of zeros with a true header take about 390 kB.
    #[test]
    fn a_little_gzip_does_not_unpack_to_all_memory() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let length = 400_000_000_u32;
        encoder.write_all(&[0, 0, 8, 1]).unwrap();
        encoder.write_all(&length.to_be_bytes()).unwrap();
        let zeros = vec![0; 1_000_000];
        (0..100).for_each(|_| encoder.write_all(&zeros).unwrap());
        // A quarter is enough.
        let bytes = encoder.finish().unwrap();
        let error = Idx::from_bytes(&bytes).unwrap_err();
        let &ErrorKind::Unpacked { packed, unpacked } = error.kind() else {
            panic!("{error}")
        };
        assert!(
            packed <= bytes.len() && unpacked > 64 << 20 && unpacked <= (64 << 20) + CHUNK,
            "{error}"
        );
        // A limit of one's own decides alone, by the header, before anything is unpacked.
        let error = Idx::read_at_most(&bytes[..2000], length as usize - 1).unwrap_err();
        assert!(
            matches!(
                error.kind(),
                ErrorKind::Limit {
                    expected: 400_000_000,
                    ..
                }
            ),
            "{error}"
        );
        let error = Idx::read_at_most(&bytes[..], length as usize).unwrap_err();
        assert!(
            matches!(
                error.kind(),
                ErrorKind::Truncated {
                    found: 100_000_000,
                    ..
                }
            ),
            "{error}"
        );
    }

    /// As data does: 80 MB that gzip can make 40 times smaller, and not 64 times.
    #[test]
    fn what_is_well_packed_is_read() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let mut piece: Vec<u8> = vec![0; 1_000_000];
        let mut rng = backprop_tensor::Rng::seed(0);
        piece[..20_000].fill_with(|| rng.below(256) as u8);
        encoder.write_all(&[0, 0, 8, 1]).unwrap();
        encoder.write_all(&80_000_000_u32.to_be_bytes()).unwrap();
        (0..80).for_each(|_| encoder.write_all(&piece).unwrap());
        let bytes = encoder.finish().unwrap();
        assert!((40..64).contains(&(80_000_000 / bytes.len())));
        let read = Idx::from_bytes(&bytes).unwrap();
        assert_eq!(read.as_slice::<u8>().unwrap()[79_000_000..], piece);
    }

    #[test]
    fn a_path_that_ends_in_gz_is_compressed() {
        let file = TemporaryFile::new("array.idx.GZ");
        let array = Idx::new([1000], vec![7_u8; 1000]).unwrap();
        array.save(&file.0).unwrap();
        let bytes = std::fs::read(&file.0).unwrap();
        assert_eq!(bytes[..2], GZIP_MAGIC);
        assert!(bytes.len() < 100);
        assert_eq!(Idx::open(&file.0).unwrap(), array);
        let error = Idx::open_at_most(&file.0, 999).unwrap_err();
        assert_eq!(error.path(), Some(&*file.0));
        assert_eq!(Idx::open_at_most(&file.0, 1000).unwrap(), array);
    }
}

/// A file of its own for a test, gone when the test is over.
struct TemporaryFile(std::path::PathBuf);

impl TemporaryFile {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("backprop-idx-{}-{name}", std::process::id())))
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn message(bytes: &[u8]) -> String {
    Idx::from_bytes(bytes).unwrap_err().to_string()
}

/// Bytes written out by hand after the format's description: the order of bytes, and each type's code.
#[test]
fn the_layout_is_the_formats() {
    fn check<T: Element>(code: u8, body: &[u8], elements: Vec<T>)
    where
        Elements: From<Vec<T>>,
    {
        let mut bytes = vec![0, 0, code, 2, 0, 0, 0, 1, 0, 0, 0, 2];
        bytes.extend_from_slice(body);
        let array = Idx::from_bytes(&bytes).unwrap();
        assert_eq!(array, Idx::new([1, 2], elements).unwrap());
        assert_eq!(array.element_type(), T::TYPE);
        assert_eq!(array.to_bytes(), bytes);
    }
    check(0x08, &[0x00, 0xff], vec![0_u8, 255]);
    check(0x09, &[0x01, 0xff], vec![1_i8, -1]);
    check(0x0b, &[0x01, 0x02, 0xff, 0xfe], vec![258_i16, -2]);
    check(
        0x0c,
        &[0x00, 0x01, 0x00, 0x00, 0xff, 0xff, 0xff, 0xfe],
        vec![65_536_i32, -2],
    );
    check(
        0x0d,
        &[0x3f, 0x80, 0x00, 0x00, 0xc0, 0x20, 0x00, 0x00],
        vec![1.0_f32, -2.5],
    );
    let doubles = [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0x04, 0, 0, 0, 0, 0, 0];
    check(0x0e, &doubles, vec![1.0_f64, -2.5]);
}

#[test]
fn rank_zero_is_a_single_value() {
    let array = Idx::from_bytes(&[0, 0, 8, 0, 42]).unwrap();
    assert_eq!(
        (array.shape(), array.as_slice::<u8>().unwrap()),
        (&[][..], &[42][..])
    );
}

#[test]
fn arrays_longer_than_a_chunk_are_read_whole() {
    let values: Vec<i32> = (0..100_003).collect();
    let array = Idx::new([values.len()], values).unwrap();
    assert_eq!(Idx::from_bytes(&array.to_bytes()).unwrap(), array);
}

#[test]
fn headers_beyond_memory_are_refused_without_allocating() {
    let huge = [
        0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1,
    ];
    assert_eq!(
        message(&huge),
        "the header announces [4294967295, 4294967295, 4294967295] elements of type u8, more than can be addressed"
    );
    // Just below the address space of 64 bits: only the end of the data gives it away.
    let large = [0, 0, 8, 2, 127, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3];
    let error = Idx::from_bytes(&large).unwrap_err();
    let noticed = match error.kind() {
        ErrorKind::Truncated { found: 3, .. } => cfg!(target_pointer_width = "64"),
        ErrorKind::TooLarge { .. } => cfg!(not(target_pointer_width = "64")),
        _ => false,
    };
    assert!(noticed, "{error}");
    // No elements at all, whatever the other dimensions.
    let empty = [0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0];
    assert!(Idx::from_bytes(&empty).unwrap().elements().is_empty());
}

#[test]
fn messages_say_what_would_be_right() {
    assert_eq!(
        message(&[]),
        "breaks off within the header, which takes 4 bytes, found 0"
    );
    assert_eq!(
        message(&[0, 0, 8, 2, 0, 0]),
        "breaks off within the header, which takes 12 bytes, found 6"
    );
    assert_eq!(
        message(b"PK"),
        "no IDX file: begins with bytes 50 4b, an IDX file with 00 00 (or 1f 8b, if it is gzip)"
    );
    assert_eq!(
        message(&[0, 0, 10, 0]),
        "unknown element type 0x0a: the format has 0x08 (u8), 0x09 (i8), 0x0b (i16), 0x0c (i32), 0x0d (f32) and \
         0x0e (f64)"
    );
    assert_eq!(
        message(&[0, 0, 8, 1, 0, 0, 0, 1, 5, 6]),
        "goes on after its end: the header announces [1] elements of type u8, which takes 1 bytes, found more"
    );
    let array = Idx::new([1], vec![1_i32]).unwrap();
    assert_eq!(
        array.as_slice::<u8>().unwrap_err().to_string(),
        "the elements are of type i32, not u8: ask for i32, or convert with to_f32 or to_f64"
    );
    assert_eq!(
        Idx::new([2, 3], vec![0_u8; 5]).unwrap_err().to_string(),
        "shape [2, 3] does not have 5 elements: their number must be the product of the dimensions"
    );
}

#[test]
fn shapes_without_a_header_are_refused() {
    let ranks = Idx::new(vec![1; 256], vec![0_u8]).unwrap_err();
    assert!(
        matches!(ranks.kind(), ErrorKind::Unrepresentable { .. }),
        "{ranks}"
    );
    assert!(Idx::new(vec![1; 255], vec![0_u8]).is_ok());
    #[cfg(target_pointer_width = "64")]
    {
        let dimension = Idx::new([1 << 32, 0], Vec::<u8>::new()).unwrap_err();
        assert!(
            matches!(dimension.kind(), ErrorKind::Unrepresentable { .. }),
            "{dimension}"
        );
    }
}

#[test]
fn files_are_named_in_errors() {
    let file = TemporaryFile::new("broken.idx");
    let missing = Idx::open(&file.0).unwrap_err();
    assert!(matches!(missing.kind(), ErrorKind::Io(error) if error.kind() == io::ErrorKind::NotFound));
    assert_eq!(missing.path(), Some(&*file.0));

    std::fs::write(&file.0, [0, 0, 8, 1, 0, 0, 0, 9, 1]).unwrap();
    let broken = Idx::open(&file.0).unwrap_err().to_string();
    assert!(
        broken.starts_with(&format!("{}: breaks off: ", file.0.display())),
        "{broken}"
    );

    let unwritable = Idx::new([0], Vec::<u8>::new())
        .unwrap()
        .save(file.0.join("below.idx"))
        .unwrap_err();
    assert_eq!(unwritable.path(), Some(&*file.0.join("below.idx")));
}

#[test]
fn files_are_saved_and_opened() {
    let file = TemporaryFile::new("array.idx");
    let array = Idx::new([2, 2], vec![1.5_f64, -0.0, f64::MAX, 3.0]).unwrap();
    array.save(&file.0).unwrap();
    assert_eq!(std::fs::read(&file.0).unwrap(), array.to_bytes());
    assert_eq!(Idx::open(&file.0).unwrap(), array);
}

#[test]
fn a_readers_error_is_passed_on() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    assert_eq!(Idx::read(Broken).unwrap_err().to_string(), "unplugged");
    assert_eq!(
        Idx::read([0, 0, 8].chain(Broken)).unwrap_err().to_string(),
        "unplugged"
    );
}
