//! The functions.

use backprop_tensor::formula::{Function, Program, Step};
use backprop_tensor::linalg::nalgebra::{DMatrix, DVector};
use backprop_tensor::{
    Axes, Error, Float, Kernel, Layout, LogProbabilities, Numeric, Rng, Shape, Tensor, are_worth_sharing,
    counters, for_each_job, keep, kernel, linalg, math, pool, set_threads, simd, threads,
};
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Sample, See, Source};

macro_rules! on {
    ($s:ident, $t:ty, |$x:ident| $call:expr) => {{
        let $x = $s.tensor::<$t>();
        $call
    }};
    ($s:ident, $t:ty, |$x:ident, $y:ident| $call:expr) => {{
        let $x = $s.tensor::<$t>();
        let $y = $s.fitting::<$t, $t>(&$x);
        $call
    }};
}

fn pads(s: &mut Source) -> Vec<(usize, usize)> {
    (0..s.rng.below(5)).map(|_| (s.length(), s.length())).collect()
}

/// A range, often inside of the axis, sometimes backwards.
fn range(s: &mut Source) -> std::ops::Range<usize> {
    s.length()..s.length()
}

fn step(s: &mut Source) -> isize {
    s.axis()
}

fn of_elements<T: Sample>() -> Vec<Call> {
    calls! {
        permute |s| on!(s, T, |x| x.permute(s.axes()));
        transpose |s| on!(s, T, |x| x.transpose(s.axis(), s.axis()));
        slice |s| on!(s, T, |x| x.slice(s.axis(), range(s)));
        slice_inclusive |s| on!(s, T, |x| x.slice(s.axis(), s.length()..=s.length()));
        slice_step |s| on!(s, T, |x| x.slice_step(s.axis(), range(s), step(s)));
        flip |s| on!(s, T, |x| x.flip(s.axis()));
        select |s| on!(s, T, |x| x.select(s.axis(), s.length()));
        broadcast_to |s| on!(s, T, |x| x.broadcast_to(s.shape_for(&x)));
        reshape |s| on!(s, T, |x| x.reshape(s.shape_for(&x)));
        flatten |s| on!(s, T, |x| x.flatten(s.axis(), s.axis()));
        unsqueeze |s| on!(s, T, |x| x.unsqueeze(s.axis()));
        squeeze |s| on!(s, T, |x| x.squeeze(s.axis()));
        split |s| on!(s, T, |x| x.split(s.axis(), &s.lengths()));
        chunk |s| on!(s, T, |x| x.chunk(s.length(), s.axis()));
        diagonal |s| on!(s, T, |x| x.diagonal(s.axis()));
        tril |s| on!(s, T, |x| x.tril(s.axis()));
        triu |s| on!(s, T, |x| x.triu(s.axis()));
        concat |s| on!(s, T, |x, y| Tensor::concat(&[&x, &y, &x], s.axis()));
        stack |s| on!(s, T, |x, y| Tensor::stack(&[&x, &y], s.axis()));
        concat_nothing |s| Tensor::<T>::concat(&[], s.axis());
        stack_nothing |s| Tensor::<T>::stack(&[], s.axis());
        pad |s| on!(s, T, |x| x.pad(&pads(s), s.number()));
        repeat |s| on!(s, T, |x| x.repeat(&s.lengths()));
        roll |s| on!(s, T, |x| x.roll(s.axis(), s.axis()));
        get |s| on!(s, T, |x| { let _ = x.get(s.lengths()); });
        item |s| on!(s, T, |x| { let _ = x.item(); });
        set |s| on!(s, T, |x| { let mut x = x; (x.set(s.lengths(), s.number()), x) });
        assign |s| on!(s, T, |x, y| { let mut x = x; (x.assign(&y), x) });
        slice_assign |s| on!(s, T, |x, y| { let mut x = x; (x.slice_assign(s.axis(), range(s), &y), x) });
        contiguous |s| on!(s, T, |x| x.contiguous());
        as_slice |s| on!(s, T, |x| { let _ = x.as_slice(); });
        as_mut_slice |s| on!(s, T, |x| { let mut x = x; let _ = x.as_mut_slice(); });
        map |s| on!(s, T, |x| x.map(|x| x == T::default()));
        full_like |s| on!(s, T, |x| x.full_like(s.number()));
        equal |s| on!(s, T, |x, y| x.equal(&y));
        not_equal |s| on!(s, T, |x, y| x.not_equal(&y));
        less |s| on!(s, T, |x, y| x.less(&y));
        less_equal |s| on!(s, T, |x, y| x.less_equal(&y));
        greater |s| on!(s, T, |x, y| x.greater(&y));
        greater_equal |s| on!(s, T, |x, y| x.greater_equal(&y));
        gather |s| on!(s, T, |x| x.gather(s.axis(), &s.indices()));
        index_select |s| on!(s, T, |x| x.index_select(s.axis(), &s.indices()));
        where_else |s| on!(s, T, |x, y| s.fitting::<bool, T>(&x).where_else(&x, &y));
        layout |s| on!(s, T, |x| {
            let layout: Layout = x.layout();
            (layout.strides().len(), layout.offset(), (layout.is_contiguous(), *layout.shape()))
        });
        is_empty |s| on!(s, T, |x| (x.is_empty(), x.count(), x.rank()));
        debug |s| on!(s, T, |x| { assert!(!format!("{x:?} {x}").is_empty()); });
        serde |s| on!(s, T, |x| x.count() < 1000 && serde_json::to_string(&x).is_ok());
    }
}

fn of_numbers<T: Sample + Numeric>() -> Vec<Call> {
    calls! {
        try_add |s| on!(s, T, |x, y| x.try_add(&y));
        try_sub |s| on!(s, T, |x, y| x.try_sub(&y));
        try_mul |s| on!(s, T, |x, y| x.try_mul(&y));
        try_div |s| on!(s, T, |x, y| x.try_div(&y));
        maximum |s| on!(s, T, |x, y| x.maximum(&y));
        minimum |s| on!(s, T, |x, y| x.minimum(&y));
        cast |s| on!(s, T, |x| (x.cast::<u8>(), x.cast::<f64>(), x.cast::<i32>()));
        abs |s| on!(s, T, |x| x.abs());
        neg |s| on!(s, T, |x| x.neg());
        sign |s| on!(s, T, |x| x.sign());
        square |s| on!(s, T, |x| x.square());
        clamp |s| on!(s, T, |x| x.clamp(s.number(), s.number()));
        zeros_like |s| on!(s, T, |x| (x.zeros_like(), x.ones_like()));
        scatter_add |s| on!(s, T, |x, y| x.scatter_add(s.axis(), &s.indices(), &y));
        into_scatter_add |s| on!(s, T, |x, y| x.into_scatter_add(s.axis(), &s.indices(), &y));
        index_add |s| on!(s, T, |x, y| x.index_add(s.axis(), &s.indices(), &y));
        into_index_add |s| on!(s, T, |x, y| x.into_index_add(s.axis(), &s.indices(), &y));
        ones_like |s| on!(s, T, |x| x.ones_like());
    }
}

fn affine(p: f64) -> Kernel {
    kernel!(|x, y; p| x * p + y)
}

fn update(rate: f64) -> Kernel {
    kernel!(mut w, v; g; rate => { v += g; w -= rate * v; })
}

fn everything([p, q]: [f64; 2]) -> Kernel {
    kernel!(|x, y; p, q| {
        let (a, b) = if x > y { (math::exp(x), p) } else { (math::product([x, q], [y]), math::logistic(x * p).1) };
        if a.is_nan() || b >= 1.0 { math::powf(a, b) } else { -a / b }
    })
}

fn any(s: &mut Source) -> Kernel {
    [
        affine(s.number()),
        update(s.number()),
        everything([s.number(), s.number()]),
    ][s.rng.below(3)]
}

fn of_reals<T: Sample + Float>() -> Vec<Call> {
    let mut calls = calls! {
        powf |s| on!(s, T, |x| x.powf(s.number()));
        powi |s| on!(s, T, |x| x.powi(s.number()));
        pow |s| on!(s, T, |x, y| x.pow(&y));
        all_close |s| on!(s, T, |x, y| x.all_close(&y, s.number(), s.number(), s.flag()).is_ok());
        apply |s| on!(s, T, |x, y| x.apply(&affine(s.number()), &[&y]));
        apply_wrongly |s| on!(s, T, |x, y| (x.apply(&affine(s.number()), &[&y, &y, &y, &y]), x.apply(&update(s.number()), &[])));
        evaluate |s| everything([s.number(), s.number()]).formula().evaluate::<T>(&[s.number(), s.number(), s.number()][..s.rng.below(4)]).map(Tensor::from);
        apply_formula |s| on!(s, T, |x, y| (
            affine(s.number()).formula().apply(&[&x, &y]),
            everything([s.number(), s.number()]).formula().derivative(0).and_then(|slope| slope.apply(&[&y, &x])),
            update(s.number()).formula().apply(&[&x, &y]),
        ));
        into_apply |s| on!(s, T, |x, y| x.into_apply(&affine(s.number()), &[&y]));
        into_apply_and_sum |s| on!(s, T, |x, y| x.into_apply_and_sum(&affine(s.number()), &[&y]));
        into_apply_and_sum_wrongly |s| on!(s, T, |x, y| x.into_apply_and_sum(&affine(s.number()), &[&y, &y, &y, &y]));
        update |s| on!(s, T, |x, y| {
            let (mut w, mut v) = (x.clone(), x);
            (Tensor::update(&update(s.number()), &mut [&mut w, &mut v], &[&y]), w)
        });
        update_wrongly |s| on!(s, T, |x, y| { let mut x = x; Tensor::update(&update(s.number()), &mut [&mut x], &[&y]) });
        map_into |s| on!(s, T, |x| x.map_into(|x| x + x));
        zip_into |s| on!(s, T, |x, y| x.zip_into(&y, |x, y| x - y));
        is_nan |s| on!(s, T, |x| x.is_nan());
        is_finite |s| on!(s, T, |x| x.is_finite());
        is_infinite |s| on!(s, T, |x| x.is_infinite());
    };
    macro_rules! unary {
        ($($method:ident)*) => {
            calls.extend(calls! { $($method |s| on!(s, T, |x| x.$method());)* })
        };
    }
    unary! {
        sqrt rsqrt reciprocal exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
        sigmoid softplus erf relu floor ceil round trunc
    }
    calls
}

fn of_booleans() -> Vec<Call> {
    calls! {
        and |s| on!(s, bool, |x, y| x.and(&y));
        or |s| on!(s, bool, |x, y| x.or(&y));
        xor |s| on!(s, bool, |x, y| x.xor(&y));
        not |s| on!(s, bool, |x| x.not());
        to_numeric |s| on!(s, bool, |x| (x.to_numeric::<f32>(), x.to_numeric::<u8>()));
    }
}

/// Views, elementwise functions, and what else may see tensors that memory could not hold.
pub fn elementwise() -> Vec<Call> {
    let mut calls = of_booleans();
    calls.extend(of_elements::<bool>());
    macro_rules! numbers {
        ($($t:ty),*) => {
            $(calls.extend(of_elements::<$t>());
            calls.extend(of_numbers::<$t>());)*
        };
    }
    numbers! { f32, f64, i32, i64, u8 }
    calls.extend(of_reals::<f32>());
    calls.extend(of_reals::<f64>());
    calls
}

macro_rules! reduced {
    ($s:ident, $t:ty, |$x:ident, $axes:ident| $call:expr) => {{
        let $x = $s.tensor::<$t>();
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

fn over_axes<T: Sample + Numeric>() -> Vec<Call> {
    calls! {
        sum |s| reduced!(s, T, |x, axes| x.sum(axes));
        prod |s| reduced!(s, T, |x, axes| x.prod(axes));
        max |s| reduced!(s, T, |x, axes| x.max(axes));
        min |s| reduced!(s, T, |x, axes| x.min(axes));
        argmax |s| reduced!(s, T, |x, axes| x.argmax(axes));
        argmin |s| reduced!(s, T, |x, axes| x.argmin(axes));
        sum_to |s| on!(s, T, |x| x.sum_to(s.shape_for(&x)));
        cumsum |s| on!(s, T, |x| x.cumsum(s.axis()));
        cumprod |s| on!(s, T, |x| x.cumprod(s.axis()));
        median |s| reduced!(s, T, |x, axes| x.median(axes));
        nth_smallest |s| reduced!(s, T, |x, axes| x.nth_smallest(s.length(), axes));
        sort |s| on!(s, T, |x| x.sort(s.axis(), s.flag()));
        argsort |s| on!(s, T, |x| x.argsort(s.axis(), s.flag()));
        topk |s| on!(s, T, |x| x.topk(s.length(), s.axis(), s.flag()));
        resolve |s| on!(s, T, |x| {
            if let Ok(axes) = s.axes().resolve("test", x.shape()) {
                (axes.reduce(x.shape()), axes.reduce_keeping(x.shape())).see();
                (axes.count(x.shape()), axes.contains(s.length()), axes.keep().contains(0)).see();
                x.permute(axes.last(x.shape())).see();
                // Axes of this shape, used on another.
                let other = s.tensor::<T>();
                (other.sum(axes), axes.reduce(other.shape())).see();
            }
        });
    }
}

fn over_axes_of_reals<T: Sample + Float>() -> Vec<Call> {
    calls! {
        mean |s| reduced!(s, T, |x, axes| x.mean(axes));
        var |s| reduced!(s, T, |x, axes| x.var(axes, s.length()));
        std |s| reduced!(s, T, |x, axes| x.std(axes, s.length()));
        moments |s| reduced!(s, T, |x, axes| x.moments(axes, s.length()).map(|moments| moments.std));
        norm |s| reduced!(s, T, |x, axes| x.norm(axes));
        quantile |s| reduced!(s, T, |x, axes| x.quantile(s.real(), axes));
        quantile_of |s| reduced!(s, T, |x, axes| x.quantile_of(s.real(), axes).map(|(value, _)| value));
        logsumexp |s| reduced!(s, T, |x, axes| x.logsumexp(axes));
        softmax |s| on!(s, T, |x| x.softmax(s.axis()));
        into_softmax |s| on!(s, T, |x| x.into_softmax(s.axis()));
        log_softmax |s| on!(s, T, |x| x.log_softmax(s.axis()));
        into_log_softmax |s| on!(s, T, |x| x.into_log_softmax(s.axis()));
        into_softmax_gradient |s| on!(s, T, |x, y| x.into_softmax_gradient(&y, s.axis()));
        into_log_softmax_gradient |s| on!(s, T, |x, y| x.into_log_softmax_gradient(&y, s.axis()));
        log_probabilities |s| on!(s, T, |x| LogProbabilities::new(x).and_then(|rows| {
            let column = s.length();
            let _ = rows.of_columns([Some(column), None, Some(0)]).chain(rows.each().map(Some)).count();
            rows.into_class_slopes(&s.tensor::<i64>(), &[s.number(), s.number()])
        }));
        log_probabilities_against |s| on!(s, T, |x, y| LogProbabilities::against(x, &y).map(|rows| {
            let factors = vec![s.number(); s.length() % 4];
            (rows.cross_entropies(), rows.into_slopes(&y, &factors))
        }));
        matmul |s| on!(s, T, |x, y| (x.matmul(&y), x.transpose(-1, -2).and_then(|t| t.matmul(&y))));
        dot |s| on!(s, T, |x, y| x.dot(&y));
        outer |s| on!(s, T, |x, y| x.outer(&y));
        outer_sum |s| on!(s, T, |x, y| (x.outer_sum(&y), x.outer_sum(&x)));
        linear |s| on!(s, T, |x, y| {
            let bias = s.fitting::<T, T>(&y);
            (x.linear(&y, Some(&bias), Some(&kernel!(|x| x + x))), x.linear(&y, None, Some(&affine(2.0))), x.linear(&x, None, None))
        });
        cholesky |s| on!(s, T, |x| linalg::cholesky(&square(&x)));
        determinant |s| on!(s, T, |x| { let _ = linalg::determinant(&square(&x)); });
        slogdet |s| on!(s, T, |x| { let _ = linalg::slogdet(&square(&x)); });
        inverse |s| on!(s, T, |x| linalg::inverse(&square(&x)));
        least_squares |s| on!(s, T, |x, y| linalg::least_squares(&x, &y));
        qr |s| on!(s, T, |x| linalg::qr(&x));
        solve |s| on!(s, T, |x, y| linalg::solve(&square(&x), &y));
        svd |s| on!(s, T, |x| linalg::svd(&x));
        symmetric_eigen |s| on!(s, T, |x| linalg::symmetric_eigen(&square(&x)));
        matrices |s| on!(s, T, |x| {
            let (matrix, vector) = (DMatrix::try_from(&x), DVector::try_from(&x));
            (matrix.and_then(|m| Tensor::try_from(&m)), vector.and_then(Tensor::try_from))
        });
    }
}

/// `x xᵀ` where that exists, else `x`.
fn square<T: Float>(x: &Tensor<T>) -> Tensor<T> {
    let square = x.transpose(0, 1).and_then(|transposed| x.matmul(&transposed));
    square.unwrap_or(x.clone())
}

/// Reductions, products of matrices, and what else goes along axes.
pub fn axes() -> Vec<Call> {
    let mut calls = calls! {
        any |s| reduced!(s, bool, |x, axes| x.any(axes));
        all |s| reduced!(s, bool, |x, axes| x.all(axes));
        count_true |s| reduced!(s, bool, |x, axes| x.count_true(axes));
    };
    calls.extend(over_axes::<i32>());
    calls.extend(over_axes::<i64>());
    calls.extend(over_axes::<u8>());
    calls.extend(over_axes::<f32>());
    calls.extend(over_axes::<f64>());
    calls.extend(over_axes_of_reals::<f32>());
    calls.extend(over_axes_of_reals::<f64>());
    calls
}

fn made<T: Sample + Numeric>() -> Vec<Call> {
    calls! {
        from_slice |s| Tensor::from_slice(&[T::ONE; 6], s.lengths());
        full |s| Tensor::full(s.lengths(), s.number::<T>());
        scalar |s| (Tensor::scalar(s.number::<T>()), Tensor::<T>::default());
        zeros |s| Tensor::<T>::zeros(s.lengths());
        ones |s| Tensor::<T>::ones(s.lengths());
        from_fn |s| Tensor::from_fn(s.lengths(), |_| T::ONE);
        eye |s| Tensor::<T>::eye(s.length());
        arange |s| {
            let mut extreme = || T::EXTREMES[s.rng.below(T::EXTREMES.len())];
            let ends = (extreme(), extreme(), extreme());
            let step = s.number();
            (Tensor::arange(ends.0, ends.1, ends.2), Tensor::arange(T::small(-3), T::small(3), step))
        };
        bernoulli |s| Tensor::<T>::bernoulli(s.lengths(), s.real(), &mut Rng::seed(0));
        one_hot |s| Tensor::<T>::one_hot(&s.indices(), s.length());
        lower_triangle |s| Tensor::<bool>::lower_triangle(s.length(), s.length(), s.axis());
        upper_triangle |s| Tensor::<bool>::upper_triangle(s.length(), s.length(), s.axis());
    }
}

fn made_of_reals<T: Sample + Float>() -> Vec<Call> {
    calls! {
        linspace |s| Tensor::<T>::linspace(s.number(), s.number(), s.length());
        uniform |s| Tensor::<T>::uniform(s.lengths(), s.number(), s.number(), &mut Rng::seed(0));
        normal |s| Tensor::<T>::normal(s.lengths(), s.number(), s.number(), &mut Rng::seed(0));
        truncated_normal |s| {
            let (mean, std, low, high) = (s.number(), s.number(), s.number(), s.number());
            Tensor::<T>::truncated_normal(s.lengths(), mean, std, low, high, &mut Rng::seed(0))
        };
    }
}

/// A loop of one's own.
struct Half(f32);

impl simd::Work for Half {
    type Output = f32;

    fn run(self) -> f32 {
        self.0 / 2.0
    }
}

/// What makes tensors out of nothing, and what has none.
pub fn constructors() -> Vec<Call> {
    let mut calls = calls! {
        random_integers |s| Tensor::<i64>::random_integers(s.lengths(), s.number(), s.number(), &mut Rng::seed(0));
        permutation |s| Tensor::<i64>::permutation(s.length(), &mut Rng::seed(0));
        rng_permutation |s| { let length = s.length(); let _ = s.rng.permutation(length); };
        below |s| { let length = s.length(); s.rng.below(length) };
        seed |s| {
            let mut rng = Rng::seed(s.number::<i64>() as u64).split();
            rng.shuffle(&mut [1, 2, 3]);
            (rng.next_u64(), rng.next_seed(), (rng.uniform(), rng.normal()))
        };
        new |s| { let _ = Shape::new(s.lengths()); };
        axis |s| { if let Ok(shape) = Shape::new(s.lengths()) { let _ = shape.axis("test", s.axis()); } };
        broadcast |s| {
            if let (Ok(one), Ok(other)) = (Shape::new(s.lengths()), Shape::new(s.lengths())) {
                let _ = one.broadcast("test", &other);
                (one.dims().len(), one.rank(), one.count()).see();
            }
        };
        held_bytes |_s| { pool::clear(); (pool::held_bytes(), pool::limit().is_some()) };
        set_limit |s| { pool::set_limit(Some(s.length())); pool::set_limit(None); };
        set_level |s| {
            let level = [simd::Level::Baseline, simd::Level::Avx2, simd::Level::Avx512][s.rng.below(3)];
            assert!(simd::set_level(level) <= simd::detected() && simd::level() <= level);
            simd::set_level(simd::Level::Avx512);
        };
        are_worth_sharing |s| are_worth_sharing(s.rng.below(usize::MAX));
        for_each_job |s| {
            let mut jobs = vec![usize::MAX; s.rng.below(9)];
            for_each_job(&mut jobs, |&length| length, |job| *job /= 2);
            jobs
        };
        threads |s| threads().min(s.rng.below(9));
        set_threads |s| (set_threads(usize::MAX).is_err(), set_threads(s.rng.below(3)).is_ok());
        dispatch |s| simd::dispatch(Half(s.number()));
        is_light |s| (Kernel::is_light(s.rng.below(2000) as u32), Kernel::is_short(s.rng.below(2000) as u32));
        formula |s| {
            let mut formula = any(s).formula();
            let slope = formula.derivative(s.rng.below(4)).map(|slope| (slope.simplify().to_string(), slope.latex()).0);
            let counts = formula.inputs().len() + formula.parameters().len() + formula.results() + formula.steps();
            let set = formula.set(["p", "rate", "", "é"][s.rng.below(4)], s.number::<f64>()).is_ok();
            let bound = (set, formula.clone().with(&[s.number(), s.number()][..s.rng.below(3)]).bind().to_string());
            let result = formula.result(s.rng.below(4)).map(|result| result.depends_on(s.rng.below(4)));
            let _ = (formula.depends_on(s.length()), formula.result(s.length()).is_ok());
            (counts, formula.to_string() + &formula.latex(), (slope, bound, result))
        };
        program |s| {
            let places: &[u16] = [&[][..], &[0], &[1], &[2, 0], &[9]][s.rng.below(5)];
            let function = Function::of_math(["exp", "product", "logistic", "", "é"][s.rng.below(5)], s.length());
            let program = Program::new(&["x"], &[], &[Step::Input(0), Step::Parameter(0)][..s.rng.below(3)], places);
            let counts = program.map_or(0, |program| program.inputs() + program.parameters() + program.results() + program.cost_to(s.length()) as usize);
            (function.is_some(), counts)
        };
        kernel |s| { let kernel = any(s).with(&[s.number(), s.number()][..s.rng.below(3)]); (kernel.outputs(), kernel.inputs(), kernel.parameters()) };
        counts |s| {
            counters::tape_record();
            #[cfg(feature = "counters")]
            {
                let before = counters::counts();
                let _ = s.tensor::<f32>().sum(..);
                let counts = before.since(&counters::counts());
                let _ = (counts.to_string(), counts.rows(), counts.get("reduction", "calls"));
            }
        };
        shapes |s| Err::<(), _>(Error::shapes("test", &s.lengths(), &s.lengths(), "").within("other"));
        try_to_vec |s| s.tensor::<f64>().try_to_vec();
        to_vec |s| s.tensor::<f32>().to_vec();
        scalars |s| {
            let (x, y): (f64, f64) = (s.number(), s.number());
            let several = (math::atan2(x, y), math::powf(x, y), math::mul_div(x, y, s.number()));
            (several, (math::normal(x), math::logistic(x), math::probability(x)), (math::gaussian(x), math::tanhshrink(x)))
        };
        beyond_the_range |s| {
            let (x, y, z): (f64, f64, f64) = (s.number(), s.number(), s.number());
            let far = (math::exp_is_far(x), math::exp_is_tiny(x), math::normal_is_tiny(x));
            let tests = (math::is_normal(x), math::exp_is_beyond(x), math::pow_is_plain(x, y, z));
            let plain = (math::plain_exp(x), (math::plain_logistic(x), math::plain_normal(x)), math::plain_pow_gradient(x, y, z));
            let tails = (math::normal_tail(x, y), math::gelu_tanh_tail(x, y));
            let products = (math::product([x, y], [z]), math::pow_gradient(x, y, z), tails);
            ((far, tests), plain, products)
        };
        wide_product |s| {
            let (x, y): (f64, f64) = (s.number(), s.number());
            let product = math::WideProduct::ONE.times(x).over(y).times(f64::MAX).over(f64::MIN_POSITIVE);
            (product.value(), (product * product + product).value())
        };
        malformed |s| {
            let shape = s.lengths();
            let text = format!(r#"{{"shape":{shape:?},"data":[1,2,3,4]}}"#);
            let _ = serde_json::from_str::<Tensor<f32>>(&text);
        };
    };
    calls.extend(made::<f32>());
    calls.extend(made::<f64>());
    calls.extend(made::<i32>());
    calls.extend(made::<i64>());
    calls.extend(made::<u8>());
    calls.extend(made_of_reals::<f32>());
    calls.extend(made_of_reals::<f64>());
    calls
}
