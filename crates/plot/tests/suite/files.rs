//! Files, pages and animations.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use backprop_plot::{
    Animation, Bitmap, Chart, Color, Colormap, Error, Picture, Point, Rect, Report, Scene, curves, images,
};
use backprop_tensor::Tensor;

const HOSTILE: &str = "</title><script>alert('&')</script> \u{1b}[31m\u{0}";

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("backprop-plot-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn parsed(page: &str) -> roxmltree::Document<'_> {
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..roxmltree::ParsingOptions::default()
    };
    roxmltree::Document::parse_with_options(page, options).unwrap()
}

#[test]
fn the_end_of_the_name_says_the_format() {
    let folder = folder("formats");
    let chart = curves([("loss", [3.0, 2.0, 1.0])]);
    for (name, start) in [
        ("a.svg", "<svg".as_bytes()),
        ("deep/er/b.PNG", b"\x89PNG"),
        ("c.txt", b" "),
    ] {
        let path = folder.join(name);
        chart.save(&path).unwrap();
        assert!(fs::read(&path).unwrap().starts_with(start), "{name}");
    }
    for name in ["d.jpg", "e", ".svg"] {
        assert!(
            matches!(chart.save(folder.join(name)), Err(Error::Format { .. })),
            "{name}"
        );
    }
    assert!(matches!(
        Report::new("").save("report.pdf"),
        Err(Error::Format { .. })
    ));
    assert!(matches!(
        Animation::new([chart]).save("frames.png"),
        Err(Error::Format { .. })
    ));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_picture_that_cannot_be_drawn_leaves_the_old_file() {
    let folder = folder("whole");
    let path = folder.join("a.svg");
    curves([("loss", [3.0])]).save(&path).unwrap();
    let old = fs::read(&path).unwrap();
    assert!(Chart::new().line("", [1], [1, 2]).save(&path).is_err());
    assert!(Chart::new().size(f64::INFINITY, 10.0).save(&path).is_err());
    assert_eq!(fs::read(&path).unwrap(), old);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no draft is left");
    // A folder is in the way.
    assert!(matches!(
        curves([("", [1.0])]).save(folder.join("a.svg/b.svg")),
        Err(Error::File { .. })
    ));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn sizes_that_no_picture_can_have_are_errors() {
    for size in [0.0, -1.0, 0.5, 1e9, f64::NAN, f64::INFINITY] {
        let chart = Chart::new().size(size, 100.0);
        assert!(matches!(chart.to_svg(), Err(Error::Size { .. })), "{size}");
        assert!(matches!(chart.to_png(), Err(Error::Size { .. })), "{size}");
    }
    let scene = Chart::new().scene().unwrap();
    for scale in [0.0, -1.0, 1e9, f64::NAN] {
        assert!(matches!(scene.to_png(scale), Err(Error::Size { .. })), "{scale}");
    }
}

#[test]
fn a_report_holds_its_words_and_loads_nothing() {
    let page = Report::new(HOSTILE)
        .heading(HOSTILE)
        .text(HOSTILE)
        .code(HOSTILE)
        .table([HOSTILE, "loss"], [[HOSTILE, "0.5"], ["two", "−1.5"]])
        .picture(&Chart::new().title(HOSTILE).line(HOSTILE, [1], [2]), HOSTILE)
        .to_html()
        .unwrap();
    let document = parsed(&page);
    assert!(document.descendants().all(|node| !node.has_tag_name("script")));
    let cells: Vec<_> = document
        .descendants()
        .filter(|node| node.attribute("class") == Some("number"))
        .collect();
    assert_eq!(cells.len(), 3, "the column of numbers, with its head");
    let links = document.descendants().flat_map(|node| node.attributes());
    let elsewhere = |attribute: &roxmltree::Attribute<'_, '_>| {
        matches!(attribute.name(), "src" | "href") && !attribute.value().starts_with("data:")
    };
    assert_eq!(links.filter(elsewhere).count(), 0);
}

#[test]
fn a_report_says_which_picture_cannot_be_drawn() {
    let report = Report::new("").picture(&Chart::new().line("", [1], [1, 2]), "");
    assert!(
        report
            .to_html()
            .unwrap_err()
            .to_string()
            .starts_with("line: 1 x and 2 y values")
    );
}

#[test]
fn an_animation_has_all_frames_in_both_formats() {
    let frames = (1..=4).map(|frame| Chart::new().title(format!("frame {frame}")).size(120.0, 80.0));
    let animation = Animation::new(frames).title(HOSTILE).seconds_per_frame(0.5);
    let gif = animation.to_gif().unwrap();
    let mut decoder = gif::DecodeOptions::new().read_info(gif.as_slice()).unwrap();
    assert_eq!((decoder.width(), decoder.height()), (120, 80));
    let mut delays = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        delays.push(frame.delay);
    }
    assert_eq!(delays, [50; 4], "in hundredths of a second");
    let page = animation.to_html().unwrap();
    let document = parsed(&page);
    let frames: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("figure"))
        .collect();
    assert_eq!(frames.len(), 4);
    assert_eq!(
        frames
            .iter()
            .filter(|frame| frame.attribute("hidden").is_none())
            .count(),
        1,
        "one is seen"
    );
    assert!(Animation::default().to_gif().is_err() && Animation::default().to_html().is_err());
}

#[test]
fn a_gif_of_few_colors_has_exactly_these() {
    let pixels = Tensor::from([[0.0, 1.0], [1.0, 0.0]]);
    let picture = images(&pixels, [""; 0]).size(100.0, 100.0);
    let gif = Animation::new([picture.clone()]).to_gif().unwrap();
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(gif.as_slice()).unwrap();
    let frame = decoder.read_next_frame().unwrap().unwrap();
    let colors = frame
        .buffer
        .chunks(4)
        .map(|rgba| Color::rgb(rgba[0], rgba[1], rgba[2]));
    assert_eq!(
        colors.collect::<Vec<_>>(),
        picture.scene().unwrap().to_bitmap(1.0).unwrap().pixels
    );
}

/// Fields of many colors, with a moving square of one that is in all frames.
#[derive(Debug)]
struct Sunset(f64);

const SQUARE: Color = Color::hex(0xd55e00);

impl Picture for Sunset {
    fn size(&self) -> Point {
        Point { x: 96.0, y: 64.0 }
    }

    fn draw(&self, scene: &mut Scene, area: Rect) -> backprop_plot::Result<()> {
        let color = |pixel: usize| {
            let (x, y) = ((pixel % 96) as f64 / 96.0, (pixel / 96) as f64 / 64.0);
            Colormap::Viridis.color((x * self.0).fract()).mix(Color::WHITE, y)
        };
        let pixels = (0..96 * 64).map(color).collect();
        let (width, height) = (96, 64);
        scene.bitmap(
            area,
            Bitmap {
                width,
                height,
                pixels,
            },
        );
        scene.rect(Rect::new(8.0 * self.0, 8.0, 16.0, 16.0), SQUARE);
        Ok(())
    }
}

#[test]
fn frames_of_too_many_colors_share_those_that_are_near() {
    let frames = || (1..=5).map(|frame| Sunset(f64::from(frame)));
    let gif = Animation::new(frames()).to_gif().unwrap();
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(gif.as_slice()).unwrap();
    let mut used = HashSet::new();
    for frame in frames() {
        let drawn = frame.scene().unwrap().to_bitmap(1.0).unwrap();
        let decoded = decoder.read_next_frame().unwrap().unwrap();
        for (expected, rgba) in drawn.pixels.iter().zip(decoded.buffer.chunks(4)) {
            used.insert([rgba[0], rgba[1], rgba[2]]);
            let apart = [expected.red, expected.green, expected.blue]
                .iter()
                .zip(rgba)
                .map(|(&a, &b)| f64::from(a.abs_diff(b)).powi(2))
                .sum::<f64>()
                .sqrt();
            // 256 colors on a surface of viridis by lightness, some 500 long and 250 high: 22 apart if evenly spread.
            assert!(apart <= 32.0, "{expected:?} became {rgba:?}");
            assert!(
                *expected != SQUARE || apart == 0.0,
                "a color of many pixels became {rgba:?}"
            );
        }
    }
    assert!(decoder.read_next_frame().unwrap().is_none());
    assert!(
        used.len() <= 256,
        "{} colors: one palette for all frames",
        used.len()
    );
}
