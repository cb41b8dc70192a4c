"""What people use to find groups, on the development sets of bench/group-sets.mjs: one JSON line a result.

python bench/peer/groups.py OUT.jsonl SET ... --seeds 1 --rows 8000
Needs scikit-learn, umap-learn, hdbscan, leidenalg, igraph, and Node for the data (after npm run build). One thread.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import json
import resource
import subprocess
import tempfile
import warnings

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from sklearn.cluster import KMeans, SpectralClustering
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import kneighbors_graph

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def load(name, seed, rows):
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(HERE, "write-groups.mjs")
        options = ["--seed", str(seed), "--rows", str(rows), "--out", folder]
        subprocess.run(["node", script, name, *options], check=True)
        about = json.load(open(os.path.join(folder, "about.json")))
        return np.load(f"{folder}/x.npy"), np.load(f"{folder}/labels.npy").astype(int), about


def dispersions(logged):
    """Dispersion of each gene among genes of like mean, in 20 bins: scanpy's default (Satija et al. 2015)."""
    mean, variance = np.expm1(logged).mean(0), np.expm1(logged).var(0, ddof=1)
    dispersion = np.log(np.maximum(variance, 1e-12) / np.maximum(mean, 1e-12))
    mean = np.log1p(mean)
    bins = np.digitize(mean, np.linspace(mean.min(), mean.max(), 21)[1:-1])
    out = np.zeros_like(dispersion)
    for own in (bins == b for b in np.unique(bins)):
        spread = dispersion[own].std(ddof=1) if own.sum() > 1 else 0
        out[own] = (dispersion[own] - dispersion[own].mean()) / spread if spread > 0 else 1
    return out


def prepare(x, about):
    """The usual form of each kind of data: (for k-means and UMAP, few columns for mixtures, for neighbours)."""
    kind = about["kind"]
    if kind == "counts":
        x = np.log1p(x * (1e4 / np.maximum(x.sum(1, keepdims=True), 1)))
        most = np.argsort(-dispersions(x))[:1000]
        x = PCA(50, random_state=0).fit_transform(x[:, most])
        return x, x[:, :15], x
    if kind in ("table", "points"):
        x = x.astype(np.float64)
        part = x[:, : about["scaled"]]
        x[:, : about["scaled"]] = (part - part.mean(0)) / np.maximum(part.std(0), 1e-12)
        return x, x, x
    if x.shape[1] > 50:
        components = PCA(50, random_state=0).fit_transform(x)
        return x, components[:, :15], components
    return x, x, x


def scores(labels, found):
    table = contingency_matrix(labels, found)
    rows, columns = linear_sum_assignment(-table)
    size = np.abs(table.sum(1)[rows] - table.sum(0)[columns]).tolist()
    size += np.delete(table.sum(1), rows).tolist() + np.delete(table.sum(0), columns).tolist()
    return {
        "nmi": round(normalized_mutual_info_score(labels, found), 4),
        "ari": round(adjusted_rand_score(labels, found), 4),
        "acc": round(table[rows, columns].sum() / len(labels), 4),
        "size": round(max(size) / len(labels), 4),
        "found": int(len(set(found[found >= 0]))),
        "noise": round(float((found < 0).mean()), 4),
    }


def mixture_by_bic(x, seed):
    """Two starts fewer than usual: one k-means each; it ends where BIC has risen twice."""
    best, risen = None, 0
    for k in range(1, 21):
        model = GaussianMixture(k, random_state=seed).fit(x)
        bic = model.bic(x)
        if best is None or bic < best[0]:
            best, risen = (bic, model), 0
        else:
            risen += 1
        if risen == 2:
            break
    return best[1].predict(x)


def leiden(edges, n, resolution, seed):
    import igraph
    import leidenalg

    graph = igraph.Graph(n=n, edges=edges)
    kind = leidenalg.RBConfigurationVertexPartition
    options = {"resolution_parameter": resolution, "n_iterations": 2, "seed": seed}
    return np.array(leidenalg.find_partition(graph, kind, **options).membership)


def peers(x, few, near, k, seed, umap_too):
    """Name and division; each is computed when it is asked for."""
    n = len(x)
    yield "k-means", lambda: KMeans(k, n_init=10, random_state=seed).fit_predict(x)
    yield "mixture, K given", lambda: GaussianMixture(k, random_state=seed).fit_predict(few)
    yield "mixture, K by BIC", lambda: mixture_by_bic(few, seed)
    yield (
        "spectral",
        lambda: SpectralClustering(
            k, affinity="nearest_neighbors", n_neighbors=10, random_state=seed, n_init=10
        ).fit_predict(near),
    )
    for resolution in (0.3, 0.5, 1.0):

        def divide(resolution=resolution):
            link = kneighbors_graph(near, 15 if n > 15 else n - 1)
            link = csr_matrix(link.maximum(link.T))
            at = link.tocoo()
            once = at.row < at.col
            return leiden(list(zip(at.row[once].tolist(), at.col[once].tolist())), n, resolution, seed)

        yield f"Leiden {resolution}", divide
    if not umap_too:
        return
    import hdbscan
    import umap

    kept = {}

    def flat():
        if "map" not in kept:
            kept["map"] = umap.UMAP(n_neighbors=15, random_state=seed, n_jobs=1).fit_transform(x)
        return kept["map"]

    smallest = max(15, n // 200)
    yield "UMAP + HDBSCAN", lambda: hdbscan.HDBSCAN(min_cluster_size=smallest).fit_predict(flat())
    # The seconds of this row are those after UMAP.
    yield "UMAP + mixture, K given", lambda: GaussianMixture(k, random_state=seed).fit_predict(flat())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--rows", type=int, default=8000)
    parser.add_argument("--no-umap", action="store_true")
    options = parser.parse_args()
    if not options.no_umap:
        import umap

        umap.UMAP(n_neighbors=5, random_state=0, n_jobs=1).fit_transform(np.random.rand(60, 4))  # compiles it
    for seed in range(options.first, options.first + options.seeds):
        for name in options.sets:
            x, labels, about = load(name, seed, options.rows)
            k = len(set(labels))
            before = cpu()
            x, few, near = prepare(x, about)
            ready = cpu() - before
            for peer, divide in peers(x, few, near, k, seed, not options.no_umap and seed == 0):
                before = cpu()
                found = divide()
                row = {"data": name, "seed": seed, "rows": len(x), "classes": k, "peer": peer}
                row |= scores(labels, found) | {"seconds": round(cpu() - before + ready, 2)}
                with open(options.out, "a") as file:
                    file.write(json.dumps(row) + "\n")
                print(json.dumps(row), flush=True)


main()
