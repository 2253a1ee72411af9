//! Two clouds that overlap: no line divides them, and the rule never comes to rest. The averaged perceptron and the pocket do better.

use backprop::optim::rules::{AveragedPerceptron, Perceptron, PerceptronRule, Pocket};
use backprop::plot::{Chart, Figure, Line, Rule, category_color, scatter_classes};
use backprop::prelude::*;

use super::data::{Samples, clouds};
use super::{Error, Options, save};

const PASSES: usize = 60;

/// One of the rules: the weights it classifies with after each pass, their accuracy, and its mistakes in each pass.
struct Course {
    name: &'static str,
    weights: Tensor,
    accuracies: Vec<f64>,
    mistakes: Vec<usize>,
}

pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let mut rng = Rng::seed(options.seed);
    let samples = clouds([[1.0, 1.0], [2.2, 2.0]], &mut rng)?;
    let courses = [
        course("last weights", Perceptron::new(1.0), &samples, options.seed)?,
        course("averaged", AveragedPerceptron::new(1.0), &samples, options.seed)?,
        course(
            "pocket",
            Pocket::new(1.0).ratchet(&samples.inputs, &samples.labels),
            &samples,
            options.seed,
        )?,
    ];
    report(&courses);
    save("overlapping", &figure(&samples, &courses)?)
}

/// All rules see the same samples in the same random orders.
fn course(
    name: &'static str,
    mut rule: impl PerceptronRule,
    samples: &Samples,
    seed: u64,
) -> Result<Course, Error> {
    let mut rng = Rng::seed(seed);
    let mut weights = Tensor::zeros([3])?;
    let mut course = Course {
        name,
        weights: weights.clone(),
        accuracies: Vec::new(),
        mistakes: Vec::new(),
    };
    for _ in 0..PASSES {
        let shown = samples.shuffled(&mut rng)?;
        course
            .mistakes
            .push(rule.pass(&mut weights, &shown.inputs, &shown.labels)?);
        course.weights = rule.learned(&weights)?;
        course.accuracies.push(samples.accuracy(&course.weights)?);
    }
    Ok(course)
}

fn report(courses: &[Course]) {
    println!("\ntwo clouds that overlap: accuracy after each of {PASSES} passes over 100 points\n");
    println!(
        "{:<14}{:>10}{:>10}{:>10}{:>10}",
        "classified by", "lowest", "mean", "highest", "final"
    );
    for course in courses {
        let all = &course.accuracies;
        let lowest = all.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = all.iter().copied().fold(0.0, f64::max);
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        print!("{:<14}", course.name);
        for accuracy in [lowest, mean, highest, all[all.len() - 1]] {
            print!("{:>8.1} %", 100.0 * accuracy);
        }
        println!();
    }
    let mistakes = &courses[0].mistakes;
    match mistakes.iter().min() {
        Some(&fewest) if fewest > 0 => {
            println!("\nthe rule does not come to rest: no pass has fewer than {fewest} mistakes")
        }
        _ => println!("\nthe rule has come to rest: with this seed, there is a line between the clouds"),
    }
}

fn figure(samples: &Samples, courses: &[Course]) -> Result<Figure, Error> {
    let column = |feature| samples.inputs.select(1, feature);
    let classes = samples.labels.map(|t| if t > 0.0 { 1.0 } else { 0.0 })?;
    let mut lines = scatter_classes(column(0)?, column(1)?, classes, ["-1", "+1"])
        .title(format!("Lines after {PASSES} passes"))
        .size(800.0, 640.0)
        .x_label("x₁")
        .y_label("x₂");
    let mut curves = Chart::new()
        .title("Accuracy after each pass")
        .size(800.0, 640.0)
        .x_label("pass");
    for (index, course) in courses.iter().enumerate() {
        let [a, b, c] = [0, 1, 2].map(|i| course.weights.get([i]).map_or(f64::NAN, f64::from));
        let color = category_color(index + 2);
        lines = lines.add(Rule::boundary(a, b, c).color(color).name(course.name));
        let line = Line::new(1..=PASSES, &course.accuracies)
            .name(course.name)
            .color(color);
        curves = curves.add(line);
    }
    Ok(Figure::new().row([lines, curves]))
}
