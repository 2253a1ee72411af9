//! What is written before it takes a file's name.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

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

/// How many entries of a folder may be read for one file that is written, on average.
const ENTRIES: usize = 64;

/// Folders that are remembered at most.
const FOLDERS: usize = 256;

/// How many files are to be written to large folders before they are read again.
#[derive(Default)]
struct Pauses(BTreeMap<PathBuf, usize>);

impl Pauses {
    /// Whether a folder is to be read before this file is written.
    fn is_over(&mut self, folder: &Path) -> bool {
        match self.0.get_mut(folder) {
            Some(files @ 1..) => {
                *files -= 1;
                false
            }
            _ => true,
        }
    }

    /// A folder was read, and had so many entries.
    fn begin(&mut self, folder: &Path, entries: usize) {
        self.0.remove(folder);
        if entries >= ENTRIES {
            if self.0.len() >= FOLDERS {
                // That some folders are read too early costs little.
                self.0.clear();
            }
            self.0.insert(folder.to_owned(), entries / ENTRIES);
        }
    }
}

static PAUSES: Mutex<Pauses> = Mutex::new(Pauses(BTreeMap::new()));

/// Removes the drafts of dead writers from the folder of a file, now and then: always in a small folder, seldom in a large one. What cannot be removed is left: the file itself is written.
pub(crate) fn remove_dead(target: &Path) {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let pauses = || PAUSES.lock().unwrap_or_else(PoisonError::into_inner);
    if !pauses().is_over(folder) {
        return;
    }
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut count = 0;
    let entries = entries.inspect(|_| count += 1).flatten();
    for entry in entries.filter(|entry| is_draft(&entry.file_name())) {
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
    pauses().begin(folder, count);
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
    fn a_folder_is_read_for_a_share_of_the_files_that_falls_with_its_size() {
        let mut pauses = Pauses::default();
        let mut reads = |folder: &str, entries: usize| {
            let folder = Path::new(folder);
            let files = (0..6400).filter(|_| {
                let is_over = pauses.is_over(folder);
                if is_over {
                    pauses.begin(folder, entries);
                }
                is_over
            });
            files.count()
        };
        assert_eq!(reads("small", 63), 6400);
        assert_eq!(reads("middle", 64), 3200);
        let large = reads("large", 6400);
        assert!((63..=64).contains(&large), "{large}");
        for folder in 0..10 * FOLDERS {
            pauses.begin(Path::new(&folder.to_string()), 1 << 20);
        }
        assert!(pauses.0.len() <= FOLDERS);
    }

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
