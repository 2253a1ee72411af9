//! Events for those who collect them.

#![cfg(feature = "tracing")]

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use backprop_datasets::synthetic::moons;
use backprop_layers::Linear;
use backprop_optim::Sgd;
use backprop_tensor::Rng;
use backprop_train::{Accuracy, CrossEntropy, Progress, Trainer};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Keeps every event of level info as text.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<String>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!("{}={value:?} ", field.name());
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO && metadata.target().starts_with("backprop_train")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn a_training_is_an_event_an_epoch_a_beginning_and_an_end() {
    let collector = Collector::default();
    let data = moons(50, 0.1, &mut Rng::seed(0)).unwrap();
    tracing::subscriber::with_default(collector.clone(), || {
        Trainer::new(CrossEntropy, Sgd::new(0.1))
            .epochs(3)
            .metric(Accuracy)
            .progress(Progress::Silent)
            .fit(&mut Linear::new(2, 2, &mut Rng::seed(0)), &data, &data)
            .unwrap();
    });
    let events = collector.0.lock().unwrap();
    assert_eq!(events.len(), 5, "{events:?}");
    assert!(
        events[0].contains("training begins") && events[0].contains("parameters=6"),
        "{}",
        events[0]
    );
    assert!(
        events[2].contains("epoch=2 ") && events[2].contains("accuracy=0."),
        "{}",
        events[2]
    );
    assert!(
        events[4].contains("training ended") && events[4].contains("verdict="),
        "{}",
        events[4]
    );
}
