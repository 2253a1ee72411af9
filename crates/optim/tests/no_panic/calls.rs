//! The functions.

use backprop_autodiff::{Gradients, Param, Tape};
use backprop_optim::rules::{AveragedPerceptron, Hebb, Oja, Perceptron, PerceptronRule, Pocket};
use backprop_optim::{
    Adagrad, Adam, AdamW, Check, Cosine, Exponential, Group, OneCycle, Optimizer, ParamStep, ReduceOnPlateau,
    Result, RmsProp, RuleOptimizer, Schedule, Scheduler, Sgd, StepDecay, Time, UpdateRule, WarmUp, clip_norm,
    clip_value, norm,
};
use backprop_tensor::{Float, Kernel, Tensor, kernel};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Source};

type Model = Vec<Param<f32>>;

pub(super) fn all() -> Vec<Call> {
    let mut calls = optimizers();
    calls.extend(gradients_and_groups());
    calls.extend(schedules());
    calls.extend(rules());
    calls
}

fn model(s: &mut Source) -> Model {
    (0..s.rng.below(3)).map(|_| Param::new(s.tensor())).collect()
}

fn gradients(model: &Model, s: &mut Source) -> Option<Gradients> {
    let tape = Tape::training(0);
    let parts = model
        .iter()
        .map(|param| (tape.param(param) * s.number::<f32>()).sum(..));
    parts.reduce(|a, b| a + b)?.backward().ok()
}

/// A few steps, seldom of another model; the state goes out and in between them.
fn steps(mut optimizer: impl Optimizer, s: &mut Source) -> String {
    let mut model = model(s);
    let mut seen = String::new();
    for _ in 0..3 {
        if s.seldom(8) {
            model = self::model(s);
        }
        let Some(gradients) = gradients(&model, s) else {
            continue;
        };
        seen += &format!("{:?}", optimizer.step(&mut model, &gradients));
        if s.seldom(8) {
            seen += &format!("{:?}", optimizer.reset());
        }
        if s.seldom(3) {
            optimizer.set_learning_rate(s.real());
        }
        let state = optimizer.state().and_then(|mut state| {
            if s.seldom(4) {
                // As a damaged file may say.
                state.0.values_mut().for_each(|(steps, _)| *steps = u64::MAX);
            }
            optimizer.load_state(state)
        });
        seen += &format!("{state:?}");
    }
    format!("{seen} {} {}", optimizer.name(), optimizer.learning_rate())
}

fn group(s: &mut Source) -> Group {
    let pattern = ["*", "0", "*.bias", "", "**", "0*"][s.rng.below(6)];
    let group = Group::matching(pattern).learning_rate_factor(s.real());
    if s.flag() {
        group.weight_decay(s.real())
    } else {
        group
    }
}

/// A rule that says anything about itself, whether its kernel fits that or not.
#[derive(Debug, Clone, Default)]
struct Any {
    settings: [f64; 4],
    places: [usize; 3],
}

impl UpdateRule for Any {
    const NAME: &'static str = "Any";

    fn check(&self, check: Check) -> Result<()> {
        let [a, b, c, _] = self.settings;
        match self.places[0] {
            0 => check.at_least_zero(&[("a", a)]),
            1 => check.below_one(&[("b", b)]),
            2 => check.all(&[("c", c)], |c| c != 0.0, "not 0"),
            _ => Ok(()),
        }
    }

    fn state(&self) -> &'static [&'static str] {
        [
            &[] as &[_],
            &["m"],
            &["_m"],
            &["_m", "v"],
            &["m", "", "_", "_", "v"],
            &["m"; 9],
        ][self.places[1]]
    }

    fn initial(&self, _: &str) -> f64 {
        self.settings[0]
    }

    fn kernel<T: Float>(&self, step: &ParamStep<'_, T>) -> Result<Kernel> {
        let [a, b, _, d] = self.settings;
        let (decay, shrink) = step.decay(a > b);
        let (least, square) = step.least_counted(d);
        let numbers = [
            decay,
            shrink,
            least,
            square,
            step.least_mean(),
            step.bias_correction(b),
        ];
        Ok(match self.places[2] {
            0 => kernel!(mut w; g; a: numbers[0] => { w -= a * g; }),
            1 => kernel!(mut w, m; g; a, b => { m = a * m + g; w -= b * m; }),
            2 => {
                kernel!(mut w, m; g; a: numbers[1] + numbers[2] + numbers[3] + numbers[4] + numbers[5] => { m = a * m + g; w -= a; })
            }
            3 => kernel!(mut w; g, h => { w -= g + h; }),
            _ => kernel!(mut w; g => { w -= g; }),
        })
    }
}

fn optimizers() -> Vec<Call> {
    calls! {
        from_rule |s| {
            let rule = Any {
                settings: [s.real(), s.real(), s.real(), s.real()],
                places: [s.rng.below(4), s.rng.below(6), s.rng.below(5)],
            };
            let optimizer = RuleOptimizer::from_rule(rule, s.real()).weight_decay(s.real()).group(group(s));
            let changed = s.real();
            let optimizer = optimizer.with(|rule| rule.settings[1] = changed);
            format!("{:?}", optimizer.rule()) + &steps(optimizer, s)
        };
        sgd |s| {
            let optimizer = Sgd::new(s.real()).momentum(s.real()).dampening(s.real()).nesterov(s.flag());
            let decay = s.real();
            let optimizer = if s.flag() { optimizer.weight_decay(decay) } else { optimizer.decoupled_weight_decay(decay) };
            steps(optimizer.group(group(s)), s)
        };
        adam |s| {
            let optimizer = Adam::new(s.real()).betas(s.real(), s.real()).epsilon(s.real()).weight_decay(s.real());
            steps(optimizer.group(group(s)), s)
        };
        adamw |s| steps(AdamW::new(s.real()).group(group(s)), s);
        rmsprop |s| {
            let optimizer = RmsProp::new(s.real()).alpha(s.real()).epsilon(s.real()).momentum(s.real());
            steps(optimizer.centered(s.flag()).weight_decay(s.real()).group(group(s)), s)
        };
        adagrad |s| {
            let optimizer = Adagrad::new(s.real()).learning_rate_decay(s.real()).epsilon(s.real());
            steps(optimizer.weight_decay(s.real()).group(group(s)), s)
        };
    }
}

fn gradients_and_groups() -> Vec<Call> {
    calls! {
        clip |s| {
            let model = model(s);
            gradients(&model, s).map_or(String::new(), |mut gradients| {
                let norm = norm(&gradients);
                format!("{norm:?} {:?} {:?}", clip_norm(&mut gradients, s.real()), clip_value(&mut gradients, s.real()))
            })
        };
        contains |s| group(s).contains(["", "0", "encoder.0.bias", "*"][s.rng.below(4)]);
    }
}

fn time(s: &mut Source) -> Time {
    Time {
        step: s.length(),
        steps: s.length(),
        steps_per_epoch: s.length(),
    }
}

/// Factors at any times, after any losses and states.
fn factors(mut schedule: impl Schedule, s: &mut Source) -> String {
    let mut seen = String::new();
    for _ in 0..3 {
        let time = time(s);
        seen += &format!("{} {} {}", schedule.factor(time), time.epoch(), time.done());
        schedule.observe(s.real());
        let state = if s.flag() {
            schedule.state()
        } else {
            s.tensor::<f64>().to_vec()
        };
        seen += &format!("{:?}", schedule.load_state(&state));
    }
    seen
}

fn schedules() -> Vec<Call> {
    calls! {
        cosine |s| factors(Cosine::new().least(s.real()), s);
        exponential |s| factors(Exponential::new(s.real()), s);
        one_cycle |s| factors(OneCycle::new().rising(s.real()).divisions(s.real(), s.real()), s);
        step_decay |s| factors(StepDecay::new(s.length(), s.real()), s);
        warm_up |s| factors(WarmUp::new(s.length(), Exponential::new(s.real())), s);
        scheduler |s| {
            let schedule = ReduceOnPlateau::new(s.real(), s.length());
            let mut scheduler = Scheduler::new(schedule, s.real(), s.length(), s.length());
            let mut optimizer = Sgd::<f32>::new(s.real());
            scheduler.apply(&mut optimizer, s.length());
            scheduler.observe(s.real());
            let state = if s.flag() { scheduler.state() } else { s.tensor::<f64>().to_vec() };
            let loaded = scheduler.load_state(&state);
            scheduler.step(&mut optimizer);
            format!("{loaded:?} {} {}", optimizer.learning_rate(), scheduler.learning_rate(s.length()))
        };
        reduce_on_plateau |s| {
            let schedule = ReduceOnPlateau::new(s.real(), s.length()).threshold(s.real());
            factors(schedule.cooldown(s.length()).least(s.real()), s)
        };
    }
}

/// Samples, labels and weights, most of which fit.
fn samples(s: &mut Source) -> [Tensor<f32>; 3] {
    let (n, features) = (s.rng.below(4), s.rng.below(4));
    let mut some = |shape: &[usize]| {
        if s.seldom(8) {
            s.tensor()
        } else {
            s.of_shape(shape)
        }
    };
    let (inputs, labels, weights) = (some(&[n, features]), some(&[n]), some(&[features]));
    let signs = labels.sign().unwrap_or_default();
    [inputs, if s.seldom(6) { labels } else { signs }, weights]
}

fn learn(mut rule: impl PerceptronRule, s: &mut Source) -> String {
    let mut seen = String::new();
    for _ in 0..2 {
        let [inputs, labels, mut weights] = samples(s);
        let mut rng = s.rng.split();
        let results: [Result<usize>; 3] = [
            rule.step(&mut weights, &s.tensor(), s.number()).map(usize::from),
            rule.pass(&mut weights, &inputs, &labels),
            rule.pair(&mut weights, &inputs, &inputs, &mut rng),
        ];
        seen += &format!("{results:?} {:?}", rule.learned(&weights));
    }
    seen
}

fn rules() -> Vec<Call> {
    calls! {
        perceptron |s| learn(Perceptron::new(s.real()), s);
        averaged |s| learn(AveragedPerceptron::new(s.real()), s);
        pocket |s| learn(Pocket::new(s.real()), s);
        ratchet |s| {
            let [inputs, labels, _] = samples(s);
            learn(Pocket::new(s.real()).ratchet(&inputs, &labels), s)
        };
        hebb |s| {
            let [inputs, _, mut weights] = samples(s);
            format!("{:?}", Hebb::new(s.real()).step(&mut weights, &inputs))
        };
        oja |s| {
            let [inputs, _, mut weights] = samples(s);
            format!("{:?}", Oja::new(s.real()).step(&mut weights, &inputs))
        };
    }
}
