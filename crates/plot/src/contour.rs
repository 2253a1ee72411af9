//! Lines of equal height (marching squares).

use std::collections::HashMap;

/// The lines along which `values`, rows of `columns` numbers, are `level`: each a list of places (column, row). A square with a
/// value that is not a number has none.
pub(crate) fn contours(values: &[f64], columns: usize, level: f64) -> Vec<Vec<(f64, f64)>> {
    if columns < 2 {
        return Vec::new();
    }
    let rows = values.len() / columns;
    let mut pieces = Vec::new();
    for row in 0..rows.saturating_sub(1) {
        for column in 0..columns - 1 {
            pieces.extend(square(values, columns, column, row, level));
        }
    }
    let places = |edges: Vec<Edge>| {
        edges
            .into_iter()
            .map(|edge| edge.place(values, columns, level))
            .collect()
    };
    joined(&pieces).into_iter().map(places).collect()
}

/// A side of a square: from a place to the next one to the right or below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Edge {
    column: usize,
    row: usize,
    down: bool,
}

impl Edge {
    /// Where the level is crossed.
    fn place(self, values: &[f64], columns: usize, level: f64) -> (f64, f64) {
        let (column, row) = (self.column as f64, self.row as f64);
        let index = self.row * columns + self.column;
        let next = if self.down { index + columns } else { index + 1 };
        let (from, to) = (values[index], values[next]);
        let share = ((level - from) / (to - from)).clamp(0.0, 1.0);
        let share = if share.is_nan() { 0.5 } else { share };
        if self.down {
            (column, row + share)
        } else {
            (column + share, row)
        }
    }
}

/// The pieces of lines in the square right of and below a place: none, one or two.
fn square(values: &[f64], columns: usize, column: usize, row: usize, level: f64) -> Vec<[Edge; 2]> {
    let index = row * columns + column;
    let corners = [
        values[index],
        values[index + 1],
        values[index + columns + 1],
        values[index + columns],
    ];
    if corners.iter().any(|corner| corner.is_nan()) {
        return Vec::new();
    }
    let edge = |column, row, down| Edge { column, row, down };
    // Clockwise, each between a corner and the next.
    let sides = [
        edge(column, row, false),
        edge(column + 1, row, true),
        edge(column, row + 1, false),
        edge(column, row, true),
    ];
    let above = corners.map(|corner| corner > level);
    let crossed: Vec<Edge> = (0..4)
        .filter(|&side| above[side] != above[(side + 1) % 4])
        .map(|side| sides[side])
        .collect();
    match crossed[..] {
        [a, b] => vec![[a, b]],
        // Both diagonals differ: the middle decides which corners belong together.
        [a, b, c, d] => {
            let middle = corners.iter().map(|corner| corner / 4.0).sum::<f64>() > level;
            if middle == above[0] {
                vec![[a, b], [c, d]]
            } else {
                vec![[d, a], [b, c]]
            }
        }
        _ => Vec::new(),
    }
}

/// Pieces that share an edge, as lines.
fn joined(pieces: &[[Edge; 2]]) -> Vec<Vec<Edge>> {
    let mut at: HashMap<Edge, Vec<usize>> = HashMap::new();
    for (index, piece) in pieces.iter().enumerate() {
        for edge in piece {
            at.entry(*edge).or_default().push(index);
        }
    }
    let mut used = vec![false; pieces.len()];
    let mut lines = Vec::new();
    for start in 0..pieces.len() {
        if used[start] {
            continue;
        }
        used[start] = true;
        let mut line = pieces[start].to_vec();
        for _ in 0..2 {
            while let Some(next) = line
                .last()
                .and_then(|end| at[end].iter().copied().find(|piece| !used[*piece]))
            {
                used[next] = true;
                let [a, b] = pieces[next];
                let end = if line.last() == Some(&a) { b } else { a };
                line.push(end);
            }
            line.reverse();
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_pass_between_neighbors_on_both_sides_of_the_level(values in vec(-5_i32..6, 48), level in -4.5_f64..5.5) {
            let columns = 8;
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let lines = contours(&values, columns, level);
            let mut crossed = 0;
            for line in &lines {
                for &(x, y) in line {
                    let (low, high) = ((x.floor(), y.floor()), (x.ceil(), y.ceil()));
                    let value = |(x, y): (f64, f64)| values[y as usize * columns + x as usize];
                    prop_assert!((value(low) > level) != (value(high) > level) || level == value(low) || level == value(high));
                }
                // The two ends of a closed line are one place.
                crossed += line.len() - usize::from(line.first() == line.last());
            }
            let differ = |a: f64, b: f64| usize::from((a > level) != (b > level));
            let across: usize = values.chunks(columns).flat_map(|row| row.windows(2)).map(|pair| differ(pair[0], pair[1])).sum();
            let down: usize = values.iter().zip(&values[columns..]).map(|(a, b)| differ(*a, *b)).sum();
            prop_assert_eq!(crossed, across + down);
        }
    }

    #[test]
    fn the_line_of_a_plane_is_straight() {
        let values: Vec<f64> = (0..20)
            .map(|index| f64::from(index % 5) + 10.0 * f64::from(index / 5))
            .collect();
        let lines = contours(&values, 5, 12.5);
        assert_eq!(lines.len(), 1);
        for (x, y) in &lines[0] {
            assert!((x + 10.0 * y - 12.5).abs() < 1e-12);
        }
    }

    #[test]
    fn no_line_where_there_are_no_squares() {
        assert!(contours(&[], 0, 0.0).is_empty());
        assert!(contours(&[-1.0, 1.0], 1, 0.0).is_empty());
        assert!(contours(&[-1.0, f64::NAN, 1.0, 1.0], 2, 0.0).is_empty());
    }
}
