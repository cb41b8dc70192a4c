"""A whole training step of small Elastic-InfoGAN models in PyTorch, float64: python3 test/golden/elastic_step.py

Writes elastic_step.json beside this file; draws and storage are those of slogan_step.py. Images of 8x8 in [0, 1], which the
networks see in [-1, 1].

Order of the step: trunk and D's head on real and generated images; then generator, Q's head and theta from one forward
pass with the new trunk and D. Batches of real, transformed and generated images are normalised apart. Running statistics of
the trunk are those of real images; those of Q's head too where it sees any, else of generated ones.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from slogan_step import Model, noise, stored, unit_noise

BASE = {"shape": [1, 8, 8], "range": "unit", "components": 3, "batch": 6, "step": 4, "horizon": 20, "noise": 4,
        "variant": 2020, "classes": "learned", "temperature": 0.5, "information": 1.0, "target": "hard",
        "contrast": 10.0, "contrastTemperature": 1.0, "transformation": 10.0, "entropy": 1.0,
        "learningRate": 2.0**-10, "criticRate": 1.0, "priorRate": 1.0}
CASES = [
    {**BASE, "name": "2020"},
    {**BASE, "name": "2020, other weights and rates", "contrast": 3.0, "contrastTemperature": 0.5, "information": 2.0,
     "criticRate": 0.5, "priorRate": 8.0, "temperature": 0.1, "batch": 5, "components": 4},
    {**BASE, "name": "draft", "variant": "draft"},
    {**BASE, "name": "draft, soft target, no entropy term", "variant": "draft", "target": "soft", "entropy": 0.0},
    {**BASE, "name": "given sizes, no term of invariance", "classes": "given", "shares": "5:3:2", "contrast": 0.0},
]


class Elastic(Model):
    def norm(self, name, x, track):
        axes = [0, 2, 3] if x.dim() == 4 else [0]
        gamma, beta = self.get(f"{name}/gamma", x.shape[1]), self.get(f"{name}/beta", x.shape[1])
        if track:
            with torch.no_grad():
                mean, var = x.mean(axes), x.var(axes, unbiased=False)
                old = self.running.get(name, (torch.zeros_like(mean), torch.ones_like(mean), torch.zeros(1)))
                self.running[name] = (0.9 * old[0] + 0.1 * mean, 0.9 * old[1] + 0.1 * var, 0.9 * old[2] + 0.1)
        return F.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-5)

    def generator(self, z):
        quarter = self.case["shape"][1] // 4
        h = F.relu(self.norm("generator/0-norm", self.dense("generator/0-dense", z, 1024), True))
        h = F.relu(self.norm("generator/1-norm", self.dense("generator/1-dense", h, 128 * quarter**2), True))
        h = self.deconv("generator/2-conv", h.reshape(-1, 128, quarter, quarter), 64, 4, 2, 1)
        h = F.relu(self.norm("generator/2-norm", h, True))
        return torch.tanh(self.deconv("generator/3-conv", h, 1, 4, 2, 1))  # in [-1, 1]

    def trunk(self, x, track=False):
        h = F.leaky_relu(self.conv("trunk/0-conv", x, 64, 4, 2, 1), 0.2)
        h = F.leaky_relu(self.norm("trunk/1-norm", self.conv("trunk/1-conv", h, 128, 4, 2, 1), track), 0.2)
        return F.leaky_relu(self.norm("trunk/2-norm", self.dense("trunk/2-dense", h.flatten(1), 1024), track), 0.2)

    def critic(self, features):
        return self.dense("critic/0-dense", features, 1)

    def hidden(self, features, track):
        return F.leaky_relu(self.norm("encoder/0-norm", self.dense("encoder/0-dense", features, 128), track), 0.2)

    def encoder(self, features, track):
        return self.dense("encoder/1-dense", self.hidden(features, track), self.case["components"])

    def latents(self, phase):
        case = self.case
        b, k, d = case["batch"], case["components"], case["noise"]
        if case["classes"] == "given":
            code = F.one_hot(torch.arange(b) % k, k).double()
            return torch.cat([noise(f"latent/{phase}", b, d, scale=2.0), code], 1), code
        log_p = torch.log_softmax(self.get("prior/theta", k), 0)
        code = torch.softmax((log_p + noise(f"gumbel/{phase}", b, k, scale=2.0)) / case["temperature"], 1)
        return torch.cat([noise(f"noise/{phase}", b, d, scale=2.0), code], 1), code


def constant_adam(case, parameters, factor):
    optimizer = torch.optim.Adam(list(parameters.values()), lr=case["learningRate"] * factor, betas=(0.5, 0.999),
                                 eps=1e-8, foreach=False)
    for name, p in parameters.items():
        second = unit_noise(f"{name}:moment2", *p.shape) * 2.0**-8
        optimizer.state[p] = {"step": torch.tensor(float(case["step"])), "exp_avg": torch.zeros_like(p), "exp_avg_sq": second}
    optimizer.step()


def bce(scores, target):
    return F.binary_cross_entropy(torch.sigmoid(scores), torch.full_like(scores, target))


def nt_xent(a, b, temperature):
    z = F.normalize(torch.cat([a, b]), dim=1)
    n = len(a)
    similar = (F.cosine_similarity(z[:, None], z[None], dim=2) / temperature).masked_fill(
        torch.eye(2 * n, dtype=torch.bool), float("-inf"))
    return F.cross_entropy(similar, torch.cat([torch.arange(n) + n, torch.arange(n)]))


def shannon(q):
    return torch.distributions.Categorical(probs=q).entropy().mean()


def invariance(case, model, real, transformed):
    """Terms by name, and their weights."""
    if case["variant"] == 2020:
        if case["contrast"] == 0:
            return {}, {}
        other = model.hidden(model.trunk(transformed), False)
        own = model.hidden(model.trunk(real), True)
        return {"contrast": nt_xent(own, other, case["contrastTemperature"])}, {"contrast": case["contrast"]}
    other = torch.softmax(model.encoder(model.trunk(transformed), False), 1)
    own = torch.softmax(model.encoder(model.trunk(real), True), 1)
    terms = {"transformation": (1 - F.cosine_similarity(own, other, dim=1)).mean(), "entropy": shannon(own) + shannon(other)}
    terms = {name: term for name, term in terms.items() if case[name] > 0}
    return terms, {name: case[name] for name in terms}


def run(case):
    model = Elastic(case)
    b = case["batch"]
    real, transformed = (noise(name, b, *case["shape"]) for name in ("real", "transformed"))  # in [-1, 1]
    z, _ = model.latents("critic")
    with torch.no_grad():
        fake = model.generator(z)
    on_real, on_fake = model.critic(model.trunk(real, True)), model.critic(model.trunk(fake))
    loss = bce(on_real, 1.0) + bce(on_fake, 0.0)
    outputs = {"critic": loss, "criticReal": on_real.mean(), "criticFake": on_fake.mean()}
    trained = {**model.owned("trunk"), **model.owned("critic")}
    gradients = dict(zip(trained, torch.autograd.grad(loss, list(trained.values()))))
    for name, p in trained.items():
        p.grad = gradients[name]
    constant_adam(case, trained, case["criticRate"])

    z, code = model.latents("generator")
    seen = model.trunk(model.generator(z))
    terms, weights = invariance(case, model, real, transformed)
    outputs["generator"] = bce(model.critic(seen), 1.0)
    logits = model.encoder(seen, not terms)
    if case["target"] == "hard":
        outputs["information"] = F.cross_entropy(logits, code.argmax(1))
    else:
        outputs["information"] = -(code * torch.log_softmax(logits, 1)).sum(1).mean()
    outputs |= terms
    loss = outputs["generator"] + case["information"] * outputs["information"]
    for name, term in terms.items():
        loss = loss + weights[name] * term
    own = {**model.owned("generator"), **model.owned("encoder")}
    prior = model.owned("prior")
    both = {**own, **prior}
    found = dict(zip(both, torch.autograd.grad(loss, list(both.values()))))
    for name, p in both.items():
        p.grad = found[name]
    constant_adam(case, own, 1)
    if prior:
        constant_adam(case, prior, case["priorRate"])
    updated = {n: p.detach().clone() for n, p in model.parameters.items()}
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    expected = {"outputs": outputs, "gradients": gradients | found, "updated": updated}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
