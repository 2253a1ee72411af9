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

    /// With a table. Columns of numbers are aligned at the right.
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
        let is_number = |cell: &String| {
            cell.trim()
                .replace('−', "-")
                .trim_end_matches(['%', ' '])
                .parse::<f64>()
                .is_ok()
        };
        let numeric = |column: usize| rows.iter().filter_map(|row| row.get(column)).all(is_number);
        let class = |column: usize| {
            if numeric(column) && !rows.is_empty() {
                " class=\"number\""
            } else {
                ""
            }
        };
        let line = |tag: &str, cells: &[String]| {
            let cells = cells.iter().enumerate();
            let cells: String = cells
                .map(|(column, cell)| format!("<{tag}{}>{}</{tag}>", class(column), escape(cell)))
                .collect();
            format!("<tr>{cells}</tr>\n")
        };
        let body: String = rows.iter().map(|row| line("td", row)).collect();
        let head = line("th", &header);
        self.html(&format!("<table>\n{head}{body}</table>\n"))
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
