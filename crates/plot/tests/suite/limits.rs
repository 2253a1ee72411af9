//! What no picture can hold is an error that says how much it may be, before memory is asked for.

use backprop_plot::{
    Animation, Chart, DecisionRegions, Error, GraphNode, Live, NodeKind, Picture, Scene, block_diagram,
    confusion_matrix, decision_regions, graph_diagram, heatmap, histogram, images, line, network_diagram,
    network_with_weights, ridges, roc, scatter, scatter_classes, worst_mistakes,
};
use backprop_tensor::Tensor;

/// One number, as many times as nobody has memory for.
fn endless<const N: usize>(shape: [usize; N]) -> Tensor<f32> {
    Tensor::scalar(0.5).broadcast_to(shape).unwrap()
}

fn error(picture: &dyn Picture) -> String {
    let error = picture.to_svg().unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn bitmaps_have_at_most_two_to_the_26_pixels() {
    let scene = Scene::new(16_384.0, 16_384.0).unwrap();
    for (scale, side) in [(1.0, 16_384), (0.51, 8356)] {
        let error = scene.to_png(scale).unwrap_err();
        let expected = format!("a picture of {side} x {side} pixels: there may be 67108864 in all");
        assert!(
            matches!(error, Error::Pixels { .. }) && error.to_string().starts_with(&expected),
            "{error}"
        );
    }
    let chart = Chart::new().size(8193.0, 8192.0);
    assert!(matches!(
        chart.to_png(),
        Err(Error::Pixels {
            limit: 67_108_864,
            ..
        })
    ));
    // A long strip of as many as there may be.
    assert_eq!(
        Scene::new(16_384.0, 1.0)
            .unwrap()
            .to_bitmap(1.0)
            .unwrap()
            .pixels
            .len(),
        16_384
    );
}

#[test]
fn a_scatter_on_a_huge_canvas_is_still_one_bitmap() {
    let x: Vec<f64> = (0..30_000).map(f64::from).collect();
    let scene = scatter(&x, &x).size(12_000.0, 300.0).scene().unwrap();
    assert!(scene.items().len() < 100, "{}", scene.items().len());
}

#[test]
fn an_animation_has_at_most_2000_frames() {
    let frame = || Chart::new().size(30.0, 20.0);
    let endless = Animation::new(std::iter::repeat_with(frame));
    let mut pushed = Animation::new(std::iter::repeat_with(frame).take(2000));
    assert!(pushed.to_html().is_ok());
    pushed.push(frame());
    pushed.push(frame());
    for animation in [endless, pushed] {
        for error in [animation.to_gif().map(|_| ()), animation.to_html().map(|_| ())] {
            assert_eq!(
                error.unwrap_err().to_string(),
                "animation: more than 2000 frames: show every n-th, or make several animations"
            );
        }
    }
}

#[test]
fn frames_are_small_enough_for_their_number() {
    let animation = |count, width, height| {
        Animation::new(std::iter::repeat_with(move || Chart::new().size(width, height)).take(count))
    };
    let error = animation(5, 16_384.0, 16_384.0).to_gif().unwrap_err().to_string();
    assert!(
        error.starts_with("animation: 5 frames of 16384 x 16384 pixels: there may be 1073741824 in all"),
        "{error}"
    );
    let error = animation(2000, 800.0, 800.0).to_gif().unwrap_err().to_string();
    assert!(error.contains("2000 frames of 800 x 800"), "{error}");
    // One such frame has fewer than that, but more than a bitmap may have.
    assert!(matches!(
        animation(1, 16_384.0, 16_384.0).to_gif(),
        Err(Error::Pixels { .. })
    ));
    assert!(matches!(
        animation(1, 1e30, 10.0).to_gif(),
        Err(Error::Invalid { .. })
    ));
}

#[test]
fn networks_of_any_width_are_drawn_by_their_ends() {
    let svg = network_diagram([100_000, usize::MAX, 3]).to_svg().unwrap();
    assert!(svg.contains(">100000<") && svg.contains(&usize::MAX.to_string()));
    assert!(error(&network_diagram(vec![2; 100_000])).contains("more than 40 layers"));
    assert!(
        error(&network_with_weights(std::iter::repeat(&endless([2, 2])))).contains("more than 40 layers")
    );
    let wide = endless([1 << 30, 1 << 20]);
    assert!(error(&network_with_weights([&wide])).contains("there may be 134217728"));
    // Many small ones count together.
    let part = endless([1 << 13, 1 << 13]);
    assert!(error(&network_with_weights([&part, &part, &part])).contains("201326592 weights"));
    network_with_weights([&endless([100_000, 100])]).to_svg().unwrap();
}

fn node(inputs: Vec<usize>) -> GraphNode {
    GraphNode {
        name: "n".into(),
        detail: String::new(),
        kind: NodeKind::Operation,
        inputs,
    }
}

#[test]
fn graphs_and_blocks_have_as_many_as_one_can_follow() {
    let chain = |count: usize| (0..count).map(|index| node(index.checked_sub(1).into_iter().collect()));
    graph_diagram(chain(400)).to_svg().unwrap();
    assert!(error(&graph_diagram(chain(100_000))).contains("more than 400 nodes"));
    let dense = (0..100).map(|index| node((0..index).collect()));
    assert!(error(&graph_diagram(dense)).contains("more than 10000 lines"));
    let same = [node(vec![]), node(vec![0; 1_000_000])];
    assert!(error(&graph_diagram(same)).contains("more than 10000 lines"));
    block_diagram(vec![("a", "b"); 400]).to_svg().unwrap();
    assert!(error(&block_diagram(std::iter::repeat(("a", "b")))).contains("more than 400 blocks"));
}

#[test]
fn matrices_and_images_have_as_many_cells_as_can_be_drawn() {
    assert!(error(&heatmap(&endless([4097, 1]))).contains("4097 x 1 cells"));
    assert!(error(&heatmap(&endless([1 << 25, 1 << 25]))).contains("4096 on each side"));
    assert!(
        error(&confusion_matrix(&endless([30_000, 30_000]), [""; 0])).contains("30000 classes: at most 1000")
    );
    assert!(error(&images(&endless([1 << 20, 1 << 20]), [""; 0])).contains("4096 on each side"));
    assert!(error(&images(&endless([400, 4096, 4096]), [""; 0])).contains("33554432"));
}

#[test]
fn lists_have_at_most_two_to_the_26_numbers() {
    let many = endless([3, 1 << 20, 1 << 20]);
    for picture in [
        scatter(&many, [0.0]),
        histogram(&many),
        roc([("", &many, [0, 1])]),
        Chart::new().bars("", 0..usize::MAX),
    ] {
        let error = error(&picture);
        assert!(
            error.contains("more than 67108864 values: draw a part of them, or every n-th"),
            "{error}"
        );
    }
    assert!(error(&ridges((0..).map(|epoch| (epoch.to_string(), [0.5])))).contains("more than 1000 names"));
}

#[test]
fn classes_that_are_not_told_apart_are_an_error() {
    let of = |class: f64| scatter_classes([0.0, 1.0], [0.0, 1.0], [0.0, class], [""; 0]);
    of(99.0).to_svg().unwrap();
    for (class, number) in [(100.0, "100"), (f64::INFINITY, "18446744073709551615")] {
        assert!(
            error(&of(class)).contains(&format!("class {number}: there may be 100")),
            "{class}"
        );
    }
    of(-1.0).to_svg().unwrap();
}

#[test]
fn regions_ask_for_what_there_is_memory_for() {
    let inputs = Tensor::from([[0.0_f32, 0.0], [1.0, 1.0]]);
    let error = |result: backprop_plot::Result<Chart>| result.unwrap_err().to_string();
    let sum = |points: &Tensor| points.sum(1);
    // A resolution of more is cut, as its documentation says.
    DecisionRegions::new(&inputs, [0, 1])
        .resolution(usize::MAX)
        .classes(sum)
        .unwrap();
    let scores = |points: &Tensor| endless([1]).broadcast_to([points.shape()[0], 1 << 40]);
    assert!(error(decision_regions(&inputs, [0, 1], scores)).contains("there may be 67108864 at once"));
    assert!(
        error(decision_regions(&endless([2, 1 << 40]), [0, 1], sum)).contains("there may be 65536 features")
    );
    // A model of a thousand classes at the highest resolution: only the best class of each place is kept.
    let scores = |points: &Tensor| endless([1]).broadcast_to([points.shape()[0], 1000]);
    DecisionRegions::new(&inputs, [0, 1])
        .resolution(200)
        .classes(scores)
        .unwrap();
}

#[test]
fn mistakes_are_looked_for_among_what_there_is_memory_for() {
    let pictures = endless([2, 8, 8]);
    let picture = worst_mistakes(&pictures, [0, 1], &endless([2, 1 << 40]), 5, [""; 0]);
    assert!(error(&picture).contains("there may be 134217728"));
    worst_mistakes(&pictures, [1, 1], &endless([2, 3]), usize::MAX, [""; 0])
        .to_svg()
        .unwrap();
}

#[test]
fn pages_of_letters_have_sides_of_at_most_1000() {
    let chart = line([0.0, 1.0], [0.0, 1.0]);
    assert_eq!(chart.to_terminal(1000, 1000).unwrap().lines().count(), 1000);
    for (width, height) in [(1001, 20), (20, 1001), (usize::MAX, usize::MAX)] {
        let error = chart.to_terminal(width, height).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("terminal: a page of {width} x {height} letters: there may be 1000 on each side")
        );
        assert!(chart.to_terminal_colored(width, height).is_err());
        assert!(Live::new(Vec::new(), width, height).show(&chart).is_err());
    }
}
