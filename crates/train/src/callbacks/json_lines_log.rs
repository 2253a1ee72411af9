use std::ops::ControlFlow;
use std::path::PathBuf;

use backprop_tensor::Float;

use super::log_file::LogFile;
use super::{Callback, Plan, Training};
use crate::{Epoch, Evaluation, History, Result};

/// The epochs in a file, a line of JSON each. Numbers that are not finite are `null`, since JSON has none.
///
/// Each line is written when its epoch ends. A run that is resumed writes the earlier epochs anew, so that the file is as if it had never
/// been stopped.
///
/// ```text
/// {"epoch":1,"learning_rate":0.001,"seconds":0.25,"train":{"loss":0.61,"accuracy":0.7},"validation":{"loss":0.52,"accuracy":0.81}}
/// ```
#[derive(Debug)]
pub struct JsonLinesLog {
    file: LogFile,
}

impl JsonLinesLog {
    /// To this file, which is replaced when the first epoch has ended.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            file: LogFile::new(path.into()),
        }
    }
}

fn line(epoch: &Epoch) -> String {
    let mut fields = vec![
        format!("\"epoch\":{}", epoch.epoch),
        format!("\"learning_rate\":{}", number(epoch.learning_rate)),
        format!("\"seconds\":{}", number(epoch.seconds)),
        format!("\"train\":{}", object(&epoch.train)),
    ];
    fields.extend(
        epoch
            .validation
            .as_ref()
            .map(|part| format!("\"validation\":{}", object(part))),
    );
    format!("{{{}}}\n", fields.join(","))
}

fn object(evaluation: &Evaluation) -> String {
    let fields = evaluation.values();
    let fields = fields.map(|(name, value)| format!("{}:{}", string(name), number(value)));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

fn number(value: f64) -> String {
    match value.is_finite() {
        // With a point or an exponent, so that it is read as a number with a fraction.
        true => format!("{value:?}"),
        false => "null".into(),
    }
}

fn string(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if u32::from(control) < 0x20 => quoted += &format!("\\u{:04x}", u32::from(control)),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

impl<T: Float> Callback<T> for JsonLinesLog {
    fn on_fit_begin(&mut self, _: &Plan, history: &History, _: &mut Training<'_, T>) -> Result<()> {
        self.file.begin()?;
        let lines: String = history.epochs.iter().map(line).collect();
        self.file.add(&lines)
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, _: &mut Training<'_, T>) -> Result<ControlFlow<()>> {
        self.file.add(&line(epoch))?;
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, _: &History, _: &mut Training<'_, T>) -> Result<()> {
        self.file.end();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn names_come_back_as_they_were(text in "[\\\\\"/\u{0}-\u{1f}a-zé😀]{0,12}", any: String) {
            for text in [text, any] {
                prop_assert_eq!(serde_json::from_str::<String>(&string(&text)).unwrap(), text);
            }
        }

        #[test]
        fn numbers_come_back_to_the_bit(value: f64) {
            let read: Option<f64> = serde_json::from_str(&number(value)).unwrap();
            prop_assert_eq!(read, Some(value).filter(|value| value.is_finite()));
        }
    }

    #[test]
    fn a_backslash_is_two() {
        assert_eq!(string(r#"a\b"c"#), r#""a\\b\"c""#);
    }
}
