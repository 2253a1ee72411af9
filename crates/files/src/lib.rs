//! Files that are replaced whole or not at all.
//!
//! [`replace`] writes a draft in the same folder, which then takes the file's name, in one step of the file system. So a reader finds the old file
//! or the new one, whoever else writes to the same path: other threads, other processes, other machines on a shared volume. The last one to
//! finish wins.
//!
//! # How it is built
//!
//! * **A draft's name is its writer's alone.** The system makes it, and refuses one that there is already (`create_new`). Process ids would not do:
//!   threads share one, and containers on a shared volume may have the same. The name is short and in the file's own folder, relative where
//!   the path is, so a file may have a name of 255 bytes, and a folder may lie deeper than a path can say.
//! * **A live draft is locked**, a dead writer's is not: the system takes locks back from whoever dies. A writer removes the drafts in the
//!   folder that it can lock: whenever it writes to a small folder, and seldom enough in a large one that no file costs more than reading some
//!   hundred names on average. Where the file system has no locks, drafts of dead writers stay.
//! * **Permissions and, where the system lets it, the owner stay** those of the file that is replaced; a new file has those that
//!   [`std::fs::write`] would give it.
//! * **Links are followed** and stay. What is no file, a device or a pipe, is written into. A path for which there is no room left for the draft's
//!   name is written into as well, since nothing else is possible.
//!
//! This crate knows nothing of what is in the files.

#![forbid(unsafe_code)]

mod draft;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use draft::Draft;

/// Links that are followed at most, as Linux has it.
const MOST_LINKS: usize = 40;

/// Writes a file whole, or leaves the old one. It may not survive a failure of power that follows: see [`replace_durably`].
///
/// # Errors
/// If the folder does not exist or cannot be written in, if the path names a folder or nothing, or if there is no room. The old file is then as
/// it was.
///
/// ```
/// let path = std::env::temp_dir().join(format!("backprop-files-replace-{}", std::process::id()));
/// backprop_files::replace(&path, b"one")?;
/// backprop_files::replace(&path, b"two")?;
/// assert_eq!(std::fs::read(&path)?, b"two");
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn replace(path: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
    write(path.as_ref(), bytes, false)
}

/// As [`replace`], with the contents on the disk before they take the file's name.
///
/// # Errors
/// As [`replace`], and if the disk reports a failure.
///
/// ```
/// let path = std::env::temp_dir().join(format!("backprop-files-durably-{}", std::process::id()));
/// backprop_files::replace_durably(&path, b"an hour of training")?;
/// assert_eq!(std::fs::read(&path)?, b"an hour of training");
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn replace_durably(path: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
    write(path.as_ref(), bytes, true)
}

fn write(path: &Path, bytes: &[u8], durably: bool) -> io::Result<()> {
    let path = &followed(path)?;
    let old = match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => return fs::write(path, bytes),
        Ok(found) => Some(found),
        Err(_) => None,
    };
    if path.file_name().is_none() {
        let reason = "the path names no file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    draft::remove_dead(path);
    let draft = match Draft::create(path, old.as_ref()) {
        Ok(draft) => draft,
        // The draft's name is the longer one.
        Err(error) if error.kind() == io::ErrorKind::InvalidFilename => return fs::write(path, bytes),
        Err(error) => return Err(error),
    };
    draft.write(bytes, durably)?;
    draft.rename(path, old.as_ref())
}

/// What a link points to, in the end. Only the last part of a path is looked at: the system follows the others, however long they are.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => {
                let target = fs::read_link(&path)?;
                // What a link of the system points to need not have a path: a pipe, or a file that was removed.
                let next = path.with_file_name(target);
                if fs::symlink_metadata(&next).is_err() && fs::metadata(&path).is_ok() {
                    return Ok(path);
                }
                path = next;
            }
            _ => return Ok(path),
        }
    }
    fs::metadata(&path).map(|_| path)
}
