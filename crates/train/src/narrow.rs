//! Numbers of 16 and 8 bits, as files have them.

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

/// `F8_E5M2`: the first half of an IEEE 754 half. (Open Compute Project, "OCP 8-bit floating point specification", 2023.)
pub(crate) fn from_e5m2(bits: u8) -> f32 {
    from_f16(u16::from(bits) << 8)
}

/// `F8_E4M3` of the same specification: the exponent is above 7, and the largest one is as any other, but for NaN, which has all bits set behind the
/// sign; nothing is infinite.
pub(crate) fn from_e4m3(bits: u8) -> f32 {
    match bits & 0x7f {
        0x7f => f32::NAN,
        _ => small(bits, 3, 7),
    }
}

/// `F8_E4M3FNUZ` and `F8_E5M2FNUZ`, with so many bits of fraction: without infinities and -0, in whose place stands NaN, and with an exponent above 8 or 16.
/// (Noune et al., "8-bit numerical formats for deep neural networks", 2022.)
pub(crate) fn from_fnuz<const FRACTION: u32>(bits: u8) -> f32 {
    match bits {
        0x80 => f32::NAN,
        _ => small(bits, FRACTION, 1 << (6 - FRACTION)),
    }
}

/// `F8_E8M0`: a power of 2 from 2⁻¹²⁷ on, or NaN. (Open Compute Project, "OCP microscaling formats (MX) specification", 2023.)
pub(crate) fn from_e8m0(bits: u8) -> f32 {
    match bits {
        0xff => f32::NAN,
        // 2⁻¹²⁷ is below the smallest normal number.
        0 => f32::from_bits(1 << 22),
        _ => f32::from_bits(u32::from(bits) << 23),
    }
}

/// 1 bit for the sign, then the exponent, then so many bits of the fraction.
fn small(bits: u8, fraction_bits: u32, bias: u32) -> f32 {
    let fraction = u32::from(bits) & ((1 << fraction_bits) - 1);
    let exponent = u32::from(bits & 0x7f) >> fraction_bits;
    let power = |e: u32| f32::from_bits((127 + e - bias) << 23);
    let units = match exponent {
        0 => fraction as f32 * power(1),
        _ => (fraction + (1 << fraction_bits)) as f32 * power(exponent),
    };
    let size = units / (1 << fraction_bits) as f32;
    if bits >> 7 == 1 { -size } else { size }
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

    /// The 256 numbers of each format as PyTorch makes f32 of them, by a checksum (FNV-1a of their bytes, all NaN being one).
    #[test]
    fn bytes_are_what_pytorch_makes_of_them() {
        let checksum = |format: fn(u8) -> f32| {
            let numbers = (0..=u8::MAX).map(format);
            let numbers = numbers.map(|x| if x.is_nan() { 0x7fc0_0000 } else { x.to_bits() });
            numbers
                .flat_map(u32::to_le_bytes)
                .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                    (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
                })
        };
        assert_eq!(checksum(from_e4m3), 0xdad1_d9c5_0f74_9ca5);
        assert_eq!(checksum(from_e5m2), 0x6c1e_56b6_fb09_c905);
        assert_eq!(checksum(from_fnuz::<3>), 0xf518_51cb_11c6_3018);
        assert_eq!(checksum(from_fnuz::<2>), 0x94ae_6fc4_93d4_9818);
        assert_eq!(checksum(from_e8m0), 0x6d2c_8b41_c3f0_e5a5);
        let ends = [1, 0x38, 0x7e, 0xb5].map(from_e4m3);
        assert_eq!(ends, [0.001_953_125, 1.0, 448.0, -0.8125]);
    }
}
