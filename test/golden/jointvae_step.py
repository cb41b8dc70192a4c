"""A whole training step of small JointVAE models in PyTorch, float64: python3 test/golden/jointvae_step.py

Writes jointvae_step.json beside this file; networks, draws and storage are those of slogan_step.py. The encoder gives the
means, the logarithms of the variances and the logits of the code.
"""
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from slogan_step import Model, noise, stored, unit_noise

BASE = {"network": "mlp", "shape": [6], "range": "unit", "components": 3, "batch": 6, "step": 4, "horizon": 20,
        "units": 8, "continuous": 2, "temperature": 0.67, "gamma": 30.0, "continuousCapacity": 5.0,
        "discreteCapacity": 5.0, "capacitySteps": 16, "learningRate": 2.0**-8}
CASES = [
    {**BASE, "name": "values in [0, 1]"},
    {**BASE, "name": "values in [0, 1], no normalisation, capacities at their ends", "network": "mlp-plain",
     "capacitySteps": 2, "continuousCapacity": 0.1, "components": 2, "batch": 5},
    {**BASE, "name": "values in [-1, 1]", "range": "signed", "gamma": 3.0, "temperature": 0.5},
    {**BASE, "name": "real values", "range": "real", "network": "mlp-plain", "shape": [4], "batch": 7,
     "continuous": 4, "discreteCapacity": 0.0},
]


def logits(model, z):
    """The decoder before its last activation."""
    case = {**model.case, "range": "real"}
    kept, model.case = model.case, case
    out = model.generator(z)
    model.case = kept
    return out


def run(case):
    model = Model(case)
    b, d, k = case["batch"], case["continuous"], case["components"]
    span = {"signed": lambda t: t, "unit": lambda t: (t + 1) / 2, "real": lambda t: 2 * t}[case["range"]]
    x = span(noise("real", b, *case["shape"]))
    answer = model.trunk("encoder", x, 2 * d + k)
    mean, log_variance, scores = answer[:, :d], answer[:, d:2 * d], answer[:, 2 * d:]
    u = mean + torch.exp(log_variance / 2) * noise("noise", b, d, scale=2.0)
    q = torch.softmax(scores, 1)
    code = torch.softmax((torch.log(q) + noise("gumbel", b, k, scale=2.0)) / case["temperature"], 1)
    decoded = logits(model, torch.cat([u, code], 1))
    if case["range"] == "unit":
        reconstruction = F.binary_cross_entropy(torch.sigmoid(decoded), x, reduction="sum") / b
    else:
        made = torch.tanh(decoded) if case["range"] == "signed" else decoded
        reconstruction = F.mse_loss(made, x, reduction="sum") / b
    posterior = torch.distributions.Normal(mean, torch.exp(log_variance / 2))
    standard = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    continuous = torch.distributions.kl_divergence(posterior, standard).sum(1).mean()
    uniform = torch.distributions.Categorical(probs=torch.full((b, k), 1 / k))
    discrete = torch.distributions.kl_divergence(torch.distributions.Categorical(probs=q), uniform).mean()
    part = min(1.0, case["step"] / case["capacitySteps"])
    capacity_u = case["continuousCapacity"] * part
    capacity_c = min(case["discreteCapacity"] * part, np.log(k))
    loss = reconstruction + case["gamma"] * ((continuous - capacity_u).abs() + (discrete - capacity_c).abs())

    trained = model.parameters
    gradients = dict(zip(trained, torch.autograd.grad(loss, list(trained.values()))))
    optimizer = torch.optim.Adam(list(trained.values()), lr=case["learningRate"], betas=(0.9, 0.999), eps=1e-8, foreach=False)
    for name, p in trained.items():
        p.grad = gradients[name]
        second = unit_noise(f"{name}:moment2", *p.shape) * 2.0**-8
        optimizer.state[p] = {"step": torch.tensor(float(case["step"])), "exp_avg": torch.zeros_like(p), "exp_avg_sq": second}
    optimizer.step()
    updated = {n: p.detach().clone() for n, p in trained.items()}
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    outputs = {"reconstruction": reconstruction, "continuousKl": continuous, "discreteKl": discrete}
    expected = {"outputs": outputs, "gradients": gradients, "updated": updated}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
