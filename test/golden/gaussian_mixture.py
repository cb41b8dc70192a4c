"""Gaussian mixtures by scikit-learn, from given groups: writes gaussian-mixture.json beside this file."""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture

rng = np.random.default_rng(7)
centres = np.array([[0, 0, 0, 0], [3, 1, 0, -1], [-2, 2, 1, 0]], float)
shapes = rng.normal(size=(3, 4, 4)) * 0.5 + np.eye(4)
group = np.repeat([0, 1, 2], [60, 25, 15])
rows = centres[group] + np.einsum("nij,nj->ni", shapes[group], rng.normal(size=(100, 4)))
start = group.copy()
start[::7] = (start[::7] + 1) % 3
fits = {}
for ours, theirs in {"full": "full", "tied": "tied", "diagonal": "diag"}.items():
    model = GaussianMixture(3, covariance_type=theirs, tol=1e-5, max_iter=200)
    # The start of scikit-learn is its first M step, on given responsibilities.
    model._initialize_parameters = lambda X, random_state, xp=None, m=model: m._initialize(X, np.eye(3)[start])
    model.fit(rows)
    cov = model.covariances_
    if theirs == "tied":
        cov = np.stack([cov] * 3)
    if theirs == "diag":
        cov = np.stack([np.diag(c) for c in cov])
    fits[ours] = {
        "weights": model.weights_.tolist(),
        "means": model.means_.ravel().tolist(),
        "covariances": cov.ravel().tolist(),
        "logLikelihood": model.score(rows),
        "bic": model.bic(rows),
        "iterations": model.n_iter_,
        "posterior": model.predict_proba(rows)[:5].ravel().tolist(),
    }
out = {"sklearn": sklearn.__version__, "rows": rows.ravel().tolist(), "start": start.tolist(), "fits": fits}
pathlib.Path(__file__).with_name("gaussian-mixture.json").write_text(json.dumps(out) + "\n")
