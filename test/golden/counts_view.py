"""Normalised counts and their principal components by NumPy and scikit-learn, dense: writes counts-view.json beside this file."""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.decomposition import PCA

rng = np.random.default_rng(5)
cells, genes, kept, count = 60, 80, 30, 4
group = np.repeat([0, 1, 2], [30, 20, 10])
profile = rng.gamma(0.5, 1, genes) * np.exp(rng.normal(0, 1.5, (3, genes)) * (rng.random((3, genes)) < 0.3))
profile /= profile.sum(1, keepdims=True)
size = rng.lognormal(np.log(150), 0.6, cells)
x = rng.poisson(rng.gamma(2.0, profile[group] * size[:, None] / 2)).astype(float)
x[7] = 0  # a cell without counts
total = x.sum(1, keepdims=True)
target = np.median(total[total > 0])
logged = np.log1p(np.divide(x, total, out=np.zeros_like(x), where=total > 0) * target)
present = np.where((x > 0).sum(0) >= 3)[0]
mean, variance = logged.mean(0), logged.var(0)
by_mean = present[np.argsort(mean[present], kind="stable")]
bins = int(np.ceil(len(by_mean) / 20))
excess = np.zeros(genes)
for start in range(0, len(by_mean), bins):
    b = by_mean[start : start + bins]
    excess[b] = variance[b] - np.sort(variance[b])[len(b) // 2]
chosen = np.sort(sorted(present, key=lambda j: (-excess[j], j))[:kept])
model = PCA(count, svd_solver="full").fit(logged[:, chosen])
signs = np.sign([v[np.argmax(np.abs(v))] for v in model.components_])
out = {
    "sklearn": sklearn.__version__,
    "cells": cells,
    "genes": genes,
    "counts": x.astype(int).ravel().tolist(),
    "kept": kept,
    "chosen": chosen.tolist(),
    "count": count,
    "coordinates": (model.transform(logged[:, chosen]) * signs).round(8).ravel().tolist(),
}
pathlib.Path(__file__).with_name("counts-view.json").write_text(json.dumps(out) + "\n")
