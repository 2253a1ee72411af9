//! Numbers of 16 bits, as files have them.

/// The number that the 16 bits of an IEEE 754 half are: 1 for the sign, 5 for the exponent, 10 for the fraction. Every one is an f32.
pub(crate) fn from_f16(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let (exponent, fraction) = (u32::from(bits >> 10 & 0x1f), u32::from(bits & 0x3ff));
    match exponent {
        // Whole multiples of 2⁻²⁴, with a sign that 0 has too.
        0 => f32::from_bits((fraction as f32 / 16_777_216.0).to_bits() | sign),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

/// The number whose first half, as f32, are these bits.
pub(crate) fn from_bf16(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition, in f64: (-1)ˢ (1 + f / 2ᵐ) 2ᵉ⁻ᵇ, with 0 in the place of 1 and the next exponent where e is 0.
    fn defined(bits: u16, fraction_bits: u32) -> f64 {
        let exponent_bits = 15 - fraction_bits;
        let (bias, last) = ((1 << (exponent_bits - 1)) - 1, (1 << exponent_bits) - 1);
        let exponent = i32::from(bits >> fraction_bits) & last;
        let fraction = f64::from(u32::from(bits) % (1 << fraction_bits)) / f64::from(1 << fraction_bits);
        let size = match exponent {
            0 => fraction * 2.0_f64.powi(1 - bias),
            _ if exponent == last && fraction == 0.0 => f64::INFINITY,
            _ if exponent == last => f64::NAN,
            _ => (1.0 + fraction) * 2.0_f64.powi(exponent - bias),
        };
        if bits >> 15 == 1 { -size } else { size }
    }

    #[test]
    fn all_numbers_are_what_the_standard_says() {
        for bits in 0..=u16::MAX {
            for (found, expected) in [
                (from_f16(bits), defined(bits, 10)),
                (from_bf16(bits), defined(bits, 7)),
            ] {
                let found = f64::from(found);
                let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
                assert!(same, "{bits:04x}: {found} instead of {expected}");
            }
        }
        assert_eq!((from_f16(0x3555), from_f16(1)), (0.333_251_95, 5.960_464_5e-8));
    }
}
