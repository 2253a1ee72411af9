//! Everything CI does, a person can do: `cargo xtask ci`, `cargo xtask bench`.

fn main() {}
