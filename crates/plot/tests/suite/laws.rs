//! What holds for every picture, of any data, words and size.

use crate::pictures::any_picture;
use backprop_plot::{Mark, Picture, Rect};
use proptest::prelude::*;

fn texts(picture: &dyn Picture) -> Vec<(String, Rect)> {
    let scene = picture.scene().unwrap();
    let texts = scene.items().iter().filter_map(|item| match &item.mark {
        Mark::Text(text) => Some((text.content.clone(), text.bounds())),
        _ => None,
    });
    texts.collect()
}

/// What rounding may shift a text by.
const ROUNDING: f64 = 1e-6;

proptest! {
    #[test]
    fn no_text_covers_another(picture in any_picture()) {
        let texts = texts(picture.as_ref());
        for (index, (text, place)) in texts.iter().enumerate() {
            for (other, taken) in &texts[..index] {
                prop_assert!(!place.inset(ROUNDING).overlaps(taken), "{text:?} at {place:?} covers {other:?} at {taken:?}");
            }
        }
    }

    #[test]
    fn all_of_a_picture_is_on_its_canvas(picture in any_picture()) {
        let scene = picture.scene().unwrap();
        for item in scene.items() {
            let place = match &item.mark {
                _ if item.clip.is_some() => item.clip,
                Mark::Circle { center, radius } | Mark::Marker { center, radius, .. } => {
                    Some(Rect::new(center.x - radius, center.y - radius, 2.0 * radius, 2.0 * radius))
                }
                Mark::Rect(rect) => Some(*rect),
                Mark::Path(path) => path.bounds(),
                Mark::Text(text) => Some(text.bounds()),
                Mark::Bitmap { place, .. } => Some(*place),
                _ => None,
            };
            if let Some(place) = place {
                prop_assert!(scene.area().contains(&place, ROUNDING), "{:?} is outside {:?}", item.mark, scene.area());
            }
        }
    }

    #[test]
    fn svg_is_well_formed_and_has_all_texts(picture in any_picture()) {
        let svg = picture.to_svg().unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let written: Vec<_> = document.descendants().filter(|node| node.has_tag_name("text")).filter_map(|node| node.text()).collect();
        let expected = texts(picture.as_ref());
        prop_assert_eq!(written.len(), expected.len());
        for ((text, _), written) in expected.iter().zip(written) {
            prop_assert_eq!(text, written);
        }
    }

    #[test]
    fn the_same_data_gives_the_same_bytes(picture in any_picture()) {
        prop_assert_eq!(picture.to_svg().unwrap(), picture.to_svg().unwrap());
    }

    #[test]
    fn a_terminal_picture_has_the_promised_size(picture in any_picture(), width in 0_usize..120, height in 0_usize..50) {
        let text = picture.to_terminal(width, height).unwrap();
        let lines: Vec<&str> = text.split_terminator('\n').collect();
        prop_assert_eq!(lines.len(), height);
        for line in lines {
            prop_assert_eq!(line.chars().count(), width);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn png_decodes_to_the_size_and_to_the_pixels(picture in any_picture()) {
        let bytes = picture.to_png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let size = picture.size();
        prop_assert_eq!((f64::from(info.width), f64::from(info.height)), (size.x.round(), size.y.round()));
        let bitmap = picture.scene().unwrap().to_bitmap(1.0).unwrap();
        let expected: Vec<u8> = bitmap.pixels.iter().flat_map(|color| [color.red, color.green, color.blue]).collect();
        prop_assert_eq!(&pixels[..info.buffer_size()], &expected[..]);
    }
}
