"""One fit of bench/groups-peer.mjs in scikit-learn, on one thread: prints its CPU seconds as JSON.

python bench/peer/groups_cost.py FOLDER NAME  (called by node bench/groups-peer.mjs)
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json
import resource
import sys
import warnings

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.cluster import KMeans, SpectralClustering
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

warnings.filterwarnings("ignore")
folder, wanted = sys.argv[1:]
K = 10


def saved(name):
    return np.load(os.path.join(folder, f"{name}.npy"))


x = saved("x")
start = saved("start").astype(int)


def means():
    return KMeans(K, n_init=10, random_state=0).fit(x)


def mixture():
    parts = [x[start == k] for k in range(K)]
    covariances = [np.cov(part.T, bias=True) + 1e-6 * np.eye(x.shape[1]) for part in parts]
    return GaussianMixture(
        K,
        weights_init=[len(part) / len(x) for part in parts],
        means_init=[part.mean(0) for part in parts],
        precisions_init=np.linalg.inv(covariances),
    ).fit(x)


def spectral():
    to = saved("graph-to").astype(np.int32)
    graph = csr_matrix((np.ones(len(to)), to, saved("graph-start").astype(np.int32)))
    return SpectralClustering(K, affinity="precomputed", n_init=10, random_state=0).fit(graph)


def neighbours():
    return NearestNeighbors(n_neighbors=10).fit(x).kneighbors()


FITS = {"k-means": means, "mixture": mixture, "spectral": spectral, "ten nearest": neighbours}
fit = next(fit for name, fit in FITS.items() if wanted.startswith(name))
KMeans(2, n_init=1).fit(x[:100, :2])  # loads the libraries
before = resource.getrusage(resource.RUSAGE_SELF)
fitted = fit()
after = resource.getrusage(resource.RUSAGE_SELF)
seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
iterations = getattr(fitted, "n_iter_", None) if wanted.startswith("mixture") else None
print(json.dumps({"seconds": seconds, "iterations": iterations}))
