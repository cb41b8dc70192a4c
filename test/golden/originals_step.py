"""A whole training step of InfoGAN and ClusterGAN in their authors' setting, in PyTorch, float64: python3 test/golden/originals_step.py

Writes originals_step.json beside this file; draws and storage are those of slogan_step.py, networks those of
elastic_step.py. Images of 8x8 in [0, 1].

InfoGAN: D, trunk and Q on one batch; then the generator through all of them as they are now. ClusterGAN: the critic; then
generator and encoder, whose step is their first one.
"""
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from elastic_step import Elastic, bce
from slogan_step import noise, stored, unit_noise

BASE = {"shape": [1, 8, 8], "range": "unit", "components": 3, "batch": 6, "step": 4, "horizon": 20}
INFOGAN = {**BASE, "method": "infogan-original", "noise": 4, "continuous": 2, "information": 1.0,
           "learningRate": 2.0**-10, "criticRate": 0.5}
CLUSTERGAN = {**BASE, "method": "clustergan-original", "noise": 4, "noiseWeight": 10.0, "codeWeight": 10.0,
              "lipschitz": 10.0, "learningRate": 2.0**-10}
CASES = [
    {**INFOGAN, "name": "infogan", "batch": 7},
    {**INFOGAN, "name": "infogan, no continuous code, weight 3", "continuous": 0, "information": 3.0, "batch": 5},
    {**CLUSTERGAN, "name": "clustergan"},
    {**CLUSTERGAN, "name": "clustergan, no noise term, other weights", "noiseWeight": 0.0, "codeWeight": 3.0,
     "lipschitz": 1.0, "components": 2, "batch": 5},
]


class Original(Elastic):
    def generator(self, z, track=True):
        return torch.sigmoid(torch.atanh(super().generator(z)))  # the same layers, a sigmoid at the end

    def plain(self, name, x, outputs):
        """A network without normalisation: trunk and head in one."""
        h = F.leaky_relu(self.conv(f"{name}/trunk/0-conv", x, 64, 4, 2, 1), 0.2)
        h = F.leaky_relu(self.conv(f"{name}/trunk/1-conv", h, 128, 4, 2, 1), 0.2)
        h = F.leaky_relu(self.dense(f"{name}/trunk/2-dense", h.flatten(1), 1024), 0.2)
        return self.dense(f"{name}/head/0-dense", h, outputs)

    def answer(self, features, outputs, track):
        return self.dense("encoder/1-dense", self.hidden(features, track), outputs)


def adam(case, parameters, betas, factor=1.0, step=None):
    optimizer = torch.optim.Adam(list(parameters.values()), lr=case["learningRate"] * factor, betas=betas, eps=1e-8,
                                 foreach=False)
    for name, p in parameters.items():
        second = unit_noise(f"{name}:moment2", *p.shape) * 2.0**-8
        count = torch.tensor(float(case["step"] if step is None else step))
        optimizer.state[p] = {"step": count, "exp_avg": torch.zeros_like(p), "exp_avg_sq": second}
    optimizer.step()


def descend(loss, parameters, gradients):
    found = torch.autograd.grad(loss, list(parameters.values()))
    for (name, p), gradient in zip(parameters.items(), found):
        p.grad = gradient
        gradients[name] = gradient.clone()


def latents(case, phase, entries):
    b, k = case["batch"], case["components"]
    code = torch.arange(b) % k
    return torch.cat([noise(f"latent/{phase}", b, entries), F.one_hot(code, k).double()], 1), code


def information(case, z, code, answer):
    """The two parts of the mutual information."""
    e, u, k = case["noise"], case["continuous"], case["components"]
    discrete = np.log(k) - F.cross_entropy(answer[:, u:], code)
    if u == 0:
        return {"information": discrete}
    q = torch.distributions.Normal(answer[:, :u], torch.ones(1))
    p = torch.distributions.Uniform(-1.0, 1.0)
    drawn = z[:, e:e + u]
    return {"information": discrete, "continuous": (q.log_prob(drawn) - p.log_prob(drawn)).sum(1).mean()}


def infogan_step(case, model, real, gradients):
    betas, outputs = (0.5, 0.999), case["continuous"] + case["components"]
    entries = case["noise"] + case["continuous"]
    z, code = latents(case, "critic", entries)
    with torch.no_grad():
        fake = model.generator(z)
    seen = model.trunk(fake)
    on_real, on_fake = model.critic(model.trunk(real, True)), model.critic(seen)
    adversarial = bce(on_real, 1.0) + bce(on_fake, 0.0)
    parts = information(case, z, code, model.answer(seen, outputs, True))
    trained = {**model.owned("trunk"), **model.owned("critic"), **model.owned("encoder")}
    descend(adversarial - case["information"] * sum(parts.values()), trained, gradients)
    adam(case, trained, betas, case["criticRate"])
    values = {"critic": adversarial, "criticReal": on_real.mean(), "criticFake": on_fake.mean()}

    z, code = latents(case, "generator", entries)
    seen = model.trunk(model.generator(z))
    adversarial = bce(model.critic(seen), 1.0)
    parts = information(case, z, code, model.answer(seen, outputs, False))
    descend(adversarial - case["information"] * sum(parts.values()), model.owned("generator"), gradients)
    adam(case, model.owned("generator"), betas)
    return {**values, "generator": adversarial, **parts}


def clustergan_step(case, model, real, gradients):
    betas, d, k, b = (0.5, 0.9), case["noise"], case["components"], case["batch"]
    z, _ = latents(case, "critic", d)
    with torch.no_grad():
        fake = model.generator(z)
    e = unit_noise("mixing", b).reshape(-1, 1, 1, 1)
    points = (e * fake + (1 - e) * real).requires_grad_()
    slope, = torch.autograd.grad(model.plain("critic", points, 1).sum(), points, create_graph=True)
    penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    on_real, on_fake = model.plain("critic", real, 1), model.plain("critic", fake, 1)
    loss = on_fake.mean() - on_real.mean() + case["lipschitz"] * penalty
    descend(loss, model.owned("critic"), gradients)
    gradients["critic/head/0-dense/bias"] *= 0  # the loss does not depend on the critic's level
    model.parameters["critic/head/0-dense/bias"].grad *= 0
    adam(case, model.owned("critic"), betas)
    values = {"critic": loss, "penalty": penalty, "criticReal": on_real.mean(), "criticFake": on_fake.mean()}

    z, code = latents(case, "generator", d)
    generated = model.generator(z)
    encoded = model.plain("encoder", generated, d + k)
    adversarial = -model.plain("critic", generated, 1).mean()
    recovered, found = F.mse_loss(encoded[:, :d], z[:, :d]), F.cross_entropy(encoded[:, d:], code)
    trained = {**model.owned("generator"), **model.owned("encoder")}
    descend(adversarial + case["noiseWeight"] * recovered + case["codeWeight"] * found, trained, gradients)
    adam(case, trained, betas, step=0)
    return {**values, "generator": adversarial, "noise": recovered, "code": found}


def run(case):
    model, gradients = Original(case), {}
    real = (noise("real", case["batch"], *case["shape"]) + 1) / 2
    step = infogan_step if case["method"].startswith("infogan") else clustergan_step
    outputs = step(case, model, real, gradients)
    updated = {n: p.detach().clone() for n, p in model.parameters.items()}
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    expected = {"outputs": outputs, "gradients": gradients, "updated": updated}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
