use crate::RuleOptimizer;
use crate::adam::AdamRule;

/// Adam with decoupled weight decay: `w ← w - η λ w` beside the step instead of `λ w` in the gradient (Loshchilov and Hutter, ICLR 2019).
///
/// So the decay is not divided by the root of the gradient's running square. With learning rate `η`, decay rates `β₁`, `β₂`, weight decay `λ`,
/// and `t` the number of the step:
///
/// ```text
/// m ← β₁ m + (1 - β₁) g
/// v ← β₂ v + (1 - β₂) g²
/// w ← w - η λ w - η m / (1 - β₁ᵗ) / (sqrt(v / (1 - β₂ᵗ)) + ε)
/// ```
///
/// As PyTorch's `AdamW`. The ranges are those of [`Adam`](crate::Adam). By default `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8` and `λ = 0.01`.
///
/// ```
/// use backprop_optim::{AdamW, Group};
///
/// let optimizer = AdamW::<f32>::new(1e-3).weight_decay(0.1).group(Group::matching("*bias").weight_decay(0.0));
/// ```
pub type AdamW<T = f32> = RuleOptimizer<AdamRule<true>, T>;
