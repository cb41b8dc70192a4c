"""Gradient histograms by NumPy, in whole arrays: writes gradient-histograms.json beside this file."""
import json
import pathlib

import numpy as np


def histograms(images, cell):
    grey = images.mean(1)
    gx, gy = np.zeros_like(grey), np.zeros_like(grey)
    gx[:, :, 1:-1] = grey[:, :, 2:] - grey[:, :, :-2]
    gy[:, 1:-1] = grey[:, 2:] - grey[:, :-2]
    n, height, width = grey.shape
    down, across = height // cell, width // cell
    top, left = (height - down * cell) // 2, (width - across * cell) // 2
    magnitude = np.hypot(gx, gy) * 16 / cell**2
    bin_of = np.floor(np.arctan2(gy, gx) % np.pi / np.pi * 9).astype(int) % 9

    def cells(x):
        inner = x[:, top : top + down * cell, left : left + across * cell]
        return inner.reshape(n, down, cell, across, cell).sum((2, 4))

    h = np.stack([cells(magnitude * (bin_of == k)) for k in range(9)], 1)
    parts = [h[:, :, i : i + down - 1, j : j + across - 1] for i in (0, 1) for j in (0, 1)]
    blocks = np.concatenate(parts, 1)
    return (blocks / np.sqrt((blocks**2).sum(1, keepdims=True) + 1e-3)).reshape(n, -1)


rng = np.random.default_rng(11)
cases = []
for channels, height, width, cell in [(1, 8, 8, 4), (3, 16, 18, 4), (1, 40, 43, 5)]:
    images = rng.random((1, channels, height, width)).round(3)
    # A flat part, so that some gradients are 0.
    images[0, :, :6, :6] = 0.5
    cases.append(
        {
            "channels": channels,
            "height": height,
            "width": width,
            "cell": cell,
            "images": images.ravel().tolist(),
            "histograms": [round(x, 7) for x in histograms(images, cell).ravel().tolist()],
        }
    )
pathlib.Path(__file__).with_name("gradient-histograms.json").write_text(json.dumps({"cases": cases}) + "\n")
