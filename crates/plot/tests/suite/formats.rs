//! What formats and terminals say of what is drawn, against their own rules.

use backprop_plot::{
    Align, Band, Bitmap, Chart, Color, Line, Marker, Picture, Point, Rect, Scene, Screen, Stroke, Text,
};

const ODD: Color = Color::rgb(1, 2, 3);

fn clip(scene: &Scene) -> Rect {
    scene.items().iter().find_map(|item| item.clip).unwrap()
}

#[test]
fn nothing_is_drawn_outside_of_the_axes() {
    let line = Line::new([-10.0, 10.0], [0.5, 0.5]).color(ODD).width(20.0);
    let scene = Chart::new()
        .x_limits(0.0, 1.0)
        .y_limits(0.0, 1.0)
        .without_ticks()
        .y_label("y")
        .add(line)
        .scene()
        .unwrap();
    let area = clip(&scene);
    let drawn = scene.to_bitmap(1.0).unwrap();
    let pixel = |x: f64, y: f64| drawn.pixels[y as usize * drawn.width + x as usize];
    assert_eq!(pixel(area.left + 20.0, area.center().y), ODD);
    for x in [area.left - 4.0, area.right + 3.0] {
        assert_eq!(pixel(x, area.center().y + 6.0), Color::WHITE, "{x}");
    }
    // In an SVG, the line is in a picture of its own that is as large as the area.
    let svg = scene.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let group = document
        .descendants()
        .find(|node| node.attribute("stroke") == Some("#010203"))
        .unwrap();
    let part = group.parent().unwrap();
    let side = |name| part.attribute(name).unwrap().parse::<f64>().unwrap();
    for (found, expected) in [
        (side("x"), area.left),
        (side("y"), area.top),
        (side("width"), area.width()),
        (side("height"), area.height()),
    ] {
        assert!((found - expected).abs() <= 0.005, "{found} and {expected}");
    }
}

/// The dots of a page of Braille letters (Unicode 2800): for each column, the rows that are set.
fn dots(page: &str) -> Vec<Vec<usize>> {
    const PLACES: [(usize, usize); 8] = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    let width = page.lines().next().unwrap().chars().count();
    let mut columns = vec![Vec::new(); 2 * width];
    for (row, line) in page.lines().enumerate() {
        for (column, letter) in line.chars().enumerate() {
            let bits = (letter as u32)
                .checked_sub(0x2800)
                .filter(|bits| *bits < 256)
                .unwrap_or(0);
            for (bit, (x, y)) in PLACES.into_iter().enumerate() {
                if bits >> bit & 1 == 1 {
                    columns[2 * column + x].push(4 * row + y);
                }
            }
        }
    }
    columns
}

#[test]
fn a_line_in_a_terminal_rises_dot_by_dot() {
    let chart = Chart::new()
        .x_limits(0.0, 1.0)
        .y_limits(0.0, 10.0)
        .add(Line::new([0.0, 1.0], [0.0, 10.0]));
    for (width, height) in [(40, 12), (81, 25), (120, 40)] {
        let page = chart.to_terminal(width, height).unwrap();
        let columns: Vec<(usize, Vec<usize>)> = dots(&page)
            .into_iter()
            .enumerate()
            .filter(|(_, rows)| !rows.is_empty())
            .collect();
        let (first, last) = (&columns[0], &columns[columns.len() - 1]);
        let (bottom, top) = (first.1[first.1.len() - 1], last.1[0]);
        assert!(bottom > top && columns.len() > width);
        for (column, rows) in &columns {
            let share = (column - first.0) as f64 / (last.0 - first.0) as f64;
            let expected = bottom as f64 + (top as f64 - bottom as f64) * share;
            assert!(
                rows.iter().all(|row| (*row as f64 - expected).abs() <= 1.5),
                "{rows:?} and {expected}\n{page}"
            );
        }
        // Its numbers rise with it.
        let labels: Vec<f64> = page
            .lines()
            .filter_map(|line| line.split_once('┤')?.0.trim().parse().ok())
            .collect();
        assert!(
            labels.len() > 1 && labels.windows(2).all(|pair| pair[0] > pair[1]),
            "{labels:?}\n{page}"
        );
    }
}

/// The opaque pixels of a scene, as (column, row).
fn inked(scene: &Scene) -> Vec<(usize, usize)> {
    let drawn = scene.to_bitmap(1.0).unwrap();
    let dark = drawn
        .pixels
        .iter()
        .enumerate()
        .filter(|(_, color)| color.luminance() < 0.2);
    dark.map(|(index, _)| (index % drawn.width, index / drawn.width))
        .collect()
}

#[test]
fn letters_stand_upright_or_are_read_from_below() {
    let ink = |upward: bool| {
        let mut scene = Scene::new(100.0, 100.0).unwrap();
        let text = Text::new("L", Point { x: 50.0, y: 50.0 }, 80.0)
            .align(Align::Middle)
            .bold();
        scene.text(if upward { text.upward() } else { text });
        let ink = inked(&scene);
        let mean = |along: fn(&(usize, usize)) -> usize| {
            ink.iter().map(|at| along(at) as f64).sum::<f64>() / ink.len() as f64
        };
        let middle = |along: fn(&(usize, usize)) -> usize| {
            let places = ink.iter().map(along);
            (places.clone().min().unwrap() + places.max().unwrap()) as f64 / 2.0
        };
        (
            mean(|at| at.0) - middle(|at| at.0),
            mean(|at| at.1) - middle(|at| at.1),
        )
    };
    // An L has its stem on the left and its foot below; turned to be read from below, the stem lies below and the foot is on the right.
    let (upright, upward) = (ink(false), ink(true));
    assert!(upright.0 < -2.0 && upright.1 > 2.0, "{upright:?}");
    assert!(upward.0 > 2.0 && upward.1 > 2.0, "{upward:?}");
    let mut scene = Scene::new(100.0, 100.0).unwrap();
    scene.text(Text::new("L", Point { x: 50.0, y: 90.0 }, 20.0).upward());
    // Angles of SVG are clockwise.
    assert!(scene.to_svg().contains("rotate(-90)"));
}

#[test]
fn markers_point_where_their_letters_do() {
    let widths = |marker: Marker| {
        let mut scene = Scene::new(60.0, 60.0).unwrap();
        marker.draw(&mut scene, Point { x: 30.0, y: 30.0 }, 20.0, Color::BLACK);
        let ink = inked(&scene);
        [20, 40].map(|row| ink.iter().filter(|at| at.1 == row).count())
    };
    let [above, below] = widths(Marker::Triangle);
    assert!(above < below, "▲");
    let [above, below] = widths(Marker::Down);
    assert!(above > below, "▼");
}

#[test]
fn an_svg_says_places_to_a_hundredth_and_dashes_and_opacity() {
    let mut scene = Scene::new(300.0, 100.0).unwrap();
    scene.circle(Point { x: 10.126, y: 20.553 }, 3.337, ODD);
    scene.line(
        Point { x: 0.0, y: 50.0 },
        Point { x: 260.0, y: 50.0 },
        Stroke::new(Color::BLACK, 4.0).dashed(8.0, 5.0),
    );
    let svg = scene.to_svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let circle = document
        .descendants()
        .find(|node| node.has_tag_name("circle"))
        .unwrap();
    for (name, expected) in [("cx", 10.126), ("cy", 20.553), ("r", 3.337)] {
        let found: f64 = circle.attribute(name).unwrap().parse().unwrap();
        assert!((found - expected).abs() <= 0.005, "{name} {found}");
    }
    let dashed = document
        .descendants()
        .find_map(|node| node.attribute("stroke-dasharray"))
        .unwrap();
    assert_eq!(dashed, "8 5");
    // Twenty dashes of eight pixels.
    let ink = inked(&scene)
        .into_iter()
        .filter(|at| at.1 == 50 && at.0 < 260)
        .count();
    assert_eq!(ink, 20 * 8);
    let band = Chart::new()
        .add(
            Band::new([0.0, 1.0], [0.0, 0.0], [1.0, 1.0])
                .color(ODD)
                .opacity(0.5),
        )
        .to_svg()
        .unwrap();
    let document = roxmltree::Document::parse(&band).unwrap();
    let group = document
        .descendants()
        .find(|node| node.attribute("fill") == Some("#010203"))
        .unwrap();
    assert_eq!(group.attribute("fill-opacity"), Some("0.5"));
}

#[test]
fn a_terminal_has_letters_and_grounds_in_24_bits() {
    let mut screen = Screen::new(2, 1);
    screen.put(0, 0, 'x', Some(Color::rgb(10, 20, 30)));
    screen.set_ground(1, 0, Color::rgb(40, 50, 60));
    // ITU T.416: 38 is the letter, 48 the ground, 2 a color of red, green and blue.
    assert_eq!(
        screen.to_colored_text(),
        "\x1b[0m\x1b[38;2;10;20;30mx\x1b[0m\x1b[48;2;40;50;60m \x1b[0m\n"
    );
    let pixels = [Color::BLACK, Color::WHITE, Color::BLACK, Color::WHITE];
    let bitmap = Bitmap {
        width: 2,
        height: 2,
        pixels: pixels.to_vec(),
    };
    screen.bitmap(0, 0, &bitmap);
    assert_eq!(screen.to_text(), "█ \n", "ink where it is dark");
}
