"""Writes own_framework.json: the same trainings by PyTorch, and their best ends by scikit-learn. python make.py > own_framework.json"""

import json

import numpy as np
import sklearn
import torch
from sklearn.datasets import make_classification
from sklearn.linear_model import LinearRegression, LogisticRegression
from torch.nn.functional import cross_entropy, mse_loss

ACTIVATIONS = {"none": lambda x: x, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "ReLU": torch.relu}
rng = np.random.default_rng(0)


def flat(tensor):
    return tensor.detach().numpy().ravel().tolist()


def train(name, sizes, loss, inputs, targets, learning_rate, batch=4, epochs=10):
    """Plain gradient descent in f64, batches in order: the loss of every step, the gradients of the first, the last weights."""
    parameters = []
    for rows, columns in zip(sizes[1:], sizes[:-1]):
        parameters.append(torch.tensor(rng.normal(size=(rows, columns)) / np.sqrt(columns), requires_grad=True))
        parameters.append(torch.tensor(0.1 * rng.normal(size=rows), requires_grad=True))
    case = {
        "activation": name,
        "loss": loss.__name__,
        "sizes": sizes,
        "learning_rate": learning_rate,
        "batch": batch,
        "epochs": epochs,
        "inputs": flat(inputs),
        "targets": flat(targets),
        "initial": [flat(parameter) for parameter in parameters],
        "losses": [],
    }
    optimizer = torch.optim.SGD(parameters, lr=learning_rate)
    for _ in range(epochs):
        for start in range(0, len(inputs), batch):
            y = inputs[start : start + batch]
            for layer in range(0, len(parameters), 2):
                y = ACTIVATIONS[name](y) if layer > 0 else y
                y = y @ parameters[layer].T + parameters[layer + 1]
            value = loss(y, targets[start : start + batch])
            optimizer.zero_grad()
            value.backward()
            if not case["losses"]:
                case["gradients"] = [flat(parameter.grad) for parameter in parameters]
            case["losses"].append(value.item())
            optimizer.step()
    case["final"] = [flat(parameter) for parameter in parameters]
    return case


points, classes = make_classification(
    n_samples=38, n_features=2, n_redundant=0, n_informative=2, flip_y=0.2, random_state=3
)
x, y = torch.tensor(points), torch.tensor(classes)
values = torch.tensor(np.sin(points[:, :1]) + 0.1 * rng.normal(size=(38, 1)))
cases = [train("none", [2, 2], cross_entropy, x, y, 0.1), train("none", [2, 1], mse_loss, x, values, 0.1)]
for activation in ["tanh", "sigmoid", "ReLU"]:
    cases.append(train(activation, [2, 10, 2], cross_entropy, x, y, 0.1))
    cases.append(train(activation, [2, 5, 4, 1], mse_loss, x, values, 0.05))

logistic = LogisticRegression(C=np.inf, tol=1e-13, max_iter=10000, solver="newton-cg").fit(points, classes)
linear = LinearRegression().fit(points, values.numpy().ravel())
best = {
    "logistic": [*logistic.coef_[0].tolist(), logistic.intercept_.item()],
    "linear": [*linear.coef_.tolist(), float(linear.intercept_)],
}
versions = {"torch": torch.__version__, "sklearn": sklearn.__version__}
print(json.dumps(versions | {"cases": cases, "best": best}))
