//! How many are too many: numbers that only a mistake asks for, refused before the work that would never end.

use crate::{Error, Result};

/// A pass over more samples than this would take days, and their order more memory than there is.
const MOST_SAMPLES: u64 = 1 << 32;

/// That some data can be passed over. Data that is made on demand, or holds one number for all samples, takes no memory however many they are.
pub(crate) fn check_samples(data: &str, samples: usize) -> Result<()> {
    if samples as u64 > MOST_SAMPLES {
        return Err(Error::setting(
            format!("{samples} samples of {data}"),
            "2³² are the most that can be passed over",
        ));
    }
    Ok(())
}
