"""A step of SLOGAN with explicit reparameterisation in PyTorch, float64: python3 test/golden/ablations_step.py

Writes ablations_step.json beside this file; networks, losses, draws and storage are those of slogan_step.py. These are the
rows "DeLiGAN with U2C" of SLOGAN's tables: latents are z = mu_c + L_c e, with L_c the Cholesky factor of Sigma_c, and mu and L
go down what automatic differentiation gives; inside of U2C the mixture is constant. Sample i is drawn from component i mod K,
and e is what makes z the hashed latent. The sizes are frozen, or follow their Stein gradient.
"""
import json
from pathlib import Path

import torch

from slogan_step import MLP, Model, adam, contrast, critic_step, noise, project, stored

PLAIN = {**MLP, "network": "mlp-plain", "shape": [4], "range": "real", "batch": 5, "components": 2, "explicit": True}
CASES = [
    {**MLP, "name": "DeLiGAN with U2C", "explicit": True, "freeze": ["mixing"]},
    {**MLP, "name": "DeLiGAN with U2C, and implicit updates of the sizes", "explicit": True, "freeze": []},
    {**PLAIN, "name": "DeLiGAN with U2C, no normalisation, feature scale 0.5", "freeze": ["mixing"], "scale": 0.5},
]


def run(case):
    model, b, d, k = Model(case), case["batch"], case["latent"], case["components"]
    span = {"signed": lambda t: t, "real": lambda t: 2 * t}[case["range"]]
    spread = noise("prior/covariances", k, d, d, scale=0.125)
    means, logits = noise("prior/means", k, d), noise("prior/logits", k)
    covariances = torch.eye(d) + spread + spread.transpose(1, 2)
    decay = max(0, 1 + (case["decayEnd"] - 1) * case["step"] / case["horizon"])
    rate = case["priorRate"] * max(0, 1 - case["step"] / case["horizon"])

    outputs = critic_step(case, model, span(noise("real", b, *case["shape"])), noise("latent/critic", b, d, scale=2.0))
    gradients = {n: p.grad.clone() for n, p in model.owned("critic").items()}
    adam(case, model.owned("critic"), 4)

    component = torch.arange(b) % k
    hashed = noise("latent/generator", b, d, scale=2.0)
    mu, factor = means.clone().requires_grad_(), torch.linalg.cholesky(covariances).requires_grad_()
    e = torch.linalg.solve(factor.detach()[component], hashed - means[component])
    z = mu[component] + torch.einsum("bij,bj->bi", factor[component], e)
    assert torch.allclose(z, hashed, rtol=0, atol=1e-12)

    generated = model.generator(z)
    adversarial = -model.critic(generated)[:, 0]
    contrastive, r = contrast(case, (means, covariances, logits), z, model.encoder(generated), case["margin"] * decay)
    total = adversarial + case["lambda"] * decay * contrastive
    latent_gradient, = torch.autograd.grad(total.sum(), z, retain_graph=True)
    g_mu, g_factor = torch.autograd.grad(total.mean(), (mu, factor), retain_graph=True)
    trained = {**model.owned("generator"), **model.owned("encoder")}
    gradients |= dict(zip(trained, torch.autograd.grad(total.mean(), list(trained.values()))))
    for name, p in trained.items():
        p.grad = gradients[name]
    adam(case, trained, 1)
    outputs |= {"generator": adversarial.mean(), "u2c": contrastive.mean(), "adversarial": adversarial,
                "contrastive": contrastive, "latentGradient": latent_gradient}

    moved_factor = factor.detach() - rate * torch.tril(g_factor)
    g_logits = ((r - torch.softmax(logits, 0)) * adversarial.detach()[:, None]).mean(0)
    change = {"means": -10 * rate * g_mu,
              "covariances": moved_factor @ moved_factor.transpose(1, 2) - covariances,
              "logits": 0 * logits if "mixing" in case["freeze"] else -rate * g_logits}

    updated = {n: p.detach().clone() for n, p in model.parameters.items()}
    for name in model.spectral:
        updated[name] = project(updated[name], noise(f"{name}/start", updated[name].shape[0]))
    for name, values in model.running.items():
        updated |= dict(zip([f"{name}/running-mean", f"{name}/running-variance", f"{name}/running-debias"], values))
    expected = {"outputs": outputs, "gradients": gradients, "updated": updated, "priorChange": change}
    return {**case, **{part: {n: stored(n, t) for n, t in tensors.items()} for part, tensors in expected.items()}}


if __name__ == "__main__":
    result = {"torch": torch.__version__.split("+")[0], "cases": [run(case) for case in CASES]}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
