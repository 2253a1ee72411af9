//! Pictures in a terminal, each in the place of the one before.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Stdout, Write};
use std::sync::Arc;

use crate::{Error, Picture, Result};

/// Pictures in a terminal, each drawn over the one before: a training while it runs.
///
/// ```
/// use backprop_plot::{Chart, Live};
///
/// // Where the output is a file or a pipe, it shows nothing.
/// let mut live = Live::stdout(80, 20);
/// let mut losses = vec![1.0];
/// for epoch in 1..=3 {
///     losses.push(losses[epoch - 1] / 2.0);
///     if !live.show(&Chart::new().x_limits(0.0, 3.0).line("loss", 0..=epoch, &losses))? {
///         println!("epoch {epoch}: loss {}", losses[epoch]);
///     }
/// }
/// # Ok::<(), backprop_plot::Error>(())
/// ```
///
/// The terminal must have more lines than the pictures; where it has fewer columns, these are cut.
#[derive(Debug)]
pub struct Live<W: Write = Stdout> {
    out: W,
    width: usize,
    height: usize,
    with_colors: bool,
    is_terminal: bool,
    /// The lines between the upper end of the last picture and the cursor.
    lines: usize,
}

impl Live {
    /// On the standard output, in `width` letters and `height` lines, if that is a terminal with a cursor that can be moved; nowhere if it
    /// is not. Without colors if the environment variable `NO_COLOR` is set, as <https://no-color.org> asks.
    pub fn stdout(width: usize, height: usize) -> Self {
        let variable = |name| std::env::var_os(name).unwrap_or_default();
        Self {
            with_colors: variable("NO_COLOR").is_empty(),
            is_terminal: io::stdout().is_terminal() && variable("TERM") != "dumb",
            ..Live::new(io::stdout(), width, height)
        }
    }
}

impl<W: Write> Live<W> {
    /// On whatever terminal `out` leads to, in colors.
    pub fn new(out: W, width: usize, height: usize) -> Self {
        Self {
            out,
            width,
            height,
            with_colors: true,
            is_terminal: true,
            lines: 0,
        }
    }

    /// Whether there is a terminal to show pictures on.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Shows a picture in the place of the one before; whether there is a terminal to show it on.
    ///
    /// # Errors
    /// The first mistake of the calls that built the picture; more than 1000 letters or lines; [`Error::Write`] if the terminal is gone.
    pub fn show(&mut self, picture: &(impl Picture + ?Sized)) -> Result<bool> {
        if !self.is_terminal {
            return Ok(false);
        }
        let mut screen = crate::Screen::of_size(self.width, self.height)?;
        picture.print(&mut screen)?;
        let page = if self.with_colors {
            screen.to_colored_text()
        } else {
            screen.to_text()
        };
        // Lines that are too long for the terminal are cut: if they were continued, there would be more of them than are counted.
        let mut text = String::from("\x1b[?7l");
        if self.lines > 0 {
            let _ = write!(text, "\x1b[{}A", self.lines);
        }
        for line in page.lines() {
            text.push_str(line);
            text.push_str("\x1b[K\n");
        }
        text.push_str("\x1b[?7h");
        self.lines = screen.height();
        let written = self
            .out
            .write_all(text.as_bytes())
            .and_then(|()| self.out.flush());
        written.map_err(|source| Error::Write(Arc::new(source)))?;
        Ok(true)
    }

    /// Leaves the last picture where it is: the next one comes below it, and what is printed between them stays too.
    pub fn keep(&mut self) {
        self.lines = 0;
    }
}
