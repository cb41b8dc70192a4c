"""The supervised contrastive loss, and resized crops and colour jitter of images, in PyTorch: python3 test/golden/contrastive.py

Writes contrastive.json beside this file. Inputs are those of `noise` of slogan_step.py. Gradients are those of the sum of
the result times a hashed tensor.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from slogan_step import noise, unit_noise


def supcon(name, labels, d, temperature):
    x = noise(name, len(labels), d).requires_grad_()
    f, y = F.normalize(x, dim=1), torch.tensor(labels)
    losses = []
    for a in range(len(f)):
        others = torch.tensor([j for j in range(len(f)) if j != a])
        logits = f[others] @ f[a] / temperature
        positive = (y[others] == y[a])
        losses.append(-torch.log_softmax(logits, 0)[positive].mean())
    loss = torch.stack(losses).mean()
    loss.backward()
    return {"name": name, "labels": labels, "d": d, "temperature": temperature, "loss": loss.item(),
            "gradient": x.grad.flatten().tolist()}


def weighted(x, y, name):
    (y * noise(f"{name}:weights", *y.shape)).sum().backward()
    return {"result": y.detach().flatten().tolist(), "gradient": x.grad.flatten().tolist()}


def crops(name, shape, parts):
    x = noise(name, len(parts), *shape).requires_grad_()
    out = []
    for image, (top, left, height, width, mirrored) in zip(x, parts):
        part = image[None, :, top:top + height, left:left + width]
        y = F.interpolate(part, size=shape[1:], mode="bilinear", align_corners=False)
        out.append(y.flip(3) if mirrored else y)
    return {"name": name, "shape": shape, "parts": parts, **weighted(x, torch.cat(out), name)}


def grey(x):
    return (0.2989 * x[:, 0] + 0.587 * x[:, 1] + 0.114 * x[:, 2])[:, None]


def jitter(name, n, side, factors):
    x = unit_noise(name, n, 3, side, side).requires_grad_()
    b, c, s, colour = (torch.tensor(v)[:, None, None, None] for v in factors)
    y = (x * b).clamp(0, 1)
    y = (c * y + (1 - c) * grey(y).mean((1, 2, 3), keepdim=True)).clamp(0, 1)
    y = (s * y + (1 - s) * grey(y)).clamp(0, 1)
    y = colour * y + (1 - colour) * grey(y)
    return {"name": name, "n": n, "side": side, "factors": factors, **weighted(x, y, name)}


if __name__ == "__main__":
    result = {
        "torch": torch.__version__.split("+")[0],
        "supcon": [supcon("features", [0, 1, 2, 0, 0, 1, 2, 0], 5, 0.5), supcon("sharp", [0, 1, 0, 1], 3, 0.07)],
        "crops": [crops("images", [2, 6, 5], [[0, 0, 6, 5, False], [1, 0, 4, 5, True], [2, 1, 3, 2, False]]),
                  crops("odd", [1, 4, 7], [[3, 2, 1, 5, True], [0, 6, 4, 1, False]])],
        "jitter": [jitter("colours", 3, 3, [[1.0, 1.3, 0.7], [1.0, 0.7, 1.3], [1.0, 1.25, 0.75], [1.0, 1.0, 0.0]])],
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
