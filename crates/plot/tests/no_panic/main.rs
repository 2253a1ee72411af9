//! Every public function returns, whatever its arguments: a picture, a value or an error, never a panic, and no number in an SVG that is none.
//!
//! A public function that is not named in `calls.rs` or `pictures.rs` fails a test of the workspace (`cargo xtask layers`).

mod calls;
mod pictures;
#[cfg(all(feature = "train", feature = "graph"))]
mod training;

use backprop_plot::{Picture, Result};
use backprop_testing::hostile::{Source, panics};
use proptest::prelude::*;

/// A number such as a caller may give by mistake: often none, or one near the end of its type.
fn any(s: &mut Source) -> f64 {
    let fine = s.real() * 100.0;
    match s.rng.below(4) {
        0 => {
            let extremes = [
                f64::NAN,
                f64::INFINITY,
                f64::NEG_INFINITY,
                f64::MAX,
                f64::MIN,
                0.0,
                5e-324,
            ];
            extremes[s.rng.below(extremes.len())]
        }
        _ => fine,
    }
}

fn several(s: &mut Source) -> Vec<f64> {
    (0..s.rng.below(6)).map(|_| any(s)).collect()
}

/// A few numbers, seldom not as many as asked for.
fn numbers(s: &mut Source, count: usize) -> Vec<f64> {
    if s.seldom(12) {
        return several(s);
    }
    (0..count).map(|_| any(s)).collect()
}

/// A count, seldom one that nobody has room for.
fn count(s: &mut Source) -> usize {
    if s.seldom(4) {
        usize::MAX - s.rng.below(3)
    } else {
        s.rng.below(30)
    }
}

/// Longer than any picture is wide.
const LONG: &str = match std::str::from_utf8(&[b'w'; 3000]) {
    Ok(words) => words,
    Err(_) => "",
};

fn words(s: &mut Source) -> String {
    [
        "",
        "a",
        "<a & \"b\">",
        "many words in one line",
        "Σ→é\u{0}\n\u{1b}\u{85}\u{fffe}\u{10ffff}",
        "שלום \u{202e}عالم 🙂👩\u{200d}👧 e\u{301}",
        "損失関数]]><!--",
        LONG,
    ][s.rng.below(8)]
    .into()
}

/// The picture in all forms.
fn drawn(picture: &dyn Picture, s: &mut Source) -> Result<String> {
    let _ = picture.keys();
    let _ = picture.to_terminal_colored(s.rng.below(90), s.rng.below(30))?;
    let scene = picture.scene()?;
    // Pixels of a picture that could be large are few.
    let scale = 60.0 / scene.area().width().max(scene.area().height());
    let _ = scene.to_png(scale);
    let svg = picture.to_svg()?;
    assert_eq!(not_finite(&svg), None, "{svg}");
    Ok(svg)
}

/// An attribute of an SVG that holds a number which is none.
fn not_finite(svg: &str) -> Option<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let attributes = document
        .descendants()
        .flat_map(|node| node.attributes().collect::<Vec<_>>());
    let attributes = attributes
        .filter(|attribute| !["href", "fill", "stroke", "style", "font-family"].contains(&attribute.name()));
    let mut wrong = attributes.filter(|attribute| {
        let parts = attribute
            .value()
            .split(|c: char| c.is_whitespace() || "MLQCZ(),".contains(c));
        parts
            .filter_map(|part| part.parse::<f64>().ok())
            .any(|number| !number.is_finite())
    });
    wrong.next().map(|attribute| format!("{attribute:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn all_functions_return(seed in proptest::prelude::any::<u64>()) {
        prop_assert_eq!(panics(&calls::all(), seed, false), [""; 0]);
        prop_assert_eq!(panics(&pictures::all(), seed, false), [""; 0]);
        #[cfg(all(feature = "train", feature = "graph"))]
        prop_assert_eq!(panics(&training::all(), seed, false), [""; 0]);
    }
}
