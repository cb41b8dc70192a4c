"""A training step of small SLOGAN models with probes in PyTorch, float64: python3 test/golden/probes_step.py

Writes probes_step.json beside this file; networks, draws, the order of the step and storage are those of slogan_step.py. The
probe loss, with a = s cos(theta + m) for the mean of a probe's own group and b = s cos theta for the others, is

  softmax (SLOGAN eq. 11):  the mean over groups of the mean over their probes of -log softmax(a, b)_own;
  paired (Algorithm 3):     mean_j -log [sum_c e^a_jcc / sum_c (e^a_jcc + sum_{k != c} e^b_jck)], the j-th probe of every group.

It is added to the loss of the encoder, and the means go down its gradient, at their own rate, beside Stein's. `groups` are the
groups of the rows in the order in which they are fed; what mixup makes of probes is a row like any other.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from slogan_step import MLP, Model, adam, arc, contrast, critic_step, move_prior, noise, project, stored

BASE = {**MLP, "probeWeight": 1.0, "probeLoss": "softmax", "probeMixup": 0}
CASES = [
    {**BASE, "name": "eq. 11: two of three groups, of unequal numbers, with a round of mixup", "probeMixup": 1,
     "marked": [0, 2, 0], "groups": [0, 2, 0, 2, 0, 0]},
    {**BASE, "name": "Algorithm 3, no normalisation, half the weight", "network": "mlp-plain", "shape": [5], "range": "real",
     "components": 2, "probeWeight": 0.5, "probeLoss": "paired", "marked": [1, 1, 0, 0, 0, 1], "groups": [0, 1] * 3},
    {**BASE, "name": "Algorithm 3 for three groups", "probeLoss": "paired", "marked": [0, 1, 2, 0, 1, 2], "groups": [0, 1, 2] * 2},
    {**BASE, "name": "probes without U2C, fast decay of the margin", "lambda": 0.0, "decayEnd": -1, "marked": [0, 1, 2],
     "groups": [0, 1, 2]},
]


def probe_loss(case, encoded, means, margin):
    s, groups = case["scale"], case["groups"]
    cosine = F.normalize(encoded, dim=1) @ F.normalize(means, dim=1).T
    rows = []
    for i, c in enumerate(groups):
        rows.append(torch.stack([arc(cosine[i, k], s, margin) if k == c else s * cosine[i, k] for k in range(len(means))]))
    if case["probeLoss"] == "softmax":
        by_group = [torch.stack([-torch.log_softmax(rows[i], 0)[c] for i, own in enumerate(groups) if own == c]).mean()
                    for c in sorted(set(groups))]
        return torch.stack(by_group).mean()
    k, ratios = len(means), []
    for j in range(len(rows) // k):
        one = rows[j * k:(j + 1) * k]
        above = sum(torch.exp(one[c][c]) for c in range(k))
        below = sum(torch.exp(one[c]).sum() for c in range(k))
        ratios.append(-torch.log(above / below))
    return torch.stack(ratios).mean()


def run(case):
    model, b, d, k = Model(case), case["batch"], case["latent"], case["components"]
    span = {"signed": lambda t: t, "real": lambda t: 2 * t}[case["range"]]
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

    # The means are a leaf of this loss alone: U2C takes them for constants.
    means = prior[0].clone().requires_grad_()
    probes = span(noise("probes", len(case["groups"]), *case["shape"]))
    probed = probe_loss(case, model.encoder(probes), means, case["margin"] * decay)
    weighted = case["probeWeight"] * probed
    probe_means, = torch.autograd.grad(weighted, means, retain_graph=True)

    trained = {**model.owned("generator"), **model.owned("encoder")}
    gradients |= dict(zip(trained, torch.autograd.grad(total.mean() + weighted, list(trained.values()))))
    for name, p in trained.items():
        p.grad = gradients[name]
    adam(case, trained, 1)
    shown = contrastive if case["lambda"] > 0 else torch.zeros(b)
    outputs |= {"generator": adversarial.mean(), "u2c": shown.mean(), "adversarial": adversarial, "contrastive": shown,
                "latentGradient": latent_gradient, "probes": probed, "probeMeans": probe_means}
    moved = list(move_prior(case, prior, z.detach(), r, latent_gradient, adversarial.detach()))
    rate = case["priorRate"] * max(0, 1 - case["step"] / case["horizon"])
    moved[0] = moved[0] - 10 * rate * probe_means

    updated = {n: p.detach().clone() for n, p in model.parameters.items()}
    for name in model.spectral:
        updated[name] = project(updated[name], noise(f"{name}/start", updated[name].shape[0]))
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    expected = {"outputs": outputs, "gradients": gradients, "updated": updated}
    named = {part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}
    named["priorChange"] = {n: stored(n, new - old) for n, new, old in zip(["means", "covariances", "logits"], moved, prior)}
    return {**case, **named}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
