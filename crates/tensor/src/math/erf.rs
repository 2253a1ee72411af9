//! The error function.
//!
//! Below 1 it is x times a polynomial of x^2, above 1 it is 1 - e^-p(x), with p(x) = -log(erfc x) as a polynomial (both minimax, by
//! Remez's algorithm, for the error of the result).

use super::Real;
use super::exp::exp_in_range;
use super::real::polynomial;

/// The constants of one type.
pub trait Coefficients: Sized + 'static {
    /// erf(x) / x - 1 as a polynomial of x^2.
    const ERF: &'static [Self];

    /// -log(erfc x) as a polynomial of x - [`ERFC_CENTER`](Self::ERFC_CENTER).
    const ERFC: &'static [Self];

    /// Where p is expanded.
    const ERFC_CENTER: Self;

    /// From here on, erf rounds to 1.
    const ERF_ONE: Self;
}

impl Coefficients for f32 {
    const ERF: &'static [Self] = &[
        0.128_379_17,
        -0.376_126_26,
        0.112_835_854,
        -0.026_853_813,
        0.005_188_327_7,
        -0.000_801_019_4,
        7.853_864e-5,
    ];
    const ERFC: &'static [Self] = &[
        0.000_320_611_73,
        1.127_171_5,
        0.638_012_5,
        0.103_217_945,
        -0.021_889_511,
        0.002_960_08,
        -0.000_187_601_18,
    ];
    const ERFC_CENTER: Self = 0.0;
    const ERF_ONE: Self = 4.0;
}

impl Coefficients for f64 {
    const ERF: &'static [Self] = &[
        0.128_379_167_095_512_56,
        -0.376_126_389_031_835_2,
        0.112_837_916_709_441_85,
        -0.026_866_170_643_111_51,
        0.005_223_977_606_118_75,
        -0.000_854_832_592_932_593_9,
        0.000_120_552_935_772_073_59,
        -1.492_471_230_739_983_1e-5,
        1.644_713_163_271_265_8e-6,
        -1.620_631_419_448_208e-7,
        1.371_098_214_442_073_4e-8,
        -7.779_471_499_102_114e-10,
    ];
    const ERFC: &'static [Self] = &[
        5.364_941_264_616_638,
        4.418_160_805_994_418,
        0.923_750_841_823_804_3,
        0.016_465_118_136_850_78,
        -0.003_570_756_346_165_132,
        0.000_732_399_385_875_893_1,
        -0.000_135_309_334_575_471_2,
        2.070_643_206_658_627e-5,
        -1.952_194_459_124_135_3e-6,
        -2.036_415_874_901_474_5e-7,
        1.732_061_216_450_627e-7,
        -5.779_825_118_825_102e-8,
        1.394_947_585_422_965_6e-8,
        -2.538_337_057_614_784e-9,
        2.748_374_105_399_529_5e-10,
        4.271_483_202_277_453e-11,
        -3.743_344_563_884_455_6e-11,
        1.019_249_482_901_435_7e-11,
        -1.052_675_981_043_195_2e-12,
    ];
    const ERFC_CENTER: Self = 2.0;
    const ERF_ONE: Self = 6.0;
}

/// 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x, within 2.5 ulp; the derivative is 2 / sqrt(pi) e^(-x^2).
#[inline(always)]
pub fn erf<T: Real>(x: T) -> T {
    let magnitude = x.abs();
    let limited = if magnitude > T::ERF_ONE {
        T::ERF_ONE
    } else {
        magnitude
    };
    let near = limited + limited * polynomial(limited * limited, T::ERF);
    let far = T::of(1.0) - exp_in_range(-polynomial(limited - T::ERFC_CENTER, T::ERFC));
    (if magnitude < T::of(1.0) { near } else { far }).copysign(x)
}
