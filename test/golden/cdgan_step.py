"""A whole training step of small CD-GAN models in PyTorch, float64: python3 test/golden/cdgan_step.py

Writes cdgan_step.json beside this file; networks, Adam, draws and storage are those of slogan_step.py. The latent is
[noise, one-hot code i mod K of sample i]. The second view of images is a crop, mirrored in every second image; that of
points is noise. Critic, then generator, then encoder, each on latents of its own.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from scgan_step import MLP as BASE
from scgan_step import adversarial, descend
from slogan_step import Model, adam, critic_step, noise, stored

MLP = {**{k: v for k, v in BASE.items() if k != "embedding"}, "latent": 5, "features": 4, "contrastWeight": 1.0,
       "noiseWeight": 0.0, "contrastTemperature": 0.5, "viewNoise": 0.25, "viewGradient": False}
CASES = [
    {**MLP, "name": "points, no term for the noise"},
    {**MLP, "name": "points, both terms, through the second view, two-sided penalty, other batch", "contrastWeight": 4.0,
     "noiseWeight": 2.0, "viewGradient": True, "penalty": "gp", "network": "mlp-plain", "shape": [4], "range": "real",
     "components": 2, "batch": 5, "encoderBatch": 7, "critic": "hinge"},
    {**MLP, "name": "images, constant second view", "shape": [1, 6, 6], "range": "unit", "contrastTemperature": 0.07},
    {**MLP, "name": "images, through the second view", "shape": [1, 6, 6], "range": "signed", "viewGradient": True,
     "noiseWeight": 0.5},
]


def parts(phase, n):
    """Rows and columns of crops of 6x6 images: start, length. Weights of 3 places as 6 are exact in float32."""
    return [((i + len(phase)) % 4, 3, i % 3, 3) if i % 3 else (0, 6, i % 4, 3) for i in range(n)]


class Contrasted(Model):
    def trunk(self, name, x, outputs):
        y = super().trunk(name, x.flatten(1), outputs)
        self.spectral = []
        return y

    def generator(self, z):
        shape = self.case["shape"]
        self.case["shape"] = [int(torch.tensor(shape).prod())]
        y = super().generator(z)
        self.case["shape"] = shape
        return y.reshape(-1, *shape)

    def compared(self, phase, z, x):
        case, d = self.case, self.case["latent"] - self.case["components"]
        source = x if case["viewGradient"] else x.detach()
        if len(case["shape"]) == 1:
            second = source + case["viewNoise"] * noise(f"view/{phase}", *x.shape)
        else:
            crops = []
            for i, (top, h, left, w) in enumerate(parts(phase, len(x))):
                crop = F.interpolate(source[i:i + 1, :, top:top + h, left:left + w], size=x.shape[2:], mode="bilinear",
                                     align_corners=False)
                crops.append(crop.flip(3) if i % 2 == 1 else crop)
            second = torch.cat(crops)
        encoded = self.trunk("encoder", torch.cat([x, second]), d + case["features"])
        f, code = F.normalize(encoded[:, d:], dim=1), z[:, d:].argmax(1).repeat(2)
        losses = []
        for a in range(len(f)):
            others = torch.tensor([j for j in range(len(f)) if j != a])
            logits = f[others] @ f[a] / case["contrastTemperature"]
            losses.append(-torch.log_softmax(logits, 0)[code[others] == code[a]].mean())
        seen = torch.stack([f[:len(x)][code[:len(x)] == c].sum(0) for c in range(case["components"])])
        return torch.stack(losses).mean(), F.mse_loss(encoded[:len(x), :d], z[:, :d]), seen


def latents(case, phase, n):
    d, k = case["latent"] - case["components"], case["components"]
    return torch.cat([noise(f"latent/{phase}", n, d, scale=2.0), F.one_hot(torch.arange(n) % k, k).double()], 1)


def run(case):
    model, b = Contrasted(case), case["batch"]
    span = {"signed": lambda t: t, "unit": lambda t: (t + 1) / 2, "real": lambda t: 2 * t}[case["range"]]
    outputs = critic_step(case, model, span(noise("real", b, *case["shape"])), latents(case, "critic", b))
    gradients = {n: p.grad.clone() for n, p in model.owned("critic").items()}
    adam(case, model.owned("critic"), 4)

    z = latents(case, "generator", b)
    generated = model.generator(z)
    outputs["generator"] = adversarial(case, model.critic(generated))
    outputs["contrast"], outputs["noise"], _ = model.compared("generator", z, generated)
    loss = outputs["generator"] + case["contrastWeight"] * outputs["contrast"] + case["noiseWeight"] * outputs["noise"]
    descend(case, model, loss, ["generator"], gradients)

    running = dict(model.running)  # the encoder's step leaves the generator's running statistics
    n = case.get("encoderBatch", b)
    z = latents(case, "encoder", n)
    with torch.no_grad():
        generated = model.generator(z)
    contrast, error, seen = model.compared("encoder", z, generated)
    outputs["encoder"] = contrast + case["noiseWeight"] / case["contrastWeight"] * error
    descend(case, model, outputs["encoder"], ["encoder"], gradients)

    updated = {n: p.detach().clone() for n, p in model.parameters.items()}
    updated["encoder/prototypes"] = seen
    for name, values in running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    expected = {"outputs": outputs, "gradients": gradients, "updated": updated}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
