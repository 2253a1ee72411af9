//! What was found, in numbers.

use super::folds::{FOLDS, Shuffle, deviation, mean as mean_of};
use super::networks::Network;

/// The mean accuracy of some shuffles.
pub(crate) fn mean(shuffles: &[Shuffle]) -> f64 {
    mean_of(shuffles.iter().map(Shuffle::accuracy))
}

/// A line a shuffle: the mean over its folds, and their deviation.
pub(crate) fn accuracies(results: &[(&Network, Vec<Shuffle>)]) {
    println!("accuracy on flowers not seen, mean ± deviation of {FOLDS} folds:\n");
    print!("shuffle");
    for (network, _) in results {
        print!("  {:>17}", network.name);
    }
    println!();
    let count = results.first().map_or(0, |(_, shuffles)| shuffles.len());
    for index in 0..count {
        print!("{index:>7}");
        for (_, shuffles) in results {
            let folds = shuffles[index].folds.iter().map(|fold| fold.accuracy);
            print!("    {:.4} ± {:.4}", shuffles[index].accuracy(), deviation(folds));
        }
        println!();
    }
    print!("    all");
    for (_, shuffles) in results {
        let means = shuffles.iter().map(Shuffle::accuracy);
        print!("    {:.4} ± {:.4}", mean(shuffles), deviation(means));
    }
    println!("   (deviation of the shuffles' means)");
}

/// The confusion matrix of a shuffle, with precision, recall and F1 of each species.
pub(crate) fn classes(network: &Network, shuffle: &Shuffle) {
    println!(
        "\n{}, shuffle 0: species (down) and what it was taken for (across)\n",
        network.name
    );
    println!("{}\n\n{}", shuffle.matrix, shuffle.matrix.report());
}
