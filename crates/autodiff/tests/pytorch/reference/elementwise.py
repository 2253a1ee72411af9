"""Values and gradients of elementwise operations by PyTorch, in f64, at special points; writes elementwise.json beside this file.

    python elementwise.py       (written by PyTorch 2)
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

INF, NAN = math.inf, math.nan
POINTS = [-INF, -1e200, -50.0, -6.0, -3.0, -2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 6.0, 50.0, 1e200, INF, NAN]
GRID = [-INF, -2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0, INF, NAN]
MASK = torch.tensor([i % 3 == 0 for i in range(len(POINTS))])

UNARY = {
    "abs": torch.abs,
    "acos": torch.acos,
    "acosh": torch.acosh,
    "asin": torch.asin,
    "asinh": torch.asinh,
    "atan": torch.atan,
    "atanh": torch.atanh,
    "ceil": torch.ceil,
    "celu(0.5)": lambda x: F.celu(x, 0.5),
    "clamp(-1, 2)": lambda x: x.clamp(-1.0, 2.0),
    "clamp(2, -1)": lambda x: x.clamp(2.0, -1.0),
    "clamp(-inf, 0)": lambda x: x.clamp(-INF, 0.0),
    "cos": torch.cos,
    "cosh": torch.cosh,
    "elu(0.5)": lambda x: F.elu(x, 0.5),
    "erf": torch.erf,
    "exp": torch.exp,
    "exp2": torch.exp2,
    "expm1": torch.expm1,
    "floor": torch.floor,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    # F.hardsigmoid multiplies the gradient by 1/6 in single precision.
    "hard_sigmoid": lambda x: F.relu6(x + 3.0) / 6.0,
    "hard_swish": F.hardswish,
    "hard_tanh(-1, 2)": lambda x: F.hardtanh(x, -1.0, 2.0),
    "hardshrink(0.5)": lambda x: F.hardshrink(x, 0.5),
    # Its derivative, 0, is not implemented.
    "heaviside(0.25)": lambda x: torch.heaviside(x.detach(), x.new_tensor(0.25)) + 0.0 * x.nan_to_num(),
    "leaky_relu(0.01)": lambda x: F.leaky_relu(x, 0.01),
    "log": torch.log,
    "log10": torch.log10,
    "log1p": torch.log1p,
    "log2": torch.log2,
    "log_sigmoid": F.logsigmoid,
    "masked_fill(7)": lambda x: x.masked_fill(MASK, 7.0),
    "mish": F.mish,
    "neg": torch.neg,
    "powf(-0.75)": lambda x: x.pow(-0.75),
    "powf(0)": lambda x: x.pow(0.0),
    "powf(0.75)": lambda x: x.pow(0.75),
    "powf(1)": lambda x: x.pow(1.0),
    "powf(1.75)": lambda x: x.pow(1.75),
    "powi(-1)": lambda x: x.pow(-1),
    "powi(0)": lambda x: x.pow(0),
    "powi(1)": lambda x: x.pow(1),
    "powi(3)": lambda x: x.pow(3),
    "reciprocal": torch.reciprocal,
    "relu": torch.relu,
    "relu6": F.relu6,
    "round": torch.round,
    "rsqrt": torch.rsqrt,
    "selu": F.selu,
    "sigmoid": torch.sigmoid,
    "sign": torch.sign,
    "silu": F.silu,
    "sin": torch.sin,
    "sinh": torch.sinh,
    # Without the threshold, beyond which it would not be exact.
    "softplus(2)": lambda x: F.softplus(x, 2.0, 700.0),
    "softshrink(0.5)": lambda x: F.softshrink(x, 0.5),
    "softsign": F.softsign,
    "sqrt": torch.sqrt,
    "square": torch.square,
    "tan": torch.tan,
    "tanh": torch.tanh,
    "tanhshrink": F.tanhshrink,
    "threshold(1, 5)": lambda x: F.threshold(x, 1.0, 5.0),
    "trunc": torch.trunc,
}

BINARY = {
    "add": torch.add,
    "atan2": torch.atan2,
    "div": torch.div,
    "lerp(0.25)": lambda x, y: torch.lerp(x, y, 0.25),
    "lerp(0.75)": lambda x, y: torch.lerp(x, y, 0.75),
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "mul": torch.mul,
    "pow": torch.pow,
    "sub": torch.sub,
    "where_else": lambda x, y: torch.where(x > 0, x, y),
}

ROWS = [
    [1.0, 2.0, 3.0, 4.0],
    [0.0, 0.0, 0.0, 0.0],
    [1000.0, 0.0, -1000.0, 1000.0],
    [-INF, 1.0, -INF, 2.0],
    [-INF, -INF, -INF, -INF],
    [NAN, 0.0, 1.0, 2.0],
]
AXIS = {
    "glu": lambda x: F.glu(x, -1),
    "log_softmax": lambda x: F.log_softmax(x, -1),
    "softmax": lambda x: F.softmax(x, -1),
}


def numbers(tensor):
    """As nested lists, with words for what JSON has no numbers for."""
    if isinstance(tensor, list):
        return [numbers(x) for x in tensor]
    return tensor if math.isfinite(tensor) else str(tensor)


def record(function, *inputs):
    """The value, and the gradients of the inputs where that of the value is 1.5, 1.75, 2, ... in turn."""
    inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    value = function(*inputs)
    steps = torch.arange(value.numel(), dtype=torch.float64) % 4
    value.backward((1.5 + 0.25 * steps).reshape(value.shape))
    return {
        "value": numbers(value.flatten().tolist()),
        "gradients": [numbers(x.grad.flatten().tolist()) for x in inputs],
    }


def main():
    pairs = ([x for x in GRID for _ in GRID], [y for _ in GRID for y in GRID])
    tables = {
        "unary": {"inputs": [POINTS], "operations": {name: record(f, POINTS) for name, f in UNARY.items()}},
        "binary": {"inputs": pairs, "operations": {name: record(f, *pairs) for name, f in BINARY.items()}},
        "axis": {"inputs": [sum(ROWS, [])], "operations": {name: record(f, ROWS) for name, f in AXIS.items()}},
    }
    lines = []
    for table, content in tables.items():
        operations = ",\n".join(f"{json.dumps(name)}: {json.dumps(r)}" for name, r in content["operations"].items())
        inputs = json.dumps([numbers(x) for x in content["inputs"]])
        lines.append(f'"{table}": {{"inputs": {inputs}, "operations": {{\n{operations}\n}}}}')
    path = Path(__file__).with_suffix(".json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
