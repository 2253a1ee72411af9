//! What is read from files that are cut off, damaged, of something else, or made by somebody who knows the format.

use std::fs;
use std::path::{Path, PathBuf};

use backprop_tensor::Numeric;
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Sample, Source};

use super::callbacks::{checkpoint, path as any_path};
use super::material::{Data, data, model};
use super::metrics::damage;
use super::seen;
use super::trainer::{trainer, validation};

/// Where the files of this program are, and of no other part of it: tests run at the same time.
pub(super) fn folder() -> PathBuf {
    let thread = format!("{:?}", std::thread::current().id());
    let number: String = thread.chars().filter(char::is_ascii_digit).collect();
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("no-panic-{}-{number}", std::process::id()))
}

/// What comes before the value in a checkpoint: magic word, version, type of number, checksum, length.
const HEADER: usize = 28;

/// Changes a checkpoint, and often makes checksum and length right again.
fn damage_checkpoint(path: &Path, s: &mut Source) {
    let Ok(mut bytes) = fs::read(path) else { return };
    if bytes.len() < HEADER || s.seldom(6) {
        damage(&mut bytes, s);
    } else {
        let mut value = bytes.split_off(HEADER);
        damage(&mut value, s);
        bytes[16..20].copy_from_slice(&crc32fast::hash(&value).to_le_bytes());
        bytes[20..28].copy_from_slice(&(value.len() as u64).to_le_bytes());
        bytes.extend(value);
    }
    let _ = fs::write(path, bytes);
}

/// A training that is resumed, seldom from what it has written, and seldom with the same settings.
fn resumed<Y: Numeric + Sample>(data: &Data<Y>, s: &mut Source) -> String {
    let path = folder().join("checkpoint");
    let mut text = String::new();
    let mut model = model(data, s);
    let (epochs, at) = (s.rng.below(3), s.rng.clone());
    for again in [false, true] {
        let damaged = again && !s.seldom(4);
        if again && !s.seldom(8) {
            s.rng.clone_from(&at);
        }
        let (mut trainer, validation) = (
            trainer(s).callback(checkpoint(path.clone(), s)),
            validation(s, data),
        );
        if again {
            let from = if s.seldom(20) {
                any_path(s, "other")
            } else {
                path.clone()
            };
            trainer = trainer.resume(from).epochs(epochs + 2);
        } else {
            trainer = trainer.epochs(epochs + 1);
        }
        if damaged {
            damage_checkpoint(&path, s);
        }
        text += &seen(&trainer.fit(&mut model, data, validation));
    }
    text
}

/// Weights in files.
#[cfg(feature = "safetensors")]
mod weights {
    use super::*;
    use backprop_autodiff::Param;
    use backprop_layers::Linear;
    use backprop_tensor::Tensor;
    use backprop_train::{SaveWeights, read_weights};

    /// A safetensors file of any header.
    fn made_up(s: &mut Source) -> Vec<u8> {
        let mut header = String::new();
        for number in 0..s.rng.below(4) {
            let kind = ["F32", "F64", "BF16", "I8", "F16", "?"][s.rng.below(6)];
            let (shape, end) = (s.lengths(), s.length());
            let start = if s.flag() { 0 } else { s.length() };
            let name = if s.seldom(6) { 0 } else { number };
            header += if header.is_empty() { "" } else { "," };
            header += &format!(
                "\"w{name}\":{{\"dtype\":\"{kind}\",\"shape\":{shape:?},\"data_offsets\":[{start},{end}]}}"
            );
        }
        let header = format!("{{{header}}}");
        let length = if s.seldom(6) { s.length() } else { header.len() };
        let mut bytes = (length as u64).to_le_bytes().to_vec();
        bytes.extend(header.bytes());
        bytes.extend((0..s.rng.below(40)).map(|_| s.number::<u8>()));
        bytes
    }

    pub(super) fn written_and_read(s: &mut Source) -> String {
        let path = folder().join("weights");
        let mut model = Linear::new(s.rng.below(4), s.rng.below(4), &mut s.rng);
        if s.seldom(4) {
            *model.weight.value_mut() = s.tensor();
        }
        let nowhere = any_path(s, "weights");
        let mut text = seen(&model.save(&nowhere));
        text += &seen(&model.save(&path));
        match s.rng.below(3) {
            0 => {}
            1 => {
                let mut bytes = fs::read(&path).unwrap_or_default();
                damage(&mut bytes, s);
                let _ = fs::write(&path, bytes);
            }
            _ => {
                let _ = fs::write(&path, made_up(s));
            }
        }
        text += &seen(&read_weights::<f32>(&path));
        text += &seen(&read_weights::<f64>(&path));
        text += &seen(&model.load(&path));
        text + &seen(&model.load(&nowhere))
    }

    /// Parameters that take no memory, but would in a file.
    pub(super) fn vast(s: &mut Source) -> String {
        let one = Tensor::<f32>::scalar(s.number());
        let vast = one.broadcast_to([s.length(), s.length()]).unwrap_or_default();
        let model = vec![Param::new(vast), Param::new(s.tensor())];
        seen(&model.save(folder().join("vast")))
    }
}

fn of<Y: Numeric + Sample>(s: &mut Source, call: fn(&Data<Y>, &mut Source) -> String) -> String {
    data(s).map_or(String::new(), |data| call(&data, s))
}

pub(super) fn all() -> Vec<Call> {
    #[allow(unused_mut, reason = "without safetensors, there are no files of weights")]
    let mut calls = calls! {
        resume_classes |s| of::<i64>(s, resumed);
        resume_numbers |s| of::<f32>(s, resumed);
    };
    #[cfg(feature = "safetensors")]
    calls.extend(calls! {
        read_weights |s| weights::written_and_read(s);
        save |s| weights::vast(s);
    });
    calls
}
