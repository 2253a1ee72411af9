//! Stub.
/// max
#[inline(always)]
pub fn max<F: PartialOrd>(x: F, y: F) -> F {
    if x > y || x != x { x } else { y }
}
/// min
#[inline(always)]
pub fn min<F: PartialOrd>(x: F, y: F) -> F {
    if x < y || x != x { x } else { y }
}
