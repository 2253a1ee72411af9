//! What is written before it takes a file's name.

use std::collections::hash_map::RandomState;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A draft's name is these two with 16 hexadecimal digits between them.
const START: &str = ".backprop-";
const END: &str = ".part";

/// How often to begin again where another writer took the draft for a dead one's, between its making and its lock.
const ATTEMPTS: usize = 100;

/// A draft, which is removed unless it takes the file's name.
pub(crate) struct Draft {
    path: PathBuf,
    /// Locked, if the file system has locks.
    file: File,
    is_renamed: bool,
}

impl Draft {
    /// Beside the file at this path, and readable by no one who may not read the old one.
    pub(crate) fn create(target: &Path, old: Option<&Metadata>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        narrow(&mut options, old);
        for _ in 0..ATTEMPTS {
            let path = target.with_file_name(name());
            let file = match options.open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            // Where there are no locks, no one can take it for a dead one's.
            let _ = file.lock();
            let draft = Self {
                path,
                file,
                is_renamed: false,
            };
            if fs::symlink_metadata(&draft.path).is_ok() {
                return Ok(draft);
            }
        }
        Err(io::Error::new(
            io::ErrorKind::ResourceBusy,
            "another program removes what is written to this folder",
        ))
    }

    pub(crate) fn write(&self, bytes: &[u8], durably: bool) -> io::Result<()> {
        (&self.file).write_all(bytes)?;
        match durably {
            true => self.file.sync_all(),
            false => Ok(()),
        }
    }

    /// Gives it the file's name, owner and permissions.
    pub(crate) fn rename(mut self, target: &Path, old: Option<&Metadata>) -> io::Result<()> {
        if let Some(old) = old {
            keep_owner(&self.file, old);
            // Some file systems have no permissions to change. They were not wider to begin with.
            let _ = self.file.set_permissions(old.permissions());
        }
        if cfg!(windows) {
            // There, a lock keeps others from reading.
            self.file.unlock()?;
        }
        fs::rename(&self.path, target)?;
        self.is_renamed = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_renamed {
            // The first error is the one to report.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes the drafts of dead writers from the folder of a file. What cannot be removed is left: the file itself is written.
pub(crate) fn remove_dead(target: &Path) {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| is_draft(&entry.file_name())) {
        // Neither a pipe, which may be waited for without end, nor a link.
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = target.with_file_name(entry.file_name());
        // To write, since network file systems lock nothing else.
        let file = OpenOptions::new().write(true).open(&path);
        if let Ok(file) = file.or_else(|_| File::open(&path))
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(&path);
        }
    }
}

/// A name that no one else has: random, and the file system refuses it if it is taken all the same.
fn name() -> String {
    format!("{START}{:016x}{END}", RandomState::new().hash_one(0))
}

fn is_draft(name: &OsStr) -> bool {
    let digits = name
        .to_str()
        .and_then(|name| name.strip_prefix(START)?.strip_suffix(END));
    digits.is_some_and(|digits| digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(unix)]
fn narrow(options: &mut OpenOptions, old: Option<&Metadata>) {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

    if let Some(old) = old {
        // Writable, so that it can be locked by others when its writer is dead.
        options.mode(old.permissions().mode() & 0o777 | 0o200);
    }
}

#[cfg(not(unix))]
fn narrow(_: &mut OpenOptions, _: Option<&Metadata>) {}

/// As far as the system lets it.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};

    if let Ok(new) = file.metadata()
        && (new.uid(), new.gid()) != (old.uid(), old.gid())
    {
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_again_and_others_are_not() {
        assert!(is_draft(OsStr::new(&name())));
        assert_ne!(name(), name());
        for other in [
            "",
            ".backprop-.part",
            ".backprop-0123456789abcdef.part2",
            "backprop-0123456789abcdef.part",
            ".backprop-0123456789abcdeg.part",
        ] {
            assert!(!is_draft(OsStr::new(other)), "{other}");
        }
    }
}
