"""A whole training step of AC-GAN, with labels for all rows or some and with GOLD's weights, in PyTorch, float64:
python3 test/golden/acgan_step.py

Writes acgan_step.json beside this file; draws and storage are those of slogan_step.py.

Order of the step: trunk and both heads on real samples, generated samples and, where they are apart, labelled samples, each
batch normalised by itself; then the generator through all of them as they are now, on the same latents. Running statistics of
the trunk are moved by the mean of those of real and of generated samples. Filters of the trunk's convolutions are divided
by u W v after one power iteration.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from elastic_step import Elastic
from slogan_step import noise, stored, unit_noise

BASE = {"range": "signed", "components": 3, "batch": 6, "step": 4, "horizon": 20, "noise": 4, "classWeight": 0.5,
        "learningRate": 2.0**-10, "criticRate": 0.5, "reweight": "none"}
MLP = {**BASE, "network": "mlp", "shape": [2], "units": 8, "layers": 3, "labels": [0, 1, 2, 0, 1, 2]}
# So that weights of both signs come.
GOLD = {**MLP, "reweight": "gold", "reweightFrom": 0.1, "shape": [12], "units": 4, "layers": 1, "components": 2,
        "labels": [0, 1, 1, 0, 1, 0], "spread": 16.0}
SOME = [2, -1, -1, 0, -1, 1]
CASES = [
    {**MLP, "name": "mlp"},
    {**MLP, "name": "mlp, some labels, an image", "labels": SOME, "shape": [1, 2, 2], "range": "unit", "layers": 2},
    {**MLP, "name": "mlp, no label in the batch", "labels": [-1] * 6, "labelledBatch": 0},
    {**MLP, "name": "mlp, labelled rows apart", "labels": [1, -1, 2, 0, -1, -1], "labelledBatch": 4},
    {**GOLD, "name": "mlp, gold"},
    {**GOLD, "name": "mlp, gold, some labels, power 2", "labels": [1, -1, 0, -1, -1, 1], "power": 2.0},
    {**GOLD, "name": "mlp, gold, power 0.5, clamp zero", "power": 0.5, "clamp": "zero"},
    {**GOLD, "name": "mlp, gold, clamp absolute", "clamp": "absolute"},
    {**GOLD, "name": "mlp, gold, not yet", "reweightFrom": 0.5},
    {**BASE, "name": "grey", "network": "grey", "shape": [1, 16, 16], "range": "unit", "labels": SOME,
     "reweight": "gold", "reweightFrom": 0.1},
    {**BASE, "name": "colour", "network": "colour", "shape": [3, 16, 16], "labels": [0, 1, -1],
     "batch": 3, "components": 2},
]


class Acgan(Elastic):
    def __init__(self, case):
        super().__init__(case)
        self.left = {}

    def norm(self, name, x, track):
        """`track` is a dictionary of this pass, or nothing."""
        axes = [0, 2, 3] if x.dim() == 4 else [0]
        gamma, beta = self.get(f"{name}/gamma", x.shape[1]), self.get(f"{name}/beta", x.shape[1])
        if track is not None and track is not False:
            with torch.no_grad():
                mean, var = x.mean(axes), x.var(axes, unbiased=False)
                old = self.running.get(name, (torch.zeros_like(mean), torch.ones_like(mean), torch.zeros(1)))
                moved = (0.9 * old[0] + 0.1 * mean, 0.9 * old[1] + 0.1 * var, 0.9 * old[2] + 0.1)
            (self.running if track is True else track)[name] = moved
        return F.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-5)

    def spectral_conv(self, name, x, outputs, kernel, stride, pad, track):
        weight = self.get(f"{name}/weight", outputs, x.shape[1], kernel, kernel)
        matrix = weight.flatten(1)
        key = f"{name}/left-vector"
        if key not in self.left:
            self.left[key] = noise(key, outputs, 1)
        with torch.no_grad():
            v = F.normalize(matrix.T @ self.left[key], dim=0)
            u = F.normalize(matrix @ v, dim=0)
        if track is not None:
            track[key] = u
        return F.conv2d(x, weight / (u.T @ matrix @ v), self.get(f"{name}/bias", outputs), stride, pad)

    def plain_deconv(self, name, x, outputs, kernel, stride, pad):
        return F.conv_transpose2d(x, self.get(f"{name}/weight", x.shape[1], outputs, kernel, kernel), None, stride, pad)

    def generator(self, z):
        case = self.case
        if case["network"] == "grey":
            quarter = case["shape"][1] // 4
            h = F.relu(self.norm("generator/0-norm", self.dense("generator/0-dense", z, 1024), True))
            h = F.relu(self.norm("generator/1-norm", self.dense("generator/1-dense", h, 128 * quarter**2), True))
            h = self.deconv("generator/2-conv", h.reshape(-1, 128, quarter, quarter), 64, 4, 2, 1)
            h = F.relu(self.norm("generator/2-norm", h, True))
            return (torch.tanh(self.deconv("generator/3-conv", h, case["shape"][0], 4, 2, 1)) + 1) / 2
        if case["network"] == "colour":
            h = self.dense("generator/0-dense", z, 384)[:, :, None, None]
            eighth = case["shape"][1] // 8
            h = F.relu(self.norm("generator/1-norm", self.plain_deconv("generator/1-conv", h, 192, eighth, 1, 0), True))
            h = F.relu(self.norm("generator/2-norm", self.plain_deconv("generator/2-conv", h, 96, 4, 2, 1), True))
            h = F.relu(self.norm("generator/3-norm", self.plain_deconv("generator/3-conv", h, 48, 4, 2, 1), True))
            return torch.tanh(self.plain_deconv("generator/4-conv", h, case["shape"][0], 4, 2, 1))
        h, layers = z, case["layers"]
        for i in range(layers):
            h = F.relu(self.dense(f"generator/{i}-dense", h, case["units"]))
        size = int(torch.tensor(case["shape"]).prod())
        last = torch.tanh if case["range"] == "signed" else torch.sigmoid
        return last(self.dense(f"generator/{layers}-dense", h, size)).reshape(-1, *case["shape"])

    def heads(self, phase, name, x, track=None):
        """Logits of D_G and D_C; `name` of the pass is part of those of its dropout."""
        case = self.case
        if case["network"] == "grey":
            h = F.leaky_relu(self.spectral_conv("trunk/0-conv", 2 * x - 1, 64, 4, 2, 1, track), 0.2)
            h = F.leaky_relu(self.norm("trunk/1-norm", self.spectral_conv("trunk/1-conv", h, 128, 4, 2, 1, track), track), 0.2)
            h = self.norm("trunk/2-norm", self.dense("trunk/2-dense", h.flatten(1), 1024), track)
            h = F.leaky_relu(h, 0.2)
        elif case["network"] == "colour":
            h = x
            for i, channels in enumerate([16, 32, 64, 128, 256, 512]):
                h = self.spectral_conv(f"trunk/{i}-conv", h, channels, 3, 2 if i % 2 == 0 else 1, 1, track)
                if i > 0:
                    h = self.norm(f"trunk/{i}-norm", h, track)
                h = F.leaky_relu(h, 0.2)
                h = 2 * h * (unit_noise(f"{phase}/{name}/trunk/{i}-dropout", *h.shape) > 0.5)
            h = h.flatten(1)
        else:
            h = x.flatten(1)
            for i in range(case["layers"]):
                h = F.relu(self.dense(f"trunk/{i}-dense", h, case["units"]))
        return self.dense("critic/0-dense", h, 1)[:, 0], self.dense("classifier/0-dense", h, case["components"])


def adam(case, parameters, factor):
    optimizer = torch.optim.Adam(list(parameters.values()), lr=case["learningRate"] * factor, betas=(0.5, 0.999),
                                 eps=1e-8, foreach=False)
    for name, p in parameters.items():
        second = unit_noise(f"{name}:moment2", *p.shape) * 2.0**-8
        optimizer.state[p] = {"step": torch.tensor(float(case["step"])), "exp_avg": torch.zeros_like(p), "exp_avg_sq": second}
    optimizer.step()


def descend(loss, parameters, gradients):
    found = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
    for (name, p), gradient in zip(parameters.items(), found):
        p.grad = torch.zeros_like(p) if gradient is None else gradient
        gradients[name] = p.grad.clone()


def signed_power(x, beta):
    return torch.where(x < 0, -((-x) ** beta), x.abs() ** beta)


def gold_weights(case, logit, classes, c):
    """w = d(G(z, c), c)^beta, a constant."""
    if case["reweight"] == "none" or case["step"] < case["reweightFrom"] * case["horizon"]:
        return None
    with torch.no_grad():
        chosen = torch.softmax(classes, 1)[torch.arange(len(c)), c]
        w = signed_power(logit + torch.log(chosen + 1e-6), case.get("power", 1.0))
        return {"none": w, "zero": w.clamp(min=0), "absolute": w.abs()}[case.get("clamp", "none")]


def run(case):
    model, gradients, b = Acgan(case), {}, case["batch"]
    spread = {"signed": lambda x: x, "unit": lambda x: (x + 1) / 2}[case["range"]]
    real = spread(noise("real", b, *case["shape"]))
    c, y = torch.arange(b) % case["components"], torch.tensor(case["labels"])
    z = torch.cat([noise("latent", b, case["noise"], scale=case.get("spread", 2.0)), F.one_hot(c, case["components"]).double()], 1)
    with torch.no_grad():
        fake = model.generator(z)
    of_real, of_fake = {}, {}
    on_real, real_classes = model.heads("critic", "real", real, of_real)
    on_fake, fake_classes = model.heads("critic", "fake", fake, of_fake)
    w = gold_weights(case, on_fake, fake_classes, c)
    weights = torch.ones(b) if w is None else w
    adversarial = (F.binary_cross_entropy_with_logits(on_real, torch.ones(b))
                   + F.binary_cross_entropy_with_logits(on_fake, torch.zeros(b), weight=weights))
    own = case.get("labelledBatch", 0)
    if own > 0:
        # The test draws the labelled rows one after another, from the first.
        rows = torch.nonzero(y >= 0)[:, 0]
        rows = rows[torch.arange(own) % len(rows)]
        _, labelled = model.heads("critic", "labelled", real[rows])
        class_real, place = F.cross_entropy(labelled, y[rows]), torch.arange(own)
    else:
        place = torch.nonzero(y >= 0)[:, 0]
        class_real = F.cross_entropy(real_classes[place], y[place]) if len(place) else torch.zeros(())
    wrong = F.cross_entropy(fake_classes, c, reduction="none") * weights
    class_fake = wrong[place].mean() if len(place) else torch.zeros(())
    outputs = {"critic": adversarial, "classReal": class_real, "classFake": class_fake,
               "criticReal": on_real.mean(), "criticFake": on_fake.mean()}
    if w is not None:
        outputs["weight"] = w.mean()
    trained = {**model.owned("trunk"), **model.owned("critic"), **model.owned("classifier")}
    descend(adversarial + class_real + case["classWeight"] * class_fake, trained, gradients)
    adam(case, trained, case["criticRate"])
    for name, values in of_real.items():
        if name.endswith("left-vector"):
            model.left[name] = values
        else:
            model.running[name] = tuple((r + f) / 2 for r, f in zip(values, of_fake[name]))

    on_fake, fake_classes = model.heads("generator", "fake", model.generator(z))
    outputs["generator"] = F.binary_cross_entropy_with_logits(on_fake, torch.ones(b))
    outputs["class"] = F.cross_entropy(fake_classes, c)
    descend(outputs["generator"] + outputs["class"], model.owned("generator"), gradients)
    adam(case, model.owned("generator"), 1.0)

    updated = {n: p.detach().clone() for n, p in model.parameters.items()} | model.left
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    expected = {"outputs": outputs, "gradients": gradients, "updated": updated,
                "priorChange": {"shares": torch.zeros(case["components"])}}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
