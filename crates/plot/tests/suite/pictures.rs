//! Pictures of every kind, from random data, words and sizes.

use backprop_plot::{
    Band, Bars, Chart, ColorBar, Colormap, Figure, GraphNode, Line, Marker, NodeKind, Picture, Points, Rule,
    bars, block_diagram, confusion_matrix, graph_diagram, heatmap, histograms, horizontal_bars, images,
    level_map, network_diagram, network_with_weights, precision_recall, reliability_diagram, residuals,
    ridges, roc, scatter_classes,
};
use backprop_tensor::Tensor;
use proptest::collection::vec;
use proptest::prelude::*;

/// Boxed, so that a test need not know of which kind it is.
pub type AnyPicture = Box<dyn Picture>;

/// A picture of any kind.
pub fn any_picture() -> impl Strategy<Value = AnyPicture> {
    prop_oneof![
        4 => chart().prop_map(|chart| Box::new(chart) as AnyPicture),
        1 => matrix().prop_map(|picture| Box::new(picture) as AnyPicture),
        1 => grid_of_images().prop_map(|picture| Box::new(picture) as AnyPicture),
        1 => vec(chart(), 0..5).prop_flat_map(figure).prop_map(|picture| Box::new(picture) as AnyPicture),
        1 => heat().prop_map(|picture| Box::new(picture) as AnyPicture),
        1 => levels().prop_map(|picture| Box::new(picture) as AnyPicture),
        3 => statistics(),
        1 => network().prop_map(|picture| Box::new(picture) as AnyPicture),
        1 => weighted().prop_map(|picture| Box::new(picture) as AnyPicture),
        1 => in_cell(vec((words(), words()), 0..20).prop_map(block_diagram)),
        1 => in_cell(graph()),
    ]
}

/// From none to long, with letters of every width and those that mean something in XML.
pub fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-zA-Z]{1,8}",
        "[ -~äßσθ²→≤<>&\"']{0,40}",
        "(word |long sentence, ){0,12}",
        Just("שלום \u{202e}عالم 🙂👩\u{200d}👧 e\u{301} 損失関数".to_owned()),
    ]
}

pub fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -10.0..10.0,
        2 => 0.0..1e-6,
        2 => -1e9..1e9,
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(0.0),
        1 => any::<f64>(),
    ]
}

pub fn size() -> impl Strategy<Value = (f64, f64)> {
    prop_oneof![
        3 => (300.0..1200.0, 200.0..900.0),
        1 => (1.0..300.0, 1.0..300.0),
    ]
}

fn layers(chart: Chart, kind: u8, name: String, x: Vec<f64>, y: Vec<f64>) -> Chart {
    match kind {
        0 => chart.line(&name, &x, &y),
        1 => chart.add(Line::new(&x, &y).name(name).dashed().marker(Marker::Square)),
        2 => chart.add(Points::new(&x, &y).name(name)),
        3 => chart.add(Bars::new(&y).name(name)),
        4 => chart.add(Band::new(&x, &y, &x).name(name)),
        5 => chart.add(Rule::boundary(y[0], x[0], 1.0).name(name)),
        6 => chart.add(Rule::horizontal(y[0]).name(name)),
        7 => {
            let classes: Vec<f64> = y.iter().map(|y| y % 99.0).collect();
            scatter_classes(&x, &y, classes, [name])
        }
        _ => chart.note(x[0], y[0], name),
    }
}

fn chart() -> impl Strategy<Value = Chart> {
    let data = vec((number(), number()), 1..20).prop_map(|pairs| pairs.into_iter().unzip());
    let layer = (0_u8..10, words(), data);
    let axes = (
        any::<[bool; 5]>(),
        proptest::option::of((number(), number())),
        vec(words(), 0..30),
        0.0..4.0,
    );
    (vec(layer, 0..6), words(), words(), words(), size(), axes).prop_map(
        |(all, title, x_label, y_label, (width, height), axes)| {
            let ([log_x, log_y, framed, named, bar], limits, names, aspect) = axes;
            let mut chart = Chart::new().title(title).x_label(x_label).y_label(y_label);
            for (kind, name, (x, y)) in all {
                chart = layers(chart, kind, name, x, y);
            }
            chart = if log_x { chart.log_x() } else { chart };
            chart = if log_y { chart.log_y() } else { chart };
            chart = if framed {
                chart.framed().aspect(aspect)
            } else {
                chart
            };
            chart = match limits {
                Some((low, high)) => chart.x_limits(low, high).y_limits(high, low),
                None => chart,
            };
            chart = if named { chart.x_categories(names) } else { chart };
            chart = if bar {
                chart.color_bar(ColorBar::new(Colormap::Viridis, -3.0, 1e4).label("a bar"))
            } else {
                chart
            };
            chart.size(width, height)
        },
    )
}

fn matrix() -> impl Strategy<Value = impl Picture> {
    let counts = (0_usize..25).prop_flat_map(|classes| {
        vec(0_i64..20_000, classes * classes).prop_map(move |counts| (classes, counts))
    });
    (
        counts,
        vec(words(), 0..25),
        words(),
        proptest::option::of(size()),
        any::<bool>(),
    )
        .prop_map(|((classes, counts), names, title, size, percent)| {
            let matrix = confusion_matrix(&Tensor::from_slice(&counts, [classes, classes]).unwrap(), names)
                .title(title);
            let matrix = if percent { matrix.percent() } else { matrix };
            match size {
                Some((width, height)) => matrix.size(width, height),
                None => matrix,
            }
        })
}

fn grid_of_images() -> impl Strategy<Value = impl Picture> {
    let pixels = (0_usize..30, 0_usize..9, 0_usize..9).prop_flat_map(|shape| {
        vec(number(), shape.0 * shape.1 * shape.2).prop_map(move |pixels| (shape, pixels))
    });
    (
        pixels,
        vec(words(), 0..30),
        words(),
        proptest::option::of(size()),
        proptest::option::of(0_usize..12),
    )
        .prop_map(|((shape, pixels), titles, title, size, columns)| {
            let tensor = Tensor::from_slice(&pixels, [shape.0, shape.1, shape.2]).unwrap();
            let picture = images(&tensor, titles).title(title);
            let picture = columns.map_or(picture.clone(), |columns| picture.columns(columns));
            match size {
                Some((width, height)) => picture.size(width, height),
                None => picture,
            }
        })
}

fn figure(charts: Vec<Chart>) -> impl Strategy<Value = Figure> {
    (words(), 0_usize..4, any::<bool>(), proptest::option::of(size())).prop_map(
        move |(title, columns, shared, size)| {
            let figure = Figure::grid(columns, charts.clone()).title(title);
            let figure = if shared { figure.shared_legend() } else { figure };
            match size {
                Some((width, height)) => figure.size(width, height),
                None => figure,
            }
        },
    )
}

fn heat() -> impl Strategy<Value = Chart> {
    let cells = (0_usize..9, 0_usize..9).prop_flat_map(|(rows, columns)| {
        vec(number(), rows * columns).prop_map(move |cells| ([rows, columns], cells))
    });
    (cells, size(), words()).prop_map(|((shape, cells), (width, height), title)| {
        heatmap(&Tensor::from_slice(&cells, shape).unwrap())
            .title(title)
            .size(width, height)
    })
}

fn levels() -> impl Strategy<Value = Chart> {
    (
        vec(([-5.0_f32..5.0, -1e3..1e3], 0_i64..5), 0..12),
        size(),
        number(),
    )
        .prop_map(|(samples, (width, height), boundary)| {
            let rows: Vec<f32> = samples.iter().flat_map(|(sample, _)| *sample).collect();
            let classes: Vec<i64> = samples.iter().map(|(_, class)| *class).collect();
            let inputs = Tensor::from_slice(&rows, [samples.len(), 2]).unwrap();
            let model = |points: &Tensor| points.try_mul(&Tensor::from([0.3, 0.7]))?.sum(1);
            level_map(&inputs, classes, boundary, model)
                .unwrap()
                .size(width, height)
        })
}

/// Beside an empty chart in a figure of any size, for pictures that have no size to set.
fn in_cell<P: Picture + Send + Sync + 'static>(
    picture: impl Strategy<Value = P>,
) -> impl Strategy<Value = AnyPicture> {
    (picture, proptest::option::of(size())).prop_map(|(picture, size)| match size {
        Some((width, height)) => Box::new(
            Figure::new()
                .beside(picture)
                .beside(Chart::new())
                .size(width, height),
        ) as AnyPicture,
        None => Box::new(picture) as AnyPicture,
    })
}

/// What describes how well a model does.
fn statistics() -> impl Strategy<Value = AnyPicture> {
    (0_u8..8, vec((number(), number()), 2..30), words(), size()).prop_map(
        |(kind, pairs, name, (width, height))| {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
            let labels: Vec<bool> = (0..x.len()).map(|index| index % 2 == 0).collect();
            // Two that can be told apart, so that there are some of both.
            let scores: Vec<f64> = [0.2, 0.7].into_iter().chain(x.iter().skip(2).copied()).collect();
            let chart = match kind {
                0 => roc([(name, &scores, &labels[..])]),
                1 => precision_recall([(name, &scores, &labels[..])]),
                2 => histograms([(name, &x), ("other".into(), &y)]),
                3 => ridges([(name.clone(), &x), (name, &y)]),
                4 => bars([name.clone(), "b".into()], [(name, &x[..2])]),
                5 => horizontal_bars([name.clone(), "b".into()], [(name, &x[..2])]),
                6 => return Box::new(reliability_diagram(&x, &labels).size(width, height)) as AnyPicture,
                _ => return Box::new(residuals(&x, &y).size(width, height)) as AnyPicture,
            };
            Box::new(chart.size(width, height)) as AnyPicture
        },
    )
}

fn network() -> impl Strategy<Value = impl Picture> {
    (
        vec(0_usize..1000, 0..8),
        vec(words(), 0..20),
        words(),
        proptest::option::of(size()),
    )
        .prop_map(|(widths, names, title, size)| {
            let picture = network_diagram(widths)
                .title(title)
                .input_names(names.clone())
                .output_names(names.clone())
                .layer_names(names);
            match size {
                Some((width, height)) => picture.size(width, height),
                None => picture,
            }
        })
}

fn weighted() -> impl Strategy<Value = impl Picture> {
    let weights = (0_usize..20, 0_usize..20).prop_flat_map(|(rows, columns)| {
        vec(number(), rows * columns)
            .prop_map(move |weights| Tensor::from_slice(&weights, [rows, columns]).unwrap())
    });
    weights.prop_map(|weights| network_with_weights([&weights]))
}

fn graph() -> impl Strategy<Value = impl Picture + Send + Sync> {
    let node = (words(), words(), vec(any::<prop::sample::Index>(), 0..3));
    (vec(node, 0..30), words(), vec(words(), 0..5)).prop_map(|(nodes, title, leaves)| {
        let node =
            |(index, (name, detail, picks)): (usize, (String, String, Vec<prop::sample::Index>))| GraphNode {
                name,
                detail,
                kind: [NodeKind::Operation, NodeKind::Input, NodeKind::Parameter][index % 3],
                inputs: picks
                    .iter()
                    .filter(|_| index > 0)
                    .map(|pick| pick.index(index))
                    .collect(),
            };
        graph_diagram(nodes.into_iter().enumerate().map(node))
            .title(title)
            .leaves(leaves)
    })
}
