//! Choosing between two views, and turning answers into numbers.

use crate::counters::{self, Family};
use crate::parallel::{self, COPY, threshold};

use super::operand::{Access, BLOCK, Reader, block_length};
use super::{Gather, Operand};

pub trait Select: Sized {
    /// `yes` where the mask is set, `no` elsewhere.
    fn choose(target: &mut [Self], mask: Operand<'_, bool>, yes: Operand<'_, Self>, no: Operand<'_, Self>);
}

macro_rules! select {
    ($($t:ty),*) => {
        $(impl Select for $t {
            #[inline(never)]
            fn choose(
                target: &mut [Self],
                mask: Operand<'_, bool>,
                yes: Operand<'_, Self>,
                no: Operand<'_, Self>,
            ) {
                choose(target, mask, yes, no);
            }
        })*
    };
}
select! { f32, f64, i32, i64, u8, bool }

fn choose<T: Gather + Copy + Default + Send + Sync>(
    target: &mut [T],
    mask: Operand<'_, bool>,
    yes: Operand<'_, T>,
    no: Operand<'_, T>,
) {
    counters::kernel(Family::Selection, || {
        [mask.bytes() + yes.bytes() + no.bytes(), size_of_val(target)]
    });
    let mut accesses = [Access::of(&mask), Access::of(&yes)];
    let block = block_length(&mut accesses);
    parallel::for_each_piece(target, threshold::<T>(2 * COPY), |start, piece| {
        let mut for_mask = [false; BLOCK];
        let mut for_yes = [T::default(); BLOCK];
        let mut mask = Reader::new(mask, accesses[0], start, &mut for_mask);
        let mut yes = Reader::new(yes, accesses[1], start, &mut for_yes);
        for (i, target) in piece.chunks_mut(block).enumerate() {
            let (start, length) = (start + i * block, target.len());
            T::gather(target, no.source, no.layout, start);
            let (mask, yes) = (mask.read(start, length), yes.read(start, length));
            for ((to, &choice), &yes) in target.iter_mut().zip(mask).zip(yes) {
                *to = if choice { yes } else { *to };
            }
        }
    });
}

pub trait FromBool: Sized {
    /// 1 for each `true`, 0 for each `false`.
    fn from_bool(target: &mut [Self], source: &[bool]);
}

macro_rules! from_bool {
    ($($t:ty),*) => {
        $(impl FromBool for $t {
            #[inline(never)]
            fn from_bool(target: &mut [Self], source: &[bool]) {
                counters::kernel(Family::Cast, || [source.len(), size_of_val(target)]);
                parallel::for_each_piece(target, threshold::<Self>(COPY), |start, piece| {
                    for (to, &from) in piece.iter_mut().zip(&source[start..]) {
                        *to = u8::from(from) as $t;
                    }
                });
            }
        })*
    };
}
from_bool! { f32, f64, i32, i64, u8 }
