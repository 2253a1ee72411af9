//! The programs that measure.

use crate::{
    error::{Error, Result},
    process,
};
use std::{
    ffi::{OsStr, OsString},
    fs,
    path::Path,
    process::Command,
};

/// A framework's program: it prints its results for the workloads whose names are added to its arguments.
#[derive(Debug)]
pub struct Program {
    path: OsString,
    arguments: Vec<String>,
}

/// What is measured: its name, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    pub name: String,
    pub about: String,
}

impl Program {
    pub fn new(path: OsString, arguments: Vec<String>) -> Self {
        Self { path, arguments }
    }

    /// The program and its arguments, in short.
    pub fn name(&self) -> String {
        process::line(&self.command())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments);
        command
    }

    /// The same with more arguments.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    /// What it measures under these names, a line each; all that it knows if there are none.
    pub fn names(&self, names: &[&str]) -> Result<Vec<Workload>> {
        let mut command = self.command();
        command.arg("--list").args(names);
        let workload = |line: &str| Workload {
            name: line.into(),
            about: String::new(),
        };
        Ok(process::output(command)?.lines().map(workload).collect())
    }

    /// The workloads it knows: a line each, the name, a space, and what it is. (Ours can tell; peers need not.)
    pub fn workloads(&self) -> Result<Vec<Workload>> {
        let mut command = self.command();
        command.arg("--list");
        let workload = |line: &str| {
            let (name, about) = line.split_once(' ')?;
            Some(Workload {
                name: name.into(),
                about: about.trim().into(),
            })
        };
        Ok(process::output(command)?.lines().filter_map(workload).collect())
    }

    /// Its output for these workloads.
    pub fn measure(&self, workloads: &[&str]) -> Result<String> {
        let mut command = self.command();
        command.args(workloads);
        process::output(command)
    }
}

/// Reads a file with a command a line. In it, `{threads}` is the number of threads, a path with a `/` is seen from the file's folder, and `#` begins a
/// comment.
pub fn peers(file: &Path, threads: usize) -> Result<Vec<Program>> {
    let text = fs::read_to_string(file).map_err(Error::file(file))?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    Ok(text
        .lines()
        .filter_map(|line| parse(line, folder, threads))
        .collect())
}

fn parse(line: &str, folder: &Path, threads: usize) -> Option<Program> {
    let line = line.split('#').next()?.replace("{threads}", &threads.to_string());
    let mut words = line.split_whitespace().map(|word| {
        if word.contains('/') {
            folder.join(word).into_os_string()
        } else {
            OsStr::new(word).to_owned()
        }
    });
    let path = words.next()?;
    let arguments = words.map(|word| word.to_string_lossy().into_owned());
    Some(Program::new(path, arguments.collect()))
}

/// The names in groups that are measured in one run: a prediction (`W2` trains, `W8a` predicts with the same model) comes after the
/// training of its model, as some programs print it only then.
pub fn groups(workloads: &[Workload]) -> Vec<Vec<&str>> {
    const TOGETHER: [&str; 2] = ["W2", "W8a"];
    let (together, alone): (Vec<&str>, Vec<&str>) = workloads
        .iter()
        .map(|workload| workload.name.as_str())
        .partition(|name| TOGETHER.contains(name));
    let mut groups: Vec<Vec<&str>> = alone.into_iter().map(|name| vec![name]).collect();
    if !together.is_empty() {
        groups.push(TOGETHER.to_vec());
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_command_seen_from_the_files_folder() {
        let program = parse(
            "python dir/bench.py {threads} eager # PyTorch",
            Path::new("peers"),
            3,
        )
        .unwrap();
        assert_eq!(program.path, "python");
        assert_eq!(program.arguments, ["peers/dir/bench.py", "3", "eager"]);
        let program = parse("/bin/bench --threads {threads}", Path::new("peers"), 2).unwrap();
        assert_eq!(program.path, "/bin/bench");
        assert!(parse("  # nothing", Path::new("peers"), 2).is_none());
        assert!(parse("", Path::new("peers"), 2).is_none());
    }

    #[test]
    fn predictions_are_measured_along_with_training() {
        let workloads = |names: &[&str]| -> Vec<Workload> {
            names
                .iter()
                .map(|&name| Workload {
                    name: name.into(),
                    about: String::new(),
                })
                .collect()
        };
        assert_eq!(
            groups(&workloads(&["W1", "W2", "W8a", "W3"])),
            [vec!["W1"], vec!["W3"], vec!["W2", "W8a"]]
        );
        assert_eq!(groups(&workloads(&["W8a"])), [vec!["W2", "W8a"]]);
        assert_eq!(groups(&workloads(&["W3"])), [vec!["W3"]]);
    }
}
