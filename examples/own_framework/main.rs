//! A framework of one's own.

mod classification;
mod framework;
mod gradients;
mod losses;
mod network;
mod with_library;

use std::path::PathBuf;

use backprop::plot::{Animation, Picture};

type Error = Box<dyn std::error::Error>;
type Result<T> = std::result::Result<T, Error>;

const FOLDER: &str = "target/examples/own_framework";

fn save(picture: &impl Picture, name: &str) -> Result<()> {
    let path = PathBuf::from(FOLDER).join(name);
    picture.save(path.with_extension("svg"))?;
    picture.save(path.with_extension("png"))?;
    Ok(())
}

fn save_animation(animation: &Animation, name: &str) -> Result<()> {
    let path = PathBuf::from(FOLDER).join(name);
    animation.save(path.with_extension("gif"))?;
    animation.save(path.with_extension("html"))?;
    Ok(())
}

fn main() {
    gradients::check(0).unwrap();
    losses::draw().unwrap();
    classification::run(&classification::Task::new(4, 30, 0).unwrap()).unwrap();
}
