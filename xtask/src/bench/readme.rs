//! The part of README.md that a command writes.

use crate::error::{Error, Result};
use std::{fs, path::Path};

const START: &str = "<!-- bench:start -->\n";
const END: &str = "<!-- bench:end -->";

/// Puts `section` between the two marks of a file, in place of what is there.
pub fn replace(path: &Path, section: &str) -> Result<()> {
    let text = fs::read_to_string(path).map_err(Error::file(path))?;
    let replaced = between(&text, section).ok_or_else(|| {
        Error::failed(format!(
            "{}: no line `{}` with a line `{END}` after it",
            path.display(),
            START.trim_end()
        ))
    })?;
    fs::write(path, replaced).map_err(Error::file(path))
}

fn between(text: &str, section: &str) -> Option<String> {
    let (before, rest) = text.split_once(START)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{START}{section}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let text = "# Title\n<!-- bench:start -->\nold\n<!-- bench:end -->\nrest\n";
        let replaced = between(text, "new\n").unwrap();
        assert_eq!(
            replaced,
            "# Title\n<!-- bench:start -->\nnew\n<!-- bench:end -->\nrest\n"
        );
        assert_eq!(between(&replaced, "new\n").unwrap(), replaced);
    }

    #[test]
    fn marks_in_the_wrong_order_or_missing_are_found() {
        for text in [
            "",
            "<!-- bench:start -->\n",
            "<!-- bench:end -->\n<!-- bench:start -->\n",
        ] {
            assert_eq!(between(text, "new"), None);
        }
    }
}
