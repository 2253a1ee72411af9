//! A scene as SVG.
//!
//! Text stays text, so that it can be read, found and copied; `textLength` holds it to the width that was measured, whatever
//! font a viewer takes. Bitmaps are PNG files in the SVG. Nothing is loaded from anywhere.

use std::fmt::Write;

use crate::base64;
use crate::geometry::{Point, Rect};
use crate::png;
use crate::scene::{Item, Mark, Scene, Segment, Stroke, Text};
use crate::{Color, Path};

const FONTS: &str = "Arial, Helvetica, 'Liberation Sans', Arimo, sans-serif";

impl Scene {
    /// As an SVG file.
    pub fn to_svg(&self) -> String {
        let mut writer = Writer::default();
        let area = self.area();
        let (width, height) = (number(area.right), number(area.bottom));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"{FONTS}\">\n"
        );
        let _ = writeln!(svg, "<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>");
        for item in self.items() {
            writer.item(item);
        }
        writer.group(String::new());
        writer.clip(None);
        svg + &writer.svg + "</svg>\n"
    }
}

/// Marks that are painted alike, one after the other, share a group that says how.
#[derive(Default)]
struct Writer {
    svg: String,
    style: String,
    clip: Option<Rect>,
}

impl Writer {
    fn item(&mut self, item: &Item) {
        if !matches!(item.mark, Mark::Text(_) | Mark::Bitmap { .. })
            && item.fill.is_none()
            && item.stroke.is_none()
        {
            return;
        }
        self.clip(item.clip);
        self.group(style_of(item));
        self.mark(&item.mark);
    }

    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Marker {
                marker,
                center,
                radius,
            } => self.mark(&marker.outline(*center, *radius)),
            Mark::Circle { center, radius } => {
                let Point { x, y } = *center;
                self.line(format_args!(
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
                    number(x),
                    number(y),
                    number(*radius)
                ));
            }
            Mark::Rect(rect) => self.line(format_args!("<rect {}/>", sides(rect))),
            Mark::Path(path) => self.line(format_args!("<path d=\"{}\"/>", commands(path))),
            Mark::Text(text) => self.text(text),
            Mark::Bitmap { place, bitmap } => {
                let data = base64::encode(&png::encode(bitmap));
                self.line(format_args!(
                    "<image {} preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{data}\"/>",
                    sides(place)
                ));
            }
        }
    }

    fn line(&mut self, element: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.svg, "{element}");
    }

    fn group(&mut self, style: String) {
        if style == self.style {
            return;
        }
        if !self.style.is_empty() {
            self.svg.push_str("</g>\n");
        }
        if !style.is_empty() {
            let _ = writeln!(self.svg, "<g{style}>");
        }
        self.style = style;
    }

    /// A picture in the picture cuts off what lies outside. A `clipPath` would need a name, and pages with several pictures have
    /// names only once.
    fn clip(&mut self, clip: Option<Rect>) {
        if clip == self.clip {
            return;
        }
        self.group(String::new());
        if self.clip.is_some() {
            self.svg.push_str("</svg>\n");
        }
        if let Some(rect) = &clip {
            let [left, top, width, height] = [rect.left, rect.top, rect.width(), rect.height()].map(number);
            let _ = writeln!(
                self.svg,
                "<svg {} viewBox=\"{left} {top} {width} {height}\">",
                sides(rect)
            );
        }
        self.clip = clip;
    }

    fn text(&mut self, text: &Text) {
        let Point { x, y } = text.origin();
        let (x, y) = (number(x), number(y));
        let place = if text.upward {
            format!("transform=\"translate({x} {y}) rotate(-90)\"")
        } else {
            format!("x=\"{x}\" y=\"{y}\"")
        };
        let weight = if text.bold { " font-weight=\"bold\"" } else { "" };
        let (size, length) = (number(text.size), number(text.length()));
        let content = escape(&text.content);
        self.line(format_args!(
            "<text {place} font-size=\"{size}\"{weight} textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\">{content}</text>"
        ));
    }
}

fn style_of(item: &Item) -> String {
    let mut style = paint("fill", item.fill);
    if let Some(Stroke { color, width, dash }) = item.stroke {
        style += &paint("stroke", Some(color));
        let _ = write!(
            style,
            " stroke-width=\"{}\" stroke-linejoin=\"round\"",
            number(width)
        );
        match dash {
            Some([dash, gap]) => {
                let _ = write!(style, " stroke-dasharray=\"{} {}\"", number(dash), number(gap));
            }
            None => style += " stroke-linecap=\"round\"",
        }
    }
    style
}

fn paint(attribute: &str, color: Option<Color>) -> String {
    let Some(color) = color else {
        return format!(" {attribute}=\"none\"");
    };
    let mut style = format!(" {attribute}=\"{color}\"");
    if color.alpha < 255 {
        let _ = write!(
            style,
            " {attribute}-opacity=\"{}\"",
            number(f64::from(color.alpha) / 255.0)
        );
    }
    style
}

fn sides(rect: &Rect) -> String {
    format!(
        "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        number(rect.left),
        number(rect.top),
        number(rect.width()),
        number(rect.height())
    )
}

fn commands(path: &Path) -> String {
    let mut commands = String::new();
    let pair = |at: Point| format!("{} {}", number(at.x), number(at.y));
    for segment in path.segments() {
        let _ = match *segment {
            Segment::Move(to) => write!(commands, "M{}", pair(to)),
            Segment::Line(to) => write!(commands, "L{}", pair(to)),
            Segment::Quad(control, to) => write!(commands, "Q{} {}", pair(control), pair(to)),
            Segment::Cubic(first, second, to) => {
                write!(commands, "C{} {} {}", pair(first), pair(second), pair(to))
            }
            Segment::Close => write!(commands, "Z"),
        };
    }
    commands
}

/// To a hundredth, without zeros at the end.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// `text` as it may stand between tags and in quotes, in XML and in HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Characters that XML cannot hold, not even escaped.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter if letter.is_control() && !matches!(letter, '\n' | '\t') => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}
