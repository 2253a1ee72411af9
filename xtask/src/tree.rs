//! `cargo xtask tree`: what a program that trains depends on, and how long a clean build of it takes.

use crate::{
    error::{Error, Result},
    process,
    workspace::Workspace,
};
use lexopt::{Arg, ValueExt};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// What a program needs that trains a network.
const CRATES: [&str; 4] = [
    "backprop-tensor",
    "backprop-autodiff",
    "backprop-layers",
    "backprop-optim",
];

/// `cargo xtask tree [--list] [--build] [--at-most N]`.
pub fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let (mut list, mut build, mut limit) = (false, false, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("list") => list = true,
            Arg::Long("build") => build = true,
            Arg::Long("at-most") => limit = Some(arguments.value()?.parse()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let workspace = Workspace::load()?;
    let names = crates(&workspace)?;
    if list {
        names.iter().for_each(|name| println!("{name}"));
    }
    println!("{} crates", names.len());
    if build {
        println!("clean release build: {:.1} s", clean_build(&workspace)?);
    }
    limit.map_or(Ok(()), |limit| at_most(&names, limit))
}

/// Fails when there are more than `limit` crates.
pub fn at_most(names: &BTreeSet<String>, limit: usize) -> Result<()> {
    if names.len() <= limit {
        return Ok(());
    }
    Err(Error::failed(format!(
        "a program that trains depends on {} crates, more than {limit}",
        names.len()
    )))
}

/// The crates, with versions, that the program depends on: all that `cargo tree -e normal` lists but itself.
pub fn crates(workspace: &Workspace) -> Result<BTreeSet<String>> {
    let program = Program::write(workspace)?;
    let tree = process::output(program.cargo(&["tree", "-e", "normal", "--prefix", "none"]))?;
    let names = tree.lines().skip(1).filter_map(|line| {
        let mut words = line.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?))
    });
    Ok(names.collect())
}

/// The seconds that a release build takes when nothing has been compiled before. Sources are downloaded before the clock runs.
fn clean_build(workspace: &Workspace) -> Result<f64> {
    let program = Program::write(workspace)?;
    process::run(&mut program.cargo(&["fetch", "--quiet"]))?;
    let start = Instant::now();
    process::run(&mut program.cargo(&["build", "--release", "--quiet"]))?;
    Ok(start.elapsed().as_secs_f64())
}

/// A program that depends on the crates and does nothing, in a folder that is deleted along with this.
struct Program {
    folder: PathBuf,
}

impl Program {
    fn write(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.target_directory.join("tree");
        let _ = fs::remove_dir_all(&folder);
        let program = Self { folder };
        let source = program.folder.join("src");
        fs::create_dir_all(&source).map_err(Error::file(&source))?;
        program.file("Cargo.toml", &manifest(workspace)?)?;
        program.file("src/main.rs", "fn main() {}\n")?;
        let lock = workspace.root.join("Cargo.lock");
        fs::copy(&lock, program.folder.join("Cargo.lock")).map_err(Error::file(&lock))?;
        Ok(program)
    }

    fn file(&self, name: &str, text: &str) -> Result<()> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(Error::file(&path))
    }

    fn cargo(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = process::cargo(arguments);
        command
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"));
        command
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // What is left over is deleted by the next one.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn manifest(workspace: &Workspace) -> Result<String> {
    let mut manifest = String::from("[package]\nname = \"program\"\nedition = \"2024\"\n\n[dependencies]\n");
    for name in CRATES {
        let package = workspace.packages.iter().find(|package| package.name == name);
        let folder = package
            .and_then(|package| package.manifest_path.parent())
            .ok_or_else(|| Error::failed(format!("there is no crate {name}")))?;
        manifest.push_str(&dependency(name, folder));
    }
    // A workspace of its own, though it lies in the folder of one.
    manifest.push_str("\n[workspace]\n");
    Ok(manifest)
}

fn dependency(name: &str, folder: &Path) -> String {
    // A literal string: the path may have backslashes.
    format!("{name} = {{ path = '{}' }}\n", folder.display())
}
