"""A whole training step of small InfoGAN, WGAN and ClusterGAN models in PyTorch, float64: python3 test/golden/baselines_step.py

Writes baselines_step.json beside this file; networks, Adam, draws and storage are those of slogan_step.py.

Order of the step: critic on its own batch; generator and encoder from one forward pass with the new critic; then the
projection of the encoder's weights. The latent of InfoGAN and ClusterGAN is [noise, one-hot code]. InfoGAN's encoder gives
logits of the code; ClusterGAN's gives the noise and the logits, and its weights are not projected.
"""
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from slogan_step import Model, adam, critic_step, noise, project, stored

MLP = {"network": "mlp", "shape": [2], "range": "signed", "components": 3, "batch": 6, "step": 4, "horizon": 20,
       "units": 8, "latent": 5, "critic": "wasserstein", "lipschitz": 10.0, "learningRate": 2.0**-6}
CASES = [
    {**MLP, "name": "infogan", "method": "infogan", "information": 1.0},
    {**MLP, "name": "infogan, hinge, no normalisation, weight 3", "method": "infogan", "information": 3.0,
     "network": "mlp-plain", "critic": "hinge", "shape": [4], "range": "real", "batch": 5, "components": 2},
    {**MLP, "name": "wgan", "method": "wgan"},
    {**MLP, "name": "wgan, unit interval, no normalisation", "method": "wgan", "network": "mlp-plain",
     "shape": [3], "range": "unit", "batch": 7},
    {**MLP, "name": "clustergan", "method": "clustergan", "noiseWeight": 10.0, "codeWeight": 10.0},
    {**MLP, "name": "clustergan, two-sided penalty, non-saturating, other weights", "method": "clustergan",
     "noiseWeight": 3.0, "codeWeight": 0.5, "penalty": "gp", "critic": "non-saturating", "network": "mlp-plain",
     "shape": [4], "range": "real", "batch": 5, "components": 2},
    {**MLP, "name": "clustergan, R1, saturating, no noise term", "method": "clustergan", "noiseWeight": 0.0,
     "codeWeight": 10.0, "penalty": "r1", "critic": "bce"},
]


class Coded(Model):
    """The same networks; the encoder gives a logit a code, of ClusterGAN the noise before them."""

    def encoder(self, x):
        whole = self.case["method"] == "clustergan"
        encoded = self.trunk("encoder", x, self.case["latent"] if whole else self.case["components"])
        if whole:
            self.spectral = []
        return encoded


def latents(case, phase):
    """WGAN: noise; the others: noise and the one-hot code i mod K of sample i."""
    b, d, k = case["batch"], case["latent"], case["components"]
    if case["method"] == "wgan":
        return noise(f"latent/{phase}", b, d, scale=2.0), None
    code = torch.arange(b) % k
    return torch.cat([noise(f"latent/{phase}", b, d - k, scale=2.0), F.one_hot(code, k).double()], 1), code


def run(case):
    model, k = Coded(case), case["components"]
    span = {"signed": lambda t: t, "unit": lambda t: (t + 1) / 2, "real": lambda t: 2 * t}[case["range"]]
    outputs = critic_step(case, model, span(noise("real", case["batch"], *case["shape"])), latents(case, "critic")[0])
    gradients = {n: p.grad.clone() for n, p in model.owned("critic").items()}
    adam(case, model.owned("critic"), 4)

    z, code = latents(case, "generator")
    generated = model.generator(z)
    scores = model.critic(generated)
    loss = {"bce": lambda: -F.binary_cross_entropy_with_logits(scores, torch.zeros_like(scores)),
            "non-saturating": lambda: F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores)),
            }.get(case["critic"], lambda: -scores.mean())()
    outputs["generator"] = loss
    if case["method"] == "clustergan":
        d = case["latent"] - case["components"]
        encoded = model.encoder(generated)
        outputs["noise"] = F.mse_loss(encoded[:, :d], z[:, :d])
        outputs["code"] = F.cross_entropy(encoded[:, d:], code)
        loss = loss + case["noiseWeight"] * outputs["noise"] + case["codeWeight"] * outputs["code"]
    if case["method"] == "infogan":
        information = F.cross_entropy(model.encoder(generated), code) - np.log(k)
        outputs["information"] = information
        loss = loss + case["information"] * information
    trained = {**model.owned("generator"), **model.owned("encoder")}
    gradients |= dict(zip(trained, torch.autograd.grad(loss, list(trained.values()))))
    for name, p in trained.items():
        p.grad = gradients[name]
    adam(case, trained, 1)

    updated = {n: p.detach().clone() for n, p in model.parameters.items()}
    for name in model.spectral:
        updated[name] = project(updated[name], noise(f"{name}/start", updated[name].shape[0]))
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    expected = {"outputs": outputs, "gradients": gradients, "updated": updated}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
