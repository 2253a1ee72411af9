//! Whatever the path and the bytes are, there is a result.

use std::fs;

use backprop_files::{replace, replace_durably};
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_path(path in "[a-z./\\\\\u{0}é ]{0,300}", bytes: Vec<u8>, durably: bool) {
        let folder = std::env::temp_dir().join(format!("backprop-files-no-panic-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        // Inside of the folder, wherever `..` would lead.
        let path = folder.join(path.replace("..", ".").trim_start_matches('/'));
        let written = if durably { replace_durably(&path, &bytes) } else { replace(&path, &bytes) };
        if written.is_ok() {
            prop_assert_eq!(fs::read(&path).unwrap(), bytes);
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
