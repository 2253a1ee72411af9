//! Summaries.

use backprop_autodiff::Var;
use backprop_layers::{Dropout, Flatten, Layer, Linear, Module, Relu, Sequential, Tanh, sequential, summary};
use backprop_tensor::Rng;

use crate::sequential::nest;

#[derive(Module)]
struct Classifier {
    body: Sequential<(Linear, Relu)>,
    head: Linear,
}

impl Layer for Classifier {
    fn forward(&self, x: &Var) -> Var {
        self.head.forward(&self.body.forward(x)).tanh()
    }
}

/// A map and its transpose: one parameter, used twice.
#[derive(Module)]
struct Tied {
    map: Linear,
}

impl Layer for Tied {
    fn forward(&self, x: &Var) -> Var {
        self.map.forward(&self.map.forward(x))
    }
}

#[test]
fn sequences_are_listed_layer_by_layer() {
    let rng = &mut Rng::seed(0);
    let inner = sequential![Linear::new(6, 5, rng), Dropout::new(0.5)];
    let mut model = sequential![
        Flatten::new(),
        inner,
        Some(Tanh),
        Linear::builder(5, 2).bias(false).build(rng)
    ];
    model.layers_mut().3.set_trainable(false);
    let summary = summary(&model, [7, 2, 3]).unwrap();
    let rows: Vec<_> = summary
        .rows
        .iter()
        .map(|row| (row.path.as_str(), row.layer.as_str(), row.parameters))
        .collect();
    let expected = [
        ("0", "Flatten", 0),
        ("1.0", "Linear", 35),
        ("1.1", "Dropout", 0),
        ("2", "Tanh", 0),
        ("3", "Linear", 10),
    ];
    assert_eq!(rows, expected);
    let shapes: Vec<_> = summary.rows.iter().map(|row| row.output.to_vec()).collect();
    assert_eq!(shapes, [[7, 6], [7, 5], [7, 5], [7, 5], [7, 2]]);
    assert_eq!(
        (summary.parameters, summary.trainable, summary.buffers),
        (45, 35, 0)
    );
    assert!(
        summary
            .to_string()
            .ends_with("45 parameters, 35 trainable, 10 frozen"),
        "{summary}"
    );
}

#[test]
fn other_models_are_listed_by_the_paths_of_their_parameters() {
    let rng = &mut Rng::seed(0);
    let body = sequential![Linear::new(784, 2000, rng), Relu];
    let model = Classifier {
        body,
        head: Linear::new(2000, 10, rng),
    };
    let expected = "\
Path    Layer       Output      Parameters
------------------------------------------
        Classifier  [64, 10]     1,590,010
body.0  Linear      [64, 2000]   1,570,000
head    Linear      [64, 10]        20,010
------------------------------------------
1,590,010 parameters, all trainable";
    assert_eq!(summary(&model, [64, 784]).unwrap().to_string(), expected);
    let nested = sequential![model, Relu];
    let nested = summary(&nested, [1, 784]).unwrap();
    let paths: Vec<_> = nested.rows.iter().map(|row| row.path.as_str()).collect();
    assert_eq!(paths, ["0", "0.body.0", "0.head", "1"]);
}

#[test]
fn a_parameter_used_twice_is_counted_once() {
    let summary = summary(
        &Tied {
            map: Linear::new(3, 3, &mut Rng::seed(0)),
        },
        [1, 3],
    )
    .unwrap();
    let counts: Vec<_> = summary.rows.iter().map(|row| row.parameters).collect();
    assert_eq!(counts, [12, 12, 0]);
    assert_eq!(summary.parameters, 12);
}

#[test]
fn frozen_parameters_are_listed_too() {
    let rng = &mut Rng::seed(0);
    let body = sequential![Linear::new(4, 3, rng), Relu];
    let mut model = Classifier {
        body,
        head: Linear::new(3, 2, rng),
    };
    model.head.set_trainable(false);
    let summary = summary(&model, [1, 4]).unwrap();
    let counts: Vec<_> = summary.rows.iter().map(|row| row.parameters).collect();
    assert_eq!(counts, [23, 15, 8]);
    assert_eq!(summary.trainable, 15);
}

#[test]
fn an_input_that_does_not_fit_is_an_error() {
    let model = sequential![Linear::new(4, 3, &mut Rng::seed(0))];
    for shape in [vec![], vec![5], vec![1, 5], vec![usize::MAX, 4], vec![1; 20]] {
        assert!(summary(&model, shape).is_err());
    }
    assert!(summary(&model, [0, 4]).is_ok());
}

/// Runs on a thread with a stack of so many kilobytes.
fn with_stack<R: Send>(kilobytes: usize, run: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(kilobytes << 10);
        builder.spawn_scoped(scope, run).unwrap().join().unwrap()
    })
}

#[test]
fn sequences_may_be_nested_deeper_than_the_stack() {
    for sides in [false, true] {
        let model = nest(30_000, sides);
        let table = with_stack(128, || summary(&model, [1, 3]).unwrap());
        assert_eq!((table.parameters, table.trainable, table.buffers), (8, 8, 0));
        let levels = if sides { 29_999 } else { 0 };
        assert_eq!(table.rows.len(), 2 * levels + 1);
        let map = &table.rows[levels];
        assert_eq!((map.layer.as_str(), map.parameters), ("Linear", 8));
        let step = if sides { "1" } else { "0" };
        let (start, end) = (vec![step; 50].join("."), vec![step; 49].join("."));
        assert_eq!(map.path, format!("{start}.(29900 more).{end}.0"));
        if sides {
            let paths = [0, 1, 99, 100].map(|row| table.rows[row].path.as_str());
            let exact = |level| format!("{}0", "1.".repeat(level));
            assert_eq!(paths[..3], [exact(0), exact(1), exact(99)]);
            assert_eq!(paths[3], format!("{start}.(1 more).{end}.0"));
            assert_eq!(table.rows.last().map(|row| row.path.as_str()), Some("2"));
        }
        with_stack(128, || drop(model));
    }
}
