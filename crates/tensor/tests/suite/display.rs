//! How tensors are printed.

use crate::common::viewed;
use backprop_tensor::Tensor;
use proptest::prelude::*;

proptest! {
    /// Small tensors are printed whole: what stands between the brackets are the elements in order.
    #[test]
    fn small_tensors_are_printed_whole(x in viewed()) {
        for printed in [format!("{x}"), format!("{x:#}"), format!("{x:?}").split("] ").skip(1).collect::<Vec<_>>().join("] ")] {
            let numbers: Vec<i64> = printed
                .split(|c: char| !c.is_ascii_digit())
                .filter(|number| !number.is_empty())
                .map(|number| number.parse().unwrap())
                .collect();
            prop_assert_eq!(numbers, x.to_vec());
            let opened = printed.matches('[').count();
            prop_assert_eq!(opened, printed.matches(']').count());
            let expected: usize = (0..x.rank()).map(|axis| x.shape()[..axis].iter().product::<usize>()).sum();
            prop_assert_eq!(opened, if x.is_empty() { 1 } else { expected });
        }
    }

    #[test]
    fn lines_are_as_long_as_each_other(x in viewed(), scale in -1e9..1e9_f64) {
        let x = x.map(|x| x as f64 * scale).unwrap();
        let printed = x.to_string();
        let lines: Vec<_> = printed.lines().filter(|line| !line.is_empty()).collect();
        let (last, others) = lines.split_last().unwrap();
        // Brackets closed are those of the axes that end; a comma follows all but the last line.
        let columns = |line: &str| line.trim_end_matches([',', ']']).len();
        prop_assert!(others.iter().all(|line| columns(line) == columns(last)));
    }

    #[test]
    fn nothing_long_is_ever_printed(dims in proptest::collection::vec(prop_oneof![0..9_usize, 0..1_000_usize], 0..=8), value in any::<f32>()) {
        let x = Tensor::scalar(value);
        let Ok(x) = x.broadcast_to(&dims) else { return Ok(()) };
        for printed in [format!("{x}"), format!("{x:?}"), format!("{x:#?}")] {
            prop_assert!(printed.len() < 1000 * 60, "{}", printed.len());
        }
    }
}

#[test]
fn columns_are_aligned() {
    let x = Tensor::from([[1.0, -2.5], [1000.0, 0.125]]);
    assert_eq!(
        x.to_string(),
        "[[   1.0000,   -2.5000],\n [1000.0000,    0.1250]]"
    );
    assert_eq!(format!("{x:.0}"), "[[   1,   -2],\n [1000,    0]]");
    assert_eq!(
        Tensor::from([[[1, 20]], [[3, 4]]]).to_string(),
        "[[[ 1, 20]],\n\n [[ 3,  4]]]"
    );
    assert_eq!(Tensor::from([true, false]).to_string(), "[ true, false]");
    assert_eq!(format!("{:.1}", Tensor::from([true, false])), "[ true, false]");
}

#[test]
fn scalars_are_bare_and_empty_tensors_are_brackets() {
    assert_eq!(Tensor::scalar(2.0).to_string(), "2.0000");
    assert_eq!(Tensor::scalar(-3).to_string(), "-3");
    assert_eq!(Tensor::<f32>::zeros([0]).unwrap().to_string(), "[]");
    assert_eq!(Tensor::<f32>::zeros([1 << 40, 0]).unwrap().to_string(), "[]");
    assert_eq!(
        format!("{:?}", Tensor::<u8>::zeros([2, 0]).unwrap()),
        "Tensor<u8> [2, 0] []"
    );
    assert_eq!(format!("{:?}", Tensor::scalar(1.5)), "Tensor<f64> [] 1.5");
}

#[test]
fn numbers_far_from_one_have_an_exponent() {
    assert_eq!(Tensor::from([1e-5, 1.0]).to_string(), "[1.0000e-05, 1.0000e+00]");
    assert_eq!(Tensor::from([2e9, 0.0]).to_string(), "[2.0000e+09, 0.0000e+00]");
    assert_eq!(format!("{:.2}", Tensor::from([1e-5, 1.0])), "[0.00, 1.00]");
    assert_eq!(
        format!("{:.1}", Tensor::from([f64::MAX, f64::NAN, f64::NEG_INFINITY])),
        "[1.8e+308,      NaN,     -inf]"
    );
    assert_eq!(Tensor::from([f32::INFINITY, 1.0]).to_string(), "[   inf, 1.0000]");
}

#[test]
fn large_tensors_are_abbreviated() {
    let x = Tensor::from_fn([2, 1000], |i| i as i64).unwrap();
    assert_eq!(
        x.to_string(),
        "[[   0,    1,    2,  ...,  997,  998,  999],\n [1000, 1001, 1002,  ..., 1997, 1998, 1999]]"
    );
    assert_eq!(
        format!("{x:?}"),
        "Tensor<i64> [2, 1000] [[0, 1, 2, ..., 997, 998, 999], [1000, 1001, 1002, ..., 1997, 1998, 1999]]"
    );
    let x = Tensor::<u8>::zeros([1001, 1]).unwrap();
    assert_eq!(x.to_string(), "[[0],\n [0],\n [0],\n ...,\n [0],\n [0],\n [0]]");
    assert_eq!(format!("{x:#}").matches('0').count(), 1001);
    // Six of eight axes would be more than a million numbers.
    let printed = format!("{:?}", Tensor::<u8>::zeros([6; 8]).unwrap());
    assert_eq!(printed.matches('0').count(), 1 << 8);
    // An axis no longer than the ends is printed whole.
    let printed = Tensor::<u8>::zeros([6, 200]).unwrap().to_string();
    assert_eq!(printed.matches('0').count(), 36);
}

#[test]
fn long_rows_are_broken() {
    let printed = Tensor::arange(0, 100, 1).unwrap().to_string();
    assert!(printed.lines().all(|line| line.len() <= 101), "{printed}");
    assert_eq!(printed.lines().count(), 5);
    assert!(
        printed.lines().skip(1).all(|line| line.starts_with(' ')),
        "{printed}"
    );
}

#[test]
fn debug_keeps_every_digit() {
    let x = Tensor::from([0.1_f64 + 0.2, 1e300]);
    assert_eq!(format!("{x:?}"), "Tensor<f64> [2] [0.30000000000000004, 1e300]");
    assert_eq!(
        format!("{x:.1?}").split("] ").nth(1).unwrap().split(", ").next(),
        Some("[0.3")
    );
    assert_eq!(
        format!("{:#?}", Tensor::from([[1, 2], [3, 4]])),
        "Tensor<i32> [2, 2]\n[[1, 2],\n [3, 4]]"
    );
}
