//! Conversions between the element types.

/// Elements of any type.
#[derive(Debug, Clone, Copy)]
pub enum Elements<'a> {
    F32(&'a [f32]),
    F64(&'a [f64]),
    I32(&'a [i32]),
    I64(&'a [i64]),
    U8(&'a [u8]),
    Bool(&'a [bool]),
}

/// What can be converted.
pub trait Castable: Sized {
    /// The elements, with their type as data.
    fn elements(elements: &[Self]) -> Elements<'_>;
}

/// What it can be converted to.
pub trait Cast: Sized {
    /// Converts as many elements as there are in both.
    fn cast(target: &mut [Self], source: Elements<'_>);
}

macro_rules! castable {
    ($($t:ty, $variant:ident;)*) => {
        $(impl Castable for $t {
            fn elements(elements: &[Self]) -> Elements<'_> {
                Elements::$variant(elements)
            }
        })*
    };
}
castable! { f32, F32; f64, F64; i32, I32; i64, I64; u8, U8; bool, Bool; }

macro_rules! cast {
    ($($t:ty, $integer:expr;)*) => {
        $(impl Cast for $t {
            #[inline(never)]
            #[allow(clippy::cast_lossless, clippy::unnecessary_cast)]
            fn cast(target: &mut [Self], source: Elements<'_>) {
                match source {
                    Elements::F32(source) => each(target, source, |x| x as $t),
                    Elements::F64(source) => each(target, source, |x| x as $t),
                    Elements::I32(source) => each(target, source, |x| $integer(x as i64)),
                    Elements::I64(source) => each(target, source, $integer),
                    Elements::U8(source) => each(target, source, |x| x as $t),
                    Elements::Bool(source) => each(target, source, |x| u8::from(x) as $t),
                }
            }
        })*
    };
}
cast! {
    f32, |x: i64| x as f32;
    f64, |x: i64| x as f64;
    i32, |x: i64| x.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
    i64, |x: i64| x;
    u8, |x: i64| x.clamp(0, u8::MAX.into()) as u8;
}

#[inline(always)]
fn each<S: Copy, T>(target: &mut [T], source: &[S], convert: impl Fn(S) -> T) {
    for (to, &from) in target.iter_mut().zip(source) {
        *to = convert(from);
    }
}
