//! How many inputs and outputs an element of a weight connects.

use backprop_tensor::{Error, Result, Shape};
use serde::{Deserialize, Serialize};

/// Which side of a weight to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fan {
    /// The inputs of an output: keeps variance on the way forward.
    #[default]
    In,
    /// The outputs of an input: keeps variance on the way back.
    Out,
}

/// The numbers of inputs that each output has, and of outputs that each input has, as floating-point numbers.
///
/// For `[outputs, inputs]` they are `inputs` and `outputs`; for the kernel of a convolution, `[outputs, inputs, height, width]` and the like,
/// both are multiplied by the size of the window.
///
/// ```
/// use backprop_layers::Fans;
///
/// let fans = Fans::of([16, 3, 5, 5])?;
/// assert_eq!((fans.fan_in, fans.fan_out), (75.0, 400.0));
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fans {
    /// Inputs of an output.
    pub fan_in: f64,
    /// Outputs of an input.
    pub fan_out: f64,
}

impl Fans {
    /// Those of a weight of this shape.
    ///
    /// # Errors
    /// [`Error::Shape`] with fewer than two axes; [`Error::Rank`] or [`Error::Size`] if no tensor can have the shape.
    pub fn of(shape: impl AsRef<[usize]>) -> Result<Self> {
        let shape = Shape::new(shape)?;
        match *shape {
            [outputs, inputs, ref window @ ..] => {
                let window: f64 = window.iter().map(|&length| length as f64).product();
                Ok(Self {
                    fan_in: inputs as f64 * window,
                    fan_out: outputs as f64 * window,
                })
            }
            _ => {
                let expected = "a weight has two axes or more, outputs and inputs first";
                Err(Error::shape("initialize", &shape, expected))
            }
        }
    }

    /// One of both.
    pub fn get(&self, fan: Fan) -> f64 {
        match fan {
            Fan::In => self.fan_in,
            Fan::Out => self.fan_out,
        }
    }
}
