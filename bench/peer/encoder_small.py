"""An untrained vision transformer of the size of ViT-S/14 as an ONNX file, for bench/encoder.mjs.

Run: python3 bench/peer/encoder_small.py net.onnx
"""

import sys

import torch
from torch import nn

WIDTH, HEADS, LAYERS, PATCH, TOKENS = 384, 6, 12, 14, 257


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.before = nn.LayerNorm(WIDTH)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.mlp = nn.Sequential(
            nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH)
        )

    def forward(self, x):
        size = WIDTH // HEADS
        parts = self.qkv(self.before(x)).reshape(-1, TOKENS, 3, HEADS, size).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)
        weights = (query @ key.transpose(-1, -2) / size**0.5).softmax(-1)
        x = x + self.out((weights @ value).transpose(1, 2).reshape(-1, TOKENS, WIDTH))
        return x + self.mlp(x)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.first = nn.Parameter(0.02 * torch.randn(1, 1, WIDTH))
        self.places = nn.Parameter(0.02 * torch.randn(1, TOKENS, WIDTH))
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)), nn.LayerNorm(WIDTH))

    def forward(self, images):
        x = self.patches(images).flatten(2).transpose(1, 2)
        return self.blocks(torch.cat([self.first.expand(x.shape[0], -1, -1), x], 1) + self.places)


torch.manual_seed(0)
torch.onnx.export(
    Transformer().eval(),
    torch.zeros(2, 3, 224, 224),
    sys.argv[1],
    dynamo=False,
    input_names=["pixel_values"],
    output_names=["last_hidden_state"],
    dynamic_axes={"pixel_values": {0: "batch"}, "last_hidden_state": {0: "batch"}},
)
