"""Golden values for the shipped feature networks, from the reference evaluator of the onnx package (NumPy).

Run: python3 test/golden/lenet_features.py   (writes lenet_features.json beside it)
"""

import json
import pathlib

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

here = pathlib.Path(__file__).parent
# A ramp and a pattern, with values in [0, 1].
index = np.arange(784)
images = np.stack([index / 783, ((7 * index * index + 13 * index) % 256) / 255])
images = images.reshape(2, 1, 28, 28).astype(np.float32)

golden = {"onnx": onnx.__version__}
for name in ("lenet-mnist", "lenet-fashion-mnist"):
    model = onnx.load(here / f"../../assets/features/{name}.onnx")
    onnx.checker.check_model(model, full_check=True)
    features, probabilities = ReferenceEvaluator(model).run(["features", "probabilities"], {"samples": images})
    golden[name] = {
        "features": [round(float(x), 5) for x in features.ravel()],
        "probabilities": [round(float(x), 6) for x in probabilities.ravel()],
    }

(here / "lenet_features.json").write_text(json.dumps(golden) + "\n")
