"""Writes schedules.json: PyTorch's learning rates, step by step. python schedules.py > schedules.json"""

import json
import torch

EPOCHS, STEPS = 5, 4
optim = torch.optim.lr_scheduler
LOSSES = [1.0, 0.5, 0.49999, 0.6, 0.5, 0.7, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.29, 0.3, 0.3, 0.3]


def optimizer(rate=1.0):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)


def rates(make, every):
    """The rate in each step, with a scheduler that is stepped after every `every` steps."""
    o = optimizer()
    s, rates = make(o), []
    for step in range(EPOCHS * STEPS):
        rates.append(o.param_groups[0]["lr"])
        o.step()
        if (step + 1) % every == 0 and step + 1 < EPOCHS * STEPS:
            s.step()
    return rates


def plateau(**settings):
    o = optimizer()
    s, rates = optim.ReduceLROnPlateau(o, **settings), []
    for loss in LOSSES:
        s.step(loss)
        rates.append(o.param_groups[0]["lr"])
    return rates


total = EPOCHS * STEPS
print(json.dumps({
    "torch": torch.__version__,
    "epochs": EPOCHS,
    "steps_per_epoch": STEPS,
    "losses": LOSSES,
    "rates": {
        "step": rates(lambda o: optim.StepLR(o, 2, 0.3), STEPS),
        "exponential": rates(lambda o: optim.ExponentialLR(o, 0.8), STEPS),
        "cosine": rates(lambda o: optim.CosineAnnealingLR(o, total, 0.1), 1),
        "one cycle": rates(lambda o: optim.OneCycleLR(o, 1.0, total), 1),
        "one cycle settings": rates(lambda o: optim.OneCycleLR(o, 1.0, total, pct_start=0.5, div_factor=10, final_div_factor=100), 1),
    },
    "plateaus": {
        "plateau": plateau(factor=0.5, patience=1),
        "plateau settings": plateau(factor=0.1, patience=0, threshold=0.1, cooldown=2, min_lr=0.005, eps=0),
    },
}, indent=1))
