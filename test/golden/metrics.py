"""Golden values for src/metrics and src/cluster, from scikit-learn and SciPy.

Run: python3 test/golden/metrics.py   (writes metrics.json beside it)
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

rng = np.random.default_rng(0)


def scores(labels, predicted):
    table = contingency_matrix(labels, predicted)
    rows, columns = linear_sum_assignment(-table)
    total = max(len(labels), 1)
    return {
        "nmi": float(normalized_mutual_info_score(labels, predicted)),
        "ari": float(adjusted_rand_score(labels, predicted)),
        "acc": float(table[rows, columns].sum() / total) if len(labels) else 1.0,
        "purity": float(table.max(axis=0).sum() / total) if len(labels) else 1.0,
    }


def noisy(n, classes, clusters, keep):
    labels = rng.integers(classes, size=n)
    predicted = np.where(rng.random(n) < keep, labels % clusters, rng.integers(clusters, size=n))
    return labels, rng.permutation(clusters)[predicted]


cases = {
    "documented example": ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]),
    "identical": ([0, 1, 2, 2], [5, 3, 9, 9]),
    "independent": ([0, 0, 1, 1], [0, 1, 0, 1]),
    "one class": ([0, 0, 0, 0], [0, 1, 1, 2]),
    "one cluster": ([0, 1, 1, 2], [0, 0, 0, 0]),
    "one class and one cluster": ([3, 3, 3], [1, 1, 1]),
    "single sample": ([0], [1]),
    "all singletons against classes": ([0, 0, 1, 1, 2, 2], [0, 1, 2, 3, 4, 5]),
    "all singletons twice": ([0, 1, 2, 3], [3, 1, 0, 2]),
    "singletons against one cluster": ([0, 1, 2, 3], [0, 0, 0, 0]),
    "empty": ([], []),
    "worse than chance": ([0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 2, 0]),
    "negative labels": ([-1, -1, 4, 4, 7], [2, 2, -3, -3, -3]),
}
for n, classes, clusters, keep in [(60, 4, 4, 0.8), (60, 3, 6, 0.6), (60, 7, 3, 0.7), (60, 5, 5, 0.0), (90, 2, 2, 0.9)]:
    cases[f"random {classes} x {clusters}, keep {keep}"] = noisy(n, classes, clusters, keep)

points = np.round(rng.normal(size=(80, 3)) * [1, 2, 0.5], 2)
golden = {
    "versions": {"sklearn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "labels": [
        {
            "name": name,
            "labels": [int(v) for v in labels],
            "predicted": [int(v) for v in predicted],
            **scores(np.array(labels, dtype=int), np.array(predicted, dtype=int)),
        }
        for name, (labels, predicted) in cases.items()
    ],
    "kmeans": {
        "dim": 3,
        "points": points.ravel().tolist(),
        "inertia": {
            str(k): float(KMeans(k, n_init=10, random_state=0).fit(points).inertia_) for k in (1, 3, 6, 80)
        },
    },
}
text = json.dumps(golden, separators=(",", ":"))
pathlib.Path(__file__).with_suffix(".json").write_text(text.replace('{"name"', '\n{"name"').replace('"kmeans"', '\n"kmeans"') + "\n")
