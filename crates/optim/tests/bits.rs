//! The steps of every optimizer, to the bit: a change that is meant to keep the arithmetic keeps these.
//!
//! The numbers depend on nothing but the arithmetic of the formulas: gradients are elementwise, and elementwise operations have the same bits at
//! every SIMD level, all of which are tried.

use backprop_autodiff::{Gradients, Param, Tape};
use backprop_optim::{Adagrad, Adam, AdamW, Group, Optimizer, RmsProp, Sgd};
use backprop_tensor::simd::{self, Level};
use backprop_tensor::{Float, Tensor};

/// Numbers from -1 to 1, by a generator that is written here.
fn numbers<T: Float>(count: usize, state: &mut u64) -> Tensor<T> {
    let mut next = || {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        // 24 bits, so that f32 has them all.
        T::from_f64((*state >> 40) as f64 / f64::from(1 << 23) - 1.0)
    };
    Tensor::from((0..count).map(|_| next()).collect::<Vec<_>>())
}

/// `Σ (w x - y)²`, and the last parameter has a gradient at every second step only.
fn gradients<T: Float>(model: &[Param<T>], step: u64) -> Gradients<T> {
    let (tape, mut state) = (Tape::training(0), step);
    let mut loss = tape.input(Tensor::scalar(T::ZERO));
    let some = model.len() - (step % 2) as usize;
    for param in &model[..some] {
        let count = param.value().count();
        let (x, y) = (numbers(count, &mut state), numbers(count, &mut state));
        let error = tape.param(param) * tape.input(x) - tape.input(y);
        loss = loss + error.square().sum(..);
    }
    loss.backward().unwrap()
}

/// FNV-1a over the bits of all weights after some steps.
fn hash<T: Float>(mut optimizer: Box<dyn Optimizer<T>>) -> u64 {
    let mut state = 42;
    let mut model: Vec<Param<T>> = [37, 5, 1, 64]
        .map(|count| Param::new(numbers(count, &mut state)))
        .into();
    for step in 0..20 {
        let gradients = gradients(&model, step);
        optimizer.step(&mut model, &gradients).unwrap();
    }
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for x in model.iter().flat_map(|param| param.value().to_vec()) {
        assert!(x.to_f64().is_finite());
        // Of an f32 too, all its bits are those of the f64.
        for byte in x.to_f64().to_bits().to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// At every level of the instruction set that this machine has.
fn check<T: Float>(
    name: &str,
    expected: u64,
    new: impl Fn() -> Box<dyn Optimizer<T>>,
    wrong: &mut Vec<String>,
) {
    for level in [Level::Baseline, Level::Avx2, Level::Avx512] {
        if simd::set_level(level) == level {
            let found = hash(new());
            if found != expected {
                wrong.push(format!("{name}, {}, {level}: {found:#018x}", T::NAME));
            }
        }
    }
}

macro_rules! check {
    ($($name:literal $single:literal $double:literal $optimizer:expr;)*) => {
        let mut wrong = Vec::new();
        $(
            check::<f32>($name, $single, || Box::new($optimizer), &mut wrong);
            check::<f64>($name, $double, || Box::new($optimizer), &mut wrong);
        )*
        assert!(wrong.is_empty(), "{wrong:#?}");
    };
}

fn bias() -> Group {
    Group::matching("1").learning_rate_factor(0.3).weight_decay(0.0)
}

fn rest() -> Group {
    Group::matching("*").weight_decay(0.07)
}

#[test]
fn the_bits_of_every_step_are_kept() {
    check! {
        "sgd" 0xf1b7_8869_41f7_9f71 0x5a5b_0a5e_cf17_e029 Sgd::new(0.1);
        "sgd, decay" 0x9c68_be51_6c8a_4ac4 0x14a6_4476_5632_97c1 Sgd::new(0.1).weight_decay(0.3);
        "sgd, decoupled" 0xce91_9988_5287_f9ce 0x0a7a_bdf0_09f7_cd10 Sgd::new(0.1).decoupled_weight_decay(0.3).group(bias());
        "momentum" 0x9f4d_7e1c_21a5_c432 0x14c2_9bc7_0bac_f89d Sgd::new(0.03).momentum(0.9).weight_decay(0.1);
        "momentum, dampening" 0xd56a_f705_d1cf_8e7a 0xaeda_706c_38b6_0b23 Sgd::new(0.05).momentum(0.8).dampening(0.3).group(bias()).group(rest());
        "momentum, decoupled" 0x440d_1aa6_d22a_01ed 0x953e_5dbc_56b9_d55e Sgd::new(0.03).momentum(0.9).decoupled_weight_decay(0.1);
        "nesterov" 0xaf9b_b010_ac03_c0c5 0x05df_af90_f2b7_95ae Sgd::new(0.03).momentum(0.9).nesterov(true);
        "nesterov, decoupled" 0xb0f4_857c_e744_10ad 0xeb6a_3bcf_4363_e28b Sgd::new(0.03).momentum(0.9).nesterov(true).decoupled_weight_decay(0.2).group(bias());
        "adam" 0x98cf_4848_25dc_c8be 0x9062_a36c_6d16_ae08 Adam::new(0.01);
        "adam, settings" 0x0fc6_262b_22c1_755b 0x6825_3558_23d1_cb52 Adam::new(0.02).betas(0.8, 0.95).epsilon(1e-4).weight_decay(0.1).group(bias());
        "adam, no epsilon" 0x6bcf_73c4_8f41_7e10 0xe8b9_63e1_eede_ac23 Adam::new(0.02).epsilon(0.0);
        "adamw" 0x428f_2865_195f_af00 0xbd14_ffe2_489f_8ce2 AdamW::new(0.01);
        "adamw, settings" 0x706f_654a_a486_f074 0x54ae_42cc_9076_7d11 AdamW::new(0.02).betas(0.8, 0.95).epsilon(1e-4).weight_decay(0.3).group(bias()).group(rest());
        "rmsprop" 0xf4a7_5a7d_2030_80e4 0xc90e_214f_5678_6c0a RmsProp::new(0.01);
        "rmsprop, momentum" 0x2beb_e287_8c88_a6f5 0x2778_613e_92df_b925 RmsProp::new(0.01).alpha(0.9).momentum(0.5).weight_decay(0.1).group(bias());
        "rmsprop, centered" 0x1104_0e3f_1602_8954 0x5de2_eac4_d23b_f6f8 RmsProp::new(0.01).centered(true).epsilon(1e-4).weight_decay(0.1);
        "rmsprop, centered, momentum" 0x6b0a_40d0_5401_cde8 0x4319_58ab_12ae_883e RmsProp::new(0.01).centered(true).momentum(0.5).group(rest());
        "adagrad" 0xf796_f8e8_e72d_4c15 0x8e98_c30f_478f_376a Adagrad::new(0.1);
        "adagrad, settings" 0x8cc0_7459_eb8d_7d16 0x7da3_13ab_cbec_b650 Adagrad::new(0.1).learning_rate_decay(0.1).epsilon(1e-3).weight_decay(0.1).group(bias());
    }
}
