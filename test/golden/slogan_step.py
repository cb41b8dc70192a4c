"""A whole training step of small SLOGAN models in PyTorch, float64: python3 test/golden/slogan_step.py

Writes slogan_step.json beside this file. Every starting value and draw comes from `noise`, a hash that the test
computes too and whose values are exact in float32, so that the file holds results only. Large tensors are stored as
their norm, their product with a hashed vector, and a slice.

Order of the step: critic on its own batch; generator, encoder and prior from one forward pass with the new critic;
then the projection of the encoder's weights. Adam goes on from a second moment, at step 5 of a schedule.
"""
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
FULL = 256  # larger tensors are stored as a digest


def noise(name, *shape, scale=1.0):
    """Numbers k / 2^23 in [-1, 1) from a hash of the name and the index (FNV-1a, then the murmur3 finaliser)."""
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    mask = np.uint64(0xFFFFFFFF)
    x = (np.uint64(h) + np.arange(int(np.prod(shape)), dtype=np.uint64) * np.uint64(0x9E3779B1)) & mask
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        x = ((x ^ (x >> np.uint64(shift))) * np.uint64(factor)) & mask
    values = (x >> np.uint64(8)).astype(np.float64) / 2**23 - 1
    return torch.from_numpy(values * scale).reshape(shape)


def unit_noise(name, *shape):
    return (noise(name, *shape) + 1) / 2


# Networks: parameters by name, in the order in which they are made.
class Model:
    def __init__(self, case):
        self.case = case
        self.parameters, self.running = {}, {}
        self.spectral = []

    def get(self, name, *shape):
        if name not in self.parameters:
            role = name.rsplit("/", 1)[1]
            if role == "weight":
                fans = int(np.prod(shape[2:])) * (shape[0] + shape[1])
                steep = 4 if name.startswith("critic/") else 1  # so that the Lipschitz penalty is felt
                value = noise(name, *shape, scale=steep * 2.0 ** np.floor(np.log2(np.sqrt(6 / fans))))
            else:
                value = (role == "gamma") + noise(name, *shape, scale=0.25 if role == "gamma" else 0.125)
                value = value.float().double()
            self.parameters[name] = value.requires_grad_()
        return self.parameters[name]

    def dense(self, name, x, outputs):
        return x @ self.get(f"{name}/weight", x.shape[1], outputs) + self.get(f"{name}/bias", outputs)

    def conv(self, name, x, outputs, kernel, stride=1, pad=0):
        weight = self.get(f"{name}/weight", outputs, x.shape[1], kernel, kernel)
        return F.conv2d(x, weight, self.get(f"{name}/bias", outputs), stride, pad)

    def deconv(self, name, x, outputs, kernel, stride=1, pad=0):
        weight = self.get(f"{name}/weight", x.shape[1], outputs, kernel, kernel)
        return F.conv_transpose2d(x, weight, self.get(f"{name}/bias", outputs), stride, pad)

    def norm(self, name, x):
        axes = [0, 2, 3] if x.dim() == 4 else [0]
        gamma, beta = self.get(f"{name}/gamma", x.shape[1]), self.get(f"{name}/beta", x.shape[1])
        with torch.no_grad():
            n = x.numel() / x.shape[1]
            mean, var = x.mean(axes), x.var(axes, unbiased=False)
            old = self.running.get(name, (torch.zeros_like(mean), torch.ones_like(mean), torch.zeros(1)))
            assert n > 1
            self.running[name] = (0.9 * old[0] + 0.1 * mean, 0.9 * old[1] + 0.1 * var, 0.9 * old[2] + 0.1)
        return F.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-5)

    def generator(self, z):
        case, name = self.case, "generator"
        # Table 13 ends without an activation, whatever the range of a table.
        plain = case["network"] == "mlp-plain" and len(case["shape"]) == 1
        last = {"signed": torch.tanh, "unit": torch.sigmoid, "real": lambda y: y}["real" if plain else case["range"]]
        if case["network"] == "dcgan":
            h = F.relu(self.norm(f"{name}/0-norm", self.dense(f"{name}/0-dense", z, 1024)))[:, :, None, None]
            h = F.relu(self.norm(f"{name}/1-norm", self.deconv(f"{name}/1-conv", h, 128, 7)))
            h = F.relu(self.norm(f"{name}/2-norm", self.deconv(f"{name}/2-conv", h, 64, 4, 2, 1)))
            return last(self.deconv(f"{name}/3-conv", h, 1, 4, 2, 1))
        h = z
        for i in range(2):
            h = self.dense(f"{name}/{i}-dense", h, case["units"])
            h = F.relu(self.norm(f"{name}/{i}-norm", h)) if case["network"] == "mlp" else F.leaky_relu(h, 0.2)
        return last(self.dense(f"{name}/2-dense", h, case["shape"][0]))

    def trunk(self, name, x, outputs):
        case = self.case
        if case["network"] == "dcgan":
            h = F.leaky_relu(self.conv(f"{name}/0-conv", x, 64, 4, 2, 1), 0.2)
            h = F.leaky_relu(self.conv(f"{name}/1-conv", h, 64, 4, 2, 1), 0.2)
            h = F.leaky_relu(self.conv(f"{name}/2-conv", h, 1024, 7), 0.2).flatten(1)
            return self.dense(f"{name}/3-dense", h, outputs)
        if name == "encoder":
            self.spectral = [f"{name}/{i}-dense/weight" for i in range(3)]
        h = x
        for i in range(2):
            h = F.leaky_relu(self.dense(f"{name}/{i}-dense", h, case["units"]), 0.2)
        return self.dense(f"{name}/2-dense", h, outputs)

    def critic(self, x):
        return self.trunk("critic", x, 1)

    def encoder(self, x):
        return self.trunk("encoder", x, self.case["latent"])

    def owned(self, network):
        return {n: p for n, p in self.parameters.items() if n.startswith(network + "/")}


def adam(case, parameters, factor):
    rate = case["learningRate"] * factor * max(0, 1 - case["step"] / case["horizon"])
    optimizer = torch.optim.Adam(list(parameters.values()), lr=rate, betas=(0.0, 0.9), eps=1e-8, foreach=False)
    for name, p in parameters.items():
        second = unit_noise(f"{name}:moment2", *p.shape) * 2.0**-8
        optimizer.state[p] = {"step": torch.tensor(float(case["step"])), "exp_avg": torch.zeros_like(p), "exp_avg_sq": second}
    optimizer.step()


def arc(cosine, s, m):
    sine = torch.sqrt(torch.clamp(1 - cosine**2, min=1e-10))
    return torch.where(cosine > np.cos(np.pi - m), s * (cosine * np.cos(m) - sine * np.sin(m)), s * (cosine - m * np.sin(m)))


def contrast(case, prior, z, encoded, margin):
    means, covariances, logits = prior
    log_joint = torch.stack([torch.distributions.MultivariateNormal(m, c).log_prob(z) for m, c in zip(means, covariances)], 1)
    log_r = torch.log_softmax(torch.log_softmax(logits, 0) + log_joint, 1)
    b, s = len(z), case["scale"]
    codes = torch.softmax((log_r + noise("gumbel", b, len(means), scale=2.0)) / case["temperature"], 1)
    cosine = F.normalize(encoded, dim=1) @ F.normalize(codes @ means, dim=1).T
    losses = []
    for i in range(b):
        positive = arc(cosine[i, i], s, margin)
        others = torch.cat([s * cosine[i, :i], s * cosine[i, i + 1:], positive[None]])
        losses.append(-positive + torch.logsumexp(others, 0) - np.log(b))
    return torch.stack(losses), log_r.exp().detach()


def move_prior(case, prior, z, r, g, mixing_loss):
    means, covariances, logits = prior
    b = len(z)
    rate = case["priorRate"] * max(0, 1 - case["step"] / case["horizon"])
    if case["baseline"]:
        mixing_loss = (mixing_loss - mixing_loss.mean()) * b / (b - 1)
    moved_means, moved = means - 10 * rate * r.T @ g / b, []
    for c, sigma in enumerate(covariances):
        inverse = torch.linalg.inv(sigma)
        s = (r[:, c, None] * ((z - means[c]) @ inverse)).T @ g / b
        delta = -(s + s.T) / 4
        gamma = rate * case["covarianceRate"]
        moved.append(sigma + gamma * delta + gamma**2 / 2 * delta @ inverse @ delta)
        if case["covarianceRate"] == 2:  # the same step, as the authors' code writes it
            n = (s + s.T) / 2
            assert torch.allclose(moved[-1], sigma - rate * n + rate**2 / 2 * n @ inverse @ n, rtol=1e-12)
    moved_logits = logits - rate * ((r - torch.softmax(logits, 0)) * mixing_loss[:, None]).mean(0)
    return moved_means, torch.stack(moved), moved_logits


def project(w, u):
    for _ in range(2):
        v = F.normalize(w.T @ u, dim=0, eps=0)
        u = F.normalize(w @ v, dim=0, eps=0)
    return w / (u @ w @ v)


def critic_step(case, model, x, z):
    b = case["batch"]
    with torch.no_grad():
        fake = model.generator(z)
    kind = case.get("penalty", "lp")
    e = unit_noise("mixing", b).reshape(-1, *[1] * (x.dim() - 1))
    points = (x if kind == "r1" else e * fake + (1 - e) * x).clone().requires_grad_()
    gradient, = torch.autograd.grad(model.critic(points).sum(), points, create_graph=True)
    slope = gradient.flatten(1).norm(dim=1)
    penalty = {"lp": lambda: F.relu(slope - 1).square().mean(), "gp": lambda: (slope - 1).square().mean(),
               "r1": lambda: slope.square().mean() / 2}[kind]()
    on_real, on_fake = model.critic(x), model.critic(fake)
    if case["critic"] == "hinge":
        loss = F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()
    elif case["critic"] in ("bce", "non-saturating"):
        loss = (F.binary_cross_entropy_with_logits(on_real, torch.ones_like(on_real))
                + F.binary_cross_entropy_with_logits(on_fake, torch.zeros_like(on_fake)))
    else:
        loss = on_fake.mean() - on_real.mean()
    loss = loss + case["lipschitz"] * penalty
    loss.backward()
    return {"critic": loss, "penalty": penalty, "criticReal": on_real.mean(), "criticFake": on_fake.mean()}


def run(case):
    model, b, d, k = Model(case), case["batch"], case["latent"], case["components"]
    span = {"signed": lambda t: t, "unit": lambda t: (t + 1) / 2, "real": lambda t: 2 * t}[case["range"]]
    x = span(noise("real", b, *case["shape"]))
    spread = noise("prior/covariances", k, d, d, scale=0.125)
    prior = (noise("prior/means", k, d), torch.eye(d) + spread + spread.transpose(1, 2), noise("prior/logits", k))
    decay = max(0, 1 + (case["decayEnd"] - 1) * case["step"] / case["horizon"])

    outputs = critic_step(case, model, x, noise("latent/critic", b, d, scale=2.0))
    gradients = {n: p.grad.clone() for n, p in model.owned("critic").items()}
    adam(case, model.owned("critic"), 4)

    z = noise("latent/generator", b, d, scale=2.0).requires_grad_()
    generated = model.generator(z)
    adversarial = -model.critic(generated)[:, 0]
    contrastive, r = contrast(case, prior, z, model.encoder(generated), case["margin"] * decay)
    total = adversarial + case["lambda"] * decay * contrastive
    latent_gradient, = torch.autograd.grad(total.sum(), z, retain_graph=True)
    trained = {**model.owned("generator"), **model.owned("encoder")}
    gradients |= dict(zip(trained, torch.autograd.grad(total.mean(), list(trained.values()))))
    for name, p in trained.items():
        p.grad = gradients[name]
    adam(case, trained, 1)
    outputs |= {"generator": adversarial.mean(), "u2c": contrastive.mean(), "adversarial": adversarial,
                "contrastive": contrastive, "latentGradient": latent_gradient}
    mixing_loss = total if case["mixingSeesU2C"] else adversarial
    moved = move_prior(case, prior, z.detach(), r, latent_gradient, mixing_loss.detach())

    updated = {n: p.detach().clone() for n, p in model.parameters.items()}
    for name in model.spectral:
        updated[name] = project(updated[name], noise(f"{name}/start", updated[name].shape[0]))
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    expected = {"outputs": outputs, "gradients": gradients, "updated": updated}
    named = {part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}
    # The prior moves little in one step, so its change is compared.
    named["priorChange"] = {n: stored(n, new - old) for n, new, old in zip(["means", "covariances", "logits"], moved, prior)}
    return {**case, **named}


def number(x):
    return float(f"{x:.14g}")


def stored(name, tensor):
    flat = tensor.detach().flatten()
    if len(flat) <= FULL:
        return [number(x) for x in flat.tolist()]
    stride = len(flat) // 32
    return {"norm": number(flat.norm().item()), "stride": stride, "slice": [number(x) for x in flat[::stride].tolist()],
            "product": number((flat @ noise(f"{name}:digest", len(flat))).item())}


MLP = {"network": "mlp", "shape": [2], "range": "signed", "components": 3, "batch": 6, "step": 4, "horizon": 20,
       "units": 8, "latent": 4, "critic": "wasserstein", "lipschitz": 10.0, "learningRate": 2.0**-6, "lambda": 4.0,
       "scale": 2.0, "margin": 0.5, "temperature": 0.1, "decayEnd": 0, "priorRate": 2.0**-6, "covarianceRate": 2,
       "baseline": False, "mixingSeesU2C": False}
CASES = [
    {**MLP, "name": "wasserstein"},
    {**MLP, "name": "hinge", "critic": "hinge"},
    {**MLP, "name": "hinge, no normalisation, fast decay, printed covariance rate, baseline, mixing sees U2C",
     "network": "mlp-plain", "shape": [5], "range": "real", "critic": "hinge", "margin": 0.25, "decayEnd": -1,
     "covarianceRate": 1, "baseline": True, "mixingSeesU2C": True, "scale": 4.0, "temperature": 0.5},
    {**MLP, "name": "convolutions", "network": "dcgan", "shape": [1, 28, 28], "range": "unit", "batch": 4, "latent": 6,
     "components": 2, "temperature": 0.5, "learningRate": 2.0**-10},
]

if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "noise": noise("check", 8).tolist(),
              "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
