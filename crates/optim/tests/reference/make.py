"""Writes trajectories.json: what PyTorch's optimizers make of the same gradients. python make.py > trajectories.json"""

import json
import torch

torch.manual_seed(0)
STEPS, SIZE = 6, 4
start = torch.randn(SIZE, dtype=torch.float64)
gradients = torch.randn(STEPS, SIZE, dtype=torch.float64)
optim = torch.optim

CASES = {
    "sgd": lambda p: optim.SGD(p, lr=0.1),
    "sgd weight decay": lambda p: optim.SGD(p, lr=0.1, weight_decay=0.2),
    "sgd momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1),
    "sgd dampening": lambda p: optim.SGD(p, lr=0.1, momentum=0.8, dampening=0.3),
    "sgd nesterov": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    "adam": lambda p: optim.Adam(p, lr=0.01),
    "adam settings": lambda p: optim.Adam(p, lr=0.02, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1),
    "adamw": lambda p: optim.AdamW(p, lr=0.01),
    "adamw settings": lambda p: optim.AdamW(p, lr=0.02, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.3),
    "rmsprop": lambda p: optim.RMSprop(p, lr=0.01),
    "rmsprop settings": lambda p: optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-3, momentum=0.5, weight_decay=0.1),
    "rmsprop centered": lambda p: optim.RMSprop(p, lr=0.01, centered=True, momentum=0.5),
    "rmsprop centered alone": lambda p: optim.RMSprop(p, lr=0.01, centered=True, weight_decay=0.1),
    "adagrad": lambda p: optim.Adagrad(p, lr=0.1),
    "adagrad settings": lambda p: optim.Adagrad(p, lr=0.1, lr_decay=0.5, eps=1e-3, weight_decay=0.1),
}

trajectories = {}
for name, make in CASES.items():
    parameter = torch.nn.Parameter(start.clone())
    optimizer = make([parameter])
    trajectory = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
        trajectory.append(parameter.detach().tolist())
    trajectories[name] = trajectory

print(json.dumps({
    "torch": torch.__version__,
    "start": start.tolist(),
    "gradients": gradients.tolist(),
    "trajectories": trajectories,
}, indent=1))
