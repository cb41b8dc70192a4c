"""Local outlier factors by scikit-learn: writes local-outlier.json beside this file."""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.neighbors import LocalOutlierFactor

rng = np.random.default_rng(11)
# Two clouds of unlike density, a few rows between them, and one far away.
rows = np.concatenate(
    [
        rng.normal(size=(60, 3)),
        rng.normal(size=(30, 3)) * 0.2 + [6, 0, 0],
        rng.uniform(-3, 8, size=(6, 3)),
        [[30, -20, 10]],
    ]
)
others = np.concatenate([rng.normal(size=(8, 3)) * 2, [[6, 0, 0], [-40, 40, 40]]])
inside = LocalOutlierFactor(n_neighbors=10).fit(rows)
novel = LocalOutlierFactor(n_neighbors=10, novelty=True).fit(rows)
out = {
    "sklearn": sklearn.__version__,
    "rows": rows.ravel().tolist(),
    "others": others.ravel().tolist(),
    "factors": (-inside.negative_outlier_factor_).tolist(),
    "factorsOfOthers": (-novel.score_samples(others)).tolist(),
}
pathlib.Path(__file__).with_name("local-outlier.json").write_text(json.dumps(out) + "\n")
