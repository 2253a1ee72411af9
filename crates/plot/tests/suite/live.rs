//! Pictures in a terminal, on a model of one: letters in lines, and a cursor.

use backprop_plot::{Chart, Error, Live, Picture, line};
use proptest::prelude::*;

/// A terminal of so many columns that understands what [`Live`] writes and nothing else.
struct Terminal {
    columns: usize,
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    wraps: bool,
}

impl Terminal {
    fn new(columns: usize) -> Self {
        Self {
            columns,
            lines: vec![Vec::new()],
            row: 0,
            column: 0,
            wraps: true,
        }
    }

    fn put(&mut self, letter: char) {
        if self.column == self.columns {
            if !self.wraps {
                return;
            }
            self.feed();
        }
        let line = &mut self.lines[self.row];
        line.resize(line.len().max(self.column + 1), ' ');
        line[self.column] = letter;
        self.column += 1;
    }

    fn feed(&mut self) {
        (self.row, self.column) = (self.row + 1, 0);
        if self.row == self.lines.len() {
            self.lines.push(Vec::new());
        }
    }

    fn write(&mut self, text: &str) {
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\n' => self.feed(),
                '\x1b' => {
                    assert_eq!(letters.next(), Some('['));
                    let mut code: String = letters
                        .by_ref()
                        .take_while(|letter| !letter.is_alphabetic())
                        .collect();
                    // The end of a sequence says what it is; `take_while` has eaten it.
                    let end = text[..text.len() - letters.as_str().len()]
                        .chars()
                        .last()
                        .unwrap();
                    code.push(end);
                    self.control(&code);
                }
                letter => self.put(letter),
            }
        }
    }

    fn control(&mut self, code: &str) {
        match code {
            "?7l" => self.wraps = false,
            "?7h" => self.wraps = true,
            "K" => self.lines[self.row].truncate(self.column),
            code if code.ends_with('A') => {
                let by: usize = code.trim_end_matches('A').parse().unwrap();
                self.row = self.row.checked_sub(by).expect("the cursor stays on the screen");
            }
            code if code.ends_with('m') => {}
            code => panic!("an escape sequence that is not meant to be there: {code}"),
        }
    }

    fn text(&self) -> Vec<String> {
        let lines = self.lines.iter().map(|line| line.iter().collect::<String>());
        lines.map(|line| line.trim_end().to_owned()).collect()
    }
}

/// What a picture looks like in a terminal of so many columns.
fn shown(picture: &Chart, (width, height): (usize, usize), columns: usize) -> Vec<String> {
    let text = picture.to_terminal(width, height).unwrap();
    let cut = |line: &str| {
        line.chars()
            .take(columns)
            .collect::<String>()
            .trim_end()
            .to_owned()
    };
    text.lines().map(cut).collect()
}

proptest! {
    #[test]
    fn only_the_last_picture_is_seen(
        values in prop::collection::vec(-1e3..1e3_f64, 1..8),
        (width, height) in (1..100_usize, 1..30_usize),
        columns in 1..120_usize,
        before in 0..3_usize,
    ) {
        let mut written = Vec::new();
        let mut live = Live::new(&mut written, width, height);
        let pictures: Vec<Chart> = values.iter().map(|&value| line([0.0, 1.0], [0.0, value]).title("t")).collect();
        for picture in &pictures {
            prop_assert!(live.show(picture).unwrap());
        }
        let mut terminal = Terminal::new(columns);
        terminal.write(&"$\n".repeat(before));
        terminal.write(&String::from_utf8(written).unwrap());
        let text = terminal.text();
        prop_assert_eq!(&text[before..text.len() - 1], &shown(&pictures[pictures.len() - 1], (width, height), columns)[..]);
        prop_assert_eq!((terminal.row, terminal.column), (before + height, 0), "what comes next begins below");
        prop_assert!(terminal.wraps);
    }
}

#[test]
fn a_picture_that_is_kept_stays() {
    let (first, second) = (line([0.0, 1.0], [0.0, 1.0]), line([0.0, 1.0], [1.0, 0.0]));
    let mut written = Vec::new();
    let mut live = Live::new(&mut written, 40, 10);
    live.show(&first).unwrap();
    live.keep();
    live.show(&second).unwrap();
    let mut terminal = Terminal::new(80);
    terminal.write(&String::from_utf8(written).unwrap());
    let text = terminal.text();
    assert_eq!(text[..10], shown(&first, (40, 10), 80));
    assert_eq!(text[10..20], shown(&second, (40, 10), 80));
}

#[test]
fn a_mistake_shows_nothing() {
    let mut written = Vec::new();
    let broken = Chart::new().line("", [1], [1, 2]);
    assert!(Live::new(&mut written, 40, 10).show(&broken).is_err());
    assert!(written.is_empty());
}

#[test]
fn a_terminal_that_is_gone_is_an_error() {
    let mut nowhere: &mut [u8] = &mut [];
    let shown = Live::new(&mut nowhere, 40, 10).show(&Chart::new());
    assert!(matches!(shown, Err(Error::Write(_))), "{shown:?}");
}

#[test]
fn a_pipe_is_shown_nothing() {
    // Tests run with their output captured or not, so the standard output itself decides.
    let mut live = Live::stdout(40, 10);
    let is_terminal = live.is_terminal();
    assert_eq!(live.show(&Chart::new()).unwrap(), is_terminal);
}
