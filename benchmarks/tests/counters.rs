//! What a kernel reads and writes, counted, is what its formula says, whoever calls it and however many threads share it.

use std::sync::{Mutex, PoisonError};

use backprop_autodiff::Tape;
use backprop_layers::{Layer, Tanh, sequential};
use backprop_tensor::counters::{Counts, counts};
use backprop_tensor::{Result, Tensor, kernel, pool};

/// The counters are those of the whole program: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn counted<R>(work: impl FnOnce() -> R) -> (R, Counts) {
    let before = counts();
    let result = work();
    (result, counts().since(&before))
}

fn numbers(counts: &Counts, row: &str) -> Vec<u64> {
    let row = counts.rows().into_iter().find(|each| each.name == row);
    row.map_or_else(Vec::new, |row| {
        row.numbers.into_iter().map(|(_, number)| number).collect()
    })
}

/// The rows of kernels that are not empty.
fn kernels(counts: &Counts) -> Vec<&'static str> {
    let rows = counts.rows().into_iter().map(|row| row.name);
    rows.filter(|name| !["allocations", "buffers", "packing", "scratch"].contains(name))
        .collect()
}

/// Short ones, odd ones, and enough for several threads.
const LENGTHS: [u64; 5] = [1, 2, 17, 64, 300];

#[test]
fn products_read_both_matrices_and_write_one() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for (m, n, k) in LENGTHS
        .into_iter()
        .flat_map(|m| LENGTHS.into_iter().flat_map(move |n| LENGTHS.map(|k| (m, n, k))))
    {
        let ones = |rows: u64, columns: u64| Tensor::<f64>::ones([rows as usize, columns as usize]).unwrap();
        let (a, b, c) = (ones(m, k), ones(k, n), ones(m, k));
        let (product, counts) = counted(|| a.matmul(&b).unwrap());
        assert_eq!(product.count() as u64, m * n);
        assert_eq!(
            numbers(&counts, "product"),
            [1, 8 * (m * k + k * n), 8 * m * n, m * n * k]
        );
        assert_eq!(kernels(&counts), ["product"]);
        assert_eq!(numbers(&counts, "buffers")[..2].to_vec(), [1, 8 * m * n]);
        // A transposed matrix is read where it lies.
        let (_, counts) = counted(|| a.transpose(0, 1).unwrap().matmul(&c).unwrap());
        assert_eq!(numbers(&counts, "product"), [1, 16 * m * k, 8 * k * k, k * k * m]);
        assert_eq!(kernels(&counts), ["product"]);
    }
}

#[test]
fn elementwise_operations_read_each_element_once() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for [rows, columns] in [[2, 3], [17, 5], [64, 64], [3, 1025], [300, 700]] {
        let ones = |shape: &[u64]| {
            Tensor::<f32>::ones(shape.iter().map(|&length| length as usize).collect::<Vec<_>>()).unwrap()
        };
        let (x, y, bias) = (ones(&[rows, columns]), ones(&[rows, columns]), ones(&[columns]));
        let size = 4 * rows * columns;
        let (_, counts) = counted(|| x.try_add(&y).unwrap());
        assert_eq!(numbers(&counts, "elementwise"), [1, 2 * size, size]);
        let (_, counts) = counted(|| x.try_add(&bias).unwrap());
        assert_eq!(numbers(&counts, "elementwise"), [1, size + 4 * columns, size]);
        // In place there is no new buffer.
        let (_, counts) = counted(|| y.into_apply(&kernel!(|x, b| x * b), &[&bias]).unwrap());
        assert_eq!(numbers(&counts, "elementwise"), [1, size + 4 * columns, size]);
        assert_eq!(numbers(&counts, "buffers"), [0_u64; 0]);
        let (_, counts) = counted(|| x.sum(0).unwrap());
        assert_eq!(numbers(&counts, "reduction"), [1, size, 4 * columns]);
        let (_, counts) = counted(|| {
            x.broadcast_to([3, rows as usize, columns as usize])
                .unwrap()
                .contiguous()
                .unwrap()
        });
        assert_eq!(numbers(&counts, "copy"), [1, size, 3 * size]);
    }
}

#[test]
fn a_view_is_no_work_and_a_copy_is_noticed() -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let x = Tensor::<f32>::ones([20, 30])?;
    let (view, counts) = counted(|| x.transpose(0, 1)?.slice(0, 3..9));
    let view = view?;
    assert_eq!((kernels(&counts), numbers(&counts, "buffers")), (vec![], vec![]));
    let (copy, counts) = counted(|| view.contiguous());
    assert_eq!(copy?.shape(), view.shape());
    assert_eq!(numbers(&counts, "copy"), [1, 4 * 6 * 20, 4 * 6 * 20]);
    // The first change of a shared tensor copies it.
    let mut shared = x.clone();
    let (_, counts) = counted(|| shared.as_mut_slice().map(|elements| elements[0] = 2.0));
    assert_eq!(numbers(&counts, "copy"), [1, 2400, 2400]);
    Ok(())
}

#[test]
fn buffers_are_new_once_and_then_come_from_the_pool() -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    pool::clear();
    for new in [1, 0, 0] {
        let (_, counts) = counted(|| Tensor::<f32>::zeros([1000]).map(drop));
        assert_eq!(numbers(&counts, "buffers"), [1, 4000, new]);
        assert_eq!(numbers(&counts, "fill"), [1, 0, 4000]);
    }
    Ok(())
}

#[test]
fn a_prediction_needs_the_memory_of_two_layers_however_many_there_are() -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let model = sequential![Tanh, Tanh, Tanh, Tanh, Tanh, Tanh];
    let x = Tensor::<f32>::ones([100, 100])?;
    pool::clear();
    let (_, counts) = counted(|| model.forward(&Tape::inference().input(x.clone())));
    assert_eq!(numbers(&counts, "buffers"), [6, 6 * 40_000, 2]);
    Ok(())
}

#[test]
fn counts_are_shown_a_row_a_line() -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let x = Tensor::<i32>::ones([2, 3])?;
    let (_, counts) = counted(|| x.argmax(1).map(drop));
    let text = counts.to_string();
    assert_eq!(text.lines().count(), counts.rows().len());
    let line = text
        .lines()
        .find(|line| line.starts_with("search"))
        .unwrap_or_default();
    assert_eq!(
        line.split_whitespace().collect::<Vec<_>>(),
        ["search", "calls", "1", "read", "32", "written", "16"]
    );
    assert_eq!(counts.get("search", "read"), Some(32));
    assert_eq!(
        (counts.get("search", "nonsense"), counts.get("product", "calls")),
        (None, None)
    );
    assert_eq!(counts.since(&counts).rows(), []);
    Ok(())
}
