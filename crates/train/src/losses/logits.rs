//! The formulas of the binary cross entropy of a logit `x`, with or without a weight of positive targets: what they share, so that each is written once
//! and neither costs the other anything.

/// `a ln(1 + e^-x) + (1 - y) ln(1 + e^x)`, where `a`, the positive part, is `y` or `p y`.
macro_rules! surprise {
    (|$x:ident, $y:ident $(, $p:ident)?| $positive:expr) => {
        backprop_tensor::kernel!(|$x, $y $(, $p)?| {
            let positive = $positive;
            let missed = if positive == 0.0 {
                0.0
            } else {
                positive * math::softplus(-$x)
            };
            let alarmed = if $y == 1.0 {
                0.0
            } else {
                (1.0 - $y) * math::softplus($x)
            };
            missed + alarmed
        })
    };
}

/// `g ((1 - y) σ(x) - a σ(-x))`, from the side on which nothing cancels but a soft target: `σ(x) = 1 - σ(-x)`. `both` is `1 - y + a`.
macro_rules! surprise_gradient {
    (|$g:ident, $x:ident, $y:ident $(, $p:ident)?| $positive:expr, both $both:expr) => {
        backprop_tensor::kernel!(
            |$g, $x, $y $(, $p)?| {
                let e = math::plain_exp(-math::abs($x));
                let part = e / (1.0 + e) * $both;
                $g * if $x > 0.0 { (1.0 - $y) - part } else { part - $positive }
            };
            // Far from 0, the part is e^-|x|, which may leave the range though its product with g does not.
            where !math::exp_is_far($x);
            else {
                let root = math::exp(-0.5 * math::abs($x));
                let part = if root == 0.0 { 0.0 } else { math::product([$g, $both, root, root], []) };
                let (whole, part) = if $x > 0.0 { (1.0 - $y, -part) } else { (-$positive, part) };
                if whole == 0.0 { part } else { $g * whole + part }
            }
        )
    };
}

pub(super) use {surprise, surprise_gradient};
