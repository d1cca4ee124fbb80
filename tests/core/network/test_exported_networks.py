#!/usr/bin/env python3
"""Networks as Python exports them: each must open, give LibTorch's own outputs bit for bit, and list the layers and parameters that Python counts.

test_exported_networks.py NETWORK_REPORT [NAME...]: small networks of our own and some of torchvision's, or the torchvision networks named; all
of them with "all" (minutes, 1.5 GB of files). Exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import copy
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

SKIPPED = 77
SMALL = ("squeezenet1_1", "shufflenet_v2_x0_5", "mobilenet_v3_small")
ALL = ("vgg16", "vgg16_bn", "resnet18", "resnet50", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "shufflenet_v2_x1_0",
       "squeezenet1_0", "googlenet", "densenet121", "efficientnet_b0", "regnet_y_400mf", "inception_v3", "mnasnet1_0", "convnext_tiny")
AUXILIARY = {"googlenet": 6, "inception_v3": 3}  # layers that only training uses


def zoo_network(name):
    import torchvision
    options = {"init_weights": False} if name in AUXILIARY else {}
    return getattr(torchvision.models, name)(weights=None, **options)


def own_networks():
    """Pairs of a name and a module: what torchvision's networks leave out."""
    import torch
    from torch import Tensor, nn
    from torch.nn import functional

    class Mixed(nn.Module):
        """Functional and module forms, in-place operations, groups, a list that is appended to, a tuple as output."""
        def __init__(self):
            super().__init__()
            self.a = nn.Conv2d(3, 8, 3, padding=1)
            self.b = nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False)
            self.c = nn.Conv2d(8, 8, 3, padding=1, groups=2)
            self.norm = nn.BatchNorm2d(8)
            self.leaky = nn.LeakyReLU(0.1, inplace=True)
            self.out = nn.Linear(24, 5)

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            x = functional.relu6(self.a(x), inplace=True)
            parts = [x]
            parts.append(self.leaky(self.norm(self.b(x))))
            y = self.c(parts[-1])
            y += x
            y.relu_()
            parts.append(y)
            z = functional.adaptive_avg_pool2d(torch.cat(parts, 1), (1, 1))
            z = functional.dropout(torch.flatten(z, 1), 0.5, self.training, inplace=True)
            return self.out(z), z

    class Shared(nn.Module):
        """One layer's weight is another's."""
        def __init__(self):
            super().__init__()
            self.a, self.b, self.out = nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1), nn.Linear(3, 4)
            self.b.weight = self.a.weight

        def forward(self, x: Tensor) -> Tensor:
            x = torch.relu(self.b(torch.relu(self.a(x))))
            return self.out(x.mean((2, 3)))

    # Padding by its name is an operation of its own once traced.
    named = nn.Sequential(nn.Conv2d(3, 4, 3, padding="same"), nn.ReLU(), nn.Conv2d(4, 4, 5, padding="valid", groups=2), nn.ReLU(),
                          nn.Conv2d(4, 4, 4, padding="same", dilation=2), nn.Flatten(), nn.Linear(3136, 5))
    torch.manual_seed(3)
    return [("mixed", Mixed()), ("shared", Shared()), ("named", named)]


def count(module, name):
    from torch import nn
    layers = [part for part in module.modules() if isinstance(part, (nn.Conv2d, nn.Linear))]
    return len({part.weight for part in layers}) - AUXILIARY.get(name, 0), sum(p.numel() for p in module.parameters())


def export(module, name, folder, size):
    import torch
    module.eval()
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.1)
            part.running_var.uniform_(0.5, 1.5)
    traced, scripted = folder / f"{name}_traced.pt", folder / f"{name}_scripted.pt"
    with torch.no_grad():
        torch.jit.trace(module, torch.randn(1, 3, size, size)).save(str(traced))
        torch.jit.script(module).save(str(scripted))
    return traced, scripted


def reports(program, size, architecture, *files):
    done = subprocess.run([program, str(size), architecture, *map(str, files)], capture_output=True, text=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


class Checks:
    def __init__(self):
        self.failures = 0

    def check(self, what, condition, details=""):
        print(f"{what}: {'as it must be' if condition else f'WRONG {details}'}", flush=True)
        self.failures += not condition


def check_networks(checks, program, folder, names, own):
    for name, module in [(name, None) for name in names] + own:
        module = zoo_network(name) if module is None else module
        size = 32 if own else 299 if name == "inception_v3" else 224
        files = export(module, name, folder, size)
        layers, parameters = count(module, name)
        for report in reports(program, size, "", *files):
            brief = {key: value for key, value in report.items() if key != "output"}
            good = report.get("equal") and report["layers"] == layers and report["parameters"] == parameters
            checks.check(pathlib.Path(report["file"]).stem, good, f"{brief}; Python counts {layers} layers, {parameters} parameters")
        for file in files:
            file.unlink()


def check_half(checks, program, folder):
    import torch
    module = own_networks()[1][1].eval()
    half = copy.deepcopy(module).half()
    torch.jit.script(half).save(str(folder / "half.pt"))
    torch.jit.script(copy.deepcopy(half).float()).save(str(folder / "upcast.pt"))
    first, second = reports(program, 16, "", folder / "half.pt", folder / "upcast.pt")
    checks.check("half precision", first["output"] == second["output"] and first["stored_as"] == "Half" and second["stored_as"] == "", first)


def check_refused(checks, program, folder):
    import torch
    from torch import Tensor, nn

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 4)

        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            return self.layer(x) + y

    class Noisy(Two):
        def forward(self, x: Tensor) -> Tensor:
            return self.layer(x) + torch.rand_like(x)

    for name, module, word in (("two inputs", Two(), "2 inputs"), ("noise", Noisy(), "random")):
        torch.jit.script(module).save(str(folder / "refused.pt"))
        error = reports(program, 4, "", folder / "refused.pt")[0].get("error", "")
        checks.check(name, word in error and "\n" not in error, error)


def main():
    program, names = sys.argv[1], sys.argv[2:]
    if not all(importlib.util.find_spec(module) for module in ("torch", "torchvision")):
        print("python3-torch and python3-torchvision are not here")
        return SKIPPED
    warnings.filterwarnings("ignore")
    checks = Checks()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        own = [] if names else own_networks()
        check_networks(checks, program, folder, ALL if names == ["all"] else names or SMALL, own)
        if own:
            check_half(checks, program, folder)
            check_refused(checks, program, folder)
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main())
