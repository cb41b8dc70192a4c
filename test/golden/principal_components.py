"""Principal components by scikit-learn: writes principal-components.json beside this file."""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.decomposition import PCA

rng = np.random.default_rng(3)
tall = rng.normal(size=(40, 6)) @ np.diag([5, 3, 2, 1, 0.5, 0.1]) @ rng.normal(size=(6, 6)) + 7
wide = rng.normal(size=(9, 14)) * np.linspace(3, 0.2, 14) - 2


def fit(x, k):
    model = PCA(k, svd_solver="full").fit(x)
    return {
        "rows": len(x),
        "columns": x.shape[1],
        "values": x.ravel().tolist(),
        "count": k,
        "directions": model.components_.ravel().tolist(),
        "variances": model.explained_variance_.tolist(),
        "total": float(x.var(0, ddof=1).sum()),
        "coordinates": model.transform(x).ravel().tolist(),
    }


out = {"sklearn": sklearn.__version__, "tall": fit(tall, 4), "wide": fit(wide, 5)}
pathlib.Path(__file__).with_name("principal-components.json").write_text(json.dumps(out) + "\n")
