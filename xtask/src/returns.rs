//! Which public functions no test calls with hostile arguments.
//!
//! A crate that promises to return errors instead of panicking has a test that calls all its public functions with anything
//! (`tests/no_panic`). A function that is new would be forgotten there, so each must be named.

use crate::{
    error::{Error, Result},
    workspace::{Package, Workspace},
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The folder of that test.
const TEST: &str = "tests/no_panic";

/// Folders of modules that are not public, whatever their functions are.
const PRIVATE: [&str; 1] = ["kernels"];

/// Every public function that such a test does not name, of the crates that have one.
pub fn faults(workspace: &Workspace) -> Result<Vec<String>> {
    let sources = workspace.sources()?;
    let mut faults = Vec::new();
    for package in &workspace.packages {
        let Some(folder) = package.manifest_path.parent() else {
            continue;
        };
        let calls = read(&sources, &folder.join(TEST))?;
        if !calls.is_empty() {
            let functions = read(&sources, &folder.join("src"))?;
            faults.extend(forgotten(&functions, &calls).map(|name| message(package, name)));
        }
    }
    Ok(faults)
}

fn message(package: &Package, name: &str) -> String {
    format!("{}: the test {TEST} does not call `{name}`", package.name)
}

/// The text of all files in a folder, but for private ones.
fn read(sources: &[PathBuf], folder: &Path) -> Result<String> {
    let is_private = |path: &Path| PRIVATE.iter().any(|name| path.iter().any(|part| part == *name));
    let mut text = String::new();
    for path in sources
        .iter()
        .filter(|path| path.starts_with(folder) && !is_private(path))
    {
        text += &fs::read_to_string(path).map_err(Error::file(path))?;
    }
    Ok(text)
}

/// The functions of one text that are not words of the other.
fn forgotten<'a>(functions: &'a str, calls: &str) -> impl Iterator<Item = &'a str> {
    let named: BTreeSet<&str> = calls.split(|c: char| !is_part_of_name(c)).collect();
    let functions: BTreeSet<&str> = functions.lines().filter_map(function).collect();
    functions.into_iter().filter(move |name| !named.contains(name))
}

/// The name of the public function that a line declares, also as macros do: `pub fn exp;` or `sqrt |x| ...`.
fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let declared = ["pub fn ", "pub const fn "]
        .iter()
        .find_map(|start| line.strip_prefix(start));
    let (name, _) = match declared {
        Some(rest) => word(rest),
        None => word(line),
    };
    (declared.is_some() || is_formula(line))
        .then_some(name)
        .filter(|name| !name.is_empty())
}

/// Whether a line is like `sqrt |x| math::sqrt(x);`.
fn is_formula(line: &str) -> bool {
    let after = word(line).1.strip_prefix(" |");
    after.is_some_and(|after| word(after).1.starts_with("| ")) && line.ends_with(';')
}

/// The name that a text begins with, and the rest.
fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c| !is_part_of_name(c)).unwrap_or(text.len()))
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_as_they_are_declared() {
        assert_eq!(function("    pub fn sum(&self) -> Self {"), Some("sum"));
        assert_eq!(function("pub const fn rank<T>() -> usize {"), Some("rank"));
        assert_eq!(function("    pub fn exp;"), Some("exp"));
        assert_eq!(function("    sqrt |x| math::sqrt(x);"), Some("sqrt"));
        for other in [
            "pub(crate) fn sum()",
            "fn sum()",
            "/// pub fn sum()",
            "pub fn $method()",
            "let f = |x| x;",
        ] {
            assert_eq!(function(other), None, "{other}");
        }
    }

    #[test]
    fn a_name_is_a_whole_word() {
        let forgotten: Vec<_> =
            forgotten("pub fn sum()\npub fn sum_to()\npub fn max()", "x.sum_to(0) min").collect();
        assert_eq!(forgotten, ["max", "sum"]);
    }
}
