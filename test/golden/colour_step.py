"""A step of SLOGAN for colour images in PyTorch, float64: python3 test/golden/colour_step.py

Writes colour_step.json beside this file; losses, Adam, draws and storage are those of slogan_step.py. The networks are those
of Tables 14 and 15, written as they are drawn: images are doubled before a convolution, and halved after it. The critic
has adversarial Lipschitz regularisation, the encoder SimCLR with DiffAugment and weight decay, the generator a batch of
its own.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from slogan_step import MLP, Model, adam, contrast, move_prior, noise, stored, unit_noise

BASE = {**MLP, "network": "resnet", "channels": 3, "shape": [3, 16, 16], "range": "signed", "components": 2, "batch": 4,
        "generatorBatch": 5, "latent": 6, "penalty": "alr", "temperature": 0.5, "learningRate": 2.0**-10,
        "simclr": "generated", "simclrForm": "code", "encoderDecay": 2.0**-6, "critic": "wasserstein"}
CASES = [
    {**BASE, "name": "as coded"},
    {**BASE, "name": "SimCLR as printed on both, hinge, other sides", "simclr": "both", "simclrForm": "paper",
     "critic": "hinge", "shape": [3, 40, 16], "channels": 4, "encoderDecay": 0},
    {**BASE, "name": "no SimCLR, decay alone, equal batches", "simclr": "none", "generatorBatch": 4},
    {**BASE, "name": "data in the unit interval", "range": "unit", "simclr": "real"},
]


class Residual(Model):
    def up(self, name, x):
        c = x.shape[1]
        doubled = lambda t: F.interpolate(t, scale_factor=2, mode="nearest")
        h = self.conv(f"{name}/0-conv", doubled(F.relu(self.norm(f"{name}/0-norm", x))), c, 3, 1, 1)
        h = self.conv(f"{name}/1-conv", F.relu(self.norm(f"{name}/1-norm", h)), c, 3, 1, 1)
        return h + self.conv(f"{name}/shortcut", doubled(x), c, 1)

    def down(self, name, x, first=False):
        c = self.case["channels"]
        h = self.conv(f"{name}/0-conv", x if first else F.relu(x), c, 3, 1, 1)
        h = F.avg_pool2d(self.conv(f"{name}/1-conv", F.relu(h), c, 3, 1, 1), 2)
        if first:
            return h + self.conv(f"{name}/shortcut", F.avg_pool2d(x, 2), c, 1)
        return h + F.avg_pool2d(self.conv(f"{name}/shortcut", x, c, 1), 2)

    def block(self, name, x):
        h = self.conv(f"{name}/0-conv", F.relu(x), x.shape[1], 3, 1, 1)
        return x + self.conv(f"{name}/1-conv", F.relu(h), x.shape[1], 3, 1, 1)

    def generator(self, z):
        _, height, width = self.case["shape"]
        c, name = self.case["channels"], "generator"
        h = self.dense(f"{name}/0-dense", z, c * (height // 8) * (width // 8)).reshape(-1, c, height // 8, width // 8)
        for i in range(1, 4):
            h = self.up(f"{name}/{i}-up", h)
        signed = torch.tanh(self.conv(f"{name}/4-conv", F.relu(self.norm(f"{name}/4-norm", h)), 3, 3, 1, 1))
        return (signed + 1) / 2 if self.case["range"] == "unit" else signed

    def trunk(self, name, x, outputs):
        downs = 2 if max(self.case["shape"][1:]) <= 32 else 3
        h = self.down(f"{name}/0-down", 2 * x - 1 if self.case["range"] == "unit" else x, first=True)
        for i in range(1, downs):
            h = self.down(f"{name}/{i}-down", h)
        for i in range(downs, 4):
            h = self.block(f"{name}/{i}-block", h)
        return self.dense(f"{name}/head", F.relu(h).mean([2, 3]), outputs)


def unit(x):
    return F.normalize(x.flatten(1), dim=1, eps=1e-10).reshape(x.shape)


def alr(model, samples):
    # Perturbations are of data in [-1, 1], whatever the interval of the data is.
    unit_interval = model.case["range"] == "unit"
    critic = (lambda s: model.critic((s + 1) / 2)) if unit_interval else model.critic
    samples = 2 * samples - 1 if unit_interval else samples
    n = len(samples)
    d = unit(unit_noise("alr/direction", *samples.shape) - 0.5).requires_grad_()
    scores = critic(samples)
    change = (scores.detach() - critic((samples + 10 * d).clamp(-1, 1))).abs().mean()
    steepest, = torch.autograd.grad(change, d)
    length = 0.1 + 9.9 * unit_noise("alr/magnitude", n)
    moved = (samples + length[:, None, None, None] * unit(steepest)).clamp(-1, 1)
    distance = (samples - moved).flatten(1).norm(dim=1).clamp(min=1e-10)
    return F.relu((scores - critic(moved)).abs()[:, 0] / distance - 1).square().mean()


def critic_step(case, model, x, z):
    with torch.no_grad():
        fake = model.generator(z)
    on_fake, on_real = model.critic(fake), model.critic(x)
    penalty = alr(model, torch.cat([fake, x]))
    if case["critic"] == "hinge":
        loss = F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()
    else:
        loss = on_fake.mean() - on_real.mean()
    loss = loss + case["lipschitz"] * penalty
    loss.backward()
    return {"critic": loss, "penalty": penalty, "criticReal": on_real.mean(), "criticFake": on_fake.mean()}


def changed(name, x):
    """DiffAugment: whole shifts, brightness, saturation, contrast, and a square of zeros."""
    n, _, height, width = x.shape
    out, most = [], lambda side: int(side / 8 + 0.5)
    for i in range(n):
        down, right = (2 * i) % (2 * most(height) + 1) - most(height), (3 * i) % (2 * most(width) + 1) - most(width)
        big = F.pad(x[i], [width, width, height, height])
        out.append(big[:, height - down:2 * height - down, width - right:2 * width - right])
    y = torch.stack(out)
    factor = lambda part, scale, middle: (middle + noise(f"{name}/{part}", n, scale=scale))[:, None, None, None]
    y = y + factor("brightness", 0.5, 0)
    y = (y - y.mean(1, keepdim=True)) * factor("saturation", 1, 1) + y.mean(1, keepdim=True)
    y = (y - y.mean([1, 2, 3], keepdim=True)) * factor("contrast", 0.5, 1) + y.mean([1, 2, 3], keepdim=True)
    mask, side = torch.ones(n, 1, height, width), int(height / 2 + 0.5)
    for i in range(n):
        top, left = (7 * i + 3) % (height + 1 - side % 2) - side // 2, (4 * i + 1) % (width + 1 - side % 2) - side // 2
        mask[i, 0, max(0, top):max(0, top + side), max(0, left):max(0, left + side)] = 0
    return y * mask


def simclr(case, e, other):
    unit_rows = lambda t: t / torch.sqrt(t.square().sum(1, keepdim=True) + 1e-12)
    s = unit_rows(e) @ unit_rows(other).T
    losses = []
    for i in range(len(e)):
        counted = s[i] if case["simclrForm"] == "paper" else torch.cat([s[i, :i], s[i, i + 1:]])
        losses.append(torch.logsumexp(counted, 0) - s[i, i])
    return torch.stack(losses).mean()


def run(case):
    model, b, n, d, k = Residual(case), case["batch"], case["generatorBatch"], case["latent"], case["components"]
    x = noise("real", b, *case["shape"])
    x = (x + 1) / 2 if case["range"] == "unit" else x
    spread = noise("prior/covariances", k, d, d, scale=0.125)
    prior = (noise("prior/means", k, d), torch.eye(d) + spread + spread.transpose(1, 2), noise("prior/logits", k))
    decay = max(0, 1 + (case["decayEnd"] - 1) * case["step"] / case["horizon"])

    outputs = critic_step(case, model, x, noise("latent/critic", b, d, scale=2.0))
    gradients = {n: p.grad.clone() for n, p in model.owned("critic").items()}
    adam(case, model.owned("critic"), 4)

    z = noise("latent/generator", n, d, scale=2.0).requires_grad_()
    generated = model.generator(z)
    adversarial = -model.critic(generated)[:, 0]
    encoded = model.encoder(generated)
    contrastive, r = contrast(case, prior, z, encoded, case["margin"] * decay)
    total = adversarial + case["lambda"] * decay * contrastive
    latent_gradient, = torch.autograd.grad(total.sum(), z, retain_graph=True)
    generator, encoder = model.owned("generator"), model.owned("encoder")
    gradients |= dict(zip(generator, torch.autograd.grad(total.mean(), list(generator.values()), retain_graph=True)))
    own = case["encoderDecay"] / 2 * sum(p.square().sum() for p in encoder.values())
    outputs |= {"generator": adversarial.mean(), "u2c": contrastive.mean(), "adversarial": adversarial,
                "contrastive": contrastive, "latentGradient": latent_gradient}
    if case["simclr"] != "none":
        images, terms = generated.detach(), []
        if case["simclr"] in ("generated", "both"):
            terms.append(simclr(case, encoded, model.encoder(changed("simclr/generated", images))))
        if case["simclr"] in ("real", "both"):
            signed = case["range"] == "signed"
            other = changed("simclr/real", x) if signed else (changed("simclr/real", 2 * x - 1) + 1) / 2
            terms.append(simclr(case, model.encoder(x), model.encoder(other)))
        outputs["simclr"] = sum(terms)
        own = own + outputs["simclr"]
    learned = torch.autograd.grad(total.mean() + own, list(encoder.values()))
    gradients |= dict(zip(encoder, learned))
    for name, p in {**generator, **encoder}.items():
        p.grad = gradients[name]
    adam(case, {**generator, **encoder}, 1)
    moved = move_prior(case, prior, z.detach(), r, latent_gradient, adversarial.detach())

    updated = {n: p.detach().clone() for n, p in model.parameters.items()}
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    change = {n: new - old for n, new, old in zip(["means", "covariances", "logits"], moved, prior)}
    expected = {"outputs": outputs, "gradients": gradients, "updated": updated, "priorChange": change}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
