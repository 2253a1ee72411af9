/// How the numbers along an axis are written, all alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Format {
    decimals: usize,
    exponent: i32,
}

impl Format {
    /// For these numbers, which are `step` apart.
    pub(crate) fn of(values: &[f64], step: f64) -> Self {
        let largest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        let size = |value: f64| {
            if value > 0.0 {
                value.log10().mul_add(1.0, 1e-9).floor() as i32
            } else {
                0
            }
        };
        let magnitude = size(largest);
        let exponent = if (-4..6).contains(&magnitude) {
            0
        } else {
            magnitude
        };
        let decimals = (exponent - size(step)).clamp(0, 15) as usize;
        Self { decimals, exponent }
    }

    pub(crate) fn write(&self, value: f64) -> String {
        if self.exponent == 0 || value == 0.0 {
            let decimals = if value == 0.0 && self.exponent != 0 {
                0
            } else {
                self.decimals
            };
            return signed(&format!("{value:.decimals$}"));
        }
        // In two steps: the power of ten of the smallest numbers is itself no number.
        let half = self.exponent / 2;
        let mantissa = value / 10_f64.powi(half) / 10_f64.powi(self.exponent - half);
        let mantissa = signed(&format!("{mantissa:.*}", self.decimals));
        format!("{mantissa}×{}", power_of_ten(self.exponent))
    }
}

/// With the sign for minus, not a hyphen, and none before a zero.
fn signed(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => number.to_owned(),
    }
}

/// `10ⁿ`.
pub(crate) fn power_of_ten(exponent: i32) -> String {
    let raised = exponent
        .to_string()
        .chars()
        .map(|letter| match letter {
            '0' => '⁰',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            '9' => '⁹',
            _ => '⁻',
        })
        .collect::<String>();
    format!("10{raised}")
}
