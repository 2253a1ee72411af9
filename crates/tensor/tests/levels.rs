//! The level of the instruction set, forced down by the environment and by the function: the same bits at each.

use std::process::Command;

use backprop_tensor::simd::{self, Level};
use backprop_tensor::{Float, Numeric, Result, Rng, Tensor, keep, kernel, math};

const LEVELS: [(&str, Level); 3] = [
    ("baseline", Level::Baseline),
    ("avx2", Level::Avx2),
    ("avx512", Level::Avx512),
];

/// A sum of bits that depends on their order (FNV-1a).
struct Digest(u64);

impl Digest {
    fn add<T: Numeric>(&mut self, x: Result<Tensor<T>>) {
        for element in x.unwrap().to_vec() {
            let number = element.to_f64();
            // A NaN has many forms, of which none means more than another.
            let bits = if number.is_nan() { 1 } else { number.to_bits() };
            self.0 = (self.0 ^ bits).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Numbers of all magnitudes, the special ones among them, as many as do not fill whole vectors.
fn numbers<T: Float>(count: usize, rng: &mut Rng) -> Tensor<T> {
    let special = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        1.0,
        -1.0,
        1e-40,
        3e38,
        -88.5,
    ];
    let mut number = |_| match rng.below(16) {
        0 => special[rng.below(special.len())],
        kind => rng.normal() * 10.0_f64.powi(kind as i32 / 3 - 2),
    };
    Tensor::from_fn([count], |place| T::from_f64(number(place))).unwrap()
}

fn elementwise<T: Float>(x: &Tensor<T>, y: &Tensor<T>, digest: &mut Digest) {
    macro_rules! unary {
        ($($method:ident)*) => { $(digest.add(x.$method());)* };
    }
    unary! {
        sqrt rsqrt reciprocal exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
        sigmoid softplus erf relu floor ceil round trunc abs neg sign square
    }
    macro_rules! binary {
        ($($method:ident)*) => { $(digest.add(x.$method(y));)* };
    }
    binary! { try_add try_sub try_mul try_div maximum minimum }
    let two = [
        kernel!(|x, y| math::normal(x).0 + math::normal(y).1),
        kernel!(|x, y| math::gaussian(x) + math::tanhshrink(y)),
        kernel!(|x, y| math::mul_div(x, y, x + y)),
        kernel!(|x, y| math::logistic(x).0 + math::logistic(y).1),
    ];
    for formula in &two {
        digest.add(x.apply(formula, &[y]));
    }
    digest.add(x.powf(T::from_f64(1.7)));
    digest.add(x.powi(-3));
    digest.add(x.clamp(T::from_f64(-0.5), T::ONE));
    digest.add(x.less(y).and_then(|less| less.where_else(x, y)));
    digest.add(x.cast::<i32>());
    digest.add(x.cast::<f32>());
}

fn over_axes<T: Float>(x: &Tensor<T>, digest: &mut Digest) {
    for axis in [0, 1] {
        macro_rules! reduce {
            ($($method:ident)*) => { $(digest.add(x.$method(axis)); digest.add(x.$method(keep(axis)));)* };
        }
        reduce! { sum mean prod max min norm logsumexp argmax argmin }
        digest.add(x.var(axis, 1));
        digest.add(x.std(axis, 0));
        digest.add(x.softmax(axis));
        digest.add(x.log_softmax(axis));
        digest.add(x.cumsum(axis));
        digest.add(x.sort(axis, false).map(|(sorted, _)| sorted));
    }
    digest.add(x.sum(..));
}

fn digest_of<T: Float>(digest: &mut Digest) {
    let rng = &mut Rng::seed(7);
    for count in [1, 7, 16, 33, 2000] {
        let (x, y) = (numbers::<T>(count, rng), numbers::<T>(count, rng));
        elementwise(&x, &y, digest);
        let backwards = x.flip(0).unwrap();
        elementwise(&backwards, &y, digest);
    }
    for shape in [[3, 5], [70, 33], [33, 300]] {
        let x = Tensor::<T>::normal(shape, T::ZERO, T::ONE, rng).unwrap();
        over_axes(&x, digest);
        over_axes(&x.transpose(0, 1).unwrap(), digest);
    }
}

fn digest() -> u64 {
    let mut digest = Digest(0xcbf2_9ce4_8422_2325);
    digest_of::<f32>(&mut digest);
    digest_of::<f64>(&mut digest);
    digest.0
}

/// What the test below reads in the output of a process with another environment.
#[test]
fn says_its_level() {
    println!("{:?} {}", simd::level(), digest());
}

#[test]
fn the_environment_forces_the_level_down_and_changes_no_bit() {
    for (name, wanted) in LEVELS {
        let program = std::env::current_exe().unwrap();
        let arguments = ["--exact", "says_its_level", "--nocapture"];
        let output = Command::new(program)
            .args(arguments)
            .env("BACKPROP_SIMD", name)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let line = format!("{:?} {}", wanted.min(simd::detected()), digest());
        assert!(text.contains(&line), "{name}: {line} is not in\n{text}");
    }
}

#[test]
fn the_function_forces_the_level_down_and_changes_no_bit() {
    let best = digest();
    for (name, level) in LEVELS {
        assert_eq!(simd::set_level(level), level.min(simd::detected()));
        assert_eq!(digest(), best, "{name}");
    }
}
