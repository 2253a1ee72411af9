use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) fn check<L: Serialize + DeserializeOwned + PartialEq>(layer: &L) -> Result<(), String> {
    let text = serde_json::to_string(layer).map_err(|error| format!("it cannot be written: {error}"))?;
    let read: L = serde_json::from_str(&text).map_err(|error| format!("it cannot be read: {error}"))?;
    match read == *layer {
        true => Ok(()),
        false => Err("what was read is not equal".into()),
    }
}
