//! Which values of a formula get a name where it is written.

use super::{Formula, Function, Node};

/// A value of more steps than this that is used again is named, not written again: so no text is longer than some times the steps.
const LONG: usize = 6;

/// A formula with names for some of its values.
pub(super) struct Named<'a> {
    pub(super) formula: &'a Formula,
    /// By step.
    names: Vec<Option<String>>,
}

impl<'a> Named<'a> {
    pub(super) fn new(formula: &'a Formula) -> Self {
        let uses = formula.uses();
        let mut named = Self {
            formula,
            names: Vec::with_capacity(formula.nodes.len()),
        };
        let mut free = named.free_names();
        let mut lengths: Vec<usize> = Vec::with_capacity(formula.nodes.len());
        for (node, uses) in formula.nodes.iter().zip(uses) {
            let length = match node {
                Node::Call(Function::Guard, arguments) => lengths[arguments[1]],
                Node::Call(_, arguments) => {
                    let parts = arguments.iter().map(|&argument| lengths[argument]);
                    parts.fold(1, usize::saturating_add)
                }
                _ => 1,
            };
            let is_alias = matches!(node, Node::Call(Function::Guard, _));
            let is_named = uses > 1 && length > LONG && !is_alias;
            lengths.push(if is_named { 1 } else { length });
            named
                .names
                .push(is_named.then(|| free.next().unwrap_or_default()));
        }
        named
    }

    /// `a` to `z`, then `a1`, but for those of the formula's arguments, and for `e`, which is a number in LaTeX.
    fn free_names(&self) -> impl Iterator<Item = String> + use<'a> {
        let formula = self.formula;
        let is_taken = move |name: &str| {
            name == "e"
                || formula.inputs().any(|taken| taken == name)
                || formula.parameters().any(|(taken, _)| taken == name)
        };
        let all = (0..).flat_map(|round| {
            ('a'..='z').map(move |letter| match round {
                0 => letter.to_string(),
                _ => format!("{letter}{round}"),
            })
        });
        all.filter(move |name| !is_taken(name))
    }

    /// The name of a step, if it has one.
    pub(super) fn name(&self, place: usize) -> Option<&str> {
        self.names.get(place)?.as_deref()
    }

    /// The steps that have one, each after those it is made of.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &str)> {
        let names = self.names.iter().enumerate();
        names.filter_map(|(place, name)| Some((place, name.as_deref()?)))
    }
}

impl Formula {
    /// How often each step is written, in the results and in steps that are; of a choice between two formulas of the same value, the first counts.
    fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.nodes.len()];
        for &result in &self.results {
            uses[result] += 1;
        }
        for (place, node) in self.nodes.iter().enumerate().rev() {
            match node {
                Node::Call(Function::Guard, arguments) => uses[arguments[1]] += uses[place],
                Node::Call(_, arguments) if uses[place] > 0 => {
                    arguments.iter().for_each(|&argument| uses[argument] += 1);
                }
                _ => {}
            }
        }
        uses
    }
}
