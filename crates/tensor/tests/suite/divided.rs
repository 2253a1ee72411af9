//! The same bits on any number of threads, in place and elsewhere, straight and turned, at sizes around those from which on work is divided.

use crate::common::on;
use backprop_tensor::{Float, Result, Rng, Tensor, keep, kernel, math};

type Formula<T> = fn(&Tensor<T>, &Tensor<T>) -> Result<Tensor<T>>;

/// Light and heavy formulas, and reductions, of two tensors of one shape.
fn formulas<T: Float>() -> [(&'static str, Formula<T>); 15] {
    [
        ("add", |x, y| x.try_add(y)),
        ("relu", |x, _| x.relu()),
        ("exp", |x, _| x.exp()),
        ("powf", |x, y| x.abs()?.pow(y)),
        ("add a row", |x, y| x.try_add(&y.select(0, 0)?)),
        ("add a column", |x, y| x.try_add(&y.slice(-1, ..1)?)),
        ("a row less", |x, y| x.select(0, 0)?.try_sub(y)),
        ("two others", |x, y| {
            x.apply(&kernel!(|x, y, z| x * y + math::max(x, z)), &[y, x])
        }),
        ("sum", |x, _| x.sum(..)),
        ("sum of rows", |x, _| x.sum(-1)),
        ("sum of columns", |x, _| x.sum(keep(0))),
        ("max of rows", |x, _| x.max(-1)),
        ("var", |x, _| x.var(.., 1)),
        ("argmax of columns", |x, _| x.argmax(0)?.cast()),
        ("cumsum", |x, _| x.cumsum(-1)),
    ]
}

/// From one row to so many that every kernel is divided.
const SHAPES: &[[usize; 2]] = &[
    [1, 1000],
    [3, 5001],
    [1, 40_000],
    [1000, 65],
    [300, 300],
    [2, 130_000],
];

fn tensor<T: Float>(shape: [usize; 2], seed: u64) -> Tensor<T> {
    let numbers = Tensor::<f64>::uniform(shape, -2.0, 2.0, &mut Rng::seed(seed)).unwrap();
    numbers.cast().unwrap()
}

/// The elements of the result; `==` holds for the bits but for the sign of zeros, which `1 / x` shows, and no formula makes NaN.
fn elements<T: Float>(result: Result<Tensor<T>>) -> Vec<T> {
    let elements = result.unwrap().to_vec();
    let signs = elements
        .iter()
        .map(|&x| math::max(math::min(T::ONE / x, T::ONE), -T::ONE));
    elements.iter().copied().chain(signs).collect()
}

fn check<T: Float>() {
    for &shape in SHAPES {
        let (x, y) = (tensor::<T>(shape, 1), tensor::<T>(shape, 2));
        let turned = x.transpose(0, 1).unwrap().contiguous().unwrap();
        let turned = turned.transpose(0, 1).unwrap();
        for (name, formula) in formulas::<T>() {
            let wanted = on(1, || elements(formula(&x, &y)));
            for threads in [2, 5] {
                // Again and again, as the threads are awake or not.
                for _ in 0..3 {
                    assert!(
                        on(threads, || elements(formula(&x, &y))) == wanted,
                        "{name} of {shape:?}"
                    );
                }
            }
            // Sums of turned operands are taken in the order of memory.
            if !["sum", "sum of rows", "sum of columns", "var"].contains(&name) {
                assert!(
                    on(2, || elements(formula(&turned, &y))) == wanted,
                    "{name} of {shape:?}, turned"
                );
                assert!(
                    on(1, || elements(formula(&turned, &y))) == wanted,
                    "{name} of {shape:?}, turned"
                );
            }
        }
    }
}

#[test]
fn f32_has_the_same_bits_however_it_is_divided() {
    check::<f32>();
}

#[test]
fn f64_has_the_same_bits_however_it_is_divided() {
    check::<f64>();
}

/// A light formula has one form for each place of its result.
#[test]
fn in_place_and_elsewhere_are_the_same() {
    let light = kernel!(|x, y; p: 0.5| x * y + p / x);
    let heavy = kernel!(|x, y; p: 0.5| math::powf(math::abs(x), y) + p);
    for shape in [[1, 7], [5, 1000], [40, 2500]] {
        let (x, y) = (tensor::<f32>(shape, 3), tensor::<f32>(shape, 4));
        for kernel in [&light, &heavy] {
            let elsewhere = elements(x.apply(kernel, &[&y]));
            let copy = x.neg().unwrap().neg().unwrap();
            let address = copy.as_slice().unwrap().as_ptr();
            let in_place = copy.into_apply(kernel, &[&y]).unwrap();
            assert_eq!(in_place.as_slice().unwrap().as_ptr(), address);
            assert!(elements(Ok(in_place)) == elsewhere);
            // The first operand broadcast, and spread out in memory.
            let row = x.select(0, 0).unwrap();
            let whole = row.broadcast_to(shape).unwrap().contiguous().unwrap();
            assert!(elements(row.apply(kernel, &[&y])) == elements(whole.apply(kernel, &[&y])));
            let wide = Tensor::stack(&[&x, &y], -1).unwrap();
            let spread = wide.select(-1, 0).unwrap();
            assert!(elements(spread.apply(kernel, &[&y])) == elements(x.apply(kernel, &[&y])));
        }
    }
}

/// A column is written out row by row; its rows are shorter than a block, as long, longer, and begin anywhere in it.
#[test]
fn a_column_is_spread_over_rows_of_any_length() {
    for [rows, columns] in [[3, 31], [3, 32], [5, 100], [2, 1024], [3, 2500], [400, 1000]] {
        let x = Tensor::from((0..rows * columns).map(|i| i as f32).collect::<Vec<_>>());
        let x = x.reshape([rows, columns]).unwrap();
        let column = Tensor::from((0..rows).map(|i| 0.5 * i as f32).collect::<Vec<_>>());
        let column = column.reshape([rows, 1]).unwrap();
        for (column, first, step) in [(column.clone(), 0, 1), (column.flip(0).unwrap(), rows - 1, -1)] {
            let row = |i: usize| first as i64 + step * i as i64;
            let right =
                |i: usize| (i % columns + i / columns * columns) as f32 - 0.5 * row(i / columns) as f32;
            let right: Vec<_> = (0..rows * columns).map(right).collect();
            assert!(
                x.try_sub(&column).unwrap().to_vec() == right,
                "{rows} {columns} {step}"
            );
        }
    }
}

/// Parts of three axes, repeated along the others: rows that fill a block evenly and not, few and many, in pieces that begin anywhere.
#[test]
fn parts_of_three_axes_are_repeated_along_the_others() {
    for dims in [
        [3, 50, 100],
        [7, 41, 128],
        [2, 9, 500],
        [3, 2, 1024],
        [40, 60, 33],
        [5, 300, 7],
        [2, 5000, 20],
    ] {
        let [a, b, c] = dims;
        let x = Tensor::from_fn(dims, |i| i as f64).unwrap();
        for lengths in [
            [a, 1, c],
            [a, 1, 1],
            [1, b, 1],
            [1, 1, c],
            [1, b, c],
            [a, b, 1],
            [1, 1, 1],
        ] {
            let part = Tensor::from_fn(lengths, |i| 0.25 * i as f64).unwrap();
            for flipped in [false, true] {
                let part = if flipped {
                    part.flip(0).unwrap().flip(2).unwrap()
                } else {
                    part.clone()
                };
                let values = part.to_vec();
                let expected = (0..a * b * c).map(|i| {
                    let at = [i / (b * c), i / c % b, i % c];
                    let at: Vec<_> = at.iter().zip(&lengths).map(|(&i, &n)| i % n).collect();
                    i as f64 - values[(at[0] * lengths[1] + at[1]) * lengths[2] + at[2]]
                });
                let right: Vec<_> = expected.collect();
                for threads in [1, 3] {
                    let actual = on(threads, || x.try_sub(&part).unwrap().to_vec());
                    assert!(actual == right, "{dims:?} {lengths:?} {flipped}");
                }
            }
        }
    }
}

/// Where `likely` fails `safe` decides, in place and elsewhere, element by element, whatever its neighbors are.
#[test]
fn the_other_formula_is_for_unsafe_elements_only() {
    let formula = kernel!(|x, y; p: 0.5| x + y * p; where x > 0.0; or x > -1.0; else x - 100.0);
    let alone = kernel!(|x, y; p: 0.5| x + y * p; where x > -1.0; else x - 100.0);
    for count in [1, 63, 64, 65, 1500, 200_000] {
        let numbers = |seed: usize| (0..count).map(move |i| ((i * 7 + seed) % 1021) as f32 / 200.0 - 1.5);
        let positive = || (0..count).map(|i| (i % 11) as f32 + 1.0);
        let y: Vec<_> = numbers(3).collect();
        for x in [numbers(0).collect::<Vec<_>>(), positive().collect()] {
            let right = |(&x, &y): (&f32, &f32)| if x > -1.0 { x + y * 0.5 } else { x - 100.0 };
            let right: Vec<_> = x.iter().zip(&y).map(right).collect();
            let (x, y) = (Tensor::from(x), Tensor::from(y.clone()));
            for kernel in [&formula, &alone] {
                assert!(x.apply(kernel, &[&y]).unwrap().to_vec() == right);
                let copy = x.neg().unwrap().neg().unwrap();
                assert!(copy.into_apply(kernel, &[&y]).unwrap().to_vec() == right);
            }
        }
    }
}

/// A step of an optimizer, in one pass over several tensors.
fn check_updates<T: Float>() {
    let rates = [0.25, 0.5].map(T::from_f64);
    let momentum = kernel!(mut w, v; g; rate: rates[0], decay: rates[1] => {
        v = decay * v + g;
        w -= rate * v;
    });
    for &shape in SHAPES {
        let [w, v, g] = [1, 2, 3].map(|seed| tensor::<T>(shape, seed));
        let velocity: Vec<T> = v
            .to_vec()
            .into_iter()
            .zip(g.to_vec())
            .map(|(v, g)| rates[1] * v + g)
            .collect();
        let weights: Vec<T> = w
            .to_vec()
            .into_iter()
            .zip(&velocity)
            .map(|(w, &v)| w - rates[0] * v)
            .collect();
        for threads in [1, 2, 3, 8] {
            let updated = on(threads, || {
                let (mut w, mut v) = (w.clone(), v.clone());
                Tensor::update(&momentum, &mut [&mut w, &mut v], &[&g]).unwrap();
                (w.to_vec(), v.to_vec())
            });
            assert!(
                updated == (weights.clone(), velocity.clone()),
                "{shape:?}, {threads} threads"
            );
        }
    }
}

#[test]
fn updates_reach_every_element() {
    check_updates::<f32>();
    check_updates::<f64>();
}

/// Products so long that they are summed up part by part, of which only the whole sum is to be finished.
fn check_finished<T: Float>() {
    let leak = kernel!(|x| math::max(x, 0.125 * x));
    for [rows, depth, columns] in [
        [1, 5000, 1],
        [1, 5000, 40],
        [3, 5000, 1],
        [3, 5000, 40],
        [70, 3000, 1],
        [70, 3000, 90],
        [2, 100_000, 2],
    ] {
        let (x, weight) = (tensor::<T>([rows, depth], 1), tensor::<T>([columns, depth], 2));
        let bias = tensor::<T>([1, columns], 3).reshape([columns]).unwrap();
        let sums = x.linear(&weight, Some(&bias), None).unwrap();
        assert!(sums.to_vec().iter().any(|&sum| sum < T::ZERO));
        let finished = x.linear(&weight, Some(&bias), Some(&leak)).unwrap();
        assert_eq!(
            finished,
            sums.apply(&leak, &[]).unwrap(),
            "{rows} {depth} {columns}"
        );
    }
}

#[test]
fn a_long_product_is_finished_once() {
    check_finished::<f32>();
    check_finished::<f64>();
}
