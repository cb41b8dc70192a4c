"""A whole training step of small PGMGAN models, and of their partitioner, in PyTorch, float64: python3 test/golden/pgmgan_step.py

Writes pgmgan_step.json beside this file; networks, Adam, draws and storage are those of slogan_step.py, stages_step.py and
scgan_step.py. Row i of the batch is in group i mod K. The classifier stays as it is, and its running statistics are hashed.
The partitioner sees rows and a neighbour of each in one pass; Adam's weight decay is that of torch.optim.Adam.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from scgan_step import MLP, Conditional, adversarial, descend, finish
from slogan_step import adam, critic_step, noise, stored, unit_noise
from stages_step import Student, spanned

GAN = {**MLP, "part": "gan", "guideWeight": 6.0, "spread": 0.0625}
STAGE = {"part": "partitioner", "components": 3, "batch": 6, "step": 100, "horizon": 400, "entropyWeight": 5.0,
         "learningRate": 2.0**-8, "range": "real"}
CASES = [
    {**GAN, "name": "guided, embedding"},
    {**GAN, "name": "guide over, one-hot, hinge", "step": 12, "embedding": 0, "critic": "hinge", "components": 2,
     "batch": 5, "shape": [4], "range": "real", "network": "mlp-plain"},
    {**STAGE, "name": "partitioner of a table", "shape": [5], "spread": 0.25, "transformations": "none"},
    {**STAGE, "name": "partitioner of images, other weight", "shape": [1, 17, 20], "range": "unit", "spread": 1.0,
     "transformations": "digits", "entropyWeight": 1.5, "components": 4},
]


class Guided(Conditional, Student):
    """The conditional networks and the classifier."""


def gan(case):
    model = Guided(case)
    outputs = critic_step(case, model, spanned(case, noise("real", case["batch"], *case["shape"])), model.latent("critic"))
    gradients = {n: p.grad.clone() for n, p in model.owned("critic").items()}
    adam(case, model.owned("critic"), 4)
    generated = model.generator(model.latent("generator"))
    outputs["generator"] = adversarial(case, model.critic(generated))
    logits = model.logits(generated, False)
    own = logits.gather(1, model.labels[:, None])
    outputs["guide"] = F.relu(logits - own).mean()
    weight = case["guideWeight"] * max(0, 1 - 2 * case["step"] / case["horizon"])
    networks = ["generator"] + (["embedding"] if case["embedding"] else [])
    descend(case, model, outputs["generator"] + weight * outputs["guide"], networks, gradients)
    return finish(case, model, outputs, gradients)


def partitioner(case):
    model, b = Student(case), case["batch"]
    x = noise("real", b, *case["shape"]) if case["transformations"] == "none" else noise("rows", b, *case["shape"])
    logits = model.logits(torch.cat([spanned(case, x), spanned(case, noise("near", b, *case["shape"]))]), True)
    own, near = torch.softmax(logits[:b], 1), torch.softmax(logits[b:], 1)
    mean = own.mean(0)
    loss = -torch.log((own * near).sum(1)).mean() + case["entropyWeight"] * (mean * torch.log(mean)).sum()
    parameters = model.parameters
    gradients = dict(zip(parameters, torch.autograd.grad(loss, list(parameters.values()))))
    rate = case["learningRate"] * (1 - case["step"] / case["horizon"])
    decay = {n: 1e-4 * n.endswith("/weight") for n in parameters}  # biases and scales are not decayed
    optimizer = torch.optim.Adam([{"params": [p], "weight_decay": decay[n]} for n, p in parameters.items()], lr=rate,
                                 betas=(0.9, 0.999), eps=1e-8, foreach=False)
    for name, p in parameters.items():
        p.grad = gradients[name].clone()
        second = unit_noise(f"{name}:moment2", *p.shape) * 2.0**-8
        optimizer.state[p] = {"step": torch.tensor(float(case["step"])), "exp_avg": torch.zeros_like(p), "exp_avg_sq": second}
    optimizer.step()
    # The gradient that Adam sees has the decay in it.
    gradients = {n: gradients[n] + decay[n] * before for n, before in starting(case, model).items()}
    updated = {n: p.detach().clone() for n, p in parameters.items()}
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    if model.curve is not None:
        updated["encoder/curve"] = model.curve
    expected = {"outputs": {"partition": loss}, "gradients": gradients, "updated": updated}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}}


def starting(case, model):
    """The values of the parameters before the step, in their order."""
    fresh = Student(case)
    fresh.logits(torch.zeros(2, *case["shape"]), True)
    return {n: fresh.parameters[n].detach() for n in model.parameters}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0],
              "cases": [gan(case) if case["part"] == "gan" else partitioner(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
