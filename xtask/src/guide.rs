//! `cargo xtask guide`: the pictures of the guide, drawn by its own code.
//!
//! The doctests of the guide save what they draw under `target/guide`; the documentation includes copies of these files, since rustdoc
//! runs no code. `--check` says whether the copies are those pictures still.

use crate::{
    error::{Error, Result},
    process,
};
use lexopt::Arg;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Pictures by file name.
type Pictures = BTreeMap<String, String>;

/// `cargo xtask guide [--check]`.
pub fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let mut check = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("check") => check = true,
            other => return Err(other.unexpected().into()),
        }
    }
    forget_drawn()?;
    process::run(&mut process::cargo(&["test", "--doc", "-p", "backprop", "guide"]))?;
    if check {
        return compare().map(|note| println!("{note}"));
    }
    for (name, picture) in read(&drawn_folder())? {
        let path = kept_folder().join(&name);
        fs::write(&path, picture).map_err(Error::file(&path))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Removes what was drawn before, so that a picture which is drawn no more is missed.
pub fn forget_drawn() -> Result<()> {
    let drawn = drawn_folder();
    if drawn.exists() {
        fs::remove_dir_all(&drawn).map_err(Error::file(&drawn))?;
    }
    Ok(())
}

/// Fails unless the documentation includes just the pictures that its code has drawn when it was last tested.
///
/// What they say is compared, not where each line runs: two processors may round the last bit of a weight differently.
pub fn compare() -> Result<String> {
    let (drawn, kept) = (read(&drawn_folder())?, read(&kept_folder())?);
    let differs =
        |name: &&String| drawn.get(*name).map(|svg| words(svg)) != kept.get(*name).map(|svg| words(svg));
    let names: Vec<&str> = drawn
        .keys()
        .chain(kept.keys().filter(|name| !drawn.contains_key(*name)))
        .filter(differs)
        .map(String::as_str)
        .collect();
    if names.is_empty() {
        Ok(format!("{} pictures", kept.len()))
    } else {
        Err(Error::failed(format!(
            "pictures of the guide are not what its code draws: {}; `cargo xtask guide` draws them again",
            names.join(", ")
        )))
    }
}

fn drawn_folder() -> PathBuf {
    process::root().join("target/guide")
}

fn kept_folder() -> PathBuf {
    process::root().join("crates/backprop/src/guide/pictures")
}

fn read(folder: &Path) -> Result<Pictures> {
    let mut pictures = Pictures::new();
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry.map_err(Error::file(folder))?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        pictures.insert(name, fs::read_to_string(&path).map_err(Error::file(&path))?);
    }
    Ok(pictures)
}

/// The texts of a picture that are no numbers.
fn words(svg: &str) -> Vec<&str> {
    svg.split("<text")
        .skip(1)
        .filter_map(|text| text.split_once('>')?.1.split_once('<'))
        .map(|(text, _)| text)
        .filter(|text| text.chars().any(char::is_alphabetic))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_texts_without_numbers() {
        let svg = "<svg><text x=\"1\">loss</text><text y=\"2\">0.5</text><path d=\"M0\"/><text>epoch 3</text></svg>";
        assert_eq!(words(svg), ["loss", "epoch 3"]);
    }
}
