//! IDX files that several threads write at the same time.

use backprop_datasets::idx::Idx;

#[test]
fn whoever_else_saves_a_file_is_whole() {
    let path = std::env::temp_dir().join(format!("backprop-idx-{}.idx", std::process::id()));
    let data = Idx::new([64, 64], vec![7_u8; 64 * 64]).unwrap();
    data.save(&path).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    data.save(&path).unwrap();
                    assert_eq!(Idx::open(&path).unwrap(), data);
                }
            });
        }
    });
    std::fs::remove_file(path).unwrap();
}
