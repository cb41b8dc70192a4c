"""Golden values of torch.optim.Adam: python3 test/golden/adam.py > test/golden/adam.json

Gradients are given, not computed: one is always 0, one mostly 0, others span several orders of magnitude.
"""
import json

import torch

STEPS, SIZE, KEEP = 100, 7, (1, 2, 10, 50, 100)
torch.manual_seed(7)
start = torch.randn(SIZE)
scale = torch.tensor([1.0, 0.1, 1e-3, 1e-6, 30.0, 0.0, 1.0])
gradients = torch.randn(STEPS, SIZE) * scale
gradients[:, 6] *= (torch.arange(STEPS) % 10 == 0).float()
# Rounded to float32 through few decimals, so that the file stays small and exact.
gradients = torch.tensor([[float(f"{x:.4g}") for x in row] for row in gradients.tolist()])
start = torch.tensor([float(f"{x:.4g}") for x in start.tolist()])


def run(betas, lr, weight_decay):
    parameter = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.Adam([parameter], lr=lr, betas=betas, eps=1e-8, weight_decay=weight_decay, foreach=False)
    values = {}
    for step in range(1, STEPS + 1):
        parameter.grad = gradients[step - 1].clone()
        optimizer.step()
        if step in KEEP:
            values[step] = parameter.tolist()
    state = optimizer.state[parameter]
    return {
        "beta1": betas[0], "beta2": betas[1], "learningRate": lr, "weightDecay": weight_decay, "values": values,
        "moment1": state["exp_avg"].tolist(), "moment2": state["exp_avg_sq"].tolist(),
    }


def short(x):
    if isinstance(x, dict):
        return {k: short(v) for k, v in x.items()}
    if isinstance(x, list):
        return [short(v) for v in x]
    return float(f"{x:.9g}") if isinstance(x, float) else x


cases = [run(b, lr, w) for b, lr, w in [((0.0, 0.9), 1e-3, 0.0), ((0.5, 0.999), 1e-3, 0.0),
                                        ((0.9, 0.999), 1e-2, 0.0), ((0.5, 0.999), 1e-3, 0.01), ((0.0, 0.9), 1e-3, 0.01)]]
given = {"torch": torch.__version__.split("+")[0], "start": [float(f"{x:.4g}") for x in start.tolist()],
         "gradients": [[float(f"{x:.4g}") for x in row] for row in gradients.tolist()]}
print(json.dumps({**given, "cases": short(cases)}, separators=(",", ":")))
