"""A training step of SLOGAN for colour images in PyTorch on the CPU: what `mixtura bench colour` measures.

    python3 colour_step.py [--channels 32] [--batch 64] [--latents 64] [--threads 1] [--steps 6] [--layout last|first]

Residual networks of Table 14, the critic with adversarial Lipschitz regularisation, U2C, SimCLR with DiffAugment and weight
decay of the encoder, Stein updates of the prior in float64. Float32, Adam (fused), eager; draws are PyTorch's own.
test/golden/colour_step.py holds the same mathematics, number by number.
"""
import argparse
import json
import resource
import time

import torch
import torch.nn.functional as F
from torch import nn


class Up(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.n0, self.n1 = nn.BatchNorm2d(c), nn.BatchNorm2d(c)
        self.c0, self.c1, self.short = nn.Conv2d(c, c, 3, padding=1), nn.Conv2d(c, c, 3, padding=1), nn.Conv2d(c, c, 1)

    def forward(self, x):
        up = lambda t: F.interpolate(t, scale_factor=2, mode="nearest")
        h = self.c1(F.relu(self.n1(self.c0(up(F.relu(self.n0(x)))))))
        return h + up(self.short(x))


class Down(nn.Module):
    def __init__(self, i, c, first=False, halve=True):
        super().__init__()
        self.c0, self.c1, self.first, self.halve = nn.Conv2d(i, c, 3, padding=1), nn.Conv2d(c, c, 3, padding=1), first, halve
        self.short = nn.Conv2d(i, c, 1) if halve else None

    def forward(self, x):
        h = self.c1(F.relu(self.c0(x if self.first else F.relu(x))))
        return F.avg_pool2d(h, 2) + self.short(F.avg_pool2d(x, 2)) if self.halve else h + x


class Trunk(nn.Sequential):
    def __init__(self, c, outputs):
        blocks = [Down(3, c, first=True), Down(c, c), Down(c, c, halve=False), Down(c, c, halve=False)]
        super().__init__(*blocks, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, outputs))


def generator(c, d):
    ups = [Up(c) for _ in range(3)]
    return nn.Sequential(nn.Linear(d, 16 * c), nn.Unflatten(1, (c, 4, 4)), *ups, nn.BatchNorm2d(c), nn.ReLU(),
                         nn.Conv2d(c, 3, 3, padding=1), nn.Tanh())


def unit(x):
    return F.normalize(x.flatten(1), dim=1, eps=1e-10).reshape(x.shape)


def alr(critic, samples, scores):
    d = unit(torch.rand_like(samples) - 0.5).requires_grad_()
    steepest, = torch.autograd.grad((scores.detach() - critic((samples + 10 * d).clamp(-1, 1))).abs().mean(), d)
    length = 0.1 + 9.9 * torch.rand(len(samples), 1, 1, 1)
    moved = (samples + length * unit(steepest)).clamp(-1, 1)
    distance = (samples - moved).flatten(1).norm(dim=1).clamp(min=1e-10)
    return F.relu((scores - critic(moved)).abs()[:, 0] / distance - 1).square().mean()


def augmented(x):
    n, _, h, w = x.shape
    rows = torch.arange(h)[None] - torch.randint(-4, 5, (n, 1))
    columns = torch.arange(w)[None] - torch.randint(-4, 5, (n, 1))
    padded = F.pad(x, [1, 1, 1, 1]).permute(0, 2, 3, 1)
    r, c = (rows + 1).clamp(0, h + 1), (columns + 1).clamp(0, w + 1)
    y = padded[torch.arange(n)[:, None, None], r[:, :, None], c[:, None, :]].permute(0, 3, 1, 2)
    y = y + (torch.rand(n, 1, 1, 1) - 0.5)
    y = (y - y.mean(1, keepdim=True)) * (2 * torch.rand(n, 1, 1, 1)) + y.mean(1, keepdim=True)
    y = (y - y.mean([1, 2, 3], keepdim=True)) * (torch.rand(n, 1, 1, 1) + 0.5) + y.mean([1, 2, 3], keepdim=True)
    top, left = torch.randint(0, h + 1, (n, 1)) - 8, torch.randint(0, w + 1, (n, 1)) - 8
    inside = lambda at, start: (at >= start) & (at < start + 16)
    hole = inside(torch.arange(h)[None], top)[:, :, None] & inside(torch.arange(w)[None], left)[:, None, :]
    return y * (~hole)[:, None]


def arc(cosine, s=4.0, m=0.5):
    m = torch.tensor(m)
    sine = torch.sqrt(torch.clamp(1 - cosine**2, min=1e-10))
    return torch.where(cosine > torch.cos(torch.pi - m), s * (cosine * m.cos() - sine * m.sin()), s * (cosine - m * m.sin()))


class Step:
    def __init__(self, o):
        self.o, c, d = o, o.channels, 128
        self.g, self.d, self.e = generator(c, d), Trunk(c, 1), Trunk(c, d)
        layout = torch.channels_last if o.layout == "last" else torch.contiguous_format
        for net in (self.g, self.d, self.e):
            net.to(memory_format=layout)
        self.layout = layout
        self.means, self.cov, self.logits = 0.1 * torch.randn(2, d).double(), torch.eye(d).double().repeat(2, 1, 1), torch.zeros(2).double()
        make = lambda nets, rate: torch.optim.Adam([p for n in nets for p in n.parameters()], rate, (0.0, 0.9), fused=True)
        self.of_d, self.of_g, self.of_e = make([self.d], 4e-4), make([self.g], 1e-4), make([self.e], 1e-4)

    def latents(self, n):
        component = torch.multinomial(torch.softmax(self.logits, 0), n, replacement=True)
        factor = torch.linalg.cholesky(self.cov)
        return (self.means[component] + (factor[component] @ torch.randn(n, 128, 1).double())[:, :, 0]).float()

    def critic(self, real):
        with torch.no_grad():
            fake = self.g(self.latents(self.o.batch))
        samples = torch.cat([fake, real]).contiguous(memory_format=self.layout)
        scores = self.d(samples)
        b = self.o.batch
        loss = scores[:b].mean() - scores[b:].mean() + 10 * alr(self.d, samples, scores)
        self.of_d.zero_grad(set_to_none=True)
        grads = torch.autograd.grad(loss, list(self.d.parameters()))
        for p, g in zip(self.d.parameters(), grads):
            p.grad = g
        self.of_d.step()

    def rest(self):
        z = self.latents(self.o.latents).requires_grad_()
        x = self.g(z)
        adversarial = -self.d(x)[:, 0]
        encoded = self.e(x)
        factor = torch.linalg.cholesky(self.cov)
        inverse = torch.linalg.inv(factor).float()
        white = torch.einsum("kij,kbj->bki", inverse, z[None] - self.means.float()[:, None])
        log_det = factor.diagonal(dim1=1, dim2=2).log().sum(1).float()
        log_r = torch.log_softmax(torch.log_softmax(self.logits.float(), 0) - 0.5 * white.square().sum(2) - log_det, 1)
        gumbel = -torch.log(-torch.log(torch.rand_like(log_r).clamp(1e-9, 1 - 1e-7)))
        codes = torch.softmax((log_r + gumbel) / 0.01, 1)
        cosine = F.normalize(encoded, dim=1) @ F.normalize(codes @ self.means.float(), dim=1).T
        n = len(z)
        positive = arc(cosine.diagonal())
        u2c = torch.logsumexp(torch.where(torch.eye(n, dtype=torch.bool), positive[:, None], 4 * cosine), 1) - positive
        total = (adversarial + u2c).mean()
        generated = x.detach()
        similar = F.normalize(encoded, dim=1) @ F.normalize(self.e(augmented(generated)), dim=1).T
        simclr = (torch.logsumexp(similar.masked_fill(torch.eye(n, dtype=torch.bool), -1e4), 1) - similar.diagonal()).mean()
        own = total + simclr + 0.5e-4 * sum(p.square().sum() for p in self.e.parameters())
        of_g = torch.autograd.grad(total, [z, *self.g.parameters()], retain_graph=True)
        of_e = torch.autograd.grad(own, list(self.e.parameters()))
        for p, grad in zip([*self.g.parameters(), *self.e.parameters()], [*of_g[1:], *of_e]):
            p.grad = grad
        self.of_g.step()
        self.of_e.step()
        self.stein(z.detach().double(), log_r.detach().exp().double(), n * of_g[0].double(), adversarial.detach().double())

    def stein(self, z, r, g, loss):
        n, rate = len(z), 2e-3
        inverse = torch.linalg.inv(self.cov)
        centred = z[None] - self.means[:, None]
        s = torch.einsum("kbi,bk,bj->kij", centred @ inverse, r, g) / n
        delta = -(s + s.transpose(1, 2)) / 4
        step = 2 * rate * delta
        self.cov = self.cov + step + 0.5 * step @ inverse @ step
        self.means = self.means - 10 * rate * r.T @ g / n
        self.logits = self.logits - rate * ((r - torch.softmax(self.logits, 0)) * loss[:, None]).mean(0)


parser = argparse.ArgumentParser()
for name, default in (("channels", 32), ("batch", 64), ("latents", 64), ("threads", 1), ("steps", 6)):
    parser.add_argument(f"--{name}", type=int, default=default)
parser.add_argument("--layout", choices=("last", "first"), default="last")
options = parser.parse_args()
torch.set_num_threads(options.threads)
step, real = Step(options), torch.rand(options.batch, 3, 32, 32) * 2 - 1
for at in range(2 + options.steps):
    if at == 2:
        began, wall = time.process_time(), time.perf_counter()
    step.critic(real)
    step.rest()
cpu, wall = ((b - a) / options.steps for a, b in ((began, time.process_time()), (wall, time.perf_counter())))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"layout": options.layout, "cpuMs": round(1000 * cpu, 1), "wallMs": round(1000 * wall, 1), "peakMiB": round(peak)}))
