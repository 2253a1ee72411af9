//! Layers of a graph (K. Sugiyama, S. Tagawa and M. Toda, 1981): each node as far down as its inputs demand, lines that pass a
//! layer with a place of their own in it, and an order in each layer that keeps lines short.

/// A place in a layer: of a node, or of a line that passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) node: Option<usize>,
}

/// Layers from above to below.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Layers {
    pub(super) rows: Vec<Vec<Place>>,
    /// From a place in a row to one in the next: row, place, place.
    pub(super) edges: Vec<(usize, usize, usize)>,
}

/// Times that layers are put in order, downwards and upwards.
const SWEEPS: usize = 8;

/// The layers of a graph in which inputs come before what they go into; `None` if it has more lines from one layer to the next than `most_lines`.
pub(super) fn layers(inputs: &[&[usize]], most_lines: usize) -> Option<Layers> {
    let depths = depths(inputs);
    let mut layers = Layers {
        rows: vec![Vec::new(); depths.iter().max().map_or(0, |deepest| deepest + 1)],
        edges: Vec::new(),
    };
    let mut places = Vec::with_capacity(inputs.len());
    for (node, &depth) in depths.iter().enumerate() {
        places.push(layers.rows[depth].len());
        layers.rows[depth].push(Place { node: Some(node) });
    }
    for (node, sources) in inputs.iter().enumerate() {
        for &source in *sources {
            let mut at = places[source];
            for row in depths[source]..depths[node] {
                let next = if row + 1 == depths[node] {
                    places[node]
                } else {
                    layers.rows[row + 1].push(Place { node: None });
                    layers.rows[row + 1].len() - 1
                };
                layers.edges.push((row, at, next));
                at = next;
            }
            if layers.edges.len() > most_lines {
                return None;
            }
        }
    }
    for _ in 0..SWEEPS {
        for row in 1..layers.rows.len() {
            layers.order(row, true);
        }
        for row in (0..layers.rows.len().saturating_sub(1)).rev() {
            layers.order(row, false);
        }
    }
    Some(layers)
}

/// One more than the deepest input; what has none is just above what it goes into.
fn depths(inputs: &[&[usize]]) -> Vec<usize> {
    let mut depths = vec![0; inputs.len()];
    for (node, sources) in inputs.iter().enumerate() {
        depths[node] = sources
            .iter()
            .map(|source| depths[*source] + 1)
            .max()
            .unwrap_or(0);
    }
    let mut highest_use = vec![usize::MAX; inputs.len()];
    for (node, sources) in inputs.iter().enumerate() {
        for &source in *sources {
            highest_use[source] = highest_use[source].min(depths[node]);
        }
    }
    for (node, sources) in inputs.iter().enumerate() {
        if sources.is_empty() && highest_use[node] != usize::MAX {
            depths[node] = highest_use[node].saturating_sub(1);
        }
    }
    depths
}

impl Layers {
    /// Sorts a row by the mean place of its neighbors above or below.
    fn order(&mut self, row: usize, above: bool) {
        let count = self.rows[row].len();
        let mut sums = vec![(0.0, 0.0); count];
        for &(upper, from, to) in &self.edges {
            let (own, other) = if above { (to, from) } else { (from, to) };
            if upper + usize::from(above) == row {
                sums[own].0 += other as f64;
                sums[own].1 += 1.0;
            }
        }
        let mean = |place: usize| {
            if sums[place].1 > 0.0 {
                sums[place].0 / sums[place].1
            } else {
                place as f64
            }
        };
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|a, b| mean(*a).total_cmp(&mean(*b)));
        let mut moved = vec![0; count];
        for (place, &old) in order.iter().enumerate() {
            moved[old] = place;
        }
        self.rows[row] = order.iter().map(|&old| self.rows[row][old]).collect();
        for (upper, from, to) in &mut self.edges {
            if *upper == row {
                *from = moved[*from];
            }
            if *upper + 1 == row {
                *to = moved[*to];
            }
        }
    }
}

/// Where the middle of each place is: near those it is joined with, and `between` from its neighbors.
pub(super) fn places(layers: &Layers, widths: &[Vec<f64>], between: f64) -> Vec<Vec<f64>> {
    let mut places: Vec<Vec<f64>> = widths
        .iter()
        .map(|widths| {
            let mut left = 0.0;
            let place = |wide: &f64| {
                left += wide + between;
                left - between - wide / 2.0
            };
            widths.iter().map(place).collect()
        })
        .collect();
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        let count = layers.rows.len();
        let rows: Vec<usize> = if down {
            (0..count).collect()
        } else {
            (0..count).rev().collect()
        };
        for row in rows {
            let wanted = wanted(layers, &places, row, sweep + 1 == SWEEPS, down);
            places[row] = apart(&wanted, &widths[row], between);
        }
    }
    let lefts = places
        .iter()
        .zip(widths)
        .filter_map(|(places, widths)| Some(places.first()? - widths.first()? / 2.0));
    let left = lefts.fold(f64::INFINITY, f64::min);
    for place in places.iter_mut().flatten() {
        *place -= left;
    }
    places
}

/// The mean place of the neighbors of each: those above, those below, or at the end both.
fn wanted(layers: &Layers, places: &[Vec<f64>], row: usize, both: bool, down: bool) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); places[row].len()];
    for &(upper, from, to) in &layers.edges {
        if upper + 1 == row && (down || both) {
            sums[to].0 += places[upper][from];
            sums[to].1 += 1.0;
        }
        if upper == row && (!down || both) {
            sums[from].0 += places[upper + 1][to];
            sums[from].1 += 1.0;
        }
    }
    let mean = |(index, (sum, count)): (usize, &(f64, f64))| {
        if *count > 0.0 {
            sum / count
        } else {
            places[row][index]
        }
    };
    sums.iter().enumerate().map(mean).collect()
}

/// Moves places apart, as little as need be: neighbors that are too close become a block around the mean of what they want.
fn apart(wanted: &[f64], widths: &[f64], between: f64) -> Vec<f64> {
    // How far each is right of the first, if all stand as close as they may.
    let mut offsets = Vec::with_capacity(widths.len());
    let mut offset = 0.0;
    for (index, wide) in widths.iter().enumerate() {
        if index > 0 {
            offset += widths[index - 1] / 2.0 + between + wide / 2.0;
        }
        offsets.push(offset);
    }
    // Blocks of a sum and a number, whose means rise from left to right.
    let mut blocks: Vec<(f64, f64)> = Vec::new();
    for (want, offset) in wanted.iter().zip(&offsets) {
        blocks.push((want - offset, 1.0));
        while let [.., (a, m), (b, n)] = blocks[..]
            && a / m > b / n
        {
            blocks.truncate(blocks.len() - 2);
            blocks.push((a + b, m + n));
        }
    }
    let starts = blocks
        .iter()
        .flat_map(|(sum, count)| std::iter::repeat_n(sum / count, *count as usize));
    starts
        .zip(offsets)
        .map(|(start, offset)| start + offset)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn graphs() -> impl Strategy<Value = Vec<Vec<usize>>> {
        vec(vec(any::<prop::sample::Index>(), 0..4), 0..40).prop_map(|picks| {
            let pick = |(node, picks): (usize, Vec<prop::sample::Index>)| match node {
                0 => Vec::new(),
                node => picks.into_iter().map(|pick| pick.index(node)).collect(),
            };
            picks.into_iter().enumerate().map(pick).collect()
        })
    }

    proptest! {
        #[test]
        fn lines_lead_downwards_and_join_what_they_should(graph in graphs()) {
            let inputs: Vec<&[usize]> = graph.iter().map(Vec::as_slice).collect();
            let layers = layers(&inputs, usize::MAX).unwrap();
            for (row, from, to) in &layers.edges {
                prop_assert!(layers.rows[*row].get(*from).is_some() && layers.rows[row + 1].get(*to).is_some());
            }
            let nodes: usize = layers.rows.iter().flatten().filter(|place| place.node.is_some()).count();
            prop_assert_eq!(nodes, graph.len());
            // Follow each line from where it ends up to where it begins.
            let mut found = vec![Vec::new(); graph.len()];
            for (row, from, to) in &layers.edges {
                let Some(node) = layers.rows[row + 1][*to].node else { continue };
                let (mut row, mut at) = (*row, *from);
                while layers.rows[row][at].node.is_none() {
                    let above = layers.edges.iter().find(|(upper, _, to)| *upper + 1 == row && *to == at).unwrap();
                    (row, at) = (above.0, above.1);
                }
                found[node].extend(layers.rows[row][at].node);
            }
            for (found, inputs) in found.iter_mut().zip(&graph) {
                let mut inputs = inputs.clone();
                found.sort_unstable();
                inputs.sort_unstable();
                prop_assert_eq!(&*found, &inputs);
            }
        }

        #[test]
        fn places_are_apart_and_in_order(graph in graphs(), width in 1.0..100.0) {
            let inputs: Vec<&[usize]> = graph.iter().map(Vec::as_slice).collect();
            let layers = layers(&inputs, usize::MAX).unwrap();
            let widths: Vec<Vec<f64>> = layers.rows.iter().map(|row| row.iter().enumerate().map(|(index, _)| width + index as f64).collect()).collect();
            for (places, widths) in places(&layers, &widths, 5.0).iter().zip(&widths) {
                for (places, widths) in places.windows(2).zip(widths.windows(2)) {
                    prop_assert!(places[1] - places[0] >= (widths[0] + widths[1]) / 2.0 + 5.0 - 1e-6);
                }
            }
        }
    }
}
