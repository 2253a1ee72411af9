//! Making formulas of steps: equal steps once, constants folded, nothing that changes nothing.

use std::collections::HashMap;

use smallvec::SmallVec;

use super::function::TRUE;
use super::{Formula, Function, Node};

/// A formula in the making: steps are made by [`call`](Self::call), which simplifies them.
pub(super) struct Builder {
    formula: Formula,
    places: HashMap<Key, usize>,
}

/// What makes two steps the same.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Input(usize),
    Parameter(usize),
    Constant(u64),
    Call(Function, SmallVec<[usize; 3]>),
}

impl Builder {
    /// For a formula of the same arguments.
    pub(super) fn like(formula: &Formula) -> Self {
        Self {
            formula: Formula {
                inputs: formula.inputs.clone(),
                parameters: formula.parameters.clone(),
                nodes: Vec::new(),
                results: Vec::new(),
            },
            places: HashMap::new(),
        }
    }

    /// Copies what the results of another formula need; where its steps are now.
    pub(super) fn copy(&mut self, formula: &Formula) -> Vec<usize> {
        let needed = formula.needed();
        let mut places = Vec::with_capacity(formula.nodes.len());
        for (node, needed) in formula.nodes.iter().zip(needed) {
            places.push(match node {
                _ if !needed => usize::MAX,
                Node::Call(function, arguments) => {
                    let arguments: SmallVec<[usize; 3]> =
                        arguments.iter().map(|&place| places[place]).collect();
                    self.call(*function, &arguments)
                }
                leaf => self.add(leaf.clone()),
            });
        }
        places
    }

    /// The formula with these results, without the steps that they do not need.
    pub(super) fn finish(mut self, results: Vec<usize>) -> Formula {
        self.formula.results = results;
        self.formula.without_unused()
    }

    pub(super) fn constant(&mut self, value: f64) -> usize {
        self.add(Node::Constant(value))
    }

    /// The number that a step is, if it is constant.
    pub(super) fn known(&self, place: usize) -> Option<f64> {
        match self.formula.nodes.get(place) {
            Some(Node::Constant(value)) => Some(*value),
            _ => None,
        }
    }

    /// The inner step of a negation.
    fn negated(&self, place: usize) -> Option<usize> {
        match self.formula.nodes.get(place) {
            Some(Node::Call(Function::Neg, arguments)) => arguments.first().copied(),
            _ => None,
        }
    }

    fn add(&mut self, node: Node) -> usize {
        let key = match &node {
            Node::Input(index) => Key::Input(*index),
            Node::Parameter(index) => Key::Parameter(*index),
            Node::Constant(value) => Key::Constant(value.to_bits()),
            Node::Call(function, arguments) => Key::Call(*function, arguments.clone()),
        };
        *self.places.entry(key).or_insert_with(|| {
            self.formula.nodes.push(node);
            self.formula.nodes.len() - 1
        })
    }

    /// A step, or a simpler one of the same value. What a product with 0 would be for infinity does not count: 0 stands for what is not there.
    pub(super) fn call(&mut self, function: Function, arguments: &[usize]) -> usize {
        let known: SmallVec<[Option<f64>; 3]> = arguments.iter().map(|&place| self.known(place)).collect();
        if let Some(numbers) = known.iter().copied().collect::<Option<SmallVec<[f64; 3]>>>() {
            return self.constant(function.value(&numbers));
        }
        self.shortcut(function, arguments, &known)
            .unwrap_or_else(|| self.add(Node::Call(function, arguments.into())))
    }

    /// What a call comes to without it.
    fn shortcut(&mut self, function: Function, arguments: &[usize], known: &[Option<f64>]) -> Option<usize> {
        match (function, arguments, known) {
            (Function::Add, &[x, _], [_, Some(0.0)]) | (Function::Add, &[_, x], [Some(0.0), _]) => Some(x),
            (Function::Add, &[x, y], _) => {
                let inner = self.negated(y)?;
                Some(self.call(Function::Sub, &[x, inner]))
            }
            (Function::Sub, &[x, _], [_, Some(0.0)]) => Some(x),
            (Function::Sub, &[_, y], [Some(0.0), _]) => Some(self.call(Function::Neg, &[y])),
            (Function::Sub, &[x, y], _) => {
                let inner = self.negated(y)?;
                Some(self.call(Function::Add, &[x, inner]))
            }
            (Function::Mul, _, [Some(0.0), _] | [_, Some(0.0)]) => Some(self.constant(0.0)),
            (Function::Mul, &[x, _], [_, Some(1.0)]) | (Function::Mul, &[_, x], [Some(1.0), _]) => Some(x),
            (Function::Mul, &[x, _], [_, Some(-1.0)]) | (Function::Mul, &[_, x], [Some(-1.0), _]) => {
                Some(self.call(Function::Neg, &[x]))
            }
            (Function::Div, _, [Some(0.0), _]) => Some(self.constant(0.0)),
            (Function::Div, &[x, _], [_, Some(1.0)]) => Some(x),
            (Function::Neg, &[x], _) => self.negated(x),
            (Function::Select | Function::Guard, &[_, x, y], _) if x == y => Some(x),
            (Function::Select | Function::Guard, &[_, x, y], [Some(test), ..]) => {
                Some(if *test == TRUE { x } else { y })
            }
            (Function::Product(factors), arguments, _) if factors == arguments.len() && factors == 1 => {
                arguments.first().copied()
            }
            _ => None,
        }
    }
}
