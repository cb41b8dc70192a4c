"""A whole training step of small self-conditioned GANs in PyTorch, float64: python3 test/golden/scgan_step.py

Writes scgan_step.json beside this file; networks, Adam, draws and storage are those of slogan_step.py. Row i of the batch
has the label i mod K. The critic has K scores, of which the label's counts; the generator gets noise and the label, as an
embedding divided by its norm or one-hot.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from slogan_step import MLP as BASE
from slogan_step import Model, adam, critic_step, noise, stored

MLP = {**{key: BASE[key] for key in ("network", "shape", "range", "components", "batch", "step", "horizon", "units",
                                     "latent", "critic", "lipschitz", "learningRate")}, "embedding": 5}
CASES = [
    {**MLP, "name": "embedding, wasserstein"},
    {**MLP, "name": "one-hot, hinge, two-sided penalty, no normalisation", "embedding": 0, "critic": "hinge",
     "penalty": "gp", "network": "mlp-plain", "shape": [4], "range": "real", "batch": 5, "components": 2},
    {**MLP, "name": "embedding, non-saturating, R1", "critic": "non-saturating", "penalty": "r1", "components": 4},
]


class Conditional(Model):
    """The same networks, conditioned on labels."""

    def __init__(self, case):
        super().__init__(case)
        self.labels = torch.arange(case["batch"]) % case["components"]

    def critic(self, x):
        scores = self.trunk("critic", x, self.case["components"])
        return scores.gather(1, self.labels[:, None])

    def latent(self, phase):
        case, k = self.case, self.case["components"]
        e = noise(f"noise/{phase}", case["batch"], case["latent"], scale=2.0)
        if case["embedding"] == 0:
            return torch.cat([e, F.one_hot(self.labels, k).double()], 1)
        table = self.get("embedding/table", k, case["embedding"])
        return torch.cat([e, F.normalize(F.embedding(self.labels, table), dim=1)], 1)


def adversarial(case, scores):
    if case["critic"] == "non-saturating":
        return F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores))
    return -scores.mean()


def finish(case, model, outputs, gradients):
    updated = {n: p.detach().clone() for n, p in model.parameters.items()}
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    if getattr(model, "curve", None) is not None:
        updated["encoder/curve"] = model.curve
    # Shares of the groups change where rows get labels, not in a step.
    shares = {"shares": torch.zeros(case["components"])}
    expected = {"outputs": outputs, "gradients": gradients, "updated": updated, "priorChange": shares}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}}


def descend(case, model, loss, networks, gradients):
    trained = {n: p for network in networks for n, p in model.owned(network).items()}
    found = dict(zip(trained, torch.autograd.grad(loss, list(trained.values()))))
    gradients |= found
    for name, p in trained.items():
        p.grad = found[name]
    adam(case, trained, 1)


def run(case):
    model = Conditional(case)
    span = {"signed": lambda t: t, "unit": lambda t: (t + 1) / 2, "real": lambda t: 2 * t}[case["range"]]
    outputs = critic_step(case, model, span(noise("real", case["batch"], *case["shape"])), model.latent("critic"))
    gradients = {n: p.grad.clone() for n, p in model.owned("critic").items()}
    adam(case, model.owned("critic"), 4)
    loss = adversarial(case, model.critic(model.generator(model.latent("generator"))))
    outputs["generator"] = loss
    networks = ["generator"] + (["embedding"] if case["embedding"] else [])
    descend(case, model, loss, networks, gradients)
    return finish(case, model, outputs, gradients)


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
