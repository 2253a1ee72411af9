//! Threshold units as logic: which functions of two inputs one unit computes, and why XOR is none of them.
//!
//! McCulloch and Pitts (1943) showed that networks of such units compute everything that logic can say. One unit by itself cannot: if
//! `1` whenever `w₁ x₁ + w₂ x₂ ≥ θ` were XOR, then
//!
//! ```text
//! 0, 0 → 0:   0 < θ
//! 1, 0 → 1:   w₁ ≥ θ
//! 0, 1 → 1:   w₂ ≥ θ          so  w₁ + w₂ ≥ 2 θ > θ
//! 1, 1 → 0:   w₁ + w₂ < θ     which contradicts it
//! ```

use backprop::plot::{Chart, Color, Figure, Marker, Points, Rule, Segments};
use backprop::prelude::*;

use super::{Error, FOLDER};

/// The four pairs of inputs.
const PAIRS: [[f32; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];

/// The 16 functions of two inputs, by what they make of the pairs above: the first is the highest of four bits.
const NAMES: [&str; 16] = [
    "0",
    "AND",
    "x1 and not x2",
    "x1",
    "x2 and not x1",
    "x2",
    "XOR",
    "OR",
    "NOR",
    "XNOR",
    "not x2",
    "x2 implies x1",
    "not x1",
    "x1 implies x2",
    "NAND",
    "1",
];

const XOR: usize = 0b0110;

/// Weights and threshold that compute a function.
type Found = Option<(f32, f32, f64)>;

pub(crate) fn run() -> Result<(), Error> {
    truth_tables()?;
    let found = search()?;
    report(&found);
    figure(&found).save(format!("{FOLDER}/logic.svg"))?;
    figure(&found).save(format!("{FOLDER}/logic.png"))?;
    two_layers()
}

const AND: usize = 0b0001;
const OR: usize = 0b0111;
const NAND: usize = 0b1110;

/// What a unit answers to each row of inputs.
fn answers(unit: &ThresholdUnit, inputs: &Tensor) -> Result<Vec<f32>, Error> {
    Ok(unit
        .forward(&Tape::inference().input(inputs.clone()))
        .into_value()?
        .to_vec())
}

/// All rows of `n` zeros and ones.
fn rows(n: usize) -> Result<Tensor, Error> {
    Ok(Tensor::from_fn([1 << n, n], |i| {
        let (row, column) = (i / n, i % n);
        (row >> (n - 1 - column) & 1) as f32
    })?)
}

fn truth_tables() -> Result<(), Error> {
    println!("\nMcCulloch and Pitts: a unit fires when its inputs reach a threshold\n");
    let units = [
        ("AND", 2, ThresholdUnit::and(2)),
        ("OR", 2, ThresholdUnit::or(2)),
        ("NOT", 1, ThresholdUnit::not()),
        ("majority of 3", 3, ThresholdUnit::majority(3)),
        ("x1 unless x2", 2, ThresholdUnit::or(1).inhibited_by(1)),
    ];
    for (name, n, unit) in units {
        let inputs = rows(n)?;
        let answers = answers(&unit, &inputs)?;
        print!("{name:<14} threshold {}:", unit.threshold);
        for (row, answer) in inputs.to_vec().chunks(n).zip(answers) {
            let row: String = row.iter().map(|x| x.to_string()).collect();
            print!("  {row} → {answer}");
        }
        println!();
    }
    Ok(())
}

/// Small ones first, so that the units found are simple.
const WEIGHTS: [f32; 5] = [0.0, 1.0, -1.0, 2.0, -2.0];

/// The first unit for each of the 16 functions, among all with these weights and thresholds at and between their sums.
fn search() -> Result<[Found; 16], Error> {
    let inputs = Tensor::from(PAIRS);
    let mut found = [None; 16];
    let thresholds = (-9..=9).map(|halves| f64::from(halves) / 2.0);
    for w1 in WEIGHTS {
        for w2 in WEIGHTS {
            for threshold in thresholds.clone() {
                let answers = answers(&ThresholdUnit::new([w1, w2], threshold), &inputs)?;
                let function = answers.iter().fold(0, |bits, &answer| 2 * bits + answer as usize);
                found[function].get_or_insert((w1, w2, threshold));
            }
        }
    }
    Ok(found)
}

fn report(found: &[Found; 16]) {
    println!(
        "\nall units with weights -2 to 2 and thresholds -4.5 to 4.5 in steps of 1/2, by the function they compute\n"
    );
    println!("{:<16}{:<20}first unit found", "function", "00 01 10 11");
    for (function, unit) in found.iter().enumerate() {
        let bits: String = (0..4)
            .map(|place| format!(" {} ", function >> (3 - place) & 1))
            .collect();
        let unit = match unit {
            Some((w1, w2, threshold)) => format!("{w1:>4} x1 {w2:+} x2 ≥ {threshold}"),
            None => "none".into(),
        };
        println!("{:<16}{bits:<20}{unit}", NAMES[function]);
    }
    let count = found.iter().flatten().count();
    let missing: Vec<_> = (0..16).filter(|&function| found[function].is_none()).collect();
    let names: Vec<_> = missing.iter().map(|&function| NAMES[function]).collect();
    println!(
        "\none unit computes {count} of the 16 functions; missing: {}",
        names.join(", ")
    );
    println!(
        "XOR with any weights would need 0 < θ, w1 ≥ θ, w2 ≥ θ and w1 + w2 < θ: but w1 + w2 ≥ 2 θ > θ; XNOR likewise"
    );
}

/// Each unit is a line. For XOR there is none: the segment between its ones crosses that between its zeros, and a line with both ones on one
/// side would have the crossing there, with both zeros on the other side, there too.
fn figure(found: &[Found; 16]) -> Figure {
    let crossing = Segments::new([0.0], [0.0], [1.0], [1.0]).color(ZERO).width(4.0);
    let ones = Segments::new([0.0], [1.0], [1.0], [0.0]).color(ONE).width(4.0);
    let xor = plane("XOR: no line", XOR, &[]).add(crossing).add(ones);
    Figure::new()
        .title("A threshold unit is a line")
        .row([plane("AND", AND, &[found[AND]]), plane("OR", OR, &[found[OR]])])
        .row([
            xor.note(0.5, 0.5, "on both sides?"),
            plane("XOR: OR and NAND together", XOR, &[found[OR], found[NAND]]),
        ])
        .shared_legend()
}

const ZERO: Color = Color::hex(0x0072b2);
const ONE: Color = Color::hex(0xd55e00);

/// The four pairs as points, by what a function makes of them, and the lines of units.
fn plane(title: &str, function: usize, units: &[Found]) -> Chart {
    let of = |value: usize| -> (Vec<f32>, Vec<f32>) {
        let places = (0..4).filter(|place| function >> (3 - place) & 1 == value);
        places.map(|place| (PAIRS[place][0], PAIRS[place][1])).unzip()
    };
    let ((x0, y0), (x1, y1)) = (of(0), of(1));
    let lines = units.iter().flatten();
    let chart = lines.fold(Chart::new(), |chart, &(w1, w2, threshold)| {
        chart.add(Rule::boundary(f64::from(w1), f64::from(w2), -threshold))
    });
    chart
        .title(title)
        .x_label("x₁")
        .y_label("x₂")
        .x_limits(-0.6, 1.6)
        .y_limits(-0.6, 1.6)
        .aspect(1.0)
        .add(Points::new(x0, y0).name("answer 0").radius(8.0).color(ZERO))
        .add(
            Points::new(x1, y1)
                .name("answer 1")
                .radius(8.0)
                .color(ONE)
                .marker(Marker::Square),
        )
}

/// XOR is "one of both, but not both": OR, unless AND.
fn two_layers() -> Result<(), Error> {
    let inputs = Tensor::from(PAIRS);
    let tape = Tape::inference();
    let x = tape.input(inputs);
    let either = ThresholdUnit::or(2).forward(&x);
    let both = ThresholdUnit::and(2).forward(&x);
    let but_not = ThresholdUnit::or(1).inhibited_by(1);
    let xor = but_not
        .forward(&Var::concat(&[&either, &both], -1)?)
        .into_value()?;
    let right = xor.to_vec() == [0.0, 1.0, 1.0, 0.0];
    let verdict = if right {
        "computes XOR"
    } else {
        "does NOT compute XOR"
    };
    println!(
        "two layers, OR inhibited by AND, answer {:?}: a network of three units {verdict}",
        xor.to_vec()
    );
    Ok(())
}
