"""Writes pca.json: the principal components that scikit-learn finds. python pca.py > pca.json"""

import json

import numpy as np
import sklearn
from sklearn.decomposition import PCA

rng = np.random.default_rng(0)


def case(n, features, components):
    x = rng.normal(size=(n, features)) @ rng.normal(size=(features, features)) + rng.normal(size=features)
    pca = PCA(components, svd_solver="full").fit(x)
    z = pca.transform(x)
    return {
        "x": x.tolist(),
        "mean": pca.mean_.tolist(),
        "components": pca.components_.tolist(),
        "variance": pca.explained_variance_.tolist(),
        "ratio": pca.explained_variance_ratio_.tolist(),
        "transformed": z.tolist(),
        "back": pca.inverse_transform(z).tolist(),
    }


cases = [case(20, 2, 1), case(30, 4, 4), case(8, 5, 3), case(4, 6, 4)]
print(json.dumps({"sklearn": sklearn.__version__, "cases": cases}))
