//! MNIST's four files in a directory: their names, and what can be wrong with them.
use std::fs;
use std::path::{Path, PathBuf};

use backprop_datasets::idx::Idx;
use backprop_datasets::{TensorDataset, mnist};
use backprop_tensor::Tensor;

/// A directory that goes with the test.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("backprop-datasets-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn save(&self, name: &str, array: &Idx) {
        array.save(self.0.join(name)).unwrap();
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn images(count: usize) -> Idx {
    let pixels: Vec<u8> = (0..count * 6).map(|i| (i * 51 % 256) as u8).collect();
    Idx::new([count, 2, 3], pixels).unwrap()
}

fn labels(count: usize) -> Idx {
    Idx::new([count], (0..count as u8).collect::<Vec<_>>()).unwrap()
}

/// Three images to train on and two to test with.
fn complete(name: &str, end: &str) -> Directory {
    let directory = Directory::new(name);
    for (part, count) in [("train", 3), ("t10k", 2)] {
        directory.save(&format!("{part}-images{end}").replace('#', "3"), &images(count));
        directory.save(&format!("{part}-labels{end}").replace('#', "1"), &labels(count));
    }
    directory
}

fn error(directory: &Path) -> String {
    mnist::from_files(directory).unwrap_err().to_string()
}

fn check((train, test): (TensorDataset, TensorDataset)) {
    assert_eq!(train.inputs().shape(), &[3, 6]);
    assert_eq!(test.inputs().shape(), &[2, 6]);
    assert_eq!(
        train.get(0).unwrap().0,
        Tensor::from([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    );
    assert_eq!(train.targets(), &Tensor::from([0, 1, 2]));
    assert_eq!(test.targets(), &Tensor::from([0, 1]));
}

#[test]
fn files_are_found_by_the_names_in_use() {
    for (name, end) in [("plain", "-idx#-ubyte"), ("dots", ".idx#-ubyte")] {
        check(mnist::from_files(&complete(name, end).0).unwrap());
    }
    #[cfg(feature = "gzip")]
    for (name, end) in [("gzip", "-idx#-ubyte.gz"), ("gzip-dots", ".idx#-ubyte.gz")] {
        check(mnist::from_files(&complete(name, end).0).unwrap());
    }
}

#[test]
fn bytes_are_as_in_the_files() {
    let (train, _) = mnist::bytes_from_files(&complete("bytes", "-idx#-ubyte").0).unwrap();
    assert_eq!(train.inputs().to_vec(), images(3).as_slice::<u8>().unwrap());
}

#[test]
fn a_missing_file_is_named() {
    let directory = complete("missing", "-idx#-ubyte");
    fs::remove_file(directory.0.join("t10k-labels-idx1-ubyte")).unwrap();
    let error = error(&directory.0);
    assert!(error.starts_with(&directory.0.display().to_string()), "{error}");
    assert!(
        error.contains("has no file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz or "),
        "{error}"
    );
    assert!(mnist::from_files("no/such/directory").is_err());
}

#[test]
fn a_file_of_another_kind_is_named() {
    let directory = complete("wrong", "-idx#-ubyte");
    directory.save("train-images-idx3-ubyte", &labels(3));
    assert!(
        error(&directory.0).ends_with("train-images-idx3-ubyte: holds an array of 1 axes, needs one of 3"),
        "{}",
        error(&directory.0)
    );
    directory.save(
        "train-images-idx3-ubyte",
        &Idx::new([1, 1, 1], vec![0.5_f32]).unwrap(),
    );
    assert!(error(&directory.0).contains("train-images-idx3-ubyte: the elements are of type f32"));
    fs::write(
        directory.0.join("train-images-idx3-ubyte"),
        [0, 0, 8, 3, 255, 255],
    )
    .unwrap();
    assert!(error(&directory.0).contains("train-images-idx3-ubyte: breaks off"));
}

#[test]
fn as_many_labels_as_images_are_needed() {
    let directory = complete("counts", "-idx#-ubyte");
    directory.save("train-labels-idx1-ubyte", &labels(4));
    assert!(error(&directory.0).ends_with("must have the same first axis: as many targets as inputs"));
}

/// A header may announce four thousand million images of no pixels: they take no memory, and have no labels.
#[test]
fn images_without_pixels_are_harmless() {
    let directory = complete("empty", "-idx#-ubyte");
    let most = u32::MAX as usize;
    directory.save(
        "train-images-idx3-ubyte",
        &Idx::new([most, most, 0], Vec::<u8>::new()).unwrap(),
    );
    assert!(mnist::from_files(&directory.0).is_err());
    directory.save(
        "train-images-idx3-ubyte",
        &Idx::new([3, most, 0], Vec::<u8>::new()).unwrap(),
    );
    let (train, _) = mnist::from_files(&directory.0).unwrap();
    assert_eq!(train.inputs().shape(), &[3, 0]);
}

#[test]
fn a_limit_holds_for_each_file() {
    let folder = complete("limit", "-idx#-ubyte");
    let directory = &folder.0;
    let (train, test) = mnist::bytes_from_files(directory).unwrap();
    let most = train.inputs().count().max(test.inputs().count());
    let (limited, _) = mnist::bytes_from_files_at_most(directory, most).unwrap();
    assert_eq!(limited.inputs(), train.inputs());
    assert!(mnist::from_files_at_most(directory, most).is_ok());
    for message in [
        mnist::from_files_at_most(directory, most - 1)
            .unwrap_err()
            .to_string(),
        mnist::bytes_from_files_at_most(directory, most - 1)
            .unwrap_err()
            .to_string(),
    ] {
        assert!(
            message.contains(&format!("more than the limit of {}", most - 1)),
            "{message}"
        );
        assert!(message.contains("images"), "{message}");
    }
}
