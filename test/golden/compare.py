"""Writes compare.json: overlapping groups, divided by scikit-learn as `mixtura groups --compare` divides them.

python3 test/golden/compare.py  (NumPy, SciPy, scikit-learn)
"""

import json
import pathlib

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans, SpectralClustering
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix
from sklearn.mixture import GaussianMixture

rng = np.random.default_rng(14)
labels = np.repeat([0, 1, 2], [200, 100, 60])
means = np.array([[0, 0, 0, 0], [4, 1, 0, 2], [1, 4, 3, 0]])
turn = rng.normal(size=(3, 4, 4)) * 0.6
x = np.stack([means[g] + turn[g] @ rng.normal(size=4) + 0.5 * rng.normal(size=4) for g in labels])
whole = np.round(100 * x).astype(int)  # hundredths, so that both sides read the same numbers
z = whole / 100
z = (z - z.mean(0)) / z.std(0)


def scores(found):
    table = contingency_matrix(labels, found)
    rows, columns = linear_sum_assignment(-table)
    return {
        "nmi": normalized_mutual_info_score(labels, found),
        "ari": adjusted_rand_score(labels, found),
        "acc": table[rows, columns].sum() / len(labels),
        "sizeError": float(np.abs(table.sum(1)[rows] - table.sum(0)[columns]).max() / len(labels)),
    }


found = {
    "k-means": KMeans(3, n_init=10, random_state=0).fit_predict(z),
    "PCA + Gaussian mixture": GaussianMixture(3, random_state=0).fit_predict(z),
    "spectral clustering": SpectralClustering(
        3, affinity="nearest_neighbors", n_neighbors=11, random_state=0, n_init=10
    ).fit_predict(z),
}
out = {
    "labels": labels.tolist(),
    "hundredths": whole.ravel().tolist(),
    "scores": {name: scores(division) for name, division in found.items()},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
