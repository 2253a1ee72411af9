//! A file is the old one or the new one, whatever happens.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use backprop_files::{replace, replace_durably};

/// An empty folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("backprop-files-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Contents that tell whether they are whole: one byte, as often as it says.
fn contents(byte: u8) -> Vec<u8> {
    vec![byte; 10_000 + 1_000 * usize::from(byte)]
}

#[track_caller]
fn assert_whole(bytes: &[u8]) {
    assert!(!bytes.is_empty(), "an empty file");
    assert!(
        bytes == contents(bytes[0]),
        "a torn file of {} bytes",
        bytes.len()
    );
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn threads_that_save_to_one_path_leave_whole_files() {
    let folder = folder("threads");
    let path = folder.join("file");
    replace(&path, &contents(0)).unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !is_over.load(Ordering::Relaxed) {
                assert_whole(&fs::read(&path).expect("the file is always there"));
                reads += 1;
            }
            reads
        });
        let writers: Vec<_> = (0..6_u8)
            .map(|writer| {
                let path = &path;
                scope.spawn(move || {
                    for round in 0..40 {
                        replace(path, &contents(6 * (round % 20) + writer)).unwrap();
                    }
                })
            })
            .collect();
        let written: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        is_over.store(true, Ordering::Relaxed);
        assert!(written.iter().all(Result::is_ok));
        assert!(reader.join().unwrap() > 0);
    });
    assert_eq!(names(&folder), ["file"]);
    fs::remove_dir_all(folder).unwrap();
}

/// Set in a child that saves until it is killed.
const VICTIM: &str = "BACKPROP_FILES_VICTIM";

#[test]
fn a_writer_that_is_killed_leaves_a_whole_file_and_the_next_one_tidies_up() {
    if let Some(path) = std::env::var_os(VICTIM) {
        let started = Instant::now();
        // Not for ever, if the parent is gone.
        for byte in (0..100)
            .cycle()
            .take_while(|_| started.elapsed() < Duration::from_secs(20))
        {
            replace(&path, &contents(byte)).unwrap();
        }
        return;
    }
    let folder = folder("killed");
    let path = folder.join("file");
    let name = "a_writer_that_is_killed_leaves_a_whole_file_and_the_next_one_tidies_up";
    for kill in 0..12 {
        let _ = fs::remove_file(&path);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([name, "--exact"])
            .env(VICTIM, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while !path.exists() {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "the child writes nothing"
            );
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_micros(700 * kill));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_whole(&fs::read(&path).unwrap());
    }
    // One that is sure to be there, and of another file: it need not be written again.
    fs::write(folder.join(".backprop-0123456789abcdef.part"), b"half").unwrap();
    replace(&path, &contents(1)).unwrap();
    assert_eq!(names(&folder), ["file"]);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_a_live_writer_holds_is_left_alone() {
    let folder = folder("alive");
    let draft = folder.join(".backprop-0123456789abcdef.part");
    let writer = fs::File::create(&draft).unwrap();
    writer.lock().unwrap();
    fs::write(folder.join(".backprop-mine.part"), b"not a draft").unwrap();
    replace(folder.join("file"), b"new").unwrap();
    assert_eq!(names(&folder).len(), 3, "{:?}", names(&folder));
    drop(writer);
    replace(folder.join("file"), b"new").unwrap();
    assert!(!draft.exists());
    assert_eq!(names(&folder).len(), 2, "{:?}", names(&folder));
    fs::remove_dir_all(folder).unwrap();
}

/// Reading a large folder for every file would cost more than writing the file.
#[test]
fn a_large_folder_is_tidied_up_now_and_then() {
    let folder = folder("large");
    for number in 0..1000 {
        fs::write(folder.join(number.to_string()), b"").unwrap();
    }
    let (draft, file) = (
        folder.join(".backprop-0123456789abcdef.part"),
        folder.join("file"),
    );
    replace(&file, b"new").unwrap();
    fs::write(&draft, b"half").unwrap();
    let left = (0..1000).take_while(|_| {
        replace(&file, b"newer").unwrap();
        draft.exists()
    });
    let left = left.count();
    assert!((10..20).contains(&left), "{left} files were written before");
    fs::remove_dir_all(folder).unwrap();
}

#[cfg(unix)]
#[test]
fn permissions_are_those_of_the_old_file_or_of_plain_writing() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder("permissions");
    let (path, plain) = (folder.join("file"), folder.join("plain"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    fs::write(&plain, b"plain").unwrap();
    replace(&path, b"new").unwrap();
    assert_eq!(mode(&path), mode(&plain));
    for kept in [0o600, 0o644, 0o664, 0o666, 0o400, 0o751] {
        fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
        replace_durably(&path, b"newer").unwrap();
        assert_eq!(mode(&path), kept, "{kept:o}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_longest_names_and_the_deepest_folders_are_written_as_plainly() {
    let top = folder("long");
    let name = "n".repeat(255);
    replace(top.join(&name), b"long").unwrap();
    assert_eq!(fs::read(top.join(&name)).unwrap(), b"long");
    let too_long = "n".repeat(256);
    let plainly = fs::write(top.join(&too_long), b"").unwrap_err();
    assert_eq!(
        replace(top.join(&too_long), b"").unwrap_err().kind(),
        plainly.kind()
    );
    fs::remove_dir_all(top).unwrap();
}

/// From inside, since no path says where it is.
#[cfg(target_os = "linux")]
#[test]
fn folders_deeper_than_a_path_can_say() {
    const DEEP: &str = "BACKPROP_FILES_DEEP";
    if let Some(top) = std::env::var_os(DEEP) {
        std::env::set_current_dir(top).unwrap();
        for _ in 0..20 {
            let _ = fs::create_dir("d".repeat(250));
            std::env::set_current_dir("d".repeat(250)).unwrap();
        }
        assert!(std::env::current_dir().map_or(true, |folder| folder.as_os_str().len() > 4096));
        std::os::unix::fs::symlink("other", "link").unwrap();
        for name in ["file", "link", "./file"] {
            replace(name, b"deep").unwrap();
            assert_eq!(fs::read(name).unwrap(), b"deep");
        }
        assert!(fs::symlink_metadata("link").unwrap().is_symlink());
        assert_eq!(names(Path::new(".")).len(), 3);
        // A path that leaves no room for a longer name.
        let long = format!("{}file", "./".repeat(2045));
        fs::write(&long, b"plain").unwrap();
        replace(&long, b"long").unwrap();
        assert_eq!(fs::read("file").unwrap(), b"long");
        return;
    }
    let top = folder("deep");
    // The folder one works in belongs to all threads.
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["folders_deeper_than_a_path_can_say", "--exact"])
        .env(DEEP, &top)
        .status()
        .unwrap();
    assert!(status.success());
    fs::remove_dir_all(top).unwrap();
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_devices_stay() {
    use std::os::unix::fs::{FileTypeExt, symlink};

    let folder = folder("links");
    let (file, link, chain) = (folder.join("file"), folder.join("link"), folder.join("chain"));
    fs::write(&file, b"old").unwrap();
    symlink("file", &link).unwrap();
    symlink(&link, &chain).unwrap();
    for path in [&link, &chain] {
        replace(path, path.as_os_str().as_encoded_bytes()).unwrap();
        assert!(fs::symlink_metadata(path).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), path.as_os_str().as_encoded_bytes());
    }
    // To a file that is not there yet, and to itself.
    symlink("new", folder.join("dangling")).unwrap();
    replace(folder.join("dangling"), b"there").unwrap();
    assert_eq!(fs::read(folder.join("new")).unwrap(), b"there");
    symlink("circle", folder.join("circle")).unwrap();
    assert!(replace(folder.join("circle"), b"").is_err());
    // A link of one's own: a mistake would replace it, not the device.
    let null = folder.join("null");
    symlink("/dev/null", &null).unwrap();
    replace(&null, b"gone").unwrap();
    assert!(fs::symlink_metadata(&null).unwrap().is_symlink());
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    let error = replace(&folder, b"no file").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    assert_eq!(names(&folder).len(), 7, "nothing is left behind");
    fs::remove_dir_all(folder).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn pipes_are_written_into() {
    use std::io::Read;
    use std::os::fd::AsRawFd;

    let (mut reader, writer) = io::pipe().unwrap();
    replace(format!("/dev/fd/{}", writer.as_raw_fd()), b"through a pipe").unwrap();
    drop(writer);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "through a pipe");
}

/// Not even for a moment, where a relative path begins.
#[test]
fn nothing_is_written_without_a_name() {
    for path in ["", "no/such/folder/.."] {
        let error = replace(path, b"nothing").unwrap_err();
        assert_eq!(error.to_string(), "the path names no file", "{path}");
    }
}
