"""Writes test/fixtures/typed/: one table of whole numbers in every type and format, and Parquet files with an index.

Run with Python and the packages below; the tests read what it wrote.
"""

from pathlib import Path

import numpy as np
import pandas as pd

OUT = Path(__file__).parent.parent / "fixtures" / "typed"
OUT.mkdir(exist_ok=True)
rng = np.random.default_rng(3)
centres = np.array([[20, 200, 90, 50], [150, 40, 100, 50], [90, 120, 10, 50]])
groups = np.repeat([0, 1, 2], [40, 16, 8])
X = np.clip(np.rint(centres[groups] + rng.normal(0, 6, (64, 4))), 0, 255)
X[:, 3] = 50
X = X[rng.permutation(64)]
names = list("abcd")

for dtype in ("uint8", "int16", "int32", "int64", "float32", "float64"):
    typed = X.astype(dtype)
    np.save(OUT / f"{dtype}.npy", typed)
    np.savez_compressed(OUT / f"{dtype}.npz", x=typed)
    frame = pd.DataFrame(typed, columns=names)
    frame.to_csv(OUT / f"{dtype}.csv", index=False)
    frame.to_parquet(OUT / f"{dtype}.parquet", index=False)

frame = pd.DataFrame(X, columns=names)
frame[["d", "b", "a", "c"]].assign(note="x").to_parquet(OUT / "reversed.parquet", index=False)
frame.set_index(pd.Index([2 * int(i) ** 2 for i in range(64)], name="row")).to_parquet(OUT / "named-index.parquet")
frame.set_index(pd.Index([f"s{i}" for i in range(64)])).to_parquet(OUT / "text-index.parquet")
frame.to_parquet(OUT / "range-index.parquet")
