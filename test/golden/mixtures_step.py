"""A step of small DeLiGAN, DeLiGAN+ and GM-GAN models in PyTorch, float64: python3 test/golden/mixtures_step.py

Writes mixtures_step.json beside this file; networks, draws and storage are those of slogan_step.py.

Order of the step: critic on its own batch; then generator, encoder if there is one, and the mixture where it learns, from
one forward pass with the new critic; then the projection of the encoder's weights. Sample i of a batch is drawn from
component i mod K. Where a step of GM-GAN is one of its last ones, the classifier alone learns, from samples of the generator
in evaluation mode.
"""
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from slogan_step import Model, noise, project, stored, unit_noise

MLP = {"network": "mlp", "shape": [2], "range": "signed", "components": 3, "batch": 6, "step": 4, "horizon": 20,
       "units": 8, "latent": 5, "critic": "wasserstein", "penalty": "lp", "lipschitz": 10.0, "learningRate": 2.0**-6,
       "criticRate": 4.0, "beta1": 0.0, "beta2": 0.9}
GM = {**MLP, "method": "gmgan", "critic": "non-saturating", "penalty": "none", "criticRate": 1.0, "beta1": 0.5,
      "beta2": 0.999, "classifierFrom": 16, "classifierRate": 2.0**-7}
CASES = [
    {**MLP, "name": "deligan", "method": "deligan", "sigmaWeight": 0.0},
    {**MLP, "name": "deligan, its own losses, deviations held, no normalisation", "method": "deligan",
     "sigmaWeight": 0.5, "network": "mlp-plain", "critic": "bce", "shape": [4], "range": "real", "batch": 5, "components": 2},
    {**MLP, "name": "deligan-plus", "method": "deligan-plus", "sigmaWeight": 0.0, "codeWeight": 10.0},
    {**MLP, "name": "deligan-plus, hinge, deviations held, unit interval", "method": "deligan-plus", "sigmaWeight": 0.05,
     "codeWeight": 2.0, "critic": "hinge", "range": "unit", "shape": [3], "network": "mlp-plain", "batch": 7, "components": 4},
    {**GM, "name": "gmgan, static", "variant": "static"},
    {**GM, "name": "gmgan, dynamic", "variant": "dynamic"},
    {**GM, "name": "gmgan, dynamic, Wasserstein with a penalty", "variant": "dynamic", "critic": "wasserstein",
     "penalty": "lp", "range": "real", "shape": [4], "network": "mlp-plain", "batch": 5, "components": 2},
    {**GM, "name": "gmgan, static, its classifier", "variant": "static", "step": 18},
    {**GM, "name": "gmgan, dynamic, its classifier", "variant": "dynamic", "step": 16},
]


class Mixture(Model):
    """The networks of the harness, with encoders of K logits and the mixture."""

    def latents(self, phase):
        case = self.case
        b, d, k = case["batch"], case["latent"], case["components"]
        component, e = torch.arange(b) % k, noise(f"latent/{phase}", b, d, scale=2.0)
        if case["method"] == "gmgan":
            if case["variant"] == "static":
                return noise("static/means", k, d)[component] + 0.15 * e, component
            means, factors = self.get("prior/means", k, d), self.get("prior/factors", k, d, d)
            return torch.stack([factors[c] @ e[i] + means[c] for i, c in enumerate(component)]), component
        means, scales = self.get("prior/means", k, d), self.get("prior/scales", k, d)
        return means[component] + scales[component] * e, component

    def encoder(self, x):
        return self.trunk("encoder", x, self.case["components"])

    def classifier(self, x):
        return self.trunk("classifier", x, self.case["components"])

    def norm(self, name, x):
        """In evaluation mode: running mean 0 and variance 1, which is where they start (debiased at n = 0 by nothing)."""
        if not getattr(self, "evaluating", False):
            return super().norm(name, x)
        gamma, beta = self.get(f"{name}/gamma", x.shape[1]), self.get(f"{name}/beta", x.shape[1])
        self.running.setdefault(name, (torch.zeros(x.shape[1]), torch.ones(x.shape[1]), torch.zeros(1)))
        return x / np.sqrt(1 + 1e-5) * gamma + beta


def adam(parameters, rate, betas, count):
    optimizer = torch.optim.Adam(list(parameters.values()), lr=rate, betas=betas, eps=1e-8, foreach=False)
    for name, p in parameters.items():
        second = unit_noise(f"{name}:moment2", *p.shape) * 2.0**-8
        optimizer.state[p] = {"step": torch.tensor(float(count)), "exp_avg": torch.zeros_like(p), "exp_avg_sq": second}
    optimizer.step()


def harness_adam(case, parameters, factor):
    rate = case["learningRate"] * factor * max(0, 1 - case["step"] / case["horizon"])
    adam(parameters, rate, (case["beta1"], case["beta2"]), case["step"])


def critic_step(case, model, x):
    with torch.no_grad():
        fake = model.generator(model.latents("critic")[0])
    on_real, on_fake = model.critic(x), model.critic(fake)
    ones, zeros = torch.ones_like(on_real), torch.zeros_like(on_fake)
    loss = {"wasserstein": lambda: on_fake.mean() - on_real.mean(),
            "hinge": lambda: F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean(),
            }.get(case["critic"], lambda: F.binary_cross_entropy_with_logits(on_real, ones)
                  + F.binary_cross_entropy_with_logits(on_fake, zeros))()
    penalty = torch.zeros(1)
    if case["penalty"] == "lp":
        e = unit_noise("mixing", len(x))[:, None]
        points = (e * fake + (1 - e) * x).requires_grad_()
        gradient, = torch.autograd.grad(model.critic(points).sum(), points, create_graph=True)
        penalty = F.relu(gradient.norm(dim=1) - 1).square().mean()
    loss = loss + case["lipschitz"] * penalty
    loss.backward()
    return {"critic": loss, "penalty": penalty, "criticReal": on_real.mean(), "criticFake": on_fake.mean()}


def adversarial(case, scores):
    return {"bce": lambda: torch.log(1 - torch.sigmoid(scores)).mean(),
            "non-saturating": lambda: -torch.log(torch.sigmoid(scores)).mean(),
            }.get(case["critic"], lambda: -scores.mean())()


def gan_step(case, model, x):
    outputs = critic_step(case, model, x)
    gradients = {n: p.grad.clone() for n, p in model.owned("critic").items()}
    harness_adam(case, model.owned("critic"), case["criticRate"])

    z, component = model.latents("generator")
    generated = model.generator(z)
    loss = outputs["generator"] = adversarial(case, model.critic(generated))
    if case["method"] == "deligan-plus":
        outputs["code"] = -torch.log_softmax(model.encoder(generated), 1)[torch.arange(len(z)), component].mean()
        loss = loss + case["codeWeight"] * outputs["code"]
    if case.get("sigmaWeight", 0) > 0:
        outputs["sigma"] = ((1 - model.parameters["prior/scales"]) ** 2).mean()
        loss = loss + case["sigmaWeight"] * outputs["sigma"]
    trained = {n: p for part in ("generator", "encoder", "prior") for n, p in model.owned(part).items()}
    gradients |= dict(zip(trained, torch.autograd.grad(loss, list(trained.values()))))
    for name, p in trained.items():
        p.grad = gradients[name]
    harness_adam(case, trained, 1)
    return outputs, gradients


def classifier_step(case, model):
    model.evaluating = True
    with torch.no_grad():
        z, component = model.latents("classifier")
        samples = model.generator(z)
    loss = F.cross_entropy(model.classifier(samples), component)
    loss.backward()
    trained = model.owned("classifier")
    gradients = {n: p.grad.clone() for n, p in trained.items()}
    adam(trained, case["classifierRate"], (0.9, 0.999), case["step"] - case["classifierFrom"])
    return {"classifier": loss}, gradients


def run(case):
    model = Mixture(case)
    span = {"signed": lambda t: t, "unit": lambda t: (t + 1) / 2, "real": lambda t: 2 * t}[case["range"]]
    x = span(noise("real", case["batch"], *case["shape"]))
    last = case["method"] == "gmgan" and case["step"] >= case["classifierFrom"]
    outputs, gradients = classifier_step(case, model) if last else gan_step(case, model, x)
    # What this step leaves alone is there too.
    with torch.no_grad():
        model.critic(x)
        if case["method"] == "gmgan":
            model.classifier(x)

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
