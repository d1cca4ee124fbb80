#!/usr/bin/env python3
"""Makes the .pt2 files beside it: tiny networks in the forms that torch.export writes, and traces of attention. PyTorch 2.6 writes the ones with
a JSON program and its state apart, 2.8 and later the PT2 archives.

make_exported.py FOLDER: writes NAME-FORM-VERSION.pt2 or .pt and, once, NAME.json with the outputs for two images that PyTorch computes. The images are
sin(0), sin(1), ... of their elements in order.
"""

import json
import pathlib
import sys

import torch
from torch import nn


class Pictures(nn.Module):
    """Changes in place, a shortcut, a mask filled piece by piece, numbers of images in a view."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True))
        self.conv = nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.pool = nn.MaxPool2d(2)
        self.drop = nn.Dropout(0.5)
        self.out = nn.Linear(64, 5)

    def forward(self, x):
        x = self.features(x)
        y = torch.relu_(self.conv(x))
        y += x
        mask = x.new_zeros((8, 8))
        mask[:4, 2:] = 1.5
        mask[4:, :-2] = -0.5
        x = self.pool(y * mask)
        return self.out(self.drop(x.view(x.size(0), -1)))


class Attention(nn.Module):
    """Heads of attention, layer norm, GELU, a token of its own for each image."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, stride=4)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.norm = nn.LayerNorm(8)
        self.qkv = nn.Linear(8, 24)
        self.mlp = nn.Sequential(nn.Linear(8, 12), nn.GELU(), nn.Linear(12, 8))
        self.head = nn.Linear(8, 5)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1)
        q, k, v = self.qkv(self.norm(x)).reshape(x.shape[0], 5, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        y = nn.functional.scaled_dot_product_attention(q, k, v)
        x = x + y.transpose(1, 2).reshape(x.shape[0], 5, 8)
        return self.head((x + self.mlp(x))[:, 0])


class Masked(Attention):
    """Attention that sees only what comes before, then through a mask of what may be seen, then through one that is added."""

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1)
        q, k, v = self.qkv(self.norm(x)).reshape(x.shape[0], 5, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        attention = nn.functional.scaled_dot_product_attention
        y = attention(q, k, v, is_causal=True)
        y = attention(y, k, v, attn_mask=torch.ones(5, 5, dtype=torch.bool).tril(1))
        y = attention(y, k, v, attn_mask=torch.eye(5) * 0.5)
        return self.head((x + y.transpose(1, 2).reshape(x.shape[0], 5, 8))[:, 0])


def main():
    folder = pathlib.Path(sys.argv[1])
    version = "".join(torch.__version__.split("+")[0].split(".")[:2][0:1]) + "." + torch.__version__.split(".")[1]
    images = torch.sin(torch.arange(4 * 3 * 8 * 8, dtype=torch.float64)).float().reshape(4, 3, 8, 8)
    batch = {0: torch.export.Dim("batch", min=1, max=4096)}
    for name, network in (("pictures", Pictures), ("attention", Attention), ("masked", Masked)):
        torch.manual_seed(5)
        model = network().eval()
        for part in model.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.uniform_(-0.2, 0.2)
                part.running_var.uniform_(0.5, 1.5)
        # Weights that every version draws alike.
        with torch.no_grad():
            for i, parameter in enumerate(model.parameters()):
                values = torch.cos(torch.arange(parameter.numel(), dtype=torch.float64) * (i + 1.5)) * 0.4
                parameter.copy_(values.reshape(parameter.shape).float())
            for i, buffer in enumerate(b for b in model.buffers() if b.is_floating_point()):
                buffer.copy_((1 + 0.3 * torch.sin(torch.arange(buffer.numel(), dtype=torch.float64) + i)).float())
            output = model(images)
        (folder / f"{name}.json").write_text(json.dumps([[float(f"{value:.7g}") for value in row] for row in output.tolist()]) + "\n")
        if name != "pictures":
            torch.jit.trace(model, images[:2]).save(str(folder / f"{name}-trace-{version}.pt"))
        if name == "masked":
            continue
        dynamic = torch.export.export(model, (images[:2],), dynamic_shapes=(batch,))
        programs = {"dynamic": dynamic, "core": dynamic.run_decompositions(), "batch1": torch.export.export(model, (images[:1],)),
                    "batch3": torch.export.export(model, (images[:3],))}
        for form, program in programs.items():
            torch.export.save(program, folder / f"{name}-{form}-{version}.pt2")


if __name__ == "__main__":
    main()
