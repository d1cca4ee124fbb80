#!/usr/bin/env python3
"""State dictionaries and checkpoints as Python scripts save them: put into the built-in architecture they belong to, they must give what the
Python module gives; what fits nowhere is listed.

test_state_dictionaries.py NETWORK_REPORT SHARED_MODELS: exit status 0 passed, 1 failed, 77 skipped because something it needs is not there.
"""

import importlib.util
import pathlib
import sys
import tempfile
import warnings

from test_exported_networks import SKIPPED, Checks, reports


def make_networks():
    """Name of the architecture, form and module, written as their authors' scripts have them."""
    import torch
    from torch import nn
    from torch.nn import functional

    class LeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1, self.c2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
            self.f1, self.f2, self.f3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 7)

        def forward(self, x):
            x = functional.max_pool2d(functional.relu(self.c1(x)), 2)
            x = functional.max_pool2d(functional.relu(self.c2(x)), 2).flatten(1)
            return self.f3(functional.relu(self.f2(functional.relu(self.f1(x)))))

    def vgg(widths, has_norm, has_bias):
        parts, channels = [], 3
        for width in widths:
            if width == 0:
                parts.append(nn.MaxPool2d(2))
                continue
            parts.append(nn.Conv2d(channels, width, 3, padding=1, bias=has_bias))
            parts += [nn.BatchNorm2d(width)] if has_norm else []
            parts.append(nn.ReLU())
            channels = width
        return nn.Sequential(nn.Sequential(*parts), nn.Flatten(), nn.Linear(512, 10))

    class Block(nn.Module):
        def __init__(self, channels, width, stride, projects):
            super().__init__()
            self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.stride, self.room = stride, (width - channels) // 2
            self.shortcut = nn.Sequential(nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width)) if projects and stride > 1 else None

        def forward(self, x):
            y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
            if self.shortcut is not None:
                x = self.shortcut(x)
            elif self.stride > 1:
                x = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.room, self.room))
            return functional.relu(y + x)

    class ResNet(nn.Module):
        def __init__(self, blocks, projects):
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
            widths = [16] * blocks + [32] * blocks + [64] * blocks
            self.layers = nn.Sequential(*[Block(c, w, 1 if c == w else 2, projects) for c, w in zip([16] + widths, widths)])
            self.fc = nn.Linear(64, 100)

        def forward(self, x):
            x = self.layers(functional.relu(self.bn1(self.conv1(x))))
            return self.fc(x.mean((2, 3)))

    torch.manual_seed(5)
    vgg11 = (64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0)
    vgg16 = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0)
    yield "lenet5", LeNet()
    yield "vgg11", vgg(vgg11, False, True)
    yield "vgg11_bn", vgg(vgg11, True, True)
    yield "vgg16", vgg(vgg16, False, True)
    yield "vgg16_bn", vgg(vgg16, True, False)
    yield "resnet20", ResNet(3, False)
    yield "resnet32", ResNet(5, True)
    yield "resnet56", ResNet(9, False)


def randomize(module):
    import torch
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.1)
            part.running_var.uniform_(0.5, 1.5)
            torch.nn.init.uniform_(part.weight, 0.5, 1.5)
    return module.eval()


def same(first, second):
    return "output" in first and "output" in second and len(first["output"]) == len(second["output"]) and \
        all(abs(a - b) <= 1e-5 * max(1, abs(b)) for a, b in zip(first["output"], second["output"]))


def check_architectures(checks, program, folder):
    import torch
    for number, (name, module) in enumerate(make_networks()):
        randomize(module)
        state = module.state_dict()
        prefix = "module." if number % 2 else ""
        state = {prefix + key: value for key, value in state.items()}
        optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9).state_dict()
        whole = [state, {"epoch": 3, "model": state, "optimizer": optimizer, "best": 0.9}, {"net": state, "acc": 91.2}][number % 3]
        torch.save(whole, folder / "state.pth")
        channels = 1 if name == "lenet5" else 3
        with torch.no_grad():
            torch.jit.trace(module, torch.randn(1, channels, 32, 32)).save(str(folder / "traced.pt"))
        found, traced = reports(program, 32, "", folder / "state.pth", folder / "traced.pt")
        good = found.get("architecture") == name and same(found, traced) and found["parameters"] == sum(p.numel() for p in module.parameters())
        checks.check(name, good, {key: (r.get("error"), r.get("architecture")) for key, r in (("found", found), ("traced", traced))})


def check_unknown(checks, program, folder):
    import torch
    from torch import nn
    torch.save(nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(72, 10)).state_dict(), folder / "other.pth")
    error = reports(program, 32, "", folder / "other.pth")[0].get("error", "")
    checks.check("another network", "0.weight [8, 3, 3, 3]" in error and "\n" not in error, error)
    error = reports(program, 32, "resnet20", folder / "other.pth")[0].get("error", "")
    checks.check("--arch of another network", "resnet20" in error and "conv1.weight [16, 3, 3, 3]" in error, error)


def check_several_states(checks, program, folder):
    import torch
    module, ema = (randomize(dict(make_networks())["lenet5"]) for _ in range(2))
    for one, name in ((module, "traced.pt"), (ema, "ema.pt")):
        with torch.no_grad():
            torch.jit.trace(one, torch.randn(1, 1, 32, 32)).save(str(folder / name))
    states = {"state_dict_ema": ema.state_dict(), "epoch": 3, "state_dict": module.state_dict()}
    torch.save(states, folder / "both.pth")
    traced, traced_ema = reports(program, 32, "", folder / "traced.pt", folder / "ema.pt")
    usual = reports(program, 32, "", folder / "both.pth")[0]
    good = same(usual, traced) and usual.get("state_key") == "state_dict" and usual.get("other_state_keys") == ["state_dict_ema"]
    checks.check("of two states the usual one", good, usual)
    asked = reports(program, 32, "@state_dict_ema", folder / "both.pth")[0]
    checks.check("of two states the one asked for", same(asked, traced_ema) and asked.get("other_state_keys") == ["state_dict"], asked)
    error = reports(program, 32, "@model", folder / "both.pth")[0].get("error", "")
    checks.check("a state that is not there", "state_dict, state_dict_ema" in error and "\n" not in error, error)
    torch.save({"student": states["state_dict"], "teacher": states["state_dict_ema"]}, folder / "both.pth")
    error = reports(program, 32, "", folder / "both.pth")[0].get("error", "")
    checks.check("two states of unusual names", "student, teacher" in error, error)
    torch.save({"runs": {"student": states["state_dict"]}}, folder / "both.pth")
    found = reports(program, 32, "", folder / "both.pth")[0]
    checks.check("the only state, deep inside", same(found, traced) and found.get("state_key") == "runs/student", found)


def check_shared_models(checks, program, folder, models):
    import torch
    if not (models / "alexnet_cifar10_state.pth").exists():
        print("the shared models are not here")
        return
    traced, scripted, state = (models / f"alexnet_cifar10_{name}" for name in ("traced.pt", "scripted.pt", "state.pth"))
    alexnets = reports(program, 32, "", traced, scripted, state) + reports(program, 32, "alexnet", state)
    checks.check("the AlexNet files", all(r.get("output") == alexnets[0]["output"] for r in alexnets), [r.get("error") for r in alexnets])
    for name, file in (("resnet20", "resnet20_cifar10_traced.pt"), ("vgg16_bn", "vgg16_cifar10_traced.pt")):
        module = torch.jit.load(str(models / file), map_location="cpu")
        torch.save(module.state_dict(), folder / "state.pth")
        state, traced = reports(program, 32, "", folder / "state.pth", models / file)
        checks.check(file, state.get("architecture") == name and same(state, traced), state.get("error"))


def main():
    program, models = sys.argv[1], pathlib.Path(sys.argv[2])
    if not importlib.util.find_spec("torch"):
        print("python3-torch is not here")
        return SKIPPED
    warnings.filterwarnings("ignore")
    checks = Checks()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_architectures(checks, program, folder)
        check_unknown(checks, program, folder)
        check_several_states(checks, program, folder)
        check_shared_models(checks, program, folder, models)
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main())
