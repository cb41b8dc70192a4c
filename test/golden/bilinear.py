"""Golden values for src/features/resize.ts, from PyTorch's bilinear interpolation.

Run: python3 test/golden/bilinear.py   (writes bilinear.json beside it)
"""

import json
import pathlib

import torch

CASES = [
    (1, 1, 3, 2),
    (2, 3, 5, 7),
    (5, 4, 2, 2),
    (7, 7, 7, 7),
    (4, 6, 9, 3),
    (3, 5, 1, 1),
]

cases = []
for height, width, out_height, out_width in CASES:
    count = height * width
    plane = torch.tensor([((7 * i * i + 3 * i) % 11) / 4 for i in range(count)], dtype=torch.float64)
    image = plane.reshape(1, 1, height, width)
    size = (out_height, out_width)
    resized = {
        name: torch.nn.functional.interpolate(image, size=size, mode="bilinear", align_corners=corners)
        .flatten()
        .tolist()
        for name, corners in (("half-pixel", False), ("align-corners", True))
    }
    cases.append({"from": [height, width], "to": list(size), "plane": plane.tolist(), **resized})

target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps({"torch": torch.__version__, "cases": cases}, indent=1) + "\n")
