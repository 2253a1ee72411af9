"""Writes weighted.json: what scikit-learn makes of small random sets with absent classes, ties and weights. python weighted.py > weighted.json"""

import json
import math
import warnings

import numpy as np
import sklearn
from sklearn import metrics

warnings.simplefilter("ignore")
rng = np.random.default_rng(1)


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def averages(targets, predicted, w):
    values = {"accuracy": metrics.accuracy_score(targets, predicted, sample_weight=w)}
    for average in ["macro", "micro", "weighted"]:
        p, r, f, _ = metrics.precision_recall_fscore_support(
            targets, predicted, average=average, zero_division=0, sample_weight=w
        )
        values |= {f"precision_{average}": p, f"recall_{average}": r, f"f1_{average}": f}
    return values


def binary(scores, targets, w):
    values = averages(targets, (scores > 0).astype(int), w)
    values["log_loss"] = metrics.log_loss(targets, sigmoid(scores), labels=[0, 1], sample_weight=w)
    values["roc_auc"] = metrics.roc_auc_score(targets, scores, sample_weight=w)
    values["average_precision"] = metrics.average_precision_score(targets, scores, sample_weight=w)
    return values


def labels(scores, targets, w):
    values = averages(targets, (scores > 0).astype(int), w)
    values["roc_auc"] = metrics.roc_auc_score(targets, scores, average="macro", sample_weight=w)
    values["average_precision"] = metrics.average_precision_score(targets, scores, average="macro", sample_weight=w)
    return values


def classes(scores, targets, w):
    """Over all classes scikit-learn gives NaN and an error where one is absent: here the mean is over those that it has a number for."""
    k = scores.shape[1]
    values = averages(targets, scores.argmax(axis=1), w)
    for n in [1, 2]:
        values[f"top_{n}"] = metrics.top_k_accuracy_score(targets, scores, k=n, labels=range(k), sample_weight=w)
    values["log_loss"] = metrics.log_loss(targets, softmax(scores), labels=range(k), sample_weight=w)
    values["perplexity"] = np.exp(values["log_loss"])
    # To 12 digits, so that softmax does not tell ties apart.
    probabilities = np.round(softmax(scores), 12)
    own = [((targets == c).astype(int), probabilities[:, c]) for c in sorted(set(targets))]
    areas = [metrics.roc_auc_score(t, p, sample_weight=w) for t, p in own]
    values["roc_auc"] = np.mean(areas)
    values["average_precision"] = np.mean([metrics.average_precision_score(t, p, sample_weight=w) for t, p in own])
    return values


def regression(outputs, targets, w):
    return {
        "mae": metrics.mean_absolute_error(targets, outputs, sample_weight=w),
        "mse": metrics.mean_squared_error(targets, outputs, sample_weight=w),
        "rmse": metrics.root_mean_squared_error(targets, outputs, sample_weight=w),
        "r2": metrics.r2_score(targets, outputs, sample_weight=w),
    }


def case(task, outputs, targets):
    w = rng.choice([0.5, 1, 1.25, 3], len(outputs)) if rng.integers(0, 3) else None
    values = {name: float(value) for name, value in task(outputs, targets, w).items()}
    return {
        "task": task.__name__,
        "shape": outputs.shape,
        "outputs": outputs.ravel().tolist(),
        "target_shape": targets.shape,
        "targets": targets.ravel().tolist(),
        "weights": None if w is None else w.tolist(),
        "values": {name: None if math.isnan(value) else value for name, value in values.items()},
    }


def whole(*shape):
    return rng.integers(-3, 4, shape).astype(float)


cases = []
for _ in range(40):
    n, k = rng.integers(2, 8), rng.integers(2, 5)
    cases.append(case(binary, whole(n), (rng.random(n) < rng.choice([0, 0.3, 0.6, 1])).astype(int)))
    cases.append(case(labels, whole(n, k), (rng.random((n, k)) < rng.choice([0.2, 0.5])).astype(int)))
    cases.append(case(classes, whole(n, k + 1), rng.integers(0, k + 1, n)))
for _ in range(10):
    n, k = rng.integers(2, 8), rng.integers(1, 4)
    cases.append(case(regression, whole(n, k), whole(n, k)))


def curve(n):
    """Weights of 0 too; both classes have some."""
    scores, targets = whole(n), np.concatenate([[0, 1], rng.integers(0, 2, n - 2)])
    w = np.concatenate([[1.5, 0.5], rng.choice([0, 0.5, 1, 1.25, 3], n - 2)])
    fpr, tpr, roc_thresholds = metrics.roc_curve(targets, scores, drop_intermediate=False, sample_weight=w)
    precision, recall, thresholds = metrics.precision_recall_curve(targets, scores, sample_weight=w)
    return {
        "scores": scores.tolist(),
        "targets": targets.tolist(),
        "weights": w.tolist(),
        "false_positive_rate": fpr.tolist(),
        "true_positive_rate": tpr.tolist(),
        "roc_thresholds": roc_thresholds[1:].tolist(),
        "roc_auc": metrics.auc(fpr, tpr),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "thresholds": thresholds.tolist(),
        "pr_area": metrics.auc(recall, precision),
        "average_precision": metrics.average_precision_score(targets, scores, sample_weight=w),
    }


def matrix(n):
    targets, predicted, w = rng.integers(0, 4, n), rng.integers(0, 4, n), rng.choice([0, 0.5, 1, 1.25, 3], n)
    p, r, f, support = metrics.precision_recall_fscore_support(
        targets, predicted, labels=range(4), zero_division=0, sample_weight=w
    )
    return {
        "targets": targets.tolist(),
        "predicted": predicted.tolist(),
        "weights": w.tolist(),
        "matrix": metrics.confusion_matrix(targets, predicted, labels=range(4), sample_weight=w).ravel().tolist(),
        "accuracy": metrics.accuracy_score(targets, predicted, sample_weight=w),
        "precision": p.tolist(),
        "recall": r.tolist(),
        "f1": f.tolist(),
        "support": support.tolist(),
    }


parts = {
    "cases": cases,
    "curves": [curve(rng.integers(2, 12)) for _ in range(20)],
    "matrices": [matrix(rng.integers(4, 20)) for _ in range(10)],
}
parts = [f'"{name}": [\n' + ",\n".join(json.dumps(each) for each in part) + "\n]" for name, part in parts.items()]
print(f'{{"sklearn": "{sklearn.__version__}", {", ".join(parts)}}}')
