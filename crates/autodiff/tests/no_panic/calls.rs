//! The functions.

use backprop_autodiff::ops::{CrossEntropyOptions, FusedActivation, Reduction};
use backprop_autodiff::{
    Buffer, Gradcheck, Module, Param, Path, Point, Tape, Var, gradcheck, gradgradcheck, hessian, hvp,
    jacobian, jvp, ops, vjp,
};
use backprop_tensor::{Float, Tensor, formula, keep, math};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Sample, See, Source};

use crate::own::Wrong;

pub(crate) fn tape<T: Float>(s: &mut Source) -> Tape<T> {
    match s.rng.below(6) {
        0 => Tape::new(),
        4 => Tape::higher_order(),
        5 => Tape::training_higher_order(s.rng.next_seed()),
        1 => Tape::inference(),
        2 => Tape::tracing(),
        _ => Tape::training(s.rng.next_seed()),
    }
}

/// A value on this tape, seldom on another, or one that failed.
pub(crate) fn on<T: Sample + Float>(tape: &Tape<T>, value: Tensor<T>, s: &mut Source) -> Var<T> {
    if s.seldom(20) {
        return tape.variable(value).squeeze(isize::MAX);
    }
    let tape = if s.seldom(20) { Tape::new() } else { tape.clone() };
    if s.seldom(4) {
        tape.input(value)
    } else {
        tape.variable(value)
    }
}

pub(crate) fn one<T: Sample + Float>(s: &mut Source) -> Var<T> {
    let (tape, value) = (tape(s), s.tensor());
    on(&tape, value, s)
}

pub(crate) fn two<T: Sample + Float>(s: &mut Source) -> (Var<T>, Var<T>) {
    let (tape, x) = (tape(s), s.tensor());
    let y = s.fitting(&x);
    (on(&tape, x, s), on(&tape, y, s))
}

pub(crate) fn mask<T: Sample + Float>(s: &mut Source, x: &Var<T>) -> Tensor<bool> {
    match x.value() {
        Ok(value) => s.fitting(value),
        Err(_) => s.tensor(),
    }
}

fn shape_for<T: Sample + Float>(s: &mut Source, x: &Var<T>) -> Vec<usize> {
    match x.value() {
        Ok(value) => s.shape_for(value),
        Err(_) => s.lengths(),
    }
}

/// What has second derivatives, perhaps.
pub(crate) trait Differentiate<T: Float> {
    /// Asks for them.
    fn differentiate(&self, x: &Var<T>);
}

impl<T: Float> Differentiate<T> for Var<T> {
    fn differentiate(&self, x: &Var<T>) {
        // A view of one number may have more elements than can be added up.
        if self.shape().count() > 10_000 {
            return;
        }
        let Ok([dx]) = self.sum(..).gradients([x]) else {
            return;
        };
        let second = (&dx * &dx).sum(..).gradients([x]);
        let _ = second.is_ok_and(|[second]| second.gradients_from(&dx, [x]).is_ok());
    }
}

impl<T: Float, V: Differentiate<T>> Differentiate<T> for Vec<V> {
    fn differentiate(&self, x: &Var<T>) {
        self.iter().take(10).for_each(|y| y.differentiate(x));
    }
}

impl<T: Float, V: Differentiate<T>, E> Differentiate<T> for std::result::Result<V, E> {
    fn differentiate(&self, x: &Var<T>) {
        self.iter().for_each(|y| y.differentiate(x));
    }
}

impl<T: Float, A: Differentiate<T>, B: Differentiate<T>> Differentiate<T> for (A, B) {
    fn differentiate(&self, x: &Var<T>) {
        self.0.differentiate(x);
        self.1.differentiate(x);
    }
}

impl<T: Float, A: Differentiate<T>, B: Differentiate<T>, C: Differentiate<T>> Differentiate<T> for (A, B, C) {
    fn differentiate(&self, x: &Var<T>) {
        self.0.differentiate(x);
        self.1.differentiate(x);
        self.2.differentiate(x);
    }
}

impl<T: Float> Differentiate<T> for Tensor<i64> {
    fn differentiate(&self, _: &Var<T>) {}
}

impl<T: Float> Differentiate<T> for bool {
    fn differentiate(&self, _: &Var<T>) {}
}

/// Calls on one variable, or on two.
macro_rules! methods {
    ($t:ty; $($name:ident |$s:ident, $x:ident $(, $y:ident)?| $call:expr;)*) => {
        calls! { $($name |$s| {
            methods!(@operands $t, $s, $x $(, $y)?);
            let operands = [$x.clone() $(, $y.clone())?];
            let result = $call;
            operands.iter().for_each(|operand| result.differentiate(operand));
            result
        };)* }
    };
    (@operands $t:ty, $s:ident, $x:ident) => { let $x: Var<$t> = one($s); };
    (@operands $t:ty, $s:ident, $x:ident, $y:ident) => { let ($x, $y): (Var<$t>, Var<$t>) = two($s); };
}

macro_rules! plain {
    ($t:ty; $($name:ident)*) => { methods! { $t; $($name |s, x| x.$name();)* } };
}

fn elementwise<T: Sample + Float>() -> Vec<Call>
where
    for<'a> &'a Var<T>: std::ops::Add<Output = Var<T>>
        + std::ops::Sub<Output = Var<T>>
        + std::ops::Mul<Output = Var<T>>
        + std::ops::Div<Output = Var<T>>
        + std::ops::Neg<Output = Var<T>>,
{
    let mut calls = plain! { T;
        abs acos acosh asin asinh atan atanh ceil cos cosh erf exp exp2 expm1 floor log log10 log1p log2 reciprocal round rsqrt
        sign sin sinh sqrt square tan trunc gelu gelu_tanh hard_sigmoid hard_swish log_sigmoid mish relu relu6 selu sigmoid silu
        softsign tanh tanhshrink
    };
    calls.extend(methods! { T;
        add |s, x, y| &x + &y;
        sub |s, x, y| &x - &y;
        mul |s, x, y| &x * &y;
        div |s, x, y| &x / &y;
        neg |s, x| -&x;
        fail |s, x| x.fail("test", backprop_tensor::Error::shape("test", x.shape(), "no")).squeeze(s.axis());
        elementwise |s, x, y| {
            let formula = formula!(|x, y; p: s.rng.below(9) as f64 - 4.0| x * math::exp(p * y) / y);
            (x.elementwise(&formula, &[&y]), x.elementwise(&formula, &[&y, &y]), y.elementwise(&formula, &[])).0
        };
        same |s, x| &(&x * &x) - &x;
        atan2 |s, x, y| x.atan2(&y);
        pow |s, x, y| x.pow(&y);
        powf |s, x| x.powf(s.number());
        powi |s, x| x.powi(s.number());
        maximum |s, x, y| x.maximum(&y);
        minimum |s, x, y| x.minimum(&y);
        lerp |s, x, y| x.lerp(&y, s.number());
        clamp |s, x| x.clamp(s.number(), s.number());
        masked_fill |s, x| x.masked_fill(&mask(s, &x), s.number());
        where_else |s, x, y| x.where_else(&mask(s, &x), &y);
        celu |s, x| x.celu(s.real());
        elu |s, x| x.elu(s.real());
        hard_tanh |s, x| x.hard_tanh(s.real(), s.real());
        hardshrink |s, x| x.hardshrink(s.real());
        leaky_relu |s, x| x.leaky_relu(s.real());
        softplus |s, x| x.softplus(s.real());
        softshrink |s, x| x.softshrink(s.real());
        heaviside |s, x| x.heaviside(s.real());
        threshold |s, x| x.threshold(s.real(), s.real());
        prelu |s, x, y| (x.prelu(&y), x.prelu(&y.flatten(0, -1)));
        dropout |s, x| x.dropout(s.real());
        gaussian_noise |s, x| x.gaussian_noise(s.real());
        glu |s, x| x.glu(s.axis());
        softmax |s, x| x.softmax(s.axis());
        log_softmax |s, x| x.log_softmax(s.axis());
    });
    calls
}

macro_rules! reduced {
    ($s:ident, |$axes:ident| $call:expr) => {{
        let plain = {
            let $axes = $s.axes();
            $call
        };
        let kept = {
            let $axes = keep($s.axis());
            $call
        };
        let all = {
            let $axes = ..;
            $call
        };
        (plain, kept, all)
    }};
}

fn along_axes<T: Sample + Float>() -> Vec<Call> {
    methods! { T;
        sum |s, x| reduced!(s, |axes| x.sum(axes));
        mean |s, x| reduced!(s, |axes| x.mean(axes));
        prod |s, x| reduced!(s, |axes| x.prod(axes));
        max |s, x| reduced!(s, |axes| x.max(axes));
        min |s, x| reduced!(s, |axes| x.min(axes));
        logsumexp |s, x| reduced!(s, |axes| x.logsumexp(axes));
        norm |s, x| reduced!(s, |axes| x.norm(axes));
        var |s, x| reduced!(s, |axes| x.var(axes, s.length()));
        std |s, x| reduced!(s, |axes| x.std(axes, s.length()));
        batch_norm |s, x, y| {
            let x = if s.flag() { x.unsqueeze(s.axis()) } else { x };
            let affine = if s.flag() { y.flatten(0, -1) } else { x.sum(0).flatten(0, -1) };
            (x.batch_norm(None, s.real()).0, x.batch_norm(Some((&affine, &affine)), s.real()).0)
        };
        batch_norm_by |s, x, y| {
            let (mean, variance) = (s.of_shape(&[x.shape().get(1).copied().unwrap_or(0).min(10)]), s.tensor());
            (x.batch_norm_by(&mean, &mean, None, s.real()), x.batch_norm_by(&mean, &variance, Some((&y, &y)), s.real()))
        };
        of |s, x| x.value().map(|x| ops::ChannelStatistics::of(x).is_ok());
        cumsum |s, x| x.cumsum(s.axis());
        cumprod |s, x| x.cumprod(s.axis());
        recurrence |s, x, y| (x.recurrence(&y, s.axis()), x.recurrence(&x, s.axis()));
        sum_to |s, x| x.sum_to(shape_for(s, &x));
        median |s, x| reduced!(s, |axes| x.median(axes));
        quantile |s, x| reduced!(s, |axes| x.quantile(s.real(), axes));
        gather |s, x| x.gather(s.axis(), &s.indices());
        sort |s, x| x.sort(s.axis(), s.flag());
        topk |s, x| x.topk(s.length(), s.axis(), s.flag());
        scatter_add |s, x, y| x.scatter_add(s.axis(), &s.indices(), &y);
        index_add |s, x, y| x.index_add(s.axis(), &s.indices(), &y);
        index_select |s, x| x.index_select(s.axis(), &s.indices());
        select |s, x| x.select(s.axis(), s.length());
        slice |s, x| x.slice(s.axis(), s.length()..s.length());
        slice_step |s, x| x.slice_step(s.axis(), s.length()..=s.length(), s.axis());
        split |s, x| x.split(s.axis(), &s.lengths());
        matmul |s, x, y| (x.matmul(&y), x.transpose(-1, -2).matmul(&y));
        linear |s, x, y| (x.linear(&y, None), x.linear(&x, Some(&y)));
        linear_with |s, x, y| {
            let bias = y.select(1, 0);
            x.linear_with(&y, Some(&bias), [FusedActivation::Relu, FusedActivation::Tanh, FusedActivation::Sigmoid][s.rng.below(3)])
        };
    }
}

fn of_shapes<T: Sample + Float>() -> Vec<Call> {
    methods! { T;
        broadcast_to |s, x| x.broadcast_to(shape_for(s, &x));
        reshape |s, x| x.reshape(shape_for(s, &x));
        concat |s, x, y| (Var::concat(&[&x, &y, &x], s.axis()), Var::<T>::concat(&[], s.axis()));
        stack |s, x, y| (Var::stack(&[&x, &y], s.axis()), Var::<T>::stack(&[], s.axis()));
        flatten |s, x| x.flatten(s.axis(), s.axis());
        flip |s, x| x.flip(s.axis());
        pad |s, x| {
            let padding: Vec<_> = (0..x.rank()).map(|_| (s.length(), s.length())).collect();
            (x.pad(&padding, s.number()), x.pad(&[], s.number()))
        };
        permute |s, x| x.permute(s.axes());
        repeat |s, x| x.repeat(s.lengths());
        roll |s, x| x.roll(s.axis(), s.axis());
        squeeze |s, x| x.squeeze(s.axis());
        unsqueeze |s, x| x.unsqueeze(s.axis());
        transpose |s, x| x.transpose(s.axis(), s.axis());
        tril |s, x| x.tril(s.axis());
        triu |s, x| x.triu(s.axis());
    }
}

fn options<T: Sample + Float>(s: &mut Source, x: &Var<T>) -> CrossEntropyOptions<T> {
    let classes = x
        .shape()
        .get(1)
        .or(x.shape().first())
        .copied()
        .unwrap_or(0)
        .min(10);
    CrossEntropyOptions {
        label_smoothing: if s.flag() { 0.0 } else { s.real() },
        weights: s.flag().then(|| s.of_shape(&[classes])),
        ignored_class: s.flag().then(|| s.number()),
        reduction: [Reduction::Mean, Reduction::Sum, Reduction::None][s.rng.below(3)],
    }
}

/// Losses, whose targets are of one type.
macro_rules! losses {
    ($t:ty) => {
        methods! { $t;
            cross_entropy |s, x| {
                let x = if s.flag() { x.flatten(1, -1) } else { x };
                let targets = match x.rank() {
                    0 | 1 => s.indices(),
                    _ => Tensor::from_fn([x.shape()[0]], |_| s.rng.below(3) as i64).unwrap_or_default(),
                };
                let options = options(s, &x);
                (x.cross_entropy(&targets), x.cross_entropy_with(&targets, options))
            };
            cross_entropy_with |s, x| {
                let targets: Tensor<$t> = x.value().map(|x| s.fitting(x)).unwrap_or_default();
                let options = options(s, &x);
                x.cross_entropy_with(&targets, options)
            };
        }
    };
}

pub fn operations() -> Vec<Call> {
    let mut calls = losses!(f32);
    calls.extend(losses!(f64));
    // What differs between the types is tested where it is, among the tensors.
    calls.extend(elementwise::<f32>());
    calls.extend(along_axes::<f32>());
    calls.extend(of_shapes::<f32>());
    calls
}

/// What is asked of variables, tapes, gradients and parameters.
pub fn tapes() -> Vec<Call> {
    calls! {
        variable |s| {
            let x: Var<f32> = one(s);
            (x.rank(), x.has_failed(), x.is_tracked()).see();
            (x.item().is_ok(), x.value().is_ok(), x.shape().rank()).see();
            (x.detach(), x.constant(s.tensor()), x.clone().into_value())
        };
        backward |s| {
            let (x, y) = two::<f32>(s);
            let loss = (&x * &y).sum(..);
            let gradients = loss.backward();
            if let Ok(gradients) = &gradients {
                let _ = (gradients.wrt(&x), gradients.wrt(&y), gradients.iter().len());
            }
            // A second time, and further on a tape that is used up.
            let _ = (loss.backward(), (&x + &y).value().is_ok(), x.tape().variable(Tensor::default()));
            (gradients.map_or(0, |gradients| gradients.len()), x.tape().len())
        };
        backward_from |s| { let (x, y) = two::<f32>(s); let _ = x.exp().backward_from(y.into_value().unwrap_or_default()); };
        tape |s| {
            let tape: Tape<f32> = tape(s);
            let buffer = Buffer::new(s.tensor());
            tape.update(&buffer, s.tensor());
            (tape.buffer(&buffer), tape.input(s.tensor())).see();
            let _ = (tape.records(), tape.failure(), tape.next_seed(), format!("{tape:?}"));
            (tape.is_training(), tape.is_recording(), tape.is_empty())
        };
        param |s| {
            let mut param = Param::<f32>::new(s.tensor());
            let broken = Param::<f32>::from_result(Tensor::zeros(s.lengths()));
            let other = s.fitting(param.value());
            let _ = (param.set(other), param.id(), param.shape().rank(), param.failure().is_some());
            *param.value_mut() = s.tensor();
            param.set_trainable(s.flag());
            let (tape, other) = (tape(s), tape(s));
            let loss = (tape.param(&param) * tape.param(&broken) + tape.param(&param)).sum(..);
            let gradients = loss.backward();
            *param.value_mut() = s.tensor();
            let later = other.param(&param).sum(..).backward();
            if let (Ok(mut gradients), Ok(later)) = (gradients, later) {
                let _ = (gradients.accumulate(later), gradients.get(&param).is_some(), gradients.is_empty());
                let _ = (gradients.get_by_id(broken.id()).is_some(), gradients.iter_mut().len());
                let _ = (gradients.apply_state(&mut vec![param.clone()]), Buffer::<f32>::new(s.tensor()).cast::<f64>());
            }
            let lineage = param.begin_lineage();
            let _ = (lineage == param.cast::<f64>().lineage(), lineage.is_alive());
            (param.is_trainable(), param.cast::<f64>().failure().is_some())
        };
        buffer |s| {
            let mut buffer = Buffer::<f32>::new(s.tensor());
            let (tape, weight) = (Tape::training(0), Param::new(s.tensor()));
            tape.update(&buffer, s.fitting(buffer.value()));
            let _ = tape.param(&weight).sum(..).backward().map(|gradients| {
                let _ = (gradients.update(buffer.id()).is_some(), gradients.apply_state(&mut buffer.clone()));
            });
            let _ = (buffer.set(s.tensor()), buffer.shape().rank());
        };
        modules |s| {
            let mut model = (vec![Param::<f32>::new(s.tensor())], Some(Buffer::<f32>::new(s.tensor())));
            let state = model.state();
            let _ = (model.load_state(&state), model.parameter_count(), Path::ROOT.name("a").index(s.length()).to_string());
        };
        gradients |s| {
            let (x, y) = two::<f32>(s);
            let z = &x * &y + &x.apply_with(Wrong(s.rng.below(4)), &y);
            let _ = (z.tape().is_higher_order(), z.gradients([&x, &y, &x]).is_ok(), z.differentiate(&y));
            let _ = (z.gradients_from(&y, [&x, &z]).is_ok(), z.gradients_for(&[&y, &z], Some(&x)).is_ok());
            let loss = z.sum(..);
            let _ = (loss.gradients([&x, &y]).is_ok(), loss.backward().is_ok(), loss.gradients([&x]).is_ok());
            loss.differentiate(&x);
            loss.tape().records().len()
        };
        functional |s| {
            let (x, v): (Tensor<f64>, Tensor<f64>) = (s.tensor(), s.tensor());
            let fitting: Tensor<f64> = s.fitting(&x);
            let f = |x: &Var<f64>| x * x;
            let _ = (vjp(f, &x, &v).is_ok(), jvp(f, &x, &v).is_ok(), hvp(f, &x, &v).is_ok());
            let (f, point) = (|[x, y]: &[Var<f64>; 2]| (x * y).sum(..), [x.clone(), fitting]);
            let _ = (jvp(f, &point, &[v.clone(), x.clone()]).is_ok(), hvp(f, &point, &point).is_ok(), hessian(f, &point).is_ok());
            let several = vec![x.clone(), v.clone()];
            let g = |x: &Vec<Var<f64>>| x[0].matmul(&x[1]);
            let _ = (jacobian(g, &several).is_ok(), vjp(g, &several, &x).is_ok(), hvp(g, &several, &vec![]).is_ok());
            let _ = (several.tensors().len(), x.each(|index| index), <Tensor<f64> as Point>::list(&v).len());
        };
        gradgradcheck |s| {
            let x = [s.tensor::<f64>()];
            let check = Gradcheck::default();
            let _ = (gradgradcheck(|x| x[0].exp(), &x), check.run_twice(|x| &x[0] * &x[0], &x), gradgradcheck(|x| x[0].clone(), &x));
        };
        gradcheck |s| {
            let x = s.tensor::<f64>();
            let mut check = Gradcheck::default();
            (check.step, check.relative, check.absolute) = (s.real(), s.real(), s.real());
            let x = [x];
            let _ = (gradcheck(|x| x[0].sum(..), &x), check.run(|x| x[0].exp(), &x));
            let _ = check.compare(s.length(), s.length(), s.number(), s.number());
        };
    }
}
