//! The counters themselves.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::Family;

/// In the order of [`Family`].
const FAMILIES: [&str; 18] = [
    "product",
    "elementwise",
    "update",
    "reduction",
    "search",
    "softmax",
    "copy",
    "fill",
    "pick",
    "scatter",
    "comparison",
    "selection",
    "cast",
    "cumulative",
    "sort",
    "random",
    "triangle",
    "packing",
];
const _: () = assert!(Family::Packing as usize + 1 == FAMILIES.len());

/// What is counted besides calls of kernels.
#[derive(Debug, Clone, Copy)]
pub(super) enum Other {
    Allocations,
    AllocatedBytes,
    Buffers,
    BufferBytes,
    NewBuffers,
    Records,
    Multiplications,
    Scratch,
    ScratchBytes,
}

const OTHERS: usize = Other::ScratchBytes as usize + 1;

/// Calls, bytes read, bytes written.
static KERNELS: [[AtomicU64; 3]; FAMILIES.len()] =
    [const { [const { AtomicU64::new(0) }; 3] }; FAMILIES.len()];
static NUMBERS: [AtomicU64; OTHERS] = [const { AtomicU64::new(0) }; OTHERS];

pub(super) fn add_kernel(family: Family, [read, written]: [usize; 2]) {
    for (sum, number) in KERNELS[family as usize].iter().zip([1, read, written]) {
        sum.fetch_add(number as u64, Relaxed);
    }
}

pub(super) fn add(other: Other, number: usize) {
    NUMBERS[other as usize].fetch_add(number as u64, Relaxed);
}

/// All counters, at one time or between two. Shown as [`rows`](Self::rows), a line each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    kernels: [[u64; 3]; FAMILIES.len()],
    numbers: [u64; OTHERS],
}

/// What belongs together: a family of kernels, or one of the other things that are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Of what: `product`, `buffers`.
    pub name: &'static str,
    /// What was counted: `calls`, `bytes`.
    pub numbers: Vec<(&'static str, u64)>,
}

/// The counters now. They are read one after another: for an exact difference, nothing else may run at the time.
pub fn counts() -> Counts {
    let read = |counter: &AtomicU64| counter.load(Relaxed);
    Counts {
        kernels: KERNELS.each_ref().map(|family| family.each_ref().map(read)),
        numbers: NUMBERS.each_ref().map(read),
    }
}

impl Counts {
    /// What was counted after `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let difference = |now: &[u64], before: &[u64], i: usize| now[i].wrapping_sub(before[i]);
        Self {
            kernels: std::array::from_fn(|family| {
                std::array::from_fn(|i| difference(&self.kernels[family], &before.kernels[family], i))
            }),
            numbers: std::array::from_fn(|i| difference(&self.numbers, &before.numbers, i)),
        }
    }

    /// The number of this name in the row of this name; `None` if there is no such row in [`rows`](Self::rows), nothing of it having been counted.
    pub fn get(&self, row: &str, number: &str) -> Option<u64> {
        let row = self.rows().into_iter().find(|each| each.name == row)?;
        let (_, value) = row.numbers.into_iter().find(|(name, _)| *name == number)?;
        Some(value)
    }

    /// What has been counted, without what never happened.
    pub fn rows(&self) -> Vec<Row> {
        let other = |other: Other| self.numbers[other as usize];
        let row = |name, numbers: &[(&'static str, u64)]| Row {
            name,
            numbers: numbers.to_vec(),
        };
        let mut rows = vec![
            row(
                "allocations",
                &[
                    ("calls", other(Other::Allocations)),
                    ("bytes", other(Other::AllocatedBytes)),
                ],
            ),
            row(
                "buffers",
                &[
                    ("taken", other(Other::Buffers)),
                    ("bytes", other(Other::BufferBytes)),
                    ("new", other(Other::NewBuffers)),
                ],
            ),
            row("records", &[("made", other(Other::Records))]),
        ];
        for (name, [calls, read, written]) in FAMILIES.iter().zip(self.kernels) {
            let mut family = row(name, &[("calls", calls), ("read", read), ("written", written)]);
            if *name == "product" {
                family
                    .numbers
                    .push(("multiplications", other(Other::Multiplications)));
            }
            rows.push(family);
        }
        rows.push(row(
            "scratch",
            &[
                ("taken", other(Other::Scratch)),
                ("bytes", other(Other::ScratchBytes)),
            ],
        ));
        rows.retain(|row| row.numbers.iter().any(|(_, value)| *value > 0));
        rows
    }
}

/// `product  calls 2  read 400  written 100  multiplications 5000`, and a line like it for each other row.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, row) in self.rows().iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{row}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:11}", self.name)?;
        for (name, value) in &self.numbers {
            write!(f, "  {name} {value}")?;
        }
        Ok(())
    }
}

/// The system's allocator, with every call that gives memory counted.
///
/// A program that wants the row `allocations` says `#[global_allocator] static ALLOCATOR: Allocator = Allocator;`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Allocator;

// SAFETY: every call goes on to the system's allocator as it is, and counting allocates nothing.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What allocators hand out is a multiple of so many bytes; and a name that is shorter on another machine is no other number.
const GRAIN: usize = 16;

fn count(bytes: usize) {
    add(Other::Allocations, 1);
    add(Other::AllocatedBytes, bytes.next_multiple_of(GRAIN));
}
