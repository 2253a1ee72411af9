//! The example `mnist` reads IDX files of the same kind, and says what is wrong with others.

#[path = "../../../examples/mnist/data.rs"]
mod data;

use std::fs;
use std::path::{Path, PathBuf};

/// A folder of its own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("mnist_example")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// An IDX file of bytes.
fn idx(shape: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, shape.len() as u8];
    file.extend(shape.iter().flat_map(|length| length.to_be_bytes()));
    file.extend(bytes);
    file
}

/// One image for each label.
fn write(folder: &Path, part: &str, side: u32, labels: &[u8]) {
    let count = labels.len() as u32;
    let pixels = vec![255; (count * side * side) as usize];
    fs::write(
        folder.join(format!("{part}-images-idx3-ubyte")),
        idx(&[count, side, side], &pixels),
    )
    .unwrap();
    fs::write(
        folder.join(format!("{part}-labels-idx1-ubyte")),
        idx(&[count], labels),
    )
    .unwrap();
}

#[test]
fn files_of_the_same_kind_are_read() {
    let folder = folder("right");
    write(&folder, "train", 28, &[9, 0, 3]);
    write(&folder, "t10k", 28, &[1, 2]);
    let (train, test) = data::load(Some(&folder)).unwrap();
    assert_eq!(train.inputs().shape(), &[3, data::PIXELS]);
    assert_eq!(train.targets().to_vec(), [9, 0, 3]);
    assert_eq!(
        (test.targets().to_vec(), test.inputs().to_vec()[0]),
        (vec![1, 2], 1.0)
    );
}

#[test]
fn what_is_missing_or_of_another_kind_is_said() {
    let missing = folder("missing");
    write(&missing, "train", 28, &[0]);
    let size = folder("size");
    write(&size, "train", 28, &[0]);
    write(&size, "t10k", 32, &[0]);
    let labels = folder("labels");
    write(&labels, "train", 28, &[0, 10]);
    write(&labels, "t10k", 28, &[0]);
    let none = folder("none");
    write(&none, "train", 28, &[]);
    write(&none, "t10k", 28, &[0]);
    for (folder, words) in [
        (&missing, ["t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz"]),
        (&size, ["t10k: images of 1024 pixels", "28 x 28"]),
        (&labels, ["train: a label 10", "0 to 9"]),
        (&none, ["train", "none"]),
    ] {
        let error = data::load(Some(folder)).unwrap_err().to_string();
        let folder = folder.display().to_string();
        assert!(
            error.contains(&folder) && words.iter().all(|word| error.contains(word)),
            "{error}"
        );
    }
}
