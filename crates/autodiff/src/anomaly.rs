//! Where the first NaN or infinity arose.

use std::fmt;
use std::panic::Location;

use backprop_tensor::{Float, Tensor};

use crate::names::{Operand, Operands};
use crate::node::NodeId;
use crate::{Error, Result, Tape, Var};

/// Where the first NaN or infinity arose on a tape that [looks for them](Tape::detect_anomaly).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Anomaly {
    /// The operation's name.
    pub operation: &'static str,
    /// Its operands.
    pub operands: Operands,
    /// Where the program applied it.
    pub location: &'static Location<'static>,
    /// Whether its value is at fault, or its derivative.
    pub pass: Pass,
    /// What was found.
    pub found: NonFinite,
    /// What it arose from.
    pub cause: Cause,
}

/// A number that is not finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NonFinite {
    /// Infinity of either sign.
    Infinity,
    /// NaN.
    NaN,
}

/// A pass over a tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Computing values.
    Forward,
    /// Computing gradients.
    Backward,
}

/// What a NaN or an infinity arose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The operation made it, out of finite numbers. In the backward pass: out of a finite gradient, for the operand of this number.
    Finite {
        /// The place of the operand, from 0, whose gradient it is in; 0 in the forward pass.
        operand: usize,
    },
    /// The operation made a NaN out of an operand that held an infinity: ∞ - ∞ or 0 ∞, for instance.
    Infinite {
        /// The operand's place, from 0.
        operand: usize,
    },
    /// A NaN came in with an operand that no operation has made: an input, a variable or a parameter.
    Operand {
        /// The operand's place, from 0.
        operand: usize,
    },
    /// It came in with the gradient that [`Var::backward_from`] was given.
    Gradient,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Infinity => "an infinity",
            Self::NaN => "a NaN",
        })
    }
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operation,
            operands,
            found,
            ..
        } = self;
        write!(f, "{operation}({operands}): ")?;
        match (self.pass, self.cause) {
            (_, Cause::Gradient) => write!(f, "{found} came in with the gradient it was given"),
            (_, Cause::Operand { operand }) => {
                write!(
                    f,
                    "{found} came in with operand {operand}, which no operation made"
                )
            }
            (Pass::Forward, Cause::Finite { .. }) => {
                write!(f, "the forward pass made {found} out of finite operands")
            }
            (Pass::Backward, Cause::Finite { operand }) => write!(
                f,
                "the backward pass made {found}, in the gradient of operand {operand}, out of a finite gradient"
            ),
            (pass, Cause::Infinite { operand }) => {
                let pass = match pass {
                    Pass::Forward => "forward",
                    Pass::Backward => "backward",
                };
                write!(
                    f,
                    "the {pass} pass made {found} out of an infinity in operand {operand}"
                )
            }
        }
    }
}

/// The worst of the numbers; `None` if all are finite.
fn worst<T: Float>(tensor: &Tensor<T>) -> Option<NonFinite> {
    let of = |numbers: &[T]| {
        let kinds = numbers.iter().map(|x| x.to_f64()).map(|x| match x {
            x if x.is_finite() => None,
            x if x.is_nan() => Some(NonFinite::NaN),
            _ => Some(NonFinite::Infinity),
        });
        kinds.max().flatten()
    };
    if let Some(numbers) = tensor.as_slice() {
        return of(numbers);
    }
    // Of a broadcast axis one is enough, and all may be more than there is memory for.
    let mut view = tensor.clone();
    for axis in 0..tensor.rank() {
        if tensor.layout().strides().get(axis) == Some(&0)
            && let Ok(axis) = isize::try_from(axis)
        {
            view = view.slice(axis, ..1).ok()?;
        }
    }
    of(&view.try_to_vec().ok()?)
}

/// Whether an operation's settings hold an infinity, as those of `masked_fill` do for a mask of scores: it is what was asked for.
fn is_given(settings: &dyn fmt::Debug) -> bool {
    let settings = format!("{settings:?}");
    let mut words = settings.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word == "inf")
}

impl<T: Float> Tape<T> {
    /// The same tape, which looks for the first NaN or infinity, and for the operation at fault.
    ///
    /// Every value is looked at when it has been computed, and every gradient. Where one is not finite, though all that the operation was given is,
    /// the operation has failed, with [`Error::Anomaly`]: it says which operation, its operands with their [names](Var::name) and shapes, the line of the program
    /// that applied it, and whether its value or its derivative is at fault. In the forward pass the error sticks to the tape as any other; [`Var::backward`] returns
    /// those of both passes. A NaN in an input, a variable or a parameter is not the operation's fault: if it gets into a value, the error
    /// says with which operand it came in.
    ///
    /// Infinities may be meant: those in an operand pass on, as does the one that is a setting of the operation (`masked_fill` with -∞
    /// before a softmax); the NaN that is made of them is reported. (PyTorch's `detect_anomaly` looks at the backward pass alone, and for NaN alone.)
    /// It takes a pass over every value and gradient, so it is for finding a fault, not for training.
    ///
    /// ```
    /// use backprop_autodiff::{Error, NonFinite, Pass, Tape};
    /// use backprop_tensor::Tensor;
    ///
    /// let tape = Tape::new().detect_anomaly();
    /// let x = tape.variable(Tensor::from([4.0_f32, 0.0])).name("variance");
    /// let error = x.sqrt().sum(..).backward().unwrap_err(); // d/dx √x = 1 / (2 √x)
    /// let text = error.to_string();
    /// assert!(text.starts_with("Sqrt(variance [2]): the backward pass made an infinity"), "{text}");
    /// let Error::Anomaly(anomaly) = error else { panic!("{error}") };
    /// assert_eq!((anomaly.pass, anomaly.found), (Pass::Backward, NonFinite::Infinity));
    /// assert!(anomaly.location.file().ends_with(".rs"));
    /// ```
    #[must_use]
    pub fn detect_anomaly(self) -> Self {
        self.inner.detects.set(true);
        self
    }

    /// Whether it [looks for NaN and infinities](Self::detect_anomaly).
    pub fn detects_anomaly(&self) -> bool {
        self.inner.detects.get()
    }

    /// Fails if a value is not finite for which its operands give no reason.
    #[cold]
    pub(crate) fn check_value(
        &self,
        value: &Tensor<T>,
        (operation, settings): (&'static str, &dyn fmt::Debug),
        operands: &[&Var<T>],
        location: &'static Location<'static>,
    ) -> Result<()> {
        let Some(found) = worst(value) else { return Ok(()) };
        let kinds: Vec<_> = operands.iter().map(|operand| worst(&operand.value)).collect();
        let first = |kind| kinds.iter().position(|found| *found == Some(kind));
        let cause = match (found, first(NonFinite::NaN), first(NonFinite::Infinity)) {
            (NonFinite::NaN, Some(operand), _) => Cause::Operand { operand },
            (NonFinite::NaN, None, Some(operand)) => Cause::Infinite { operand },
            (_, None, None) => Cause::Finite { operand: 0 },
            (NonFinite::Infinity, ..) => return Ok(()),
        };
        if found == NonFinite::Infinity && is_given(settings) {
            return Ok(());
        }
        let records = self.inner.records.borrow();
        // An operation that is recorded while another one is differentiated is a part of its derivative.
        let due = records.kept.as_ref().and_then(|kept| kept.location);
        drop(records);
        Err(Error::Anomaly(Box::new(Anomaly {
            operation,
            operands: self.operands(operands),
            location: due.unwrap_or(location),
            pass: if due.is_some() {
                Pass::Backward
            } else {
                Pass::Forward
            },
            found,
            cause,
        })))
    }

    /// Fails if the gradient that the backward pass begins with is not finite.
    pub(crate) fn check_seed(&self, seed: &Tensor<T>, location: &'static Location<'static>) -> Result<()> {
        match worst(seed) {
            None => Ok(()),
            Some(found) => Err(Error::Anomaly(Box::new(Anomaly {
                operation: "backward_from",
                operands: std::iter::once(Operand {
                    name: None,
                    shape: Some(*seed.shape()),
                })
                .collect(),
                location,
                pass: Pass::Backward,
                found,
                cause: Cause::Gradient,
            }))),
        }
    }
}

/// The first of these inputs whose gradient is not finite. All were before the operation's derivative was computed.
pub(crate) fn gradient_at_fault<T: Float>(
    inputs: &[NodeId],
    gradients: &[Option<Tensor<T>>],
) -> Option<(NonFinite, Cause)> {
    let mut each = inputs.iter().enumerate();
    each.find_map(|(operand, input)| {
        let found = worst(gradients.get(input.index()?)?.as_ref()?)?;
        Some((found, Cause::Finite { operand }))
    })
}
