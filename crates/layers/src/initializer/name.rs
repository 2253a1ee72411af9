//! Initializers as text: `kaiming_normal(gain=1,fan=out)`.

use std::fmt;
use std::str::FromStr;

use super::{Fan, Initializer};

/// A text that names no initializer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{text:?} is no initializer: {expected}")]
pub struct ParseInitializerError {
    text: String,
    expected: String,
}

/// Every name, with the usual settings.
fn known() -> [(&'static str, Initializer); 13] {
    [
        ("zeros", Initializer::Zeros),
        ("ones", Initializer::Ones),
        ("constant", Initializer::Constant { value: 0.0 }),
        ("uniform", Initializer::Uniform { low: 0.0, high: 1.0 }),
        ("normal", Initializer::Normal { mean: 0.0, std: 1.0 }),
        (
            "truncated_normal",
            Initializer::TruncatedNormal {
                mean: 0.0,
                std: 1.0,
                low: -2.0,
                high: 2.0,
            },
        ),
        ("xavier_uniform", Initializer::xavier_uniform()),
        ("xavier_normal", Initializer::xavier_normal()),
        ("kaiming_uniform", Initializer::kaiming_uniform()),
        ("kaiming_normal", Initializer::kaiming_normal()),
        ("lecun_uniform", Initializer::LecunUniform),
        ("lecun_normal", Initializer::LecunNormal),
        ("orthogonal", Initializer::orthogonal()),
    ]
}

/// A setting of an initializer.
enum Setting<'a> {
    Number(&'a mut f64),
    Fan(&'a mut Fan),
}

impl Initializer {
    fn settings(&mut self) -> Vec<(&'static str, Setting<'_>)> {
        use Setting::{Fan, Number};
        match self {
            Self::Zeros | Self::Ones | Self::LecunUniform | Self::LecunNormal => vec![],
            Self::Constant { value } => vec![("value", Number(value))],
            Self::Uniform { low, high } => vec![("low", Number(low)), ("high", Number(high))],
            Self::Normal { mean, std } => vec![("mean", Number(mean)), ("std", Number(std))],
            Self::TruncatedNormal { mean, std, low, high } => vec![
                ("mean", Number(mean)),
                ("std", Number(std)),
                ("low", Number(low)),
                ("high", Number(high)),
            ],
            Self::XavierUniform { gain } | Self::XavierNormal { gain } | Self::Orthogonal { gain } => {
                vec![("gain", Number(gain))]
            }
            Self::KaimingUniform { gain, fan } | Self::KaimingNormal { gain, fan } => {
                vec![("gain", Number(gain)), ("fan", Fan(fan))]
            }
        }
    }
}

impl fmt::Display for Setting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Fan(Fan::In) => f.write_str("in"),
            Self::Fan(Fan::Out) => f.write_str("out"),
        }
    }
}

/// The name, and in brackets the settings other than the usual ones.
impl fmt::Display for Initializer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let same = |usual: &Self| std::mem::discriminant(usual) == std::mem::discriminant(self);
        let Some((name, mut usual)) = known().into_iter().find(|(_, usual)| same(usual)) else {
            return fmt::Debug::fmt(self, f);
        };
        let mut own = *self;
        let pairs = own.settings().into_iter().zip(usual.settings());
        let settings: Vec<_> = pairs
            .map(|((setting, own), (_, usual))| (setting, own.to_string(), usual.to_string()))
            .filter(|(_, own, usual)| own != usual)
            .map(|(setting, own, _)| format!("{setting}={own}"))
            .collect();
        match settings.is_empty() {
            true => f.write_str(name),
            false => write!(f, "{name}({})", settings.join(", ")),
        }
    }
}

impl FromStr for Initializer {
    type Err = ParseInitializerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |expected: String| ParseInitializerError {
            text: text.into(),
            expected,
        };
        let trimmed = text.trim();
        let (name, settings) = match trimmed.split_once('(') {
            None => (trimmed, ""),
            Some((name, rest)) => match rest.strip_suffix(')') {
                Some(settings) => (name.trim(), settings),
                None => return Err(error("the closing bracket is missing".into())),
            },
        };
        let found = known().into_iter().find(|(known, _)| *known == name);
        let Some((_, mut initializer)) = found else {
            let names: Vec<_> = known().into_iter().map(|(name, _)| name).collect();
            return Err(error(format!("there are {}", names.join(", "))));
        };
        for setting in settings
            .split(',')
            .map(str::trim)
            .filter(|setting| !setting.is_empty())
        {
            set(&mut initializer, setting).map_err(error)?;
        }
        Ok(initializer)
    }
}

/// Changes what `gain=2` says. Without a name, it is the only setting there is.
fn set(initializer: &mut Initializer, text: &str) -> Result<(), String> {
    let mut settings = initializer.settings();
    let names: Vec<_> = settings.iter().map(|(name, _)| *name).collect();
    let (place, value) = match text.split_once('=') {
        Some((name, value)) => (names.iter().position(|known| *known == name.trim()), value.trim()),
        None => ((names.len() == 1).then_some(0), text),
    };
    match place.map(|place| &mut settings[place].1) {
        Some(Setting::Number(number)) => {
            **number = value.parse().map_err(|_| format!("{value:?} is no number"))?;
        }
        Some(Setting::Fan(fan)) => {
            **fan = match value {
                "in" => Fan::In,
                "out" => Fan::Out,
                _ => return Err(format!("{value:?} is neither `in` nor `out`")),
            };
        }
        None if names.is_empty() => return Err("it has no settings".into()),
        None => return Err(format!("its settings are {}", names.join(", "))),
    }
    Ok(())
}
