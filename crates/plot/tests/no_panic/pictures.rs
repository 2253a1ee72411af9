//! Charts and the kinds of pictures.

use backprop_plot::{
    Band, Bars, Bitmap, Chart, Color, Colormap, ConfusionMatrix, DecisionRegions, Field, GraphNode, Line,
    Marker, NetworkDiagram, NodeKind, Picture, Points, Rule, Segments, bars, block_diagram, confusion_matrix,
    curves, decision_regions, function, graph_diagram, heatmap, histogram, histograms, horizontal_bars,
    images, level_map, line, network_diagram, network_with_weights, precision_recall, regression,
    reliability_diagram, residuals, ridges, roc, scatter, scatter_classes, worst_mistakes,
};
use backprop_tensor::Tensor;
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Source};

use super::{any, count, drawn, numbers, several, words};

pub(super) fn all() -> Vec<Call> {
    let mut calls = layers();
    calls.extend(charts());
    calls.extend(kinds());
    calls
}

fn x_and_y(s: &mut Source) -> (Vec<f64>, Vec<f64>) {
    let x = several(s);
    let y = numbers(s, x.len());
    (x, y)
}

fn with(
    layer: impl backprop_plot::Layer + Send + Sync + 'static,
    s: &mut Source,
) -> backprop_plot::Result<String> {
    let chart = Chart::new().add(layer);
    let chart = match s.rng.below(5) {
        0 => chart.log_x(),
        1 => chart.log_y(),
        2 => chart.x_limits(any(s), any(s)).y_limits(any(s), any(s)),
        3 => chart.framed().aspect(any(s)),
        _ => chart.without_ticks(),
    };
    drawn(&chart, s)
}

fn layers() -> Vec<Call> {
    calls! {
        line_layer |s| {
            let (x, y) = x_and_y(s);
            let line = Line::new(x, y).name(words(s)).width(any(s)).color(Color::hex(count(s) as u32)).dashed();
            let line = if s.flag() { line.marker(Marker::of_category(count(s))) } else { line };
            with(line, s)
        };
        points_layer |s| {
            let (x, y) = x_and_y(s);
            with(Points::new(x, y).name(words(s)).radius(any(s)).marker(Marker::of_category(count(s))), s)
        };
        bars_layer |s| {
            let values = several(s);
            let edges = numbers(s, values.len() + 1);
            let bars = match s.rng.below(3) {
                0 => Bars::new(values),
                1 => Bars::in_group(values, count(s), count(s)),
                _ => Bars::with_edges(edges, values),
            };
            let bars = bars.name(words(s)).opacity(any(s));
            with(if s.flag() { bars.horizontal() } else { bars }, s)
        };
        band_layer |s| {
            let (x, y) = x_and_y(s);
            let high = numbers(s, x.len());
            with(Band::new(x, y, high).name(words(s)).opacity(any(s)), s)
        };
        segments_layer |s| {
            let ((x, y), count) = (x_and_y(s), s.rng.below(5));
            let ends = (numbers(s, x.len()), numbers(s, count));
            with(Segments::new(x, y, ends.0, ends.1).name(words(s)).width(any(s)).arrows(), s)
        };
        rule_layer |s| {
            let rule = match s.rng.below(4) {
                0 => Rule::horizontal(any(s)),
                1 => Rule::vertical(any(s)),
                2 => Rule::sloped(any(s), any(s)),
                _ => Rule::boundary(any(s), any(s), any(s)),
            };
            with(rule.name(words(s)).width(any(s)), s)
        };
        field_layer |s| {
            let pixels = vec![Color::BLACK; s.rng.below(9)];
            let bitmap = Bitmap { width: count(s), height: count(s), pixels };
            with(Field::new((any(s), any(s)), (any(s), any(s)), bitmap), s)
        };
    }
}

fn charts() -> Vec<Call> {
    calls! {
        chart |s| {
            let (x, y) = x_and_y(s);
            let chart = Chart::new().title(words(s)).x_label(words(s)).y_label(words(s)).line(&words(s), &x, &y);
            let chart = chart.points(&words(s), x, y).bars(&words(s), several(s)).note(any(s), any(s), words(s));
            let chart = if s.flag() { chart.x_categories([words(s), words(s)]).y_categories([words(s)]) } else { chart };
            drawn(&if s.flag() { chart.size(any(s), any(s)) } else { chart }, s)
        };
        line |s| { let (x, y) = x_and_y(s); drawn(&line(x, y), s) };
        curves |s| { let series = [(words(s), several(s)), (words(s), several(s))]; drawn(&curves(series), s) };
        function |s| { let slope = any(s); drawn(&function(any(s), any(s), |x| slope * x), s) };
        scatter |s| { let (x, y) = x_and_y(s); drawn(&scatter(x, y), s) };
        scatter_classes |s| {
            let (x, y) = x_and_y(s);
            let classes = numbers(s, x.len());
            drawn(&scatter_classes(x, y, classes, [words(s)]), s)
        };
        bars |s| { let series = [(words(s), several(s)), (words(s), several(s))]; drawn(&bars([words(s), words(s)], series), s) };
        horizontal_bars |s| { let series = [(words(s), several(s))]; drawn(&horizontal_bars([words(s)], series), s) };
        histogram |s| { let values = several(s); drawn(&histogram(values), s) };
        histograms |s| { let series = [(words(s), several(s)), (words(s), several(s))]; drawn(&histograms(series), s) };
        ridges |s| { let series = [(words(s), several(s)), (words(s), several(s))]; drawn(&ridges(series), s) };
        roc |s| { let (x, y) = x_and_y(s); drawn(&roc([(words(s), x, y)]), s) };
        precision_recall |s| { let (x, y) = x_and_y(s); drawn(&precision_recall([(words(s), x, y)]), s) };
        reliability_diagram |s| { let (x, y) = x_and_y(s); drawn(&reliability_diagram(x, y), s) };
        residuals |s| { let (x, y) = x_and_y(s); drawn(&residuals(x, y), s) };
        regression |s| { let (x, y) = x_and_y(s); let z = numbers(s, x.len()); drawn(&regression(x, y, z), s) };
        heatmap |s| { let values = s.tensor::<f64>(); drawn(&heatmap(&values), s) };
    }
}

fn matrix(s: &mut Source) -> ConfusionMatrix {
    let counts = if s.flag() {
        s.tensor::<f64>()
    } else {
        let classes = s.rng.below(5);
        s.of_shape(&[classes, classes])
    };
    let matrix = confusion_matrix(&counts, [words(s), words(s)])
        .title(words(s))
        .labels(words(s), words(s));
    let matrix = if s.flag() { matrix.percent() } else { matrix };
    if s.flag() {
        matrix.size(any(s), any(s))
    } else {
        matrix
    }
}

fn regions(s: &mut Source) -> DecisionRegions {
    let (rows, features) = (s.rng.below(4), s.rng.below(4));
    let inputs = if s.seldom(4) {
        s.tensor::<f32>()
    } else {
        s.of_shape(&[rows, features])
    };
    let regions = DecisionRegions::new(&inputs, numbers(s, rows))
        .names([words(s)])
        .reach(any(s))
        .resolution(s.rng.below(9));
    match s.rng.below(4) {
        0 => regions.features(count(s), count(s)),
        1 => regions.fixed(numbers(s, features)),
        2 => regions.project(numbers(s, features), numbers(s, features), numbers(s, features)),
        _ => regions,
    }
}

/// The network with all that can be said of it.
fn network(network: NetworkDiagram, s: &mut Source) -> backprop_plot::Result<String> {
    let network = network
        .title(words(s))
        .input_names([words(s)])
        .output_names([words(s)])
        .layer_names([words(s)]);
    drawn(
        &if s.flag() {
            network.size(any(s), any(s))
        } else {
            network
        },
        s,
    )
}

fn graph(s: &mut Source) -> impl Picture + use<> {
    let nodes = (0..s.rng.below(5)).map(|index| GraphNode {
        name: words(s),
        detail: words(s),
        kind: NodeKind::Operation,
        inputs: if s.seldom(3) {
            vec![count(s)]
        } else {
            (0..index.min(1)).collect()
        },
    });
    let nodes: Vec<_> = nodes.collect();
    graph_diagram(nodes).title(words(s)).leaves([words(s)])
}

fn kinds() -> Vec<Call> {
    calls! {
        confusion_matrix |s| { let matrix = matrix(s); drawn(&matrix, s) };
        huge_confusion_matrix |s| {
            let classes = [1001, 30_000, 1 << 20][s.rng.below(3)];
            let counts = Tensor::scalar(0_i64).broadcast_to([classes, classes]);
            counts.map(|counts| drawn(&confusion_matrix(&counts, [""; 0]), s).unwrap_err().to_string())
        };
        classes |s| {
            let regions = regions(s);
            let wrong = s.seldom(4);
            let chart = regions.classes(|points| if wrong { Ok(Tensor::<f32>::zeros([2])?) } else { points.sum(1) });
            chart.and_then(|chart| drawn(&chart, s))
        };
        levels |s| {
            let regions = regions(s);
            let factor = Tensor::scalar(any(s) as f32);
            let chart = regions.levels(any(s), |points| points.sum(1)?.try_mul(&factor));
            chart.and_then(|chart| drawn(&chart, s))
        };
        decision_regions |s| {
            let inputs = s.of_shape::<f32>(&[3, 2]);
            let chart = decision_regions(&inputs, numbers(s, 3), |points| points.sum(1));
            chart.and_then(|chart| drawn(&chart, s))
        };
        level_map |s| {
            let inputs = s.of_shape::<f32>(&[3, 2]);
            let chart = level_map(&inputs, numbers(s, 3), any(s), |points| points.sum(1));
            chart.and_then(|chart| drawn(&chart, s))
        };
        images |s| {
            let pictures = images(&s.tensor::<f64>(), [words(s), words(s)]).title(words(s)).colors(Colormap::Diverging);
            let pictures = if s.flag() { pictures.columns(count(s)) } else { pictures };
            drawn(&if s.flag() { pictures.size(any(s), any(s)) } else { pictures }, s)
        };
        worst_mistakes |s| {
            let shown = s.of_shape::<f32>(&[3, 2, 2]);
            let probabilities = s.of_shape::<f32>(&[3, 2]);
            let targets = numbers(s, 3);
            drawn(&worst_mistakes(&shown, targets, &probabilities, count(s), [words(s)]), s)
        };
        network_diagram |s| { let widths = [count(s), count(s), count(s)]; network(network_diagram(widths), s) };
        network_with_weights |s| { let weights = s.tensor::<f64>(); network(network_with_weights([&weights]), s) };
        block_diagram |s| { let blocks = block_diagram([(words(s), words(s)), (words(s), words(s))]).title(words(s)); drawn(&blocks, s) };
        graph_diagram |s| { let graph = graph(s); drawn(&graph, s) };
    }
}
