"""Writes rules.json: what scikit-learn's perceptrons make of the same samples. python rules.py > rules.json"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import Perceptron, SGDClassifier

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)


def case(n, features, apart, epochs, rate):
    labels = rng.permutation(np.arange(n) % 2 * 2 - 1)
    inputs = rng.normal(size=(n, features)) + apart * labels[:, None] + 0.5
    settings = {"max_iter": epochs, "tol": None, "shuffle": False, "eta0": rate}
    plain = Perceptron(**settings).fit(inputs, labels)
    averaged = SGDClassifier(loss="perceptron", penalty=None, learning_rate="constant", average=True, **settings)
    averaged.fit(inputs, labels)
    return {
        "inputs": inputs.tolist(),
        "labels": labels.tolist(),
        "epochs": epochs,
        "rate": rate,
        # The bias last.
        "perceptron": plain.coef_[0].tolist() + plain.intercept_.tolist(),
        "averaged": averaged.coef_[0].tolist() + averaged.intercept_.tolist(),
        "accuracy": plain.score(inputs, labels),
    }


cases = [case(30, 2, 2.0, 5, 1.0), case(40, 3, 0.4, 7, 1.0), case(25, 6, 0.2, 20, 0.125), case(10, 1, 0.1, 3, 1.0)]
print(json.dumps({"sklearn": sklearn.__version__, "cases": cases}))
