//! Learning without a teacher: Hebb's rule, which grows without bound, and Oja's, which finds the first principal component.
//!
//! ```text
//! y = w·x        Hebb (1949): w ← w + η y x        Oja (1982): w ← w + η y (x - y w)
//! ```

use backprop::datasets::Pca;
use backprop::optim::rules::{Hebb, Oja};
use backprop::plot::{Chart, Color, Figure, Line, Points, Segments, category_color};
use backprop::prelude::*;
use backprop::tensor::linalg;

use super::{Error, FOLDER, Options};

const SAMPLES: usize = 400;

/// The weights after each step, the first ones first.
struct Run {
    hebb: Vec<[f64; 2]>,
    oja: Vec<[f64; 2]>,
}

pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let mut rng = Rng::seed(options.seed);
    let samples = samples(&mut rng)?;
    let component = principal_component(&samples)?;
    let run = learn(&samples, options.steps, &mut rng)?;
    report(&run, component);
    agree(&samples, component)?;
    let figure = figure(&samples, &run, component)?;
    figure.save(format!("{FOLDER}/hebb.svg"))?;
    figure.save(format!("{FOLDER}/hebb.png"))?;
    Ok(())
}

/// A cloud that is longest at about 30 degrees, with mean 0.
fn samples(rng: &mut Rng) -> Result<Tensor<f64>, Error> {
    let turn = Tensor::from([[1.73, 1.0], [-0.3, 0.52]]);
    let x = Tensor::<f64>::normal([SAMPLES, 2], 0.0, 1.0, rng)?.matmul(&turn)?;
    Ok(x.try_sub(&x.mean(0)?)?)
}

/// The direction of the largest variance: of `X = U diag(s) Vᵀ`, the first row of `Vᵀ`.
fn principal_component(x: &Tensor<f64>) -> Result<[f64; 2], Error> {
    let (_, _, vt) = linalg::svd(x)?;
    pair(&vt.select(0, 0)?)
}

fn pair(w: &Tensor<f64>) -> Result<[f64; 2], Error> {
    Ok([w.get([0])?, w.get([1])?])
}

/// Both rules from the same weights on the same samples, drawn at random. The rate falls, so that Oja's weights come to rest.
fn learn(x: &Tensor<f64>, steps: usize, rng: &mut Rng) -> Result<Run, Error> {
    let start = Tensor::from([-0.3, 0.9]);
    let (mut hebb, mut oja) = (start.clone(), start.clone());
    let mut run = Run {
        hebb: vec![pair(&hebb)?],
        oja: vec![pair(&oja)?],
    };
    for step in 0..steps {
        let rate = 0.01 / (1.0 + step as f64 / 1000.0);
        let sample = x.select(0, rng.below(SAMPLES))?;
        Hebb::new(rate).step(&mut hebb, &sample)?;
        Oja::new(rate).step(&mut oja, &sample)?;
        run.hebb.push(pair(&hebb)?);
        run.oja.push(pair(&oja)?);
    }
    Ok(run)
}

fn length([x, y]: [f64; 2]) -> f64 {
    x.hypot(y)
}

/// The angle in degrees between two directions, either way round.
fn angle(a: [f64; 2], b: [f64; 2]) -> f64 {
    let [a, b] = [a, b].map(|v| v.map(|x| x / length(v)));
    let (sine, cosine) = (a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1]);
    sine.abs().atan2(cosine.abs()).to_degrees()
}

fn report(run: &Run, component: [f64; 2]) {
    println!(
        "\nHebb and Oja: {SAMPLES} samples, whose first principal component is ({:.3}, {:.3})\n",
        component[0], component[1]
    );
    println!("{:>8}{:>24}{:>24}", "", "Hebb", "Oja");
    println!(
        "{:>8}{:>14}{:>10}{:>14}{:>10}",
        "sample", "length", "angle", "length", "angle"
    );
    let last = run.oja.len() - 1;
    let mut step = 1;
    while step < last {
        row(run, component, step);
        step *= 4;
    }
    row(run, component, last);
    let (hebb, oja) = (run.hebb[last], run.oja[last]);
    println!(
        "\nHebb's weights are {:.0e} times as long as at first; Oja's have length {:.3} and are {:.2}° off the component",
        length(hebb) / length(run.hebb[0]),
        length(oja),
        angle(oja, component)
    );
}

fn row(run: &Run, component: [f64; 2], step: usize) {
    let columns = |w: [f64; 2]| format!("{:>14.4e}{:>9.2}°", length(w), angle(w, component));
    println!("{step:>8}{}{}", columns(run.hebb[step]), columns(run.oja[step]));
}

/// Three ways to the first component: the singular value decomposition, the eigenvectors of the covariance, and Oja's rule on all samples at once.
fn agree(x: &Tensor<f64>, component: [f64; 2]) -> Result<(), Error> {
    let eigenvector = pair(&Pca::fit(x, 1)?.components().select(0, 0)?)?;
    let mut w = Tensor::from([-0.3, 0.9]);
    for _ in 0..500 {
        Oja::new(0.1).step(&mut w, x)?;
    }
    println!(
        "on all samples at once, 500 steps of Oja's rule end {:.1e}° from the singular vector; the covariance's eigenvector is {:.1e}° from it",
        angle(pair(&w)?, component),
        angle(eigenvector, component)
    );
    Ok(())
}

fn figure(x: &Tensor<f64>, run: &Run, component: [f64; 2]) -> Result<Figure, Error> {
    let angles = curves(run, |w| angle(w, component))
        .title("Angle to the first component")
        .y_label("degrees");
    let lengths = curves(run, length).title("Length of the weights").log_y();
    Ok(Figure::new()
        .row([cloud(x, &run.oja, component)?])
        .row([angles, lengths]))
}

/// The samples, and Oja's weights whenever they have turned by 8 degrees.
fn cloud(x: &Tensor<f64>, oja: &[[f64; 2]], [c1, c2]: [f64; 2]) -> Result<Chart, Error> {
    let mut shown = vec![oja[0]];
    for (step, &w) in oja.iter().enumerate() {
        if angle(w, shown[shown.len() - 1]) >= 8.0 || step + 1 == oja.len() {
            shown.push(w);
        }
    }
    let zeros = vec![0.0; shown.len()];
    let (x_ends, y_ends): (Vec<f64>, Vec<f64>) = shown.iter().map(|[x, y]| (2.0 * x, 2.0 * y)).unzip();
    let samples = Points::new(x.select(1, 0)?, x.select(1, 1)?)
        .radius(2.5)
        .color(category_color(5));
    let component = Segments::new([-5.0 * c1], [-5.0 * c2], [5.0 * c1], [5.0 * c2])
        .width(2.0)
        .color(Color::BLACK);
    let weights = Segments::new(&zeros, &zeros, x_ends, y_ends)
        .arrows()
        .width(2.0)
        .color(category_color(1));
    Ok(Chart::new()
        .title("Oja's weights (twice as long) turn onto the first component")
        .aspect(1.3)
        .add(samples.name("samples"))
        .add(component.name("first component"))
        .add(weights.name("Oja's weights")))
}

/// A number of the weights after each sample. Both turn together: Hebb's curve is a broad one under Oja's.
fn curves(run: &Run, f: impl Fn([f64; 2]) -> f64) -> Chart {
    let chart = Chart::new().x_label("samples shown");
    let rules = [("Hebb", &run.hebb, 5.0), ("Oja", &run.oja, 1.8)];
    rules.into_iter().fold(chart, |chart, (name, weights, width)| {
        let y: Vec<f64> = weights.iter().map(|&w| f(w)).collect();
        chart.add(Line::new(0..y.len(), y).name(name).width(width))
    })
}
