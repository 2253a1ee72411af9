use std::path::Path;

use crate::svg::escape;
use crate::{Error, Picture, Result, file, html};

/// A web page in one file: words, tables and pictures in the order in which they are added. It loads nothing from anywhere.
///
/// ```
/// use backprop_plot::{Report, curves};
///
/// let report = Report::new("A run")
///     .table(["setting", "value"], [["optimizer", "Adam"], ["learning rate", "0.001"]])
///     .heading("Loss")
///     .text("It falls <fast>.")
///     .picture(&curves([("training", [0.9, 0.5, 0.3])]), "after each epoch");
/// assert!(report.to_html()?.contains("It falls &lt;fast&gt;."));
/// # Ok::<(), backprop_plot::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Report {
    title: String,
    body: String,
    mistake: Option<Error>,
}

impl Report {
    /// An empty page with a title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            body: String::new(),
            mistake: None,
        }
    }

    /// With a heading.
    #[must_use]
    pub fn heading(self, words: &str) -> Self {
        self.html(&format!("<h2>{}</h2>\n", escape(words)))
    }

    /// With a paragraph; an empty line begins another one.
    #[must_use]
    pub fn text(self, words: &str) -> Self {
        let paragraphs = words.split("\n\n").filter(|words| !words.trim().is_empty());
        paragraphs.fold(self, |report, words| {
            report.html(&format!("<p>{}</p>\n", escape(words.trim())))
        })
    }

    /// With text as it is, in letters of one width: a summary of layers, a terminal's output.
    #[must_use]
    pub fn code(self, text: &str) -> Self {
        self.html(&format!("<pre>{}</pre>\n", escape(text.trim_end())))
    }

    /// With a table. Columns of numbers are aligned at the right. Of more than 2000 rows, 2000 are shown, evenly spread from the first to the last,
    /// and a line below says so: more are more than one reads, or a browser lays out.
    #[must_use]
    pub fn table<R, S>(self, header: impl IntoIterator<Item = S>, rows: impl IntoIterator<Item = R>) -> Self
    where
        R: IntoIterator,
        R::Item: AsRef<str>,
        S: AsRef<str>,
    {
        let header: Vec<String> = header.into_iter().map(|cell| cell.as_ref().to_owned()).collect();
        let cells = |row: R| row.into_iter().map(|cell| cell.as_ref().to_owned()).collect();
        let rows: Vec<Vec<String>> = rows.into_iter().map(cells).collect();
        let numeric = numeric_columns(&rows);
        let line = |tag: &str, cells: &[String]| {
            let cells = cells.iter().enumerate();
            let cells: String = cells
                .map(|(column, cell)| {
                    let is_number = numeric.get(column).is_some_and(|numeric| *numeric);
                    let class = if is_number { " class=\"number\"" } else { "" };
                    format!("<{tag}{class}>{}</{tag}>", escape(cell))
                })
                .collect();
            format!("<tr>{cells}</tr>\n")
        };
        let body: String = shown(rows.len()).map(|row| line("td", &rows[row])).collect();
        let head = line("th", &header);
        let note = if rows.len() > MOST_ROWS {
            format!("<p>{MOST_ROWS} of {} rows, evenly spread.</p>\n", rows.len())
        } else {
            String::new()
        };
        self.html(&format!("<table>\n{head}{body}</table>\n{note}"))
    }

    /// With a picture and words below; empty words are left out.
    #[must_use]
    pub fn picture(mut self, picture: &dyn Picture, caption: &str) -> Self {
        let svg = match picture.to_svg() {
            Ok(svg) => svg,
            Err(error) => {
                self.mistake = self.mistake.or(Some(error));
                return self;
            }
        };
        let caption = if caption.is_empty() {
            String::new()
        } else {
            format!("<figcaption>{}</figcaption>\n", escape(caption))
        };
        self.html(&format!("<figure>\n{svg}{caption}</figure>\n"))
    }

    fn html(mut self, html: &str) -> Self {
        self.body += html;
        self
    }

    /// The page.
    ///
    /// # Errors
    /// That of the first picture that could not be drawn.
    pub fn to_html(&self) -> Result<String> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone());
        }
        Ok(html::page(
            &self.title,
            &format!("<h1>{}</h1>\n{}", escape(&self.title), self.body),
        ))
    }

    /// Saves the page as `.html`. Folders are made; the file is replaced whole or not at all.
    ///
    /// # Errors
    /// As [`to_html`](Self::to_html), for another end of the name, and if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        if file::extension(path) != "html" {
            return Err(Error::Format {
                path: path.to_owned(),
                expected: ".html",
            });
        }
        file::replace(path, self.to_html()?.as_bytes())
    }
}

/// More rows than these are not shown.
const MOST_ROWS: usize = 2000;

/// Which of `count` rows are shown: all, or some that are evenly spread, the first and the last among them.
fn shown(count: usize) -> impl Iterator<Item = usize> {
    let shown = count.min(MOST_ROWS);
    (0..shown).map(move |index| {
        if shown < count {
            index * (count - 1) / (shown - 1)
        } else {
            index
        }
    })
}

/// Whether each column has cells, and nothing but numbers in them.
fn numeric_columns(rows: &[Vec<String>]) -> Vec<bool> {
    let is_number = |cell: &str| {
        let cell = cell.trim().replace('−', "-");
        cell.trim_end_matches(['%', ' ']).parse::<f64>().is_ok()
    };
    let mut numeric = Vec::new();
    for row in rows {
        numeric.resize(numeric.len().max(row.len()), true);
        for (numeric, cell) in numeric.iter_mut().zip(row) {
            *numeric = *numeric && is_number(cell);
        }
    }
    numeric
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_table_is_thinned_evenly_and_says_so() {
        let rows = |count: usize| (0..count).map(|row| [row.to_string(), "words".to_owned()]);
        let page = |count| {
            Report::new("")
                .table(["a".to_owned(), "b".to_owned()], rows(count))
                .to_html()
                .unwrap()
        };
        let cells = |page: &str| page.matches("<td class=\"number\">").count();
        assert_eq!(cells(&page(2000)), 2000);
        assert!(!page(2000).contains("evenly spread"));
        let long = page(100_000);
        assert_eq!(cells(&long), 2000);
        assert!(long.contains(">0</td>") && long.contains(">99999</td>"));
        assert!(long.contains("2000 of 100000 rows"));
        assert!(
            shown(100_000)
                .zip(shown(100_000).skip(1))
                .all(|(a, b)| (50..=51).contains(&(b - a)))
        );
    }
}
