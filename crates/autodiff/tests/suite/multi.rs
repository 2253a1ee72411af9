//! Operations with several values: the same gradients, to any order, as the same values computed one by one.

use backprop_autodiff::{
    Differential, Error, InputGradients, MultiOp, Result, Source, Tape, Var, gradcheck, gradgradcheck,
    jacobian, operands,
};
use backprop_tensor::{Result as TensorResult, Tensor, formula, math};
use proptest::prelude::*;

type Pair = [Var<f64>; 2];
type Function = fn(&[Var<f64>]) -> Pair;

/// `(sin x, cos x)`.
#[derive(Debug)]
struct SinCos;

impl MultiOp<f64, 2> for SinCos {
    type Saved = [Tensor<f64>; 2];

    fn forward(&self, inputs: &[&Tensor<f64>]) -> TensorResult<([Tensor<f64>; 2], Self::Saved)> {
        let [x] = operands(inputs)?;
        let both = [x.sin()?, x.cos()?];
        Ok((both.clone(), both))
    }

    fn backward(
        &self,
        [sin, cos]: Self::Saved,
        gradients: [Option<Tensor<f64>>; 2],
        inputs: &mut InputGradients<'_, f64>,
    ) -> TensorResult<()> {
        let [to_sin, to_cos] = gradients;
        if let Some(g) = to_sin {
            inputs.add(0, g.try_mul(&cos)?)?;
        }
        if let Some(g) = to_cos {
            inputs.add(0, Tensor::zeros(g.shape())?.try_sub(&g.try_mul(&sin)?)?)?;
        }
        Ok(())
    }

    fn differentiate(
        &self,
        _: &Self::Saved,
        gradients: [Option<&Var<f64>>; 2],
        at: &Differential<f64>,
    ) -> Result<()> {
        let [sin, cos] = at.outputs()?;
        let [to_sin, to_cos] = gradients;
        if let Some(g) = to_sin {
            at.add(0, g * cos)?;
        }
        if let Some(g) = to_cos {
            at.add(0, -(g * sin))?;
        }
        Ok(())
    }
}

/// The largest and the smallest element along the last axis, which stays, with length 1.
#[derive(Debug)]
struct Extremes;

impl MultiOp<f64, 2> for Extremes {
    /// Their places.
    type Saved = [Tensor<i64>; 2];

    fn forward(&self, inputs: &[&Tensor<f64>]) -> TensorResult<([Tensor<f64>; 2], Self::Saved)> {
        let [x] = operands(inputs)?;
        let places = [x.argmax(-1)?.unsqueeze(-1)?, x.argmin(-1)?.unsqueeze(-1)?];
        let values = [x.gather(-1, &places[0])?, x.gather(-1, &places[1])?];
        Ok((values, places))
    }

    fn backward(
        &self,
        places: Self::Saved,
        gradients: [Option<Tensor<f64>>; 2],
        inputs: &mut InputGradients<'_, f64>,
    ) -> TensorResult<()> {
        let Some(shape) = inputs.shape(0) else {
            return Ok(());
        };
        for (places, gradient) in places.iter().zip(gradients) {
            if let Some(gradient) = gradient {
                inputs.add(0, Tensor::zeros(shape)?.scatter_add(-1, places, &gradient)?)?;
            }
        }
        Ok(())
    }

    fn differentiate(
        &self,
        places: &Self::Saved,
        gradients: [Option<&Var<f64>>; 2],
        at: &Differential<f64>,
    ) -> Result<()> {
        let [x] = at.operands()?;
        let zeros = x.constant(Tensor::zeros(x.shape())?);
        for (places, gradient) in places.iter().zip(gradients) {
            if let Some(gradient) = gradient {
                at.add(0, zeros.scatter_add(-1, places, gradient))?;
            }
        }
        Ok(())
    }
}

fn sigmoid(x: &Var<f64>) -> Var<f64> {
    x.sigmoid()
}

/// Functions with two values, by one operation and by several.
fn functions() -> Vec<(&'static str, usize, Function, Function)> {
    vec![
        (
            "sine and cosine",
            1,
            |x| x[0].tape().apply_multi(SinCos, &[&x[0]]),
            |x| [x[0].sin(), x[0].cos()],
        ),
        (
            "sine and cosine by their formula",
            1,
            |x| {
                let formula = formula!(|x| (math::sin(x), math::cos(x)));
                x[0].elementwise_multi(&formula, &[])
            },
            |x| [x[0].sin(), x[0].cos()],
        ),
        (
            "extremes",
            1,
            |x| x[0].tape().apply_multi(Extremes, &[&x[0]]),
            |x| {
                let axis = backprop_tensor::keep([-1]);
                [x[0].max(axis), x[0].min(axis)]
            },
        ),
        (
            "a cell of an LSTM",
            5,
            |x| {
                let formula = formula!(|c, i, f, g, o; scale: 0.5| {
                    let c = math::sigmoid(f) * c + math::sigmoid(i) * math::tanh(scale * g);
                    (c, math::sigmoid(o) * math::tanh(c))
                });
                x[0].elementwise_multi(&formula, &[&x[1], &x[2], &x[3], &x[4]])
            },
            |x| {
                let c = sigmoid(&x[2]) * &x[0] + sigmoid(&x[1]) * (&x[3] * 0.5).tanh();
                let h = sigmoid(&x[4]) * c.tanh();
                [c, h]
            },
        ),
        (
            "two that are updated, each of its own",
            2,
            |x| {
                let formula = formula!(mut a, b; => { a = a * a; b = math::exp(b); });
                x[0].elementwise_multi(&formula, &[&x[1]])
            },
            |x| [&x[0] * &x[0] + &x[1] * 0.0, x[1].exp() + &x[0] * 0.0],
        ),
    ]
}

/// A number that depends on each of the values as often as is said, in another way each time.
fn loss(x: &[Var<f64>], values: &Pair, uses: [usize; 2]) -> Var<f64> {
    let mut total = (&x[0] * &x[0]).sum(..) * 0.25;
    for (value, uses) in values.iter().zip(uses) {
        for time in 0..uses {
            total = total + (value * (0.3 + time as f64)).tanh().sum(..) * (1.0 + time as f64);
        }
    }
    if uses.iter().all(|&uses| uses > 0) {
        total = total + (&values[0] * &values[1]).sum(..);
    }
    total
}

/// The value and the first, second and third derivatives, the later ones of weighted sums of the earlier.
fn derivatives(
    function: fn(&[Var<f64>]) -> Pair,
    inputs: &[Tensor<f64>],
    uses: [usize; 2],
) -> Result<Vec<Vec<f64>>> {
    let variables = |tape: &Tape<f64>| -> Vec<Var<f64>> {
        inputs.iter().map(|input| tape.variable(input.clone())).collect()
    };
    let mut found = Vec::new();
    let tape = Tape::new();
    let x = variables(&tape);
    let gradients = loss(&x, &function(&x), uses).backward()?;
    for x in &x {
        found.push(
            gradients
                .wrt(x)
                .map_or(vec![0.0; x.shape().count()], Tensor::to_vec),
        );
    }
    let tape = Tape::higher_order();
    let x = variables(&tape);
    let all: Vec<_> = x.iter().collect();
    let mut y = loss(&x, &function(&x), uses);
    found.push(vec![y.item()?]);
    for _ in 0..2 {
        let gradients = y.gradients_for(&all, None)?;
        y = gradients[0].sum(..) * 0.0;
        for (place, gradient) in gradients.iter().enumerate() {
            found.push(gradient.value()?.to_vec());
            y = y + (gradient * gradient).sum(..) * (0.2 + 0.1 * place as f64);
        }
    }
    let gradients = y.backward()?;
    for x in &x {
        found.push(
            gradients
                .wrt(x)
                .map_or(vec![0.0; x.shape().count()], Tensor::to_vec),
        );
    }
    Ok(found)
}

fn inputs(count: usize, rows: usize, columns: usize, seed: u64) -> Vec<Tensor<f64>> {
    let mut rng = backprop_tensor::Rng::seed(seed);
    (0..count)
        .map(|_| Tensor::uniform([rows, columns], -1.5, 1.5, &mut rng).unwrap())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The sums have some hundred terms below 1e4 that are added in another order.
    #[test]
    fn they_are_those_of_the_values_one_by_one(
        which in 0..5_usize, rows in 1..4_usize, columns in 1..5_usize, seed: u64, first in 0..4_usize, second in 0..4_usize,
    ) {
        let (name, count, fused, composed) = functions()[which];
        let inputs = inputs(count, rows, columns, seed);
        let uses = [first, second];
        let found = derivatives(fused, &inputs, uses).unwrap();
        let expected = derivatives(composed, &inputs, uses).unwrap();
        prop_assert_eq!(found.len(), expected.len());
        for (place, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let largest = expected.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
            for (found, expected) in found.iter().zip(expected) {
                prop_assert!(
                    (found - expected).abs() <= 1e-12 * largest,
                    "{}, {:?}, part {}: {} instead of {}", name, uses, place, found, expected
                );
            }
        }
    }
}

#[test]
fn they_pass_the_gradient_checks_and_have_jacobians() {
    for (name, count, fused, composed) in functions() {
        let inputs = inputs(count, 2, 3, 5);
        for uses in [[1, 0], [0, 1], [2, 3]] {
            let function = |x: &[Var<f64>]| loss(x, &fused(x), uses);
            gradcheck(function, &inputs).unwrap_or_else(|error| panic!("{name} {uses:?}: {error}"));
            gradgradcheck(function, &inputs).unwrap_or_else(|error| panic!("{name} {uses:?}: {error}"));
        }
        // Row by row, so that each row asks again and the tape forgets what it recorded.
        let of = |function: fn(&[Var<f64>]) -> Pair| {
            jacobian(
                |x| {
                    let [first, second] = function(x);
                    first * second
                },
                &inputs,
            )
            .unwrap()
        };
        for (found, expected) in of(fused).iter().zip(of(composed)) {
            assert!(found.all_close(&expected, 1e-12, 1e-12, false).unwrap(), "{name}");
        }
    }
}

#[test]
fn gradients_are_taken_with_respect_to_a_value_too() {
    let tape = Tape::higher_order();
    let x = tape.variable(Tensor::from([0.5]));
    let [sin, cos] = tape.apply_multi(SinCos, &[&x]);
    let y = (&sin * &sin * &cos).sum(..);
    let [to_sin, to_cos, to_x] = y.gradients([&sin, &cos, &x]).unwrap();
    let (s, c) = (0.5_f64.sin(), 0.5_f64.cos());
    let near = |var: &Var<f64>, expected: f64| assert!((var.item().unwrap() - expected).abs() < 1e-15);
    near(&to_sin, 2.0 * s * c);
    near(&to_cos, s * s);
    near(&to_x, 2.0 * s * c * c - s * s * s);
}

#[test]
fn what_records_nothing_and_constants_give_the_same_values() {
    let value = Tensor::from([0.5, -2.0]);
    let tape = Tape::inference();
    let found = tape.apply_multi(SinCos, &[&tape.variable(value.clone())]);
    assert!(tape.is_empty());
    let tape = Tape::new();
    let constants = tape.apply_multi(SinCos, &[&tape.input(value.clone())]);
    assert!(tape.is_empty() && constants.iter().all(|var| !var.is_tracked()));
    for (var, expected) in
        found
            .iter()
            .chain(&constants)
            .zip([value.sin(), value.cos(), value.sin(), value.cos()])
    {
        assert_eq!(var.value().unwrap(), &expected.unwrap());
    }
}

#[test]
fn the_records_are_one_of_the_operation_and_one_of_each_value() {
    let tape = Tape::new();
    let x = tape.variable(Tensor::from([0.5, 1.0]));
    let line = line!() + 1;
    let [_, cos] = tape.apply_multi(SinCos, &[&x]);
    let _ = cos.exp();
    let records = tape.records();
    assert_eq!(records.len(), 5);
    assert!(
        matches!(
            records[1].source,
            Source::Operation {
                name: "SinCos",
                outputs: 2,
                formula: None,
                ..
            }
        ),
        "{records:?}"
    );
    assert_eq!(records[1].inputs, [Some(0)]);
    for index in 0..2 {
        let record = &records[2 + index];
        assert!(matches!(record.source, Source::Output { index: found, .. } if found == index));
        assert_eq!(
            (&record.inputs[..], &record.shape[..]),
            (&[Some(1)][..], &[2][..])
        );
        assert_eq!(record.location.line(), line);
    }
    assert_eq!(records[4].inputs, [Some(3)]);
    assert!(matches!(records[4].source, Source::Operation { outputs: 0, .. }));

    let formula = formula!(|x| (x + 1.0, x * x));
    let tape = Tape::new();
    let x = tape.variable(Tensor::from([0.5, 1.0]));
    let [_, _] = x.elementwise_multi(&formula, &[]);
    let Source::Operation {
        formula: Some(found), ..
    } = &tape.records()[1].source
    else {
        panic!("no formula");
    };
    assert_eq!(found, &formula);
}

/// Without a derivative in variables.
#[derive(Debug)]
struct Once;

impl MultiOp<f64, 2> for Once {
    type Saved = ();

    fn name(&self) -> &'static str {
        "Twin"
    }

    fn forward(&self, inputs: &[&Tensor<f64>]) -> TensorResult<([Tensor<f64>; 2], ())> {
        let [x] = operands(inputs)?;
        Ok(([x.clone(), x.clone()], ()))
    }

    /// Of a wrong shape.
    fn backward(
        &self,
        (): (),
        _: [Option<Tensor<f64>>; 2],
        inputs: &mut InputGradients<'_, f64>,
    ) -> TensorResult<()> {
        inputs.add(0, Tensor::scalar(1.0))
    }
}

#[test]
fn errors_have_the_name_and_the_line() {
    let tape = Tape::new();
    let x = tape.variable(Tensor::from([1.0, 2.0]));
    let line = line!() + 1;
    let failed = tape.apply_multi(SinCos, &[&x, &x]);
    for var in &failed {
        let error = var.value().unwrap_err();
        assert!(error.to_string().starts_with("SinCos([2], [2]): "), "{error}");
        assert_eq!(error.location().map(|location| location.line()), Some(line));
    }
    // What is computed of them fails with the same reason.
    let [again, _] = tape.apply_multi(Once, &[&failed[1]]);
    assert_eq!(again.value().unwrap_err(), failed[0].value().unwrap_err());

    let tape = Tape::new();
    let x = tape.variable(Tensor::from([1.0, 2.0]));
    let line = line!() + 1;
    let [_, second] = tape.apply_multi(Once, &[&x]);
    let error = second.sum(..).backward().unwrap_err();
    assert!(
        error.to_string().starts_with("gradient of Twin([2]): "),
        "{error}"
    );
    assert_eq!(error.location().map(|location| location.line()), Some(line));

    let tape = Tape::higher_order();
    let x = tape.variable(Tensor::from([1.0, 2.0]));
    let line = line!() + 1;
    let [first, _] = tape.apply_multi(Once, &[&x]);
    let error = first.sum(..).gradients([&x]).unwrap_err();
    assert!(
        matches!(
            error,
            Error::FirstOrder {
                operation: "Twin",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.location().map(|location| location.line()), Some(line));

    let x = Tape::new().variable(Tensor::from([1.0, 2.0]));
    let formula = formula!(|x; p: 1.0| (x, p * x));
    let [_, _, third] = x.elementwise_multi::<3>(&formula, &[]);
    assert!(third.value().unwrap_err().to_string().contains("must be 3"));
    let one = Tape::new()
        .variable(Tensor::from([1.0]))
        .elementwise(&formula, &[]);
    assert!(one.value().unwrap_err().to_string().contains("elementwise_multi"));
}
