"""The Frechet distance of two files of float32 features with SciPy's matrix square root: frechet.py FOLDER COLUMNS"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import scipy
from scipy.linalg import sqrtm

folder, columns = Path(sys.argv[1]), int(sys.argv[2])
x, y = (np.fromfile(folder / f"{side}.f32", np.float32).reshape(-1, columns).astype(np.float64) for side in ("real", "generated"))
began = time.perf_counter()
a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
shift = x.mean(0) - y.mean(0)
root = np.real(sqrtm(a @ b))
distance = shift @ shift + np.trace(a) + np.trace(b) - 2 * np.trace(root)
seconds = time.perf_counter() - began
print(json.dumps({"distance": float(distance), "seconds": seconds, "scipy": scipy.__version__}))
