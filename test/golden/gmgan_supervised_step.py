"""A step of small supervised GM-GAN models in PyTorch, float64: python3 test/golden/gmgan_supervised_step.py

Writes gmgan_supervised_step.json beside this file; networks, draws and storage are those of slogan_step.py, the mixtures
those of mixtures_step.py. The losses are those of Ben-Yosef and Weinshall 2018, section 3, written with probabilities:

  L(D) = -E_z sum_m log(1 - D(G(z))_m) - E_x [log D(x)_y + sum_{m != y} log(1 - D(x)_m)]
  L(G) = -E_z [log D(G(z))_f(k) + sum_{m != f(k)} log(1 - D(G(z))_m)]

Order of the step: critic on its own batch, then generator and, where it learns, the mixture. Sample i is drawn from Gaussian
i mod K; rows with the label -1 do not count in E_x.
"""
import json
from pathlib import Path

import torch

from mixtures_step import Mixture, harness_adam
from slogan_step import noise, stored

BASE = {"network": "mlp", "shape": [2], "range": "signed", "components": 3, "classes": 3, "batch": 6, "step": 4,
        "horizon": 20, "units": 8, "latent": 5, "learningRate": 2.0**-6, "criticRate": 1.0, "beta1": 0.5, "beta2": 0.999,
        "method": "gmgan", "variant": "static", "labels": [1, 0, 2, 1, 1, 2]}
CASES = [
    {**BASE, "name": "as many Gaussians as classes"},
    {**BASE, "name": "dynamic, five Gaussians for three classes, some labels", "variant": "dynamic", "components": 5,
     "labels": [2, -1, 0, -1, -1, 1, 2], "batch": 7, "network": "mlp-plain", "range": "real", "shape": [4]},
    {**BASE, "name": "a mapping of one's own, a critic that is twice as fast", "components": 4, "classes": 2,
     "mapping": [1, 0, 1, 1], "labels": [0, 0, 1, 0, 1, -1], "criticRate": 2.0},
    {**BASE, "name": "one class, which is the first GAN", "components": 2, "classes": 1, "labels": [0] * 6},
]


class Supervised(Mixture):
    def critic(self, x):
        return self.trunk("critic", x, self.case["classes"])


def cross(probabilities, classes):
    """-log D_own - sum of log(1 - D_m) over the others, a number a row."""
    rows = []
    for o, own in zip(probabilities, classes):
        others = [torch.log(1 - o[m]) for m in range(len(o)) if m != own]
        rows.append(-torch.log(o[own]) - sum(others))
    return torch.stack(rows)


def run(case):
    model = Supervised(case)
    span = {"signed": lambda t: t, "real": lambda t: 2 * t}[case["range"]]
    x = span(noise("real", case["batch"], *case["shape"]))
    mapping = case.get("mapping", [k % case["classes"] for k in range(case["components"])])

    with torch.no_grad():
        fake = model.generator(model.latents("critic")[0])
    on_fake = -torch.log(1 - torch.sigmoid(model.critic(fake))).sum(1).mean()
    labelled = [i for i, y in enumerate(case["labels"]) if y >= 0]
    on_real = cross(torch.sigmoid(model.critic(x))[labelled], [case["labels"][i] for i in labelled]).mean()
    critic = on_fake + on_real
    critic.backward()
    gradients = {n: p.grad.clone() for n, p in model.owned("critic").items()}
    harness_adam(case, model.owned("critic"), case["criticRate"])

    z, gaussian = model.latents("generator")
    loss = cross(torch.sigmoid(model.critic(model.generator(z))), [mapping[k] for k in gaussian]).mean()
    trained = {n: p for part in ("generator", "prior") for n, p in model.owned(part).items()}
    gradients |= dict(zip(trained, torch.autograd.grad(loss, list(trained.values()))))
    for name, p in trained.items():
        p.grad = gradients[name]
    harness_adam(case, trained, 1)

    updated = {n: p.detach().clone() for n, p in model.parameters.items()}
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    expected = {"outputs": {"critic": critic, "generator": loss}, "gradients": gradients, "updated": updated}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
