"""Golden values for the metrics of generated samples, and for src/math/statistics.ts, from PyTorch, SciPy, scikit-learn.

Run: python3 test/golden/generation-metrics.py   (writes generation-metrics.json beside it)

The features come from `noise`, which test/support/noise.ts computes too, so the file holds results only.
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
import torch
from scipy.linalg import sqrtm
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import pdist
from scipy.stats import entropy, mannwhitneyu, norm
from sklearn.metrics import pairwise_distances, pairwise_kernels

torch.set_default_dtype(torch.float64)


def noise(name, *shape):
    """Numbers k / 2^23 in [-1, 1) from a hash of the name and the index (FNV-1a, then the murmur3 finaliser)."""
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    mask = np.uint64(0xFFFFFFFF)
    x = (np.uint64(h) + np.arange(int(np.prod(shape)), dtype=np.uint64) * np.uint64(0x9E3779B1)) & mask
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        x = ((x ^ (x >> np.uint64(shift))) * np.uint64(factor)) & mask
    return ((x >> np.uint64(8)).astype(np.float64) / 2**23 - 1).reshape(shape)


def features(case, side):
    """n x d: noise of rank r, or of full rank; columns scaled by powers of two; the generated side is shifted."""
    n, d, rank = case[side], case["columns"], case.get("rank")
    name = f"{case['name']}/{side}"
    x = noise(name, n, rank) @ noise(f"{case['name']}/mix", rank, d) if rank else noise(name, n, d)
    if case.get("decay"):
        x = x * 2.0 ** -(np.arange(d) % case["decay"])
    if case.get("constant"):
        x[:, :: case["constant"]] = 0.5
    if case.get("repeat"):
        x[1 :: case["repeat"]] = x[0]
    return x + (0.25 if side == "generated" else 0)


CASES = [
    {"name": "one column", "real": 12, "generated": 9, "columns": 1},
    {"name": "full rank", "real": 200, "generated": 150, "columns": 16},
    {"name": "columns of unequal scales", "real": 300, "generated": 300, "columns": 41, "decay": 12},
    {"name": "fewer rows than columns", "real": 30, "generated": 25, "columns": 66},
    {"name": "one side singular", "real": 20, "generated": 200, "columns": 50},
    {"name": "constant columns", "real": 80, "generated": 90, "columns": 21, "constant": 3},
    {"name": "rank 5 of 24", "real": 100, "generated": 70, "columns": 24, "rank": 5},
    {"name": "repeated rows", "real": 60, "generated": 50, "columns": 7, "repeat": 2},
    {"name": "more rows than a block", "real": 620, "generated": 530, "columns": 34, "decay": 4},
    {"name": "more columns than a slab", "real": 90, "generated": 300, "columns": 270},
]


def frechet(x, y):
    """From the data: tr (S_x S_y)^(1/2) is the nuclear norm of X Y^T, both centred, over the divisors' roots."""
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    a, b = (x - x.mean(0)) / (len(x) - 1) ** 0.5, (y - y.mean(0)) / (len(y) - 1) ** 0.5
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + (a**2).sum() + (b**2).sum()
                 - 2 * torch.linalg.svdvals(a @ b.T).sum())


def frechet_sqrtm(x, y):
    """As usually written."""
    a, b = np.atleast_2d(np.cov(x, rowvar=False)), np.atleast_2d(np.cov(y, rowvar=False))
    root = sqrtm(a @ b)
    shift = x.mean(0) - y.mean(0)
    return float(shift @ shift + np.trace(a) + np.trace(b) - 2 * np.trace(np.real(root)))


def mmd(x, y):
    """Unbiased squared MMD under (x.y / d + 1)^3, by scikit-learn's kernel."""
    kernel = dict(metric="poly", degree=3, gamma=1 / x.shape[1], coef0=1)
    xx, yy, xy = (pairwise_kernels(p, q, **kernel) for p, q in ((x, x), (y, y), (x, y)))
    m = len(x)
    return float((xx.sum() - np.trace(xx) + yy.sum() - np.trace(yy)) / (m * (m - 1)) - 2 * xy.mean())


def prdc(x, y, k):
    """Precision and recall (Kynkaanniemi 2019: closed balls), density and coverage (Naeem 2020: open balls)."""
    xx, yy, xy = (np.linalg.norm(p[:, None] - q[None], axis=2) for p, q in ((x, x), (y, y), (x, y)))
    assert np.allclose(xy, pairwise_distances(x, y), atol=1e-6)
    rx = np.sort(xx, 1)[:, k : k + 1]
    ry = np.sort(yy, 1)[:, k]
    return {
        "precision": float((xy <= rx).any(0).mean()),
        "recall": float((xy <= ry).any(1).mean()),
        "density": float((xy < rx).sum(0).mean() / k),
        "coverage": float((xy.min(1) < rx[:, 0]).mean()),
    }


def scored(case):
    x, y = features(case, "real"), features(case, "generated")
    m = min(len(x), len(y))
    distance, usual = frechet(x, y), frechet_sqrtm(x, y)
    print(f"{case['name']}: {distance:.12g}, by sqrtm {usual:.12g}")
    assert abs(distance - usual) < 1e-4 * max(1, distance)
    return {**case, "frechet": distance, "mmd": mmd(x[:m], y[:m]), "k": {str(k): prdc(x, y, k) for k in (1, 3, 5)}}


def icfid():
    """Three classes against three components, whose means are noise: all distances, and both matchings."""
    size, d = 40, 6
    real = [noise(f"icfid/real/{c}", size, d) + noise(f"icfid/mean/{c}", 1, d) for c in range(3)]
    fake = [noise(f"icfid/generated/{c}", size, d) + noise(f"icfid/mean/{(c + 1) % 3}", 1, d) for c in range(3)]
    table = np.array([[frechet(x, y) for y in fake] for x in real])
    rows, columns = linear_sum_assignment(table)
    return {"distances": table.ravel().tolist(), "optimal": float(table[rows, columns].mean()),
            "optimalMap": columns.tolist()}


def inception(n, classes, splits, sharpness):
    p = torch.softmax(sharpness * torch.from_numpy(noise(f"inception/{n}", n, classes)), 1)
    parts = [p[s * n // splits : (s + 1) * n // splits] for s in range(splits)]
    scores = torch.stack([torch.exp(torch.distributions.kl_divergence(
        torch.distributions.Categorical(part), torch.distributions.Categorical(part.mean(0))).mean()) for part in parts])
    return {"rows": n, "classes": classes, "splits": splits, "sharpness": sharpness, "mean": float(scores.mean()),
            "deviation": float(scores.std(correction=0))}


def rank_test(a, b):
    result = mannwhitneyu(a, b)
    squares = sum(np.sum((v - np.mean(v)) ** 2) for v in (a, b))
    pooled = np.sqrt(squares / (len(a) + len(b) - 2))
    return {"a": list(a), "b": list(b), "statistic": float(result.statistic), "p": float(result.pvalue),
            "d": float((np.mean(a) - np.mean(b)) / pooled), "mean": float(np.mean(a)), "deviation": float(np.std(a, ddof=1)) if len(a) > 1 else 0}


def group_spread():
    x = noise("spread", 31, 5)
    p = torch.softmax(4 * torch.from_numpy(noise("spread/p", 31, 3)), 1).numpy()
    component = np.arange(31) % 4 + (np.arange(31) == 30) * 2  # row 30 is alone in component 4
    groups = [{"component": int(c), "quality": float(p[component == c].max(1).mean()),
               "diversity": float(pdist(x[component == c]).mean()) if (component == c).sum() > 1 else None}
              for c in np.unique(component)]
    return {"components": component.tolist(), "quality": float(p.max(1).mean()), "groups": groups}


def mixed_counts():
    table = np.floor(50 * (noise("counts", 6, 8) + 1))
    return {"codes": 6, "classes": 8, "counts": table.ravel().tolist(),
            "entropy": float(np.mean([entropy(v) for v in [*table, *table.T]]))}


golden = {
    "versions": {m.__name__: m.__version__ for m in (np, scipy, sklearn, torch)},
    "cases": [scored(case) for case in CASES],
    "icfid": icfid(),
    "inception": [inception(50, 4, 1, 3.0), inception(103, 10, 10, 8.0), inception(40, 7, 40, 2.0)],
    "rankSum": [
        rank_test([0.81, 0.79, 0.9], [0.5, 0.61, 0.75]),
        rank_test([1.5, 2.5, 3.5, 9.0], [2.0, 3.0, 4.0, 5.0, 6.0]),
        rank_test([1.0, 2.0, 2.0, 3.0], [2.0, 3.0, 4.0]),
        rank_test(noise("rank/a", 8).tolist(), (noise("rank/b", 30) + 0.4).tolist()),
        rank_test(noise("rank/c", 12).tolist(), (noise("rank/d", 15) + 0.3).tolist()),
        rank_test(np.round(3 * noise("rank/e", 40)).tolist(), np.round(3 * noise("rank/f", 25) + 1).tolist()),
        rank_test([5.0], [1.0, 2.0, 3.0]),
    ],
    "normalTail": [[z, float(norm.sf(z))] for z in (-6.0, -1.0, 0.0, 1e-3, 0.5, 1.96, 2.999, 3.0, 3.5, 6.0, 12.0, 37.0)],
    "spread": group_spread(),
    "entropy": mixed_counts(),
}
text = json.dumps(golden, separators=(",", ":"))
for key in ('{"name"', '"icfid"', '"inception"', '"rankSum"', '"normalTail"', '"spread"', '"entropy":{'):
    text = text.replace(key, "\n" + key)
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
