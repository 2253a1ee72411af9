//! Scenes, screens, values, and what is put together from pictures.

use backprop_plot::{
    Align, Animation, Bitmap, Chart, Color, ColorBar, Colormap, Error, Extent, Figure, Layer, Live, Mark,
    Marker, Path, Picture, Plot, Point, Rect, Report, Result, Scene, Screen, Stroke, Text, category_color,
};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Source};

use super::{any, count, drawn, several, words};

pub(super) fn all() -> Vec<Call> {
    let mut calls = scenes();
    calls.extend(screens());
    calls.extend(collections());
    calls
}

fn at(s: &mut Source) -> Point {
    Point { x: any(s), y: any(s) }
}

fn rect(s: &mut Source) -> Rect {
    match s.seldom(3) {
        true => Rect {
            left: any(s),
            top: any(s),
            right: any(s),
            bottom: any(s),
        },
        false => Rect::new(any(s), any(s), any(s), any(s)),
    }
}

fn color(s: &mut Source) -> Color {
    Color::hex(s.rng.below(0x0100_0000) as u32).with_opacity(any(s))
}

fn stroke(s: &mut Source) -> Stroke {
    let stroke = Stroke::new(color(s), any(s));
    if s.flag() {
        stroke.dashed(any(s), any(s))
    } else {
        stroke
    }
}

fn bitmap(s: &mut Source) -> Bitmap {
    let (width, height) = (s.rng.below(5), s.rng.below(5));
    let pixels = (0..width * height).map(|_| color(s)).collect();
    match s.seldom(6) {
        true => Bitmap {
            width: count(s),
            height: count(s),
            pixels,
        },
        false => Bitmap {
            width,
            height,
            pixels,
        },
    }
}

fn text(s: &mut Source) -> Text {
    let text = Text::new(words(s), at(s), any(s)).color(color(s));
    let text = text.align([Align::Start, Align::Middle, Align::End][s.rng.below(3)]);
    let text = if s.flag() { text.bold() } else { text };
    if s.flag() { text.upward() } else { text }
}

fn path(s: &mut Source) -> Path {
    let mut path = if s.flag() {
        Path::rounded(rect(s), any(s))
    } else {
        Path::polyline(&[at(s), at(s)])
    };
    for _ in 0..s.rng.below(5) {
        match s.rng.below(5) {
            0 => path.move_to(at(s)),
            1 => path.line_to(at(s)),
            2 => path.quad_to(at(s), at(s)),
            3 => path.cubic_to(at(s), at(s), at(s)),
            _ => path.close(),
        }
    }
    path
}

/// Whatever was drawn, as a picture.
#[derive(Debug)]
struct Drawn(Scene);

impl Picture for Drawn {
    fn size(&self) -> Point {
        Point {
            x: self.0.area().width(),
            y: self.0.area().height(),
        }
    }

    fn draw(&self, scene: &mut Scene, _: Rect) -> Result<()> {
        *scene = self.0.clone();
        Ok(())
    }
}

fn scene(s: &mut Source) -> Scene {
    let mut scene = Scene::new(any(s), any(s)).unwrap_or_else(|_| Scene::new(90.0, 60.0).unwrap());
    for _ in 0..s.rng.below(8) {
        match s.rng.below(11) {
            0 => scene.set_clip(s.flag().then(|| rect(s))),
            1 => scene.rect(rect(s), color(s)),
            2 => scene.line(at(s), at(s), stroke(s)),
            3 => scene.polyline(&[at(s), at(s), at(s)], stroke(s)),
            4 => scene.polygon(&[at(s), at(s), at(s)], color(s)),
            5 => scene.circle(at(s), any(s), color(s)),
            6 => scene.text(text(s)),
            7 => scene.bitmap(rect(s), bitmap(s)),
            8 => Marker::of_category(count(s)).draw(&mut scene, at(s), any(s), color(s)),
            9 => scene.add(Mark::Path(path(s)), Some(color(s)), Some(stroke(s))),
            _ => scene.add(Mark::Rect(rect(s)), Some(color(s)), Some(stroke(s))),
        }
    }
    scene
}

/// A layer that asks for everything.
#[derive(Debug)]
struct Curious([f64; 4]);

impl Layer for Curious {
    fn extend(&self, extent: &mut Extent) {
        let [a, b, c, d] = self.0;
        extent.include(a, b);
        extent.include_x(c);
        extent.include_y(d);
        extent.ground_x();
        extent.ground_y();
        let _ = (extent.x(), extent.y());
    }

    fn draw(&self, plot: &mut Plot<'_>, color: Color) {
        let [a, b, c, d] = self.0;
        let places = [
            plot.place(a, b),
            plot.x_place(c).zip(plot.y_place(d)).map(|(x, y)| Point { x, y }),
        ];
        let values = [
            plot.x_value(c),
            plot.y_value(d),
            plot.x_limits().0,
            plot.y_limits().1,
        ];
        assert!(!format!("{values:?} {:?}", plot.area()).is_empty());
        for at in places.into_iter().flatten() {
            plot.scene().circle(at, d, color);
        }
    }
}

fn scenes() -> Vec<Call> {
    calls! {
        scene |s| { let scene = scene(s); drawn(&Drawn(scene), s) };
        scene_items |s| { let scene = scene(s); (scene.items().len(), scene.area().width()) };
        to_bitmap |s| {
            // Larger ones take their time.
            let scale = any(s).min(0.01);
            let scene = scene(s);
            (scene.to_bitmap(scale).map(|bitmap| bitmap.pixels.len()), scene.to_png(scale).map(|png| png.len()))
        };
        rect |s| {
            let (rect, other) = (rect(s), rect(s));
            let numbers = [rect.width(), rect.height(), rect.center().x, rect.inset(any(s)).left];
            (format!("{numbers:?}"), rect.overlaps(&other), rect.contains(&other, any(s)))
        };
        text |s| { let text = text(s); (text.length(), text.bounds().height()) };
        path |s| { let path = path(s); (path.segments().len(), path.points().count(), format!("{:?}", path.bounds())) };
        color |s| {
            let (color, other) = (color(s), color(s));
            let mixed = color.mix(other, any(s)).ink();
            (format!("{mixed} {}", Color::rgb(1, 2, 3)), color.contrast(other), color.luminance())
        };
        colormap |s| {
            let maps = [Colormap::Viridis, Colormap::Diverging, Colormap::Ink, Colormap::Blues, Colormap::Levels];
            (maps[s.rng.below(5)].color(any(s)).to_string(), category_color(count(s)).to_string())
        };
        layer |s| {
            let layer = Curious([any(s), any(s), any(s), any(s)]);
            let chart = Chart::new().add(layer).size(300.0, 200.0);
            let chart = if s.flag() { chart.log_x() } else { chart };
            let chart = if s.flag() { chart.log_y() } else { chart };
            drawn(&chart, s)
        };
        color_bar |s| {
            let bar = ColorBar::new(Colormap::Ink, any(s), any(s)).label(words(s));
            drawn(&Chart::new().line("", several(s), several(s)).color_bar(bar), s)
        };
        model |s| Error::model(words(s)).to_string().len();
    }
}

fn screens() -> Vec<Call> {
    calls! {
        screen |s| {
            let (mut screen, other) = (Screen::new(s.rng.below(9), s.rng.below(9)), Screen::new(3, 2));
            let (row, column, width) = (count(s), count(s), count(s));
            screen.write(row, column, &words(s), None);
            screen.centered(row, column, width, &words(s));
            screen.right_aligned(row, column, width, &words(s));
            screen.paste(column, row, &other);
            screen.put(column, row, 'x', Some(color(s)));
            screen.set_ground(column, row, color(s));
            screen.bitmap(column, row, &bitmap(s));
            assert_eq!(screen.to_text().lines().count(), screen.height());
            assert!(screen.to_text().lines().all(|line| line.chars().count() == screen.width()));
            screen.to_colored_text()
        };
        huge_screen |s| Screen::new(count(s), count(s)).to_text().len();
        live |s| {
            let mut live = Live::new(Vec::new(), count(s), count(s));
            let shown = live.show(&Chart::new().line("", several(s), several(s)));
            live.keep();
            (shown, live.is_terminal(), Live::stdout(count(s), count(s)).is_terminal())
        };
    }
}

fn chart(s: &mut Source) -> Chart {
    let values = several(s);
    Chart::new()
        .line("line", 0..values.len(), &values)
        .size(200.0, 150.0)
}

fn collections() -> Vec<Call> {
    calls! {
        figure |s| {
            let figure = match s.rng.below(3) {
                0 => Figure::grid(count(s), [chart(s), chart(s)]),
                1 => Figure::new().beside(chart(s)).below(chart(s)),
                _ => Figure::new().row([chart(s), chart(s)]),
            };
            let figure = figure.title(words(s));
            let figure = if s.flag() { figure.shared_legend() } else { figure };
            let figure = if s.flag() { figure.size(any(s), any(s)) } else { figure };
            drawn(&figure, s)
        };
        animation |s| {
            let mut animation = Animation::new([chart(s)]).seconds_per_frame(any(s)).title(words(s));
            animation.push(chart(s));
            let gif = if s.seldom(8) { animation.to_gif().map(|gif| gif.len()) } else { Ok(0) };
            (format!("{} {}", animation.len(), animation.is_empty()), gif, animation.to_html())
        };
        animation_of_nothing |s| {
            let animation = Animation::new(Vec::<Chart>::new()).title(words(s));
            (animation.to_gif().map(|gif| gif.len()), animation.to_html())
        };
        report |s| {
            let report = Report::new(words(s)).heading(&words(s)).text(&words(s)).code(&words(s));
            let rows = (0..s.rng.below(4)).map(|_| (0..s.rng.below(4)).map(|_| words(s)).collect::<Vec<_>>()).collect::<Vec<_>>();
            report.table([words(s), words(s)], rows).picture(&chart(s), &words(s)).to_html()
        };
        save |s| {
            // Names that are none of a format: nothing is written.
            let names = ["", "/", "x", "x.nothing", "\u{0}.y"];
            let name = names[s.rng.below(names.len())];
            (chart(s).save(name), Report::new("").save(name), Animation::new([chart(s)]).save(name))
        };
    }
}
