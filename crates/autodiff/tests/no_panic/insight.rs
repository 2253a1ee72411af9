//! What looks into a tape, and what keeps less of it.

use backprop_autodiff::{Param, Tape};
use backprop_tensor::Tensor;
use backprop_testing::calls;
use backprop_testing::hostile::Call;

use crate::calls::{Differentiate, mask, on, one, tape, two};

pub fn all() -> Vec<Call> {
    calls! {
        backward_with |s| {
            let (x, weight) = (one::<f32>(s), Param::new(s.tensor()));
            let (other, wrong) = (s.tensor(), s.flag());
            let loss = (&x * x.tape().param(&weight)).sum(..);
            let gradients = loss.backward_with(|id, gradient| {
                assert_eq!(id, weight.id());
                if wrong {
                    *gradient = other.clone();
                }
                Ok(())
            });
            gradients.map_or(0, |gradients| gradients.len())
        };
        detect_anomaly |s| {
            let tape = tape::<f32>(s).detect_anomaly();
            let x = on(&tape, s.tensor(), s).name("x");
            let y = on(&tape, s.fitting(&x.clone().into_value().unwrap_or_default()), s);
            let z = (&x / y.log()).name("z").masked_fill(&mask(s, &x), f32::INFINITY);
            let _ = (z.differentiate(&x), tape.records().len(), tape.detects_anomaly());
            let error = z.backward_from(s.tensor()).err();
            (error.map_or(0, |error| error.to_string().len()), z.sum(..).backward().map_or(0, |gradients| gradients.len()))
        };
        name |s| {
            let (x, y) = two::<f64>(s);
            let z = (x.name("") * y.name("y").exp().name("y")).name("z");
            let names = z.tape().records().into_iter().filter_map(|record| record.name).count();
            (names, format!("{:?}", z.sum(..).backward().map_err(|error| error.to_string())).len())
        };
        checkpoint |s| {
            let ((x, y), weight) = (two::<f32>(s), Param::new(s.tensor()));
            let (tape, wrong) = (x.tape().clone(), s.rng.below(6));
            let z = tape.checkpoint(&weight, [&x, &y], move |weight, [x, y]| {
                let z = x.tape().checkpoint(weight, [x], |weight, [x]| x * x.tape().param(weight)).dropout(0.5);
                match wrong {
                    0 => x.clone(),
                    1 => Tape::new().variable(Tensor::default()),
                    2 => z.backward().map_or(z.clone(), |_| z),
                    3 => x.tape().variable(Tensor::default()),
                    _ => z / y,
                }
            });
            let loss = z.sum(..);
            let _ = (loss.backward().is_ok(), loss.backward().is_ok());
            (z, tape.records().len())
        };
    }
}
