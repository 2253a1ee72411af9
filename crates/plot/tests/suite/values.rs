//! That pictures show what they were given.

use backprop_plot::{
    Bitmap, Chart, Color, Colormap, DecisionRegions, Line, Mark, Picture, Rule, Scene, category_color,
    confusion_matrix, decision_regions, heatmap, images, level_map, network_with_weights, worst_mistakes,
};
use backprop_tensor::{Result as TensorResult, Tensor};
use proptest::collection::vec;
use proptest::prelude::*;

fn texts(scene: &Scene) -> Vec<&str> {
    let texts = scene.items().iter().filter_map(|item| match &item.mark {
        Mark::Text(text) => Some(text.content.as_str()),
        _ => None,
    });
    texts.collect()
}

fn bitmaps(scene: &Scene) -> Vec<&Bitmap> {
    let bitmaps = scene.items().iter().filter_map(|item| match &item.mark {
        Mark::Bitmap { bitmap, .. } => Some(bitmap),
        _ => None,
    });
    bitmaps.collect()
}

/// The paths of this color.
fn paths(scene: &Scene, color: Color) -> usize {
    let painted = scene
        .items()
        .iter()
        .filter(|item| matches!(item.mark, Mark::Path(_)));
    painted
        .filter(|item| item.stroke.is_some_and(|stroke| stroke.color == color))
        .count()
}

#[test]
fn a_line_has_a_gap_where_a_value_is_not_finite() {
    let color = Color::rgb(1, 2, 3);
    for hole in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let y = [1.0, 2.0, hole, 3.0, 4.0];
        let scene = Chart::new().add(Line::new(0..5, y).color(color)).scene().unwrap();
        assert_eq!(paths(&scene, color), 2);
    }
    let scene = Chart::new()
        .log_y()
        .add(Line::new(0..5, [1.0, 2.0, -1.0, 3.0, 4.0]).color(color))
        .scene()
        .unwrap();
    assert_eq!(
        paths(&scene, color),
        2,
        "a logarithm has no place for numbers below 0"
    );
}

#[test]
fn a_chart_of_nothing_says_so() {
    for chart in [
        Chart::new(),
        Chart::new().line("", [0.0; 0], [0.0; 0]),
        Chart::new().line("", [f64::NAN], [1.0]),
    ] {
        assert!(texts(&chart.scene().unwrap()).contains(&"no data"));
    }
}

proptest! {
    #[test]
    fn points_are_where_the_axes_say(points in vec((-100.0_f64..100.0, -100.0_f64..100.0), 1..20)) {
        let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
        let chart = Chart::new().x_limits(-100.0, 100.0).y_limits(-100.0, 100.0).framed().points("", &x, &y);
        let scene = chart.scene().unwrap();
        // The frame is the last rectangle.
        let frame = scene.items().iter().rev().find_map(|item| match &item.mark {
            Mark::Rect(rect) => Some(*rect),
            _ => None,
        });
        let frame = frame.unwrap();
        for item in scene.items() {
            if let Mark::Marker { center, .. } = item.mark {
                let x = (center.x - frame.left) / frame.width() * 200.0 - 100.0;
                let y = (frame.bottom - center.y) / frame.height() * 200.0 - 100.0;
                prop_assert!(points.iter().any(|point| (point.0 - x).abs() < 1e-6 && (point.1 - y).abs() < 1e-6));
            }
        }
    }

    #[test]
    fn regions_have_the_class_of_their_place(a in -1.0_f32..1.0, b in -1.0_f32..1.0) {
        let inputs = Tensor::from([[0.0_f32, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]]);
        let class = |x: f32, y: f32| i64::from(a * (x - 5.0) + b * (y - 5.0) > 0.0);
        let predict = |points: &Tensor| -> TensorResult<Tensor<i64>> {
            Ok(Tensor::from(points.to_vec().chunks(2).map(|at| class(at[0], at[1])).collect::<Vec<_>>()))
        };
        let chart = DecisionRegions::new(&inputs, [0, 0, 1, 1]).resolution(20).classes(predict).unwrap();
        let scene = chart.scene().unwrap();
        let bitmap = bitmaps(&scene)[0];
        prop_assert_eq!((bitmap.width, bitmap.height), (20, 15));
        for (index, color) in bitmap.pixels.iter().enumerate() {
            // From 1 left of the samples to 1 right of them, and from above to below.
            let x = -1.0 + 12.0 * ((index % 20) as f32 + 0.5) / 20.0;
            let y = 11.0 - 12.0 * ((index / 20) as f32 + 0.5) / 15.0;
            let edge = a * (x - 5.0) + b * (y - 5.0);
            let expected = category_color(class(x, y) as usize).mix(Color::WHITE, 0.68);
            prop_assert!(*color == expected || edge.abs() < 1e-4, "{x} {y}");
        }
    }
}

#[test]
fn levels_of_one_reach_mean_the_same_in_every_map() {
    let inputs = Tensor::from([[0.0_f32, 0.0], [1.0, 1.0]]);
    let color_of = |value: f32, reach: f64| {
        let regions = DecisionRegions::new(&inputs, [0, 1]).resolution(4).reach(reach);
        let chart = regions
            .levels(0.5, |points| Tensor::full([points.shape()[0]], value))
            .unwrap();
        let scene = chart.scene().unwrap();
        // The color bar is a bitmap too.
        let map = bitmaps(&scene)
            .into_iter()
            .find(|bitmap| bitmap.width == 4)
            .unwrap();
        map.pixels[0]
    };
    for value in [0.0_f32, 0.2, 0.5, 0.9] {
        assert_eq!(
            color_of(value, 0.5),
            Colormap::Levels.color(f64::from(value)),
            "{value}"
        );
    }
    // Without a reach, the farthest prediction has the last color.
    for reach in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(color_of(0.9, reach), Colormap::Levels.color(1.0), "{reach}");
    }
}

#[test]
fn regions_in_more_dimensions_fix_the_rest_or_project() {
    let inputs = Tensor::from([[0.0_f32, 1.0, 4.0], [2.0, 3.0, 8.0]]);
    let regions = DecisionRegions::new(&inputs, [0, 1]).resolution(4);
    let seen = |regions: DecisionRegions| {
        let mut seen = Vec::new();
        let record = |points: &Tensor| -> TensorResult<Tensor> {
            seen.extend(points.to_vec().chunks(3).map(<[f32]>::to_vec));
            points.sum(1)
        };
        regions.levels(0.0, record).unwrap();
        seen
    };
    let at_the_mean = seen(regions.clone());
    assert!(at_the_mean.iter().all(|point| point[2] == 6.0));
    assert!(at_the_mean.iter().any(|point| point[0] < 1.0) && at_the_mean.iter().any(|point| point[1] > 2.0));
    let others = seen(regions.clone().features(0, 2).fixed([9.0, 7.0, 9.0]));
    assert!(others.iter().all(|point| point[1] == 7.0));
    let plane = seen(regions.project([1.0, 2.0, 6.0], [0.6, 0.0, 0.8], [0.0, 1.0, 0.0]));
    // In the plane that is at right angles to (0.8, 0, -0.6).
    assert!(
        plane
            .iter()
            .all(|point| (0.8 * (point[0] - 1.0) - 0.6 * (point[2] - 6.0)).abs() < 1e-5)
    );
}

#[test]
fn regions_that_cannot_be_drawn_are_errors() {
    let inputs = Tensor::from([[0.0_f32, 0.0], [1.0, 1.0]]);
    let sum = |points: &Tensor| points.sum(1);
    let error = |result: backprop_plot::Result<Chart>| result.unwrap_err().to_string();
    assert!(error(decision_regions(&inputs, [0], sum)).contains("2 samples and 1 targets"));
    assert!(error(decision_regions(&Tensor::from([0.0_f32]), [0], sum)).contains("rows [count, features]"));
    assert!(
        error(decision_regions(&inputs, [0, 1], |points| points.sum(0))).contains("predictions of shape [2]")
    );
    assert!(error(level_map(&inputs, [0, 1], 0.0, |points| points.try_mul(points))).contains("shows one"));
    assert!(
        error(DecisionRegions::new(&inputs, [0, 1]).features(0, 2).classes(sum))
            .contains("features 0 and 2 of 2")
    );
    let broken = |_: &Tensor| -> Result<Tensor, &str> { Err("the model is broken") };
    assert_eq!(
        error(decision_regions(&inputs, [0, 1], broken)),
        "the model is broken"
    );
    // No samples are a picture of the model alone.
    let none = Tensor::zeros([0, 2]).unwrap();
    decision_regions(&none, [0_i64; 0], sum)
        .unwrap()
        .to_svg()
        .unwrap();
}

/// A model that gives NaN decides for none of the classes, the first one neither.
#[test]
fn places_with_scores_of_nan_are_in_no_region() {
    let inputs = Tensor::from([[0.0_f32, 0.0], [1.0, 1.0]]);
    let scores = |points: &Tensor| -> TensorResult<Tensor> {
        let x = points.slice(1, 0..1)?;
        let first = x.map(|x| if x < 0.5 { f32::NAN } else { 1.0 })?;
        Tensor::concat(&[&first, &x.map(|_| 0.0)?], 1)
    };
    let scene = decision_regions(&inputs, [0, 1], scores)
        .unwrap()
        .scene()
        .unwrap();
    let bitmaps = scene.items().iter().filter_map(|item| match &item.mark {
        Mark::Bitmap { bitmap, .. } => Some(bitmap),
        _ => None,
    });
    let regions = bitmaps.max_by_key(|bitmap| bitmap.pixels.len()).unwrap();
    for row in regions.pixels.chunks(regions.width) {
        assert_eq!(row[0], Color::WHITE);
        assert_ne!(row[regions.width - 1], Color::WHITE);
    }
}

#[test]
fn a_confusion_matrix_has_its_counts_and_names() {
    let picture = confusion_matrix(&Tensor::from([[48_i64, 2], [0, 45]]), ["cat"]);
    let scene = picture.scene().unwrap();
    let words = texts(&scene);
    for word in ["48", "2", "45", "cat", "1", "predicted", "true"] {
        assert!(words.contains(&word), "{word} in {words:?}");
    }
    assert!(!words.contains(&"0"), "zeros beside the diagonal distract");
    assert!(picture.percent().to_terminal(40, 4).unwrap().contains("96"));
    assert!(
        confusion_matrix(&Tensor::from([[1_i64, 2]]), [""; 0])
            .to_svg()
            .is_err()
    );
}

#[test]
fn images_of_both_signs_are_symmetric_around_zero() {
    let picture = images(&Tensor::from([[[-1.0, 0.0]], [[0.0, 4.0]]]), [""; 0]);
    let scene = picture.scene().unwrap();
    let [first, second] = bitmaps(&scene)[..] else {
        panic!("two images")
    };
    let white = Color::hex(0xf7f7f7);
    assert_eq!((first.pixels[1], second.pixels[0]), (white, white));
    assert!(first.pixels[0].blue > first.pixels[0].red && second.pixels[1].red > second.pixels[1].blue);
    let brightness = images(&Tensor::from([[0.0, 1.0]]), [""; 0]).scene().unwrap();
    assert_eq!(
        bitmaps(&brightness)[0].pixels,
        [Color::WHITE, Color::BLACK],
        "ink on paper"
    );
}

#[test]
fn tensors_of_the_wrong_shape_are_errors() {
    assert!(images(&Tensor::from([1.0]), [""; 0]).to_svg().is_err());
    assert!(heatmap(&Tensor::from([1.0])).to_svg().is_err());
    let (a, b) = (
        Tensor::<f32>::zeros([3, 2]).unwrap(),
        Tensor::<f32>::zeros([1, 4]).unwrap(),
    );
    assert!(
        network_with_weights([&a, &b])
            .to_svg()
            .unwrap_err()
            .to_string()
            .contains("with 3 inputs")
    );
    assert!(worst_mistakes(&a, [0], &b, 5, [""; 0]).to_svg().is_err());
    // An axis of length 1 for a channel is passed over.
    images(&Tensor::<f32>::zeros([2, 1, 3, 3]).unwrap(), [""; 0])
        .to_svg()
        .unwrap();
}

#[test]
fn a_boundary_is_where_the_neuron_changes_sides() {
    let color = Color::rgb(9, 9, 9);
    let rule = Rule::boundary(1.0, 2.0, -4.0).color(color);
    let scene = Chart::new()
        .x_limits(0.0, 4.0)
        .y_limits(0.0, 4.0)
        .framed()
        .add(rule)
        .scene()
        .unwrap();
    let line = scene.items().iter().find_map(|item| match &item.mark {
        Mark::Path(path) if item.stroke.is_some_and(|stroke| stroke.color == color) => {
            path.bounds().zip(item.clip)
        }
        _ => None,
    });
    let (line, frame) = line.unwrap();
    // From (0, 2), the middle of the left side, to (4, 0), the lower right corner.
    assert!((line.top - frame.center().y).abs() < 1e-9 && (line.bottom - frame.bottom).abs() < 1e-9);
    assert!((line.left - frame.left).abs() < 1e-9 && (line.right - frame.right).abs() < 1e-9);
}

/// The area between the axes: what the layers are cut off at.
fn clip(scene: &Scene) -> backprop_plot::Rect {
    scene.items().iter().find_map(|item| item.clip).unwrap()
}

#[test]
fn many_points_are_a_bitmap_with_each_of_them_in_its_place() {
    // So far apart that no marker reaches another, and more than are drawn one by one.
    let (columns, rows) = (160, 130);
    let (x, y): (Vec<f64>, Vec<f64>) = (0..columns * rows)
        .map(|index| (f64::from(index % columns), f64::from(index / columns)))
        .unzip();
    let (color, radius) = (Color::hex(0x0072b2), 2.0);
    let chart = Chart::new()
        .x_limits(-1.0, f64::from(columns))
        .y_limits(-1.0, f64::from(rows))
        .size(1000.0, 800.0)
        .add(backprop_plot::Points::new(&x, &y).radius(radius).color(color));
    let scene = chart.scene().unwrap();
    assert_eq!(bitmaps(&scene).len(), 1);
    let (area, scale) = (clip(&scene), 2.0);
    let drawn = scene.to_bitmap(scale).unwrap();
    let apart = (
        area.width() / f64::from(columns + 1),
        area.height() / f64::from(rows + 1),
    );
    assert!(apart.0 > 5.0 && apart.1 > 5.0, "{apart:?}");
    // The rim is half inside and half outside. A pixel whose middle is farther from an edge than half its diagonal is not touched by it, and
    // markers are drawn to within a sixteenth of a pixel in each direction.
    let (rim, unsure) = (radius / 4.0, (0.5_f64.sqrt() + 2_f64.sqrt() / 16.0) / scale);
    let mut seen = [0, 0];
    for (index, &pixel) in drawn.pixels.iter().enumerate() {
        let at = (
            (index % drawn.width) as f64 + 0.5,
            (index / drawn.width) as f64 + 0.5,
        );
        let at = (
            (at.0 / scale - area.left) / apart.0,
            (area.bottom - at.1 / scale) / apart.1,
        );
        if !(0.6..f64::from(columns) + 0.4).contains(&at.0) || !(0.6..f64::from(rows) + 0.4).contains(&at.1) {
            continue;
        }
        let from_nearest = ((at.0 - at.0.round()) * apart.0).hypot((at.1 - at.1.round()) * apart.1);
        if from_nearest < radius - rim / 2.0 - unsure {
            assert_eq!(pixel, color, "{from_nearest} from a point");
            seen[0] += 1;
        } else if from_nearest > radius + rim / 2.0 + unsure {
            // The lines of the grid are the only other thing there.
            assert!(
                pixel.red >= 0xe3 && pixel.red == pixel.green && pixel.red == pixel.blue,
                "{from_nearest}: {pixel:?}"
            );
            seen[1] += 1;
        }
    }
    assert!(seen[0] > 100_000 && seen[1] > 100_000, "{seen:?}");
}

#[test]
fn markers_side_by_side_on_a_curve_keep_their_color() {
    let y: Vec<f64> = (0..5000).map(|index| (f64::from(index) / 800.0).sin()).collect();
    let color = Color::hex(0xd55e00);
    let scene = Chart::new()
        .add(
            Line::new(0..5000, &y)
                .color(color)
                .width(0.5)
                .marker(backprop_plot::Marker::Square),
        )
        .scene()
        .unwrap();
    let drawn = scene.to_bitmap(1.0).unwrap();
    let in_color = |column: usize| {
        (0..drawn.height)
            .filter(|row| drawn.pixels[row * drawn.width + column] == color)
            .count()
    };
    let area = clip(&scene);
    let columns: Vec<usize> = (area.left as usize + 40..area.right as usize - 40).collect();
    let colored = columns.iter().filter(|column| in_color(**column) > 0).count();
    // In the order of the curve, each marker would hide the one before under its rim, and the last one alone would have the color. Mixed, the last of those that
    // touch a column is any of them. It shows its color if the column lies within its rim. It is a square of half the side 0.88 r, with half of its rim inside and
    // half outside; a column is one pixel wide.
    let radius = 2.5;
    let (half, rim) = (0.88 * radius, radius / 4.0);
    let (within, touched) = (2.0 * half - rim - 1.0, 2.0 * half + rim + 1.0);
    let share = within / touched;
    // Columns farther apart than that are independent: four standard deviations of the mean of so many.
    let count = columns.len() as f64;
    let least = share - 4.0 * (share * (1.0 - share) * touched / count).sqrt();
    assert!(
        least > 0.2 && colored as f64 > least * count,
        "{colored} of {count} columns have some of the color, at least {least} should"
    );
}

#[test]
fn a_million_points_are_no_larger_than_what_can_be_seen() {
    let x: Vec<f64> = (0..1_000_000_u64)
        .map(|index| (index * 7919 % 100_003) as f64)
        .collect();
    let y: Vec<f64> = (0..1_000_000_u64)
        .map(|index| (index * index % 99_991) as f64)
        .collect();
    let scene = backprop_plot::scatter(&x, &y).size(300.0, 200.0).scene().unwrap();
    assert_eq!(bitmaps(&scene).len(), 1);
    assert!(scene.items().len() < 100, "{}", scene.items().len());
}

#[test]
fn what_has_many_parts_is_a_bitmap_or_thinned() {
    let count = 100_000;
    let x: Vec<f64> = (0..count).map(f64::from).collect();
    let mixed: Vec<f64> = (0..count)
        .map(|index| f64::from(index * 7919 % 100_003))
        .collect();
    let gaps: Vec<f64> = (0..count)
        .map(|index| {
            if index % 3 == 0 {
                f64::NAN
            } else {
                f64::from(index % 7)
            }
        })
        .collect();
    let none = vec![0.0; x.len()];
    let charts: [(usize, Chart); 9] = [
        (
            1,
            Chart::new().add(backprop_plot::Segments::new(&x, &x, &x, &none)),
        ),
        (
            1,
            Chart::new().add(backprop_plot::Segments::new(&x, &mixed, &x, &none).arrows()),
        ),
        (0, Chart::new().add(Line::new(&x, &mixed))),
        (0, Chart::new().add(Line::new(&mixed, &x))),
        (1, Chart::new().add(Line::new(&x, &gaps))),
        (1, Chart::new().add(backprop_plot::Band::new(&x, &none, &mixed))),
        (1, Chart::new().bars("", &mixed)),
        (1, Chart::new().add(backprop_plot::Bars::new(&mixed).horizontal())),
        (
            1,
            Chart::new().add(Line::new(&mixed, x.iter().map(|x| x % 1013.0).collect::<Vec<_>>()).dashed()),
        ),
    ];
    for (index, (expected, chart)) in charts.into_iter().enumerate() {
        let scene = chart.size(300.0, 200.0).scene().unwrap();
        assert_eq!(bitmaps(&scene).len(), expected, "{index}");
        assert!(scene.items().len() < 100, "{index}: {}", scene.items().len());
        // All numbers of a curve, or four bytes for each pixel in letters of six bits.
        let svg = scene.to_svg();
        assert!(svg.len() < 600 * 400 * 4 * 4 / 3, "{index}: {}", svg.len());
    }
}

#[test]
fn images_of_more_than_can_be_held_are_not_copied_or_an_error() {
    let one = Tensor::scalar(0.5_f32);
    // A view of 2^50 numbers, of which those of 400 images are drawn.
    let many = one.broadcast_to([1 << 40, 32, 32]).unwrap();
    assert_eq!(bitmaps(&images(&many, [""; 0]).scene().unwrap()).len(), 400);
    let large = one.broadcast_to([400, 4096, 4096]).unwrap();
    let error = images(&large, [""; 0]).to_svg().unwrap_err().to_string();
    assert!(error.contains("draw fewer images, or smaller ones"), "{error}");
}
