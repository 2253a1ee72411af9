//! Pixels as a PNG file (ISO/IEC 15948): 8 bits a channel, without opacity where every pixel is opaque.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};

use crate::{Bitmap, Color};

pub(crate) fn encode(bitmap: &Bitmap) -> Vec<u8> {
    let opaque = bitmap.pixels.iter().all(|color| color.alpha == 255);
    let channels = if opaque { 3 } else { 4 };
    let mut rows = Vec::with_capacity(bitmap.height * (bitmap.width * channels + 1));
    let mut above = vec![0; bitmap.width * channels];
    for pixels in bitmap.pixels.chunks(bitmap.width.max(1)) {
        let row: Vec<u8> = pixels.iter().flat_map(|color| bytes(color, channels)).collect();
        // Filter 2: the difference to the row above, which pictures with areas of one color make 0.
        rows.push(2);
        rows.extend(
            row.iter()
                .zip(&above)
                .map(|(byte, above)| byte.wrapping_sub(*above)),
        );
        above = row;
    }
    let mut header = Vec::with_capacity(13);
    for side in [bitmap.width, bitmap.height] {
        header.extend((side as u32).to_be_bytes());
    }
    header.extend([8, if opaque { 2 } else { 6 }, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"IDAT", &compressed(&rows));
    chunk(&mut file, b"IEND", &[]);
    file
}

fn bytes(color: &Color, channels: usize) -> impl Iterator<Item = u8> + use<> {
    [color.red, color.green, color.blue, color.alpha]
        .into_iter()
        .take(channels)
}

fn compressed(rows: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(rows);
    encoder.finish().unwrap_or_default()
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend(name);
    file.extend(data);
    let sum = crc32fast::hash(&file[start..]);
    file.extend(sum.to_be_bytes());
}
