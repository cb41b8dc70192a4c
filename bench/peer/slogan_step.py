"""A training step of SLOGAN in PyTorch on the CPU, as an experienced user of PyTorch would write it.

    python3 slogan_step.py step.safetensors --check              the same losses as Mixtura?
    python3 slogan_step.py step.safetensors --steps 20 --json    what a step costs

`step.safetensors` is what export-step.mjs writes: the configuration, and one step with all its draws. The mathematics
is that of src/methods/slogan.ts: critic with a second-order Lipschitz penalty; generator, encoder and prior from one
forward pass, with U2C through Gumbel-softmax prototypes and through the responsibilities; Stein updates of the prior
in float64; projection of the encoder's weights where it has spectral normalisation. Float32, Adam (fused), eager.
"""
import argparse
import json
import math
import resource
import statistics
import struct
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

# Stride and padding, unless a kernel makes an image of a point, or a point of the whole image.
HALVING = (2, 1)
DTYPES = {"F32": np.float32, "F64": np.float64, "I32": np.int32, "U8": np.uint8}


def read_safetensors(path):
    data = Path(path).read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    case = json.loads(header.pop("__metadata__")["case"])
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + size + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[start:end], DTYPES[entry["dtype"]]).copy()
        tensors[name] = torch.from_numpy(values).reshape(entry["shape"])
    return case, tensors


def layers_of(network, parameters):
    """[(kind, name)] in order: dense, conv or norm, from names such as critic/0-conv/weight."""
    found = dict.fromkeys(name.split("/")[1] for name in parameters if name.startswith(network + "/"))
    return [(name.split("-")[1], f"{network}/{name}") for name in found]


class Networks:
    """The three networks over one table of parameters; `running` are BN's statistics."""

    def __init__(self, case, tensors, layout, products):
        self.case, self.products = case, products
        self.parameters, self.running = {}, {}
        for name, value in tensors.items():
            if not name.startswith("before/") or name.startswith(("before/model/", "before/moment")):
                continue
            name, value = name.removeprefix("before/"), value.clone()
            if "/running-" in name:
                self.running[name] = value
                continue
            if value.dim() == 4:
                value = value.contiguous(memory_format=layout)
            self.parameters[name] = value.requires_grad_()
        self.layers = {n: layers_of(n, self.parameters) for n in ("generator", "critic", "encoder")}

    def owned(self, network):
        return [p for name, p in self.parameters.items() if name.startswith(network + "/")]

    def norm(self, name, x):
        p, running = self.parameters, self.running
        mean, variance = running[f"{name}/running-mean"], running[f"{name}/running-variance"]
        gamma, beta = p[f"{name}/gamma"], p[f"{name}/beta"]
        return F.batch_norm(x, mean, variance, gamma, beta, training=True, momentum=0.1, eps=1e-5)

    def dense(self, name, x):
        return torch.addmm(self.parameters[f"{name}/bias"], x, self.parameters[f"{name}/weight"])

    @staticmethod
    def image(h, channels):
        side = math.isqrt(h.shape[1] // channels)
        return h.view(len(h), channels, side, side)

    def generator(self, z):
        case, p, h = self.case, self.parameters, z
        layers = self.layers["generator"]
        plain = not any(kind == "norm" for kind, _ in layers)
        for i, (kind, name) in enumerate(layers):
            if kind == "dense":
                h = self.dense(name, h)
                if plain and i < len(layers) - 1:
                    h = F.leaky_relu(h, 0.2)
            elif kind == "norm":
                if h.dim() == 2 and h.shape[1] != len(p[f"{name}/gamma"]):
                    h = self.image(h, len(p[f"{name}/gamma"]))
                h = F.relu(self.norm(name, h))
            else:
                weight = p[f"{name}/weight"]
                if h.dim() == 2:
                    h = self.image(h, weight.shape[0])
                point, bias = h.shape[-1] == 1, p[f"{name}/bias"]
                if point and self.products:
                    h = (h.flatten(1) @ weight.flatten(1)).view(len(h), *weight.shape[1:]) + bias[:, None, None]
                else:
                    h = F.conv_transpose2d(h, weight, bias, *((1, 0) if point else HALVING))
        h = {"signed": torch.tanh, "unit": torch.sigmoid, "real": lambda y: y}[case["range"]](h)
        return h.reshape(len(h), *case["shape"]) if h.dim() == 2 else h

    def trunk(self, network, x):
        layers, p, h = self.layers[network], self.parameters, x
        for i, (kind, name) in enumerate(layers):
            if kind == "conv":
                weight = p[f"{name}/weight"]
                covered, bias = h.shape[-2:] == weight.shape[-2:], p[f"{name}/bias"]
                if covered and self.products:
                    h = torch.addmm(bias, h.flatten(1), weight.flatten(1).T)
                else:
                    h = F.conv2d(h, weight, bias, *((1, 0) if covered else HALVING))
            else:
                h = self.dense(name, h.flatten(1))
            if i < len(layers) - 1:
                h = F.leaky_relu(h, 0.2)
        return h

    def critic(self, x):
        return self.trunk("critic", x)

    def encoder(self, x):
        return self.trunk("encoder", x)


class Prior:
    """The mixture in float64: means [K, d], covariances [K, d, d], logits [K]; moved by Stein gradients."""

    def __init__(self, tensors, settings):
        self.settings = settings
        self.means, self.covariances, self.logits = (
            tensors[f"before/model/{name}"].clone() for name in ("means", "covariances", "logits")
        )
        self.eye = torch.eye(self.means.shape[1], dtype=torch.float64)
        self.refactor()

    def refactor(self):
        self.factors = torch.linalg.cholesky(self.covariances)
        self.inverses = torch.linalg.solve_triangular(self.factors, self.eye, upper=False)
        self.mixing = torch.softmax(self.logits, 0)
        half_log_determinant = self.factors.diagonal(dim1=1, dim2=2).log().sum(1)
        d = self.means.shape[1]
        self.constant = self.mixing.log() - half_log_determinant - 0.5 * d * math.log(2 * math.pi)
        self.offset = torch.einsum("kij,kj->ki", self.inverses, self.means)

    def sample(self, n):
        component = torch.multinomial(self.mixing, n, replacement=True)
        noise = torch.randn(n, self.means.shape[1], dtype=torch.float64)
        # Every component's product and then a choice: less memory to read than a copy of each latent's factor.
        return self.means[component] + (noise @ self.factors.mT)[component, torch.arange(n)]

    def constants(self):
        """What the loss reads, in float32."""
        return tuple(t.float() for t in (self.inverses, self.offset, self.constant, self.means))

    def update(self, z, gradient, mixing_loss, rate):
        s, b = self.settings, len(z)
        # [K, B, d]: L^-1 (z - mu), then Sigma^-1 (z - mu)
        whitened = torch.baddbmm(-self.offset[:, None], z.expand(len(self.means), *z.shape), self.inverses.mT)
        r = torch.softmax(self.constant - 0.5 * whitened.square().sum(2).T, 1)
        gradient, mixing_loss = gradient.double(), mixing_loss.double()
        if s["baseline"]:
            mixing_loss = (mixing_loss - mixing_loss.mean()) * (b / (b - 1))
        scaled = (whitened * r.T[:, :, None]) @ self.inverses
        stein = scaled.mT @ (gradient / b)
        moved = 0.25 * (stein + stein.mT)  # -Delta
        gamma = s["covarianceRate"] * rate
        half = self.inverses @ moved
        self.covariances = self.covariances - gamma * moved + (gamma**2 / 2) * half.mT @ half
        self.means = self.means - s["meanRate"] * rate * (r.T @ gradient) / b
        self.logits = self.logits - s["mixingRate"] * rate * ((r - self.mixing).T @ mixing_loss) / b
        self.refactor()


def unit_rows(x):
    return x / (x.square().sum(1, keepdim=True) + 1e-12).sqrt()


class Step:
    def __init__(self, case, tensors, layout=torch.contiguous_format, compiled=False, products=False):
        self.case, self.settings = case, case["settings"]
        self.nets = Networks(case, tensors, layout, products)
        self.prior = Prior(tensors, self.settings)
        s = self.settings
        adam = {"betas": (float(s["beta1"]), float(s["beta2"])), "eps": 1e-8, "fused": True}
        self.critic_parameters = self.nets.owned("critic")
        self.trained = self.nets.owned("generator") + self.nets.owned("encoder")
        self.critic_adam = torch.optim.Adam(self.critic_parameters, lr=s["learningRate"] * s["criticRate"], **adam)
        self.adam = torch.optim.Adam(self.trained, lr=s["learningRate"], **adam)
        # Only the fully connected encoder is projected.
        weights = [p for n, p in self.nets.parameters.items() if n.startswith("encoder/") and n.endswith("weight")]
        self.projected = [] if s["network"] == "dcgan" else weights
        self.eye = torch.eye(case["batch"], dtype=torch.bool)
        # What is differentiated twice cannot be compiled.
        wrap = torch.compile if compiled else lambda f: f
        self.fake, self.losses = wrap(self.nets.generator), wrap(self.generator_losses)

    def draw(self, real):
        """Everything random of one step."""
        b, k = self.case["batch"], self.case["components"]
        draws = {  # No relocation: its term is added only while a component is being moved.
            "real": real,
            "critic latent": self.prior.sample(b).float(),
            "epsilon": torch.rand(b),
            "latent": self.prior.sample(b).float(),
            "gumbel": -torch.log(-torch.log(torch.rand(b, k).clamp_(min=1e-20))),
        }
        draws["starts"] = [torch.randn(parameter.shape[0], 1) for parameter in self.projected]
        return draws

    def critic_loss(self, draws):
        s, nets, b = self.settings, self.nets, self.case["batch"]
        real = draws["real"]
        with torch.no_grad():
            fake = self.fake(draws["critic latent"])
            e = draws["epsilon"].view(-1, *[1] * (real.dim() - 1))
            mixed = torch.lerp(real, fake, e)
        scores = nets.critic(torch.cat([fake, real]))
        on_fake, on_real = scores[:b], scores[b:]
        if s["critic"] == "hinge":
            adversarial = F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()
        else:
            adversarial = on_fake.mean() - on_real.mean()
        mixed.requires_grad_()
        (gradient,) = torch.autograd.grad(nets.critic(mixed).sum(), mixed, create_graph=True)
        norm = (gradient.square().flatten(1).sum(1) + 1e-12).sqrt()
        penalty = F.relu(norm - 1).square().mean()
        loss = adversarial + s["lipschitz"] * penalty
        outputs = {"penalty": penalty, "criticReal": on_real.mean(), "criticFake": on_fake.mean()}
        return loss, {"critic": loss, **outputs}

    def contrast(self, z, encoded, gumbel, constants, margin, scale):
        """U2C, one value a sample."""
        inverses, offset, constant, means = constants
        b, (k, d) = len(z), means.shape
        whitened = (z @ inverses.reshape(k * d, d).T).view(b, k, d) - offset
        log_joint = constant - 0.5 * whitened.square().sum(2)
        codes = torch.softmax((log_joint + gumbel) / self.settings["temperature"], 1)
        e, p = unit_rows(encoded), unit_rows(codes @ means)
        cosine = (e * p).sum(1)
        sine = (1 - cosine.square()).clamp(min=1e-10).sqrt()
        shifted = cosine * math.cos(margin) - sine * math.sin(margin)
        near = cosine > math.cos(math.pi - margin)
        positive = scale * torch.where(near, shifted, cosine - margin * math.sin(margin))
        logits = torch.where(self.eye, positive[:, None], scale * (e @ p.T))
        return torch.logsumexp(logits, 1) - positive - math.log(b)

    def generator_losses(self, z, gumbel, constants, margin, scale):
        generated = self.nets.generator(z)
        adversarial = -self.nets.critic(generated)[:, 0]
        contrastive = self.contrast(z, self.nets.encoder(generated), gumbel, constants, margin, scale)
        return generated, adversarial, contrastive

    def run(self, draws, step):
        case, s = self.case, self.settings
        progress = min(1, step / case["horizon"])
        linear = max(0, 1 - progress)
        decay = max(0, 1 + (s["decayEnd"] - 1) * progress)
        scale = s["scale"] + (s.get("scaleEnd", s["scale"]) - s["scale"]) * progress
        constants = self.prior.constants()

        loss, outputs = self.critic_loss(draws)
        loss.backward(inputs=self.critic_parameters)
        self.descend(self.critic_adam, linear)

        z = draws["latent"].requires_grad_()
        generated, adversarial, contrastive = self.losses(
            z, draws["gumbel"], constants, s["margin"] * decay, scale
        )
        loss = adversarial.mean() + s["lambda"] * decay * contrastive.mean()
        loss.backward(inputs=[z, *self.trained])
        self.descend(self.adam, linear)
        latent_gradient = z.grad * case["batch"]
        adversarial, contrastive = adversarial.detach(), contrastive.detach()
        mixing_loss = adversarial + s["lambda"] * decay * contrastive if s["mixingSeesU2C"] else adversarial
        self.prior.update(z.detach().double(), latent_gradient, mixing_loss, s["priorRate"] * linear)
        self.project(draws)
        return outputs | {
            "generator": adversarial.mean(),
            "u2c": contrastive.mean(),
            "adversarial": adversarial,
            "contrastive": contrastive,
            "latentGradient": latent_gradient,
        }

    @staticmethod
    def descend(optimizer, factor):
        for group in optimizer.param_groups:
            group["lr"] = group.setdefault("base", group["lr"]) * factor
        optimizer.step()
        optimizer.zero_grad()

    @torch.no_grad()
    def project(self, draws):
        for w, u in zip(self.projected, draws["starts"]):
            for _ in range(2):
                v = F.normalize(w.T @ u, dim=0)
                u = F.normalize(w @ v, dim=0)
            w.div_((u * (w @ v)).sum())


CHECKED = ("critic", "penalty", "criticReal", "criticFake", "generator", "u2c", "adversarial", "contrastive")


def relative_error(actual, expected):
    actual, expected = actual.detach().double().flatten(), expected.double().flatten()
    return ((actual - expected).norm() / expected.norm().clamp(min=1e-30)).item()


def check(case, tensors, layout, products):
    """Relative errors of losses, gradients and the prior's change against Mixtura's step; the largest first."""
    step = Step(case, tensors, layout, products=products)
    for optimizer, names in ((step.critic_adam, ("critic",)), (step.adam, ("generator", "encoder"))):
        for name, p in step.nets.parameters.items():
            if name.startswith(names):
                second = torch.empty_like(p).copy_(tensors[f"before/moment2:{name}"])
                state = {"step": torch.tensor(float(case["step"])), "exp_avg": torch.zeros_like(p), "exp_avg_sq": second}
                optimizer.state[p] = state
    b, d, shape = case["batch"], case["settings"]["latent"], case["shape"]
    fed = {name.removeprefix("feeds/"): value for name, value in tensors.items() if name.startswith("feeds/")}
    draws = {
        "real": fed["critic/real"].view(b, *shape),
        "critic latent": fed["critic/latent"].view(b, d),
        "epsilon": fed["critic/epsilon"],
        "latent": fed["generator/latent"].view(b, d),
        "gumbel": fed["generator/gumbel"].view(b, -1),
        "starts": [value[:, None] for name, value in fed.items() if name.startswith("projection/")],
    }
    prior = {name: getattr(step.prior, name) for name in ("means", "covariances", "logits")}
    outputs = step.run(draws, case["step"])
    errors = {name: relative_error(outputs[name], tensors[f"outputs/{name}"]) for name in CHECKED}
    errors["latent gradient"] = relative_error(outputs["latentGradient"], tensors["outputs/latentGradient"])
    for name, old in prior.items():
        moved = tensors[f"after/model/{name}"].view_as(old) - old
        errors[f"change of the prior's {name}"] = relative_error(getattr(step.prior, name) - old, moved)
    for network, optimizer in (("critic", step.critic_adam), ("generator", step.adam), ("encoder", step.adam)):
        names = [name for name in step.nets.parameters if name.startswith(network + "/")]
        mine = torch.cat([optimizer.state[step.nets.parameters[n]]["exp_avg_sq"].flatten() for n in names])
        theirs = torch.cat([tensors[f"after/moment2:{n}"].flatten() for n in names])
        errors[f"second moments of the {network}'s gradient"] = relative_error(mine, theirs)
        mine = torch.cat([(step.nets.parameters[n] - tensors[f"before/{n}"]).flatten() for n in names])
        theirs = torch.cat([(tensors[f"after/{n}"] - tensors[f"before/{n}"]).flatten() for n in names])
        errors[f"step of the {network}"] = relative_error(mine, theirs)
    felt = tensors["outputs/penalty"].item()
    assert felt > 1e-3, f"the Lipschitz penalty is {felt}, so its gradient is not checked"
    return dict(sorted(errors.items(), key=lambda entry: -entry[1]))


def gemm_rate(size=1024, runs=9):
    a, b = torch.full((size, size), 1 / size), torch.full((size, size), 1 / size)
    seconds = []
    for _ in range(runs + 2):
        began = time.perf_counter()
        torch.mm(a, b)
        seconds.append(time.perf_counter() - began)
    return 2 * size**3 / 1e9 / min(seconds[2:])


def measure(case, tensors, options, layout):
    step = Step(case, tensors, layout, options.compile, options.products)
    shape, batch = case["shape"], case["batch"]
    data = torch.rand(1000, *shape)
    wall, cpu, first = [], 0.0, None
    order = torch.randperm(len(data))
    for i in range(options.warmup + options.steps):
        if i == options.warmup:
            cpu = time.process_time()
        began = time.perf_counter()
        if len(order) < batch:
            order = torch.cat([order, torch.randperm(len(data))])
        rows, order = order[:batch], order[batch:]
        real = data[rows]
        if real.dim() == 4:
            real = real.contiguous(memory_format=layout)
        outputs = step.run(step.draw(real), i)
        losses = [outputs[name].item() for name in ("critic", "penalty", "generator", "u2c")]
        assert all(map(math.isfinite, losses)), losses
        if i == 0 and options.started:
            first = 1000 * (time.time() - options.started)
        if i >= options.warmup:
            wall.append(1000 * (time.perf_counter() - began))
    cpu = time.process_time() - cpu
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "torch": torch.__version__,
        "layout": options.layout,
        "compiled": options.compile,
        "products": options.products,
        "threads": torch.get_num_threads(),
        "msPerStep": {"median": statistics.median(wall), "mean": statistics.mean(wall), "least": min(wall)},
        "cpuMsPerStep": 1000 * cpu / options.steps,
        "firstStepMs": first,
        "peakBytes": peak,
        "gemmGflopPerSecond": gemm_rate(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("step", help="file of export-step.mjs")
    parser.add_argument("--check", action="store_true", help="compare one step with Mixtura's instead of measuring")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--layout", choices=("contiguous", "channels_last"), default="contiguous")
    parser.add_argument("--compile", action="store_true", help="torch.compile of what is differentiated once")
    parser.add_argument("--products", action="store_true", help="kernels that cover their image as matrix products")
    parser.add_argument("--started", type=float, help="when the process was started, in seconds since 1970")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(0)
    layout = torch.channels_last if options.layout == "channels_last" else torch.contiguous_format
    case, tensors = read_safetensors(options.step)
    if not options.check:
        print(json.dumps(measure(case, tensors, options, layout)))
        return
    errors = check(case, tensors, layout, options.products)
    print(json.dumps({"case": case["name"], "errors": errors}))
    # Of the rest only the losses are smooth enough for the same bound: gradients and moves are allowed ten times that.
    worst = max(error / (1 if name in CHECKED else 10) for name, error in errors.items())
    raise SystemExit(0 if worst <= options.tolerance else 1)


if __name__ == "__main__":
    main()
