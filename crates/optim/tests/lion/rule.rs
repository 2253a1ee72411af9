use backprop_optim::{Check, ParamStep, Result, RuleOptimizer, UpdateRule};
use backprop_tensor::{Float, Kernel, kernel};

/// `Lion::new(1e-4).weight_decay(0.1).with(|lion| lion.beta2 = 0.98)`.
pub type Lion<T = f32> = RuleOptimizer<LionRule, T>;

#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub struct LionRule {
    pub beta1: f64,
    pub beta2: f64,
}

impl Default for LionRule {
    fn default() -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.99,
        }
    }
}

impl UpdateRule for LionRule {
    const NAME: &'static str = "Lion";

    fn check(&self, check: Check) -> Result<()> {
        check.below_one(&[("beta1", self.beta1), ("beta2", self.beta2)])
    }

    fn state(&self) -> &'static [&'static str] {
        &["exp_avg"]
    }

    fn kernel<T: Float>(&self, step: &ParamStep<'_, T>) -> Result<Kernel> {
        let &Self { beta1, beta2 } = self;
        let (rate, (_, shrink), least) = (step.learning_rate, step.decay(true), step.least_mean());
        Ok(
            kernel!(mut w, m; g; rate, shrink, beta1, rest1: 1.0 - beta1, beta2, rest2: 1.0 - beta2, least => {
                let c = beta1 * m + rest1 * g;
                let sign = if c > 0.0 { 1.0 } else if c < 0.0 { -1.0 } else { c };
                w = w * shrink - rate * sign;
                m = beta2 * m + rest2 * g;
                m = if m.abs() < least { 0.0 } else { m };
            }),
        )
    }
}
