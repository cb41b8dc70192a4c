"""A whole training step of the student, of the pretext, and of SLOGAN on a student, in PyTorch, float64: python3 test/golden/stages_step.py

Writes stages_step.json beside this file; draws, storage, the critic, U2C and the prior are those of slogan_step.py. Running
statistics start from hashed values, so that the student's own answers depend on them.

The student: sure rows and their smoothed groups, and its own sure answers to the rows as they are, on the transformed
rows. The pretext: NT-Xent on two versions of every image. SLOGAN: the critic, then the generator and the prior on an encoder
that stays as it is, e = sum_c (l_c - mean l) mu_c / |mu_c|.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from slogan_step import MLP, Model, adam, contrast, critic_step, move_prior, noise, stored, unit_noise

SMOOTHING, SURE, FEATURES = 0.1, 0.9, 128
STAGE = {"learningRate": 1e-3, "components": 3, "batch": 8, "step": 200, "horizon": 400}
CASES = [
    {**STAGE, "name": "student of colour images, own answers on", "stage": "student", "shape": [3, 16, 16],
     "range": "signed", "transformations": "signs", "spread": 0.125},
    {**STAGE, "name": "student of colour images, own answers off", "stage": "student", "shape": [3, 16, 16],
     "range": "signed", "transformations": "signs", "spread": 0.125, "step": 100},
    {**STAGE, "name": "student of a table", "stage": "student", "shape": [5], "range": "real",
     "transformations": "none", "spread": 0.25, "components": 4},
    {**STAGE, "name": "pretext of grey images", "stage": "pretext", "shape": [1, 17, 20], "range": "unit",
     "transformations": "digits", "spread": 1.0, "batch": 5},
    {**MLP, "name": "slogan on a student", "stage": "slogan", "shape": [5], "range": "real", "spread": 0.0625,
     "agreement": 0.95, "decayEnd": 0.5, "baseline": True},
    {**MLP, "name": "slogan on a student, the critic not let in", "stage": "slogan", "shape": [5], "range": "real",
     "spread": 0.0625, "agreement": 0.5, "critic": "hinge", "units": 12, "margin": 0.0, "scale": 4.0},
    {**MLP, "name": "slogan on a student, components being placed", "stage": "slogan", "shape": [5], "range": "real",
     "spread": 0.0625, "agreement": 0.95, "step": 60, "placement": 2.0},
]


class Student(Model):
    """The student's trunk and heads, in training and in evaluation."""

    def __init__(self, case):
        super().__init__(case)
        self.before = {}
        self.curve = None

    def statistics(self, name, channels):
        """What the running statistics are before the step."""
        if name not in self.before:
            parts = [f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"]
            mean, variance = noise(parts[0], channels, scale=0.125), unit_noise(parts[1], channels) + 0.5
            variance = (variance * self.case["spread"]).float().double()
            self.before[name] = (mean, variance, torch.full((1,), 0.75))
            self.running[name] = self.before[name]
        return self.before[name]

    def normalised(self, name, x, training):
        channels = x.shape[1]
        mean, variance, debias = self.statistics(name, channels)
        if training:
            self.running[name] = self.before[name]  # a later pass of a step replaces what an earlier one has noted
            return F.relu(self.norm(name, x))
        gamma, beta = self.get(f"{name}/gamma", channels), self.get(f"{name}/beta", channels)
        return F.relu(F.batch_norm(x, mean / debias, variance, gamma, beta, training=False, eps=1e-5))

    def bent(self, x):
        """Columns as the student reads them, a asinh((x - c) w) + b + l x; the numbers are float32 in the engine."""
        columns = x.shape[1]
        level = torch.tensor([0.0, 0.5, 0.75, 0.0, 0.25]).double().unsqueeze(1)
        self.curve = (noise("encoder/curve", 5, columns, scale=0.125) + level).float().double()
        c, w, a, b, l = self.curve
        return a * torch.asinh((x - c) * w) + b + l * x

    def features(self, x, training):
        if x.dim() == 2:
            x = self.bent(x) if self.case["range"] == "real" else x
            for at in range(2):
                x = self.normalised(f"encoder/{at}-norm", self.dense(f"encoder/{at}-dense", x, FEATURES), training)
            return x
        if x.shape[1] == 3:
            centred = x - x.mean([1, 2, 3], keepdim=True)
            x = centred / ((centred.square().mean([1, 2, 3], keepdim=True) + 1e-8).sqrt() + 0.01)
        for at, (channels, kernel) in enumerate([(16, 5), (32, 3), (64, 3)]):
            x = self.conv(f"encoder/{at}-conv", x, channels, kernel, 2, (kernel - 1) // 2)
            x = self.normalised(f"encoder/{at}-norm", x, training)
        return self.normalised("encoder/3-norm", self.dense("encoder/3-dense", x.flatten(1), FEATURES), training)

    def logits(self, x, training):
        return self.dense("encoder/head", self.features(x, training), self.case["components"])

    def projected(self, x):
        h = F.relu(self.dense("projection/0-dense", self.features(x, True), FEATURES))
        return self.dense("projection/1-dense", h, 64)


def spanned(case, values):
    return {"signed": values, "unit": (values + 1) / 2, "real": 2 * values}[case["range"]]


def stage_adam(case, parameters):
    rate = case["learningRate"] * max(0, 1 - case["step"] / case["horizon"])
    optimizer = torch.optim.Adam(list(parameters.values()), lr=rate, betas=(0.9, 0.999), eps=1e-8, foreach=False)
    for name, p in parameters.items():
        second = unit_noise(f"{name}:moment2", *p.shape) * 2.0**-8
        optimizer.state[p] = {"step": torch.tensor(float(case["step"])), "exp_avg": torch.zeros_like(p), "exp_avg_sq": second}
    optimizer.step()


def smoothed(group, k):
    """Rows of a target: 1 - s + s / K at their group, s / K elsewhere, and everywhere for rows in no group."""
    target = torch.full((len(group), k), SMOOTHING / k)
    for row, own in enumerate(group):
        if own >= 0:
            target[row, own] += 1 - SMOOTHING
    return target


def student_step(case, model):
    b, k = case["batch"], case["components"]
    rows = spanned(case, noise("real", b, *case["shape"]))
    group = [-1 if i == 2 else i % k for i in range(b)]
    sure = torch.tensor([0.0 if i in (2, 5) else 1.0 for i in range(b)])
    images = case["transformations"] != "none"
    answers = torch.softmax(model.logits(rows, False), 1).detach()
    logits = model.logits(spanned(case, noise("transformed", b, *case["shape"])) if images else rows, True)
    from_groups = (sure * F.cross_entropy(logits, smoothed(group, k), reduction="none")).sum() / sure.sum()
    if not images:
        return {"student": from_groups}, from_groups
    most, own = answers.max(1)
    known = (most > SURE).double()
    assert 0 < known.sum() < b, known
    each = F.cross_entropy(logits, smoothed(own.tolist(), k), reduction="none")
    consistency = (known * each).sum() / b if case["step"] >= 150 else 0 * each.sum()
    return {"student": from_groups, "consistency": consistency}, from_groups + consistency


def pretext_step(case, model):
    b = case["batch"]
    views = [spanned(case, noise(name, b, *case["shape"])) for name in ("first", "second")]
    z = torch.cat([F.normalize(model.projected(view), dim=1) for view in views])
    similar = (z @ z.T / 0.3).masked_fill(torch.eye(2 * b, dtype=torch.bool), float("-inf"))
    partner = torch.cat([torch.arange(b) + b, torch.arange(b)])
    loss = F.cross_entropy(similar, partner)
    return {"pretext": loss}, loss


def mean_of(values):
    return sum(values) / len(values) if values else torch.zeros(())


def placement(generated, x, seen, k):
    """The energy distance of the samples of each component and the rows that the student gives it with more than half,
    of columns as the student reads them."""
    g, x, b = generated.flatten(1), x.flatten(1), len(generated)
    own = [i % k for i in range(b)]
    rows = [[j for j in range(b) if seen[j, c] > 0.5] for c in range(k)]
    assert any(rows) and not all(rows), rows  # some components have rows in this batch, and some have none
    distance = lambda u, v: ((u - v).square().mean() + 1e-8).sqrt()
    total = torch.zeros(())
    for i, c in enumerate(own):
        if rows[c]:
            total = total + 2 * mean_of([distance(g[i], x[j]) for j in rows[c]])
            total = total - mean_of([distance(g[i], g[j]) for j in range(b) if j != i and own[j] == c])
    return total / b


def slogan_step(case, model):
    b, d, k = case["batch"], case["latent"], case["components"]
    spread = noise("prior/covariances", k, d, d, scale=0.125)
    prior = (noise("prior/means", k, d), torch.eye(d) + spread + spread.transpose(1, 2), noise("prior/logits", k))
    decay = max(0, 1 + (case["decayEnd"] - 1) * case["step"] / case["horizon"])
    x = spanned(case, noise("real", b, *case["shape"]))
    outputs = critic_step(case, model, x, noise("latent/critic", b, d, scale=2.0))
    gradients = {n: p.grad.clone() for n, p in model.owned("critic").items()}
    adam(case, model.owned("critic"), 4)

    z = noise("latent/generator", b, d, scale=2.0).requires_grad_()
    generated = model.generator(z)
    adversarial = -model.critic(generated)[:, 0]
    logits = model.logits(generated, False)
    encoded = (logits - logits.mean(1, keepdim=True)) @ F.normalize(prior[0], dim=1)
    contrastive, r = contrast(case, prior, z, encoded, case["margin"] * decay)
    total = adversarial + case["lambda"] * decay * contrastive
    latent_gradient, = torch.autograd.grad(total.sum(), z, retain_graph=True)
    trained = model.owned("generator")
    loss = total.mean()
    if "placement" in case:
        # It moves the generator alone: the prior follows the losses above.
        loss = loss + case["placement"] * placement(model.bent(generated), model.bent(x), torch.softmax(model.logits(x, False), 1).detach(), k)
    gradients |= dict(zip(trained, torch.autograd.grad(loss, list(trained.values()))))
    for name, p in trained.items():
        p.grad = gradients[name]
    adam(case, trained, 1)
    seen = torch.softmax(logits, 1)
    outputs |= {"generator": adversarial.mean(), "u2c": contrastive.mean(), "adversarial": adversarial,
                "contrastive": contrastive, "latentGradient": latent_gradient, "seen": seen}
    # The batch counts for the running share first; the sizes then move by what the critic is let in.
    own = (seen.argmax(1) == torch.arange(b) % k).double().mean().item()
    agreement = case["agreement"] + 0.01 * (own - case["agreement"])
    moved = move_prior(case, prior, z.detach(), r, latent_gradient, adversarial.detach())
    changes = [new - old for new, old in zip(moved, prior)]
    changes[2] = changes[2] * max(0, (agreement - 0.9) / 0.1)
    change = {n: stored(n, t) for n, t in zip(["means", "covariances", "logits"], changes)}
    return outputs, gradients, {"priorChange": change, "agreementAfter": agreement}


def run(case):
    model = Student(case)
    if case["stage"] == "slogan":
        outputs, gradients, more = slogan_step(case, model)
    else:
        outputs, loss = (student_step if case["stage"] == "student" else pretext_step)(case, model)
        gradients = dict(zip(model.parameters, torch.autograd.grad(loss, list(model.parameters.values()))))
        for name, p in model.parameters.items():
            p.grad = gradients[name]
        stage_adam(case, model.parameters)
        more = {}
    updated = {n: p.detach().clone() for n, p in model.parameters.items()}
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    if model.curve is not None:
        updated["encoder/curve"] = model.curve
    expected = {"outputs": outputs, "gradients": gradients, "updated": updated}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}, **more}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
