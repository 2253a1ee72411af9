//! Places, colors and directions of what is drawn, against what the axes, the formats and the documentation say.

use backprop_plot::{
    Align, Bars, Chart, Color, ColorBar, Colormap, Mark, Picture, Point, Points, Rect, Scene, Stroke, Text,
    category_color, confusion_matrix, curves, heatmap, network_with_weights, precision_recall,
    reliability_diagram, residuals, roc, worst_mistakes,
};
use backprop_tensor::Tensor;

const ODD: Color = Color::rgb(1, 2, 3);

fn clip(scene: &Scene) -> Rect {
    scene.items().iter().find_map(|item| item.clip).unwrap()
}

fn texts(scene: &Scene) -> Vec<Text> {
    let texts = scene.items().iter().filter_map(|item| match &item.mark {
        Mark::Text(text) => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

fn text(scene: &Scene, words: &str) -> Text {
    texts(scene)
        .into_iter()
        .find(|text| text.content == words)
        .unwrap_or_else(|| panic!("{words}"))
}

/// The corners of the lines in a color.
fn lines(scene: &Scene, color: Color) -> Vec<Vec<Point>> {
    let items = scene
        .items()
        .iter()
        .filter(|item| item.stroke.is_some_and(|stroke| stroke.color == color));
    let paths = items.filter_map(|item| match &item.mark {
        Mark::Path(path) => Some(path.points().collect()),
        _ => None,
    });
    paths.collect()
}

fn rects(scene: &Scene, color: Color) -> Vec<Rect> {
    let items = scene.items().iter().filter(|item| item.fill == Some(color));
    let rects = items.filter_map(|item| match item.mark {
        Mark::Rect(rect) => Some(rect),
        _ => None,
    });
    rects.collect()
}

/// The number that a label says.
fn number(label: &str) -> f64 {
    let plain = |text: &str| -> String {
        let digit = |letter| match "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|digit| digit == letter) {
            Some(digit) => char::from_digit(digit as u32, 10).unwrap(),
            None if letter == '−' || letter == '⁻' => '-',
            None => letter,
        };
        text.chars().map(digit).collect()
    };
    match label.split_once("10") {
        Some((factor, raised)) if raised.starts_with(|c: char| "⁻⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c)) =>
        {
            let factor = factor.trim_end_matches('×');
            let factor: f64 = if factor.is_empty() {
                1.0
            } else {
                plain(factor).parse().unwrap()
            };
            factor * 10_f64.powi(plain(raised).parse().unwrap())
        }
        _ => plain(label).parse().unwrap(),
    }
}

#[test]
fn numbers_along_the_axes_stand_where_they_say() {
    for (low, high, log) in [
        (-3.0, 17.0, false),
        (2e-7, 9e-7, false),
        (1e-9, 1e-2, true),
        (0.5, 80.0, true),
    ] {
        let chart = Chart::new().x_limits(low, high).y_limits(low, high).framed();
        let chart = if log { chart.log_x().log_y() } else { chart };
        let scene = chart.scene().unwrap();
        let frame = scene.items().iter().rev().find_map(|item| match item.mark {
            Mark::Rect(rect) => Some(rect),
            _ => None,
        });
        let frame = frame.unwrap();
        let share = |value: f64| match log {
            true => (value / low).ln() / (high / low).ln(),
            false => (value - low) / (high - low),
        };
        let mut counts = [0, 0];
        for text in texts(&scene).iter().filter(|text| text.content != "no data") {
            // As many decimals as are written.
            let unsure = 1e-6 * frame.width();
            if text.align == Align::Middle {
                assert!(
                    (text.at.x - frame.left - share(number(&text.content)) * frame.width()).abs() < unsure,
                    "{text:?}"
                );
                counts[0] += 1;
            } else {
                assert!(
                    (frame.bottom - text.at.y - share(number(&text.content)) * frame.height()).abs() < unsure,
                    "{text:?}"
                );
                counts[1] += 1;
            }
        }
        assert!(counts[0] > 2 && counts[1] > 2, "{counts:?}");
    }
}

#[test]
fn a_logarithmic_axis_gives_each_power_the_same_room() {
    let chart = Chart::new()
        .log_x()
        .log_y()
        .x_limits(1.0, 1000.0)
        .y_limits(0.01, 100.0);
    let scene = chart.add(Points::new([10.0], [1.0])).scene().unwrap();
    let area = clip(&scene);
    let center = scene.items().iter().find_map(|item| match item.mark {
        Mark::Marker { center, .. } => Some(center),
        _ => None,
    });
    let center = center.unwrap();
    assert!(
        (center.x - area.left - area.width() / 3.0).abs() < 1e-9,
        "{center:?} in {area:?}"
    );
    assert!(
        (center.y - area.center().y).abs() < 1e-9,
        "{center:?} in {area:?}"
    );
}

#[test]
fn maps_begin_and_end_with_the_colors_they_are_known_for() {
    // Viridis by its authors' table, the others by what their documentation says.
    assert_eq!(Colormap::Viridis.color(0.0), Color::hex(0x440154));
    assert_eq!(Colormap::Viridis.color(1.0), Color::hex(0xfde725));
    let lighter = |map: Colormap| map.color(0.0).luminance() - map.color(1.0).luminance();
    assert!(
        lighter(Colormap::Blues) > 0.5 && lighter(Colormap::Ink) == 1.0 && lighter(Colormap::Gray) == -1.0
    );
    for map in [Colormap::Diverging, Colormap::Levels] {
        let (low, middle, high) = (map.color(0.0), map.color(0.5), map.color(1.0));
        assert!(
            low.blue > low.red && high.red > high.blue && middle.luminance() > 0.9,
            "{map:?}"
        );
    }
    let lightness: Vec<f64> = (0..=100)
        .map(|step| Colormap::Viridis.color(f64::from(step) / 100.0).luminance())
        .collect();
    assert!(lightness.windows(2).all(|pair| pair[0] <= pair[1]));
}

#[test]
fn a_legend_names_the_layers_in_their_order_and_colors() {
    let names = ["first", "second", "third"];
    let scene = curves(names.map(|name| (name, [1.0, 2.0]))).scene().unwrap();
    let found = names.map(|name| text(&scene, name));
    assert!(
        found
            .windows(2)
            .all(|pair| pair[0].at.y == pair[1].at.y && pair[0].at.x < pair[1].at.x)
    );
    for (index, name) in found.iter().enumerate() {
        let samples = lines(&scene, category_color(index));
        let sample = samples
            .iter()
            .find(|line| line.iter().all(|at| at.y == name.at.y))
            .unwrap();
        let right = sample.iter().map(|at| at.x).fold(f64::MIN, f64::max);
        assert!(
            right < name.at.x && name.at.x - right < 10.0,
            "the sample stands before the name"
        );
        assert_eq!(samples.len(), 2, "the sample and the curve");
    }
}

/// The corners of the first curve, in the numbers of axes from -0.01 to 1.01.
fn corners(chart: &Chart) -> Vec<(f64, f64)> {
    let scene = chart.scene().unwrap();
    let area = clip(&scene);
    let curve = lines(&scene, category_color(0))
        .into_iter()
        .max_by_key(Vec::len)
        .unwrap();
    let place = |share: f64| share * 1.02 - 0.01;
    let corner = |at: Point| {
        (
            place((at.x - area.left) / area.width()),
            place((area.bottom - at.y) / area.height()),
        )
    };
    curve.into_iter().map(corner).collect()
}

#[test]
fn curves_of_thresholds_go_through_what_is_counted_by_hand() {
    let (scores, labels) = ([0.9, 0.8, 0.3, 0.1, 0.1], [1, 0, 1, 0, 1]);
    let near = |found: Vec<(f64, f64)>, expected: &[(f64, f64)]| {
        let same = found
            .iter()
            .zip(expected)
            .all(|(a, b)| (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9);
        assert!(found.len() == expected.len() && same, "{found:?}");
    };
    // A positive, a negative, a positive, then one of both at once.
    let third = 1.0 / 3.0;
    near(
        corners(&roc([("m", scores, labels)])),
        &[
            (0.0, 0.0),
            (0.0, third),
            (0.5, third),
            (0.5, 2.0 * third),
            (1.0, 1.0),
        ],
    );
    let expected = [
        (0.0, 1.0),
        (third, 1.0),
        (third, 0.5),
        (2.0 * third, 2.0 * third),
        (1.0, 0.6),
    ];
    near(corners(&precision_recall([("m", scores, labels)])), &expected);
}

#[test]
fn residuals_are_what_the_target_has_more() {
    let scene = residuals([3.0, 0.0], [1.0, 0.5]).scene().unwrap();
    let markers = scene.items().iter().filter_map(|item| match item.mark {
        Mark::Marker { center, .. } => Some(center),
        _ => None,
    });
    let mut markers: Vec<Point> = markers.collect();
    markers.sort_by(|a, b| a.x.total_cmp(&b.x));
    assert!(
        markers.len() == 2 && markers[1].y < markers[0].y,
        "3 - 1 lies above 0 - 0.5"
    );
}

#[test]
fn bars_stand_on_zero_and_hang_from_it() {
    for horizontal in [false, true] {
        let bars = Bars::new([2.0, -1.0]).color(ODD);
        let bars = if horizontal { bars.horizontal() } else { bars };
        let found = rects(&Chart::new().add(bars).scene().unwrap(), ODD);
        let [up, down] = found[..] else {
            panic!("{found:?}")
        };
        let (zero, lengths) = match horizontal {
            false => (up.bottom - down.top, up.height() / down.height()),
            true => (up.left - down.right, up.width() / down.width()),
        };
        assert!(
            zero.abs() < 1e-9 && (lengths - 2.0).abs() < 1e-9,
            "{up:?} {down:?}"
        );
    }
}

#[test]
fn a_color_bar_has_its_largest_number_at_the_top() {
    let bar = ColorBar::new(Colormap::Gray, 0.0, 8.0);
    let scene = Chart::new()
        .x_limits(20.0, 30.0)
        .y_limits(20.0, 30.0)
        .color_bar(bar)
        .scene()
        .unwrap();
    let bitmap = scene.items().iter().find_map(|item| match &item.mark {
        Mark::Bitmap { bitmap, place } => Some((bitmap, *place)),
        _ => None,
    });
    let (bitmap, place) = bitmap.unwrap();
    assert_eq!(
        (bitmap.pixels[0], bitmap.pixels[bitmap.pixels.len() - 1]),
        (Color::WHITE, Color::BLACK)
    );
    let numbers = texts(&scene).into_iter().filter(|text| text.at.x > place.right);
    let numbers: Vec<(f64, f64)> = numbers.map(|text| (number(&text.content), text.at.y)).collect();
    assert!(numbers.len() > 3);
    for (value, y) in numbers {
        assert!(
            (y - (place.bottom - value / 8.0 * place.height())).abs() < 1e-6,
            "{value} at {y}"
        );
    }
}

#[test]
fn each_weight_is_a_line_between_its_neurons() {
    let weights = Tensor::from([[2.0_f64, -1.0], [0.5, -1.5], [-0.25, 1.0]]);
    let scene = network_with_weights([&weights]).scene().unwrap();
    let mut edges: Vec<(Point, Point, Stroke)> = Vec::new();
    for item in scene.items() {
        if let (Mark::Path(path), Some(stroke)) = (&item.mark, item.stroke) {
            let ends: Vec<Point> = path.points().collect();
            edges.push((ends[0], ends[1], stroke));
        }
    }
    let rows = |end: fn(&(Point, Point, Stroke)) -> f64| {
        let mut rows: Vec<f64> = edges.iter().map(end).collect();
        rows.sort_by(f64::total_cmp);
        rows.dedup();
        rows
    };
    let (inputs, outputs) = (rows(|edge| edge.0.y), rows(|edge| edge.1.y));
    assert_eq!((edges.len(), inputs.len(), outputs.len()), (6, 2, 3));
    for (output, y) in outputs.iter().enumerate() {
        for (input, x) in inputs.iter().enumerate() {
            let weight = weights.get([output, input]).unwrap();
            let edge = edges
                .iter()
                .find(|edge| edge.0.y == *x && edge.1.y == *y)
                .unwrap();
            assert!(
                (edge.2.width - (0.6 + 3.4 * weight.abs() / 2.0)).abs() < 1e-9,
                "{weight} of 2"
            );
            assert_eq!(edge.2.color.red > edge.2.color.blue, weight > 0.0, "{weight}");
        }
    }
}

#[test]
fn the_worst_mistake_comes_first() {
    let pictures = Tensor::<f32>::zeros([3, 2, 2]).unwrap();
    let probabilities = Tensor::from([[0.6_f32, 0.4], [0.1, 0.9], [0.2, 0.8]]);
    let scene = worst_mistakes(&pictures, [1, 0, 0], &probabilities, 9, ["cat", "dog"])
        .scene()
        .unwrap();
    let mut captions = texts(&scene);
    captions.sort_by(|a, b| a.at.x.total_cmp(&b.at.x));
    let captions: Vec<&str> = captions.iter().map(|text| text.content.as_str()).collect();
    assert_eq!(
        captions,
        ["dog, is cat (90 %)", "dog, is cat (80 %)", "cat, is dog (60 %)"]
    );
}

#[test]
fn a_confusion_matrix_has_a_row_for_each_true_class() {
    let counts = Tensor::from([[900_i64, 7, 800], [60, 700, 80], [500, 50, 30]]);
    let scene = confusion_matrix(&counts, ["a", "b", "c"]).scene().unwrap();
    let count = |words: &str| text(&scene, words).at;
    assert!(count("900").x < count("7").x && count("7").x < count("800").x);
    assert!(count("900").y < count("60").y && count("60").y < count("500").y);
    assert!(count("7").y == count("900").y && count("60").x == count("900").x);
    // The larger the share of its row, the darker.
    let ground = |words: &str| {
        let at = count(words);
        let inside =
            |rect: &Rect| rect.left < at.x && at.x < rect.right && rect.top < at.y && at.y < rect.bottom;
        let cell = scene
            .items()
            .iter()
            .find(|item| matches!(&item.mark, Mark::Rect(rect) if item.fill.is_some() && inside(rect)));
        cell.and_then(|item| item.fill).unwrap().luminance()
    };
    assert!(ground("700") < ground("80") && ground("900") < ground("7"));
}

#[test]
fn the_first_row_of_a_matrix_is_on_top() {
    let scene = heatmap(&Tensor::from([[0.0, 1.0], [2.0, 3.0]])).scene().unwrap();
    let beside: Vec<Text> = texts(&scene)
        .into_iter()
        .filter(|text| text.align == Align::End)
        .collect();
    let row = |value: f64| {
        beside
            .iter()
            .find(|text| number(&text.content) == value)
            .unwrap()
            .at
            .y
    };
    assert!(row(0.0) < row(1.0));
}

#[test]
fn samples_are_counted_in_the_bin_of_their_confidence() {
    let scene = reliability_diagram([0.05, 0.31, 0.32, 1.0], [0, 1, 0, 1])
        .scene()
        .unwrap();
    let bars = rects(&scene, Color::hex(0x8a8a8a));
    let area = scene
        .items()
        .iter()
        .filter_map(|item| item.clip)
        .next_back()
        .unwrap();
    let filled = bars.iter().filter(|bar| bar.height() > 1.0);
    let filled: Vec<(usize, f64)> = filled
        .map(|bar| {
            (
                ((bar.center().x - area.left) / area.width() * 10.0) as usize,
                bar.height(),
            )
        })
        .collect();
    let highest = filled[1].1;
    let counts: Vec<(usize, f64)> = filled
        .iter()
        .map(|(bin, height)| (*bin, (height / highest * 2.0).round()))
        .collect();
    assert_eq!(counts, [(0, 1.0), (3, 2.0), (9, 1.0)]);
}
