"""The kernels of `backprop-benchmarks --kernels` in PyTorch: torch_kernels.py THREADS NAME...

Prints `name,torch,threads,median microseconds` for each name that it knows.
"""
import statistics
import sys
import time

import torch

SECONDS, STEPS, WARM_UP = 0.3, 10, 5

UNARY = {
    "abs": torch.abs,
    "relu": torch.relu,
    "add": lambda x: x + x,
    "mul": lambda x: x * x,
    "mul_add": lambda x: torch.addcmul(x, x, x),
    "div": lambda x: x / x,
    "sqrt": torch.sqrt,
    "exp": torch.exp,
    "log": torch.log,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "erf": torch.erf,
    "powf": lambda x: x.pow(2.5),
    "sum": torch.sum,
    "mean": torch.mean,
    "max": torch.amax,
    "argmax": torch.argmax,
    "var": torch.var,
    "norm": torch.linalg.vector_norm,
    "cumsum": lambda x: x.cumsum(0),
    "sum of rows": lambda x: x.sum(1),
    "sum of columns": lambda x: x.sum(0),
    "mean of rows": lambda x: x.mean(1),
    "mean of columns": lambda x: x.mean(0),
    "max of rows": lambda x: x.amax(1),
    "max of columns": lambda x: x.amax(0),
    "argmax of rows": lambda x: x.argmax(1),
    "argmax of columns": lambda x: x.argmax(0),
    "var of rows": lambda x: x.var(1),
    "var of columns": lambda x: x.var(0),
    "norm of rows": lambda x: torch.linalg.vector_norm(x, dim=1),
    "norm of columns": lambda x: torch.linalg.vector_norm(x, dim=0),
    "cumsum of rows": lambda x: x.cumsum(1),
    "cumsum of columns": lambda x: x.cumsum(0),
    "add a number": lambda x: x + x[0, 0],
    "add a row": lambda x: x + x[0],
    "add a column": lambda x: x + x[:, :1],
    "add of the outer axis": lambda x: x + x[:, :1, :1],
    "add of the middle axis": lambda x: x + x[:1, :, :1],
    "add of the inner axis": lambda x: x + x[:1, :1, :],
    "add of the outer axes": lambda x: x + x[:, :, :1],
    "add of the inner axes": lambda x: x + x[:1],
    "add of the ends": lambda x: x + x[:, :1],
    "add the transpose": lambda x: x + x.t(),
    # Into memory in order, as ours; PyTorch's own is turned as the operand is.
    "exp of the transpose": lambda x: torch.exp(x.t(), out=torch.empty(x.t().shape)),
    "sum of the transpose": lambda x: x.t().sum(),
    "softmax": lambda x: x.softmax(1),
    "softmax down": lambda x: x.softmax(0),
    "log_softmax": lambda x: x.log_softmax(1),
    "transpose": lambda x: x.t().contiguous(),
    "to channels last": lambda x: x.permute(0, 2, 3, 1).contiguous(),
    "to channels first": lambda x: x.permute(0, 3, 1, 2).contiguous(),
    "swap the outer axes": lambda x: x.transpose(0, 1).contiguous(),
    "reverse the axes": lambda x: x.permute(2, 1, 0).contiguous(),
    "flip": lambda x: x.flip(1),
    "slice": lambda x: x[:, 1:].contiguous(),
    "concat rows": lambda x: torch.cat([x, x], 0),
    "concat columns": lambda x: torch.cat([x, x], 1),
    "stack": lambda x: torch.stack([x] * 32),
    "pad": lambda x: torch.nn.functional.pad(x, (1, 1, 1, 1)),
    "zeros": torch.zeros_like,
}

TRAINED = {"softmax": lambda x: x.softmax(1), "log_softmax": lambda x: x.log_softmax(1)}

# One index a row; one an element; one a row, repeated along it.
BY_ROWS = {
    "index_select": lambda x, index: x.index_select(0, index),
    "index_add": lambda x, index: x.index_add(0, index, x),
    "gather repeated": lambda x, index: x.gather(0, index[:, None].expand(x.shape)),
    "scatter_add repeated": lambda x, index: x.scatter_add(0, index[:, None].expand(x.shape), x),
}

BY_ELEMENTS = {
    "gather": lambda x, index: x.gather(1, index),
    "gather down": lambda x, index: x.gather(0, index),
    "scatter_add": lambda x, index: x.scatter_add(1, index, x),
    "scatter_add down": lambda x, index: x.scatter_add(0, index, x),
}

OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "momentum": lambda parameters, rate: torch.optim.SGD(parameters, rate, momentum=0.9),
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adam": lambda parameters, rate: torch.optim.Adam(parameters, rate, fused=True),
    "adamw": lambda parameters, rate: torch.optim.AdamW(parameters, rate, fused=True),
}

ACTIVATIONS = {
    "relu and back": torch.relu,
    "tanh and back": torch.tanh,
    "sigmoid and back": torch.sigmoid,
    "gelu and back": torch.nn.functional.gelu,
}


def product(words):
    """`matmul f32 256x1024x784 right transposed` and `linear+relu f32 256x1024x784`."""
    m, n, k = sizes(words[2])
    dtype = {"f32": torch.float32, "f64": torch.float64}[words[1]]

    def random(rows, columns, turned):
        return torch.rand(columns, rows, dtype=dtype).t() if turned else torch.rand(rows, columns, dtype=dtype)

    if words[0] == "matmul":
        left, right = random(m, k, "left" in words), random(k, n, "right" in words)
        return lambda: left @ right
    x, weight, bias = random(m, k, False), random(n, k, False), torch.rand(n, dtype=dtype)
    return lambda: torch.nn.functional.linear(x, weight, bias).relu_()


def of_classes(words):
    """`softmax trained certain f64 1000x1000`: scores as ours, and what is done with them."""
    shape = sizes(words[-1])
    dtype = torch.float64 if "f64" in words else torch.float32
    scores = torch.empty(shape, dtype=dtype).uniform_(-1, 1)
    rows = torch.arange(shape[0])
    scores[rows, rows % shape[1]] += 20 if "certain" in words else 0
    scores.requires_grad_()
    if words[0] == "cross_entropy":
        targets = torch.randint(shape[1], shape[:1])
    elif words[0] == "dense":
        targets = torch.rand(shape, dtype=dtype).softmax(1)
    else:
        function, gradient = TRAINED[words[0]], torch.rand(shape, dtype=dtype)

        def trained():
            scores.grad = None
            function(scores).backward(gradient)

        return trained

    def step():
        scores.grad = None
        torch.nn.functional.cross_entropy(scores, targets).backward()

    return step


def axpy(length):
    x, y = torch.rand(length), torch.rand(length)
    return lambda: y.add_(x, alpha=1e-9)


def and_back(function, length):
    x = torch.empty(length).uniform_(-3, 3).requires_grad_()

    def step():
        x.grad = None
        function(x).sum().backward()

    return step


def update(optimizer, length):
    parameter = torch.nn.Parameter(torch.rand(length))
    parameter.grad = torch.rand(length)
    return optimizer([parameter], 1e-9).step


def sizes(text):
    return [int(part) for part in text.split("x")]


def kernel(name):
    """What to measure under this name, or nothing."""
    words = name.split()
    if words[0] in ("matmul", "linear+relu"):
        return product(words)
    if "cross_entropy" in words or "trained" in words:
        return of_classes(words)
    family, shape = " ".join(words[:-1]), sizes(words[-1])
    if family in OPTIMIZERS:
        return update(OPTIMIZERS[family], shape[0])
    dtype = torch.float64 if family.endswith(" f64") else torch.float32
    family = family.removesuffix(" f64").removesuffix(" of all")
    if family in BY_ROWS or family in BY_ELEMENTS:
        x = torch.rand(shape, dtype=dtype)
        if family in BY_ROWS:
            function, index = BY_ROWS[family], torch.randint(shape[0], shape[:1])
        else:
            function, index = BY_ELEMENTS[family], torch.randint(min(shape), shape)
        return lambda: function(x, index)
    if family == "axpy":
        return axpy(shape[0])
    if family in ACTIVATIONS:
        return and_back(ACTIVATIONS[family], shape[0])
    function = UNARY.get(family)
    if function is not None:
        x = torch.empty(shape, dtype=dtype).uniform_(0.1, 1)
        return lambda: function(x)
    return None


def median(step):
    for _ in range(WARM_UP):
        step()
    times, begin = [], time.perf_counter()
    while time.perf_counter() - begin < SECONDS or len(times) < STEPS:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    for name in sys.argv[2:]:
        step = kernel(name)
        if step is not None:
            print(f"{name},torch,{threads},{median(step):.2f}", flush=True)


main()
