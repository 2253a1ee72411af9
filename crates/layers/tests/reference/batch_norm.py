"""Steps of BatchNorm1d by PyTorch, in f64; writes batch_norm.json beside this file.

    python batch_norm.py       (written by PyTorch 2)

Each step in training takes a batch, and gives the output, the gradients where that of the output is 1.5, 1.75, 2, 2.25, 1.5, ... in turn, and the running
statistics after it; a last batch is normalized in use.
"""

import json
import random
from pathlib import Path

import torch

STEPS = 3


def numbers(rng, *shape):
    count = torch.Size(shape).numel()
    return (torch.tensor([rng.randint(-64, 64) / 16 for _ in range(count)]).double() + 1.0).reshape(shape)


def weights(shape):
    return (1.5 + 0.25 * (torch.arange(torch.Size(shape).numel()).double() % 4)).reshape(shape)


def step(layer, x):
    x = x.clone().requires_grad_()
    layer.zero_grad()
    y = layer(x)
    y.backward(weights(y.shape))
    values = {"input": x, "output": y, "gradient": x.grad}
    if layer.affine:
        values |= {"weight_gradient": layer.weight.grad, "bias_gradient": layer.bias.grad}
    values |= {"running_mean": layer.running_mean, "running_variance": layer.running_var}
    return {name: {"shape": list(value.shape), "elements": value.flatten().tolist()} for name, value in values.items()}


def case(rng, shape, momentum, epsilon, affine):
    layer = torch.nn.BatchNorm1d(shape[1], eps=epsilon, momentum=momentum, affine=affine).double()
    if affine:
        with torch.no_grad():
            layer.weight.copy_(numbers(rng, shape[1]))
            layer.bias.copy_(numbers(rng, shape[1]))
    weight = layer.weight.tolist() if affine else None
    bias = layer.bias.tolist() if affine else None
    training = [step(layer, numbers(rng, *shape)) for _ in range(STEPS)]
    layer.eval()
    return {
        "features": shape[1],
        "momentum": momentum,
        "epsilon": epsilon,
        "weight": weight,
        "bias": bias,
        "training": training,
        "use": step(layer, numbers(rng, *shape)),
    }


def main():
    rng = random.Random(0)
    cases = [
        case(rng, shape, momentum, epsilon, affine)
        for shape in [(4, 3), (3, 2, 5), (2, 1), (1, 2, 4)]
        for momentum, epsilon, affine in [(0.1, 1e-5, True), (0.3, 1e-2, False), (1.0, 0.5, True)]
    ]
    lines = ",\n".join(json.dumps(case) for case in cases)
    Path(__file__).with_suffix(".json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
