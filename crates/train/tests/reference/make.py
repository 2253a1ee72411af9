"""Writes metrics.json: what scikit-learn makes of the same outputs and targets. python make.py > metrics.json"""

import json
import warnings

import numpy as np
import sklearn
from sklearn import metrics

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def averages(targets, predicted):
    values = {}
    for average in ["macro", "micro", "weighted"]:
        p, r, f, _ = metrics.precision_recall_fscore_support(targets, predicted, average=average, zero_division=0)
        values |= {f"precision_{average}": p, f"recall_{average}": r, f"f1_{average}": f}
    return values


def binary(scores, targets):
    predicted = (scores > 0).astype(int)
    p, r, f, _ = metrics.precision_recall_fscore_support(targets, predicted, average="binary", zero_division=0)
    values = {"accuracy": metrics.accuracy_score(targets, predicted), "precision": p, "recall": r, "f1": f}
    values |= averages(targets, predicted)
    values["log_loss"] = metrics.log_loss(targets, sigmoid(scores), labels=[0, 1])
    values["roc_auc"] = metrics.roc_auc_score(targets, scores)
    values["average_precision"] = metrics.average_precision_score(targets, scores)
    return values


def classes(scores, targets):
    k, predicted = scores.shape[1], scores.argmax(axis=1)
    values = {"accuracy": metrics.accuracy_score(targets, predicted)} | averages(targets, predicted)
    for n in [1, 2, 3]:
        values[f"top_{n}"] = metrics.top_k_accuracy_score(targets, scores, k=n, labels=range(k))
    values["log_loss"] = metrics.log_loss(targets, softmax(scores), labels=range(k))
    values["perplexity"] = np.exp(values["log_loss"])
    if len(set(targets)) == k:
        values["roc_auc"] = metrics.roc_auc_score(targets, softmax(scores), multi_class="ovr", average="macro")
        one_hot = np.eye(k)[targets]
        values["average_precision"] = metrics.average_precision_score(one_hot, softmax(scores), average="macro")
    return values


def labels(scores, targets):
    predicted = (scores > 0).astype(int)
    values = {"accuracy": metrics.accuracy_score(targets, predicted)} | averages(targets, predicted)
    if all(0 < column.sum() < len(column) for column in targets.T):
        values["roc_auc"] = metrics.roc_auc_score(targets, scores, average="macro")
        values["average_precision"] = metrics.average_precision_score(targets, scores, average="macro")
    return values


def regression(outputs, targets):
    return {
        "mae": metrics.mean_absolute_error(targets, outputs),
        "mse": metrics.mean_squared_error(targets, outputs),
        "rmse": metrics.root_mean_squared_error(targets, outputs),
        "r2": metrics.r2_score(targets, outputs),
    }


def case(task, scores, targets):
    return {
        "task": task.__name__,
        "shape": list(scores.shape),
        "outputs": scores.ravel().tolist(),
        "target_shape": list(targets.shape),
        "targets": targets.ravel().tolist(),
        "values": {name: float(value) for name, value in task(scores, targets).items()},
    }


def ties(scores):
    return np.round(scores * 2) / 2


def curve(scores, targets):
    fpr, tpr, thresholds = metrics.roc_curve(targets, scores, drop_intermediate=False)
    precision, recall, pr_thresholds = metrics.precision_recall_curve(targets, scores)
    return {
        "scores": scores.tolist(),
        "targets": targets.tolist(),
        "false_positive_rate": fpr.tolist(),
        "true_positive_rate": tpr.tolist(),
        "roc_thresholds": thresholds[1:].tolist(),
        "roc_auc": metrics.auc(fpr, tpr),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "thresholds": pr_thresholds.tolist(),
        "pr_area": metrics.auc(recall, precision),
        "average_precision": metrics.average_precision_score(targets, scores),
    }


n = 40
normal = rng.normal
missing = rng.choice([0, 1, 3], n)  # class 2 has no samples
low = normal(size=(n, 4))
low[:, [1, 2]] -= 9  # classes 1 and 2 are never predicted
constant = np.full((n, 2), 1.5)
cases = [
    case(binary, normal(size=n), rng.integers(0, 2, n)),
    case(binary, ties(normal(size=n)), rng.integers(0, 2, n)),
    case(binary, -np.abs(normal(size=n)), rng.integers(0, 2, n)),  # class 1 is never predicted
    case(classes, normal(size=(n, 4)), rng.integers(0, 4, n)),
    case(classes, ties(normal(size=(n, 4))), rng.integers(0, 4, n)),
    case(classes, normal(size=(n, 4)), missing),
    case(classes, low, missing),
    case(labels, normal(size=(n, 3)), rng.integers(0, 2, (n, 3))),
    case(labels, ties(normal(size=(n, 3))), np.stack([rng.integers(0, 2, n), np.zeros(n, int), rng.integers(0, 2, n)], 1)),
    case(regression, normal(size=n), normal(size=n)),
    case(regression, normal(size=(n, 2)), 100 + normal(size=(n, 2))),
    case(regression, constant + normal(size=(n, 2)), constant),
    case(regression, constant, constant),
]
curves = [
    curve(normal(size=n), rng.integers(0, 2, n)),
    curve(ties(normal(size=n)), rng.integers(0, 2, n)),
    curve(np.zeros(n), rng.integers(0, 2, n)),
]
print(json.dumps({"sklearn": sklearn.__version__, "cases": cases, "curves": curves}, indent=1))
