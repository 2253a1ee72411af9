"""Values and gradients of the operations by PyTorch, in f64, on random shapes; writes operations.json beside this file.

    python operations.py                      (written by PyTorch 2)
    python operations.py 200 1 > FILE         200 cases of each operation from seed 1, for BACKPROP_REFERENCE=FILE

Elements are exact fractions that follow from their place, so that only shapes need to be stored; see `elements`.
"""

import json
import math
import random
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

PRIME = 1009


def elements(number, count):
    """Those of the operand with this number: odd multiples of 1/512, none twice in the first thousand, between -2 and 2."""
    places = range(count)
    return [(2 * ((389 * place + 101 * number + 17) % PRIME) - PRIME) / 512 for place in places]


def shape(rng, low=0, high=3, least=1):
    return [rng.randint(least, 4) for _ in range(rng.randint(low, high))]


def broadcasting(rng, count=2, rank=3):
    """Shapes that broadcast together."""
    whole = shape(rng, 0, rank)

    def part():
        start = rng.choice([0, 0, rng.randint(0, len(whole))])
        return [rng.choice([length, length, 1]) for length in whole[start:]]

    return [part() for _ in range(count)]


def axis_of(rng, lengths, extra=0):
    rank = len(lengths) + extra
    return rng.randint(-rank, rank - 1)


def axes_of(rng, lengths):
    """Some axes, some of them counted from the end."""
    some = rng.sample(range(len(lengths)), rng.randint(min(1, len(lengths)), len(lengths)))
    return [rng.choice([axis, axis - len(lengths)]) for axis in some]


def integers(rng, lengths, below):
    count = math.prod(lengths)
    return {"shape": lengths, "elements": [rng.randrange(below) for _ in range(count)]}


def tensor(integers):
    return torch.tensor(integers["elements"], dtype=torch.int64).reshape(integers["shape"])


def mask(rng, lengths):
    return integers(rng, lengths, 2)


OPERATIONS = {}


def operation(generate):
    """Registers a function from a generator to shapes, arguments, and the function of tensors that they stand for."""
    OPERATIONS[generate.__name__.rstrip("_")] = generate


def binary(name, function):
    def generate(rng):
        return broadcasting(rng), {}, function

    OPERATIONS[name] = generate


binary("add", torch.add)
binary("sub", torch.sub)
binary("mul", torch.mul)
binary("div", torch.div)
binary("atan2", torch.atan2)
binary("maximum", torch.maximum)
binary("minimum", torch.minimum)
binary("pow", lambda x, y: (x * x + 0.5).pow(y))


@operation
def lerp(rng):
    weight = rng.choice([0.25, 0.75])
    return broadcasting(rng), {"weight": weight}, lambda x, y: torch.lerp(*torch.broadcast_tensors(x, y), weight)


@operation
def clamp(rng):
    return [shape(rng)], {"min": -1.0, "max": 0.5}, lambda x: x.clamp(-1.0, 0.5)


@operation
def masked_fill(rng):
    lengths, masked = broadcasting(rng)
    masked = mask(rng, masked)
    # Here the mask may be larger than what it masks.
    return [lengths], {"mask": masked}, lambda x: torch.where(tensor(masked) > 0, torch.tensor(0.5).double(), x)


@operation
def where_else(rng):
    first, second, masked = broadcasting(rng, 3)
    masked = mask(rng, masked)
    return [first, second], {"mask": masked}, lambda x, y: torch.where(tensor(masked) > 0, x, y)


@operation
def quantile(rng):
    lengths = shape(rng, 1, 4)
    axis, q = axis_of(rng, lengths), rng.choice([0.0, 0.3, 0.5, 1.0])
    return [lengths], {"axis": axis, "q": q}, lambda x: x.quantile(q, axis)


@operation
def prelu(rng):
    lengths = shape(rng, 2, 4)
    weights = [rng.choice([1, lengths[1]])]
    return [lengths, weights], {}, F.prelu


def batch_norm_shapes(rng):
    lengths = [rng.randint(3, 5), *shape(rng, 1, 3)]  # Of two elements little would be left.
    return [lengths] + [[lengths[1]]] * rng.choice([0, 2])


@operation
def batch_norm(rng):
    shapes, epsilon = batch_norm_shapes(rng), rng.choice([1e-5, 0.1])
    return shapes, {"epsilon": epsilon}, lambda x, *affine: F.batch_norm(x, None, None, *affine, training=True, eps=epsilon)


@operation
def batch_norm_by(rng):
    shapes, epsilon = batch_norm_shapes(rng), rng.choice([1e-5, 0.1])
    mean = [rng.randint(-8, 8) / 4 for _ in range(shapes[0][1])]
    variance = [rng.randint(1, 8) / 4 for _ in mean]

    running = [torch.tensor(values).double() for values in (mean, variance)]
    arguments = {"epsilon": epsilon, "mean": mean, "variance": variance}
    return shapes, arguments, lambda x, *affine: F.batch_norm(x, *running, *affine, eps=epsilon)


def over_axis(name, function, even=False):
    def generate(rng):
        lengths = shape(rng, 1, 4)
        axis = axis_of(rng, lengths)
        if even:
            lengths[axis] *= 2
        return [lengths], {"axis": axis}, lambda x: function(x, axis)

    OPERATIONS[name] = generate


over_axis("glu", F.glu, even=True)
over_axis("softmax", F.softmax)
over_axis("log_softmax", F.log_softmax)
over_axis("cumsum", torch.cumsum)
over_axis("cumprod", torch.cumprod)
over_axis("median", lambda x, axis: x.median(axis)[0])
over_axis("flip", lambda x, axis: x.flip(axis))


def over_axes(name, function, least=1):
    def generate(rng):
        lengths = shape(rng, 0, 4)
        axes, keep = axes_of(rng, lengths), rng.random() < 0.5
        return [lengths], {"axes": axes, "keep": keep}, lambda x: function(x, axes, keep)

    OPERATIONS[name] = generate


def product(x, axes, keep):
    """`torch.prod` takes one axis."""
    for axis in axes:
        x = x.prod(axis, keepdim=True)
    return x if keep else squeezed(x, axes)


def squeezed(x, axes):
    return x.squeeze(tuple(axes)) if axes else x


def reduced(function):
    """Where PyTorch takes no axes for all of them, here nothing is reduced."""

    def of(x, axes, keep):
        return function(x, axes, keep) if axes else function(x.unsqueeze(0), [0], False)

    return of


over_axes("sum", reduced(lambda x, axes, keep: x.sum(axes, keepdim=keep)))
over_axes("mean", reduced(lambda x, axes, keep: x.mean(axes, keepdim=keep)))
over_axes("prod", product)
over_axes("max", reduced(lambda x, axes, keep: x.amax(axes, keepdim=keep)))
over_axes("min", reduced(lambda x, axes, keep: x.amin(axes, keepdim=keep)))
over_axes("logsumexp", reduced(lambda x, axes, keep: x.logsumexp(axes, keepdim=keep)))
over_axes("norm", reduced(lambda x, axes, keep: torch.linalg.vector_norm(x, dim=axes, keepdim=keep)))


def moment(name, function):
    def generate(rng):
        lengths = shape(rng, 1, 4, least=2)
        axes, keep, correction = axes_of(rng, lengths), rng.random() < 0.5, rng.randint(0, 1)
        arguments = {"axes": axes, "keep": keep, "correction": correction}
        return [lengths], arguments, lambda x: function(x, axes, correction=correction, keepdim=keep)

    OPERATIONS[name] = generate


moment("var", torch.var)
moment("std", torch.std)


@operation
def matmul(rng):
    first, second = broadcasting(rng, 2, 2)
    rows, inner, columns = (rng.randint(1, 4) for _ in range(3))
    kind = rng.randrange(4)
    if kind == 0:
        return [[inner], second + [inner, columns]], {}, torch.matmul
    if kind == 1:
        return [first + [rows, inner], [inner]], {}, torch.matmul
    return [first + [rows, inner], second + [inner, columns]], {}, torch.matmul


@operation
def linear(rng):
    functions = {"identity": lambda x: x, "relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    activation, bias = rng.choice(list(functions)), rng.random() < 0.7
    batch, inputs, outputs = shape(rng, 0, 3), rng.randint(1, 4), rng.randint(1, 4)
    shapes = [batch + [inputs], [outputs, inputs]] + [[outputs]] * bias
    return shapes, {"activation": activation}, lambda *x: functions[activation](F.linear(*x))


@operation
def broadcast_to(rng):
    target = shape(rng, 0, 4)
    source = [rng.choice([length, 1]) for length in target[rng.randint(0, len(target)) :]]
    return [source], {"shape": target}, lambda x: x.broadcast_to(target)


@operation
def sum_to(rng):
    source = shape(rng, 0, 4)
    target = [rng.choice([length, 1]) for length in source[rng.randint(0, len(source)) :]]
    return [source], {"shape": target}, lambda x: x.sum_to_size(target)


@operation
def recurrence(rng):
    lengths = shape(rng, 1)
    axis = axis_of(rng, lengths)

    def steps(x, decay):
        states = [torch.zeros_like(x.select(axis, 0))]
        for a, x in zip(decay.unbind(axis), x.unbind(axis)):
            states.append(a * states[-1] + x)
        return torch.stack(states[1:], axis)

    return [lengths, lengths], {"axis": axis}, steps


@operation
def concat(rng):
    lengths = shape(rng, 1, 3)
    axis = axis_of(rng, lengths)
    shapes = []
    for _ in range(rng.randint(1, 3)):
        shapes.append(list(lengths))
        shapes[-1][axis] = rng.randint(0, 3)
    return shapes, {"axis": axis}, lambda *x: torch.cat(x, axis)


@operation
def stack(rng):
    lengths = shape(rng)
    axis = axis_of(rng, lengths, 1)
    return [lengths] * rng.randint(1, 3), {"axis": axis}, lambda *x: torch.stack(x, axis)


@operation
def flatten(rng):
    lengths = shape(rng, 1, 4)
    first, last = sorted(rng.randrange(len(lengths)) for _ in range(2))
    return [lengths], {"first": first, "last": last - len(lengths)}, lambda x: x.flatten(first, last)


@operation
def pad(rng):
    lengths = shape(rng, 1, 3)
    padding = [[rng.randint(0, 2), rng.randint(0, 2)] for _ in lengths]
    # PyTorch begins with the last axis.
    backwards = [amount for pair in reversed(padding) for amount in pair]
    return [lengths], {"padding": padding, "value": 0.5}, lambda x: F.pad(x, backwards, value=0.5)


@operation
def permute(rng):
    lengths = shape(rng, 0, 4)
    order = [rng.choice([axis, axis - len(lengths)]) for axis in rng.sample(range(len(lengths)), len(lengths))]
    return [lengths], {"axes": order}, lambda x: x.permute(order)


@operation
def repeat(rng):
    lengths = shape(rng, 0, 3)
    counts = [rng.randint(1, 3) for _ in range(len(lengths) + rng.randint(0, 1))]
    return [lengths], {"counts": counts}, lambda x: x.repeat(counts)


@operation
def reshape(rng):
    lengths = shape(rng, 1, 4)
    target = list(lengths)
    rng.shuffle(target)
    if len(target) > 1 and rng.random() < 0.5:
        target[:2] = [target[0] * target[1]]
    return [lengths], {"shape": target}, lambda x: x.reshape(target)


@operation
def roll(rng):
    lengths = shape(rng, 1, 4)
    axis, shift = axis_of(rng, lengths), rng.randint(-6, 6)
    return [lengths], {"axis": axis, "shift": shift}, lambda x: x.roll(shift, axis)


@operation
def squeeze(rng):
    lengths = shape(rng, 1, 4)
    axis = axis_of(rng, lengths)
    lengths[axis] = 1
    return [lengths], {"axis": axis}, lambda x: x.squeeze(axis)


@operation
def unsqueeze(rng):
    lengths = shape(rng)
    axis = axis_of(rng, lengths, 1)
    return [lengths], {"axis": axis}, lambda x: x.unsqueeze(axis)


@operation
def transpose(rng):
    lengths = shape(rng, 1, 4)
    first, second = axis_of(rng, lengths), axis_of(rng, lengths)
    return [lengths], {"first": first, "second": second}, lambda x: x.transpose(first, second)


def triangle(name, function):
    def generate(rng):
        lengths, diagonal = shape(rng, 2, 4), rng.randint(-4, 4)
        return [lengths], {"diagonal": diagonal}, lambda x: function(x, diagonal)

    OPERATIONS[name] = generate


triangle("tril", torch.tril)
triangle("triu", torch.triu)


def chosen(rng, lengths, axis):
    """A shape that is as long on the axis as it likes, and elsewhere no longer than this one."""
    places = [rng.randint(1, length) for length in lengths]
    places[axis] = rng.randint(1, 5)
    return places


@operation
def gather(rng):
    lengths = shape(rng, 1, 3)
    axis = axis_of(rng, lengths)
    index = list(lengths)
    index[axis] = rng.randint(0, 5)
    index = integers(rng, index, lengths[axis])
    return [lengths], {"axis": axis, "index": index}, lambda x: x.gather(axis, tensor(index))


@operation
def scatter_add(rng):
    lengths = shape(rng, 1, 3)
    axis = axis_of(rng, lengths)
    source = list(lengths)
    source[axis] = rng.randint(0, 5)
    index = integers(rng, source, lengths[axis])
    return [lengths, source], {"axis": axis, "index": index}, lambda x, y: x.scatter_add(axis, tensor(index), y)


@operation
def index_select(rng):
    lengths = shape(rng, 1, 3)
    axis = axis_of(rng, lengths)
    index = integers(rng, [rng.randint(0, 5)], lengths[axis])
    return [lengths], {"axis": axis, "index": index}, lambda x: x.index_select(axis, tensor(index))


@operation
def index_add(rng):
    lengths = shape(rng, 1, 3)
    axis = axis_of(rng, lengths)
    index = integers(rng, [rng.randint(0, 5)], lengths[axis])
    source = list(lengths)
    source[axis] = index["shape"][0]
    return [lengths, source], {"axis": axis, "index": index}, lambda x, y: x.index_add(axis, tensor(index), y)


@operation
def select(rng):
    lengths = shape(rng, 1, 4)
    axis = axis_of(rng, lengths)
    index = rng.randrange(lengths[axis])
    return [lengths], {"axis": axis, "index": index}, lambda x: x.select(axis, index)


@operation
def slice_(rng):
    lengths = shape(rng, 1, 3)
    axis = axis_of(rng, lengths)
    start, end = sorted(rng.randint(0, lengths[axis]) for _ in range(2))
    step = rng.choice([-2, -1, 1, 2])

    def function(x):
        part = x.narrow(axis, start, end - start)
        if step < 0:
            part = part.flip(axis)
        return part.index_select(axis, torch.arange(0, end - start, abs(step)))

    return [lengths], {"axis": axis, "start": start, "end": end, "step": step}, function


@operation
def split(rng):
    lengths = shape(rng, 1, 3)
    axis = axis_of(rng, lengths)
    parts = [rng.randint(0, 3) for _ in range(rng.randint(1, 3))]
    lengths[axis] = sum(parts)
    part = rng.randrange(len(parts))
    arguments = {"axis": axis, "lengths": parts, "part": part}
    return [lengths], arguments, lambda x: x.split(parts, axis)[part]


@operation
def sort(rng):
    lengths = shape(rng, 1, 3)
    axis, descending = axis_of(rng, lengths), rng.random() < 0.5
    return [lengths], {"axis": axis, "descending": descending}, lambda x: x.sort(axis, descending)[0]


@operation
def topk(rng):
    lengths = shape(rng, 1, 3)
    axis, largest = axis_of(rng, lengths), rng.random() < 0.5
    count = rng.randint(0, lengths[axis])
    return [lengths], {"axis": axis, "count": count, "largest": largest}, lambda x: x.topk(count, axis, largest)[0]


@operation
def cross_entropy(rng):
    lengths = shape(rng, 1, 4)
    classes = lengths[min(1, len(lengths) - 1)]
    reduction = rng.choice(["mean", "sum", "none"])
    smoothing = rng.choice([0.0, 0.25])
    weights = rng.choice([None, [(c + 1) / 4 for c in range(classes)]])
    arguments = {"label_smoothing": smoothing, "weights": weights, "reduction": reduction}
    options = dict(reduction=reduction, label_smoothing=smoothing)
    if weights:
        options["weight"] = torch.tensor(weights).double()
    if rng.random() < 0.4:
        probabilities = [(7 * place % 16 + 1) / 16 for place in range(math.prod(lengths))]
        arguments["probabilities"] = probabilities
        target = torch.tensor(probabilities).double().reshape(lengths)
    else:
        index = integers(rng, lengths[:1] * (len(lengths) > 1) + lengths[2:], classes)
        arguments["classes"], target = index, tensor(index)
        if rng.random() < 0.5:
            arguments["ignored_class"] = options["ignore_index"] = rng.choice([*index["elements"], classes - 1])
    return [lengths], arguments, lambda x: F.cross_entropy(x, target, **options)


def numbers(values):
    return [x if math.isfinite(x) else str(x) for x in values]


def record(name, rng):
    """A case, and its value, and the gradients of its operands where that of the value is 1.5, 1.75, 2, ... in turn."""
    shapes, arguments, function = OPERATIONS[name](rng)
    operands = [
        torch.tensor(elements(number, math.prod(lengths)), dtype=torch.float64).reshape(lengths).requires_grad_()
        for number, lengths in enumerate(shapes)
    ]
    value = function(*operands)
    steps = torch.arange(value.numel(), dtype=torch.float64) % 4
    value.backward((1.5 + 0.25 * steps).reshape(value.shape))
    return {
        "operation": name,
        "shapes": shapes,
        "arguments": arguments,
        "value_shape": list(value.shape),
        "value": numbers(value.flatten().tolist()),
        "gradients": [numbers(x.grad.flatten().tolist()) for x in operands],
    }


def main(cases=3, seed=0):
    records = []
    for name in OPERATIONS:
        rng = random.Random(f"{name} {seed}")
        # One has more options than all the others together.
        count = int(cases) * (5 if name == "cross_entropy" else 1)
        records += [record(name, rng) for _ in range(count)]
    text = "[\n" + ",\n".join(json.dumps(record) for record in records) + "\n]\n"
    if len(sys.argv) > 1:
        sys.stdout.write(text)
    else:
        Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
