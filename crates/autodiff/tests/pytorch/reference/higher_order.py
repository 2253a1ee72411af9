"""Second and third derivatives of composed functions by PyTorch, in f64; writes higher_order.json beside this file.

    python higher_order.py                    (written by PyTorch 2)

The operands are those of operations.py. All of them together are one vector: the Hessian is a matrix, the third derivatives a cube, both in
row-major order.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from operations import elements

FUNCTIONS = {}


def function(*shapes, third=False):
    def register(f):
        FUNCTIONS[f.__name__] = (shapes, f, third)
        return f

    return register


def operand(number, lengths):
    return torch.tensor(elements(number, math.prod(lengths)), dtype=torch.float64).reshape(lengths)


def integers(*rows):
    return torch.tensor(rows)


WEIGHTS = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)


@function([2, 3], [3, 2], third=True)
def product(a, b):
    y = a @ b
    return (y * y * y).sum()


@function([2, 2, 3], [3], [2])
def product_of_vectors(a, b, c):
    y = c @ (a @ b)
    return (y * y).sum()


@function([2, 3], third=True)
def softmax(x):
    return (x.softmax(1) * x * x).sum()


@function([3, 2])
def log_softmax(x):
    return (x.log_softmax(0) * x).sum()


@function([2, 2, 2], third=True)
def logsumexp(x):
    y = x.logsumexp((0, 2))
    return (y * y).sum()


@function([2, 3], third=True)
def norm(x):
    y = x.norm(dim=1)
    return y.prod() + x.norm()


@function([3], [3])
def cosine(x, y):
    return (x * y).sum() / (x.norm() * y.norm())


@function([3, 2])
def variance(x):
    y = x.var(0, correction=1)
    return (y * y).sum() + x.var(correction=0)


@function([3, 2])
def deviation(x):
    return (x.std(0, correction=1) * x.mean(0)).sum()


@function([2, 3], [3], [3])
def layer_norm(x, weight, bias):
    y = (x - x.mean(1, keepdim=True)) / x.std(1, correction=0, keepdim=True) * weight + bias
    return (y * y * y).sum()


@function([2, 3], third=True)
def prod(x):
    return x.prod(1).prod() + x.sum(0).prod()


@function([2, 3])
def prod_with_zeros(x):
    # One element is 0.
    y = (x - operand(0, [2, 3])[0, 0]).prod(1)
    return (y * y).sum() + y.sum()


@function([2, 3])
def cumsum(x):
    y = x.cumsum(0)
    return (y * y * x.cumsum(1)).sum()


@function([2, 3], third=True)
def cumprod_with_zeros(x):
    y = (x - operand(0, [2, 3])[0, 1]).cumprod(1)
    return (y * y).sum() + y.sum()


@function([4, 2], [4, 2], third=True)
def recurrence(x, decay):
    h = torch.zeros(2, dtype=torch.float64)
    total = 0
    for step in range(4):
        h = decay[step] * h + x[step]
        total = total + (h * h).sum()
    return total


@function([2, 3])
def gather(x):
    y = x.gather(1, integers([0, 2, 2, 1], [1, 1, 1, 0]))
    return (y * y * y).sum() + y.prod()


@function([3, 2], [4, 2])
def scatter(x, source):
    y = x.scatter_add(0, integers([0, 2], [2, 2], [1, 0], [0, 1]), source)
    z = x.index_add(0, torch.tensor([2, 0, 2, 1]), source)
    return (y * y * z).sum() + z.index_select(1, torch.tensor([1, 1, 0])).prod()


@function([2, 3], third=True)
def batch_norm(x):
    x = x.reshape(3, 2)
    # Written out: PyTorch's own is differentiable twice.
    y = (x - x.mean(0)) / (x.var(0, correction=0) + 0.25).sqrt()
    return (y * y * y).sum()


@function([2, 2, 2], [2], [2])
def batch_norm_affine(x, weight, bias):
    y = F.batch_norm(x, None, None, weight, bias, training=True, eps=0.25)
    return (y * y * y).sum()


@function([2, 2, 2], [2], [2])
def batch_norm_fixed(x, weight, bias):
    mean, var = torch.tensor([0.5, -0.5]).double(), torch.tensor([0.75, 2.0]).double()
    y = F.batch_norm(x, mean, var, weight, bias, training=False, eps=0.25)
    return (y * y * y).sum()


@function([2, 2], [3, 2], [3], third=True)
def cross_entropy(x, weight, bias):
    return F.cross_entropy(F.linear(x, weight, bias), torch.tensor([2, 0]))


@function([2, 3, 2])
def cross_entropy_with_all(x):
    targets = integers([2, 1], [0, 2])
    y = F.cross_entropy(x * x, targets, WEIGHTS, ignore_index=1, label_smoothing=0.25, reduction="none")
    return y.sum() + y.prod() + F.cross_entropy(x, targets, WEIGHTS)


@function([2, 3])
def cross_entropy_with_probabilities(x):
    return F.cross_entropy(x * x, torch.tensor([[0.25, 0.5, 0.25], [0.0, 0.75, 0.5]]).double(), WEIGHTS)


@function([2, 2], [3, 2], [3], [2, 3])
def network(x, first, bias, second):
    y = F.linear(F.linear(x, first, bias).tanh(), second).sigmoid()
    return (y * y).sum() + F.linear(x, first, bias).relu().prod()


@function([2, 2], [3, 2], [3, 2])
def attention(queries, keys, values):
    y = (queries @ keys.T * 0.5).softmax(-1) @ values
    return (y * y).sum()


@function([2, 3])
def extremes(x):
    return x.amax(1).prod() * x.amin(0).prod() + x.median(1).values.prod() * x.quantile(0.25, 0).prod()


@function([2, 3], [2, 2])
def shapes(x, y):
    z = torch.cat([x, y], 1).roll(2, 1).flip(0)
    z = F.pad(z[:, 1:5:2], (1, 0), value=0.5).repeat(2, 1).tril()
    z = torch.stack([z, z.T.reshape(4, 3), z * z], 1).permute(2, 0, 1)
    return (z[0] * z[1] * z[2, :, :1]).sum() + z.triu(1).flatten(0, 1).select(1, 1).squeeze().unsqueeze(0).prod()


@function([2, 2], [3, 2], [2, 3])
def penalty(x, first, second):
    """Of a critic whose slope is to be 1."""
    y = (F.linear(F.linear(x, first).tanh(), second) * x).sum()
    (slope,) = torch.autograd.grad(y, x, create_graph=True)
    excess = slope.norm(dim=1) - 1
    return (excess * excess).mean()


def record(name):
    shapes, function, third = FUNCTIONS[name]
    sizes = [math.prod(shape) for shape in shapes]
    vector = torch.cat([operand(number, [size]) for number, size in enumerate(sizes)]).requires_grad_()

    def of_vector(vector):
        parts = vector.split(sizes)
        return function(*(part.reshape(shape) for part, shape in zip(parts, shapes)))

    hessian = torch.autograd.functional.hessian(of_vector, vector)
    result = {"function": name, "shapes": shapes, "value": of_vector(vector).item(), "second": hessian.flatten().tolist()}
    if third:
        cube = torch.autograd.functional.jacobian(
            lambda x: torch.autograd.functional.hessian(of_vector, x, create_graph=True), vector
        )
        result["third"] = cube.flatten().tolist()
    assert all(math.isfinite(x) for x in result["second"] + result.get("third", [])), name
    return result


if __name__ == "__main__":
    text = "[\n" + ",\n".join(json.dumps(record(name)) for name in FUNCTIONS) + "\n]\n"
    Path(__file__).with_suffix(".json").write_text(text)
